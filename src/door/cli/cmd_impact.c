/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/impact.h"

#include "door/cli/cli.h"
#include "door/cli/find.h"

struct impact_here {
    struct hw_cli *cli;
    struct hw_impact_ask ask;
    struct hw_impact_answer *a;
    struct hw_target_list several;
};

static int try(void *state, struct hw_span target, struct hw_error *err)
{
    struct impact_here *t = state;
    hw_impact_answer_free(t->a);
    t->a = NULL;
    t->ask.target = target;
    return hw_impact(t->cli->c, &t->ask, &t->a, &t->several, err);
}

int cmd_impact(struct hw_cli *cli, struct hw_error *err)
{
    const char *independent = cli->independent == NULL ? "" : cli->independent;
    struct impact_here h = {.cli = cli,
                            .ask = {.from = cli->from,
                                    .until = cli->until,
                                    .independent = hw_span_str(independent),
                                    .as_of = cli->as_of}};
    struct hw_teller t = hw_cli_teller(cli);
    bool derived = false;
    if (cli->from != HW_TIME_NONE && cli->until != HW_TIME_NONE && cli->from > cli->until) {
        return hw_fail(err, HW_E_USAGE, "--until is before --from");
    }
    int rc = hw_cli_open_derived(cli, /* always= */ true, &derived, err);
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : hw_cli_with_target(cli, cli->args.p[0], try, &h, err);
    if (rc == HW_OK) {
        rc = cli->json ? hw_tell_impact_json(&t, h.a, err) : hw_tell_impact_text(&t, h.a, err);
        rc = rc != HW_OK ? rc : h.a->exit_status;
    } else if (rc == HW_E_USAGE && h.several.count > 0) {
        int said = hw_cli_say_several(cli, &h.several, NULL);
        rc = said != HW_OK ? said : rc;
    }
    hw_impact_answer_free(h.a);
    return rc;
}
