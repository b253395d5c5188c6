/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_correlate.c -- published correlations (Sigma) over the records that their rules hold
 * for.
 *
 * Sigma Correlation Rules Specification 2.0. Each record is an event with its time, as the record
 * states it, and the values of the fields that the correlation groups by, compared without the case
 * of ASCII letters. Events group within one organisation's records: without --org, within one log.
 * A correlation that another joins gives it an event whenever it is met, with the fields of the
 * record that met it; counts take of these only such as share no record with the one before.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ask/sigma_joining.h"
#include "base/grow.h"
#include "base/time.h"

/* of one correlation, and of all */
enum { GROUPS_SAID = 500, GROUPS_ALL = 20000, REFUSED_SAID = 50 };

static int no_memory(struct sigma_joining *j)
{
    return hw_fail(j->err, HW_E_MEMORY, "no memory for published correlations");
}

/* ---- what it joins ---- */

static struct sigma_stream *stream_at(struct sigma_joining *j, unsigned slot, size_t i)
{
    const struct sigma_held *h = &j->s->held[j->c->refs[slot].held[i]];
    if (h->what == SIGMA_CORRELATION) {
        return &j->s->correlations[j->s->correlations[h->n]->stands_for]->stream;
    }
    return j->s->rules[h->n].stream;
}

/* One number for the values it is grouped by; 0: one is not there. */
static uint32_t group_of(struct sigma_joining *j, const struct sigma_in *in)
{
    hw_buf_clear(&j->words);
    hw_buf_u32le(&j->words, in->e->scope);
    for (unsigned g = 0; g < j->c->form.group_count; g++) {
        uint32_t n = sigma_lower(j, sigma_value_of(j, in, j->c->form.groups[g]));
        if (n == 0) {
            return 0;
        }
        hw_buf_u32le(&j->words, n);
    }
    return sigma_text(j->k, hw_buf_span(&j->words));
}

static int take(struct sigma_joining *j, struct sigma_in in)
{
    const struct hw_correlation *form = &j->c->form;
    bool counts = form->type == HW_EVENT_COUNT || form->type == HW_VALUE_COUNT;
    if (counts && !in.e->fresh) {
        return HW_OK;
    }
    in.group = group_of(j, &in);
    in.what = form->type == HW_VALUE_COUNT ? sigma_lower(j, sigma_value_of(j, &in, form->field))
              : counts                     ? 0
                                           : in.slot;
    j->ungrouped += in.group == 0;
    j->valueless += in.group != 0 && form->type == HW_VALUE_COUNT && in.what == 0;
    if (in.group == 0 || (form->type == HW_VALUE_COUNT && in.what == 0)) {
        return HW_OK;
    }
    if (j->logs[in.e->log].org.n == 0) {
        j->many_apart = j->many_apart || (j->apart != 0 && j->apart != in.e->log + 1);
        j->apart = in.e->log + 1;
    }
    if (HW_GROW(j->in, j->count, j->room, HW_GROW_MOST) != HW_OK) {
        return no_memory(j);
    }
    j->in[j->count++] = in;
    return HW_OK;
}

static int gather(struct sigma_joining *j)
{
    int rc = HW_OK;
    j->count = 0;
    j->untimed = j->left = j->ungrouped = j->valueless = j->unsaid = 0;
    for (unsigned slot = 0; slot < j->c->form.rule_count; slot++) {
        for (size_t i = 0; i < j->c->refs[slot].count && rc == HW_OK; i++) {
            struct sigma_stream *of = stream_at(j, slot, i);
            bool again = false; /* copies of one correlation have one stream */
            for (size_t k = 0; k < i; k++) {
                again = again || stream_at(j, slot, k) == of;
            }
            j->untimed += again ? 0 : of->untimed;
            j->left += again ? 0 : of->left;
            for (size_t k = 0; !again && k < of->count && rc == HW_OK; k++) {
                rc = take(j, (struct sigma_in){.e = &of->events[k], .of = of, .slot = slot});
            }
        }
    }
    return rc;
}

static int by_record(const void *a, const void *b)
{
    const struct sigma_in *x = a, *y = b;
    int by = (x->group > y->group) - (x->group < y->group);
    by = by != 0 ? by : memcmp(x->e->same, y->e->same, sizeof x->e->same);
    by = by != 0 ? by : (x->e->again > y->e->again) - (x->e->again < y->e->again);
    by = by != 0 ? by : (x->slot > y->slot) - (x->slot < y->slot);
    return by != 0 ? by : (x->e->at > y->e->at) - (x->e->at < y->e->at);
}

static int by_time(const void *a, const void *b)
{
    const struct sigma_in *x = a, *y = b;
    int by = (x->group > y->group) - (x->group < y->group);
    by = by != 0 ? by : (x->e->at > y->e->at) - (x->e->at < y->e->at);
    by = by != 0 ? by : (x->e->log > y->e->log) - (x->e->log < y->e->log);
    by = by != 0 ? by : (x->e->off > y->e->off) - (x->e->off < y->e->off);
    by = by != 0 ? by : (y->slot > x->slot) - (y->slot < x->slot); /* the last rule first */
    return by != 0 ? by : (x->e->number > y->e->number) - (x->e->number < y->e->number);
}

static bool same_record(const struct sigma_in *a, const struct sigma_in *b)
{
    return a->group == b->group && a->e->again == b->e->again &&
           memcmp(a->e->same, b->e->same, sizeof a->e->same) == 0;
}

/* A record that two of the rules hold for is counted once, and once for each rule where rules are
 * told apart. */
static void count_once(struct sigma_joining *j)
{
    bool apart = j->c->form.type == HW_TEMPORAL || j->c->form.type == HW_TEMPORAL_ORDERED;
    size_t kept = 0;
    qsort(j->in, j->count, sizeof *j->in, by_record);
    for (size_t i = 0; i < j->count; i++) {
        const struct sigma_in *last = kept == 0 ? NULL : &j->in[kept - 1];
        if (last == NULL || !same_record(last, &j->in[i]) ||
            (apart && last->slot != j->in[i].slot)) {
            j->in[kept++] = j->in[i];
        }
    }
    j->count = kept;
    qsort(j->in, j->count, sizeof *j->in, by_time);
}

/* ---- one group ---- */

/* What a correlation that joins this one is given: the record that met it, with its fields. */
static void pass_on(struct sigma_joining *j, const struct sigma_in *in,
                    const struct sigma_window *w, size_t last, bool fresh)
{
    struct sigma_stream *s = &j->c->stream;
    struct sigma_event e = *in[last].e;
    struct sigma_kept *k = j->k;
    e.from = w[last].from;
    e.fresh = fresh;
    e.values = (uint32_t)k->value_count;
    if (HW_GROW_BY(k->values, k->value_count, s->wanted_count, k->value_room, HW_GROW_MOST) !=
        HW_OK) {
        s->left++;
        return;
    }
    for (unsigned i = 0; i < s->wanted_count; i++) {
        k->values[e.values + i] = sigma_value_of(j, &in[last], s->wanted[i]);
    }
    if (sigma_stream_add(k, s, &e)) {
        k->value_count += s->wanted_count;
    }
}

static int judge_group(struct sigma_joining *j, const struct sigma_in *in, size_t n,
                       const struct sigma_point *p, struct sigma_window *w, size_t *said)
{
    size_t whats = j->c->form.type == HW_VALUE_COUNT ? j->k->text_count + 1 : j->c->form.rule_count;
    struct sigma_met m = {0, 0, 0};
    size_t fresh = SIZE_MAX; /* the last window that was passed on as one of its own */
    int rc = sigma_windows(&j->slide, &j->c->form, p, n, whats, w, j->err);
    for (size_t i = 0; i < n && rc == HW_OK; i++) {
        if (!w[i].met) {
            continue;
        }
        m.best = m.times == 0 || w[i].count > w[m.best].count ? i : m.best;
        m.times += m.times == 0 || w[i].first > m.last;
        m.last = i;
        bool own = fresh == SIZE_MAX || w[i].first > fresh;
        fresh = own ? i : fresh;
        if (j->c->stream.joined) {
            pass_on(j, in, w, i, own);
        }
    }
    if (rc != HW_OK || m.times == 0 || !j->c->alone) {
        return rc;
    }
    if (*said == GROUPS_SAID || j->said == GROUPS_ALL) {
        j->unsaid++;
        return HW_OK;
    }
    ++*said;
    j->said++;
    return sigma_found(j, in, w, &m) != NULL ? HW_OK
           : j->err->code != HW_OK           ? j->err->code
                                             : HW_E_MEMORY;
}

static int judge(struct sigma_joining *j)
{
    size_t said = 0;
    int rc = HW_OK;
    j->c->stream.left += j->left; /* who joins this one knows no more than it does */
    if (j->count == 0 || (j->left > 0 && hw_correlation_is_capped(&j->c->form))) {
        return HW_OK; /* of a part of the records, "fewer than" is no answer */
    }
    count_once(j);
    j->points = calloc(j->count, sizeof *j->points);
    j->windows = calloc(j->count, sizeof *j->windows);
    if (j->points == NULL || j->windows == NULL) {
        rc = no_memory(j);
    }
    for (size_t i = 0; i < j->count && rc == HW_OK; i++) {
        const struct sigma_event *e = j->in[i].e;
        j->points[i] = (struct sigma_point){e->at, e->from, e->off, e->log, j->in[i].what};
    }
    for (size_t i = 0, end; i < j->count && rc == HW_OK; i = end) {
        for (end = i + 1; end < j->count && j->in[end].group == j->in[i].group; end++) {
        }
        rc = judge_group(j, j->in + i, end - i, j->points + i, j->windows + i, &said);
    }
    free(j->points);
    free(j->windows);
    return rc;
}

/* ---- what could not be told ---- */

static int say_gap(struct sigma_joining *j, const char *kind, bool needed, struct hw_span ask_for,
                   uint64_t n, const char *what)
{
    struct hw_span title = j->c->title.n > 0 ? j->c->title : j->c->id;
    if (n == 0) {
        return HW_OK;
    }
    return hw_gap_add(j->s->q, (struct hw_span){NULL, 0}, kind,
                      hw_words(j->s->q->a->arena, "correlation \"%.*s\": %s: %" PRIu64,
                               (int)title.n, title.n > 0 ? (const char *)title.p : "", what, n),
                      ask_for, needed, j->err);
}

static int say_gaps(struct sigma_joining *j)
{
    static const char cut[] = "correlation-cut", ungrouped[] = "correlation-ungrouped";
    const struct hw_span narrower = HW_SPAN_LIT("narrower rules, or fewer logs in one case");
    const struct hw_span names = HW_SPAN_LIT("look at what the records call this field");
    const struct {
        const char *kind;
        bool needed;
        struct hw_span ask_for;
        uint64_t n;
        const char *what;
    } gaps[] = {
        {"correlation-untimed", true,
         HW_SPAN_LIT("the logs in a form that states the time of each record"), j->untimed,
         "records that its rules hold for, left out for want of a time"},
        {cut, true, narrower, j->left,
         hw_correlation_is_capped(&j->c->form)
             ? "records beyond what is kept of its rules, so that no count was compared"
             : "records beyond what is kept of its rules, so that it may be met where nothing is "
               "said"},
        {cut, true, narrower, j->unsaid, "groups that meet it, too many to be said"},
        {ungrouped, false, names, j->ungrouped,
         "records that its rules hold for, left out for want of a field it groups by"},
        {ungrouped, false, names, j->valueless,
         "records that its rules hold for, left out for want of the field it counts"},
    };
    int rc = HW_OK;
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0] && rc == HW_OK; i++) {
        rc = say_gap(j, gaps[i].kind, gaps[i].needed, gaps[i].ask_for, gaps[i].n, gaps[i].what);
    }
    return rc;
}

/* Those that are not run, each with the reason. */
static int say_refused(struct sigma_joining *j)
{
    uint64_t more = 0, said = 0;
    int rc = HW_OK;
    for (size_t i = 0; i < j->s->correlation_count && rc == HW_OK; i++) {
        const struct sigma_correlation *c = j->s->correlations[i];
        struct hw_span title = c->title.n > 0 ? c->title : c->id;
        if (c->refused.n == 0 || said++ >= REFUSED_SAID) {
            more += c->refused.n > 0;
            continue;
        }
        rc = hw_gap_add(j->s->q, (struct hw_span){NULL, 0}, "correlation-not-run",
                        hw_words(j->s->q->a->arena, "correlation \"%.*s\" %.*s", (int)title.n,
                                 title.n > 0 ? (const char *)title.p : "", (int)c->refused.n,
                                 (const char *)c->refused.p),
                        HW_SPAN_LIT("headwater learn of the rules it joins"), false, j->err);
    }
    if (rc == HW_OK && more > 0) {
        rc = hw_gap_add(j->s->q, (struct hw_span){NULL, 0}, "correlation-not-run",
                        hw_words(j->s->q->a->arena, "%" PRIu64 " correlations more", more),
                        HW_SPAN_LIT("headwater learn of the rules they join"), false, j->err);
    }
    if (rc == HW_OK && j->many_apart) {
        rc =
            hw_gap_add(j->s->q, (struct hw_span){NULL, 0}, "correlation-apart",
                       HW_SPAN_LIT("logs of no stated organisation were correlated each by itself"),
                       HW_SPAN_LIT("headwater ingest --org NAME, for logs of one organisation"),
                       false, j->err);
    }
    return rc;
}

int sigma_correlate(struct sigma_rules *s, struct sigma_kept *k, const struct sigma_log *logs,
                    struct hw_error *err)
{
    struct sigma_joining j = {.s = s, .k = k, .logs = logs, .err = err};
    int rc = HW_OK;
    hw_buf_init(&j.words, 16384);
    for (size_t i = 0; i < s->count; i++) {
        if (s->rules[i].stream != NULL) {
            sigma_stream_settle(s->rules[i].stream);
        }
    }
    for (size_t i = 0; i < s->correlation_count && rc == HW_OK; i++) { /* in the order of depth */
        j.c = s->correlations[i];
        if (j.c->refused.n > 0 || j.c->stands_for != i) {
            continue;
        }
        rc = gather(&j);
        rc = rc != HW_OK ? rc : judge(&j);
        rc = rc != HW_OK ? rc : say_gaps(&j);
    }
    rc = rc != HW_OK ? rc : say_refused(&j);
    hw_buf_done(&j.words);
    sigma_slide_done(&j.slide);
    free(j.in);
    return rc;
}
