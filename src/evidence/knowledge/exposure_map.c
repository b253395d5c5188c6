/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/exposure_map.c -- which name of which scanner plays which role.
 *
 * A row of a table is a path through an object: a.b is b of a, a[].b is b of each element of a.
 * Of one role the document's order counts: what has one value keeps the first, and lists take all.
 * Scanners put the body of the page into their records, so a value is found without
 * loading anything: nothing is descended into that no row of the table asks for.
 */
#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "evidence/knowledge/exposure.h"

enum { PATH_BYTES = 120, ONE_BYTES = 1024, LIST_BYTES = 2048, DEPTH = 8 };

struct row {
    const char *path;
    enum hw_exposure_role role;
    const char *algorithm; /* before a digest that does not name its own */
};

static const struct row banner[] = {
    {"ip_str", HW_EXPOSURE_ADDRESS, NULL},
    {"port", HW_EXPOSURE_PORT, NULL},
    {"transport", HW_EXPOSURE_TRANSPORT, NULL},
    {"timestamp", HW_EXPOSURE_SEEN, NULL},
    {"_shodan.module", HW_EXPOSURE_SERVICE, NULL},
    {"product", HW_EXPOSURE_PRODUCT, NULL},
    {"version", HW_EXPOSURE_VERSION, NULL},
    {"cpe23[]", HW_EXPOSURE_CPE, NULL},
    {"hostnames[]", HW_EXPOSURE_HOSTNAMES, NULL},
    {"org", HW_EXPOSURE_ORGANISATION, NULL},
    {"asn", HW_EXPOSURE_ASN, NULL},
    {"location.country_code", HW_EXPOSURE_COUNTRY, NULL},
    {"ssl.cert.fingerprint.sha256", HW_EXPOSURE_CERT, NULL},
    {"ssl.cert.subject.CN", HW_EXPOSURE_CERT_NAMES, NULL},
    {"http.title", HW_EXPOSURE_TITLE, NULL},
    {"http.html_hash", HW_EXPOSURE_PAGE_HASH, "mmh3:"},
    {"http.favicon.hash", HW_EXPOSURE_FAVICON, "mmh3:"},
    {"hash", HW_EXPOSURE_BANNER_HASH, "mmh3:"},
    {"vulns", HW_EXPOSURE_VULNS, NULL},
    {"vulns[]", HW_EXPOSURE_VULNS, NULL},
};

static const struct row shodan[] = {
    {"ip_str", HW_EXPOSURE_ADDRESS, NULL},       {"hostnames[]", HW_EXPOSURE_HOSTNAMES, NULL},
    {"org", HW_EXPOSURE_ORGANISATION, NULL},     {"asn", HW_EXPOSURE_ASN, NULL},
    {"country_code", HW_EXPOSURE_COUNTRY, NULL},
};

/* The host's own time is that of its last change, for services that have none. */
static const struct row host_1[] = {
    {"ip", HW_EXPOSURE_ADDRESS, NULL},
    {"updated_at", HW_EXPOSURE_SEEN, NULL},
    {"autonomous_system.name", HW_EXPOSURE_ORGANISATION, NULL},
    {"autonomous_system.asn", HW_EXPOSURE_ASN, NULL},
    {"location.country_code", HW_EXPOSURE_COUNTRY, NULL},
};

static const struct row service_1[] = {
    {"metadata.product", HW_EXPOSURE_PRODUCT, NULL},
    {"metadata.version", HW_EXPOSURE_VERSION, NULL},
    {"get.metadata.product", HW_EXPOSURE_PRODUCT, NULL},
    {"get.metadata.version", HW_EXPOSURE_VERSION, NULL},
    {"tls.certificate.parsed.fingerprint_sha256", HW_EXPOSURE_CERT, NULL},
    {"tls.certificate.parsed.names[]", HW_EXPOSURE_CERT_NAMES, NULL},
    {"get.title", HW_EXPOSURE_TITLE, NULL},
    {"get.body_sha256", HW_EXPOSURE_PAGE_HASH, "sha256:"},
};

static const struct row host_2[] = {
    {"ip", HW_EXPOSURE_ADDRESS, NULL},
    {"last_updated_at", HW_EXPOSURE_SEEN, NULL},
    {"dns.names[]", HW_EXPOSURE_HOSTNAMES, NULL},
    {"dns.reverse_dns.names[]", HW_EXPOSURE_HOSTNAMES, NULL},
    {"autonomous_system.name", HW_EXPOSURE_ORGANISATION, NULL},
    {"autonomous_system.asn", HW_EXPOSURE_ASN, NULL},
    {"location.country_code", HW_EXPOSURE_COUNTRY, NULL},
};

static const struct row service_2[] = {
    {"port", HW_EXPOSURE_PORT, NULL},
    {"transport_protocol", HW_EXPOSURE_TRANSPORT, NULL},
    {"observed_at", HW_EXPOSURE_SEEN, NULL},
    {"service_name", HW_EXPOSURE_SERVICE, NULL},
    {"software[].product", HW_EXPOSURE_PRODUCT, NULL},
    {"software[].version", HW_EXPOSURE_VERSION, NULL},
    {"software[].uniform_resource_identifier", HW_EXPOSURE_CPE, NULL},
    {"tls.certificates.leaf_data.fingerprint", HW_EXPOSURE_CERT, NULL},
    {"tls.certificates.leaf_fp_sha_256", HW_EXPOSURE_CERT, NULL},
    {"certificate", HW_EXPOSURE_CERT, NULL},
    {"tls.certificates.leaf_data.names[]", HW_EXPOSURE_CERT_NAMES, NULL},
    {"http.response.html_title", HW_EXPOSURE_TITLE, NULL},
    {"http.response.body_hash", HW_EXPOSURE_PAGE_HASH, "sha1:"},
    {"http.response.favicons[].shodan_hash", HW_EXPOSURE_FAVICON, "mmh3:"},
    {"http.response.favicons[].hash_shodan", HW_EXPOSURE_FAVICON, "mmh3:"},
    {"banner_hashes[]", HW_EXPOSURE_BANNER_HASH, "sha256:"},
};

static const struct row host_3[] = {
    {"ip", HW_EXPOSURE_ADDRESS, NULL},
    {"dns.names[]", HW_EXPOSURE_HOSTNAMES, NULL},
    {"dns.reverse_dns.names[]", HW_EXPOSURE_HOSTNAMES, NULL},
    {"autonomous_system.name", HW_EXPOSURE_ORGANISATION, NULL},
    {"autonomous_system.asn", HW_EXPOSURE_ASN, NULL},
    {"location.country_code", HW_EXPOSURE_COUNTRY, NULL},
};

static const struct row service_3[] = {
    {"port", HW_EXPOSURE_PORT, NULL},
    {"transport_protocol", HW_EXPOSURE_TRANSPORT, NULL},
    {"scan_time", HW_EXPOSURE_SEEN, NULL},
    {"protocol", HW_EXPOSURE_SERVICE, NULL},
    {"software[].product", HW_EXPOSURE_PRODUCT, NULL},
    {"software[].version", HW_EXPOSURE_VERSION, NULL},
    {"software[].cpe", HW_EXPOSURE_CPE, NULL},
    {"cert.fingerprint_sha256", HW_EXPOSURE_CERT, NULL},
    {"tls.fingerprint_sha256", HW_EXPOSURE_CERT, NULL},
    {"cert.names[]", HW_EXPOSURE_CERT_NAMES, NULL},
    {"endpoints[].http.html_title", HW_EXPOSURE_TITLE, NULL},
    {"endpoints[].http.body_hash_sha256", HW_EXPOSURE_PAGE_HASH, "sha256:"},
    {"endpoints[].http.favicons[].hash_shodan", HW_EXPOSURE_FAVICON, "mmh3:"},
    {"banner_hash_sha256", HW_EXPOSURE_BANNER_HASH, "sha256:"},
    {"vulns[].id", HW_EXPOSURE_VULNS, NULL},
};

#define TABLE(rows)                                                                                \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0])                                                   \
    }
static const struct table {
    const struct row *rows;
    size_t count;
} tables[HW_EXPOSURE_NAMES_COUNT] = {
    [HW_EXPOSURE_OF_BANNER] = TABLE(banner), [HW_EXPOSURE_OF_SHODAN] = TABLE(shodan),
    [HW_EXPOSURE_OF_HOST_1] = TABLE(host_1), [HW_EXPOSURE_OF_SERVICE_1] = TABLE(service_1),
    [HW_EXPOSURE_OF_HOST_2] = TABLE(host_2), [HW_EXPOSURE_OF_SERVICE_2] = TABLE(service_2),
    [HW_EXPOSURE_OF_HOST_3] = TABLE(host_3), [HW_EXPOSURE_OF_SERVICE_3] = TABLE(service_3),
};

/* ---- what was said ---- */

static bool is_list(enum hw_exposure_role role)
{
    return role == HW_EXPOSURE_CPE || role == HW_EXPOSURE_HOSTNAMES ||
           role == HW_EXPOSURE_CERT_NAMES || role == HW_EXPOSURE_VULNS;
}

void hw_exposure_said_init(struct hw_exposure_said *s)
{
    *s = (struct hw_exposure_said){.product = false};
    for (size_t i = 0; i < HW_EXPOSURE_ROLES; i++) {
        hw_buf_init(&s->text[i], is_list((enum hw_exposure_role)i) ? LIST_BYTES : ONE_BYTES);
    }
}

void hw_exposure_said_clear(struct hw_exposure_said *s)
{
    for (size_t i = 0; i < HW_EXPOSURE_ROLES; i++) {
        hw_buf_clear(&s->text[i]);
    }
    s->product = false;
}

void hw_exposure_said_done(struct hw_exposure_said *s)
{
    for (size_t i = 0; i < HW_EXPOSURE_ROLES; i++) {
        hw_buf_done(&s->text[i]);
    }
}

/* Is it one of those in the list already? */
static bool listed(struct hw_span list, struct hw_span one)
{
    while (list.n > 0) {
        size_t end = hw_span_find(list, ' ');
        if (hw_span_equal(hw_span_cut(list, 0, end), one)) {
            return true;
        }
        list = hw_span_from(list, end + 1);
    }
    return false;
}

/* A list is parted by blanks: what has one itself is no name of a machine, program or flaw. */
static void put_listed(struct hw_buf *list, struct hw_span one)
{
    for (size_t i = 0; i < one.n; i++) {
        if (one.p[i] <= 0x20) {
            return;
        }
    }
    if (one.n == 0 || list->n + one.n + 1 > LIST_BYTES || listed(hw_buf_span(list), one)) {
        return;
    }
    if (list->n > 0) {
        hw_buf_char(list, ' ');
    }
    hw_buf_span_put(list, one);
}

/* A string with its escapes undone, a number as it is written; nothing for all else. */
static void put_plain(struct hw_buf *out, struct hw_span value)
{
    bool odd = false;
    size_t at = 1;
    if (hw_json_walk_is(value, '"')) {
        if (hw_scan_unquote(value, &at, out, &odd) == HW_UNQUOTE_BAD) {
            hw_buf_clear(out);
        }
    } else if (value.n > 0 && (value.p[0] == '-' || hw_ascii_is_digit(value.p[0]))) {
        hw_buf_span_put(out, value);
    }
}

static void give(struct hw_exposure_said *s, const struct row *r, struct hw_span value)
{
    struct hw_buf one;
    bool more = (r->role == HW_EXPOSURE_PRODUCT || r->role == HW_EXPOSURE_VERSION) && s->product;
    struct hw_buf *to = &s->text[r->role];
    if (more || (!is_list(r->role) && to->n > 0)) {
        return;
    }
    hw_buf_init(&one, is_list(r->role) ? LIST_BYTES : ONE_BYTES);
    put_plain(&one, value);
    struct hw_span text = hw_span_trim(hw_buf_span(&one));
    if (is_list(r->role)) {
        put_listed(to, text);
    } else if (text.n > 0) {
        if (r->algorithm != NULL && hw_span_find(text, ':') == text.n) {
            hw_buf_str(to, r->algorithm);
        }
        hw_buf_span_put(to, text);
    }
    hw_buf_done(&one);
}

/* ---- the walk ---- */

struct walk {
    const struct table *table;
    struct hw_exposure_said *said;
    struct hw_budget *fuel;
    char path[PATH_BYTES];
};

static void descend(struct walk *k, size_t path_n, struct hw_span value, unsigned depth);

/* The members' names of {"CVE-2020-1": {...}}. */
static void give_keys(struct walk *k, const struct row *r, struct hw_span object)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, object, 0, k->fuel);
    while (hw_json_walk_next(&w)) {
        put_listed(&k->said->text[r->role], w.key);
    }
}

static void meet(struct walk *k, size_t path_n, struct hw_span value, unsigned depth)
{
    bool deeper = false;
    for (size_t i = 0; i < k->table->count; i++) {
        const struct row *r = &k->table->rows[i];
        if (path_n > strlen(r->path) || memcmp(r->path, k->path, path_n) != 0) {
            continue; /* by length: a name may hold a NUL */
        }
        char next = r->path[path_n];
        if (next == 0 && hw_json_walk_is(value, '{') && is_list(r->role)) {
            give_keys(k, r, value);
        } else if (next == 0) {
            give(k->said, r, value);
        }
        deeper = deeper || (next == '.' && hw_json_walk_is(value, '{')) ||
                 (next == '[' && hw_json_walk_is(value, '['));
    }
    if (deeper && depth < DEPTH) {
        descend(k, path_n, value, depth + 1);
    }
}

/* Product and version are those of one program: the first that has a name. */
static void end_program(struct walk *k)
{
    if (k->said->text[HW_EXPOSURE_PRODUCT].n > 0) {
        k->said->product = true;
    } else {
        hw_buf_clear(&k->said->text[HW_EXPOSURE_VERSION]);
    }
}

static void descend(struct walk *k, size_t path_n, struct hw_span value, unsigned depth)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, value, 0, k->fuel);
    while (hw_json_walk_next(&w)) {
        size_t n = path_n;
        struct hw_span part = w.array ? HW_SPAN_LIT("[]") : w.key;
        if (part.n == 0 || part.n + 2 > PATH_BYTES - n) {
            continue;
        }
        if (!w.array && n > 0) {
            k->path[n++] = '.';
        }
        for (size_t i = 0; i < part.n; i++) {
            k->path[n++] = (char)part.p[i];
        }
        meet(k, n, w.value, depth);
        if (w.array && n == strlen("software[]") && memcmp(k->path, "software[]", n) == 0) {
            end_program(k);
        }
    }
}

void hw_exposure_map(enum hw_exposure_names names, struct hw_span object, struct hw_budget *fuel,
                     struct hw_exposure_said *out)
{
    struct walk k = {.table = &tables[names], .said = out, .fuel = fuel};
    descend(&k, 0, object, 0);
}
