/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "door/cli/cli.h"
#include "door/cli/find.h"
#include "fact/id.h"

int cmd_note(struct hw_cli *cli, struct hw_error *err)
{
    const char *what = cli->args.p[0];
    char id[HW_ID_TEXT];
    int rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (hw_id_is(what) && strlen(what) == HW_ID_TEXT - 1) {
        memcpy(id, what, sizeof id);
    } else {
        struct hw_place_found where;
        rc = hw_cli_find(cli, what, &where, err);
        if (rc != HW_OK) {
            return rc;
        }
        rc = hw_artifact_id(where.sha256, id, err);
    }
    rc = rc != HW_OK ? rc
                     : hw_case_note(cli->c, id, cli->args.p[1], hw_cli_who(cli), cli->now_ns, err);
    rc = rc != HW_OK ? rc : hw_case_commit(cli->c, err);
    if (rc == HW_OK && cli->json) {
        hw_buf_printf(&cli->out, "{\"type\":\"note\",\"schema\":1,\"id\":\"%s\"}\n", id);
    } else if (rc == HW_OK) {
        hw_buf_printf(&cli->out, "noted on %s\n", id);
    }
    return rc;
}
