/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/collect.c -- the second pass: each record once, each of its happenings to its own list.
 *
 * The same record by two roads (an EVTX file and its JSON export, overlapping exports) is known by
 * host, channel, record number and event; a record without a number by all that its parser gave and
 * how often it came before in its log.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "derive/room.h"
#include "fact/record.h"

static bool seen_same(struct world *w, uint32_t i, const void *key)
{
    return *AT(uint64_t, &w->seen_keys, i) == *(const uint64_t *)key;
}

static uint64_t seen_hash(struct world *w, uint32_t i)
{
    return *AT(uint64_t, &w->seen_keys, i);
}

static uint64_t mix_span(uint64_t h, struct hw_span s)
{
    return world_hash(s.p, s.n, h);
}

static text_id channel_of(struct world *w, const struct hw_bound *b, const struct hw_span *values)
{
    return text_lower(w, hw_bound_get(b, HW_ROLE_CHANNEL, values));
}

/* A number that stands for the record whatever road it came by; 0: none. */
static uint64_t record_key(struct world *w, uint32_t host, struct hw_span source,
                           struct hw_span event, text_id channel, const struct hw_record *r)
{
    uint64_t h = mix_span(mix_span(host, source), event);
    if (r->number != 0 && channel != 0 && hw_span_is(source, "windows")) {
        uint64_t k[2] = {r->number, channel};
        return world_hash(k, sizeof k, h) | 1;
    }
    for (size_t i = 0; i < r->count; i++) {
        h = mix_span(h, r->values[i]);
    }
    uint64_t k[2] = {(uint64_t)r->time_ns, hw_span_is(source, "strace") ? r->number : 0};
    (void)w;
    return world_hash(k, sizeof k, h) | 1;
}

/* The event of this record; *first false when it came before by another road. */
static uint32_t event_of(struct world *w, uint32_t log, uint64_t key, const struct hw_record *r,
                         uint32_t host, text_id channel, bool *first)
{
    uint32_t *slot = table_find(w, &w->seen, key, seen_same, &key, seen_hash);
    if (slot == NULL) {
        return 0;
    }
    if (*slot != 0) {
        uint32_t e = *slot;
        struct event *was = AT(struct event, &w->events, e);
        if (was->log != log || was->off != r->off) {
            uint32_t a = vec_add(w, &w->alsos);
            if (a != 0) {
                was = AT(struct event, &w->events, e);
                *AT(struct also, &w->alsos, a) = (struct also){was->also, log, r->number, r->off};
                was->also = a;
            }
        }
        *first = false;
        return e;
    }
    uint32_t e = vec_add(w, &w->events), s = vec_add(w, &w->seen_keys);
    if (e == 0 || s != e) { /* both lists grow here and nowhere else */
        return 0;
    }
    *AT(struct event, &w->events, e) = (struct event){
        .log = log, .channel = channel, .host = host, .number = r->number, .off = r->off};
    *AT(uint64_t, &w->seen_keys, e) = key;
    *slot = e;
    w->seen.used++;
    *first = true;
    return e;
}

static void take(struct world *w, uint32_t log, struct hw_span source, struct hw_span event,
                 const struct hw_record *r, const struct hw_bound *bounds, size_t count)
{
    const struct log *l = AT(struct log, &w->logs, log);
    bool first = true, any = false;
    uint32_t e = 0;
    for (size_t i = 0; i < count && first; i++) {
        const struct hw_bound *b = &bounds[i];
        if (!hw_bound_holds(b, r->values)) {
            continue;
        }
        struct hw_span name = hw_bound_get(b, HW_ROLE_HOST, r->values);
        uint32_t host = host_of(w, l->scope, name.n > 0 ? name : text_span(w, l->host));
        if (!any) {
            text_id channel = channel_of(w, b, r->values);
            e = event_of(w, log, record_key(w, host, source, event, channel, r), r, host, channel,
                         &first);
            w->told->twice += !first;
            any = true;
        }
        if (!first || e == 0) {
            return;
        }
        struct moment t = clock_of(w->clocks, log, host, source, event, r, b);
        struct found f = {.bound = b,
                          .values = r->values,
                          .event = event,
                          .log = log,
                          .scope = l->scope,
                          .at = {t.lo, t.hi, e, host, t.t}};
        AT(struct event, &w->events, e)->at = t.lo;
        if (b->kind != HW_HAPPENED_INSTALLED || name.n == 0) { /* an inventory names others */
            host_saw(w, host, t.lo, t.hi);
        }
        collect_one(w, &f);
    }
}

static void take_lost(struct world *w, uint32_t log, const struct hw_fact *f)
{
    const struct log *l = AT(struct log, &w->logs, log);
    struct hw_span what = hw_fact_get(f, HW_LOST_WHAT);
    if (l->tells && (hw_span_is(what, "missing") || hw_span_is(what, "locked"))) {
        return; /* its records have said so already, and of which machine */
    }
    uint32_t i = vec_add(w, &w->gaps);
    if (i == 0) {
        return;
    }
    struct gap g = {.what = text_of(w, what),
                    .log = l->path,
                    .says = text_of(w, hw_fact_get(f, HW_LOST_SAYS)),
                    .host = host_of(w, l->scope, text_span(w, l->host)),
                    .from = HW_TIME_NONE,
                    .to = HW_TIME_NONE,
                    .count = hw_fact_get_u64(f, HW_LOST_COUNT)};
    *AT(struct gap, &w->gaps, i) = g;
}

int collect(struct world *w)
{
    static const struct read_pass pass = {.record = take, .lost = take_lost};
    int rc = read_all(w, &pass);
    world_forget_seen(w);
    for (uint32_t i = 1; i < w->logs.count; i++) {
        w->told->records += AT(struct log, &w->logs, i)->records;
    }
    w->told->logs = w->logs.count - 1;
    return rc;
}
