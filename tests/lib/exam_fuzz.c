/* SPDX-License-Identifier: Apache-2.0 */
#include "exam_fuzz.h"

#include "exam.h"

static void examine(const uint8_t *data, size_t size, enum hw_reading reading, struct hw_told *t)
{
    static const struct hw_limits small = {.parse_bytes = 64 << 20,
                                           .items = 1 << 20,
                                           .unpacked_bytes = 64 << 20,
                                           .member_bytes = 16 << 20,
                                           .nodes = 2000,
                                           .depth = 6};
    hw_told_init(t);
    t->reading = reading;
    hw_told_examine(t, data, size, &small);
}

const char *exam_fuzz(const uint8_t *data, size_t size)
{
    return exam_fuzz_as(data, size, HW_READ_ANY);
}

const char *exam_fuzz_as(const uint8_t *data, size_t size, enum hw_reading reading)
{
    static bool warm;
    if (!warm) {
        hw_evidence_warm();
        warm = true;
    }
    struct hw_told one, two;
    examine(data, size, reading, &one);
    examine(data, size, reading, &two);
    bool same = hw_span_equal(hw_buf_span(&one.lines), hw_buf_span(&two.lines));
    hw_told_done(&one);
    hw_told_done(&two);
    return same ? NULL : "the same bytes give the same facts";
}
