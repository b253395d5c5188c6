/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "case/cursor.h"
#include "door/cli/cli.h"
#include "fact/id.h"

/* Of all else an entity may be there is no judging as a whole. */
static int must_be_certificate(struct hw_cli *cli, const char *id, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_marked(cli->c, HW_MARK_ENTITY, id + 2, &k, err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &row, err);
    bool is = rc == HW_ROW && row.fact.kind == HW_FACT_CERTIFICATE;
    hw_cursor_free(k);
    return rc < 0 || is
               ? (rc < 0 ? rc : HW_OK)
               : hw_fail(err, HW_E_MISSING,
                         "%s is no certificate of this case: verify --json names signers", id);
}

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
    if (!hw_id_is(id) || strlen(id) != HW_ID_TEXT - 1 || id[0] == 'i') {
        return hw_fail(err, HW_E_USAGE,
                       "\"%.40s\" is no finding and no step: give its whole id (f- or s-, and 16 "
                       "digits), or that of a signer's certificate (e-)",
                       id);
    }
    int rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    rc = rc != HW_OK || id[0] != 'e' ? rc : must_be_certificate(cli, id, err);
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
