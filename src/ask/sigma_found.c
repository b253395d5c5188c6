/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_found.c -- a correlation that was met, in words: which values, how many records or
 * values, from when to when, and the records that show it.
 */
#include <inttypes.h>

#include "ask/sigma_joining.h"
#include "base/time.h"

enum { SHOWN = 8, FIRST_SHOWN = 2, SAYS_BYTES = 600 };

uint32_t sigma_value_of(const struct sigma_joining *j, const struct sigma_in *in,
                        struct hw_span name)
{
    struct hw_span field = hw_correlation_field(&j->c->form, in->slot, name);
    for (unsigned i = 0; i < in->of->wanted_count; i++) {
        if (hw_span_equal_nocase(in->of->wanted[i], field)) {
            return j->k->values[in->e->values + i];
        }
    }
    return 0;
}

uint32_t sigma_lower(const struct sigma_joining *j, uint32_t text)
{
    return text == 0 ? 0 : j->k->texts[text - 1].lower;
}

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

static void put_count(struct hw_buf *b, const struct sigma_joining *j, const struct sigma_window *w,
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
static void put_group(struct hw_buf *b, const struct sigma_joining *j, const struct sigma_in *in,
                      bool small)
{
    for (unsigned g = 0; g < j->c->form.group_count; g++) {
        uint32_t n = sigma_value_of(j, in, j->c->form.groups[g]);
        struct hw_span v = hw_span_cut(sigma_text_get(j->k, small ? sigma_lower(j, n) : n), 0, 200);
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

static struct hw_span says(struct sigma_joining *j, const struct sigma_in *in,
                           const struct sigma_window *w, const struct sigma_met *m)
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
    put_times(b, best->from, in[m->best].e->at);
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

static void show(struct sigma_joining *j, struct hw_finding *f, const struct sigma_in *in)
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
        hw_buf_span_put(
            b, hw_span_cut(sigma_text_get(j->k, sigma_value_of(j, in, form->field)), 0, 200));
    }
    hw_because_record(j->s->q->a->arena, &f->why, hw_span_keep(j->s->q->a->arena, hw_buf_span(b)),
                      j->logs[in->e->log].path, in->e->number, in->e->off);
}

/* The records that show it: the chain; or the first of each rule or value; or first and last. */
static void show_window(struct sigma_joining *j, struct hw_finding *f, const struct sigma_in *in,
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

struct hw_finding *sigma_found(struct sigma_joining *j, const struct sigma_in *in,
                               const struct sigma_window *w, const struct sigma_met *m)
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
        host = sigma_lower(j, in[i].e->host) == sigma_lower(j, host) ? host : 0;
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
