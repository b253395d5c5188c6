/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/known_good.c -- a folder of good files as a list that can be learned.
 *
 * The list is a file of its own, so that it can be kept, compared and given to others: CSV with the
 * columns of the NSRL's table of files, in order of path, the same bytes for the same folder. What
 * is no regular file is passed over; what cannot be read ends it, for a list with holes would be
 * believed to be whole.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "door/cli/cli.h"

enum { DEPTH = 200, PATH_BYTES = 64 * 1024, ROW_BYTES = 256 * 1024 };

struct good {
    struct hw_digests *digests;
    struct hw_buf path; /* of the file at hand, below the folder */
    struct hw_buf row;
    FILE *out;
    uint64_t files;
    struct hw_error *err;
};

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* RFC 4180: each field in quotes, quotes in it doubled. A name's line ends are not the list's. */
static void put_name(struct hw_buf *row, struct hw_span name)
{
    hw_buf_char(row, '"');
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        hw_buf_str(row, c == '"' ? "\"" : "");
        hw_buf_char(row, c < 0x20 || c == 0x7f ? '?' : (char)c);
    }
    hw_buf_char(row, '"');
}

static int put_file(struct good *g, int dirfd, const char *name)
{
    static const enum hw_digest_alg order[] = {HW_DIGEST_SHA256, HW_DIGEST_SHA1, HW_DIGEST_MD5};
    uint64_t n = 0;
    int fd;
    int rc = hw_file_open(dirfd, name, &fd, NULL, g->err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_file_digest(fd, g->digests, &n, g->err);
    close(fd);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_clear(&g->row);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        hw_buf_hex(&g->row, hw_digests_get(g->digests, order[i]));
        hw_buf_char(&g->row, ',');
    }
    put_name(&g->row, hw_buf_span(&g->path));
    hw_buf_printf(&g->row, ",%llu,\n", (unsigned long long)n);
    if (!hw_buf_ok(&g->row)) {
        return hw_fail(g->err, HW_E_MEMORY, "no memory for a list");
    }
    g->files++;
    return fwrite(g->row.p, 1, g->row.n, g->out) == g->row.n
               ? HW_OK
               : hw_fail(g->err, HW_E_IO, "cannot write the list: %s", strerror(errno));
}

static int put_folder(struct good *g, int dirfd, const char *name, unsigned depth);

static int put_entry(struct good *g, int dirfd, const char *name, unsigned depth)
{
    struct hw_file_id id;
    size_t kept = g->path.n;
    int rc = hw_file_look(dirfd, name, &id, g->err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_str(&g->path, kept > 0 ? "/" : "");
    hw_buf_str(&g->path, name);
    if (hw_cli_stop != 0) {
        rc = hw_fail(g->err, HW_E_STOPPED, "stopped before the list was whole");
    } else if (!hw_buf_ok(&g->path)) {
        rc = hw_fail(g->err, HW_E_LIMIT, "a path longer than %d bytes", PATH_BYTES);
    } else if (id.kind == HW_FILE_FOLDER) {
        rc = put_folder(g, dirfd, name, depth + 1);
    } else if (id.kind == HW_FILE_REGULAR) {
        rc = put_file(g, dirfd, name);
    }
    g->path.n = kept;
    return rc;
}

static int put_folder(struct good *g, int dirfd, const char *name, unsigned depth)
{
    struct dirent **all = NULL;
    bool kernel = false;
    if (depth > DEPTH) {
        return hw_fail(g->err, HW_E_LIMIT, "folders more than %d deep", DEPTH);
    }
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return hw_fail(g->err, errno == ENOENT ? HW_E_MISSING : HW_E_IO, "%s: %s", name,
                       strerror(errno));
    }
    int rc = hw_file_is_kernel(fd, &kernel, g->err);
    int count = rc == HW_OK && !kernel ? scandirat(fd, ".", &all, no_dots, by_bytes) : 0;
    if (count < 0) {
        rc = hw_fail(g->err, HW_E_IO, "%s: cannot list: %s", name, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        rc = rc != HW_OK ? rc : put_entry(g, fd, all[i]->d_name, depth);
        free(all[i]);
    }
    free((void *)all);
    close(fd);
    return rc;
}

/* Writes beside the list's own name and moves it there when it is whole. */
static int write_list(struct good *g, const char *folder, const char *list)
{
    char partial[4096];
    if (snprintf(partial, sizeof partial, "%s.partial", list) >= (int)sizeof partial) {
        return hw_fail(g->err, HW_E_LIMIT, "%s: too long a name", list);
    }
    int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        return hw_fail(g->err, HW_E_IO, "%s: %s", partial, strerror(errno));
    }
    g->out = fdopen(fd, "w");
    if (g->out == NULL) {
        close(fd);
        (void)unlink(partial);
        return hw_fail(g->err, HW_E_MEMORY, "no memory for a list");
    }
    bool put = fputs("sha256,sha1,md5,file_name,file_size,package_id\n", g->out) >= 0;
    int rc = put ? put_folder(g, AT_FDCWD, folder, 0)
                 : hw_fail(g->err, HW_E_IO, "cannot write the list: %s", strerror(errno));
    if (fclose(g->out) != 0 && rc == HW_OK) {
        rc = hw_fail(g->err, HW_E_IO, "cannot write the list: %s", strerror(errno));
    }
    if (rc == HW_OK && g->files == 0) {
        rc = hw_fail(g->err, HW_E_USAGE, "%s: no files there", folder);
    }
    /* A link fails where the name exists already: nobody's file is written over. */
    if (rc == HW_OK && link(partial, list) != 0) {
        rc = hw_fail(g->err, HW_E_IO, "%s: %s", list, strerror(errno));
    }
    (void)unlink(partial);
    return rc;
}

int hw_cli_known_good(const char *folder, const char *list, struct hw_error *err)
{
    struct good g = {.err = err, .digests = hw_digests_new(HW_DIGEST_THREE)};
    if (g.digests == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for digests");
    }
    hw_buf_init(&g.path, PATH_BYTES);
    hw_buf_init(&g.row, ROW_BYTES);
    int rc = write_list(&g, folder, list);
    hw_buf_done(&g.path);
    hw_buf_done(&g.row);
    hw_digests_free(g.digests);
    return rc;
}
