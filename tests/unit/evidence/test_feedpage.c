/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/feedpage.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_FEED;
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void read_text(const char *text)
{
    hw_told_examine(&t, text, strlen(text), NULL);
}

static const char manifest[] =
    "{\"5f3a0000-1111-4222-8333-000000000001\": {\"info\": \"one\", \"timestamp\": "
    "\"1600000000\"},\n"
    " \"5F3A0000-1111-4222-8333-000000000002\": {\"timestamp\": 1600000001, \"Tag\": []}}";
static const char discovery[] =
    "{\"title\": \"x\", \"api_roots\": [\"/api1/\", \"https:\\/\\/b.example\\/api\\/\"]}";
static const char collections[] =
    "{\"collections\": [{\"id\": \"91a7b528-80eb-42ed-a74d-c6fbd5a26116\", \"can_read\": true},"
    "{\"id\": \"91a7b528-80eb-42ed-a74d-c6fbd5a26117\", \"can_read\": false},"
    "{\"title\": \"no id\"}]}";
static const char envelope[] = "{\"more\": true, \"next\": \"p\\u0032\", \"objects\": [{\"type\": "
                               "\"indicator\", \"x\": \"]\"}]}";

static void feed_manifest_names_events_and_when_they_changed(void **state)
{
    (void)state;
    read_text(manifest);
    HAS("artifact node=0", "format=feed-page");
    HAS("feed.kind", "misp-manifest");
    HAS("feed.event", "5f3a0000-1111-4222-8333-000000000001 1600000000");
    HAS("feed.event", "5f3a0000-1111-4222-8333-000000000002 1600000001");
    assert_int_equal(hw_told_count(&t, "feed.event"), 2);
    assert_int_equal(t.anomalies, 0);
}

static void feed_event_without_a_time_costs_only_itself(void **state)
{
    (void)state;
    read_text("{\"5f3a0000-1111-4222-8333-000000000001\": {\"timestamp\": \"soon\"},"
              " \"5f3a0000-1111-4222-8333-000000000002\": {\"timestamp\": \"7\"}}");
    assert_int_equal(hw_told_count(&t, "feed.event"), 1);
    HAS("000000000002 7");
    assert_int_equal(t.anomalies, 1);
}

static void feed_taxii_pages_say_what_is_below_them(void **state)
{
    (void)state;
    read_text(discovery);
    HAS("feed.kind", "taxii-discovery");
    HAS("feed.root", "/api1/");
    HAS("feed.root", "https://b.example/api/");
    again();
    read_text("{\"title\": \"r\", \"versions\": [\"application/taxii+json;version=2.1\"],"
              "\"max_content_length\": 1}");
    HAS("feed.kind", "taxii-root");
    again();
    read_text(collections);
    HAS("feed.kind", "taxii-collections");
    HAS("feed.collection", "91a7b528-80eb-42ed-a74d-c6fbd5a26116");
    assert_int_equal(hw_told_count(&t, "91a7b528"), 1);
    assert_int_equal(t.anomalies, 1); /* the one without an id */
}

static void feed_envelope_says_where_its_objects_lie(void **state)
{
    char off[48], bytes[48];
    (void)state;
    read_text(envelope);
    HAS("feed.kind", "taxii-envelope");
    HAS("feed.next", "p2");
    const char *objects = strchr(envelope, '[');
    (void)snprintf(off, sizeof off, "number=%zu", (size_t)(objects - envelope));
    (void)snprintf(bytes, sizeof bytes, "number=%zu", strlen(objects) - 1);
    HAS("feed.objects ", off);
    HAS("feed.objects-bytes", bytes);
    HAS("feed.more", "number=1");
    again();
    read_text("{}");
    HAS("feed.kind", "taxii-envelope");
    assert_int_equal(hw_told_count(&t, "feed.objects"), 0);
}

static void feed_pages_are_no_knowledge_and_knowledge_is_no_page(void **state)
{
    static const char *const others[] = {
        "{\"type\": \"bundle\", \"id\": \"bundle--1\", \"objects\": []}", "[]", "",
        "{\"Event\": {\"uuid\": \"5f3a0000-1111-4222-8333-000000000001\"}}", "sha256\n00\n"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        read_text(others[i]);
        assert_int_equal(hw_told_count(&t, "feed."), 0);
        again();
    }
    t.reading = HW_READ_KNOWLEDGE;
    read_text(manifest);
    assert_int_equal(hw_told_count(&t, "feed."), 0);
}

static void feed_limits_hold(void **state)
{
    struct hw_buf b;
    (void)state;
    hw_buf_init(&b, 32 << 20);
    for (unsigned i = 0; i < HW_FEEDPAGE_EVENTS_MAX + 2; i++) {
        hw_buf_printf(&b, "%c\"5f3a0000-1111-4222-8333-%012u\":{\"timestamp\":1}",
                      i == 0 ? '{' : ',', i);
    }
    hw_buf_char(&b, '}');
    t.quiet = false;
    hw_told_examine(&t, b.p, b.n, NULL);
    assert_int_equal(hw_told_count(&t, "feed.event"), HW_FEEDPAGE_EVENTS_MAX);
    HAS("over-budget");
    again();
    hw_buf_clear(&b);
    hw_buf_str(&b, "{\"more\":true,\"objects\":[],\"next\":\"");
    for (unsigned i = 0; i < HW_FEEDPAGE_TEXT_BYTES; i++) {
        hw_buf_char(&b, 'n');
    }
    hw_buf_str(&b, "\"}");
    hw_told_examine(&t, b.p, b.n, NULL);
    assert_int_equal(hw_told_count(&t, "feed.next"), 1); /* the words about it */
    HAS("feed.next is too long");
    hw_buf_done(&b);
}

/* Sound: whole, and one of the pages. */
static struct hw_whole whole = {.reading = HW_READ_FEED, .once = "feed.kind"};

static void feed_survives_every_cut_and_damage(void **state)
{
    static const char *const pages[] = {manifest, discovery, collections, envelope};
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        const uint8_t *p = (const uint8_t *)pages[i];
        hw_sweep_truncate(p, strlen(pages[i]), hw_told_whole, &whole);
        hw_sweep_mutate(p, strlen(pages[i]), 300, 41 + i, hw_told_whole, &whole);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(feed_manifest_names_events_and_when_they_changed),
        CASE(feed_event_without_a_time_costs_only_itself),
        CASE(feed_taxii_pages_say_what_is_below_them),
        CASE(feed_envelope_says_where_its_objects_lie),
        CASE(feed_pages_are_no_knowledge_and_knowledge_is_no_page),
        CASE(feed_limits_hold),
        CASE(feed_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("feedpage", tests, NULL, NULL);
}
