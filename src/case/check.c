/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/check.c -- is the case what it was? Adopting asks the same of a stranger's.
 *
 * Each part tells its troubles and the next part goes on. Only our own failure ends a check.
 */
#include "case/care.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/kept.h"
#include "case/log.h"
#include "case/room.h"
#include "fact/record.h"

/* The layouts of the log whose facts come now: they lie before its records. */
struct checked_log {
    int64_t reading;
    uint32_t node, layouts;
    uint16_t counts[HW_LAYOUTS_MAX];
    struct hw_span values[HW_RECORD_VALUES];
};

struct checking {
    struct hw_case *c;
    struct hw_case_check *out;
    struct hw_index *again;
    struct checked_log *log;
};

static void HW_FORMAT(2, 3) tell(struct checking *k, const char *fmt, ...)
{
    char says[320];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(says, sizeof says, fmt, ap);
    va_end(ap);
    for (int i = 0; i < n && i < (int)sizeof says - 1; i++) {
        says[i] = says[i] >= 0x20 && says[i] < 0x7f ? says[i] : '?';
    }
    k->out->troubles++;
    if (k->out->trouble != NULL) {
        k->out->trouble(k->out->state, says);
    }
}

static int check_sqlite(struct checking *k, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(k->c->db, "PRAGMA main.integrity_check(20)", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        bool ok = true;
        const char *says = hw_col_text(s, 0, &ok);
        if (strcmp(says, "ok") != 0) {
            tell(k, "SQLite: %.200s", says);
        }
    }
    sqlite3_finalize(s);
    return rc;
}

static int check_log(struct checking *k, struct hw_error *err)
{
    uint64_t broken = 0;
    int rc = hw_case_log_verify(k->c, &k->out->actions, &broken, err);
    if (rc == HW_OK && broken != 0) {
        tell(k, "action log: entry %llu does not follow from the one before",
             (unsigned long long)broken);
    }
    return rc;
}

static int check_kept(struct checking *k, struct hw_error *err)
{
    struct hw_cursor *rows = NULL;
    struct hw_kept_row row;
    int rc = hw_case_kept(k->c, &rows, err);
    if (rc != HW_OK) {
        return rc;
    }
    while ((rc = hw_kept_next(rows, &row, err)) == HW_ROW) {
        struct hw_error why = {0};
        int found = hw_case_kept_read(k->c, row.sha256, -1, &why);
        k->out->kept++;
        if (found == HW_E_CASE) {
            tell(k, "kept bytes %02x%02x%02x%02x..: %s", row.sha256[0], row.sha256[1],
                 row.sha256[2], row.sha256[3], why.text);
        } else if (found != HW_OK) {
            rc = hw_fail(err, found, "%s", why.text);
            break;
        }
    }
    hw_cursor_free(rows);
    return rc;
}

static int check_numbers(struct checking *k, struct hw_error *err)
{
    static const struct {
        const char *sql, *says;
    } rows[] = {
        {"SELECT count(*) FROM main.fact WHERE reading NOT IN (SELECT id FROM reading)",
         "facts belong to no reading"},
        {"SELECT count(*) FROM main.reading r WHERE facts <>"
         " (SELECT count(*) FROM fact f WHERE f.reading=r.id)",
         "readings have not as many facts as they had"},
        {"SELECT count(*) FROM main.reading WHERE class NOT IN (1,2,3) OR evidence NOT IN"
         " (SELECT id FROM evidence)",
         "readings belong to no evidence or class"},
        {"SELECT count(*) FROM main.evidence WHERE id NOT IN (SELECT evidence FROM reading)",
         "evidences have no reading"},
        {"SELECT count(*) FROM main.sighting WHERE evidence NOT IN (SELECT id FROM evidence)",
         "sightings belong to no evidence"},
        {"SELECT count(*) FROM main.declared WHERE evidence NOT IN (SELECT id FROM evidence)",
         "declared facts belong to no evidence"},
        {"SELECT count(*) FROM main.edge_in a LEFT JOIN main.edge_out b ON b.subject=a.subject"
         " AND b.lo=a.lo AND b.n=a.n WHERE b.object IS NOT a.object OR b.hi IS NOT a.hi"
         " OR b.pack IS NOT a.pack",
         "edges of the graph are not the same in both directions"},
        {"SELECT abs((SELECT count(*) FROM main.edge_in)-(SELECT count(*) FROM main.edge_out))"
         "+abs((SELECT count(*) FROM main.edge_in)-(SELECT count(*) FROM main.edge))",
         "edges of the graph lack a direction or a place"},
        {"SELECT count(*) FROM main.edge_in WHERE subject NOT IN (SELECT n FROM thing)"
         " OR object NOT IN (SELECT n FROM thing) OR n NOT IN (SELECT n FROM edge)",
         "edges of the graph lead nowhere"},
        {"SELECT count(*) FROM main.edge WHERE source<>0 AND source NOT IN (SELECT n FROM source)",
         "edges of the graph stand in no log"},
        {"SELECT count(*) FROM main.source WHERE evidence NOT IN (SELECT sha256 FROM evidence)",
         "logs of the graph are no evidence"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t n = 0;
        int rc = hw_sql_int(k->c->db, rows[i].sql, &n, err);
        if (rc != HW_OK) {
            return rc;
        }
        if (n != 0) {
            tell(k, "%lld %s", (long long)n, rows[i].says);
        }
    }
    return HW_OK;
}

/* What is kept along, and not even believed of a stranger. */
static int check_tally(struct checking *k, struct hw_error *err)
{
    struct hw_case_counts kept, now;
    bool there = false;
    int rc = hw_tally_read(k->c->db, &kept, &there, err);
    rc = rc != HW_OK ? rc : hw_tally_count(k->c->db, &now, err);
    if (rc == HW_OK && there && memcmp(&kept, &now, sizeof now) != 0) {
        tell(k, "the case does not hold as many rows as it says; 'case reread' counts them again");
    }
    return rc;
}

/* ---- the index, built again beside the one there is ---- */

static bool layout_is_sound(struct checked_log *l, const struct hw_fact *f)
{
    struct hw_span names = hw_fact_get(f, HW_LAYOUT_NAMES);
    size_t count = 1;
    for (size_t i = 0; i < names.n; i++) {
        count += names.p[i] == '\n';
    }
    if (hw_fact_get_u64(f, HW_LAYOUT_INDEX) != l->layouts || l->layouts == HW_LAYOUTS_MAX ||
        count > HW_RECORD_VALUES) {
        return false;
    }
    l->counts[l->layouts++] = (uint16_t)count;
    return true;
}

static bool records_are_sound(struct checked_log *l, const struct hw_fact *f)
{
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 1};
    struct hw_reader r;
    struct hw_record one;
    uint64_t n = 0;
    hw_reader_init(&r, hw_fact_get(f, HW_EVENTS_PACKED), &fuel);
    while (hw_record_next(&r, l->counts, l->layouts, l->values, &one)) {
        n++;
    }
    return hw_reader_ok(&r) && n == hw_fact_get_u64(f, HW_EVENTS_COUNT);
}

/* Facts come by reading, node and kind: layouts before the records that need them. */
static void check_log_fact(struct checking *k, int64_t reading, uint32_t node,
                           const struct hw_fact *f)
{
    struct checked_log *l = k->log;
    if (l->reading != reading || l->node != node) {
        l->reading = reading;
        l->node = node;
        l->layouts = 0;
    }
    if ((f->kind == HW_FACT_LAYOUT && !layout_is_sound(l, f)) ||
        (f->kind == HW_FACT_EVENTS && !records_are_sound(l, f))) {
        tell(k, "records of a log are damaged (node %u)", (unsigned)node);
    }
}

static int index_again(void *state, int64_t reading, uint32_t node, uint64_t seq,
                       const struct hw_fact *f, struct hw_error *err)
{
    struct checking *k = state;
    k->out->facts++;
    check_log_fact(k, reading, node, f);
    return hw_index_put(k->again, reading, seq, f, err);
}

static void bad_fact(void *state, const char *says)
{
    struct checking *k = state;
    k->out->facts++;
    tell(k, "%s", says);
}

static int compare_index(struct checking *k, struct hw_error *err)
{
    for (size_t i = 0; hw_index_tables[i] != NULL; i++) {
        const char *t = hw_index_tables[i];
        char sql[320];
        int64_t n = 0;
        snprintf(
            sql, sizeof sql,
            "SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM temp.%s))"
            "+(SELECT count(*) FROM (SELECT * FROM temp.%s EXCEPT SELECT * FROM main.%s))",
            t, t, t, t);
        int rc = hw_sql_int(k->c->db, sql, &n, err);
        if (rc != HW_OK) {
            return rc;
        }
        if (n != 0) {
            tell(k,
                 "index table %s: %lld rows are not what the facts say; 'case reread' "
                 "rebuilds it",
                 t, (long long)n);
        }
    }
    return HW_OK;
}

static int check_index(struct checking *k, struct hw_error *err)
{
    struct hw_fact_walk walk = {.each = index_again, .bad = bad_fact, .state = k};
    k->log = calloc(1, sizeof *k->log);
    int rc = k->log == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to check records") : HW_OK;
    rc = rc != HW_OK ? rc : hw_schema_index_tables(k->c->db, "temp", err);
    rc = rc != HW_OK ? rc : hw_index_new(k->c->db, "temp", &k->again, err);
    rc = rc != HW_OK ? rc : hw_facts_walk(k->c->db, &walk, err);
    rc = rc != HW_OK ? rc : compare_index(k, err);
    hw_index_free(k->again);
    free(k->log);
    return rc;
}

int hw_case_check(struct hw_case *c, struct hw_case_check *check, struct hw_error *err)
{
    static int (*const parts[])(struct checking *, struct hw_error *) = {
        check_sqlite, check_numbers, check_log, check_kept, check_index, check_tally};
    struct checking k = {.c = c, .out = check};
    check->facts = check->kept = check->actions = check->troubles = 0;
    if (c->batch || c->held) {
        return hw_fail(err, HW_E_STATE, "a batch is open, or the case is held");
    }
    int rc = hw_case_unlock_writes(c, true, err);
    rc = rc != HW_OK ? rc : hw_sql_run(c->db, "BEGIN", err);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == HW_OK; i++) {
        struct hw_error why = {0};
        rc = parts[i](&k, &why);
        if (rc == HW_E_CASE) { /* so damaged that the part could not be asked: that is an answer */
            tell(&k, "%s", why.text);
            rc = HW_OK;
        } else if (rc != HW_OK) {
            rc = hw_fail(err, rc, "%s", why.text);
        }
    }
    /* The rebuilt index lives in the temporary database and goes with the transaction. */
    sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
    int locked = hw_case_unlock_writes(c, false, rc == HW_OK ? err : NULL);
    return rc != HW_OK ? rc : locked;
}

/* ---- adopting ---- */

static void first_trouble(void *state, const char *says)
{
    char *out = state;
    if (out[0] == '\0') {
        snprintf(out, 160, "%s", says);
    }
}

int hw_case_adopt(const char *path, int64_t now_ns, struct hw_error *err)
{
    struct hw_case *c = NULL;
    struct hw_case_info info;
    char why[160] = "";
    struct hw_case_check check = {.trouble = first_trouble, .state = why};
    (void)now_ns;
    int rc = hw_case_open_stranger(path, &c, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_case_info(c, &info);
    if (info.stranger) {
        rc = hw_case_check(c, &check, err);
        if (rc == HW_OK && check.troubles > 0) {
            rc = hw_fail(err, HW_E_CASE, "not adopted: %s", why);
        }
        rc = rc != HW_OK ? rc : hw_case_own(c, err);
    }
    hw_case_free(c);
    return rc;
}
