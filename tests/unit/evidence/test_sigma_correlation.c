/* SPDX-License-Identifier: Apache-2.0 */
/* Correlations of Sigma: what they become, and what they are refused for. */
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
#include "sweep.h"

#define SECOND INT64_C(1000000000)

static struct hw_told t;

static void read_text(const char *text)
{
    hw_told_done(&t);
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, text, strlen(text), NULL);
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    return 0;
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

/* ---- what one says ---- */

static struct hw_arena *arena;
static struct hw_buf form;
static struct hw_correlation made;

/* The reason a document is refused with, or "" and `made`. */
static const char *compile(const char *document)
{
    static struct hw_sigma_making s;
    struct hw_yaml *doc = NULL;
    const char *why = "";
    hw_arena_free(arena);
    hw_buf_done(&form);
    arena = hw_arena_new(1 << 22);
    assert_non_null(arena);
    hw_buf_init(&form, HW_CORRELATION_BYTES);
    if (!hw_yaml_read(hw_span_str(document), arena, &doc, &why)) {
        return why;
    }
    s = (struct hw_sigma_making){.arena = arena};
    if (!hw_sigma_correlate(&s, doc, &form)) {
        assert_true(s.why[0] != '\0');
        return s.why;
    }
    assert_true(hw_correlation_check(hw_buf_span(&form), &made));
    return "";
}

static int drop(void **state)
{
    (void)state;
    hw_arena_free(arena);
    arena = NULL;
    hw_buf_done(&form);
    return 0;
}

static void correlation_is_what_its_document_says(void **state)
{
    (void)state;
    assert_string_equal(compile("title: x\ncorrelation:\n    type: value_count\n"
                                "    rules: [a, 5638f7c0-ac70-491d-8465-2a65075e0d86]\n"
                                "    group-by:\n        - who\n        - Computer\n"
                                "    timespan: 90m\n"
                                "    condition:\n        field: Port\n        gt: 100\n"
                                "        lte: 200\n"
                                "    aliases:\n        who:\n            a: User\n"
                                "            5638f7c0-ac70-491d-8465-2a65075e0d86: Account\n"
                                "generate: true\n"),
                        "");
    assert_int_equal(made.type, HW_VALUE_COUNT);
    assert_true(made.generate);
    assert_int_equal(made.span_ns, 5400 * SECOND);
    assert_int_equal(made.rule_count, 2);
    assert_true(hw_span_is(made.rules[0], "a"));
    assert_int_equal(made.group_count, 2);
    assert_true(hw_span_is(made.field, "Port"));
    assert_int_equal(made.bound_count, 2);
    assert_true(hw_correlation_holds(&made, 101) && !hw_correlation_holds(&made, 201));
    assert_true(hw_span_is(hw_correlation_field(&made, 1, HW_SPAN_LIT("who")), "Account"));
}

static void correlation_without_a_condition_wants_all_its_rules(void **state)
{
    static const char *const spans[] = {"30s", "5m", "2h", "1d"};
    static const int64_t seconds[] = {30, 300, 7200, 86400};
    char text[200];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(text, sizeof text,
                       "correlation: {type: temporal_ordered, rules: [a, b, c], timespan: %s}",
                       spans[i]);
        assert_string_equal(compile(text), "");
        assert_int_equal(made.span_ns, seconds[i] * SECOND);
        assert_int_equal(made.group_count, 0);
        assert_false(made.generate);
        assert_true(hw_correlation_holds(&made, 3) && !hw_correlation_holds(&made, 2));
    }
    assert_string_equal(compile("correlation: {type: temporal_ordered, rules: [a, b], timespan: "
                                "1s, condition: {gt: 1}, generate: no}"),
                        "");
    assert_string_equal(compile("correlation: {type: event_count, rules: a, group-by: u, timespan: "
                                "1s, condition: {neq: 1}, generate: true}"),
                        "");
    assert_true(made.generate && made.bounds[0].op == HW_COUNT_NEQ);
}

static void correlation_is_refused_by_name(void **state)
{
    static const char *const cases[][2] = {
        {"type: value_sum, rules: [a], timespan: 1h, condition: {field: x, gt: 1}", "value_sum"},
        {"type: value_avg, rules: [a], timespan: 1h, condition: {field: x, gt: 1}", "value_avg"},
        {"rules: [a], timespan: 1h", ""},
        {"type: temporal, timespan: 1h", "there are no rules"},
        {"type: temporal, rules: [], timespan: 1h", "there are no rules"},
        {"type: temporal, rules: [a, a], timespan: 1h", "rules: one for the second time"},
        {"type: temporal, rules: [{a: b}], timespan: 1h", "rules: no text of 1 to 255 bytes"},
        {"type: temporal, rules: {a: b}, timespan: 1h", "rules: no text of 1 to 255 bytes"},
        {"type: temporal, rules: [a, ''], timespan: 1h", "rules: no text of 1 to 255 bytes"},
        {"type: temporal, rules: [a], timespan: 1h, group-by: [u, u]",
         "group-by: one for the second time"},
        {"type: temporal, rules: [a]", "timespan: no number with s, m, h or d, or too long"},
        {"type: temporal, rules: [a], timespan: 1w",
         "timespan: no number with s, m, h or d, or too long"},
        {"type: temporal, rules: [a], timespan: 0s",
         "timespan: no number with s, m, h or d, or too long"},
        {"type: temporal, rules: [a], timespan: 1H",
         "timespan: no number with s, m, h or d, or too long"},
        {"type: temporal, rules: [a], timespan: 99999999999999999999d",
         "timespan: no number with s, m, h or d, or too long"},
        {"type: temporal, rules: [a], timespan: 36501d",
         "timespan: no number with s, m, h or d, or too long"},
        {"type: event_count, rules: [a], timespan: 1h", "there is no condition"},
        {"type: temporal, rules: [a, b], timespan: 1h, condition: a and b",
         "a condition that is no map"},
        {"type: event_count, rules: [a], timespan: 1h, condition: {}",
         "a condition without a number"},
        {"type: event_count, rules: [a], timespan: 1h, condition: {ge: 1}", "condition: ge"},
        {"type: event_count, rules: [a], timespan: 1h, condition: {field: u, gt: 1}",
         "condition: field"},
        {"type: event_count, rules: [a], timespan: 1h, condition: {gt: -1}",
         "condition: no whole number"},
        {"type: event_count, rules: [a], timespan: 1h, condition: {gt: [1]}",
         "condition: no whole number"},
        {"type: value_count, rules: [a], timespan: 1h, condition: {gt: 1}",
         "value_count without a field"},
        {"type: value_count, rules: [a], timespan: 1h, condition: {field: [u, v], gt: 1}",
         "condition: field: more than 1"},
        {"type: temporal_ordered, rules: [a, b, c], timespan: 1h, condition: {gte: 2}",
         "temporal_ordered of some of its rules"},
        {"type: temporal, rules: [a], timespan: 1h, aliases: [u]", "aliases: not understood"},
        {"type: temporal, rules: [a], timespan: 1h, aliases: {u: x}", "aliases: not understood"},
        {"type: temporal, rules: [a], timespan: 1h, aliases: {u: {b: x}}",
         "aliases: a rule that is not one of its rules"},
        {"type: temporal, rules: [a], timespan: 1h, aliases: {u: {a: [x]}}",
         "aliases: no field of 1 to 255 bytes"},
        {"type: temporal, rules: [a, b], group-by: [u], timespan: 1h, aliases: {u: {a: x}}",
         "aliases: one without a field for each rule"},
        {"type: temporal, rules: [a], timespan: 1h, generate: 7",
         "generate: neither true nor false"},
        {"type: temporal, rules: [a], timespan: 1h, ordered: true", "ordered"},
    };
    char text[400], want[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text, "correlation: {%s}", cases[i][0]);
        (void)snprintf(want, sizeof want, "correlation: %s", cases[i][1]);
        const char *said = compile(text);
        if (strcmp(said, want) != 0) {
            fail_msg("%s says '%s'", text, said);
        }
    }
    assert_string_equal(compile("correlation: [a]"), "correlation: not understood");
}

/* ---- a file of them ---- */

static const char file[] =
    "title: Guessed\nid: 1c\nstatus: test\nlevel: high\ndescription: d\n"
    "correlation:\n    type: temporal_ordered\n    rules: [many, success]\n"
    "    group-by: [User]\n    timespan: 10m\n---\n"
    "title: Many\nid: 2c\nname: many\ncorrelation:\n    type: event_count\n    rules: [failure]\n"
    "    group-by: [User]\n    timespan: 10m\n    condition: {gte: 10}\n---\n"
    "title: Failure\nid: 3c\nname: failure\nlogsource: {product: windows, service: security}\n"
    "detection: {s: {EventID: 4625}, condition: s}\n---\n"
    "title: Success\nid: 4c\nname: success\nlogsource: {product: windows, service: security}\n"
    "detection: {s: {EventID: 4624}, condition: s}\nlevel: low\n";

static void correlations_and_their_rules_come_in_one_file(void **state)
{
    (void)state;
    read_text(file);
    assert_int_equal(t.anomalies, 0);
    HAS("knowledge node=0", "form=sigma", "entries=4 refused=0");
    HAS("pattern node=0 line=1 language=sigma-correlation id=\"1c\"", "level=high",
        "tags=\"status.test\"", "program=");
    HAS("pattern node=0 line=2 language=sigma-correlation id=\"2c\"", "name=\"many\"", "program=");
    HAS("pattern node=0 line=3 language=sigma id=\"3c\"", "name=\"failure\"", "role=context",
        "program=");
    HAS("pattern node=0 line=4 language=sigma id=\"4c\"", "name=\"success\"", "level=low");
    HAS("key=sigma.rules-run number=4");
    /* One without a level has none: it is as bad as what it joins. */
    assert_int_equal(hw_told_count(&t, "level="), 3);
    assert_int_equal(hw_told_count(&t, "log=\"windows//security\""), 2);
}

static void one_that_is_refused_costs_no_other(void **state)
{
    static char text[sizeof file + 400];
    (void)state;
    (void)snprintf(text, sizeof text,
                   "%s---\ntitle: Sum\ncorrelation: {type: value_sum}\n---\n"
                   "title: [broken\ncorrelation: {\n---\n"
                   "action: global\ntitle: Old\n---\n"
                   "title: Behind\ncorrelation: {type: temporal, rules: [a], timespan: 1s}\n",
                   file);
    read_text(text);
    HAS("knowledge node=0", "entries=6 refused=1");
    HAS("pattern node=0 line=5 language=sigma-correlation", "refused=\"correlation: value_sum\"");
    HAS("rule=line-refused", "entry 6: ");
    HAS("pattern node=0 line=8", "refused=\"correlation: behind action: global\"");
    assert_int_equal(hw_told_count(&t, " program="), 4);
}

/* ---- hostile ---- */

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE,
                                .lines = {{"language=sigma-correlation id=\"1c\"", "program="},
                                          {"language=sigma id=\"4c\"", "level=low"}}};

static void correlation_truncated_anywhere_ends(void **state)
{
    (void)state;
    assert_true(hw_told_whole((const uint8_t *)file, sizeof file - 1, &whole));
    hw_sweep_truncate((const uint8_t *)file, sizeof file - 1, hw_told_whole, &whole);
}

static void correlation_mutants_end(void **state)
{
    (void)state;
    hw_sweep_mutate((const uint8_t *)file, sizeof file - 1, 4000, 2026, hw_told_whole, &whole);
}

static void correlation_limits_hold(void **state)
{
    struct hw_buf b;
    (void)state;
    hw_buf_init(&b, 1 << 20);
    hw_buf_str(&b, "correlation: {type: temporal, timespan: 1s, rules: [");
    for (unsigned i = 0; i < HW_CORRELATION_RULES; i++) {
        hw_buf_printf(&b, "%srule%u", i > 0 ? ", " : "", i);
    }
    size_t full = b.n;
    hw_buf_str(&b, "]}");
    assert_string_equal(compile(hw_buf_text(&b)), "");
    b.n = full;
    hw_buf_str(&b, ", one_more]}");
    assert_string_equal(compile(hw_buf_text(&b)), "correlation: rules: more than 64");
    b.n = full;
    hw_buf_str(&b, "], group-by: [");
    for (unsigned i = 0; i <= HW_CORRELATION_GROUPS; i++) {
        hw_buf_printf(&b, "%sgroup%u", i > 0 ? ", " : "", i);
    }
    hw_buf_str(&b, "]}");
    assert_string_equal(compile(hw_buf_text(&b)), "correlation: group-by: more than 16");
    b.n = full;
    hw_buf_str(&b, "], aliases: {");
    for (unsigned i = 0; i <= HW_CORRELATION_ALIASES; i++) {
        hw_buf_printf(&b, "%salias%u: {rule0: x}", i > 0 ? ", " : "", i);
    }
    hw_buf_str(&b, "}}");
    assert_string_equal(compile(hw_buf_text(&b)), "correlation: aliases: more than 128");
    hw_buf_clear(&b);
    hw_buf_str(&b, "correlation: {type: temporal, timespan: 1s, rules: [");
    for (unsigned i = 0; i < 256; i++) {
        hw_buf_char(&b, 'x');
    }
    hw_buf_str(&b, "]}");
    assert_string_equal(compile(hw_buf_text(&b)), "correlation: rules: no text of 1 to 255 bytes");
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(correlation_is_what_its_document_says, drop),
        cmocka_unit_test_teardown(correlation_without_a_condition_wants_all_its_rules, drop),
        cmocka_unit_test_teardown(correlation_is_refused_by_name, drop),
        cmocka_unit_test_teardown(correlations_and_their_rules_come_in_one_file, end),
        cmocka_unit_test_teardown(one_that_is_refused_costs_no_other, end),
        cmocka_unit_test(correlation_truncated_anywhere_ends),
        cmocka_unit_test(correlation_mutants_end),
        cmocka_unit_test_teardown(correlation_limits_hold, drop),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("sigma_correlation", tests, NULL, NULL);
}
