/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attributing_names.c -- names of groups: counted, never joined.
 *
 * Joining the aliases of three public lists fuses 38 of 172 groups, and among them groups that
 * nobody holds for one. So a name is only looked up whole, one step: which groups do those who
 * publish lists (BEHAVIOUR facts) or who are quoted here (claims of topic alias) give that name to?
 * A name that several groups have is told as a disagreement.
 */
#include "ask/attributing.h"
#include "ask/room.h"
#include "base/text.h"
#include "base/time.h"

enum { NAMES_MAX = 256, ALIASES_MAX = 256 };

struct names {
    struct attributing *q;
    struct hw_span all[NAMES_MAX];
    size_t count;
    struct hw_alias **last;
    size_t aliases;
};

static void add_name(struct names *n, struct hw_span name)
{
    for (size_t i = 0; i < n->count; i++) {
        if (attributing_same(n->all[i], name)) {
            return;
        }
    }
    if (n->count == NAMES_MAX) {
        n->q->over++;
    } else if (name.n > 0) {
        n->all[n->count++] = name;
    }
}

static bool is_name(const struct hw_claim *x)
{
    return hw_span_is(x->topic, "group") || hw_span_is(x->topic, "alias");
}

static void names_of(struct names *n, const struct hw_claim *x)
{
    struct hw_span list = x->names, name;
    add_name(n, x->value);
    while (hw_said_word(&list, &name)) {
        add_name(n, name);
    }
}

/* ---- how many names, in how many systems ---- */

static int naming(struct attributing *q, size_t from, size_t to)
{
    struct hw_names_apart *x = hw_arena_alloc(q->a->arena, sizeof *x), **last = &q->a->namings;
    struct names n = {.q = q};
    if (x == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for names");
    }
    *x = (struct hw_names_apart){.about = q->claims[from].said.about};
    for (size_t i = from; i < to; i++) {
        const struct hw_claim *c = &q->claims[i].said;
        bool first = true;
        if (!is_name(c)) {
            continue;
        }
        for (size_t k = from; k < i && first; k++) {
            first = !is_name(&q->claims[k].said) || !attributing_same(q->claims[k].said.by, c->by);
        }
        x->claims++;
        x->systems += first;
        names_of(&n, c);
    }
    x->names = n.count;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    if (x->claims > 0) {
        *last = x;
    }
    return HW_OK;
}

/* Claims stand sorted by what they are about. */
static int namings(struct attributing *q)
{
    int rc = HW_OK;
    for (size_t i = 0, end; i < q->claim_count && rc == HW_OK; i = end) {
        for (end = i + 1; end < q->claim_count &&
                          attributing_same(q->claims[end].said.about, q->claims[i].said.about);
             end++) {
        }
        rc = naming(q, i, end);
    }
    return rc;
}

/* ---- published lists ---- */

static bool known(const struct names *n, const struct hw_alias *x)
{
    for (const struct hw_alias *y = n->q->a->aliases; y != NULL; y = y->next) {
        if (attributing_same(y->name, x->name) && attributing_same(y->who, x->who) &&
            hw_span_equal(y->who_id, x->who_id) && hw_span_equal(y->source, x->source)) {
            return true;
        }
    }
    return false;
}

static int one_alias(void *state, const struct hw_evidence_row *document,
                     const struct hw_fact_row *row)
{
    struct names *n = state;
    const struct hw_fact *f = &row->fact;
    struct hw_span what = hw_fact_get(f, HW_BEHAVIOUR_WHAT);
    int64_t published = hw_fact_get_time(f, HW_BEHAVIOUR_PUBLISHED);
    int64_t as_of = n->q->ask->as_of;
    bool taken_back =
        hw_fact_has(f, HW_BEHAVIOUR_REVOKED) && hw_fact_get_time(f, HW_BEHAVIOUR_REVOKED) <= as_of;
    size_t i = 0;
    if (!hw_span_is(hw_fact_get(f, HW_BEHAVIOUR_RELATION), "also-called") ||
        !hw_span_is(hw_fact_get(f, HW_BEHAVIOUR_DOER), "group") || taken_back ||
        (hw_fact_has(f, HW_BEHAVIOUR_PUBLISHED) && published > as_of)) {
        return HW_OK;
    }
    while (i < n->count && !attributing_same(n->all[i], what)) {
        i++;
    }
    if (i == n->count) {
        return HW_OK;
    }
    struct hw_arena *arena = n->q->a->arena;
    struct hw_alias x = {.name = n->all[i],
                         .who = hw_fact_get(f, HW_BEHAVIOUR_WHO),
                         .who_id = hw_fact_get(f, HW_BEHAVIOUR_WHO_ID),
                         .source = hw_fact_get(f, HW_BEHAVIOUR_SOURCE),
                         .line = hw_fact_get_u64(f, HW_BEHAVIOUR_LINE)};
    if (known(n, &x)) {
        return HW_OK;
    }
    if (n->aliases == ALIASES_MAX) {
        n->q->over++;
        return HW_OK;
    }
    struct hw_alias *to = hw_arena_alloc(arena, sizeof *to);
    if (to == NULL) {
        return hw_fail(n->q->err, HW_E_MEMORY, "no memory for names");
    }
    *to = x;
    to->who = hw_span_keep(arena, x.who);
    to->who_id = hw_span_keep(arena, x.who_id);
    to->source = hw_span_keep(arena, x.source);
    to->path = hw_span_keep(arena, document->path);
    *n->last = to;
    n->last = &to->next;
    n->aliases++;
    return HW_OK;
}

/* ---- one name, several groups ---- */

struct claimed_for { /* who of those heard so far differ */
    struct hw_span first;
    bool any, differ;
};

static void hear(struct claimed_for *h, struct hw_span group)
{
    h->differ = h->differ || (h->any && !attributing_same(h->first, group));
    h->first = h->any ? h->first : group;
    h->any = true;
}

static bool alias_of(const struct hw_claim *x, struct hw_span name)
{
    struct hw_span list = x->names, one;
    if (!hw_span_is(x->topic, "alias") || x->value.n == 0) {
        return false;
    }
    while (hw_said_word(&list, &one)) {
        if (attributing_same(one, name)) {
            return true;
        }
    }
    return false;
}

/* A publisher has several lists: the file's name tells which. */
static struct hw_span published_by(struct attributing *q, const struct hw_alias *y)
{
    struct hw_span file = y->path;
    for (size_t at = hw_span_find(file, '/'); at < file.n; at = hw_span_find(file, '/')) {
        file = hw_span_from(file, at + 1);
    }
    return y->source.n == 0
               ? y->path
               : hw_words(q->a->arena, "%.*s, %.*s", (int)y->source.n, (const char *)y->source.p,
                          (int)file.n, (const char *)file.p);
}

static int several(struct attributing *q, struct hw_span name)
{
    struct claimed_for h = {.any = false};
    for (const struct hw_claim *x = q->a->claims; x != NULL; x = x->next) {
        if (alias_of(x, name)) {
            hear(&h, x->value);
        }
    }
    for (const struct hw_alias *y = q->a->aliases; y != NULL; y = y->next) {
        if (attributing_same(y->name, name)) {
            hear(&h, y->who);
        }
    }
    if (!h.differ) {
        return HW_OK;
    }
    struct hw_disagreement *to = NULL;
    int rc = attributing_add(
        q,
        &(struct hw_disagreement){
            .about = name,
            .topic = HW_SPAN_LIT("alias"),
            .decided_by = HW_SPAN_LIT("what its own publisher means by the name, at that time"),
            .disputed = true},
        &to);
    struct hw_saying **last = rc == HW_OK ? &to->each : NULL;
    for (const struct hw_claim *x = q->a->claims; x != NULL && rc == HW_OK; x = x->next) {
        if (alias_of(x, name)) {
            rc = attributing_say(
                q, &last,
                &(struct hw_saying){
                    .by = x->by, .value = x->value, .path = x->path, .on = x->on, .line = x->line});
        }
    }
    for (const struct hw_alias *y = q->a->aliases; y != NULL && rc == HW_OK; y = y->next) {
        if (attributing_same(y->name, name)) {
            rc = attributing_say(q, &last,
                                 &(struct hw_saying){.by = published_by(q, y),
                                                     .value = y->who,
                                                     .path = y->path,
                                                     .on = HW_TIME_NONE,
                                                     .line = y->line});
        }
    }
    return rc;
}

int attributing_names(struct attributing *q)
{
    struct names n = {.q = q, .last = &q->a->aliases};
    int rc = namings(q);
    for (size_t i = 0; i < q->claim_count; i++) {
        if (is_name(&q->claims[i].said)) {
            names_of(&n, &q->claims[i].said);
        }
    }
    rc = rc != HW_OK || n.count == 0
             ? rc
             : hw_each_taught(q->c, HW_FACT_BEHAVIOUR, one_alias, &n, q->err);
    for (size_t i = 0; i < n.count && rc == HW_OK; i++) {
        rc = several(q, n.all[i]);
    }
    return rc;
}
