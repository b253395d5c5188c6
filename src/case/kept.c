/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/kept.c -- bytes worth keeping, in a form that nothing runs and nothing quarantines.
 *
 *   NAME.case.d/<first two hex digits>/<sha256>.kept   mode 0600, folders 0700
 *   "headwater-kept-1 " <sha256 in hex> " " <size in decimal> "\n"
 *   then the bytes, each XORed with a key stream: byte i with byte i%8 (least significant first) of
 *   mix(seed + i/8), where seed is the hash's first eight bytes read little-endian and
 *   mix(x): x += 0x9e3779b97f4a7c15; x = (x ^ x>>30) * 0xbf58476d1ce4e5b9;
 *           x = (x ^ x>>27) * 0x94d049bb133111eb; x ^ x>>31          (SplitMix64, Steele et al.
 * 2014) The stream hides nothing from a reader of this page, and is not meant to.
 */
#include "case/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "case/room.h"

enum { CHUNK = 64 * 1024, HEAD_BYTES = 17 + 64 + 1 + 20 + 1 };

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
}

/* In place; its own inverse. `at` is a multiple of 8. */
static void stir(uint8_t *p, size_t n, uint64_t at, const uint8_t sha256[32])
{
    uint64_t seed = 0;
    for (unsigned i = 8; i-- > 0;) {
        seed = seed << 8 | sha256[i];
    }
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = mix(seed + (at + i) / 8);
        for (size_t k = 0; k < 8 && i + k < n; k++) {
            p[i + k] ^= (uint8_t)(word >> (8 * k));
        }
    }
}

static void name_of(const uint8_t sha256[32], char out[80])
{
    for (unsigned i = 0; i < 32; i++) {
        snprintf(out + 2 * i, 3, "%02x", sha256[i]);
    }
    memcpy(out + 64, ".kept", 6);
}

static size_t head_of(const uint8_t sha256[32], uint64_t size, char out[HEAD_BYTES + 1])
{
    char hex[80];
    name_of(sha256, hex);
    hex[64] = '\0';
    int n =
        snprintf(out, HEAD_BYTES + 1, "headwater-kept-1 %s %llu\n", hex, (unsigned long long)size);
    return (size_t)n;
}

static int sys_fail(struct hw_error *err, const char *doing)
{
    return hw_fail(err, errno == ENOSPC || errno == EDQUOT ? HW_E_SPACE : HW_E_IO, "%s: %s", doing,
                   strerror(errno));
}

/* A folder that is one: links are not followed. */
static int open_dir(int at, const char *name, bool make, int *out, struct hw_error *err)
{
    if (make && mkdirat(at, name, 0700) != 0 && errno != EEXIST) {
        return sys_fail(err, "cannot make the folder for kept bytes");
    }
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? hw_fail(err, HW_E_MISSING, "these bytes are not kept")
                               : sys_fail(err, "cannot open the folder for kept bytes");
    }
    *out = fd;
    return HW_OK;
}

/* The folder of this hash: NAME.case.d/aa. */
static int open_home(const struct hw_case *c, const uint8_t sha256[32], bool make, int *out,
                     struct hw_error *err)
{
    char aa[3], *top_name = NULL;
    int top = -1;
    if (c->path == NULL || asprintf(&top_name, "%s.d", c->path) < 0) {
        return hw_fail(err, c->path == NULL ? HW_E_STATE : HW_E_MEMORY,
                       "a private case keeps no bytes");
    }
    int rc = open_dir(AT_FDCWD, top_name, make, &top, err);
    free(top_name);
    if (rc != HW_OK) {
        return rc;
    }
    snprintf(aa, sizeof aa, "%02x", sha256[0]);
    rc = open_dir(top, aa, make, out, err);
    close(top);
    return rc;
}

static int write_all(int fd, const void *p, size_t n, struct hw_error *err)
{
    const uint8_t *at = p;
    while (n > 0) {
        ssize_t w = write(fd, at, n);
        if (w < 0 && errno != EINTR) {
            return sys_fail(err, "cannot write kept bytes");
        }
        at += w > 0 ? w : 0;
        n -= w > 0 ? (size_t)w : 0;
    }
    return HW_OK;
}

static int read_some(int fd, uint8_t *p, size_t n, uint64_t at, size_t *out, struct hw_error *err)
{
    size_t have = 0;
    while (have < n) {
        ssize_t r = pread(fd, p + have, n - have, (off_t)(at + have));
        if (r == 0) {
            break;
        }
        if (r < 0 && errno != EINTR) {
            return sys_fail(err, "cannot read");
        }
        have += r > 0 ? (size_t)r : 0;
    }
    *out = have;
    return HW_OK;
}

static int check_hash(struct hw_digests *d, const uint8_t sha256[32], int code,
                      struct hw_error *err)
{
    int rc = hw_digests_finish(d, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_span found = hw_digests_get(d, HW_DIGEST_SHA256);
    return hw_span_equal(found, (struct hw_span){sha256, 32})
               ? HW_OK
               : hw_fail(err, code, "the bytes do not have their hash");
}

/* Copies size bytes from one file to another, stirred, and digests them on the plain side.
 * from_at: where they begin; plain_in: the plain side is the one read. to -1: nowhere. */
static int copy(int from, uint64_t from_at, uint64_t size, bool plain_in, int to,
                const uint8_t sha256[32], struct hw_digests *d, struct hw_error *err)
{
    uint8_t *p = malloc(CHUNK);
    int rc = p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to copy bytes") : HW_OK;
    for (uint64_t at = 0; at < size && rc == HW_OK;) {
        size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK, got = 0;
        rc = read_some(from, p, n, from_at + at, &got, err);
        if (rc == HW_OK && got < n) {
            rc = hw_fail(err, plain_in ? HW_E_EVIDENCE : HW_E_CASE, "fewer bytes than there were");
        }
        rc = rc != HW_OK || !plain_in ? rc : hw_digests_update(d, (struct hw_span){p, n}, err);
        if (rc == HW_OK) {
            stir(p, n, at, sha256);
        }
        rc = rc != HW_OK || plain_in ? rc : hw_digests_update(d, (struct hw_span){p, n}, err);
        rc = rc != HW_OK || to < 0 ? rc : write_all(to, p, n, err);
        at += n;
    }
    free(p);
    return rc;
}

static int write_file(int home, int fd, uint64_t size, const uint8_t sha256[32],
                      struct hw_error *err)
{
    char name[80], beside[88], head[HEAD_BYTES + 1];
    name_of(sha256, name);
    snprintf(beside, sizeof beside, ".%s.new", name);
    unlinkat(home, beside, 0); /* what a killed writer left; the writer's lock is ours */
    int to = openat(home, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0) {
        return sys_fail(err, "cannot make a file for kept bytes");
    }
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    int rc = d == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a digest")
                       : write_all(to, head, head_of(sha256, size, head), err);
    rc = rc != HW_OK ? rc : copy(fd, 0, size, true, to, sha256, d, err);
    rc = rc != HW_OK ? rc : check_hash(d, sha256, HW_E_EVIDENCE, err);
    if (rc == HW_OK &&
        (fsync(to) != 0 || renameat(home, beside, home, name) != 0 || fsync(home) != 0)) {
        rc = sys_fail(err, "cannot finish a file of kept bytes");
    }
    close(to);
    if (rc != HW_OK) {
        unlinkat(home, beside, 0);
    }
    return rc;
}

static int kept_size(struct hw_case *c, const uint8_t sha256[32], uint64_t *out,
                     struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc = hw_sql_make(c->db, "SELECT size FROM kept WHERE sha256=?1", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, sha256);
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        *out = hw_col_size(s, 0, &ok);
        rc = ok ? HW_OK : hw_col_bad("kept", err);
    } else if (rc == HW_OK) {
        rc = hw_fail(err, HW_E_MISSING, "these bytes are not kept");
    }
    sqlite3_finalize(s);
    return rc;
}

int hw_case_keep(struct hw_case *c, int fd, uint64_t size, const uint8_t sha256[32], int64_t now_ns,
                 struct hw_error *err)
{
    uint64_t held;
    int home = -1;
    sqlite3_stmt *s = NULL;
    if (c->path == NULL) {
        return hw_fail(err, HW_E_STATE, "a private case keeps no bytes");
    }
    int rc = kept_size(c, sha256, &held, err);
    if (rc != HW_E_MISSING) {
        return rc;
    }
    rc = hw_case_write(c, err);
    rc = rc != HW_OK ? rc : open_home(c, sha256, true, &home, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = write_file(home, fd, size, sha256, err);
    close(home);
    rc = rc != HW_OK ? rc
                     : hw_sql_make(c->db, "INSERT INTO kept(sha256,size,at_ns) VALUES(?1,?2,?3)",
                                   false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, sha256);
    hw_bind_int(s, 2, (int64_t)size);
    hw_bind_int(s, 3, now_ns);
    rc = hw_sql_done(s, err);
    sqlite3_finalize(s);
    return rc;
}

static int read_file(int from, uint64_t size, const uint8_t sha256[32], int out_fd,
                     struct hw_error *err)
{
    char want[HEAD_BYTES + 1], have[HEAD_BYTES + 1];
    size_t n = head_of(sha256, size, want), got = 0;
    struct stat st;
    int rc = read_some(from, (uint8_t *)have, n, 0, &got, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (fstat(from, &st) != 0 || !S_ISREG(st.st_mode) || got != n || memcmp(want, have, n) != 0 ||
        (uint64_t)st.st_size != n + size) {
        return hw_fail(err, HW_E_CASE, "a kept file is not what was kept");
    }
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    if (d == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a digest");
    }
    rc = copy(from, n, size, false, out_fd, sha256, d, err);
    return rc != HW_OK ? rc : check_hash(d, sha256, HW_E_CASE, err);
}

int hw_case_kept_read(struct hw_case *c, const uint8_t sha256[32], int out_fd, struct hw_error *err)
{
    uint64_t size = 0;
    int home = -1;
    char name[80];
    int rc = kept_size(c, sha256, &size, err);
    if (rc != HW_OK) {
        return rc;
    }
    name_of(sha256, name);
    rc = open_home(c, sha256, false, &home, err);
    if (rc == HW_OK) {
        int from = openat(home, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        rc = from < 0 ? hw_fail(err, HW_E_CASE, "a kept file is gone: %s", strerror(errno))
                      : read_file(from, size, sha256, out_fd, err);
        if (from >= 0) {
            close(from);
        }
        close(home);
    } else if (rc == HW_E_MISSING) {
        rc = hw_fail(err, HW_E_CASE, "the folder of a kept file is gone");
    }
    return rc;
}

int hw_kept_unlink(struct hw_case *c, const uint8_t sha256[32], struct hw_error *err)
{
    char name[80];
    int home = -1;
    int rc = open_home(c, sha256, false, &home, err);
    if (rc != HW_OK) {
        return rc == HW_E_MISSING ? HW_OK : rc;
    }
    name_of(sha256, name);
    if (unlinkat(home, name, 0) != 0 && errno != ENOENT) {
        rc = sys_fail(err, "cannot remove a kept file");
    }
    close(home);
    return rc;
}

int hw_case_kept(struct hw_case *c, struct hw_cursor **out, struct hw_error *err)
{
    return hw_cursor_new(c, HW_K_KEPT, "SELECT sha256,size,at_ns FROM kept ORDER BY sha256", out,
                         err);
}

int hw_kept_next(struct hw_cursor *k, struct hw_kept_row *out, struct hw_error *err)
{
    bool ok = true;
    struct hw_kept_row row;
    int rc = hw_cursor_step(k, HW_K_KEPT, err);
    if (rc != HW_ROW) {
        return rc;
    }
    hw_col_bytes(k->s, 0, row.sha256, 32, &ok);
    row.size = hw_col_size(k->s, 1, &ok);
    row.at_ns = hw_col_int(k->s, 2, &ok);
    if (!ok) {
        return hw_col_bad("kept", err);
    }
    *out = row;
    return HW_ROW;
}
