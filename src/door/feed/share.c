/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/share.c -- a bundle's signature, made and verified.
 *
 * Outside of the cage nothing of a bundle is parsed: its last line has one spelling and one length
 * (fact/share.h), its first bytes say when it was made, and between them lie bytes. They are read
 * once, into a sealed memory file, so that what was verified is what is read.
 */
#include "door/feed/share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "door/feed/fetcher.h"
#include "door/feed/signing_key.h"
#include "fact/share.h"

/* How far two clocks may be apart. */
static const int64_t AHEAD_NS = INT64_C(86400) * HW_NS_PER_SECOND;

/* ---- writing ---- */

static int put_file(const char *path, struct hw_span bytes, struct hw_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return hw_fail(err, errno == EEXIST ? HW_E_USAGE : HW_E_IO, "--out %.120s: %s", path,
                       strerror(errno));
    }
    int rc = hw_memory_put(fd, bytes, err);
    if (rc == HW_OK && fsync(fd) != 0 && errno != EINVAL) {
        rc = hw_fail(err, HW_E_IO, "--out %.120s: %s", path, strerror(errno));
    }
    if (close(fd) != 0 && rc == HW_OK) {
        rc = hw_fail(err, HW_E_IO, "--out %.120s: %s", path, strerror(errno));
    }
    if (rc != HW_OK) {
        (void)unlink(path); /* half a bundle is none */
    }
    return rc;
}

static int sign(const char *key_path, struct hw_span body, struct hw_buf *last, char *print,
                struct hw_error *err)
{
    uint8_t seed[HW_ED25519_KEY], key[HW_ED25519_KEY], signature[HW_ED25519_SIGNATURE];
    int rc = hw_signing_key_read(key_path, seed, err);
    if (rc == HW_E_MISSING) {
        rc = hw_fail(err, HW_E_USAGE,
                     "--key %.120s: there is none: make one with headwater share --new-key %.120s",
                     key_path, key_path);
    }
    rc = rc != HW_OK ? rc : hw_signing_key_public(key_path, seed, key, print, err);
    if (rc == HW_OK && !hw_ed25519_sign(seed, body, signature)) {
        rc = hw_fail(err, HW_E_MEMORY, "the bundle cannot be signed");
    }
    explicit_bzero(seed, sizeof seed);
    if (rc == HW_OK) {
        hw_share_close(last, key, signature);
    }
    return rc;
}

int hw_share_write(const char *path, const char *key_path, struct hw_span body,
                   struct hw_share_written *out, struct hw_error *err)
{
    struct hw_buf all, last;
    struct hw_share_written w = {.bytes = 0};
    hw_buf_init(&all, HW_SHARE_BYTES);
    hw_buf_init(&last, 4096);
    int rc = sign(key_path, body, &last, w.print, err);
    if (rc == HW_OK) {
        hw_buf_span_put(&all, body);
        hw_buf_span_put(&all, hw_buf_span(&last));
        rc = hw_buf_ok(&all) && hw_buf_ok(&last)
                 ? HW_OK
                 : hw_fail(err, HW_E_LIMIT, "more than a bundle may have (%d MiB): ask for less",
                           HW_SHARE_BYTES >> 20);
    }
    rc =
        rc != HW_OK ? rc : hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(&all), w.sha256, NULL, err);
    rc = rc != HW_OK ? rc : put_file(path, hw_buf_span(&all), err);
    w.bytes = all.n;
    hw_buf_done(&all);
    hw_buf_done(&last);
    if (rc == HW_OK) {
        *out = w;
    }
    return rc;
}

/* ---- reading ---- */

bool hw_share_is(const char *path)
{
    uint8_t head[sizeof HW_SHARE_BEGINS - 1];
    struct hw_error err = {.code = HW_OK};
    size_t n = 0;
    int fd = -1;
    if (hw_file_open(AT_FDCWD, path, &fd, NULL, &err) != HW_OK) {
        return false; /* then whoever reads it says why */
    }
    bool is = hw_file_read_at(fd, 0, head, sizeof head, &n, &err) == HW_OK &&
              hw_share_begins((struct hw_span){head, n});
    (void)close(fd);
    return is;
}

static int check(struct hw_span bytes, const char *pin, int64_t now_ns, struct hw_share_in *out,
                 struct hw_error *err)
{
    struct hw_share_signed s;
    if (!hw_share_cut(bytes, &s)) {
        return hw_fail(err, HW_E_EVIDENCE,
                       "refused, nothing of it was taken: it is not whole, for it does not end "
                       "with a signature");
    }
    if (hw_ed25519_verify((struct hw_span){s.key, sizeof s.key}, s.body,
                          (struct hw_span){s.signature, sizeof s.signature}) != HW_TRI_YES ||
        !hw_ed25519_print(s.key, out->print)) {
        return hw_fail(err, HW_E_EVIDENCE,
                       "refused, nothing of it was taken: tampered with, the signature does not "
                       "fit");
    }
    if (pin != NULL && !hw_span_is_nocase(hw_span_str(pin), out->print)) {
        return hw_fail(err, HW_E_USAGE,
                       "refused, nothing of it was taken: it is signed by another key, %.64s",
                       out->print);
    }
    if (!hw_share_made(bytes, &out->made_ns) || hw_time_since(out->made_ns, now_ns) > AHEAD_NS) {
        return hw_fail(err, HW_E_EVIDENCE,
                       "refused, nothing of it was taken: it says that it was made in the future");
    }
    return HW_OK;
}

int hw_share_open(const char *path, const char *pin, int64_t now_ns, struct hw_share_in *out,
                  struct hw_error *err)
{
    struct hw_share_in s = {.fd = -1};
    struct hw_buf bytes;
    hw_buf_init(&bytes, HW_SHARE_BYTES);
    int rc = hw_file_slurp(AT_FDCWD, path, HW_SHARE_BYTES, &bytes, err);
    rc = rc != HW_OK ? rc : check(hw_buf_span(&bytes), pin, now_ns, &s, err);
    s.fd = rc == HW_OK ? hw_memory_file("bundle", err) : -1;
    rc = rc != HW_OK ? rc : s.fd < 0 ? s.fd : hw_memory_put(s.fd, hw_buf_span(&bytes), err);
    rc = rc != HW_OK ? rc : hw_memory_seal(s.fd, err);
    hw_buf_done(&bytes);
    if (rc != HW_OK) {
        if (s.fd >= 0) {
            (void)close(s.fd);
        }
        return hw_blame(err, rc, "%.100s: ", path);
    }
    *out = s;
    return HW_OK;
}
