/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_affected.c -- one advisory against what is named (in a case of its own, gone
 * afterwards), or against the case.
 */
#include "ask/affected.h"

#include <string.h>

#include "case/cursor.h"
#include "derive/derive.h"
#include "door/cli/cli.h"

/* Was a file that is named read as nothing but bytes? Who names an inventory has to know. */
static int plain_file(struct hw_cli *cli, const struct hw_seen *seen, bool *out,
                      struct hw_error *err)
{
    static const char *const plain[] = {"text", "json", "xml", "unknown"};
    struct hw_artifact_ask ask = {.evidence = seen->sha256, .ever = true, .knowledge = true};
    struct hw_artifact_row row;
    struct hw_cursor *k = NULL;
    *out = false;
    int rc = hw_case_artifacts(cli->c, &ask, &k, err);
    rc = rc != HW_OK ? rc : hw_artifact_next(k, &row, err);
    for (size_t i = 0; rc == HW_ROW && i < sizeof plain / sizeof plain[0]; i++) {
        *out = *out || (row.node == 0 && strcmp(row.format, plain[i]) == 0);
    }
    hw_cursor_free(k);
    return rc < 0 ? rc : HW_OK;
}

/* What was named and could not be used, behind the answer. *status: 3 when there is any. */
static int say_unused(struct hw_cli *cli, const struct hw_targets *t, int *status,
                      struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < t->unread_count; i++) {
        const struct hw_unread *u = &t->unread[i];
        hw_cli_unread(cli, u->word, u->path, (const char *)u->says.p, u->named);
        *status = u->named ? HW_EXIT_UNKNOWN : *status;
    }
    for (size_t i = 0; i < t->count && rc == HW_OK; i++) {
        bool plain = false;
        for (size_t k = 1; k < cli->args.count && !plain && rc == HW_OK; k++) {
            if (hw_span_is(t->p[i].path, cli->args.p[k])) {
                rc = plain_file(cli, &t->p[i], &plain, err);
            }
        }
        if (plain) {
            hw_cli_unread(cli, "not-understood", t->p[i].path,
                          "no inventory or log that this version knows: only its own hash was "
                          "compared",
                          true);
            *status = HW_EXIT_UNKNOWN;
        }
    }
    return rc != HW_OK ? rc : hw_cli_flush(cli, err);
}

static int ask_and_tell(struct hw_cli *cli, const struct hw_targets *advisory,
                        const struct hw_targets *others, struct hw_error *err)
{
    struct hw_teller t = hw_cli_teller(cli);
    struct hw_affected_answer *a = NULL;
    uint8_t(*shas)[32] = hw_arena_array(cli->arena, advisory->count + 1, sizeof *shas);
    if (shas == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the advisory");
    }
    for (size_t i = 0; i < advisory->count; i++) {
        memcpy(shas[i], advisory->p[i].sha256, 32);
    }
    struct hw_affected_ask ask = {(const uint8_t(*)[32])shas, advisory->count, cli->as_of};
    int rc = hw_affected(cli->c, &ask, &a, err), status = HW_EXIT_FINE;
    if (rc == HW_E_MISSING) {
        return hw_fail(err, HW_E_USAGE,
                       "%.150s: no advisory that this version can read: headwater formats names "
                       "the forms, and a list of hashes, domains or versions is one",
                       cli->args.p[0]);
    }
    rc = rc != HW_OK ? rc
         : cli->json ? hw_tell_affected_json(&t, a, err)
                     : hw_tell_affected_text(&t, a, err);
    rc = rc != HW_OK ? rc : say_unused(cli, others, &status, err);
    if (rc == HW_OK) {
        rc = a->exit_status != HW_EXIT_FINE ? a->exit_status : status;
    }
    hw_affected_answer_free(a);
    return rc;
}

int cmd_affected(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_targets advisory = {.count = 0}, others = {.count = 0};
    struct hw_derived derived;
    bool private = cli->args.count > 1;
    int ignored = 0;
    if (private && cli->org == NULL) {
        cli->org = "these machines"; /* one inventory's WS1 is the other log's */
    }
    int rc = hw_cli_open(cli, private ? HW_CASE_PRIVATE : HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK
             ? rc
             : hw_cli_intake(cli, HW_CLASS_KNOWLEDGE, cli->args.p, 1, &advisory, &ignored, err);
    if (rc == HW_OK && private) {
        rc = hw_cli_intake(cli, HW_CLASS_ANY, cli->args.p + 1, cli->args.count - 1, &others,
                           &ignored, err);
    }
    if (rc == HW_OK && hw_cli_stop) {
        return hw_fail(err, HW_E_STOPPED, "stopped before everything was read: no answer");
    }
    rc = rc != HW_OK ? rc : hw_cli_derive(cli, &derived, err);
    return rc != HW_OK ? rc : ask_and_tell(cli, &advisory, &others, err);
}
