/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/redact_times.c -- times of a report, no finer than its policy says.
 *
 * When somebody logs on is as good as his name to who knows the place. A moment becomes the
 * beginning of its unit; an interval grows to whole units, so that what could have come before
 * another thing still could. Times that others published (releases, lists, claims) stay.
 */
#include "ask/redact.h"
#include "base/time.h"

static bool none(int64_t t)
{
    return t <= HW_TIME_MIN || t == HW_TIME_MAX;
}

static int64_t down(int64_t t, int64_t unit)
{
    int64_t over = t % unit;
    return none(t) ? t : hw_time_add(t, over < 0 ? -over - unit : -over);
}

static int64_t up(int64_t t, int64_t unit)
{
    return none(t) ? t : hw_time_add(down(t, unit), unit - 1);
}

static void steps(struct hw_step *s, int64_t unit)
{
    for (; s != NULL; s = s->next) {
        s->lo = down(s->lo, unit);
        s->hi = up(s->hi, unit);
        s->place = down(s->place, unit);
    }
}

static void chain(struct hw_trace_answer *a, int64_t unit)
{
    for (; a != NULL; a = a->with) {
        steps(a->steps, unit);
        steps(a->cut, unit);
        for (struct hw_root *r = a->roots; r != NULL; r = r->next) {
            r->before = down(r->before, unit);
        }
        for (struct hw_unseen *m = a->missing; m != NULL; m = m->next) {
            m->from = down(m->from, unit);
            m->to = up(m->to, unit);
        }
    }
}

static void hunt(struct hw_answer *a, int64_t unit)
{
    for (struct hw_file_answer *f = a->files; f != NULL; f = f->next) {
        f->first_seen = f->first_seen == 0 ? 0 : down(f->first_seen, unit);
    }
    for (struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        f->first = down(f->first, unit);
        f->last = up(f->last, unit);
    }
    for (struct hw_incident *i = a->incidents; i != NULL; i = i->next) {
        i->first = down(i->first, unit);
        i->last = up(i->last, unit);
        for (struct hw_incident_machine *m = i->machines; m != NULL; m = m->next) {
            m->first = down(m->first, unit);
            m->last = up(m->last, unit);
        }
    }
}

static void impact(struct hw_impact_answer *a, int64_t unit)
{
    a->since = down(a->since, unit);
    for (struct hw_held *h = a->held; h != NULL; h = h->next) {
        h->since = down(h->since, unit);
    }
    for (struct hw_receiver *r = a->receivers; r != NULL; r = r->next) {
        r->at = down(r->at, unit);
    }
}

void hw_redact_times(struct hw_report_answer *a, int64_t unit_ns)
{
    if (unit_ns <= 0) {
        return;
    }
    if (a->hunt != NULL) {
        hunt(a->hunt, unit_ns);
    }
    chain(a->chain, unit_ns);
    if (a->impact != NULL) {
        impact(a->impact, unit_ns);
    }
    for (struct hw_report_evidence *e = a->evidence; e != NULL; e = e->next) {
        e->first_seen = down(e->first_seen, unit_ns);
        e->read = down(e->read, unit_ns);
    }
    for (struct hw_report_action *x = a->actions; x != NULL; x = x->next) {
        x->at = down(x->at, unit_ns);
    }
    for (struct hw_report_indicator *x = a->indicators; x != NULL; x = x->next) {
        x->first = down(x->first, unit_ns);
        x->last = up(x->last, unit_ns);
    }
}
