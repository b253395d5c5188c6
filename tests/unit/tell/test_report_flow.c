/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain as an Attack Flow 2.0: what leads where, what is sure and how, where it starts. The
 * published schema is held against it in test_report_schema.c.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "report_scene.h"

static struct scene s;
static json_t *flow;

static void write_it(void)
{
    json_decref(flow);
    flow = scene_json(hw_tell_report_flow, &s);
}

static int plain(void **state)
{
    (void)state;
    scene_make(&s, NULL);
    write_it();
    return 0;
}

static int hostile(void **state)
{
    (void)state;
    scene_make(&s, &scene_nasty);
    write_it();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    json_decref(flow);
    flow = NULL;
    return 0;
}

/* The action whose name holds " VERB ". */
static const json_t *action(const char *verb)
{
    char word[32];
    const json_t *o;
    size_t i;
    (void)snprintf(word, sizeof word, " %s ", verb);
    json_array_foreach(json_object_get(flow, "objects"), i, o)
    {
        if (strcmp(scene_text(o, "type"), "attack-action") == 0 &&
            strstr(scene_text(o, "name"), word) != NULL) {
            return o;
        }
    }
    fail_msg("no action %s", verb);
    return NULL;
}

static const char *leads_to(const json_t *o, const char *key, size_t n)
{
    const json_t *refs = json_object_get(o, key);
    assert_int_equal(json_array_size(refs), n);
    return n == 0 ? "" : json_string_value(json_array_get(refs, 0));
}

static void steps_are_actions_in_their_order(void **state)
{
    (void)state;
    assert_int_equal(scene_count(flow, "attack-flow"), 1);
    /* seven steps, of which one says who and one was rejected */
    assert_int_equal(scene_count(flow, "attack-action"), 5);
    const char *is = leads_to(action("contains"), "effect_refs", 1);
    assert_string_equal(is, scene_text(action("is"), "id"));
    /* the file came by two ways, and each may have been enough */
    const char * or = leads_to(action("is"), "effect_refs", 1);
    assert_string_equal(or, leads_to(action("wrote"), "effect_refs", 1));
    assert_string_equal(scene_text(scene_object(flow, or), "operator"), "OR");
    assert_string_equal(leads_to(scene_object(flow, or), "effect_refs", 1),
                        scene_text(action("ran"), "id"));
    assert_string_equal(leads_to(action("ran"), "effect_refs", 1),
                        scene_text(action("connected"), "id"));
    (void)leads_to(action("connected"), "effect_refs", 0);
}

static void what_nobody_recorded_the_beginning_of_is_behind_a_condition(void **state)
{
    const json_t *f = scene_first(flow, "attack-flow"), *starts = json_object_get(f, "start_refs");
    const json_t *c = scene_first(flow, "attack-condition");
    (void)state;
    assert_int_equal(json_array_size(starts), 2);
    assert_string_equal(json_string_value(json_array_get(starts, 0)),
                        scene_text(action("contains"), "id"));
    assert_string_equal(json_string_value(json_array_get(starts, 1)), scene_text(c, "id"));
    assert_string_equal(leads_to(c, "on_true_refs", 1), scene_text(action("wrote"), "id"));
    assert_non_null(strstr(scene_text(c, "description"), "not in the records"));
}

static void confidence_is_by_class_and_times_only_where_they_are_known(void **state)
{
    static const struct {
        const char *verb;
        int sure;
    } wants[] = {{"contains", 30}, {"is", 85}, {"wrote", 50}, {"ran", 95}, {"connected", 95}};
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        const json_t *a = action(wants[i].verb);
        assert_int_equal(json_integer_value(json_object_get(a, "confidence")), wants[i].sure);
        assert_true(strcmp(scene_text(a, "execution_start"), scene_text(a, "execution_end")) < 0);
        assert_non_null(json_object_get(a, "execution_end"));
    }
    assert_null(json_object_get(action("ran"), "execution_start"));
    assert_string_equal(scene_text(action("is"), "execution_start"), "2023-03-28T10:41:00.000Z");
}

static void a_technique_is_that_of_a_finding_about_the_same_record(void **state)
{
    (void)state;
    assert_string_equal(scene_text(action("wrote"), "technique_id"), "T1574.002"); /* record 7 */
    assert_null(json_object_get(action("ran"), "technique_id"));
}

static void assets_are_things_not_people(void **state)
{
    struct hw_buf out;
    (void)state;
    assert_int_equal(scene_count(flow, "attack-asset"), 6);
    assert_true(scene_holds(flow, "name", "session e-0000000000000006"));
    assert_true(scene_holds(flow, "name", "file app.dll"));
    assert_true(scene_holds(flow, "description", "on WS1, of Acme"));
    assert_true(scene_holds(flow, "description", "by it the chain came from Vendor to Acme"));
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_flow, &s, &out);
    assert_false(hw_span_holds_nocase(hw_buf_span(&out), "jane"));
    hw_buf_done(&out);
}

static void no_chain_is_a_flow_that_says_so(void **state)
{
    (void)state;
    s.r.chain = NULL;
    write_it();
    const json_t *f = scene_first(flow, "attack-flow");
    assert_int_equal(scene_count(flow, "attack-action"), 0);
    assert_int_equal(json_array_size(json_object_get(f, "start_refs")), 1);
    assert_true(scene_holds(flow, "description", "No chain is known"));
}

static void a_long_chain_is_cut_and_says_so(void **state)
{
    enum { MANY = 3000 };
    static struct hw_step steps[MANY];
    struct hw_buf out;
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        steps[i] = s.steps[0];
        steps[i].next = i + 1 < MANY ? &steps[i + 1] : NULL;
        (void)snprintf(steps[i].id, sizeof steps[i].id, "s-%016x", i);
        (void)snprintf(steps[i].from.id, sizeof steps[i].from.id, "e-%016x", i % 40);
        (void)snprintf(steps[i].to.id, sizeof steps[i].to.id, "e-%016x", (i + 1) % 40);
    }
    s.chain.steps = steps;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_flow, &s, &out);
    assert_true(out.n < 5000000);
    assert_true(hw_span_holds(hw_buf_span(&out), "2000 steps beyond the first 1000"));
    hw_buf_done(&out);
}

/* No ring: from every action the way ends. */
static unsigned depth(const char *id, unsigned left)
{
    const json_t *o = scene_object(flow, id), *one;
    size_t i;
    unsigned most = 0;
    assert_true(left > 0);
    assert_non_null(o);
    json_array_foreach(json_object_get(o, "effect_refs"), i, one)
    {
        unsigned d = depth(json_string_value(one), left - 1);
        most = d > most ? d : most;
    }
    return most + 1;
}

static void a_chain_that_comes_back_is_no_ring(void **state)
{
    (void)state;
    s.steps[4].to = s.steps[0].from;
    write_it();
    assert_int_equal(depth(scene_text(action("contains"), "id"), 50), 5);
}

static void names_made_to_deceive_stay_text(void **state)
{
    struct hw_buf out;
    (void)state;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_flow, &s, &out);
    scene_nothing_raw(hw_buf_span(&out));
    hw_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(steps_are_actions_in_their_order, plain, drop),
        cmocka_unit_test_setup_teardown(what_nobody_recorded_the_beginning_of_is_behind_a_condition,
                                        plain, drop),
        cmocka_unit_test_setup_teardown(confidence_is_by_class_and_times_only_where_they_are_known,
                                        plain, drop),
        cmocka_unit_test_setup_teardown(a_technique_is_that_of_a_finding_about_the_same_record,
                                        plain, drop),
        cmocka_unit_test_setup_teardown(assets_are_things_not_people, plain, drop),
        cmocka_unit_test_setup_teardown(no_chain_is_a_flow_that_says_so, plain, drop),
        cmocka_unit_test_setup_teardown(a_long_chain_is_cut_and_says_so, plain, drop),
        cmocka_unit_test_setup_teardown(a_chain_that_comes_back_is_no_ring, plain, drop),
        cmocka_unit_test_setup_teardown(names_made_to_deceive_stay_text, hostile, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
