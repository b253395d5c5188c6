/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of STIX: what the vectors of others do not ask. Limits, bounds of a match, hostile
 * programs, and the places where the standard leaves room.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mutate.h"
#include "stix_kit.h"
#include "sweep.h"

enum { FUEL = 1000000 };

static const char seen[] =
    "[{\"first_observed\":\"2023-03-22T10:00:00Z\",\"last_observed\":\"2023-03-22T10:00:00Z\","
    "\"number_observed\":1,\"objects\":{"
    "\"0\":{\"type\":\"file\",\"name\":\"ffmpeg.dll\",\"size\":2814976,\"parent_directory_ref\":"
    "\"1\",\"hashes\":{\"SHA-256\":"
    "\"7986BBAEE8940DA11CE089383521AB420C443AB7B15ED42AED91FD31CE833896"
    "\"},\"tags\":[\"a\",\"b\"]},"
    "\"1\":{\"type\":\"directory\",\"path\":\"C:\\\\Users\\\\x\"},"
    "\"2\":{\"type\":\"ipv6-addr\",\"value\":\"2001:db8:dead::1\"},"
    "\"3\":{\"type\":\"domain-name\",\"value\":\"Example.COM\"}}}]";

static int ask_of(const char *json, const char *pattern)
{
    struct stix_kit k;
    struct hw_stix_fault fault;
    json_t *list = json_loads(json, 0, NULL);
    assert_non_null(list);
    stix_kit_init(&k, list);
    int answer = stix_kit_run(&k, hw_span_str(pattern), 0, FUEL, &fault);
    stix_kit_done(&k);
    json_decref(list);
    return answer;
}

static void yes(const char *pattern)
{
    if (ask_of(seen, pattern) != HW_STIX_YES) {
        fail_msg("%s", pattern);
    }
}

static void no(const char *pattern)
{
    if (ask_of(seen, pattern) != HW_STIX_NO) {
        fail_msg("%s", pattern);
    }
}

static void refused(const char *pattern, const char *why)
{
    struct hw_buf b;
    struct hw_stix_fault fault = {0, ""};
    hw_buf_init(&b, HW_STIX_PROGRAM_BYTES);
    if (hw_stix_compile(hw_span_str(pattern), 0, &b, &fault) || strstr(fault.why, why) == NULL ||
        fault.off > strlen(pattern) || b.n != 0) {
        fail_msg("%s: %s", pattern, fault.why);
    }
    hw_buf_done(&b);
}

static void hashes_are_compared_without_case_and_in_any_spelling(void **state)
{
    (void)state;
    yes("[file:hashes.'SHA-256' = "
        "'7986bbaee8940da11ce089383521ab420c443ab7b15ed42aed91fd31ce833896']");
    yes("[file:hashes.sha256 = "
        "'7986BBAEE8940DA11CE089383521AB420C443AB7B15ED42AED91FD31CE833896']");
    yes("[file:hashes[*] IN ('a', "
        "'7986bbaee8940da11ce089383521ab420c443ab7b15ed42aed91fd31ce833896')]");
    yes("[domain-name:value = 'example.com']");
    no("[file:name = 'FFMPEG.DLL']");
}

static void paths_follow_references_lists_and_dictionaries(void **state)
{
    (void)state;
    yes("[file:parent_directory_ref.path LIKE 'C:\\\\Users\\\\%']");
    yes("[file:parent_directory_ref.type = 'directory' AND file:tags[1] = 'b']");
    yes("[file:tags[*] = 'a' AND file:tags[*] = 'b']");
    no("[file:tags[2] = 'b' OR file:tags.a = 'a' OR file:name[0] = 'f']");
    yes("[EXISTS file:hashes AND file:size > 2814975.5]");
    no("[EXISTS file:extensions]");
    no("[file:size = '2814976']");
}

static void both_sides_of_an_and_are_one_object(void **state)
{
    (void)state;
    no("[file:name = 'ffmpeg.dll' AND domain-name:value = 'example.com']");
    yes("[file:name = 'x' OR domain-name:value = 'example.com']");
    no("[file:name = 'ffmpeg.dll'] AND [domain-name:value = 'example.com']");
}

static void networks_of_both_families_hold_their_addresses(void **state)
{
    (void)state;
    yes("[ipv6-addr:value ISSUBSET '2001:0db8:dead:0000::/48']");
    no("[ipv6-addr:value ISSUBSET '2001:db8:beef::/48']");
    yes("[ipv6-addr:value ISSUPERSET '2001:db8:dead:0:0:0:0.0.0.1']");
    no("[ipv6-addr:value ISSUBSET '0.0.0.0/0']");
    yes("[ipv6-addr:value = '2001:db8:dead::/48']");
    no("[ipv6-addr:value NOT = '2001:db8:dead::/48']");
    refused("[ipv4-addr:value ISSUBSET '1.2.3.4/33']", "a network or address");
    refused("[ipv4-addr:value ISSUBSET '1.2.3']", "a network or address");
    refused("[ipv4-addr:value ISSUBSET '1::2::3']", "a network or address");
}

static void what_is_not_understood_is_refused_by_name_and_place(void **state)
{
    (void)state;
    refused("[file:name = 'a\\d']", "only before '");
    refused("[file:name = 'a", "closing quote");
    refused("[file:name MATCHES '(?=a)']", "");
    refused("[file:name IN ('a', 1)]", "one kind");
    refused("[file:size < true]", "no order");
    refused("[file:name = 'a'] WITHIN 5 SECONDS WITHIN 6 SECONDS", "twice");
    refused("[file:name = 'a'] REPEATS 100000 TIMES", "ever bound");
    refused("[file:name = 'a'] START t'2020-13-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'",
            "timestamp");
    refused("[file:tags[-1] = 'a']", "a place in a list");
    refused("[file:name = 'a'] /* open", "comment");
    refused("", "[ is missing");
    refused("[file:hashes.MD5 = 'abc']", "as long as its name says");
    refused("[file:name = '\xff']", "UTF-8");
}

static void a_year_that_nanoseconds_cannot_say_is_still_later(void **state)
{
    (void)state;
    yes("[file:name = 'ffmpeg.dll'] START t'0001-01-01T00:00:00Z' STOP "
        "t'9999-12-31T23:59:59.999Z'");
    no("[file:name = 'ffmpeg.dll'] START t'2300-01-01T00:00:00Z' STOP t'9999-12-31T23:59:59Z'");
}

/* ---- limits ---- */

static void repeated(struct hw_buf *b, const char *before, const char *each, unsigned n,
                     const char *after)
{
    hw_buf_clear(b);
    hw_buf_str(b, before);
    for (unsigned i = 0; i < n; i++) {
        hw_buf_str(b, each);
    }
    hw_buf_str(b, after);
}

static void limits_of_a_pattern_hold(void **state)
{
    struct hw_buf b;
    (void)state;
    hw_buf_init(&b, 1 << 20);
    repeated(&b, "[", "(", HW_STIX_DEPTH + 1, "a:b=1");
    refused(hw_buf_text(&b), "brackets in brackets");
    repeated(&b, "", "(", HW_STIX_DEPTH + 1, "[a:b=1]");
    refused(hw_buf_text(&b), "brackets in brackets");
    repeated(&b, "[a:b=1]", " AND [a:b=1]", HW_STIX_LEAVES, "");
    refused(hw_buf_text(&b), "more [ ] than");
    repeated(&b, "[a:b=1]", " OR [a:b=1]", 700, "");
    assert_int_equal(ask_of(seen, hw_buf_text(&b)), HW_STIX_NO);
    repeated(&b, "[a:b=1]", " OR [a:b=1]", HW_STIX_TESTS, "");
    refused(hw_buf_text(&b), "more comparisons");
    repeated(&b, "[a:b", ".c", HW_STIX_STEPS, "=1]");
    refused(hw_buf_text(&b), "too many steps");
    repeated(&b, "([a:b=1] REPEATS 40 TIMES", ") REPEATS 40 TIMES", 1, "");
    refused(hw_buf_text(&b), "more than a match may bind");
    repeated(&b, "[a:b='", "0123456789abcdef", HW_STIX_PROGRAM_BYTES / 16, "']");
    refused(hw_buf_text(&b), "more");
    repeated(&b, "[a:b=1", " ", HW_STIX_PATTERN_BYTES, "]");
    refused(hw_buf_text(&b), "too long");
    hw_buf_done(&b);
}

/* n observations a second apart, each of a person whose age is its number. */
static json_t *many(unsigned n)
{
    json_t *list = json_array();
    char when[32];
    for (unsigned i = 0; i < n; i++) {
        (void)snprintf(when, sizeof when, "2023-03-22T%02u:%02u:%02uZ", i / 3600, i / 60 % 60,
                       i % 60);
        assert_int_equal(json_array_append_new(
                             list, json_pack("{s:s, s:s, s:i, s:{s:{s:s, s:i}}}", "first_observed",
                                             when, "last_observed", when, "number_observed", 1,
                                             "objects", "0", "type", "person", "age", (int)i)),
                         0);
    }
    return list;
}

static int over(unsigned n, const char *pattern, uint64_t fuel)
{
    struct stix_kit k;
    struct hw_stix_fault fault;
    json_t *list = many(n);
    stix_kit_init(&k, list);
    int answer = stix_kit_run(&k, hw_span_str(pattern), HW_STIX_20, fuel, &fault);
    stix_kit_done(&k);
    json_decref(list);
    return answer;
}

static void a_match_that_would_explode_gives_up_or_answers_in_its_fuel(void **state)
{
    (void)state;
    /* plain counting answers these, however many ways there are to choose */
    assert_int_equal(over(900, "[person:age >= 0] REPEATS 900 TIMES", FUEL), HW_STIX_YES);
    assert_int_equal(over(900, "[person:age >= 0] REPEATS 901 TIMES", FUEL), HW_STIX_NO);
    assert_int_equal(over(900, "[person:age >= 0] REPEATS 60 TIMES WITHIN 58 SECONDS", FUEL),
                     HW_STIX_NO);
    assert_int_equal(over(900, "[person:age >= 0] REPEATS 60 TIMES WITHIN 59 SECONDS", FUEL),
                     HW_STIX_YES);
    assert_int_equal(over(900, "[person:age >= 0] REPEATS 500 TIMES AND [person:age < 0]", FUEL),
                     HW_STIX_NO);
    /* and this is one that must not be tried to its end: the pairs never suffice */
    assert_int_equal(
        over(40, "([person:age >= 0] FOLLOWEDBY [person:age < 20]) REPEATS 20 TIMES", FUEL),
        HW_STIX_GAVE_UP);
    assert_int_equal(over(900, "[person:age >= 0]", 100), HW_STIX_GAVE_UP);
    assert_int_equal(over(3, "[person:age LIKE '%a%a%a%'] OR [person:age = 2]", FUEL), HW_STIX_YES);
}

/* ---- hostile programs ---- */

static const char *const whole[] = {
    "[file:name = 'a' AND (file:size > 1.5 OR file:size IN (1, 2)) AND NOT_A:b.'c d'[*].e[3] != "
    "true]",
    "([a:b LIKE 'x%_'] FOLLOWEDBY [a:b_bin MATCHES 'l+']) WITHIN 5.5 SECONDS OR [a:b ISSUBSET "
    "'::/0'] REPEATS 3 TIMES START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
    "[a:b = h'00ff' OR a:b = b'AQID' OR EXISTS a:c OR a:d = t'2020-01-01T00:00:00.5Z'] AND [file:"
    "hashes.MD5 NOT IN ('0123456789abcdef0123456789abcdef')]",
};

/* A proven program runs, whatever else it is. */
static bool proven(const uint8_t *p, size_t n, void *state)
{
    const struct stix_kit *k = state;
    struct hw_stix s;
    struct hw_stix_equal equal;
    uint64_t fuel = 20000;
    if (!hw_stix_check((struct hw_span){p, n}, &s)) {
        return false;
    }
    struct hw_stix_hit *room = calloc(k->count, sizeof *room);
    struct hw_stix_scratch *scratch = malloc(sizeof *scratch);
    assert_true(room != NULL && scratch != NULL);
    (void)!hw_stix_match(&s, k->observations, k->count, scratch, &fuel, room);
    for (size_t i = 0; hw_stix_is_list(&s) && hw_stix_equal_at(&s, i, &equal); i++) {
        assert_true(equal.path_n <= sizeof equal.path);
    }
    free(scratch);
    free(room);
    return true;
}

static void a_strangers_program_is_proven_before_it_runs(void **state)
{
    struct stix_kit k;
    struct hw_stix_fault fault;
    struct hw_buf b;
    json_t *list = json_loads(seen, 0, NULL);
    (void)state;
    hw_buf_init(&b, HW_STIX_PROGRAM_BYTES);
    stix_kit_init(&k, list);
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        hw_buf_clear(&b);
        assert_true(hw_stix_compile(hw_span_str(whole[i]), 0, &b, &fault));
        assert_true(proven(b.p, b.n, &k));
        hw_sweep_truncate(b.p, b.n, proven, &k);
        hw_sweep_mutate(b.p, b.n, 4000, 71 + i, proven, &k);
    }
    stix_kit_done(&k);
    json_decref(list);
    hw_buf_done(&b);
}

/* A pattern cut short is refused; a whole prefix of one may be another pattern. */
static bool compiles(const uint8_t *p, size_t n, void *state)
{
    struct hw_buf b;
    struct hw_stix s;
    struct hw_stix_fault fault = {0, NULL};
    (void)state;
    hw_buf_init(&b, HW_STIX_PROGRAM_BYTES);
    bool ok = hw_stix_compile((struct hw_span){p, n}, 0, &b, &fault);
    assert_true(ok ? hw_stix_check(hw_buf_span(&b), &s) : fault.why != NULL && fault.off <= n);
    hw_buf_done(&b);
    return ok;
}

static void a_pattern_survives_every_cut_and_damage(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        const uint8_t *p = (const uint8_t *)whole[i];
        hw_sweep_truncate(p, strlen(whole[i]), compiles, NULL);
        hw_sweep_mutate(p, strlen(whole[i]), 4000, 7 + i, compiles, NULL);
    }
}

static void a_list_of_values_is_told_apart_from_a_rule(void **state)
{
    struct hw_buf b;
    struct hw_stix s;
    struct hw_stix_equal e;
    struct hw_stix_fault fault;
    static const char list[] =
        "[file:hashes.SHA256 = "
        "'7986bbaee8940da11ce089383521ab420c443ab7b15ed42aed91fd31ce833896' "
        "OR domain-name:value IN ('a.example', 'b.example')] OR [url:value = "
        "'http://c.example/']";
    (void)state;
    hw_buf_init(&b, HW_STIX_PROGRAM_BYTES);
    assert_true(hw_stix_compile(hw_span_str(list), 0, &b, &fault));
    assert_true(hw_stix_check(hw_buf_span(&b), &s) && hw_stix_is_list(&s));
    assert_true(hw_stix_equal_at(&s, 0, &e));
    assert_true(hw_span_is((struct hw_span){e.path, e.path_n}, "hashes.SHA-256"));
    assert_true(hw_stix_equal_at(&s, 2, &e) && hw_span_is(e.value, "b.example"));
    assert_true(hw_stix_equal_at(&s, 3, &e) && hw_span_is(e.type, "url"));
    assert_false(hw_stix_equal_at(&s, 4, &e));
    static const char *const rules[] = {
        "[a:b = 'c' AND a:d = 'e']",   "[a:b != 'c']",
        "[a:b = 'c'] REPEATS 2 TIMES", "[a:b NOT = 'c']",
        "[a:b = 'c'] AND [a:b = 'd']", "[a:b = 1]",
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        hw_buf_clear(&b);
        assert_true(hw_stix_compile(hw_span_str(rules[i]), 0, &b, &fault));
        assert_true(hw_stix_check(hw_buf_span(&b), &s));
        assert_false(hw_stix_is_list(&s));
    }
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_compared_without_case_and_in_any_spelling),
        cmocka_unit_test(paths_follow_references_lists_and_dictionaries),
        cmocka_unit_test(both_sides_of_an_and_are_one_object),
        cmocka_unit_test(networks_of_both_families_hold_their_addresses),
        cmocka_unit_test(what_is_not_understood_is_refused_by_name_and_place),
        cmocka_unit_test(a_year_that_nanoseconds_cannot_say_is_still_later),
        cmocka_unit_test(limits_of_a_pattern_hold),
        cmocka_unit_test(a_match_that_would_explode_gives_up_or_answers_in_its_fuel),
        cmocka_unit_test(a_strangers_program_is_proven_before_it_runs),
        cmocka_unit_test(a_pattern_survives_every_cut_and_damage),
        cmocka_unit_test(a_list_of_values_is_told_apart_from_a_rule),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("stix_pattern", tests, NULL, NULL);
}
