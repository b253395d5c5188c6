/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_columns.c -- what the words in headers and type columns mean.
 *
 * Words are compared in one plain form: lower case, whatever is no letter or digit one underscore.
 * So "FileHash-SHA256", "IPv4", "Last Seen " and "file:hashes.'SHA-256'" need one row each.
 */
#include "evidence/knowledge/list.h"

#include <string.h>

#include "base/text.h"

enum { WORD_BYTES = 64 };

/* The plain form of a name; over-long ones are cut, and match nothing. */
static void plain(struct hw_span s, char out[WORD_BYTES])
{
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < s.n && n + 2 < WORD_BYTES; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (!hw_ascii_is_alpha(c) && !hw_ascii_is_digit(c)) {
            gap = n > 0;
            continue;
        }
        if (gap) {
            out[n++] = '_';
            gap = false;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
}

struct word {
    const char *word;
    int means;
};

static const struct word types[] = {
    {"any_hash", HW_LIST_HASH},
    {"cert_fingerprint", HW_LIST_CERT_HASH},
    {"cert_serial", HW_LIST_CERT_SERIAL},
    {"cert_serial_number", HW_LIST_CERT_SERIAL},
    {"cert_sha1", HW_LIST_CERT_SHA1},
    {"cert_sha256", HW_LIST_CERT_SHA256},
    {"cert_thumbprint", HW_LIST_CERT_HASH},
    {"certificate_fingerprint", HW_LIST_CERT_HASH},
    {"certificate_serial", HW_LIST_CERT_SERIAL},
    {"certificate_serial_number", HW_LIST_CERT_SERIAL},
    {"certificate_sha1", HW_LIST_CERT_SHA1},
    {"certificate_sha256", HW_LIST_CERT_SHA256},
    {"certificate_thumbprint", HW_LIST_CERT_HASH},
    {"dns", HW_LIST_DOMAIN},
    {"domain", HW_LIST_DOMAIN},
    {"domain_name", HW_LIST_DOMAIN},
    {"domains", HW_LIST_DOMAIN},
    {"email", HW_LIST_EMAIL},
    {"email_addr", HW_LIST_EMAIL},
    {"email_address", HW_LIST_EMAIL},
    {"email_dst", HW_LIST_EMAIL},
    {"email_src", HW_LIST_EMAIL},
    {"emailwhois", HW_LIST_EMAIL},
    {"file", HW_LIST_FILE},
    {"file_hash", HW_LIST_HASH},
    {"file_hashes_md5", HW_LIST_MD5},
    {"file_hashes_sha_1", HW_LIST_SHA1},
    {"file_hashes_sha_256", HW_LIST_SHA256},
    {"file_hashes_sha_512", HW_LIST_SHA512},
    {"file_md5", HW_LIST_MD5},
    {"file_name", HW_LIST_FILENAME},
    {"file_path", HW_LIST_FILENAME},
    {"file_sha1", HW_LIST_SHA1},
    {"file_sha256", HW_LIST_SHA256},
    {"filehash", HW_LIST_HASH},
    {"filehash_imphash", HW_LIST_IMPHASH},
    {"filehash_md5", HW_LIST_MD5},
    {"filehash_sha1", HW_LIST_SHA1},
    {"filehash_sha256", HW_LIST_SHA256},
    {"filehash_sha512", HW_LIST_SHA512},
    {"filename", HW_LIST_FILENAME},
    {"filepath", HW_LIST_FILENAME},
    {"fqdn", HW_LIST_DOMAIN},
    {"hash", HW_LIST_HASH},
    {"hash_md5", HW_LIST_MD5},
    {"hash_sha1", HW_LIST_SHA1},
    {"hash_sha256", HW_LIST_SHA256},
    {"hash_sha512", HW_LIST_SHA512},
    {"hashes", HW_LIST_HASH},
    {"host", HW_LIST_DOMAIN},
    {"host_name", HW_LIST_DOMAIN},
    {"hostname", HW_LIST_DOMAIN},
    {"imphash", HW_LIST_IMPHASH},
    {"ip", HW_LIST_ADDRESS},
    {"ip_addr", HW_LIST_ADDRESS},
    {"ip_address", HW_LIST_ADDRESS},
    {"ip_dst", HW_LIST_ADDRESS},
    {"ip_dst_port", HW_LIST_ADDRESS},
    {"ip_port", HW_LIST_ADDRESS},
    {"ip_src", HW_LIST_ADDRESS},
    {"ipaddress", HW_LIST_ADDRESS},
    {"ips", HW_LIST_ADDRESS},
    {"ipv4", HW_LIST_ADDRESS},
    {"ipv4_addr", HW_LIST_ADDRESS},
    {"ipv6", HW_LIST_ADDRESS},
    {"ipv6_addr", HW_LIST_ADDRESS},
    {"mail", HW_LIST_EMAIL},
    {"md5", HW_LIST_MD5},
    {"md5_hash", HW_LIST_MD5},
    {"npm", HW_LIST_PACKAGE},
    {"package", HW_LIST_PACKAGE},
    {"path", HW_LIST_FILENAME},
    {"pypi", HW_LIST_PACKAGE},
    {"sha1", HW_LIST_SHA1},
    {"sha1_hash", HW_LIST_SHA1},
    {"sha256", HW_LIST_SHA256},
    {"sha256_hash", HW_LIST_SHA256},
    {"sha512", HW_LIST_SHA512},
    {"sha512_hash", HW_LIST_SHA512},
    {"sha_1", HW_LIST_SHA1},
    {"sha_256", HW_LIST_SHA256},
    {"sha_512", HW_LIST_SHA512},
    {"stixfile", HW_LIST_FILE},
    {"thumbprint", HW_LIST_CERT_HASH},
    {"uri", HW_LIST_URL},
    {"url", HW_LIST_URL},
    {"urls", HW_LIST_URL},
    {"x509_fingerprint_sha1", HW_LIST_CERT_SHA1},
    {"x509_fingerprint_sha256", HW_LIST_CERT_SHA256},
    {"x509_serial", HW_LIST_CERT_SERIAL},
};

static const struct word uses[] = {
    {"artifact", HW_LIST_VALUE},
    {"artifact_type", HW_LIST_TYPE},
    {"artifact_value", HW_LIST_VALUE},
    {"associated_malware", HW_LIST_FAMILY},
    {"campaign", HW_LIST_LABEL},
    {"classification", HW_LIST_FAMILY},
    {"comment", HW_LIST_LABEL},
    {"comments", HW_LIST_LABEL},
    {"context", HW_LIST_LABEL},
    {"data", HW_LIST_NAME},
    {"desc", HW_LIST_LABEL},
    {"description", HW_LIST_LABEL},
    {"entity", HW_LIST_VALUE},
    {"entity_type", HW_LIST_TYPE},
    {"expiration", HW_LIST_UNTIL},
    {"expires", HW_LIST_UNTIL},
    {"family", HW_LIST_FAMILY},
    {"first_seen", HW_LIST_FROM},
    {"first_seen_utc", HW_LIST_FROM},
    {"firstseen", HW_LIST_FROM},
    {"indicator", HW_LIST_VALUE},
    {"indicator_type", HW_LIST_TYPE},
    {"indicator_value", HW_LIST_VALUE},
    {"indicators", HW_LIST_VALUE},
    {"info", HW_LIST_LABEL},
    {"ioc", HW_LIST_VALUE},
    {"ioc_type", HW_LIST_TYPE},
    {"ioc_value", HW_LIST_VALUE},
    {"iocs", HW_LIST_VALUE},
    {"label", HW_LIST_LABEL},
    {"last_seen", HW_LIST_UNTIL},
    {"last_seen_utc", HW_LIST_UNTIL},
    {"lastseen", HW_LIST_UNTIL},
    {"malware", HW_LIST_FAMILY},
    {"malware_family", HW_LIST_FAMILY},
    {"name", HW_LIST_NAME},
    {"note", HW_LIST_LABEL},
    {"notes", HW_LIST_LABEL},
    {"observable", HW_LIST_VALUE},
    {"observable_type", HW_LIST_TYPE},
    {"reference", HW_LIST_SOURCE},
    {"references", HW_LIST_SOURCE},
    {"role", HW_LIST_ROLE},
    {"source", HW_LIST_SOURCE},
    {"sources", HW_LIST_SOURCE},
    {"tags", HW_LIST_LABEL},
    {"threat", HW_LIST_FAMILY},
    {"threat_actor", HW_LIST_LABEL},
    {"title", HW_LIST_LABEL},
    {"to_ids", HW_LIST_DETECT},
    {"type", HW_LIST_TYPE},
    {"valid_from", HW_LIST_FROM},
    {"valid_until", HW_LIST_UNTIL},
    {"value", HW_LIST_VALUE},
    {"verdict", HW_LIST_ROLE},
    {"affected_product", HW_LIST_PRODUCT},
    {"product", HW_LIST_PRODUCT},
    {"product_name", HW_LIST_PRODUCT},
    {"software", HW_LIST_PRODUCT},
    {"affected_version", HW_LIST_VERSION},
    {"affected_versions", HW_LIST_VERSION},
    {"package_version", HW_LIST_VERSION},
    {"package_versions", HW_LIST_VERSION},
    {"versions", HW_LIST_VERSION},
};

static bool look_up(const struct word *words, size_t count, const char *word, int *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].word, word) == 0) {
            *out = words[i].means;
            return true;
        }
    }
    return false;
}
#define LOOK_UP(words, word, out)                                                                  \
    look_up((words), sizeof(words) / sizeof((words)[0]), (word), (out))

static bool take_end(char *word, const char *end)
{
    size_t n = strlen(word), end_n = strlen(end);
    if (n <= end_n || strcmp(word + n - end_n, end) != 0) {
        return false;
    }
    word[n - end_n] = '\0';
    return true;
}

enum hw_list_kind hw_list_type_read(struct hw_span word, bool *out_context)
{
    char w[WORD_BYTES];
    int kind = HW_LIST_OTHER;
    plain(word, w);
    *out_context = false;
    if (LOOK_UP(types, w, &kind)) {
        return (enum hw_list_kind)kind;
    }
    if (strcmp(w, "npm_package") == 0 || strcmp(w, "pypi_package") == 0 ||
        strcmp(w, "nuget_package") == 0 || strcmp(w, "rubygems_package") == 0 ||
        strcmp(w, "maven_package") == 0 || strcmp(w, "crates_package") == 0 ||
        strcmp(w, "go_package") == 0) {
        return HW_LIST_PACKAGE;
    }
    /* "domain_context", "domain_related": the kind is plain, and so is that a hit means little. */
    if ((take_end(w, "_context") || take_end(w, "_related")) && LOOK_UP(types, w, &kind)) {
        *out_context = true;
        return (enum hw_list_kind)kind;
    }
    return HW_LIST_OTHER;
}

/* Words that no table of software has in its header, and every list of badness may. */
static bool is_bad_word(const char *w)
{
    static const char *const parts[] = {"malware", "indicator", "threat", "campaign"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strstr(w, parts[i]) != NULL) {
            return true;
        }
    }
    return strcmp(w, "ioc") == 0 || strcmp(w, "iocs") == 0 || strncmp(w, "ioc_", 4) == 0;
}

void hw_list_column_read(struct hw_span name, struct hw_list_column *out)
{
    char w[WORD_BYTES];
    int means;
    plain(name, w);
    *out = (struct hw_list_column){HW_LIST_UNREAD, HW_LIST_NONE, is_bad_word(w)};
    if (strcmp(w, "package_name") == 0) {
        *out = (struct hw_list_column){HW_LIST_KINDED, HW_LIST_PACKAGE, false};
    } else if (LOOK_UP(uses, w, &means)) {
        out->use = (enum hw_list_use)means;
    } else if (LOOK_UP(types, w, &means) && strcmp(w, "npm") != 0 && strcmp(w, "pypi") != 0) {
        out->use = HW_LIST_KINDED;
        out->kind = (enum hw_list_kind)means;
    }
}
