/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/tracing_gaps.c -- what a chain could not see: roots nobody recorded, lost records that steps
 * cross, evidence that nobody gave an organisation; each with what to ask for, ranked by what it
 * would settle.
 */
#include <string.h>

#include "ask/tracing.h"
#include "base/text.h"
#include "case/cursor.h"
#include "fact/words.h"
#include "base/time.h"

void tracing_missing(struct tracing *t, unsigned worth, int64_t from, int64_t to,
                     struct hw_span what, struct hw_span ask_for)
{
    struct hw_unseen *m = hw_arena_alloc(t->a->arena, sizeof *m), **at = &t->a->missing;
    if (m == NULL) {
        return; /* an answer too large says so elsewhere */
    }
    /* Of equal worth by their words, so that the order of intake says nothing. */
    while (*at != NULL && ((*at)->worth > worth ||
                           ((*at)->worth == worth && hw_span_compare((*at)->what, what) <= 0))) {
        at = &(*at)->next;
    }
    *m = (struct hw_unseen){
        .next = *at, .what = what, .ask_for = ask_for, .from = from, .to = to, .worth = worth};
    *at = m;
}

/* The step by which the chain leaves a root. */
static const struct hw_step *first_step(const struct tracing *t, uint32_t n)
{
    for (const struct hw_step *s = t->a->steps; s != NULL; s = s->next) {
        if (s->from.n == n && !s->context) {
            return s;
        }
    }
    return NULL;
}

/* The account and the address that a session stands for, from the context that was told. */
static void session_words(const struct tracing *t, uint32_t session, struct hw_span *account,
                          struct hw_span *address)
{
    for (const struct hw_step *s = t->a->steps; s != NULL; s = s->next) {
        if (s->to.n == session && strcmp(s->from.kind, "account") == 0) {
            *account = s->from.name;
        }
        if (s->from.n == session && strcmp(s->to.kind, "address") == 0) {
            *address = s->to.name;
        }
    }
}

static void device(struct tracing *t, struct hw_root *r, const struct hw_step *s)
{
    struct hw_span account = {(const uint8_t *)"somebody", 8};
    struct hw_span address = {(const uint8_t *)"an inner address", 16};
    session_words(t, s->to.n, &account, &address);
    char from[HW_TIME_TEXT];
    const char *day = hw_time_text(s->lo, from);
    r->says = tracing_print(
        t, "a device that sent no records, called %.*s by the gateway: it held %.*s as %.*s",
        (int)r->at.name.n, (const char *)r->at.name.p, (int)address.n, (const char *)address.p,
        (int)account.n, (const char *)account.p);
    tracing_missing(t, 100, s->lo, s->hi,
                    tracing_print(t, "%.*s sent no records: what ran there before %s is not known",
                                  (int)r->at.name.n, (const char *)r->at.name.p, day),
                    tracing_print(t,
                                  "a triage of the machine that called itself %.*s and held %.*s "
                                  "on %.10s: downloads, what ran, who was logged on",
                                  (int)r->at.name.n, (const char *)r->at.name.p, (int)address.n,
                                  (const char *)address.p, day));
}

static void unborn(struct tracing *t, struct hw_root *r)
{
    char before[HW_TIME_TEXT];
    const char *when =
        r->before <= HW_TIME_MIN ? "what is recorded" : hw_time_text(r->before, before);
    r->says =
        tracing_print(t, "its beginning is not in the records, which first show it at %s", when);
    tracing_missing(t, 60, HW_TIME_NONE, r->before,
                    tracing_print(t, "how %.*s on %.*s began is not recorded", (int)r->at.name.n,
                                  (const char *)r->at.name.p, (int)r->at.host.n,
                                  (const char *)r->at.host.p),
                    tracing_print(t, "process and log-on records of %.*s before %s",
                                  (int)r->at.host.n, (const char *)r->at.host.p, when));
}

/* Made by a broker, which acts for others: the context that was told names it. */
static bool broker_made(const struct tracing *t, uint32_t n, struct hw_span *by)
{
    for (const struct hw_step *s = t->a->steps; s != NULL; s = s->next) {
        if (s->to.n == n && s->from.broker && strcmp(s->verb, "spawned") == 0) {
            *by = s->from.name;
            return true;
        }
    }
    return false;
}

static void hand(struct tracing *t, struct hw_root *r)
{
    r->says = tracing_print(t,
                            "it replaced %.*s, which %.*s then took in, and has no part in what "
                            "started that",
                            (int)r->replaced.n, (const char *)r->replaced.p, (int)r->taker.n,
                            (const char *)r->taker.p);
    tracing_missing(t, 75, HW_TIME_NONE, r->before,
                    tracing_print(t, "where the program of %.*s on %.*s came from is not recorded",
                                  (int)r->at.name.n, (const char *)r->at.name.p, (int)r->at.host.n,
                                  (const char *)r->at.host.p),
                    tracing_print(t, "its program file, and log-on and download records of %.*s",
                                  (int)r->at.host.n, (const char *)r->at.host.p));
}

static void root_gap(struct tracing *t, struct hw_root *r)
{
    struct hw_span by = {NULL, 0};
    const struct hw_step *s = first_step(t, r->at.n);
    if (r->replaced.n > 0) {
        hand(t, r);
    } else if (strcmp(r->at.kind, "host") == 0 && s != NULL && r->at.quiet &&
               strcmp(s->verb, "logged-on") == 0) {
        device(t, r, s);
    } else if (strcmp(r->at.kind, "host") == 0 && r->at.quiet) {
        r->says = tracing_print(t, "a machine that sent no records");
        tracing_missing(t, 65, s == NULL ? HW_TIME_NONE : s->lo, s == NULL ? HW_TIME_NONE : s->hi,
                        tracing_print(t, "%.*s sent no records: who acted from it is not known",
                                      (int)r->at.name.n, (const char *)r->at.name.p),
                        tracing_print(t, "log-on and process records of %.*s for that time",
                                      (int)r->at.name.n, (const char *)r->at.name.p));
    } else if (strcmp(r->at.kind, "address") == 0) {
        r->says = tracing_print(t, "an address; which machine held it then is not recorded");
        tracing_missing(t, 80, s == NULL ? HW_TIME_NONE : s->lo, s == NULL ? HW_TIME_NONE : s->hi,
                        tracing_print(t, "who held %.*s then is not in the records",
                                      (int)r->at.name.n, (const char *)r->at.name.p),
                        r->at.outside
                            ? tracing_print(t, "the provider's or the owner's records of %.*s",
                                            (int)r->at.name.n, (const char *)r->at.name.p)
                            : tracing_print(t, "VPN, DHCP or switch logs that show who held %.*s",
                                            (int)r->at.name.n, (const char *)r->at.name.p));
    } else if (r->at.implied) {
        unborn(t, r);
    } else if (strcmp(r->at.kind, "release") == 0) {
        r->says = tracing_print(t,
                                "a release of %.*s, by the estate's word: how it came to be "
                                "is not in this case",
                                (int)r->at.org.n, (const char *)r->at.org.p);
        tracing_missing(t, 50, HW_TIME_NONE, HW_TIME_NONE,
                        tracing_print(t, "nothing here shows how %.*s was built and signed",
                                      (int)r->at.name.n, (const char *)r->at.name.p),
                        tracing_print(t, "build, signing and download logs of %.*s",
                                      (int)r->at.org.n, (const char *)r->at.org.p));
    } else if (strcmp(r->at.kind, "host") == 0) {
        r->says = tracing_print(t, "this machine; what on it asked is not in the records");
        tracing_missing(t, 70, s == NULL ? HW_TIME_NONE : s->lo, s == NULL ? HW_TIME_NONE : s->hi,
                        tracing_print(t, "which program on %.*s asked for this is not recorded",
                                      (int)r->at.name.n, (const char *)r->at.name.p),
                        tracing_print(t, "process and connection records of %.*s for that time",
                                      (int)r->at.name.n, (const char *)r->at.name.p));
    } else if (s != NULL && broker_made(t, r->at.n, &by)) {
        r->observed = false;
        r->says = tracing_print(t, "somebody asked for it through %.*s; who is not in the records",
                                (int)by.n, (const char *)by.p);
        tracing_missing(t, 55, HW_TIME_NONE, r->before,
                        tracing_print(t, "who had %.*s start %.*s on %.*s is not recorded",
                                      (int)by.n, (const char *)by.p, (int)r->at.name.n,
                                      (const char *)r->at.name.p, (int)r->at.host.n,
                                      (const char *)r->at.host.p),
                        tracing_print(t, "log-on, service and remote call records of %.*s",
                                      (int)r->at.host.n, (const char *)r->at.host.p));
    } else {
        r->says = tracing_print(t, "nothing in the records leads further back");
    }
}

struct lost { /* of one log of one host */
    struct lost *next;
    uint32_t host;
    struct hw_span log, name;
    const char *what;
    uint64_t count, times, lain_in; /* records; places; those that steps lie in */
    int64_t from, to;
    unsigned crossed;
};

struct chain_span { /* from the first sight of where it began to the last step */
    int64_t from, to;
};

static struct chain_span span_of(const struct hw_trace_answer *a)
{
    struct chain_span c = {HW_TIME_MAX, HW_TIME_MIN};
    for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
        bool early = s->lo > HW_TIME_MIN && s->lo < c.from, late = s->hi < HW_TIME_MAX;
        if (!s->context) {
            c.from = early ? s->lo : c.from;
            c.to = late && s->hi > c.to ? s->hi : c.to;
        }
    }
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        c.from = r->before > HW_TIME_MIN && r->before < c.from ? r->before : c.from;
    }
    return c;
}

/* Is the gap on a machine of the chain, while it went on? How many steps lie in it? */
static bool touches(struct tracing *t, const struct hw_gap_row *g, struct chain_span c,
                    struct hw_span *name, unsigned *out_crossed)
{
    bool here = false;
    *out_crossed = 0;
    if (g->host == UINT32_MAX && hw_span_is(hw_span_str(g->what), "damaged")) {
        *name = HW_SPAN_LIT("an unknown machine");
        return true;
    }
    for (struct hw_step *s = t->a->steps; s != NULL && g->host != UINT32_MAX; s = s->next) {
        bool from = s->from.host_n == g->host;
        if (s->context || (!from && s->to.host_n != g->host)) {
            continue;
        }
        here = true;
        *name = from ? s->from.host : s->to.host;
        if (g->from_ns == HW_TIME_NONE || (s->lo <= g->to_ns && s->hi >= g->from_ns)) {
            ++*out_crossed;
            s->lost_across = true;
        }
    }
    return *out_crossed > 0 || (here && g->from_ns <= c.to && g->to_ns >= c.from);
}

static struct lost *lost_of(struct tracing *t, struct lost **all, const struct hw_gap_row *g,
                            struct hw_span name)
{
    struct lost **at = all;
    for (; *at != NULL; at = &(*at)->next) {
        if ((*at)->host == g->host && hw_span_is((*at)->log, g->log)) {
            return *at;
        }
    }
    struct lost *l = hw_arena_alloc(t->a->arena, sizeof *l);
    if (l != NULL) {
        *l = (struct lost){.host = g->host,
                           .log = tracing_print(t, "%s", g->log),
                           .what = hw_vocab_means(&hw_losses, g->what),
                           .name = name,
                           .from = g->from_ns,
                           .to = g->to_ns};
        *at = l;
    }
    return l;
}

static struct hw_span lost_words(struct tracing *t, const struct lost *l)
{
    const char *what = l->what == NULL ? "records are gone" : l->what;
    if (l->count == 0) {
        return tracing_print(t, "%.*s of %.*s: %s", (int)l->log.n, (const char *)l->log.p,
                             (int)l->name.n, (const char *)l->name.p, what);
    }
    struct hw_span lain = l->lain_in == 0 ? (struct hw_span){NULL, 0}
                                          : tracing_print(t, "; steps of it lie in %llu of them",
                                                          (unsigned long long)l->lain_in);
    return tracing_print(t, "%.*s of %.*s: %s, %llu in %llu place%s while this went on%.*s",
                         (int)l->log.n, (const char *)l->log.p, (int)l->name.n,
                         (const char *)l->name.p, what, (unsigned long long)l->count,
                         (unsigned long long)l->times, l->times == 1 ? "" : "s", (int)lain.n,
                         (const char *)lain.p);
}

/* Records lost on the chain's machines while it went on, a line for each log. */
static int lost_records(struct tracing *t)
{
    struct hw_gap_row g;
    struct lost *all = NULL;
    struct chain_span went = span_of(t->a);
    int rc = hw_walk_gaps(t->w, t->err);
    while (rc == HW_OK && (rc = hw_walk_gap(t->w, &g, t->err)) == HW_ROW) {
        struct hw_span name = {NULL, 0};
        unsigned crossed = 0;
        bool ours = touches(t, &g, went, &name, &crossed);
        struct lost *l = ours ? lost_of(t, &all, &g, name) : NULL;
        rc = HW_OK;
        if (l != NULL) {
            l->count += g.count;
            l->times++;
            l->lain_in += crossed > 0;
            l->crossed = crossed > l->crossed ? crossed : l->crossed;
            l->from = g.from_ns < l->from ? g.from_ns : l->from;
            l->to = g.to_ns > l->to ? g.to_ns : l->to;
        }
    }
    for (const struct lost *l = all; l != NULL; l = l->next) {
        tracing_missing(
            t, 30 + (l->crossed > 20 ? 20 : l->crossed), l->from, l->to, lost_words(t, l),
            tracing_print(t, "another copy of this log: a forwarder, a backup, a shadow copy"));
    }
    return rc;
}

/* Evidence without an organisation keeps its machines apart from all others. */
static void unscoped(struct tracing *t)
{
    for (const struct hw_step *s = t->a->steps; s != NULL; s = s->next) {
        if (hw_span_starts(s->from.org, "evidence:") || hw_span_starts(s->to.org, "evidence:")) {
            tracing_missing(
                t, 10, HW_TIME_NONE, HW_TIME_NONE,
                tracing_print(t, "evidence without an organisation: its machines and accounts are "
                                 "kept apart from those of any other evidence"),
                tracing_print(t, "the same files again, added with --org NAME"));
            return;
        }
    }
}

int tracing_gaps(struct tracing *t)
{
    for (struct hw_root *r = t->a->roots; r != NULL; r = r->next) {
        root_gap(t, r);
    }
    int rc = lost_records(t);
    unscoped(t);
    if (t->a->left > 0) {
        tracing_missing(t, 20, HW_TIME_NONE, HW_TIME_NONE,
                        tracing_print(t,
                                      "%llu thing%s within reach were not followed: the budget "
                                      "ended",
                                      (unsigned long long)t->a->left, t->a->left == 1 ? "" : "s"),
                        tracing_print(t, "a trace of one of the things named above"));
    }
    return rc;
}
