/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_case.c -- what the case holds, and its upkeep.
 */
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "case/care.h"
#include "case/log.h"
#include "door/cli/cli.h"
#include "door/cli/find.h"
#include "door/console/records.h"
#include "fact/ruleset.h"

static int say_evidence(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true};
    struct hw_evidence_row e;
    struct hw_cursor *k = NULL;
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK ? rc : hw_case_evidence(cli->c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        rc = HW_OK;
        struct hw_span sha256 = {e.sha256, 32};
        if (cli->json) {
            hw_json_evidence(&cli->out, &e);
        } else {
            hw_buf_hex(&cli->out, hw_span_cut(sha256, 0, 8));
            hw_buf_printf(&cli->out, "  %-9s %-7s %8llu facts  ", hw_class_word(e.of_class),
                          hw_degree_word(e.degree), (unsigned long long)e.facts);
            hw_cli_safe(cli, e.path);
            if (e.because != NULL) {
                hw_buf_str(&cli->out, "  ");
                hw_cli_safe(cli, hw_span_str(e.because));
            }
            hw_buf_char(&cli->out, '\n');
        }
        if (cli->out.n > (1 << 20)) {
            rc = hw_cli_flush(cli, err);
        }
    }
    hw_cursor_free(k);
    return rc;
}

static void action_text(struct hw_cli *cli, const struct hw_action_row *a)
{
    hw_buf_printf(&cli->out, "%6llu  ", (unsigned long long)a->n);
    hw_text_time(&cli->out, a->action.at_ns, cli->zone_minutes);
    hw_buf_str(&cli->out, "  ");
    hw_cli_safe(cli, hw_span_str(a->action.who));
    hw_buf_str(&cli->out, " ");
    struct hw_span args = a->action.args;
    while (args.n > 0) {
        size_t n = hw_span_find(args, 0);
        hw_buf_char(&cli->out, ' ');
        hw_cli_safe(cli, hw_span_cut(args, 0, n));
        args = hw_span_from(args, n + 1);
    }
    hw_buf_printf(&cli->out, "  [%s]", a->action.version);
    if (a->action.as_of_ns != HW_TIME_NONE) {
        hw_buf_str(&cli->out, " as of ");
        hw_text_time(&cli->out, a->action.as_of_ns, cli->zone_minutes);
        hw_buf_str(&cli->out, "; ");
        hw_cli_safe(cli, hw_span_str(a->action.policy));
    }
    hw_buf_str(&cli->out, a->sound ? "\n" : "  BROKEN CHAIN\n");
}

static int say_log(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_action_row a;
    bool sound = true;
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_case_log(cli->c, &k, err);
    while (rc == HW_OK && (rc = hw_action_next(k, &a, err)) == HW_ROW) {
        rc = HW_OK;
        sound = sound && a.sound;
        if (cli->json) {
            hw_json_action(&cli->out, &a);
        } else {
            action_text(cli, &a);
        }
    }
    hw_cursor_free(k);
    return rc != HW_OK ? rc : sound ? HW_EXIT_FINE : HW_EXIT_FOUND;
}

static void say_trouble(void *state, const char *says)
{
    struct hw_cli *cli = state;
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"trouble\",\"schema\":1,");
        hw_json_text(&cli->out, "says", hw_span_str(says));
        hw_buf_str(&cli->out, "}\n");
    } else {
        hw_buf_str(&cli->out, "trouble: ");
        hw_cli_safe(cli, hw_span_str(says));
        hw_buf_char(&cli->out, '\n');
    }
}

static int check(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_case_check c = {.trouble = say_trouble, .state = cli};
    struct hw_case_info info;
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_case_check(cli->c, &c, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_case_info(cli->c, &info);
    if (cli->json) {
        hw_buf_printf(&cli->out,
                      "{\"type\":\"check\",\"schema\":1,\"uuid\":\"%s\",\"facts\":%llu,"
                      "\"kept\":%llu,\"actions\":%llu,\"troubles\":%llu}\n",
                      info.uuid, (unsigned long long)c.facts, (unsigned long long)c.kept,
                      (unsigned long long)c.actions, (unsigned long long)c.troubles);
    } else {
        hw_buf_printf(&cli->out, "%s: ", c.troubles == 0 ? "Sound" : "TROUBLE");
        hw_text_count(&cli->out, c.facts);
        hw_buf_str(&cli->out, c.facts == 1 ? " fact, " : " facts, ");
        hw_text_count(&cli->out, c.kept);
        hw_buf_str(&cli->out, c.kept == 1 ? " kept file, " : " kept files, ");
        hw_text_count(&cli->out, c.actions);
        hw_buf_str(&cli->out, c.actions == 1 ? " action.\n" : " actions.\n");
    }
    return c.troubles == 0 ? HW_EXIT_FINE : HW_EXIT_FOUND;
}

static int dump_line(void *state, struct hw_span line, struct hw_error *err)
{
    struct hw_cli *cli = state;
    hw_buf_span_put(&cli->out, line);
    if (line.n == 0 || line.p[line.n - 1] != '\n') {
        hw_buf_char(&cli->out, '\n');
    }
    return cli->out.n > (1 << 20) ? hw_cli_flush(cli, err) : HW_OK;
}

static int dump(struct hw_cli *cli, struct hw_error *err)
{
    if (cli->json) {
        return hw_fail(err, HW_E_USAGE, "case dump has one form, its own: leave --json away");
    }
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    return rc != HW_OK ? rc : hw_case_dump(cli->c, dump_line, cli, err);
}

static int adopt(struct hw_cli *cli, struct hw_error *err)
{
    int rc = hw_case_adopt(hw_cli_case_path(cli), cli->now_ns, err);
    rc = rc != HW_OK ? rc : hw_cli_open(cli, HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc == HW_OK && !cli->json) {
        hw_buf_str(&cli->out, "Checked and adopted: it may be written now.\n");
    }
    return rc;
}

static int forget(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_place_found where;
    if (cli->args.count < 2 || cli->because == NULL) {
        return hw_fail(err, HW_E_USAGE, "case forget ID --because TEXT");
    }
    int rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK ? rc : hw_cli_find(cli, cli->args.p[1], &where, err);
    if (rc == HW_OK && where.node != 0) {
        rc = hw_fail(err, HW_E_USAGE,
                     "that is a member of a box: evidence is forgotten whole, by "
                     "the hash of the outermost file");
    }
    rc = rc != HW_OK ? rc
                     : hw_case_forget(cli->c, where.evidence, hw_cli_who(cli), cli->because,
                                      cli->now_ns, err);
    if (rc == HW_OK && !cli->json) {
        hw_buf_str(&cli->out, "Forgotten; a tombstone says so: ");
        hw_buf_hex(&cli->out, (struct hw_span){where.evidence, 32});
        hw_buf_char(&cli->out, '\n');
    }
    return rc;
}

/* ---- reading again ---- */

struct old_place {
    const char *path, *scope, *host;
    enum hw_class asked;
};

struct old_places {
    struct old_place *p;
    size_t count, room;
};

static const char *keep_text(struct hw_cli *cli, struct hw_span s)
{
    return (const char *)hw_arena_copy(cli->arena, s);
}

static int keep_place(struct hw_cli *cli, struct old_places *out, const struct hw_place *at,
                      enum hw_class asked, struct hw_error *err)
{
    if (HW_GROW_IN(cli->arena, out->p, out->count, out->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the list of evidence");
    }
    struct old_place *one = &out->p[out->count];
    *one = (struct old_place){keep_text(cli, at->path), keep_text(cli, hw_span_str(at->scope)),
                              keep_text(cli, hw_span_str(at->host)), asked};
    if (one->path == NULL || one->scope == NULL || one->host == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the list of evidence");
    }
    out->count++;
    return HW_OK;
}

/* One place of each evidence, as it was sighted: bytes, host and scope. */
static int place_of(struct hw_cli *cli, const struct hw_evidence_row *e, struct old_places *out,
                    struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row s;
    int rc = hw_case_sightings(cli->c, e->sha256, &k, err);
    while (rc == HW_OK && (rc = hw_sighting_next(k, &s, err)) == HW_ROW) {
        rc = HW_OK;
        if (s.current) {
            rc = keep_place(cli, out, &s.place, e->asked, err);
            break;
        }
    }
    hw_cursor_free(k);
    return rc;
}

/* Is there more to say of it today: by newer parsers, or by rules learned since? */
static int is_old(struct hw_cli *cli, const struct hw_evidence_row *e,
                  const struct hw_case_rules *rules, bool *out, struct hw_error *err)
{
    bool scanned = true;
    int rc = HW_OK;
    if (e->of_class == HW_CLASS_ARTIFACT && rules->sources > 0 && !cli->all) {
        rc = hw_case_scanned(cli->c, e->sha256, rules->digest, &scanned, err);
    }
    *out = cli->all || e->parser < HW_PARSER_VERSION || !scanned;
    return rc;
}

/* The places to read again; a list first, since reading changes what a cursor would see. */
static int old_places(struct hw_cli *cli, struct old_places *out, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.read_before = 0};
    struct hw_case_rules rules;
    struct hw_cursor *k = NULL;
    struct hw_evidence_row e;
    struct hw_buf set;
    hw_buf_init(&set, 2 * HW_RULESET_BYTES);
    int rc = hw_case_rules(cli->c, &set, &rules, err);
    hw_buf_done(&set);
    rc = rc != HW_OK ? rc : hw_case_evidence(cli->c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        bool old = false;
        rc = is_old(cli, &e, &rules, &old, err);
        rc = rc != HW_OK || !old ? rc : place_of(cli, &e, out, err);
    }
    hw_cursor_free(k);
    return rc;
}

/* For the same purpose and under the same host and scope as before: what was declared since then
 * stands. Places that agree in that are read in one go. */
static int read_again(struct hw_cli *cli, const struct old_place *at, size_t count, int *worst,
                      struct hw_error *err)
{
    int status = HW_EXIT_FINE;
    struct hw_targets seen = {.count = 0};
    const char **paths = hw_arena_array(cli->arena, count, sizeof *paths);
    if (paths == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the list of evidence");
    }
    for (size_t i = 0; i < count; i++) {
        paths[i] = at[i].path;
    }
    cli->again = true;
    cli->again_scope = at->scope;
    cli->again_host = at->host;
    int rc = hw_cli_intake(cli, at->asked, paths, count, &seen, &status, err);
    *worst = status > *worst ? status : *worst;
    return rc;
}

/* Takes out what lies there no more, and says so. */
static uint64_t drop_gone(struct hw_cli *cli, struct old_places *places)
{
    size_t kept = 0;
    for (size_t i = 0; i < places->count; i++) {
        if (access(places->p[i].path, F_OK) != 0) {
            hw_cli_unread(cli, "gone", hw_span_str(places->p[i].path), "", true);
        } else {
            places->p[kept++] = places->p[i];
        }
    }
    uint64_t gone = places->count - kept;
    places->count = kept;
    return gone;
}

static bool same_purpose(const struct old_place *a, const struct old_place *b)
{
    return a->asked == b->asked && strcmp(a->scope, b->scope) == 0 && strcmp(a->host, b->host) == 0;
}

static int reread(struct hw_cli *cli, struct hw_error *err)
{
    struct old_places places = {.count = 0};
    uint64_t gone = 0;
    int worst = HW_EXIT_FINE;
    int rc = hw_cli_open(cli, HW_CASE_WRITE, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    rc = rc != HW_OK ? rc : old_places(cli, &places, err);
    rc = rc != HW_OK ? rc : hw_case_reindex(cli->c, err);
    size_t all = places.count, n;
    gone = rc == HW_OK ? drop_gone(cli, &places) : 0;
    for (size_t i = 0; i < places.count && rc == HW_OK && !hw_cli_stop; i += n) {
        for (n = 1; i + n < places.count && same_purpose(&places.p[i], &places.p[i + n]); n++) {
        }
        rc = read_again(cli, &places.p[i], n, &worst, err);
    }
    if (rc != HW_OK) {
        return rc;
    }
    if (!cli->json) {
        hw_text_count(&cli->out, all);
        hw_buf_str(&cli->out, all == 1 ? " file to read again, " : " files to read again, ");
        hw_text_count(&cli->out, gone);
        hw_buf_str(&cli->out, " gone; indexes made anew.\n");
    }
    return gone > 0 ? HW_EXIT_UNKNOWN : worst;
}

int cmd_case(struct hw_cli *cli, struct hw_error *err)
{
    static const struct {
        const char *word;
        int (*run)(struct hw_cli *cli, struct hw_error *err);
    } subs[] = {{"evidence", say_evidence}, {"log", say_log},   {"check", check},  {"dump", dump},
                {"adopt", adopt},           {"forget", forget}, {"reread", reread}};
    for (size_t i = 0; i < sizeof subs / sizeof subs[0]; i++) {
        if (strcmp(cli->args.p[0], subs[i].word) == 0) {
            return subs[i].run(cli, err);
        }
    }
    return hw_fail(err, HW_E_USAGE,
                   "case \"%.40s\": give evidence, log, check, dump, adopt, forget "
                   "or reread",
                   cli->args.p[0]);
}
