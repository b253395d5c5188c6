/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/redacting.c -- the policy and the key of pseudonyms, from files.
 *
 * The key is 32 random bytes in hex, made on first use and read by its owner only: who has it can
 * try names on the pseudonyms. It is in no report.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask/redact.h"
#include "base/file.h"
#include "door/cli/cli.h"

enum { POLICY_BYTES = 1 << 20 };

static int make_key(const char *path, uint8_t key[HW_REDACT_KEY_BYTES], struct hw_error *err)
{
    struct hw_buf b;
    if (getrandom(key, HW_REDACT_KEY_BYTES, 0) != HW_REDACT_KEY_BYTES) {
        return hw_fail(err, HW_E_IO, "no randomness for a key: %s", strerror(errno));
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return hw_fail(err, HW_E_IO, "--redact-key %.120s: %s", path, strerror(errno));
    }
    hw_buf_init(&b, 256);
    hw_buf_hex(&b, (struct hw_span){key, HW_REDACT_KEY_BYTES});
    hw_buf_char(&b, '\n');
    bool whole = hw_buf_ok(&b) && write(fd, b.p, b.n) == (ssize_t)b.n && fsync(fd) == 0;
    hw_buf_done(&b);
    whole = close(fd) == 0 && whole;
    if (!whole) {
        (void)unlink(path); /* half a key would be one of its own */
        return hw_fail(err, HW_E_IO, "--redact-key %.120s: cannot write it", path);
    }
    return HW_OK;
}

int hw_cli_redact_key(const char *path, uint8_t *key, struct hw_error *err)
{
    struct stat s;
    struct hw_buf b;
    if (lstat(path, &s) != 0) {
        return errno == ENOENT
                   ? make_key(path, key, err)
                   : hw_fail(err, HW_E_IO, "--redact-key %.120s: %s", path, strerror(errno));
    }
    if (!S_ISREG(s.st_mode) || s.st_uid != geteuid() || (s.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return hw_fail(err, HW_E_USAGE,
                       "--redact-key %.120s: a key is a file of yours that nobody else may read "
                       "(chmod 600)",
                       path);
    }
    hw_buf_init(&b, 4096);
    int rc = hw_file_slurp(AT_FDCWD, path, 4095, &b, err);
    struct hw_span text = hw_span_trim(hw_buf_span(&b));
    if (rc == HW_OK && !hw_hex_decode(text, key, HW_REDACT_KEY_BYTES)) {
        rc = hw_fail(err, HW_E_USAGE, "--redact-key %.120s: no key of 64 hex digits", path);
    }
    hw_buf_done(&b);
    return rc;
}

int hw_cli_redact_policy(struct hw_cli *cli, const char *path, struct hw_redact_policy *out,
                         struct hw_error *err)
{
    struct hw_buf text;
    hw_buf_init(&text, POLICY_BYTES);
    int rc = hw_file_slurp(AT_FDCWD, path, POLICY_BYTES, &text, err);
    rc = rc != HW_OK ? rc : hw_redact_policy_read(hw_buf_span(&text), cli->arena, out, err);
    hw_buf_done(&text);
    return rc != HW_OK ? hw_blame(err, rc, "--redact %.120s: ", path) : rc;
}

int hw_cli_redact(struct hw_cli *cli, struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_redact_policy policy;
    uint8_t key[HW_REDACT_KEY_BYTES];
    if (cli->redact == NULL) {
        return HW_OK;
    }
    int rc = hw_cli_redact_policy(cli, cli->redact, &policy, err);
    rc = rc != HW_OK ? rc : hw_cli_redact_key(cli->redact_key, key, err);
    return rc != HW_OK ? rc : hw_redact(a, &policy, key, err);
}
