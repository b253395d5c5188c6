/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/impact_json.c -- an impact as JSON, one object a line.
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

static void open_line(struct hw_buf *b, const char *type)
{
    hw_buf_printf(b, "{\"type\":\"%s\",\"schema\":1,", type);
}

static void close_line(struct hw_buf *b, const struct hw_why *why)
{
    hw_json_why(b, why);
    hw_buf_str(b, "}\n");
}

static void held(struct hw_buf *b, const struct hw_held *h)
{
    open_line(b, "held");
    hw_buf_printf(b, "\"id\":\"%s\",\"kind\":\"%s\",", h->id, h->kind);
    hw_json_put(b, "name", h->name);
    hw_json_put(b, "org", h->org);
    hw_json_put_time(b, "since", h->since);
    hw_json_put_flag(b, "shown", h->shown);
    hw_json_put_flag(b, "ran", h->ran);
    close_line(b, h->why);
}

static void release(struct hw_buf *b, const struct hw_risky *r)
{
    open_line(b, "release");
    hw_json_put(b, "org", r->org);
    hw_json_put(b, "name", r->name);
    hw_json_put(b, "version", r->version);
    hw_buf_printf(b, "\"risk\":\"%s\",", hw_risk_word(r->risk));
    hw_json_put_time(b, "published", r->published);
    close_line(b, r->why);
}

static void product(struct hw_buf *b, const struct hw_product *p)
{
    open_line(b, "product");
    hw_json_put(b, "name", p->name);
    hw_json_put(b, "version", p->version);
    hw_json_put(b, "via", p->via);
    hw_json_put_number(b, "depth", p->depth);
    hw_json_put_flag(b, "direct", p->depth == 1);
    close_line(b, p->why);
}

static void receiver(struct hw_buf *b, const struct hw_receiver *r)
{
    open_line(b, "receiver");
    hw_json_put(b, "org", r->org);
    hw_json_put(b, "product", r->product);
    hw_json_put_number(b, "depth", r->depth);
    hw_json_put_flag(b, "direct", r->depth == 0);
    hw_json_put_flag(b, "at_risk", r->at_risk);
    hw_json_put_time(b, "at", r->at);
    close_line(b, r->why);
}

static void count(struct hw_buf *b, const struct hw_counted *c)
{
    open_line(b, "count");
    hw_json_put(b, "of", c->of);
    hw_json_put(b, "unit", c->unit);
    hw_json_put(b, "observer", c->observer);
    hw_json_put(b, "limit", c->limit.n > 0 ? c->limit : hw_span_str("exactly"));
    hw_json_put_number(b, "value", c->value);
    hw_json_put(b, "source", c->source);
    hw_json_put_time(b, "from", c->from);
    hw_json_put_time(b, "until", c->until);
    hw_json_put_time(b, "on", c->on);
    hw_json_put_flag(b, "ours", c->ours);
    close_line(b, c->why);
}

static void refusal(struct hw_buf *b, const struct hw_refused *r)
{
    open_line(b, "refusal");
    hw_json_put(b, "of", r->of);
    hw_json_put(b, "because", r->because);
    hw_json_text(b, "needs", r->needs);
    hw_buf_str(b, "}\n");
}

static void estimate(struct hw_buf *b, const struct hw_estimated *e)
{
    open_line(b, "estimate");
    hw_json_put(b, "of", e->of);
    hw_buf_printf(b, "\"method\":\"%s\",\"n\":%.1f,\"lo\":%.1f,\"hi\":%.1f,", e->method, e->n,
                  e->lo, e->hi);
    hw_json_put(b, "says", e->says);
    hw_buf_str(b, "\"assumes\":[");
    for (size_t i = 0; e->assumes[i] != NULL; i++) {
        hw_buf_str(b, i > 0 ? "," : "");
        hw_buf_char(b, '"');
        hw_escape_put(b, hw_span_str(e->assumes[i]), HW_ESCAPE_JSON);
        hw_buf_char(b, '"');
    }
    hw_buf_str(b, "]}\n");
}

static void sight(struct hw_buf *b, const struct hw_seen_org *o)
{
    open_line(b, "visibility");
    hw_json_text(b, "org", o->org);
    for (int k = 0; k < HW_SIGHT_KINDS; k++) {
        hw_buf_printf(b, ",\"%s\":\"%s\"", hw_sight_kind_word((enum hw_sight_kind)k),
                      hw_sight_word(o->sight[k]));
    }
    hw_buf_str(b, "}\n");
}

static void to_do(struct hw_buf *b, const struct hw_to_do *d)
{
    open_line(b, "measure");
    hw_buf_printf(b, "\"do\":\"%s\",", d->verb);
    hw_json_put(b, "what", d->what);
    hw_json_text(b, "because", d->because);
    hw_buf_str(b, "}\n");
}

static void summary(struct hw_buf *b, const struct hw_impact_answer *a)
{
    hw_buf_str(b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"impact\",");
    hw_buf_printf(b, "\"target\":{\"kind\":\"%s\",\"id\":\"%s\",", a->target.kind, a->target.id);
    hw_json_text(b, "key", a->target.key);
    hw_buf_str(b, "},");
    hw_json_put_time(b, "since", a->since);
    hw_json_put_number(b, "bytes", a->bytes);
    if (a->machines != NULL) {
        hw_json_put_number(b, "affected", a->machines->affected);
        hw_json_put_number(b, "ran", a->machines->ran);
        hw_json_put_number(b, "contacted", a->machines->contacted);
        hw_json_states(b, a->machines);
        hw_buf_char(b, ',');
    }
    hw_buf_printf(b, "\"held\":{\"hosts\":%llu,\"accounts\":%llu,\"keys\":%llu},",
                  (unsigned long long)a->held_count[0], (unsigned long long)a->held_count[1],
                  (unsigned long long)a->held_count[2]);
    hw_buf_str(b, "\"releases\":{");
    for (int i = 0; i < HW_RISK_COUNT; i++) {
        hw_buf_printf(b, "%s\"%s\":%llu", i == 0 ? "" : ",", hw_risk_word((enum hw_risk)i),
                      (unsigned long long)a->risk_count[i]);
    }
    hw_buf_str(b, "},");
    hw_json_put_number(b, "products_at_risk", a->products_at_risk);
    hw_json_put_number(b, "other_bytes", a->other_bytes);
    hw_json_put_number(b, "direct", a->direct);
    hw_json_put_number(b, "transitive", a->transitive);
    hw_json_put_number(b, "receivers_at_risk", a->receivers_at_risk);
    hw_json_put_time(b, "as_of", a->as_of);
    hw_buf_printf(b, "\"exit\":%d}\n", a->exit_status);
}

int hw_tell_impact_json(const struct hw_teller *t, const struct hw_impact_answer *a,
                        struct hw_error *err)
{
    struct hw_stream s;
    hw_stream_begin(&s, t, err);
    if (a->machines != NULL) {
        hw_json_assets(&s, a->machines, "impact");
    }
    for (const struct hw_held *h = a->held; h != NULL; h = h->next) {
        held(&s.b, h);
        hw_stream_line(&s);
    }
    for (const struct hw_risky *r = a->releases; r != NULL; r = r->next) {
        release(&s.b, r);
        hw_stream_line(&s);
    }
    for (const struct hw_product *p = a->products; p != NULL; p = p->next) {
        product(&s.b, p);
        hw_stream_line(&s);
    }
    for (const struct hw_receiver *r = a->receivers; r != NULL; r = r->next) {
        receiver(&s.b, r);
        hw_stream_line(&s);
    }
    for (const struct hw_counted *c = a->counts; c != NULL; c = c->next) {
        count(&s.b, c);
        hw_stream_line(&s);
    }
    for (const struct hw_estimated *e = a->estimates; e != NULL; e = e->next) {
        estimate(&s.b, e);
        hw_stream_line(&s);
    }
    for (const struct hw_refused *r = a->refused; r != NULL; r = r->next) {
        refusal(&s.b, r);
        hw_stream_line(&s);
    }
    for (const struct hw_seen_org *o = a->sights; o != NULL; o = o->next) {
        sight(&s.b, o);
        hw_stream_line(&s);
    }
    for (const struct hw_to_do *d = a->to_do; d != NULL; d = d->next) {
        to_do(&s.b, d);
        hw_stream_line(&s);
    }
    summary(&s.b, a);
    return hw_stream_end(&s);
}
