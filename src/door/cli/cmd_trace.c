/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/trace.h"

#include "door/cli/cli.h"
#include "door/cli/find.h"

struct tracing_here {
    struct hw_cli *cli;
    struct hw_trace_ask ask;
    struct hw_trace_answer *a;
    struct hw_target_list several;
};

static int try(void *state, struct hw_span target, struct hw_error *err)
{
    struct tracing_here *t = state;
    hw_trace_answer_free(t->a);
    t->a = NULL;
    t->ask.target = target;
    return hw_trace(t->cli->c, &t->ask, &t->a, &t->several, err);
}

int cmd_trace(struct hw_cli *cli, struct hw_error *err)
{
    struct tracing_here h = {.cli = cli,
                             .ask = {.back = cli->back,
                                     .forward = cli->forward,
                                     .counter = cli->counter,
                                     .told = true,
                                     .as_of = cli->as_of}};
    struct hw_teller t = hw_cli_teller(cli);
    bool derived = false;
    int rc = hw_cli_open_derived(cli, /* always= */ true, &derived, err);
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : hw_cli_with_target(cli, cli->args.p[0], try, &h, err);
    if (rc == HW_OK) {
        rc = cli->json ? hw_tell_trace_json(&t, h.a, err) : hw_tell_trace_text(&t, h.a, err);
        rc = rc != HW_OK ? rc : h.a->exit_status;
    } else if (rc == HW_E_USAGE && h.several.count > 0) {
        int said = hw_cli_say_several(cli, &h.several, NULL);
        rc = said != HW_OK ? said : rc;
    }
    hw_trace_answer_free(h.a);
    return rc;
}
