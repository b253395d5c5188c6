/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_values.c -- one published value, recognised, refanged, made canonical.
 *
 * The canonical form is what the matcher compares: digests and serial numbers in lower hex (serial
 * numbers without leading zeros, so the other side must strip the same way), names and addresses as
 * list_hosts.c makes them, file names and all else as written.
 */
#include "evidence/knowledge/list.h"

#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/list_value.h"
#include "fact/package.h"

static const char *const kind_words[HW_LIST_KIND_COUNT] = {
    [HW_LIST_MD5] = "md5",
    [HW_LIST_SHA1] = "sha1",
    [HW_LIST_SHA256] = "sha256",
    [HW_LIST_SHA512] = "sha512",
    [HW_LIST_IMPHASH] = "imphash",
    [HW_LIST_CERT_SERIAL] = "cert-serial",
    [HW_LIST_CERT_SHA1] = "cert-sha1",
    [HW_LIST_CERT_SHA256] = "cert-sha256",
    [HW_LIST_DOMAIN] = "domain",
    [HW_LIST_ADDRESS] = "address",
    [HW_LIST_URL] = "url",
    [HW_LIST_EMAIL] = "email",
    [HW_LIST_FILENAME] = "filename",
    [HW_LIST_PACKAGE] = "package",
    [HW_LIST_OTHER] = "other",
};

const char *hw_list_kind_word(enum hw_list_kind k)
{
    return kind_words[k];
}

bool hw_list_kind_is_file_hash(enum hw_list_kind k)
{
    return k >= HW_LIST_MD5 && k <= HW_LIST_SHA512;
}

bool hw_list_is_blank(struct hw_span s)
{
    static const char *const words[] = {"-", "--", "n/a", "na", "none", "null", "unknown", "?"};
    s = hw_span_trim(s);
    if (s.n == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (hw_span_is_nocase(s, words[i])) {
            return true;
        }
    }
    return false;
}

struct hw_span hw_value_text(const struct hw_list_value *v)
{
    return (struct hw_span){v->p, v->n};
}

bool hw_value_put(struct hw_list_value *v, uint8_t c)
{
    if (v->n == sizeof v->p) {
        return false;
    }
    v->p[v->n++] = c;
    return true;
}

bool hw_value_put_all(struct hw_list_value *v, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_value_put(v, s.p[i])) {
            return false;
        }
    }
    return true;
}

bool hw_value_give(struct hw_list_value *v, enum hw_list_kind kind)
{
    v->kind = kind;
    return true;
}

bool hw_value_no(const char **out_why, const char *why)
{
    *out_why = why;
    return false;
}

bool hw_value_one_of(uint8_t c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

bool hw_value_is_hex(uint8_t c)
{
    return hw_ascii_is_digit(c) || (hw_ascii_lower(c) >= 'a' && hw_ascii_lower(c) <= 'f');
}

/* Digests and numbers in hex */

static bool put_hex(struct hw_span s, struct hw_list_value *v)
{
    v->n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_value_is_hex(s.p[i]) || !hw_value_put(v, hw_ascii_lower(s.p[i]))) {
            return false;
        }
    }
    return v->n > 0;
}

/* "sha256:…", "MD5 = …": the label goes, and says what follows. */
static struct hw_span without_label(struct hw_span s, enum hw_list_kind *out_said)
{
    static const struct {
        const char *word;
        enum hw_list_kind kind;
    } labels[] = {
        {"md5", HW_LIST_MD5},        {"sha1", HW_LIST_SHA1},      {"sha-1", HW_LIST_SHA1},
        {"sha256", HW_LIST_SHA256},  {"sha-256", HW_LIST_SHA256}, {"sha512", HW_LIST_SHA512},
        {"sha-512", HW_LIST_SHA512},
    };
    size_t end = 0;
    while (end < s.n && s.p[end] != ':' && s.p[end] != '=') {
        end++;
    }
    struct hw_span word = hw_span_trim(hw_span_cut(s, 0, end));
    for (size_t i = 0; end < s.n && i < sizeof labels / sizeof labels[0]; i++) {
        if (hw_span_is_nocase(word, labels[i].word)) {
            *out_said = labels[i].kind;
            return hw_span_trim(hw_span_from(s, end + 1));
        }
    }
    return s;
}

static enum hw_list_kind hash_by_length(size_t digits)
{
    return digits == 32    ? HW_LIST_MD5
           : digits == 40  ? HW_LIST_SHA1
           : digits == 64  ? HW_LIST_SHA256
           : digits == 128 ? HW_LIST_SHA512
                           : HW_LIST_NONE;
}

static bool read_hash(struct hw_span raw, enum hw_list_kind as, struct hw_list_value *v,
                      const char **out_why)
{
    static const char *const wanted[HW_LIST_KIND_COUNT] = {
        [HW_LIST_MD5] = "not the 32 hex digits of an MD5",
        [HW_LIST_IMPHASH] = "not the 32 hex digits of an import hash",
        [HW_LIST_SHA1] = "not the 40 hex digits of a SHA-1",
        [HW_LIST_SHA256] = "not the 64 hex digits of a SHA-256",
        [HW_LIST_SHA512] = "not the 128 hex digits of a SHA-512",
        [HW_LIST_CERT_SHA1] = "not the 40 hex digits of a SHA-1",
        [HW_LIST_CERT_SHA256] = "not the 64 hex digits of a SHA-256",
        [HW_LIST_CERT_HASH] = "neither a SHA-1 nor a SHA-256",
    };
    enum hw_list_kind said = HW_LIST_NONE;
    struct hw_span s = without_label(hw_value_unwrap(raw), &said);
    enum hw_list_kind is = put_hex(s, v) ? hash_by_length(v->n) : HW_LIST_NONE;
    const char *why = wanted[as] != NULL ? wanted[as] : "not the hex digits of a file hash";
    if (is == HW_LIST_NONE || (said != HW_LIST_NONE && said != is)) {
        return hw_value_no(out_why, why);
    }
    enum hw_list_kind kind = is;
    if (as == HW_LIST_IMPHASH && is == HW_LIST_MD5) {
        kind = HW_LIST_IMPHASH;
    } else if (is == HW_LIST_SHA1 && (as == HW_LIST_CERT_SHA1 || as == HW_LIST_CERT_HASH)) {
        kind = HW_LIST_CERT_SHA1;
    } else if (is == HW_LIST_SHA256 && (as == HW_LIST_CERT_SHA256 || as == HW_LIST_CERT_HASH)) {
        kind = HW_LIST_CERT_SHA256;
    } else if (as != is && as != HW_LIST_HASH) {
        return hw_value_no(out_why, why);
    }
    return hw_value_give(v, kind);
}

/* A thumbprint is written like a serial number as often as like a hash. */
static bool read_serial(struct hw_span raw, bool thumbprint, struct hw_list_value *v,
                        const char **out_why)
{
    struct hw_span s = hw_value_unwrap(raw);
    if (hw_span_starts(s, "0x") || hw_span_starts(s, "0X")) {
        s = hw_span_from(s, 2);
    }
    v->n = 0;
    bool zero = false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == ':' || c == '-' || hw_ascii_is_blank(c)) {
            continue;
        }
        if (!hw_value_is_hex(c) || v->n == 128) {
            return hw_value_no(out_why, "not the hex digits of a certificate's number");
        }
        zero = true;
        if (thumbprint || v->n > 0 || c != '0') {
            (void)hw_value_put(v, hw_ascii_lower(c));
        }
    }
    if (thumbprint) {
        return v->n == 40   ? hw_value_give(v, HW_LIST_CERT_SHA1)
               : v->n == 64 ? hw_value_give(v, HW_LIST_CERT_SHA256)
                            : hw_value_no(out_why, "neither a SHA-1 nor a SHA-256");
    }
    /* Below 32 bits a number without its issuer says nothing: many issuers count from one. */
    if (v->n == 0 && zero) {
        (void)hw_value_put(v, '0');
    }
    return v->n >= 8  ? hw_value_give(v, HW_LIST_CERT_SERIAL)
           : v->n > 0 ? hw_value_give(v, HW_LIST_OTHER)
                      : hw_value_no(out_why, "not the hex digits of a certificate's number");
}

/* Names of files */

static bool looks_like_file(struct hw_span s)
{
    /* Endings no domain has; those that are domains too (com, sh, py, zip, app) are left out. */
    static const char *const ends[] = {
        ".exe",  ".dll",  ".sys", ".msi",   ".msp", ".dmg", ".pkg", ".scr",   ".bat",   ".cmd",
        ".ps1",  ".vbs",  ".js",  ".jse",   ".hta", ".lnk", ".doc", ".xls",   ".ppt",   ".docx",
        ".xlsx", ".pptx", ".rtf", ".pdf",   ".iso", ".img", ".7z",  ".rar",   ".cab",   ".tmp",
        ".dat",  ".bin",  ".log", ".txt",   ".cfg", ".ini", ".xml", ".json",  ".html",  ".php",
        ".jar",  ".apk",  ".elf", ".dylib", ".tgz", ".deb", ".rpm", ".nupkg", ".plist", ".jpg",
        ".png",  ".ico",  ".gif", ".cpl",   ".ocx",
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t n = strlen(ends[i]);
        if (s.n > n && hw_span_is_nocase(hw_span_from(s, s.n - n), ends[i])) {
            return true;
        }
    }
    bool drive = s.n > 3 && hw_ascii_is_alpha(s.p[0]) && s.p[1] == ':' && s.p[2] == '\\';
    return drive || hw_span_starts(s, "/") || hw_span_starts(s, "~/") || hw_span_starts(s, "%") ||
           hw_span_starts(s, "\\\\");
}

/* As it is, without blanks around it and one pair of quotes; repeated, so that a second reading
 * finds nothing more to take off. */
static bool read_text(struct hw_span s, enum hw_list_kind kind, struct hw_list_value *v,
                      const char **out_why)
{
    s = hw_span_trim(s);
    while (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
        s = hw_span_trim(hw_span_cut(s, 1, s.n - 2));
    }
    v->n = 0;
    if (s.n == 0) {
        return hw_value_no(out_why, "nothing is left of it");
    }
    if (!hw_value_put_all(v, s)) {
        return hw_value_no(out_why, "longer than 2,048 bytes");
    }
    for (size_t i = 0; i < s.n && kind == HW_LIST_FILENAME; i++) {
        if (s.p[i] < 0x20 || s.p[i] == 0x7f) {
            return hw_value_no(out_why, "control characters inside");
        }
    }
    return hw_value_give(v, kind);
}

static bool is_cve(struct hw_span s)
{
    return s.n >= 13 && hw_span_is_nocase(hw_span_cut(s, 0, 4), "CVE-");
}

/* Whatever it looks like, from the most certain shape to the least. */
static bool read_any(struct hw_span raw, struct hw_list_value *v, const char **out_why)
{
    struct hw_list_value t;
    if (read_hash(raw, HW_LIST_HASH, v, out_why)) {
        return true;
    }
    if (!hw_value_plain(raw, &t, out_why)) {
        return false;
    }
    struct hw_span s = hw_value_text(&t);
    if (is_cve(s)) {
        return read_text(raw, HW_LIST_OTHER, v, out_why);
    }
    if ((hw_value_has_scheme(s) ? hw_value_url(s, v) : hw_value_email(s, v)) ||
        hw_value_network(s, v)) {
        return true;
    }
    if (looks_like_file(s) && hw_span_find(s, ' ') == s.n) {
        return read_text(raw, HW_LIST_FILENAME, v, out_why);
    }
    if (hw_value_host(s, v) || hw_value_url(s, v)) {
        return true;
    }
    return looks_like_file(s) ? read_text(raw, HW_LIST_FILENAME, v, out_why)
                              : hw_value_no(out_why, "not a value of any kind known here");
}

/* A domain, address or URL, whichever it is: the three are written for each other. */
static bool read_net(struct hw_span raw, enum hw_list_kind as, struct hw_list_value *v,
                     const char **out_why)
{
    struct hw_list_value t;
    if (!hw_value_plain(raw, &t, out_why)) {
        return false;
    }
    struct hw_span s = hw_value_text(&t);
    if (hw_value_host(s, v) || hw_value_network(s, v) || hw_value_url(s, v)) {
        return true;
    }
    if (hw_span_starts(s, "*.") || hw_span_starts(s, ".")) {
        return read_text(raw, HW_LIST_OTHER, v, out_why); /* a pattern, not a name */
    }
    return hw_value_no(out_why, as == HW_LIST_DOMAIN    ? "not a domain name"
                                : as == HW_LIST_ADDRESS ? "not an IP address"
                                                        : "not a URL");
}

static bool read_mail(struct hw_span raw, struct hw_list_value *v, const char **out_why)
{
    struct hw_list_value t;
    return hw_value_plain(raw, &t, out_why) &&
           (hw_value_email(hw_value_text(&t), v) || hw_value_no(out_why, "not a mail address"));
}

bool hw_list_value_read(struct hw_span raw, enum hw_list_kind as, struct hw_list_value *out,
                        const char **out_why)
{
    out->n = 0;
    out->kind = HW_LIST_NONE;
    switch (as) {
    case HW_LIST_MD5:
    case HW_LIST_SHA1:
    case HW_LIST_SHA256:
    case HW_LIST_SHA512:
    case HW_LIST_IMPHASH:
    case HW_LIST_HASH:
        return read_hash(raw, as, out, out_why);
    case HW_LIST_CERT_SERIAL:
        return read_serial(raw, false, out, out_why);
    case HW_LIST_CERT_SHA1:
    case HW_LIST_CERT_SHA256:
    case HW_LIST_CERT_HASH:
        return read_hash(raw, as, out, out_why) ||
               (read_serial(raw, true, out, out_why) &&
                (as == HW_LIST_CERT_HASH || as == out->kind ||
                 hw_value_no(out_why, "a digest of another length")));
    case HW_LIST_FILE:
        return read_hash(raw, HW_LIST_HASH, out, out_why) ||
               read_text(raw, HW_LIST_FILENAME, out, out_why);
    case HW_LIST_DOMAIN:
    case HW_LIST_ADDRESS:
    case HW_LIST_URL:
        return read_net(raw, as, out, out_why);
    case HW_LIST_EMAIL:
        return read_mail(raw, out, out_why);
    case HW_LIST_FILENAME:
        return read_text(raw, HW_LIST_FILENAME, out, out_why);
    case HW_LIST_PACKAGE:
        return hw_list_package_read(raw, (struct hw_span){NULL, 0}, out, out_why);
    case HW_LIST_ANY:
        return read_any(raw, out, out_why);
    case HW_LIST_OTHER:
        return read_text(raw, HW_LIST_OTHER, out, out_why);
    case HW_LIST_NONE:
    case HW_LIST_KIND_COUNT:
        break;
    }
    return hw_value_no(out_why, "no kind was said");
}

/* Packages */

static bool is_version(struct hw_span s)
{
    size_t at = s.n > 0 && (s.p[0] == 'v' || s.p[0] == 'V') ? 1 : 0;
    if (s.n <= at || s.n > 128 || !hw_ascii_is_digit(s.p[at])) {
        return false;
    }
    for (size_t i = at; i < s.n; i++) {
        if (!hw_ascii_is_digit(s.p[i]) && !hw_ascii_is_alpha(s.p[i]) &&
            !hw_value_one_of(s.p[i], ".-+_~:!")) {
            return false;
        }
    }
    return true;
}

/* Products have blanks in their names, packages have none: blanks are for what has a version. */
static bool has_version(struct hw_span package)
{
    struct hw_span name, version;
    return hw_package_split(package, &name, &version) && is_version(version);
}

bool hw_list_package_read(struct hw_span name, struct hw_span version, struct hw_list_value *out,
                          const char **out_why)
{
    name = hw_span_trim(name);
    version = hw_span_trim(version);
    out->n = 0;
    bool blanks = version.n > 0 || has_version(name);
    for (size_t i = 0; i < name.n; i++) {
        bool blank = blanks && name.p[i] == ' ' && name.p[i - 1] != ' ' && name.p[i + 1] != '@';
        if ((name.p[i] <= 0x20 && !blank) || name.p[i] == 0x7f) {
            return hw_value_no(out_why, "not the name of a package");
        }
    }
    if (name.n == 0 || name.n > 1024) {
        return hw_value_no(out_why, "not the name of a package");
    }
    (void)hw_value_put_all(out, name);
    if (version.n == 0) {
        return hw_value_give(out, HW_LIST_PACKAGE);
    }
    if (!is_version(version)) {
        return hw_value_no(out_why, "not one version of a package");
    }
    (void)hw_value_put(out, '@');
    (void)hw_value_put_all(out, version);
    return hw_value_give(out, HW_LIST_PACKAGE);
}
