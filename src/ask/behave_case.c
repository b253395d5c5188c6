/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave_case.c -- BEHAVIOUR facts of a case, made into the claims of ask/behave.h.
 *
 * Only claims of one publisher meet in a profile, and only by its own numbers: publishers cut the
 * same intrusions into different groups, so that joining them by the names they share makes groups
 * that nobody holds for one. What was taken back in any document is taken back in all.
 */
#include "ask/behave_case.h"

#include <stdlib.h>
#include <string.h>

#include "ask/behave_case_room.h"
#include "ask/room.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"
#include "fact/fact.h"

enum { CEILING = 512 << 20, PUBLISHERS = 256 };

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for claims of behaviour");
}

/* ---- reading the facts ---- */

static char kind_of(struct hw_span word)
{
    return hw_span_is(word, "group")                                 ? 'g'
           : hw_span_is(word, "campaign")                            ? 'c'
           : hw_span_is(word, "malware") || hw_span_is(word, "tool") ? 's'
           : hw_span_is(word, "technique")                           ? 't'
                                                                     : '-';
}

static bool relation_of(struct hw_span word, enum behave_relation *out)
{
    static const char *const words[] = {
        [BEHAVE_CALLED] = "also-called",
        [BEHAVE_USES] = "uses",
        [BEHAVE_ATTRIBUTED] = "attributed-to",
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (hw_span_is(word, words[i])) {
            *out = (enum behave_relation)i;
            return true;
        }
    }
    return false;
}

static bool keep(struct hw_behave_case *k, const struct hw_fact *f, unsigned field,
                 struct hw_span *out)
{
    struct hw_span s = hw_fact_get(f, field);
    if (s.n == 0) {
        return true;
    }
    *out = (struct hw_span){hw_arena_copy(k->arena, s), s.n};
    return out->p != NULL;
}

static int take(struct hw_behave_case *k, const struct hw_fact *f, struct hw_error *err)
{
    enum behave_relation relation;
    if (!relation_of(hw_fact_get(f, HW_BEHAVIOUR_RELATION), &relation)) {
        return HW_OK;
    }
    if (k->said_count == HW_BEHAVE_CLAIMS) {
        return hw_fail(err, HW_E_LIMIT, "more than %d claims of behaviour", HW_BEHAVE_CLAIMS);
    }
    if (HW_GROW(k->said, k->said_count, k->said_room, HW_BEHAVE_CLAIMS) != HW_OK) {
        return no_memory(err);
    }
    struct behave_said s = {.relation = relation,
                            .doer = kind_of(hw_fact_get(f, HW_BEHAVIOUR_DOER)),
                            .deed = kind_of(hw_fact_get(f, HW_BEHAVIOUR_DEED)),
                            .cited = HW_TIME_NONE,
                            .gone = hw_fact_has(f, HW_BEHAVIOUR_REVOKED)};
    if (hw_fact_has(f, HW_BEHAVIOUR_CITED)) {
        s.cited = hw_fact_get_time(f, HW_BEHAVIOUR_CITED);
    }
    if (!keep(k, f, HW_BEHAVIOUR_WHO, &s.who) || !keep(k, f, HW_BEHAVIOUR_WHO_ID, &s.who_id) ||
        !keep(k, f, HW_BEHAVIOUR_WHO_REF, &s.who_ref) || !keep(k, f, HW_BEHAVIOUR_WHAT, &s.what) ||
        !keep(k, f, HW_BEHAVIOUR_WHAT_ID, &s.what_id) ||
        !keep(k, f, HW_BEHAVIOUR_WHAT_REF, &s.what_ref) ||
        !keep(k, f, HW_BEHAVIOUR_SOURCE, &s.source) || !keep(k, f, HW_BEHAVIOUR_CITES, &s.cites) ||
        !keep(k, f, HW_BEHAVIOUR_ID, &s.id)) {
        return no_memory(err);
    }
    k->said[k->said_count++] = s;
    return HW_OK;
}

struct reading {
    struct hw_behave_case *k;
    struct hw_error *err;
};

static int take_fact(void *state, const struct hw_evidence_row *document,
                     const struct hw_fact_row *row)
{
    const struct reading *r = state;
    (void)document;
    return take(r->k, &row->fact, r->err);
}

/* ---- what was taken back ---- */

static int by_claim(const void *x, const void *y)
{
    const struct behave_said *a = x, *b = y;
    int d = hw_span_compare(a->source, b->source);
    return d != 0 ? d : hw_span_compare(a->id, b->id);
}

/* A claim that an older document has too is gone there as well. */
static void take_back_claims(struct hw_behave_case *k)
{
    size_t from = 0;
    if (k->said_count > 0) {
        qsort(k->said, k->said_count, sizeof k->said[0], by_claim);
    }
    for (size_t i = 0; i < k->said_count; i++) {
        if (by_claim(&k->said[from], &k->said[i]) != 0) {
            from = i;
        }
        if (!k->said[i].gone || k->said[i].id.n == 0) {
            continue;
        }
        for (size_t n = from; n < k->said_count && by_claim(&k->said[from], &k->said[n]) == 0;
             n++) {
            k->said[n].gone = true;
        }
        while (i + 1 < k->said_count && by_claim(&k->said[from], &k->said[i + 1]) == 0) {
            i++;
        }
    }
}

struct gone { /* a thing that was taken back */
    struct hw_span source, ref;
};

static int by_gone(const void *x, const void *y)
{
    const struct gone *a = x, *b = y;
    int d = hw_span_compare(a->source, b->source);
    return d != 0 ? d : hw_span_compare(a->ref, b->ref);
}

static bool is_gone(const struct gone *all, size_t count, struct hw_span source, struct hw_span ref)
{
    struct gone key = {source, ref};
    return ref.n > 0 && bsearch(&key, all, count, sizeof key, by_gone) != NULL;
}

/* And so are all claims about a thing that is gone, whichever document has them. */
static int take_back(struct hw_behave_case *k, struct hw_error *err)
{
    size_t n = 0;
    struct gone *all = calloc(k->said_count + 1, sizeof *all);
    if (all == NULL) {
        return no_memory(err);
    }
    take_back_claims(k);
    for (size_t i = 0; i < k->said_count; i++) {
        if (k->said[i].gone && k->said[i].relation == BEHAVE_CALLED) {
            all[n++] = (struct gone){k->said[i].source, k->said[i].who_ref};
        }
    }
    qsort(all, n, sizeof *all, by_gone);
    for (size_t i = 0; i < k->said_count && n > 0; i++) {
        struct behave_said *s = &k->said[i];
        s->gone = s->gone || is_gone(all, n, s->source, s->who_ref) ||
                  is_gone(all, n, s->source, s->what_ref);
    }
    free(all);
    return HW_OK;
}

/* ---- publishers ---- */

static int most_first(const void *x, const void *y)
{
    const struct hw_behave_publisher *a = x, *b = y;
    if (a->uses != b->uses) {
        return a->uses > b->uses ? -1 : 1;
    }
    return hw_span_compare(a->name, b->name);
}

static bool makes_profiles(const struct behave_said *s)
{
    return s->relation == BEHAVE_USES && !s->gone && (s->doer == 'g' || s->doer == 'c') &&
           (s->deed == 's' || s->deed == 't');
}

/* The claims stand in the order of their publishers. */
static int count_publishers(struct hw_behave_case *k, struct hw_error *err)
{
    k->publishers = calloc(PUBLISHERS + 1, sizeof *k->publishers);
    if (k->publishers == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < k->said_count; i++) {
        struct hw_behave_publisher *last = &k->publishers[k->publisher_count];
        bool same = k->publisher_count > 0 && hw_span_equal(last[-1].name, k->said[i].source);
        if (!same && k->publisher_count == PUBLISHERS) {
            return hw_fail(err, HW_E_LIMIT, "more than %d publishers of behaviour", PUBLISHERS);
        }
        if (!same) {
            last->name = k->said[i].source;
            k->publisher_count++;
            last++;
        }
        last[-1].uses += makes_profiles(&k->said[i]);
    }
    qsort(k->publishers, k->publisher_count, sizeof *k->publishers, most_first);
    return HW_OK;
}

static int choose_publisher(struct hw_behave_case *k, struct hw_span wanted, struct hw_error *err)
{
    for (size_t i = 0; i < k->publisher_count && wanted.n > 0; i++) {
        if (hw_span_equal_nocase(k->publishers[i].name, wanted)) {
            k->used = i;
            return HW_OK;
        }
    }
    return wanted.n == 0 ? HW_OK
                         : hw_fail(err, HW_E_MISSING,
                                   "the case has no claims of behaviour by that publisher");
}

bool hw_behave_said_holds(const struct hw_behave_case *k, const struct behave_said *s)
{
    return !s->gone && hw_span_equal(s->source, k->publishers[k->used].name);
}

/* ---- things ---- */

static int by_ref(const void *x, const void *y)
{
    const struct behave_thing *a = x, *b = y;
    return hw_span_compare(a->ref, b->ref);
}

static int by_key(const void *x, const void *y)
{
    const struct behave_thing *a = x, *b = y;
    int d = hw_span_compare(a->key, b->key);
    return d != 0 ? d : hw_span_compare(a->name, b->name);
}

/* Before it: of one ref, what has a number and a name. */
static int fuller_first(const void *x, const void *y)
{
    const struct behave_thing *a = x, *b = y;
    int d = hw_span_compare(a->ref, b->ref);
    if (d != 0) {
        return d;
    }
    if ((a->key.n == 0) != (b->key.n == 0)) {
        return a->key.n == 0 ? 1 : -1;
    }
    if ((a->name.n == 0) != (b->name.n == 0)) {
        return a->name.n == 0 ? 1 : -1;
    }
    d = hw_span_compare(a->key, b->key);
    return d != 0 ? d : hw_span_compare(a->name, b->name);
}

static size_t keep_first(struct behave_thing *p, size_t count,
                         int (*same)(const void *, const void *))
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || same(&p[kept - 1], &p[i]) != 0) {
            p[kept++] = p[i];
        }
    }
    return kept;
}

static int same_key(const void *x, const void *y)
{
    return hw_span_compare(((const struct behave_thing *)x)->key,
                           ((const struct behave_thing *)y)->key);
}

static int list_things(struct hw_behave_case *k, struct hw_error *err)
{
    size_t n = 0;
    k->by_ref = calloc(2 * k->said_count + 1, sizeof *k->by_ref);
    k->by_key = calloc(2 * k->said_count + 1, sizeof *k->by_key);
    if (k->by_ref == NULL || k->by_key == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < k->said_count; i++) {
        const struct behave_said *s = &k->said[i];
        if (!hw_behave_said_holds(k, s)) {
            continue;
        }
        k->by_ref[n++] = (struct behave_thing){s->who_id, s->who_ref, s->who, s->doer};
        if (s->relation != BEHAVE_CALLED) {
            k->by_ref[n++] = (struct behave_thing){s->what_id, s->what_ref, s->what, s->deed};
        }
    }
    qsort(k->by_ref, n, sizeof *k->by_ref, fuller_first);
    k->ref_count = keep_first(k->by_ref, n, by_ref);
    for (size_t i = 0; i < k->ref_count; i++) {
        struct behave_thing *t = &k->by_ref[i];
        t->key = t->key.n > 0 ? t->key : t->ref;
        k->by_key[i] = *t;
    }
    qsort(k->by_key, k->ref_count, sizeof *k->by_key, by_key);
    k->key_count = keep_first(k->by_key, k->ref_count, same_key);
    return HW_OK;
}

const struct behave_thing *hw_behave_thing(const struct hw_behave_case *k, struct hw_span key)
{
    struct behave_thing t = {.key = key};
    return k->key_count == 0 ? NULL : bsearch(&t, k->by_key, k->key_count, sizeof t, same_key);
}

static struct hw_span key_of(const struct hw_behave_case *k, struct hw_span id, struct hw_span ref)
{
    struct behave_thing t = {.ref = ref};
    const struct behave_thing *found = id.n > 0 || k->ref_count == 0
                                           ? NULL
                                           : bsearch(&t, k->by_ref, k->ref_count, sizeof t, by_ref);
    return id.n > 0 ? id : found != NULL ? found->key : ref;
}

struct hw_span hw_behave_said_who(const struct hw_behave_case *k, const struct behave_said *s)
{
    return key_of(k, s->who_id, s->who_ref);
}

struct hw_span hw_behave_said_what(const struct hw_behave_case *k, const struct behave_said *s)
{
    return key_of(k, s->what_id, s->what_ref);
}

/* ---- claims ---- */

static int add_claim(struct hw_behave_case *k, const struct behave_said *s, struct hw_span group,
                     struct hw_span by, struct hw_error *err)
{
    struct hw_behave_claim claim = {.group = group,
                                    .by = by,
                                    .feature = hw_behave_said_what(k, s),
                                    .software = s->deed == 's',
                                    .cites = s->cites,
                                    .published = s->cited};
    return claim.feature.n == 0 ? HW_OK : hw_behave_add(k->claims, &claim, err);
}

struct attribution { /* of a campaign to a group, by their keys */
    struct hw_span campaign, group;
};

static int by_campaign(const void *x, const void *y)
{
    const struct attribution *a = x, *b = y;
    int d = hw_span_compare(a->campaign, b->campaign);
    return d != 0 ? d : hw_span_compare(a->group, b->group);
}

/* To each group that it is attributed to, once. */
static int add_campaign_claim(struct hw_behave_case *k, const struct behave_said *s,
                              const struct attribution *all, size_t count, struct hw_error *err)
{
    struct hw_span campaign = hw_behave_said_who(k, s);
    size_t from = 0, to = count;
    int rc = HW_OK;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (hw_span_compare(all[middle].campaign, campaign) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    for (size_t i = from; i < count && rc == HW_OK; i++) {
        if (!hw_span_equal(all[i].campaign, campaign)) {
            break;
        }
        if (i == from || !hw_span_equal(all[i].group, all[i - 1].group)) {
            rc = add_claim(k, s, all[i].group, campaign, err);
        }
    }
    return rc;
}

/* A claim knows when the first of its sources was published. One that stands on a single source
 * tells that source's date, whatever it is about: software has more of these than groups have. */
static int date_source(struct hw_behave_case *k, const struct behave_said *s, struct hw_error *err)
{
    bool single = s->cites.n > 0 && hw_span_find(s->cites, '\n') == s->cites.n;
    return single && s->cited != HW_TIME_NONE ? hw_behave_date(k->claims, s->cites, s->cited, err)
                                              : HW_OK;
}

static int make_claims(struct hw_behave_case *k, struct hw_error *err)
{
    struct attribution *all = calloc(k->said_count + 1, sizeof *all);
    size_t n = 0;
    int rc = all == NULL ? no_memory(err) : hw_behave_new(CEILING, &k->claims, err);
    for (size_t i = 0; i < k->said_count && rc == HW_OK; i++) {
        const struct behave_said *s = &k->said[i];
        if (s->relation == BEHAVE_ATTRIBUTED && s->doer == 'c' && s->deed == 'g' &&
            hw_behave_said_holds(k, s)) {
            all[n++] = (struct attribution){hw_behave_said_who(k, s), hw_behave_said_what(k, s)};
        }
    }
    if (rc == HW_OK) {
        qsort(all, n, sizeof *all, by_campaign);
    }
    for (size_t i = 0; i < k->said_count && rc == HW_OK; i++) {
        const struct behave_said *s = &k->said[i];
        if (makes_profiles(s) && hw_behave_said_holds(k, s)) {
            struct hw_span who = hw_behave_said_who(k, s);
            rc = s->doer == 'c' ? add_campaign_claim(k, s, all, n, err)
                 : who.n == 0   ? HW_OK
                                : add_claim(k, s, who, (struct hw_span){NULL, 0}, err);
        } else if (hw_behave_said_holds(k, s)) {
            rc = date_source(k, s, err);
        }
    }
    free(all);
    return rc != HW_OK ? rc : hw_behave_settle(k->claims, err);
}

/* ---- the whole ---- */

int hw_behave_case_new(struct hw_case *c, struct hw_span publisher, struct hw_behave_case **out,
                       struct hw_error *err)
{
    struct hw_behave_case *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return no_memory(err);
    }
    k->arena = hw_arena_new(CEILING);
    int rc = k->arena == NULL
                 ? no_memory(err)
                 : hw_each_taught(c, HW_FACT_BEHAVIOUR, take_fact, &(struct reading){k, err}, err);
    rc = rc != HW_OK ? rc : take_back(k, err);
    rc = rc != HW_OK ? rc : count_publishers(k, err);
    rc = rc != HW_OK ? rc : choose_publisher(k, publisher, err);
    rc = rc != HW_OK ? rc : list_things(k, err);
    rc = rc != HW_OK ? rc : make_claims(k, err);
    if (rc != HW_OK) {
        hw_behave_case_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

void hw_behave_case_free(struct hw_behave_case *k)
{
    if (k == NULL) {
        return;
    }
    hw_behave_free(k->claims);
    free(k->said);
    free(k->by_ref);
    free(k->by_key);
    free(k->publishers);
    hw_arena_free(k->arena);
    free(k);
}

struct hw_behave *hw_behave_case_claims(struct hw_behave_case *k)
{
    return k->claims;
}

const struct hw_behave_publisher *hw_behave_case_publishers(const struct hw_behave_case *k,
                                                            size_t *out_count, size_t *out_used)
{
    *out_count = k->publisher_count;
    *out_used = k->used;
    return k->publishers;
}

struct hw_span hw_behave_case_name(const struct hw_behave_case *k, struct hw_span id)
{
    const struct behave_thing *t = hw_behave_thing(k, id);
    return t == NULL ? (struct hw_span){NULL, 0} : t->name;
}
