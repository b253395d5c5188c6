/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indicators against marks: walking both tables side by side finds what one plain join finds, in
 * the same order, however many there are of either and however they lie.
 */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/room.h"

/* The plain join: no walk, no skipping. */
static const char plain[] =
    "WITH pair(mark,word) AS (VALUES (1,'sha256'),(2,'sha1'),(3,'md5'),(4,'imphash'),(5,'sha256'),"
    "(5,'cert-sha256'),(6,'sha1'),(6,'cert-sha1'),(7,'cert-serial'))"
    " SELECT p.mark,e.sha256,m.node,m.seq,d.sha256,i.node,i.seq FROM pair p JOIN indicator i"
    " ON i.kind=p.word JOIN mark m ON m.mark=p.mark AND m.value=i.value"
    " JOIN reading r ON r.id=m.reading AND r.class=1 JOIN evidence e ON e.id=r.evidence"
    " JOIN reading q ON q.id=i.reading AND q.class>0 JOIN evidence d ON d.id=q.evidence"
    " ORDER BY p.mark,m.value,e.sha256,r.class,m.node,m.kind,m.seq,d.sha256,q.class,i.node,i.seq";

static uint64_t same_as_plain(struct kit *k, struct hw_case *c)
{
    struct hw_cursor *q = NULL;
    struct hw_match_row row;
    sqlite3_stmt *s = NULL;
    uint64_t n = 0;
    int rc;
    assert_int_equal(sqlite3_prepare_v2(c->db, plain, -1, &s, NULL), SQLITE_OK);
    OK(hw_case_matches(c, &q, &k->err));
    while ((rc = hw_match_next(q, &row, &k->err)) == HW_ROW) {
        assert_int_equal(sqlite3_step(s), SQLITE_ROW);
        assert_int_equal(row.mark, sqlite3_column_int(s, 0));
        assert_memory_equal(row.found.evidence, sqlite3_column_blob(s, 1), 32);
        assert_int_equal(row.found.node, sqlite3_column_int(s, 2));
        assert_int_equal(row.found.seq, sqlite3_column_int(s, 3));
        assert_memory_equal(row.indicator.evidence, sqlite3_column_blob(s, 4), 32);
        assert_int_equal(row.indicator.node, sqlite3_column_int(s, 5));
        assert_int_equal(row.indicator.seq, sqlite3_column_int(s, 6));
        n++;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(sqlite3_step(s), SQLITE_DONE);
    assert_int_equal(hw_match_next(q, &row, &k->err), 0); /* and stays at its end */
    sqlite3_finalize(s);
    hw_cursor_free(q);
    return n;
}

/* A small world of values, so that many are shared: a few bytes of each digest differ. */
static void value_of(uint64_t n, size_t size, uint8_t out[32])
{
    memset(out, 0x5a, 32);
    out[0] = (uint8_t)n;
    out[size - 1] = (uint8_t)(n >> 8);
}

static void put_marks(struct kit_evidence *e, uint32_t node, uint64_t n)
{
    struct hw_fact f;
    uint8_t a[32], b[32];
    hw_fact_about(&f, HW_FACT_CERTIFICATE, node);
    value_of(n, 32, a);
    hw_fact_span(&f, HW_CERTIFICATE_SHA256, (struct hw_span){a, 32});
    hw_fact_span(&f, HW_CERTIFICATE_SPKI, (struct hw_span){a, 32});
    value_of(n / 3, 20, b);
    hw_fact_span(&f, HW_CERTIFICATE_SHA1, (struct hw_span){b, 20});
    hw_fact_span(&f, HW_CERTIFICATE_SERIAL, (struct hw_span){b, 1 + n % 3});
    kit_add(e, &f);
    hw_fact_about(&f, HW_FACT_PROPERTY, node);
    hw_fact_str(&f, HW_PROPERTY_KEY, "pe.imphash");
    value_of(n / 5, 16, a);
    hw_fact_span(&f, HW_PROPERTY_BYTES, (struct hw_span){a, 16});
    kit_add(e, &f);
}

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void store_marks(struct kit *k, struct hw_case *c, uint32_t n, uint64_t *x, uint64_t world)
{
    struct kit_evidence *e = kit_evidence(n, 2);
    for (uint32_t node = 0; node < 3; node++) {
        put_marks(e, node, next(x) % world);
    }
    OK(hw_case_store(c, &e->e, e->facts, e->count, &k->err));
    kit_evidence_free(e);
}

static void store_indicators(struct hw_case *c, uint32_t n, uint64_t *x, uint64_t world)
{
    static const struct {
        const char *kind;
        size_t n;
    } kinds[] = {{"sha256", 32},      {"sha1", 20},      {"md5", 16},       {"imphash", 16},
                 {"cert-sha256", 32}, {"cert-sha1", 20}, {"cert-serial", 2}};
    size_t i = next(x) % 7;
    uint8_t v[32];
    char hex[65];
    value_of(next(x) % world, kinds[i].n, v);
    if (next(x) % 4 == 0 && i < 3) {
        kit_hash((uint32_t)(next(x) % 9), (uint32_t)(next(x) % 3), v); /* of a file */
        memmove(v, v + (i == 2 ? 4 : 0), kinds[i].n);
    }
    for (size_t b = 0; b < kinds[i].n; b++) {
        (void)snprintf(hex + 2 * b, 3, "%02x", v[b]);
    }
    kit_store_indicator(c, n, kinds[i].kind, hex);
}

static void walking_both_is_the_plain_join(void **state)
{
    static const struct {
        uint32_t files, lists;
        uint64_t world;
    } shapes[] = {{9, 0, 50},     {0, 40, 50},   {9, 1, 2},   {1, 300, 60},
                  {120, 12, 400}, {60, 120, 60}, {40, 40, 3}, {40, 40, 60000}};
    uint64_t met = 0;
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        uint64_t x = 88172645463325252ULL + i;
        struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
        for (uint32_t n = 0; n < shapes[i].files; n++) {
            store_marks(k, c, n, &x, shapes[i].world);
        }
        for (uint32_t n = 0; n < shapes[i].lists; n++) {
            store_indicators(c, 1000 + n, &x, shapes[i].world);
        }
        OK(hw_case_commit(c, &k->err));
        uint64_t now = same_as_plain(k, c);
        assert_true(now == 0 || (shapes[i].files > 0 && shapes[i].lists > 0));
        met += now;
        hw_case_free(c);
    }
    assert_true(met > 1000);
}

/* A value that is the beginning of another lies right before it, and one that ends in zeros right
 * behind: the smallest step there is. */
static void neighbours_are_told_apart(void **state)
{
    static const char *const serials[] = {"01", "0100", "010000", "010001", "02", "ff", "ff00"};
    struct kit *k = *state;
    struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
    struct hw_fact f;
    uint8_t hash[32];
    for (uint32_t n = 0; n < 7; n += 2) { /* 01 010000 02 ff00 */
        struct kit_evidence *e = kit_evidence(n, 0);
        uint8_t serial[3];
        size_t size = strlen(serials[n]) / 2;
        assert_true(hw_hex_decode(hw_span_str(serials[n]), serial, size));
        kit_hash(n, 500, hash);
        hw_fact_about(&f, HW_FACT_CERTIFICATE, 0);
        hw_fact_span(&f, HW_CERTIFICATE_SHA256, (struct hw_span){hash, 32});
        hw_fact_span(&f, HW_CERTIFICATE_SHA1, (struct hw_span){hash, 20});
        hw_fact_span(&f, HW_CERTIFICATE_SPKI, (struct hw_span){hash, 32});
        hw_fact_span(&f, HW_CERTIFICATE_SERIAL, (struct hw_span){serial, size});
        kit_add(e, &f);
        OK(hw_case_store(c, &e->e, e->facts, e->count, &k->err));
        kit_evidence_free(e);
    }
    for (uint32_t n = 0; n < 7; n++) {
        kit_store_indicator(c, 100 + n, "cert-serial", serials[n]);
    }
    assert_int_equal(same_as_plain(k, c), 4);
    hw_case_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(walking_both_is_the_plain_join),
        T(neighbours_are_told_apart),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
