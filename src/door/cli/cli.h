/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cli.h -- the command line: one table of commands, one of options, one struct for both.
 *
 * To add a command: a row in commands.c, cmd_<word>.c, docs/man/headwater-<word>.1.scd and
 * tests/golden/<word>/. tools/check-words holds everyone to it.
 */
#ifndef HW_DOOR_CLI_CLI_H
#define HW_DOOR_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ask/policy.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "case/case.h"
#include "door/intake/intake.h"
#include "tell/tell.h"

enum hw_exit { HW_EXIT_FINE = 0, HW_EXIT_FOUND = 1, HW_EXIT_FAILED = 2, HW_EXIT_UNKNOWN = 3 };

struct hw_strings { /* a list of borrowed strings; p is NULL-ended */
    const char **p;
    size_t count;
};

struct hw_cli {
    /* for every command */
    const char *case_path;
    bool json, help, all;
    bool back, forward, counter; /* of a trace */
    int64_t from, until;         /* of an impact; HW_TIME_NONE: not given */
    const char *independent;
    int zone_minutes;
    /* evidence */
    const char *org, *host, *tz, *acquired_by, *exhibit, *note;
    bool keep;
    const char *anchors, *crl;
    const char *known_good; /* a folder, of learn */
    const char *like;       /* a finding, of hunt */
    const char *check;      /* a report, of attribute */
    bool behaviour;         /* of attribute */
    /* report */
    const char *format, *out_path, *tlp, *title, *author, *contact, *table, *redact, *redact_key;
    char anchors_origin[80]; /* "user:" and the hash of --anchors, once it was read */
    /* feeds */
    struct hw_strings feed, collection;
    const char *ca, *feed_auth, *match_types, *since;
    int64_t max_size_mib, max_time_s; /* 0: as headwater-fetch has it */
    /* packs */
    const char *pack, *pack_key_file, *pack_pin;
    /* bundles */
    const char *new_key, *to;
    bool yes;
    const char *bundle_signer; /* pinned, of the one that is being read */
    /* watch */
    bool once, syslog, quiet;
    const char *webhook, *webhook_auth;
    int64_t interval_s;
    int64_t port;    /* of serve; -1: its own */
    uint64_t gained; /* inputs read that were new to the case, by all intake so far */
    /* of case reread: read though it is known, and where it was sighted then */
    bool again;
    const char *again_scope, *again_host;
    /* policy */
    struct hw_strings expect_signer, require_signer, accept_opaque, baseline;
    bool require_timestamp;
    int64_t expiring_days, as_of;
    enum hw_severity fail_on;
    const char *junit, *policy_file, *because;
    /* what is left */
    const struct hw_command *command;
    struct hw_strings args;
    int argc;
    char **argv;
    /* under way */
    struct hw_case *c;
    int64_t now_ns;
    struct hw_buf out; /* the answer, written at the end or as it grows */
    struct hw_arena *arena;
};

struct hw_command {
    const char *word;
    int (*run)(struct hw_cli *cli, struct hw_error *err); /* an exit status; negative: a code */
    const char *takes;      /* letters of the option groups in options.c */
    int min_args, max_args; /* -1: any number */
};
extern const struct hw_command hw_commands[]; /* ended by a NULL word */

/* Parses argv into *cli. HW_E_USAGE with words that say what to do instead. */
HW_CHECK int hw_options_parse(struct hw_cli *cli, int argc, char **argv, struct hw_error *err);
/* One option a line, as --policy has them. */
HW_CHECK int hw_options_file(struct hw_cli *cli, const char *path, struct hw_error *err);

/* ---- what commands share (setup.c) ---- */

/* Opens the case: named, or $HEADWATER_CASE, or ./headwater.case. */
HW_CHECK int hw_cli_open(struct hw_cli *cli, enum hw_case_mode mode, bool must_exist,
                         struct hw_error *err);
/* Is a case named, or is there one at the default place? */
bool hw_cli_has_case(const struct hw_cli *cli);
/* Did the caller name one? */
bool hw_cli_case_named(const struct hw_cli *cli);
/* The case the caller named, or the default one. */
const char *hw_cli_case_path(const struct hw_cli *cli);
/* Says that something could not be read, as text or as a gap. */
void hw_cli_unread(struct hw_cli *cli, const char *word, struct hw_span path, const char *says,
                   bool needed);
/* Appends this command to the case's action log. Commands that ask call it before they answer. */
HW_CHECK int hw_cli_log(struct hw_cli *cli, struct hw_error *err);
struct hw_policy hw_cli_policy(const struct hw_cli *cli);
/* Reads paths into the case with the command's evidence options; events are reported as they come.
 * *out_status: 0, or 3 when something named could not be read. */
struct hw_targets;
HW_CHECK int hw_cli_intake(struct hw_cli *cli, enum hw_class asked, const char *const *paths,
                           size_t count, struct hw_targets *targets, int *out_status,
                           struct hw_error *err);
/* Learns one pack, verified first. */
HW_CHECK int hw_cli_pack(struct hw_cli *cli, const char *path, int *out_status,
                         struct hw_error *err);
/* Reads one bundle of another case, its signature verified first. */
HW_CHECK int hw_cli_bundle(struct hw_cli *cli, enum hw_class asked, const char *path,
                           int *out_status, struct hw_error *err);
/* The bundles among what was named, one by one; *out_plain: all else, NULL-ended. */
HW_CHECK int hw_cli_bundles(struct hw_cli *cli, enum hw_class asked, struct hw_strings *out_plain,
                            int *worst, struct hw_error *err);
/* Learns one feed with the command's options. *out_status as above. */
HW_CHECK int hw_cli_feed(struct hw_cli *cli, const char *url, int *out_status,
                         struct hw_error *err);
/* Writes the answer in the tongue asked for; returns the answer's exit status or a code. */
int hw_cli_tell(struct hw_cli *cli, const struct hw_answer *a, struct hw_error *err);
/* The teller that writes to standard output. */
struct hw_teller hw_cli_teller(const struct hw_cli *cli);
/* Writes cli->out to standard output and empties it. */
HW_CHECK int hw_cli_flush(struct hw_cli *cli, struct hw_error *err);
/* Evidence text into cli->out, escaped for the tongue of text. */
void hw_cli_safe(struct hw_cli *cli, struct hw_span s);
const char *hw_cli_who(struct hw_cli *cli); /* user name and uid, for the log */
extern volatile sig_atomic_t hw_cli_stop;   /* set by SIGINT and SIGTERM */

/* Makes the graph of all records anew where it is no longer true; on a terminal, with progress and
 * a line of what it came to. */
struct hw_derived;
HW_CHECK int hw_cli_derive(struct hw_cli *cli, struct hw_derived *out, struct hw_error *err);
/* Opens the case for a question about the graph and logs the command. A graph that does not stand
 * for all records is made anew; not `always`: only where there are logs and the case may be
 * written. *out_derived: it stands now. */
HW_CHECK int hw_cli_open_derived(struct hw_cli *cli, bool always, bool *out_derived,
                                 struct hw_error *err);

/* What intake saw, for the question behind it. */
struct hw_seen {
    uint8_t sha256[32];
    struct hw_span path;
};
struct hw_targets {
    struct hw_seen *p;
    size_t count, room;
    struct hw_unread {
        struct hw_span path;
        const char *word;
        struct hw_span says;
        bool named;
    } * unread;
    size_t unread_count, unread_room;
};

/* cmd_add.c: what add, scan, ingest and learn have in common. */
int hw_cli_read(struct hw_cli *cli, enum hw_class asked, struct hw_error *err);

/* Writes the list of a folder of known-good files; `list` must not exist. */
HW_CHECK int hw_cli_known_good(const char *folder, const char *list, struct hw_error *err);

/* redacting.c: takes names out of a report where --redact says so. */
HW_CHECK int hw_cli_redact(struct hw_cli *cli, struct hw_report_answer *a, struct hw_error *err);
/* The policy in a file; the key in another, made when it is not there. */
struct hw_redact_policy;
HW_CHECK int hw_cli_redact_policy(struct hw_cli *cli, const char *path,
                                  struct hw_redact_policy *out, struct hw_error *err);
HW_CHECK int hw_cli_redact_key(const char *path, uint8_t *key, struct hw_error *err);

/* knows.c: says what the case knows, form by form; every document with --all. */
HW_CHECK int hw_cli_knows(struct hw_cli *cli, struct hw_error *err);

int cmd_add(struct hw_cli *cli, struct hw_error *err);
int cmd_affected(struct hw_cli *cli, struct hw_error *err);
int cmd_attribute(struct hw_cli *cli, struct hw_error *err);
int cmd_report(struct hw_cli *cli, struct hw_error *err);
int cmd_share(struct hw_cli *cli, struct hw_error *err);
int cmd_scan(struct hw_cli *cli, struct hw_error *err);
int cmd_learn(struct hw_cli *cli, struct hw_error *err);
int cmd_verify(struct hw_cli *cli, struct hw_error *err);
int cmd_hunt(struct hw_cli *cli, struct hw_error *err);
int cmd_impact(struct hw_cli *cli, struct hw_error *err);
int cmd_ingest(struct hw_cli *cli, struct hw_error *err);
int cmd_trace(struct hw_cli *cli, struct hw_error *err);
int cmd_serve(struct hw_cli *cli, struct hw_error *err);
int cmd_show(struct hw_cli *cli, struct hw_error *err);
int cmd_watch(struct hw_cli *cli, struct hw_error *err);
int cmd_judge(struct hw_cli *cli, struct hw_error *err);
int cmd_note(struct hw_cli *cli, struct hw_error *err);
int cmd_rules(struct hw_cli *cli, struct hw_error *err);
int cmd_formats(struct hw_cli *cli, struct hw_error *err);
int cmd_case(struct hw_cli *cli, struct hw_error *err);
int cmd_demo(struct hw_cli *cli, struct hw_error *err);

#endif
