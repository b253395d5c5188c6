/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/file.c -- opening without following, waiting or waking anything.
 *
 * A path is first pinned with O_PATH, which opens nothing: no FIFO gets a reader, no driver is
 * asked. Only when the pinned thing is a regular file is that very thing (not the path again)
 * opened through /proc/self/fd. Where /proc is missing, the path is opened with O_NONBLOCK and must
 * lead to the pinned inode.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/time.h"

#define CONFIGFS_MAGIC 0x62656570U
#define MQUEUE_MAGIC 0x19800202U

enum { READ_BYTES = 64 * 1024 };

static int sys_fail(struct hw_error *err, const char *what)
{
    int e = errno;
    int code = e == ENOENT || e == ENOTDIR ? HW_E_MISSING : e == ENOMEM ? HW_E_MEMORY : HW_E_IO;
    char buf[96];
    return hw_fail(err, code, "%s: %s", what, strerror_r(e, buf, sizeof buf));
}

const char *hw_file_kind_word(enum hw_file_kind k)
{
    static const char *const words[] = {"file",   "folder", "symlink", "fifo",
                                        "socket", "device", "other"};
    return (unsigned)k <= HW_FILE_OTHER ? words[k] : "other";
}

static enum hw_file_kind kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return HW_FILE_REGULAR;
    case S_IFDIR:
        return HW_FILE_FOLDER;
    case S_IFLNK:
        return HW_FILE_SYMLINK;
    case S_IFIFO:
        return HW_FILE_FIFO;
    case S_IFSOCK:
        return HW_FILE_SOCKET;
    case S_IFCHR:
    case S_IFBLK:
        return HW_FILE_DEVICE;
    default:
        return HW_FILE_OTHER;
    }
}

/* A file system may claim any time at all: clamp, so that comparing still works. */
static int64_t ns_of(struct timespec t)
{
    int64_t ns;
    if (!hw_mul_i64(t.tv_sec, HW_NS_PER_SECOND, &ns) || !hw_add_i64(ns, t.tv_nsec, &ns)) {
        return t.tv_sec < 0 ? HW_TIME_MIN : HW_TIME_MAX;
    }
    return ns == HW_TIME_NONE ? HW_TIME_MIN : ns;
}

static struct hw_file_id id_of(const struct stat *st)
{
    return (struct hw_file_id){
        .dev = st->st_dev,
        .ino = st->st_ino,
        .size = st->st_size < 0 ? 0 : (uint64_t)st->st_size,
        .nlink = st->st_nlink,
        .mtime_ns = ns_of(st->st_mtim),
        .ctime_ns = ns_of(st->st_ctim),
        .mode = st->st_mode,
        .kind = kind_of(st->st_mode),
    };
}

int hw_file_look(int dirfd, const char *path, struct hw_file_id *out, struct hw_error *err)
{
    struct stat st;
    if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) {
        return sys_fail(err, "cannot look");
    }
    *out = id_of(&st);
    return HW_OK;
}

int hw_file_look_fd(int fd, struct hw_file_id *out, struct hw_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return sys_fail(err, "cannot look");
    }
    *out = id_of(&st);
    return HW_OK;
}

static bool same_inode(const struct hw_file_id *a, const struct hw_file_id *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->kind == b->kind;
}

int hw_file_is_kernel(int fd, bool *out, struct hw_error *err)
{
    /* Reading there asks the kernel something, and sometimes takes the answer away from others. */
    static const uint32_t kernel[] = {
        PROC_SUPER_MAGIC,   SYSFS_MAGIC,        DEBUGFS_MAGIC,       TRACEFS_MAGIC,
        SECURITYFS_MAGIC,   CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC,
        DEVPTS_SUPER_MAGIC, PSTOREFS_MAGIC,     EFIVARFS_MAGIC,      SELINUX_MAGIC,
        SMACK_MAGIC,        BINFMTFS_MAGIC,     NSFS_MAGIC,          BINDERFS_SUPER_MAGIC,
        CONFIGFS_MAGIC,     MQUEUE_MAGIC,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0) {
        return sys_fail(err, "cannot look");
    }
    bool found = false;
    for (size_t i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
        found = found || (uint32_t)fs.f_type == kernel[i];
    }
    *out = found;
    return HW_OK;
}

/* O_NOATIME is for owners and root only; others must do without. */
static int open_quietly(int dirfd, const char *path, int flags)
{
    flags |= O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    int fd = openat(dirfd, path, flags | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(dirfd, path, flags) : fd;
}

static int open_pinned(int pin, int dirfd, const char *path)
{
    char magic[32];
    (void)snprintf(magic, sizeof magic, "/proc/self/fd/%d", pin);
    int fd = open_quietly(AT_FDCWD, magic, /* flags */ 0);
    return fd < 0 && errno == ENOENT ? open_quietly(dirfd, path, O_NOFOLLOW) : fd;
}

int hw_file_open(int dirfd, const char *path, int *out_fd, struct hw_file_id *out_id,
                 struct hw_error *err)
{
    int pin = openat(dirfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (pin < 0) {
        return sys_fail(err, "cannot open");
    }
    struct hw_file_id pinned, id;
    int fd = -1;
    int rc = hw_file_look_fd(pin, &pinned, err);
    if (rc == HW_OK && pinned.kind != HW_FILE_REGULAR) {
        rc =
            hw_fail(err, HW_E_USAGE, "not a regular file but a %s", hw_file_kind_word(pinned.kind));
    }
    if (rc == HW_OK) {
        fd = open_pinned(pin, dirfd, path);
        rc = fd < 0 ? sys_fail(err, "cannot open") : hw_file_look_fd(fd, &id, err);
    }
    if (rc == HW_OK && !same_inode(&pinned, &id)) {
        rc = hw_fail(err, HW_E_IO, "another file took its place while it was opened");
    }
    (void)close(pin);
    if (rc != HW_OK) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return rc;
    }
    if (out_id != NULL) {
        *out_id = id;
    }
    *out_fd = fd;
    return HW_OK;
}

bool hw_file_same(const struct hw_file_id *a, const struct hw_file_id *b)
{
    return same_inode(a, b) && a->size == b->size && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns;
}

int hw_file_read_at(int fd, uint64_t off, void *p, size_t n, size_t *out_n, struct hw_error *err)
{
    size_t done = 0;
    while (done < n) {
        uint64_t at;
        if (!hw_add_u64(off, done, &at) || at > INT64_MAX) {
            break; /* beyond what any file can have */
        }
        ssize_t got = pread(fd, (uint8_t *)p + done, n - done, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return sys_fail(err, "cannot read");
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    *out_n = done;
    return HW_OK;
}

/* Appends all of fd. A file that grows while it is read is over max, too, when it gets there. */
static int slurp_fd(int fd, size_t max, struct hw_buf *out, struct hw_error *err)
{
    uint64_t off = 0;
    uint8_t piece[4096];
    for (;;) {
        size_t n;
        int rc = hw_file_read_at(fd, off, piece, sizeof piece, &n, err);
        if (rc != HW_OK || n == 0) {
            return rc;
        }
        off += n;
        if (off > max) {
            return hw_fail(err, HW_E_LIMIT, "the file has more than %zu bytes", max);
        }
        hw_buf_bytes(out, piece, n);
        if (!hw_buf_ok(out)) {
            return hw_fail(err, HW_E_MEMORY, "no room for the file");
        }
    }
}

int hw_file_slurp(int dirfd, const char *path, size_t max, struct hw_buf *out, struct hw_error *err)
{
    int fd;
    int rc = hw_file_open(dirfd, path, &fd, /* id */ NULL, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = slurp_fd(fd, max, out, err);
    (void)close(fd);
    return rc;
}

int hw_file_digest(int fd, struct hw_digests *d, uint64_t *out_n, struct hw_error *err)
{
    uint64_t off = 0;
    uint8_t piece[READ_BYTES];
    int rc = hw_digests_reset(d, err);
    while (rc == HW_OK) {
        size_t n;
        rc = hw_file_read_at(fd, off, piece, sizeof piece, &n, err);
        if (rc == HW_OK && n == 0) {
            break;
        }
        if (rc == HW_OK) {
            rc = hw_digests_update(d, (struct hw_span){piece, n}, err);
            off += n;
        }
    }
    if (rc == HW_OK) {
        rc = hw_digests_finish(d, err);
    }
    if (rc == HW_OK && out_n != NULL) {
        *out_n = off;
    }
    return rc;
}
