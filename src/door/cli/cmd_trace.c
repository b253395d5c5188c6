/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/trace.h"

#include "door/cli/cli.h"

int cmd_trace(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_trace_answer *a = NULL;
    struct hw_target_list several = {.count = 0};
    struct hw_trace_ask ask = {.target = hw_span_str(cli->args.p[0]),
                               .back = cli->back,
                               .forward = cli->forward,
                               .counter = cli->counter,
                               .as_of = cli->as_of};
    struct hw_teller t = hw_cli_teller(cli);
    bool derived = false;
    int rc = hw_cli_open_derived(cli, /* always= */ true, &derived, err);
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : hw_trace(cli->c, &ask, &a, &several, err);
    if (rc == HW_E_USAGE && several.says.n > 0) {
        hw_buf_span_put(&cli->out, several.says);
    }
    if (rc == HW_OK) {
        rc = cli->json ? hw_tell_trace_json(&t, a, err) : hw_tell_trace_text(&t, a, err);
        rc = rc != HW_OK ? rc : a->exit_status;
    } else if (rc == HW_E_USAGE && hw_cli_flush(cli, NULL) != HW_OK) {
        rc = HW_E_IO;
    }
    hw_trace_answer_free(a);
    return rc;
}
