/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_demo.c -- runs the script in examples/, where it is found beside the build.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "door/cli/cli.h"

int cmd_demo(struct hw_cli *cli, struct hw_error *err)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n < 0 ? 0 : n] = 0;
    char *slash = strrchr(self, '/');
    if (slash == NULL) {
        return hw_fail(err, HW_E_MISSING, "cannot tell where headwater lies");
    }
    *slash = 0;
    /* build/headwater beside examples/, or the installed place */
    static const char *const places[] = {"examples", "share/headwater"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[4200];
        (void)snprintf(path, sizeof path, "%s/../%s/demo/run", self, places[i]);
        if (access(path, X_OK) == 0) {
            (void)execl(path, path, (char *)NULL);
            return hw_fail(err, HW_E_IO, "cannot run the demo: %s", strerror(errno));
        }
    }
    (void)cli;
    return hw_fail(err, HW_E_MISSING,
                   "the demo's script is not here: in a clone, ./dev demo fetches "
                   "what it needs and runs it");
}
