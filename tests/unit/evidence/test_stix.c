/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of STIX: what becomes a value, what a rule, what is only counted; versions, makers,
 * markings; and every cut and damage.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_behaviour.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b;

#define U1 "11111111-1111-4111-8111-111111111111"
#define U2 "22222222-2222-4222-8222-222222222222"
#define U3 "33333333-3333-4333-8333-333333333333"
#define U4 "44444444-4444-4444-8444-444444444444"
#define HASH "7986bbaee8940da11ce089383521ab420c443ab7b15ed42aed91fd31ce833896"

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_buf_init(&b, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    return 0;
}

#define HAS(...)                                                                                   \
    if (!hw_told_has(&t, __VA_ARGS__, NULL)) {                                                     \
        fail_msg("no such line in:\n%s", hw_buf_text(&t.lines));                                   \
    }

/* A bundle of these objects, each as it is written. */
static void bundle(const char *objects)
{
    hw_buf_clear(&b);
    hw_buf_printf(&b, "{\"type\":\"bundle\",\"id\":\"bundle--" U1 "\",\"objects\":[%s]}", objects);
}

static void read_bundle(const char *objects)
{
    bundle(objects);
    hw_told_examine(&t, b.p, b.n, NULL);
}

#define INDICATOR(uuid, more, pattern)                                                             \
    "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--" uuid "\",\"created\":" \
    "\"2023-03-30T10:00:00.000Z\",\"modified\":\"2023-03-31T10:00:00.000Z\"," more                 \
    "\"pattern_type\":\"stix\",\"valid_from\":\"2023-03-22T00:00:00Z\",\"pattern\":\"" pattern     \
    "\"}"

static void values_of_a_pattern_become_indicators(void **state)
{
    (void)state;
    read_bundle(INDICATOR(U1, "\"name\":\"evil\",\"valid_until\":\"2024-01-01T00:00:00Z\",",
                          "[file:hashes.'SHA-256' = '" HASH "' OR domain-name:value IN "
                          "('Bad.Example', 'worse.example')] OR [url:value = "
                          "'http://c.example/x'] OR [ipv4-addr:value = '198.51.100.7']"));
    HAS("format=stix ");
    HAS("indicator node=0 line=1 kind=sha256 value=\"" HASH "\"", "label=\"evil\"",
        "from=1679443200000000000ns", "until=1704067200000000000ns",
        "published=1680170400000000000ns", "id=\"indicator--" U1 "\"", "role=payload");
    HAS("kind=domain value=\"bad.example\"");
    HAS("kind=url value=\"http://c.example/x\"");
    HAS("kind=address value=\"198.51.100.7\"");
    HAS("form=stix entries=5 refused=0");
    assert_int_equal(hw_told_count(&t, "pattern node="), 0);
}

static void hashes_of_one_file_are_each_its_own_and_its_name_is_context(void **state)
{
    (void)state;
    read_bundle(INDICATOR(U1, "",
                          "[file:hashes.MD5 = '0123456789abcdef0123456789abcdef' AND "
                          "file:hashes.'SHA-256' = '" HASH "' AND file:name = 'd3dcompiler.dll']"));
    HAS("kind=md5", "role=payload");
    HAS("kind=sha256", "role=payload");
    HAS("kind=filename", "role=context");
    assert_int_equal(hw_told_count(&t, "pattern node="), 0);
}

static void every_other_pattern_becomes_a_program(void **state)
{
    (void)state;
    read_bundle(INDICATOR(
        U1, "\"name\":\"both\",\"labels\":[\"x\"],",
        "[domain-name:value = 'a.example' AND "
        "domain-name:resolves_to_refs[*].value = '198.51.100.7']") "," INDICATOR(U2, "",
                                                                                 "[process:command_"
                                                                                 "line MATCHES "
                                                                                 "'rundll32.+,"
                                                                                 "Start$'] "
                                                                                 "FOLLOWEDBY "
                                                                                 "[network-traffic:"
                                                                                 "dst_port = 443] "
                                                                                 "WITHIN 300 "
                                                                                 "SECONDS"));
    HAS("pattern node=0 line=1 language=stix", "title=\"both\"", "program=", "tags=\"x\"",
        "log=\"domain-name\"");
    HAS("pattern node=0 line=2 language=stix", "log=\"process network-traffic\"");
    assert_int_equal(hw_told_count(&t, "indicator node=0"), 0);
}

static void what_cannot_be_compiled_is_kept_and_counted(void **state)
{
    (void)state;
    read_bundle(INDICATOR(U1, "", "[file:name = 'a]") "," INDICATOR(
        U2, "",
        "[domain-name:value = 'two words.example']") "," INDICATOR(U3, "",
                                                                   "[file:name MATCHES "
                                                                   "'(?=a)']") ",{\"type\":"
                                                                               "\"indicator\","
                                                                               "\"id\":"
                                                                               "\"indicator-"
                                                                               "-" U4
                                                                               "\",\"pattern_"
                                                                               "type\":"
                                                                               "\"snort\","
                                                                               "\"pattern\":"
                                                                               "\"alert "
                                                                               "tcp\"},7,{"
                                                                               "\"id\":\"x\"}");
    HAS("pattern node=0 line=1", "refused=\"a text without its closing quote\"");
    HAS("pattern node=0 line=3", "refused=");
    HAS("rule=line-refused", "entry 2: 'two words.example'");
    HAS("rule=line-refused", "entry 4: 'snort'");
    HAS("rule=line-refused", "entry 5: ");
    HAS("rule=line-refused", "entry 6: ");
    HAS("form=stix entries=2 refused=6");
}

static void the_newest_version_of_an_indicator_stands_wherever_it_is(void **state)
{
    (void)state;
    read_bundle("{\"type\":\"indicator\",\"id\":\"indicator--" U1
                "\",\"modified\":\"2023-05-01T00:00:00Z\",\"revoked\":true,\"created\":"
                "\"2023-01-01T00:00:00Z\",\"pattern\":\"[domain-name:value = 'new.example']\"},"
                "{\"type\":\"indicator\",\"id\":\"indicator--" U1
                "\",\"modified\":\"2023-04-01T00:00:00Z\",\"created\":\"2023-01-01T00:00:00Z\","
                "\"pattern\":\"[domain-name:value = 'old.example']\"}");
    HAS("value=\"new.example\"", "revoked=1682899200000000000ns");
    assert_int_equal(hw_told_count(&t, "old.example"), 0);
    HAS("entries=1 refused=0 ignored=1");
}

static void makers_markings_and_what_is_indicated_may_stand_behind(void **state)
{
    (void)state;
    read_bundle(INDICATOR(
        U1,
        "\"name\":\"n\",\"created_by_ref\":\"identity--" U2
        "\",\"object_marking_refs\":[\"marking-definition--55d920b0-5e8b-4f79-9ee9-"
        "91f868d9b421\",\"marking-definition--" U4 "\"],",
        "[domain-name:value = 'a.example']") ",{\"type\":\"relationship\",\"id\":"
                                             "\"relationship--" U3 "\",\"relationship_type\":"
                                             "\"indicates\",\"source_ref\":"
                                             "\"indicator--" U1 "\",\"target_ref\":\"malware--" U3
                                             "\"},{\"type\":\"malware\",\"id\":"
                                             "\"malware--" U3 "\",\"name\":\"Ta\\u0078hell\"},{"
                                             "\"type\":\"identity\",\"id\":"
                                             "\"identity--" U2 "\",\"name\":\"A "
                                             "\\\"Team\\\"\"},{\"type\":\"marking-definition\","
                                             "\"id\":\"marking-definition--" U4
                                             "\",\"name\":\"House rules\"},{\"type\":\"report\","
                                             "\"id\":\"report--" U1 "\",\"name\":\"The report\"}");
    HAS("label=\"n; indicates Taxhell; TLP:AMBER; House rules\"", "source=\"A \\\"Team\\\"\"");
    HAS("knowledge node=0", "title=\"The report\"", "entries=2 refused=0 ignored=4");
    HAS("key=stix.malware number=1");
}

static void what_is_called_harmless_or_was_only_observed_is_context(void **state)
{
    (void)state;
    read_bundle(INDICATOR(
        U1, "\"indicator_types\":[\"benign\"],",
        "[domain-name:value = 'a.example']") "," INDICATOR(U2,
                                                           "\"labels\":[\"anomalous-activity\"],",
                                                           "[process:pid = 4]") ",{\"type\":"
                                                                                "\"observed-data\","
                                                                                "\"id\":\"observed-"
                                                                                "data--" U3
                                                                                "\",\"objects\":{"
                                                                                "\"0\":{\"type\":"
                                                                                "\"file\",\"name\":"
                                                                                "\"x.exe\","
                                                                                "\"hashes\":{\"SHA-"
                                                                                "256\":\"" HASH
                                                                                "\"}}}},{\"type\":"
                                                                                "\"ipv4-addr\","
                                                                                "\"id\":\"ipv4-"
                                                                                "addr--" U4
                                                                                "\",\"value\":"
                                                                                "\"198.51.100."
                                                                                "9\"}");
    assert_int_equal(hw_told_count(&t, "role=context"), 5);
    assert_int_equal(hw_told_count(&t, "role=payload"), 0);
    HAS("kind=sha256", "role=context");
    HAS("kind=address value=\"198.51.100.9\"");
}

static void a_document_is_known_in_every_shape(void **state)
{
    static const char *const shapes[] = {
        "[%s]",
        "{\"more\":false,\"objects\":[%s]}",
        "%s",
        "{\"objects\":[%s],\"spec_version\":\"2.0\",\"type\":\"bundle\",\"id\":\"bundle--1\"}",
        "\xef\xbb\xbf [%s]",
    };
    static const char one[] = INDICATOR(U1, "", "[domain-name:value = 'a.example']");
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        hw_buf_clear(&b);
        const char *at = strstr(shapes[i], "%s");
        hw_buf_bytes(&b, shapes[i], (size_t)(at - shapes[i]));
        hw_buf_str(&b, one);
        hw_buf_str(&b, at + 2);
        hw_told_done(&t);
        hw_told_init(&t);
        hw_told_examine(&t, b.p, b.n, NULL); /* nobody said that it is knowledge */
        HAS("format=stix ");
        HAS("value=\"a.example\"");
    }
}

static void other_json_is_none_of_it(void **state)
{
    static const char *const others[] = {
        "{\"type\":\"bundle\",\"id\":\"x\",\"objects\":[]}",
        "{\"type\":\"module\",\"id\":\"module--1\"}",
        "[{\"type\":\"a\"}]",
        "{\"objects\":[{\"type\":\"x\",\"id\":\"y\"}]}",
        "{\"type\":7,\"id\":[]}",
        "{}",
        "[]",
        "bundle",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t, "format=stix"), 0);
}

static void attack_is_named_as_such(void **state)
{
    (void)state;
    read_bundle("{\"type\":\"x-mitre-collection\",\"id\":\"x-mitre-collection--" U1
                "\",\"name\":\"Enterprise ATT&CK\"},{\"type\":\"attack-pattern\",\"id\":"
                "\"attack-pattern--" U2 "\",\"name\":\"T\",\"x_mitre_version\":\"1.0\"}");
    HAS("title=\"Enterprise ATT&CK\"", "entries=1 refused=0 ignored=1");
    read_bundle("{\"type\":\"campaign\",\"id\":\"campaign--" U2
                "\",\"name\":\"T\",\"x_mitre_version\":\"1.0\"}");
    HAS("title=\"ATT&CK\"");
}

static void a_large_bundle_is_read_in_the_same_memory(void **state)
{
    (void)state;
    hw_buf_clear(&b);
    hw_buf_str(&b, "{\"type\":\"bundle\",\"id\":\"bundle--" U1 "\",\"objects\":[");
    for (unsigned i = 0; i < 60000; i++) {
        hw_buf_printf(&b,
                      "%s{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--"
                      "%08x-1111-4111-8111-111111111111\",\"created\":\"2023-03-30T10:00:00Z\","
                      "\"modified\":\"2023-03-30T10:00:00Z\",\"description\":\"%0200u\","
                      "\"pattern\":\"[domain-name:value = 'h%u.example']\",\"pattern_type\":"
                      "\"stix\",\"valid_from\":\"2023-03-30T10:00:00Z\"}",
                      i == 0 ? "" : ",", i, i, i);
    }
    hw_buf_str(&b, "]}");
    assert_true(hw_buf_ok(&b));
    t.quiet = true;
    hw_told_examine(&t, b.p, b.n, NULL);
    assert_int_equal(t.anomalies, 0);
    assert_true(t.facts > 60000);
}

static void a_bundle_cut_short_gives_what_is_there(void **state)
{
    (void)state;
    bundle(INDICATOR(U1, "", "[domain-name:value = 'a.example']") "," INDICATOR(
        U2, "", "[domain-name:value = 'b.example']"));
    hw_told_examine(&t, b.p, b.n - 40, NULL);
    HAS("value=\"a.example\"");
    HAS("rule=bad-encoding");
    HAS("degree=broken");
}

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE,
                                .lines = {{"format=stix "}, {"entries=7 refused=0"}}};

static void stix_survives_every_cut_and_damage(void **state)
{
    (void)state;
    bundle(INDICATOR(
        U1, "\"created_by_ref\":\"identity--" U2 "\",",
        "[file:hashes.'SHA-256' = '" HASH "' OR domain-name:value IN ('a.example', "
        "'b.example')]") "," INDICATOR(U3, "",
                                       "([process:name MATCHES 'a+'] FOLLOWEDBY [file:size > 4]) "
                                       "WITHIN 5 SECONDS") ",{\"type\":"
                                                           "\"identity\","
                                                           "\"id\":\""
                                                           "identity--" U2
                                                           "\",\"name\":\"X\"},{\"type\":\"file\","
                                                           "\"id\":\"file--" U4
                                                           "\",\"name\":\"n.exe\","
                                                           "\"hashes\":{\"MD5\":"
                                                           "\"0123456789abcdef0123456789abcdef\","
                                                           "\"SHA-1\":"
                                                           "\"0123456789abcdef0123456789abcdef01234"
                                                           "567\"}}");
    assert_true(hw_told_whole(b.p, b.n, &whole));
    hw_sweep_truncate(b.p, b.n, hw_told_whole, &whole);
    hw_sweep_mutate(b.p, b.n, 3000, 41, hw_told_whole, &whole);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
/* ---- who does what ---- */

#define UU(n) "00000000-0000-4000-8000-00000000000" n

static void who_uses_what_is_said_with_numbers_sources_and_dates(void **state)
{
    (void)state;
    hw_told_examine(&t, build_attack, strlen(build_attack), NULL);
    HAS("form=stix title=\"ATT&CK\" entries=15 refused=0 ignored=2");
    HAS("behaviour node=0 line=1 relation=uses doer=group who=\"Quiet Heron\" who-id=\"G9001\" "
        "who-ref=\"intrusion-set--" UU("2") "\" deed=technique what=\"Link & Lure\" "
                                            "what-id=\"T1566.002\" what-ref=\"attack-pattern--" UU(
                                                "6") "\" source=\"The Maker\"",
        /* the first of them was surely published when its year was over */
        "cited=1640995199999999999ns published=1577836800000000000ns id=");
    HAS("cites=\"Lab Two 2022\\x0aLab One 2021\"");
    HAS("relation=uses doer=campaign who=\"Long Wade\" who-id=\"C9001\"",
        "deed=malware what=\"WADER\" what-id=\"S9001\"",
        "from=1651363200000000000ns until=1654041600000000000ns");
    HAS("relation=attributed-to doer=campaign who=\"Long Wade\"", "deed=group",
        "what-id=\"G9001\"");
    HAS("relation=subtechnique-of", "who-id=\"T1566.002\"", "what-id=\"T1566\"");
    HAS("key=behaviour.groups number=1");
    HAS("key=behaviour.campaigns number=1");
    HAS("key=behaviour.software number=1");
    HAS("key=behaviour.techniques number=2");
    HAS("key=behaviour.uses number=3");
    assert_int_equal(t.anomalies, 0);
}

static void each_name_is_a_claim_with_its_own_sources(void **state)
{
    (void)state;
    hw_told_examine(&t, build_attack, strlen(build_attack), NULL);
    HAS("relation=also-called doer=group who=\"Quiet Heron\" who-id=\"G9001\"", "what=\"GROUP-7\"",
        "cites=\"Lab One 2021\\x0aLab Three\" cited=1622505599999999999ns");
    HAS("relation=also-called doer=group who=\"Quiet Heron\"", "what=\"Quiet Heron\"");
    HAS("relation=also-called doer=malware who=\"WADER\"", "what=\"Wade\"");
    assert_int_equal(hw_told_count(&t, "relation=also-called"), 9);
}

static void what_was_taken_back_or_retired_says_so_at_every_end(void **state)
{
    (void)state;
    hw_told_examine(&t, build_attack, strlen(build_attack), NULL);
    HAS("relation=revoked-by doer=group who=\"Old Heron\" who-id=\"G9000\"", "what-id=\"G9001\"",
        "revoked=1680307200000000000ns");
    HAS("relation=uses", "what-id=\"T1063\"", "revoked=1680307200000000000ns");
    HAS("relation=also-called", "what=\"Gone\"", "revoked=1680307200000000000ns");
    assert_int_equal(hw_told_count(&t, "revoked="), 4);
}

static void of_two_versions_of_a_relationship_or_group_the_newer_stands(void **state)
{
    (void)state;
    read_bundle("{\"type\":\"relationship\",\"id\":\"relationship--" U1 "\",\"modified\":"
                "\"2023-01-02T00:00:00Z\",\"revoked\":true,\"relationship_type\":\"uses\","
                "\"source_ref\":\"intrusion-set--" U2 "\",\"target_ref\":\"tool--" U3 "\"},"
                "{\"type\":\"relationship\",\"id\":\"relationship--" U1 "\",\"modified\":"
                "\"2023-01-01T00:00:00Z\",\"relationship_type\":\"uses\","
                "\"source_ref\":\"intrusion-set--" U2 "\",\"target_ref\":\"tool--" U3 "\"},"
                "{\"type\":\"intrusion-set\",\"id\":\"intrusion-set--" U2 "\",\"modified\":"
                "\"2023-01-02T00:00:00Z\",\"name\":\"New\"},"
                "{\"type\":\"intrusion-set\",\"id\":\"intrusion-set--" U2 "\",\"modified\":"
                "\"2023-01-01T00:00:00Z\",\"name\":\"Old\"}");
    HAS("form=stix entries=2 refused=0 ignored=2");
    HAS("relation=uses doer=group who=\"New\"", "revoked=1672617600000000000ns");
    assert_int_equal(hw_told_count(&t, "\"Old\""), 0);
}

static void relationships_without_ends_or_between_others_say_nothing(void **state)
{
    (void)state;
    read_bundle("{\"type\":\"relationship\",\"id\":\"relationship--" U1
                "\",\"relationship_type\":\"uses\",\"source_ref\":\"tool--" U2 "\"},"
                "{\"type\":\"relationship\",\"id\":\"relationship--" U3
                "\",\"relationship_type\":\"uses\",\"source_ref\":\"identity--" U2
                "\",\"target_ref\":\"tool--" U2 "\"},"
                "{\"type\":\"relationship\",\"id\":\"relationship--" U4
                "\",\"relationship_type\":\"uses\",\"source_ref\":\"campaign--" U2
                "\",\"target_ref\":\"tool--" U2 "\"}");
    HAS("form=stix entries=1 refused=1 ignored=1");
    HAS("line-refused", "a relationship without its ends");
    HAS("relation=uses doer=campaign who-ref=\"campaign--" U2 "\" deed=tool what-ref=\"tool--" U2);
}

static struct hw_whole attack = {.reading = HW_READ_KNOWLEDGE,
                                 .lines = {{"relation=uses", "what-id=\"T1566.002\""},
                                           {"relation=attributed-to", "who-id=\"C9001\""}},
                                 .once = "what=\"GROUP-7\""};

static void behaviour_survives_truncation_and_mutation(void **state)
{
    (void)state;
    hw_sweep_truncate((const uint8_t *)build_attack, strlen(build_attack), hw_told_whole, &attack);
    hw_sweep_mutate((const uint8_t *)build_attack, strlen(build_attack), 3000, 20230430,
                    hw_told_whole, &attack);
}

static void names_and_citations_cost_no_square_of_their_number(void **state)
{
    (void)state;
    hw_buf_clear(&b);
    hw_buf_str(&b, "{\"type\":\"bundle\",\"id\":\"bundle--" U1 "\",\"objects\":[{\"type\":"
                   "\"tool\",\"id\":\"tool--" U2 "\",\"name\":\"T\",\"x_mitre_aliases\":[");
    for (unsigned i = 0; i < 50000; i++) {
        hw_buf_printf(&b, "%s\"n%u\"", i == 0 ? "" : ",", i);
    }
    hw_buf_str(&b, "],\"external_references\":[{\"source_name\":\"n1\",\"description\":\"");
    for (unsigned i = 0; i < 50000; i++) {
        hw_buf_printf(&b, "(Citation: c%u)", i % 1000);
    }
    hw_buf_str(&b, "\"}");
    for (unsigned i = 0; i < 50000; i++) {
        hw_buf_printf(&b, ",{\"source_name\":\"c%u\",\"description\":\"(2021)\"}", i);
    }
    hw_buf_str(&b, "]},{\"type\":\"tool\",\"id\":\"tool--" U3 "\",\"name\":\"S\"}]}");
    assert_true(hw_buf_ok(&b));
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("form=stix title=\"ATT&CK\" entries=1002 refused=1 ignored=0");
    HAS("line-refused", "entry 1", "more names than are read of one");
    HAS("what=\"n1\"", "cites=\"c0\\x0ac1", "cited=1640995199999999999ns");
    HAS("who=\"S\"");
}

/* As many as ATT&CK has, twice; each description as long as theirs. */
static void a_large_bundle_is_read_whole(void **state)
{
    (void)state;
    hw_buf_clear(&b);
    build_attack_many(&b, 300, 800, 120, 400);
    assert_true(hw_buf_ok(&b));
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("form=stix entries=37100 refused=0 ignored=0");
    HAS("key=behaviour.uses number=36000");
    HAS("who=\"Group 299\" who-id=\"G0299\"", "relation=uses", "cited=1620086399999999999ns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_of_a_pattern_become_indicators),
        CASE(hashes_of_one_file_are_each_its_own_and_its_name_is_context),
        CASE(every_other_pattern_becomes_a_program),
        CASE(what_cannot_be_compiled_is_kept_and_counted),
        CASE(the_newest_version_of_an_indicator_stands_wherever_it_is),
        CASE(makers_markings_and_what_is_indicated_may_stand_behind),
        CASE(what_is_called_harmless_or_was_only_observed_is_context),
        CASE(a_document_is_known_in_every_shape),
        CASE(other_json_is_none_of_it),
        CASE(attack_is_named_as_such),
        CASE(a_large_bundle_is_read_in_the_same_memory),
        CASE(a_bundle_cut_short_gives_what_is_there),
        CASE(stix_survives_every_cut_and_damage),
        CASE(who_uses_what_is_said_with_numbers_sources_and_dates),
        CASE(each_name_is_a_claim_with_its_own_sources),
        CASE(what_was_taken_back_or_retired_says_so_at_every_end),
        CASE(of_two_versions_of_a_relationship_or_group_the_newer_stands),
        CASE(relationships_without_ends_or_between_others_say_nothing),
        CASE(behaviour_survives_truncation_and_mutation),
        CASE(names_and_citations_cost_no_square_of_their_number),
        CASE(a_large_bundle_is_read_whole),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("stix", tests, NULL, NULL);
}
