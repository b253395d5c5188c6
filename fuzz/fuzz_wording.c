/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_wording.c -- reports as anybody writes them.
 *
 * Targets: src/ask/wording.c, src/ask/wording_sentence.c
 *
 * Promises: every sentence lies within the report, behind the one before it, on no earlier line;
 * whatever is faulted is a sentence of it, and a report says the same twice.
 */
#include "fuzz.h"

#include <string.h>

#include "ask/wording.h"

struct heard {
    struct hw_span text;
    uint64_t faults, lines;
};

static int hear(void *state, const struct hw_wording *w)
{
    struct heard *h = state;
    bool inside =
        w->sentence.n == 0 || (w->sentence.p >= h->text.p &&
                               w->sentence.n <= (size_t)(h->text.p + h->text.n - w->sentence.p));
    if (!inside || w->fault >= HW_WORDING_FAULT_COUNT || hw_wording_says(w->fault)[0] == 0) {
        hw_fuzz_broken("a fault of nothing that is there");
    }
    h->faults++;
    h->lines += w->line;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_span text = {data, size}, of;
    struct heard one = {.text = text}, two = {.text = text};
    struct hw_sentences s = {.text = text};
    uint64_t line, before = 1;
    const uint8_t *end = data;
    while (hw_sentence_next(&s, &of, &line)) {
        if (of.n == 0 || of.p < end || of.p + of.n > data + size || line < before) {
            hw_fuzz_broken("a sentence that is not behind the one before it");
        }
        end = of.p + of.n;
        before = line;
    }
    if (hw_wording_check(text, hear, &one) != 0 || hw_wording_check(text, hear, &two) != 0 ||
        one.faults != two.faults || one.lines != two.lines) {
        hw_fuzz_broken("the same report, judged twice, differs");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char whole[] =
        "Judgement: one operator is likely (55 to 80 %).\nConfidence: moderate.\n"
        "Basis: the same key.\nAlternatives considered:\n- a shared supplier\n"
        "What would change it:\n- the key, published\nGaps:\n- no sample\n";
    static const char faulty[] =
        "# Key judgements\nWe are moderately\nconfident, e.g. by U.S. sources, that it is likely. "
        "\"Quoted \\\" words.\" It was certainly X (100 %).\n\n| probable | "
        "\xe2\x80\x9cno\xe2\x80\x9d |"
        "\n1. almost no chance at 0.4 percent\n## Gaps\nNone.\n";
    give(state, "whole", (const uint8_t *)whole, strlen(whole));
    give(state, "faulty", (const uint8_t *)faulty, strlen(faulty));
}
