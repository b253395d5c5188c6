/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_related.c -- which rules the correlations of a case join, and which speak no more.
 *
 * Sigma Correlation Rules Specification 2.0, "Related rules" and "Generate". A rule is meant by id
 * or name. The file a correlation came in is asked first, since names are short and many; then all
 * files, where an id is an id, but a name that two rules have is nobody's. A rule that is joined is
 * silent by itself unless the correlation says `generate: true`, but only within its own file: no
 * stranger's file may silence the rules of another.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/sigma.h"
#include "base/grow.h"

enum { CORRELATIONS_MAX = 5000, HELD_MAX = 1000000, CHAIN_MOST = 8, BOUND_MOST = 64 };

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for published correlations");
}

/* ---- taking ---- */

int sigma_held_add(struct sigma_rules *s, const struct hw_fact *f, const uint8_t evidence[32],
                   enum sigma_what what, uint32_t n, uint32_t *out, struct hw_error *err)
{
    struct hw_arena *arena = s->q->a->arena;
    if (s->held_count == HELD_MAX) {
        return hw_fail(err, HW_E_LIMIT, "too many published rules");
    }
    if (HW_GROW(s->held, s->held_count, s->held_room, HELD_MAX) != HW_OK) {
        return no_memory(err);
    }
    struct sigma_held *h = &s->held[s->held_count];
    *h = (struct sigma_held){.id = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_ID)),
                             .name = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_NAME)),
                             .what = what,
                             .n = n};
    memcpy(h->evidence, evidence, 32);
    *out = (uint32_t)s->held_count++;
    return HW_OK;
}

static int more_correlations(struct sigma_rules *s, struct hw_error *err)
{
    if (s->correlation_count == CORRELATIONS_MAX) {
        return hw_fail(err, HW_E_LIMIT, "too many published correlations");
    }
    if (HW_GROW(s->correlations, s->correlation_count, s->correlation_room, CORRELATIONS_MAX) !=
        HW_OK) {
        return no_memory(err);
    }
    return HW_OK;
}

int sigma_correlation_add(struct sigma_rules *s, const struct hw_fact *f,
                          const uint8_t evidence[32], struct hw_error *err)
{
    struct hw_arena *arena = s->q->a->arena;
    struct sigma_correlation *c = hw_arena_alloc(arena, sizeof *c);
    uint32_t held;
    int rc = c == NULL ? no_memory(err) : more_correlations(s, err);
    if (rc != HW_OK) {
        return rc;
    }
    c->program = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_PROGRAM));
    if (!hw_correlation_check(c->program, &c->form)) {
        s->refused++;
        return sigma_held_add(s, f, evidence, SIGMA_REFUSED, 0, &held, err);
    }
    c->id = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_ID));
    c->title = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_TITLE));
    c->says = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_SAYS));
    c->source = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_SOURCE));
    c->status = hw_span_keep(arena, sigma_status(hw_fact_get(f, HW_PATTERN_TAGS)));
    c->line = hw_fact_get_u64(f, HW_PATTERN_LINE);
    c->levelled = hw_fact_has(f, HW_PATTERN_LEVEL);
    struct sigma_weight w = sigma_weigh(c->status, hw_fact_get(f, HW_PATTERN_LEVEL),
                                        hw_fact_is(f, HW_PATTERN_ROLE, "context"));
    c->severity = w.severity;
    c->confidence = w.confidence;
    c->stream.title = c->title;
    c->refs = hw_arena_array(arena, c->form.rule_count, sizeof *c->refs);
    memcpy(c->evidence, evidence, 32);
    if (c->refs == NULL) {
        return no_memory(err);
    }
    s->correlations[s->correlation_count] = c;
    rc = sigma_held_add(s, f, evidence, SIGMA_CORRELATION, (uint32_t)s->correlation_count, &c->held,
                        err);
    s->correlation_count += rc == HW_OK;
    return rc;
}

/* ---- binding ---- */

struct word { /* an id or a name, and whose */
    struct hw_span text;
    uint32_t held;
    bool name;
};

static int by_text(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    int by = hw_span_compare(x->text, y->text);
    by = by != 0 ? by : (int)x->name - (int)y->name;
    return by != 0 ? by : (x->held > y->held) - (x->held < y->held);
}

/* The first of the words with this text; *count of them. */
static const struct word *find_words(const struct word *w, size_t n, struct hw_span text,
                                     size_t *count)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hw_span_compare(w[mid].text, text) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    for (hi = lo; hi < n && hw_span_equal(w[hi].text, text); hi++) {
    }
    *count = hi - lo;
    return w + lo;
}

static bool same_target(const struct sigma_held *a, const struct sigma_held *b)
{
    return a->what == b->what && a->n == b->n;
}

/* Two files may bring one correlation; whether they join the same rules shows later. */
static bool same_words(const struct sigma_rules *s, const struct sigma_held *a,
                       const struct sigma_held *b)
{
    if (a->what != SIGMA_CORRELATION || b->what != SIGMA_CORRELATION) {
        return same_target(a, b);
    }
    const struct sigma_correlation *x = s->correlations[a->n], *y = s->correlations[b->n];
    return hw_span_equal(x->id, y->id) && hw_span_equal(x->title, y->title) &&
           hw_span_equal(x->program, y->program);
}

/* Whether the word is meant: of the file itself; if that has none, an id, and last a name. */
static bool is_meant(const struct sigma_rules *s, const struct sigma_correlation *c,
                     const struct word *w, unsigned pass)
{
    bool own = memcmp(s->held[w->held].evidence, c->evidence, 32) == 0;
    return pass == 0 ? own : pass == 1 ? !w->name : true;
}

static void refuse(struct sigma_rules *s, struct sigma_correlation *c, struct hw_span rule,
                   const char *why)
{
    if (c->refused.n == 0) {
        c->refused = hw_words(s->q->a->arena, "needs rule %.*s, %s", (int)rule.n,
                              rule.n > 0 ? (const char *)rule.p : "", why);
    }
}

static int bind_one(struct sigma_rules *s, struct sigma_correlation *c, unsigned slot,
                    const struct word *w, size_t count, struct hw_error *err)
{
    struct sigma_ref *ref = &c->refs[slot];
    bool refused = false, many = false;
    ref->held = hw_arena_array(s->q->a->arena, BOUND_MOST, sizeof *ref->held);
    if (ref->held == NULL) {
        return no_memory(err);
    }
    for (unsigned pass = 0; pass < 3 && ref->count == 0 && !refused; pass++) {
        for (size_t i = 0; i < count; i++) {
            const struct sigma_held *h = &s->held[w[i].held];
            bool known = false, alike = true;
            if (!is_meant(s, c, &w[i], pass)) {
                continue;
            }
            refused = refused || h->what == SIGMA_REFUSED;
            for (size_t k = 0; k < ref->count; k++) {
                known = known || same_target(h, &s->held[ref->held[k]]);
                alike = alike && same_words(s, h, &s->held[ref->held[k]]);
            }
            if (h->what == SIGMA_REFUSED || known) {
                continue;
            }
            many = many || ref->count == BOUND_MOST || (pass == 2 && !alike);
            if (ref->count < BOUND_MOST) {
                ref->held[ref->count++] = w[i].held;
            }
        }
    }
    if (many) {
        refuse(s, c, c->form.rules[slot], "a name that several rules have");
    } else if (ref->count == 0) {
        refuse(s, c, c->form.rules[slot], refused ? "which cannot be run" : "which is not held");
    }
    return HW_OK;
}

static int bind_all(struct sigma_rules *s, struct hw_error *err)
{
    size_t n = 0, count = 0;
    struct word *words = calloc(2 * s->held_count + 1, sizeof *words);
    int rc = words == NULL ? no_memory(err) : HW_OK;
    for (size_t i = 0; i < s->held_count && rc == HW_OK; i++) {
        const struct sigma_held *h = &s->held[i];
        if (h->id.n > 0) {
            words[n++] = (struct word){h->id, (uint32_t)i, false};
        }
        if (h->name.n > 0) {
            words[n++] = (struct word){h->name, (uint32_t)i, true};
        }
    }
    if (n > 0) {
        qsort(words, n, sizeof *words, by_text);
    }
    for (size_t i = 0; i < s->correlation_count && rc == HW_OK; i++) {
        struct sigma_correlation *c = s->correlations[i];
        for (unsigned slot = 0; slot < c->form.rule_count && rc == HW_OK; slot++) {
            const struct word *w = find_words(words, n, c->form.rules[slot], &count);
            rc = bind_one(s, c, slot, w, count, err);
        }
    }
    free(words);
    return rc;
}

/* ---- chains of correlations ---- */

static struct sigma_correlation *joined(const struct sigma_rules *s, uint32_t held)
{
    const struct sigma_held *h = &s->held[held];
    return h->what == SIGMA_CORRELATION ? s->correlations[h->n] : NULL;
}

/* What the correlation stands on, one step deeper in each pass; false: not all is known yet. */
static bool settle(struct sigma_rules *s, struct sigma_correlation *c, unsigned pass)
{
    enum hw_severity worst = HW_INFO;
    bool known = true;
    for (unsigned slot = 0; slot < c->form.rule_count; slot++) {
        for (size_t i = 0; i < c->refs[slot].count; i++) {
            const struct sigma_held *h = &s->held[c->refs[slot].held[i]];
            const struct sigma_correlation *d = joined(s, c->refs[slot].held[i]);
            enum hw_severity is = d != NULL ? d->severity : s->rules[h->n].severity;
            if (d != NULL && d->refused.n > 0) {
                refuse(s, c, c->form.rules[slot], "which cannot be run");
            }
            known = known && (d == NULL || (d->depth > 0 && d->depth < pass));
            worst = is > worst ? is : worst;
        }
    }
    if (known && c->refused.n == 0) {
        c->severity = c->levelled ? c->severity : worst;
        c->depth = pass;
        s->depth = pass;
    }
    return known;
}

static void settle_all(struct sigma_rules *s)
{
    for (unsigned pass = 1; pass <= CHAIN_MOST + 1; pass++) {
        for (size_t i = 0; i < s->correlation_count; i++) {
            struct sigma_correlation *c = s->correlations[i];
            if (c->refused.n == 0 && c->depth == 0 && pass > CHAIN_MOST) {
                c->refused = hw_words(s->q->a->arena,
                                      "joins itself, or more than %d correlations, one of the "
                                      "other",
                                      CHAIN_MOST);
            } else if (c->refused.n == 0 && c->depth == 0) {
                (void)settle(s, c, pass);
            }
        }
    }
}

/* ---- copies ---- */

static int by_words(const void *a, const void *b)
{
    const struct sigma_correlation *x = *(struct sigma_correlation *const *)a;
    const struct sigma_correlation *y = *(struct sigma_correlation *const *)b;
    int by = (x->depth > y->depth) - (x->depth < y->depth);
    by = by != 0 ? by : hw_span_compare(x->id, y->id);
    by = by != 0 ? by : hw_span_compare(x->title, y->title);
    by = by != 0 ? by : hw_span_compare(x->program, y->program);
    by = by != 0 ? by : memcmp(x->evidence, y->evidence, 32);
    return by != 0 ? by : (x->line > y->line) - (x->line < y->line);
}

/* What is joined, the same for all copies of it. */
static uint32_t stands_for(const struct sigma_rules *s, uint32_t held)
{
    const struct sigma_correlation *c = joined(s, held);
    return c != NULL ? c->stands_for : s->held[held].n;
}

static bool joins_same(const struct sigma_rules *s, const struct sigma_correlation *a,
                       const struct sigma_correlation *b)
{
    for (unsigned slot = 0; slot < a->form.rule_count; slot++) {
        const struct sigma_ref *x = &a->refs[slot], *y = &b->refs[slot];
        for (size_t i = 0; i < x->count; i++) {
            bool there = false;
            for (size_t k = 0; k < y->count; k++) {
                there = there || (s->held[x->held[i]].what == s->held[y->held[k]].what &&
                                  stands_for(s, x->held[i]) == stands_for(s, y->held[k]));
            }
            if (!there || x->count != y->count) {
                return false;
            }
        }
    }
    return true;
}

/* An order that intake does not decide. */
static void put_in_order(struct sigma_rules *s)
{
    qsort(s->correlations, s->correlation_count, sizeof(struct sigma_correlation *), by_words);
    for (size_t i = 0; i < s->correlation_count; i++) {
        s->held[s->correlations[i]->held].n = (uint32_t)i;
        s->correlations[i]->stands_for = (uint32_t)i;
    }
}

/* In the order of depth, so that what is joined stands for the first of its copies already. The
 * same words that join others are others. */
static void find_copies(struct sigma_rules *s)
{
    for (size_t i = 1; i < s->correlation_count; i++) {
        struct sigma_correlation *c = s->correlations[i];
        for (size_t k = i; c->depth > 0 && k > 0 && c->stands_for == i; k--) {
            const struct sigma_correlation *d = s->correlations[k - 1];
            if (d->depth != c->depth || !hw_span_equal(d->id, c->id) ||
                !hw_span_equal(d->title, c->title) || !hw_span_equal(d->program, c->program)) {
                break;
            }
            c->stands_for = joins_same(s, c, d) ? d->stands_for : c->stands_for;
        }
    }
}

/* ---- what is kept of records ---- */

static int want(struct sigma_rules *s, struct sigma_stream *t, struct hw_span name, bool *full,
                struct hw_error *err)
{
    for (unsigned i = 0; i < t->wanted_count; i++) {
        if (hw_span_equal_nocase(t->wanted[i], name)) {
            return HW_OK;
        }
    }
    if (t->wanted == NULL) {
        t->wanted = hw_arena_array(s->q->a->arena, SIGMA_WANTED, sizeof *t->wanted);
        t->fields = hw_arena_array(s->q->a->arena, SIGMA_WANTED, sizeof *t->fields);
    }
    if (t->wanted == NULL || t->fields == NULL) {
        return no_memory(err);
    }
    if (t->wanted_count == SIGMA_WANTED) {
        *full = true;
        return HW_OK;
    }
    int rc = sigma_field_number(s, name, &t->fields[t->wanted_count], err);
    if (rc == HW_OK) {
        t->wanted[t->wanted_count] = s->fields[t->fields[t->wanted_count]];
        t->wanted_count++;
    }
    return rc;
}

static struct sigma_stream *stream_of(struct sigma_rules *s, uint32_t held)
{
    struct sigma_correlation *c = joined(s, held);
    if (c != NULL) {
        return &s->correlations[c->stands_for]->stream;
    }
    struct sigma_rule *r = &s->rules[s->held[held].n];
    if (r->stream == NULL) {
        r->stream = hw_arena_alloc(s->q->a->arena, sizeof *r->stream);
        if (r->stream != NULL) {
            r->stream->title = r->title.n > 0 ? r->title : r->id;
        }
    }
    return r->stream;
}

/* One name that the correlation needs, of each rule it joins. */
static int want_name(struct sigma_rules *s, struct sigma_correlation *c, struct hw_span name,
                     struct hw_error *err)
{
    bool full = false;
    int rc = HW_OK;
    for (unsigned slot = 0; slot < c->form.rule_count; slot++) {
        struct hw_span field = hw_correlation_field(&c->form, slot, name);
        for (size_t i = 0; i < c->refs[slot].count && rc == HW_OK; i++) {
            struct sigma_stream *t = stream_of(s, c->refs[slot].held[i]);
            if (t == NULL) {
                return no_memory(err);
            }
            t->joined = true;
            rc = field.n == 0 ? HW_OK : want(s, t, field, &full, err);
        }
    }
    if (full && c->refused.n == 0) {
        c->refused = hw_words(s->q->a->arena, "needs more than %d fields of one rule's records",
                              SIGMA_WANTED);
    }
    return rc;
}

/* The outermost first: what they want of a correlation, it wants of its rules. */
static int want_all(struct sigma_rules *s, struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = s->correlation_count; i > 0 && rc == HW_OK; i--) {
        struct sigma_correlation *c = s->correlations[i - 1];
        if (c->depth == 0 || c->stands_for != i - 1) {
            continue;
        }
        for (unsigned g = 0; g < c->form.group_count && rc == HW_OK; g++) {
            rc = want_name(s, c, c->form.groups[g], err);
        }
        for (unsigned g = 0; g < c->stream.wanted_count && rc == HW_OK; g++) {
            rc = want_name(s, c, c->stream.wanted[g], err);
        }
        if (rc == HW_OK) { /* empty: its rules are joined all the same */
            rc = want_name(s, c, c->form.field, err);
        }
    }
    return rc;
}

/* ---- who speaks ---- */

static bool runs(const struct sigma_rules *s, const struct sigma_correlation *c)
{
    return c->refused.n == 0 && s->correlations[c->stands_for]->refused.n == 0;
}

static void silence(struct sigma_rules *s)
{
    for (size_t i = 0; i < s->correlation_count; i++) {
        const struct sigma_correlation *c = s->correlations[i];
        for (unsigned slot = 0; runs(s, c) && slot < c->form.rule_count; slot++) {
            for (size_t k = 0; k < c->refs[slot].count; k++) {
                struct sigma_held *h = &s->held[c->refs[slot].held[k]];
                h->quiet =
                    h->quiet || (!c->form.generate && memcmp(h->evidence, c->evidence, 32) == 0);
            }
        }
    }
    for (size_t i = 0; i < s->held_count; i++) {
        const struct sigma_held *h = &s->held[i];
        if (h->what == SIGMA_RULE && !h->quiet) {
            s->rules[h->n].alone = true;
        } else if (h->what == SIGMA_CORRELATION && !h->quiet) {
            s->correlations[s->correlations[h->n]->stands_for]->alone = true;
        }
    }
    for (size_t i = 0; i < s->correlation_count; i++) {
        const struct sigma_correlation *c = s->correlations[i];
        for (unsigned slot = 0; runs(s, c) && slot < c->form.rule_count; slot++) {
            for (size_t k = 0; c->form.generate && k < c->refs[slot].count; k++) {
                uint32_t held = c->refs[slot].held[k];
                if (joined(s, held) != NULL) {
                    s->correlations[stands_for(s, held)]->alone = true;
                } else {
                    s->rules[s->held[held].n].alone = true;
                }
            }
        }
    }
}

/* One that wants too much costs those that join it too. */
static void refuse_joiners(struct sigma_rules *s)
{
    for (size_t i = 0; i < s->correlation_count; i++) { /* in the order of depth */
        struct sigma_correlation *c = s->correlations[i];
        for (unsigned slot = 0; slot < c->form.rule_count; slot++) {
            for (size_t k = 0; k < c->refs[slot].count; k++) {
                const struct sigma_correlation *d = joined(s, c->refs[slot].held[k]);
                if (d != NULL && s->correlations[d->stands_for]->refused.n > 0) {
                    refuse(s, c, c->form.rules[slot], "which cannot be run");
                }
            }
        }
    }
}

int sigma_relate(struct sigma_rules *s, struct hw_error *err)
{
    int rc = HW_OK;
    if (s->correlation_count > 0) {
        put_in_order(s);
        rc = bind_all(s, err);
        settle_all(s);
        put_in_order(s);
        find_copies(s);
        rc = rc != HW_OK ? rc : want_all(s, err);
        refuse_joiners(s);
    }
    silence(s);
    return rc;
}
