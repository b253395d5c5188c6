/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_galaxy.c -- Targets: evidence/knowledge/galaxy.c, behaviour.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_behaviour.h"
#include "exam_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz_as(data, size, HW_READ_KNOWLEDGE);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    give(state, "galaxy", (const uint8_t *)build_galaxy, strlen(build_galaxy));
}
