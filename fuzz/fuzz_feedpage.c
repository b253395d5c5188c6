/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_feedpage.c -- Targets: evidence/knowledge/feedpage.c, evidence/json_walk.c.
 *
 * Promises: the same bytes give the same facts.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "exam.h"

static void examine(const uint8_t *data, size_t size, struct hw_told *t)
{
    static const struct hw_limits small = {.parse_bytes = 64 << 20, .items = 1 << 20};
    hw_told_init(t);
    t->reading = HW_READ_FEED;
    hw_told_examine(t, data, size, &small);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    if (!warm) {
        hw_evidence_warm();
        warm = true;
    }
    struct hw_told one, two;
    examine(data, size, &one);
    examine(data, size, &two);
    bool same = hw_span_equal(hw_buf_span(&one.lines), hw_buf_span(&two.lines));
    hw_told_done(&one);
    hw_told_done(&two);
    if (!same) {
        hw_fuzz_broken("the same bytes give the same facts");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const seeds[][2] = {
        {"manifest", "{\"5f3a0000-1111-4222-8333-000000000001\":{\"timestamp\":\"1600000000\"}}"},
        {"discovery", "{\"title\":\"x\",\"api_roots\":[\"/api1/\"]}"},
        {"root", "{\"title\":\"x\",\"versions\":[\"application/taxii+json;version=2.1\"],"
                 "\"max_content_length\":9}"},
        {"collections", "{\"collections\":[{\"id\":\"91a7b528-80eb-42ed-a74d-c6fbd5a26116\","
                        "\"can_read\":true}]}"},
        {"envelope", "{\"more\":true,\"next\":\"2\",\"objects\":[{\"type\":\"indicator\"}]}"},
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        give(state, seeds[i][0], (const uint8_t *)seeds[i][1], strlen(seeds[i][1]));
    }
}
