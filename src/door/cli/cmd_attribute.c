/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_attribute.c -- who did it, and how sure anybody is; and, with --check, whether a
 * report that somebody wrote keeps the rules its words are to follow.
 */
#include "ask/attribute.h"

#include <fcntl.h>

#include "ask/wording.h"
#include "base/file.h"
#include "door/cli/cli.h"

enum { REPORT_BYTES = 4 << 20, FAULTS_TOLD = 1000, SENTENCE_TOLD = 400 };

struct report {
    struct hw_cli *cli;
    uint64_t faults;
};

static int tell_fault(void *state, const struct hw_wording *w)
{
    struct report *r = state;
    struct hw_cli *cli = r->cli;
    struct hw_span sentence = hw_span_cut(w->sentence, 0, SENTENCE_TOLD);
    if (r->faults++ >= FAULTS_TOLD) {
        return HW_OK;
    }
    if (cli->json) {
        hw_buf_printf(&cli->out,
                      "{\"type\":\"wording\",\"schema\":1,\"fault\":\"%s\",\"line\":%llu,",
                      hw_wording_word(w->fault), (unsigned long long)w->line);
        hw_json_text(&cli->out, "says", hw_span_str(hw_wording_says(w->fault)));
        hw_buf_char(&cli->out, ',');
        hw_json_text(&cli->out, "sentence", sentence);
        hw_buf_str(&cli->out, "}\n");
        return HW_OK;
    }
    hw_cli_safe(cli, hw_span_str(cli->check));
    if (w->line > 0) {
        hw_buf_printf(&cli->out, ":%llu", (unsigned long long)w->line);
    }
    hw_buf_printf(&cli->out, ": %s: %s\n", hw_wording_word(w->fault), hw_wording_says(w->fault));
    if (sentence.n > 0) {
        hw_buf_str(&cli->out, "    ");
        hw_cli_safe(cli, sentence);
        hw_buf_str(&cli->out, sentence.n < w->sentence.n ? " ...\n" : "\n");
    }
    return HW_OK;
}

static int check(struct hw_cli *cli, struct hw_error *err)
{
    struct report r = {.cli = cli};
    struct hw_buf text;
    if (cli->args.count > 0) {
        return hw_fail(err, HW_E_USAGE, "--check reads a report: it takes no attack beside it");
    }
    hw_buf_init(&text, REPORT_BYTES);
    int rc = hw_file_slurp(AT_FDCWD, cli->check, REPORT_BYTES, &text, err);
    rc = rc != HW_OK ? hw_blame(err, rc, "--check %.120s: ", cli->check) : rc;
    if (rc == HW_OK && !hw_utf8_valid(hw_buf_span(&text))) {
        rc = hw_fail(err, HW_E_USAGE, "--check %.120s: no text in UTF-8", cli->check);
    }
    rc = rc != HW_OK ? rc : hw_wording_check(hw_buf_span(&text), tell_fault, &r);
    hw_buf_done(&text);
    if (rc != HW_OK) {
        return rc;
    }
    int status = r.faults > 0 ? HW_EXIT_FOUND : HW_EXIT_FINE;
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"summary\",\"schema\":1,\"question\":\"wording\",");
        hw_json_text(&cli->out, "file", hw_span_str(cli->check));
        hw_buf_printf(&cli->out, ",\"faults\":%llu,\"exit\":%d}\n", (unsigned long long)r.faults,
                      status);
    } else {
        hw_text_many(&cli->out, r.faults, "fault.\n", "faults.\n");
    }
    rc = hw_cli_flush(cli, err);
    return rc != HW_OK ? rc : status;
}

int cmd_attribute(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_attribute_answer *a = NULL;
    struct hw_teller t = hw_cli_teller(cli);
    if (cli->check != NULL) {
        return check(cli, err);
    }
    struct hw_attribute_ask ask = {
        .target = hw_span_trim(hw_span_str(cli->args.count > 0 ? cli->args.p[0] : NULL)),
        .as_of = cli->as_of,
        .dated = cli->as_of != cli->now_ns,
        .behaviour = cli->behaviour};
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    /* one state of the case, whatever is read meanwhile */
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : hw_attribute(cli->c, &ask, &a, err);
    rc = rc != HW_OK ? rc
         : cli->json ? hw_tell_attribute_json(&t, a, err)
                     : hw_tell_attribute_text(&t, a, err);
    rc = rc != HW_OK ? rc : a->exit_status;
    hw_attribute_answer_free(a);
    return rc;
}
