/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ATT&CK's claims, learned as the bundle they were published as, and asked of the case: what the
 * benchmark says of plain claims must be what a case answers.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it the run is skipped and
 * says so.
 */
#include "tale.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/behave_case.h"
#include "base/buf.h"
#include "base/time.h"
#include "behave_kit.h"
#include "evidence/evidence.h"

#define MAKER "identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5"
enum { PATH_BYTES = 1024, LINE_BYTES = 1 << 20, BUNDLE_BYTES = 64 << 20 };

static char path[PATH_BYTES];

static const char *text_at(const json_t *v, const char *key)
{
    const char *s = json_string_value(json_object_get(v, key));
    return s == NULL ? "" : s;
}

static void begin_object(json_t *o)
{
    (void)json_object_set_new(o, "created", json_string("2020-01-01T00:00:00.000Z"));
    (void)json_object_set_new(o, "modified", json_string("2023-01-01T00:00:00.000Z"));
    (void)json_object_set_new(o, "created_by_ref", json_string(MAKER));
}

static void put(struct hw_buf *out, json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT);
    assert_non_null(text);
    hw_buf_char(out, ',');
    hw_buf_str(out, text);
    free(text);
    json_decref(o);
}

static void put_thing(struct hw_buf *out, const json_t *v)
{
    json_t *o = json_object();
    begin_object(o);
    (void)json_object_set_new(o, "type", json_string(text_at(v, "kind")));
    (void)json_object_set_new(o, "id", json_string(text_at(v, "stix")));
    (void)json_object_set_new(o, "name", json_string(text_at(v, "name")));
    if (json_object_get(v, "aliases") != NULL) {
        (void)json_object_set(o, "aliases", json_object_get(v, "aliases"));
    }
    (void)json_object_set_new(
        o, "external_references",
        json_pack("[{s:s, s:s}]", "source_name", "mitre-attack", "external_id", text_at(v, "id")));
    put(out, o);
}

/* The reference as ATT&CK writes it, with the month that the compact form kept. */
static json_t *reference(const json_t *years, const char *name)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    char text[64] = "Doe, J. (n.d.). Report.";
    double year = json_number_value(json_object_get(years, name));
    if (year > 0) {
        int month = (int)lround(year * 12);
        (void)snprintf(text, sizeof text, "Doe, J. (%d, %s). Report.", month / 12,
                       months[month % 12]);
    }
    return json_pack("{s:s, s:s}", "source_name", name, "description", text);
}

static void put_edge(struct hw_buf *out, const json_t *v, const json_t *ids, const json_t *years,
                     unsigned n)
{
    const char *from = text_at(ids, text_at(v, "from")), *to = text_at(ids, text_at(v, "to"));
    char id[64];
    const json_t *one;
    size_t i;
    json_t *o = json_object(), *cites = json_array();
    (void)snprintf(id, sizeof id, "relationship--%08x-0000-4000-8000-000000000000", n);
    begin_object(o);
    (void)json_object_set_new(o, "type", json_string("relationship"));
    (void)json_object_set_new(o, "id", json_string(id));
    (void)json_object_set_new(o, "relationship_type", json_string(text_at(v, "type")));
    (void)json_object_set_new(o, "source_ref", json_string(from));
    (void)json_object_set_new(o, "target_ref", json_string(to));
    json_array_foreach(json_object_get(v, "cites"), i, one)
    {
        (void)json_array_append_new(cites, reference(years, json_string_value(one)));
    }
    (void)json_object_set_new(o, "external_references", cites);
    put(out, o);
}

static void make_bundle(struct hw_buf *out)
{
    FILE *in = fopen(path, "r");
    char *line = malloc(LINE_BYTES);
    json_t *all = json_array(), *ids = json_object(), *years = json_object(), *v;
    size_t i;
    assert_true(in != NULL && line != NULL);
    while (fgets(line, LINE_BYTES, in) != NULL) {
        v = json_loads(line, 0, NULL);
        assert_non_null(v);
        (void)json_object_set_new(ids, text_at(v, "id"), json_string(text_at(v, "stix")));
        if (json_object_get(v, "year") != NULL) {
            (void)json_object_set(years, text_at(v, "name"), json_object_get(v, "year"));
        }
        (void)json_array_append_new(all, v);
    }
    hw_buf_str(out, "{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000000\","
                    "\"objects\":[{\"type\":\"identity\",\"id\":\"" MAKER
                    "\",\"name\":\"The MITRE Corporation\"}");
    json_array_foreach(all, i, v)
    {
        const char *kind = text_at(v, "kind");
        if (strcmp(kind, "edge") == 0) {
            put_edge(out, v, ids, years, (unsigned)i);
        } else if (strcmp(kind, "citation") != 0 && strcmp(kind, "x-mitre-tactic") != 0) {
            put_thing(out, v);
        }
    }
    hw_buf_str(out, "]}");
    assert_true(hw_buf_ok(out));
    json_decref(all);
    json_decref(ids);
    json_decref(years);
    free(line);
    (void)fclose(in);
}

static struct hw_behave_result ask(struct tale *t, struct hw_behave_case *k, const char *target,
                                   const char *said, int64_t as_of)
{
    struct hw_behave_query q;
    struct hw_behave_result r;
    struct hw_span id, by;
    assert_int_equal(hw_behave_case_target(k, hw_span_str(target), t->arena, &q, &id, &by, &t->err),
                     HW_OK);
    assert_true(hw_span_is(by, said));
    q.as_of = as_of;
    assert_int_equal(hw_behave_ask(hw_behave_case_claims(k), &q, t->arena, &r, &t->err), HW_OK);
    return r;
}

static void a_learned_bundle_answers_as_the_benchmark_does(void **state)
{
    struct tale *t = *state;
    struct hw_buf b;
    size_t count, used;
    hw_buf_init(&b, BUNDLE_BYTES);
    make_bundle(&b);
    behave_learn(t, 'm', hw_buf_span(&b));
    hw_buf_done(&b);
    struct hw_behave_case *k = NULL;
    assert_int_equal(hw_behave_case_new(t->c, hw_span_str(""), &k, &t->err), HW_OK);
    assert_int_equal(hw_behave_case_publishers(k, &count, &used)[0].uses, 6634);
    /* 3CX: its group shares nothing with it, and nobody is named */
    struct hw_behave_result r = ask(t, k, "3CX Supply Chain Attack", "G1049", HW_TIME_NONE);
    assert_int_equal(r.verdict, HW_BEHAVE_UNSURE);
    assert_true(r.probability < .10);
    assert_int_equal(r.asked, 23);
    assert_int_equal(r.known, 19);
    assert_int_equal(r.groups, 172);
    r = ask(t, k, "C0011", "G0134", HW_TIME_NONE);
    assert_int_equal(r.verdict, HW_BEHAVE_NAMED);
    assert_true(hw_span_is(r.candidates[0].group, "G0134"));
    assert_true(fabs(r.probability - .89) < .005);
    /* before its first source, July 2022, less is known of everyone */
    int64_t july;
    assert_true(hw_time_parse(hw_span_str("2022-07-01T00:00:00Z"), &july));
    r = ask(t, k, "C0011", "G0134", july);
    assert_true(r.groups < 172);
    /* .81 by plain claims with the date of every source; a case does not know them all */
    assert_int_equal(r.verdict, HW_BEHAVE_NAMED);
    assert_true(r.probability > .70 && r.probability < .815);
    r = ask(t, k, "C0036", "", HW_TIME_NONE);
    assert_true(hw_span_is(r.candidates[0].group, "G1037"));
    hw_behave_case_free(k);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const char *set = getenv("HEADWATER_CORPUS");
    const struct CMUnitTest tests[] = {T(a_learned_bundle_answers_as_the_benchmark_does)};
    (void)snprintf(path, sizeof path, "%.900s/intel/attack/enterprise-v18.1-compact.ndjson",
                   set != NULL && set[0] != '\0' ? set : HW_CORPUS_DIR);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    FILE *there = fopen(path, "r");
    if (there == NULL) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", path);
        return 0;
    }
    (void)fclose(there);
    hw_evidence_warm();
    return cmocka_run_group_tests_name("behave_corpus", tests, NULL, NULL);
}
