/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_reader.c -- random programs of reader calls, held against a model that knows no
 * arithmetic worth the name: it walks byte by byte.
 *
 * Targets: src/base/reader.c
 *
 * Input: u8 kind of origin, u8 fuel kinds, u16 size of the evidence, the evidence, then the
 * program: one byte of operation, one that picks the reader, and what the operation draws. An input
 * that ends reads as zeros.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"

enum { READERS = 6, EVIDENCE_MAX = 2048, STEPS_MAX = 2000, CANARY = 0xA5 };

struct model {
    size_t lo, hi, at; /* indices into the whole evidence */
    unsigned depth;
    enum hw_fault fault;
    uint64_t fault_at;
};

struct world {
    const uint8_t *in; /* what is left of the program */
    size_t left;
    struct hw_span ev;
    uint64_t origin; /* the absolute offset of ev.p[0] */
    struct hw_budget fuel, fuel_model;
    struct hw_reader r[READERS];
    struct model m[READERS];
    size_t count;
};

static uint8_t draw(struct world *w)
{
    if (w->left == 0) {
        return 0;
    }
    w->left--;
    return *w->in++;
}

static uint64_t draw_wide(struct world *w, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++) {
        v = v << 8 | draw(w);
    }
    return v;
}

/* A length: small, about as much as is left, or absurd. */
static uint64_t draw_length(struct world *w, const struct model *m)
{
    uint8_t kind = draw(w);
    switch (kind & 7) {
    case 0:
    case 1:
        return kind >> 3;
    case 2:
        return draw(w);
    case 3:
        return m->hi - m->at + (kind >> 3 & 3) -
               1; /* one less wraps at 0: absurd, as it should be */
    case 4:
        return m->hi - m->lo + (kind >> 3 & 3) - 1;
    case 5:
        return UINT64_MAX - (kind >> 3);
    case 6:
        return ((uint64_t)1 << 32) + (kind >> 3);
    default:
        return draw_wide(w, 8);
    }
}

static void promise(bool held, const char *words)
{
    if (!held) {
        hw_fuzz_broken(words);
    }
}

/* The model's half. */

static bool m_fault(const struct world *w, struct model *m, enum hw_fault what)
{
    if (m->fault == HW_FINE) {
        m->fault = what;
        m->fault_at = w->origin + m->at;
    }
    return false;
}

/* Are there n bytes? Walks there. */
static bool m_has(const struct model *m, uint64_t n)
{
    size_t at = m->at;
    for (uint64_t i = 0; i < n; i++) {
        if (at == m->hi) {
            return false;
        }
        at++;
    }
    return true;
}

static bool m_take(struct world *w, struct model *m, uint64_t n)
{
    if (m->fault != HW_FINE) {
        return false;
    }
    if (!m_has(m, n)) {
        return m_fault(w, m, HW_SHORT);
    }
    if (w->fuel_model.bytes < n) {
        return m_fault(w, m, HW_OVER_BUDGET);
    }
    w->fuel_model.bytes -= n;
    m->at += (size_t)n;
    return true;
}

/* What is compared after every step, for every reader. */
static void compare_all(const struct world *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct hw_reader *r = &w->r[i];
        const struct model *m = &w->m[i];
        bool fine = m->fault == HW_FINE;
        promise(hw_reader_ok(r) == fine && hw_reader_fault(r) == m->fault, "faults stick");
        promise(hw_reader_fault_at(r) == (fine ? 0 : m->fault_at), "a fault knows its place");
        promise(hw_read_left(r) == (fine ? m->hi - m->at : 0), "what is left is the model's");
        promise(hw_read_where(r) == w->origin + m->at, "the place is the model's");
        struct hw_span rest = hw_reader_rest(r);
        promise(rest.n == (fine ? m->hi - m->at : 0), "the rest is what is left");
        promise(rest.n == 0 || rest.p == w->ev.p + m->at, "the rest lies in the evidence");
    }
    promise(w->fuel.bytes == w->fuel_model.bytes, "bytes are spent as read");
    promise(w->fuel.items == w->fuel_model.items, "items are spent as counted");
    promise(w->fuel.depth == w->fuel_model.depth, "depth is not spent");
}

static void compare_answer(bool was_fine, bool real, bool model)
{
    promise(was_fine || !real, "a faulted reader says no");
    promise(real == model, "the answer is the model's");
}

/* The operations. Each runs both halves and compares the outputs. */

static void op_number(struct world *w, size_t i, unsigned op)
{
    static const unsigned sizes[] = {1, 2, 2, 4, 4, 8, 8};
    bool big = op % 2 == 0; /* u8, then each size little-endian first */
    unsigned n = sizes[op];
    struct hw_reader *r = &w->r[i];
    uint8_t b = CANARY;
    uint16_t h = 0xA5A5;
    uint32_t v = 0xA5A5A5A5U;
    uint64_t q = 0xA5A5A5A5A5A5A5A5U, want = 0;
    size_t at = w->m[i].at;
    bool fine = w->m[i].fault == HW_FINE;
    bool real = op == 0   ? hw_read_u8(r, &b)
                : op == 1 ? hw_read_u16le(r, &h)
                : op == 2 ? hw_read_u16be(r, &h)
                : op == 3 ? hw_read_u32le(r, &v)
                : op == 4 ? hw_read_u32be(r, &v)
                : op == 5 ? hw_read_u64le(r, &q)
                          : hw_read_u64be(r, &q);
    compare_answer(fine, real, m_take(w, &w->m[i], n));
    if (!real) {
        promise(b == CANARY && h == 0xA5A5 && v == 0xA5A5A5A5U && q == 0xA5A5A5A5A5A5A5A5U,
                "nothing is written on failure");
        return;
    }
    for (unsigned k = 0; k < n; k++) {
        want |= (uint64_t)w->ev.p[at + k] << (8 * (big ? n - 1 - k : k));
    }
    uint64_t got = n == 1 ? b : n == 2 ? h : n == 4 ? v : q;
    promise(got == want, "the value is the model's");
}

static const uint8_t canary_byte;
static const struct hw_span canary_span = {&canary_byte, 12345};

static void compare_span(const struct world *w, bool ok, struct hw_span got, size_t at, size_t n)
{
    if (!ok) {
        promise(got.p == canary_span.p && got.n == canary_span.n, "nothing is written on failure");
        return;
    }
    promise(got.n == n, "the length is the model's");
    promise(n == 0 || got.p == w->ev.p + at, "the span lies in the evidence");
}

static void op_bytes(struct world *w, size_t i)
{
    uint64_t n = draw_length(w, &w->m[i]);
    size_t at = w->m[i].at;
    bool fine = w->m[i].fault == HW_FINE;
    struct hw_span got = canary_span;
    bool real = hw_read_bytes(&w->r[i], n, &got);
    compare_answer(fine, real, m_take(w, &w->m[i], n));
    compare_span(w, real, got, at, (size_t)n);
}

static bool m_cstr(struct world *w, struct model *m, size_t max, size_t *out)
{
    size_t n = 0;
    while (m->at + n < m->hi && w->ev.p[m->at + n] != 0) {
        n++;
    }
    if (m->fault != HW_FINE) {
        return false;
    }
    if (n > max) {
        return m_fault(w, m, HW_OVER_BUDGET);
    }
    if (m->at + n == m->hi) {
        return m_fault(w, m, HW_SHORT);
    }
    *out = n;
    return m_take(w, m, (uint64_t)n + 1);
}

static bool m_line(struct world *w, struct model *m, size_t max, size_t *out)
{
    size_t n = 0;
    while (m->at + n < m->hi && w->ev.p[m->at + n] != '\n') {
        n++;
    }
    if (m->fault != HW_FINE) {
        return false;
    }
    if (m->at == m->hi) {
        return m_fault(w, m, HW_SHORT);
    }
    if (n > max) {
        return m_fault(w, m, HW_OVER_BUDGET);
    }
    bool cr = n > 0 && w->ev.p[m->at + n - 1] == '\r';
    *out = cr ? n - 1 : n;
    return m_take(w, m, (uint64_t)n + (m->at + n < m->hi ? 1 : 0));
}

static void op_text(struct world *w, size_t i, bool line)
{
    size_t max = (size_t)draw_length(w, &w->m[i]), n = 0, at = w->m[i].at;
    bool fine = w->m[i].fault == HW_FINE;
    struct hw_span got = canary_span;
    bool real = line ? hw_read_line(&w->r[i], max, &got) : hw_read_cstr(&w->r[i], max, &got);
    compare_answer(fine, real, line ? m_line(w, &w->m[i], max, &n) : m_cstr(w, &w->m[i], max, &n));
    compare_span(w, real, got, at, n);
}

/* Mostly what is really there, sometimes with one bit changed, sometimes longer than what is left.
 */
static void op_magic(struct world *w, size_t i)
{
    struct model *m = &w->m[i];
    uint8_t want[16] = {0}, n = draw(w) % 17, change = draw(w);
    bool fine = m->fault == HW_FINE, same = true;
    for (size_t k = 0; k < n && m->at + k < m->hi; k++) {
        want[k] = w->ev.p[m->at + k];
    }
    if (change < 64 && n > 0) {
        want[change % n] ^= (uint8_t)(1U << (change >> 3));
    }
    bool real = hw_read_magic(&w->r[i], want, n);
    bool has = m_has(m, n);
    for (size_t k = 0; has && k < n; k++) {
        same = same && want[k] == w->ev.p[m->at + k];
    }
    bool model = has && !same ? m_fault(w, m, HW_MISMATCH) : m_take(w, m, n);
    compare_answer(fine, real, model);
}

static void op_align(struct world *w, size_t i)
{
    struct model *m = &w->m[i];
    unsigned to = 1U << (draw(w) & 31);
    bool fine = m->fault == HW_FINE;
    uint64_t pad = 0;
    while (pad <= EVIDENCE_MAX && (w->origin + m->at + pad) % to != 0) {
        pad++; /* beyond the evidence one answer is as good as another: short */
    }
    bool real = hw_read_align(&w->r[i], to);
    compare_answer(fine, real, m_take(w, m, pad));
}

/* A new reader in the next slot; the last slot is used again when all are taken. */
static void keep(struct world *w, const struct hw_reader *r, const struct model *m)
{
    size_t at = w->count < READERS ? w->count++ : READERS - 1;
    w->r[at] = *r;
    w->m[at] = *m;
}

static void compare_child(bool real, const struct hw_reader *child)
{
    struct hw_reader untouched;
    memset(&untouched, CANARY, sizeof untouched);
    promise(real || memcmp(child, &untouched, sizeof untouched) == 0,
            "nothing is written on failure");
}

static struct model m_child(const struct model *m, size_t lo, size_t hi)
{
    return (struct model){.lo = lo, .hi = hi, .at = lo, .depth = m->depth + 1};
}

static void op_sub(struct world *w, size_t i)
{
    struct model *m = &w->m[i], part = *m;
    uint64_t n = draw_length(w, m);
    bool fine = m->fault == HW_FINE, model = false, narrow = draw(w) % 4 == 0;
    if (fine && !m_has(m, n)) {
        (void)m_fault(w, m, HW_SHORT);
    } else if (fine && m->depth == w->fuel_model.depth) {
        (void)m_fault(w, m, HW_OVER_BUDGET);
    } else if (fine) {
        model = true;
        part = m_child(m, m->at, m->at + (size_t)n);
        m->at += (size_t)n;
    }
    if (narrow) { /* the child in the parent's own place */
        bool real = hw_read_sub(&w->r[i], n, &w->r[i]);
        compare_answer(fine, real, model);
        *m = real ? part : *m;
        return;
    }
    struct hw_reader child;
    memset(&child, CANARY, sizeof child);
    bool real = hw_read_sub(&w->r[i], n, &child);
    compare_answer(fine, real, model);
    compare_child(real, &child);
    if (real) {
        keep(w, &child, &part);
    }
}

static void op_window(struct world *w, size_t i, bool tail)
{
    struct model *m = &w->m[i], part, whole = *m;
    uint64_t off = draw_length(w, m), n = 0;
    bool fine = m->fault == HW_FINE, narrow = draw(w) % 4 == 0, model = false;
    whole.at = m->lo;
    if (!tail) {
        n = draw_length(w, m);
    }
    if (fine && m_has(&whole, off)) {
        whole.at += (size_t)off;
        n = tail ? whole.hi - whole.at : n;
        model = m_has(&whole, n) && m->depth < w->fuel_model.depth;
    }
    struct hw_reader child, *to = narrow ? &w->r[i] : &child;
    memset(&child, CANARY, sizeof child);
    bool real = tail ? hw_read_tail(&w->r[i], off, to) : hw_read_window(&w->r[i], off, n, to);
    compare_answer(fine, real, model);
    compare_child(real && !narrow, &child);
    if (real) {
        part = m_child(m, whole.at, whole.at + (size_t)n);
        if (narrow) {
            *m = part;
        } else {
            keep(w, &child, &part);
        }
    }
}

static void op_fits(struct world *w, size_t i)
{
    struct model *m = &w->m[i];
    uint64_t count = draw_length(w, m), each = draw_length(w, m);
    bool fine = m->fault == HW_FINE;
    unsigned __int128 all = (unsigned __int128)count * each;
    bool model = fine && (all <= m->hi - m->at || m_fault(w, m, HW_SHORT));
    compare_answer(fine, hw_read_fits(&w->r[i], count, each), model);
}

static void op_peek(struct world *w, size_t i)
{
    struct model *m = &w->m[i];
    bool fine = m->fault == HW_FINE;
    uint8_t b = CANARY;
    bool real = hw_read_peek(&w->r[i], &b);
    compare_answer(fine, real, fine && m->at < m->hi);
    promise(b == (real ? w->ev.p[m->at] : CANARY), "the value is the model's");
}

static void op_done(struct world *w, size_t i)
{
    struct model *m = &w->m[i];
    bool fine = m->fault == HW_FINE;
    bool model = fine && (m->at == m->hi || m_fault(w, m, HW_MISMATCH));
    compare_answer(fine, hw_read_done(&w->r[i]), model);
}

static void op_item(struct world *w, size_t i)
{
    struct model *m = &w->m[i];
    bool fine = m->fault == HW_FINE;
    bool model = fine && (w->fuel_model.items > 0 || m_fault(w, m, HW_OVER_BUDGET));
    w->fuel_model.items -= model ? 1 : 0;
    compare_answer(fine, hw_reader_item(&w->r[i]), model);
}

static void op_refuse(struct world *w, size_t i)
{
    bool fine = w->m[i].fault == HW_FINE;
    bool model = m_fault(w, &w->m[i], HW_MISMATCH);
    compare_answer(fine, hw_reader_refuse(&w->r[i], "a harness"), model);
}

static void op_fail(struct world *w, size_t i)
{
    const struct model *m = &w->m[i];
    struct hw_error err = {.code = 77, .where = 77, .text = "untouched"};
    int rc = hw_reader_fail(&w->r[i], &err);
    if (m->fault == HW_FINE) {
        promise(rc == HW_OK && err.code == 77 && err.where == 77, "no fault leaves no words");
    } else {
        promise(rc == HW_E_EVIDENCE && err.code == rc && err.where == m->fault_at &&
                    strcmp(err.text, "untouched") != 0 && err.text[0] != 0,
                "a fault leaves words and a place");
    }
}

static void step(struct world *w)
{
    uint8_t op = draw(w) % 24;
    size_t i = draw(w) % w->count;
    if (op < 7) {
        op_number(w, i, op);
    } else if (op < 9) {
        op_bytes(w, i);
    } else if (op < 11) {
        op_text(w, i, op == 9);
    } else if (op == 11) {
        op_magic(w, i);
    } else if (op == 12) {
        uint64_t n = draw_length(w, &w->m[i]);
        bool fine = w->m[i].fault == HW_FINE;
        compare_answer(fine, hw_read_skip(&w->r[i], n), m_take(w, &w->m[i], n));
    } else if (op == 13) {
        op_align(w, i);
    } else if (op == 14) {
        op_sub(w, i);
    } else if (op < 17) {
        op_window(w, i, op == 16);
    } else if (op == 17) {
        op_fits(w, i);
    } else if (op == 18) {
        op_peek(w, i);
    } else if (op == 19) {
        op_done(w, i);
    } else if (op == 20) {
        op_item(w, i);
    } else if (op == 21) {
        /* Refusing ends a reader, so it is rarer than the dice would have it. */
        if (draw(w) % 4 == 0) {
            op_refuse(w, i);
        }
    } else if (op == 22) {
        op_fail(w, i);
    } else if (draw(w) % 2 == 0) {
        keep(w, &w->r[i], &w->m[i]); /* a copy to look ahead with */
    } else if (w->count > 1) {
        w->count--;
    }
}

static void begin(struct world *w, struct hw_span ev)
{
    uint8_t kinds = draw(w);
    w->ev = ev;
    w->fuel.bytes = (kinds & 3) == 0 ? draw(w) : UINT64_MAX;
    w->fuel.items = (kinds & 12) == 0 ? draw(w) % 8U : UINT64_MAX;
    w->fuel.depth = kinds >> 4;
    w->fuel_model = w->fuel;
    w->m[0] = (struct model){.hi = ev.n};
    w->count = 1;
    hw_reader_init_at(&w->r[0], ev, w->origin, &w->fuel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.in = data, .left = size};
    uint8_t kind = draw(&w) % 4;
    size_t n = (size_t)draw_wide(&w, 2) % EVIDENCE_MAX;
    n = n < w.left ? n : w.left;
    uint8_t *block = n == 0 ? NULL : malloc(n); /* exactly n, so that ASan sees one too far */
    if (n > 0) {
        if (block == NULL) {
            return 0;
        }
        memcpy(block, w.in, n);
        w.in += n;
        w.left -= n;
    }
    uint64_t top = UINT64_MAX - n; /* the last origin whose end can be named */
    w.origin = kind == 0 ? 0 : kind == 1 ? draw(&w) : kind == 2 ? top : draw_wide(&w, 8);
    w.origin = w.origin < top ? w.origin : top;
    begin(&w, (struct hw_span){block, n});
    compare_all(&w);
    for (int steps = 0; steps < STEPS_MAX && w.left > 0; steps++) {
        step(&w);
        compare_all(&w);
    }
    free(block);
    return 0;
}

/* Programs from a fixed seed over evidence with text, NULs and line ends in it. */
void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char text[] = "MZ\0abc\r\n\xFF\xFE\x00\x01line two\nno end";
    uint64_t x = 88172645463325252U; /* xorshift64 (Marsaglia 2003) */
    for (unsigned seed = 0; seed < 24; seed++) {
        uint8_t in[900];
        char name[16];
        size_t evidence = seed * 8U;
        for (size_t i = 0; i < sizeof in; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            in[i] = (uint8_t)(x >> 32);
        }
        in[0] = (uint8_t)seed;
        in[1] = (uint8_t)(evidence >> 8);
        in[2] = (uint8_t)evidence;
        for (size_t i = 0; i < evidence; i++) {
            in[3 + i] = (uint8_t)text[i % sizeof text];
        }
        (void)snprintf(name, sizeof name, "program-%u", seed);
        give(state, name, in, sizeof in);
    }
}
