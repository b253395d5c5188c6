/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/trace_text.c -- a chain for people: what it comes to, the steps in the order of time, where
 * it passes from one organisation into another, where it ends and what to ask for next.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

enum { FORWARD_SAID = 25, GAPS_SAID = 12 };

struct page {
    const struct hw_teller *t;
    const struct hw_trace_answer *a;
    struct hw_buf b;
};

static void safe(struct page *p, struct hw_span s)
{
    hw_escape_put(&p->b, s, HW_ESCAPE_TERMINAL);
}

static void end(struct page *p, const struct hw_end *e)
{
    bool hash = strcmp(e->kind, "artifact") == 0;
    if (hash) {
        hw_buf_str(&p->b, "bytes ");
    } else if (strcmp(e->kind, "account") == 0 || strcmp(e->kind, "address") == 0 ||
               strcmp(e->kind, "service") == 0 || strcmp(e->kind, "release") == 0 ||
               strcmp(e->kind, "certificate") == 0) {
        hw_buf_str(&p->b, e->kind);
        hw_buf_char(&p->b, ' ');
    } else if (strcmp(e->kind, "host") == 0) {
        hw_buf_str(&p->b, e->quiet ? "device " : "machine ");
    }
    safe(p, hash ? hw_span_cut(e->name, 0, 16) : e->name);
    if (hash) {
        hw_buf_str(&p->b, "..");
    }
}

static void on(struct page *p, const struct hw_end *a, const struct hw_end *b)
{
    struct hw_span x = a->host, y = b->host;
    if (x.n == 0 && y.n == 0) {
        safe(p, hw_span_starts(b->org, "evidence:") ? (struct hw_span){NULL, 0} : b->org);
        return;
    }
    safe(p, x.n > 0 ? x : y);
    if (x.n > 0 && y.n > 0 && !hw_span_equal(x, y)) {
        hw_buf_str(&p->b, " -> ");
        safe(p, y);
    }
}

static const char *base_name(const char *path, size_t n)
{
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    return path + n;
}

static void places(struct page *p, const struct hw_step *s)
{
    unsigned said = 0;
    for (const struct hw_place_said *x = s->places; x != NULL; x = x->next) {
        if (said == 2) {
            hw_buf_str(&p->b, ", ...");
            break;
        }
        hw_buf_str(&p->b, said++ == 0 ? "" : ", ");
        const char *base = base_name((const char *)x->file.p, x->file.n);
        safe(p, hw_span_from(x->file, (size_t)(base - (const char *)x->file.p)));
        if (x->record > 0) {
            hw_buf_printf(&p->b, " #%llu", (unsigned long long)x->record);
        } else {
            hw_buf_printf(&p->b, " @%llu", (unsigned long long)x->off);
        }
    }
}

static void step(struct page *p, const struct hw_step *s)
{
    bool known = s->lo > HW_TIME_MIN && s->hi < HW_TIME_MAX;
    hw_buf_printf(&p->b, "%3u  ", s->n);
    if (known && s->bounded) {
        hw_text_time(&p->b, s->place, p->t->zone_minutes);
        hw_buf_str(&p->b, " or before");
    } else if (known) {
        hw_text_time(&p->b, s->lo / 2 + s->hi / 2, p->t->zone_minutes);
        int64_t half = s->hi / 2 - s->lo / 2;
        if (half >= 3600 * HW_NS_PER_SECOND) {
            hw_buf_printf(&p->b, " give or take %lld h",
                          (long long)(half / (3600 * HW_NS_PER_SECOND)));
        } else if (half >= 60 * HW_NS_PER_SECOND) {
            hw_buf_printf(&p->b, " give or take %lld min",
                          (long long)(half / (60 * HW_NS_PER_SECOND)));
        }
    } else {
        hw_buf_str(&p->b, "at an unknown time        ");
    }
    hw_buf_str(&p->b, "  ");
    on(p, &s->from, &s->to);
    hw_buf_str(&p->b, "\n     ");
    hw_buf_printf(&p->b, "%-9s ", s->known);
    end(p, &s->from);
    hw_buf_printf(&p->b, " --%s--> ", s->verb);
    end(p, &s->to);
    hw_buf_char(&p->b, '\n');
    if (s->why[0] != 0) {
        hw_buf_printf(&p->b, "               %s\n", s->why);
    }
    hw_buf_str(&p->b, "               ");
    if (s->places == NULL) {
        hw_buf_str(&p->b, "by examination");
    }
    places(p, s);
    hw_buf_printf(&p->b, "  %s", s->id);
    if (s->lost_across) {
        hw_buf_str(&p->b, "  (records around it are missing)");
    }
    hw_buf_char(&p->b, '\n');
    if (s->judged != NULL) {
        hw_buf_printf(&p->b, "               %sed by an analyst: ", s->judged);
        safe(p, s->judged_because);
        hw_buf_char(&p->b, '\n');
    }
    if (s->benign.n > 0) {
        hw_buf_str(&p->b, "               or, harmless: ");
        safe(p, s->benign);
        hw_buf_char(&p->b, '\n');
    }
}

static void verdict(struct page *p)
{
    const struct hw_trace_answer *a = p->a;
    if (a->step_count == 0) {
        hw_buf_str(&p->b, "NO CHAIN: the records know ");
        end(p, &a->target);
        hw_buf_str(&p->b, " and nothing that led to it or came of it.\n");
        return;
    }
    hw_buf_str(&p->b, "CHAIN of ");
    hw_text_many(&p->b, a->step_count, "step", "steps");
    hw_buf_str(&p->b, " over ");
    hw_text_many(&p->b, a->host_count, "machine", "machines");
    if (a->org_count > 1) {
        hw_buf_str(&p->b, " in ");
        hw_text_many(&p->b, a->org_count, "organisation", "organisations");
    }
    hw_buf_str(&p->b, " to ");
    end(p, &a->target);
    hw_buf_printf(&p->b,
                  ":\n%u recorded, %u joined by a key, %u by time and place only, %u "
                  "claimed.\n",
                  a->by_known[0], a->by_known[1], a->by_known[2], a->by_known[3]);
}

static void roots(struct page *p)
{
    for (const struct hw_root *r = p->a->roots; r != NULL; r = r->next) {
        hw_buf_str(&p->b, r->principal ? "Ends at  " : "   also  ");
        end(p, &r->at);
        if (r->at.host.n > 0 && !hw_span_equal(r->at.host, r->at.name)) {
            hw_buf_str(&p->b, " on ");
            safe(p, r->at.host);
        }
        hw_buf_str(&p->b, ": ");
        safe(p, r->says);
        hw_buf_str(&p->b, ".\n");
    }
}

static void crossings(struct page *p)
{
    for (const struct hw_crossing *c = p->a->crossings; c != NULL; c = c->next) {
        hw_buf_str(&p->b, "It passes from ");
        safe(p, c->from_org);
        if (c->release.n > 0) {
            hw_buf_str(&p->b, "'s ");
            safe(p, c->release);
        }
        hw_buf_str(&p->b, " into ");
        safe(p, c->to_org);
        hw_buf_str(&p->b, ".\n");
    }
}

/* Bytes are a file and the file is the bytes: said once, from the file's side. */
static bool said_other_way(const struct hw_trace_answer *a, const struct hw_step *s)
{
    if (strcmp(s->verb, "is") != 0 || strcmp(s->from.kind, "artifact") != 0) {
        return false;
    }
    for (const struct hw_step *x = a->steps; x != NULL; x = x->next) {
        if (x->from.n == s->to.n && x->to.n == s->from.n && x->forward == s->forward) {
            return true;
        }
    }
    return false;
}

static uint32_t principal(const struct hw_trace_answer *a)
{
    uint32_t ways = 0;
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        ways |= r->principal ? r->ways : 0U;
    }
    return ways;
}

enum part { CAME, RUN, AFTER };

static void steps(struct page *p, enum part part)
{
    static const char *const heads[] = {"\nHow it came there\n", "\nHow it came to run\n",
                                        "\nWhat came of it\n"};
    bool forward = part == AFTER;
    unsigned said = 0, left = 0;
    uint32_t ways = principal(p->a);
    for (const struct hw_step *s = p->a->steps; s != NULL; s = s->next) {
        if (s->forward != forward || s->run != (part == RUN) || said_other_way(p->a, s) ||
            (!forward && !p->t->all && (s->ways & ways) == 0)) {
            continue;
        }
        if (forward && !p->t->all && said >= FORWARD_SAID) {
            left++;
            continue;
        }
        if (said++ == 0) {
            hw_buf_str(&p->b, heads[part]);
        }
        step(p, s);
    }
    if (left > 0) {
        hw_buf_str(&p->b, "     ... and ");
        hw_text_many(&p->b, left, "more step (--all)", "more steps (--all)");
        hw_buf_str(&p->b, ".\n");
    }
}

/* Ways that end at something less telling: how many steps, and how to see them. */
static void other_ways(struct page *p)
{
    uint32_t ways = principal(p->a);
    unsigned n = 0;
    for (const struct hw_step *s = p->a->steps; s != NULL; s = s->next) {
        n += !s->forward && (s->ways & ways) == 0;
    }
    if (n > 0 && !p->t->all) {
        hw_buf_str(&p->b, "\nOther ways that lead here take ");
        hw_text_many(&p->b, n, "step more (--all)", "steps more (--all)");
        hw_buf_str(&p->b, ".\n");
    }
}

static void missing(struct page *p)
{
    unsigned said = 0, left = 0;
    for (const struct hw_unseen *m = p->a->missing; m != NULL; m = m->next) {
        if (said >= GAPS_SAID && !p->t->all) {
            left++;
            continue;
        }
        hw_buf_str(&p->b, said++ == 0 ? "\nWhat is missing, most telling first\n" : "");
        hw_buf_str(&p->b, "  ");
        safe(p, m->what);
        hw_buf_str(&p->b, "\n    -> ask for ");
        safe(p, m->ask_for);
        hw_buf_char(&p->b, '\n');
    }
    if (left > 0) {
        hw_buf_str(&p->b, "  ... and ");
        hw_text_many(&p->b, left, "more (--all)", "more (--all)");
        hw_buf_str(&p->b, ".\n");
    }
}

static void cut(struct page *p)
{
    for (const struct hw_step *s = p->a->cut; s != NULL; s = s->next) {
        hw_buf_str(&p->b, s == p->a->cut ? "\nWithout these records the chain breaks: " : ", ");
        hw_buf_printf(&p->b, "step %u", s->n);
    }
    if (p->a->cut != NULL) {
        hw_buf_str(&p->b, ".\n");
    }
}

/* What an analyst took out, and what the answer was with it. */
static void rejected(struct page *p)
{
    const struct hw_trace_answer *first = p->a;
    for (const struct hw_trace_answer *a = p->a->with; a != NULL; a = a->with) {
        for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
            if (hw_is_rejected(s->judged)) {
                hw_buf_str(&p->b, first == p->a ? "\nRejected, and so left out above\n" : "");
                step(p, s);
                first = a;
            }
        }
        first = a;
    }
    if (p->a->with == NULL) {
        return;
    }
    hw_buf_str(&p->b, "With them the chain had ");
    hw_text_many(&p->b, first->step_count, "step", "steps");
    for (const struct hw_root *r = first->roots; r != NULL && r->principal; r = r->next) {
        hw_buf_str(&p->b, r == first->roots ? " and ended at " : ", ");
        end(p, &r->at);
    }
    hw_buf_str(&p->b, ".\n");
}

int hw_tell_trace_text(const struct hw_teller *t, const struct hw_trace_answer *a,
                       struct hw_error *err)
{
    struct page p = {.t = t, .a = a};
    hw_buf_init(&p.b, 256 << 20);
    verdict(&p);
    crossings(&p);
    roots(&p);
    steps(&p, CAME);
    steps(&p, RUN);
    other_ways(&p);
    steps(&p, AFTER);
    cut(&p);
    rejected(&p);
    missing(&p);
    hw_buf_str(&p.b, "\nLooked at ");
    hw_text_many(&p.b, a->expanded, "thing", "things");
    hw_buf_str(&p.b, " of ");
    hw_text_count(&p.b, a->things);
    hw_buf_str(&p.b, ", joined by ");
    hw_text_many(&p.b, a->edges, "edge", "edges");
    hw_buf_str(&p.b, ". As of ");
    hw_text_time(&p.b, a->as_of, t->zone_minutes);
    hw_buf_str(&p.b, ".\n");
    return hw_tell_put(t, &p.b, err);
}
