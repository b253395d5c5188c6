/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_feedpage.c -- Targets: evidence/knowledge/feedpage.c, evidence/json_walk.c.
 *
 * Promises: the same bytes give the same facts.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "exam_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz_as(data, size, HW_READ_FEED);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
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
