/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_openvex.c -- Targets: evidence/knowledge/openvex.c and its chapters, claim.c, feed.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_advisory.h"
#include "exam_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz(data, size);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    give(state, "whole", (const uint8_t *)build_openvex, strlen(build_openvex));
}
