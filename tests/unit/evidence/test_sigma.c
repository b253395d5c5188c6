/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/sigma.h"
#include "exam.h"
#include "learned.h"
#include "sweep.h"

static const char rule[] =
    "title: Odd Child\n"
    "id: 5d1ee126-8b1a-4b3e-9a4f-111111111111\n"
    "status: test\n"
    "description: A program that starts another\n"
    "author: A. Uthor\n"
    "date: 2023-03-29\n"
    "tags:\n    - attack.execution\n    - attack.t1059\n"
    "logsource:\n    category: process_creation\n    product: windows\n"
    "detection:\n"
    "    selection:\n        Image|endswith:\n            - '\\a.exe'\n            - '\\b.exe'\n"
    "        CommandLine|contains|all: ['-x', '-y']\n"
    "    filter:\n        User: null\n"
    "    condition: selection and not filter\n"
    "falsepositives:\n    - Admins\n    - Others\n"
    "level: high\n";

static void read_text(const char *text)
{
    hw_told_done(&t);
    (void)begin(NULL);
    hw_told_examine(&t, text, strlen(text), NULL);
}

static void sigma_rule_is_told_whole(void **state)
{
    (void)state;
    read_text(rule);
    assert_int_equal(t.anomalies, 0);
    HAS("artifact node=0", "format=sigma");
    HAS("knowledge node=0", "form=sigma", "entries=1 refused=0");
    HAS("pattern node=0 line=1 language=sigma id=\"5d1ee126-8b1a-4b3e-9a4f-111111111111\"",
        "title=\"Odd Child\"", "level=high", "log=\"windows/process_creation/\"",
        "tags=\"status.test attack.execution attack.t1059\"", "source=\"A. Uthor\"",
        "published=1680048000000000000ns",
        "says=\"A program that starts another. False positives: Admins; Others\"", "program=");
    assert_int_equal(hw_told_count(&t, " refused=\""), 0);
}

/* ---- what rules mean: compiled here, asked here ---- */

struct asked {
    struct hw_rule rule;
    const char *const *names;
    const char *const *values;
    size_t count;
};

static struct hw_span value(void *state, size_t i)
{
    struct asked *a = state;
    return hw_span_str(a->values[i]);
}

static struct hw_span field(void *state, unsigned name)
{
    struct asked *a = state;
    for (size_t i = 0; i < a->count; i++) {
        if (hw_span_is(a->rule.names[name], a->names[i])) {
            return value(a, i);
        }
    }
    return (struct hw_span){NULL, 0};
}

/* The reason it is refused with, or "yes" or "no". */
static const char *ask(const char *detection, const char *a, const char *b)
{
    static char said[160];
    static const char *const names[] = {"A", "B"};
    static struct hw_regex_scratch scratch;
    const char *const values[] = {a, b};
    struct hw_arena *arena = hw_arena_new(1 << 22);
    struct hw_yaml *doc = NULL;
    struct hw_rule_maker maker;
    struct hw_buf program;
    const char *why = "";
    assert_non_null(arena);
    hw_rule_maker_init(&maker);
    hw_buf_init(&program, HW_RULE_PROGRAM_BYTES);
    if (!hw_yaml_read(hw_span_str(detection), arena, &doc, &why)) {
        (void)snprintf(said, sizeof said, "%s", why);
    } else {
        struct hw_sigma_making s = {.maker = &maker, .arena = arena, .detection = doc};
        struct asked q = {.names = names, .values = values, .count = 2};
        struct hw_rule_record record = {field, value, 2, &q, NULL};
        uint64_t fuel = 1000000;
        if (!hw_sigma_compile(&s, &program)) {
            assert_true(s.why[0] != '\0');
            (void)snprintf(said, sizeof said, "%s", s.why);
        } else {
            assert_true(hw_rule_check(hw_buf_span(&program), &q.rule));
            bool yes = hw_rule_ask(&q.rule, &record, &scratch, &fuel) == HW_RULE_YES;
            (void)snprintf(said, sizeof said, "%s", yes ? "yes" : "no");
        }
    }
    hw_buf_done(&program);
    hw_rule_maker_done(&maker);
    hw_arena_free(arena);
    return said;
}

static void sigma_means_what_the_specification_says(void **state)
{
    static const struct {
        const char *detection, *a, *b, *said;
    } cases[] = {
        {"{s: {A: x}, condition: s}", "X", "", "yes"},
        {"{s: {A: x}, condition: s}", "xy", "", "no"},
        {"{s: {A: x, B: y}, condition: s}", "x", "", "no"},
        {"{s: [{A: x}, {B: y}], condition: s}", "", "y", "yes"},
        {"{s: {A: [x, z]}, condition: s}", "z", "", "yes"},
        {"{s: {A: 'x*z'}, condition: s}", "x and z", "", "yes"},
        {"{s: {A: '*mid*'}, condition: s}", "a mid b", "", "yes"},
        {"{s: {A: 'x?z'}, condition: s}", "xyz", "", "yes"},
        {"{s: {A: 'x?z'}, condition: s}", "xz", "", "no"},
        {"{s: {A: 'x\\*z'}, condition: s}", "x*z", "", "yes"},
        {"{s: {A: 'x\\*z'}, condition: s}", "xyz", "", "no"},
        {"{s: {A: 'c:\\\\*'}, condition: s}", "c:\\dir", "", "yes"},
        {"{s: {A: 'c:\\a'}, condition: s}", "c:\\a", "", "yes"},
        {"{s: {A|contains|all: [x, y]}, condition: s}", "y and x", "", "yes"},
        {"{s: {A|contains|all: [x, y]}, condition: s}", "y", "", "no"},
        {"{s: {A|startswith: x}, condition: s}", "xy", "", "yes"},
        {"{s: {A|endswith: 'y*'}, condition: s}", "x y z", "", "yes"},
        {"{s: {A|cased: x}, condition: s}", "X", "", "no"},
        {"{s: {A|re: '^x[0-9]+$'}, condition: s}", "x12", "", "yes"},
        {"{s: {A|re: '^x$'}, condition: s}", "X", "", "no"},
        {"{s: {A|re|i: '^x$'}, condition: s}", "X", "", "yes"},
        {"{s: {A|cidr: 10.0.0.0/8}, condition: s}", "10.2.3.4", "", "yes"},
        {"{s: {A|windash|contains: ' -enc '}, condition: s}", "p /enc x", "", "yes"},
        {"{s: {A|contains|windash: 'a-b'}, condition: s}", "a/b", "", "no"},
        {"{s: {A|base64: ping}, condition: s}", "cGluZw==", "", "yes"},
        {"{s: {A|base64offset|contains: ping}, condition: s}", "x BwaW5n y", "", "yes"},
        {"{s: {A|base64offset|contains: ping}, condition: s}", "x cGluZ y", "", "yes"},
        {"{s: {A|wide|base64offset|contains: ab}, condition: s}", "YQBiA", "", "yes"},
        {"{s: {A|fieldref: B}, condition: s}", "x", "X", "yes"},
        {"{s: {A|fieldref|endswith: B}, condition: s}", "c:\\x", "x", "yes"},
        {"{s: {A|exists: true}, condition: s}", "", "", "yes"},
        {"{s: {A|exists: false}, condition: s}", NULL, "", "yes"},
        {"{s: {A: null}, condition: s}", NULL, "", "yes"},
        {"{s: {A: ''}, condition: s}", "", "", "yes"},
        {"{s: {A: ''}, condition: s}", NULL, "", "no"},
        {"{s: {A: '*'}, condition: s}", "x", "", "yes"},
        {"{s: {A: '*'}, condition: s}", NULL, "", "no"},
        {"{s: {A|gte: 10}, condition: s}", "10", "", "yes"},
        {"{s: {A|lt: 10}, condition: s}", "10", "", "no"},
        {"{s: {A|neq: x}, condition: s}", "y", "", "yes"},
        {"{s: {A: 4688}, condition: s}", "4688", "", "yes"},
        {"{k: [fox, dog], condition: k}", "a dog here", "", "yes"},
        {"{k: {'|all': [fox, dog]}, condition: k}", "a dog", "a fox", "yes"},
        {"{k: fox, condition: k}", "", "the fox", "yes"},
        {"{s: {A: x}, f: {B: y}, condition: s and not f}", "x", "y", "no"},
        {"{s: {A: x}, f: {B: y}, condition: s and not f}", "x", "z", "yes"},
        {"{s: {A: x}, f: {B: y}, condition: not s or f and s}", "x", "y", "yes"},
        {"{s_1: {A: x}, s_2: {B: y}, condition: 1 of s_*}", "", "y", "yes"},
        {"{s_1: {A: x}, s_2: {B: y}, condition: all of s_*}", "", "y", "no"},
        {"{s_1: {A: x}, s_2: {B: y}, condition: 2 of them}", "x", "y", "yes"},
        {"{s_1: {A: x}, s_2: {B: y}, condition: 2 of them}", "x", "", "no"},
        {"{_n: {A: x}, s_2: {B: y}, condition: all of them}", "", "y", "yes"},
        {"{s: {A: x}, condition: [s, s]}", "x", "", "yes"},
        {"{s: {A: x}, f: {B: y}, condition: not (s or f)}", "z", "z", "yes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said = ask(cases[i].detection, cases[i].a, cases[i].b);
        if (strcmp(said, cases[i].said) != 0) {
            fail_msg("%s on '%s', '%s' says %s", cases[i].detection, cases[i].a, cases[i].b, said);
        }
    }
}

static void sigma_refuses_by_name_what_it_cannot_run(void **state)
{
    static const char *const cases[][2] = {
        {"{s: {A|expand: '%x%'}, condition: s}", "modifier: expand"},
        {"{s: {A|i: x}, condition: s}", "modifier: i"},
        {"{s: {A|wide: x}, condition: s}", "modifier: wide without base64"},
        {"{s: {A|base64: 'a*'}, condition: s}", "modifier: base64 of a wildcard"},
        {"{s: {A|re: '(?=x)'}, condition: s}", "detection: regular expression: looks ahead"},
        {"{s: {A|cidr: x}, condition: s}", "detection: not a network"},
        {"{s: {A|lt: x}, condition: s}", "detection: it has a part without content"},
        {"{s: {A: {B: x}}, condition: s}", "detection: a value that is no scalar"},
        {"{s: {A: []}, condition: s}", "detection: a field without values"},
        {"{s: {}, condition: s}", "detection: a selection without content"},
        {"{s: {A: x}, condition: s | count() > 5}", "condition: aggregation"},
        {"{s: {A: x}, timeframe: 5m, condition: s}", "condition: aggregation"},
        {"{s: {A: x}, condition: nobody}", "condition: it names a selection that is not there"},
        {"{s: {A: x}, condition: 1 of n*}", "condition: it names a selection that is not there"},
        {"{s: {A: x}, condition: (s}", "condition: a bracket is not closed"},
        {"{s: {A: x}, condition: s s}", "condition: not understood"},
        {"{s: {A: x}, condition: ''}", "condition: not understood"},
        {"{s: {A: x}}", "condition: there is none"},
        {"{s: &a {A: x}, condition: s}", "YAML: an anchor"},
        {"{s: *a, condition: s}", "YAML: an alias"},
        {"{s: {A: x, A: y}, condition: s}", "YAML: a key for the second time"},
        {"{[s]: {A: x}, condition: s}", "YAML: a key that is no scalar"},
        {"{s: {A: x}, condition: s", "not YAML"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said = ask(cases[i][0], "", "");
        if (strcmp(said, cases[i][1]) != 0) {
            fail_msg("%s says '%s'", cases[i][0], said);
        }
    }
}

static void sigma_documents_stand_by_themselves(void **state)
{
    static char text[8192];
    (void)state;
    (void)snprintf(text, sizeof text,
                   "%s---\ntitle: [broken\ndetection: {\n---\n"
                   "title: No Detection\n---\n"
                   "title: Many\nstatus: experimental\ncorrelation:\n    type: event_count\n---\n"
                   "title: Filter\nfilter:\n    rules: any\n---\n"
                   "title: Expands\nlogsource: {product: linux, service: auditd}\n"
                   "detection: {s: {A|expand: '%%x%%'}, condition: s}\nlevel: informational\n",
                   rule);
    read_text(text);
    HAS("knowledge node=0", "entries=4 refused=2");
    HAS("rule=line-refused", "entry 2: ", "not YAML");
    HAS("rule=line-refused", "entry 3: ", "no detection, or no logsource");
    HAS("pattern", "line=4", "title=\"Many\"", "refused=\"correlation: there are no rules\"");
    HAS("pattern", "line=5", "refused=\"filter\"");
    HAS("pattern", "line=6",
        "refused=\"modifier: expand\" level=info role=context "
        "log=\"linux//auditd\"");
    assert_int_equal(hw_told_count(&t, " program="), 1);
}

static void sigma_global_goes_on_in_the_documents_behind_it(void **state)
{
    (void)state;
    read_text("action: global\ntitle: Both\nlevel: low\nid: x\n"
              "detection:\n    condition: one of\n---\n");
    assert_int_equal(hw_told_count(&t, "pattern node=0"), 0);
    read_text("action: global\ntitle: Both\nlevel: low\n"
              "logsource:\n    product: windows\n"
              "detection:\n    condition: s\n---\n"
              "logsource:\n    product: linux\ndetection:\n    s: {A: x}\n---\n"
              "detection:\n    s: {A: y}\n");
    HAS("pattern", "line=2", "title=\"Both\"", "program=", "level=low", "log=\"linux//\"");
    HAS("pattern", "line=3", "title=\"Both\"", "program=", "log=\"windows//\"");
}

/* ---- hostile ---- */

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE, .once = " program="};

static void sigma_truncated_anywhere_ends(void **state)
{
    (void)state;
    assert_true(hw_told_whole((const uint8_t *)rule, sizeof rule - 1, &whole));
    hw_sweep_truncate((const uint8_t *)rule, sizeof rule - 1, hw_told_whole, &whole);
}

static void sigma_mutants_end(void **state)
{
    (void)state;
    hw_sweep_mutate((const uint8_t *)rule, sizeof rule - 1, 4000, 1907, hw_told_whole, &whole);
}

static void sigma_limits_hold(void **state)
{
    struct hw_buf b;
    (void)state;
    hw_buf_init(&b, 1 << 20);
    hw_buf_str(&b, "title: Deep\nlogsource: {product: x}\ndetection:\n    s: ");
    for (unsigned i = 0; i < 100000; i++) {
        hw_buf_char(&b, '[');
    }
    read_text(hw_buf_text(&b));
    HAS("rule=line-refused");
    hw_buf_clear(&b);
    hw_buf_str(&b, "title: Wide\nlogsource: {product: x}\ndetection:\n    s:\n        A:\n");
    for (unsigned i = 0; i < 25000; i++) {
        hw_buf_printf(&b, "            - value%u\n", i);
    }
    hw_buf_str(&b, "    condition: s\n");
    read_text(hw_buf_text(&b));
    HAS("rule=line-refused", "larger than a rule may be");
    hw_buf_clear(&b);
    hw_buf_str(&b, "title: Large\nlogsource: {product: x}\ndetection:\n    s:\n        A:\n");
    for (unsigned i = 0; i < 1000; i++) {
        hw_buf_printf(&b, "            - a value of some forty characters, number %u\n", i);
    }
    hw_buf_str(&b, "    condition: s\n");
    read_text(hw_buf_text(&b));
    HAS("pattern", "refused=\"detection: larger than a rule may be\"");
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sigma_rule_is_told_whole, begin, end),
        cmocka_unit_test(sigma_means_what_the_specification_says),
        cmocka_unit_test(sigma_refuses_by_name_what_it_cannot_run),
        cmocka_unit_test_setup_teardown(sigma_documents_stand_by_themselves, begin, end),
        cmocka_unit_test_setup_teardown(sigma_global_goes_on_in_the_documents_behind_it, begin,
                                        end),
        cmocka_unit_test(sigma_truncated_anywhere_ends),
        cmocka_unit_test(sigma_mutants_end),
        cmocka_unit_test_setup_teardown(sigma_limits_hold, begin, end),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("sigma", tests, NULL, NULL);
}
