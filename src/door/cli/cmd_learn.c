/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/cli.h"

int cmd_learn(struct hw_cli *cli, struct hw_error *err)
{
    if (cli->known_good != NULL) {
        if (cli->args.count != 1) {
            return hw_fail(err, HW_E_USAGE,
                           "--known-good writes one list, which must not exist yet: "
                           "headwater learn --known-good FOLDER LIST.csv");
        }
        int rc = hw_cli_known_good(cli->known_good, cli->args.p[0], err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    return hw_cli_read(cli, HW_CLASS_KNOWLEDGE, err);
}
