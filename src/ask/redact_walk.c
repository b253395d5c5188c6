/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/redact_walk.c -- every text of a report, and which of them are names.
 *
 * A text that is added to an answer belongs here too: tests/golden/report/redact.case looks for the
 * names in the bytes of every format.
 */
#include <string.h>

#include "ask/redact.h"
#include "base/text.h"

struct walk {
    hw_redact_visit *visit;
    void *state;
    int rc;
};

static void put(struct walk *w, enum hw_redact_class as, struct hw_span *s)
{
    if (w->rc == HW_OK && s->n > 0) {
        w->rc = w->visit(w->state, as, s);
    }
}

static void text(struct walk *w, struct hw_span *s)
{
    put(w, HW_REDACT_TEXT, s);
}

static void where(struct walk *w, struct hw_span *host, struct hw_span *org)
{
    put(w, HW_REDACT_HOST, host);
    put(w, HW_REDACT_ORG, org);
}

static void whys(struct walk *w, struct hw_why *y)
{
    for (; y != NULL; y = y->next) {
        text(w, &y->says);
        text(w, &y->evidence);
    }
}

static void named(struct walk *w, const char *kind, struct hw_span *name)
{
    put(w,
        strcmp(kind, "host") == 0           ? HW_REDACT_HOST
        : strcmp(kind, "account") == 0      ? HW_REDACT_ACCOUNT
        : strcmp(kind, "organisation") == 0 ? HW_REDACT_ORG
                                            : HW_REDACT_TEXT,
        name);
}

static void gaps(struct walk *w, struct hw_gap *g)
{
    for (; g != NULL; g = g->next) {
        text(w, &g->path);
        text(w, &g->what);
        text(w, &g->ask_for);
    }
}

static void refused(struct walk *w, struct hw_refused *r)
{
    for (; r != NULL; r = r->next) {
        text(w, &r->of);
        text(w, &r->because);
        text(w, &r->needs);
    }
}

/* ---- the hunt ---- */

static void files(struct walk *w, struct hw_file_answer *f)
{
    for (; f != NULL; f = f->next) {
        struct hw_span *all[] = {&f->path,   &f->degree_because, &f->component, &f->version,
                                 &f->vendor, &f->purl,           &f->machine,   &f->original};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
        where(w, &f->host, &f->org);
        for (struct hw_sig_answer *s = f->signatures; s != NULL; s = s->next) {
            text(w, &s->signer);
            text(w, &s->signer_subject);
            text(w, &s->anchor);
            text(w, &s->program);
            whys(w, s->because);
        }
    }
}

static void findings(struct walk *w, struct hw_finding *f)
{
    for (; f != NULL; f = f->next) {
        text(w, &f->key);
        named(w, f->kind, &f->path);
        where(w, &f->host, &f->org);
        whys(w, f->why);
        text(w, &f->judged_because);
        text(w, &f->met);
        text(w, &f->campaign);
    }
}

static void hunt(struct walk *w, struct hw_answer *a)
{
    files(w, a->files);
    findings(w, a->findings);
    gaps(w, a->gaps);
    for (struct hw_incident *i = a->incidents; i != NULL; i = i->next) {
        put(w, HW_REDACT_ORG, &i->org);
        text(w, &i->campaign);
        for (struct hw_incident_machine *m = i->machines; m != NULL; m = m->next) {
            put(w, m->at == HW_AT_MACHINE ? HW_REDACT_HOST : HW_REDACT_TEXT, &m->name);
            text(w, &m->met);
        }
    }
    text(w, &a->like);
    text(w, &a->knowledge_says);
}

/* ---- the chain ---- */

static void end(struct walk *w, struct hw_end *e)
{
    text(w, &e->key);
    named(w, e->kind, &e->name);
    text(w, &e->native);
    where(w, &e->host, &e->org);
}

static void steps(struct walk *w, struct hw_step *s)
{
    for (; s != NULL; s = s->next) {
        end(w, &s->from);
        end(w, &s->to);
        text(w, &s->judged_because);
        text(w, &s->benign);
        for (struct hw_place_said *p = s->places; p != NULL; p = p->next) {
            text(w, &p->file);
        }
    }
}

static void chain(struct walk *w, struct hw_trace_answer *a)
{
    for (; a != NULL; a = a->with) {
        end(w, &a->target);
        steps(w, a->steps);
        steps(w, a->cut);
        for (struct hw_crossing *c = a->crossings; c != NULL; c = c->next) {
            put(w, HW_REDACT_ORG, &c->from_org);
            put(w, HW_REDACT_ORG, &c->to_org);
            text(w, &c->release);
            end(w, &c->over);
        }
        for (struct hw_root *r = a->roots; r != NULL; r = r->next) {
            end(w, &r->at);
            text(w, &r->replaced);
            put(w, HW_REDACT_TEXT, &r->taker);
            text(w, &r->says);
        }
        for (struct hw_unseen *m = a->missing; m != NULL; m = m->next) {
            text(w, &m->what);
            text(w, &m->ask_for);
        }
    }
}

/* ---- the impact ---- */

static void machines(struct walk *w, struct hw_affected_answer *a)
{
    text(w, &a->title);
    for (struct hw_asset *x = a->assets; x != NULL; x = x->next) {
        where(w, &x->host, &x->org);
        whys(w, x->why);
        text(w, &x->lacks);
        text(w, &x->ask_for);
    }
    for (struct hw_lack *l = a->lacks; l != NULL; l = l->next) {
        text(w, &l->lacks);
        text(w, &l->ask_for);
    }
}

static void reached(struct walk *w, struct hw_impact_answer *a)
{
    for (struct hw_held *h = a->held; h != NULL; h = h->next) {
        named(w, h->kind, &h->name);
        put(w, HW_REDACT_ORG, &h->org);
        whys(w, h->why);
    }
    for (struct hw_risky *r = a->releases; r != NULL; r = r->next) {
        put(w, HW_REDACT_ORG, &r->org);
        text(w, &r->name);
        text(w, &r->version);
        whys(w, r->why);
    }
    for (struct hw_product *p = a->products; p != NULL; p = p->next) {
        text(w, &p->name);
        text(w, &p->version);
        text(w, &p->via);
        whys(w, p->why);
    }
    for (struct hw_receiver *r = a->receivers; r != NULL; r = r->next) {
        put(w, HW_REDACT_ORG, &r->org);
        text(w, &r->product);
        whys(w, r->why);
    }
}

static void impact(struct walk *w, struct hw_impact_answer *a)
{
    end(w, &a->target);
    if (a->machines != NULL) {
        machines(w, a->machines);
    }
    reached(w, a);
    for (struct hw_counted *c = a->counts; c != NULL; c = c->next) {
        struct hw_span *all[] = {&c->of, &c->unit, &c->limit, &c->observer, &c->source};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
        whys(w, c->why);
    }
    for (struct hw_seen_org *o = a->sights; o != NULL; o = o->next) {
        put(w, HW_REDACT_ORG, &o->org);
    }
    for (struct hw_to_do *d = a->to_do; d != NULL; d = d->next) {
        text(w, &d->what);
        text(w, &d->because);
    }
    for (struct hw_estimated *e = a->estimates; e != NULL; e = e->next) {
        text(w, &e->of);
        text(w, &e->says);
    }
    refused(w, a->refused);
    text(w, &a->at_least);
}

/* ---- who did it ---- */

static void claims(struct walk *w, struct hw_attribute_answer *a)
{
    for (struct hw_claim *c = a->claims; c != NULL; c = c->next) {
        struct hw_span *all[] = {&c->about, &c->topic,    &c->says,      &c->value, &c->names,
                                 &c->by,    &c->question, &c->url,       &c->title, &c->rests_on,
                                 &c->path,  &c->grade,    &c->confidence};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
    }
    for (struct hw_disagreement *d = a->disagreements; d != NULL; d = d->next) {
        struct hw_span *all[] = {&d->about, &d->topic, &d->question, &d->asks, &d->decided_by};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
        for (struct hw_saying *s = d->each; s != NULL; s = s->next) {
            text(w, &s->by);
            text(w, &s->value);
            text(w, &s->path);
        }
    }
}

static void attribution(struct walk *w, struct hw_attribute_answer *a)
{
    text(w, &a->target);
    claims(w, a);
    for (struct hw_names_apart *n = a->namings; n != NULL; n = n->next) {
        text(w, &n->about);
    }
    for (struct hw_alias *x = a->aliases; x != NULL; x = x->next) {
        struct hw_span *all[] = {&x->name, &x->who, &x->who_id, &x->source, &x->path};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
    }
    for (struct hw_judgement *j = a->judgements; j != NULL; j = j->next) {
        struct hw_span *all[] = {&j->about, &j->other, &j->confidence_because, &j->because,
                                 &j->needs};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
        for (struct hw_share *s = j->shares; s != NULL; s = s->next) {
            text(w, &s->what);
            text(w, &s->by);
            text(w, &s->path);
        }
        whys(w, j->alternatives);
        whys(w, j->would_change);
        whys(w, j->gaps);
    }
    gaps(w, a->gaps);
}

/* ---- all of it ---- */

static void stands_on(struct walk *w, struct hw_report_answer *a)
{
    for (struct hw_report_evidence *e = a->evidence; e != NULL; e = e->next) {
        text(w, &e->path);
        where(w, &e->host, &e->org);
        put(w, HW_REDACT_ACCOUNT, &e->acquired_by);
        text(w, &e->exhibit);
        text(w, &e->note);
    }
    for (struct hw_report_action *x = a->actions; x != NULL; x = x->next) {
        put(w, HW_REDACT_ACCOUNT, &x->who);
        text(w, &x->args);
    }
    for (struct hw_report_indicator *x = a->indicators; x != NULL; x = x->next) {
        struct hw_span *all[] = {&x->value, &x->role, &x->label, &x->source,
                                 &x->title, &x->path, &x->list};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            text(w, all[i]);
        }
    }
}

int hw_redact_walk(struct hw_report_answer *a, hw_redact_visit *visit, void *state)
{
    struct walk w = {.visit = visit, .state = state};
    if (a->hunt != NULL) {
        hunt(&w, a->hunt);
    }
    chain(&w, a->chain);
    if (a->impact != NULL) {
        impact(&w, a->impact);
    }
    if (a->attribution != NULL) {
        attribution(&w, a->attribution);
    }
    stands_on(&w, a);
    refused(&w, a->refused);
    text(&w, &a->title);
    text(&w, &a->target);
    text(&w, &a->author);
    text(&w, &a->contact);
    return w.rc;
}
