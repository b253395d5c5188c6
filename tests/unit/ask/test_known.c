/* SPDX-License-Identifier: Apache-2.0 */
/* What matches are worth: values that stand on lists of harmless ones, and lists that copy. */
#include "tale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ask/harmless.h"
#include "ask/sources.h"
#include "fact/rule.h"

static const char *letters(char c, unsigned n)
{
    static char hex[129];
    for (unsigned i = 0; i < n; i++) {
        snprintf(hex + (size_t)2 * i, 3, "%02x", (unsigned)c);
    }
    return hex;
}

static void begin_list(struct tale *t, char letter, const char *form, const char *title)
{
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, form);
    hw_fact_str(f, HW_KNOWLEDGE_TITLE, title);
}

static struct hw_fact *add_value(struct tale *t, const char *kind, const char *value,
                                 const char *role)
{
    struct hw_fact *f = tale_add(t, HW_FACT_INDICATOR);
    char *copy = (char *)hw_arena_copy(t->arena, hw_span_str(value));
    assert_non_null(copy);
    hw_fact_u64(f, HW_INDICATOR_LINE, t->count);
    hw_fact_str(f, HW_INDICATOR_KIND, kind);
    hw_fact_str(f, HW_INDICATOR_VALUE, copy);
    if (role != NULL) {
        hw_fact_str(f, HW_INDICATOR_ROLE, role);
    }
    return f;
}

static void harmless(struct tale *t, char letter, const char *form, const char *kind,
                     const char *value)
{
    begin_list(t, letter, form, "Some list");
    (void)add_value(t, kind, value, "harmless");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/harmless");
}

static void program(struct tale *t)
{
    tale_program(t, 'a');
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
}

static bool says(const struct hw_finding *f, const char *words)
{
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        if (hw_span_is(w->says, words)) {
            return true;
        }
    }
    return false;
}

static void a_match_on_a_warning_list_is_said_and_weighs_little(void **state)
{
    struct tale *t = *state;
    program(t);
    tale_indicator(t, 'k', "md5", letters('a', 16));
    harmless(t, 'o', "warning-list-string", "sha256", letters('b', 32)); /* of another file */
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-bad");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_CRITICAL);
    assert_int_equal(f->confidence, HW_CONF_HIGH);
    /* The list has another digest of the same file than the match. */
    harmless(t, 'w', "warning-list-string", "sha256", letters('a', 32));
    f = tale_finding(tale_hunt(t), "known-bad");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_INFO);
    assert_int_equal(f->confidence, HW_CONF_LOW);
    assert_true(says(f, "on warning list: Some list (line 4)"));
    assert_true(says(f, "md5 matches (line 2)"));
}

static void a_list_with_all_digests_of_a_file_is_said_once(void **state)
{
    struct tale *t = *state;
    unsigned reasons = 0;
    program(t);
    tale_indicator(t, 'k', "md5", letters('a', 16));
    begin_list(t, 'w', "warning-list-string", "Some list");
    (void)add_value(t, "md5", letters('a', 16), "harmless");
    (void)add_value(t, "sha1", letters('a', 20), "harmless");
    (void)add_value(t, "sha256", letters('a', 32), "harmless");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/harmless");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-bad");
    assert_non_null(f);
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        reasons++;
    }
    assert_int_equal(reasons, 2);
}

static void known_good_and_bad_is_low_and_both_are_said(void **state)
{
    struct tale *t = *state;
    program(t);
    harmless(t, 'g', "known-good", "sha1", letters('a', 20));
    assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), 0);
    tale_indicator(t, 'k', "md5", letters('a', 16));
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-bad");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_LOW);
    assert_int_equal(f->confidence, HW_CONF_HIGH);
    assert_true(says(f, "known good all the same, by the list: Some list (line 4)"));
    assert_true(says(f, "md5 matches (line 2)"));
}

static void a_harmless_value_that_is_over_weighs_nothing(void **state)
{
    struct tale *t = *state;
    program(t);
    tale_indicator(t, 'k', "md5", letters('a', 16));
    begin_list(t, 'w', "warning-list-string", "Some list");
    struct hw_fact *f = add_value(t, "md5", letters('a', 16), "harmless");
    hw_fact_time(f, HW_INDICATOR_REVOKED, 500 * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/harmless");
    t->policy.as_of = 499 * TALE_DAY;
    assert_int_equal(tale_finding(tale_hunt(t), "known-bad")->severity, HW_INFO);
    t->policy.as_of = 500 * TALE_DAY;
    assert_int_equal(tale_finding(tale_hunt(t), "known-bad")->severity, HW_CRITICAL);
}

static void what_was_taken_back_alerts_no_more(void **state)
{
    struct tale *t = *state;
    program(t);
    begin_list(t, 'k', "misp-event", "An event");
    struct hw_fact *f = add_value(t, "md5", letters('a', 16), "payload");
    hw_fact_time(f, HW_INDICATOR_REVOKED, 500 * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/event.json");
    t->policy.as_of = 499 * TALE_DAY;
    assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), 1);
    t->policy.as_of = 500 * TALE_DAY;
    assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), 0);
}

static enum hw_harmless look(struct tale *t, const char *kind, const char *value)
{
    struct hw_harmless_row row;
    assert_int_equal(
        hw_harmless_look(t->c, t->arena, kind, hw_span_str(value), t->policy.as_of, &row, &t->err),
        HW_OK);
    return row.how;
}

static void names_below_a_listed_host_are_harmless_too(void **state)
{
    struct tale *t = *state;
    begin_list(t, 'h', "warning-list-hostname", "Hosts");
    (void)add_value(t, "domain", "cloud.example", "harmless");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/hosts");
    begin_list(t, 's', "warning-list-string", "Strings");
    (void)add_value(t, "domain", "exact.example", "harmless");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/strings");
    begin_list(t, 'b', "csv", "Bad ones");
    (void)add_value(t, "domain", "evil.example", NULL);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/bad");
    assert_int_equal(look(t, "domain", "cloud.example"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "domain", "a.b.cloud.example"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "domain", "notcloud.example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "domain", "example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "domain", "exact.example"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "domain", "a.exact.example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "domain", "evil.example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "domain", ""), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "url", "https://u@a.cloud.example:8443/x@y"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "url", "https://evil.example/?cloud.example"), HW_HARMLESS_NOT);
}

static void addresses_in_a_listed_network_are_harmless(void **state)
{
    struct tale *t = *state;
    begin_list(t, 'n', "warning-list-cidr", "Networks");
    (void)add_value(t, "other", "10.0.0.0/8", "harmless");
    (void)add_value(t, "other", "2001:db8::/32", "harmless");
    (void)add_value(t, "address", "192.0.2.1", "harmless");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/networks");
    assert_int_equal(look(t, "address", "10.255.0.1"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "address", "11.0.0.1"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "address", "2001:db8:1::5"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "address", "2001:db9::5"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "address", "192.0.2.1"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "address", "192.0.2.2"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "url", "http://10.1.1.1/a"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "url", "http://[2001:db8::9]:80/a"), HW_HARMLESS_SHARED);
}

/* A pattern of a warning list over values of these kinds. */
static void add_program(struct tale *t, const char *const *kinds, size_t count, const char *regex,
                        const char *text)
{
    struct hw_rule_maker m;
    struct hw_buf b;
    hw_rule_maker_init(&m);
    hw_buf_init(&b, HW_RULE_PROGRAM_BYTES);
    hw_rule_open(&m, HW_RULE_ANY, 0);
    for (size_t i = 0; i < count; i++) {
        hw_rule_test(&m, hw_span_str(kinds[i]), 0);
        if (regex != NULL) {
            hw_rule_matches(&m, hw_span_str(regex), 0);
        } else {
            hw_rule_value(&m, HW_RULE_CONTAINS, hw_span_str(text));
        }
        hw_rule_close(&m);
    }
    hw_rule_close(&m);
    assert_true(hw_rule_finish(&m, &b));
    struct hw_fact *f = tale_add(t, HW_FACT_PATTERN);
    hw_fact_u64(f, HW_PATTERN_LINE, 3);
    hw_fact_str(f, HW_PATTERN_LANGUAGE, "warning-list");
    hw_fact_str(f, HW_PATTERN_ROLE, "harmless");
    struct hw_span kept = {hw_arena_copy(t->arena, hw_buf_span(&b)), b.n};
    assert_non_null(kept.p);
    hw_fact_span(f, HW_PATTERN_PROGRAM, kept);
    hw_buf_done(&b);
    hw_rule_maker_done(&m);
}

static void texts_and_expressions_of_warning_lists_are_asked(void **state)
{
    static const char *const net[] = {"domain", "url"}, *const file[] = {"filename"};
    static const char *const mail[] = {"email"};
    struct tale *t = *state;
    begin_list(t, 's', "warning-list-substring", "Sandboxes");
    add_program(t, net, 2, NULL, "any.run");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/substrings");
    begin_list(t, 'r', "warning-list-regex", "Expressions");
    add_program(t, mail, 1, "^(noc|abuse)@.+$", NULL);
    add_program(t, file, 1, "\\\\setup[0-9]*\\.exe$", NULL);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/expressions");
    assert_int_equal(look(t, "domain", "app.any.run"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "domain", "app.anyrun.example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "url", "https://app.ANY.run/tasks"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "url", "https://evil.example/any.runner"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "url", "https://evil.example/x"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "filename", "any.run"), HW_HARMLESS_NOT); /* for names of the net */
    assert_int_equal(look(t, "email", "abuse@a.example"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "email", "not-abuse@a.example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "domain", "abuse@a.example"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "filename", "C:\\x\\setup12.exe"), HW_HARMLESS_SHARED);
    assert_int_equal(look(t, "filename", "C:\\x\\setup12.exe.bak"), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "filename", ""), HW_HARMLESS_NOT);
    /* The list's name and the line are said. */
    struct hw_harmless_row row;
    assert_int_equal(hw_harmless_look(t->c, t->arena, "email", HW_SPAN_LIT("noc@b.example"),
                                      t->policy.as_of, &row, &t->err),
                     HW_OK);
    assert_true(hw_span_is(row.list, "Expressions"));
    assert_true(hw_span_is(row.path, "/lists/expressions"));
    assert_int_equal(row.line, 3);
}

/* An expression that costs more than a look-up may answers nothing: the value stays what it is. */
static void an_evil_expression_ends_with_its_fuel(void **state)
{
    static const char *const file[] = {"filename"};
    static char name[60001];
    struct tale *t = *state;
    begin_list(t, 'r', "warning-list-regex", "Evil");
    add_program(t, file, 1, "(a|b|ab)*(a?){400}x$", NULL);
    add_program(t, file, 1, "aaa", NULL);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/evil");
    memset(name, 'a', sizeof name - 1);
    assert_int_equal(look(t, "filename", name), HW_HARMLESS_NOT);
    assert_int_equal(look(t, "filename", "aaa"), HW_HARMLESS_SHARED);
}

/* ---- sources ---- */

/* A list of `count` domains from number `first` on. */
static void domains(struct tale *t, char letter, unsigned first, unsigned count)
{
    char name[32];
    begin_list(t, letter, "csv", "A list");
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "h%u.example", first + i);
        (void)add_value(t, "domain", name, NULL);
    }
}

static size_t classes(struct tale *t, size_t documents)
{
    struct hw_sources *s = NULL;
    assert_int_equal(hw_sources_make(t->c, t->arena, &s, &t->err), HW_OK);
    assert_int_equal(hw_sources_count(s), documents);
    return hw_sources_classes(s);
}

static void lists_that_copy_are_one_source(void **state)
{
    struct tale *t = *state;
    domains(t, 'A', 0, 10);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/a");
    assert_int_equal(classes(t, 1), 1);
    domains(t, 'B', 1, 30); /* nine of the ten, and twenty more */
    tale_store(t, HW_CLASS_KNOWLEDGE, "/b");
    assert_int_equal(classes(t, 2), 1);
    domains(t, 'C', 2, 10); /* eight of A, which is too few; all are in B */
    tale_store(t, HW_CLASS_KNOWLEDGE, "/c");
    assert_int_equal(classes(t, 3), 1);
    domains(t, 'D', 25, 20); /* six of B */
    tale_store(t, HW_CLASS_KNOWLEDGE, "/d");
    assert_int_equal(classes(t, 4), 2);
    domains(t, 'E', 40, 4); /* all of D, but too few to tell */
    tale_store(t, HW_CLASS_KNOWLEDGE, "/e");
    assert_int_equal(classes(t, 5), 3);
    /* What is harmless is no source. */
    harmless(t, 'F', "warning-list-string", "domain", "h1.example");
    assert_int_equal(classes(t, 5), 3);
}

static void a_class_knows_who_was_first(void **state)
{
    struct tale *t = *state;
    struct hw_sources *s = NULL;
    int64_t reading, published;
    uint32_t node;
    for (unsigned i = 0; i < 3; i++) {
        domains(t, (char)('A' + i), 0, 10 + i);
        if (i > 0) {
            hw_fact_time(&t->facts[2], HW_KNOWLEDGE_PUBLISHED, (10 - i) * TALE_DAY);
        }
        tale_store(t, HW_CLASS_KNOWLEDGE, "/a");
    }
    assert_int_equal(hw_sources_make(t->c, t->arena, &s, &t->err), HW_OK);
    assert_int_equal(hw_sources_classes(s), 1);
    assert_true(hw_sources_first(s, 0, &reading, &node, &published));
    assert_int_equal(published, 8 * TALE_DAY);
    assert_false(hw_sources_first(s, 77, &reading, &node, &published));
}

static void a_finding_counts_sources_and_not_lists(void **state)
{
    struct tale *t = *state;
    program(t);
    for (unsigned i = 0; i < 3; i++) {
        domains(t, (char)('A' + i), 0, 10);
        (void)add_value(t, "sha256", letters('a', 32), "payload");
        tale_store(t, HW_CLASS_KNOWLEDGE, "/copy");
        const struct hw_finding *f = tale_finding(tale_hunt(t), "known-bad");
        assert_non_null(f);
        assert_int_equal(says(f, "2 lists, 1 independent source"), i == 1);
        assert_int_equal(says(f, "3 lists, 1 independent source"), i == 2);
    }
    domains(t, 'Z', 100, 10);
    (void)add_value(t, "md5", letters('a', 16), "payload");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/own");
    assert_true(
        says(tale_finding(tale_hunt(t), "known-bad"), "4 lists, at most 2 independent sources"));
}

/* ---- the corpus: who reported which name of one incident ---- */

enum { COLUMNS = 5 };

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static void published_lists_of_one_incident_are_two_sources(void **state)
{
    static const char names[COLUMNS] = {'V', 'S', 'C', 'M', 'G'};
    struct tale *t = *state;
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/intel/capture-recapture/3cx-domains-by-source.csv",
                   corpus());
    for (unsigned column = 0; column < COLUMNS; column++) {
        char line[256], *rest;
        FILE *f = fopen(path, "re");
        if (f == NULL) {
            fail_msg("%s is not there", path);
        }
        begin_list(t, names[column], "csv", "One publisher");
        assert_non_null(fgets(line, sizeof line, f)); /* the header */
        while (fgets(line, sizeof line, f) != NULL) {
            char *domain = strtok_r(line, ",\n", &rest), *mark = NULL;
            for (unsigned i = 0; i <= column; i++) {
                mark = strtok_r(NULL, ",\r\n", &rest);
            }
            assert_non_null(mark);
            if (strcmp(mark, "1") == 0) {
                (void)add_value(t, "domain", domain, NULL);
            }
        }
        (void)fclose(f);
        tale_store(t, HW_CLASS_KNOWLEDGE, "/lists");
    }
    struct hw_sources *s = NULL;
    struct hw_evidence_ask ask = {.only_class = HW_CLASS_KNOWLEDGE};
    struct hw_evidence_row e;
    struct hw_cursor *k = NULL;
    uint64_t of[128] = {0};
    assert_int_equal(hw_sources_make(t->c, t->arena, &s, &t->err), HW_OK);
    assert_int_equal(hw_case_evidence(t->c, &ask, &k, &t->err), HW_OK);
    while (hw_evidence_next(k, &e, &t->err) == HW_ROW) {
        of[e.sha256[0]] = hw_sources_class(s, e.reading, 0);
    }
    hw_cursor_free(k);
    assert_int_equal(hw_sources_classes(s), 2);
    assert_int_equal(of['V'], of['S']);
    assert_int_equal(of['V'], of['C']);
    assert_int_equal(of['V'], of['G']);
    assert_int_not_equal(of['V'], of['M']);
}

int main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(a_match_on_a_warning_list_is_said_and_weighs_little),
        T(a_list_with_all_digests_of_a_file_is_said_once),
        T(known_good_and_bad_is_low_and_both_are_said),
        T(a_harmless_value_that_is_over_weighs_nothing),
        T(what_was_taken_back_alerts_no_more),
        T(names_below_a_listed_host_are_harmless_too),
        T(addresses_in_a_listed_network_are_harmless),
        T(texts_and_expressions_of_warning_lists_are_asked),
        T(an_evil_expression_ends_with_its_fuel),
        T(lists_that_copy_are_one_source),
        T(a_class_knows_who_was_first),
        T(a_finding_counts_sources_and_not_lists),
    };
    const struct CMUnitTest theirs[] = {T(published_lists_of_one_incident_are_two_sources)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (argc < 2 || strcmp(argv[1], "corpus") != 0) {
        return cmocka_run_group_tests_name("known", tests, NULL, NULL);
    }
    struct stat st;
    if (stat(corpus(), &st) != 0) {
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    return cmocka_run_group_tests_name("known_corpus", theirs, NULL, NULL);
}
