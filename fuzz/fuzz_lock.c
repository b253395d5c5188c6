/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_lock.c -- Targets: evidence/artifact/lock.c and its chapters, evidence/json_walk.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_lock.h"
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
    size_t count;
    const struct build_lock *locks = build_locks(&count);
    for (size_t i = 0; i < count; i++) {
        char name[] = "lock-a";
        name[5] = (char)('a' + i);
        give(state, name, (const uint8_t *)locks[i].text, strlen(locks[i].text));
    }
}
