/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_exposure.c -- Targets: evidence/knowledge/exposure.c and its chapters.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_exposure.h"
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
    static const struct {
        const char *name, *text;
    } seeds[] = {
        {"banners", build_shodan_banners}, {"page", build_shodan_page},
        {"host", build_shodan_host},       {"censys1", build_censys_1},
        {"censys2", build_censys_2},       {"censys2page", build_censys_2_page},
        {"censys3", build_censys_3},       {"censys3page", build_censys_3_page},
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        give(state, seeds[i].name, (const uint8_t *)seeds[i].text, strlen(seeds[i].text));
    }
}
