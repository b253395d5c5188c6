/* SPDX-License-Identifier: Apache-2.0 */
#include "door/console/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decodes in place up to one of `ends`; *at then stands on it. */
static int decode(char *text, size_t *at, const char *ends, struct hw_span *out,
                  struct hw_error *err)
{
    char *to = text + *at;
    const char *from = to;
    out->p = (const uint8_t *)to;
    while (*from != 0 && strchr(ends, *from) == NULL) {
        char c = *from++;
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int hi = digit(from[0]), lo = hi < 0 ? -1 : digit(from[1]);
            if (lo < 0 || (hi == 0 && lo == 0)) {
                return hw_fail(err, HW_E_USAGE,
                               "the query has a %% that is no byte, or the byte 0: write "
                               "%%XX with two hexadecimal digits");
            }
            c = (char)(unsigned char)(hi * 16 + lo);
            from += 2;
        }
        *to++ = c;
    }
    out->n = (size_t)((const uint8_t *)to - out->p);
    *at = (size_t)(from - text);
    return HW_OK;
}

static int members(struct hw_request *q, size_t at, struct hw_error *err)
{
    int rc = HW_OK;
    while (rc == HW_OK && q->text[at] != 0) {
        struct hw_request_member m = {.value = {NULL, 0}};
        if (q->count == HW_REQUEST_MEMBERS) {
            return hw_fail(err, HW_E_LIMIT, "the query has more than %d members",
                           HW_REQUEST_MEMBERS);
        }
        rc = decode(q->text, &at, "=&", &m.name, err);
        char end = q->text[at];
        at += end != 0;
        if (rc == HW_OK && end == '=') {
            rc = decode(q->text, &at, "&", &m.value, err);
            at += q->text[at] != 0;
        }
        q->query[q->count++] = m;
    }
    return rc;
}

int hw_request_init(struct hw_request *q, const char *target, struct hw_error *err)
{
    size_t n = strlen(target), path = strcspn(target, "?");
    *q = (struct hw_request){.count = 0};
    if (n > HW_REQUEST_TARGET) {
        return hw_fail(err, HW_E_LIMIT, "the address is longer than %d bytes", HW_REQUEST_TARGET);
    }
    q->text = strdup(target);
    if (q->text == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a request");
    }
    q->path = (struct hw_span){(const uint8_t *)q->text, path};
    return q->text[path] == 0 ? HW_OK : members(q, path + 1, err);
}

void hw_request_done(struct hw_request *q)
{
    free(q->text);
    q->text = NULL;
}

static bool listed(struct hw_span name, const char *names)
{
    while (*names != 0) {
        size_t n = strcspn(names, " ");
        if (hw_span_equal(name, (struct hw_span){(const uint8_t *)names, n})) {
            return true;
        }
        names += n + (names[n] == ' ');
    }
    return false;
}

int hw_request_only(const struct hw_request *q, const char *names, struct hw_error *err)
{
    unsigned where = 0;
    for (size_t i = 0; i < q->count; i++) {
        struct hw_span name = q->query[i].name;
        int n = (int)(name.n > 40 ? 40 : name.n);
        if (!listed(name, names)) {
            return hw_fail(err, HW_E_USAGE, "\"%.*s\" is no question of this address: it takes %s",
                           n, (const char *)name.p, names[0] == 0 ? "none" : names);
        }
        if (hw_span_is(name, "where")) {
            if (++where > HW_REQUEST_WHERE) {
                return hw_fail(err, HW_E_LIMIT, "more than %d times where", HW_REQUEST_WHERE);
            }
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            if (hw_span_equal(q->query[j].name, name)) {
                return hw_fail(err, HW_E_USAGE, "\"%.*s\" is given twice", n, (const char *)name.p);
            }
        }
    }
    return HW_OK;
}

struct hw_span hw_request_get(const struct hw_request *q, const char *name)
{
    for (size_t i = 0; i < q->count; i++) {
        if (hw_span_is(q->query[i].name, name)) {
            return q->query[i].value;
        }
    }
    return (struct hw_span){NULL, 0};
}

int hw_request_number(const struct hw_request *q, const char *name, uint64_t max,
                      uint64_t otherwise, uint64_t *out, struct hw_error *err)
{
    struct hw_span s = hw_request_get(q, name);
    uint64_t n = otherwise;
    if (s.n > 0 && (!hw_span_u64(s, &n) || n > max)) {
        return hw_fail(err, HW_E_USAGE, "%s: give a number from 0 to %llu", name,
                       (unsigned long long)max);
    }
    *out = n;
    return HW_OK;
}

int hw_request_time(const struct hw_request *q, const char *name, int64_t otherwise, int64_t *out,
                    struct hw_error *err)
{
    struct hw_span s = hw_request_get(q, name);
    int64_t t = otherwise;
    if (s.n > 0 && !hw_time_parse(s, &t)) {
        return hw_fail(err, HW_E_USAGE, "%s: give a time like 2023-03-29T12:00:00Z", name);
    }
    *out = t;
    return HW_OK;
}

/* ---- who asks ---- */

/* Where a page of ours lives; a rebinding name resolves here too, but is not among these. */
static bool is_ours(const char *at, uint16_t port)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char want[32];
        (void)snprintf(want, sizeof want, "%s:%u", names[i], (unsigned)port);
        if (strcmp(at, want) == 0) {
            return true;
        }
    }
    return false;
}

/* Looks at every byte of the token whatever the given one is, so that the time tells nothing. */
static bool same(const char *given, const char *token)
{
    size_t n = strlen(token), m = strlen(given);
    unsigned char differ = (unsigned char)(n != m);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = m == 0 ? 0 : (unsigned char)given[i < m ? i : m - 1];
        differ |= (unsigned char)(c ^ (unsigned char)token[i]);
    }
    return differ == 0;
}

enum hw_guard_says hw_guard_ask(const struct hw_guard *g, uint16_t port, const char *token,
                                bool api)
{
    static const char bearer[] = "Bearer ", http[] = "http://";
    if (g->host_n != 1 || !is_ours(g->host, port)) {
        return HW_GUARD_HOST;
    }
    if (g->origin_n > 1 || (g->origin_n == 1 && (strncmp(g->origin, http, sizeof http - 1) != 0 ||
                                                 !is_ours(g->origin + sizeof http - 1, port)))) {
        return HW_GUARD_ORIGIN;
    }
    if (!api) {
        return HW_GUARD_PASS;
    }
    if (g->site_n > 1 ||
        (g->site_n == 1 && strcmp(g->site, "same-origin") != 0 && strcmp(g->site, "none") != 0)) {
        return HW_GUARD_ORIGIN;
    }
    bool bears =
        g->authorization_n == 1 && strncmp(g->authorization, bearer, sizeof bearer - 1) == 0;
    return same(bears ? g->authorization + sizeof bearer - 1 : "", token) ? HW_GUARD_PASS
                                                                          : HW_GUARD_TOKEN;
}
