/* SPDX-License-Identifier: Apache-2.0 */
/* The graph of a case: written whole or not at all, read back checked, true until facts change. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "case/graph.h"
#include "case/room.h"

enum { THINGS = 5, EDGES = 4, VERSION = 1 };

static struct hw_thing thing(uint32_t n, char name[16])
{
    struct hw_thing t = {.kind = n == 1 ? HW_ENTITY_HOST : HW_ENTITY_PROCESS,
                         .scope = "acme",
                         .host = n == 1 ? UINT32_MAX : 1,
                         .first_ns = NOW,
                         .last_ns = n == 5 ? HW_TIME_NONE : NOW + n,
                         .flags = n == 4 ? HW_THING_BROKER | HW_THING_IMPLIED : 0};
    memset(t.id, 0x10 * (int)n, sizeof t.id);
    snprintf(name, 16, "thing-%u", n);
    t.name = t.key = hw_span_str(name);
    t.native = n == 3 ? HW_SPAN_LIT("{guid-3}") : (struct hw_span){NULL, 0};
    return t;
}

/* 2 -> 3 twice, 3 -> 4, 4 -> 5; in time as numbered, the last of unknown time. */
static struct hw_edge edge(uint32_t n)
{
    static const uint32_t from[] = {0, 2, 2, 3, 4}, to[] = {0, 3, 3, 4, 5};
    return (struct hw_edge){.subject = from[n],
                            .object = to[n],
                            .lo = n == 4 ? HW_TIME_MIN : NOW + 10 * n,
                            .hi = n == 4 ? HW_TIME_MAX : NOW + 10 * n + 5,
                            .verb = n == 1 ? HW_VERB_SPAWNED : HW_VERB_WROTE,
                            .known = n == 3 ? HW_CLAIMED : HW_KEYED,
                            .flags = n == 2 ? HW_EDGE_HOLDS | HW_EDGE_CONTEXT : 0,
                            .weight = 1000 * n};
}

static void write_rows(struct kit *k, struct hw_graph *g)
{
    char name[16];
    struct hw_source s = {.node = 7, .reading = 1, .path = HW_SPAN_LIT("/logs/a!/b"), .records = 9};
    struct hw_gap_row gap = {.what = "cleared",
                             .log = "Security",
                             .says = "the log was cleared",
                             .host = 1,
                             .from_ns = NOW,
                             .to_ns = NOW + 1,
                             .count = 12};
    kit_hash(1, 0, s.evidence);
    OK(hw_graph_put_source(g, 1, &s, &k->err));
    for (uint32_t n = 1; n <= THINGS; n++) {
        struct hw_thing t = thing(n, name);
        OK(hw_graph_put_thing(g, n, &t, &k->err));
    }
    OK(hw_graph_put_alias(g, 5, HW_SPAN_LIT("also-5"), &k->err));
    OK(hw_graph_put_alias(g, 5, HW_SPAN_LIT("also-5"), &k->err));
    for (uint32_t n = 1; n <= EDGES; n++) {
        struct hw_edge_place p = {.why = n,
                                  .source = n == 4 ? 0 : 1,
                                  .number = UINT64_MAX - n,
                                  .off = 100 * n,
                                  .also = n == 2 ? HW_SPAN_LIT("0123456789abcdefghij")
                                                 : (struct hw_span){NULL, 0}};
        struct hw_edge e = edge(n);
        OK(hw_graph_put_place(g, n, &p, &k->err));
        OK(hw_graph_put_in(g, n, &e, &k->err));
        OK(hw_graph_put_out(g, n, &e, &k->err));
    }
    OK(hw_graph_put_gap(g, &gap, &k->err));
    gap.host = UINT32_MAX;
    OK(hw_graph_put_gap(g, &gap, &k->err));
}

static void write_graph(struct kit *k, struct hw_case *c)
{
    struct hw_graph *g = NULL;
    uint8_t print[32];
    OK(hw_graph_print(c, VERSION, print, &k->err));
    OK(hw_graph_begin(c, &g, &k->err));
    write_rows(k, g);
    OK(hw_graph_end(g, print, &k->err));
    hw_graph_free(g);
}

static bool fresh(struct kit *k, struct hw_case *c)
{
    uint8_t print[32];
    bool yes = false;
    OK(hw_graph_print(c, VERSION, print, &k->err));
    OK(hw_graph_fresh(c, print, &yes, &k->err));
    return yes;
}

static int64_t rows(struct kit *k, struct hw_case *c)
{
    int64_t v = -1;
    OK(hw_sql_int(c->db,
                  "SELECT (SELECT count(*) FROM source)+(SELECT count(*) FROM thing)+(SELECT "
                  "count(*) FROM alias)+"
                  "(SELECT count(*) FROM edge)+(SELECT count(*) FROM edge_in)+"
                  "(SELECT count(*) FROM edge_out)+(SELECT count(*) FROM gap)",
                  &v, &k->err));
    return v;
}

enum { ROWS = 1 + THINGS + 1 + 3 * EDGES + 2 };

static struct hw_case *with_graph(struct kit *k)
{
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 3);
    kit_store(c, 2, 3);
    OK(hw_case_commit(c, &k->err));
    write_graph(k, c);
    assert_true(fresh(k, c));
    return c;
}

/* ---- what was written is read ---- */

static void graph_reads_back_as_it_was_written(void **state)
{
    struct kit *k = *state;
    struct hw_walk *w = NULL;
    struct hw_thing t;
    struct hw_edge_place p;
    struct hw_source s;
    struct hw_gap_row gap;
    uint64_t things, edges;
    char name[16];
    hw_case_free(with_graph(k));
    struct hw_case *c = kit_open(k, HW_CASE_READ);
    OK(hw_walk_new(c, &w, &k->err));
    OK(hw_walk_counts(w, &things, &edges, &k->err));
    assert_int_equal(things, THINGS);
    assert_int_equal(edges, EDGES);
    for (uint32_t n = 1; n <= THINGS; n++) {
        struct hw_thing want = thing(n, name);
        OK(hw_walk_thing(w, n, &t, &k->err));
        assert_memory_equal(t.id, want.id, HW_ID_BYTES);
        assert_true(t.kind == want.kind && t.host == want.host && t.flags == want.flags);
        assert_true(t.first_ns == want.first_ns && t.last_ns == want.last_ns);
        assert_string_equal(t.scope, "acme");
        assert_true(hw_span_equal(t.name, want.name) && hw_span_equal(t.native, want.native));
    }
    for (uint32_t n = 1; n <= EDGES; n++) {
        OK(hw_walk_place(w, n, &p, &k->err));
        assert_true(p.why == n && p.number == UINT64_MAX - n && p.off == 100 * n);
        assert_int_equal(p.source, n == 4 ? 0 : 1);
        assert_int_equal(p.also.n, n == 2 ? 20 : 0);
    }
    OK(hw_walk_source(w, 1, &s, &k->err));
    assert_true(s.node == 7 && s.records == 9 && hw_span_equal(s.path, HW_SPAN_LIT("/logs/a!/b")));
    OK(hw_walk_gaps(w, &k->err));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(hw_walk_gap(w, &gap, &k->err), HW_ROW);
        assert_string_equal(gap.what, "cleared");
        assert_true(gap.host == (i == 0 ? 1 : UINT32_MAX) && gap.count == 12);
    }
    assert_int_equal(hw_walk_gap(w, &gap, &k->err), 0);
    assert_int_equal(hw_walk_thing(w, 99, &t, &k->err), HW_E_CASE);
    assert_int_equal(hw_walk_place(w, 0, &p, &k->err), HW_E_CASE);
    assert_int_equal(hw_walk_source(w, 2, &s, &k->err), HW_E_CASE);
    hw_walk_free(w);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void same_edge(const struct hw_edge *a, uint32_t n)
{
    struct hw_edge b = edge(n);
    assert_true(a->subject == b.subject && a->object == b.object && a->lo == b.lo && a->hi == b.hi);
    assert_true(a->verb == b.verb && a->known == b.known && a->flags == b.flags &&
                a->weight == b.weight);
}

static void edges_come_in_time_from_both_ends(void **state)
{
    static const struct {
        bool back;
        uint32_t of, count, n[2];
    } walks[] = {{true, 3, 2, {2, 1}},  {true, 4, 1, {3}},  {true, 5, 1, {4}}, {true, 2, 0, {0}},
                 {false, 2, 2, {1, 2}}, {false, 4, 1, {4}}, {false, 5, 0, {0}}};
    struct kit *k = *state;
    struct hw_walk *w = NULL;
    struct hw_edge e;
    uint32_t n;
    struct hw_case *c = with_graph(k);
    OK(hw_walk_new(c, &w, &k->err));
    assert_int_equal(hw_walk_next(w, &n, &e, &k->err), 0); /* none was begun */
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        OK(walks[i].back ? hw_walk_back(w, walks[i].of, &k->err)
                         : hw_walk_forth(w, walks[i].of, &k->err));
        for (uint32_t j = 0; j < walks[i].count; j++) {
            assert_int_equal(hw_walk_next(w, &n, &e, &k->err), HW_ROW);
            assert_int_equal(n, walks[i].n[j]);
            same_edge(&e, n);
        }
        if (i % 2 == 0) { /* every other is left before its end: the next begins anew */
            assert_int_equal(hw_walk_next(w, &n, &e, &k->err), 0);
            assert_int_equal(hw_walk_next(w, &n, &e, &k->err), 0);
        }
    }
    hw_walk_free(w);
    hw_case_free(c);
}

static void edges_of_one_verb_come_by_object(void **state)
{
    static const struct {
        enum hw_verb verb;
        uint32_t count, n[4];
    } walks[] = {{HW_VERB_WROTE, 3, {2, 3, 4}}, {HW_VERB_SPAWNED, 1, {1}}, {HW_VERB_READ, 0, {0}}};
    struct kit *k = *state;
    struct hw_walk *w = NULL;
    struct hw_edge e;
    uint32_t n;
    struct hw_case *c = with_graph(k);
    OK(hw_walk_new(c, &w, &k->err));
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        OK(hw_walk_verb(w, walks[i].verb, &k->err));
        for (uint32_t j = 0; j < walks[i].count; j++) {
            assert_int_equal(hw_walk_next(w, &n, &e, &k->err), HW_ROW);
            assert_int_equal(n, walks[i].n[j]);
            same_edge(&e, n);
        }
        assert_int_equal(hw_walk_next(w, &n, &e, &k->err), 0);
    }
    hw_walk_free(w);
    hw_case_free(c);
}

static void things_are_found_by_id_native_name_and_end(void **state)
{
    struct kit *k = *state;
    struct hw_walk *w = NULL;
    struct hw_thing t;
    uint32_t n;
    uint8_t lo[8] = {0x20}, hi[8] = {0x3f, 255, 255, 255, 255, 255, 255, 255};
    const struct {
        struct hw_thing_ask ask;
        uint32_t first, count;
    } asks[] = {
        {{.id_lo = {lo, 8}, .id_hi = {hi, 8}}, 2, 2},
        {{.native = HW_SPAN_LIT("{guid-3}")}, 3, 1},
        {{.native = HW_SPAN_LIT("{guid-4}")}, 0, 0},
        {{.kind = HW_ENTITY_PROCESS, .name = HW_SPAN_LIT("thing-4")}, 4, 1},
        {{.kind = HW_ENTITY_HOST, .name = HW_SPAN_LIT("thing-4")}, 0, 0},
        {{.kind = HW_ENTITY_PROCESS, .name = HW_SPAN_LIT("also-5")}, 5, 1},
        {{.kind = HW_ENTITY_HOST, .name = HW_SPAN_LIT("also-5")}, 0, 0},
        {{.kind = HW_ENTITY_PROCESS, .name_end = HW_SPAN_LIT("g-5")}, 5, 1},
        {{.kind = HW_ENTITY_PROCESS, .name_end = HW_SPAN_LIT("longer than every name")}, 0, 0},
        {{.kind = HW_ENTITY_PROCESS}, 2, 4},
    };
    struct hw_case *c = with_graph(k);
    OK(hw_walk_new(c, &w, &k->err));
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        OK(hw_walk_find(w, &asks[i].ask, &k->err));
        for (uint32_t j = 0; j < asks[i].count; j++) {
            assert_int_equal(hw_walk_found(w, &n, &t, &k->err), HW_ROW);
            assert_int_equal(n, asks[i].first + j);
        }
        assert_int_equal(hw_walk_found(w, &n, &t, &k->err), 0);
        assert_int_equal(hw_walk_found(w, &n, &t, &k->err), 0);
    }
    hw_walk_free(w);
    hw_case_free(c);
}

/* ---- a stranger's graph ---- */

/* Everything that a question may ask. HW_OK, or what the first damage was told as. */
static int ask_all(struct kit *k, struct hw_case *c)
{
    struct hw_walk *w = NULL;
    struct hw_thing t;
    struct hw_edge e;
    struct hw_edge_place p;
    struct hw_source s;
    struct hw_gap_row gap;
    uint32_t n;
    int rc = hw_walk_new(c, &w, &k->err);
    for (uint32_t i = 1; i <= THINGS && rc == HW_OK; i++) {
        rc = hw_walk_thing(w, i, &t, &k->err);
        for (unsigned way = 0; way < 2 && rc == HW_OK; way++) {
            rc = way == 0 ? hw_walk_back(w, i, &k->err) : hw_walk_forth(w, i, &k->err);
            while (rc == HW_OK && (rc = hw_walk_next(w, &n, &e, &k->err)) == HW_ROW) {
                rc = hw_walk_place(w, n, &p, &k->err);
                rc = rc != HW_OK || p.source == 0 ? rc : hw_walk_source(w, p.source, &s, &k->err);
            }
        }
    }
    rc = rc != HW_OK ? rc : hw_walk_gaps(w, &k->err);
    while (rc == HW_OK && (rc = hw_walk_gap(w, &gap, &k->err)) == HW_ROW) {
        rc = HW_OK;
    }
    hw_walk_free(w);
    return rc;
}

static void hostile_rows_are_told_and_never_followed(void **state)
{
    static const char *const evil[] = {
        "UPDATE thing SET id=x'00' WHERE n=2",
        "UPDATE thing SET id=zeroblob(9000) WHERE n=2",
        "UPDATE thing SET kind=0 WHERE n=2",
        "UPDATE thing SET kind=4000000000 WHERE n=2",
        "UPDATE thing SET kind=-1 WHERE n=2",
        "UPDATE thing SET host=-1 WHERE n=2",
        "UPDATE thing SET host=4294967296 WHERE n=2",
        "UPDATE thing SET host=6 WHERE n=2", /* numbers beyond the things: arrays end there */
        "UPDATE thing SET n=4294967295 WHERE n=5",
        "UPDATE thing SET n=-n",
        "UPDATE thing SET flags=-1 WHERE n=2",
        "UPDATE thing SET scope='a'||char(0)||'b' WHERE n=2",
        "DELETE FROM thing WHERE n=3",
        "UPDATE edge_in SET pack=0",
        "UPDATE edge_in SET pack=255",
        "UPDATE edge_in SET pack=-1",
        "UPDATE edge_in SET pack=(pack & ~3840) | 3840",
        "UPDATE edge_in SET subject=-5",
        "UPDATE edge_in SET subject=6",
        "UPDATE edge_out SET object=4000000000",
        "UPDATE edge_out SET object=99999999999",
        "UPDATE edge SET why=-1",
        "UPDATE edge SET source=77",
        "DELETE FROM edge",
        "UPDATE source SET evidence=x'00'",
        "UPDATE source SET node=-1",
        "UPDATE source SET records=-1",
        "DELETE FROM source",
        "UPDATE gap SET count=-1",
        "UPDATE gap SET host=-7",
        "UPDATE gap SET host=6",
        "UPDATE gap SET says='a'||char(0)",
    };
    struct kit *k = *state;
    struct hw_case *c = with_graph(k);
    assert_int_equal(ask_all(k, c), HW_OK);
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        OK(hw_sql_run(c->db, "BEGIN", &k->err));
        OK(hw_sql_run(c->db, evil[i], &k->err));
        int rc = ask_all(k, c);
        if (rc != HW_E_CASE) {
            print_error("%s: %d\n", evil[i], rc);
        }
        assert_int_equal(rc, HW_E_CASE);
        OK(hw_sql_run(c->db, "ROLLBACK", &k->err));
    }
    assert_int_equal(ask_all(k, c), HW_OK);
    hw_case_free(c);
}

static void check_tells_a_graph_that_does_not_hold_together(void **state)
{
    static const struct {
        const char *sql, *says;
    } evil[] = {
        {"UPDATE edge_in SET lo=lo-1 WHERE n=1", "both directions"},
        {"UPDATE edge_out SET pack=pack+1048576 WHERE n=2", "both directions"},
        {"DELETE FROM edge_out WHERE n=3", "both directions"},
        {"DELETE FROM edge_in WHERE n=3", "lack a direction"},
        {"DELETE FROM edge WHERE n=1", "lack a direction"},
        {"DELETE FROM thing WHERE n=4", "lead nowhere"},
        {"DELETE FROM source", "stand in no log"},
        {"UPDATE source SET evidence=zeroblob(32)", "no evidence"},
    };
    struct kit *k = *state;
    struct hw_case *c = with_graph(k);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        kit_sql(k->path, evil[i].sql);
        c = kit_open(k, HW_CASE_WRITE);
        assert_true(kit_check(k, c) > 0);
        if (strstr(k->err.text, evil[i].says) == NULL) {
            print_error("%s: said %s\n", evil[i].sql, k->err.text);
        }
        assert_non_null(strstr(k->err.text, evil[i].says));
        write_graph(k, c); /* making it anew mends it */
        assert_int_equal(kit_check(k, c), 0);
        hw_case_free(c);
    }
}

/* ---- whole, or not at all; true, or not ---- */

static void graph_that_was_not_ended_leaves_the_one_before(void **state)
{
    struct kit *k = *state;
    struct hw_graph *g = NULL;
    struct hw_case *c = with_graph(k);
    OK(hw_graph_begin(c, &g, &k->err));
    char name[16];
    struct hw_thing t = thing(1, name);
    OK(hw_graph_put_thing(g, 1, &t, &k->err));
    assert_int_not_equal(hw_graph_put_thing(g, 1, &t, &k->err), HW_OK); /* twice the same number */
    hw_graph_free(g);
    assert_int_equal(rows(k, c), ROWS);
    assert_true(fresh(k, c));
    assert_int_equal(ask_all(k, c), HW_OK);
    hw_case_free(c);
}

static void new_graph_takes_the_place_of_the_old(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = with_graph(k);
    write_graph(k, c);
    assert_int_equal(rows(k, c), ROWS);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void graph_is_true_until_what_it_stands_on_changes(void **state)
{
    struct kit *k = *state;
    uint8_t hash[32], print[32];
    bool yes = true;
    struct hw_case *c = with_graph(k);
    kit_hash(1, 0, hash);
    /* What no derivation reads changes nothing. */
    OK(hw_case_note(c, "e-0123456789abcdef", "a remark", "ann", NOW, &k->err));
    OK(hw_case_declare(c, hash, "exhibit", HW_SPAN_LIT("7"), NOW, &k->err));
    struct hw_place again = kit_place("/elsewhere/1.zip", NOW - 60 * SECOND);
    OK(hw_case_sight(c, &again, hash, NOW, &k->err));
    OK(hw_case_commit(c, &k->err));
    assert_true(fresh(k, c));
    /* Another version of derive/ does. */
    OK(hw_graph_print(c, VERSION + 1, print, &k->err));
    OK(hw_graph_fresh(c, print, &yes, &k->err));
    assert_false(yes);
    /* So does each of these. */
    OK(hw_case_declare(c, hash, "org", HW_SPAN_LIT("acme"), NOW, &k->err));
    assert_false(fresh(k, c));
    write_graph(k, c);
    assert_true(fresh(k, c));
    OK(hw_case_declare(c, hash, "tz", HW_SPAN_LIT("+01:00"), NOW, &k->err));
    assert_false(fresh(k, c));
    write_graph(k, c);
    kit_store(c, 3, 1);
    assert_false(fresh(k, c));
    write_graph(k, c);
    assert_true(fresh(k, c));
    OK(hw_sql_run(c->db, "UPDATE meta SET value='x' WHERE key='derived'", &k->err));
    assert_false(fresh(k, c));
    hw_case_free(c);
}

/* The order of intake shows in no print. */
static void print_does_not_know_the_order_of_intake(void **state)
{
    uint8_t prints[2][32];
    struct kit *k = *state;
    for (unsigned i = 0; i < 2; i++) {
        struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
        kit_store(c, i == 0 ? 1 : 2, 3);
        kit_store(c, i == 0 ? 2 : 1, 3);
        OK(hw_graph_print(c, VERSION, prints[i], &k->err));
        hw_case_free(c);
    }
    assert_memory_equal(prints[0], prints[1], 32);
}

/* ---- forgetting ---- */

static void forgotten_evidence_leaves_no_byte_in_the_graph(void **state)
{
    struct kit *k = *state;
    uint8_t hash[32];
    char *wal = kit_file(k, "t.case-wal");
    struct hw_case *c = with_graph(k);
    OK(hw_case_checkpoint(c, &k->err));
    assert_true(kit_holds(k->path, "{guid-3}", 8));
    assert_true(kit_holds(k->path, "the log was cleared", 19));
    kit_hash(1, 0, hash);
    OK(hw_case_forget(c, hash, "ann", "asked to", NOW, &k->err));
    assert_int_equal(rows(k, c), 0);
    assert_false(fresh(k, c));
    const char *files[] = {k->path, wal};
    for (unsigned i = 0; i < 2; i++) {
        assert_false(kit_holds(files[i], "{guid-3}", 8));
        assert_false(kit_holds(files[i], "thing-4", 7));
        assert_false(kit_holds(files[i], "/logs/a!/b", 10));
        assert_false(kit_holds(files[i], "the log was cleared", 19));
    }
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    free(wal);
}

static void forgetting_what_is_not_there_leaves_the_graph(void **state)
{
    struct kit *k = *state;
    uint8_t hash[32];
    struct hw_case *c = with_graph(k);
    kit_hash(55, 0, hash);
    assert_int_equal(hw_case_forget(c, hash, "ann", "", NOW, &k->err), HW_E_MISSING);
    assert_int_equal(rows(k, c), ROWS);
    assert_true(fresh(k, c));
    hw_case_free(c);
}

static void case_that_may_only_be_read_takes_no_graph(void **state)
{
    struct kit *k = *state;
    struct hw_graph *g = NULL;
    hw_case_free(with_graph(k));
    struct hw_case *c = kit_open(k, HW_CASE_READ);
    assert_int_equal(hw_graph_begin(c, &g, &k->err), HW_E_STATE);
    assert_null(g);
    assert_true(fresh(k, c));
    assert_int_equal(ask_all(k, c), HW_OK);
    hw_case_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(graph_reads_back_as_it_was_written),
        T(edges_come_in_time_from_both_ends),
        T(edges_of_one_verb_come_by_object),
        T(things_are_found_by_id_native_name_and_end),
        T(hostile_rows_are_told_and_never_followed),
        T(check_tells_a_graph_that_does_not_hold_together),
        T(graph_that_was_not_ended_leaves_the_one_before),
        T(new_graph_takes_the_place_of_the_old),
        T(graph_is_true_until_what_it_stands_on_changes),
        T(print_does_not_know_the_order_of_intake),
        T(forgotten_evidence_leaves_no_byte_in_the_graph),
        T(forgetting_what_is_not_there_leaves_the_graph),
        T(case_that_may_only_be_read_takes_no_graph),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
