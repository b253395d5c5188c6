/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_show.c -- all that is recorded about one thing: bytes, a finding, an id.
 */
#include <string.h>

#include "case/cursor.h"
#include "door/cli/cli.h"
#include "door/cli/find.h"
#include "fact/id.h"

static void line_text(struct hw_cli *cli, const char *key, struct hw_span value)
{
    hw_buf_printf(&cli->out, "  %-12s ", key);
    hw_cli_safe(cli, value);
    hw_buf_char(&cli->out, '\n');
}

static void moment(struct hw_cli *cli, int64_t ns)
{
    hw_text_time(&cli->out, ns, cli->zone_minutes);
}

static int say_said(struct hw_cli *cli, const char *id, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_judgement_row j;
    struct hw_note_row n;
    int rc = hw_case_judgements(cli->c, id, &k, err);
    while (rc == HW_OK && (rc = hw_judgement_next(k, &j, err)) == HW_ROW) {
        rc = HW_OK;
        if (cli->json) {
            hw_buf_printf(&cli->out,
                          "{\"type\":\"decision\",\"schema\":1,\"id\":\"%s\",\"says\":\"%s\",", id,
                          j.accept ? "accept" : "reject");
            hw_json_text(&cli->out, "because", hw_span_str(j.because));
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "by", hw_span_str(j.who));
            hw_buf_char(&cli->out, ',');
            hw_json_time(&cli->out, "at", j.at_ns);
            hw_buf_str(&cli->out, "}\n");
            continue;
        }
        hw_buf_printf(&cli->out, "  %s, ", j.accept ? "accepted" : "rejected");
        moment(cli, j.at_ns);
        hw_buf_str(&cli->out, " by ");
        hw_cli_safe(cli, hw_span_str(j.who));
        hw_buf_str(&cli->out, ", because ");
        hw_cli_safe(cli, hw_span_str(j.because));
        hw_buf_char(&cli->out, '\n');
    }
    hw_cursor_free(k);
    k = NULL;
    rc = rc != HW_OK ? rc : hw_case_notes(cli->c, id, &k, err);
    while (rc == HW_OK && (rc = hw_note_next(k, &n, err)) == HW_ROW) {
        rc = HW_OK;
        if (cli->json) {
            hw_buf_str(&cli->out, "{\"type\":\"note\",\"schema\":1,");
            hw_json_text(&cli->out, "says", hw_span_str(n.text));
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "by", hw_span_str(n.who));
            hw_buf_char(&cli->out, ',');
            hw_json_time(&cli->out, "at", n.at_ns);
            hw_buf_str(&cli->out, "}\n");
            continue;
        }
        hw_buf_str(&cli->out, "  note, ");
        moment(cli, n.at_ns);
        hw_buf_str(&cli->out, " by ");
        hw_cli_safe(cli, hw_span_str(n.who));
        hw_buf_str(&cli->out, ": ");
        hw_cli_safe(cli, hw_span_str(n.text));
        hw_buf_char(&cli->out, '\n');
    }
    hw_cursor_free(k);
    return rc;
}

static int say_sightings(struct hw_cli *cli, const uint8_t evidence[32], struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row s;
    int rc = hw_case_sightings(cli->c, evidence, &k, err);
    while (rc == HW_OK && (rc = hw_sighting_next(k, &s, err)) == HW_ROW) {
        rc = HW_OK;
        if (cli->json) {
            hw_buf_str(&cli->out, "{\"type\":\"sighting\",\"schema\":1,");
            hw_json_text(&cli->out, "path", s.place.path);
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "host", hw_span_str(s.place.host));
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "org", hw_span_str(s.place.scope));
            hw_buf_char(&cli->out, ',');
            hw_json_time(&cli->out, "first", s.first_ns);
            hw_buf_char(&cli->out, ',');
            hw_json_time(&cli->out, "last", s.last_ns);
            hw_buf_printf(&cli->out, ",\"current\":%s}\n", s.current ? "true" : "false");
            continue;
        }
        hw_buf_str(&cli->out, "  seen at      ");
        hw_cli_safe(cli, s.place.path);
        if (s.place.host[0] != 0) {
            hw_buf_str(&cli->out, " on ");
            hw_cli_safe(cli, hw_span_str(s.place.host));
        }
        hw_buf_str(&cli->out, ", ");
        moment(cli, s.first_ns);
        hw_buf_str(&cli->out, s.current ? "\n" : " (something else lies there now)\n");
    }
    hw_cursor_free(k);
    return rc;
}

static int say_declared(struct hw_cli *cli, const uint8_t evidence[32], struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_declared_row d;
    int rc = hw_case_declared(cli->c, evidence, &k, err);
    while (rc == HW_OK && (rc = hw_declared_next(k, &d, err)) == HW_ROW) {
        rc = HW_OK;
        if (cli->json) {
            hw_buf_printf(&cli->out, "{\"type\":\"declared\",\"schema\":1,\"key\":\"%s\",", d.key);
            hw_json_text(&cli->out, "value", d.value);
            hw_buf_char(&cli->out, ',');
            hw_json_time(&cli->out, "at", d.at_ns);
            hw_buf_str(&cli->out, "}\n");
        } else if (d.current) {
            line_text(cli, d.key, d.value);
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int say_facts(struct hw_cli *cli, const struct hw_place_found *p, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(cli->c, p->reading, p->node, HW_ALL_KINDS, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (cli->json) {
            hw_json_fact(&cli->out, &row.fact);
            hw_buf_char(&cli->out, '\n');
        } else {
            struct hw_buf line;
            hw_buf_init(&line, 1 << 20);
            hw_fact_print(&row.fact, &line);
            hw_buf_str(&cli->out, "  ");
            /* hw_fact_print gives printable ASCII; long lists are for --json */
            hw_buf_span_put(&cli->out, hw_span_cut(hw_buf_span(&line), 0, 400));
            hw_buf_str(&cli->out, line.n > 400 ? " ...\n" : "\n");
            hw_buf_done(&line);
        }
        if (cli->out.n > (1 << 20)) {
            rc = hw_cli_flush(cli, err);
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int show_artifact(struct hw_cli *cli, const struct hw_place_found *p, struct hw_error *err)
{
    char id[HW_ID_TEXT];
    struct hw_prevalence seen;
    int rc = hw_artifact_id(p->sha256, id, err);
    rc = rc != HW_OK ? rc : hw_case_prevalence(cli->c, p->sha256, &seen, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_span sha256 = {p->sha256, 32};
    if (cli->json) {
        hw_buf_printf(&cli->out,
                      "{\"type\":\"entity\",\"schema\":1,\"id\":\"%s\",\"kind\":\"artifact\",", id);
        hw_json_hex(&cli->out, "sha256", sha256);
        hw_buf_char(&cli->out, ',');
        hw_json_text(&cli->out, "path", p->path);
        hw_buf_printf(&cli->out, ",\"evidences\":%llu,\"places\":%llu,\"hosts\":%llu}\n",
                      (unsigned long long)seen.evidences, (unsigned long long)seen.sightings,
                      (unsigned long long)seen.hosts);
    } else {
        hw_cli_safe(cli, p->path);
        hw_buf_printf(&cli->out, "\n  id           %s\n  sha256       ", id);
        hw_buf_hex(&cli->out, sha256);
        hw_buf_printf(&cli->out,
                      "\n  seen         %llu piece%s of evidence, %llu place%s, %llu host%s\n",
                      (unsigned long long)seen.evidences, seen.evidences == 1 ? "" : "s",
                      (unsigned long long)seen.sightings, seen.sightings == 1 ? "" : "s",
                      (unsigned long long)seen.hosts, seen.hosts == 1 ? "" : "s");
    }
    rc = say_sightings(cli, p->evidence, err);
    rc = rc != HW_OK ? rc : say_declared(cli, p->evidence, err);
    rc = rc != HW_OK ? rc : say_said(cli, id, err);
    return rc != HW_OK ? rc : say_facts(cli, p, err);
}

int cmd_show(struct hw_cli *cli, struct hw_error *err)
{
    const char *what = cli->args.p[0];
    int rc = hw_cli_open(cli, HW_CASE_READ, true, err);
    rc = rc != HW_OK ? rc : hw_cli_log(cli, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (hw_id_is(what) && what[0] == 'f') {
        size_t before = cli->out.n;
        rc = say_said(cli, what, err);
        if (rc == HW_OK && cli->out.n == before) {
            rc =
                hw_fail(err, HW_E_MISSING,
                        "nothing was decided or noted about %.24s; findings are made by verify and "
                        "hunt, ask them again for its reasons",
                        what);
        }
        return rc;
    }
    struct hw_place_found where;
    rc = hw_cli_find(cli, what, &where, err);
    return rc != HW_OK ? rc : show_artifact(cli, &where, err);
}
