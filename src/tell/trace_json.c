/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/trace_json.c -- a chain as JSON: steps, crossings, roots, gaps, and a summary, one a line.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

static void end(struct hw_buf *b, const char *key, const struct hw_end *e)
{
    hw_buf_printf(b, "\"%s\":{\"id\":\"%s\",\"kind\":\"%s\",", key, e->id, e->kind);
    hw_json_text(b, "key", e->key);
    hw_buf_char(b, ',');
    hw_json_text(b, "name", e->name);
    if (e->native.n > 0) {
        hw_buf_char(b, ',');
        hw_json_text(b, "native", e->native);
    }
    hw_buf_char(b, ',');
    hw_json_text(b, "host", e->host);
    hw_buf_char(b, ',');
    hw_json_text(b, "org", e->org);
    hw_buf_char(b, '}');
}

static int64_t bound(int64_t t)
{
    return t <= HW_TIME_MIN || t == HW_TIME_MAX ? HW_TIME_NONE : t;
}

static void ways(struct hw_buf *b, uint32_t bits)
{
    hw_buf_str(b, "\"ways\":[");
    for (unsigned i = 0, said = 0; i < 32; i++) {
        if ((bits >> i & 1U) != 0) {
            hw_buf_printf(b, "%s%u", said++ == 0 ? "" : ",", i);
        }
    }
    hw_buf_char(b, ']');
}

void hw_json_step(struct hw_buf *b, const struct hw_step *s)
{
    int64_t lo = bound(s->lo), hi = bound(s->hi);
    hw_buf_printf(b, "{\"type\":\"step\",\"schema\":1,\"n\":%u,\"id\":\"%s\",", s->n, s->id);
    hw_json_time(b, "time",
                 lo == HW_TIME_NONE || hi == HW_TIME_NONE ? HW_TIME_NONE : lo / 2 + hi / 2);
    hw_buf_char(b, ',');
    hw_json_time(b, "time_lo", lo);
    hw_buf_char(b, ',');
    hw_json_time(b, "time_hi", hi);
    hw_buf_char(b, ',');
    end(b, "from", &s->from);
    hw_buf_printf(b, ",\"verb\":\"%s\",", s->verb);
    end(b, "to", &s->to);
    hw_buf_char(b, ',');
    ways(b, s->ways);
    hw_buf_printf(b, ",\"class\":\"%s\",\"why\":\"%s\",\"part\":\"%s\",\"lost_across\":%s,",
                  s->known, s->why,
                  s->context   ? "context"
                  : s->forward ? "after"
                  : s->run     ? "run"
                               : "before",
                  s->lost_across ? "true" : "false");
    if (s->judged != NULL) {
        hw_buf_printf(b, "\"judged\":\"%s\",", s->judged);
        hw_json_text(b, "judged_because", s->judged_because);
        hw_buf_char(b, ',');
    }
    if (s->benign.n > 0) {
        hw_json_text(b, "benign", s->benign);
        hw_buf_char(b, ',');
    }
    hw_buf_str(b, "\"evidence\":[");
    for (const struct hw_place_said *p = s->places; p != NULL; p = p->next) {
        hw_buf_str(b, p == s->places ? "{" : ",{");
        hw_json_text(b, "file", p->file);
        hw_buf_printf(b, ",\"record\":%llu,\"offset\":%llu}", (unsigned long long)p->record,
                      (unsigned long long)p->off);
    }
    hw_buf_str(b, "]}\n");
}

static void lines(struct hw_stream *o, const struct hw_trace_answer *a)
{
    struct hw_buf *b = &o->b;
    for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
        hw_json_step(b, s);
        hw_stream_line(o);
    }
    for (const struct hw_crossing *c = a->crossings; c != NULL; c = c->next) {
        hw_buf_str(b, "{\"type\":\"crossing\",\"schema\":1,");
        hw_json_text(b, "from_org", c->from_org);
        hw_buf_char(b, ',');
        hw_json_text(b, "to_org", c->to_org);
        hw_buf_char(b, ',');
        hw_json_text(b, "release", c->release);
        hw_buf_char(b, ',');
        end(b, "over", &c->over);
        hw_buf_str(b, "}\n");
        hw_stream_line(o);
    }
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        hw_buf_str(b, "{\"type\":\"root\",\"schema\":1,");
        end(b, "at", &r->at);
        hw_buf_printf(b, ",\"observed\":%s,\"principal\":%s,\"cost\":%u,",
                      r->observed ? "true" : "false", r->principal ? "true" : "false", r->cost);
        ways(b, r->ways);
        hw_buf_char(b, ',');
        hw_json_time(b, "not_before", bound(r->before));
        hw_buf_char(b, ',');
        hw_json_text(b, "says", r->says);
        hw_buf_str(b, "}\n");
        hw_stream_line(o);
    }
    for (const struct hw_unseen *m = a->missing; m != NULL; m = m->next) {
        hw_buf_str(b, "{\"type\":\"gap\",\"schema\":1,\"kind\":\"trace\",");
        hw_json_text(b, "what", m->what);
        hw_buf_char(b, ',');
        hw_json_time(b, "from", bound(m->from));
        hw_buf_char(b, ',');
        hw_json_time(b, "to", bound(m->to));
        hw_buf_char(b, ',');
        hw_json_text(b, "ask_for", m->ask_for);
        hw_buf_printf(b, ",\"worth\":%u,\"needed\":false,\"accepted\":false}\n", m->worth);
        hw_stream_line(o);
    }
}

/* What an analyst rejected, and what the answer was with it. */
static void rejected(struct hw_buf *b, const struct hw_trace_answer *a)
{
    const struct hw_trace_answer *first = a;
    unsigned n = 0;
    hw_buf_str(b, ",\"rejected\":[");
    for (const struct hw_trace_answer *x = a->with; x != NULL; x = x->with) {
        for (const struct hw_step *s = x->steps; s != NULL; s = s->next) {
            if (hw_is_rejected(s->judged)) {
                hw_buf_printf(b, "%s\"%s\"", n++ > 0 ? "," : "", s->id);
            }
        }
        first = x;
    }
    hw_buf_str(b, "]");
    if (a->with != NULL) {
        hw_buf_printf(b, ",\"with_rejected\":{\"steps\":%u,\"roots\":[", first->step_count);
        for (const struct hw_root *r = first->roots; r != NULL; r = r->next) {
            hw_buf_printf(b, "%s\"%s\"", r == first->roots ? "" : ",", r->at.id);
        }
        hw_buf_str(b, "]}");
    }
    hw_buf_char(b, ',');
}

int hw_tell_trace_json(const struct hw_teller *t, const struct hw_trace_answer *a,
                       struct hw_error *err)
{
    struct hw_stream o;
    hw_stream_begin(&o, t, err);
    lines(&o, a);
    hw_buf_str(&o.b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"trace\",");
    end(&o.b, "target", &a->target);
    hw_buf_printf(&o.b,
                  ",\"steps\":%u,\"observed\":%u,\"keyed\":%u,\"inferred\":%u,\"claimed\":%u,"
                  "\"hosts\":%u,\"organisations\":%u,\"expanded\":%llu,\"left\":%llu,"
                  "\"things\":%llu,\"edges\":%llu,\"cut\":[",
                  a->step_count, a->by_known[0], a->by_known[1], a->by_known[2], a->by_known[3],
                  a->host_count, a->org_count, (unsigned long long)a->expanded,
                  (unsigned long long)a->left, (unsigned long long)a->things,
                  (unsigned long long)a->edges);
    for (const struct hw_step *s = a->cut; s != NULL; s = s->next) {
        hw_buf_printf(&o.b, "%s\"%s\"", s == a->cut ? "" : ",", s->id);
    }
    hw_buf_str(&o.b, "]");
    rejected(&o.b, a);
    hw_json_time(&o.b, "as_of", a->as_of);
    hw_buf_printf(&o.b, ",\"exit\":%d}\n", a->exit_status);
    return hw_stream_end(&o);
}
