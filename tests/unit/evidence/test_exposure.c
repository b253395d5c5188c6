/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "build_exposure.h"
#include "build_tar.h"
#include "exam.h"
#include "learned.h"
#include "sweep.h"

static void banners_of_shodan_are_services(void **state)
{
    (void)state;
    read_it(build_shodan_banners);
    HAS("artifact node=0", "format=exposure");
    HAS("knowledge node=0 form=exposure entries=3 refused=0 ignored=0");
    HAS("exposed node=0 line=1 scanner=shodan address=\"192.0.2.1\" port=443 transport=tcp "
        "seen=1679468232480581000ns service=\"https\" product=\"PBX\" version=\"18.0.3\" "
        "cpe=\"cpe:2.3:a:example:pbx:18.0.3 cpe:2.3:a:nginx:nginx\" "
        "hostnames=\"pbx.example a.example\" organisation=\"Example Net\" asn=64500 "
        "country=\"NL\" "
        "cert-sha256=50114f8038389859da7e1f4776bedf0b8d48e0ee302b60623c3a0f51a5d138a8 "
        "cert-names=\"pbx.example\" title=\"Phone & Co\" page=\"mmh3:-42\" "
        "favicon=\"mmh3:970132176\" banner=\"mmh3:-553166942\" "
        "vulns=\"CVE-2023-0001 CVE-2023-0002\" off=0");
    HAS("exposed node=0 line=3 scanner=shodan address=\"2001:db8::1\" port=53 transport=udp",
        "country=\"DE\"");
    HAS_NOT("line=3", "organisation=");
    assert_int_equal(t.anomalies, 0);
}

static void an_export_is_counted_for_people(void **state)
{
    (void)state;
    read_it(build_shodan_banners);
    HAS("property node=0 key=exposure.scanner text=\"shodan\"");
    HAS("property node=0 key=exposure.services number=3");
    HAS("property node=0 key=exposure.addresses number=2");
    HAS("key=exposure.first-seen text=\"2023-03-22T06:57:12.480581Z\"");
    HAS("key=exposure.last-seen text=\"2023-03-29T06:57:12.480581Z\"");
}

static void pages_and_hosts_of_shodan_are_read(void **state)
{
    (void)state;
    read_it(build_shodan_page);
    HAS("exposed node=0 line=1 scanner=shodan address=\"192.0.2.9\" port=5060 transport=udp",
        "product=\"Phone System\"", "vulns=\"CVE-2023-0003\"");
    read_it(build_shodan_host);
    HAS("exposed node=0 line=1 scanner=shodan address=\"192.0.2.10\" port=22",
        "hostnames=\"h.example\" organisation=\"Example Host\" asn=64501 country=\"FR\"");
    HAS("address=\"192.0.2.10\" port=80", "organisation=\"Other Net\" asn=64501");
    HAS("knowledge", "entries=2 refused=0");
    assert_int_equal(t.anomalies, 0);
}

static void hosts_of_censys_are_read_by_the_names_of_their_version(void **state)
{
    (void)state;
    read_it(build_censys_1);
    HAS("exposed node=0 line=1 scanner=censys address=\"192.0.2.20\" port=443 "
        "seen=1601383488000000000ns service=\"https\" product=\"httpd\" version=\"2.4\"",
        "organisation=\"EXAMPLE-AS\" asn=64502 country=\"BE\"", "cert-sha256=6011",
        "cert-names=\"v1.example\" title=\"Login\" page=\"sha256:4d2d");
    HAS("port=22 seen=1601383488000000000ns service=\"ssh\" organisation");
    read_it(build_censys_2);
    HAS("exposed node=0 line=1 scanner=censys address=\"192.0.2.30\" port=443 transport=tcp "
        "seen=1679928241811676766ns service=\"HTTP\" product=\"pbx\" version=\"18.0.3\" "
        "cpe=\"cpe:2.3:o:linux:linux_kernel cpe:2.3:a:example:pbx:18.0.3\" "
        "hostnames=\"r.example\" organisation=\"EXAMPLE\" asn=64503 country=\"US\"",
        "cert-names=\"pbx.example *.example\" title=\"302 Moved\" page=\"sha1:1fd8",
        "favicon=\"mmh3:970132176\" banner=\"sha256:4437\"");
    HAS("port=443 transport=quic seen=1679935152343000000ns service=\"UNKNOWN\"");
    read_it(build_censys_3);
    HAS("exposed node=0 line=1 scanner=censys address=\"2001:db8::30\" port=5001 transport=tcp "
        "seen=1759478400000000000ns service=\"HTTP\" product=\"pbx\" version=\"20\"",
        "hostnames=\"three.example\"", "cert-sha256=8011", "title=\"Not Found\"",
        "page=\"sha256:cc\" favicon=\"mmh3:-1\" banner=\"sha256:bb\" vulns=\"CVE-2025-0001\"");
    HAS("port=22 transport=tcp", "service=\"SSH\"");
    assert_int_equal(t.anomalies, 0);
}

static void pages_of_censys_are_read_and_what_is_no_host_is_named(void **state)
{
    (void)state;
    read_it(build_censys_2_page);
    HAS("knowledge", "entries=2 refused=0 ignored=1");
    read_it(build_censys_3_page);
    HAS("knowledge", "entries=2 refused=1");
    HAS("line-refused", "entry 2", "a web property of Censys");
}

static void shapes_that_are_not_known_are_refused_by_name(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_buf_str(&b, build_shodan_banners);
    hw_buf_str(&b, "{\"cpes\":[],\"hostnames\":[],\"ip\":\"192.0.2.7\",\"ports\":[80],"
                   "\"tags\":[],\"vulns\":[]}\n");
    hw_buf_str(&b, "{\"ip\":\"192.0.2.8\",\"location\":{},\"services\":[{\"port\":1,"
                   "\"kind\":\"x\"}]}\n");
    hw_buf_str(&b, "{\"ip\":\"192.0.2.8\",\"dns\":{},\"services\":[{\"name\":\"x\"}]}\n");
    hw_buf_str(&b, "{\"ip\":\"192.0.2.8\",\"services\":[{\"port\":1,\"protocol\":\"x\"}]}\n");
    hw_buf_str(&b, "{\"ip_str\":\"192.0.2.8\",\"port\":1}\n{\"a\":1}\n[1]\n");
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=3 refused=7");
    HAS("line-refused", "entry 4", "InternetDB");
    HAS("line-refused", "entry 5", "the names of no version known here");
    HAS("line-refused", "entry 6", "services have no port");
    HAS("line-refused", "entry 7", "of no scanner known here");
    HAS("line-refused", "entry 8", "nothing that only a banner of Shodan has");
    HAS("line-refused", "entry 9", "no object of an export");
    HAS("line-refused", "entry 10", "no object");
    hw_buf_done(&b);
}

static void services_without_address_or_port_are_refused_alone(void **state)
{
    (void)state;
    read_it("{\"ip_str\":\"192.0.2.1\",\"port\":70000,\"transport\":\"tcp\",\"timestamp\":\"2023-"
            "01-01\",\"_shodan\":{}}\n"
            "{\"ip_str\":\"127.0.0.1\",\"port\":7,\"transport\":\"tcp\",\"timestamp\":\"2023-01-"
            "01\",\"_shodan\":{}}\n"
            "{\"ip_str\":\"192.0.2.1.example\",\"port\":7,\"timestamp\":\"2023-01-01\","
            "\"_shodan\":{}}\n"
            "{\"ip_str\":\"192.0.2.1\",\"port\":7,\"transport\":\"icmp\",\"timestamp\":\"soon\","
            "\"_shodan\":{}}\n");
    HAS("knowledge", "entries=1 refused=3");
    HAS("line-refused", "entry 1", "no port");
    HAS("line-refused", "entry 2", "no address of one machine");
    HAS("line-refused", "entry 3", "no address of one machine");
    HAS("line-refused", "entry 4", "'soon'", "seen at no time");
    HAS("exposed node=0 line=4 scanner=shodan address=\"192.0.2.1\" port=7 off=");
}

/* "ip", NUL and more is another name than "ip", and no way behind the end of a path. */
static void a_name_with_a_nul_in_it_is_another_name(void **state)
{
    (void)state;
    static const char bytes[] =
        "{\"ip_str\":\"192.0.2.1\",\"port\":7,\"timestamp\":\"2023-01-01\",\"_shodan\":{},"
        "\"product\0\":\"x\",\"org\0abcdefghijklmnopqrstuvwxyz\":\"y\"}\n";
    hw_told_examine(&t, bytes, sizeof bytes - 1, NULL);
    HAS("exposed node=0 line=1 scanner=shodan address=\"192.0.2.1\" port=7 "
        "seen=1672531200000000000ns off=0");
    HAS_NOT("product=");
}

/* The twins: logs and documents with addresses, ports and services that no scanner exported. */
static void logs_that_are_no_export_are_not_taken_for_one(void **state)
{
    (void)state;
    static const char *const twins[] = {
        "{\"timestamp\":\"2023-03-22T06:57:12Z\",\"ip_str\":\"192.0.2.1\",\"port\":443,"
        "\"transport\":\"tcp\",\"msg\":\"connected\"}\n"
        "{\"timestamp\":\"2023-03-22T06:57:13Z\",\"ip_str\":\"192.0.2.1\",\"port\":443,"
        "\"transport\":\"tcp\",\"msg\":\"closed\"}\n",
        "{\"ip\":\"192.0.2.1\",\"services\":[{\"port\":80,\"service_name\":\"web\"}]}\n",
        "{\"ip\":\"192.0.2.1\",\"services\":[\"web\"],\"location\":{\"rack\":4}}\n",
        "{\"ip\":\"192.0.2.1\",\"protocols\":[\"http\"],\"location\":{}}\n",
        "{\"result\":{\"hits\":[{\"id\":1,\"ip\":\"192.0.2.1\"}]}}",
        "{\"matches\":[{\"rule\":\"x\",\"port\":1}],\"total\":1}",
        "{\"result\":{\"result\":{\"result\":{\"result\":{\"result\":{\"result\":{\"result\":"
        "{\"result\":{}}}}}}}}}",
        "[{\"ip_str\":\"192.0.2.1\"}]",
        "{\"data\":[{\"port\":1}],\"ip_str\":\"192.0.2.1\"}",
    };
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        t.reading = i % 2 == 0 ? HW_READ_KNOWLEDGE : HW_READ_ANY;
        read_it(twins[i]);
        HAS_NOT("format=exposure");
        HAS_NOT("exposed");
    }
}

static void an_export_is_no_log_of_a_product_and_no_polyglot(void **state)
{
    (void)state;
    static const char *const all[] = {build_shodan_banners, build_shodan_page,  build_shodan_host,
                                      build_censys_1,       build_censys_2,     build_censys_2_page,
                                      build_censys_3,       build_censys_3_page};
    t.reading = HW_READ_ANY;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        read_it(all[i]);
        HAS("artifact node=0", "format=exposure");
        HAS_NOT("polyglot");
    }
}

static void a_banner_cut_off_costs_itself_alone(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_buf_str(&b, build_shodan_banners);
    hw_buf_span_put(&b, hw_span_cut(hw_span_str(build_shodan_banners), 0, 300));
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=3 refused=1");
    HAS("line-refused", "entry 4");
    hw_buf_done(&b);
}

static void a_page_cut_off_keeps_the_services_before(void **state)
{
    (void)state;
    hw_told_examine(&t, build_censys_2_page, strlen(build_censys_2_page) - 30, NULL);
    HAS("knowledge", "entries=2");
    HAS("exposed", "192.0.2.30", "port=443 transport=tcp");
    HAS("line-refused", "cut short");
}

static void an_export_in_a_box_is_learned(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_gzip(&b, hw_span_str(build_shodan_banners), "export.json", 0);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("artifact node=1", "format=exposure");
    HAS("exposed node=1 line=3");
    hw_buf_done(&b);
}

static const char *const wholes[] = {build_shodan_banners, build_shodan_page, build_shodan_host,
                                     build_censys_1,       build_censys_2,    build_censys_3};

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE, .lines = {{"exposed node=0"}}};

static void exports_survive_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        hw_sweep_truncate((const uint8_t *)wholes[i], strlen(wholes[i]) - 1, hw_told_whole, &whole);
    }
}

static void exports_survive_mutation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        hw_sweep_mutate((const uint8_t *)wholes[i], strlen(wholes[i]), 2000, 20230329 + i,
                        hw_told_whole, &whole);
    }
}

/* ---- limits ---- */

static void many_services_are_read_and_their_addresses_told_apart(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 64U << 20);
    build_shodan_many(&b, 20000, 300);
    assert_true(hw_buf_ok(&b));
    t.quiet = true;
    hw_told_examine(&t, b.p, b.n, NULL);
    assert_int_equal(t.anomalies, 0);
    assert_true(t.facts > 20000);
    t.quiet = false;
    hw_buf_clear(&b);
    build_shodan_many(&b, 2000, 300);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("key=exposure.services number=2000");
    HAS("key=exposure.addresses number=500");
    HAS("knowledge", "entries=2000 refused=0");
    hw_buf_done(&b);
}

static void long_names_and_lists_are_cut_to_what_a_fact_holds(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 4U << 20);
    hw_buf_str(&b, "{\"ip_str\":\"192.0.2.1\",\"port\":1,\"timestamp\":\"2023-01-01\",\"_shodan\":"
                   "{},\"product\":\"");
    for (int i = 0; i < 5000; i++) {
        hw_buf_str(&b, "\\u00e9");
    }
    hw_buf_str(&b, "\",\"hostnames\":[");
    for (int i = 0; i < 5000; i++) {
        hw_buf_printf(&b, "\"h%d.example\",", i);
    }
    hw_buf_str(&b, "\"a b\"],\"vulns\":{");
    for (int i = 0; i < 5000; i++) {
        hw_buf_printf(&b, "%s\"CVE-2023-%d\":{}", i == 0 ? "" : ",", 10000 + i);
    }
    hw_buf_str(&b, "}}\n");
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("exposed node=0 line=1", "hostnames=\"h0.example h1.example", "vulns=\"CVE-2023-10000 ");
    HAS("knowledge", "entries=1 refused=0");
    hw_buf_done(&b);
}

static void a_host_of_version_1_costs_no_square_of_its_length(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 4U << 20);
    hw_buf_str(&b, "{\"ip\":\"192.0.2.20\",\"protocols\":[");
    for (int i = 0; i < 60000; i++) {
        hw_buf_printf(&b, "%s\"%d/x\"", i == 0 ? "" : ",", i);
    }
    hw_buf_str(&b, "]}\n");
    hw_buf_str(&b, build_censys_1);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=258 refused=1");
    HAS("line-refused", "entry 1", "256/x", "more services than are read");
    HAS("exposed node=0 line=2", "port=22");
    hw_buf_done(&b);
}

static void nesting_and_fuel_end_an_export_that_does_not_end(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 4U << 20);
    hw_buf_str(&b, build_shodan_banners);
    hw_buf_str(&b, "{\"ip_str\":\"192.0.2.1\",\"port\":1,\"timestamp\":\"2023-01-01\",\"_shodan\":"
                   "{},\"ssl\":");
    for (int i = 0; i < 100000; i++) {
        hw_buf_str(&b, "{\"cert\":");
    }
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=3 refused=1");
    struct hw_limits few = {.items = 60};
    hw_told_examine(&t, build_shodan_banners, strlen(build_shodan_banners), &few);
    assert_true(t.worst > 0);
    hw_buf_done(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(banners_of_shodan_are_services),
        T(an_export_is_counted_for_people),
        T(pages_and_hosts_of_shodan_are_read),
        T(hosts_of_censys_are_read_by_the_names_of_their_version),
        T(pages_of_censys_are_read_and_what_is_no_host_is_named),
        T(shapes_that_are_not_known_are_refused_by_name),
        T(services_without_address_or_port_are_refused_alone),
        T(a_name_with_a_nul_in_it_is_another_name),
        T(logs_that_are_no_export_are_not_taken_for_one),
        T(an_export_is_no_log_of_a_product_and_no_polyglot),
        T(a_banner_cut_off_costs_itself_alone),
        T(a_page_cut_off_keeps_the_services_before),
        T(an_export_in_a_box_is_learned),
        T(exports_survive_truncation),
        T(exports_survive_mutation),
        T(many_services_are_read_and_their_addresses_told_apart),
        T(long_names_and_lists_are_cut_to_what_a_fact_holds),
        T(a_host_of_version_1_costs_no_square_of_its_length),
        T(nesting_and_fuel_end_an_export_that_does_not_end),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
