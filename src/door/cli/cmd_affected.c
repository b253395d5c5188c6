/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_affected.c -- one advisory against what is named (in a case of its own, gone
 * afterwards), or against the case.
 */
#include "ask/affected.h"

#include <string.h>
#include <time.h>

#include "case/cursor.h"
#include "case/graph.h"
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

static const char TOGETHER[] = "these machines";

/* The one organisation that the estates among what was named declare machines of; empty: none, or
 * several. */
static int declared_org(struct hw_cli *cli, struct hw_span *out, struct hw_error *err)
{
    struct hw_thing t;
    uint32_t n;
    bool several = false;
    HW_AUTO(hw_walk) *w = NULL;
    *out = (struct hw_span){NULL, 0};
    int rc = hw_walk_new(cli->c, &w, err);
    rc = rc != HW_OK ? rc : hw_walk_find(w, &(struct hw_thing_ask){.kind = HW_ENTITY_HOST}, err);
    while (rc == HW_OK && (rc = hw_walk_found(w, &n, &t, err)) == HW_ROW) {
        rc = HW_OK;
        struct hw_span scope = hw_span_str(t.scope);
        if ((t.flags & HW_THING_DECLARED) == 0 || hw_span_equal(scope, *out)) {
            continue;
        }
        several = several || out->n > 0;
        *out = (struct hw_span){hw_arena_copy(cli->arena, scope), scope.n};
    }
    *out = several ? (struct hw_span){NULL, 0} : *out;
    return rc;
}

static int read_all(struct hw_cli *cli, struct hw_targets *advisory, struct hw_targets *others,
                    struct hw_error *err)
{
    struct hw_derived derived;
    int ignored = 0;
    *advisory = *others = (struct hw_targets){.count = 0};
    int rc = hw_cli_intake(cli, HW_CLASS_KNOWLEDGE, cli->args.p, 1, advisory, &ignored, err);
    if (rc == HW_OK && cli->args.count > 1) {
        rc = hw_cli_intake(cli, HW_CLASS_ANY, cli->args.p + 1, cli->args.count - 1, others,
                           &ignored, err);
    }
    if (rc == HW_OK && hw_cli_stop) {
        return hw_fail(err, HW_E_STOPPED, "stopped before everything was read: no answer");
    }
    return rc != HW_OK ? rc : hw_cli_derive(cli, &derived, err);
}

/* What is named together belongs together, so that one inventory's WS1 is the other log's: to the
 * organisation that an estate among it speaks of, or else to one of no name. Whose evidence is can
 * be declared anew without reading it again. */
static int read_together(struct hw_cli *cli, struct hw_targets *advisory, struct hw_targets *others,
                         struct hw_error *err)
{
    struct hw_derived derived;
    struct hw_span org;
    struct timespec t;
    cli->org = TOGETHER;
    int rc = read_all(cli, advisory, others, err);
    rc = rc != HW_OK ? rc : declared_org(cli, &org, err);
    if (rc != HW_OK || org.n == 0 || hw_span_is(org, TOGETHER)) {
        return rc;
    }
    (void)clock_gettime(CLOCK_REALTIME, &t); /* later than what intake declared */
    int64_t now_ns = (int64_t)t.tv_sec * HW_NS_PER_SECOND + t.tv_nsec;
    for (size_t i = 0; i < others->count && rc == HW_OK; i++) {
        rc = hw_case_declare(cli->c, others->p[i].sha256, "org", org, now_ns, err);
    }
    return rc != HW_OK ? rc : hw_cli_derive(cli, &derived, err);
}

int cmd_affected(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_targets advisory = {.count = 0}, others = {.count = 0};
    bool private = cli->args.count > 1;
    int rc = hw_cli_open(cli, private ? HW_CASE_PRIVATE : HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc == HW_OK) {
        rc = private && cli->org == NULL ? read_together(cli, &advisory, &others, err)
                                         : read_all(cli, &advisory, &others, err);
    }
    return rc != HW_OK ? rc : ask_and_tell(cli, &advisory, &others, err);
}
