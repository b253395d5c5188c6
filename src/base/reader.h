/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/reader.h -- the only way to look at bytes we did not write.
 *
 * Manners: every getter writes *out and moves only on success. The first fault sticks: from then on
 * every getter says no and hw_read_left() is 0, so a chain of && needs one check and loops end.
 * The reader remembers where it stopped (absolute offset in the evidence) and what it wanted.
 * All getters spend `bytes` fuel for what they consume; looks (peek, window) spend when the
 * window's own getters run. A reader is one pointer walk: no allocation, no copy; spans borrow
 * from the evidence and live as long as it does. Not thread-safe; copy the struct to look ahead.
 */
#ifndef HW_BASE_READER_H
#define HW_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct hw_span {
    const uint8_t *p;
    size_t n;
}; /* borrowed, never owned */

/* What one whole parse may spend. bytes: read through getters; items: things counted with
 * hw_reader_item(); depth: how many readers may be nested below the first. */
struct hw_budget {
    uint64_t bytes, items;
    unsigned depth;
};

enum hw_fault { HW_FINE, HW_SHORT, HW_MISMATCH, HW_OVER_BUDGET };

struct hw_reader { /* on the stack; fields private to reader.c */
    struct hw_span in;
    size_t at;
    uint64_t base;
    unsigned depth;
    struct hw_budget *fuel;
    enum hw_fault fault;
    uint64_t fault_at;
    const char *wanted;
};

/* A reader over `in`, whose first byte lies at absolute offset 0 of the evidence. fuel is borrowed
 * and shared by every child; NULL is a programming error. */
void hw_reader_init(struct hw_reader *r, struct hw_span in, struct hw_budget *fuel);
/* The same, where the first byte of `in` lies at absolute offset `base`. */
void hw_reader_init_at(struct hw_reader *r, struct hw_span in, uint64_t base,
                       struct hw_budget *fuel);

size_t hw_read_left(const struct hw_reader *r);    /* 0 once faulted, so loops end */
uint64_t hw_read_where(const struct hw_reader *r); /* absolute offset in the evidence */
bool hw_reader_ok(const struct hw_reader *r);
enum hw_fault hw_reader_fault(const struct hw_reader *r);
uint64_t hw_reader_fault_at(const struct hw_reader *r); /* absolute; 0 while fine */

HW_CHECK bool hw_read_u8(struct hw_reader *r, uint8_t *out);
HW_CHECK bool hw_read_u16le(struct hw_reader *r, uint16_t *out);
HW_CHECK bool hw_read_u16be(struct hw_reader *r, uint16_t *out);
HW_CHECK bool hw_read_u32le(struct hw_reader *r, uint32_t *out);
HW_CHECK bool hw_read_u32be(struct hw_reader *r, uint32_t *out);
HW_CHECK bool hw_read_u64le(struct hw_reader *r, uint64_t *out);
HW_CHECK bool hw_read_u64be(struct hw_reader *r, uint64_t *out);
HW_CHECK bool hw_read_bytes(struct hw_reader *r, uint64_t n, struct hw_span *out);
/* Up to `max` bytes before a NUL; the NUL is required, eaten, and not part of *out. */
HW_CHECK bool hw_read_cstr(struct hw_reader *r, size_t max, struct hw_span *out);
/* Up to and including '\n', or to the end; *out has neither '\n' nor a '\r' before it.
 * A line longer than max faults as HW_OVER_BUDGET. At the end: HW_SHORT. */
HW_CHECK bool hw_read_line(struct hw_reader *r, size_t max, struct hw_span *out);
/* The next line of a log, however long, as an item of the budget; false at the end. *out_ended: it
 * had its '\n', so a log cut short says so. */
HW_CHECK bool hw_read_log_line(struct hw_reader *r, struct hw_span *out, bool *out_ended);
HW_CHECK bool hw_read_magic(struct hw_reader *r, const void *want, size_t n);
HW_CHECK bool hw_read_skip(struct hw_reader *r, uint64_t n);
/* Skips to the next multiple of `to` (a power of two) of the absolute offset. */
HW_CHECK bool hw_read_align(struct hw_reader *r, unsigned to);
/* The next n bytes as a child; the parent moves past them. */
HW_CHECK bool hw_read_sub(struct hw_reader *r, uint64_t n, struct hw_reader *child);
/* A jump: n bytes at `off`, relative to the start of this reader's input; the parent stays.
 * A refused window faults only the parent's answer (false), not the parent: an absurd pointer in
 * evidence is an anomaly of the pointer, and the rest can still be read. *child is not written. */
HW_CHECK bool hw_read_window(const struct hw_reader *r, uint64_t off, uint64_t n,
                             struct hw_reader *child);
/* All from `off` to the end, as hw_read_window. */
HW_CHECK bool hw_read_tail(const struct hw_reader *r, uint64_t off, struct hw_reader *child);
/* Do count things of `each` bytes still fit? Ask before allocating or looping. Faults HW_SHORT. */
HW_CHECK bool hw_read_fits(struct hw_reader *r, uint64_t count, uint64_t each);
/* The next byte without moving; false (no fault) at the end. */
HW_CHECK bool hw_read_peek(const struct hw_reader *r, uint8_t *out);
/* Exactly consumed: nothing hidden behind the end. False faults HW_MISMATCH. */
HW_CHECK bool hw_read_done(struct hw_reader *r);
/* One unit of `items` fuel; loops over counted things call it each time round. */
HW_CHECK bool hw_reader_item(struct hw_reader *r);
/* The parser's own refusal: faults HW_MISMATCH at the current place with these words. */
HW_CHECK bool hw_reader_refuse(struct hw_reader *r, const char *wanted);
/* The whole of what is left, borrowed, without moving or spending (for digests and entropy). */
struct hw_span hw_reader_rest(const struct hw_reader *r);
/* The fault in words: HW_E_EVIDENCE with err->where set, or HW_OK when there is none. */
HW_CHECK int hw_reader_fail(const struct hw_reader *r, struct hw_error *err);

#define HW_SPAN_LIT(s) ((struct hw_span){(const uint8_t *)("" s), sizeof(s) - 1})
HW_CHECK bool hw_span_equal(struct hw_span a, struct hw_span b);

#endif
