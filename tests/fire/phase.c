/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/fire/phase.c -- loaded before the C library into a headwater under test: counts what it
 * reads from the tree, writes to the case's log (committing) and to the case itself
 * (checkpointing), and holds it still at the one asked for, so that it can be killed just there.
 *
 * FIRE_CASE and FIRE_TREE name the case and the tree. FIRE_STOP is "r", "w" or "m" and a number.
 * FIRE_PIPE gets one line when that is reached, or one with all three counts at the end. Every
 * second write stopped at is half done: a torn page lies in the file when the kill comes.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define OPEN_TO_ALL __attribute__((visibility("default")))

/* Counts of one process under test: there is nowhere else to keep them. */
static unsigned long count[3];
static const char letters[] = "rwm";

static void say(const char *text, size_t n)
{
    const char *fd = getenv("FIRE_PIPE");
    if (fd != NULL) {
        (void)!write((int)strtol(fd, NULL, 10), text, n);
    }
}

/* 'r', 'w', 'm', or 0 for files of no interest. */
static char what_is(int fd, bool writing)
{
    const char *own = getenv("FIRE_CASE"), *tree = getenv("FIRE_TREE");
    char link[64], path[4200];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0 || own == NULL || tree == NULL) {
        return 0;
    }
    path[n] = '\0';
    size_t own_n = strlen(own), tree_n = strlen(tree);
    if (writing && strncmp(path, own, own_n) == 0) {
        return path[own_n] == '\0' ? 'm' : strcmp(path + own_n, "-wal") == 0 ? 'w' : 0;
    }
    return !writing && strncmp(path, tree, tree_n) == 0 && path[tree_n] == '/' ? 'r' : 0;
}

static bool is_the_one(char kind)
{
    const char *stop = getenv("FIRE_STOP");
    const char *at = kind == 0 ? NULL : strchr(letters, kind);
    if (at == NULL) {
        return false;
    }
    unsigned long n = ++count[at - letters];
    return stop != NULL && stop[0] == kind && strtoul(stop + 1, NULL, 10) == n;
}

static void hold(char kind)
{
    char line[] = {kind, '\n'};
    say(line, sizeof line);
    for (;;) {
        (void)sleep(60); /* until the kill; a caught signal does not let it go */
    }
}

typedef ssize_t pwrite_fn(int, const void *, size_t, off64_t);
typedef ssize_t pread_fn(int, void *, size_t, off64_t);

static ssize_t writing(int fd, const void *p, size_t n, off64_t off)
{
    pwrite_fn *real = (pwrite_fn *)dlsym(RTLD_NEXT, "pwrite64");
    char kind = what_is(fd, true);
    if (is_the_one(kind)) {
        if (count[kind == 'w' ? 1 : 2] % 2 == 0) {
            (void)!real(fd, p, n / 2, off);
        }
        hold(kind);
    }
    return real(fd, p, n, off);
}

static ssize_t reading(int fd, void *p, size_t n, off64_t off)
{
    pread_fn *real = (pread_fn *)dlsym(RTLD_NEXT, "pread64");
    if (is_the_one(what_is(fd, false))) {
        hold('r');
    }
    return real(fd, p, n, off);
}

OPEN_TO_ALL ssize_t pwrite64(int fd, const void *p, size_t n, off64_t off)
{
    return writing(fd, p, n, off);
}

OPEN_TO_ALL ssize_t pwrite(int fd, const void *p, size_t n, off_t off)
{
    return writing(fd, p, n, off);
}

OPEN_TO_ALL ssize_t pread64(int fd, void *p, size_t n, off64_t off)
{
    return reading(fd, p, n, off);
}

OPEN_TO_ALL ssize_t pread(int fd, void *p, size_t n, off_t off)
{
    return reading(fd, p, n, off);
}

__attribute__((destructor)) static void finish(void)
{
    char line[96];
    int n = snprintf(line, sizeof line, "end %lu %lu %lu\n", count[0], count[1], count[2]);
    say(line, (size_t)n);
}
