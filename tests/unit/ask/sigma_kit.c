/* SPDX-License-Identifier: Apache-2.0 */
#include "sigma_kit.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "fact/record.h"
#include "fact/rule.h"

enum { PROGRAMS = 16 };

static struct hw_buf packed, programs[PROGRAMS];
static size_t used;

int sigma_setup(void **state)
{
    hw_buf_init(&packed, HW_PACKED_BYTES);
    for (size_t i = 0; i < PROGRAMS; i++) {
        hw_buf_init(&programs[i], HW_RULE_PROGRAM_BYTES);
    }
    return tale_setup(state);
}

int sigma_teardown(void **state)
{
    hw_buf_done(&packed);
    for (size_t i = 0; i < PROGRAMS; i++) {
        hw_buf_done(&programs[i]);
    }
    return tale_teardown(state);
}

/* ---- logs ---- */

void sigma_log_of(struct tale *t, char letter, const struct sigma_told *r, size_t count)
{
    static const char *const events[] = {"4625", "4624", "4720"};
    static const char letters[] = "fsn";
    static const char *const fields[] = {"Computer\nChannel\nTargetUserName\nIpAddress",
                                         "Computer\nChannel\nTargetUserName\nIpAddress",
                                         "Computer\nChannel\nSubjectUserName\nIpAddress"};
    char path[32];
    tale_program(t, letter);
    hw_fact_str(&t->facts[0], HW_ARTIFACT_FORMAT, "evtx");
    for (unsigned i = 0; i < 3; i++) {
        struct hw_fact *f = tale_add(t, HW_FACT_LAYOUT);
        hw_fact_u64(f, HW_LAYOUT_INDEX, i);
        hw_fact_str(f, HW_LAYOUT_SOURCE, "windows");
        hw_fact_str(f, HW_LAYOUT_LOG, "Microsoft-Windows-Security-Auditing");
        hw_fact_str(f, HW_LAYOUT_EVENT, events[i]);
        hw_fact_str(f, HW_LAYOUT_NAMES, fields[i]);
    }
    hw_buf_clear(&packed);
    for (size_t i = 0; i < count; i++) {
        struct hw_span values[4] = {hw_span_str(r[i].host != NULL ? r[i].host : "DC1"),
                                    HW_SPAN_LIT("Security"), hw_span_str(r[i].user),
                                    hw_span_str(r[i].address)};
        struct hw_record rec = {.layout = (uint32_t)(strchr(letters, r[i].what) - letters),
                                .number = r[i].number != 0 ? r[i].number : i + 1,
                                .off = 100 * i,
                                .time_ns =
                                    r[i].second < 0 ? HW_TIME_NONE : r[i].second * SIGMA_SECOND,
                                .clock = r[i].second < 0 ? HW_CLOCK_NONE : HW_CLOCK_UTC,
                                .values = values,
                                .count = 4};
        assert_true(hw_record_pack(&rec, &packed));
    }
    struct hw_fact *f = tale_add(t, HW_FACT_EVENTS);
    hw_fact_u64(f, HW_EVENTS_COUNT, count);
    hw_fact_span(f, HW_EVENTS_PACKED, hw_buf_span(&packed));
    (void)snprintf(path, sizeof path, "/logs/%c.evtx", letter);
    tale_store(t, HW_CLASS_TELEMETRY, path);
}
/* ---- rules ---- */

void sigma_file(struct tale *t, char letter)
{
    used = 0;
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "sigma");
}

struct hw_fact *sigma_pattern(struct tale *t, const char *language, const char *name)
{
    struct hw_fact *f = tale_add(t, HW_FACT_PATTERN);
    assert_true(used < PROGRAMS);
    hw_buf_clear(&programs[used]);
    hw_fact_u64(f, HW_PATTERN_LINE, used + 1);
    hw_fact_str(f, HW_PATTERN_LANGUAGE, language);
    hw_fact_str(f, HW_PATTERN_ID, name);
    hw_fact_str(f, HW_PATTERN_NAME, name);
    hw_fact_str(f, HW_PATTERN_TITLE, name);
    hw_fact_str(f, HW_PATTERN_TAGS, "status.stable");
    return f;
}

/* A rule for one event of the security log. */
struct hw_fact *sigma_rule_of(struct tale *t, const char *name, const char *event)
{
    struct hw_rule_maker m;
    struct hw_fact *f = sigma_pattern(t, "sigma", name);
    hw_rule_maker_init(&m);
    hw_rule_test(&m, HW_SPAN_LIT("EventID"), 0);
    hw_rule_value(&m, HW_RULE_EQUALS, hw_span_str(event));
    hw_rule_close(&m);
    assert_true(hw_rule_finish(&m, &programs[used]));
    hw_rule_maker_done(&m);
    hw_fact_str(f, HW_PATTERN_LOG, "windows//security");
    hw_fact_str(f, HW_PATTERN_LEVEL, "low");
    hw_fact_span(f, HW_PATTERN_PROGRAM, hw_buf_span(&programs[used++]));
    return f;
}

void sigma_three_rules(struct tale *t)
{
    (void)sigma_rule_of(t, "failure", "4625");
    (void)sigma_rule_of(t, "success", "4624");
    (void)sigma_rule_of(t, "new", "4720");
}

/* A correlation by TargetUserName within a minute; rules and groups are words with blanks. */
struct hw_correlation sigma_form(enum hw_correlation_type type, const char *rules, uint64_t gte)
{
    struct hw_correlation c = {.type = type, .span_ns = 60 * SIGMA_SECOND, .bound_count = 1};
    struct hw_span rest = hw_span_str(rules);
    while (rest.n > 0) {
        size_t end = hw_span_find(rest, ' ');
        c.rules[c.rule_count++] = hw_span_cut(rest, 0, end);
        rest = hw_span_from(rest, end + 1);
    }
    c.bounds[0].op = HW_COUNT_GTE;
    c.bounds[0].n = gte;
    c.groups[c.group_count++] = HW_SPAN_LIT("TargetUserName");
    return c;
}

struct hw_fact *sigma_unlevelled(struct tale *t, const char *name, const struct hw_correlation *c)
{
    struct hw_fact *f = sigma_pattern(t, "sigma-correlation", name);
    assert_true(hw_correlation_put(c, &programs[used]));
    hw_fact_span(f, HW_PATTERN_PROGRAM, hw_buf_span(&programs[used++]));
    return f;
}

struct hw_fact *sigma_joined(struct tale *t, const char *name, const struct hw_correlation *c)
{
    struct hw_fact *f = sigma_unlevelled(t, name, c);
    hw_fact_str(f, HW_PATTERN_LEVEL, "high");
    return f;
}

void sigma_learned(struct tale *t)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/rules/%c.yml", t->letter);
    tale_store(t, HW_CLASS_KNOWLEDGE, path);
}

/* The three rules and one correlation. */
void sigma_learn(struct tale *t, const struct hw_correlation *c)
{
    sigma_file(t, 'r');
    sigma_three_rules(t);
    (void)sigma_joined(t, "met", c);
    sigma_learned(t);
}
