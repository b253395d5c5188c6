/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_verify.c -- read what is named (into the case, or a private one), then judge it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask/verify.h"
#include "base/file.h"
#include "base/grow.h"
#include "case/cursor.h"
#include "door/cli/cli.h"
#include "door/cli/find.h"
#include "fact/words.h"

/* Ids of known findings: every f-XXXXXXXXXXXXXXXX of the file, whatever stands around them. */
static int read_baseline(struct hw_cli *cli, const char *path, struct hw_strings *out,
                         struct hw_error *err)
{
    enum { ID = 18, MAX = 64 << 20 };
    struct hw_buf text;
    hw_buf_init(&text, MAX);
    int rc = hw_file_slurp(AT_FDCWD, path, MAX, &text, err);
    if (rc != HW_OK) {
        hw_buf_done(&text);
        return hw_blame(err, rc, "--baseline %.120s: ", path);
    }
    size_t room = 0;
    struct hw_span all = hw_buf_span(&text);
    for (size_t i = 0; i + ID <= all.n && rc == HW_OK; i++) {
        uint8_t bytes[8];
        struct hw_span id = hw_span_cut(all, i, ID);
        if (!hw_span_starts(id, "f-") || !hw_hex_decode(hw_span_from(id, 2), bytes, 8)) {
            continue;
        }
        const char *copy = (const char *)hw_arena_copy(cli->arena, id);
        if (copy == NULL ||
            HW_GROW_IN(cli->arena, out->p, out->count, room, HW_GROW_MOST) != HW_OK) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for the baseline");
        } else {
            out->p[out->count++] = copy;
        }
    }
    hw_buf_done(&text);
    return rc;
}

static int read_baselines(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_strings ids = {NULL, 0};
    int rc = HW_OK;
    for (size_t i = 0; i < cli->baseline.count && rc == HW_OK; i++) {
        struct hw_strings some = {NULL, 0};
        rc = read_baseline(cli, cli->baseline.p[i], &some, err);
        if (ids.count == 0) {
            ids = some;
        } else if (rc == HW_OK && some.count > 0) {
            const char **p = hw_arena_array(cli->arena, ids.count + some.count, sizeof *p);
            if (p == NULL) {
                return hw_fail(err, HW_E_MEMORY, "no memory for the baseline");
            }
            memcpy(p, ids.p, ids.count * sizeof *p);
            memcpy(p + ids.count, some.p, some.count * sizeof *p);
            ids = (struct hw_strings){p, ids.count + some.count};
        }
    }
    cli->baseline = ids;
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return hw_span_compare(((const struct hw_seen *)a)->path, ((const struct hw_seen *)b)->path);
}

/* A kind nobody knows would accept nothing, and look as if it did. */
static int check_kinds(const struct hw_cli *cli, struct hw_error *err)
{
    for (size_t i = 0; i < cli->accept_opaque.count; i++) {
        const char *k = cli->accept_opaque.p[i];
        if (strcmp(k, "all") != 0 && hw_vocab_means(&hw_unopeneds, k) == NULL) {
            return hw_fail(err, HW_E_USAGE,
                           "--accept-opaque: \"%.40s\" is no kind of box: see "
                           "headwater formats",
                           k);
        }
    }
    return HW_OK;
}

/* Arguments that exist here are files; the others must be ids or paths in the case. */
static int split(struct hw_cli *cli, struct hw_strings *paths, struct hw_strings *ids,
                 struct hw_error *err)
{
    paths->p = hw_arena_array(cli->arena, cli->args.count + 1, sizeof *paths->p);
    ids->p = hw_arena_array(cli->arena, cli->args.count + 1, sizeof *ids->p);
    if (paths->p == NULL || ids->p == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the command line");
    }
    for (size_t i = 0; i < cli->args.count; i++) {
        struct hw_strings *l = access(cli->args.p[i], F_OK) == 0 ? paths : ids;
        l->p[l->count++] = cli->args.p[i];
    }
    if (ids->count > 0 && !hw_cli_has_case(cli)) {
        return hw_fail(err, HW_E_MISSING,
                       "%.150s: no such file, and there is no case to look it up "
                       "in",
                       ids->p[0]);
    }
    return HW_OK;
}

static int answer(struct hw_cli *cli, const struct hw_targets *seen, const struct hw_strings *ids,
                  struct hw_error *err)
{
    size_t count = seen->count, room = seen->count + ids->count;
    struct hw_target *t = hw_arena_array(cli->arena, room + 1, sizeof *t);
    struct hw_missing *m = hw_arena_array(cli->arena, seen->unread_count + 1, sizeof *m);
    if (t == NULL || m == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the question");
    }
    if (seen->count > 1) { /* workers answer as they finish; people want one order */
        qsort(seen->p, seen->count, sizeof *seen->p, by_path);
    }
    for (size_t i = 0; i < seen->count; i++) {
        memcpy(t[i].evidence, seen->p[i].sha256, 32);
        t[i].path = seen->p[i].path;
    }
    for (size_t i = 0; i < seen->unread_count; i++) {
        const struct hw_unread *u = &seen->unread[i];
        bool harmless = strcmp(u->word, "symlink") == 0 || strcmp(u->word, "fifo") == 0 ||
                        strcmp(u->word, "socket") == 0 || strcmp(u->word, "device") == 0;
        m[i] = (struct hw_missing){
            .path = u->path, .kind = u->word, .says = u->says, .needed = u->named || !harmless};
    }
    int rc = HW_OK;
    for (size_t i = 0; i < ids->count && rc == HW_OK; i++) {
        struct hw_place_found where;
        rc = hw_cli_find(cli, ids->p[i], &where, err);
        if (rc == HW_OK) {
            memcpy(t[count].evidence, where.evidence, 32);
            t[count].node = where.node;
            count++;
        }
    }
    struct hw_policy policy = hw_cli_policy(cli);
    struct hw_answer *a = NULL;
    rc = rc != HW_OK ? rc : hw_verify(cli->c, t, count, m, seen->unread_count, &policy, &a, err);
    if (rc == HW_OK) {
        rc = hw_cli_tell(cli, a, err);
        hw_answer_free(a);
    }
    return rc;
}

/* Did any of what was read hold a revocation list? */
static int holds_list(struct hw_cli *cli, const struct hw_targets *read, bool *out,
                      struct hw_error *err)
{
    struct hw_issuer any = {.issuer = NULL};
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    *out = false;
    int rc = hw_case_crls(cli->c, &any, &k, err);
    while (rc == HW_OK && !*out && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        for (size_t i = 0; i < read->count; i++) {
            *out = *out || memcmp(row.evidence, read->p[i].sha256, 32) == 0;
        }
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* Behind the software, whose certificates tell whether the lists are genuine. */
static int read_lists(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_targets lists = {.count = 0};
    int status = HW_EXIT_FINE;
    int rc = hw_cli_intake(cli, HW_CLASS_KNOWLEDGE, &cli->crl, 1, &lists, &status, err);
    bool some = false;
    rc = rc != HW_OK ? rc : holds_list(cli, &lists, &some, err);
    if (rc == HW_OK && !hw_cli_stop && (status != HW_EXIT_FINE || !some)) {
        rc = hw_fail(err, HW_E_USAGE,
                     "--crl %.120s: could not be read as a revocation list "
                     "(PEM or DER)",
                     cli->crl);
    }
    return rc;
}

int cmd_verify(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_strings paths = {NULL, 0}, ids = {NULL, 0};
    struct hw_targets seen = {.count = 0};
    int ignored = 0;
    int rc = split(cli, &paths, &ids, err);
    bool reads = paths.count > 0 || cli->crl != NULL;
    if (rc == HW_OK && cli->anchors != NULL && paths.count == 0) {
        rc = hw_fail(err, HW_E_USAGE,
                     "--anchors counts while a file is read: name the file itself, "
                     "not what the case holds of it");
    }
    rc = rc != HW_OK ? rc : check_kinds(cli, err);
    rc = rc != HW_OK ? rc : read_baselines(cli, err);
    if (rc == HW_OK) {
        rc = !hw_cli_has_case(cli) ? hw_cli_open(cli, HW_CASE_PRIVATE, false, err)
             : reads               ? hw_cli_open(cli, HW_CASE_WRITE, true, err)
                                   : hw_cli_open(cli, HW_CASE_READ, true, err);
    }
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc == HW_OK && paths.count > 0) {
        rc = hw_cli_intake(cli, HW_CLASS_ARTIFACT, paths.p, paths.count, &seen, &ignored, err);
    }
    if (rc == HW_OK && cli->crl != NULL) {
        rc = read_lists(cli, err);
    }
    if (rc == HW_OK && !reads) {
        rc = hw_case_hold(cli->c, err); /* one state, whatever a scan writes meanwhile */
    }
    if (rc == HW_OK && hw_cli_stop) {
        return hw_fail(err, HW_E_STOPPED, "stopped before everything was read: no verdict");
    }
    return rc != HW_OK ? rc : answer(cli, &seen, &ids, err);
}
