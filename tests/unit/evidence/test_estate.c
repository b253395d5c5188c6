/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_estate.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    t.told.reading = HW_READ_ANY;
    hw_buf_init(&b, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void read_it(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void make(const char *members)
{
    build_estate_of(&b, members);
    read_it();
}

#define HAS(...) assert_true(hw_told_has(&t.told, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(hw_told_has(&t.told, __VA_ARGS__, NULL))

static void estate_whole_is_sound_and_every_list_speaks(void **state)
{
    (void)state;
    build_estate(&b);
    read_it();
    assert_int_equal(t.told.anomalies, 0);
    assert_int_equal(t.told.worst, 0);
    assert_int_equal(t.records, 27);
    HAS("artifact node=0", "format=estate bits=128");
    HAS("knowledge node=0 form=estate title=\"The case of Example\" entries=27 refused=0 "
        "ignored=0");
    HAS("estate/organisation/organisation number=4 ",
        " name=\"Example, Inc.\" domains=\"example.com,example.net\"");
    HAS("estate/supplier/supplier number=5 ", " organisation=\"Example, Inc.\" org=\"Acme\"");
    HAS("estate/supplier/supplier number=6 ",
        " organisation=\"Example, Inc.\" org=\"Other\" product=\"widget\"");
    HAS("estate/host/host number=8 ",
        "name=\"BUILD01\" org=\"Example, Inc.\" roles=\"build,signing\" "
        "fqdn=\"build01.example.com\" machine_id=\"S-1-5-21-1-2-3\"");
    HAS("estate/host-address/host-address number=10 ",
        "host=\"BUILD01\" org=\"Example, Inc.\" ip=\"10.0.0.5\" from=\"2022-01-01T00:00:00Z\" "
        "until=\"2023-01-01T00:00:00Z\"");
    HAS("estate/host-address/host-address number=12 ", "ip=\"2001:db8::5\"");
    HAS("estate/host-alias/host-alias number=13 ", "host=\"BUILD01\"", "name=\"OLDNAME\"");
    HAS("estate/network/network number=14 ", "cidr=\"10.8.0.0/24\"", "role=\"vpn\"");
    HAS("estate/account/account number=15 ", "name=\"jdoe\"", "roles=\"developer\"");
    HAS("estate/account-alias/account-alias number=16 ", "account=\"jdoe\"",
        "same_as=\"EXAMPLE\\\\jdoe\"");
    HAS("estate/release/release number=17 ", "time=2023-03-13T08:00:00Z clock=1", "name=\"app\"",
        "built_on=\"BUILD01\"");
    HAS("estate/release-file/release-file number=19 ", "release=\"app\" version=\"18.12.416\"",
        "path=\"app-18.12.416.msi\" sha256=\"0011");
    HAS("estate/release-part/release-part number=20 ", "path=\"ffmpeg.dll\"");
    HAS("estate/delivery/delivery number=21 ", "time=2023-03-14T00:00:00Z", "to=\"Customer GmbH\"");
    HAS("estate/retention/retention number=23 ", "log=\"Security\" host=\"BUILD01\" days=\"30\"");
    HAS("estate/software/software number=26 ", "sanctioned=\"true\"");
}

static void estate_repeats_what_others_said(void **state)
{
    (void)state;
    build_estate(&b);
    read_it();
    HAS("estate/said-source/said-source number=27 ", "time=2023-04-20T00:00:00Z", "grade=\"B2\"",
        "based_on=\"m0\"");
    HAS("estate/said-claim/said-claim number=28 ", "topic=\"nexus\"", "confidence=\"high\"",
        "names=\"A\"");
    HAS("estate/said-question/said-question number=29 ", "decided_by=\"a list\"");
    HAS("estate/said-count/said-count number=30 ", "value=\"2783\"", "limit=\"more-than\"");
    HAS("estate/said-link/said-link number=31 ", "kind=\"key\"", "public=\"false\"");
    HAS("estate/said-capture/said-capture number=32 ", "population=\"closed\"");
    HAS("estate/said-item/said-item number=32 ", "observer=\"Other\" of=\"packages\"",
        "item=\"two\"");
    HAS("estate/said-item/said-item number=32 ", "item=\"three\" at=\"2023-04-20\"");
}

static void estate_offsets_point_at_the_element(void **state)
{
    (void)state;
    make("\"hosts\":[{\"name\":\"A\"},\n  {\"name\":\"B\"}]");
    const uint8_t *at = memmem(b.p, b.n, "{\"name\":\"B\"", 11);
    assert_non_null(at);
    struct hw_buf want;
    hw_buf_init(&want, 100);
    hw_buf_printf(&want, "estate/host/host number=3 off=%zu ", (size_t)(at - b.p));
    HAS(hw_buf_text(&want), "name=\"B\"");
    hw_buf_done(&want);
}

/* Each fault names its line and what was expected; its element does not count; the others do. */
static void estate_faults_are_told_and_the_rest_counts(void **state)
{
    static const struct {
        const char *element, *list, *expected;
    } faults[] = {
        {"{\"org\":\"E\"}", "hosts", "host: name: expected to be there"},
        {"{\"name\":7}", "hosts", "host: name: expected a text"},
        {"{\"name\":\"  \"}", "hosts", "host: name: expected a text that is not empty"},
        {"{\"name\":\"H\",\"roles\":\"build\"}", "hosts", "host: roles: expected a list of words"},
        {"{\"name\":\"H\",\"roles\":[1]}", "hosts", "host: roles: expected a list of words"},
        {"\"H\"", "hosts", "expected an object"},
        {"{\"cidr\":\"10.0.0.0\"}", "networks", "expected a network"},
        {"{\"cidr\":\"10.0.0.0/33\"}", "networks", "expected a network"},
        {"{\"name\":\"r\",\"published\":\"yesterday\"}", "releases", "expected an ISO 8601 time"},
        {"{\"release\":\"r\",\"at\":\"2023-01-01\"}", "deliveries", "to: expected to be there"},
        {"{\"log\":\"x\",\"host\":\"h\",\"days\":-1}", "retention", "expected a whole number"},
        {"{\"log\":\"x\",\"days\":1}", "retention", "host: expected org"},
        {"{\"log\":\"x\",\"org\":\"o\",\"from\":\"2023-01-02\",\"until\":\"2023-01-01\"}",
         "retention", "expected a time not before"},
        {"{\"name\":\"s\",\"sanctioned\":\"yes\"}", "software", "expected true or false"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct hw_buf members;
        hw_buf_init(&members, 4096);
        hw_buf_printf(&members, "\"%s\":[\n%s\n],\"accounts\":[{\"name\":\"after\"}]",
                      faults[i].list, faults[i].element);
        make(hw_buf_text(&members));
        hw_buf_done(&members);
        HAS("rule=line-refused", "line 3: ", faults[i].expected);
        HAS("entries=1 refused=1");
        HAS("estate/account/account", "name=\"after\"");
        assert_int_equal(t.records, 1);
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void estate_fault_in_a_nested_list_costs_that_element_alone(void **state)
{
    (void)state;
    make("\"hosts\":[{\"name\":\"H\",\"addresses\":[\n{\"ip\":\"10.0.0.1:80\"},\n"
         "{\"ip\":\"build.example.com\"},\n{\"ip\":\"10.0.0.2\",\"until\":\"soon\"},\n"
         "{\"ip\":\"10.0.0.3\"}],\n\"aliases\":\"none\"}],\n"
         "\"releases\":[{\"name\":\"r\",\"files\":[{},{\"path\":\"a\",\"sha256\":\"12\"}]}]");
    HAS("line-refused", "line 3: host-address: ip: expected an IPv4 or IPv6 address");
    HAS("line-refused", "line 4: host-address: ip: expected an IPv4 or IPv6 address");
    HAS("line-refused", "line 5: host-address: until: expected an ISO 8601 time");
    HAS("line-refused", "line 7: aliases: aliases: expected a list");
    HAS("line-refused", "line 8: release-file: path: expected sha256");
    HAS("line-refused", "line 8: release-file: sha256: expected 64 hex digits");
    HAS("estate/host-address/", "ip=\"10.0.0.3\"");
    HAS("entries=3 refused=6");
}

static void estate_children_of_a_nameless_parent_are_refused(void **state)
{
    (void)state;
    make("\"hosts\":[{\"addresses\":[{\"ip\":\"10.0.0.1\"}]}]");
    HAS("line-refused", "host-address: host: expected a name to belong to");
    HAS("entries=0 refused=2");
    assert_int_equal(t.records, 0);
}

static void estate_unknown_keys_and_words_are_told_and_not_fatal(void **state)
{
    (void)state;
    make("\"hosts\":[{\"name\":\"H\",\n\"colour\":{\"a\":[1,\"]}\"]},\"roles\":[\"biuld\"]}],\n"
         "\"weather\":\"fine\",\n\"networks\":[{\"cidr\":\"fd00::/8\",\"role\":\"dmz\"}]");
    HAS("rule=bad-value", "line 3: host: nothing is known by the key", "colour");
    HAS("rule=bad-value", "line 3: host: roles: not one of the words");
    HAS("rule=bad-value", "line 4: estate: nothing is known by the key", "weather");
    HAS("rule=bad-value", "line 5: network: role: not one of the words");
    HAS("estate/host/host", "roles=\"biuld\"");
    HAS("estate/network/network", "role=\"dmz\"");
    HAS("entries=2 refused=0 ignored=2");
    HAS("degree node=0 degree=odd");
}

static void estate_that_is_no_json_says_where(void **state)
{
    (void)state;
    make("\"hosts\":[{\"name\":\"H\"},\n{\"name\":}]");
    HAS("rule=line-refused off=", "line 3, column ", "not JSON");
    HAS("degree=refused");
    (void)end(NULL);
    (void)begin(NULL);
    make("\"hosts\":[],\n\"hosts\":[]");
    HAS("rule=line-refused", "line 3", "duplicate object key");
}

static void estate_of_another_version_is_refused_with_the_reason(void **state)
{
    (void)state;
    hw_buf_str(&b, "{\"headwater\":\"estate\",\"version\":2,\"hosts\":[{\"name\":\"H\"}]}");
    read_it();
    HAS("format=estate");
    HAS("rule=line-refused", "version: expected 1");
    HAS("degree=refused");
    assert_int_equal(t.records, 0);
}

static void estate_is_only_what_says_so(void **state)
{
    static const char *const others[] = {
        "{\"name\":\"x\",\"version\":1}",
        "[{\"headwater\":\"estate\",\"version\":1}]",
        "{\"a\":{\"headwater\":\"estate\",\"version\":1}}",
        "{\"headwater\":\"Estate\",\"version\":1}",
        "{\"headwater\":[\"estate\"],\"version\":1}",
        "\"headwater\":\"estate\",\"version\":1",
        "{\"note\":\"\\\"headwater\\\":\\\"estate\\\"\",\"version\":1}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    HAS_NOT("format=estate");
    HAS_NOT("knowledge ");
}

static void estate_behind_a_byte_order_mark_keeps_its_places(void **state)
{
    (void)state;
    hw_buf_str(&b, "\xef\xbb\xbf{ \"version\" : 1 , \"headwater\" : \"estate\",\n"
                   "\"hosts\":[{\"name\":\"H\"}]}");
    read_it();
    HAS("estate/host/host number=2 off=54 ", "name=\"H\"");
}

static void estate_limits_hold(void **state)
{
    (void)state;
    hw_buf_str(&b, "{\"headwater\":\"estate\",\"version\":1,\"hosts\":[{\"name\":\"");
    for (unsigned i = 0; i < 3000; i++) {
        hw_buf_char(&b, 'x');
    }
    hw_buf_str(&b, "\"},{\"name\":\"H\",\"deep\":");
    for (unsigned i = 0; i < 1500; i++) {
        hw_buf_char(&b, '[');
    }
    for (unsigned i = 0; i < 1500; i++) {
        hw_buf_char(&b, ']');
    }
    hw_buf_str(&b, "}]}");
    read_it();
    HAS("line-refused", "host: name: expected a text of at most 2,048 bytes");
    HAS("entries=1 refused=1 ignored=1");
    struct hw_limits small = {.member_bytes = 10000};
    hw_told_examine(&t.told, b.p, b.n, &small);
    HAS("rule=over-budget", "the estate needs more memory");
    (void)end(NULL);
    (void)begin(NULL);
    /* More faults than are listed: the rest still counts. */
    hw_buf_str(&b, "{\"headwater\":\"estate\",\"version\":1,\"hosts\":[");
    for (unsigned i = 0; i < 12000; i++) {
        hw_buf_str(&b, "1,");
    }
    hw_buf_str(&b, "{\"name\":\"last\"}]}");
    read_it();
    HAS("entries=1 refused=12000");
    HAS("estate/host/host", "name=\"last\"");
}

static void estate_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_estate(&b);
    hw_sweep_truncate(b.p, b.n - 1, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 6000, 23, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(estate_whole_is_sound_and_every_list_speaks),
        CASE(estate_repeats_what_others_said),
        CASE(estate_offsets_point_at_the_element),
        CASE(estate_faults_are_told_and_the_rest_counts),
        CASE(estate_fault_in_a_nested_list_costs_that_element_alone),
        CASE(estate_children_of_a_nameless_parent_are_refused),
        CASE(estate_unknown_keys_and_words_are_told_and_not_fatal),
        CASE(estate_that_is_no_json_says_where),
        CASE(estate_of_another_version_is_refused_with_the_reason),
        CASE(estate_is_only_what_says_so),
        CASE(estate_behind_a_byte_order_mark_keeps_its_places),
        CASE(estate_limits_hold),
        CASE(estate_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("estate", tests, NULL, NULL);
}
