/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_record.c -- packed records from a stranger: every value lies in the packing, and what
 * was read can be packed and read again.
 *
 * Targets: src/fact/record.c
 * Max: 65536
 *
 * Input: u8 layouts, for each a u8 of values, then the packing.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "fact/record.h"

static void promise(bool held, const char *words)
{
    if (!held) {
        hw_fuzz_broken(words);
    }
}

static void check(const struct hw_record *r, const uint16_t *counts, unsigned layouts,
                  struct hw_span in)
{
    promise(r->layout < layouts && r->count == counts[r->layout], "a layout announced before");
    promise((unsigned)r->clock < HW_CLOCK_COUNT && r->digits <= 9, "a clock of the list");
    for (size_t i = 0; i < r->count; i++) {
        const struct hw_span *v = &r->values[i];
        promise(v->n == 0 || (v->p >= in.p && v->n <= (size_t)(in.p + in.n - v->p)),
                "a value lies in the packing");
    }
}

/* What was read, packed and read again, is the same. A record that is too long for one of ours is
 * the stranger's own. */
static void again(const struct hw_record *r, const uint16_t *counts, unsigned layouts)
{
    static struct hw_span values[HW_RECORD_VALUES];
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader in;
    struct hw_record got;
    struct hw_buf b;
    hw_buf_init(&b, HW_PACKED_BYTES);
    if (hw_record_pack(r, &b)) {
        hw_reader_init(&in, hw_buf_span(&b), &fuel);
        promise(hw_record_next(&in, counts, layouts, values, &got), "what was packed is a record");
        promise(got.layout == r->layout && got.number == r->number && got.off == r->off &&
                    got.time_ns == r->time_ns && got.clock == r->clock && got.digits == r->digits,
                "what was packed is what is read");
        for (size_t i = 0; i < got.count; i++) {
            promise(hw_span_equal(got.values[i], r->values[i]) &&
                        (got.values[i].p == NULL) == (r->values[i].p == NULL),
                    "values are what they were");
        }
        promise(!hw_record_next(&in, counts, layouts, values, &got) && hw_reader_ok(&in),
                "and there is no other");
    }
    hw_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct hw_span values[HW_RECORD_VALUES];
    uint16_t counts[256];
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader r;
    struct hw_record got;
    if (size < 1 || size < 1U + data[0]) {
        return 0;
    }
    unsigned layouts = data[0];
    for (unsigned i = 0; i < layouts; i++) {
        counts[i] = data[1 + i];
    }
    struct hw_span in = {data + 1 + layouts, size - 1 - layouts};
    hw_reader_init(&r, in, &fuel);
    while (hw_record_next(&r, counts, layouts, values, &got)) {
        check(&got, counts, layouts, in);
        again(&got, counts, layouts);
    }
    promise(!hw_reader_ok(&r) || hw_read_done(&r), "every byte is read, or one was refused");
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    const struct hw_span values[] = {HW_SPAN_LIT("a"),
                                     {NULL, 0},
                                     {(const uint8_t *)"", 0},
                                     HW_SPAN_LIT("0123456789abcdef and more"),
                                     HW_SPAN_LIT("4")};
    struct hw_buf b;
    hw_buf_init(&b, HW_PACKED_BYTES);
    hw_buf_bytes(&b, "\x02\x05\x01", 3);
    for (uint32_t i = 0; i < 6; i++) {
        struct hw_record r = {.layout = i % 2,
                              .number = i == 4 ? UINT64_MAX : i,
                              .off = UINT64_C(1) << (9 * i),
                              .time_ns = i == 3 ? INT64_MIN : (int64_t)i,
                              .clock = (enum hw_clock)(i % HW_CLOCK_COUNT),
                              .digits = i,
                              .values = values,
                              .count = i % 2 == 0 ? 5 : 1};
        if (!hw_record_pack(&r, &b)) {
            abort();
        }
    }
    give(state, "two-layouts", b.p, b.n);
    hw_buf_done(&b);
}
