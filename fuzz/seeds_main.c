/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/seeds_main.c -- linked into the libFuzzer builds: HW_SEEDS=DIR fuzz_<name> writes the seeds
 * into DIR (which must exist) and ends; without it libFuzzer runs as usual.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

void hw_fuzz_broken(const char *promise)
{
    (void)fprintf(stderr, "broken promise: %s\n", promise);
    abort(); /* libFuzzer keeps the input of what aborts */
}

static void write_seed(void *state, const char *name, const uint8_t *p, size_t n)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/%s", (const char *)state, name);
    FILE *f = len > 0 && (size_t)len < sizeof path && strchr(name, '/') == NULL ? fopen(path, "wbe")
                                                                                : NULL;
    if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
        (void)fprintf(stderr, "cannot write seed %s\n", name);
        exit(2);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    char *folder = getenv("HW_SEEDS");
    if (folder != NULL) {
        hw_fuzz_seeds(write_seed, folder);
        exit(0);
    }
    return 0;
}
