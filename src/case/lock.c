/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/lock.c -- the writer's lock: flock(2) on NAME.case-lock.
 *
 * SQLite's own locks hold for one transaction; a scan has many, and the second writer should be
 * told that somebody is at work, not see the case change between its batches. The file is removed
 * while its lock is held, so who gets a lock looks whether the name still means the locked file.
 */
#include "case/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "case/room.h"

enum { POLL_NS = 20 * 1000 * 1000, SAY_NS = 1000 * 1000 * 1000 };

/* 1: ours; 0: somebody else's; else a failure. */
static int try_lock(const char *path, int *out_fd, struct hw_error *err)
{
    for (unsigned tries = 0; tries < 100; tries++) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd < 0) {
            return hw_fail(err, errno == ENOSPC || errno == EDQUOT ? HW_E_SPACE : HW_E_IO,
                           "cannot make the writer's lock beside the case: %s", strerror(errno));
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            bool busy = errno == EWOULDBLOCK || errno == EINTR;
            int why = errno;
            close(fd);
            return busy ? 0 : hw_fail(err, HW_E_IO, "cannot lock the case: %s", strerror(why));
        }
        struct stat a, b;
        if (fstat(fd, &a) == 0 && lstat(path, &b) == 0 && a.st_ino == b.st_ino &&
            a.st_dev == b.st_dev) {
            *out_fd = fd;
            return 1;
        }
        close(fd); /* the writer before us removed it between our open and our lock */
    }
    return 0;
}

static int wait_for(const char *path, const struct hw_case_open *how, int *out_fd,
                    struct hw_error *err)
{
    int64_t start = hw_monotonic_ns(), said = -SAY_NS;
    for (;;) {
        int rc = try_lock(path, out_fd, err);
        if (rc != 0) {
            return rc < 0 ? rc : HW_OK;
        }
        int64_t waited = hw_monotonic_ns() - start;
        if (waited >= how->wait_ns) {
            return hw_fail(err, HW_E_BUSY, "another writer is at work in this case");
        }
        if (how->waiting != NULL && waited - said >= SAY_NS) {
            said = waited;
            if (!how->waiting(how->state, waited)) {
                return hw_fail(err, HW_E_BUSY, "gave up waiting for another writer");
            }
        }
        struct timespec nap = {0, POLL_NS};
        nanosleep(&nap, NULL);
    }
}

int hw_lock_take(const char *case_path, const struct hw_case_open *how, int *out_fd,
                 char **out_path, struct hw_error *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s-lock", case_path) < 0) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a path");
    }
    int rc = wait_for(path, how, out_fd, err);
    if (rc != HW_OK) {
        free(path);
        return rc;
    }
    *out_path = path;
    return HW_OK;
}

/* Locking it to see would, for that moment, keep the next writer out: the kernel's list tells
 * without (proc(5): "1: FLOCK  ADVISORY  WRITE 1234 08:01:131077 0 EOF"). A file left by a killed
 * writer is in no such line. */
static bool is_listed(uint64_t inode)
{
    char line[256], want[40];
    bool found = false;
    FILE *f = fopen("/proc/locks", "re");
    if (f == NULL) {
        return true; /* nobody says otherwise */
    }
    (void)snprintf(want, sizeof want, ":%llu ", (unsigned long long)inode);
    while (!found && fgets(line, sizeof line, f) != NULL) {
        found = strstr(line, "FLOCK") != NULL && strstr(line, want) != NULL;
    }
    (void)fclose(f);
    return found;
}

int hw_case_is_written(struct hw_case *c, bool *out, struct hw_error *err)
{
    struct stat s;
    char *path = NULL;
    *out = false;
    if (c->path == NULL || c->stranger) {
        return HW_OK;
    }
    if (asprintf(&path, "%s-lock", c->path) < 0) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a path");
    }
    *out = lstat(path, &s) == 0 && is_listed((uint64_t)s.st_ino);
    free(path);
    return HW_OK;
}

void hw_lock_drop(int fd, char *path)
{
    if (fd >= 0) {
        unlink(path);
        close(fd);
    }
    free(path);
}
