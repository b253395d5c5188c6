/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/trace.h"

#include "derive/derive.h"
#include "door/cli/cli.h"

/* The graph must stand for all records. One that does not is made anew, where the case may be
 * written. */
static int make_true(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_derived d;
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc != HW_OK) {
        return rc;
    }
    bool fresh = false;
    rc = hw_derive_fresh(cli->c, &fresh, err);
    if (rc != HW_OK || fresh) {
        return rc;
    }
    hw_case_free(cli->c);
    cli->c = NULL;
    rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    return rc != HW_OK ? rc : hw_cli_derive(cli, &d, err);
}

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
    int rc = make_true(cli, err);
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
