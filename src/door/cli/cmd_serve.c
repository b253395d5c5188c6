/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_serve.c -- the console: the answers of a case for a page in a browser, on this
 * machine alone, until a signal ends it.
 */
#include <unistd.h>

#include "door/cli/cli.h"
#include "door/console/console.h"

enum { PORT = 7341 };

static int listening(void *state, uint16_t port, const char *token, const char *cage,
                     struct hw_error *err)
{
    struct hw_cli *cli = state;
    if (cli->json) {
        hw_buf_printf(
            &cli->out,
            "{\"type\":\"serving\",\"schema\":1,\"url\":\"http://127.0.0.1:%u/#token=%s\","
            "\"cage\":\"%s\"}\n",
            (unsigned)port, token, cage);
    } else {
        hw_buf_printf(&cli->out, "http://127.0.0.1:%u/#token=%s\n", (unsigned)port, token);
    }
    return hw_cli_flush(cli, err);
}

int cmd_serve(struct hw_cli *cli, struct hw_error *err)
{
    bool left = false;
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_case_free(cli->c); /* the console has handles of its own */
    cli->c = NULL;
    struct hw_console_ask ask = {.case_path = hw_cli_case_path(cli),
                                 .default_place = !hw_cli_case_named(cli),
                                 .port = (uint16_t)(cli->port < 0 ? PORT : cli->port),
                                 .version = HW_VERSION,
                                 .who = hw_cli_who(cli),
                                 .listening = listening,
                                 .state = cli,
                                 .stop = &hw_cli_stop};
    rc = hw_console_serve(&ask, &left, err);
    if (left) {
        _exit(HW_EXIT_FINE); /* an answer is under way that nobody waits for any more */
    }
    return rc;
}
