/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of the OASIS pattern matcher and pattern validator (literals out of their own tests),
 * each judged as its makers say. The files lie in the corpus beside the tree or where
 * HEADWATER_CORPUS says; without it the test is skipped and says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "stix_kit.h"

enum { FUEL = 200000, MATCHED = 1, NOT_MATCHED = 0, LEFT_OPEN = 2 };

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static json_t *load(const char *name)
{
    char path[1024];
    json_error_t why;
    (void)snprintf(path, sizeof path, "%s/intel/stix-pattern-vectors/%s", corpus(), name);
    json_t *v = json_load_file(path, 0, &why);
    if (v == NULL) {
        fail_msg("%s: %s", path, why.text);
    }
    return v;
}

/* Twenty observations a second apart, as the matcher's test makes them (test_complex.py). */
static json_t *explosion(void)
{
    json_t *list = json_array();
    char when[32];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(when, sizeof when, "2004-10-11T21:%02d:%02dZ", 44 + (58 + i) / 60,
                       (58 + i) % 60);
        assert_int_equal(json_array_append_new(
                             list, json_pack("{s:s, s:s, s:s, s:i, s:{s:{s:s, s:s, s:i}}}", "type",
                                             "observed-data", "first_observed", when,
                                             "last_observed", when, "number_observed", 1, "objects",
                                             "a0", "type", "person", "name", "alice", "age", i)),
                         0);
    }
    return list;
}

static const char *expected(const char *word, int answer)
{
    const char *is = answer == MATCHED ? "match" : answer == NOT_MATCHED ? "nomatch" : "error";
    return strcmp(is, word) == 0 ? NULL : is;
}

static void each_case_of_the_matcher_is_judged_as_its_makers_say(void **state)
{
    json_t *all = load("matcher-v21.json"), *one, *made = explosion();
    json_t *sets = json_object_get(all, "observations");
    size_t i, wrong = 0;
    (void)state;
    json_array_foreach(json_object_get(all, "cases"), i, one)
    {
        const char *pattern = json_string_value(json_object_get(one, "pattern"));
        const char *set = json_string_value(json_object_get(one, "observations"));
        const char *expect = json_string_value(json_object_get(one, "expect"));
        bool many = strstr(set, "combinatorial") != NULL; /* these the makers run as STIX 2.0 */
        struct hw_stix_fault fault = {0, NULL};
        struct stix_kit k;
        stix_kit_init(&k, many ? made : json_object_get(sets, set));
        int answer = stix_kit_run(&k, hw_span_str(pattern), many ? HW_STIX_20 : 0, FUEL, &fault);
        stix_kit_done(&k);
        const char *is = expected(expect, answer);
        if (is != NULL) {
            print_error("%s: %s, not %s (%s at %zu)\n", pattern, is, expect,
                        fault.why == NULL ? "" : fault.why, fault.off);
            wrong++;
        }
    }
    assert_int_equal(i, 245);
    assert_int_equal(wrong, 0);
    json_decref(made);
    json_decref(all);
}

static void check_grammar(const json_t *list, bool valid, size_t count)
{
    struct hw_buf out;
    size_t i, wrong = 0;
    json_t *one;
    hw_buf_init(&out, HW_STIX_PROGRAM_BYTES);
    json_array_foreach(list, i, one)
    {
        struct hw_stix_fault fault = {0, ""};
        struct hw_stix p;
        hw_buf_clear(&out);
        bool ok = hw_stix_compile(hw_span_str(json_string_value(one)), 0, &out, &fault);
        if (ok != valid || (ok && !hw_stix_check(hw_buf_span(&out), &p))) {
            print_error("%s: %s (%s at %zu)\n", json_string_value(one), ok ? "taken" : "refused",
                        fault.why, fault.off);
            wrong++;
        }
    }
    hw_buf_done(&out);
    assert_int_equal(i, count);
    assert_int_equal(wrong, 0);
}

static void each_case_of_the_grammar_is_taken_or_refused_as_its_makers_say(void **state)
{
    json_t *all = load("grammar-v21.json");
    (void)state;
    check_grammar(json_object_get(all, "valid"), true, 49);
    check_grammar(json_object_get(all, "invalid"), false, 17);
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_of_the_matcher_is_judged_as_its_makers_say),
        cmocka_unit_test(each_case_of_the_grammar_is_taken_or_refused_as_its_makers_say),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    struct stat st;
    if (stat(corpus(), &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
