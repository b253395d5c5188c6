/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/door/beside.h -- the worker is looked for beside the program that runs; tests lie
 * elsewhere in the build folder, so they put a link to it there.
 */
#ifndef HW_TESTS_DOOR_BESIDE_H
#define HW_TESTS_DOOR_BESIDE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline bool put_beside(const char *worker)
{
    static const char name[] = "headwater-worker";
    char beside[PATH_MAX];
    char *real = realpath(worker, NULL);
    ssize_t n = readlink("/proc/self/exe", beside, sizeof beside - sizeof name);
    char *slash = NULL;
    if (n > 0) {
        beside[n] = '\0';
        slash = strrchr(beside, '/');
    }
    if (real == NULL || slash == NULL) {
        free(real);
        return false;
    }
    memcpy(slash + 1, name, sizeof name);
    bool ok = symlink(real, beside) == 0 || errno == EEXIST;
    free(real);
    return ok;
}

#endif
