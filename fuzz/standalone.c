/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/standalone.c -- replays a harness in ordinary builds, with any compiler.
 *
 *   replay_<name> [FILE|FOLDER]...
 *
 * Each seed whole, then cut short and mutated from a fixed seed (bounded by rounds and by time),
 * then every file named. With HW_REPLAY_TRACE set each input is named before it runs, so that the
 * last line before a crash is the culprit. Exit 0: all promises held. Exit 1: a promise was broken.
 * Exit 2: nothing was replayed.
 *
 * Compiled with -DHW_MUST_BREAK="promise" it is the alarm's test: a bug was planted, and exit 0
 * means that exactly this promise was found broken; anything else is a silent alarm.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mutate.h"

enum { CUTS = 1024, MUTANTS = 4096, SEED_MS = 2000, ALL_MS = 60000, INPUT_MAX = 16 << 20 };

struct tally {
    size_t seeds, cuts, mutants, files;
    uint64_t began_ms;
    int trace;
};

static uint64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000U + (uint64_t)t.tv_nsec / 1000000U;
}

void hw_fuzz_broken(const char *promise)
{
#ifdef HW_MUST_BREAK
    if (strcmp(promise, HW_MUST_BREAK) == 0) {
        (void)printf("the alarm rang as it should: %s\n", promise);
        (void)fflush(stdout);
        _exit(0);
    }
#endif
    (void)fprintf(stderr, "broken promise: %s\n", promise);
    (void)fflush(stderr);
    _exit(1);
}

/* In a block of exactly n bytes, so that AddressSanitizer sees one byte too far. */
static void one(const struct tally *t, const char *what, const char *name, size_t number,
                const uint8_t *p, size_t n)
{
    if (t->trace) {
        (void)fprintf(stderr, "%s %s %zu (%zu bytes)\n", what, name, number, n);
    }
    uint8_t *block = malloc(n);
    if (block == NULL && n > 0) {
        abort();
    }
    if (n > 0) {
        memcpy(block, p, n);
    }
    (void)LLVMFuzzerTestOneInput(block, n);
    free(block);
}

static void replay_seed(void *state, const char *name, const uint8_t *p, size_t n)
{
    struct tally *t = state;
    uint64_t begin = now_ms();
    one(t, "seed", name, t->seeds++, p, n);
    if (n == 0) {
        return;
    }
    struct hw_dice dice = {n};
    uint8_t *copy = malloc(n);
    if (copy == NULL) {
        abort();
    }
    for (size_t i = 0; i < MUTANTS; i++) {
        uint64_t now = now_ms();
        if (now - begin > SEED_MS || now - t->began_ms > ALL_MS) {
            break;
        }
        memcpy(copy, p, n);
        hw_mutate(copy, n, &dice);
        one(t, "mutant", name, i, copy, n);
        t->mutants++;
        if (i < CUTS) {
            /* Short inputs at every length, long ones wherever the dice fall. */
            one(t, "cut", name, i, p, n <= CUTS ? i % n : hw_dice_below(&dice, n));
            t->cuts++;
        }
    }
    free(copy);
}

static void replay_file(struct tally *t, const char *path)
{
    FILE *f = fopen(path, "rbe");
    uint8_t *p = malloc(INPUT_MAX);
    if (f == NULL || p == NULL) {
        (void)fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    size_t n = fread(p, 1, INPUT_MAX, f);
    (void)fclose(f);
    one(t, "file", path, t->files++, p, n);
    free(p);
}

static void replay_path(struct tally *t, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return; /* a parser that never broke has no folder of regressions */
    }
    if (!S_ISDIR(st.st_mode)) {
        replay_file(t, path);
        return;
    }
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char inner[4096];
        int n = snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && n > 0 && (size_t)n < sizeof inner) {
            replay_file(t, inner);
        }
        free(names[i]);
    }
    if (count >= 0) {
        free(names);
    }
}

int main(int argc, char **argv)
{
    struct tally t = {.began_ms = now_ms(), .trace = getenv("HW_REPLAY_TRACE") != NULL};
    hw_fuzz_seeds(replay_seed, &t);
    for (int i = 1; i < argc; i++) {
        replay_path(&t, argv[i]);
    }
    (void)printf("%zu seeds, %zu mutants, %zu cuts, %zu files in %llu ms\n", t.seeds, t.mutants,
                 t.cuts, t.files, (unsigned long long)(now_ms() - t.began_ms));
#ifdef HW_MUST_BREAK
    (void)fprintf(stderr, "the alarm is silent: %s\n", HW_MUST_BREAK);
    return 1;
#else
    return t.seeds == 0 ? 2 : 0;
#endif
}
