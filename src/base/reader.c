/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/reader.c -- all arithmetic on evidence lengths lives here, and every getter stands on
 * take().
 *
 * Invariants (held by fuzz/fuzz_reader.c against a model): at <= in.n; base + in.n never wraps;
 * a faulted reader never moves again and nothing is written through it; depth <= the budget's.
 */
#include "base/reader.h"

#include <string.h>

static bool fault(struct hw_reader *r, enum hw_fault what, const char *wanted)
{
    if (r->fault == HW_FINE) {
        r->fault = what;
        r->fault_at = r->base + r->at;
        r->wanted = wanted;
    }
    return false;
}

/* The one comparison of a wanted length with what is left. */
static bool take(struct hw_reader *r, uint64_t n, const char *wanted, const uint8_t **out)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    if (n > (uint64_t)(r->in.n - r->at)) {
        return fault(r, HW_SHORT, wanted);
    }
    if (n > r->fuel->bytes) {
        return fault(r, HW_OVER_BUDGET, wanted);
    }
    r->fuel->bytes -= n;
    /* A zero-length read of an empty span must not do arithmetic on NULL. */
    *out = n == 0 ? r->in.p : r->in.p + r->at;
    r->at += (size_t)n;
    return true;
}

void hw_reader_init(struct hw_reader *r, struct hw_span in, struct hw_budget *fuel)
{
    hw_reader_init_at(r, in, 0, fuel);
}

void hw_reader_init_at(struct hw_reader *r, struct hw_span in, uint64_t base,
                       struct hw_budget *fuel)
{
    uint64_t end;
    if (fuel == NULL || __builtin_add_overflow(base, (uint64_t)in.n, &end)) {
        HW_NEVER();
    }
    *r = (struct hw_reader){.in = in, .base = base, .fuel = fuel};
}

size_t hw_read_left(const struct hw_reader *r)
{
    return r->fault == HW_FINE ? r->in.n - r->at : 0;
}

uint64_t hw_read_where(const struct hw_reader *r)
{
    return r->base + r->at;
}

bool hw_reader_ok(const struct hw_reader *r)
{
    return r->fault == HW_FINE;
}

enum hw_fault hw_reader_fault(const struct hw_reader *r)
{
    return r->fault;
}

uint64_t hw_reader_fault_at(const struct hw_reader *r)
{
    return r->fault_at;
}

static bool number(struct hw_reader *r, unsigned n, bool big, const char *wanted, uint64_t *out)
{
    const uint8_t *p;
    if (!take(r, n, wanted, &p)) {
        return false;
    }
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++) {
        v = v << 8 | p[big ? i : n - 1 - i];
    }
    *out = v;
    return true;
}

bool hw_read_u8(struct hw_reader *r, uint8_t *out)
{
    uint64_t v;
    if (!number(r, 1, false, "a byte", &v)) {
        return false;
    }
    *out = (uint8_t)v;
    return true;
}

bool hw_read_u16le(struct hw_reader *r, uint16_t *out)
{
    uint64_t v;
    if (!number(r, 2, false, "a 16-bit number", &v)) {
        return false;
    }
    *out = (uint16_t)v;
    return true;
}

bool hw_read_u16be(struct hw_reader *r, uint16_t *out)
{
    uint64_t v;
    if (!number(r, 2, true, "a 16-bit number", &v)) {
        return false;
    }
    *out = (uint16_t)v;
    return true;
}

bool hw_read_u32le(struct hw_reader *r, uint32_t *out)
{
    uint64_t v;
    if (!number(r, 4, false, "a 32-bit number", &v)) {
        return false;
    }
    *out = (uint32_t)v;
    return true;
}

bool hw_read_u32be(struct hw_reader *r, uint32_t *out)
{
    uint64_t v;
    if (!number(r, 4, true, "a 32-bit number", &v)) {
        return false;
    }
    *out = (uint32_t)v;
    return true;
}

bool hw_read_u64le(struct hw_reader *r, uint64_t *out)
{
    return number(r, 8, false, "a 64-bit number", out);
}

bool hw_read_u64be(struct hw_reader *r, uint64_t *out)
{
    return number(r, 8, true, "a 64-bit number", out);
}

bool hw_read_bytes(struct hw_reader *r, uint64_t n, struct hw_span *out)
{
    const uint8_t *p;
    if (!take(r, n, "bytes", &p)) {
        return false;
    }
    *out = (struct hw_span){p, (size_t)n};
    return true;
}

bool hw_read_cstr(struct hw_reader *r, size_t max, struct hw_span *out)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    size_t left = r->in.n - r->at;
    size_t look = left <= max ? left : max + 1;
    const uint8_t *nul = look == 0 ? NULL : memchr(r->in.p + r->at, 0, look);
    if (nul == NULL) {
        return fault(r, left > max ? HW_OVER_BUDGET : HW_SHORT, "the NUL that ends a string");
    }
    size_t n = (size_t)(nul - (r->in.p + r->at));
    const uint8_t *p;
    if (!take(r, (uint64_t)n + 1, "a string", &p)) {
        return false;
    }
    *out = (struct hw_span){p, n};
    return true;
}

bool hw_read_line(struct hw_reader *r, size_t max, struct hw_span *out)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    size_t left = r->in.n - r->at;
    if (left == 0) {
        return fault(r, HW_SHORT, "a line");
    }
    size_t look = left <= max ? left : max + 1;
    const uint8_t *nl = memchr(r->in.p + r->at, '\n', look);
    if (nl == NULL && look != left) {
        return fault(r, HW_OVER_BUDGET, "a line of bearable length");
    }
    size_t n = nl == NULL ? left : (size_t)(nl - (r->in.p + r->at));
    if (n > max) {
        return fault(r, HW_OVER_BUDGET, "a line of bearable length");
    }
    const uint8_t *p;
    if (!take(r, (uint64_t)n + (nl != NULL), "a line", &p)) {
        return false;
    }
    if (n > 0 && p[n - 1] == '\r') {
        n--;
    }
    *out = (struct hw_span){p, n};
    return true;
}

bool hw_read_log_line(struct hw_reader *r, struct hw_span *out, bool *out_ended)
{
    struct hw_span rest = hw_reader_rest(r);
    if (rest.n == 0 || !hw_reader_item(r)) {
        return false;
    }
    const uint8_t *nl = memchr(rest.p, '\n', rest.n);
    size_t n = nl == NULL ? rest.n : (size_t)(nl - rest.p);
    *out_ended = nl != NULL;
    if (!hw_read_bytes(r, n + *out_ended, out)) {
        return false;
    }
    out->n = n - (n > 0 && out->p[n - 1] == '\r');
    return true;
}

bool hw_read_magic(struct hw_reader *r, const void *want, size_t n)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    if (n > r->in.n - r->at) {
        return fault(r, HW_SHORT, "a signature");
    }
    if (n > 0 && memcmp(r->in.p + r->at, want, n) != 0) {
        return fault(r, HW_MISMATCH, "a signature");
    }
    const uint8_t *p;
    return take(r, n, "a signature", &p);
}

bool hw_read_skip(struct hw_reader *r, uint64_t n)
{
    const uint8_t *p;
    return take(r, n, "bytes to pass over", &p);
}

bool hw_read_align(struct hw_reader *r, unsigned to)
{
    if (to == 0 || (to & (to - 1)) != 0) {
        HW_NEVER();
    }
    uint64_t over = (r->base + r->at) & (to - 1);
    return hw_read_skip(r, over == 0 ? 0 : to - over);
}

static bool descend(const struct hw_reader *r, struct hw_span in, uint64_t base,
                    struct hw_reader *child)
{
    if (r->depth >= r->fuel->depth) {
        return false;
    }
    /* child may be r itself ("narrow to"), so nothing of r is read after this line. */
    *child = (struct hw_reader){.in = in, .base = base, .depth = r->depth + 1, .fuel = r->fuel};
    return true;
}

bool hw_read_sub(struct hw_reader *r, uint64_t n, struct hw_reader *child)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    if (n > (uint64_t)(r->in.n - r->at)) {
        return fault(r, HW_SHORT, "a part");
    }
    struct hw_span in = {r->in.n == 0 ? r->in.p : r->in.p + r->at, (size_t)n};
    struct hw_reader part;
    if (!descend(r, in, r->base + r->at, &part)) {
        return fault(r, HW_OVER_BUDGET, "less nesting");
    }
    r->at += (size_t)n; /* the child's getters spend the bytes, so the parent must not */
    *child = part;
    return true;
}

bool hw_read_window(const struct hw_reader *r, uint64_t off, uint64_t n, struct hw_reader *child)
{
    if (r->fault != HW_FINE || off > r->in.n || n > r->in.n - off) {
        return false;
    }
    struct hw_span in = {r->in.n == 0 ? r->in.p : r->in.p + off, (size_t)n};
    return descend(r, in, r->base + off, child);
}

bool hw_read_tail(const struct hw_reader *r, uint64_t off, struct hw_reader *child)
{
    return off <= r->in.n && hw_read_window(r, off, r->in.n - off, child);
}

bool hw_read_fits(struct hw_reader *r, uint64_t count, uint64_t each)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    uint64_t total;
    if (__builtin_mul_overflow(count, each, &total) || total > r->in.n - r->at) {
        return fault(r, HW_SHORT, "room for all that is counted");
    }
    return true;
}

bool hw_read_peek(const struct hw_reader *r, uint8_t *out)
{
    if (hw_read_left(r) == 0) {
        return false;
    }
    *out = r->in.p[r->at];
    return true;
}

bool hw_read_done(struct hw_reader *r)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    return r->at == r->in.n || fault(r, HW_MISMATCH, "the end");
}

bool hw_reader_item(struct hw_reader *r)
{
    if (r->fault != HW_FINE) {
        return false;
    }
    if (r->fuel->items == 0) {
        return fault(r, HW_OVER_BUDGET, "fewer things");
    }
    r->fuel->items--;
    return true;
}

bool hw_reader_refuse(struct hw_reader *r, const char *wanted)
{
    return fault(r, HW_MISMATCH, wanted);
}

struct hw_span hw_reader_rest(const struct hw_reader *r)
{
    size_t n = hw_read_left(r);
    return (struct hw_span){n == 0 ? r->in.p : r->in.p + r->at, n};
}

int hw_reader_fail(const struct hw_reader *r, struct hw_error *err)
{
    if (r->fault == HW_FINE) {
        return HW_OK;
    }
    int rc = HW_E_EVIDENCE;
    if (r->fault == HW_SHORT) {
        rc = hw_fail(err, rc, "the evidence ends where %s should be (offset %llu)", r->wanted,
                     (unsigned long long)r->fault_at);
    } else if (r->fault == HW_MISMATCH) {
        rc = hw_fail(err, rc, "%s was expected at offset %llu", r->wanted,
                     (unsigned long long)r->fault_at);
    } else {
        rc = hw_fail(err, rc, "the budget ends here: %s wanted at offset %llu", r->wanted,
                     (unsigned long long)r->fault_at);
    }
    if (err != NULL) {
        err->where = r->fault_at;
    }
    return rc;
}

bool hw_span_equal(struct hw_span a, struct hw_span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
