/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as STIX 2.1, held to the standard: required properties and order of times (3.2, 4, 5),
 * ids (2.9), references that lead somewhere, lists that are not empty, markings, and what the
 * report may and may not say.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report_scene.h"

static struct scene s;

static int plain(void **state)
{
    (void)state;
    scene_make(&s, NULL);
    return 0;
}

static int hostile(void **state)
{
    (void)state;
    scene_make(&s, &scene_nasty);
    return 0;
}

static bool fits(const char *pattern, const char *text)
{
    regex_t r;
    assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool ok = regexec(&r, text, 0, NULL, 0) == 0;
    regfree(&r);
    return ok;
}

#define UUID "[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
#define TIME "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"

/* ---- rules that hold of every object ---- */

struct must {
    const char *type, *keys[6];
};
static const struct must musts[] = {
    {"attack-pattern", {"name"}},
    {"extension-definition", {"name", "schema", "version", "extension_types", "created_by_ref"}},
    {"grouping", {"context", "object_refs"}},
    {"identity", {"name"}},
    {"indicator",
     {"name", "description", "pattern", "pattern_type", "valid_from", "indicator_types"}},
    {"marking-definition", {"name", "extensions"}},
    {"note", {"content", "object_refs"}},
    {"observed-data", {"first_observed", "last_observed", "number_observed", "object_refs"}},
    {"opinion", {"opinion", "object_refs"}},
    {"relationship", {"relationship_type", "source_ref", "target_ref"}},
    {"report", {"name", "published", "object_refs"}},
    {"sighting", {"sighting_of_ref", "where_sighted_refs"}},
    {"domain-name", {"value"}},
    {"file", {"type"}},
    {"ipv4-addr", {"value"}},
    {"ipv6-addr", {"value"}},
    {"software", {"name"}},
    {"url", {"value"}},
    {"user-account", {"user_id"}},
};

static void check_refs(const json_t *bundle, const json_t *o)
{
    const char *key;
    const json_t *v;
    json_object_foreach((json_t *)o, key, v)
    {
        size_t n = strlen(key), i;
        const json_t *one;
        if (n > 5 && strcmp(key + n - 5, "_refs") == 0) {
            assert_true(json_array_size(v) > 0);
            json_array_foreach(v, i, one)
            {
                if (scene_object(bundle, json_string_value(one)) == NULL) {
                    fail_msg("%s of %s leads nowhere", key, scene_text(o, "id"));
                }
            }
        } else if (n > 4 && strcmp(key + n - 4, "_ref") == 0) {
            assert_non_null(scene_object(bundle, json_string_value(v)));
        } else if (json_is_array(v) || json_is_object(v)) {
            assert_true(json_array_size(v) + json_object_size(v) > 0);
        }
    }
}

static void in_order(const json_t *o, const char *first, const char *last)
{
    if (json_object_get(o, first) != NULL && json_object_get(o, last) != NULL) {
        assert_true(fits(TIME, scene_text(o, first)) && fits(TIME, scene_text(o, last)));
        assert_true(strcmp(scene_text(o, first), scene_text(o, last)) <= 0);
    }
}

static void check_object(const json_t *bundle, const json_t *o)
{
    const char *type = scene_text(o, "type"), *id = scene_text(o, "id");
    size_t n = strlen(type);
    const struct must *m = NULL;
    for (size_t i = 0; i < sizeof musts / sizeof musts[0]; i++) {
        m = strcmp(musts[i].type, type) == 0 ? &musts[i] : m;
    }
    if (m == NULL) {
        fail_msg("objects of type %s were not thought of", type);
    }
    for (unsigned i = 0; i < 6 && m->keys[i] != NULL; i++) {
        if (json_object_get(o, m->keys[i]) == NULL) {
            fail_msg("%s lacks %s", id, m->keys[i]);
        }
    }
    assert_true(strncmp(id, type, n) == 0 && strncmp(id + n, "--", 2) == 0);
    assert_true(fits("^" UUID, id + n + 2));
    assert_string_equal(scene_text(o, "spec_version"), "2.1");
    bool observable = m >= musts + 12;
    assert_true(observable == (json_object_get(o, "created") == NULL));
    if (!observable && strcmp(type, "marking-definition") != 0) {
        assert_true(fits(TIME, scene_text(o, "created")));
        assert_non_null(json_object_get(o, "modified"));
    }
    in_order(o, "created", "modified");
    in_order(o, "first_seen", "last_seen");
    in_order(o, "first_observed", "last_observed");
    if (json_object_get(o, "valid_until") != NULL) {
        assert_true(strcmp(scene_text(o, "valid_from"), scene_text(o, "valid_until")) < 0);
    }
    check_refs(bundle, o);
}

static void every_object_keeps_the_rules_of_the_standard(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *o, *p, *objects = json_object_get(b, "objects");
    size_t i, k;
    assert_string_equal(scene_text(b, "type"), "bundle");
    assert_true(fits("^bundle--" UUID, scene_text(b, "id")));
    assert_int_equal(json_object_size(b), 3);
    assert_true(json_array_size(objects) > 50);
    json_array_foreach(objects, i, o)
    {
        check_object(b, o);
        json_array_foreach(objects, k, p)
        {
            assert_true(i == k || strcmp(scene_text(o, "id"), scene_text(p, "id")) != 0);
        }
    }
    json_decref(b);
}

static void the_report_refers_to_all_but_itself(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *r = scene_first(b, "report"), *o;
    size_t i, n = 0;
    assert_int_equal(scene_count(b, "report"), 1);
    json_array_foreach(json_object_get(b, "objects"), i, o)
    {
        const char *type = scene_text(o, "type");
        bool meta = strcmp(type, "marking-definition") == 0 ||
                    strcmp(type, "extension-definition") == 0 || strcmp(type, "report") == 0 ||
                    strcmp(scene_text(o, "name"), "Headwater") == 0;
        n += !meta;
    }
    assert_int_equal(json_array_size(json_object_get(r, "object_refs")), n);
    json_decref(b);
}

/* ---- what is said ---- */

static void only_met_payloads_that_nobody_shares_are_indicators(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    assert_int_equal(scene_count(b, "indicator"), 4);
    assert_true(scene_holds(b, "pattern", "[file:hashes.'SHA-256' = '" SCENE_HASH "']"));
    assert_true(scene_holds(b, "pattern", "[domain-name:value = 'c2.example']"));
    assert_true(scene_holds(b, "pattern", "[ipv6-addr:value = '2001:db8::7']"));
    /* a quote and a backslash of the value do not end its text */
    assert_true(scene_holds(b, "pattern", "[url:value = 'https://u.example/a\\'b\\\\c']"));
    assert_false(scene_holds(b, "pattern", "shared.example"));
    assert_false(scene_holds(b, "pattern", "unmet.example"));
    assert_false(scene_holds(b, "pattern", SCENE_CONTEXT));
    s.indicators[1].list = HW_SPAN_LIT("a warning list");
    json_decref(b);
    b = scene_json(hw_tell_report_stix, &s);
    assert_int_equal(scene_count(b, "indicator"), 3);
    json_decref(b);
}

static void a_sighting_counts_findings_and_names_the_organisation(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *o;
    size_t i, met = 0;
    json_array_foreach(json_object_get(b, "objects"), i, o)
    {
        if (strcmp(scene_text(o, "type"), "sighting") == 0) {
            const json_t *of = scene_object(b, scene_text(o, "sighting_of_ref"));
            const json_t *where = json_array_get(json_object_get(o, "where_sighted_refs"), 0);
            const char *name = scene_text(scene_object(b, json_string_value(where)), "name");
            bool known = strstr(scene_text(of, "pattern"), "c2.example") != NULL ||
                         strstr(scene_text(of, "pattern"), SCENE_HASH) != NULL;
            assert_int_equal(json_integer_value(json_object_get(o, "count")), 1);
            assert_string_equal(name, known ? "Acme" : "Headwater case " SCENE_CASE);
            met += known;
        }
    }
    assert_int_equal(met, 2);
    json_decref(b);
}

/* Both ids were computed by the library of OASIS for Python (stix2 3.0). */
static void observables_have_the_ids_that_others_compute(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *o = scene_object(b, "domain-name--48a20b60-d03a-5e96-ad43-977ad0c63d84");
    assert_non_null(o);
    assert_string_equal(scene_text(o, "value"), "c2.example");
    assert_non_null(scene_object(b, "file--ab80aa5f-711e-55d1-9b06-9f87d8e40797"));
    json_decref(b);
}

static void a_step_says_how_sure_it_is_and_a_rejected_one_is_disputed(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *o;
    size_t i, steps = 0, claimed = 0, rejected = 0;
    json_array_foreach(json_object_get(b, "objects"), i, o)
    {
        const char *type = scene_text(o, "type");
        if (strcmp(type, "relationship") == 0 && json_object_get(o, "start_time") != NULL) {
            long long sure = json_integer_value(json_object_get(o, "confidence"));
            steps++;
            claimed += sure == 30;
            assert_true(sure == 30 || sure == 85 || sure == 50);
        }
        rejected += strcmp(type, "opinion") == 0 &&
                    strcmp(scene_text(o, "opinion"), "strongly-disagree") == 0;
    }
    assert_int_equal(steps, 3); /* sessions and processes have no object */
    assert_int_equal(claimed, 1);
    assert_int_equal(rejected, 2); /* a finding and a step */
    assert_true(scene_holds(b, "content", "whose ends are no objects of STIX"));
    json_decref(b);
}

static void judgements_keep_their_numbers_and_refusals_are_neutral(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *o;
    size_t i, spoken = 0, neutral = 0;
    json_array_foreach(json_object_get(b, "objects"), i, o)
    {
        const json_t *x =
            json_object_iter_value(json_object_iter(json_object_get(o, "extensions")));
        spoken += strcmp(scene_text(o, "type"), "note") == 0 &&
                  json_real_value(json_object_get(x, "probability")) == 0.71;
        neutral += strcmp(scene_text(o, "opinion"), "neutral") == 0;
    }
    assert_int_equal(spoken, 1);
    assert_int_equal(neutral, 1);
    assert_true(scene_holds(b, "content", "at least 246 hosts"));
    assert_true(scene_holds(b, "content", "2 machines: unknown"));
    assert_true(scene_holds(b, "content", "held: records show it used: 1 machines, 1 accounts"));
    assert_true(scene_holds(b, "content", "95 % interval 9.0 to 20.0"));
    json_decref(b);
}

static void techniques_are_those_that_a_finding_names(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    assert_int_equal(scene_count(b, "attack-pattern"), 1);
    assert_string_equal(scene_text(scene_first(b, "attack-pattern"), "name"), "T1574.002");
    json_decref(b);
}

static void nobody_is_named(void **state)
{
    struct hw_buf out;
    (void)state;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_stix, &s, &out);
    assert_false(hw_span_holds_nocase(hw_buf_span(&out), "acme\\\\jane"));
    hw_buf_done(&out);
}

static void a_marking_is_on_every_object_of_ours_and_none_where_none_is_given(void **state)
{
    (void)state;
    json_t *b = scene_json(hw_tell_report_stix, &s);
    const json_t *o;
    size_t i;
    json_array_foreach(json_object_get(b, "objects"), i, o)
    {
        const json_t *mark = json_array_get(json_object_get(o, "object_marking_refs"), 0);
        const char *type = scene_text(o, "type");
        bool fixed = strcmp(type, "marking-definition") == 0 ||
                     strcmp(type, "extension-definition") == 0 ||
                     strcmp(scene_text(o, "name"), "Headwater") == 0;
        if (!fixed) {
            assert_string_equal(json_string_value(mark),
                                "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003");
        }
    }
    json_decref(b);
    s.r.tlp = HW_SPAN_LIT("purple");
    b = scene_json(hw_tell_report_stix, &s);
    assert_int_equal(scene_count(b, "marking-definition"), 0);
    assert_null(json_object_get(scene_first(b, "report"), "object_marking_refs"));
    json_decref(b);
}

static void the_same_answer_gives_the_same_bytes_and_later_ones_the_same_ids(void **state)
{
    struct hw_buf a, b;
    (void)state;
    hw_buf_init(&a, 64 << 20);
    hw_buf_init(&b, 64 << 20);
    scene_write(hw_tell_report_stix, &s, &a);
    scene_write(hw_tell_report_stix, &s, &b);
    assert_true(hw_span_equal(hw_buf_span(&a), hw_buf_span(&b)));
    json_t *first = scene_json(hw_tell_report_stix, &s);
    s.r.as_of += INT64_C(86400000000000);
    json_t *later = scene_json(hw_tell_report_stix, &s);
    const json_t *x = scene_first(first, "report"), *y = scene_first(later, "report");
    assert_string_equal(scene_text(x, "id"), scene_text(y, "id"));
    assert_string_equal(scene_text(x, "created"), scene_text(y, "created"));
    assert_true(strcmp(scene_text(x, "modified"), scene_text(y, "modified")) < 0);
    s.r.id = HW_SPAN_LIT("11111111-2222-4333-8444-555555555555");
    json_t *other = scene_json(hw_tell_report_stix, &s);
    assert_string_not_equal(scene_text(x, "id"), scene_text(scene_first(other, "report"), "id"));
    json_decref(first);
    json_decref(later);
    json_decref(other);
    hw_buf_done(&a);
    hw_buf_done(&b);
}

static void names_made_to_deceive_stay_text(void **state)
{
    struct hw_buf out;
    (void)state;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_stix, &s, &out);
    scene_nothing_raw(hw_buf_span(&out));
    assert_false(hw_span_holds(hw_buf_span(&out), "_b64"));
    hw_buf_done(&out);
}

/* ---- much of it ---- */

static void a_fleet_is_folded_and_the_bundle_stays_small(void **state)
{
    enum { FLEET = 20000 };
    static struct hw_asset fleet[FLEET];
    static struct hw_report_indicator many[FLEET];
    static struct hw_finding found[FLEET];
    static char names[FLEET][24];
    struct hw_buf out;
    (void)state;
    for (unsigned i = 0; i < FLEET; i++) {
        (void)snprintf(names[i], sizeof names[i], "ws%05u.example", i);
        struct hw_asset *next = i + 1 < FLEET ? &fleet[i + 1] : NULL;
        fleet[i] = (struct hw_asset){
            .next = next, .host = hw_span_str(names[i]), .state = HW_ASSET_EXECUTED};
        many[i] = s.indicators[1];
        many[i].value = hw_span_str(names[i]);
        many[i].next = i + 1 < FLEET ? &many[i + 1] : NULL;
        found[i] = s.findings[2];
        found[i].met = hw_span_str(names[i]);
        (void)snprintf(found[i].id, sizeof found[i].id, "f-%016x", i);
        found[i].next = i + 1 < FLEET ? &found[i + 1] : NULL;
    }
    s.affected.assets = fleet;
    s.r.indicators = many;
    s.hunt.findings = found;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_stix, &s, &out);
    assert_true(out.n < 5000000);
    assert_true(hw_span_holds(hw_buf_span(&out), "18000 machines beyond the first 2000"));
    assert_true(hw_span_holds(hw_buf_span(&out), "19300 indicators beyond the first 700"));
    assert_true(hw_span_holds(hw_buf_span(&out), "20000 machines: executed"));
    hw_buf_done(&out);
}

static void a_report_of_nothing_is_a_bundle_still(void **state)
{
    (void)state;
    memset(&s.r, 0, sizeof s.r);
    json_t *b = scene_json(hw_tell_report_stix, &s);
    assert_int_equal(json_array_size(json_object_get(scene_first(b, "report"), "object_refs")), 1);
    json_decref(b);
}

static int full(void *state, struct hw_span span, struct hw_error *err)
{
    (void)state;
    (void)span;
    return hw_fail(err, HW_E_IO, "the disk is full");
}

static void what_cannot_be_written_is_said(void **state)
{
    struct hw_teller t = {.put = full};
    struct hw_error err;
    (void)state;
    assert_int_equal(hw_tell_report_stix(&t, &s.r, &err), HW_E_IO);
    assert_int_equal(hw_tell_report_misp(&t, &s.r, &err), HW_E_IO);
    assert_int_equal(hw_tell_report_flow(&t, &s.r, &err), HW_E_IO);
    assert_int_equal(hw_tell_report_csaf(&t, &s.r, &err), HW_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_object_keeps_the_rules_of_the_standard, plain),
        {"and_so_with_names_made_to_deceive", every_object_keeps_the_rules_of_the_standard, hostile,
         NULL, NULL},
        cmocka_unit_test_setup(the_report_refers_to_all_but_itself, plain),
        cmocka_unit_test_setup(only_met_payloads_that_nobody_shares_are_indicators, plain),
        cmocka_unit_test_setup(a_sighting_counts_findings_and_names_the_organisation, plain),
        cmocka_unit_test_setup(observables_have_the_ids_that_others_compute, plain),
        cmocka_unit_test_setup(a_step_says_how_sure_it_is_and_a_rejected_one_is_disputed, plain),
        cmocka_unit_test_setup(judgements_keep_their_numbers_and_refusals_are_neutral, plain),
        cmocka_unit_test_setup(techniques_are_those_that_a_finding_names, plain),
        cmocka_unit_test_setup(nobody_is_named, plain),
        cmocka_unit_test_setup(a_marking_is_on_every_object_of_ours_and_none_where_none_is_given,
                               plain),
        cmocka_unit_test_setup(the_same_answer_gives_the_same_bytes_and_later_ones_the_same_ids,
                               plain),
        cmocka_unit_test_setup(names_made_to_deceive_stay_text, hostile),
        cmocka_unit_test_setup(a_fleet_is_folded_and_the_bundle_stays_small, plain),
        cmocka_unit_test_setup(a_report_of_nothing_is_a_bundle_still, plain),
        cmocka_unit_test_setup(what_cannot_be_written_is_said, plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
