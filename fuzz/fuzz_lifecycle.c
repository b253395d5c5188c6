/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_lifecycle.c -- Targets: evidence/knowledge/lifecycle.c and its chapters, claim.c,
 * feed.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_lifecycle.h"
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
    give(state, "endoflife", (const uint8_t *)build_endoflife, strlen(build_endoflife));
    give(state, "api", (const uint8_t *)build_endoflife_api, strlen(build_endoflife_api));
    give(state, "openeox", (const uint8_t *)build_openeox, strlen(build_openeox));
    give(state, "csv", (const uint8_t *)build_lifecycle_csv, strlen(build_lifecycle_csv));
}
