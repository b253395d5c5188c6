/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as an event of MISP: what a server demands of events, attributes and objects (MISP core
 * format 2.2, 2.4, 2.6), and that only what may be blocked is for machines.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "report_scene.h"

static struct scene s;
static json_t *doc;
static const json_t *event;

static void write_it(void)
{
    json_decref(doc);
    doc = scene_json(hw_tell_report_misp, &s);
    event = json_object_get(doc, "Event");
    assert_non_null(event);
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
    json_decref(doc);
    doc = NULL;
    return 0;
}

static const json_t *attribute(const char *type, const char *value)
{
    const json_t *a;
    size_t i;
    json_array_foreach(json_object_get(event, "Attribute"), i, a)
    {
        if (strcmp(scene_text(a, "type"), type) == 0 &&
            strcmp(scene_text(a, "value"), value) == 0) {
            return a;
        }
    }
    return NULL;
}

static void check_attribute(const json_t *a, bool of_object)
{
    static const char *const categories[] = {"Payload delivery", "Network activity", "Attribution",
                                             "Other"};
    bool known = false;
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
        known = known || strcmp(scene_text(a, "category"), categories[i]) == 0;
    }
    assert_true(known);
    assert_int_equal(strlen(scene_text(a, "uuid")), 36);
    assert_true(scene_text(a, "type")[0] != '\0' && scene_text(a, "value")[0] != '\0');
    assert_true(json_is_boolean(json_object_get(a, "to_ids")));
    assert_string_equal(scene_text(a, "distribution"), "5");
    assert_true(json_is_false(json_object_get(a, "deleted")));
    assert_true(of_object == (json_object_get(a, "object_relation") != NULL));
    assert_true(strcmp(scene_text(a, "first_seen"), scene_text(a, "last_seen")) <= 0);
}

static void an_event_has_all_that_a_server_demands(void **state)
{
    static const char *const keys[] = {
        "uuid", "info",      "date",         "threat_level_id", "analysis",
        "Orgc", "timestamp", "distribution", "published",       "publish_timestamp"};
    const json_t *a, *o;
    size_t i, k;
    (void)state;
    for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(json_object_get(event, keys[i]));
    }
    assert_string_equal(scene_text(event, "date"), "2023-03-28");
    assert_string_equal(scene_text(event, "threat_level_id"), "1");
    assert_string_equal(scene_text(event, "distribution"), "0");
    assert_true(json_is_false(json_object_get(event, "published")));
    json_array_foreach(json_object_get(event, "Attribute"), i, a)
    {
        check_attribute(a, false);
    }
    assert_true(i >= 12);
    json_array_foreach(json_object_get(event, "Object"), k, o)
    {
        assert_int_equal(strlen(scene_text(o, "template_uuid")), 36);
        assert_true(scene_text(o, "description")[0] != '\0'); /* 2.6 */
        assert_true(json_is_false(json_object_get(o, "deleted")));
        json_array_foreach(json_object_get(o, "Attribute"), i, a)
        {
            check_attribute(a, true);
        }
        assert_int_equal(i, 3);
    }
    assert_int_equal(k, 1); /* two findings of one file, one of them rejected */
}

static void only_payloads_that_may_be_blocked_are_for_machines(void **state)
{
    static const struct {
        const char *type, *value;
        bool detect;
    } wants[] = {{"sha256", SCENE_HASH, true},
                 {"domain", "c2.example", true},
                 {"url", "https://u.example/a'b\\c", true},
                 {"ip-dst", "2001:db8::7", true},
                 {"sha256", SCENE_CONTEXT, false},
                 {"domain", "shared.example", false}};
    const json_t *a;
    size_t i, detect = 0;
    (void)state;
    for (i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        a = attribute(wants[i].type, wants[i].value);
        assert_non_null(a);
        assert_true(json_is_true(json_object_get(a, "to_ids")) == wants[i].detect);
    }
    assert_null(attribute("domain", "unmet.example"));
    json_array_foreach(json_object_get(event, "Attribute"), i, a)
    {
        detect += json_is_true(json_object_get(a, "to_ids"));
    }
    assert_int_equal(detect, 4);
}

static void a_file_of_our_own_finding_is_not_for_machines_unless_published(void **state)
{
    (void)state;
    const json_t *o = json_array_get(json_object_get(event, "Object"), 0);
    const json_t *a = json_array_get(json_object_get(o, "Attribute"), 0);
    assert_string_equal(scene_text(a, "value"), SCENE_HASH);
    assert_true(json_is_true(json_object_get(a, "to_ids")));
    s.indicators[0].block = false;
    write_it();
    o = json_array_get(json_object_get(event, "Object"), 0);
    a = json_array_get(json_object_get(o, "Attribute"), 0);
    assert_true(json_is_false(json_object_get(a, "to_ids")));
}

static void tags_are_the_marking_and_the_grade_of_a_source(void **state)
{
    const json_t *a, *tag = json_array_get(json_object_get(event, "Tag"), 0);
    size_t i, graded = 0;
    (void)state;
    assert_string_equal(scene_text(tag, "name"), "tlp:amber+strict");
    json_array_foreach(json_object_get(event, "Attribute"), i, a)
    {
        const json_t *tags = json_object_get(a, "Tag");
        if (tags != NULL) {
            graded++;
            assert_string_equal(scene_text(json_array_get(tags, 0), "name"),
                                "admiralty-scale:source-reliability=\"b\"");
            assert_string_equal(scene_text(json_array_get(tags, 1), "name"),
                                "admiralty-scale:information-credibility=\"2\"");
        }
    }
    assert_int_equal(graded, 1);
}

static void names_made_to_deceive_stay_text(void **state)
{
    struct hw_buf out;
    (void)state;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_misp, &s, &out);
    scene_nothing_raw(hw_buf_span(&out));
    assert_false(hw_span_holds_nocase(hw_buf_span(&out), "acme\\\\jane"));
    hw_buf_done(&out);
}

static void the_same_answer_gives_the_same_bytes(void **state)
{
    struct hw_buf a, b;
    (void)state;
    hw_buf_init(&a, 64 << 20);
    hw_buf_init(&b, 64 << 20);
    scene_write(hw_tell_report_misp, &s, &a);
    scene_write(hw_tell_report_misp, &s, &b);
    assert_true(hw_span_equal(hw_buf_span(&a), hw_buf_span(&b)));
    hw_buf_done(&a);
    hw_buf_done(&b);
}

static void a_report_of_nothing_is_an_event_still(void **state)
{
    (void)state;
    memset(&s.r, 0, sizeof s.r);
    write_it();
    assert_string_equal(scene_text(event, "info"), "Headwater report");
    assert_int_equal(json_array_size(json_object_get(event, "Attribute")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_event_has_all_that_a_server_demands, plain, drop),
        {"and_so_with_names_made_to_deceive", an_event_has_all_that_a_server_demands, hostile, drop,
         NULL},
        cmocka_unit_test_setup_teardown(only_payloads_that_may_be_blocked_are_for_machines, plain,
                                        drop),
        cmocka_unit_test_setup_teardown(
            a_file_of_our_own_finding_is_not_for_machines_unless_published, plain, drop),
        cmocka_unit_test_setup_teardown(tags_are_the_marking_and_the_grade_of_a_source, plain,
                                        drop),
        cmocka_unit_test_setup_teardown(names_made_to_deceive_stay_text, hostile, drop),
        cmocka_unit_test_setup_teardown(the_same_answer_gives_the_same_bytes, plain, drop),
        cmocka_unit_test_setup_teardown(a_report_of_nothing_is_an_event_still, plain, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
