/* SPDX-License-Identifier: Apache-2.0 */
/* What is found by what: hash, path, id, mark, issuer, component; and what people said. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/room.h"
#include "fact/id.h"

static size_t count_facts(struct hw_cursor *k)
{
    struct hw_fact_row row;
    struct hw_error err;
    size_t n = 0;
    int rc;
    while ((rc = hw_fact_next(k, &row, &err)) == HW_ROW) {
        n++;
    }
    OK(rc);
    hw_cursor_free(k);
    return n;
}

static size_t marked(struct hw_case *c, enum hw_mark m, struct hw_span v)
{
    struct hw_cursor *k = NULL;
    OK(hw_case_marked_by(c, m, v, &k, NULL));
    return count_facts(k);
}

static void artifacts_are_found_by_hash_path_and_id(void **state)
{
    struct kit *k = *state;
    struct hw_artifact_row row;
    struct hw_cursor *q = NULL;
    struct hw_fact_row fact;
    uint8_t hash[32];
    char hex[65], id[HW_ID_TEXT];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    for (uint32_t n = 0; n < 30; n++) {
        kit_store(c, n, 4);
    }
    kit_hash(17, 3, hash);
    for (unsigned i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
    hex[11] = '\0'; /* an odd number of digits */
    struct hw_artifact_ask ask = {.hash_prefix = hex};
    OK(hw_case_artifacts(c, &ask, &q, &k->err));
    assert_int_equal(hw_artifact_next(q, &row, &k->err), HW_ROW);
    assert_memory_equal(row.sha256, hash, 32);
    assert_int_equal(row.path.n, strlen("/data/17.zip!/m17-1.dll!/m17-3.dll"));
    assert_memory_equal(row.path.p, "/data/17.zip!/m17-1.dll!/m17-3.dll", row.path.n);
    assert_memory_equal(row.inside.p, "!/m17-1.dll!/m17-3.dll", row.inside.n);
    int64_t reading = row.reading;
    assert_int_equal(hw_artifact_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    assert_int_equal(hw_case_artifact_get(c, reading, 3, &row, &k->err), HW_ROW);
    assert_memory_equal(row.sha256, hash, 32);
    assert_int_equal(row.parent, 1);
    assert_int_equal(hw_case_artifact_get(c, reading, 99, &row, &k->err), 0);
    static const struct {
        const char *under;
        size_t n;
    } paths[] = {{"", 150},
                 {"/data", 150},
                 {"/data/", 150},
                 {"/dat", 0},
                 {"/data/7.zip", 5},
                 {"/data/7.zip!/m7-1.dll", 3},
                 {"/data/7.zip!/m7-1.dll!/m7-4.dll", 1},
                 {"/data/7.zip!/m7-1.dl", 0}};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t n = 0;
        struct hw_artifact_ask under = {
            .under = {(const uint8_t *)paths[i].under, strlen(paths[i].under)}};
        OK(hw_case_artifacts(c, &under, &q, &k->err));
        while (hw_artifact_next(q, &row, &k->err) == HW_ROW) {
            n++;
        }
        hw_cursor_free(q);
        assert_int_equal(n, paths[i].n);
    }
    OK(hw_artifact_id(hash, id, &k->err));
    OK(hw_case_marked(c, HW_MARK_ENTITY, id + 2, &q, &k->err));
    assert_int_equal(hw_fact_next(q, &fact, &k->err), HW_ROW);
    assert_int_equal(fact.fact.kind, HW_FACT_ARTIFACT);
    assert_int_equal(fact.node, 3);
    hw_cursor_free(q);
    assert_int_equal(hw_case_marked(c, HW_MARK_ENTITY, "XY", &q, &k->err), HW_E_USAGE);
    hw_case_free(c);
}

static void certificates_links_and_signers_are_found(void **state)
{
    struct kit *k = *state;
    uint8_t cert[32];
    struct hw_cursor *q = NULL;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 3);
    kit_store(c, 2, 3);
    kit_hash(7, 7, cert);
    assert_int_equal(marked(c, HW_MARK_CERT_SHA256, (struct hw_span){cert, 32}), 2);
    assert_int_equal(marked(c, HW_MARK_CERT_SERIAL, HW_SPAN_LIT("\x0a\xbc\xde")), 2);
    assert_int_equal(marked(c, HW_MARK_CERT_SERIAL, HW_SPAN_LIT("\0\0\x0a\xbc\xde")), 2);
    assert_int_equal(marked(c, HW_MARK_SIGNER, (struct hw_span){cert, 32}), 2);
    OK(hw_case_links(c, cert, &q, &k->err));
    assert_int_equal(count_facts(q), 2);
    OK(hw_case_marked(c, HW_MARK_IMPHASH, "0011", &q, &k->err));
    assert_int_equal(count_facts(q), 2);
    hw_case_free(c);
}

static void copies_of_a_component_stand_together(void **state)
{
    struct kit *k = *state;
    struct hw_cursor *q = NULL;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 2);
    kit_store(c, 2, 2);
    OK(hw_case_components(c, "THING.dll", "1.2.3", NULL, &q, &k->err));
    assert_int_equal(count_facts(q), 4);
    OK(hw_case_components(c, "thing.dll", "1.2.4", NULL, &q, &k->err));
    assert_int_equal(count_facts(q), 0);
    OK(hw_case_components(c, NULL, NULL, NULL, &q, &k->err));
    assert_int_equal(count_facts(q), 4);
    hw_case_free(c);
}

static void revocations_are_found_by_issuer_and_serial(void **state)
{
    struct kit *k = *state;
    struct hw_cursor *q = NULL;
    struct hw_fact f;
    uint8_t crl[32], spki[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    struct kit_evidence *e = kit_evidence(1, 0);
    kit_hash(20, 1, crl);
    kit_hash(20, 2, spki);
    hw_fact_about(&f, HW_FACT_CRL, 0);
    hw_fact_span(&f, HW_CRL_SHA256, (struct hw_span){crl, 32});
    hw_fact_span(&f, HW_CRL_AKI, HW_SPAN_LIT("key-id"));
    hw_fact_str(&f, HW_CRL_ISSUER, "CN=Some CA");
    hw_fact_span(&f, HW_CRL_ISSUER_SPKI, (struct hw_span){spki, 32});
    kit_add(e, &f);
    hw_fact_about(&f, HW_FACT_REVOKED, 0);
    hw_fact_span(&f, HW_REVOKED_CRL, (struct hw_span){crl, 32});
    hw_fact_span(&f, HW_REVOKED_SERIAL, HW_SPAN_LIT("\x0a\xbc"));
    hw_fact_time(&f, HW_REVOKED_WHEN, NOW);
    kit_add(e, &f);
    OK(hw_case_store(c, &e->e, e->facts, e->count, &k->err));
    kit_evidence_free(e);
    const struct {
        struct hw_issuer by;
        const char *serial;
        size_t crls, found;
    } rows[] = {
        {{.aki = HW_SPAN_LIT("key-id")}, "\x0a\xbc", 1, 1},
        {{.spki = {spki, 32}}, "\x0a\xbc", 1, 1},
        {{.issuer = "CN=Some CA"}, "\x0a\xbc", 1, 1},
        {{.aki = HW_SPAN_LIT("other")}, "\x0a\xbc", 0, 0},
        {{.aki = HW_SPAN_LIT("other"), .issuer = "CN=Some CA"}, "\x0a\xbc", 1, 1},
        {{.aki = HW_SPAN_LIT("key-id")}, "\x0a\xbd", 1, 0},
        {{.issuer = NULL}, "\x0a\xbc", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hw_span serial = {(const uint8_t *)rows[i].serial, 2};
        OK(hw_case_crls(c, &rows[i].by, &q, &k->err));
        assert_int_equal(count_facts(q), rows[i].crls);
        OK(hw_case_revocations(c, &rows[i].by, serial, &q, &k->err));
        assert_int_equal(count_facts(q), rows[i].found);
    }
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void last_years_evidence_answers_this_years_indicator(void **state)
{
    struct kit *k = *state;
    struct hw_match_row row;
    struct hw_cursor *q = NULL;
    uint8_t hash[32];
    char hex[65];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 3);
    kit_store(c, 2, 3);
    kit_hash(2, 3, hash);
    for (unsigned i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
    OK(hw_case_matches(c, &q, &k->err));
    assert_int_equal(hw_match_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    kit_store_indicator(c, 100, "sha256", hex);
    kit_store_indicator(c, 101, "cert-serial", "0abcde");
    kit_store_indicator(c, 102, "imphash", "00112233445566778899aabbccddeeff");
    kit_store_indicator(c, 103, "domain", "evil.example");
    static const struct {
        enum hw_mark mark;
        enum hw_fact_kind kind;
    } want[] = {{HW_MARK_SHA256, HW_FACT_ARTIFACT},
                {HW_MARK_IMPHASH, HW_FACT_PROPERTY},
                {HW_MARK_IMPHASH, HW_FACT_PROPERTY},
                {HW_MARK_CERT_SERIAL, HW_FACT_CERTIFICATE},
                {HW_MARK_CERT_SERIAL, HW_FACT_CERTIFICATE}};
    OK(hw_case_matches(c, &q, &k->err));
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_int_equal(hw_match_next(q, &row, &k->err), HW_ROW);
        assert_int_equal(row.mark, want[i].mark);
        assert_int_equal(row.found.fact.kind, want[i].kind);
        assert_int_equal(row.indicator.fact.kind, HW_FACT_INDICATOR);
    }
    assert_int_equal(hw_match_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    OK(hw_case_indicators(c, "domain", &q, &k->err));
    assert_int_equal(count_facts(q), 1);
    OK(hw_case_indicators(c, NULL, &q, &k->err));
    assert_int_equal(count_facts(q), 4);
    hw_case_free(c);
}

static void statements_are_found_by_name_and_ecosystem(void **state)
{
    struct kit *k = *state;
    struct hw_cursor *q = NULL;
    struct hw_fact_row row;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store_statement(c, 1, "left-pad", "npm");
    kit_store_statement(c, 2, "left-pad", "pypi");
    kit_store_statement(c, 3, "Left-Pad", NULL);
    kit_store_statement(c, 4, "right-pad", "npm");
    OK(hw_case_statements(c, "LEFT-PAD", "npm", &q, &k->err));
    assert_int_equal(hw_fact_next(q, &row, &k->err), HW_ROW);
    assert_int_equal(row.fact.kind, HW_FACT_STATEMENT);
    assert_true(hw_fact_is(&row.fact, HW_STATEMENT_NAME, "left-pad"));
    assert_true(hw_fact_is(&row.fact, HW_STATEMENT_ECOSYSTEM, "npm"));
    assert_int_equal(hw_fact_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    OK(hw_case_statements(c, "left-pad", NULL, &q, &k->err));
    assert_int_equal(count_facts(q), 3);
    OK(hw_case_statements(c, "left-pad", "", &q, &k->err));
    assert_int_equal(count_facts(q), 1);
    OK(hw_case_statements(c, NULL, "npm", &q, &k->err));
    assert_int_equal(count_facts(q), 2);
    OK(hw_case_statements(c, NULL, NULL, &q, &k->err));
    assert_int_equal(count_facts(q), 4);
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void prevalence_counts_evidence_places_and_hosts(void **state)
{
    struct kit *k = *state;
    struct hw_prevalence p;
    uint8_t hash[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 1);
    kit_hash(1, 0, hash);
    struct hw_place place = kit_place("/copy", NOW);
    place.host = "laptop";
    OK(hw_case_sight(c, &place, hash, NOW - SECOND, &k->err));
    kit_hash(1, 1, hash);
    OK(hw_case_prevalence(c, hash, &p, &k->err));
    assert_int_equal(p.evidences, 1);
    assert_int_equal(p.sightings, 2);
    assert_int_equal(p.hosts, 2);
    assert_true(p.first_ns == NOW - SECOND);
    kit_hash(9, 9, hash);
    OK(hw_case_prevalence(c, hash, &p, &k->err));
    assert_int_equal(p.evidences, 0);
    hw_case_free(c);
}

static void declared_facts_change_without_reading_again(void **state)
{
    struct kit *k = *state;
    struct hw_declared_row row;
    struct hw_cursor *q = NULL;
    uint8_t hash[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 1);
    kit_hash(1, 0, hash);
    OK(hw_case_declare(c, hash, "org", HW_SPAN_LIT("acme"), NOW, &k->err));
    OK(hw_case_declare(c, hash, "org", HW_SPAN_LIT("acme"), NOW + 1, &k->err));
    OK(hw_case_declare(c, hash, "org", HW_SPAN_LIT("other"), NOW + 2, &k->err));
    assert_int_equal(hw_case_declare(c, hash, "colour", HW_SPAN_LIT("red"), NOW, &k->err),
                     HW_E_USAGE);
    OK(hw_case_declared(c, hash, &q, &k->err));
    assert_int_equal(hw_declared_next(q, &row, &k->err), HW_ROW);
    assert_true(!row.current && row.at_ns == NOW);
    assert_int_equal(hw_declared_next(q, &row, &k->err), HW_ROW);
    assert_true(row.current && row.value.n == 5);
    assert_int_equal(hw_declared_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    hw_case_free(c);
}

static void judgements_and_notes_keep_their_order(void **state)
{
    struct kit *k = *state;
    struct hw_judgement_row j;
    struct hw_note_row n;
    struct hw_cursor *q = NULL;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    OK(hw_case_judge(c, "f-0123456789abcdef", true, "known good", "ann", NOW, &k->err));
    OK(hw_case_judge(c, "f-0123456789abcdef", false, "no longer", "bob", NOW + 1, &k->err));
    OK(hw_case_note(c, "e-0123456789abcdef", "look again", "ann", NOW, &k->err));
    assert_int_equal(hw_case_judge(c, "f-01", true, "", "", NOW, &k->err), HW_E_USAGE);
    OK(hw_case_judgements(c, "f-01", &q, &k->err));
    assert_int_equal(hw_judgement_next(q, &j, &k->err), HW_ROW);
    assert_true(j.accept && !j.current);
    assert_int_equal(hw_judgement_next(q, &j, &k->err), HW_ROW);
    assert_true(!j.accept && j.current);
    assert_int_equal(hw_judgement_next(q, &j, &k->err), 0);
    assert_int_equal(hw_note_next(q, &n, &k->err), HW_E_STATE);
    hw_cursor_free(q);
    OK(hw_case_notes(c, NULL, &q, &k->err));
    assert_int_equal(hw_note_next(q, &n, &k->err), HW_ROW);
    assert_string_equal(n.text, "look again");
    hw_cursor_free(q);
    hw_case_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(artifacts_are_found_by_hash_path_and_id),
        T(certificates_links_and_signers_are_found),
        T(copies_of_a_component_stand_together),
        T(revocations_are_found_by_issuer_and_serial),
        T(last_years_evidence_answers_this_years_indicator),
        T(statements_are_found_by_name_and_ecosystem),
        T(prevalence_counts_evidence_places_and_hosts),
        T(declared_facts_change_without_reading_again),
        T(judgements_and_notes_keep_their_order),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
