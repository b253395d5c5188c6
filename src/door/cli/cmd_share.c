/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_share.c -- what concerns another party, as a file that it can check.
 *
 * Nothing is written before all that goes out has been shown and somebody said yes; and who was
 * told what stands in the action log afterwards (docs/formats/share.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask/redact.h"
#include "ask/share.h"
#include "ask/trace.h"
#include "case/log.h"
#include "door/cli/cli.h"
#include "door/cli/find.h"
#include "door/feed/share.h"
#include "door/feed/signing_key.h"
#include "tell/share.h"

/* What is hidden where no policy says so. */
static const char DEFAULT_POLICY[] =
    "host\naccount\norg\npath-user-part\naddress-private\ntimes minute\n";

struct sharing {
    struct hw_cli *cli;
    struct hw_trace_ask ask;
    struct hw_trace_answer *a;
    struct hw_target_list several;
    struct hw_redact_policy policy;
    uint8_t key[HW_REDACT_KEY_BYTES];
    struct hw_share_kept kept;
    struct hw_share_body body;
};

/* ---- the key ---- */

static int new_key(struct hw_cli *cli, struct hw_error *err)
{
    uint8_t seed[HW_ED25519_KEY], key[HW_ED25519_KEY];
    char print[HW_ED25519_PRINT];
    if (cli->args.count > 0) {
        return hw_fail(err, HW_E_USAGE,
                       "--new-key makes a key and shares nothing: leave \"%.60s\" "
                       "away",
                       cli->args.p[0]);
    }
    int rc = hw_signing_key_make(cli->new_key, seed, err);
    rc = rc != HW_OK ? rc : hw_signing_key_public(cli->new_key, seed, key, print, err);
    explicit_bzero(seed, sizeof seed);
    if (rc != HW_OK) {
        return rc;
    }
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"key\",\"schema\":1,");
        hw_json_put(&cli->out, "path", hw_span_str(cli->new_key));
        hw_buf_printf(&cli->out, "\"key\":\"%s\"}\n", print);
        return HW_EXIT_FINE;
    }
    hw_cli_safe(cli, hw_span_str(cli->new_key));
    hw_buf_printf(&cli->out,
                  ": a new key. Keep it: who has it can speak for you.\n"
                  "Its fingerprint, for whoever you will send bundles to, by another way than the "
                  "bundles:\n\n  %s\n\nThey read a bundle with: headwater add --pack-key %s FILE\n",
                  print, print);
    return HW_EXIT_FINE;
}

/* ---- what goes out ---- */

static int check(const struct hw_cli *cli, struct hw_error *err)
{
    const char *lacks = cli->args.count == 0      ? "TARGET, what the chain leads to"
                        : cli->author == NULL     ? "--author NAME, who tells it"
                        : cli->redact_key == NULL ? "--redact-key FILE, the key of the "
                                                    "pseudonyms, made when it is not there"
                        : cli->out_path != NULL && cli->pack_key_file == NULL
                            ? "--key FILE to sign what it writes: make one with headwater share "
                              "--new-key FILE"
                            : NULL;
    return lacks == NULL ? HW_OK : hw_fail(err, HW_E_USAGE, "share wants %s", lacks);
}

static int read_policy(struct sharing *s, struct hw_error *err)
{
    struct hw_cli *cli = s->cli;
    const char *const names[] = {cli->author, cli->to, "internet"};
    int rc = cli->redact != NULL
                 ? hw_cli_redact_policy(cli, cli->redact, &s->policy, err)
                 : hw_redact_policy_read(hw_span_str(DEFAULT_POLICY), cli->arena, &s->policy, err);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && rc == HW_OK; i++) {
        struct hw_redact_word *w = hw_arena_alloc(cli->arena, sizeof *w);
        if (w == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory for a policy");
        }
        *w = (struct hw_redact_word){s->policy.clear, hw_span_str(names[i])};
        s->policy.clear = names[i] == NULL ? s->policy.clear : w;
    }
    return rc != HW_OK ? rc : hw_cli_redact_key(cli->redact_key, s->key, err);
}

static int try(void *state, struct hw_span target, struct hw_error *err)
{
    struct sharing *s = state;
    hw_trace_answer_free(s->a);
    s->a = NULL;
    s->ask.target = target;
    return hw_trace(s->cli->c, &s->ask, &s->a, &s->several, err);
}

/* Of this target and this party: the same when it is told again, from whatever case. */
static int name_it(struct sharing *s, char out[HW_REDACT_TEXT_BYTES], struct hw_error *err)
{
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    hw_buf_printf(&b, "%s %.1000s", s->a->target.id, s->cli->to == NULL ? "" : s->cli->to);
    int rc = hw_redact_name("bundle", hw_buf_span(&b), s->key, out, err);
    hw_buf_done(&b);
    return rc;
}

static const char *unit_word(int64_t ns)
{
    return ns == 0                         ? "as recorded"
           : ns == HW_NS_PER_SECOND        ? "second"
           : ns == 60 * HW_NS_PER_SECOND   ? "minute"
           : ns == 3600 * HW_NS_PER_SECOND ? "hour"
                                           : "day";
}

static int make(struct sharing *s, struct hw_error *err)
{
    struct hw_cli *cli = s->cli;
    char id[HW_REDACT_TEXT_BYTES];
    struct hw_report_answer names = {.arena = s->a->arena, .chain = s->a};
    int rc = hw_share_select(s->a, hw_span_str(cli->to), &s->kept, err);
    rc = rc != HW_OK ? rc : name_it(s, id, err);
    rc = rc != HW_OK ? rc : hw_redact(&names, &s->policy, s->key, err);
    rc = rc != HW_OK ? rc : hw_share_hide(s->a, s->key, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_share_head head = {.by = hw_span_str(cli->author),
                                 .contact = hw_span_str(cli->contact),
                                 .to = hw_span_str(cli->to),
                                 .times = hw_span_str(unit_word(s->policy.times_ns)),
                                 .version = HW_SPAN_LIT("headwater " HW_VERSION),
                                 .id = id,
                                 .made_ns = cli->as_of != HW_TIME_NONE ? cli->as_of : cli->now_ns};
    return hw_tell_share(&head, s->a, &s->body, err);
}

static int show(struct sharing *s, struct hw_error *err)
{
    struct hw_cli *cli = s->cli;
    if (!cli->json) {
        hw_buf_str(&cli->out, "What goes out");
        if (cli->to != NULL) {
            hw_buf_str(&cli->out, " to ");
            hw_cli_safe(cli, hw_span_str(cli->to));
        }
        hw_buf_printf(&cli->out, ": %u steps (%u of the chain left out), %u things; every text:\n",
                      s->kept.steps, s->kept.left, s->body.ends);
        if (cli->to != NULL && !s->kept.met) {
            hw_buf_str(&cli->out, "That name is nowhere on this chain: it gets the whole way to "
                                  "the target.\n");
        }
    }
    for (size_t i = 0; i < s->body.field_count; i++) {
        const struct hw_share_field *f = &s->body.fields[i];
        if (cli->json) {
            hw_buf_printf(&cli->out, "{\"type\":\"clear-field\",\"schema\":1,\"kind\":\"%s\",",
                          f->kind);
            hw_json_text(&cli->out, "value", f->value);
            hw_buf_str(&cli->out, "}\n");
        } else {
            hw_buf_printf(&cli->out, "  %-32s ", f->kind);
            hw_cli_safe(cli, f->value);
            hw_buf_char(&cli->out, '\n');
        }
    }
    return hw_cli_flush(cli, err);
}

/* ---- yes ---- */

static int ask_yes(const struct sharing *s, struct hw_error *err)
{
    char line[16] = "";
    if (s->cli->yes) {
        return HW_OK;
    }
    if (s->cli->json || isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
        return hw_fail(err, HW_E_USAGE,
                       "nothing was written: there is no terminal to ask on whether all of that "
                       "may go out; look through it, then say --yes");
    }
    fputs("Write it? Type yes: ", stderr);
    bool said = fgets(line, sizeof line, stdin) != NULL &&
                hw_span_is(hw_span_trim(hw_span_str(line)), "yes");
    return said ? HW_OK : hw_fail(err, HW_E_USAGE, "nothing was written: nobody said yes");
}

/* ---- who was told what ---- */

static int log_told(struct sharing *s, const struct hw_share_written *w, struct hw_error *err)
{
    struct hw_cli *cli = s->cli;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_buf_str(&b, "share");
    hw_buf_char(&b, 0);
    hw_buf_printf(&b, "told=%.1000s", cli->to == NULL ? "" : cli->to);
    hw_buf_char(&b, 0);
    hw_buf_printf(&b, "target=%s", s->a->target.id);
    hw_buf_char(&b, 0);
    hw_buf_printf(&b, "steps=%u", s->body.steps);
    hw_buf_char(&b, 0);
    hw_buf_str(&b, "bundle=");
    hw_buf_hex(&b, (struct hw_span){w->sha256, sizeof w->sha256});
    hw_buf_char(&b, 0);
    hw_buf_printf(&b, "signed-by=%s", w->print);
    hw_buf_char(&b, 0);
    struct hw_action a = {.at_ns = cli->now_ns,
                          .who = hw_cli_who(cli),
                          .version = HW_VERSION,
                          .command = cli->command->word,
                          .args = hw_buf_span(&b),
                          .policy = "",
                          .as_of_ns = HW_TIME_NONE};
    int rc = hw_buf_ok(&b) ? hw_case_log_append(cli->c, &a, err)
                           : hw_fail(err, HW_E_MEMORY, "no memory for the log");
    hw_buf_done(&b);
    return rc;
}

static void say_written(struct sharing *s, const struct hw_share_written *w)
{
    struct hw_cli *cli = s->cli;
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"shared\",\"schema\":1,");
        hw_json_put(&cli->out, "path", hw_span_str(cli->out_path));
        hw_json_put(&cli->out, "to", hw_span_str(cli->to));
        hw_json_hex(&cli->out, "sha256", (struct hw_span){w->sha256, sizeof w->sha256});
        hw_buf_printf(&cli->out, ",\"bytes\":%llu,\"steps\":%u,\"left\":%u,\"key\":\"%s\"}\n",
                      (unsigned long long)w->bytes, s->body.steps, s->kept.left, w->print);
        return;
    }
    hw_cli_safe(cli, hw_span_str(cli->out_path));
    hw_buf_printf(&cli->out, ": %u steps, signed by %s.\nSHA-256 ", s->body.steps, w->print);
    hw_buf_hex(&cli->out, (struct hw_span){w->sha256, sizeof w->sha256});
    hw_buf_str(&cli->out, "; the case's log says who was told.\n");
}

static int write_it(struct sharing *s, struct hw_error *err)
{
    struct hw_share_written w;
    struct hw_case_info info;
    struct hw_cli *cli = s->cli;
    hw_case_info(cli->c, &info);
    if (info.read_only || info.path == NULL) {
        return hw_fail(err, HW_E_STATE,
                       "nothing was written: this case takes no entry of its log, "
                       "and whom it told must stand there");
    }
    hw_case_release(cli->c);
    int rc = ask_yes(s, err);
    rc = rc != HW_OK ? rc
                     : hw_share_write(cli->out_path, cli->pack_key_file, hw_buf_span(&s->body.text),
                                      &w, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = log_told(s, &w, err);
    if (rc != HW_OK) {
        (void)unlink(cli->out_path); /* what nobody wrote down is told to nobody */
        return rc;
    }
    say_written(s, &w);
    return HW_EXIT_FINE;
}

static int share(struct sharing *s, struct hw_error *err)
{
    struct hw_cli *cli = s->cli;
    bool derived = false;
    int rc = read_policy(s, err);
    rc = rc != HW_OK ? rc : hw_cli_open_derived(cli, /* always= */ true, &derived, err);
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : hw_cli_with_target(cli, cli->args.p[0], try, s, err);
    if (rc == HW_E_USAGE && s->several.count > 0) {
        int said = hw_cli_say_several(cli, &s->several, NULL);
        return said != HW_OK ? said : rc;
    }
    rc = rc != HW_OK ? rc : make(s, err);
    rc = rc != HW_OK ? rc : show(s, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (s->body.steps == 0) {
        hw_cli_unread(cli, "chain", s->a->target.name, "no step of it concerns them", true);
        return HW_EXIT_UNKNOWN;
    }
    if (cli->out_path == NULL) {
        if (!cli->json) {
            hw_buf_str(&cli->out, "Nothing was written: --out FILE and --key FILE do that.\n");
        }
        return HW_EXIT_FINE;
    }
    return write_it(s, err);
}

int cmd_share(struct hw_cli *cli, struct hw_error *err)
{
    /* Only what this case shows: what others told is theirs to tell. */
    struct sharing s = {.cli = cli, .ask = {.as_of = cli->as_of, .told = false}};
    if (cli->new_key != NULL) {
        return new_key(cli, err);
    }
    int rc = check(cli, err);
    rc = rc != HW_OK ? rc : share(&s, err);
    hw_buf_done(&s.body.text);
    hw_trace_answer_free(s.a);
    explicit_bzero(s.key, sizeof s.key);
    return rc;
}
