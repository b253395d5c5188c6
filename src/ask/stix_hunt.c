/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/stix_hunt.c -- patterns of STIX against every record and every file of the case.
 *
 * Each record is one observation (stix_seen.c). What a pattern's [ ] are met by is kept, host by
 * host, and then bound to the whole pattern (fact/stix_bind.c): the standard lets the parts of one
 * pattern be seen on different machines, but two machines doing half of something each are not one
 * doing it. Times are those the records state, without what is known of their clocks.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/log_walk.h"
#include "ask/room.h"
#include "ask/stix.h"
#include "base/grow.h"
#include "base/time.h"
#include "fact/words.h"

enum { RULES_MOST = 20000, HITS_MOST = 20000, REASONS = 12 };
#define FUEL_RULE UINT64_C(2000000000)
#define FUEL_BIND UINT64_C(20000000)

struct place {
    const char *path; /* of the log or file, as kept */
    size_t path_n;
    uint64_t number, off;
    struct hw_span host;
    bool record;
};
struct hit {
    struct hw_stix_hit h;
    struct place at;
};
struct rule {
    struct hw_fact fact;
    struct hw_stix p;
    uint32_t types;
    uint64_t fuel;
    struct hit *hits;
    size_t count, room;
    bool gave_up;
};
struct hunt {
    struct hw_asking *q;
    struct hw_error *err;
    struct rule *rules;
    size_t rule_count, rule_room;
    uint64_t blind;  /* patterns about nothing that a record tells of */
    uint64_t broken; /* patterns whose program is none */
    uint32_t types;  /* that any rule asks for */
    struct hw_stix_scratch *scratch;
    struct stix_seen seen;
    struct log_walk log;
    struct hw_span path, host; /* of what is being read; kept once something was met in it */
    bool path_kept;
};

/* ---- patterns ---- */

static bool usable(const struct hw_fact *f)
{
    return hw_fact_is(f, HW_PATTERN_LANGUAGE, "stix") && hw_fact_has(f, HW_PATTERN_PROGRAM) &&
           !hw_fact_is(f, HW_PATTERN_ROLE, "context");
}

static int add_rule(void *state, const struct hw_fact_row *row)
{
    struct hunt *h = state;
    struct rule r = {.fuel = FUEL_RULE};
    struct hw_span type;
    if (!usable(&row->fact) || h->rule_count == RULES_MOST) {
        return HW_OK;
    }
    if (HW_GROW(h->rules, h->rule_count, h->rule_room, RULES_MOST) != HW_OK) {
        return hw_fail(h->err, HW_E_MEMORY, "no memory for patterns");
    }
    int rc = hw_fact_keep(h->q->a->arena, &row->fact, &r.fact, h->err);
    if (rc != HW_OK) {
        return rc;
    }
    if (!hw_stix_check(hw_fact_get(&r.fact, HW_PATTERN_PROGRAM), &r.p)) {
        h->broken++; /* in a case from elsewhere: the others are asked all the same */
        return HW_OK;
    }
    for (unsigned i = 0; i < r.p.test_count; i++) {
        r.types |= hw_stix_type_at(&r.p, i, &type) ? stix_seen_type(type) : 0;
    }
    if (r.types == 0) {
        h->blind++;
        return HW_OK;
    }
    h->types |= r.types;
    h->rules[h->rule_count++] = r;
    return HW_OK;
}

/* ---- one observation ---- */

static int keep_hit(struct hunt *h, struct rule *r, const struct hw_stix_hit *met, uint64_t number,
                    uint64_t off, struct hw_span host, bool record)
{
    if (r->count == HITS_MOST) {
        r->gave_up = r->gave_up || !hw_stix_is_single(&r->p);
        return HW_OK;
    }
    if (HW_GROW(r->hits, r->count, r->room, HITS_MOST) != HW_OK) {
        return hw_fail(h->err, HW_E_MEMORY, "no memory for what was met");
    }
    if (!h->path_kept) {
        h->path = hw_span_keep(h->q->a->arena, h->path);
        h->path_kept = true;
    }
    struct hit *hit = &r->hits[r->count++];
    *hit = (struct hit){.h = *met,
                        .at = {.path = (const char *)h->path.p,
                               .path_n = h->path.n,
                               .number = number,
                               .off = off,
                               .host = hw_span_keep(h->q->a->arena, host),
                               .record = record}};
    return HW_OK;
}

static int ask_all(struct hunt *h, uint64_t number, uint64_t off, struct hw_span host, bool record)
{
    int rc = HW_OK;
    for (size_t i = 0; i < h->rule_count && rc == HW_OK; i++) {
        struct rule *r = &h->rules[i];
        struct hw_stix_hit met;
        if ((r->types & h->seen.types) == 0 || r->fuel == 0) {
            continue;
        }
        bool told = hw_stix_observe(&r->p, &h->seen.o, h->scratch, &r->fuel, &met);
        r->gave_up = r->gave_up || !told;
        if ((met.meets | met.unsure) != 0) {
            rc = keep_hit(h, r, &met, number, off, host, record);
        }
    }
    return rc;
}

/* ---- logs ---- */

static int take_bound(void *state, const struct hw_bound *b, const struct hw_record *rec)
{
    struct hunt *h = state;
    int64_t at = rec->time_ns == HW_TIME_NONE ? HW_TIME_MIN : rec->time_ns;
    if (!stix_seen_record(b, rec->values, at, &h->seen) || (h->seen.types & h->types) == 0) {
        return HW_OK;
    }
    struct hw_span host = hw_bound_get(b, HW_ROLE_HOST, rec->values);
    return ask_all(h, rec->number, rec->off, host.n > 0 ? host : h->host, true);
}

/* ---- files ---- */

static struct hw_span hex(const uint8_t *bytes, size_t n, struct hw_buf *b)
{
    hw_buf_init(b, 128);
    hw_buf_hex(b, (struct hw_span){bytes, n});
    return hw_buf_span(b);
}

static int read_file(struct hunt *h, const struct hw_artifact_row *a)
{
    struct hw_buf b[3];
    struct hw_span name = a->name.n > 0 ? a->name : a->path;
    struct hw_span sha256 = hex(a->sha256, 32, &b[0]), sha1 = hex(a->sha1, 20, &b[1]);
    stix_seen_file(name, a->size, sha256, sha1, hex(a->md5, 16, &b[2]), &h->seen);
    int rc = (h->seen.types & h->types) == 0 ? HW_OK : ask_all(h, 0, 0, h->host, false);
    for (size_t i = 0; i < 3; i++) {
        hw_buf_done(&b[i]);
    }
    return rc;
}

static int read_case(struct hunt *h)
{
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    int rc = hw_case_artifacts(h->q->c, &ask, &k, h->err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, h->err)) == HW_ROW) {
        h->path = a.path;
        h->host = hw_span_str(a.host);
        h->path_kept = false;
        rc = hw_format_is_log(hw_span_str(a.format))
                 ? log_walk(&h->log, h->q, &a, take_bound, h, h->err)
             : a.of_class == HW_CLASS_KNOWLEDGE ? HW_OK
                                                : read_file(h, &a);
    }
    hw_cursor_free(k);
    return rc;
}

/* ---- answers ---- */

static int by_host(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    int by = hw_span_compare(x->at.host, y->at.host);
    by = by != 0 ? by : (x->h.first > y->h.first) - (x->h.first < y->h.first);
    by = by != 0 ? by
                 : hw_span_compare((struct hw_span){(const uint8_t *)x->at.path, x->at.path_n},
                                   (struct hw_span){(const uint8_t *)y->at.path, y->at.path_n});
    by = by != 0 ? by : (x->at.number > y->at.number) - (x->at.number < y->at.number);
    return by != 0 ? by : (x->at.off > y->at.off) - (x->at.off < y->at.off);
}

static void say_hit(struct hunt *h, struct hw_finding *f, const struct hit *hit,
                    const struct rule *r)
{
    struct hw_arena *arena = h->q->a->arena;
    struct hw_span title = hw_fact_get(&r->fact, HW_PATTERN_TITLE);
    struct hw_span source = hw_fact_get(&r->fact, HW_PATTERN_SOURCE);
    struct hw_span path = {(const uint8_t *)hit->at.path, hit->at.path_n};
    struct hw_span says = hw_words(arena, "meets the pattern %.*s%s%.*s%s", (int)title.n,
                                   (const char *)title.p, source.n > 0 ? " [" : "", (int)source.n,
                                   (const char *)source.p, source.n > 0 ? "]" : "");
    if (hit->at.record) {
        hw_because_record(arena, &f->why, says, path, hit->at.number, hit->at.off);
    } else {
        hw_because(arena, &f->why, says, path, false, 0);
    }
}

/* A finding for what one host's observations meet. */
static int find(struct hunt *h, struct rule *r, const struct hit *hits, size_t count,
                const struct hw_stix_hit *bound)
{
    struct hw_about about = {.kind = HW_ENTITY_INDICATOR,
                             .key = hw_fact_get(&r->fact, HW_PATTERN_ID),
                             .path = hw_fact_get(&r->fact, HW_PATTERN_TITLE),
                             .host = hits[0].at.host};
    unsigned reasons = 0;
    about.key = about.key.n > 0 ? about.key : hw_fact_get(&r->fact, HW_PATTERN_TEXT);
    int rc = hw_entity_id_bytes(HW_ENTITY_INDICATOR, (struct hw_span){NULL, 0}, about.key, about.id,
                                h->err);
    struct hw_finding *f = rc != HW_OK
                               ? NULL
                               : hw_find_about(h->q, "stix-match", HW_HIGH, HW_CONF_MODERATE,
                                               &about, about.host, h->err);
    if (f == NULL) {
        return rc != HW_OK ? rc : h->err->code != HW_OK ? h->err->code : HW_E_MEMORY;
    }
    for (size_t i = 0; i < count && reasons < REASONS; i++) {
        const struct hit *hit = &hits[bound[i].tag];
        if (hw_stix_is_single(&r->p) ? hit->h.meets != 0 : bound[i].used > 0) {
            say_hit(h, f, hit, r);
            reasons++;
        }
    }
    return HW_OK;
}

static int judge_host(struct hunt *h, struct rule *r, const struct hit *hits, size_t count)
{
    uint64_t fuel = FUEL_BIND;
    struct hw_stix_hit *bound = malloc(count * sizeof *bound);
    if (bound == NULL) {
        return hw_fail(h->err, HW_E_MEMORY, "no memory for what was met");
    }
    for (size_t i = 0; i < count; i++) {
        bound[i] = hits[i].h;
        bound[i].tag = i;
    }
    enum hw_stix_answer a = hw_stix_bind(&r->p, bound, count, h->scratch, &fuel);
    int rc = a == HW_STIX_YES ? find(h, r, hits, count, bound) : HW_OK;
    r->gave_up = r->gave_up || a == HW_STIX_GAVE_UP;
    free(bound);
    return rc;
}

static int judge(struct hunt *h, struct rule *r)
{
    int rc = HW_OK;
    if (r->count > 0) {
        qsort(r->hits, r->count, sizeof *r->hits, by_host);
    }
    for (size_t i = 0, end; i < r->count && rc == HW_OK; i = end) {
        end = i + 1;
        while (end < r->count && hw_span_equal(r->hits[end].at.host, r->hits[i].at.host)) {
            end++;
        }
        rc = judge_host(h, r, r->hits + i, end - i);
    }
    if (rc == HW_OK && r->gave_up) {
        struct hw_span title = hw_fact_get(&r->fact, HW_PATTERN_TITLE);
        rc = hw_gap_add(h->q, (struct hw_span){NULL, 0}, "pattern-unanswered",
                        hw_words(h->q->a->arena,
                                 "the pattern %.*s was given up: it asks for more than it may cost",
                                 (int)title.n, (const char *)title.p),
                        HW_SPAN_LIT("a narrower pattern"), true, h->err);
    }
    return rc;
}

/* ---- entry ---- */

static int make_room(struct hunt *h)
{
    h->scratch = malloc(sizeof *h->scratch);
    return h->scratch == NULL ? hw_fail(h->err, HW_E_MEMORY, "no memory for patterns")
                              : log_walk_init(&h->log, h->err);
}

int hw_find_stix(struct hw_asking *q, size_t *out_patterns, struct hw_error *err)
{
    struct hunt h = {.q = q, .err = err};
    int rc = hw_each_pattern(q, add_rule, &h, err);
    *out_patterns = h.rule_count;
    if (rc == HW_OK && h.rule_count > 0) {
        rc = make_room(&h);
        rc = rc != HW_OK ? rc : read_case(&h);
    }
    for (size_t i = 0; i < h.rule_count && rc == HW_OK; i++) {
        rc = judge(&h, &h.rules[i]);
    }
    if (rc == HW_OK && h.blind > 0) {
        rc = hw_gap_add(
            q, (struct hw_span){NULL, 0}, "pattern-unseen",
            hw_words(q->a->arena, "%llu pattern%s ask%s for objects that no record here tells of",
                     (unsigned long long)h.blind, h.blind == 1 ? "" : "s", h.blind == 1 ? "s" : ""),
            HW_SPAN_LIT("other means, such as the logs of a mail gateway"), false, err);
    }
    if (rc == HW_OK && h.broken > 0) {
        rc = hw_gap_add(q, (struct hw_span){NULL, 0}, "pattern-unanswered",
                        hw_words(q->a->arena, "%llu pattern%s in the case %s damaged",
                                 (unsigned long long)h.broken, h.broken == 1 ? "" : "s",
                                 h.broken == 1 ? "is" : "are"),
                        HW_SPAN_LIT("learn their files again"), true, err);
    }
    for (size_t i = 0; i < h.rule_count; i++) {
        free(h.rules[i].hits);
    }
    free(h.rules);
    free(h.scratch);
    log_walk_done(&h.log);
    return rc;
}
