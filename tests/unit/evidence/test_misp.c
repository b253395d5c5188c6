/* SPDX-License-Identifier: Apache-2.0 */
/* MISP events: what is said of them, by whom, since when, and which of it may alert. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "build_misp.h"
#include "evidence/knowledge/misp.h"
#include "exam.h"
#include "sweep.h"

#define SHA1 "93b2ac1e1dc0ad4b1f7e1e6b9a5b8a3f1c2d3e4f"
#define SHA256 "3f2a1b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708"

static struct hw_told t;
static struct hw_buf doc, atts, objs;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_buf_init(&doc, 64 << 20);
    hw_buf_init(&atts, 64 << 20);
    hw_buf_init(&objs, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&doc);
    hw_buf_done(&atts);
    hw_buf_done(&objs);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

static void read_as(enum build_misp_as as)
{
    hw_buf_clear(&doc);
    build_misp(&doc, hw_buf_text(&atts), hw_buf_text(&objs), as);
    hw_told_examine(&t, doc.p, doc.n, NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(hw_told_has(&t, __VA_ARGS__, NULL))

static void every_form_of_document_says_the_same(void **state)
{
    (void)state;
    for (unsigned as = 0; as < BUILD_MISP_COUNT; as++) {
        build_misp_attribute(&atts, "sha256", SHA256, true, ",\"comment\":\"stage 1\"");
        build_misp_attribute(&atts, "domain", "evil.example", true, "");
        read_as((enum build_misp_as)as);
        HAS("artifact node=0", "format=misp");
        HAS("indicator", "line=1 kind=sha256 value=\"" SHA256 "\"",
            "label=\"A trojan in an update; stage 1; Some Group, tlp:white, type:OSINT\"",
            "role=payload", "source=\"Maker\"", "id=\"59f0a3c1-0000-4000-8000-000000000000\"",
            "published=1681983100000000000ns");
        HAS("indicator", "line=2 kind=domain value=\"evil.example\"");
        HAS("knowledge", "form=misp-event", "title=\"A trojan in an update\"",
            "entries=2 refused=0 ignored=0", "published=1681983000000000000ns");
        HAS("key=misp.to-ids number=2");
        assert_int_equal(t.anomalies, 0);
        again();
    }
}

static void what_is_not_for_detection_is_context(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "sha1", SHA1, false, "");
    build_misp_attribute(&atts, "ip-dst", "198.51.100.7", false, "");
    build_misp_attribute(&atts, "link", "https://blog.example/post", true, "");
    build_misp_attribute(&atts, "md5", "d41d8cd98f00b204e9800998ecf8427e", true,
                         ",\"comment\":\"Legitimate file\"");
    build_misp_attribute(&atts, "sha256", SHA256, true, "");
    read_as(BUILD_MISP_EVENT);
    HAS("kind=sha1", "role=context");
    HAS("kind=address", "role=context");
    HAS("kind=other", "role=context");
    HAS("kind=md5", "role=context");
    HAS("kind=sha256", "role=payload");
    HAS("entries=5 refused=0 ignored=1");
}

static void old_releases_write_truth_as_numbers(void **state)
{
    (void)state;
    hw_buf_str(&atts, "{\"type\":\"sha1\",\"to_ids\":\"1\",\"value\":\"" SHA1 "\"},"
                      "{\"type\":\"sha256\",\"to_ids\":0,\"value\":\"" SHA256 "\"},"
                      "{\"type\":\"md5\",\"value\":\"0123456789abcdef0123456789abcdef\"}");
    read_as(BUILD_MISP_EVENT);
    HAS("kind=sha1", "role=payload");
    HAS("kind=sha256", "role=context");
    HAS("kind=md5", "role=payload"); /* nobody said that it is not */
    HAS("key=misp.to-ids number=1");
}

static void composites_are_two_values_of_one_line(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "filename|sha1", "a b.exe|" SHA1, true, "");
    build_misp_attribute(&atts, "malware-sample", "x.dll|0123456789abcdef0123456789abcdef", true,
                         "");
    build_misp_attribute(&atts, "domain|ip", "Evil[.]example|198.51.100.7", true, "");
    build_misp_attribute(&atts, "ip-dst|port", "198.51.100.8|443", true, "");
    build_misp_attribute(&atts, "hostname|port", "c2.evil.example|8080", true, "");
    build_misp_attribute(&atts, "regkey|value", "HKLM\\\\Run|a|b", true, "");
    build_misp_attribute(&atts, "filename|ssdeep", "n.exe|3:a:b", true, "");
    read_as(BUILD_MISP_EVENT);
    HAS("line=1 kind=filename value=\"a b.exe\"", "role=context");
    HAS("line=1 kind=sha1 value=\"" SHA1 "\"", "role=payload");
    HAS("line=2 kind=filename value=\"x.dll\"");
    HAS("line=2 kind=md5 value=\"0123456789abcdef0123456789abcdef\"", "role=payload");
    HAS("line=3 kind=domain value=\"evil.example\"");
    HAS("line=3 kind=address value=\"198.51.100.7\"");
    HAS("line=4 kind=address value=\"198.51.100.8\"");
    HAS("line=5 kind=domain value=\"c2.evil.example\"");
    HAS("line=6 kind=other", "|a|b\"");
    HAS("line=7 kind=other value=\"3:a:b\"");
    HAS("entries=11 refused=0 ignored=2");
}

static void a_composite_cut_in_two_keeps_its_good_half(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "filename|sha1", "|" SHA1, true, "");
    build_misp_attribute(&atts, "filename|sha256", "only.exe", true, "");
    read_as(BUILD_MISP_EVENT);
    HAS("kind=sha1 value=\"" SHA1 "\"");
    HAS("kind=filename value=\"only.exe\"");
    HAS("entries=2 refused=2 ignored=0");
    HAS("line-refused", "entry 1: '': one of its two values is empty");
}

static void what_was_deleted_is_revoked(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "sha1", SHA1, true, ",\"deleted\":true");
    build_misp_attribute(&atts, "domain", "evil.example", true, ",\"deleted\":false");
    hw_buf_str(&objs, "{\"name\":\"file\",\"deleted\":\"1\",\"Attribute\":[{\"type\":\"sha256\","
                      "\"to_ids\":true,\"value\":\"" SHA256 "\"}]}");
    read_as(BUILD_MISP_EVENT);
    HAS("kind=sha1", "revoked=1681983100000000000ns");
    HAS("kind=sha256", "revoked=1681983000000000000ns");
    HAS_NOT("kind=domain", "revoked=");
}

static void objects_are_of_one_line(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "domain", "evil.example", true, "");
    hw_buf_str(&objs, "{\"name\":\"file\",\"Attribute\":["
                      "{\"type\":\"filename\",\"to_ids\":true,\"value\":\"a.exe\"},"
                      "{\"type\":\"sha1\",\"to_ids\":true,\"value\":\"" SHA1 "\"},"
                      "{\"type\":\"sha256\",\"to_ids\":true,\"value\":\"" SHA256 "\"}]}");
    read_as(BUILD_MISP_RESPONSE);
    HAS("line=1 kind=domain");
    HAS("line=2 kind=filename", "role=context");
    HAS("line=2 kind=sha1");
    HAS("line=2 kind=sha256");
    HAS("entries=4 refused=0 ignored=0");
}

static void last_seen_ends_hosts_and_not_files(void **state)
{
    static const char seen[] = ",\"first_seen\":\"2019-06-13T15:56:55.000000+0000\","
                               "\"last_seen\":\"2019-07-01T00:00:00+00:00\"";
    (void)state;
    build_misp_attribute(&atts, "sha1", SHA1, true, seen);
    build_misp_attribute(&atts, "ip-dst", "198.51.100.7", true, seen);
    build_misp_attribute(&atts, "url", "http://evil.example/a", true,
                         ",\"first_seen\":null,\"last_seen\":\"soon\"");
    read_as(BUILD_MISP_EVENT);
    HAS("kind=sha1", "from=1560441415000000000ns");
    HAS_NOT("kind=sha1", "until=");
    HAS("kind=address", "until=1561939200000000000ns");
    HAS("rule=bad-time", "1 times could not be read");
}

static void rules_are_kept_and_not_run(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "yara", "rule a { condition: true }", true, "");
    build_misp_attribute(&atts, "sigma", "title: x", false, "");
    read_as(BUILD_MISP_EVENT);
    HAS("pattern", "language=yara", "text=\"rule a { condition: true }\"", "refused=\"a rule");
    HAS("pattern", "language=sigma", "role=context");
    HAS("entries=2 refused=0");
}

static void a_search_for_attributes_is_read(void **state)
{
    static const char text[] =
        "{\"response\":{\"Attribute\":[{\"type\":\"sha1\",\"to_ids\":true,\"value\":\"" SHA1 "\","
        "\"Event\":{\"info\":\"From a search\"},\"Tag\":[{\"name\":\"own\"}]}]}}";
    (void)state;
    hw_told_examine(&t, text, strlen(text), NULL);
    HAS("kind=sha1", "label=\"From a search; own\"");
    HAS("form=misp-event", "entries=1");
}

static void several_events_are_told_apart(void **state)
{
    static const char text[] =
        "{\"response\":[{\"Event\":{\"info\":\"One\",\"threat_level_id\":\"1\",\"analysis\":\"0\","
        "\"Orgc\":{\"name\":\"A\"},\"Attribute\":[{\"type\":\"sha1\",\"to_ids\":true,"
        "\"value\":\"" SHA1 "\"}]}},{\"Event\":{\"Attribute\":[{\"type\":\"sha256\","
        "\"to_ids\":true,\"value\":\"" SHA256 "\"}],\"info\":\"Two\"}}]}";
    (void)state;
    hw_told_examine(&t, text, strlen(text), NULL);
    HAS("kind=sha1", "label=\"One\"", "source=\"A\"");
    HAS("kind=sha256", "label=\"Two\"");
    HAS_NOT("kind=sha256", "source=");
    HAS("key=misp.events number=2");
    HAS("title=\"One\"");
}

static void a_manifest_names_its_events(void **state)
{
    (void)state;
    build_misp_manifest(&doc);
    hw_told_examine(&t, doc.p, doc.n, NULL);
    HAS("form=misp-manifest", "entries=2 refused=0");
    HAS("key=misp.event text=\"5be1e65d-8198-497b-bdf5-5ec20a016219 2018-11-06 Another [Other]\"");
    assert_int_equal(hw_told_count(&t, "indicator node="), 0);
}

static void bad_elements_cost_themselves_only(void **state)
{
    (void)state;
    hw_buf_str(&atts, "7,{\"type\":\"sha1\"},{\"type\":\"sha1\",\"to_ids\":true,\"value\":\"zz\"},"
                      "{\"type\":tru},{\"type\":\"sha1\",\"to_ids\":true,\"value\":\"" SHA1 "\"}");
    hw_buf_str(&objs, "[],{\"Attribute\":7}");
    read_as(BUILD_MISP_EVENT);
    HAS("line=5 kind=sha1");
    HAS("entries=1 refused=4 ignored=0");
    HAS("entry 3: 'zz': not the 40 hex digits of a SHA-1");
    HAS("entry 4: ", "not JSON");
}

static void limits_hold(void **state)
{
    struct hw_limits few = {.items = 40};
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        build_misp_attribute(&atts, "sha1", "nothing", true, "");
    }
    read_as(BUILD_MISP_EVENT);
    HAS("entries=0 refused=3000");
    HAS("further ones; they are counted, and not listed");
    again();
    for (unsigned i = 0; i < 3000; i++) {
        build_misp_attribute(&atts, "sha1", SHA1, true, "");
    }
    build_misp(&doc, hw_buf_text(&atts), "", BUILD_MISP_EVENT);
    hw_told_examine(&t, doc.p, doc.n, &few);
    assert_true(hw_told_count(&t, "kind=sha1") < 40);
    HAS("the budget for this input ended here");
    assert_true(t.worst >= HW_BROKEN);
}

static void long_words_are_cut_and_values_are_not(void **state)
{
    char word[9000], more[9100];
    (void)state;
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    (void)snprintf(more, sizeof more, ",\"comment\":\"%s\"", word);
    build_misp_attribute(&atts, "sha1", SHA1, true, more);
    build_misp_attribute(&atts, "filename", word, true, "");
    read_as(BUILD_MISP_EVENT);
    HAS("kind=sha1", "label=\"A trojan in an update; wwww", "Some Group");
    HAS("entries=1 refused=1");
    HAS("longer than 2,048 bytes");
}

static void other_documents_are_not_events(void **state)
{
    static const char *const others[] = {
        "{\"Event\":{\"info\":\"x\"}}",
        "{\"Event\":[{\"info\":\"x\",\"analysis\":\"1\",\"threat_level_id\":\"1\"}]}",
        "{\"response\":[{\"event\":{}}]}",
        "{\"info\":\"x\",\"uuid\":\"72f7a401-5a65-4977-8f43-4c34dda37b2f\",\"Attribute\":[]}",
        "{\"72f7a401-5a65-4977-8f43-4c34dda37b2f\":{\"name\":\"x\"}}",
        "{\"duvelDetails\":{\"hashes\":[\"" SHA256 "\"]}}",
        "[]",
        "[7]",
        "{}",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t, "format=misp"), 0);
}

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE,
                                .lines = {{"form=misp-", "refused=0"}}};

static void events_survive_every_cut_and_damage(void **state)
{
    (void)state;
    build_misp_attribute(&atts, "filename|sha1", "a b.exe|" SHA1, true, ",\"comment\":\"\\u00e9\"");
    build_misp_attribute(&atts, "domain|ip", "evil.example|198.51.100.7", true, "");
    hw_buf_str(&objs, "{\"Attribute\":[{\"type\":\"sha256\",\"value\":\"" SHA256 "\"}]}");
    build_misp(&doc, hw_buf_text(&atts), hw_buf_text(&objs), BUILD_MISP_RESPONSE);
    hw_sweep_truncate(doc.p, doc.n, hw_told_whole, &whole);
    hw_sweep_mutate(doc.p, doc.n, 3000, 41, hw_told_whole, &whole);
    hw_buf_clear(&doc);
    build_misp_manifest(&doc);
    hw_sweep_truncate(doc.p, doc.n, hw_told_whole, &whole);
    hw_sweep_mutate(doc.p, doc.n, 1000, 43, hw_told_whole, &whole);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_form_of_document_says_the_same),
        CASE(what_is_not_for_detection_is_context),
        CASE(old_releases_write_truth_as_numbers),
        CASE(composites_are_two_values_of_one_line),
        CASE(a_composite_cut_in_two_keeps_its_good_half),
        CASE(what_was_deleted_is_revoked),
        CASE(objects_are_of_one_line),
        CASE(last_seen_ends_hosts_and_not_files),
        CASE(rules_are_kept_and_not_run),
        CASE(a_search_for_attributes_is_read),
        CASE(several_events_are_told_apart),
        CASE(a_manifest_names_its_events),
        CASE(bad_elements_cost_themselves_only),
        CASE(limits_hold),
        CASE(long_words_are_cut_and_values_are_not),
        CASE(other_documents_are_not_events),
        CASE(events_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("misp", tests, NULL, NULL);
}
