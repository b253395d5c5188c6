/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "door/cli/cli.h"
#include "fact/id.h"

int cmd_judge(struct hw_cli *cli, struct hw_error *err)
{
    const char *id = cli->args.p[0], *word = cli->args.p[1];
    bool accept = strcmp(word, "accept") == 0;
    if (!accept && strcmp(word, "reject") != 0) {
        return hw_fail(err, HW_E_USAGE, "judge ID accept, or judge ID reject: \"%.40s\" is neither",
                       word);
    }
    if (cli->because == NULL || cli->because[0] == 0) {
        return hw_fail(err, HW_E_USAGE, "say why: --because TEXT");
    }
    if (!hw_id_is(id) || strlen(id) != HW_ID_TEXT - 1 || id[0] == 'e') {
        return hw_fail(err, HW_E_USAGE,
                       "\"%.40s\" is no finding and no step: give its whole id (f- or s-, and 16 "
                       "digits)",
                       id);
    }
    int rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK
             ? rc
             : hw_case_judge(cli->c, id, accept, cli->because, hw_cli_who(cli), cli->now_ns, err);
    rc = rc != HW_OK ? rc : hw_case_commit(cli->c, err);
    if (rc == HW_OK && cli->json) {
        hw_buf_printf(&cli->out,
                      "{\"type\":\"decision\",\"schema\":1,\"id\":\"%s\",\"says\":\"%s\"}\n", id,
                      word);
    } else if (rc == HW_OK) {
        hw_buf_printf(&cli->out, "%s: %s. Ask again to see its effect.\n", id, word);
    }
    return rc;
}
