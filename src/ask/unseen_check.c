/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/unseen_check.c -- when lists of several observers say nothing of what all of them missed.
 *
 * Each condition of capture and recapture that can be computed is computed, each other one must be
 * declared; what is not stated is not taken for granted. One refusal for a check, with the pairs
 * that caused it and what would lift it. The conditions are those of International Working Group
 * for Disease Monitoring and Forecasting, American Journal of Epidemiology 142 (1995), made strict.
 *
 * Lists that avoid each other. A feed that leaves out what another one has makes the overlap small
 * and the estimate large: leaving out the share d multiplies it by 1 / (1 - d), without end. Two
 * lists alone cannot tell that from a large population. So a bound is set where the estimate would
 * rest on the assumption alone: with less than HW_UNSEEN_AVOID_PERCENT of the smaller list in
 * common, the larger one would have seen less than one victim in twenty. Vendors who watch the
 * same actors and sell what they see have 2.5 to 4 percent in common (Bouwman and others, USENIX
 * Security 2020): that little is what different views look like, whatever the population. It is a
 * bound on what may be claimed, no proof that one list avoids the other. Where it is known how many
 * there can be at all, there is a test: n1 n2 / most is the least to be expected in common, and the
 * chance of what was found, or less, has the bound of Hoeffding (1963) for draws without
 * replacement.
 */
#include <inttypes.h>
#include <math.h>

#include "ask/room.h"
#include "ask/unseen_parts.h"
#include "base/text.h"

enum { NAMED = 3, NAME_BYTES = 80, SAID_BYTES = 1 << 14 };

static const double improbable = 0.01;

/* ---- saying it ---- */

void hw_unseen_name_put(struct hw_buf *b, struct hw_span observer)
{
    if (observer.n == 0) {
        hw_buf_str(b, "an unnamed observer");
    } else {
        hw_buf_span_put(b, hw_span_cut(observer, 0, NAME_BYTES));
        hw_buf_str(b, observer.n > NAME_BYTES ? "…" : "");
    }
}

void hw_unseen_refuse(struct hw_unseen_work *w, enum hw_unseen_check check, struct hw_span says,
                      const char *lifts)
{
    struct hw_unseen_refusal *r = hw_arena_alloc(w->arena, sizeof *r);
    if (r == NULL || says.p == NULL) {
        w->failed = true;
        return;
    }
    *r = (struct hw_unseen_refusal){.check = check, .says = says, .lifts = hw_span_str(lifts)};
    *w->refusal_tail = r;
    w->refusal_tail = &r->next;
}

/* What one check found, the first few of it in words. */
struct found {
    struct hw_unseen_work *w;
    struct hw_buf says;
    size_t count;
};

static void look(struct found *f, struct hw_unseen_work *w)
{
    *f = (struct found){.w = w};
    hw_buf_init(&f->says, SAID_BYTES);
}

/* One more was found: are words wanted? */
static bool tell(struct found *f)
{
    f->count++;
    if (f->count > 1 && f->count <= NAMED) {
        hw_buf_str(&f->says, "; ");
    }
    return f->count <= NAMED;
}

static void tell_name(struct found *f, size_t list)
{
    hw_unseen_name_put(&f->says, f->w->a->lists[list].observer);
}

static void tell_pair(struct found *f, size_t a, size_t b)
{
    tell_name(f, a);
    hw_buf_str(&f->says, " and ");
    tell_name(f, b);
}

static void tell_word(struct found *f, struct hw_span word)
{
    if (word.n == 0) {
        hw_buf_str(&f->says, "something not stated");
    } else {
        hw_buf_span_put(&f->says, hw_span_cut(word, 0, NAME_BYTES));
    }
}

static void conclude(struct found *f, enum hw_unseen_check check, const char *lifts)
{
    if (f->count > NAMED) {
        hw_buf_printf(&f->says, "; and %zu more", f->count - NAMED);
    }
    if (f->count > 0) {
        struct hw_span kept = hw_buf_ok(&f->says) ? hw_span_keep(f->w->arena, hw_buf_span(&f->says))
                                                  : (struct hw_span){NULL, 0};
        hw_unseen_refuse(f->w, check, kept, lifts);
    }
    hw_buf_done(&f->says);
}

/* ---- what is counted ---- */

static void check_units(struct hw_unseen_work *w)
{
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->a->list_count && !w->a->alike; i++) {
        if (tell(&f)) {
            tell_name(&f, i);
            hw_buf_str(&f.says, " counts ");
            tell_word(&f, w->a->lists[i].unit);
        }
    }
    conclude(&f, HW_UNSEEN_UNITS, "lists of the same unit");
}

static void tell_populations(struct found *f, size_t a, size_t b, const char *how)
{
    tell_name(f, a);
    hw_buf_str(&f->says, " is about ");
    tell_word(f, f->w->a->lists[a].of);
    hw_buf_str(&f->says, how);
    tell_name(f, b);
    hw_buf_str(&f->says, " about ");
    tell_word(f, f->w->a->lists[b].of);
}

/* Each list beside the first, unless its population is stated to lie within another's. */
static void check_populations(struct hw_unseen_work *w)
{
    const struct hw_capture *c = w->ask->captures;
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->ask->count; i++) {
        for (size_t k = 0; k < w->ask->count; k++) {
            bool nested = i != k && c[i].within.n > 0 && hw_span_equal_nocase(c[i].within, c[k].of);
            bool apart = i == 0 && k > 0 && !nested && !hw_span_equal_nocase(c[i].of, c[k].of);
            if ((nested || apart) && tell(&f)) {
                tell_populations(&f, i, k, nested ? ", a part of what " : ", ");
            }
        }
        if (c[i].of.n == 0 && i == 0 && w->ask->count > 1 && tell(&f)) {
            hw_buf_str(&f.says, "it is not stated of what ");
            tell_name(&f, i);
            hw_buf_str(&f.says, " is a list");
        }
    }
    if (w->ask->at_most > 0 && w->a->seen > w->ask->at_most && tell(&f)) {
        hw_buf_printf(&f.says, "%" PRIu64 " were seen where there can be %" PRIu64 " at most",
                      w->a->seen, w->ask->at_most);
    }
    conclude(&f, HW_UNSEEN_POPULATIONS, "lists of one and the same population");
}

static void check_keys(struct hw_unseen_work *w)
{
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->ask->count; i++) {
        enum hw_capture_key key = w->ask->captures[i].key;
        if (key != HW_KEY_IDENTITY && tell(&f)) {
            tell_name(&f, i);
            hw_buf_str(&f.says, key == HW_KEY_WEAKER
                                    ? " names victims by less than their identity"
                                    : " does not say whether its items are identities");
        }
    }
    conclude(&f, HW_UNSEEN_KEYS, "items that are one victim each, stated as such");
}

static void check_open(struct hw_unseen_work *w)
{
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->ask->count; i++) {
        enum hw_population population = w->ask->captures[i].population;
        if (population != HW_POPULATION_CLOSED && tell(&f)) {
            hw_buf_str(&f.says, population == HW_POPULATION_OPEN
                                    ? "victims came or went while "
                                    : "it is not stated whether victims came or went while ");
            tell_name(&f, i);
            hw_buf_str(&f.says, " looked");
        }
    }
    conclude(&f, HW_UNSEEN_OPEN, "lists of one window in which nobody joined or left");
}

/* ---- who has it from whom ---- */

static bool copies(const struct hw_capture *c, struct hw_span whom)
{
    for (size_t i = 0; i < c->copy_count; i++) {
        if (whom.n > 0 && hw_span_equal_nocase(c->copies[i], whom)) {
            return true;
        }
    }
    return false;
}

/* The first that both are declared to copy; empty: none. */
static struct hw_span common_source(const struct hw_capture *a, const struct hw_capture *b)
{
    for (size_t i = 0; i < a->copy_count; i++) {
        if (copies(b, a->copies[i])) {
            return a->copies[i];
        }
    }
    return (struct hw_span){NULL, 0};
}

static void check_copies_of(struct found *f, size_t i, size_t k)
{
    const struct hw_capture *a = &f->w->ask->captures[i], *b = &f->w->ask->captures[k];
    struct hw_span source = common_source(a, b);
    bool forth = copies(a, b->observer), back = copies(b, a->observer);
    if (a->observer.n > 0 && hw_span_equal_nocase(a->observer, b->observer)) {
        if (tell(f)) {
            hw_buf_str(&f->says, "two lists are of one observer, ");
            tell_name(f, i);
        }
    } else if (forth || back) {
        if (tell(f)) {
            tell_name(f, forth ? i : k);
            hw_buf_str(&f->says, " is declared to copy ");
            tell_name(f, forth ? k : i);
        }
    } else if (source.n > 0 && tell(f)) {
        tell_pair(f, i, k);
        hw_buf_str(&f->says, " are declared to copy ");
        hw_unseen_name_put(&f->says, source);
    }
}

static void check_copies(struct hw_unseen_work *w)
{
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->ask->count; i++) {
        for (size_t k = i + 1; k < w->ask->count; k++) {
            check_copies_of(&f, i, k);
        }
    }
    conclude(&f, HW_UNSEEN_COPIES, "lists of observers who did not have them from each other");
}

static uint64_t smaller(const struct hw_unseen_answer *a, const struct hw_unseen_pair *p)
{
    uint64_t x = a->lists[p->a].count, y = a->lists[p->b].count;
    return x < y ? x : y;
}

static bool both_listed(const struct hw_unseen_answer *a, const struct hw_unseen_pair *p)
{
    return a->lists[p->a].listed && a->lists[p->b].listed;
}

static void tell_shared(struct found *f, const struct hw_unseen_pair *p)
{
    tell_pair(f, p->a, p->b);
    hw_buf_printf(&f->says, " have %" PRIu64 " in common of %" PRIu64, p->shared,
                  smaller(f->w->a, p));
}

static void check_contained(struct hw_unseen_work *w)
{
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->a->pair_count; i++) {
        const struct hw_unseen_pair *p = &w->a->pairs[i];
        if (both_listed(w->a, p) && p->shared * 100 > smaller(w->a, p) * HW_UNSEEN_COPY_PERCENT &&
            tell(&f)) {
            tell_shared(&f, p);
        }
    }
    conclude(&f, HW_UNSEEN_CONTAINED,
             "lists that were made apart: nearly all of one in another is one source, not two");
}

/* Nine of ten shared items first on the same list: of seven or more that is no chance. */
static void check_lag(struct hw_unseen_work *w)
{
    struct found f;
    size_t undated = 0;
    look(&f, w);
    for (size_t i = 0; i < w->a->pair_count; i++) {
        const struct hw_unseen_pair *p = &w->a->pairs[i];
        bool a_leads = p->a_first > p->b_first;
        uint64_t led = a_leads ? p->a_first : p->b_first;
        if (p->dated < HW_UNSEEN_SHARED) {
            undated += both_listed(w->a, p);
        } else if (led * 100 >= p->dated * HW_UNSEEN_COPY_PERCENT && tell(&f)) {
            tell_name(&f, a_leads ? p->b : p->a);
            hw_buf_str(&f.says, " has them after ");
            tell_name(&f, a_leads ? p->a : p->b);
            hw_buf_printf(&f.says, ", %" PRIu64 " of %" PRIu64 " that have times on both", led,
                          p->dated);
        }
    }
    conclude(&f, HW_UNSEEN_LAG,
             "times at which each observer saw them for itself, in no such order");
    if (undated > 0) {
        hw_unseen_note(w, hw_words(w->arena,
                                   "whether one list follows another in time could not be checked "
                                   "for %zu of %zu pairs: fewer than %d shared items have times on "
                                   "both",
                                   undated, w->a->pair_count, HW_UNSEEN_SHARED));
    }
}

/* ---- how much is shared ---- */

static void check_lists(struct hw_unseen_work *w)
{
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < w->a->list_count; i++) {
        if (!w->a->lists[i].listed && tell(&f)) {
            tell_name(&f, i);
            hw_buf_printf(&f.says, " says %" PRIu64 ", and not which", w->a->lists[i].count);
        }
    }
    if (w->a->list_count < 2 && tell(&f)) {
        hw_buf_str(&f.says, "one list by itself says nothing of what it missed");
    }
    conclude(
        &f, HW_UNSEEN_NO_LISTS,
        "the lists themselves, of two observers or more: what they have in common is what counts");
}

static void check_overlap(struct hw_unseen_work *w)
{
    const struct hw_unseen_answer *a = w->a;
    struct found f;
    look(&f, w);
    if (a->pair_count == 1 && both_listed(a, &a->pairs[0]) &&
        a->pairs[0].shared < HW_UNSEEN_SHARED && tell(&f)) {
        tell_shared(&f, &a->pairs[0]);
    }
    for (size_t i = 0; a->pair_count > 1 && i < a->list_count; i++) {
        if (a->lists[i].listed && w->with_others[i] < HW_UNSEEN_SHARED && tell(&f)) {
            tell_name(&f, i);
            hw_buf_printf(&f.says, " has %" PRIu64 " in common with all others together",
                          w->with_others[i]);
        }
    }
    conclude(&f, HW_UNSEEN_OVERLAP, "seven items in common, at least");
}

/* No larger than this is the chance that two samples of at most so many have no more in common. */
static double chance_of(double shared, double n1, double n2, double most)
{
    double expected = n1 / most * n2;
    if (shared >= expected) {
        return 1;
    }
    return exp(shared - expected + (shared > 0 ? shared * log(expected / shared) : 0));
}

static void check_avoided(struct hw_unseen_work *w)
{
    const struct hw_unseen_answer *a = w->a;
    struct found f;
    look(&f, w);
    for (size_t i = 0; i < a->pair_count; i++) {
        const struct hw_unseen_pair *p = &a->pairs[i];
        uint64_t least = smaller(a, p), most = w->ask->at_most;
        /* of a list too short for one item to be expected nothing can be said */
        bool few = least * HW_UNSEEN_AVOID_PERCENT >= 100 &&
                   p->shared * 100 < least * HW_UNSEEN_AVOID_PERCENT;
        bool fewer = most > 0 && chance_of((double)p->shared, (double)a->lists[p->a].count,
                                           (double)a->lists[p->b].count, (double)most) < improbable;
        if (both_listed(a, p) && (few || fewer) && tell(&f)) {
            tell_shared(&f, p);
            if (fewer) {
                hw_buf_printf(&f.says, ", where chance alone gives %.0f among at most %" PRIu64,
                              (double)a->lists[p->a].count *
                                  ((double)a->lists[p->b].count / (double)most),
                              most);
            } else {
                hw_buf_printf(
                    &f.says,
                    ", less than %d%%: a list that leaves out what the other one has looks "
                    "just so",
                    HW_UNSEEN_AVOID_PERCENT);
            }
        }
    }
    conclude(&f, HW_UNSEEN_AVOIDED,
             "lists that are made without regard to each other, and repeat what others have");
}

static void check_independence(struct hw_unseen_work *w)
{
    if (!w->ask->independent) {
        bool few = w->a->list_count < 3;
        hw_unseen_refuse(w, HW_UNSEEN_INDEPENDENCE,
                         hw_words(w->arena, few ? "independence not declared, and fewer than three "
                                                  "lists cannot show it"
                                                : "independence not declared"),
                         "a declaration that no observer looked where another one pointed");
    }
}

void hw_unseen_check(struct hw_unseen_work *w)
{
    check_units(w);
    check_populations(w);
    check_keys(w);
    check_open(w);
    check_copies(w);
    check_contained(w);
    check_lag(w);
    check_lists(w);
    check_overlap(w);
    check_avoided(w);
    check_independence(w);
}
