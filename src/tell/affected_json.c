/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/affected_json.c -- machines and an advisory as JSON: assets, gaps, a summary, one a line.
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

static void asset(struct hw_buf *b, const struct hw_asset *x)
{
    hw_buf_printf(b, "{\"type\":\"asset\",\"schema\":1,\"id\":\"%s\",", x->id);
    hw_json_text(b, "host", x->host);
    hw_buf_char(b, ',');
    hw_json_text(b, "org", x->org);
    hw_buf_printf(b, ",\"state\":\"%s\",", hw_asset_state_word(x->state));
    hw_json_put_flag(b, "by_hash", x->by_hash);
    hw_json_put_flag(b, "by_version", x->by_version);
    hw_json_put_flag(b, "ran", x->ran);
    hw_json_put_flag(b, "contacted", x->contacted);
    hw_json_text(b, "lacks", x->lacks);
    hw_buf_char(b, ',');
    hw_json_why(b, x->why);
    hw_buf_str(b, "}\n");
}

void hw_json_why(struct hw_buf *b, const struct hw_why *why)
{
    hw_buf_str(b, "\"why\":[");
    for (const struct hw_why *y = why; y != NULL; y = y->next) {
        hw_buf_str(b, y == why ? "{" : ",{");
        hw_json_text(b, "says", y->says);
        hw_buf_char(b, ',');
        hw_json_text(b, "evidence", y->evidence);
        hw_buf_printf(b, ",\"record\":%llu}", (unsigned long long)y->record);
    }
    hw_buf_char(b, ']');
}

static void gap(struct hw_buf *b, const struct hw_lack *l, const char *question)
{
    hw_buf_printf(b, "{\"type\":\"gap\",\"schema\":1,\"kind\":\"%s\",", question);
    hw_json_text(b, "what", l->lacks);
    hw_buf_char(b, ',');
    hw_json_text(b, "ask_for", l->ask_for);
    hw_buf_printf(b, ",\"worth\":%llu,\"needed\":true,\"accepted\":false}\n",
                  (unsigned long long)l->machines);
}

void hw_json_assets(struct hw_stream *s, const struct hw_affected_answer *a, const char *question)
{
    for (const struct hw_asset *x = a->assets; x != NULL; x = x->next) {
        asset(&s->b, x);
        hw_stream_line(s);
    }
    for (const struct hw_lack *l = a->lacks; l != NULL; l = l->next) {
        gap(&s->b, l, question);
        hw_stream_line(s);
    }
}

void hw_json_states(struct hw_buf *b, const struct hw_affected_answer *a)
{
    hw_buf_str(b, "\"states\":{");
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        hw_buf_printf(b, "%s\"%s\":%llu", i == 0 ? "" : ",",
                      hw_asset_state_word((enum hw_asset_state)i), (unsigned long long)a->count[i]);
    }
    hw_buf_char(b, '}');
}

int hw_tell_affected_json(const struct hw_teller *t, const struct hw_affected_answer *a,
                          struct hw_error *err)
{
    struct hw_stream s;
    hw_stream_begin(&s, t, err);
    hw_json_assets(&s, a, "affected");
    hw_buf_str(&s.b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"affected\",");
    hw_json_text(&s.b, "advisory", a->title);
    hw_buf_char(&s.b, ',');
    hw_json_time(&s.b, "published", a->published);
    hw_buf_printf(&s.b,
                  ",\"hashes\":%llu,\"versions\":%llu,\"places\":%llu,\"unmatched\":%llu,"
                  "\"affected\":%llu,\"ran\":%llu,\"contacted\":%llu,\"files\":%llu",
                  (unsigned long long)a->hashes, (unsigned long long)a->versions,
                  (unsigned long long)a->places, (unsigned long long)a->unmatched,
                  (unsigned long long)a->affected, (unsigned long long)a->ran,
                  (unsigned long long)a->contacted, (unsigned long long)a->files);
    hw_buf_char(&s.b, ',');
    hw_json_states(&s.b, a);
    hw_buf_char(&s.b, ',');
    hw_json_time(&s.b, "as_of", a->as_of);
    hw_buf_printf(&s.b, ",\"exit\":%d}\n", a->exit_status);
    return hw_stream_end(&s);
}
