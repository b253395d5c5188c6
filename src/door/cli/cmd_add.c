/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/cli.h"

/* add, scan, ingest and learn are one thing, restricted to different kinds of evidence. */
int hw_cli_read(struct hw_cli *cli, enum hw_class asked, struct hw_error *err)
{
    int status = HW_EXIT_FINE, worst = HW_EXIT_FINE;
    struct hw_strings plain = {.count = 0};
    int rc = hw_cli_open(cli, HW_CASE_WRITE, false, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK ? rc : hw_cli_bundles(cli, asked, &plain, &worst, err);
    if (rc == HW_OK && plain.count > 0) {
        rc = hw_cli_intake(cli, asked, plain.p, plain.count, NULL, &status, err);
    }
    /* what turned out to be knowledge is named as learn names it; records have no such line */
    rc = rc == HW_OK && asked == HW_CLASS_ANY ? hw_cli_knows(cli, err) : rc;
    return rc != HW_OK ? rc : status > worst ? status : worst;
}

int cmd_add(struct hw_cli *cli, struct hw_error *err)
{
    return hw_cli_read(cli, HW_CLASS_ANY, err);
}
