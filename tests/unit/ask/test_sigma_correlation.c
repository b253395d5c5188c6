/* SPDX-License-Identifier: Apache-2.0 */
/* Correlations over the records of a case: what meets them, and what looks like it and does not. */
#include "sigma_kit.h"

#include <stdio.h>
#include <string.h>

#include "fact/record.h"

static unsigned met(struct tale *t)
{
    return tale_findings(tale_hunt(t), "sigma-correlation");
}

/* ---- each type, and what looks like it ---- */

static void so_many_records_of_one_user_are_a_finding(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 3);
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "Amy", "b"}, {120, 's', "amy", "a"},
        {160, 'f', "amy", "c"}, {161, 'f', "bob", "c"});
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "sigma-correlation");
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    assert_int_equal(f->severity, HW_HIGH);
    assert_true(hw_span_is(f->host, "DC1"));
    assert_true(hw_span_is(f->key, "met"));
    assert_true(hw_span_holds(f->why->says, "event_count, 3 records"));
    assert_true(hw_span_holds(f->why->says, "from 1970-01-01T00:01:40Z to 1970-01-01T00:02:40Z"));
    assert_true(hw_span_holds(f->why->says, "asked for gte 3 within 1m; TargetUserName amy"));
    const struct hw_why *w = f->why->next;
    assert_int_equal(w->record, 1);
    assert_true(hw_span_holds(w->says, "failure, host DC1"));
    assert_int_equal(w->next->record, 2);
    assert_int_equal(w->next->next->record, 4);
    assert_null(w->next->next->next);
    assert_true(hw_span_holds(w->evidence, "/logs/l.evtx"));
    /* one fewer; another's; a second too late */
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "amy", "a"}, {120, 's', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "amy", "a"}, {120, 'f', "bob", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "amy", "a"}, {161, 'f', "amy", "a"});
    assert_int_equal(met(t), 0);
}

static void different_values_are_counted_not_records(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_VALUE_COUNT, "failure", 3);
    c.groups[0] = HW_SPAN_LIT("IpAddress");
    c.field = HW_SPAN_LIT("TargetUserName");
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {110, 'f', "bob", "a"},
        {120, 'f', "cat", "a"});
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "sigma-correlation");
    assert_non_null(f);
    assert_true(hw_span_holds(f->why->says, "3 values of TargetUserName in 4 records"));
    assert_true(hw_span_holds(f->why->says, "IpAddress a"));
    assert_true(hw_span_holds(f->why->next->next->says, "TargetUserName bob"));
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "bob", "a"}, {120, 'f', "BOB", "a"},
        {121, 'f', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "bob", "a"}, {120, 'f', "cat", "b"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 'f', "bob", "a"}, {161, 'f', "cat", "a"});
    assert_int_equal(met(t), 0);
}

static void different_rules_may_hold_in_any_order(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_TEMPORAL, "failure success", 2);
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 's', "amy", "a"}, {160, 'f', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "sigma-correlation");
    assert_non_null(f);
    assert_true(hw_span_holds(f->why->says, "temporal, 2 of 2 rules"));
    assert_true(hw_span_holds(f->why->next->says, "success"));
    assert_true(hw_span_holds(f->why->next->next->says, "failure"));
    LOG(t, 'l', {100, 's', "amy", "a"}, {110, 's', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 's', "amy", "a"}, {110, 'f', "bob", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 's', "amy", "a"}, {161, 'f', "amy", "a"});
    assert_int_equal(met(t), 0);
}

static void ordered_rules_must_hold_one_after_the_other(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_TEMPORAL_ORDERED, "failure success", 2);
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {160, 's', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "sigma-correlation");
    assert_non_null(f);
    assert_true(hw_span_holds(f->why->says, "2 of 2 rules, one after the other"));
    assert_int_equal(f->why->next->record, 2); /* the nearest before */
    assert_int_equal(f->why->next->next->record, 3);
    LOG(t, 'l', {100, 's', "amy", "a"}, {160, 'f', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {161, 's', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {110, 's', "bob", "a"});
    assert_int_equal(met(t), 0);
}

static void few_are_not_the_first_of_many(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 3);
    c.bounds[0].op = HW_COUNT_LT;
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {102, 'f', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {102, 's', "amy", "a"});
    assert_int_equal(met(t), 1);
}

static void an_alias_is_another_field_of_each_rule(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_TEMPORAL, "success new", 2);
    c.groups[0] = HW_SPAN_LIT("who");
    c.alias_count = 2;
    c.aliases[0].alias = c.aliases[1].alias = HW_SPAN_LIT("who");
    c.aliases[0].field = HW_SPAN_LIT("TargetUserName");
    c.aliases[1].rule = 1;
    c.aliases[1].field = HW_SPAN_LIT("SubjectUserName");
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 's', "amy", "a"}, {110, 'n', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    assert_true(hw_span_holds(tale_finding(a, "sigma-correlation")->why->says, "; who amy"));
    LOG(t, 'l', {100, 's', "amy", "a"}, {110, 'n', "bob", "a"});
    assert_int_equal(met(t), 0);
    /* without it the records have no such field, and that is said */
    c.alias_count = 0;
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 's', "amy", "a"}, {110, 'n', "amy", "a"});
    assert_int_equal(met(t), 0);
    const struct hw_gap *gap = tale_gap(t->a, "correlation-ungrouped");
    assert_true(gap != NULL && !gap->needed &&
                hw_span_holds(gap->what, "\"met\": records that its rules hold for, left out for "
                                         "want of a field it groups by: 2"));
}

/* ---- chains, and who speaks ---- */

static void learn_chain(struct tale *t, bool generate)
{
    struct hw_correlation many = sigma_form(HW_EVENT_COUNT, "failure", 3);
    struct hw_correlation then = sigma_form(HW_TEMPORAL_ORDERED, "many success", 2);
    many.generate = then.generate = generate;
    sigma_file(t, 'r');
    (void)sigma_joined(t, "guessed", &then); /* before what it joins */
    (void)sigma_joined(t, "many", &many);
    sigma_three_rules(t);
    sigma_learned(t);
}

static void correlations_join_correlations_and_speak_for_them(void **state)
{
    struct tale *t = *state;
    learn_chain(t, false);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {130, 'f', "amy", "a"},
        {180, 's', "amy", "a"}, {181, 'n', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "sigma-correlation");
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    assert_true(hw_span_is(f->key, "guessed"));
    assert_true(hw_span_holds(f->why->says, "from 1970-01-01T00:01:40Z to 1970-01-01T00:03:00Z"));
    assert_true(hw_span_holds(f->why->next->says, "many"));
    /* what no correlation joins speaks for itself */
    assert_int_equal(tale_findings(a, "sigma-match"), 1);
    assert_true(hw_span_holds(tale_finding(a, "sigma-match")->why->says, "\"new\""));
    LOG(t, 'l', {100, 's', "amy", "a"}, {101, 'f', "amy", "a"}, {102, 'f', "amy", "a"},
        {130, 'f', "amy", "a"});
    a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 0);
    assert_int_equal(tale_findings(a, "sigma-match"), 0);
    learn_chain(t, true);
    a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1); /* many */
    assert_int_equal(tale_findings(a, "sigma-match"), 2);       /* failure, success */
}

static void counts_of_a_correlation_share_no_record(void **state)
{
    struct tale *t = *state;
    struct hw_correlation many = sigma_form(HW_EVENT_COUNT, "failure", 2);
    struct hw_correlation often = sigma_form(HW_EVENT_COUNT, "many", 2);
    often.span_ns = 120 * SIGMA_SECOND;
    sigma_file(t, 'r');
    sigma_three_rules(t);
    (void)sigma_joined(t, "many", &many);
    (void)sigma_joined(t, "often", &often);
    sigma_learned(t);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {102, 'f', "amy", "a"});
    assert_int_equal(met(t), 0);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {300, 'f', "amy", "a"},
        {301, 'f', "amy", "a"});
    assert_int_equal(met(t), 0); /* twice, but not within two minutes */
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"}, {162, 'f', "amy", "a"},
        {162, 'f', "amy", "a"});
    assert_int_equal(met(t), 1);
}

static void a_file_silences_its_own_rules_alone(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 2);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"});
    sigma_file(t, 'r');
    (void)sigma_rule_of(t, "failure", "4625");
    sigma_learned(t);
    sigma_file(t, 'q');
    (void)sigma_joined(t, "met", &c);
    sigma_learned(t);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    assert_int_equal(tale_findings(a, "sigma-match"), 1);
    /* both in one file: the rule is silent, until another file brings it for itself */
    sigma_file(t, 'q');
    (void)sigma_joined(t, "met", &c);
    (void)sigma_rule_of(t, "failure", "4625");
    sigma_learned(t);
    assert_int_equal(tale_findings(tale_hunt(t), "sigma-match"), 1);
    sigma_file(t, 'r');
    (void)sigma_rule_of(t, "success", "4624");
    sigma_learned(t);
    a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    assert_int_equal(tale_findings(a, "sigma-match"), 0);
    /* one that cannot be run silences nothing */
    c = sigma_form(HW_EVENT_COUNT, "failure absent", 2);
    sigma_file(t, 'q');
    (void)sigma_joined(t, "met", &c);
    (void)sigma_rule_of(t, "failure", "4625");
    sigma_learned(t);
    a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 0);
    assert_int_equal(tale_findings(a, "sigma-match"), 1);
}

static void without_a_level_it_is_as_bad_as_its_rules(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 2);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"});
    for (unsigned i = 0; i < 2; i++) {
        sigma_file(t, 'r');
        hw_fact_str(sigma_rule_of(t, "failure", "4625"), HW_PATTERN_LEVEL, i == 0 ? "low" : "high");
        (void)sigma_unlevelled(t, "met", &c);
        sigma_learned(t);
        assert_int_equal(tale_finding(tale_hunt(t), "sigma-correlation")->severity,
                         i == 0 ? HW_LOW : HW_HIGH);
    }
}

/* ---- what is not held ---- */

static void what_it_needs_and_is_not_held_is_said(void **state)
{
    struct tale *t = *state;
    struct hw_correlation absent = sigma_form(HW_TEMPORAL, "failure absent", 2);
    struct hw_correlation round = sigma_form(HW_TEMPORAL, "round success", 2);
    struct hw_correlation broken = sigma_form(HW_TEMPORAL, "failure refused", 2);
    struct hw_correlation twice = sigma_form(HW_TEMPORAL, "twice success", 2);
    struct hw_correlation above = sigma_form(HW_TEMPORAL, "absent_one success", 2);
    static const char *const said[] = {
        "\"absent_one\" needs rule absent, which is not held",
        "\"round\" joins itself",
        "\"broken_one\" needs rule refused, which cannot be run",
        "\"two\" needs rule twice, a name that several rules have",
        "\"above\" needs rule absent_one, which cannot be run",
    };
    for (char letter = 'p'; letter <= 'q'; letter++) {
        sigma_file(t, letter);
        struct hw_fact *f = sigma_rule_of(t, letter == 'p' ? "one" : "another", "4625");
        hw_fact_str(f, HW_PATTERN_NAME, "twice");
        sigma_learned(t);
    }
    sigma_file(t, 'r');
    sigma_three_rules(t);
    (void)sigma_joined(t, "absent_one", &absent);
    (void)sigma_joined(t, "round", &round);
    (void)sigma_joined(t, "broken_one", &broken);
    (void)sigma_joined(t, "two", &twice);
    (void)sigma_joined(t, "above", &above);
    struct hw_fact *f = sigma_pattern(t, "sigma", "refused");
    hw_fact_str(f, HW_PATTERN_REFUSED, "modifier: expand");
    sigma_learned(t);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 's', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 0);
    unsigned found = 0, gaps = 0;
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        gaps += strcmp(g->kind, "correlation-not-run") == 0;
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
            found += hw_span_holds(g->what, said[i]);
        }
    }
    assert_int_equal(gaps, 5);
    assert_int_equal(found, 5);
}

static void what_is_damaged_costs_nothing_else(void **state)
{
    struct tale *t = *state;
    static const uint8_t bad[] = {'C', 1, 1, 0, 1, 1, 1, 0};
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 2);
    sigma_file(t, 'r');
    (void)sigma_rule_of(t, "failure", "4625");
    (void)sigma_joined(t, "met", &c);
    hw_fact_span(sigma_joined(t, "bad", &c), HW_PATTERN_PROGRAM, (struct hw_span){bad, sizeof bad});
    sigma_learned(t);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    assert_true(hw_span_holds(tale_gap(a, "rules-not-asked")->what, "of 3 Sigma rules 1 cannot"));
}

/* ---- time, roads, order ---- */

static void a_record_without_a_time_is_counted_and_said(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 2);
    sigma_learn(t, &c);
    LOG(t, 'l', {100, 'f', "amy", "a"}, {-1, 'f', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 0);
    const struct hw_gap *gap = tale_gap(a, "correlation-untimed");
    assert_true(gap != NULL && gap->needed &&
                hw_span_holds(gap->what, "left out for want of a time: 1"));
    LOG(t, 'l', {100, 'f', "amy", "a"}, {101, 'f', "amy", "a"});
    assert_int_equal(met(t), 1);
    assert_null(tale_gap(t->a, "correlation-untimed"));
    /* and of what is later than it is asked as of nothing is known */
    t->policy.as_of = 100 * SIGMA_SECOND;
    assert_int_equal(met(t), 0);
}

static const struct sigma_told first[] = {{100, 'f', "amy", "a", NULL, 1},
                                          {101, 'f', "amy", "a", NULL, 2}};
static const struct sigma_told second[] = {{101, 'f', "amy", "a", NULL, 2},
                                           {102, 's', "amy", "a", NULL, 3}};
static const struct sigma_told elsewhere[] = {{101, 'f', "amy", "a", "DC2", 2}};

static void a_record_by_two_roads_is_one(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 3);
    t->org = "acme";
    sigma_learn(t, &c);
    sigma_log_of(t, 'l', first, 2);
    sigma_log_of(t, 'm', second, 2);
    assert_int_equal(met(t), 0);
    sigma_log_of(t, 'm', elsewhere, 1); /* the same but for the machine */
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    assert_int_equal(tale_finding(a, "sigma-correlation")->host.n, 0); /* of no one machine */
}

static void logs_of_nobody_are_correlated_each_by_itself(void **state)
{
    struct tale *t = *state;
    struct hw_correlation c = sigma_form(HW_TEMPORAL_ORDERED, "failure success", 2);
    sigma_learn(t, &c);
    sigma_log_of(t, 'l', first, 2);
    sigma_log_of(t, 'm', second + 1, 1);
    assert_int_equal(met(t), 0);
    assert_non_null(tale_gap(t->a, "correlation-apart"));
    t->org = "acme";
    sigma_log_of(t, 'n', first, 2);
    assert_int_equal(met(t), 0);
    sigma_log_of(t, 'o', second + 1, 1);
    assert_int_equal(met(t), 1);
}

/* Rules and logs in every order, some of them twice: one answer. */
static void order_and_repetition_of_intake_change_nothing(void **state)
{
    char id[6][20], says[6][1024];
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        void *own = NULL;
        assert_int_equal(tale_setup(&own), 0);
        struct tale *t = own;
        t->org = "acme";
        for (unsigned k = 0; k < 3; k++) {
            switch ((i + k * (i < 3 ? 1 : 2)) % 3) {
            case 0:
                learn_chain(t, false);
                if (i % 2 == 1) {
                    t->letter = 'u'; /* the same rules in another file */
                    tale_store(t, HW_CLASS_KNOWLEDGE, "/rules/again.yml");
                }
                break;
            case 1:
                LOG(t, 'l', {100, 'f', "Amy", "a", NULL, 1}, {101, 'f', "amy", "a", NULL, 2},
                    {300, 'f', "bob", "a", NULL, 3});
                break;
            default:
                LOG(t, 'm', {101, 'f', "amy", "a", NULL, 2}, {102, 'f', "amy", "a", NULL, 4},
                    {103, 's', "AMY", "a", NULL, 5});
                tale_store(t, HW_CLASS_TELEMETRY, "/logs/m.evtx");
            }
        }
        const struct hw_answer *a = tale_hunt(t);
        const struct hw_finding *f = tale_finding(a, "sigma-correlation");
        assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
        assert_int_equal(tale_findings(a, "sigma-match"), 0);
        memcpy(id[i], f->id, sizeof id[i]);
        (void)snprintf(says[i], sizeof says[i], "%.*s", (int)f->why->says.n,
                       (const char *)f->why->says.p);
        assert_string_equal(id[i], id[0]);
        assert_string_equal(says[i], says[0]);
        tale_teardown(&own);
    }
}

/* ---- bounds ---- */

/* More records of one rule than are kept: 70,000 in each of three logs, one a second. */
static void tell_many(struct tale *t)
{
    static struct hw_buf bufs[40];
    enum { EACH = 1750, FACTS = 40 };
    for (char letter = 'l'; letter <= 'n'; letter++) {
        tale_program(t, letter);
        hw_fact_str(&t->facts[0], HW_ARTIFACT_FORMAT, "evtx");
        struct hw_fact *f = tale_add(t, HW_FACT_LAYOUT);
        hw_fact_u64(f, HW_LAYOUT_INDEX, 0);
        hw_fact_str(f, HW_LAYOUT_SOURCE, "windows");
        hw_fact_str(f, HW_LAYOUT_LOG, "S");
        hw_fact_str(f, HW_LAYOUT_EVENT, "4625");
        hw_fact_str(f, HW_LAYOUT_NAMES, "Computer\nChannel\nTargetUserName");
        for (size_t i = 0; i < FACTS; i++) {
            hw_buf_init(&bufs[i], HW_PACKED_BYTES);
            for (size_t k = 0; k < EACH; k++) {
                uint64_t number = (uint64_t)(letter - 'l') * 70000 + i * EACH + k;
                struct hw_span values[3] = {HW_SPAN_LIT("D"), HW_SPAN_LIT("Security"),
                                            HW_SPAN_LIT("amy")};
                struct hw_record rec = {.number = number + 1,
                                        .off = i * EACH + k,
                                        .time_ns = (int64_t)number * SIGMA_SECOND,
                                        .clock = HW_CLOCK_UTC,
                                        .values = values,
                                        .count = 3};
                assert_true(hw_record_pack(&rec, &bufs[i]));
            }
            f = tale_add(t, HW_FACT_EVENTS);
            hw_fact_u64(f, HW_EVENTS_COUNT, EACH);
            hw_fact_span(f, HW_EVENTS_PACKED, hw_buf_span(&bufs[i]));
        }
        tale_store(t, HW_CLASS_TELEMETRY, "/logs/many.evtx");
        for (size_t i = 0; i < FACTS; i++) {
            hw_buf_done(&bufs[i]);
        }
    }
}

static void more_than_is_kept_is_a_gap_and_no_answer(void **state)
{
    struct tale *t = *state;
    struct hw_correlation many = sigma_form(HW_EVENT_COUNT, "failure", 61);
    struct hw_correlation few = sigma_form(HW_EVENT_COUNT, "failure", 62);
    few.bounds[0].op = HW_COUNT_LT;
    t->org = "acme";
    tell_many(t);
    sigma_file(t, 'r');
    (void)sigma_rule_of(t, "failure", "4625");
    (void)sigma_joined(t, "many", &many);
    (void)sigma_joined(t, "few", &few);
    sigma_learned(t);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "sigma-correlation"), 1);
    const struct hw_finding *f = tale_finding(a, "sigma-correlation");
    assert_true(hw_span_is(f->key, "many"));
    assert_true(hw_span_holds(f->why->says, "61 records"));
    unsigned found = 0;
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        found += strcmp(g->kind, "correlation-cut") == 0 && g->needed &&
                 hw_span_holds(g->what, "beyond what is kept of its rules") &&
                 hw_span_holds(g->what, ": 10000");
    }
    assert_int_equal(found, 2);
}

static void more_groups_than_are_said_are_counted(void **state)
{
    struct tale *t = *state;
    static struct sigma_told told[501];
    static char names[501][8];
    struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 1);
    for (size_t i = 0; i < 501; i++) {
        (void)snprintf(names[i], sizeof names[i], "u%zu", i);
        told[i] = (struct sigma_told){100, 'f', names[i], "a", NULL, 0};
    }
    sigma_learn(t, &c);
    sigma_log_of(t, 'l', told, 500);
    assert_int_equal(met(t), 500);
    assert_null(tale_gap(t->a, "correlation-cut"));
    sigma_log_of(t, 'l', told, 501);
    assert_int_equal(met(t), 500);
    const struct hw_gap *gap = tale_gap(t->a, "correlation-cut");
    assert_true(gap != NULL && gap->needed && hw_span_holds(gap->what, "too many to be said: 1"));
}

/* Five that want sixteen fields each of one rule, of which 64 are kept. */
static void more_fields_than_are_kept_refuse_a_correlation(void **state)
{
    struct tale *t = *state;
    static char names[5 * HW_CORRELATION_GROUPS][8];
    sigma_file(t, 'r');
    (void)sigma_rule_of(t, "failure", "4625");
    for (size_t i = 0; i < 5; i++) {
        static const char *const words[] = {"c0", "c1", "c2", "c3", "c4"};
        struct hw_correlation c = sigma_form(HW_EVENT_COUNT, "failure", 1);
        for (c.group_count = 0; c.group_count < HW_CORRELATION_GROUPS; c.group_count++) {
            char *name = names[i * HW_CORRELATION_GROUPS + c.group_count];
            (void)snprintf(name, sizeof names[0], "f%zu-%u", i, c.group_count);
            c.groups[c.group_count] = hw_span_str(name);
        }
        (void)sigma_joined(t, words[i], &c);
    }
    sigma_learned(t);
    LOG(t, 'l', {100, 'f', "amy", "a"});
    const struct hw_answer *a = tale_hunt(t);
    unsigned refused = 0, lacking = 0;
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        refused += hw_span_holds(g->what, "needs more than 64 fields of one rule's records");
        lacking += strcmp(g->kind, "correlation-ungrouped") == 0;
    }
    assert_int_equal(refused, 1);
    assert_int_equal(lacking, 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, sigma_setup, sigma_teardown)
    const struct CMUnitTest tests[] = {
        T(so_many_records_of_one_user_are_a_finding),
        T(different_values_are_counted_not_records),
        T(different_rules_may_hold_in_any_order),
        T(ordered_rules_must_hold_one_after_the_other),
        T(few_are_not_the_first_of_many),
        T(an_alias_is_another_field_of_each_rule),
        T(correlations_join_correlations_and_speak_for_them),
        T(counts_of_a_correlation_share_no_record),
        T(a_file_silences_its_own_rules_alone),
        T(without_a_level_it_is_as_bad_as_its_rules),
        T(what_it_needs_and_is_not_held_is_said),
        T(what_is_damaged_costs_nothing_else),
        T(a_record_without_a_time_is_counted_and_said),
        T(a_record_by_two_roads_is_one),
        T(logs_of_nobody_are_correlated_each_by_itself),
        T(order_and_repetition_of_intake_change_nothing),
        T(more_than_is_kept_is_a_gap_and_no_answer),
        T(more_groups_than_are_said_are_counted),
        T(more_fields_than_are_kept_refuse_a_correlation),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("ask_sigma_correlation", tests, NULL, NULL);
}
