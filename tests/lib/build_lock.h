/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_lock.h -- one small lock file of each kind, as its tool writes it.
 */
#ifndef HW_TESTS_BUILD_LOCK_H
#define HW_TESTS_BUILD_LOCK_H

#include <stddef.h>

struct build_lock {
    const char *file;   /* its usual name */
    const char *source; /* COMPONENT's source word */
    const char *text;
    unsigned components, checksums;
};
const struct build_lock *build_locks(size_t *out_count);

/* What stands for digests in them: "sha512-..." of 64 bytes AB, and 64 hex digits "cd". */
#define BUILD_LOCK_SRI                                                                             \
    "sha512-q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6ur"      \
    "q6urqw=="
#define BUILD_LOCK_HEX "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

#endif
