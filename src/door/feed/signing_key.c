/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/signing_key.c -- "headwater-key 1 " and 64 hex digits of an Ed25519 seed (RFC 8032,
 * 5.1.5), one line in a file that only its owner reads.
 */
#include "door/feed/signing_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "door/feed/fetcher.h"

enum { KEY_LINE = 256 };
static const char KEY_WORDS[] = "headwater-key 1 ";

int hw_signing_key_make(const char *path, uint8_t seed[HW_ED25519_KEY], struct hw_error *err)
{
    struct hw_buf line;
    if (getrandom(seed, HW_ED25519_KEY, 0) != HW_ED25519_KEY) {
        return hw_fail(err, HW_E_IO, "no random numbers for a key");
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return hw_fail(err, errno == EEXIST ? HW_E_USAGE : HW_E_IO, "the key %.120s: %s", path,
                       strerror(errno));
    }
    hw_buf_init(&line, KEY_LINE);
    hw_buf_str(&line, KEY_WORDS);
    hw_buf_hex(&line, (struct hw_span){seed, HW_ED25519_KEY});
    hw_buf_char(&line, '\n');
    int rc = hw_buf_ok(&line) ? hw_memory_put(fd, hw_buf_span(&line), err)
                              : hw_fail(err, HW_E_MEMORY, "no memory for a key");
    if (rc == HW_OK && fsync(fd) != 0) {
        rc = hw_fail(err, HW_E_IO, "the key %.120s: %s", path, strerror(errno));
    }
    (void)close(fd);
    if (rc != HW_OK) {
        (void)unlink(path); /* half a key is none */
    }
    if (line.p != NULL) {
        explicit_bzero(line.p, line.n);
    }
    hw_buf_done(&line);
    return rc;
}

int hw_signing_key_read(const char *path, uint8_t seed[HW_ED25519_KEY], struct hw_error *err)
{
    struct hw_file_id id;
    struct hw_buf line;
    int rc = hw_file_look(AT_FDCWD, path, &id, err);
    if (rc == HW_E_MISSING) {
        return rc;
    }
    if (rc == HW_OK && (id.mode & (S_IRWXG | S_IRWXO)) != 0) {
        return hw_fail(err, HW_E_USAGE, "--key %.120s: others can read it: chmod 600", path);
    }
    hw_buf_init(&line, KEY_LINE);
    rc = rc != HW_OK ? rc : hw_file_slurp(AT_FDCWD, path, KEY_LINE, &line, err);
    struct hw_span s = hw_span_trim(hw_buf_span(&line));
    struct hw_span hex = hw_span_from(s, sizeof KEY_WORDS - 1);
    if (rc == HW_OK && (!hw_span_starts(s, KEY_WORDS) || hex.n != 2UL * HW_ED25519_KEY ||
                        !hw_hex_decode(hex, seed, HW_ED25519_KEY))) {
        rc = hw_fail(err, HW_E_USAGE, "--key %.120s: this is no key of headwater's", path);
    }
    if (line.p != NULL) {
        explicit_bzero(line.p, line.n);
    }
    hw_buf_done(&line);
    return rc;
}

int hw_signing_key_public(const char *path, const uint8_t seed[HW_ED25519_KEY],
                          uint8_t out[HW_ED25519_KEY], char out_print[HW_ED25519_PRINT],
                          struct hw_error *err)
{
    return hw_ed25519_public(seed, out) && hw_ed25519_print(out, out_print)
               ? HW_OK
               : hw_fail(err, HW_E_USAGE, "--key %.120s: no key can be made of it", path);
}
