/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_learn.c -- published knowledge into the case: files, packs, and feeds over the
 * network; and out of it again as a pack.
 */
#include "base/time.h"
#include "door/cli/cli.h"
#include "door/feed/pack.h"

static int check(const struct hw_cli *cli, struct hw_error *err)
{
    int64_t when;
    if (cli->args.count == 0 && cli->feed.count == 0 && cli->pack == NULL) {
        return hw_fail(err, HW_E_USAGE,
                       "learn wants files, or --feed URL, or --pack FILE to write one: see "
                       "headwater learn --help");
    }
    if (cli->pack != NULL && cli->pack_key_file == NULL) {
        return hw_fail(err, HW_E_USAGE,
                       "--pack signs what it writes: name its key's file with --key FILE, which is "
                       "made when it is not there");
    }
    if (cli->since != NULL && !hw_time_parse(hw_span_str(cli->since), &when)) {
        return hw_fail(err, HW_E_USAGE,
                       "--since: \"%.60s\" is no time: give one like 2023-03-29T12:00:00Z",
                       cli->since);
    }
    return HW_OK;
}

/* Packs one by one, each verified before anything of it counts; everything else together. */
static int files(struct hw_cli *cli, int *worst, struct hw_error *err)
{
    size_t count = 0;
    struct hw_strings named = {.count = 0};
    int status = HW_EXIT_FINE;
    int rc = hw_cli_bundles(cli, HW_CLASS_KNOWLEDGE, &named, worst, err);
    const char **plain = hw_arena_array(cli->arena, named.count + 1, sizeof *plain);
    if (plain == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the command line");
    }
    for (size_t i = 0; i < named.count && rc == HW_OK; i++) {
        if (!hw_pack_is(named.p[i])) {
            plain[count++] = named.p[i];
            continue;
        }
        rc = hw_cli_pack(cli, named.p[i], &status, err);
        *worst = status > *worst ? status : *worst;
    }
    if (rc == HW_OK && count > 0) {
        rc = hw_cli_intake(cli, HW_CLASS_KNOWLEDGE, plain, count, NULL, &status, err);
        *worst = status > *worst ? status : *worst;
    }
    return rc;
}

static int write_pack(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_pack_written w;
    int rc = hw_pack_write(cli->c, cli->pack, cli->pack_key_file, cli->now_ns, &w, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"packed\",\"schema\":1,");
        hw_json_text(&cli->out, "path", hw_span_str(cli->pack));
        hw_buf_printf(&cli->out,
                      ",\"documents\":%llu,\"bytes\":%llu,\"missing\":%llu,\"private\":%llu,"
                      "\"key\":\"%s\"}\n",
                      (unsigned long long)w.documents, (unsigned long long)w.bytes,
                      (unsigned long long)w.missing, (unsigned long long)w.private, w.fingerprint);
        return HW_OK;
    }
    hw_cli_safe(cli, hw_span_str(cli->pack));
    hw_buf_str(&cli->out, ": ");
    hw_text_count(&cli->out, w.documents);
    hw_buf_printf(&cli->out, " document%s, signed by %s%s.\n", w.documents == 1 ? "" : "s",
                  w.fingerprint, w.new_key ? ", a new key" : "");
    if (w.missing > 0) {
        hw_text_count(&cli->out, w.missing);
        hw_buf_str(&cli->out, " left out, whose bytes were not kept: learn them again.\n");
    }
    if (w.private > 0) {
        hw_text_count(&cli->out, w.private);
        hw_buf_str(
            &cli->out,
            " left out, about their owner and not published (estates, bills of materials).\n");
    }
    return HW_OK;
}

/* Writes the list that is learned below. */
static int known_good(struct hw_cli *cli, struct hw_error *err)
{
    if (cli->args.count != 1) {
        return hw_fail(err, HW_E_USAGE,
                       "--known-good writes one list, which must not exist yet: "
                       "headwater learn --known-good FOLDER LIST.csv");
    }
    return hw_cli_known_good(cli->known_good, cli->args.p[0], err);
}

int cmd_learn(struct hw_cli *cli, struct hw_error *err)
{
    int status = HW_EXIT_FINE, worst = HW_EXIT_FINE;
    int rc = check(cli, err);
    if (rc == HW_OK && cli->known_good != NULL) {
        rc = known_good(cli, err);
    }
    rc = rc != HW_OK ? rc : hw_cli_open(cli, HW_CASE_WRITE, false, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc == HW_OK && cli->args.count > 0) {
        rc = files(cli, &worst, err);
    }
    for (size_t i = 0; i < cli->feed.count && rc == HW_OK && !hw_cli_stop; i++) {
        rc = hw_cli_feed(cli, cli->feed.p[i], &status, err);
        worst = status > worst ? status : worst;
    }
    if (rc == HW_OK && cli->args.count + cli->feed.count > 0) {
        rc = hw_cli_knows(cli, err);
    }
    if (rc == HW_OK && cli->pack != NULL && !hw_cli_stop) {
        rc = write_pack(cli, err);
    }
    return rc != HW_OK ? rc : worst;
}
