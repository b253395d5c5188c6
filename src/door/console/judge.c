/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/judge.c -- a decision of the person at the page: the only thing that the console
 * writes. It is logged as `judge`, and by whom, as the command does.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "case/log.h"
#include "door/console/room.h"
#include "evidence/json_walk.h"
#include "fact/id.h"

enum { BECAUSE_BYTES = 4096 };

struct decision {
    char id[20];
    bool accept;
    struct hw_buf because;
};

/* The body is one object of exactly these three members. */
static int read_body(struct hw_span body, struct decision *out, struct hw_error *err)
{
    static const char *const names[] = {"id", "says", "because"};
    struct hw_budget fuel = {UINT64_MAX, 64, 4};
    struct hw_buf value[3];
    struct hw_json_walk w;
    bool sound = true;
    for (int i = 0; i < 3; i++) {
        hw_buf_init(&value[i], HW_REQUEST_BODY);
    }
    hw_json_walk_init(&w, body, 0, &fuel);
    while (hw_json_walk_next(&w)) {
        int which = -1;
        for (int i = 0; i < 3; i++) {
            which = hw_span_is(w.key, names[i]) ? i : which;
        }
        sound = sound && which >= 0 && value[which].n == 0 && hw_json_walk_is(w.value, '"') &&
                hw_line_member(body, w.key, &value[which]);
    }
    struct hw_span id = hw_buf_span(&value[0]), says = hw_buf_span(&value[1]);
    sound = sound && w.fault == NULL && w.closed && id.n == 18 && hw_buf_text(&value[0]) != NULL &&
            hw_id_is(hw_buf_text(&value[0])) && (id.p[0] == 'f' || id.p[0] == 's') &&
            (hw_span_is(says, "accept") || hw_span_is(says, "reject"));
    struct hw_span because = hw_span_trim(hw_buf_span(&value[2]));
    int rc = HW_OK;
    if (!sound) {
        rc = hw_fail(err, HW_E_USAGE,
                     "give {\"id\":\"f-... or s-...\",\"says\":\"accept or reject\","
                     "\"because\":\"...\"}: the whole id of a finding or a step");
    } else if (because.n == 0 || because.n > BECAUSE_BYTES || !hw_utf8_valid(because) ||
               hw_span_find(because, 0) < because.n) {
        rc = hw_fail(err, HW_E_USAGE, "say why, in because, in at most %d bytes", BECAUSE_BYTES);
    } else {
        memcpy(out->id, id.p, 18);
        out->id[18] = 0;
        out->accept = hw_span_is(says, "accept");
        hw_buf_span_put(&out->because, because);
    }
    for (int i = 0; i < 3; i++) {
        hw_buf_done(&value[i]);
    }
    return rc;
}

static int log_it(struct hw_console *k, struct hw_case *w, const struct decision *d, int64_t now,
                  struct hw_error *err)
{
    struct hw_buf args;
    const char *const words[] = {"judge",
                                 d->id,
                                 d->accept ? "accept" : "reject",
                                 "--because",
                                 (const char *)d->because.p,
                                 "(through the console)"};
    hw_buf_init(&args, 2 * HW_REQUEST_BODY);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hw_buf_bytes(&args, words[i], strlen(words[i]) + 1);
    }
    struct hw_action a = {.at_ns = now,
                          .who = k->ask->who,
                          .version = k->ask->version,
                          .command = "judge",
                          .args = hw_buf_span(&args),
                          .policy = "",
                          .as_of_ns = HW_TIME_NONE};
    int rc = hw_case_log_append(w, &a, err);
    hw_buf_done(&args);
    return rc;
}

static int decide(struct hw_console *k, struct decision *d, struct hw_buf *out,
                  struct hw_error *err)
{
    HW_AUTO(hw_case) *w = NULL;
    int64_t now = hw_console_now();
    struct hw_case_open how = {.path = k->ask->case_path,
                               .mode = HW_CASE_WRITE,
                               .default_place = k->ask->default_place,
                               .must_exist = true,
                               .now_ns = now};
    const char *because = hw_buf_text(&d->because);
    int rc = because == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a decision")
                             : hw_case_open(&how, &w, err);
    rc = rc != HW_OK ? rc : log_it(k, w, d, now, err);
    rc = rc != HW_OK ? rc : hw_case_judge(w, d->id, d->accept, because, k->ask->who, now, err);
    rc = rc != HW_OK ? rc : hw_case_commit(w, err);
    if (rc == HW_OK) {
        hw_buf_printf(out, "{\"type\":\"decision\",\"schema\":1,\"id\":\"%s\",\"says\":\"%s\",",
                      d->id, d->accept ? "accept" : "reject");
        hw_json_put(out, "because", hw_buf_span(&d->because));
        hw_json_put(out, "by", hw_span_str(k->ask->who));
        hw_json_time(out, "at", now);
        hw_buf_str(out, "}\n");
    }
    return rc;
}

int hw_post_judge(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                  struct hw_error *err)
{
    struct decision d = {.accept = false};
    hw_buf_init(&d.because, 2 * BECAUSE_BYTES);
    int rc = read_body(q->body, &d, err);
    /* At the deep desk, so that no answer is under way that would not know of it. */
    bool sits = false;
    if (rc == HW_OK) {
        rc = hw_desk_take(&k->deep, err);
        sits = rc == HW_OK;
    }
    if (sits) {
        rc = decide(k, &d, &r->body, err);
        if (rc == HW_E_BUSY) {
            rc =
                hw_fail(err, HW_E_STATE, "another process writes the case: decide when it is done");
        }
        if (rc == HW_OK) {
            hw_console_change(k);
        }
        hw_desk_leave(&k->deep);
    }
    hw_buf_done(&d.because);
    return rc;
}
