/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/walk.c -- real trees: sorted, links recorded and not followed, nothing opened but
 * folders and regular files, pseudo file systems left alone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/text.h"
#include "door/intake/room.h"

enum { FOLDER_DEPTH = 200, NAMES_BYTES = 1 << 28 };

/* No tree has a path that the case cannot keep: one such file would end the scan of all others. */
_Static_assert(PATH_MAX + FOLDER_DEPTH * (NAME_MAX + 1) <= HW_PLACE_BYTES, "paths fit the case");

struct names {
    char **p;
    size_t count, room;
};

static void names_done(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        free(n->p[i]);
    }
    free(n->p);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names_read(int fd, struct names *out, struct hw_error *err)
{
    DIR *d = fdopendir(fd);
    if (d == NULL) {
        close(fd);
        return hw_fail(err, HW_E_IO, "cannot list: %s", strerror(errno));
    }
    int rc = HW_OK;
    const struct dirent *e;
    while (rc == HW_OK && (errno = 0, e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        if (HW_GROW(out->p, out->count, out->room, HW_GROW_MOST) != HW_OK) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for a folder's names");
            break;
        }
        char *copy = strdup(e->d_name);
        if (copy == NULL) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for a folder's names");
            break;
        }
        out->p[out->count++] = copy;
    }
    if (rc == HW_OK && errno != 0) {
        rc = hw_fail(err, HW_E_IO, "cannot list: %s", strerror(errno));
    }
    closedir(d);
    if (out->count > 1) {
        qsort(out->p, out->count, sizeof *out->p, by_bytes);
    }
    return rc;
}

static int visit(struct intake *in, int dirfd, const char *name, struct hw_buf *shown,
                 struct hw_buf *full, bool named, unsigned depth);

static int enter(struct intake *in, int dirfd, const char *name, struct hw_buf *shown,
                 struct hw_buf *full, const struct hw_file_id *id, bool named, unsigned depth)
{
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    const char *why = fd < 0 ? strerror(errno) : depth >= FOLDER_DEPTH ? "nested too deep" : NULL;
    /* Files there are made while they are read, and reading some of them acts. */
    bool kernel = false;
    if (fd >= 0 && hw_file_is_kernel(fd, &kernel, in->err) != HW_OK) {
        why = in->err->text;
    }
    if (why != NULL || kernel) {
        int rc = intake_unread(in, hw_buf_span(shown), hw_buf_span(full), id, named,
                               kernel ? "pseudo" : "unreadable",
                               kernel ? "the kernel's own file system" : why);
        if (fd >= 0) {
            close(fd);
        }
        return rc;
    }
    struct names names = {NULL, 0, 0};
    int list = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    int rc = list < 0 ? hw_fail(in->err, HW_E_IO, "cannot open a folder: %s", strerror(errno))
                      : names_read(list, &names, in->err);
    if (rc == HW_E_IO) {
        rc = intake_unread(in, hw_buf_span(shown), hw_buf_span(full), id, named, "unreadable",
                           in->err->text);
    }
    rc = rc != HW_OK ? rc : intake_entered(in, hw_buf_span(full));
    size_t shown_n = shown->n, full_n = full->n;
    for (size_t i = 0; i < names.count && rc == HW_OK && !intake_stopped(in); i++) {
        if (shown->n > 0 && shown->p[shown->n - 1] != '/') {
            hw_buf_char(shown, '/');
        }
        if (full->n > 0 && full->p[full->n - 1] != '/') {
            hw_buf_char(full, '/');
        }
        hw_buf_str(shown, names.p[i]);
        hw_buf_str(full, names.p[i]);
        rc = visit(in, fd, names.p[i], shown, full, false, depth + 1);
        shown->n = shown_n;
        full->n = full_n;
    }
    names_done(&names);
    close(fd);
    return rc;
}

/* O_PATH opens nothing: the kernel's file is not woken. */
static bool in_kernel(int dirfd, const char *name)
{
    struct hw_error err;
    bool kernel = false;
    int fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        kernel = hw_file_is_kernel(fd, &kernel, &err) == HW_OK && kernel;
        close(fd);
    }
    return kernel;
}

/* The case under way, its companions and its kept bytes are no evidence: reading them would change
 * them, and find in them what was found before. */
static bool own(const struct intake *in, struct hw_span full)
{
    static const char *const tails[] = {"", ".d", "-journal", "-lock", "-shm", "-wal"};
    size_t n = in->own == NULL ? 0 : strlen(in->own);
    if (n == 0 || full.n < n || memcmp(full.p, in->own, n) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        if (hw_span_is(hw_span_from(full, n), tails[i])) {
            return true;
        }
    }
    return false;
}

static int visit(struct intake *in, int dirfd, const char *name, struct hw_buf *shown,
                 struct hw_buf *full, bool named, unsigned depth)
{
    struct hw_file_id id = {.size = 0};
    struct hw_span s = hw_buf_span(shown), f = hw_buf_span(full);
    if (!hw_buf_ok(shown) || !hw_buf_ok(full)) {
        return hw_fail(in->err, HW_E_LIMIT, "a path is longer than any we can name");
    }
    if (own(in, f)) {
        return HW_OK;
    }
    int rc = hw_file_look(dirfd, name, &id, in->err);
    if (rc != HW_OK) {
        return intake_unread(in, s, f, NULL, named, rc == HW_E_MISSING ? "vanished" : "unreadable",
                             in->err->text);
    }
    if (id.kind == HW_FILE_REGULAR && named && in_kernel(dirfd, name)) {
        return intake_unread(in, s, f, &id, named, "pseudo", "the kernel's own file system");
    }
    if (id.kind == HW_FILE_REGULAR) {
        return intake_file(in, dirfd, name, &id, s, f, named);
    }
    if (id.kind == HW_FILE_FOLDER) {
        return enter(in, dirfd, name, shown, full, &id, named, depth);
    }
    char target[PATH_MAX] = "";
    if (id.kind == HW_FILE_SYMLINK) {
        ssize_t n = readlinkat(dirfd, name, target, sizeof target - 1);
        target[n < 0 ? 0 : n] = 0;
    }
    return intake_unread(in, s, f, &id, named, hw_file_kind_word(id.kind), target);
}

int intake_walk(struct intake *in, const char *named)
{
    /* A link the user named is the user's decision; links met on the way are not. */
    char *real = realpath(named, NULL);
    if (real == NULL) {
        return hw_fail(in->err, errno == ENOENT || errno == ENOTDIR ? HW_E_MISSING : HW_E_IO,
                       "%.150s: %s", named, strerror(errno));
    }
    struct hw_buf shown, full;
    hw_buf_init(&shown, NAMES_BYTES);
    hw_buf_init(&full, NAMES_BYTES);
    hw_buf_str(&shown, named);
    while (shown.n > 1 && shown.p[shown.n - 1] == '/') {
        shown.n--;
    }
    hw_buf_str(&full, real);
    int rc = visit(in, AT_FDCWD, real, &shown, &full, true, 0);
    hw_buf_done(&shown);
    hw_buf_done(&full);
    free(real);
    return rc;
}
