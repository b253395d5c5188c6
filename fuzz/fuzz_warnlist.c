/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_warnlist.c -- Targets: evidence/knowledge/warnlist.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_harmless.h"
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
    static const char *const types[] = {"string", "hostname", "cidr", "substring", "regex"};
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        hw_buf_clear(&b);
        build_warnlist(&b, types[i],
                       "\"10.0.0.0/8\",\".a.example\",\"2001:db8::/32\",\"/^a(b|c)+$/i\",7");
        give(state, types[i], b.p, b.n);
    }
    hw_buf_done(&b);
}
