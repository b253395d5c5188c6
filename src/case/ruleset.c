/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/ruleset.c -- the rules that the case was taught, put together for the worker.
 *
 * What a reader of rules accepted lies in the case as PATTERN facts; here they are gathered, never
 * parsed. One file of rules is one source, however many evidences hold a copy of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "case/room.h"
#include "fact/ruleset.h"

/* Digests met, in a table of their own first bytes. */
struct seen {
    uint8_t (*p)[32];
    bool *used;
    size_t room, count;
};

struct gathering {
    struct hw_buf *set;
    struct hw_buf text; /* of the source under way */
    struct hw_case_rules *out;
    struct seen seen;
    int64_t reading;
    uint32_t node;
    uint8_t digest[32];
    bool open, skip;
    uint64_t rules; /* of the source under way */
};

static size_t place_of(const struct seen *s, const uint8_t digest[32])
{
    size_t at = 0;
    for (unsigned i = 0; i < 8; i++) {
        at = at << 8 | digest[i];
    }
    at &= s->room - 1;
    while (s->used[at] && memcmp(s->p[at], digest, 32) != 0) {
        at = (at + 1) & (s->room - 1);
    }
    return at;
}

static int grow(struct seen *s, struct hw_error *err)
{
    struct seen bigger = {.room = s->room == 0 ? 256 : s->room * 2, .count = s->count};
    bigger.p = calloc(bigger.room, sizeof bigger.p[0]);
    bigger.used = calloc(bigger.room, sizeof bigger.used[0]);
    if (bigger.p == NULL || bigger.used == NULL) {
        free(bigger.p);
        free(bigger.used);
        return hw_fail(err, HW_E_MEMORY, "no memory for the rules of the case");
    }
    for (size_t i = 0; i < s->room; i++) {
        if (s->used[i]) {
            size_t at = place_of(&bigger, s->p[i]);
            bigger.used[at] = true;
            memcpy(bigger.p[at], s->p[i], 32);
        }
    }
    free(s->p);
    free(s->used);
    *s = bigger;
    return HW_OK;
}

static int meet(struct seen *s, const uint8_t digest[32], bool *out_again, struct hw_error *err)
{
    int rc = s->count * 2 >= s->room ? grow(s, err) : HW_OK;
    if (rc == HW_OK) {
        size_t at = place_of(s, digest);
        *out_again = s->used[at];
        s->count += !s->used[at];
        s->used[at] = true;
        memcpy(s->p[at], digest, 32);
    }
    return rc;
}

static int close_source(struct gathering *g, struct hw_error *err)
{
    if (!g->open || g->skip) {
        return HW_OK;
    }
    if (!hw_buf_ok(&g->text) || g->text.n > HW_RULESET_BYTES - g->set->n) {
        g->out->left++;
        return HW_OK;
    }
    hw_ruleset_put(g->set, &(struct hw_ruleset_source){{g->digest, 32}, hw_buf_span(&g->text)});
    g->out->sources++;
    g->out->rules += g->rules;
    return hw_buf_ok(g->set) ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for rules");
}

static int open_source(struct gathering *g, struct hw_case *c, const struct hw_fact_row *row,
                       struct hw_error *err)
{
    struct hw_artifact_row file;
    int rc = hw_case_artifact_get(c, row->reading, row->node, &file, err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(err, HW_E_CASE, "a rule without the file it came in");
    }
    g->open = true;
    g->reading = row->reading;
    g->node = row->node;
    g->rules = 0;
    memcpy(g->digest, file.sha256, 32);
    hw_buf_clear(&g->text);
    return meet(&g->seen, g->digest, &g->skip, err);
}

static int gather(struct gathering *g, struct hw_case *c, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_marked_by(c, HW_MARK_PATTERN, (struct hw_span){(const uint8_t *)"yara", 4}, &k,
                               err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (!g->open || row.reading != g->reading || row.node != g->node) {
            rc = close_source(g, err);
            rc = rc != HW_OK ? rc : open_source(g, c, &row, err);
        }
        g->rules += !hw_fact_has(&row.fact, HW_PATTERN_PART);
        hw_buf_span_put(&g->text, hw_fact_get(&row.fact, HW_PATTERN_PROGRAM));
    }
    hw_cursor_free(k);
    return rc != HW_OK ? rc : close_source(g, err);
}

int hw_case_rules(struct hw_case *c, struct hw_buf *set, struct hw_case_rules *out,
                  struct hw_error *err)
{
    struct hw_case_rules found = {.sources = 0};
    struct gathering g = {.set = set, .out = &found};
    size_t n = sizeof found.digest;
    hw_buf_init(&g.text, HW_RULESET_BYTES);
    hw_ruleset_begin(set);
    int rc = gather(&g, c, err);
    hw_buf_done(&g.text);
    free(g.seen.p);
    free(g.seen.used);
    rc = rc != HW_OK ? rc
                     : hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(set), found.digest, &n, err);
    if (rc == HW_OK) {
        *out = found;
    }
    return rc;
}

int hw_case_scanned(struct hw_case *c, const uint8_t sha256[32], const uint8_t set[32], bool *out,
                    struct hw_error *err)
{
    struct hw_buf hex;
    struct hw_cursor *k = NULL, *facts = NULL;
    struct hw_evidence_row e;
    struct hw_fact_row row;
    bool scanned = true;
    hw_buf_init(&hex, 65);
    hw_buf_hex(&hex, (struct hw_span){sha256, 32});
    struct hw_evidence_ask ask = {
        .hash_prefix = hw_buf_text(&hex), .ever = true, .only_class = HW_CLASS_ARTIFACT};
    int rc = ask.hash_prefix == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a hash")
                                     : hw_case_evidence(c, &ask, &k, err);
    rc = rc != HW_OK ? rc : hw_evidence_next(k, &e, err);
    if (rc == HW_ROW && e.degree != HW_REFUSED) {
        scanned = false;
        rc = hw_case_facts(c, e.reading, 0, HW_FACT_PROPERTY, HW_FACT_PROPERTY, &facts, err);
        while (rc == HW_OK && (rc = hw_fact_next(facts, &row, err)) == HW_ROW) {
            rc = HW_OK;
            scanned = scanned || (hw_fact_is(&row.fact, HW_PROPERTY_KEY, "rules.set") &&
                                  hw_span_equal(hw_fact_get(&row.fact, HW_PROPERTY_BYTES),
                                                (struct hw_span){set, 32}));
        }
    }
    hw_cursor_free(facts);
    hw_cursor_free(k);
    hw_buf_done(&hex);
    if (rc == HW_OK || rc == HW_ROW) {
        *out = scanned;
        rc = HW_OK;
    }
    return rc;
}
