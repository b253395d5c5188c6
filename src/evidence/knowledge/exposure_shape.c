/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/exposure_shape.c -- which shape a document of an export has.
 *
 * Shodan (datapedia.shodan.io, "banner"; developer.shodan.io): banners; a page of a search,
 * {"matches": [banner]}; a host, {"ip_str", "data": [banner without address]}.
 *
 * Censys: a host of the search of 2015 to 2021 (version 1), {"ip", "protocols": ["443/https"],
 * "p443" or "443": {"https": {...}}}; of Search 2 (version 2), {"ip", "services": [{"port",
 * "service_name"}]}; of the Platform (version 3), the same with "protocol" and "scan_time". Pages:
 * {"result": {"hits": [...]}}; wraps: {"result": {host}}, {"resource": {host}}, {"host_v1": ...}.
 */
#include "base/text.h"
#include "evidence/knowledge/exposure.h"

enum { MEMBERS = 400 };

static const char *const names[] = {
    "_shodan",        "autonomous_system",
    "certificate_v1", "cpes",
    "data",           "dns",
    "hash",           "hits",
    "host_v1",        "ip",
    "ip_str",         "location",
    "matches",        "port",
    "ports",          "protocols",
    "resource",       "result",
    "services",       "timestamp",
    "transport",      "vulns",
    "webproperty_v1",
};
enum {
    SHODAN,
    SYSTEM,
    CERTIFICATE,
    CPES,
    DATA,
    DNS,
    HASH,
    HITS,
    HOST,
    IP,
    IP_STR,
    LOCATION,
    MATCHES,
    PORT,
    PORTS,
    PROTOCOLS,
    RESOURCE,
    RESULT,
    SERVICES,
    TIMESTAMP,
    TRANSPORT,
    VULNS,
    WEB,
    NAMES
};

struct members {
    struct hw_span of[NAMES];
};

static void put(struct members *m, struct hw_span key, struct hw_span value)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (m->of[i].n == 0 && hw_span_equal(key, hw_span_str(names[i]))) {
            m->of[i] = value;
        }
    }
}

static void read_members(struct hw_span object, struct hw_budget *fuel, struct members *out)
{
    struct hw_json_walk w;
    *out = (struct members){.of = {{NULL, 0}}};
    hw_json_walk_init(&w, object, 0, fuel);
    while (!w.array && w.count < MEMBERS && hw_json_walk_next(&w)) {
        put(out, w.key, w.value);
    }
    if (!w.array && w.fault != NULL && !w.closed && w.key.n > 0 && w.fault_off < object.n) {
        /* the value that does not end: what lies in it may be whole */
        put(out, w.key, hw_span_from(object, (size_t)w.fault_off));
    }
}

static bool is(const struct members *m, size_t name, char opens)
{
    return hw_json_walk_is(m->of[name], opens);
}

static bool is_number(const struct members *m, size_t name)
{
    struct hw_span s = m->of[name];
    size_t at = hw_json_walk_is(s, '-');
    return at < s.n && hw_ascii_is_digit(s.p[at]);
}

static struct hw_span first_of(struct hw_span array, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, array, 0, fuel);
    return hw_json_walk_next(&w) ? w.value
           : w.fault != NULL && !w.closed && w.fault_off < array.n
               ? hw_span_from(array, (size_t)w.fault_off)
               : (struct hw_span){NULL, 0};
}

static bool has_one(struct hw_span object, const char *const *keys, size_t count,
                    struct hw_budget *fuel)
{
    for (size_t i = 0; i < count; i++) {
        if (hw_json_walk_find(object, keys[i], MEMBERS, fuel).n > 0) {
            return true;
        }
    }
    return false;
}

/* By the names of its first service. */
static struct hw_exposure_look censys(const struct members *m, struct hw_budget *fuel)
{
    static const char *const second[] = {"service_name", "extended_service_name", "observed_at"};
    static const char *const third[] = {"scan_time", "protocol", "endpoints", "cert"};
    struct hw_exposure_look l = {.inside = m->of[SERVICES]};
    struct hw_span first = first_of(m->of[SERVICES], fuel);
    if (!is(m, SYSTEM, '{') && !is(m, LOCATION, '{') && !is(m, DNS, '{')) {
        l.why = "a host with services that tells neither its network nor its place: of no scanner "
                "known here";
    } else if (first.n == 0) {
        l.shape = HW_EXPOSURE_SILENT;
    } else if (hw_json_walk_find(first, "port", MEMBERS, fuel).n == 0) {
        l.why = "a host of Censys whose services have no port";
    } else if (has_one(first, second, sizeof second / sizeof second[0], fuel)) {
        l.shape = HW_EXPOSURE_CENSYS_2;
    } else if (has_one(first, third, sizeof third / sizeof third[0], fuel)) {
        l.shape = HW_EXPOSURE_CENSYS_3;
    } else {
        l.why = "a host of Censys whose services have the names of no version known here";
    }
    return l;
}

static bool is_protocol(struct hw_span value)
{
    struct hw_span s = hw_json_walk_string(value);
    size_t slash = hw_span_find(s, '/');
    uint64_t port;
    return slash + 1 < s.n && hw_span_u64(hw_span_cut(s, 0, slash), &port) && port <= UINT16_MAX;
}

static struct hw_exposure_look pages(const struct members *m)
{
    struct hw_exposure_look l = {.why = "no object of an export of Shodan or Censys"};
    static const struct {
        size_t name;
        char opens;
        enum hw_exposure_shape shape;
    } known[] = {
        {MATCHES, '[', HW_EXPOSURE_PAGE},  {HITS, '[', HW_EXPOSURE_PAGE},
        {RESULT, '[', HW_EXPOSURE_PAGE},   {RESULT, '{', HW_EXPOSURE_WRAP},
        {RESOURCE, '{', HW_EXPOSURE_WRAP}, {HOST, '{', HW_EXPOSURE_WRAP},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (is(m, known[i].name, known[i].opens)) {
            l.shape = known[i].shape;
            l.inside = m->of[known[i].name];
            return l;
        }
    }
    if (is(m, WEB, '{')) {
        l.why = "a web property of Censys: no service of an address";
    } else if (is(m, CERTIFICATE, '{')) {
        l.why = "a certificate of Censys: no service of an address";
    }
    return l;
}

struct hw_exposure_look hw_exposure_look(struct hw_span object, struct hw_budget *fuel)
{
    struct hw_exposure_look l = {.why = "no object"};
    struct members m;
    if (!hw_json_walk_is(object, '{')) {
        return l;
    }
    read_members(object, fuel, &m);
    if (is(&m, IP_STR, '"') && is_number(&m, PORT) && is(&m, TIMESTAMP, '"') &&
        (is(&m, SHODAN, '{') || (is_number(&m, HASH) && is(&m, TRANSPORT, '"')))) {
        l.shape = HW_EXPOSURE_BANNER;
    } else if (is(&m, IP_STR, '"') && is(&m, DATA, '[') && is(&m, PORTS, '[')) {
        l.shape = HW_EXPOSURE_SHODAN;
        l.inside = m.of[DATA];
    } else if (is(&m, IP_STR, '"') && is_number(&m, PORT)) {
        l.why = "an address and a port, and nothing that only a banner of Shodan has";
    } else if (is(&m, IP, '"') && is(&m, SERVICES, '[')) {
        return censys(&m, fuel);
    } else if (is(&m, IP, '"') && is(&m, PROTOCOLS, '[') &&
               is_protocol(first_of(m.of[PROTOCOLS], fuel))) {
        l.shape = HW_EXPOSURE_CENSYS_1;
        l.inside = m.of[PROTOCOLS];
    } else if (is(&m, IP, '"') && is(&m, PORTS, '[') && is(&m, CPES, '[') && is(&m, VULNS, '[')) {
        l.why = "a host of Shodan's InternetDB: ports without a time, no services";
    } else {
        return pages(&m);
    }
    return l;
}
