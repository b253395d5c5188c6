/* SPDX-License-Identifier: Apache-2.0 */
/* A case of an older schema is moved when it is opened, and loses nothing. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/graph.h"
#include "case/room.h"
#include "schema_1.h"

/* A case as the first release left it, beside what it must still say. The rows are those of a case
 * of today, put into tables made of the old words. */
static void make_first(struct kit *k, struct hw_buf *out_dump)
{
    char *today = kit_file(k, "today.case"), *first = strdup(k->path);
    struct hw_buf sql;
    assert_non_null(first);
    snprintf(k->path, sizeof k->path, "%s", today);
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 5);
    kit_store(c, 2, 3);
    kit_store_indicator(c, 3, "md5", "00");
    uint8_t hash[32];
    kit_hash(1, 0, hash);
    OK(hw_case_declare(c, hash, "host", HW_SPAN_LIT("build-7"), NOW, &k->err));
    OK(hw_case_note(c, "e-0123456789abcdef", "a remark", "ann", NOW, &k->err));
    struct hw_action a = {.at_ns = NOW,
                          .who = "ann",
                          .version = "0.1.0",
                          .command = "scan",
                          .args = HW_SPAN_LIT("scan\0x\0"),
                          .policy = "",
                          .as_of_ns = INT64_MIN};
    OK(hw_case_commit(c, &k->err));
    OK(hw_case_log_append(c, &a, &k->err));
    kit_dump(c, out_dump);
    hw_case_free(c);
    snprintf(k->path, sizeof k->path, "%s", first);
    hw_buf_init(&sql, 1 << 20);
    hw_buf_str(&sql, "PRAGMA page_size=8192; PRAGMA application_id=1213682770;"
                     "PRAGMA user_version=1; BEGIN;");
    hw_buf_str(&sql, schema_1);
    hw_buf_printf(&sql, "COMMIT; ATTACH '%s' AS t;", today);
    for (size_t i = 0; i < sizeof schema_1_tables / sizeof schema_1_tables[0]; i++) {
        hw_buf_printf(&sql, "INSERT INTO main.%s SELECT * FROM t.%s;", schema_1_tables[i],
                      schema_1_tables[i]);
    }
    hw_buf_str(&sql, "DETACH t");
    kit_sql(k->path, hw_buf_text(&sql));
    assert_int_equal(chmod(k->path, 0600), 0);
    hw_buf_done(&sql);
    free(today);
    free(first);
}

static void still_says(struct kit *k, struct hw_case *c, const struct hw_buf *want)
{
    struct hw_buf got;
    struct hw_case_info info;
    int64_t v = 0;
    hw_case_info(c, &info);
    assert_int_equal(info.schema, HW_CASE_SCHEMA);
    assert_false(info.stranger);
    OK(hw_sql_int(c->db, "PRAGMA user_version", &v, &k->err));
    assert_int_equal(v, HW_CASE_SCHEMA);
    kit_dump(c, &got);
    assert_int_equal(got.n, want->n);
    assert_memory_equal(got.p, want->p, got.n);
    hw_buf_done(&got);
    OK(hw_sql_int(c->db, "SELECT count(*) FROM note", &v, &k->err));
    assert_int_equal(v, 1);
    OK(hw_sql_int(c->db, "SELECT count(*) FROM sighting WHERE current=1", &v, &k->err));
    assert_int_equal(v, 2);
    assert_int_equal(kit_check(k, c), 0); /* the action log's chain among the rest */
}

static void older_case_is_moved_and_keeps_its_facts(void **state)
{
    static const enum hw_case_mode modes[] = {HW_CASE_WRITE, HW_CASE_READ};
    for (unsigned i = 0; i < 2; i++) {
        struct kit *k = *state;
        struct hw_buf want;
        uint8_t print[32];
        bool fresh = true;
        unlink(k->path);
        char *today = kit_file(k, "today.case");
        unlink(today);
        free(today);
        make_first(k, &want);
        struct hw_case *c = kit_open(k, modes[i]);
        still_says(k, c, &want);
        /* No graph is in it, and none is claimed. */
        OK(hw_graph_print(c, 1, print, &k->err));
        OK(hw_graph_fresh(c, print, &fresh, &k->err));
        assert_false(fresh);
        hw_case_free(c);
        c = kit_open(k, HW_CASE_WRITE); /* once moved it stays */
        still_says(k, c, &want);
        kit_store(c, 9, 2);
        OK(hw_case_commit(c, &k->err));
        assert_int_equal(kit_check(k, c), 0);
        hw_case_free(c);
        hw_buf_done(&want);
    }
}

static void strangers_older_case_is_refused_by_number_and_untouched(void **state)
{
    struct kit *k = *state;
    struct hw_buf want, before, after;
    make_first(k, &want);
    assert_int_equal(chmod(k->path, 0666), 0); /* others may write it */
    kit_slurp(k->path, &before);
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
    assert_non_null(strstr(k->err.text, "older schema 1"));
    kit_slurp(k->path, &after);
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.p, after.p, after.n);
    OK(hw_case_adopt(k->path, NOW, &k->err));
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    still_says(k, c, &want);
    hw_case_free(c);
    hw_buf_done(&want);
    hw_buf_done(&before);
    hw_buf_done(&after);
}

/* What schema 3 was, made from what there is today. */
#define BACK_TO_3                                                                                  \
    "DROP INDEX reading_other; DROP INDEX sighting_evidence;"                                      \
    "CREATE INDEX sighting_evidence ON sighting(evidence);"                                        \
    "DELETE FROM meta WHERE key='counts'; DROP TABLE alias;"

static void case_of_schema_2_learns_to_find_statements(void **state)
{
    struct kit *k = *state;
    struct hw_cursor *q = NULL;
    struct hw_fact_row row;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 5);
    OK(hw_case_commit(c, &k->err));
    hw_case_free(c);
    kit_sql(k->path, BACK_TO_3 "DROP TABLE statement; PRAGMA user_version=2");
    c = kit_open(k, HW_CASE_WRITE);
    kit_store_statement(c, 2, "left-pad", "npm");
    OK(hw_case_commit(c, &k->err));
    OK(hw_case_statements(c, "left-pad", "npm", &q, &k->err));
    assert_int_equal(hw_fact_next(q, &row, &k->err), HW_ROW);
    hw_cursor_free(q);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void case_of_schema_3_learns_how_much_it_holds(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts before, after;
    bool there = false;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 5);
    kit_store_indicator(c, 100, "md5", "00112233445566778899aabbccddeeff");
    OK(hw_case_commit(c, &k->err));
    OK(hw_case_count(c, &before, &k->err));
    hw_case_free(c);
    kit_sql(k->path, BACK_TO_3 "PRAGMA user_version=3");
    c = kit_open(k, HW_CASE_READ);
    OK(hw_tally_read(c->db, &after, &there, &k->err));
    assert_true(there);
    assert_memory_equal(&after, &before, sizeof after);
    assert_int_equal(after.artifacts, 6);
    assert_int_equal(after.sightings, 1);
    assert_int_equal(after.indicators, 1);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void step_that_cannot_be_taken_leaves_the_older_case(void **state)
{
    struct kit *k = *state;
    struct hw_buf want;
    make_first(k, &want);
    kit_sql(k->path, "CREATE TABLE edge(x)"); /* a name that the step needs */
    kit_refused(k, HW_CASE_WRITE, HW_E_CASE);
    kit_sql(k->path, "DROP TABLE edge");
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    still_says(k, c, &want);
    hw_case_free(c);
    hw_buf_done(&want);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(older_case_is_moved_and_keeps_its_facts),
        T(strangers_older_case_is_refused_by_number_and_untouched),
        T(case_of_schema_2_learns_to_find_statements),
        T(case_of_schema_3_learns_how_much_it_holds),
        T(step_that_cannot_be_taken_leaves_the_older_case),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
