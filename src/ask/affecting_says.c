/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/affecting_says.c -- what an advisory names: bytes and places are looked up as they come,
 * versions are kept for the packages to be held against.
 */
#include <string.h>

#include "ask/affecting.h"
#include "ask/harmless.h"
#include "ask/products.h"
#include "ask/published.h"
#include "base/time.h"
#include "fact/package.h"

static int no_memory(struct affecting *q)
{
    return hw_fail(q->err, HW_E_MEMORY, "no memory for the advisory");
}

int affecting_keep(struct affecting *q, struct hw_span name, const struct said *what)
{
    struct said *s = hw_arena_alloc(q->a->arena, sizeof *s);
    if (s == NULL) {
        return no_memory(q);
    }
    *s = *what;
    s->name = hw_plain_name(q->a->arena, name);
    s->next = q->said;
    q->said = s;
    q->a->versions += !s->named;
    return s->name == NULL ? no_memory(q) : HW_OK;
}

static struct hw_span kept(struct affecting *q, const struct hw_fact *f, unsigned field)
{
    return hw_span_keep(q->a->arena, hw_fact_get(f, field));
}

static int statement(struct affecting *q, const struct hw_fact *f)
{
    bool bad = hw_fact_is(f, HW_STATEMENT_STATUS, "affected") ||
               hw_fact_is(f, HW_STATEMENT_STATUS, "malicious");
    bool good = hw_fact_is(f, HW_STATEMENT_STATUS, "fixed") ||
                hw_fact_is(f, HW_STATEMENT_STATUS, "not-affected");
    if ((!bad && !good) || !hw_of_machines(f) || !hw_in_force(f, q->ask->as_of)) {
        q->a->unmatched++;
        return HW_OK;
    }
    struct hw_fact own;
    int rc = hw_fact_keep(q->a->arena, f, &own, q->err);
    struct said s = {.bad = bad, .advisory = hw_fact_get(&own, HW_STATEMENT_ADVISORY)};
    s.scheme = hw_statement_versions(&own, &s.in);
    return rc != HW_OK ? rc : affecting_keep(q, hw_fact_get(f, HW_STATEMENT_NAME), &s);
}

/* "name@version"; a name alone says nothing of a version. */
static int package(struct affecting *q, struct hw_span value)
{
    struct hw_span name, version;
    if (!hw_package_split(value, &name, &version)) {
        q->a->unmatched++;
        return HW_OK;
    }
    struct said s = {.bad = true, .scheme = HW_ORDER_NONE};
    s.in.exact = hw_span_keep(q->a->arena, version);
    return affecting_keep(q, name, &s);
}

static struct hw_span words(struct affecting *q, const struct hw_fact *f, enum hw_named_how how)
{
    static const char *const before[] = {"", "a place under ", "the host of "};
    struct hw_span kind = hw_fact_get(f, HW_INDICATOR_KIND);
    struct hw_span value = hw_fact_get(f, HW_INDICATOR_VALUE);
    struct hw_span label = hw_fact_get(f, HW_INDICATOR_LABEL);
    return hw_words(q->a->arena, "%s%.*s %.*s%s%.*s", before[how], (int)kind.n,
                    (const char *)kind.p, (int)hw_span_cut(value, 0, 200).n, (const char *)value.p,
                    label.n > 0 ? ": " : "", (int)hw_span_cut(label, 0, 200).n,
                    label.n > 0 ? (const char *)label.p : "");
}

/* What it names is bad in itself, and still is. */
static bool is_bad(const struct affecting *q, const struct hw_fact *f)
{
    bool passed =
        hw_fact_is(f, HW_INDICATOR_ROLE, "carrier") || hw_fact_is(f, HW_INDICATOR_ROLE, "bait");
    return !passed && hw_indicator_counts(f, q->ask->as_of);
}

static int indicator(struct affecting *q, const struct hw_fact *f)
{
    static const struct {
        const char *kind;
        enum hw_mark mark;
    } digests[] = {{"sha256", HW_MARK_SHA256}, {"sha1", HW_MARK_SHA1}, {"md5", HW_MARK_MD5}};
    struct hw_span value = hw_fact_get(f, HW_INDICATOR_VALUE);
    if (!is_bad(q, f)) {
        q->a->unmatched++;
        return HW_OK;
    }
    if (hw_fact_is(f, HW_INDICATOR_KIND, "package")) {
        return package(q, value);
    }
    if (hw_is_place(f)) {
        bool usable = hw_place_counts(f, HW_NAMED_ITSELF);
        q->a->places += usable;
        q->a->unmatched += !usable;
        return HW_OK;
    }
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        uint8_t bytes[32];
        size_t n = value.n / 2;
        if (!hw_fact_is(f, HW_INDICATOR_KIND, digests[i].kind)) {
            continue;
        }
        q->a->hashes++;
        q->names_bytes = true;
        return n <= sizeof bytes && hw_hex_decode(value, bytes, n)
                   ? affecting_files(q, digests[i].mark, (struct hw_span){bytes, n},
                                     words(q, f, HW_NAMED_ITSELF))
                   : HW_OK;
    }
    q->a->unmatched++;
    return HW_OK;
}

/* A thing of the graph that some document of the case names: is it one of the advisory's? */
static int named(void *state, uint32_t thing, enum hw_named_how how, const struct hw_fact_row *by)
{
    struct affecting *q = state;
    bool ours = false;
    for (size_t i = 0; i < q->ask->advisory_count; i++) {
        ours = ours || memcmp(q->ask->advisories[i], by->evidence, 32) == 0;
    }
    if (!ours || !is_bad(q, &by->fact)) {
        return HW_OK;
    }
    if (hw_is_place(&by->fact)) {
        return hw_place_counts(&by->fact, how) ? affecting_place(q, thing, words(q, &by->fact, how))
                                               : HW_OK;
    }
    q->marks[thing] |= AFFECTING_BAD | AFFECTING_BYTES;
    return affecting_bytes(q, thing, words(q, &by->fact, how));
}

static void about(struct affecting *q, const struct hw_fact *f)
{
    struct hw_affected_answer *a = q->a;
    a->form = a->form.n > 0 ? a->form : kept(q, f, HW_KNOWLEDGE_FORM);
    a->title = a->title.n > 0 ? a->title : kept(q, f, HW_KNOWLEDGE_TITLE);
    if (a->published == HW_TIME_NONE && hw_fact_has(f, HW_KNOWLEDGE_PUBLISHED)) {
        a->published = hw_fact_get_time(f, HW_KNOWLEDGE_PUBLISHED);
    }
}

static int one_fact(struct affecting *q, const struct hw_fact *f)
{
    switch (f->kind) {
    case HW_FACT_KNOWLEDGE:
        about(q, f);
        return HW_OK;
    case HW_FACT_INDICATOR:
        return indicator(q, f);
    case HW_FACT_STATEMENT:
        return statement(q, f);
    default:
        q->a->unmatched++;
        return HW_OK;
    }
}

static int reading_of(struct affecting *q, const uint8_t sha256[32], int64_t *out)
{
    struct hw_buf hex;
    struct hw_cursor *k = NULL;
    struct hw_evidence_row row;
    hw_buf_init(&hex, 128);
    hw_buf_hex(&hex, (struct hw_span){sha256, 32});
    struct hw_evidence_ask ask = {
        .hash_prefix = hw_buf_text(&hex), .ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    int rc = hw_case_evidence(q->c, &ask, &k, q->err);
    rc = rc != HW_OK ? rc : hw_evidence_next(k, &row, q->err);
    *out = rc == HW_ROW ? row.reading : 0;
    hw_cursor_free(k);
    hw_buf_done(&hex);
    return rc == HW_ROW ? HW_OK : rc;
}

int affecting_says(struct affecting *q)
{
    int rc = HW_OK;
    bool any = false;
    for (size_t i = 0; i < q->ask->advisory_count && rc == HW_OK; i++) {
        struct hw_cursor *k = NULL;
        struct hw_fact_row row;
        int64_t reading = 0;
        rc = reading_of(q, q->ask->advisories[i], &reading);
        if (rc != HW_OK || reading == 0) {
            continue;
        }
        any = true;
        rc = hw_case_facts(q->c, reading, HW_ANY_NODE, HW_FACT_KNOWLEDGE, HW_FACT_PATTERN, &k,
                           q->err);
        while (rc == HW_OK && (rc = hw_fact_next(k, &row, q->err)) == HW_ROW) {
            rc = one_fact(q, &row.fact);
        }
        hw_cursor_free(k);
    }
    rc = rc != HW_OK ? rc : hw_published(q->c, q->w, q->a->arena, named, q, q->err);
    return rc == HW_OK && !any ? hw_fail(q->err, HW_E_MISSING,
                                         "nothing was read that is an advisory: see "
                                         "headwater formats for what is")
                               : rc;
}
