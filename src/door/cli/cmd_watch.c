/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_watch.c -- asks again when a feed, a folder or the case itself gained something, and
 * tells what was not told before.
 *
 * By looking every so often, not by notices of the kernel: a feed gives none, a folder on a server
 * gives none either, and an unchanged file costs one stat. Between two looks the case is closed, so
 * that others may write. What was told is remembered in the case after it was told, everywhere it
 * had to be.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "ask/hunt.h"
#include "case/cursor.h"
#include "case/memo.h"
#include "door/cli/cli.h"
#include "door/feed/fetcher.h"
#include "door/feed/pack.h"

enum { INTERVAL_S = 300 };
static const char TOLD[] = "told";

static void close_case(struct hw_cli *cli)
{
    hw_case_free(cli->c);
    cli->c = NULL;
}

/* ---- what is new ---- */

static int one_source(struct hw_cli *cli, const char *what, int *status, struct hw_error *err)
{
    if (strstr(what, "://") != NULL) {
        return hw_cli_feed(cli, what, status, err);
    }
    return hw_pack_is(what) ? hw_cli_pack(cli, what, status, err)
                            : hw_cli_intake(cli, HW_CLASS_KNOWLEDGE, &what, 1, NULL, status, err);
}

/* A folder that is gone for the moment, or a feed, is said and looked at again. */
static int look(struct hw_cli *cli, int *worst, struct hw_error *err)
{
    int status = HW_EXIT_FINE;
    int rc = hw_cli_open(cli, HW_CASE_WRITE, false, err);
    for (size_t i = 0; i < cli->feed.count && rc == HW_OK && !hw_cli_stop; i++) {
        rc = one_source(cli, cli->feed.p[i], &status, err);
        *worst = status > *worst ? status : *worst;
    }
    if (rc == HW_OK && cli->args.count > 0 && !hw_cli_stop) {
        rc = hw_cli_intake(cli, HW_CLASS_ANY, cli->args.p, cli->args.count, NULL, &status, err);
        *worst = status > *worst ? status : *worst;
    }
    close_case(cli);
    return rc;
}

/* Files that no finding is left for are nothing to tell. */
static void leave_files(struct hw_answer *a)
{
    for (struct hw_file_answer **f = &a->files; *f != NULL;) {
        const struct hw_finding *of = a->findings;
        while (of != NULL && of->file != *f) {
            of = of->next;
        }
        if (of == NULL) {
            *f = (*f)->next;
        } else {
            f = &(*f)->next;
        }
    }
}

/* Takes out of the answer what was told before, and counts again. */
static int leave_new(struct hw_cli *cli, struct hw_answer *a, struct hw_error *err)
{
    struct hw_buf b;
    int rc = HW_OK;
    hw_buf_init(&b, HW_MEMO_BYTES);
    for (struct hw_finding **f = &a->findings; rc == HW_OK && *f != NULL;) {
        bool told = false;
        hw_buf_clear(&b);
        rc = hw_case_memo_get(cli->c, TOLD, hw_span_str((*f)->id), &b, &told, err);
        if (told || (*f)->baseline || hw_is_rejected((*f)->judged)) {
            *f = (*f)->next;
        } else {
            f = &(*f)->next;
        }
    }
    hw_buf_done(&b);
    leave_files(a);
    a->question = "watch";
    hw_answer_close(a);
    return rc;
}

/* ---- telling ---- */

static void to_syslog(const struct hw_answer *a)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    openlog("headwater", LOG_PID, LOG_DAEMON);
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        hw_buf_clear(&b);
        hw_buf_printf(&b, "%s %s %s ", f->id, hw_severity_word(f->severity), f->rule);
        hw_escape_put(&b, f->path, HW_ESCAPE_TERMINAL);
        if (f->why != NULL) {
            hw_buf_str(&b, ": ");
            hw_escape_put(&b, f->why->says, HW_ESCAPE_TERMINAL);
        }
        const char *text = hw_buf_text(&b);
        syslog(f->severity >= HW_HIGH ? LOG_ALERT : LOG_WARNING, "%s", text == NULL ? f->id : text);
    }
    closelog();
    hw_buf_done(&b);
}

static void as_json(const struct hw_answer *a, struct hw_buf *b)
{
    hw_buf_str(b, "{\"type\":\"watch\",\"schema\":1,");
    hw_json_time(b, "as_of", a->as_of);
    hw_buf_str(b, ",\"findings\":[");
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        hw_buf_printf(b, "%s{\"id\":\"%s\",\"rule\":\"%s\",\"severity\":\"%s\",",
                      f == a->findings ? "" : ",", f->id, f->rule, hw_severity_word(f->severity));
        hw_json_text(b, "key", f->key);
        hw_buf_char(b, ',');
        hw_json_text(b, "path", f->path);
        hw_buf_char(b, ',');
        hw_json_text(b, "says", f->why == NULL ? (struct hw_span){NULL, 0} : f->why->says);
        hw_buf_char(b, '}');
    }
    hw_buf_str(b, "]}\n");
}

static int to_webhook(const struct hw_cli *cli, const struct hw_answer *a, struct hw_error *err)
{
    struct hw_fetcher_options o = {.ca = cli->ca, .auth = cli->webhook_auth, .seconds = 60};
    struct hw_fetcher *f = NULL;
    struct hw_buf b;
    hw_buf_init(&b, 64 << 20);
    as_json(a, &b);
    int rc = hw_buf_ok(&b) ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for the webhook");
    rc = rc != HW_OK ? rc : hw_fetcher_open(&o, cli->webhook, &f, err);
    rc = rc != HW_OK ? rc : hw_fetcher_post(f, cli->webhook, hw_buf_span(&b), err);
    hw_fetcher_free(f);
    hw_buf_done(&b);
    return rc == HW_OK ? HW_OK : hw_blame(err, rc, "--webhook: ");
}

static int remember(struct hw_cli *cli, const struct hw_answer *a, struct hw_error *err)
{
    char when[HW_TIME_TEXT];
    close_case(cli);
    int rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    for (const struct hw_finding *f = a->findings; f != NULL && rc == HW_OK; f = f->next) {
        rc = hw_case_memo_put(cli->c, TOLD, hw_span_str(f->id),
                              hw_span_str(hw_time_text(cli->now_ns, when)), err);
    }
    return rc != HW_OK ? rc : hw_case_commit(cli->c, err);
}

/* *out: the exit status that the new findings make. */
static int ask(struct hw_cli *cli, int *out, struct hw_error *err)
{
    struct hw_answer *a = NULL;
    struct hw_policy policy = hw_cli_policy(cli);
    int rc = hw_cli_open_derived(cli, /* always= */ false, &policy.derived, err);
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : hw_hunt(cli->c, &policy, &a, err);
    rc = rc != HW_OK ? rc : leave_new(cli, a, err);
    if (rc == HW_OK) {
        hw_case_release(cli->c);
        *out = a->exit_status;
        if (a->findings != NULL || cli->once) {
            int told = hw_cli_tell(cli, a, err);
            rc = told < 0 ? told : HW_OK;
        }
    }
    if (rc == HW_OK && a->findings != NULL && cli->syslog) {
        to_syslog(a);
    }
    if (rc == HW_OK && a->findings != NULL && cli->webhook != NULL) {
        rc = to_webhook(cli, a, err);
    }
    if (rc == HW_OK && a->findings != NULL) {
        rc = remember(cli, a, err);
    }
    hw_answer_free(a);
    return rc;
}

/* ---- again and again ---- */

static void wait_for(int64_t seconds)
{
    struct timespec one = {.tv_sec = 1};
    for (int64_t i = 0; i < seconds && !hw_cli_stop; i++) {
        (void)nanosleep(&one, NULL);
    }
}

static int counts_of(struct hw_cli *cli, struct hw_case_counts *out, struct hw_error *err)
{
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_case_count(cli->c, out, err);
    close_case(cli);
    return rc;
}

/* In a watch without end a failure of the outside is said and tried again; one of ours ends it. */
static bool passes(int rc)
{
    return rc == HW_E_MISSING || rc == HW_E_PEER || rc == HW_E_IO || rc == HW_E_STOPPED ||
           rc == HW_E_EVIDENCE || rc == HW_E_LIMIT;
}

static void say_passing(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    hw_buf_str(&b, "headwater: ");
    hw_escape_str(&b, err->text, HW_ESCAPE_TERMINAL);
    hw_buf_str(&b, "; tried again later\n");
    (void)!write(STDERR_FILENO, b.p, b.n);
    hw_buf_done(&b);
    close_case(cli);
    *err = (struct hw_error){.code = HW_OK};
}

static int one_round(struct hw_cli *cli, struct hw_case_counts *last, int *status,
                     struct hw_error *err)
{
    struct hw_case_counts now = {.evidences = 0};
    int worst = HW_EXIT_FINE, found = HW_EXIT_FINE;
    bool asked = false;
    int rc = look(cli, &worst, err);
    rc = rc != HW_OK ? rc : counts_of(cli, &now, err);
    if (rc == HW_OK && (cli->gained > 0 || memcmp(&now, last, sizeof now) != 0)) {
        rc = ask(cli, &found, err);
        close_case(cli);
        asked = rc == HW_OK;
    }
    if (asked) {
        *last = now;
        cli->gained = 0;
    }
    *status = found == HW_EXIT_FOUND ? found : worst > found ? worst : found;
    return rc != HW_OK ? rc : hw_cli_flush(cli, err);
}

int cmd_watch(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_case_counts last;
    struct timespec t;
    bool now = cli->as_of == cli->now_ns; /* no --as-of: each question is about its own moment */
    int status = HW_EXIT_FINE;
    memset(&last, 0xff, sizeof last); /* the first round always asks */
    int rc = hw_cli_open(cli, HW_CASE_WRITE, false, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    close_case(cli);
    while (rc == HW_OK && !hw_cli_stop) {
        rc = one_round(cli, &last, &status, err);
        if (cli->once) {
            break;
        }
        if (passes(rc)) {
            say_passing(cli, err);
            rc = HW_OK;
        }
        cli->quiet = true; /* from now on only what is new */
        wait_for(rc != HW_OK ? 0 : cli->interval_s == 0 ? INTERVAL_S : cli->interval_s);
        (void)clock_gettime(CLOCK_REALTIME, &t);
        cli->now_ns = (int64_t)t.tv_sec * HW_NS_PER_SECOND + t.tv_nsec;
        cli->as_of = now ? cli->now_ns : cli->as_of;
    }
    return rc != HW_OK ? rc : cli->once ? status : HW_EXIT_FINE;
}
