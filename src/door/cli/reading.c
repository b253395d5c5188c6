/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/reading.c -- reading paths into the case, for every command that does, with progress.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/grow.h"
#include "door/cli/cli.h"
#include "door/feed/feed.h"
#include "door/feed/pack.h"
#include "door/feed/share.h"

struct reading {
    struct hw_cli *cli;
    enum hw_class asked;
    struct hw_targets *targets;
    bool terminal, shown;
    struct timespec last;
    int status;
};

static int keep_seen(struct reading *r, const struct hw_intake_event *e, struct hw_error *err)
{
    struct hw_targets *t = r->targets;
    if (HW_GROW_IN(r->cli->arena, t->p, t->count, t->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(err, HW_E_LIMIT,
                       "too many files for one verify: scan them into a case, "
                       "then verify the case's folders one by one");
    }
    struct hw_seen *s = &t->p[t->count++];
    memcpy(s->sha256, e->sha256, 32);
    s->path = (struct hw_span){hw_arena_copy(r->cli->arena, e->path), e->path.n};
    return s->path.p == NULL ? hw_fail(err, HW_E_LIMIT,
                                       "too many files for one verify: scan them into a case, then "
                                       "verify the case's folders one by one")
                             : HW_OK;
}

static int keep_unread(struct reading *r, const struct hw_intake_event *e, struct hw_error *err)
{
    struct hw_targets *t = r->targets;
    if (HW_GROW_IN(r->cli->arena, t->unread, t->unread_count, t->unread_room, HW_GROW_MOST) !=
        HW_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for what could not be read");
    }
    struct hw_span says = hw_span_str(e->says);
    struct hw_unread *u = &t->unread[t->unread_count++];
    *u = (struct hw_unread){.word = e->word, .named = e->named};
    u->path = (struct hw_span){hw_arena_copy(r->cli->arena, e->path), e->path.n};
    u->says = (struct hw_span){hw_arena_copy(r->cli->arena, says), says.n};
    return u->path.p == NULL || u->says.p == NULL
               ? hw_fail(err, HW_E_MEMORY, "no memory for what could not be read")
               : HW_OK;
}

/* Links, devices and pipes are recorded, not read: that is how a tree is, and no gap. */
static bool is_gap(const char *word)
{
    return strcmp(word, "unreadable") == 0 || strcmp(word, "changed") == 0 ||
           strcmp(word, "vanished") == 0 || strcmp(word, "pseudo") == 0;
}

void hw_cli_unread(struct hw_cli *cli, const char *word, struct hw_span path, const char *says,
                   bool needed)
{
    if (cli->json) {
        hw_buf_printf(&cli->out, "{\"type\":\"gap\",\"schema\":1,\"kind\":\"%s\",", word);
        hw_json_text(&cli->out, "what", hw_span_str(says));
        hw_buf_char(&cli->out, ',');
        hw_json_text(&cli->out, "path", path);
        hw_buf_printf(&cli->out, ",\"ask_for\":\"\",\"needed\":%s,\"accepted\":false}\n",
                      needed ? "true" : "false");
        return;
    }
    hw_buf_printf(&cli->out, "%s  ", word);
    hw_cli_safe(cli, path);
    if (says[0] != 0) {
        hw_buf_str(&cli->out, ": ");
        hw_cli_safe(cli, hw_span_str(says));
    }
    hw_buf_char(&cli->out, '\n');
}

static int event(void *state, const struct hw_intake_event *e, struct hw_error *err)
{
    struct reading *r = state;
    struct hw_cli *cli = r->cli;
    bool unread = e->what == HW_INTAKE_UNREAD;
    if ((unread && (e->named || is_gap(e->word))) || (e->what == HW_INTAKE_REFUSED && e->named)) {
        r->status = HW_EXIT_UNKNOWN;
    }
    if (r->targets != NULL) {
        return unread ? keep_unread(r, e, err) : keep_seen(r, e, err);
    }
    /* A collection is full of files that are no logs: who reads them all wants the count. */
    bool many = !cli->json && r->asked == HW_CLASS_TELEMETRY && !e->named &&
                e->what == HW_INTAKE_REFUSED && strcmp(e->word, "foreign") == 0;
    if ((unread || e->what == HW_INTAKE_REFUSED) && !many) {
        hw_cli_unread(cli, e->word, e->path, e->says == NULL ? "" : e->says,
                      e->named || (unread && is_gap(e->word)));
    }
    return HW_OK;
}

static void progress(void *state, uint64_t files, uint64_t bytes, struct hw_span path)
{
    struct reading *r = state;
    struct timespec now;
    if (!r->terminal || clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return;
    }
    int64_t ms = (now.tv_sec - r->last.tv_sec) * 1000 + (now.tv_nsec - r->last.tv_nsec) / 1000000;
    if (ms < 200) {
        return;
    }
    r->last = now;
    r->shown = true;
    struct winsize w = {.ws_col = 80};
    (void)ioctl(STDERR_FILENO, TIOCGWINSZ, &w);
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_buf_str(&b, "\r\x1b[K");
    hw_text_count(&b, files);
    hw_buf_str(&b, " files, ");
    hw_text_count(&b, bytes >> 20);
    hw_buf_str(&b, " MiB  ");
    size_t room = w.ws_col > 40 ? w.ws_col - 40U : 20;
    hw_escape_put(&b, hw_span_cut(path, path.n > room ? path.n - room : 0, room),
                  HW_ESCAPE_TERMINAL);
    (void)!write(STDERR_FILENO, b.p, b.n);
    hw_buf_done(&b);
}

static void summary(struct hw_cli *cli, const struct hw_intake_report *r)
{
    cli->gained += r->count[HW_INTAKE_READ];
    if (cli->quiet) {
        return;
    }
    if (cli->json) {
        hw_buf_printf(
            &cli->out,
            "{\"type\":\"intake\",\"schema\":1,\"files\":%llu,\"read\":%llu,\"known\":%llu,"
            "\"unchanged\":%llu,\"refused\":%llu,\"unread\":%llu,\"bytes\":%llu,"
            "\"cage\":\"%s\"%s}\n",
            (unsigned long long)r->files, (unsigned long long)r->count[HW_INTAKE_READ],
            (unsigned long long)r->count[HW_INTAKE_KNOWN],
            (unsigned long long)r->count[HW_INTAKE_UNCHANGED],
            (unsigned long long)r->count[HW_INTAKE_REFUSED],
            (unsigned long long)r->count[HW_INTAKE_UNREAD], (unsigned long long)r->bytes, r->cage,
            r->stopped ? ",\"stopped\":true" : "");
        return;
    }
    hw_text_count(&cli->out, r->files);
    hw_buf_str(&cli->out, r->files == 1 ? " file: " : " files: ");
    static const char *const words[HW_INTAKE_COUNT] = {"read", "known already", "unchanged",
                                                       "refused", "not read"};
    bool first = true;
    for (int i = 0; i < HW_INTAKE_COUNT; i++) {
        if (r->count[i] > 0) {
            hw_buf_str(&cli->out, first ? "" : ", ");
            hw_text_count(&cli->out, r->count[i]);
            hw_buf_printf(&cli->out, " %s", words[i]);
            first = false;
        }
    }
    hw_buf_str(&cli->out, first ? "nothing there.\n" : ".\n");
    if (r->stopped) {
        hw_buf_str(&cli->out, "Stopped before the end: run it again to go on.\n");
    }
}

/* Rules of the case that were not run are a gap of what was asked. */
static void say_rules(struct reading *r, const struct hw_intake_report *report)
{
    char says[160];
    if (report->rules_lost > 0) {
        (void)snprintf(says, sizeof says,
                       "the %llu published rules of this case could not be compiled together: "
                       "nothing was matched with them",
                       (unsigned long long)report->rules_lost);
    } else if (report->rules_left > 0) {
        (void)snprintf(says, sizeof says,
                       "%llu files of published rules are more than one reading takes: nothing was "
                       "matched with them",
                       (unsigned long long)report->rules_left);
    } else {
        return;
    }
    hw_cli_unread(r->cli, "rules", HW_SPAN_LIT("of the case"), says, true);
    r->status = HW_EXIT_UNKNOWN;
}

enum { DECLARED = 20 };

static void options_of(struct reading *r, const char *tool, const char *at,
                       const char *declared[DECLARED], struct hw_intake_options *out)
{
    struct hw_cli *cli = r->cli;
    unsigned n = 0;
    const struct {
        const char *key, *value;
    } said[] = {{"host", cli->host},
                {"org", cli->org},
                {"tz", cli->tz},
                {"acquired-by", cli->acquired_by},
                {"exhibit", cli->exhibit},
                {"note", cli->note},
                {"acquired-at", at},
                {"tool", tool},
                {"share-key", cli->bundle_signer}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (said[i].value != NULL) {
            declared[n++] = said[i].key;
            declared[n++] = said[i].value;
        }
    }
    declared[n] = NULL;
    *out = (struct hw_intake_options){.c = cli->c,
                                      .asked = r->asked,
                                      .scope = cli->again         ? cli->again_scope
                                               : cli->org == NULL ? ""
                                                                  : cli->org,
                                      .host = cli->again          ? cli->again_host
                                              : cli->host == NULL ? ""
                                                                  : cli->host,
                                      .declared = declared,
                                      .keep = cli->keep,
                                      .again = cli->again || cli->anchors != NULL,
                                      .anchors = cli->anchors,
                                      .know_certificates = r->asked == HW_CLASS_KNOWLEDGE,
                                      .stop = &hw_cli_stop,
                                      .event = event,
                                      .progress = progress,
                                      .state = r};
}

static struct reading begin(struct hw_cli *cli, enum hw_class asked, struct hw_targets *targets)
{
    return (struct reading){
        .cli = cli, .asked = asked, .targets = targets, .terminal = isatty(STDERR_FILENO) == 1};
}

static void end(const struct reading *r)
{
    if (r->shown) {
        (void)!write(STDERR_FILENO, "\r\x1b[K", 4);
    }
}

int hw_cli_intake(struct hw_cli *cli, enum hw_class asked, const char *const *paths, size_t count,
                  struct hw_targets *targets, int *out_status, struct hw_error *err)
{
    const char *declared[DECLARED];
    struct reading r = begin(cli, asked, targets);
    struct hw_intake_options o;
    struct hw_intake_report report;
    options_of(&r, NULL, NULL, declared, &o);
    int rc = hw_intake(&o, paths, count, &report, err);
    end(&r);
    if (rc != HW_OK) {
        return rc;
    }
    if (report.anchors_origin[0] != 0) {
        memcpy(cli->anchors_origin, report.anchors_origin, sizeof cli->anchors_origin);
    }
    say_rules(&r, &report);
    *out_status = report.stopped ? HW_EXIT_UNKNOWN : r.status;
    if (targets == NULL) {
        summary(cli, &report);
    }
    return HW_OK;
}

/* ---- feeds ---- */

static int unreachable(void *state, const char *url, const char *says, struct hw_error *err)
{
    struct reading *r = state;
    (void)err;
    r->status = HW_EXIT_UNKNOWN;
    hw_cli_unread(r->cli, "unreachable", hw_span_str(url), says, true);
    return HW_OK;
}

static void feed_summary(struct hw_cli *cli, const char *url, const struct hw_feed_report *r)
{
    if (cli->json && !cli->quiet) {
        hw_buf_str(&cli->out, "{\"type\":\"feed\",\"schema\":1,");
        hw_json_text(&cli->out, "url", hw_span_str(url));
        hw_buf_printf(&cli->out, ",\"requests\":%llu,\"unchanged\":%llu,\"failed\":%llu}\n",
                      (unsigned long long)r->requests, (unsigned long long)r->unchanged,
                      (unsigned long long)r->failed);
        summary(cli, &r->intake);
        return;
    }
    if (cli->quiet) {
        summary(cli, &r->intake);
        return;
    }
    hw_cli_safe(cli, hw_span_str(url));
    if (r->intake.files == 0 && r->failed == 0) {
        hw_buf_str(&cli->out, ": nothing new.\n");
    } else {
        hw_buf_str(&cli->out, ": ");
        summary(cli, &r->intake);
    }
}

int hw_cli_feed(struct hw_cli *cli, const char *url, int *out_status, struct hw_error *err)
{
    const char *declared[DECLARED];
    struct reading r = begin(cli, HW_CLASS_KNOWLEDGE, NULL);
    struct hw_intake_options intake;
    struct hw_feed_report report;
    options_of(&r, "headwater-fetch " HW_VERSION, NULL, declared, &intake);
    struct hw_feed_options o = {.fetch = {.ca = cli->ca,
                                          .auth = cli->feed_auth,
                                          .max_bytes = (uint64_t)cli->max_size_mib << 20,
                                          .seconds = (uint32_t)cli->max_time_s},
                                .intake = &intake,
                                .collections = cli->collection.p,
                                .collection_count = cli->collection.count,
                                .types = cli->match_types,
                                .since = cli->since,
                                .failed = unreachable,
                                .state = &r};
    int rc = hw_feed_learn(&o, url, &report, err);
    end(&r);
    if (rc != HW_OK) {
        return rc;
    }
    feed_summary(cli, url, &report);
    *out_status = report.intake.stopped ? HW_EXIT_UNKNOWN : r.status;
    return HW_OK;
}

/* ---- packs ---- */

static void pack_summary(struct hw_cli *cli, const char *path, const struct hw_pack *p,
                         const struct hw_intake_report *r)
{
    bool vouched = cli->pack_pin != NULL;
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"pack\",\"schema\":1,");
        hw_json_text(&cli->out, "path", hw_span_str(path));
        hw_buf_printf(
            &cli->out, ",\"made\":\"%s\",\"documents\":%llu,\"key\":\"%s\",\"pinned\":%s}\n",
            p->made, (unsigned long long)p->documents, p->fingerprint, vouched ? "true" : "false");
    } else {
        hw_cli_safe(cli, hw_span_str(path));
        hw_buf_printf(&cli->out, ": pack of %.10s, signed by %s", p->made, p->fingerprint);
        hw_buf_str(&cli->out, vouched ? ".\n" : ", for which nobody here vouched (--pack-key).\n");
    }
    summary(cli, r);
}

int hw_cli_pack(struct hw_cli *cli, const char *path, int *out_status, struct hw_error *err)
{
    const char *declared[DECLARED];
    char tool[100];
    struct reading r = begin(cli, HW_CLASS_KNOWLEDGE, NULL);
    struct hw_intake_options o;
    struct hw_intake_report report;
    struct hw_pack pack;
    int rc = hw_pack_open(path, cli->pack_pin, &pack, err);
    if (rc != HW_OK) {
        return rc;
    }
    (void)snprintf(tool, sizeof tool, "knowledge pack signed by %s", pack.fingerprint);
    options_of(&r, tool, pack.made, declared, &o);
    rc = hw_pack_learn(&pack, &o, &report, err);
    end(&r);
    if (rc == HW_OK) {
        pack_summary(cli, path, &pack, &report);
        *out_status = report.stopped ? HW_EXIT_UNKNOWN : r.status;
    }
    hw_pack_done(&pack);
    return rc;
}

/* ---- bundles ---- */

static void bundle_summary(struct hw_cli *cli, const char *path, const struct hw_share_in *s,
                           const struct hw_intake_report *r)
{
    bool pinned = cli->pack_pin != NULL;
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"bundle\",\"schema\":1,");
        hw_json_put(&cli->out, "path", hw_span_str(path));
        hw_json_put_time(&cli->out, "made", s->made_ns);
        hw_buf_printf(&cli->out, "\"key\":\"%s\",\"pinned\":%s}\n", s->print,
                      pinned ? "true" : "false");
    } else {
        hw_cli_safe(cli, hw_span_str(path));
        hw_buf_str(&cli->out, ": bundle of ");
        hw_text_time(&cli->out, s->made_ns, cli->zone_minutes);
        hw_buf_printf(&cli->out, ", signed by %s", s->print);
        hw_buf_str(&cli->out,
                   pinned ? ", as pinned: a trace may cross into it, and calls it claimed.\n"
                          : ", whom you have not pinned: it is kept, and no trace crosses into "
                            "it. Compare that fingerprint with its maker by another way, then add "
                            "it again with --pack-key FINGERPRINT.\n");
    }
    summary(cli, r);
}

int hw_cli_bundle(struct hw_cli *cli, enum hw_class asked, const char *path, int *out_status,
                  struct hw_error *err)
{
    const char *declared[DECLARED];
    struct reading r = begin(cli, asked, NULL);
    struct hw_intake_options o;
    struct hw_intake_report report;
    struct hw_share_in bundle;
    int rc = hw_share_open(path, cli->pack_pin, cli->now_ns, &bundle, err);
    if (rc != HW_OK) {
        return rc;
    }
    char *place = realpath(path, NULL);
    struct hw_intake_input input = {bundle.fd, place == NULL ? path : place};
    cli->bundle_signer = cli->pack_pin == NULL ? NULL : bundle.print;
    options_of(&r, NULL, NULL, declared, &o);
    rc = hw_intake_open(&o, &input, 1, &report, err);
    cli->bundle_signer = NULL;
    end(&r);
    if (rc == HW_OK) {
        bundle_summary(cli, path, &bundle, &report);
        *out_status = report.stopped ? HW_EXIT_UNKNOWN : r.status;
    }
    free(place);
    (void)close(bundle.fd);
    return rc;
}

int hw_cli_bundles(struct hw_cli *cli, enum hw_class asked, struct hw_strings *out_plain,
                   int *worst, struct hw_error *err)
{
    struct hw_strings plain = {.count = 0};
    int rc = HW_OK, status = HW_EXIT_FINE;
    plain.p = hw_arena_array(cli->arena, cli->args.count + 1, sizeof *plain.p);
    if (plain.p == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the command line");
    }
    for (size_t i = 0; i < cli->args.count; i++) {
        if (asked == HW_CLASS_ARTIFACT || !hw_share_is(cli->args.p[i])) {
            plain.p[plain.count++] = cli->args.p[i];
        }
    }
    plain.p[plain.count] = NULL;
    if (cli->pack_pin != NULL && plain.count > 0 && asked != HW_CLASS_KNOWLEDGE) {
        return hw_fail(err, HW_E_USAGE,
                       "--pack-key vouches for bundles, and %.120s is none: add it by itself",
                       plain.p[0]);
    }
    for (size_t i = 0; i < cli->args.count && rc == HW_OK; i++) {
        if (asked != HW_CLASS_ARTIFACT && hw_share_is(cli->args.p[i])) {
            rc = hw_cli_bundle(cli, asked, cli->args.p[i], &status, err);
            *worst = status > *worst ? status : *worst;
        }
    }
    *out_plain = plain;
    return rc;
}
