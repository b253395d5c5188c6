/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/api.c -- headwater.h, from the same pieces as the command line.
 */
#include "headwater.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ask/hunt.h"
#include "ask/verify.h"
#include "base/grow.h"
#include "case/case.h"
#include "case/cursor.h"
#include "derive/derive.h"
#include "door/intake/intake.h"
#include "tell/tell.h"

_Static_assert(HEADWATER_E_PEER == (int)HW_E_PEER && HEADWATER_E_SPACE == (int)HW_E_SPACE,
               "the public codes are the inner ones");

struct headwater_case {
    struct hw_case *c;
};

static int give(struct headwater_error *error, const struct hw_error *err, int rc)
{
    if (error != NULL && rc < 0) {
        error->code = rc;
        (void)snprintf(error->text, sizeof error->text, "%s", err->text);
    }
    return rc;
}

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

const char *headwater_version(void)
{
    return HW_VERSION;
}

int headwater_case_open(const char *path, struct headwater_case **out,
                        struct headwater_error *error)
{
    struct hw_error err = {.code = HW_OK};
    if (out == NULL) {
        return give(error, &err, hw_fail(&err, HW_E_USAGE, "there is no place for the case"));
    }
    struct headwater_case *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return give(error, &err, hw_fail(&err, HW_E_MEMORY, "no memory"));
    }
    struct hw_case_open how = {
        .path = path, .mode = path == NULL ? HW_CASE_PRIVATE : HW_CASE_WRITE, .now_ns = now_ns()};
    int rc = hw_case_open(&how, &h->c, &err);
    if (rc != HW_OK) {
        free(h);
        return give(error, &err, rc);
    }
    *out = h;
    return HEADWATER_OK;
}

void headwater_case_close(struct headwater_case *c)
{
    if (c != NULL) {
        hw_case_free(c->c);
        free(c);
    }
}

/* What reading met, as targets of the question behind it. */
struct reading {
    struct hw_arena *arena;
    struct hw_target *targets;
    struct hw_missing *missing;
    size_t count, room, missing_count, missing_room;
    bool gaps;
};

static int event(void *state, const struct hw_intake_event *e, struct hw_error *err)
{
    struct reading *r = state;
    struct hw_span path = {hw_arena_copy(r->arena, e->path), e->path.n};
    bool unread = e->what == HW_INTAKE_UNREAD;
    int rc = unread
                 ? HW_GROW_IN(r->arena, r->missing, r->missing_count, r->missing_room, HW_GROW_MOST)
                 : HW_GROW_IN(r->arena, r->targets, r->count, r->room, HW_GROW_MOST);
    if (path.p == NULL || rc != HW_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for what was read");
    }
    if (unread) {
        /* links, pipes and devices are how a tree is, and no gap unless they were asked about */
        bool harmless =
            !e->named && (strcmp(e->word, "symlink") == 0 || strcmp(e->word, "fifo") == 0 ||
                          strcmp(e->word, "socket") == 0 || strcmp(e->word, "device") == 0);
        size_t n = strlen(e->says);
        struct hw_span says = {
            hw_arena_copy(r->arena, (struct hw_span){(const uint8_t *)e->says, n}), n};
        r->missing[r->missing_count++] = (struct hw_missing){path, e->word, says, !harmless};
        r->gaps = r->gaps || !harmless;
    } else {
        memcpy(r->targets[r->count].evidence, e->sha256, 32);
        r->targets[r->count++].path = path;
        r->gaps = r->gaps || e->what == HW_INTAKE_REFUSED;
    }
    return HW_OK;
}

static int read_into(struct headwater_case *c, enum hw_class asked, const char *path,
                     struct reading *r, struct hw_error *err)
{
    struct hw_intake_report report;
    struct hw_intake_options o = {.c = c->c,
                                  .asked = asked,
                                  .scope = "",
                                  .host = "",
                                  .know_certificates = asked == HW_CLASS_KNOWLEDGE,
                                  .event = event,
                                  .state = r};
    r->arena = hw_arena_new((size_t)256 << 20);
    if (r->arena == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory");
    }
    return hw_intake(&o, &path, 1, &report, err);
}

static int only_read(struct headwater_case *c, enum hw_class asked, const char *path,
                     struct headwater_error *error)
{
    struct hw_error err = {.code = HW_OK};
    if (c == NULL || path == NULL) {
        return give(error, &err, hw_fail(&err, HW_E_USAGE, "a case and a path are needed"));
    }
    struct reading r = {.arena = NULL};
    int rc = read_into(c, asked, path, &r, &err);
    hw_arena_free(r.arena);
    return rc != HW_OK ? give(error, &err, rc) : r.gaps ? HEADWATER_UNKNOWN : HEADWATER_FINE;
}

int headwater_scan(struct headwater_case *c, const char *path, struct headwater_error *error)
{
    return only_read(c, HW_CLASS_ARTIFACT, path, error);
}

int headwater_learn(struct headwater_case *c, const char *path, struct headwater_error *error)
{
    return only_read(c, HW_CLASS_KNOWLEDGE, path, error);
}

struct taker {
    headwater_line take;
    void *state;
};

static int put(void *state, struct hw_span bytes, struct hw_error *err)
{
    struct taker *t = state;
    return t->take(t->state, (const char *)bytes.p, bytes.n) == 0
               ? HW_OK
               : hw_fail(err, HW_E_STOPPED, "the caller stopped the answer");
}

static int tell(struct hw_answer *a, headwater_line take, void *state, struct hw_error *err)
{
    struct taker t = {take, state};
    struct hw_teller teller = {.put = put, .state = &t};
    int rc = hw_tell_json(&teller, a, err);
    int status = a->exit_status;
    hw_answer_free(a);
    return rc != HW_OK ? rc : status;
}

int headwater_verify(struct headwater_case *c, const char *path, headwater_line take, void *state,
                     struct headwater_error *error)
{
    struct hw_error err = {.code = HW_OK};
    struct reading r = {.arena = NULL};
    struct hw_policy policy = {.as_of = now_ns(), .fail_on = HW_HIGH, .expiring_days = -1};
    struct hw_answer *a = NULL;
    if (c == NULL || path == NULL || take == NULL) {
        return give(error, &err,
                    hw_fail(&err, HW_E_USAGE, "a case, a path and a taker are needed"));
    }
    int rc = read_into(c, HW_CLASS_ARTIFACT, path, &r, &err);
    rc = rc != HW_OK
             ? rc
             : hw_verify(c->c, r.targets, r.count, r.missing, r.missing_count, &policy, &a, &err);
    rc = rc != HW_OK ? rc : tell(a, take, state, &err);
    hw_arena_free(r.arena);
    return give(error, &err, rc);
}

/* Makes the graph of all records anew where there are logs and the case may be written. */
static int stand(struct hw_case *c, bool *out, struct hw_error *err)
{
    struct hw_case_counts n;
    struct hw_case_info info;
    struct hw_derived d;
    hw_case_info(c, &info);
    int rc = hw_derive_fresh(c, out, err);
    rc = rc != HW_OK ? rc : hw_case_count(c, &n, err);
    if (rc != HW_OK || *out || n.telemetry == 0 || info.read_only) {
        return rc;
    }
    rc = hw_derive(c, NULL, &d, err);
    *out = rc == HW_OK;
    return rc;
}

int headwater_hunt(struct headwater_case *c, headwater_line take, void *state,
                   struct headwater_error *error)
{
    struct hw_error err = {.code = HW_OK};
    struct hw_policy policy = {.as_of = now_ns(), .fail_on = HW_HIGH, .expiring_days = -1};
    struct hw_answer *a = NULL;
    if (c == NULL || take == NULL) {
        return give(error, &err, hw_fail(&err, HW_E_USAGE, "a case and a taker are needed"));
    }
    int rc = stand(c->c, &policy.derived, &err);
    rc = rc != HW_OK ? rc : hw_hunt(c->c, &policy, &a, &err);
    rc = rc != HW_OK ? rc : tell(a, take, state, &err);
    return give(error, &err, rc);
}
