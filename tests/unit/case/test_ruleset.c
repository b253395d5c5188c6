/* SPDX-License-Identifier: Apache-2.0 */
/* The rules a case was taught: gathered whole, each file once, in an order that learning does not
 * decide; and who was read with them. */
#include "kit.h"

#include <string.h>

#include "fact/ruleset.h"

static void put_pattern(struct kit_evidence *e, const char *id, const char *program, uint64_t part)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PATTERN, 0);
    hw_fact_u64(&f, HW_PATTERN_LINE, 1);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, program == NULL ? "sigma" : "yara");
    hw_fact_str(&f, HW_PATTERN_ID, id);
    if (program != NULL) {
        hw_fact_span(&f, HW_PATTERN_PROGRAM,
                     (struct hw_span){(const uint8_t *)program, strlen(program)});
    }
    if (part > 0) {
        hw_fact_u64(&f, HW_PATTERN_PART, part);
    }
    kit_add(e, &f);
}

/* Evidence number n: a file of one rule in two parts, another rule, and a rule of another language
 * and a refused one beside them. */
static void store_rules(struct hw_case *c, uint32_t n, bool with_rules)
{
    struct hw_error err;
    struct hw_fact f;
    struct kit_evidence *e = kit_evidence(n, 0);
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, 0);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, "yara");
    kit_add(e, &f);
    if (with_rules) {
        put_pattern(e, "a", "rule a { condi", 0);
        put_pattern(e, "a", "tion: true }\n", 1);
        put_pattern(e, "b", "rule b { condition: a }\n", 0);
    }
    put_pattern(e, "s", NULL, 0);
    e->e.asked = HW_CLASS_KNOWLEDGE;
    OK(hw_case_store(c, &e->e, e->facts, e->count, &err));
    kit_evidence_free(e);
}

static void gather(struct hw_case *c, struct hw_buf *set, struct hw_case_rules *out)
{
    struct hw_error err;
    hw_buf_init(set, 1 << 20);
    OK(hw_case_rules(c, set, out, &err));
}

static void rules_are_gathered_whole_and_in_one_order(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = kit_open(k, HW_CASE_PRIVATE), *d = kit_open(k, HW_CASE_PRIVATE);
    struct hw_buf one, other;
    struct hw_case_rules a, b;
    struct hw_budget fuel = {1 << 20, 100, 2};
    struct hw_reader r;
    struct hw_ruleset_source s;
    static const char want[] = "rule a { condition: true }\nrule b { condition: a }\n";
    for (uint32_t n = 1; n <= 5; n++) {
        store_rules(c, n, n != 3);
        store_rules(d, 6 - n, 6 - n != 3);
    }
    gather(c, &one, &a);
    gather(d, &other, &b);
    assert_int_equal(a.sources, 4);
    assert_int_equal(a.rules, 8);
    assert_int_equal(a.left, 0);
    assert_memory_equal(a.digest, b.digest, 32);
    assert_true(hw_span_equal(hw_buf_span(&one), hw_buf_span(&other)));
    hw_reader_init(&r, hw_buf_span(&one), &fuel);
    assert_true(hw_ruleset_open(&r));
    for (unsigned i = 0; i < 4; i++) {
        assert_true(hw_ruleset_next(&r, &s));
        assert_int_equal(s.text.n, strlen(want));
        assert_memory_equal(s.text.p, want, s.text.n);
    }
    assert_false(hw_ruleset_next(&r, &s));
    hw_buf_done(&one);
    hw_buf_done(&other);
    hw_case_free(c);
    hw_case_free(d);
}

static void a_case_without_rules_has_an_empty_set(void **state)
{
    struct hw_case *c = kit_open(*state, HW_CASE_PRIVATE);
    struct hw_buf set;
    struct hw_case_rules none;
    store_rules(c, 1, false);
    gather(c, &set, &none);
    assert_int_equal(none.sources, 0);
    assert_int_equal(none.rules, 0);
    hw_buf_done(&set);
    hw_case_free(c);
}

static void a_reading_remembers_its_set(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
    struct hw_fact f;
    uint8_t set[32], other[32];
    bool scanned = false;
    kit_hash(1, 1, set);
    kit_hash(2, 2, other);
    struct kit_evidence *e = kit_evidence(9, 1);
    hw_fact_about(&f, HW_FACT_PROPERTY, 0);
    hw_fact_str(&f, HW_PROPERTY_KEY, "rules.set");
    hw_fact_span(&f, HW_PROPERTY_BYTES, (struct hw_span){set, 32});
    kit_add(e, &f);
    OK(hw_case_store(c, &e->e, e->facts, e->count, &k->err));
    OK(hw_case_scanned(c, e->e.sha256, set, &scanned, &k->err));
    assert_true(scanned);
    OK(hw_case_scanned(c, e->e.sha256, other, &scanned, &k->err));
    assert_false(scanned);
    OK(hw_case_scanned(c, other, set, &scanned, &k->err)); /* not read as software: nothing to do */
    assert_true(scanned);
    kit_evidence_free(e);
    hw_case_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rules_are_gathered_whole_and_in_one_order, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(a_case_without_rules_has_an_empty_set, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(a_reading_remembers_its_set, kit_setup, kit_teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
