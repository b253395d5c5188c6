/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of STIX against records and files of a case: what is met, on which host, when not. */
#include "tale.h"

#include <stdlib.h>
#include <string.h>

#include "fact/record.h"
#include "fact/stix_pattern.h"

#define SECOND INT64_C(1000000000)

static struct hw_buf program, packed;

static int setup(void **state)
{
    hw_buf_init(&program, HW_STIX_PROGRAM_BYTES);
    hw_buf_init(&packed, HW_PACKED_BYTES);
    return tale_setup(state);
}

static int teardown(void **state)
{
    hw_buf_done(&program);
    hw_buf_done(&packed);
    return tale_teardown(state);
}

/* Learns one pattern; the PATTERN fact may still be changed before learned(). */
static struct hw_fact *learn(struct tale *t, char letter, const char *pattern)
{
    struct hw_stix_fault fault = {0, ""};
    hw_buf_clear(&program);
    if (!hw_stix_compile(hw_span_str(pattern), 0, &program, &fault)) {
        fail_msg("%s: %s", pattern, fault.why);
    }
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "stix");
    f = tale_add(t, HW_FACT_PATTERN);
    hw_fact_u64(f, HW_PATTERN_LINE, 1);
    hw_fact_str(f, HW_PATTERN_LANGUAGE, "stix");
    hw_fact_str(f, HW_PATTERN_ID, "indicator--1");
    hw_fact_str(f, HW_PATTERN_TITLE, "the pattern");
    hw_fact_span(f, HW_PATTERN_PROGRAM, hw_buf_span(&program));
    return f;
}

static void learned(struct tale *t)
{
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/stix.json");
}

struct event {
    const char *host, *image, *command;
    int64_t second;
};

/* A Sysmon log of process starts and, where the image is empty, of flows to the command. */
static void log_of(struct tale *t, char letter, const struct event *events, size_t count)
{
    static const char starts[] = "Computer\nImage\nCommandLine\nProcessId\nHashes";
    static const char flows[] = "Computer\nDestinationIp\nDestinationPort";
    tale_program(t, letter);
    hw_fact_str(&t->facts[0], HW_ARTIFACT_FORMAT, "evtx");
    hw_buf_clear(&packed);
    for (unsigned i = 0; i < 2; i++) {
        struct hw_fact *f = tale_add(t, HW_FACT_LAYOUT);
        hw_fact_u64(f, HW_LAYOUT_INDEX, i);
        hw_fact_str(f, HW_LAYOUT_SOURCE, "windows");
        hw_fact_str(f, HW_LAYOUT_LOG, "Microsoft-Windows-Sysmon");
        hw_fact_str(f, HW_LAYOUT_EVENT, i == 0 ? "1" : "3");
        hw_fact_str(f, HW_LAYOUT_NAMES, i == 0 ? starts : flows);
    }
    for (size_t i = 0; i < count; i++) {
        const struct event *e = &events[i];
        bool flow = e->image == NULL;
        struct hw_span values[5] = {hw_span_str(e->host), hw_span_str(flow ? e->command : e->image),
                                    hw_span_str(flow ? "443" : e->command), HW_SPAN_LIT("0x1a4"),
                                    HW_SPAN_LIT("MD5=0123456789ABCDEF0123456789ABCDEF")};
        struct hw_record r = {.layout = flow,
                              .number = i + 1,
                              .off = 100 * i,
                              .time_ns = e->second * SECOND,
                              .clock = HW_CLOCK_UTC,
                              .values = values,
                              .count = flow ? 3 : 5};
        assert_true(hw_record_pack(&r, &packed));
    }
    struct hw_fact *f = tale_add(t, HW_FACT_EVENTS);
    hw_fact_u64(f, HW_EVENTS_COUNT, count);
    hw_fact_span(f, HW_EVENTS_PACKED, hw_buf_span(&packed));
    tale_store(t, HW_CLASS_TELEMETRY, "/logs/sysmon.evtx");
}

static const struct event day[] = {
    {"ALPHA", "C:\\Windows\\System32\\rundll32.exe", "rundll32.exe a.dll,Start", 100},
    {"BETA", "C:\\Windows\\System32\\cmd.exe", "cmd.exe /c dir", 110},
    {"ALPHA", NULL, "198.51.100.7", 160},
    {"BETA", NULL, "198.51.100.7", 500},
};

static unsigned met(struct tale *t)
{
    return tale_findings(tale_hunt(t), "stix-match");
}

static void a_record_that_meets_a_pattern_is_a_finding_with_its_place(void **state)
{
    struct tale *t = *state;
    log_of(t, 'e', day, 4);
    learn(t, 'k',
          "[process:command_line MATCHES 'rundll32.+,Start$' AND process:pid = 420 AND "
          "process:image_ref.parent_directory_ref.path = 'C:\\\\Windows\\\\System32' AND "
          "process:image_ref.hashes.MD5 = '0123456789abcdef0123456789abcdef']");
    learned(t);
    const struct hw_answer *a = tale_hunt(t);
    const struct hw_finding *f = tale_finding(a, "stix-match");
    assert_non_null(f);
    assert_int_equal(tale_findings(a, "stix-match"), 1);
    assert_true(hw_span_is(f->host, "ALPHA"));
    assert_true(hw_span_is(f->path, "the pattern"));
    assert_true(f->why != NULL && f->why->record == 1 && f->why->next == NULL);
    assert_null(tale_gap(a, "no-knowledge"));
}

static void parts_of_one_pattern_are_bound_on_one_host_and_in_time(void **state)
{
    struct tale *t = *state;
    static const struct {
        const char *pattern;
        unsigned found;
    } cases[] = {
        {"[process:name = 'rundll32.exe'] FOLLOWEDBY [network-traffic:dst_ref.value = "
         "'198.51.100.7' AND network-traffic:dst_port = 443]",
         1},
        {"([process:name = 'rundll32.exe'] FOLLOWEDBY [network-traffic:dst_port = 443]) WITHIN 60 "
         "SECONDS",
         1},
        {"([process:name = 'rundll32.exe'] FOLLOWEDBY [network-traffic:dst_port = 443]) WITHIN 59 "
         "SECONDS",
         0},
        {"[process:name = 'rundll32.exe'] AND [process:name = 'cmd.exe']", 0},
        {"[network-traffic:dst_port = 443]", 2},
        {"[ipv4-addr:value = '198.51.100.0/24'] REPEATS 2 TIMES", 0},
        {"[process:name = 'x'] OR ([process:name = 'cmd.exe'] AND [ipv4-addr:value = "
         "'198.51.100.7'])",
         1},
    };
    log_of(t, 'e', day, 4);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        learn(t, 'k', cases[i].pattern);
        learned(t);
        if (met(t) != cases[i].found) {
            fail_msg("%s", cases[i].pattern);
        }
    }
}

static void a_file_that_was_read_is_asked_too(void **state)
{
    struct tale *t = *state;
    tale_program(t, 'a');
    tale_store(t, HW_CLASS_ARTIFACT, "/opt/a.exe");
    learn(t, 'k', "[file:size = 1000 AND file:name LIKE '%.exe' AND file:hashes.MD5 LIKE '6161%']");
    learned(t);
    assert_int_equal(met(t), 1);
    learn(t, 'k', "[file:size = 1001 AND file:name LIKE '%.exe']");
    learned(t);
    assert_int_equal(met(t), 0);
}

static void a_pattern_counts_within_its_time_and_role_and_until_it_is_taken_back(void **state)
{
    struct tale *t = *state;
    static const char pattern[] = "[process:name = 'cmd.exe' AND process:pid > 4]";
    log_of(t, 'e', day, 4);
    hw_fact_str(learn(t, 'k', pattern), HW_PATTERN_ROLE, "context");
    learned(t);
    assert_int_equal(met(t), 0);
    hw_fact_time(learn(t, 'k', pattern), HW_PATTERN_UNTIL, 999 * TALE_DAY);
    learned(t);
    assert_int_equal(met(t), 0);
    hw_fact_time(learn(t, 'k', pattern), HW_PATTERN_FROM, 1001 * TALE_DAY);
    learned(t);
    assert_int_equal(met(t), 0);
    hw_fact_time(learn(t, 'k', pattern), HW_PATTERN_REVOKED, 500 * TALE_DAY);
    learned(t);
    assert_int_equal(met(t), 0);
    learn(t, 'k', pattern);
    learned(t);
    assert_int_equal(met(t), 1);
}

static void a_pattern_that_costs_too_much_is_a_gap_and_no_answer(void **state)
{
    struct tale *t = *state;
    static struct event many[400];
    for (size_t i = 0; i < 400; i++) {
        many[i] = (struct event){"ALPHA", i < 200 ? "C:\\a.exe" : "C:\\b.exe", "x", (int64_t)i};
    }
    log_of(t, 'e', many, 400);
    learn(t, 'k', "([process:pid = 420] FOLLOWEDBY [process:name = 'a.exe']) REPEATS 150 TIMES");
    learned(t);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "stix-match"), 0);
    assert_non_null(tale_gap(a, "pattern-unanswered"));
    assert_int_equal(a->exit_status, 3);
}

static void a_pattern_about_what_no_record_tells_is_said(void **state)
{
    struct tale *t = *state;
    log_of(t, 'e', day, 4);
    learn(t, 'k', "[email-message:subject = 'x' AND email-message:is_multipart = true]");
    learned(t);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "stix-match"), 0);
    assert_non_null(tale_gap(a, "pattern-unseen"));
}

/* A case may be a stranger's: what is no log costs no log, and what is no program no pattern. */
static void what_is_damaged_costs_nothing_else(void **state)
{
    struct tale *t = *state;
    static const uint8_t cut[] = {0, 1, 2};
    log_of(t, 'e', day, 4);
    for (char letter = 'd'; letter <= 'f'; letter += 2) { /* one read before it, one behind */
        log_of(t, letter, day, 2);
        for (size_t i = 0; i < t->count; i++) {
            if (t->facts[i].kind == HW_FACT_EVENTS) {
                hw_fact_span(&t->facts[i], HW_EVENTS_PACKED, (struct hw_span){cut, sizeof cut});
            }
        }
        tale_store(t, HW_CLASS_TELEMETRY, letter == 'd' ? "/logs/d.evtx" : "/logs/f.evtx");
    }
    learn(t, 'k', "[process:name = 'cmd.exe']");
    learned(t);
    hw_fact_span(learn(t, 'm', "[process:name = 'rundll32.exe']"), HW_PATTERN_PROGRAM,
                 (struct hw_span){cut, sizeof cut});
    learned(t);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "stix-match"), 1);
    const struct hw_gap *gap = tale_gap(a, "damaged");
    assert_non_null(gap);
    assert_true(gap->needed && hw_span_holds(gap->path, "/logs/"));
    unsigned said = 0;
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        said += strcmp(g->kind, "damaged") == 0;
    }
    assert_int_equal(said, 2);
    assert_true(hw_span_holds(tale_gap(a, "pattern-unanswered")->what, "1 pattern in the case is"));
    assert_true(tale_gap(a, "pattern-unanswered")->needed);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_record_that_meets_a_pattern_is_a_finding_with_its_place),
        T(parts_of_one_pattern_are_bound_on_one_host_and_in_time),
        T(a_file_that_was_read_is_asked_too),
        T(a_pattern_counts_within_its_time_and_role_and_until_it_is_taken_back),
        T(a_pattern_that_costs_too_much_is_a_gap_and_no_answer),
        T(a_pattern_about_what_no_record_tells_is_said),
        T(what_is_damaged_costs_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
