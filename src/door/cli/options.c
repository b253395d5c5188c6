/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/options.c -- every option in one table; a mistake is answered with what to do instead.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "door/cli/cli.h"

enum kind { FLAG, TEXT, LIST, WORDS, TIME, DAYS, SEVERITY, ZONE, COUNT, PORT };

struct option {
    const char *name, *value; /* value: what stands behind it, for people; NULL for flags */
    char group;               /* 0: every command */
    enum kind kind;
    size_t at; /* in struct hw_cli */
};

#define AT(field) offsetof(struct hw_cli, field)
static const struct option options[] = {
    {"accept-opaque", "KIND,...|all", 'p', WORDS, AT(accept_opaque)},
    {"acquired-by", "NAME", 'e', TEXT, AT(acquired_by)},
    {"all", NULL, 'l', FLAG, AT(all)},
    {"anchors", "FILE", 'k', TEXT, AT(anchors)},
    {"as-of", "TIME", 'a', TIME, AT(as_of)},
    {"author", "NAME", 'r', TEXT, AT(author)},
    {"author", "NAME", 's', TEXT, AT(author)}, /* of a bundle */
    {"back", NULL, 'w', FLAG, AT(back)},
    {"baseline", "FILE", 'p', LIST, AT(baseline)},
    {"because", "TEXT", 'b', TEXT, AT(because)},
    {"behaviour", NULL, 'c', FLAG, AT(behaviour)},
    {"ca", "FILE", 'f', TEXT, AT(ca)},
    {"case", "FILE", 0, TEXT, AT(case_path)},
    {"check", "FILE", 'c', TEXT, AT(check)},
    {"collection", "ID", 'f', LIST, AT(collection)},
    {"contact", "TEXT", 'r', TEXT, AT(contact)},
    {"contact", "TEXT", 's', TEXT, AT(contact)},
    {"counter", NULL, 'w', FLAG, AT(counter)},
    {"crl", "FILE", 'p', TEXT, AT(crl)},
    {"exhibit", "NUMBER", 'e', TEXT, AT(exhibit)},
    {"expect-signer", "NAME", 'p', LIST, AT(expect_signer)},
    {"expiring", "DAYS", 'p', DAYS, AT(expiring_days)},
    {"fail-on", "SEVERITY", 'a', SEVERITY, AT(fail_on)},
    {"feed", "URL", 'f', LIST, AT(feed)},
    {"feed-auth", "FILE", 'f', TEXT, AT(feed_auth)},
    {"format", "NAME", 'r', TEXT, AT(format)},
    {"forward", NULL, 'w', FLAG, AT(forward)},
    {"from", "TIME", 'm', TIME, AT(from)},
    {"help", NULL, 0, FLAG, AT(help)},
    {"host", "NAME", 'e', TEXT, AT(host)},
    {"independent", "NAME,...", 'm', TEXT, AT(independent)},
    {"interval", "SECONDS", 'h', COUNT, AT(interval_s)},
    {"json", NULL, 0, FLAG, AT(json)},
    {"junit", "FILE", 'p', TEXT, AT(junit)},
    {"keep", NULL, 'e', FLAG, AT(keep)},
    {"key", "FILE", 'g', TEXT, AT(pack_key_file)},
    {"key", "FILE", 's', TEXT, AT(pack_key_file)},
    {"known-good", "FOLDER", 'n', TEXT, AT(known_good)},
    {"like", "FINDING", 'i', TEXT, AT(like)},
    {"match-types", "TYPE,...", 'f', TEXT, AT(match_types)},
    {"max-size", "MIB", 'f', COUNT, AT(max_size_mib)},
    {"max-time", "SECONDS", 'f', COUNT, AT(max_time_s)},
    {"new-key", "FILE", 's', TEXT, AT(new_key)},
    {"note", "TEXT", 'e', TEXT, AT(note)},
    {"once", NULL, 'h', FLAG, AT(once)},
    {"org", "NAME", 'e', TEXT, AT(org)},
    {"out", "FILE", 'r', TEXT, AT(out_path)},
    {"out", "FILE", 's', TEXT, AT(out_path)},
    {"pack", "FILE", 'g', TEXT, AT(pack)},
    {"pack-key", "FINGERPRINT", 'g', TEXT, AT(pack_pin)},
    {"pack-key", "FINGERPRINT", 'v', TEXT, AT(pack_pin)},
    {"policy", "FILE", 'p', TEXT, AT(policy_file)},
    {"port", "NUMBER", 'o', PORT, AT(port)},
    {"redact", "FILE", 'r', TEXT, AT(redact)},
    {"redact", "FILE", 's', TEXT, AT(redact)},
    {"redact-key", "FILE", 'r', TEXT, AT(redact_key)},
    {"redact-key", "FILE", 's', TEXT, AT(redact_key)},
    {"require-signer", "NAME", 'p', LIST, AT(require_signer)},
    {"require-timestamp", NULL, 'p', FLAG, AT(require_timestamp)},
    {"since", "TIME", 'f', TEXT, AT(since)},
    {"syslog", NULL, 'h', FLAG, AT(syslog)},
    {"table", "NAME", 'r', TEXT, AT(table)},
    {"title", "TEXT", 'r', TEXT, AT(title)},
    {"tlp", "COLOUR", 'r', TEXT, AT(tlp)},
    {"to", "NAME", 's', TEXT, AT(to)},
    {"tz", "+HH:MM", 'e', TEXT, AT(tz)},           /* of the evidence's clocks */
    {"tz", "+HH:MM", 't', ZONE, AT(zone_minutes)}, /* of the times printed */
    {"until", "TIME", 'm', TIME, AT(until)},
    {"webhook", "URL", 'h', TEXT, AT(webhook)},
    {"webhook-auth", "FILE", 'h', TEXT, AT(webhook_auth)},
    {"yes", NULL, 's', FLAG, AT(yes)},
};

static int push(struct hw_cli *cli, struct hw_strings *l, const char *s, struct hw_error *err)
{
    /* Lists are short; growing by one each time keeps them NULL-ended and simple. */
    const char **p = hw_arena_array(cli->arena, l->count + 2, sizeof *p);
    char *copy = (char *)hw_arena_copy(cli->arena, hw_span_str(s));
    if (p == NULL || copy == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the command line");
    }
    if (l->count > 0) {
        memcpy(p, l->p, l->count * sizeof *p);
    }
    p[l->count++] = copy;
    l->p = p;
    return HW_OK;
}

static int push_words(struct hw_cli *cli, struct hw_strings *l, const char *s, struct hw_error *err)
{
    int rc = HW_OK;
    while (rc == HW_OK && *s != 0) {
        char word[64];
        size_t n = strcspn(s, ",");
        if (n == 0 || n >= sizeof word) {
            return hw_fail(err, HW_E_USAGE, "\"%.60s\": give words with a comma between", s);
        }
        memcpy(word, s, n);
        word[n] = 0;
        rc = push(cli, l, word, err);
        s += n + (s[n] == ',');
    }
    return rc;
}

static int zone(const char *s, int *out, struct hw_error *err)
{
    bool form = strlen(s) == 6 && (s[0] == '+' || s[0] == '-') && s[3] == ':';
    for (int i = 1; form && i < 6; i++) {
        form = i == 3 || hw_ascii_is_digit((uint8_t)s[i]);
    }
    int minutes =
        !form ? 0 : ((s[1] - '0') * 10 + s[2] - '0') * 60 + (s[4] - '0') * 10 + s[5] - '0';
    if (!form || minutes > 14 * 60) {
        return hw_fail(err, HW_E_USAGE, "\"%.40s\" is no offset: give one like +02:00", s);
    }
    *out = s[0] == '-' ? -minutes : minutes;
    return HW_OK;
}

static int set(struct hw_cli *cli, const struct option *o, const char *value, struct hw_error *err)
{
    char *base = (char *)cli;
    void *at = base + o->at;
    uint64_t n;
    switch (o->kind) {
    case FLAG:
        *(bool *)at = true;
        return HW_OK;
    case TEXT:
        *(const char **)at = value;
        return HW_OK;
    case LIST:
        return push(cli, at, value, err);
    case WORDS:
        return push_words(cli, at, value, err);
    case TIME:
        return hw_time_parse(hw_span_str(value), at)
                   ? HW_OK
                   : hw_fail(err, HW_E_USAGE,
                             "--%s: \"%.60s\" is no time: give one like 2023-03-29T12:00:00Z",
                             o->name, value);
    case DAYS:
        if (!hw_span_u64(hw_span_str(value), &n) || n > 36500) {
            return hw_fail(err, HW_E_USAGE, "--%s: \"%.40s\" is no number of days", o->name, value);
        }
        *(int64_t *)at = (int64_t)n;
        return HW_OK;
    case COUNT:
        if (!hw_span_u64(hw_span_str(value), &n) || n == 0 || n > 86400) {
            return hw_fail(err, HW_E_USAGE, "--%s: \"%.40s\" is no number from 1 to 86400", o->name,
                           value);
        }
        *(int64_t *)at = (int64_t)n;
        return HW_OK;
    case PORT:
        if (!hw_span_u64(hw_span_str(value), &n) || n > UINT16_MAX) {
            return hw_fail(err, HW_E_USAGE, "--%s: \"%.40s\" is no number from 0 to 65535", o->name,
                           value);
        }
        *(int64_t *)at = (int64_t)n;
        return HW_OK;
    case SEVERITY:
        return hw_severity_parse(value, at)
                   ? HW_OK
                   : hw_fail(err, HW_E_USAGE,
                             "--%s: \"%.40s\" is none of info, low, medium, high, critical",
                             o->name, value);
    case ZONE:
        return zone(value, at, err);
    }
    HW_NEVER();
}

static bool takes(const struct hw_command *c, const struct option *o)
{
    return o->group == 0 || c == NULL || strchr(c->takes, o->group) != NULL;
}

/* The row of this name that the command takes, else any row of it, else NULL. */
static const struct option *find(const struct hw_command *c, const char *name, size_t n)
{
    const struct option *any = NULL;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const struct option *o = &options[i];
        if (strlen(o->name) == n && strncmp(o->name, name, n) == 0) {
            if (takes(c, o)) {
                return o;
            }
            any = o;
        }
    }
    return any;
}

/* argv[*i] is an option; moves *i past its value. */
static int one_option(struct hw_cli *cli, int argc, char **argv, int *i, struct hw_error *err)
{
    const char *name = argv[*i] + 2;
    const char *eq = strchr(name, '=');
    size_t n = eq == NULL ? strlen(name) : (size_t)(eq - name);
    const struct option *o = find(cli->command, name, n);
    if (o == NULL || !takes(cli->command, o)) {
        return hw_fail(err, HW_E_USAGE, "%s has no option --%.*s: see headwater %s --help",
                       cli->command == NULL ? "headwater" : cli->command->word,
                       (int)(n > 40 ? 40 : n), name,
                       cli->command == NULL ? "" : cli->command->word);
    }
    const char *value = eq == NULL ? NULL : eq + 1;
    if (o->kind == FLAG && value != NULL) {
        return hw_fail(err, HW_E_USAGE, "--%s takes no value", o->name);
    }
    if (o->kind != FLAG && value == NULL) {
        if (*i + 1 >= argc) {
            return hw_fail(err, HW_E_USAGE, "--%s wants a value: --%s %s", o->name, o->name,
                           o->value);
        }
        value = argv[++*i];
    }
    return set(cli, o, value, err);
}

static int name_command(struct hw_cli *cli, const char *word, struct hw_error *err)
{
    static const char *const later[] = {"diff"};
    for (const struct hw_command *c = hw_commands; c->word != NULL; c++) {
        if (strcmp(c->word, word) == 0) {
            cli->command = c;
            return HW_OK;
        }
    }
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (strcmp(word, later[i]) == 0) {
            return hw_fail(err, HW_E_USAGE, "%s is not built yet in this version", word);
        }
    }
    return hw_fail(err, HW_E_USAGE,
                   "there is no command \"%.40s\": headwater --help lists them; to judge a file, "
                   "headwater verify %.60s",
                   word, word);
}

static int check_count(const struct hw_cli *cli, struct hw_error *err)
{
    const struct hw_command *c = cli->command;
    int n = (int)cli->args.count;
    if (c == NULL || cli->help) {
        return HW_OK;
    }
    if (n < c->min_args) {
        return hw_fail(err, HW_E_USAGE, "%s wants more to work on: see headwater %s --help",
                       c->word, c->word);
    }
    if (c->max_args >= 0 && n > c->max_args) {
        return hw_fail(err, HW_E_USAGE, "%s takes at most %d: \"%.60s\" is one too many", c->word,
                       c->max_args, cli->args.p[c->max_args]);
    }
    return HW_OK;
}

/* The command is found first, so that options before it are judged by what it takes. */
static int find_command(struct hw_cli *cli, int argc, char **argv, struct hw_error *err)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            return name_command(cli, argv[i], err);
        }
        const char *name = argv[i] + 2;
        const struct option *o = find(NULL, name, strcspn(name, "="));
        if (o != NULL && o->kind != FLAG && strchr(name, '=') == NULL) {
            i++;
        }
    }
    return HW_OK;
}

int hw_options_parse(struct hw_cli *cli, int argc, char **argv, struct hw_error *err)
{
    bool named = false, plain = false;
    cli->argc = argc;
    cli->argv = argv;
    cli->expiring_days = cli->port = -1;
    cli->as_of = cli->from = cli->until = HW_TIME_NONE;
    cli->fail_on = HW_HIGH;
    int rc = find_command(cli, argc, argv, err);
    for (int i = 1; i < argc && rc == HW_OK; i++) {
        if (!plain && strcmp(argv[i], "--") == 0) {
            plain = true;
        } else if (!plain && strcmp(argv[i], "-h") == 0) {
            cli->help = true;
        } else if (!plain && argv[i][0] == '-' && argv[i][1] != 0 && argv[i][1] != '-') {
            rc = hw_fail(err, HW_E_USAGE, "%.40s: options are written with two dashes", argv[i]);
        } else if (!plain && strncmp(argv[i], "--", 2) == 0) {
            rc = one_option(cli, argc, argv, &i, err);
        } else if (!named && !plain) {
            named = true; /* the command itself */
        } else {
            rc = push(cli, &cli->args, argv[i], err);
        }
    }
    if (rc == HW_OK && cli->policy_file != NULL) {
        rc = hw_options_file(cli, cli->policy_file, err);
    }
    return rc != HW_OK ? rc : check_count(cli, err);
}

int hw_options_file(struct hw_cli *cli, const char *path, struct hw_error *err)
{
    struct hw_buf text;
    struct hw_budget fuel = {1 << 20, 1 << 20, 2};
    struct hw_reader r;
    struct hw_span line;
    hw_buf_init(&text, 1 << 20);
    int rc = hw_file_slurp(AT_FDCWD, path, 1 << 20, &text, err);
    if (rc != HW_OK) {
        rc = hw_blame(err, rc, "--policy %.120s: ", path);
    }
    hw_reader_init(&r, hw_buf_span(&text), &fuel);
    unsigned number = 0;
    while (rc == HW_OK && hw_read_left(&r) > 0 && hw_read_line(&r, 4096, &line)) {
        number++;
        line = hw_span_trim(line);
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        size_t at = hw_span_find(line, ' ');
        char *name = (char *)hw_arena_copy(cli->arena, hw_span_cut(line, 0, at));
        char *value = (char *)hw_arena_copy(cli->arena, hw_span_trim(hw_span_from(line, at)));
        if (name == NULL || value == NULL) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for the policy");
            break;
        }
        const struct option *o = find(cli->command, name, strlen(name));
        if (o == NULL || (o->group != 'p' && o->group != 'a')) {
            rc = hw_fail(err, HW_E_USAGE, "%.80s, line %u: \"%.40s\" is no option of a policy",
                         path, number, name);
        } else if ((o->kind == FLAG) != (value[0] == 0)) {
            rc = hw_fail(err, HW_E_USAGE, "%.80s, line %u: %s %s", path, number, name,
                         o->kind == FLAG ? "takes no value" : "wants a value");
        } else {
            rc = set(cli, o, value, err);
        }
    }
    hw_buf_done(&text);
    return rc;
}
