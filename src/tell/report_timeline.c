/* SPDX-License-Identifier: Apache-2.0 */
#include "base/grow.h"
#include "tell/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

/* ---- words ---- */

struct hw_span hw_report_org(struct hw_span org)
{
    return hw_span_starts(org, "evidence:") ? (struct hw_span){NULL, 0} : org;
}

struct hw_span hw_report_subject(const struct hw_finding *f)
{
    return f->file != NULL ? f->file->path : f->path.n > 0 ? f->path : f->key;
}

void hw_report_end(struct hw_buf *b, const struct hw_end *e)
{
    static const char *const said[] = {"account", "address", "service", "release", "certificate"};
    if (strcmp(e->kind, "artifact") == 0) {
        hw_buf_str(b, "bytes ");
        hw_buf_span_put(b, hw_span_cut(e->name, 0, 16));
        hw_buf_str(b, e->name.n > 16 ? ".." : "");
        return;
    }
    if (strcmp(e->kind, "host") == 0) {
        hw_buf_str(b, e->quiet ? "device " : "machine ");
    }
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (strcmp(e->kind, said[i]) == 0) {
            hw_buf_printf(b, "%s ", said[i]);
        }
    }
    hw_buf_span_put(b, e->name);
}

const char *hw_report_event_desc(const struct hw_report_event *e)
{
    switch (e->kind) {
    case HW_EVENT_STEP:
        return "step of the chain";
    case HW_EVENT_FINDING:
        return e->last ? "finding last met" : "finding first met";
    case HW_EVENT_RELEASE:
        return "release published";
    case HW_EVENT_DELIVERY:
        return "release delivered";
    }
    HW_NEVER();
}

const char *hw_report_event_known(const struct hw_report_event *e)
{
    return e->kind == HW_EVENT_STEP      ? e->of.step->known
           : e->kind == HW_EVENT_FINDING ? hw_confidence_word(e->of.finding->confidence)
                                         : "claimed";
}

void hw_report_event_says(struct hw_buf *b, const struct hw_report_event *e)
{
    if (e->kind == HW_EVENT_STEP) {
        hw_report_end(b, &e->of.step->from);
        hw_buf_printf(b, " --%s--> ", e->of.step->verb);
        hw_report_end(b, &e->of.step->to);
    } else if (e->kind == HW_EVENT_FINDING) {
        const struct hw_finding *f = e->of.finding;
        hw_buf_printf(b, "%s (%s): ", f->rule, hw_severity_word(f->severity));
        hw_buf_span_put(b, hw_report_subject(f));
        if (f->why != NULL) {
            hw_buf_str(b, ": ");
            hw_buf_span_put(b, f->why->says);
        }
    } else if (e->kind == HW_EVENT_RELEASE) {
        hw_buf_printf(
            b, "release, %s: ", e->of.release->risk == HW_RISK_POISONED ? "carries it" : "at risk");
        hw_buf_span_put(b, e->of.release->name);
        hw_buf_char(b, ' ');
        hw_buf_span_put(b, e->of.release->version);
    } else {
        hw_buf_str(b, "delivered: ");
        hw_buf_span_put(b, e->of.delivery->product);
    }
}

void hw_report_event_where(const struct hw_report_event *e, struct hw_span *out_host,
                           struct hw_span *out_org)
{
    *out_host = (struct hw_span){NULL, 0};
    if (e->kind == HW_EVENT_STEP) {
        const struct hw_step *s = e->of.step;
        *out_host = s->to.host.n > 0 ? s->to.host : s->from.host;
        *out_org = hw_report_org(s->to.org.n > 0 ? s->to.org : s->from.org);
    } else if (e->kind == HW_EVENT_FINDING) {
        const struct hw_finding *f = e->of.finding;
        *out_host = f->host.n == 0 && strcmp(f->kind, "host") == 0 ? f->path : f->host;
        *out_org = hw_report_org(f->org);
    } else {
        *out_org = e->kind == HW_EVENT_RELEASE ? e->of.release->org : e->of.delivery->org;
    }
}

static void place(struct hw_buf *b, struct hw_span file, uint64_t record, bool has_off,
                  uint64_t off)
{
    hw_buf_str(b, b->n > 0 ? "; " : "");
    hw_buf_span_put(b, file);
    if (record > 0) {
        hw_buf_printf(b, " record %llu", (unsigned long long)record);
    } else if (has_off) {
        hw_buf_printf(b, " offset %llu", (unsigned long long)off);
    }
}

static void places_of(struct hw_buf *b, const struct hw_why *y)
{
    unsigned said = 0;
    for (; y != NULL && said < 3; y = y->next) {
        if (y->evidence.n > 0) {
            place(b, y->evidence, y->record, y->has_off, y->off);
            said++;
        }
    }
}

void hw_report_event_evidence(struct hw_buf *b, const struct hw_report_event *e)
{
    if (e->kind == HW_EVENT_STEP) {
        unsigned said = 0;
        for (const struct hw_place_said *x = e->of.step->places; x != NULL && said++ < 3;
             x = x->next) {
            place(b, x->file, x->record, true, x->off);
        }
    } else {
        places_of(b, e->kind == HW_EVENT_FINDING   ? e->of.finding->why
                     : e->kind == HW_EVENT_RELEASE ? e->of.release->why
                                                   : e->of.delivery->why);
    }
}

size_t hw_report_rules(const struct hw_report_answer *a, bool rejected,
                       const struct hw_finding *out[HW_REPORT_RULES])
{
    size_t n = 0;
    for (const struct hw_finding *f = a->hunt == NULL ? NULL : a->hunt->findings; f != NULL;
         f = f->next) {
        size_t i = 0;
        while (i < n && strcmp(out[i]->rule, f->rule) != 0) {
            i++;
        }
        if ((hw_is_rejected(f->judged) && !rejected) || i == HW_REPORT_RULES) {
            continue;
        }
        if (i == n || f->severity > out[i]->severity) {
            out[i] = f;
        }
        n += i == n;
    }
    for (size_t i = 1; i < n; i++) { /* few: by insertion */
        const struct hw_finding *f = out[i];
        size_t k = i;
        for (; k > 0 &&
               (out[k - 1]->severity < f->severity ||
                (out[k - 1]->severity == f->severity && strcmp(out[k - 1]->rule, f->rule) > 0));
             k--) {
            out[k] = out[k - 1];
        }
        out[k] = f;
    }
    return n;
}

/* ---- the order of time ---- */

struct making {
    struct hw_report_timeline *l;
    size_t room;
    bool failed;
};

static void add(struct making *m, struct hw_report_event e)
{
    struct hw_report_timeline *l = m->l;
    m->failed = m->failed || HW_GROW(l->p, l->count, m->room, HW_GROW_MOST) != HW_OK;
    if (!m->failed) {
        l->p[l->count++] = e;
    }
}

static bool dated(int64_t t)
{
    return t != HW_TIME_NONE && t > HW_TIME_MIN && t < HW_TIME_MAX;
}

static void steps(struct making *m, const struct hw_trace_answer *a)
{
    for (const struct hw_step *s = a == NULL ? NULL : a->steps; s != NULL; s = s->next) {
        struct hw_report_event e = {.kind = HW_EVENT_STEP, .id = s->id, .of.step = s};
        if (!dated(s->lo) || !dated(s->hi)) {
            m->l->untimed++;
            continue;
        }
        e.at = s->bounded ? s->place : s->lo / 2 + s->hi / 2;
        e.until = e.at;
        add(m, e);
    }
}

static void findings(struct making *m, const struct hw_answer *a)
{
    for (const struct hw_finding *f = a == NULL ? NULL : a->findings; f != NULL; f = f->next) {
        struct hw_report_event e = {.kind = HW_EVENT_FINDING, .id = f->id, .of.finding = f};
        if (hw_is_rejected(f->judged)) {
            continue;
        }
        if (!dated(f->first)) {
            m->l->untimed++;
            continue;
        }
        e.at = e.until = f->first;
        add(m, e);
        if (dated(f->last) && f->last != f->first) {
            e.at = e.until = f->last;
            e.last = true;
            add(m, e);
        }
    }
}

static void released(struct making *m, const struct hw_impact_answer *a)
{
    for (const struct hw_risky *r = a == NULL ? NULL : a->releases; r != NULL; r = r->next) {
        if (dated(r->published)) {
            add(m, (struct hw_report_event){.at = r->published,
                                            .until = r->published,
                                            .kind = HW_EVENT_RELEASE,
                                            .id = "",
                                            .of.release = r});
        }
    }
    for (const struct hw_receiver *r = a == NULL ? NULL : a->receivers; r != NULL; r = r->next) {
        if (dated(r->at)) {
            add(m, (struct hw_report_event){.at = r->at,
                                            .until = r->at,
                                            .kind = HW_EVENT_DELIVERY,
                                            .id = "",
                                            .of.delivery = r});
        }
    }
}

static struct hw_span name_of(const struct hw_report_event *e)
{
    return e->kind == HW_EVENT_RELEASE    ? e->of.release->name
           : e->kind == HW_EVENT_DELIVERY ? e->of.delivery->org
                                          : hw_span_str(e->id);
}

static int by_time(const void *a, const void *b)
{
    const struct hw_report_event *x = a, *y = b;
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    if (x->kind == HW_EVENT_STEP && y->kind == HW_EVENT_STEP) {
        return (x->of.step->n > y->of.step->n) - (x->of.step->n < y->of.step->n);
    }
    return x->kind != y->kind ? (int)x->kind - (int)y->kind
                              : hw_span_compare(name_of(x), name_of(y));
}

int hw_report_timeline(const struct hw_report_answer *a, struct hw_report_timeline *out,
                       struct hw_error *err)
{
    struct making m = {.l = out};
    *out = (struct hw_report_timeline){.count = 0};
    steps(&m, a->chain);
    findings(&m, a->hunt);
    released(&m, a->impact);
    if (m.failed) {
        hw_report_timeline_done(out);
        return hw_fail(err, HW_E_MEMORY, "no memory for a timeline");
    }
    if (out->count > 0) {
        qsort(out->p, out->count, sizeof *out->p, by_time);
    }
    return HW_OK;
}

void hw_report_timeline_done(struct hw_report_timeline *l)
{
    free(l->p);
    *l = (struct hw_report_timeline){.count = 0};
}
