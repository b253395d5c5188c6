/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/attribute_json.c -- who did it, as JSON: judgements, refusals, disagreements, names, claims,
 * gaps, a summary, one a line. A probability is a number between 0 and 1; its confidence is a field
 * of its own.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

static void place(struct hw_buf *b, struct hw_span path, uint64_t line)
{
    hw_json_text(b, "evidence", path);
    hw_buf_printf(b, ",\"record\":%llu", (unsigned long long)line);
}

static void lines(struct hw_buf *b, const char *key, const struct hw_why *y)
{
    hw_buf_printf(b, ",\"%s\":[", key);
    for (const char *between = ""; y != NULL; y = y->next, between = ",") {
        hw_buf_printf(b, "%s\"", between);
        hw_escape_put(b, y->says, HW_ESCAPE_JSON);
        hw_buf_char(b, '"');
    }
    hw_buf_char(b, ']');
}

static void basis(struct hw_buf *b, const struct hw_judgement *j)
{
    hw_buf_printf(b, ",\"start\":%d,\"sum\":%d,\"reached\":0.%02u,\"basis\":[", j->start, j->sum,
                  j->reached);
    for (const struct hw_share *s = j->shares; s != NULL; s = s->next) {
        hw_buf_str(b, s == j->shares ? "{" : ",{");
        hw_buf_printf(b, "\"kind\":\"%s\",", s->kind);
        hw_json_put(b, "says", s->what);
        hw_json_put(b, "by", s->by);
        hw_buf_printf(b, "\"weight\":%d,\"public\":%s,\"tested\":%s,", s->weight,
                      s->is_public ? "true" : "false", s->tested ? "true" : "false");
        hw_json_put_number(b, "independent", s->independent);
        hw_json_put(b, "because", hw_span_str(s->because));
        place(b, s->path, s->line);
        hw_buf_char(b, '}');
    }
    hw_buf_char(b, ']');
}

static void judgement(struct hw_buf *b, const struct hw_judgement *j)
{
    struct hw_buf says;
    hw_buf_init(&says, 16384);
    hw_buf_span_put(&says, j->about);
    hw_buf_str(&says, " and ");
    hw_buf_span_put(&says, j->other);
    hw_buf_str(&says, " were the work of one operator");
    hw_buf_printf(b, "{\"type\":\"judgement\",\"schema\":1,\"of\":\"%s\",", j->of);
    hw_json_put(b, "says", hw_buf_span(&says));
    hw_json_put(b, "about", j->about);
    hw_json_put(b, "other", j->other);
    hw_buf_printf(b, "\"probability\":0.%02u,\"word\":\"%s\",\"confidence\":\"%s\",", j->percent,
                  j->word->word, hw_confidence_word(j->confidence));
    hw_json_text(b, "confidence_because", j->confidence_because);
    basis(b, j);
    lines(b, "alternatives", j->alternatives);
    lines(b, "would_change", j->would_change);
    lines(b, "gaps", j->gaps);
    hw_buf_str(b, "}\n");
    hw_buf_done(&says);
}

static void refusal(struct hw_buf *b, const struct hw_judgement *j)
{
    hw_buf_printf(b, "{\"type\":\"refusal\",\"schema\":1,\"of\":\"%s\",", j->of);
    hw_json_put(b, "about", j->about);
    hw_json_put(b, "other", j->other);
    hw_json_put(b, "because", j->because);
    hw_json_text(b, "needs", j->needs);
    if (j->shares != NULL) {
        basis(b, j);
    }
    hw_buf_str(b, "}\n");
}

static void disagreement(struct hw_buf *b, const struct hw_disagreement *d)
{
    hw_buf_str(b, "{\"type\":\"disagreement\",\"schema\":1,");
    hw_json_put(b, "about", d->about);
    hw_json_put(b, "topic", d->topic);
    hw_json_put(b, "question", d->question);
    hw_json_put(b, "asks", d->asks);
    hw_json_put(b, "decided_by", d->decided_by);
    hw_buf_printf(b, "\"disputed\":%s,\"statements\":[", d->disputed ? "true" : "false");
    for (const struct hw_saying *s = d->each; s != NULL; s = s->next) {
        hw_buf_str(b, s == d->each ? "{" : ",{");
        hw_json_put(b, "says", s->value);
        hw_json_put(b, "by", s->by);
        hw_json_time(b, "on", s->on);
        hw_buf_char(b, ',');
        place(b, s->path, s->line);
        hw_buf_char(b, '}');
    }
    hw_buf_str(b, "]}\n");
}

static void claim(struct hw_buf *b, const struct hw_claim *x)
{
    hw_buf_str(b, "{\"type\":\"claim\",\"schema\":1,");
    hw_json_put(b, "about", x->about);
    hw_json_put(b, "topic", x->topic);
    hw_json_put(b, "says", x->says);
    hw_json_put(b, "value", x->value);
    hw_json_put(b, "names", x->names);
    hw_json_put(b, "by", x->by);
    hw_json_put(b, "title", x->title);
    hw_json_put(b, "url", x->url);
    hw_json_put(b, "rests_on", x->rests_on);
    hw_json_time(b, "on", x->on);
    hw_buf_char(b, ',');
    hw_json_put(b, "grade", x->grade);
    hw_buf_printf(b, "\"held\":\"%s\",", x->held);
    hw_json_put(b, "confidence", x->confidence);
    hw_json_put_number(b, "independent", x->independent);
    hw_json_put(b, "question", x->question);
    place(b, x->path, x->line);
    hw_buf_str(b, "}\n");
}

static void names(struct hw_buf *b, const struct hw_attribute_answer *a)
{
    for (const struct hw_names_apart *n = a->namings; n != NULL; n = n->next) {
        hw_buf_str(b, "{\"type\":\"naming\",\"schema\":1,");
        hw_json_put(b, "about", n->about);
        hw_json_put_number(b, "claims", n->claims);
        hw_json_put_number(b, "names", n->names);
        hw_buf_printf(b, "\"systems\":%llu}\n", (unsigned long long)n->systems);
    }
    for (const struct hw_alias *x = a->aliases; x != NULL; x = x->next) {
        hw_buf_str(b, "{\"type\":\"alias\",\"schema\":1,");
        hw_json_put(b, "name", x->name);
        hw_json_put(b, "who", x->who);
        hw_json_put(b, "who_id", x->who_id);
        hw_json_put(b, "source", x->source);
        place(b, x->path, x->line);
        hw_buf_str(b, "}\n");
    }
}

static void behaviour(struct hw_buf *b, const struct hw_behaviour_answer *x)
{
    hw_buf_str(b, "{\"type\":\"behaviour-compared\",\"schema\":1,");
    hw_json_put(b, "publisher", x->publisher);
    hw_json_put(b, "attack", x->id);
    hw_json_put(b, "publisher_says", x->said);
    hw_buf_printf(b, "\"named\":%s,", x->named ? "true" : "false");
    if (x->word != NULL) {
        hw_buf_printf(b, "\"probability\":0.%02u,\"word\":\"%s\",", x->percent, x->word->word);
    }
    hw_json_put(b, "because", x->because);
    hw_json_put_number(b, "asked", x->asked);
    hw_json_put_number(b, "known", x->known);
    hw_json_put_number(b, "groups", x->groups);
    hw_json_put_number(b, "left_out", x->left_out);
    hw_json_put_number(b, "unknown", x->unknown);
    hw_buf_str(b, "\"candidates\":[");
    for (const struct hw_behaved *c = x->candidates; c != NULL; c = c->next) {
        hw_buf_str(b, c == x->candidates ? "{" : ",{");
        hw_json_put(b, "id", c->id);
        hw_json_put(b, "name", c->name);
        hw_buf_printf(b, "\"z\":%.2f,", c->z);
        hw_json_put_number(b, "features", c->features);
        hw_json_put_number(b, "shared", c->shared);
        hw_json_put_number(b, "tools", c->tools);
        hw_json_text(b, "rarest", c->rarest);
        hw_buf_char(b, '}');
    }
    hw_buf_str(b, "]}\n");
}

static void summary(struct hw_buf *b, const struct hw_attribute_answer *a)
{
    hw_buf_str(b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"attribute\",");
    hw_json_put(b, "target", a->target);
    hw_json_put_number(b, "claims", a->claim_count);
    hw_json_put_number(b, "sources", a->source_count);
    hw_json_put_number(b, "links", a->link_count);
    hw_json_put_number(b, "judgements", a->spoken);
    hw_json_put_number(b, "refusals", a->refused);
    hw_json_put_number(b, "disputed", a->disputed);
    hw_json_put_number(b, "later", a->later);
    hw_json_time(b, "as_of", a->as_of);
    hw_buf_printf(b, ",\"exit\":%d}\n", a->exit_status);
}

int hw_tell_attribute_json(const struct hw_teller *t, const struct hw_attribute_answer *a,
                           struct hw_error *err)
{
    struct hw_stream s;
    hw_stream_begin(&s, t, err);
    for (const struct hw_judgement *j = a->judgements; j != NULL; j = j->next) {
        if (j->percent > 0) {
            judgement(&s.b, j);
        } else {
            refusal(&s.b, j);
        }
        hw_stream_line(&s);
    }
    if (a->behaviour != NULL) {
        behaviour(&s.b, a->behaviour);
    }
    for (const struct hw_disagreement *d = a->disagreements; d != NULL; d = d->next) {
        disagreement(&s.b, d);
        hw_stream_line(&s);
    }
    names(&s.b, a);
    for (const struct hw_claim *x = a->claims; x != NULL; x = x->next) {
        claim(&s.b, x);
        hw_stream_line(&s);
    }
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        hw_buf_str(&s.b, "{\"type\":\"gap\",\"schema\":1,\"kind\":\"attribute\",");
        hw_json_put(&s.b, "what", g->what);
        hw_buf_str(&s.b, "\"path\":\"\",");
        hw_json_text(&s.b, "ask_for", g->ask_for);
        hw_buf_printf(&s.b, ",\"needed\":%s,\"accepted\":false}\n",
                      a->exit_status == 0 ? "false" : "true");
        hw_stream_line(&s);
    }
    summary(&s.b, a);
    return hw_stream_end(&s);
}
