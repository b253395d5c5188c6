/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_hosts.c -- names, addresses, URLs and mail addresses in canonical form.
 *
 * Names keep to the lengths of RFC 1035 and to the bytes resolvers are asked for (underscore, and
 * UTF-8 as it is, included). IPv4 is four decimal numbers without leading zeros; IPv6 comes out as
 * RFC 5952 writes it. Of a URL (RFC 3986) scheme and host become lower case, the rest stays as it
 * is.
 */
#include "base/text.h"
#include "evidence/knowledge/list_value.h"

static bool is_name_byte(uint8_t c)
{
    return hw_ascii_is_digit(c) || hw_ascii_is_alpha(c) || c == '-' || c == '_' || c >= 0x80;
}

/* At least `labels_min` labels, the last with a letter in front; s without a trailing dot. */
static bool is_domain(struct hw_span s, unsigned labels_min)
{
    unsigned labels = 0;
    if (s.n == 0 || s.n > 253 || !hw_utf8_valid(s)) {
        return false;
    }
    while (true) {
        size_t n = hw_span_find(s, '.');
        if (n == 0 || n > 63) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            if (!is_name_byte(s.p[i])) {
                return false;
            }
        }
        labels++;
        if (n == s.n) {
            bool letter = hw_ascii_is_alpha(s.p[0]) || s.p[0] >= 0x80;
            return letter && labels >= labels_min && (n >= 2 || labels_min == 1);
        }
        s = hw_span_from(s, n + 1);
    }
}

static bool parse_v4(struct hw_span s, uint8_t out[4])
{
    uint8_t got[4];
    for (unsigned i = 0; i < 4; i++) {
        size_t n = i < 3 ? hw_span_find(s, '.') : s.n;
        uint64_t v;
        struct hw_span part = hw_span_cut(s, 0, n);
        /* A leading zero is octal to some and decimal to others: neither is guessed. */
        if (n == 0 || n > 3 || (n > 1 && part.p[0] == '0') || !hw_span_u64(part, &v) || v > 255 ||
            (i < 3 && n == s.n)) {
            return false;
        }
        got[i] = (uint8_t)v;
        s = hw_span_from(s, n + 1);
    }
    for (unsigned i = 0; i < 4; i++) {
        out[i] = got[i];
    }
    return true;
}

/* One group of an IPv6 address at the front of *s; the group is taken off. */
static bool take_group(struct hw_span *s, uint16_t *out)
{
    uint32_t v = 0;
    size_t n = 0;
    while (n < s->n && n < 4 && hw_value_is_hex(s->p[n])) {
        uint8_t c = hw_ascii_lower(s->p[n]);
        v = v << 4 | (uint32_t)(hw_ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
        n++;
    }
    *s = hw_span_from(*s, n);
    *out = (uint16_t)v;
    return n > 0;
}

static bool parse_v6(struct hw_span s, uint16_t out[8])
{
    uint16_t group[8] = {0};
    unsigned count = 0, gap = 9; /* 9: none */
    if (hw_span_starts(s, "::")) {
        gap = 0;
        s = hw_span_from(s, 2);
    }
    while (s.n > 0) {
        uint8_t v4[4];
        if (count <= 6 && parse_v4(s, v4)) {
            group[count++] = (uint16_t)(v4[0] << 8 | v4[1]);
            group[count++] = (uint16_t)(v4[2] << 8 | v4[3]);
            break;
        }
        if (count == 8 || !take_group(&s, &group[count])) {
            return false;
        }
        count++;
        if (s.n == 0) {
            break;
        }
        if (hw_span_starts(s, "::")) {
            if (gap != 9) {
                return false;
            }
            gap = count;
            s = hw_span_from(s, 2);
        } else if (s.p[0] == ':' && s.n > 1) {
            s = hw_span_from(s, 1);
        } else {
            return false;
        }
    }
    if (gap == 9 ? count != 8 : count > 7) {
        return false;
    }
    unsigned zeros = 8 - count;
    for (unsigned i = 0; i < 8; i++) {
        out[i] = gap == 9 || i < gap ? group[i] : i < gap + zeros ? 0 : group[i - zeros];
    }
    return true;
}

static void put_number(struct hw_list_value *v, uint32_t n, unsigned base)
{
    char digits[12];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n > 0);
    (void)hw_value_put_all(v, (struct hw_span){(const uint8_t *)digits + at, sizeof digits - at});
}

static void put_v4(struct hw_list_value *v, const uint8_t a[4])
{
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0) {
            (void)hw_value_put(v, '.');
        }
        put_number(v, a[i], 10);
    }
}

/* RFC 5952: the longest run of two or more zero groups, the first of equals, becomes "::". */
static void put_v6(struct hw_list_value *v, const uint16_t g[8])
{
    unsigned best = 8, best_n = 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = 0;
        while (i + n < 8 && g[i + n] == 0) {
            n++;
        }
        if (n > best_n) {
            best = i, best_n = n;
        }
    }
    bool mapped = best == 0 && best_n == 5 && g[5] == 0xffff;
    for (unsigned i = 0; i < 8; i++) {
        if (i == best) {
            (void)hw_value_put_all(v, HW_SPAN_LIT("::"));
            i += best_n - 1;
            continue;
        }
        if (i > 0 && i != best + best_n) {
            (void)hw_value_put(v, ':');
        }
        if (mapped && i == 6) {
            uint8_t a[4] = {(uint8_t)(g[6] >> 8), (uint8_t)g[6], (uint8_t)(g[7] >> 8),
                            (uint8_t)g[7]};
            put_v4(v, a);
            break;
        }
        put_number(v, g[i], 16);
    }
}

static bool is_port(struct hw_span s)
{
    uint64_t port;
    return s.n <= 5 && hw_span_u64(s, &port) && port <= 65535;
}

/* host, host:port, [v6], [v6]:port: cut apart. */
static bool split_port(struct hw_span s, struct hw_span *out_host, struct hw_span *out_port)
{
    *out_port = (struct hw_span){NULL, 0};
    if (s.n > 0 && s.p[0] == '[') {
        size_t close = hw_span_find(s, ']');
        struct hw_span after = hw_span_from(s, close + 1);
        *out_host = hw_span_cut(s, 1, close - 1);
        if (close == s.n || (after.n > 0 && after.p[0] != ':')) {
            return false;
        }
        *out_port = hw_span_from(after, 1);
        return after.n == 0 || is_port(*out_port);
    }
    size_t colon = hw_span_find(s, ':');
    *out_host = hw_span_cut(s, 0, colon);
    *out_port = hw_span_from(s, colon + 1);
    if (colon < s.n && hw_span_find(*out_port, ':') < out_port->n) {
        *out_host = s; /* more than one colon: a bare IPv6 address */
        *out_port = (struct hw_span){NULL, 0};
        return true;
    }
    return colon == s.n || is_port(*out_port);
}

static struct hw_span undotted(struct hw_span s)
{
    while (s.n > 0 && s.p[s.n - 1] == '.') {
        s.n--;
    }
    return s;
}

enum host { HOST_NONE, HOST_NAME, HOST_V4, HOST_V6 };

/* Appends the canonical form of a host. */
static enum host put_host(struct hw_span s, unsigned labels_min, struct hw_list_value *v)
{
    uint8_t a[4];
    uint16_t g[8];
    if (parse_v4(s, a)) {
        put_v4(v, a);
        return HOST_V4;
    }
    if (parse_v6(s, g)) {
        put_v6(v, g);
        return HOST_V6;
    }
    s = undotted(s);
    if (!is_domain(s, labels_min)) {
        return HOST_NONE;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_value_put(v, hw_ascii_lower(s.p[i]))) {
            return HOST_NONE;
        }
    }
    return HOST_NAME;
}

/* Addresses that every machine calls its own, and networks, are kept and not matched. */
static enum hw_list_kind address_kind(const struct hw_list_value *v)
{
    struct hw_span s = hw_value_text(v);
    return hw_span_starts(s, "127.") || hw_span_is(s, "0.0.0.0") || hw_span_is(s, "::") ||
                   hw_span_is(s, "::1") || hw_span_is(s, "255.255.255.255")
               ? HW_LIST_OTHER
               : HW_LIST_ADDRESS;
}

bool hw_value_network(struct hw_span s, struct hw_list_value *v)
{
    struct hw_span slash = hw_span_from(s, hw_span_find(s, '/'));
    uint64_t bits;
    struct hw_span host = hw_span_cut(s, 0, s.n - slash.n);
    v->n = 0;
    if (slash.n < 2 || slash.n > 4 || !hw_span_u64(hw_span_from(slash, 1), &bits) || bits > 128 ||
        host.n > 64) {
        return false;
    }
    enum host h = put_host(host, 2, v);
    if (h != HOST_V6 && (h != HOST_V4 || bits > 32)) {
        return false;
    }
    (void)hw_value_put(v, '/');
    put_number(v, (uint32_t)bits, 10);
    return hw_value_give(v, HW_LIST_OTHER);
}

/* An address or a name, either with a port that is left to the raw value. */
bool hw_value_host(struct hw_span s, struct hw_list_value *v)
{
    struct hw_span host, port;
    v->n = 0;
    if (!split_port(s, &host, &port)) {
        return false;
    }
    enum host h = put_host(host, 2, v);
    if (h == HOST_NONE) {
        return false;
    }
    return hw_value_give(v, h == HOST_NAME ? HW_LIST_DOMAIN : address_kind(v));
}

bool hw_value_email(struct hw_span s, struct hw_list_value *v)
{
    size_t at = hw_span_find(s, '@');
    v->n = 0;
    for (size_t i = 0; i < at; i++) {
        if (hw_ascii_is_blank(s.p[i]) || s.p[i] == ':' || s.p[i] == '/') {
            return false;
        }
    }
    return at > 0 && at < s.n && hw_value_put_all(v, hw_span_cut(s, 0, at + 1)) &&
           put_host(hw_span_from(s, at + 1), 2, v) == HOST_NAME && hw_value_give(v, HW_LIST_EMAIL);
}

/* Offset of "://", or s.n. The scheme before it has letters, digits, + - . only. */
static size_t find_scheme(struct hw_span s)
{
    size_t n = hw_span_find(s, ':');
    if (n == 0 || n > 16 || !hw_span_starts(hw_span_from(s, n), "://") ||
        !hw_ascii_is_alpha(s.p[0])) {
        return s.n;
    }
    for (size_t i = 0; i < n; i++) {
        if (!hw_ascii_is_alpha(s.p[i]) && !hw_ascii_is_digit(s.p[i]) && s.p[i] != '+' &&
            s.p[i] != '-' && s.p[i] != '.') {
            return s.n;
        }
    }
    return n;
}

/* The host is made canonical; user and port before and behind it stay as they are. */
static bool put_authority(struct hw_span s, bool scheme, struct hw_list_value *v)
{
    size_t user = 0;
    for (size_t i = 0; scheme && i < s.n; i++) {
        user = s.p[i] == '@' ? i + 1 : user;
    }
    struct hw_span host, port;
    struct hw_span rest = hw_span_from(s, user);
    if (!hw_value_put_all(v, hw_span_cut(s, 0, user)) || !split_port(rest, &host, &port)) {
        return false;
    }
    bool bracket = rest.n > 0 && rest.p[0] == '[';
    if (bracket && !hw_value_put(v, '[')) {
        return false;
    }
    enum host h = put_host(host, scheme ? 1 : 2, v);
    if (h == HOST_NONE || (bracket ? h != HOST_V6 || !hw_value_put(v, ']') : h == HOST_V6)) {
        return false;
    }
    return port.n == 0 || (hw_value_put(v, ':') && hw_value_put_all(v, port));
}

bool hw_value_url(struct hw_span s, struct hw_list_value *v)
{
    size_t scheme = find_scheme(s);
    bool has = scheme < s.n;
    v->n = 0;
    if (has) {
        for (size_t i = 0; i < scheme; i++) {
            (void)hw_value_put(v, hw_ascii_lower(s.p[i]));
        }
        (void)hw_value_put_all(v, HW_SPAN_LIT("://"));
        s = hw_span_from(s, scheme + 3);
        while (s.n > 0 && s.p[0] == ' ') {
            s = hw_span_from(s, 1);
        }
    }
    size_t n = 0;
    while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#') {
        n++;
    }
    if (n > 1024 || (!has && n == s.n)) {
        return false;
    }
    return put_authority(hw_span_cut(s, 0, n), has, v) && hw_value_put_all(v, hw_span_from(s, n)) &&
           hw_value_give(v, HW_LIST_URL);
}

bool hw_value_has_scheme(struct hw_span s)
{
    return find_scheme(s) < s.n;
}
