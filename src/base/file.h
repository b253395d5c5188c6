/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/file.h -- opening strangers' files without touching anything but regular files.
 *
 * Symlinks are never followed in the last component; FIFOs, devices and sockets are never opened,
 * not even when they take a file's place between look and open. Files are opened read-only, without
 * waiting, without becoming a controlling terminal, and without changing the access time where the
 * system lets us.
 */
#ifndef HW_BASE_FILE_H
#define HW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"

enum hw_file_kind {
    HW_FILE_REGULAR,
    HW_FILE_FOLDER,
    HW_FILE_SYMLINK,
    HW_FILE_FIFO,
    HW_FILE_SOCKET,
    HW_FILE_DEVICE, /* character or block */
    HW_FILE_OTHER
};
const char *hw_file_kind_word(enum hw_file_kind k); /* "file" "folder" "symlink" "fifo" ... */

struct hw_file_id {
    uint64_t dev, ino, size, nlink;
    int64_t mtime_ns, ctime_ns; /* clamped to what int64 can say */
    uint32_t mode;              /* st_mode whole */
    enum hw_file_kind kind;
};

/* What is at this path, the last component not followed. dirfd as in openat (AT_FDCWD).
 * HW_E_MISSING, or HW_E_IO with the system's words. */
HW_CHECK int hw_file_look(int dirfd, const char *path, struct hw_file_id *out,
                          struct hw_error *err);
/* The same for an open descriptor. */
HW_CHECK int hw_file_look_fd(int fd, struct hw_file_id *out, struct hw_error *err);
/* Does fd (a folder's will do) lie in a file system that the kernel makes up, such as /proc or
 * /sys? Its files say they are regular; walkers leave them alone. */
HW_CHECK int hw_file_is_kernel(int fd, bool *out, struct hw_error *err);
/* Opens a regular file for reading; *out_fd is the caller's to close, *out_id (may be NULL) is
 * from the open descriptor. HW_E_USAGE: not a regular file, and the words say what it is;
 * HW_E_MISSING; HW_E_IO. */
HW_CHECK int hw_file_open(int dirfd, const char *path, int *out_fd, struct hw_file_id *out_id,
                          struct hw_error *err);
/* Same file, untouched: device, inode, size, mtime and ctime agree. */
bool hw_file_same(const struct hw_file_id *a, const struct hw_file_id *b);

/* Up to n bytes at off; *out_n is less than n only at the end of the file. */
HW_CHECK int hw_file_read_at(int fd, uint64_t off, void *p, size_t n, size_t *out_n,
                             struct hw_error *err);
/* Appends a whole small file to *out. HW_E_LIMIT when it has more than max bytes. */
HW_CHECK int hw_file_slurp(int dirfd, const char *path, size_t max, struct hw_buf *out,
                           struct hw_error *err);
/* Feeds the file from its first byte to its end, however long it turns out to be, to d (reset and
 * finished here). *out_n, which may be NULL, is how many bytes that were. */
HW_CHECK int hw_file_digest(int fd, struct hw_digests *d, uint64_t *out_n, struct hw_error *err);

#endif
