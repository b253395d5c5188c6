/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/retired.c -- files signed long after their product ended.
 *
 * Whoever steals a maker's key, or its build, signs what is at hand; and a product that nobody
 * watches any more is a good cloak. Dead products get no builds: a signature whose time is proven
 * to lie more than a year behind the end that a publisher stated (STATEMENT, status "ended") is
 * told. The time is a countersignature that verified or, without one, the day from which the
 * signer's certificate holds, for nobody signs with a certificate that is not yet there.
 */
#include <string.h>

#include "ask/products.h"
#include "ask/room.h"
#include "base/time.h"
#include "fact/package.h"

#define YEAR_NS (INT64_C(365) * 86400 * HW_NS_PER_SECOND)

enum { SCRATCH_BYTES = 4 << 20 };

struct retired {
    struct hw_asking *q;
    struct hw_error *err;
    struct hw_arena *scratch; /* of one file */
    const struct hw_file_answer *file;
    int64_t signed_at;   /* the file's, proven */
    bool by_certificate; /* it is the certificate's first day */
    bool said;
};

/* The signature that says when; NULL: none does. */
static const struct hw_sig_answer *stamped(const struct hw_file_answer *file)
{
    for (const struct hw_sig_answer *s = file->signatures; s != NULL; s = s->next) {
        bool whole = s->integrity == HW_INTACT || s->integrity == HW_INTACT_WITH_ADDITIONS;
        if (whole && s->signed_at != INT64_MIN) {
            return s;
        }
    }
    return NULL;
}

/* The first day of the certificate of an intact signature. */
static int certified(struct retired *r)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    const struct hw_sig_answer *s = r->file->signatures;
    while (s != NULL && (!s->has_signer ||
                         (s->integrity != HW_INTACT && s->integrity != HW_INTACT_WITH_ADDITIONS))) {
        s = s->next;
    }
    if (s == NULL) {
        return HW_OK;
    }
    int rc = hw_case_facts(r->q->c, r->file->reading, (int64_t)r->file->node, HW_FACT_CERTIFICATE,
                           HW_FACT_CERTIFICATE, &k, r->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, r->err)) == HW_ROW) {
        struct hw_span sha256 = hw_fact_get(&row.fact, HW_CERTIFICATE_SHA256);
        if (sha256.n == 32 && memcmp(sha256.p, s->signer_sha256, 32) == 0 &&
            hw_fact_has(&row.fact, HW_CERTIFICATE_NOT_BEFORE)) {
            r->signed_at = hw_fact_get_time(&row.fact, HW_CERTIFICATE_NOT_BEFORE);
            r->by_certificate = true;
        }
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static bool holds(struct retired *r, struct hw_span whole, struct hw_span part)
{
    char *word = (char *)hw_arena_copy(r->scratch, part);
    return word != NULL && hw_span_holds_nocase(whole, word);
}

/* A product's maker as the statement and the file call it: one holds the other ("Example" and
 * "Example, Inc."). *out_told: both name one. */
static bool same_maker(struct retired *r, const struct hw_fact *statement,
                       const struct hw_fact *component, bool *out_told)
{
    struct hw_span a = hw_span_trim(hw_fact_get(statement, HW_STATEMENT_VENDOR));
    struct hw_span b = hw_span_trim(hw_fact_get(component, HW_COMPONENT_VENDOR));
    *out_told = a.n > 0 && b.n > 0;
    return !*out_told || holds(r, a, b) || holds(r, b, a);
}

static bool covers(const struct hw_fact *statement, struct hw_span version)
{
    struct hw_versions in;
    enum hw_order order = hw_statement_versions(statement, &in);
    return hw_version_within(order, version, &in) == HW_WITHIN_YES;
}

/* Said to have ended, not taken back, and over a year before the signing. */
static bool ended_before(const struct retired *r, const struct hw_fact *s)
{
    int64_t as_of = r->q->policy->as_of;
    bool taken_back =
        hw_fact_has(s, HW_STATEMENT_REVOKED) && hw_fact_get_time(s, HW_STATEMENT_REVOKED) <= as_of;
    return hw_fact_is(s, HW_STATEMENT_STATUS, "ended") && hw_fact_has(s, HW_STATEMENT_FROM) &&
           !taken_back &&
           hw_time_add(hw_fact_get_time(s, HW_STATEMENT_FROM), YEAR_NS) < r->signed_at;
}

static int say(struct retired *r, const struct hw_fact_row *row, bool told)
{
    const struct hw_fact *statement = &row->fact;
    struct hw_arena *arena = r->q->a->arena;
    const struct hw_file_answer *file = r->file;
    struct hw_span name = hw_fact_get(statement, HW_STATEMENT_NAME);
    struct hw_span source = hw_fact_get(statement, HW_STATEMENT_SOURCE);
    char ended[HW_TIME_TEXT], when[HW_TIME_TEXT];
    hw_time_text(hw_fact_get_time(statement, HW_STATEMENT_FROM), ended);
    hw_time_text(r->signed_at, when);
    r->err->code = HW_OK;
    struct hw_finding *f =
        hw_find(r->q, "retired-but-signed", told ? HW_HIGH : HW_MEDIUM,
                told ? HW_CONF_HIGH : HW_CONF_MODERATE, file, hw_span_keep(arena, name), r->err);
    if (f == NULL) {
        return r->err->code != HW_OK ? r->err->code : HW_E_MEMORY;
    }
    hw_because(arena, &f->why,
               hw_words(arena, "%s %.10s, and %.*s %.*s ended on %.10s",
                        r->by_certificate ? "its signer's certificate holds from" : "signed on",
                        when, (int)name.n, (const char *)name.p, (int)file->version.n,
                        file->version.n == 0 ? "" : (const char *)file->version.p, ended),
               file->path, false, 0);
    struct hw_span by = source.n > 0 ? source : HW_SPAN_LIT("a document that was learned");
    struct hw_artifact_row there;
    int rc = hw_case_artifact_get(r->q->c, row->reading, row->node, &there, r->err);
    if (rc < 0) {
        return rc;
    }
    hw_because(arena, &f->why,
               hw_words(arena, "the end is stated by %.*s", (int)by.n, (const char *)by.p),
               rc == 1 ? hw_span_keep(arena, there.path) : file->path, false, 0);
    if (!told) {
        hw_because(arena, &f->why,
                   HW_SPAN_LIT("the product is known by its name alone: its maker is not named "
                               "on both sides"),
                   file->path, false, 0);
    }
    r->said = true;
    return HW_OK;
}

static int look_up(struct retired *r, const struct hw_fact *component, const char *name,
                   const char *ecosystem)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    struct hw_span version = hw_fact_get(component, HW_COMPONENT_VERSION);
    int rc = hw_case_statements(r->q->c, name, ecosystem, &k, r->err);
    while (rc == HW_OK && !r->said && (rc = hw_fact_next(k, &row, r->err)) == HW_ROW) {
        bool told = false;
        rc = HW_OK;
        if (ended_before(r, &row.fact) && same_maker(r, &row.fact, component, &told) &&
            covers(&row.fact, version)) {
            rc = say(r, &row, told || ecosystem[0] != 0);
        }
    }
    hw_cursor_free(k);
    return rc == HW_ROW ? HW_OK : rc;
}

static int by_purl(struct retired *r, const struct hw_fact *component)
{
    struct hw_purl *p = hw_arena_alloc(r->scratch, sizeof *p);
    struct hw_buf name;
    int rc = HW_OK;
    if (p == NULL || !hw_purl_read(hw_fact_get(component, HW_COMPONENT_PURL), p)) {
        return HW_OK;
    }
    hw_buf_init(&name, HW_PACKAGE_BYTES + 1);
    char *type = (char *)hw_arena_copy(r->scratch, p->type);
    if (type != NULL && hw_package_name(p->type, p->space, p->name, &name)) {
        rc = look_up(r, component, hw_buf_text(&name), type);
    }
    hw_buf_done(&name);
    return rc;
}

/* Under each name a component has: its purl, its product, its own. */
static int by_component(struct retired *r, const struct hw_fact *component)
{
    static const unsigned names[] = {HW_COMPONENT_PRODUCT, HW_COMPONENT_NAME};
    int rc = by_purl(r, component);
    for (size_t i = 0; i < 2 && rc == HW_OK && !r->said; i++) {
        struct hw_span s = hw_span_trim(hw_fact_get(component, names[i]));
        char *name = s.n == 0 ? NULL : (char *)hw_arena_copy(r->scratch, s);
        rc = name == NULL ? HW_OK : look_up(r, component, name, "");
    }
    return rc;
}

static int one_file(struct retired *r, const struct hw_file_answer *file)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    const struct hw_sig_answer *s = stamped(file);
    r->file = file;
    r->said = r->by_certificate = false;
    r->signed_at = s != NULL ? s->signed_at : INT64_MIN;
    int rc = s != NULL ? HW_OK : certified(r);
    if (rc != HW_OK || r->signed_at == INT64_MIN) {
        return rc;
    }
    rc = hw_case_facts(r->q->c, file->reading, (int64_t)file->node, HW_FACT_COMPONENT,
                       HW_FACT_COMPONENT, &k, r->err);
    while (rc == HW_OK && !r->said && (rc = hw_fact_next(k, &row, r->err)) == HW_ROW) {
        rc = by_component(r, &row.fact);
    }
    hw_cursor_free(k);
    return rc == HW_ROW ? HW_OK : rc;
}

int hw_find_retired(struct hw_asking *q, struct hw_error *err)
{
    struct retired r = {.q = q, .err = err};
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    /* Most cases hold no statement, and are asked no further. */
    int rc = hw_case_statements(q->c, NULL, NULL, &k, err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &row, err);
    hw_cursor_free(k);
    if (rc != HW_ROW) {
        return rc;
    }
    rc = HW_OK;
    for (const struct hw_file_answer *f = q->a->files; f != NULL && rc == HW_OK; f = f->next) {
        if (f->signature_count == 0 || f->component.n == 0) {
            continue;
        }
        r.scratch = hw_arena_new(SCRATCH_BYTES);
        rc = r.scratch == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to look for the retired")
                               : one_file(&r, f);
        hw_arena_free(r.scratch);
    }
    return rc;
}
