/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets: hw_list_sniff hw_list_walk hw_list_row_read hw_list_line_read hw_list_loki_filename
 *          hw_list_filename_read hw_list_line_next hw_examine
 *
 * Promises: what KNOWLEDGE counts was said; every indicator is canonical, every program whole; the
 * same bytes give the same facts; what is taken unasked is taken when asked for.
 */
#include "fuzz.h"

#include "build_list.h"
#include "evidence/knowledge/list.h"
#include "fact/rule.h"
#include "knowledge_sink.h"

static void look(const struct hw_fact *f)
{
    struct hw_list_value v;
    const char *why;
    struct hw_rule rule;
    if (f->kind == HW_FACT_PATTERN && hw_fact_has(f, HW_PATTERN_PROGRAM) &&
        !hw_rule_check(hw_fact_get(f, HW_PATTERN_PROGRAM), &rule)) {
        hw_fuzz_broken("every program of a pattern is whole");
    }
    if (f->kind != HW_FACT_INDICATOR) {
        return;
    }
    struct hw_span value = hw_fact_get(f, HW_INDICATOR_VALUE);
    for (unsigned k = 1; k <= HW_LIST_OTHER; k++) {
        if (!hw_fact_is(f, HW_INDICATOR_KIND, hw_list_kind_word((enum hw_list_kind)k))) {
            continue;
        }
        if (!hw_list_value_read(value, (enum hw_list_kind)k, &v, &why) ||
            !hw_span_equal((struct hw_span){v.p, v.n}, value)) {
            hw_fuzz_broken("every indicator is canonical");
        }
        return;
    }
    hw_fuzz_broken("every indicator has a kind of the list");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_knowledge_sink first, again, any;
    hw_knowledge_examine(&first, data, size, HW_READ_KNOWLEDGE, look);
    if (first.indicators > 0 && first.entries != first.indicators) {
        hw_fuzz_broken("what is counted was said");
    }
    hw_knowledge_examine(&again, data, size, HW_READ_KNOWLEDGE, NULL);
    if (again.facts != first.facts || again.sum != first.sum) {
        hw_fuzz_broken("the same bytes give the same facts");
    }
    hw_knowledge_examine(&any, data, size, HW_READ_ANY, look);
    if (any.indicators > first.indicators) {
        hw_fuzz_broken("what is taken unasked is taken when asked for");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    for (unsigned i = 0; i < HW_LIST_SAMPLE_COUNT; i++) {
        struct hw_list_build b;
        char name[] = "list-a";
        name[5] = (char)('a' + i);
        hw_list_build_sample(&b, (enum hw_list_sample)i);
        give(state, name, b.out.p, b.out.n);
        hw_list_build_done(&b);
    }
}
