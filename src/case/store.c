/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/store.c -- one reading comes in: held in memory, sorted, written with its index rows.
 *
 * Most readings are small and are written at their end in the order of the table's key, without a
 * savepoint. One that outgrows HW_HOLD_BYTES goes to the database as it comes, inside a savepoint,
 * under a row id of its own, so that dropping it leaves the earlier reading as it was.
 */
#include "base/grow.h"
#include "case/room.h"

#include <stdlib.h>
#include <string.h>

int hw_evidence_id(struct hw_case *c, const uint8_t sha256[32], int64_t *out, struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_EVIDENCE_ID, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, sha256);
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        *out = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
        return HW_OK;
    }
    return rc != HW_OK ? rc : hw_fail(err, HW_E_MISSING, "no such evidence in the case");
}

const char *hw_class_word(enum hw_class c)
{
    static const char *const words[HW_CLASS_COUNT] = {"any", "artifact", "knowledge", "telemetry"};
    return words[c];
}

/* ---- taking a reading away ---- */

static bool is_log(const struct hw_fact *f)
{
    return f->kind == HW_FACT_ARTIFACT && hw_tally_is_log(hw_fact_get(f, HW_ARTIFACT_FORMAT));
}

/* Before its row goes. */
static int count_down(struct hw_case *c, int64_t reading, struct hw_error *err)
{
    sqlite3_stmt *s;
    bool ok = true;
    int rc = hw_sql_get(c, HW_SQL_READING_SIZE, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, reading);
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        c->tally.artifacts -=
            hw_col_int(s, 0, &ok) == HW_CLASS_ARTIFACT ? hw_col_size(s, 1, &ok) : 0;
        c->tally.facts -= hw_col_size(s, 2, &ok);
        c->tally.readings--;
        sqlite3_reset(s);
        rc = ok ? HW_OK : hw_col_bad("reading", err);
    }
    return rc;
}

static int drop_indexed(struct hw_case *c, sqlite3_stmt *s, int64_t reading, struct hw_error *err)
{
    int rc;
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        bool ok = true;
        struct hw_fact f;
        uint32_t node = hw_col_u32(s, 0, &ok), kind = hw_col_u32(s, 1, &ok);
        uint64_t seq = hw_col_size(s, 2, &ok);
        struct hw_span body = hw_col_blob(s, 3, &ok);
        /* A damaged body left no trace worth following; a reindex clears what it did leave. Records
         * leave none. */
        if (ok && kind != HW_FACT_EVENTS && hw_body_decode(kind, body, node, &f, NULL) == HW_OK) {
            rc = hw_index_drop(c->index, reading, seq, &f, err);
            c->tally.indicators -= f.kind == HW_FACT_INDICATOR;
            c->tally.telemetry -= is_log(&f);
            if (rc != HW_OK) {
                sqlite3_reset(s);
                return rc;
            }
        }
    }
    return rc;
}

int hw_reading_drop(struct hw_case *c, int64_t reading, struct hw_error *err)
{
    static const enum hw_sql last[] = {HW_SQL_FACT_DROP, HW_SQL_READING_DROP};
    sqlite3_stmt *s;
    int rc = count_down(c, reading, err);
    rc = rc != HW_OK ? rc : hw_sql_get(c, HW_SQL_FACT_ALL, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, reading);
    rc = drop_indexed(c, s, reading, err);
    for (unsigned i = 0; i < 2 && rc == HW_OK; i++) {
        rc = hw_sql_get(c, last[i], &s, err);
        if (rc == HW_OK) {
            hw_bind_int(s, 1, reading);
            rc = hw_sql_done(s, err);
        }
    }
    return rc;
}

/* ---- taking one in ---- */

static void forget_held(struct hw_storing *st)
{
    hw_buf_clear(&st->bodies);
    st->held_count = 0;
    st->on = st->broken = st->spilled = st->knowledge = st->fresh = false;
    st->facts = st->nodes = st->indicators = st->logs = 0;
}

static int check_evidence(const struct hw_evidence *e, struct hw_error *err)
{
    if ((unsigned)e->asked >= HW_CLASS_COUNT || (unsigned)e->degree >= HW_DEGREE_COUNT ||
        e->size > INT64_MAX) {
        return hw_fail(err, HW_E_USAGE, "evidence of no class, degree or size we know");
    }
    return HW_OK;
}

int hw_case_store_begin(struct hw_case *c, const struct hw_evidence *e, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    if (st->on) {
        return hw_fail(err, HW_E_STATE, "a reading is being stored already");
    }
    int rc = check_evidence(e, err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    if (rc == HW_OK) {
        forget_held(st);
        st->on = true;
        st->e = *e;
    }
    return rc;
}

void hw_case_store_drop(struct hw_case *c)
{
    struct hw_storing *st = &c->storing;
    if (st->on && st->spilled && c->batch) {
        sqlite3_exec(c->db, "ROLLBACK TO reading; RELEASE reading", NULL, NULL, NULL);
    }
    forget_held(st);
}

static int put_fact(struct hw_case *c, int64_t reading, const struct hw_held *h,
                    struct hw_span body, struct hw_error *err)
{
    sqlite3_stmt *s;
    struct hw_fact f;
    int rc = hw_sql_get(c, HW_SQL_FACT_ADD, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_span stored;
    rc = hw_body_pack(&c->storing.packing, h->kind, body, &stored, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, reading);
    hw_bind_int(s, 2, h->node);
    hw_bind_int(s, 3, h->kind);
    hw_bind_int(s, 4, h->seq);
    hw_bind_blob(s, 5, stored);
    rc = hw_sql_done(s, err);
    rc = rc != HW_OK ? rc : hw_body_decode(h->kind, body, h->node, &f, err);
    return rc != HW_OK ? rc : hw_index_put(c->index, reading, h->seq, &f, err);
}

static int by_key(const void *a, const void *b)
{
    const struct hw_held *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int write_held(struct hw_case *c, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    if (st->held_count > 1) {
        qsort(st->held, st->held_count, sizeof st->held[0], by_key);
    }
    for (size_t i = 0; i < st->held_count; i++) {
        const struct hw_held *h = &st->held[i];
        struct hw_span body = {st->bodies.p + h->at, h->n};
        int rc = put_fact(c, st->reading, h, body, err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    c->batch_bytes += st->bodies.n;
    hw_buf_clear(&st->bodies);
    st->held_count = 0;
    return HW_OK;
}

static int find_or_add_evidence(struct hw_case *c, const struct hw_evidence *e, int64_t *out,
                                bool *out_fresh, struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_evidence_id(c, e->sha256, out, err);
    if (rc != HW_E_MISSING) {
        return rc;
    }
    rc = hw_sql_get(c, HW_SQL_EVIDENCE_ADD, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, e->sha256);
    hw_bind_blob(s, 2, (struct hw_span){e->sha1, 20});
    hw_bind_blob(s, 3, (struct hw_span){e->md5, 16});
    hw_bind_int(s, 4, (int64_t)e->size);
    rc = hw_sql_done(s, err);
    if (rc == HW_OK) {
        *out = sqlite3_last_insert_rowid(c->db);
        *out_fresh = true;
    }
    return rc;
}

/* The row, in a class that no question asks for until the reading is whole. */
static int add_row(struct hw_case *c, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    sqlite3_stmt *s;
    int rc = find_or_add_evidence(c, &st->e, &st->evidence, &st->fresh, err);
    rc = rc != HW_OK ? rc : hw_sql_get(c, HW_SQL_READING_ADD, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, st->evidence);
    hw_bind_int(s, 2, -1);
    hw_bind_int(s, 3, st->e.asked);
    hw_bind_int(s, 4, st->e.parser);
    hw_bind_int(s, 5, st->e.degree);
    hw_bind_text(s, 7, "");
    for (int i = 8; i <= 10; i++) {
        hw_bind_int(s, i, 0);
    }
    rc = hw_sql_done(s, err);
    if (rc == HW_OK) {
        st->reading = sqlite3_last_insert_rowid(c->db);
    }
    return rc;
}

static int spill(struct hw_case *c, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    int rc = HW_OK;
    if (!st->spilled) {
        rc = hw_sql_run(c->db, "SAVEPOINT reading", err);
        st->spilled = rc == HW_OK;
        rc = rc != HW_OK ? rc : add_row(c, err);
    }
    return rc != HW_OK ? rc : write_held(c, err);
}

/* Shapes that the tables of fact/types.c leave open and this room's columns do not. */
static const char *objection(const struct hw_fact *f)
{
    if (f->kind == HW_FACT_BEGIN || f->kind == HW_FACT_END) {
        return "is of the protocol, not of evidence";
    }
    uint64_t node = hw_fact_get_u64(f, HW_F_NODE);
    if (node >= UINT32_MAX) {
        return "is about an absurd node";
    }
    if (f->kind != HW_FACT_ARTIFACT) {
        return NULL;
    }
    if (hw_fact_get(f, HW_ARTIFACT_SHA1).n != 20 || hw_fact_get(f, HW_ARTIFACT_MD5).n != 16) {
        return "has digests of a wrong size";
    }
    if (hw_fact_get_u64(f, HW_ARTIFACT_SIZE) > INT64_MAX) {
        return "has an absurd size";
    }
    bool has_parent = hw_fact_has(f, HW_ARTIFACT_PARENT);
    if (has_parent != (node > 0) ||
        (has_parent && hw_fact_get_u64(f, HW_ARTIFACT_PARENT) >= node)) {
        return "has no parent before it";
    }
    return NULL;
}

static int hold(struct hw_storing *st, const struct hw_fact *f, struct hw_span body,
                struct hw_error *err)
{
    if (HW_GROW(st->held, st->held_count, st->held_room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for facts");
    }
    struct hw_held *h = &st->held[st->held_count];
    *h = (struct hw_held){.node = (uint32_t)hw_fact_get_u64(f, HW_F_NODE),
                          .seq = (uint32_t)st->facts,
                          .kind = (uint32_t)f->kind,
                          .n = (uint32_t)body.n,
                          .at = st->bodies.n};
    hw_buf_span_put(&st->bodies, body);
    if (!hw_buf_ok(&st->bodies)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for facts");
    }
    st->held_count++;
    return HW_OK;
}

int hw_case_store_fact(struct hw_case *c, enum hw_fact_kind kind, struct hw_span body,
                       struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 4};
    struct hw_reader r;
    struct hw_fact f;
    if (!st->on || st->broken) {
        return hw_fail(err, HW_E_STATE, "no reading is being stored, or it is broken");
    }
    st->broken = true; /* until this fact is safely in */
    if (body.n > HW_FRAME_BYTES || st->facts >= UINT32_MAX) {
        return hw_fail(err, HW_E_PEER, "a fact too long, or too many");
    }
    hw_reader_init(&r, body, &fuel);
    int rc = hw_fact_decode_body(kind, &r, &f, err);
    if (rc != HW_OK) {
        return rc;
    }
    const char *why = objection(&f);
    if (why != NULL) {
        return hw_fail(err, HW_E_PEER, "%s %s", hw_fact_type(kind)->name, why);
    }
    if (st->bodies.n + body.n > HW_HOLD_BYTES) {
        rc = spill(c, err);
    }
    rc = rc != HW_OK ? rc : hold(st, &f, body, err);
    if (rc != HW_OK) {
        return rc;
    }
    st->broken = false;
    st->facts++;
    st->nodes += kind == HW_FACT_ARTIFACT;
    st->indicators += kind == HW_FACT_INDICATOR;
    st->logs += is_log(&f);
    st->knowledge = st->knowledge || kind == HW_FACT_KNOWLEDGE;
    return HW_OK;
}

/* What we know of an input that gave no facts: its bytes are known, its reading is refused. */
static int say_refused(struct hw_case *c, struct hw_error *err)
{
    const struct hw_evidence *e = &c->storing.e;
    struct hw_fact f[2];
    hw_fact_about(&f[0], HW_FACT_ARTIFACT, 0);
    hw_fact_u64(&f[0], HW_ARTIFACT_SIZE, e->size);
    hw_fact_span(&f[0], HW_ARTIFACT_SHA256, (struct hw_span){e->sha256, 32});
    hw_fact_span(&f[0], HW_ARTIFACT_SHA1, (struct hw_span){e->sha1, 20});
    hw_fact_span(&f[0], HW_ARTIFACT_MD5, (struct hw_span){e->md5, 16});
    hw_fact_str(&f[0], HW_ARTIFACT_FORMAT, "unknown");
    hw_fact_u64(&f[0], HW_ARTIFACT_BITS, 0);
    hw_fact_about(&f[1], HW_FACT_DEGREE, 0);
    hw_fact_str(&f[1], HW_DEGREE_DEGREE, hw_degree_word(e->degree));
    hw_fact_str(&f[1], HW_DEGREE_BECAUSE, e->because);
    for (unsigned i = 0; i < 2; i++) {
        struct hw_buf body;
        hw_buf_init(&body, HW_FRAME_BYTES);
        int rc = hw_fact_encode_body(&f[i], &body, err);
        rc = rc != HW_OK ? rc : hw_case_store_fact(c, f[i].kind, hw_buf_span(&body), err);
        hw_buf_done(&body);
        if (rc != HW_OK) {
            return rc;
        }
    }
    return HW_OK;
}

/* Earlier readings that this one replaces: of its class; and of the other class, when that was
 * found by asking for any, as now, for then the parsers have changed their mind. */
static int drop_earlier(struct hw_case *c, enum hw_class class, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    for (int k = HW_CLASS_ARTIFACT; k < HW_CLASS_COUNT; k++) {
        sqlite3_stmt *s;
        int rc = hw_sql_get(c, HW_SQL_READING_OF, &s, err);
        if (rc != HW_OK) {
            return rc;
        }
        hw_bind_int(s, 1, st->evidence);
        hw_bind_int(s, 2, k);
        rc = hw_sql_step(s, err);
        if (rc < 0) {
            return rc;
        }
        if (rc == HW_ROW) {
            int64_t old = sqlite3_column_int64(s, 0), asked = sqlite3_column_int64(s, 1);
            sqlite3_reset(s);
            if (k == (int)class || (asked == HW_CLASS_ANY && st->e.asked == HW_CLASS_ANY)) {
                rc = hw_reading_drop(c, old, err);
                if (rc != HW_OK) {
                    return rc;
                }
            }
        }
    }
    return HW_OK;
}

static int finish_row(struct hw_case *c, enum hw_class class, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_READING_SET, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, st->reading);
    hw_bind_int(s, 2, class);
    hw_bind_int(s, 3, st->e.asked);
    hw_bind_int(s, 4, st->e.parser);
    hw_bind_int(s, 5, st->e.degree);
    hw_bind_text(s, 6, st->e.because);
    hw_bind_text(s, 7, st->e.cage == NULL ? "" : st->e.cage);
    hw_bind_int(s, 8, (int64_t)st->facts);
    hw_bind_int(s, 9, (int64_t)st->nodes);
    hw_bind_int(s, 10, st->e.read_ns);
    return hw_sql_done(s, err);
}

static void count_up(struct hw_case *c, enum hw_class class)
{
    const struct hw_storing *st = &c->storing;
    c->tally.evidences += st->fresh;
    c->tally.readings++;
    c->tally.artifacts += class == HW_CLASS_ARTIFACT ? st->nodes : 0;
    c->tally.facts += st->facts;
    c->tally.indicators += st->indicators;
    c->tally.telemetry += st->logs;
}

static int end_reading(struct hw_case *c, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    int rc = st->facts == 0 ? say_refused(c, err) : HW_OK;
    enum hw_class class = st->e.asked == HW_CLASS_TELEMETRY                    ? HW_CLASS_TELEMETRY
                          : st->knowledge || st->e.asked == HW_CLASS_KNOWLEDGE ? HW_CLASS_KNOWLEDGE
                                                                               : HW_CLASS_ARTIFACT;
    rc = rc != HW_OK || st->spilled ? rc : add_row(c, err);
    rc = rc != HW_OK ? rc : drop_earlier(c, class, err);
    rc = rc != HW_OK ? rc : write_held(c, err);
    rc = rc != HW_OK ? rc : finish_row(c, class, err);
    if (rc == HW_OK) {
        count_up(c, class);
    }
    return rc != HW_OK || !st->spilled ? rc : hw_sql_run(c->db, "RELEASE reading", err);
}

int hw_case_store_end(struct hw_case *c, const struct hw_evidence *e, struct hw_error *err)
{
    struct hw_storing *st = &c->storing;
    if (!st->on || st->broken) {
        return hw_fail(err, HW_E_STATE, "no reading is being stored, or it is broken");
    }
    int rc = check_evidence(e, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (memcmp(e->sha256, st->e.sha256, 32) != 0) {
        return hw_fail(err, HW_E_USAGE, "a reading ends as that of other evidence");
    }
    st->e = *e;
    rc = end_reading(c, err);
    if (rc != HW_OK) {
        /* Half of it may be written: the batch goes, and with it nothing that was committed. */
        hw_case_rollback(c);
        forget_held(st);
        return rc;
    }
    forget_held(st);
    c->batch_evidences++;
    return hw_case_commit_due(c, err);
}

int hw_case_store(struct hw_case *c, const struct hw_evidence *e,
                  const struct hw_stored_fact *facts, size_t count, struct hw_error *err)
{
    int rc = hw_case_store_begin(c, e, err);
    if (rc != HW_OK) {
        return rc;
    }
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = hw_case_store_fact(c, facts[i].kind, facts[i].body, err);
    }
    rc = rc != HW_OK ? rc : hw_case_store_end(c, e, err);
    if (rc != HW_OK) {
        hw_case_store_drop(c);
    }
    return rc;
}
