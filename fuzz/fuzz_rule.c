/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_rule.c -- a compiled rule of a stranger's case: what is whole can be asked, within its
 * program and its fuel, and what it says it needs stands in whatever it holds for.
 *
 * Targets: src/fact/rule.c, src/fact/rule_text.c
 * Max: 4096
 *
 * Input: u8 length of the one value of the record, the value, then a program.
 */
#include "fuzz.h"

#include "base/text.h"
#include "fact/rule.h"

enum { FUEL = 1000000, NEEDS = 16 };

static struct hw_regex_scratch scratch;

static struct hw_span field(void *state, unsigned name)
{
    const struct hw_span *v = state;
    return name % 2 == 0 ? *v : (struct hw_span){NULL, 0};
}

/* The same again, for one name of three. */
static struct hw_span also(void *state, unsigned name, size_t i)
{
    const struct hw_span *v = state;
    return name % 3 == 0 && i < 3 ? *v : (struct hw_span){NULL, 0};
}

static struct hw_span value(void *state, size_t i)
{
    const struct hw_span *v = state;
    (void)i;
    return *v;
}

static bool stands(struct hw_span need, struct hw_span v)
{
    for (size_t at = 0; at + need.n <= v.n; at++) {
        if (hw_span_equal_nocase(hw_span_cut(v, at, need.n), need)) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_span in = {data, size}, needs[NEEDS];
    struct hw_rule rule;
    uint64_t fuel = FUEL;
    if (size < 1) {
        return 0;
    }
    struct hw_span v = hw_span_cut(in, 1, data[0]);
    struct hw_rule_record record = {field, value, 1, &v, also};
    if (!hw_rule_check(hw_span_from(in, 1 + v.n), &rule)) {
        return 0;
    }
    enum hw_rule_answer answer = hw_rule_ask(&rule, &record, &scratch, &fuel);
    if (fuel > FUEL) {
        hw_fuzz_broken("fuel is only spent");
    }
    size_t n = hw_rule_needs(&rule, 1, needs, NEEDS);
    bool any = n == 0;
    for (size_t i = 0; i < n; i++) {
        any = any || stands(needs[i], v);
    }
    if (answer == HW_RULE_YES && !any) {
        hw_fuzz_broken("what a rule needs stands in what it holds for");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char text[] = "the quick brown fox";
    struct hw_rule_maker m;
    struct hw_buf b;
    hw_rule_maker_init(&m);
    hw_buf_init(&b, HW_RULE_PROGRAM_BYTES);
    hw_buf_char(&b, (char)(sizeof text - 1));
    hw_buf_str(&b, text);
    hw_rule_open(&m, HW_RULE_ALL, 0);
    hw_rule_test(&m, HW_SPAN_LIT("a"), HW_RULE_EACH);
    hw_rule_value(&m, HW_RULE_CONTAINS, HW_SPAN_LIT("QUICK"));
    hw_rule_value(&m, HW_RULE_WILD,
                  HW_SPAN_LIT("\xff"
                              "br\xfewn\xff"));
    hw_rule_matches(&m, HW_SPAN_LIT("q\\w+\\s(brown|x)"), 0);
    hw_rule_close(&m);
    hw_rule_open(&m, HW_RULE_AT_LEAST, 2);
    hw_rule_test(&m, HW_SPAN_LIT("b"), 0);
    hw_rule_value(&m, HW_RULE_NULL, (struct hw_span){NULL, 0});
    hw_rule_close(&m);
    hw_rule_test(&m, (struct hw_span){NULL, 0}, HW_RULE_CASED);
    hw_rule_value(&m, HW_RULE_ENDS, HW_SPAN_LIT("fox"));
    hw_rule_cidr(&m, HW_SPAN_LIT("10.0.0.0/8"));
    hw_rule_close(&m);
    hw_rule_open(&m, HW_RULE_NOT, 0);
    hw_rule_test(&m, HW_SPAN_LIT("a"), 0);
    hw_rule_value(&m, HW_RULE_GREATER, HW_SPAN_LIT("12.5"));
    hw_rule_close(&m);
    hw_rule_close(&m);
    hw_rule_close(&m);
    hw_rule_close(&m);
    if (!hw_rule_finish(&m, &b)) {
        hw_fuzz_broken("the seed is a rule");
    }
    give(state, "rule", b.p, b.n);
    hw_buf_done(&b);
    hw_rule_maker_done(&m);
}
