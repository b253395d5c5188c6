/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_behaviour.h"
#include "exam.h"
#include "learned.h"
#include "sweep.h"

#define UUID(n) "00000000-0000-4000-8000-00000000000" n

static void clusters_are_claims_of_names_countries_and_relations(void **state)
{
    (void)state;
    read_it(build_galaxy);
    HAS("artifact node=0", "format=misp-galaxy");
    HAS("knowledge node=0 form=misp-galaxy title=\"Threat Actor\" entries=8 refused=0 ignored=1");
    HAS("behaviour node=0 line=1 relation=also-called doer=group who=\"Quiet Heron\" "
        "who-ref=\"" UUID("2") "\" what=\"Quiet Heron\" source=\"MISP galaxy\" off=");
    HAS("what=\"GROUP-7\"", "cites=\"" UUID("9") "\"");
    HAS("what=\"Grey Heron\" source=\"MISP galaxy\" off=");
    HAS("relation=of-country doer=group who=\"Quiet Heron\"", "what=\"XX\"", "likelihood=\"50\"");
    HAS("relation=similar doer=group who=\"Quiet Heron\" who-ref=\"" UUID(
            "2") "\" deed=group what=\"Old Heron\" what-ref=\"" UUID("3") "\"",
        "likelihood=\"likely\"");
    HAS("relation=uses doer=group who=\"Quiet Heron\" who-ref=\"" UUID("2") "\" what-ref=\"" UUID(
        "8") "\"");
    HAS("who=\"Old Heron\" who-id=\"G9000\"");
    HAS("who=\"Gone Heron\"", "revoked=0ns");
    HAS("key=behaviour.groups number=3");
    HAS("key=behaviour.uses number=1");
    assert_int_equal(hw_told_count(&t, "what=\"Quiet Heron\""), 1);
    assert_int_equal(t.anomalies, 0);
}

static void galaxies_of_what_does_nothing_are_ignored(void **state)
{
    (void)state;
    read_it("{\"name\":\"Sector\",\"type\":\"sector\",\"uuid\":\"u\",\"values\":[{\"value\":\"IT\","
            "\"uuid\":\"v\"},{\"value\":\"\",\"uuid\":\"w\"},7]}");
    HAS("knowledge node=0 form=misp-galaxy", "entries=0 refused=2 ignored=1");
    HAS("line-refused", "entry 2", "a cluster without name or uuid");
    HAS("line-refused", "entry 3", "no JSON object");
    HAS_NOT("behaviour node=");
}

/* The twins: documents with values and uuids that are no galaxy. */
static void other_documents_with_values_are_none(void **state)
{
    (void)state;
    static const char *const twins[] = {
        "{\"name\":\"x\",\"type\":\"y\",\"values\":[{\"value\":\"a\",\"uuid\":\"b\"}]}",
        "{\"name\":\"x\",\"type\":\"y\",\"uuid\":\"z\",\"values\":[{\"value\":1,\"uuid\":\"b\"}]}",
        "{\"name\":\"x\",\"type\":\"y\",\"uuid\":\"z\",\"values\":[\"a\"]}",
        "{\"name\":\"x\",\"type\":\"y\",\"uuid\":\"z\",\"values\":[]}",
        "{\"name\":\"x\",\"type\":\"string\",\"version\":1,\"list\":[\"a.example\"]}",
    };
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        read_it(twins[i]);
        HAS_NOT("format=misp-galaxy");
    }
}

static void a_galaxy_cut_off_keeps_the_clusters_before(void **state)
{
    (void)state;
    hw_told_examine(&t, build_galaxy, strlen(build_galaxy) - 60, NULL);
    HAS("artifact node=0", "format=misp-galaxy");
    HAS("who=\"Old Heron\"");
    HAS_NOT("who=\"Gone Heron\"");
    HAS("line-refused", "entry 3");
    HAS("degree node=0 degree=broken");
}

static struct hw_whole whole = {
    .reading = HW_READ_KNOWLEDGE,
    .lines = {{"behaviour node=0", "relation=similar"}, {"behaviour node=0", "relation=uses"}},
    .once = "relation=of-country"};

static void galaxies_survive_truncation(void **state)
{
    (void)state;
    hw_sweep_truncate((const uint8_t *)build_galaxy, strlen(build_galaxy), hw_told_whole, &whole);
}

static void galaxies_survive_mutation(void **state)
{
    (void)state;
    hw_sweep_mutate((const uint8_t *)build_galaxy, strlen(build_galaxy), 4000, 20230420,
                    hw_told_whole, &whole);
}

/* ---- limits ---- */

static void many_clusters_and_names_are_read(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 16U << 20);
    hw_buf_str(&b, "{\"name\":\"x\",\"type\":\"tool\",\"uuid\":\"z\",\"values\":[");
    for (unsigned i = 0; i < 5000; i++) {
        hw_buf_printf(&b,
                      "%s{\"value\":\"Tool %u\",\"uuid\":\"u%u\",\"meta\":{\"synonyms\":[\"T%u\"]},"
                      "\"related\":[{\"dest-uuid\":\"u%u\",\"type\":\"uses\"}]}",
                      i == 0 ? "" : ",", i, i, i, (i + 1) % 5000);
    }
    hw_buf_str(&b, "]}");
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=15000 refused=0");
    HAS("who=\"Tool 4999\"", "what=\"Tool 0\"");
    HAS("key=behaviour.software number=5000");
    hw_buf_done(&b);
}

static void a_cluster_has_so_many_names(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 16U << 20);
    hw_buf_str(&b, "{\"name\":\"x\",\"type\":\"tool\",\"uuid\":\"z\",\"values\":[{"
                   "\"value\":\"a\",\"uuid\":\"b\",\"meta\":{\"synonyms\":[");
    for (unsigned i = 0; i < 100000; i++) {
        hw_buf_printf(&b, "%s\"n%u\"", i == 0 ? "" : ",", i);
    }
    hw_buf_str(&b, "],\"name-attribution\":[");
    for (unsigned i = 0; i < 100000; i++) {
        hw_buf_printf(&b, "%s\"n%u:u\"", i == 0 ? "" : ",", i);
    }
    hw_buf_str(&b, "]}},{\"value\":\"c\",\"uuid\":\"d\"}]}");
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=1002 refused=1");
    HAS("line-refused", "entry 1", "more names than are read of one");
    HAS("what=\"n999\"", "cites=\"u\"");
    HAS("who=\"c\"");
    hw_buf_done(&b);
}

static void nesting_and_fuel_end_a_galaxy_that_does_not_end(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 4U << 20);
    hw_buf_str(&b, "{\"name\":\"x\",\"type\":\"tool\",\"uuid\":\"z\",\"values\":[{\"value\":\"a\","
                   "\"uuid\":\"b\"},{\"value\":\"c\",\"uuid\":\"d\",\"meta\":");
    for (unsigned i = 0; i < 300000; i++) {
        hw_buf_str(&b, "{\"m\":");
    }
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("who=\"a\"");
    HAS_NOT("who=\"c\"");
    struct hw_limits few = {.items = 40};
    hw_told_examine(&t, build_galaxy, strlen(build_galaxy), &few);
    assert_true(t.worst > 0);
    hw_buf_done(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(clusters_are_claims_of_names_countries_and_relations),
        T(galaxies_of_what_does_nothing_are_ignored),
        T(other_documents_with_values_are_none),
        T(a_galaxy_cut_off_keeps_the_clusters_before),
        T(galaxies_survive_truncation),
        T(galaxies_survive_mutation),
        T(many_clusters_and_names_are_read),
        T(a_cluster_has_so_many_names),
        T(nesting_and_fuel_end_a_galaxy_that_does_not_end),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
