/* SPDX-License-Identifier: Apache-2.0 */
/* Readings in: what is replaced, what is unchanged, what is refused. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/care.h"
#include "case/room.h"

enum { PARSER = 1 };

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

static void storing_again_changes_nothing(void **state)
{
    struct kit *k = *state;
    struct hw_buf a, b;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 5);
    kit_store(c, 2, 3);
    OK(hw_case_commit(c, &k->err));
    kit_dump(c, &a);
    kit_store(c, 2, 3);
    kit_store(c, 1, 5);
    OK(hw_case_commit(c, &k->err));
    kit_dump(c, &b);
    assert_true(a.n > 1000);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    hw_buf_done(&a);
    hw_buf_done(&b);
}

static void order_of_intake_does_not_matter(void **state)
{
    struct kit *k = *state;
    struct hw_buf a, b;
    struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
    for (uint32_t n = 0; n < 20; n++) {
        kit_store(c, n, n % 7);
    }
    kit_dump(c, &a);
    hw_case_free(c);
    c = kit_open(k, HW_CASE_PRIVATE);
    for (uint32_t n = 20; n-- > 0;) {
        kit_store(c, n, n % 7);
    }
    kit_dump(c, &b);
    hw_case_free(c);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    hw_buf_done(&a);
    hw_buf_done(&b);
}

static void new_reading_replaces_the_old_whole(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    uint8_t gone[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 9);
    kit_hash(1, 9, gone);
    assert_int_equal(marked(c, HW_MARK_SHA256, (struct hw_span){gone, 32}), 1);
    struct kit_evidence *e = kit_evidence(1, 2);
    e->e.parser = 2;
    OK(hw_case_store(c, &e->e, e->facts, e->count, &k->err));
    kit_evidence_free(e);
    OK(hw_case_count(c, &n, &k->err));
    assert_int_equal(n.readings, 1);
    assert_int_equal(n.artifacts, 3);
    assert_int_equal(marked(c, HW_MARK_SHA256, (struct hw_span){gone, 32}), 0);
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void scanning_a_list_does_not_forget_what_learning_it_said(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    bool known;
    uint8_t hash[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store_indicator(c, 5, "md5", "00112233445566778899aabbccddeeff");
    kit_hash(5, 0, hash);
    OK(hw_case_known(c, hash, HW_CLASS_KNOWLEDGE, PARSER, &known, &k->err));
    assert_true(known);
    OK(hw_case_known(c, hash, HW_CLASS_ARTIFACT, PARSER, &known, &k->err));
    assert_false(known);
    OK(hw_case_known(c, hash, HW_CLASS_ANY, PARSER, &known, &k->err));
    assert_false(known);
    struct kit_evidence *e = kit_evidence(5, 0);
    e->e.asked = HW_CLASS_ARTIFACT;
    OK(hw_case_store(c, &e->e, e->facts, e->count, &k->err));
    kit_evidence_free(e);
    OK(hw_case_count(c, &n, &k->err));
    assert_int_equal(n.evidences, 1);
    assert_int_equal(n.readings, 2);
    assert_int_equal(n.indicators, 1);
    OK(hw_case_known(c, hash, HW_CLASS_KNOWLEDGE, PARSER + 1, &known, &k->err));
    assert_false(known);
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void unchanged_needs_place_identity_age_and_parser(void **state)
{
    struct kit *k = *state;
    bool same = true;
    uint8_t hash[32], found[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    struct hw_place p = kit_place("/data/1.zip", NOW - 60 * SECOND), q;
    OK(hw_case_unchanged(c, &p, HW_CLASS_ANY, PARSER, NOW, &same, found, &k->err));
    assert_false(same);
    kit_store(c, 1, 1);
    kit_hash(1, 0, hash);
    OK(hw_case_unchanged(c, &p, HW_CLASS_ANY, PARSER, NOW + 1, &same, found, &k->err));
    assert_true(same);
    assert_memory_equal(found, hash, 32);
    OK(hw_case_unchanged(c, &p, HW_CLASS_ANY, PARSER + 1, NOW, &same, found, &k->err));
    assert_false(same);
    OK(hw_case_unchanged(c, &p, HW_CLASS_KNOWLEDGE, PARSER, NOW, &same, found, &k->err));
    assert_false(same);
    for (unsigned i = 0; i < 8; i++) {
        q = p;
        q.dev += i == 0;
        q.ino += i == 1;
        q.size += i == 2;
        q.mtime_ns += i == 3;
        q.ctime_ns -= i == 4;
        q.host = i == 5 ? "other" : "";
        q.scope = i == 6 ? "acme" : "";
        q.path.n -= i == 7;
        OK(hw_case_unchanged(c, &q, HW_CLASS_ANY, PARSER, NOW, &same, found, &k->err));
        assert_false(same);
    }
    hw_case_free(c);
}

static void file_as_young_as_the_scan_is_not_trusted(void **state)
{
    struct kit *k = *state;
    static const int64_t ages[] = {-SECOND, 0, SECOND, 2 * SECOND - 1, 2 * SECOND};
    uint8_t hash[32], found[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 1);
    kit_hash(1, 0, hash);
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        bool same = true;
        struct hw_place p = kit_place("/data/young", NOW - ages[i]);
        OK(hw_case_sight(c, &p, hash, NOW, &k->err));
        OK(hw_case_unchanged(c, &p, HW_CLASS_ANY, PARSER, NOW, &same, found, &k->err));
        assert_int_equal(same, ages[i] >= 2 * SECOND);
        p.mtime_ns = NOW - 900 * SECOND;
        OK(hw_case_sight(c, &p, hash, NOW, &k->err));
        OK(hw_case_unchanged(c, &p, HW_CLASS_ANY, PARSER, NOW, &same, found, &k->err));
        assert_int_equal(same, ages[i] >= 2 * SECOND);
    }
    hw_case_free(c);
}

static void place_shows_what_lies_there_now(void **state)
{
    struct kit *k = *state;
    struct hw_evidence_row row;
    struct hw_cursor *q = NULL;
    uint8_t one[32], two[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 1);
    kit_store(c, 2, 1);
    kit_hash(1, 0, one);
    kit_hash(2, 0, two);
    struct hw_place p = kit_place("/data/1.zip", NOW);
    OK(hw_case_sight(c, &p, two, NOW + SECOND, &k->err));
    struct hw_evidence_ask ask = {.under = HW_SPAN_LIT("/data/1.zip")};
    OK(hw_case_evidence(c, &ask, &q, &k->err));
    assert_int_equal(hw_evidence_next(q, &row, &k->err), HW_ROW);
    assert_memory_equal(row.sha256, two, 32);
    assert_true(row.first_ns == NOW && row.last_ns == NOW + SECOND);
    assert_int_equal(hw_evidence_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    ask.ever = true;
    OK(hw_case_evidence(c, &ask, &q, &k->err));
    assert_int_equal(hw_evidence_next(q, &row, &k->err), HW_ROW);
    assert_int_equal(hw_evidence_next(q, &row, &k->err), HW_ROW);
    assert_int_equal(hw_evidence_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    /* Unreadable now: nothing current lies there; sighted again: read after all. */
    struct hw_unread_row un;
    OK(hw_case_unread(c, &p, "unreadable", HW_SPAN_LIT("permission"), NOW, &k->err));
    ask.ever = false;
    OK(hw_case_evidence(c, &ask, &q, &k->err));
    assert_int_equal(hw_evidence_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    OK(hw_case_unreads(c, HW_SPAN_LIT("/data"), &q, &k->err));
    assert_int_equal(hw_unread_next(q, &un, &k->err), HW_ROW);
    assert_string_equal(un.what, "unreadable");
    assert_int_equal(hw_unread_next(q, &un, &k->err), 0);
    hw_cursor_free(q);
    OK(hw_case_sight(c, &p, one, NOW, &k->err));
    OK(hw_case_unreads(c, HW_SPAN_LIT("/data"), &q, &k->err));
    assert_int_equal(hw_unread_next(q, &un, &k->err), 0);
    hw_cursor_free(q);
    hw_case_free(c);
}

/* What is kept along is what there is, in the batch and after it. */
static void counts(struct kit *k, struct hw_case *c)
{
    struct hw_case_counts kept, now;
    OK(hw_case_count(c, &kept, &k->err));
    OK(hw_tally_count(c->db, &now, &k->err));
    assert_memory_equal(&kept, &now, sizeof now);
}

static void numbers_are_kept_along_whatever_is_written(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    uint8_t one[32], two[32];
    struct hw_place p = kit_place("/data/1.zip", NOW), q = kit_place("/data/other", NOW);
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 3);
    kit_store(c, 2, 0);
    kit_store_indicator(c, 5, "md5", "00112233445566778899aabbccddeeff");
    kit_store_log(c, 9);
    counts(k, c);
    OK(hw_case_count(c, &n, &k->err));
    assert_true(n.evidences == 4 && n.indicators == 1 && n.sightings >= 2);
    kit_hash(1, 0, one);
    kit_hash(2, 0, two);
    OK(hw_case_sight(c, &p, two, NOW, &k->err)); /* another at the same place */
    counts(k, c);
    OK(hw_case_sight(c, &p, two, NOW + 1, &k->err)); /* the same again */
    OK(hw_case_sight(c, &p, one, NOW + 2, &k->err)); /* and the first back */
    counts(k, c);
    OK(hw_case_unread(c, &p, "unreadable", HW_SPAN_LIT("x"), NOW, &k->err));
    OK(hw_case_unread(c, &p, "changed", HW_SPAN_LIT("x"), NOW, &k->err));
    OK(hw_case_unread(c, &q, "fifo", HW_SPAN_LIT(""), NOW, &k->err));
    counts(k, c);
    OK(hw_case_count(c, &n, &k->err));
    assert_int_equal(n.unreads, 2);
    OK(hw_case_sight(c, &p, one, NOW + 3, &k->err));
    OK(hw_case_entered(c, &q, &k->err));
    OK(hw_case_commit(c, &k->err));
    counts(k, c);
    kit_store(c, 3, 4); /* undone with its batch */
    hw_case_rollback(c);
    counts(k, c);
    kit_store_indicator(c, 5, "sha1", "0011223344556677889900112233445566778899"); /* read again */
    kit_store_log(c, 9);
    OK(hw_case_commit(c, &k->err));
    counts(k, c);
    OK(hw_case_forget(c, one, "ann", "", NOW, &k->err));
    counts(k, c);
    OK(hw_case_reindex(c, &k->err));
    counts(k, c);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    /* A case that says too much is told. */
    kit_sql(k->path, "UPDATE meta SET value=zeroblob(64) WHERE key='counts'");
    c = kit_open(k, HW_CASE_READ);
    assert_int_equal(kit_check(k, c), 1);
    hw_case_free(c);
    /* One that says nothing is counted. */
    kit_sql(k->path, "UPDATE meta SET value=x'00' WHERE key='counts'");
    c = kit_open(k, HW_CASE_WRITE);
    counts(k, c);
    kit_store(c, 3, 4);
    OK(hw_case_commit(c, &k->err));
    counts(k, c);
    hw_case_free(c);
}

static void refused_input_is_known_by_its_hash(void **state)
{
    struct kit *k = *state;
    struct hw_artifact_row row;
    struct hw_cursor *q = NULL;
    char prefix[] = "0123";
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    struct hw_evidence e = {.size = 77,
                            .sha256 = {0x01, 0x23, 0x45},
                            .parser = 1,
                            .degree = HW_REFUSED,
                            .because = "time"};
    OK(hw_case_store(c, &e, NULL, 0, &k->err));
    struct hw_artifact_ask ask = {.hash_prefix = prefix};
    OK(hw_case_artifacts(c, &ask, &q, &k->err));
    assert_int_equal(hw_artifact_next(q, &row, &k->err), HW_ROW);
    assert_int_equal(row.degree, HW_REFUSED);
    assert_int_equal(row.size, 77);
    assert_string_equal(row.format, "unknown");
    hw_cursor_free(q);
    hw_case_free(c);
}

static void facts_of_a_worker_that_lies_are_refused(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 3, 2);
    struct kit_evidence *e = kit_evidence(1, 2);
    static const uint8_t rubbish[] = {9, 255, 255, 1};
    /* Undecodable, of the protocol, parent after child: the reading can only be dropped. */
    for (unsigned i = 0; i < 3; i++) {
        struct hw_stored_fact bad = {HW_FACT_SECTION, {rubbish, sizeof rubbish}};
        struct hw_buf b;
        struct hw_fact f;
        hw_buf_init(&b, 1024);
        if (i == 1) {
            hw_fact_init(&f, HW_FACT_END);
            hw_fact_u64(&f, HW_END_FACTS, 1);
            hw_fact_u64(&f, HW_END_NODES, 1);
            OK(hw_fact_encode_body(&f, &b, &k->err));
            bad = (struct hw_stored_fact){HW_FACT_END, hw_buf_span(&b)};
        } else if (i == 2) {
            struct hw_budget fuel = {1 << 16, 1 << 16, 1};
            struct hw_reader r;
            hw_reader_init(&r, e->facts[0].body, &fuel);
            OK(hw_fact_decode_body(HW_FACT_ARTIFACT, &r, &f, &k->err));
            hw_fact_u64(&f, HW_F_NODE, 2);
            hw_fact_u64(&f, HW_ARTIFACT_PARENT, 2);
            OK(hw_fact_encode_body(&f, &b, &k->err));
            bad = (struct hw_stored_fact){HW_FACT_ARTIFACT, hw_buf_span(&b)};
        }
        OK(hw_case_store_begin(c, &e->e, &k->err));
        OK(hw_case_store_fact(c, e->facts[0].kind, e->facts[0].body, &k->err));
        assert_int_equal(hw_case_store_fact(c, bad.kind, bad.body, &k->err), HW_E_PEER);
        assert_int_equal(hw_case_store_fact(c, e->facts[1].kind, e->facts[1].body, &k->err),
                         HW_E_STATE);
        assert_int_equal(hw_case_store_end(c, &e->e, &k->err), HW_E_STATE);
        hw_case_store_drop(c);
        hw_buf_done(&b);
    }
    kit_evidence_free(e);
    OK(hw_case_count(c, &n, &k->err));
    assert_int_equal(n.evidences, 1);
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

/* More facts than are held in memory: they go to disk inside a savepoint. */
static void reading_too_large_for_memory_is_whole_or_not_there(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    struct hw_fact f;
    struct hw_buf body;
    uint8_t blob[4000] = {0};
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    struct kit_evidence *e = kit_evidence(1, 0);
    kit_store(c, 1, 3);
    for (unsigned round = 0; round < 2; round++) {
        OK(hw_case_store_begin(c, &e->e, &k->err));
        OK(hw_case_store_fact(c, e->facts[0].kind, e->facts[0].body, &k->err));
        for (unsigned i = 0; i < 2500; i++) {
            hw_buf_init(&body, 8192);
            hw_fact_about(&f, HW_FACT_PROPERTY, 0);
            hw_fact_str(&f, HW_PROPERTY_KEY, "some.blob");
            memcpy(blob, &i, sizeof i);
            hw_fact_span(&f, HW_PROPERTY_BYTES, (struct hw_span){blob, sizeof blob});
            OK(hw_fact_encode_body(&f, &body, &k->err));
            OK(hw_case_store_fact(c, f.kind, hw_buf_span(&body), &k->err));
            hw_buf_done(&body);
        }
        assert_true(c->storing.spilled);
        if (round == 0) {
            hw_case_store_drop(c);
        } else {
            OK(hw_case_store_end(c, &e->e, &k->err));
        }
        OK(hw_case_count(c, &n, &k->err));
        assert_int_equal(n.artifacts, round == 0 ? 4 : 1);
        assert_true(round == 0 ? n.facts < 100 : n.facts == 2501);
        assert_int_equal(n.readings, 1);
    }
    kit_evidence_free(e);
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(storing_again_changes_nothing),
        T(order_of_intake_does_not_matter),
        T(new_reading_replaces_the_old_whole),
        T(scanning_a_list_does_not_forget_what_learning_it_said),
        T(unchanged_needs_place_identity_age_and_parser),
        T(file_as_young_as_the_scan_is_not_trusted),
        T(place_shows_what_lies_there_now),
        T(numbers_are_kept_along_whatever_is_written),
        T(refused_input_is_known_by_its_hash),
        T(facts_of_a_worker_that_lies_are_refused),
        T(reading_too_large_for_memory_is_whole_or_not_there),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
