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

#include "ask/sigma.h"
#include "ask/sigma_window.h"
#include "base/time.h"

enum { SHOWN = 8, FIRST_SHOWN = 2, GROUPS_SAID = 500, REFUSED_SAID = 50, SAYS_BYTES = 600 };

struct in { /* an event that a correlation joins */
    const struct sigma_event *e;
    const struct sigma_stream *of;
    uint32_t group, what, slot;
};

struct met {      /* what one group of events met */
    size_t best;  /* the window of the greatest count; the earliest of them */
    size_t last;  /* the latest window */
    size_t times; /* runs of windows that share no event */
};

struct joining {
    struct sigma_rules *s;
    struct sigma_kept *k;
    const struct sigma_log *logs;
    struct hw_error *err;
    struct sigma_slide slide;
    struct hw_buf words;
    uint32_t apart; /* a log without an organisation, + 1 */
    bool many_apart;
    /* of the correlation at hand */
    struct sigma_correlation *c;
    struct in *in;
    size_t count, room;
    struct sigma_point *points;
    struct sigma_window *windows;
    uint64_t untimed, left, ungrouped, valueless, unsaid;
};

static int no_memory(struct joining *j)
{
    return hw_fail(j->err, HW_E_MEMORY, "no memory for published correlations");
}

/* ---- what it joins ---- */

static struct sigma_stream *stream_at(struct joining *j, unsigned slot, size_t i)
{
    const struct sigma_held *h = &j->s->held[j->c->refs[slot].held[i]];
    if (h->what == SIGMA_CORRELATION) {
        return &j->s->correlations[j->s->correlations[h->n]->stands_for]->stream;
    }
    return j->s->rules[h->n].stream;
}

/* The number of the text that the event has for a name, as this correlation calls it. */
static uint32_t value_of(const struct joining *j, const struct in *in, struct hw_span name)
{
    struct hw_span field = hw_correlation_field(&j->c->form, in->slot, name);
    for (unsigned i = 0; i < in->of->wanted_count; i++) {
        if (hw_span_equal_nocase(in->of->wanted[i], field)) {
            return j->k->values[in->e->values + i];
        }
    }
    return 0;
}

static uint32_t lower(const struct joining *j, uint32_t text)
{
    return text == 0 ? 0 : j->k->texts[text - 1].lower;
}

/* One number for the values it is grouped by; 0: one is not there. */
static uint32_t group_of(struct joining *j, const struct in *in)
{
    hw_buf_clear(&j->words);
    hw_buf_u32le(&j->words, in->e->scope);
    for (unsigned g = 0; g < j->c->form.group_count; g++) {
        uint32_t n = lower(j, value_of(j, in, j->c->form.groups[g]));
        if (n == 0) {
            return 0;
        }
        hw_buf_u32le(&j->words, n);
    }
    return sigma_text(j->k, hw_buf_span(&j->words));
}

static int take(struct joining *j, struct in in)
{
    const struct hw_correlation *form = &j->c->form;
    bool counts = form->type == HW_EVENT_COUNT || form->type == HW_VALUE_COUNT;
    if (counts && !in.e->fresh) {
        return HW_OK;
    }
    in.group = group_of(j, &in);
    in.what = form->type == HW_VALUE_COUNT ? lower(j, value_of(j, &in, form->field))
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
    if (j->count == j->room) {
        size_t room = j->room == 0 ? 1024 : j->room * 2;
        struct in *p = reallocarray(j->in, room, sizeof *p);
        if (p == NULL) {
            return no_memory(j);
        }
        j->in = p;
        j->room = room;
    }
    j->in[j->count++] = in;
    return HW_OK;
}

static int gather(struct joining *j)
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
                rc = take(j, (struct in){.e = &of->events[k], .of = of, .slot = slot});
            }
        }
    }
    return rc;
}

static int by_record(const void *a, const void *b)
{
    const struct in *x = a, *y = b;
    int by = (x->group > y->group) - (x->group < y->group);
    by = by != 0 ? by : memcmp(x->e->same, y->e->same, sizeof x->e->same);
    by = by != 0 ? by : (x->e->again > y->e->again) - (x->e->again < y->e->again);
    by = by != 0 ? by : (x->slot > y->slot) - (x->slot < y->slot);
    return by != 0 ? by : (x->e->at > y->e->at) - (x->e->at < y->e->at);
}

static int by_time(const void *a, const void *b)
{
    const struct in *x = a, *y = b;
    int by = (x->group > y->group) - (x->group < y->group);
    by = by != 0 ? by : (x->e->at > y->e->at) - (x->e->at < y->e->at);
    by = by != 0 ? by : (x->e->log > y->e->log) - (x->e->log < y->e->log);
    by = by != 0 ? by : (x->e->off > y->e->off) - (x->e->off < y->e->off);
    by = by != 0 ? by : (y->slot > x->slot) - (y->slot < x->slot); /* the last rule first */
    return by != 0 ? by : (x->e->number > y->e->number) - (x->e->number < y->e->number);
}

static bool same_record(const struct in *a, const struct in *b)
{
    return a->group == b->group && a->e->again == b->e->again &&
           memcmp(a->e->same, b->e->same, sizeof a->e->same) == 0;
}

/* A record that two of the rules hold for is counted once, and once for each rule where rules are
 * told apart. */
static void count_once(struct joining *j)
{
    bool apart = j->c->form.type == HW_TEMPORAL || j->c->form.type == HW_TEMPORAL_ORDERED;
    size_t kept = 0;
    qsort(j->in, j->count, sizeof *j->in, by_record);
    for (size_t i = 0; i < j->count; i++) {
        const struct in *last = kept == 0 ? NULL : &j->in[kept - 1];
        if (last == NULL || !same_record(last, &j->in[i]) ||
            (apart && last->slot != j->in[i].slot)) {
            j->in[kept++] = j->in[i];
        }
    }
    j->count = kept;
    qsort(j->in, j->count, sizeof *j->in, by_time);
}

/* ---- saying ---- */

static void put_span(struct hw_buf *b, int64_t ns)
{
    static const struct {
        int64_t seconds;
        char letter;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    int64_t s = ns / HW_NS_PER_SECOND;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (s % units[i].seconds == 0) {
            hw_buf_printf(b, "%" PRId64 "%c", s / units[i].seconds, units[i].letter);
            return;
        }
    }
}

static void put_condition(struct hw_buf *b, const struct hw_correlation *form)
{
    for (unsigned i = 0; i < form->bound_count; i++) {
        hw_buf_printf(b, "%s%s %" PRIu64, i > 0 ? " and " : "",
                      hw_correlation_op_word(form->bounds[i].op), form->bounds[i].n);
    }
}

static void put_count(struct hw_buf *b, const struct joining *j, const struct sigma_window *w,
                      size_t records)
{
    const struct hw_correlation *form = &j->c->form;
    const char *plural = w->count == 1 ? "" : "s";
    if (form->type == HW_EVENT_COUNT) {
        hw_buf_printf(b, "%" PRIu64 " record%s", w->count, plural);
    } else if (form->type == HW_VALUE_COUNT) {
        hw_buf_printf(b, "%" PRIu64 " value%s of %.*s in %zu record%s", w->count, plural,
                      (int)form->field.n, (const char *)form->field.p, records,
                      records == 1 ? "" : "s");
    } else {
        hw_buf_printf(b, "%" PRIu64 " of %u rules%s", w->count, form->rule_count,
                      form->type == HW_TEMPORAL_ORDERED ? ", one after the other" : "");
    }
}

/* "User amy, Computer WS1" */
static void put_group(struct hw_buf *b, const struct joining *j, const struct in *in, bool small)
{
    for (unsigned g = 0; g < j->c->form.group_count; g++) {
        uint32_t n = value_of(j, in, j->c->form.groups[g]);
        struct hw_span v = hw_span_cut(sigma_text_get(j->k, small ? lower(j, n) : n), 0, 200);
        hw_buf_str(b, g > 0 ? ", " : "");
        hw_buf_span_put(b, j->c->form.groups[g]);
        hw_buf_char(b, ' ');
        hw_buf_span_put(b, v);
    }
}

static void put_times(struct hw_buf *b, int64_t from, int64_t to)
{
    hw_time_put(b, from);
    hw_buf_str(b, " to ");
    hw_time_put(b, to);
}

/* The first of a window by the time it began, which another correlation may have long before. */
static int64_t begins(const struct in *in, size_t first, size_t last)
{
    int64_t at = in[first].e->from;
    for (size_t i = first; i <= last; i++) {
        at = in[i].e->from < at ? in[i].e->from : at;
    }
    return at;
}

static struct hw_span says(struct joining *j, const struct in *in, const struct sigma_window *w,
                           const struct met *m)
{
    const struct sigma_correlation *c = j->c;
    const struct sigma_window *best = &w[m->best];
    struct hw_buf *b = &j->words;
    hw_buf_clear(b);
    hw_buf_char(b, '"');
    hw_buf_span_put(b, c->title);
    hw_buf_char(b, '"');
    if (c->source.n > 0) {
        hw_buf_str(b, " by ");
        hw_buf_span_put(b, hw_span_cut(c->source, 0, 100));
    }
    hw_buf_str(b, c->id.n > 0 ? ", " : "");
    hw_buf_span_put(b, c->id);
    hw_buf_printf(b, ": %s, ", hw_correlation_type_word(c->form.type));
    put_count(b, j, best, m->best - best->first + 1);
    hw_buf_str(b, " from ");
    put_times(b, begins(in, best->first, m->best), in[m->best].e->at);
    hw_buf_str(b, ", asked for ");
    put_condition(b, &c->form);
    hw_buf_str(b, " within ");
    put_span(b, c->form.span_ns);
    hw_buf_str(b, c->form.group_count > 0 ? "; " : "");
    put_group(b, j, &in[m->best], false);
    if (m->times > 1) {
        hw_buf_printf(b, "; %zu times, the last until ", m->times);
        hw_time_put(b, in[m->last].e->at);
    }
    if (c->says.n > 0) {
        hw_buf_str(b, ". ");
        hw_buf_span_put(b, hw_span_cut(c->says, 0, SAYS_BYTES));
    }
    return hw_span_keep(j->s->q->a->arena, hw_buf_span(b));
}

static void show(struct joining *j, struct hw_finding *f, const struct in *in)
{
    const struct hw_correlation *form = &j->c->form;
    struct hw_buf *b = &j->words;
    hw_buf_clear(b);
    hw_time_put(b, in->e->at);
    hw_buf_str(b, ": ");
    hw_buf_span_put(b, hw_span_cut(in->of->title, 0, 200));
    if (in->e->host != 0) {
        hw_buf_str(b, ", host ");
        hw_buf_span_put(b, sigma_text_get(j->k, in->e->host));
    }
    if (form->type == HW_VALUE_COUNT) {
        hw_buf_str(b, ", ");
        hw_buf_span_put(b, form->field);
        hw_buf_char(b, ' ');
        hw_buf_span_put(b, hw_span_cut(sigma_text_get(j->k, value_of(j, in, form->field)), 0, 200));
    }
    hw_because_record(j->s->q->a->arena, &f->why, hw_span_keep(j->s->q->a->arena, hw_buf_span(b)),
                      j->logs[in->e->log].path, in->e->number, in->e->off);
}

/* The records that show it: the chain; or the first of each rule or value; or first and last. */
static void show_window(struct joining *j, struct hw_finding *f, const struct in *in,
                        const struct sigma_window *w, size_t last)
{
    size_t list[HW_CORRELATION_RULES], n = 0;
    const enum hw_correlation_type type = j->c->form.type;
    if (type == HW_TEMPORAL_ORDERED) {
        for (size_t i = last; n < HW_CORRELATION_RULES; i = w[i].before) {
            list[n++] = i;
            if (w[i].before == i) {
                break;
            }
        }
        for (; n > 0; n--) {
            show(j, f, &in[list[n - 1]]);
        }
        return;
    }
    for (size_t i = w[last].first; i <= last && n < SHOWN; i++) {
        bool known = type == HW_EVENT_COUNT && n >= FIRST_SHOWN && i != last;
        for (size_t k = 0; k < n && type != HW_EVENT_COUNT; k++) {
            known = known || in[list[k]].what == in[i].what;
        }
        if (!known) {
            list[n++] = i;
            show(j, f, &in[i]);
        }
    }
}

static struct hw_finding *find(struct joining *j, const struct in *in, const struct sigma_window *w,
                               const struct met *m)
{
    const struct sigma_correlation *c = j->c;
    const struct sigma_window *best = &w[m->best];
    struct hw_span none = {NULL, 0}, group;
    uint32_t host = in[m->best].e->host;
    struct hw_about about = {.kind = HW_ENTITY_INDICATOR,
                             .key = c->id.n > 0 ? c->id : c->title,
                             .path = c->title.n > 0 ? c->title : c->id,
                             .org = j->logs[in[m->best].e->log].org};
    for (size_t i = best->first; i <= m->best; i++) {
        host = lower(j, in[i].e->host) == lower(j, host) ? host : 0;
    }
    about.host = hw_span_keep(j->s->q->a->arena, sigma_text_get(j->k, host));
    hw_buf_clear(&j->words);
    put_group(&j->words, j, &in[m->best], true);
    hw_buf_char(&j->words, '\n');
    hw_buf_span_put(&j->words, sigma_text_get(j->k, in[m->best].e->scope));
    group = hw_span_keep(j->s->q->a->arena, hw_buf_span(&j->words));
    if (hw_entity_id_bytes(HW_ENTITY_INDICATOR, none, about.key, about.id, j->err) != HW_OK) {
        return NULL;
    }
    struct hw_finding *f = hw_find_about(j->s->q, "sigma-correlation", c->severity, c->confidence,
                                         &about, group, j->err);
    if (f != NULL) {
        hw_because(j->s->q->a->arena, &f->why, says(j, in, w, m), j->logs[in[m->best].e->log].path,
                   false, 0);
        show_window(j, f, in, w, m->best);
    }
    return f;
}

/* ---- one group ---- */

/* What a correlation that joins this one is given: the record that met it, with its fields. */
static void pass_on(struct joining *j, const struct in *in, const struct sigma_window *w,
                    size_t last, bool fresh)
{
    struct sigma_stream *s = &j->c->stream;
    struct sigma_event e = *in[last].e;
    size_t need = j->k->value_count + s->wanted_count;
    e.from = begins(in, w[last].first, last);
    e.fresh = fresh;
    e.values = (uint32_t)j->k->value_count;
    if (need > j->k->value_room) {
        size_t room = need * 2;
        uint32_t *p =
            room > UINT32_MAX ? NULL : reallocarray(j->k->values, room, sizeof *j->k->values);
        if (p == NULL) {
            s->left++;
            return;
        }
        j->k->values = p;
        j->k->value_room = room;
    }
    for (unsigned i = 0; i < s->wanted_count; i++) {
        j->k->values[e.values + i] = value_of(j, &in[last], s->wanted[i]);
    }
    if (sigma_stream_add(j->k, s, &e)) {
        j->k->value_count = need;
    }
}

static int judge_group(struct joining *j, const struct in *in, size_t n,
                       const struct sigma_point *p, struct sigma_window *w, size_t *said)
{
    size_t whats = j->c->form.type == HW_VALUE_COUNT ? j->k->text_count + 1 : j->c->form.rule_count;
    struct met m = {0, 0, 0};
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
    if (*said == GROUPS_SAID) {
        j->unsaid++;
        return HW_OK;
    }
    ++*said;
    return find(j, in, w, &m) != NULL ? HW_OK : j->err->code != HW_OK ? j->err->code : HW_E_MEMORY;
}

static int judge(struct joining *j)
{
    size_t said = 0;
    int rc = HW_OK;
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
        j->points[i] = (struct sigma_point){e->at, e->off, e->log, j->in[i].what};
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

static int say_gap(struct joining *j, const char *kind, bool needed, struct hw_span ask_for,
                   uint64_t n, const char *what)
{
    struct hw_span title = j->c->title.n > 0 ? j->c->title : j->c->id;
    if (n == 0) {
        return HW_OK;
    }
    return hw_gap_add(j->s->q, (struct hw_span){NULL, 0}, kind,
                      hw_words(j->s->q->a->arena, "correlation \"%.*s\": %" PRIu64 " %s",
                               (int)title.n, title.n > 0 ? (const char *)title.p : "", n, what),
                      ask_for, needed, j->err);
}

static int say_gaps(struct joining *j)
{
    bool capped = hw_correlation_is_capped(&j->c->form);
    int rc = say_gap(j, "correlation-untimed", true,
                     HW_SPAN_LIT("the logs in a form that states the time of each record"),
                     j->untimed, "records that its rules hold for have no time, and were left out");
    rc = rc != HW_OK ? rc
                     : say_gap(j, "correlation-cut", true,
                               HW_SPAN_LIT("narrower rules, or fewer logs in one case"), j->left,
                               capped ? "records are more than are kept of one rule, so that no "
                                        "count was compared"
                                      : "records are more than are kept of one rule, so that it "
                                        "may hold where nothing was found");
    rc = rc != HW_OK ? rc
                     : say_gap(j, "correlation-cut", true,
                               HW_SPAN_LIT("a correlation that holds more rarely"), j->unsaid,
                               "groups more meet it than are said");
    rc = rc != HW_OK
             ? rc
             : say_gap(j, "correlation-ungrouped", false,
                       HW_SPAN_LIT("look at what the records call these fields"), j->ungrouped,
                       "records that its rules hold for lack a field it groups by");
    return rc != HW_OK
               ? rc
               : say_gap(j, "correlation-ungrouped", false,
                         HW_SPAN_LIT("look at what the records call this field"), j->valueless,
                         "records that its rules hold for lack the field it counts");
}

/* Those that are not run, each with the reason. */
static int say_refused(struct joining *j)
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
    struct joining j = {.s = s, .k = k, .logs = logs, .err = err};
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
