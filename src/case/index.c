/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/index.c -- from facts to the index tables, and back out again.
 *
 * The index is a function of the facts alone. What a fact put in is found again from the same fact,
 * so taking a reading away needs no index by reading; and two runs over the same facts can be
 * compared (case/care.c). Rows come in any order of a reading's facts, but an ARTIFACT comes before
 * the DEGREE of its node.
 */
#include "case/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fact/id.h"

enum what {
    PUT_ARTIFACT,
    DROP_ARTIFACT,
    SET_DEGREE,
    PUT_MARK,
    DROP_MARK,
    PUT_COMPONENT,
    DROP_COMPONENT,
    PUT_LINK,
    DROP_LINK,
    PUT_CRL,
    DROP_CRL,
    PUT_REVOKED,
    DROP_REVOKED,
    PUT_INDICATOR,
    DROP_INDICATOR,
    PUT_STATEMENT,
    DROP_STATEMENT,
    WHAT_COUNT,
};

/* Each takes the same leading parameters in putting and dropping; PUT replaces, so that what a
 * damaged index holds never stops a reading from being stored. */
static const char *const words[WHAT_COUNT] = {
    [PUT_ARTIFACT] = "INSERT OR REPLACE INTO %s.artifact(reading,node,parent,size,degree,format,"
                     "sha256,sha1,md5,name) VALUES(?1,?2,?3,?4,0,?5,?6,?7,?8,?9)",
    [DROP_ARTIFACT] = "DELETE FROM %s.artifact WHERE reading=?1 AND node=?2",
    [SET_DEGREE] = "UPDATE %s.artifact SET degree=?3 WHERE reading=?1 AND node=?2",
    [PUT_MARK] = "INSERT OR REPLACE INTO %s.mark(mark,value,reading,node,kind,seq)"
                 " VALUES(?1,?2,?3,?4,?5,?6)",
    [DROP_MARK] = "DELETE FROM %s.mark WHERE mark=?1 AND value=?2 AND reading=?3 AND node=?4"
                  " AND kind=?5 AND seq=?6",
    [PUT_COMPONENT] = "INSERT OR REPLACE INTO %s.component(name,version,machine,reading,node,seq)"
                      " VALUES(?1,?2,?3,?4,?5,?6)",
    [DROP_COMPONENT] = "DELETE FROM %s.component WHERE name=?1 AND version=?2 AND machine=?3"
                       " AND reading=?4 AND node=?5 AND seq=?6",
    [PUT_LINK] = "INSERT OR REPLACE INTO %s.link(child,reading,node,seq) VALUES(?1,?2,?3,?4)",
    [DROP_LINK] = "DELETE FROM %s.link WHERE child=?1 AND reading=?2 AND node=?3 AND seq=?4",
    [PUT_CRL] = "INSERT OR REPLACE INTO %s.crl(reading,node,seq,sha256,aki,spki,issuer)"
                " VALUES(?1,?2,?3,?4,?5,?6,?7)",
    [DROP_CRL] = "DELETE FROM %s.crl WHERE reading=?1 AND node=?2 AND seq=?3",
    [PUT_REVOKED] = "INSERT OR REPLACE INTO %s.revoked(serial,reading,node,seq,crl)"
                    " VALUES(?1,?2,?3,?4,?5)",
    [DROP_REVOKED] = "DELETE FROM %s.revoked WHERE serial=?1 AND reading=?2 AND node=?3 AND seq=?4",
    [PUT_INDICATOR] = "INSERT OR REPLACE INTO %s.indicator(kind,value,reading,node,seq)"
                      " VALUES(?1,?2,?3,?4,?5)",
    [DROP_INDICATOR] = "DELETE FROM %s.indicator WHERE kind=?1 AND value=?2 AND reading=?3"
                       " AND node=?4 AND seq=?5",
    [PUT_STATEMENT] = "INSERT OR REPLACE INTO %s.statement(name,ecosystem,reading,node,seq)"
                      " VALUES(?1,?2,?3,?4,?5)",
    [DROP_STATEMENT] = "DELETE FROM %s.statement WHERE name=?1 AND ecosystem=?2 AND reading=?3"
                       " AND node=?4 AND seq=?5",
};

struct hw_index {
    sqlite3 *db;
    char in[16];
    sqlite3_stmt *s[WHAT_COUNT];
};

/* One fact on its way in or out. */
struct pass {
    struct hw_index *x;
    const struct hw_fact *f;
    int64_t reading, node, seq;
    bool dropping;
    int rc;
    struct hw_error *err;
};

int hw_index_new(sqlite3 *db, const char *in, struct hw_index **out, struct hw_error *err)
{
    struct hw_index *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the index");
    }
    x->db = db;
    snprintf(x->in, sizeof x->in, "%s", in);
    *out = x;
    return HW_OK;
}

void hw_index_free(struct hw_index *x)
{
    if (x == NULL) {
        return;
    }
    for (unsigned i = 0; i < WHAT_COUNT; i++) {
        sqlite3_finalize(x->s[i]);
    }
    free(x);
}

/* The statement to bind, or NULL once anything failed. */
static sqlite3_stmt *take(struct pass *p, enum what put, enum what drop)
{
    enum what which = p->dropping ? drop : put;
    if (p->rc != HW_OK) {
        return NULL;
    }
    if (p->x->s[which] == NULL) {
        char sql[320];
        /* The words are ours and the only hole is the database's name. */
        char *hole = strstr(words[which], "%s");
        snprintf(sql, sizeof sql, "%.*s%s%s", (int)(hole - words[which]), words[which], p->x->in,
                 hole + 2);
        p->rc = hw_sql_make(p->x->db, sql, true, &p->x->s[which], p->err);
        if (p->rc != HW_OK) {
            return NULL;
        }
    }
    sqlite3_clear_bindings(p->x->s[which]);
    return p->x->s[which];
}

static void run(struct pass *p, sqlite3_stmt *s)
{
    p->rc = hw_sql_done(s, p->err);
}

static void bind_at(sqlite3_stmt *s, int at, const struct pass *p)
{
    hw_bind_int(s, at, p->reading);
    hw_bind_int(s, at + 1, p->node);
}

static void mark(struct pass *p, enum hw_mark which, struct hw_span value)
{
    sqlite3_stmt *s = value.n == 0 ? NULL : take(p, PUT_MARK, DROP_MARK);
    if (s == NULL) {
        return;
    }
    hw_bind_int(s, 1, which);
    hw_bind_blob(s, 2, value);
    bind_at(s, 3, p);
    hw_bind_int(s, 5, p->f->kind);
    hw_bind_int(s, 6, p->seq);
    run(p, s);
}

static void mark_entity(struct pass *p, enum hw_entity kind, struct hw_span sha256)
{
    struct hw_buf hex;
    uint8_t id[HW_ID_BYTES];
    if (p->rc != HW_OK) {
        return;
    }
    hw_buf_init(&hex, 64);
    hw_buf_hex(&hex, sha256);
    p->rc = hw_buf_ok(&hex)
                ? hw_entity_id_bytes(kind, (struct hw_span){NULL, 0}, hw_buf_span(&hex), id, p->err)
                : hw_fail(p->err, HW_E_MEMORY, "no memory for an id");
    hw_buf_done(&hex);
    mark(p, HW_MARK_ENTITY, (struct hw_span){id, HW_ID_BYTES});
}

/* Text columns are bound by length; an absent field is the empty text. */
static void bind_words(sqlite3_stmt *s, int at, struct hw_span text)
{
    const char *p = text.n == 0 ? "" : (const char *)text.p;
    if (sqlite3_bind_text(s, at, p, (int)text.n, SQLITE_STATIC) != SQLITE_OK) {
        HW_NEVER();
    }
}

static void artifact(struct pass *p)
{
    const struct hw_fact *f = p->f;
    sqlite3_stmt *s = take(p, PUT_ARTIFACT, DROP_ARTIFACT);
    if (s == NULL) {
        return;
    }
    bind_at(s, 1, p);
    if (!p->dropping) {
        if (hw_fact_has(f, HW_ARTIFACT_PARENT)) {
            hw_bind_int(s, 3, (int64_t)hw_fact_get_u64(f, HW_ARTIFACT_PARENT));
        }
        hw_bind_int(s, 4, (int64_t)hw_fact_get_u64(f, HW_ARTIFACT_SIZE));
        bind_words(s, 5, hw_fact_get(f, HW_ARTIFACT_FORMAT));
        hw_bind_blob(s, 6, hw_fact_get(f, HW_ARTIFACT_SHA256));
        hw_bind_blob(s, 7, hw_fact_get(f, HW_ARTIFACT_SHA1));
        hw_bind_blob(s, 8, hw_fact_get(f, HW_ARTIFACT_MD5));
        hw_bind_blob(s, 9, hw_fact_get(f, HW_ARTIFACT_NAME));
    }
    run(p, s);
    mark(p, HW_MARK_SHA256, hw_fact_get(f, HW_ARTIFACT_SHA256));
    mark(p, HW_MARK_SHA1, hw_fact_get(f, HW_ARTIFACT_SHA1));
    mark(p, HW_MARK_MD5, hw_fact_get(f, HW_ARTIFACT_MD5));
    mark_entity(p, HW_ENTITY_ARTIFACT, hw_fact_get(f, HW_ARTIFACT_SHA256));
}

static void degree(struct pass *p)
{
    for (unsigned d = HW_ODD; d < HW_DEGREE_COUNT && !p->dropping; d++) {
        if (hw_fact_is(p->f, HW_DEGREE_DEGREE, hw_degree_word((enum hw_degree)d))) {
            sqlite3_stmt *s = take(p, SET_DEGREE, SET_DEGREE);
            if (s != NULL) {
                bind_at(s, 1, p);
                hw_bind_int(s, 3, d);
                run(p, s);
            }
        }
    }
}

static int nibble(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Hex text as bytes, an odd first digit alone; 0 when it is not hex or does not fit. */
static size_t unhex(struct hw_span t, uint8_t *out, size_t room)
{
    size_t n = 0, i = 0;
    if (t.n == 0 || (t.n + 1) / 2 > room) {
        return 0;
    }
    if (t.n % 2 == 1) {
        int d = nibble(t.p[i++]);
        if (d < 0) {
            return 0;
        }
        out[n++] = (uint8_t)d;
    }
    for (; i < t.n; i += 2) {
        int a = nibble(t.p[i]), b = nibble(t.p[i + 1]);
        if (a < 0 || b < 0) {
            return 0;
        }
        out[n++] = (uint8_t)(a << 4 | b);
    }
    return n;
}

/* A serial as a number's bytes: nothing leading. */
static struct hw_span trim(struct hw_span s)
{
    while (s.n > 1 && s.p[0] == 0) {
        s.p++;
        s.n--;
    }
    return s;
}

static void property(struct pass *p)
{
    if (hw_fact_is(p->f, HW_PROPERTY_KEY, "rules.set")) {
        mark(p, HW_MARK_RULESET, hw_fact_get(p->f, HW_PROPERTY_BYTES));
    }
    if (!hw_fact_is(p->f, HW_PROPERTY_KEY, "pe.imphash")) {
        return;
    }
    uint8_t raw[16];
    struct hw_span bytes = hw_fact_get(p->f, HW_PROPERTY_BYTES);
    struct hw_span text = hw_fact_get(p->f, HW_PROPERTY_TEXT);
    if (bytes.n == 0 && text.n == 32 && unhex(text, raw, sizeof raw) == 16) {
        bytes = (struct hw_span){raw, 16};
    }
    mark(p, HW_MARK_IMPHASH, bytes);
}

static void component(struct pass *p)
{
    const struct hw_fact *f = p->f;
    sqlite3_stmt *s = take(p, PUT_COMPONENT, DROP_COMPONENT);
    if (s == NULL) {
        return;
    }
    bind_words(s, 1, hw_fact_get(f, HW_COMPONENT_NAME));
    bind_words(s, 2, hw_fact_get(f, HW_COMPONENT_VERSION));
    bind_words(s, 3, hw_fact_get(f, HW_COMPONENT_MACHINE));
    bind_at(s, 4, p);
    hw_bind_int(s, 6, p->seq);
    run(p, s);
    mark(p, HW_MARK_CODE, hw_fact_get(f, HW_COMPONENT_CODE));
}

static void certificate(struct pass *p)
{
    const struct hw_fact *f = p->f;
    struct hw_span sha256 = hw_fact_get(f, HW_CERTIFICATE_SHA256);
    mark(p, HW_MARK_CERT_SHA256, sha256);
    mark(p, HW_MARK_CERT_SHA1, hw_fact_get(f, HW_CERTIFICATE_SHA1));
    mark(p, HW_MARK_CERT_SERIAL, trim(hw_fact_get(f, HW_CERTIFICATE_SERIAL)));
    mark(p, HW_MARK_CERT_SPKI, hw_fact_get(f, HW_CERTIFICATE_SPKI));
    mark_entity(p, HW_ENTITY_CERTIFICATE, sha256);
}

static void link_of(struct pass *p)
{
    sqlite3_stmt *s = take(p, PUT_LINK, DROP_LINK);
    if (s != NULL) {
        hw_bind_blob(s, 1, hw_fact_get(p->f, HW_LINK_CHILD));
        bind_at(s, 2, p);
        hw_bind_int(s, 4, p->seq);
        run(p, s);
    }
}

static void crl(struct pass *p)
{
    const struct hw_fact *f = p->f;
    sqlite3_stmt *s = take(p, PUT_CRL, DROP_CRL);
    if (s == NULL) {
        return;
    }
    bind_at(s, 1, p);
    hw_bind_int(s, 3, p->seq);
    if (!p->dropping) {
        hw_bind_blob(s, 4, hw_fact_get(f, HW_CRL_SHA256));
        hw_bind_blob(s, 5, hw_fact_get(f, HW_CRL_AKI));
        hw_bind_blob(s, 6, hw_fact_get(f, HW_CRL_ISSUER_SPKI));
        bind_words(s, 7, hw_fact_get(f, HW_CRL_ISSUER));
    }
    run(p, s);
}

static void revoked(struct pass *p)
{
    sqlite3_stmt *s = take(p, PUT_REVOKED, DROP_REVOKED);
    if (s == NULL) {
        return;
    }
    hw_bind_blob(s, 1, trim(hw_fact_get(p->f, HW_REVOKED_SERIAL)));
    bind_at(s, 2, p);
    hw_bind_int(s, 4, p->seq);
    if (!p->dropping) {
        hw_bind_blob(s, 5, hw_fact_get(p->f, HW_REVOKED_CRL));
    }
    run(p, s);
}

/* Values that are compared with marks are kept as bytes, all others as they are. */
static void indicator(struct pass *p)
{
    static const char *const hex_kinds[] = {"sha256",      "sha1",      "md5",        "imphash",
                                            "cert-serial", "cert-sha1", "cert-sha256"};
    uint8_t raw[64];
    struct hw_span kind = hw_fact_get(p->f, HW_INDICATOR_KIND);
    struct hw_span value = hw_fact_get(p->f, HW_INDICATOR_VALUE);
    for (size_t i = 0; i < sizeof hex_kinds / sizeof hex_kinds[0]; i++) {
        size_t n;
        if (hw_fact_is(p->f, HW_INDICATOR_KIND, hex_kinds[i]) &&
            (n = unhex(value, raw, sizeof raw)) > 0) {
            value = (struct hw_span){raw, n};
            value = strcmp(hex_kinds[i], "cert-serial") == 0 ? trim(value) : value;
            break;
        }
    }
    sqlite3_stmt *s = take(p, PUT_INDICATOR, DROP_INDICATOR);
    if (s != NULL) {
        bind_words(s, 1, kind);
        hw_bind_blob(s, 2, value);
        bind_at(s, 3, p);
        hw_bind_int(s, 5, p->seq);
        run(p, s);
    }
}

static void statement(struct pass *p)
{
    sqlite3_stmt *s = take(p, PUT_STATEMENT, DROP_STATEMENT);
    if (s != NULL) {
        bind_words(s, 1, hw_fact_get(p->f, HW_STATEMENT_NAME));
        bind_words(s, 2, hw_fact_get(p->f, HW_STATEMENT_ECOSYSTEM));
        bind_at(s, 3, p);
        hw_bind_int(s, 5, p->seq);
        run(p, s);
    }
}

static int pass(struct pass *p)
{
    p->node = (int64_t)hw_fact_get_u64(p->f, HW_F_NODE);
    switch (p->f->kind) {
    case HW_FACT_ARTIFACT:
        artifact(p);
        break;
    case HW_FACT_DEGREE:
        degree(p);
        break;
    case HW_FACT_PROPERTY:
        property(p);
        break;
    case HW_FACT_COMPONENT:
        component(p);
        break;
    case HW_FACT_SIGNATURE:
        mark(p, HW_MARK_SIGNER, hw_fact_get(p->f, HW_SIGNATURE_SIGNER));
        break;
    case HW_FACT_CERTIFICATE:
        certificate(p);
        break;
    case HW_FACT_LINK:
        link_of(p);
        break;
    case HW_FACT_CRL:
        crl(p);
        break;
    case HW_FACT_REVOKED:
        revoked(p);
        break;
    case HW_FACT_INDICATOR:
        indicator(p);
        break;
    case HW_FACT_STATEMENT:
        statement(p);
        break;
    case HW_FACT_MATCH:
        mark(p, HW_MARK_RULES, hw_fact_get(p->f, HW_MATCH_RULES));
        break;
    case HW_FACT_PATTERN:
        if (hw_fact_has(p->f, HW_PATTERN_PROGRAM)) {
            mark(p, HW_MARK_PATTERN, hw_fact_get(p->f, HW_PATTERN_LANGUAGE));
        }
        break;
    default:
        break;
    }
    return p->rc;
}

int hw_index_put(struct hw_index *x, int64_t reading, uint64_t seq, const struct hw_fact *f,
                 struct hw_error *err)
{
    struct pass p = {.x = x, .f = f, .reading = reading, .seq = (int64_t)seq, .err = err};
    return pass(&p);
}

int hw_index_drop(struct hw_index *x, int64_t reading, uint64_t seq, const struct hw_fact *f,
                  struct hw_error *err)
{
    struct pass p = {
        .x = x, .f = f, .reading = reading, .seq = (int64_t)seq, .dropping = true, .err = err};
    return pass(&p);
}

int hw_index_clear(struct hw_index *x, struct hw_error *err)
{
    for (size_t i = 0; hw_index_tables[i] != NULL; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "DELETE FROM %s.%s", x->in, hw_index_tables[i]);
        int rc = hw_sql_run(x->db, sql, err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    return HW_OK;
}
