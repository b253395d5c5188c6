/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/cli.h"

int cmd_ingest(struct hw_cli *cli, struct hw_error *err)
{
    return hw_cli_read(cli, HW_CLASS_TELEMETRY, err);
}
