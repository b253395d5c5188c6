/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/say.c -- how parsers speak: facts out, and nothing that the wire would refuse.
 *
 * A fact the encoder refuses would end the whole input as our own fault, so whatever comes from
 * evidence is made fit here: text becomes valid UTF-8, everything is cut to its field's size.
 */
#include "evidence/evidence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/measure.h"
#include "evidence/room.h"

enum { SAYS_BYTES = 1000, BECAUSE_BYTES = 1000, PROPERTY_BYTES = 16384 };

bool hw_exam_going(const struct hw_exam *x)
{
    return x->rc == HW_OK;
}

void hw_node_reader(struct hw_exam *x, const struct hw_node *n, struct hw_reader *out)
{
    hw_reader_init(out, n->bytes, &x->fuel);
}

void hw_say(struct hw_exam *x, const struct hw_fact *f)
{
    if (x->rc != HW_OK) {
        return;
    }
    x->rc = x->sink->put(x->sink, f, &x->err);
    x->facts += x->rc == HW_OK;
}

/* Length of the valid UTF-8 character at p (RFC 3629), 0 when there is none. */
static size_t character(const uint8_t *p, size_t n)
{
    static const uint32_t low[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80) {
        return p[0] != 0;
    }
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || len > n) {
        return 0;
    }
    uint32_t v = p[0] & (0xffU >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0U) != 0x80) {
            return 0;
        }
        v = v << 6 | (p[i] & 0x3fU);
    }
    return v < low[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff) ? 0 : len;
}

size_t hw_exam_clean(struct hw_span s, uint8_t *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t len = character(s.p + i, s.n - i);
        const uint8_t *from = len == 0 ? (const uint8_t *)"\xef\xbf\xbd" : s.p + i;
        size_t put = len == 0 ? 3 : len;
        if (put > room - n) {
            break;
        }
        for (size_t k = 0; k < put; k++) {
            out[n++] = from[k];
        }
        i += len == 0 ? 1 : len;
    }
    return n;
}

struct hw_span hw_exam_text(struct hw_exam *x, struct hw_span s, size_t max)
{
    size_t room = s.n > max / 3 ? max : s.n * 3;
    uint8_t *p = hw_arena_alloc(x->arena, room + 1);
    if (p == NULL || s.n == 0) {
        return HW_SPAN_LIT("");
    }
    return (struct hw_span){p, hw_exam_clean(s, p, room)};
}

void hw_say_degree(struct hw_node *n, enum hw_degree at_least, const char *because)
{
    if (at_least > n->degree) {
        n->degree = at_least;
        n->because = because;
    }
}

static void say_anomaly(struct hw_exam *x, struct hw_node *n, const char *rule, uint64_t off,
                        uint64_t size, struct hw_span says)
{
    uint8_t text[SAYS_BYTES];
    if (n->anomalies > HW_ANOMALIES_LISTED) {
        return;
    }
    if (n->anomalies++ == HW_ANOMALIES_LISTED) {
        rule = "over-budget";
        says = HW_SPAN_LIT("further anomalies of this artifact are not listed");
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_ANOMALY, n->number);
    hw_fact_str(&f, HW_ANOMALY_RULE, rule);
    hw_fact_u64(&f, HW_ANOMALY_OFF, off);
    hw_fact_u64(&f, HW_ANOMALY_SIZE, size);
    hw_fact_span(&f, HW_ANOMALY_SAYS,
                 (struct hw_span){text, hw_exam_clean(says, text, sizeof text)});
    hw_say(x, &f);
}

void hw_say_anomaly(struct hw_exam *x, struct hw_node *n, const char *rule, uint64_t off,
                    uint64_t size, const char *fmt, ...)
{
    char text[SAYS_BYTES];
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t n_bytes = len < 0 ? 0 : (size_t)len;
    if (n_bytes >= sizeof text) {
        n_bytes = sizeof text - 1;
    }
    say_anomaly(x, n, rule, off, size, (struct hw_span){(const uint8_t *)text, n_bytes});
    hw_say_degree(n, HW_ODD, NULL);
}

void hw_say_fault(struct hw_exam *x, struct hw_node *n, const struct hw_reader *r, const char *what)
{
    struct hw_error err;
    if (hw_reader_fail(r, &err) == HW_OK) {
        return;
    }
    const char *rule = hw_reader_fault(r) == HW_SHORT      ? "truncated"
                       : hw_reader_fault(r) == HW_MISMATCH ? "bad-value"
                                                           : "over-budget";
    hw_say_anomaly(x, n, rule, err.where, 0, "%s: %s", what, err.text);
    if (hw_reader_fault(r) == HW_OVER_BUDGET) {
        hw_say_degree(n, HW_REFUSED, "the budget for this input ended here");
    } else {
        hw_say_degree(n, HW_BROKEN, what);
    }
}

static void property(struct hw_fact *f, const struct hw_node *n, const char *key)
{
    hw_fact_about(f, HW_FACT_PROPERTY, n->number);
    hw_fact_str(f, HW_PROPERTY_KEY, key);
}

void hw_say_number(struct hw_exam *x, const struct hw_node *n, const char *key, uint64_t v)
{
    struct hw_fact f;
    property(&f, n, key);
    hw_fact_u64(&f, HW_PROPERTY_NUMBER, v);
    hw_say(x, &f);
}

void hw_say_text(struct hw_exam *x, const struct hw_node *n, const char *key, struct hw_span text)
{
    struct hw_fact f;
    property(&f, n, key);
    hw_fact_span(&f, HW_PROPERTY_TEXT, hw_exam_text(x, text, PROPERTY_BYTES));
    hw_say(x, &f);
}

void hw_say_blob(struct hw_exam *x, const struct hw_node *n, const char *key, struct hw_span bytes)
{
    struct hw_fact f;
    property(&f, n, key);
    bytes.n = bytes.n > PROPERTY_BYTES ? PROPERTY_BYTES : bytes.n;
    hw_fact_span(&f, HW_PROPERTY_BYTES, bytes);
    hw_say(x, &f);
}

void hw_say_unopened(struct hw_exam *x, struct hw_node *n, const char *kind, struct hw_span name,
                     uint64_t off, uint64_t size, const char *because)
{
    uint8_t text[BECAUSE_BYTES];
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_UNOPENED, n->number);
    hw_fact_str(&f, HW_UNOPENED_KIND, kind);
    if (name.n > 0) {
        name.n = name.n > HW_NAME_BYTES ? HW_NAME_BYTES : name.n;
        hw_fact_span(&f, HW_UNOPENED_NAME, name);
    }
    hw_fact_u64(&f, HW_UNOPENED_SIZE, size);
    if (because != NULL) {
        struct hw_span s = {(const uint8_t *)because, strlen(because)};
        hw_fact_span(&f, HW_UNOPENED_BECAUSE,
                     (struct hw_span){text, hw_exam_clean(s, text, sizeof text)});
    }
    hw_fact_u64(&f, HW_UNOPENED_OFF, off);
    hw_say(x, &f);
}

void hw_measure(struct hw_span s, uint32_t *out_entropy, uint64_t *out_nonzero)
{
    uint64_t seen[256] = {0};
    hw_count_bytes(s, seen);
    if (out_nonzero != NULL) {
        *out_nonzero = s.n - seen[0];
    }
    if (out_entropy != NULL) {
        *out_entropy = hw_entropy(seen);
    }
}
