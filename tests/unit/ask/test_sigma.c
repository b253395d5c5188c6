/* SPDX-License-Identifier: Apache-2.0 */
/* Published rules asked of the records of a case: which, of what, and how much a match says. */
#include "tale.h"

#include <string.h>

#include "fact/record.h"
#include "fact/rule.h"

struct layout {
    const char *source, *log, *event, *names;
};
static const struct layout sysmon = {"windows", "Microsoft-Windows-Sysmon", "1",
                                     "Computer\nChannel\nImage\nCommandLine\nUser"};
static const struct layout security = {"windows", "Microsoft-Windows-Security-Auditing", "4688",
                                       "Computer\nChannel\nNewProcessName\nCommandLine"};
static const struct layout service = {"windows", "Service Control Manager", "7045",
                                      "Computer\nChannel\nServiceName\nImagePath"};

static void tell_log(struct tale *t, char letter, const struct layout *l, const char *const *values,
                     size_t count, unsigned times)
{
    static struct hw_buf packed;
    struct hw_span spans[8];
    struct hw_record r = {.off = 100,
                          .time_ns = 900 * TALE_DAY,
                          .clock = HW_CLOCK_UTC,
                          .values = spans,
                          .count = count};
    tale_program(t, letter);
    hw_fact_str(&t->facts[0], HW_ARTIFACT_FORMAT, "evtx");
    struct hw_fact *f = tale_add(t, HW_FACT_LAYOUT);
    hw_fact_u64(f, HW_LAYOUT_INDEX, 0);
    hw_fact_str(f, HW_LAYOUT_SOURCE, l->source);
    hw_fact_str(f, HW_LAYOUT_LOG, l->log);
    hw_fact_str(f, HW_LAYOUT_EVENT, l->event);
    hw_fact_str(f, HW_LAYOUT_NAMES, l->names);
    for (size_t i = 0; i < count; i++) {
        spans[i] = hw_span_str(values[i]);
    }
    hw_buf_done(&packed);
    hw_buf_init(&packed, HW_PACKED_BYTES);
    for (unsigned i = 0; i < times; i++) {
        r.number = 70 + i;
        assert_true(hw_record_pack(&r, &packed));
    }
    f = tale_add(t, HW_FACT_EVENTS);
    hw_fact_u64(f, HW_EVENTS_COUNT, times);
    hw_fact_span(f, HW_EVENTS_PACKED, hw_buf_span(&packed));
    tale_store(t, HW_CLASS_TELEMETRY, "/logs/one.evtx");
    hw_buf_done(&packed);
}

/* `field` ends with `value`. */
static void tell_rule(struct tale *t, char letter, const char *log, const char *field,
                      const char *value, const char *level, const char *status)
{
    static struct hw_buf program;
    struct hw_rule_maker m;
    hw_rule_maker_init(&m);
    hw_buf_done(&program);
    hw_buf_init(&program, HW_RULE_PROGRAM_BYTES);
    hw_rule_test(&m, hw_span_str(field), 0);
    hw_rule_value(&m, HW_RULE_ENDS, hw_span_str(value));
    hw_rule_close(&m);
    assert_true(hw_rule_finish(&m, &program));
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "sigma");
    f = tale_add(t, HW_FACT_PATTERN);
    hw_fact_u64(f, HW_PATTERN_LINE, 1);
    hw_fact_str(f, HW_PATTERN_LANGUAGE, "sigma");
    hw_fact_str(f, HW_PATTERN_ID, "11111111-2222-3333-4444-555555555555");
    hw_fact_str(f, HW_PATTERN_TITLE, "Odd Child");
    hw_fact_str(f, HW_PATTERN_LEVEL, level);
    hw_fact_str(f, HW_PATTERN_LOG, log);
    hw_fact_str(f, HW_PATTERN_TAGS, status);
    hw_fact_str(f, HW_PATTERN_SAYS, "False positives: Admins");
    hw_fact_span(f, HW_PATTERN_PROGRAM, hw_buf_span(&program));
    tale_store(t, HW_CLASS_KNOWLEDGE, "/rules/odd.yml");
    hw_rule_maker_done(&m);
    hw_buf_done(&program);
}

static const char *const child[] = {"pc1.example.com", "Microsoft-Windows-Sysmon/Operational",
                                    "C:\\Odd\\Child.exe", "child -x", "A"};
static const char creation[] = "windows/process_creation/";

static void a_rule_that_holds_is_a_finding_with_its_records(void **state)
{
    struct tale *t = *state;
    tell_log(t, 'l', &sysmon, child, 5, 5);
    tell_rule(t, 'r', creation, "Image", "\\child.exe", "high", "status.stable attack.t1");
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "sigma-match");
    assert_int_equal(tale_findings(a, "sigma-match"), 1);
    assert_int_equal(f->severity, HW_HIGH);
    assert_int_equal(f->confidence, HW_CONF_MODERATE);
    assert_true(hw_span_is(f->host, "pc1.example.com"));
    assert_true(hw_span_holds(f->path, "/logs/one.evtx"));
    assert_true(hw_span_holds(f->why->says, "Odd Child"));
    assert_true(hw_span_holds(f->why->says, "5 records"));
    assert_true(hw_span_holds(f->why->says, "False positives: Admins"));
    const struct hw_why *w = f->why->next;
    assert_non_null(w);
    assert_int_equal(w->record, 70);
    assert_true(hw_span_holds(w->says, "event 1, CommandLine child -x"));
    assert_non_null(w->next->next);
    assert_null(w->next->next->next);
}

static void a_rule_is_no_worse_than_its_maturity_allows(void **state)
{
    struct tale *t = *state;
    static const struct {
        const char *level, *status;
        enum hw_severity severity;
    } cases[] = {
        {"critical", "status.stable", HW_CRITICAL},
        {"critical", "status.test", HW_HIGH},
        {"critical", "status.experimental", HW_MEDIUM},
        {"high", "status.deprecated x", HW_MEDIUM},
        {"low", "status.stable", HW_LOW},
        {"info", "status.stable", HW_INFO},
        {"medium", "status.test", HW_MEDIUM},
    };
    tell_log(t, 'l', &sysmon, child, 5, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tell_rule(t, 'r', creation, "Image", "\\child.exe", cases[i].level, cases[i].status);
        const struct hw_finding *f = tale_finding(tale_hunt(t), "sigma-match");
        assert_non_null(f);
        assert_int_equal(f->severity, cases[i].severity);
    }
}

static void a_field_is_found_under_the_name_its_log_gives_it(void **state)
{
    struct tale *t = *state;
    static const char *const values[] = {"pc1", "Security", "C:\\Odd\\Child.exe", "child"};
    tell_log(t, 'l', &security, values, 4, 1);
    tell_rule(t, 'r', creation, "Image", "\\child.exe", "high", "status.test");
    assert_int_equal(tale_findings(tale_hunt(t), "sigma-match"), 1);
    tell_rule(t, 'r', creation, "EventID", "4688", "high", "status.test");
    assert_int_equal(tale_findings(tale_hunt(t), "sigma-match"), 1);
}

static void a_rule_is_asked_of_the_logs_it_is_for(void **state)
{
    struct tale *t = *state;
    static const char *const values[] = {"pc1", "System", "Odd", "C:\\Odd\\Child.exe"};
    tell_log(t, 'l', &service, values, 4, 1);
    static const struct {
        const char *log;
        unsigned found;
        bool gap;
    } cases[] = {
        {"windows//system", 1, false},
        {"windows//", 1, false},
        {"windows//security", 0, false},
        {"windows/process_creation/", 0, true},
        {"linux//auditd", 0, true},
        {"novell//groupwise", 0, true},
        {"windows/process_creation/security", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tell_rule(t, 'r', cases[i].log, "ImagePath", "\\child.exe", "high", "status.test");
        const struct hw_answer *a = tale_hunt(t);
        assert_int_equal(tale_findings(a, "sigma-match"), cases[i].found);
        const struct hw_gap *gap = tale_gap(a, "rules-not-asked");
        assert_int_equal(gap != NULL, cases[i].gap);
        assert_true(gap == NULL || !gap->needed);
    }
}

static void a_rule_that_two_feeds_bring_is_one(void **state)
{
    struct tale *t = *state;
    tell_log(t, 'l', &sysmon, child, 5, 1);
    tell_rule(t, 'r', creation, "Image", "\\child.exe", "high", "status.test");
    tell_rule(t, 's', creation, "Image", "\\child.exe", "high", "status.test");
    assert_int_equal(tale_findings(tale_hunt(t), "sigma-match"), 1);
    /* and without its needed text it is not even asked */
    tell_rule(t, 'r', creation, "Image", "\\other.exe", "high", "status.test");
    tell_rule(t, 's', creation, "Image", "\\other.exe", "high", "status.test");
    assert_int_equal(tale_findings(tale_hunt(t), "sigma-match"), 0);
}

static void rules_alone_are_knowledge(void **state)
{
    struct tale *t = *state;
    tell_log(t, 'l', &sysmon, child, 5, 1);
    assert_non_null(tale_gap(tale_hunt(t), "no-knowledge"));
    tell_rule(t, 'r', creation, "Image", "\\other.exe", "high", "status.test");
    assert_null(tale_gap(tale_hunt(t), "no-knowledge"));
}

/* A case may be a stranger's: its programs and its packings too. */
static void what_is_damaged_costs_nothing_else(void **state)
{
    struct tale *t = *state;
    static const uint8_t bad[] = {'Q', 1, 0, 0, HW_RULE_ALL, 200, 0, 0}, cut[] = {0, 1, 2};
    tell_log(t, 'l', &sysmon, child, 5, 1);
    tell_rule(t, 'r', creation, "Image", "\\child.exe", "high", "status.test");
    tell_rule(t, 's', creation, "Image", "\\other.exe", "high", "status.test");
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_PATTERN) {
            hw_fact_span(&t->facts[i], HW_PATTERN_PROGRAM, (struct hw_span){bad, sizeof bad});
        }
    }
    t->letter = 's';
    tale_store(t, HW_CLASS_KNOWLEDGE, "/rules/bad.yml");
    tell_log(t, 'm', &sysmon, child, 5, 1);
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_EVENTS) {
            hw_fact_span(&t->facts[i], HW_EVENTS_PACKED, (struct hw_span){cut, sizeof cut});
        }
    }
    tale_store(t, HW_CLASS_TELEMETRY, "/logs/two.evtx");
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-match"), 1);
    assert_true(hw_span_holds(tale_gap(a, "rules-not-asked")->what, "of 2 Sigma rules 1 cannot"));
    assert_non_null(tale_gap(a, "damaged"));
    assert_true(tale_gap(a, "damaged")->needed);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(a_rule_that_holds_is_a_finding_with_its_records),
        T(a_rule_is_no_worse_than_its_maturity_allows),
        T(a_field_is_found_under_the_name_its_log_gives_it),
        T(a_rule_is_asked_of_the_logs_it_is_for),
        T(a_rule_that_two_feeds_bring_is_one),
        T(rules_alone_are_knowledge),
        T(what_is_damaged_costs_nothing_else),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("ask_sigma", tests, NULL, NULL);
}
