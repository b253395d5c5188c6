/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_yara.c -- Targets: evidence/knowledge/yara.c, yara_split.c, yara_say.c, and libyara's
 * compiler behind them.
 *
 * Promises: bad rules are never our own failure; no rule is both refused and to be run; what is to
 * be run has its program; the same bytes give the same facts.
 */
#include "fuzz.h"

#include "build_yara.h"
#include "knowledge_sink.h"

static void look(const struct hw_fact *f)
{
    if (f->kind != HW_FACT_PATTERN) {
        return;
    }
    if (hw_fact_has(f, HW_PATTERN_REFUSED) == hw_fact_has(f, HW_PATTERN_PROGRAM)) {
        hw_fuzz_broken("a rule is refused or has a program");
    }
    if (hw_fact_has(f, HW_PATTERN_PROGRAM) && hw_fact_get(f, HW_PATTERN_ID).n == 0) {
        hw_fuzz_broken("a rule that is run has a name");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_knowledge_sink first, again;
    hw_knowledge_examine(&first, data, size, HW_READ_KNOWLEDGE, look);
    hw_knowledge_examine(&again, data, size, HW_READ_KNOWLEDGE, NULL);
    if (again.facts != first.facts || again.sum != first.sum) {
        hw_fuzz_broken("the same bytes give the same facts");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_yara(&b);
    give(state, "sound", b.p, b.n);
    hw_buf_clear(&b);
    hw_buf_str(&b, "include \"other.yar\"\nimport \"nothing\"\nrule a { condition: b }\n");
    build_yara_text(&b, "plain", "text");
    give(state, "faults", b.p, b.n);
    hw_buf_clear(&b);
    build_yara_deep(&b, 20);
    build_yara_many(&b, 5);
    give(state, "deep", b.p, b.n);
    hw_buf_done(&b);
}
