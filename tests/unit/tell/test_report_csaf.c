/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as CSAF 2.0, held to those mandatory tests of the standard (6.1) that what is written
 * here could fail; each is named by its number. Further required properties are those of the
 * standard's schema (3.2).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report_scene.h"

static struct scene s;
static json_t *doc;

static void write_it(void)
{
    json_decref(doc);
    doc = scene_json(hw_tell_report_csaf, &s);
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

static const json_t *at(const char *a, const char *b)
{
    const json_t *v = json_object_get(doc, a);
    return b == NULL ? v : json_object_get(v, b);
}

static const json_t *vulnerability(void)
{
    return json_array_get(at("vulnerabilities", NULL), 0);
}

/* ---- products ---- */

struct products {
    const char *ids[64];
    size_t count;
};

static void product(struct products *p, const json_t *v)
{
    const char *id = scene_text(v, "product_id");
    assert_true(id[0] != '\0' && scene_text(v, "name")[0] != '\0');
    for (size_t i = 0; i < p->count; i++) {
        assert_string_not_equal(p->ids[i], id); /* 6.1.2 */
    }
    assert_true(p->count < 64);
    p->ids[p->count++] = id;
}

static void branches(struct products *p, const json_t *list)
{
    static const char *const ranges[] = {"<", ">", "earlier", "later", "prior", "versions"};
    const json_t *b;
    size_t i;
    json_array_foreach(list, i, b)
    {
        bool leaf = json_object_get(b, "product") != NULL;
        assert_int_equal(json_object_size(b), 3); /* 3.1.2 */
        assert_true(scene_text(b, "name")[0] != '\0');
        assert_true(leaf == (json_object_get(b, "branches") == NULL));
        assert_true(leaf == (strcmp(scene_text(b, "category"), "product_version") == 0));
        for (size_t k = 0; leaf && k < sizeof ranges / sizeof ranges[0]; k++) { /* 6.1.31 */
            bool word = ranges[k][0] >= 'a' || strcmp(scene_text(b, "name"), "1.3") == 0;
            assert_true(!word || strstr(scene_text(b, "name"), ranges[k]) == NULL);
        }
        if (leaf) {
            product(p, json_object_get(b, "product"));
        } else {
            assert_true(json_array_size(json_object_get(b, "branches")) > 0);
            branches(p, json_object_get(b, "branches"));
        }
    }
}

static void all_products(struct products *p)
{
    const json_t *one;
    size_t i;
    p->count = 0;
    branches(p, at("product_tree", "branches"));
    json_array_foreach(at("product_tree", "full_product_names"), i, one)
    {
        product(p, one);
    }
}

/* 6.1.1: every id that is used is defined. Counts how often each is used. */
static void used(const struct products *p, const json_t *ids, unsigned *times)
{
    const json_t *one;
    size_t i, k;
    assert_true(json_array_size(ids) > 0);
    json_array_foreach(ids, i, one)
    {
        for (k = 0; k < p->count && strcmp(p->ids[k], json_string_value(one)) != 0; k++) {
        }
        assert_true(k < p->count);
        times[k]++;
    }
}

static void every_product_has_one_status_and_one_answer(void **state)
{
    static const char *const statuses[] = {"known_affected", "under_investigation"};
    struct products p;
    unsigned status[64] = {0}, threat[64] = {0}, answer[64] = {0};
    const json_t *v = vulnerability(), *one;
    size_t i;
    (void)state;
    all_products(&p);
    assert_int_equal(p.count, 5);
    for (i = 0; i < 2; i++) {
        used(&p, json_object_get(json_object_get(v, "product_status"), statuses[i]), status);
    }
    json_array_foreach(json_object_get(v, "threats"), i, one)
    {
        assert_string_equal(scene_text(one, "category"), "impact");
        used(&p, json_object_get(one, "product_ids"), threat);
    }
    json_array_foreach(json_object_get(v, "remediations"), i, one)
    {
        assert_string_equal(scene_text(one, "category"), "mitigation"); /* 6.1.27.10, 6.1.29 */
        used(&p, json_object_get(one, "product_ids"), answer);
    }
    for (i = 0; i < p.count; i++) {
        assert_int_equal(status[i], 1); /* 6.1.6 */
        assert_int_equal(threat[i], 1);
        assert_int_equal(answer[i], 1);
    }
}

static void only_what_carries_the_bytes_is_known_to_be_affected(void **state)
{
    const json_t *status = json_object_get(vulnerability(), "product_status");
    (void)state;
    assert_int_equal(json_object_size(status), 2);
    assert_int_equal(json_array_size(json_object_get(status, "known_affected")), 2);
    assert_int_equal(json_array_size(json_object_get(status, "under_investigation")), 3);
}

static void a_version_that_is_a_range_is_a_name_and_a_hash_a_helper(void **state)
{
    const json_t *one, *names = at("product_tree", "full_product_names");
    size_t i, ranges = 0, hashes = 0;
    (void)state;
    assert_int_equal(json_array_size(names), 2);
    json_array_foreach(names, i, one)
    {
        const json_t *h =
            json_object_get(json_object_get(one, "product_identification_helper"), "hashes");
        const json_t *file = json_array_get(h, 0);
        ranges += strstr(scene_text(one, "name"), "1.1 and earlier") != NULL;
        if (file != NULL) {
            const json_t *sum = json_array_get(json_object_get(file, "file_hashes"), 0);
            hashes++;
            assert_string_equal(scene_text(sum, "algorithm"), "sha256");
            assert_string_equal(scene_text(sum, "value"), SCENE_HASH);
            assert_true(scene_text(file, "filename")[0] != '\0');
        }
    }
    assert_int_equal(ranges, 1);
    assert_int_equal(hashes, 1);
}

/* ---- the document ---- */

static void the_document_has_what_the_schema_requires(void **state)
{
    static const char *const keys[] = {"category", "csaf_version", "publisher", "title",
                                       "tracking"};
    static const char *const tracks[] = {"current_release_date", "id",     "initial_release_date",
                                         "revision_history",     "status", "version"};
    const json_t *tracking = at("document", "tracking"), *publisher = at("document", "publisher");
    const json_t *one = json_array_get(json_object_get(tracking, "revision_history"), 0), *note;
    size_t i;
    (void)state;
    for (i = 0; i < 5; i++) {
        assert_non_null(at("document", keys[i]));
    }
    for (i = 0; i < 6; i++) {
        assert_non_null(json_object_get(tracking, tracks[i]));
    }
    assert_string_equal(scene_text(at("document", NULL), "csaf_version"), "2.0");
    assert_string_equal(scene_text(publisher, "category"), "other");
    assert_string_equal(scene_text(publisher, "namespace"), "urn:uuid:" SCENE_CASE);
    assert_null(at("document", "source_lang")); /* 6.1.28, 6.1.15: it is no translation */
    /* 6.1.16, 6.1.17, 6.1.30: the version is the last revision's; 0 is a draft's */
    assert_string_equal(scene_text(one, "number"), scene_text(tracking, "version"));
    assert_string_equal(scene_text(tracking, "version"), "0");
    assert_string_equal(scene_text(tracking, "status"), "draft");
    assert_string_equal(scene_text(one, "date"), scene_text(tracking, "current_release_date"));
    json_array_foreach(at("document", "notes"), i, note)
    {
        assert_true(scene_text(note, "text")[0] != '\0' && scene_text(note, "category")[0] != '\0');
    }
    assert_true(i > 3);
}

static void check_order(const json_t *v)
{
    const char *key, *before = "";
    json_t *inner;
    size_t i;
    json_object_foreach((json_t *)v, key, inner)
    {
        if (strcmp(before, key) >= 0) {
            fail_msg("%s stands before %s", before, key);
        }
        before = key;
        check_order(inner);
    }
    json_array_foreach(v, i, inner)
    {
        check_order(inner);
    }
}

static void members_stand_in_the_order_of_the_alphabet(void **state)
{
    (void)state;
    assert_true(json_array_size(at("product_tree", "branches")) > 0);
    check_order(doc); /* 6.2.13 */
}

static void the_id_is_fit_to_be_the_files_name(void **state)
{
    const char *id = scene_text(at("document", "tracking"), "id");
    (void)state;
    assert_true(strlen(id) > 0);
    assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789+-"), strlen(id)); /* 5.1 */
}

static void an_advisory_keeps_its_profile_and_that_of_vex(void **state)
{
    const json_t *v = vulnerability();
    (void)state;
    assert_string_equal(scene_text(at("document", NULL), "category"), "csaf_security_advisory");
    assert_non_null(at("product_tree", NULL));                                   /* 6.1.27.4 */
    assert_int_equal(json_array_size(at("vulnerabilities", NULL)), 1);           /* 6.1.27.11 */
    assert_true(json_array_size(json_object_get(v, "notes")) > 0);               /* 6.1.27.5 */
    assert_non_null(json_object_get(v, "product_status"));                       /* 6.1.27.6, .7 */
    assert_true(json_array_size(json_object_get(v, "ids")) > 0);                 /* 6.1.27.8 */
    assert_string_equal(scene_text(json_object_get(v, "cwe"), "id"), "CWE-506"); /* 6.1.11 */
    assert_string_equal(scene_text(json_object_get(v, "cwe"), "name"), "Embedded Malicious Code");
}

static void without_releases_it_is_an_incident_response(void **state)
{
    const json_t *one;
    size_t i, external = 0;
    (void)state;
    s.impact.releases = NULL;
    s.impact.products = NULL;
    write_it();
    assert_string_equal(scene_text(at("document", NULL), "category"),
                        "csaf_security_incident_response");
    assert_null(at("product_tree", NULL));
    assert_null(at("vulnerabilities", NULL));
    assert_string_equal(scene_text(json_array_get(at("document", "notes"), 0), "category"),
                        "summary"); /* 6.1.27.1 */
    json_array_foreach(at("document", "references"), i, one)
    {
        external += strcmp(scene_text(one, "category"), "external") == 0;
        assert_true(strncmp(scene_text(one, "url"), "https://", 8) == 0 ||
                    strncmp(scene_text(one, "url"), "urn:uuid:", 9) == 0);
    }
    assert_int_equal(i, 2);
    assert_int_equal(external, 2); /* 6.1.27.2 */
}

static void a_marking_is_a_label_that_csaf_knows(void **state)
{
    static const struct {
        const char *given, *label;
    } wants[] = {{"TLP:CLEAR", "WHITE"}, {"white", "WHITE"},        {"tlp:green", "GREEN"},
                 {"Amber", "AMBER"},     {"AMBER+STRICT", "AMBER"}, {"TLP:RED", "RED"}};
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        s.r.tlp = hw_span_str(wants[i].given);
        write_it();
        const json_t *d = at("document", "distribution");
        assert_string_equal(scene_text(json_object_get(d, "tlp"), "label"), wants[i].label);
        assert_true((json_object_get(d, "text") != NULL) == (strchr(wants[i].given, '+') != NULL));
    }
    s.r.tlp = HW_SPAN_LIT("secret");
    write_it();
    assert_null(at("document", "distribution"));
}

static void who_publishes_is_who_was_given(void **state)
{
    (void)state;
    s.r.author = HW_SPAN_LIT("Acme response team");
    s.r.contact = HW_SPAN_LIT("https://acme.example/security");
    write_it();
    assert_string_equal(scene_text(at("document", "publisher"), "name"), "Acme response team");
    assert_string_equal(scene_text(at("document", "publisher"), "contact_details"),
                        "https://acme.example/security");
}

static void names_made_to_deceive_stay_text(void **state)
{
    struct hw_buf out;
    (void)state;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_csaf, &s, &out);
    scene_nothing_raw(hw_buf_span(&out));
    assert_false(hw_span_holds_nocase(hw_buf_span(&out), "acme\\\\jane"));
    hw_buf_done(&out);
}

static void many_releases_are_cut_and_it_says_so(void **state)
{
    enum { MANY = 5000 };
    static struct hw_risky many[MANY];
    static char versions[MANY][12];
    struct hw_buf out;
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(versions[i], sizeof versions[i], "1.%u", i);
        many[i] = s.releases[2];
        many[i].version = hw_span_str(versions[i]);
        many[i].next = i + 1 < MANY ? &many[i + 1] : NULL;
    }
    s.impact.releases = many;
    hw_buf_init(&out, 64 << 20);
    scene_write(hw_tell_report_csaf, &s, &out);
    assert_true(out.n < 5000000);
    assert_true(hw_span_holds(hw_buf_span(&out), "3001 more products are left out"));
    hw_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_product_has_one_status_and_one_answer, plain, drop),
        {"and_so_with_names_made_to_deceive", every_product_has_one_status_and_one_answer, hostile,
         drop, NULL},
        cmocka_unit_test_setup_teardown(only_what_carries_the_bytes_is_known_to_be_affected, plain,
                                        drop),
        cmocka_unit_test_setup_teardown(a_version_that_is_a_range_is_a_name_and_a_hash_a_helper,
                                        plain, drop),
        cmocka_unit_test_setup_teardown(the_document_has_what_the_schema_requires, plain, drop),
        cmocka_unit_test_setup_teardown(members_stand_in_the_order_of_the_alphabet, plain, drop),
        cmocka_unit_test_setup_teardown(the_id_is_fit_to_be_the_files_name, plain, drop),
        cmocka_unit_test_setup_teardown(an_advisory_keeps_its_profile_and_that_of_vex, plain, drop),
        cmocka_unit_test_setup_teardown(without_releases_it_is_an_incident_response, plain, drop),
        cmocka_unit_test_setup_teardown(a_marking_is_a_label_that_csaf_knows, plain, drop),
        cmocka_unit_test_setup_teardown(who_publishes_is_who_was_given, plain, drop),
        cmocka_unit_test_setup_teardown(names_made_to_deceive_stay_text, hostile, drop),
        cmocka_unit_test_setup_teardown(many_releases_are_cut_and_it_says_so, plain, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
