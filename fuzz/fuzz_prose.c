/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_prose.c -- Targets: evidence/knowledge/prose.c, evidence/knowledge/teach.c.
 *
 * Promises: what KNOWLEDGE counts was said; the same bytes give the same facts.
 */
#include "fuzz.h"

#include <string.h>

#include "knowledge_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_knowledge_sink first, again;
    hw_knowledge_examine(&first, data, size, HW_READ_KNOWLEDGE, NULL);
    hw_knowledge_examine(&again, data, size, HW_READ_KNOWLEDGE, NULL);
    if (again.facts != first.facts || again.sum != first.sum) {
        hw_fuzz_broken("the same bytes give the same facts");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const texts[] = {
        "The server evil[.]example (hxxps://evil[.]example/a) is bad.\n",
        "SHA256:0e70094de7bb18cc687386579feb2e86e075167dfa9a1abc81adeb63ec32b666\n203[.]0.113.9\n",
    };
    char name[] = "prose-a";
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        name[6] = (char)('a' + i);
        give(state, name, (const uint8_t *)texts[i], strlen(texts[i]));
    }
}
