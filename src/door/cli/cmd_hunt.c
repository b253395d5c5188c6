/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/hunt.h"

#include "door/cli/cli.h"

int cmd_hunt(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_answer *a = NULL;
    struct hw_policy policy = hw_cli_policy(cli);
    int rc = hw_cli_open_derived(cli, /* always= */ false, &policy.derived, err);
    /* one state of the case, whatever a scan writes meanwhile */
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    if (rc == HW_OK) {
        rc = cli->like == NULL ? hw_hunt(cli->c, &policy, &a, err)
                               : hw_hunt_like(cli->c, &policy, cli->like, &a, err);
    }
    rc = rc != HW_OK ? rc : hw_cli_tell(cli, a, err);
    hw_answer_free(a);
    return rc;
}
