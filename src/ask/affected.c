/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/affected.h"

#include <string.h>

#include "ask/affecting.h"
#include "base/time.h"

enum { ARENA_BYTES = 1 << 30 };

const char *hw_asset_state_word(enum hw_asset_state s)
{
    static const char *const words[HW_ASSET_STATE_COUNT] = {
        "second-stage", "contacted", "executed", "present", "unknown", "clean", "absent"};
    return words[s];
}

/* ---- the question ---- */

static int run(struct affecting *q)
{
    int rc = affecting_begin(q);
    rc = rc != HW_OK ? rc : affecting_says(q);
    rc = rc != HW_OK ? rc : affecting_judge(q);
    affecting_end(q);
    return rc;
}

int hw_affected(struct hw_case *c, const struct hw_affected_ask *ask,
                struct hw_affected_answer **out, struct hw_error *err)
{
    struct hw_arena *arena = hw_arena_new(ARENA_BYTES);
    struct hw_affected_answer *a = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *a);
    if (a == NULL) {
        hw_arena_free(arena);
        return hw_fail(err, HW_E_MEMORY, "no memory for an answer");
    }
    *a =
        (struct hw_affected_answer){.arena = arena, .published = HW_TIME_NONE, .as_of = ask->as_of};
    err->code = HW_OK;
    struct affecting q = {.c = c, .ask = ask, .a = a, .since = HW_TIME_NONE, .err = err};
    int rc = run(&q);
    if (rc != HW_OK) {
        hw_arena_free(arena);
        return rc;
    }
    *out = a;
    return HW_OK;
}

void hw_affected_answer_free(struct hw_affected_answer *a)
{
    if (a != NULL) {
        hw_arena_free(a->arena);
    }
}
