/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/archive_pax.h"

#include <string.h>

enum { PATH_BYTES = 1024 * 1024, RECORD_DIGITS = 9 };

void hw_pax_init(struct hw_pax *p)
{
    *p = (struct hw_pax){.mtime = HW_NO_TIME};
    hw_buf_init(&p->path, PATH_BYTES);
    hw_buf_init(&p->linkpath, PATH_BYTES);
}

void hw_pax_done(struct hw_pax *p)
{
    hw_buf_done(&p->path);
    hw_buf_done(&p->linkpath);
}

static void copy(struct hw_buf *to, const struct hw_buf *from)
{
    hw_buf_clear(to);
    hw_buf_span_put(to, hw_buf_span(from));
}

void hw_pax_forget(struct hw_pax *p, const struct hw_pax *global)
{
    copy(&p->path, &global->path);
    copy(&p->linkpath, &global->linkpath);
    p->size = global->size;
    p->has_size = global->has_size;
    p->mtime = global->mtime;
    p->sparse = global->sparse;
}

/* Decimal digits, then `end`. */
static bool decimal(struct hw_reader *r, uint8_t end, unsigned most, uint64_t *out)
{
    uint64_t v = 0;
    uint8_t c;
    for (unsigned i = 0; i <= most && hw_read_u8(r, &c); i++) {
        if (c == end && i > 0) {
            *out = v;
            return true;
        }
        if (c < '0' || c > '9') {
            return false;
        }
        v = v * 10 + (uint64_t)(c - '0');
    }
    return false;
}

static bool is(struct hw_span key, const char *word)
{
    return hw_span_equal(key, (struct hw_span){(const uint8_t *)word, strlen(word)});
}

/* "1700000000.25": seconds, and a fraction of which nine digits count. */
static int64_t time_of(struct hw_span v)
{
    uint64_t seconds = 0, ns = 0, unit = 100000000;
    size_t i = 0;
    for (; i < v.n && v.p[i] >= '0' && v.p[i] <= '9' && seconds < UINT64_C(9000000000); i++) {
        seconds = seconds * 10 + (uint64_t)(v.p[i] - '0');
    }
    if (i == 0 || seconds >= UINT64_C(9000000000) || (i < v.n && v.p[i] != '.')) {
        return HW_NO_TIME;
    }
    for (i++; i < v.n && v.p[i] >= '0' && v.p[i] <= '9'; i++, unit /= 10) {
        ns += (uint64_t)(v.p[i] - '0') * unit;
    }
    return (int64_t)(seconds * 1000000000 + ns);
}

static void take(struct hw_exam *x, struct hw_node *n, struct hw_span key, struct hw_span value,
                 uint64_t off, struct hw_pax *p)
{
    if (is(key, "path") || is(key, "GNU.sparse.name")) {
        hw_buf_clear(&p->path);
        hw_buf_span_put(&p->path, value);
    } else if (is(key, "linkpath")) {
        hw_buf_clear(&p->linkpath);
        hw_buf_span_put(&p->linkpath, value);
    } else if (is(key, "mtime")) {
        p->mtime = time_of(value);
    } else if (is(key, "size")) {
        struct hw_reader r;
        uint64_t size = 0;
        hw_reader_init_at(&r, value, off, &x->fuel);
        uint8_t c;
        while (hw_read_u8(&r, &c) && c >= '0' && c <= '9' && size < UINT64_MAX / 16) {
            size = size * 10 + (uint64_t)(c - '0');
        }
        p->size = size;
        p->has_size = true;
    } else if (key.n > 10 && memcmp(key.p, "GNU.sparse", 10) == 0) {
        p->sparse = true;
    }
    if (value.n > 0 && (is(key, "path") || is(key, "linkpath")) &&
        memchr(value.p, 0, value.n) != NULL) {
        hw_say_anomaly(x, n, "bad-name", off, value.n, "a NUL inside a name: programs cut there");
    }
}

void hw_pax_read(struct hw_exam *x, struct hw_node *n, struct hw_span s, uint64_t off,
                 struct hw_pax *p)
{
    struct hw_reader r;
    hw_reader_init_at(&r, s, off, &x->fuel);
    while (hw_read_left(&r) > 0) {
        uint64_t at = hw_read_where(&r), whole;
        struct hw_reader rec;
        if (!hw_reader_item(&r) || !decimal(&r, ' ', RECORD_DIGITS, &whole)) {
            hw_say_anomaly(x, n, "bad-encoding", at, 0, "a pax record without its length");
            return;
        }
        uint64_t used = hw_read_where(&r) - at;
        if (whole <= used || !hw_read_sub(&r, whole - used, &rec)) {
            hw_say_anomaly(x, n, "bad-size", at, whole, "a pax record is longer than its place");
            return;
        }
        struct hw_span body = hw_reader_rest(&rec);
        const uint8_t *eq = memchr(body.p, '=', body.n);
        if (eq == NULL || body.p[body.n - 1] != '\n') {
            hw_say_anomaly(x, n, "bad-encoding", at, whole, "a pax record without key or end");
            return;
        }
        size_t key_n = (size_t)(eq - body.p);
        if (key_n + 2 > body.n) {
            hw_say_anomaly(x, n, "bad-encoding", at, whole, "a pax record without key or end");
            return;
        }
        take(x, n, (struct hw_span){body.p, key_n}, (struct hw_span){eq + 1, body.n - key_n - 2},
             at, p);
    }
}
