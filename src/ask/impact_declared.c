/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_declared.c -- what estates say of releases and deliveries, and what others counted.
 */
#include <string.h>

#include "ask/impacting.h"
#include "ask/products.h"
#include "ask/said.h"
#include "base/time.h"

struct declaring {
    struct impacting *x;
    struct declared_release **release_tail;
    struct declared_delivery **delivery_tail;
    struct hw_counted **count_tail;
};

static struct hw_span kept(struct impacting *x, const struct hw_said *s, const char *name)
{
    return hw_span_keep(x->a->arena, hw_said_get(s, name));
}

static int release(struct declaring *d, const struct hw_said *s)
{
    struct impacting *x = d->x;
    struct declared_release *r = hw_arena_alloc(x->a->arena, sizeof *r);
    if (r == NULL) {
        return impacting_no_memory(x);
    }
    *r = (struct declared_release){.org = kept(x, s, "org"),
                                   .name = kept(x, s, "name"),
                                   .version = kept(x, s, "version"),
                                   .built_on = kept(x, s, "built_on"),
                                   .published = s->time_ns,
                                   .path = hw_span_keep(x->a->arena, s->path),
                                   .line = s->line,
                                   .off = s->off};
    r->plain = hw_plain_name(x->a->arena, r->name);
    *d->release_tail = r;
    d->release_tail = &r->next;
    bool kept_both =
        r->plain != NULL && names_put(x->a->arena, &x->said_releases, r->name, r->version, r);
    return kept_both ? HW_OK : impacting_no_memory(x);
}

static int delivery(struct declaring *d, const struct hw_said *s)
{
    struct impacting *x = d->x;
    struct declared_delivery *v = hw_arena_alloc(x->a->arena, sizeof *v);
    if (v == NULL) {
        return impacting_no_memory(x);
    }
    *v = (struct declared_delivery){.release = kept(x, s, "release"),
                                    .version = kept(x, s, "version"),
                                    .to = kept(x, s, "to"),
                                    .at = s->time_ns,
                                    .path = hw_span_keep(x->a->arena, s->path),
                                    .line = s->line,
                                    .off = s->off};
    v->plain = hw_plain_name(x->a->arena, v->release);
    *d->delivery_tail = v;
    d->delivery_tail = &v->next;
    return v->plain == NULL ? impacting_no_memory(x) : HW_OK;
}

static int count(struct declaring *d, const struct hw_said *s)
{
    struct impacting *x = d->x;
    struct hw_counted *c = hw_arena_alloc(x->a->arena, sizeof *c);
    uint64_t value;
    if (c == NULL) {
        return impacting_no_memory(x);
    }
    if (!hw_span_u64(hw_said_get(s, "value"), &value)) {
        return HW_OK; /* the reader takes nothing but numbers */
    }
    *c = (struct hw_counted){.about = kept(x, s, "about"),
                             .of = kept(x, s, "of"),
                             .unit = kept(x, s, "unit"),
                             .limit = kept(x, s, "limit"),
                             .observer = kept(x, s, "observer"),
                             .source = kept(x, s, "source"),
                             .value = value,
                             .from = hw_said_time(s, "from"),
                             .until = hw_said_time(s, "until"),
                             .on = s->time_ns};
    hw_because_record(x->a->arena, &c->why, hw_words(x->a->arena, "as an estate repeats it"),
                      hw_span_keep(x->a->arena, s->path), s->line, s->off);
    *d->count_tail = c;
    d->count_tail = &c->next;
    return HW_OK;
}

static int one(void *state, const struct hw_said *s)
{
    struct declaring *d = state;
    if (s->time_ns != HW_TIME_NONE && s->time_ns > d->x->ask->as_of) {
        return HW_OK;
    }
    return strcmp(s->list, "release") == 0      ? release(d, s)
           : strcmp(s->list, "delivery") == 0   ? delivery(d, s)
           : strcmp(s->list, "said-count") == 0 ? count(d, s)
                                                : HW_OK;
}

int impact_declared(struct impacting *x)
{
    struct declaring d = {.x = x,
                          .release_tail = &x->declared,
                          .delivery_tail = &x->deliveries,
                          .count_tail = &x->a->counts};
    return hw_said(x->c, one, &d, x->err);
}
