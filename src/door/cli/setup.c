/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/setup.c -- what commands share: the case, the log, the policy, reading, telling.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/log.h"
#include "derive/derive.h"
#include "door/cli/cli.h"

static const char DEFAULT_CASE[] = "headwater.case";
static const int64_t WAIT_NS = INT64_C(600) * HW_NS_PER_SECOND;

/* What the caller named, in words or in the environment; NULL: nothing. */
static const char *named_case(const struct hw_cli *cli)
{
    const char *env = getenv("HEADWATER_CASE");
    return cli->case_path != NULL ? cli->case_path : env != NULL && env[0] != 0 ? env : NULL;
}

bool hw_cli_case_named(const struct hw_cli *cli)
{
    return named_case(cli) != NULL;
}

const char *hw_cli_case_path(const struct hw_cli *cli)
{
    return named_case(cli) != NULL ? named_case(cli) : DEFAULT_CASE;
}

/* A case that is named and missing is the caller's mistake, to be told. One that merely lies here
 * counts only when it is the caller's own and nobody else may write it: in a shared folder anybody
 * may leave a headwater.case for others to find. */
bool hw_cli_has_case(const struct hw_cli *cli)
{
    struct stat s;
    if (named_case(cli) != NULL) {
        return true;
    }
    return lstat(DEFAULT_CASE, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() &&
           (s.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool waiting(void *state, int64_t waited_ns)
{
    bool *said = state;
    (void)waited_ns;
    if (!*said) {
        *said = true;
        fputs("headwater: another writer holds the case; waiting for it to finish\n", stderr);
    }
    return !hw_cli_stop;
}

int hw_cli_open(struct hw_cli *cli, enum hw_case_mode mode, bool must_exist, struct hw_error *err)
{
    bool named = named_case(cli) != NULL, said = false;
    const char *path = hw_cli_case_path(cli);
    struct hw_case_open how = {.path = mode == HW_CASE_PRIVATE ? NULL : path,
                               .mode = mode,
                               .default_place = !named,
                               .must_exist = must_exist,
                               .now_ns = cli->now_ns,
                               .wait_ns = WAIT_NS,
                               .waiting = waiting,
                               .state = &said};
    int rc = hw_case_open(&how, &cli->c, err);
    if (rc == HW_E_MISSING) {
        rc = hw_fail(err, rc,
                     "there is no case at %.120s: make one with headwater add PATH, or name "
                     "one with --case",
                     path);
    }
    return rc;
}

const char *hw_cli_who(struct hw_cli *cli)
{
    struct hw_buf b;
    hw_buf_init(&b, 512);
    const struct passwd *p = getpwuid(getuid());
    hw_buf_printf(&b, "%s(%u)", p == NULL ? "?" : p->pw_name, (unsigned)getuid());
    const char *who = (const char *)hw_arena_copy(cli->arena, hw_buf_span(&b));
    hw_buf_done(&b);
    return who == NULL ? "?" : who;
}

static void policy_words(const struct hw_cli *cli, struct hw_buf *b)
{
    hw_buf_printf(b, "fail-on %s", hw_severity_word(cli->fail_on));
    for (size_t i = 0; i < cli->accept_opaque.count; i++) {
        hw_buf_printf(b, "; accept-opaque %s", cli->accept_opaque.p[i]);
    }
    for (size_t i = 0; i < cli->expect_signer.count; i++) {
        hw_buf_printf(b, "; expect-signer %s", cli->expect_signer.p[i]);
    }
    for (size_t i = 0; i < cli->require_signer.count; i++) {
        hw_buf_printf(b, "; require-signer %s", cli->require_signer.p[i]);
    }
    if (cli->require_timestamp) {
        hw_buf_str(b, "; require-timestamp");
    }
    if (cli->expiring_days >= 0) {
        hw_buf_printf(b, "; expiring %lld", (long long)cli->expiring_days);
    }
}

int hw_cli_log(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_case_info info;
    hw_case_info(cli->c, &info);
    if (info.read_only || info.path == NULL) {
        return HW_OK; /* a stranger's case takes no entry, a private one is gone soon */
    }
    struct hw_buf args, policy;
    hw_buf_init(&args, 1 << 20);
    hw_buf_init(&policy, 1 << 20);
    for (int i = 1; i < cli->argc; i++) {
        hw_buf_bytes(&args, cli->argv[i], strlen(cli->argv[i]) + 1);
    }
    bool asks = strchr(cli->command->takes, 'a') != NULL;
    if (asks) {
        policy_words(cli, &policy);
    }
    struct hw_action a = {.at_ns = cli->now_ns,
                          .who = hw_cli_who(cli),
                          .version = HW_VERSION,
                          .command = cli->command->word,
                          .args = hw_buf_span(&args),
                          .policy = hw_buf_text(&policy),
                          .as_of_ns = asks ? cli->as_of : HW_TIME_NONE};
    int rc = hw_case_log_append(cli->c, &a, err);
    hw_buf_done(&args);
    hw_buf_done(&policy);
    return rc;
}

struct hw_policy hw_cli_policy(const struct hw_cli *cli)
{
    return (struct hw_policy){.as_of = cli->as_of,
                              .fail_on = cli->fail_on,
                              .expect_signers = cli->expect_signer.p,
                              .expect_signer_count = cli->expect_signer.count,
                              .require_signers = cli->require_signer.p,
                              .require_signer_count = cli->require_signer.count,
                              .require_timestamp = cli->require_timestamp,
                              .expiring_days = cli->expiring_days,
                              .user_anchors =
                                  cli->anchors_origin[0] == 0 ? NULL : cli->anchors_origin,
                              .accept_opaque = cli->accept_opaque.p,
                              .accept_opaque_count = cli->accept_opaque.count,
                              .baseline = cli->baseline.p,
                              .baseline_count = cli->baseline.count};
}

/* ---- telling ---- */

static int put_stdout(void *state, struct hw_span s, struct hw_error *err)
{
    (void)state;
    while (s.n > 0) {
        ssize_t n = write(STDOUT_FILENO, s.p, s.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EPIPE) {
            return hw_fail(err, HW_E_STOPPED, "%s", ""); /* the reader has enough: no words */
        }
        if (n <= 0) {
            return hw_fail(err, HW_E_IO, "cannot write the answer: %s", strerror(errno));
        }
        s.p += n;
        s.n -= (size_t)n;
    }
    return HW_OK;
}

struct hw_teller hw_cli_teller(const struct hw_cli *cli)
{
    return (struct hw_teller){
        .put = put_stdout, .zone_minutes = cli->zone_minutes, .all = cli->all};
}

int hw_cli_flush(struct hw_cli *cli, struct hw_error *err)
{
    if (!hw_buf_ok(&cli->out)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the answer");
    }
    int rc = put_stdout(NULL, hw_buf_span(&cli->out), err);
    hw_buf_clear(&cli->out);
    return rc;
}

void hw_cli_safe(struct hw_cli *cli, struct hw_span s)
{
    hw_escape_put(&cli->out, s, HW_ESCAPE_TERMINAL);
}

static int put_file(void *state, struct hw_span s, struct hw_error *err)
{
    return fwrite(s.p, 1, s.n, state) == s.n
               ? HW_OK
               : hw_fail(err, HW_E_IO, "cannot write the JUnit file: %s", strerror(errno));
}

static int tell_junit(const struct hw_cli *cli, const struct hw_answer *a, struct hw_error *err)
{
    FILE *f = fopen(cli->junit, "we");
    if (f == NULL) {
        return hw_fail(err, HW_E_IO, "--junit %.120s: %s", cli->junit, strerror(errno));
    }
    struct hw_teller t = {.put = put_file, .state = f};
    int rc = hw_tell_junit(&t, a, err);
    if (fclose(f) != 0 && rc == HW_OK) {
        rc = hw_fail(err, HW_E_IO, "--junit %.120s: %s", cli->junit, strerror(errno));
    }
    return rc;
}

int hw_cli_tell(struct hw_cli *cli, const struct hw_answer *a, struct hw_error *err)
{
    struct hw_teller t = hw_cli_teller(cli);
    int rc = hw_cli_flush(cli, err);
    rc = rc != HW_OK ? rc : cli->json ? hw_tell_json(&t, a, err) : hw_tell_text(&t, a, err);
    if (rc == HW_OK && cli->junit != NULL) {
        rc = tell_junit(cli, a, err);
    }
    return rc != HW_OK ? rc : a->exit_status;
}

/* ---- the graph ---- */

static void deriving(void *state, const char *doing, uint64_t done)
{
    bool *shown = state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 12);
    hw_buf_str(&b, "\r\x1b[Kderiving: ");
    hw_buf_str(&b, doing);
    if (done > 0) {
        hw_buf_str(&b, ", ");
        hw_text_count(&b, done);
        hw_buf_str(&b, done == 1 ? " record" : " records");
    }
    (void)!write(STDERR_FILENO, b.p, b.n);
    hw_buf_done(&b);
    *shown = true;
}

static void counted(struct hw_buf *b, uint64_t n, const char *one, const char *many)
{
    hw_text_count(b, n);
    hw_buf_str(b, n == 1 ? one : many);
}

/* For who waited. No part of an answer: the next question finds the graph as it is. */
static void say_derived(const struct hw_derived *d)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 12);
    hw_buf_str(&b, "\r\x1b[KThe graph was made anew: ");
    counted(&b, d->logs, " log, ", " logs, ");
    counted(&b, d->records, " record", " records");
    if (d->twice > 0) {
        hw_buf_str(&b, " (");
        hw_text_count(&b, d->twice);
        hw_buf_str(&b, " seen twice)");
    }
    hw_buf_str(&b, "; ");
    counted(&b, d->things, " thing, ", " things, ");
    counted(&b, d->edges, " edge.\n", " edges.\n");
    (void)!write(STDERR_FILENO, b.p, b.n);
    hw_buf_done(&b);
}

int hw_cli_derive(struct hw_cli *cli, struct hw_derived *out, struct hw_error *err)
{
    bool shown = false;
    struct hw_derive_progress progress = {.say = deriving, .state = &shown};
    int rc = hw_derive(cli->c, isatty(STDERR_FILENO) == 1 ? &progress : NULL, out, err);
    if (shown && rc == HW_OK) {
        say_derived(out);
    } else if (shown) {
        (void)!write(STDERR_FILENO, "\r\x1b[K", 4);
    }
    return rc;
}

static int open_again(struct hw_cli *cli, enum hw_case_mode mode, struct hw_error *err)
{
    hw_case_free(cli->c);
    cli->c = NULL;
    return hw_cli_open(cli, mode, true, err);
}

int hw_cli_open_derived(struct hw_cli *cli, bool always, bool *out_derived, struct hw_error *err)
{
    struct hw_derived d;
    struct hw_case_counts n;
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK ? rc : hw_derive_fresh(cli->c, out_derived, err);
    rc = rc != HW_OK ? rc : hw_case_count(cli->c, &n, err);
    if (rc != HW_OK || *out_derived) {
        return rc;
    }
    struct hw_case_info info;
    hw_case_info(cli->c, &info);
    if (!always && (n.telemetry == 0 || info.read_only)) {
        return HW_OK;
    }
    rc = open_again(cli, HW_CASE_WRITE, err);
    rc = rc != HW_OK ? rc : hw_cli_derive(cli, &d, err);
    *out_derived = rc == HW_OK;
    return rc;
}
