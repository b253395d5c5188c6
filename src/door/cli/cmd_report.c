/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/cmd_report.c -- all questions at once, told in the tongue of whoever reads it next.
 */
#include "ask/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "door/cli/cli.h"
#include "door/cli/find.h"
#include "door/console/pages.h"

typedef int report_tell(const struct hw_teller *t, const struct hw_report_answer *a,
                        struct hw_error *err);

static struct hw_span page_file(const char *name)
{
    for (const struct hw_page_file *f = hw_page_files; f->name != NULL; f++) {
        if (strcmp(f->name, name) == 0) {
            return (struct hw_span){f->bytes, f->n};
        }
    }
    return (struct hw_span){NULL, 0};
}

/* The console's page with the answers inside. */
static int tell_html(const struct hw_teller *t, const struct hw_report_answer *a,
                     struct hw_error *err)
{
    const struct hw_page page = {page_file("assets/console.js"), page_file("assets/console.css")};
    return hw_tell_report_html(t, a, &page, err);
}

static const struct format {
    const char *word;
    report_tell *tell; /* NULL: csv, which is several tables */
} formats[] = {
    {"csaf", hw_tell_report_csaf},
    {"csv", NULL},
    {"flow", hw_tell_report_flow},
    {"html", tell_html},
    {"json", hw_tell_report_json},
    {"md", hw_tell_report_md},
    {"misp", hw_tell_report_misp},
    {"sarif", hw_tell_report_sarif},
    {"stix", hw_tell_report_stix},
    {"svg", hw_tell_report_svg},
    {"timesketch", hw_tell_report_timesketch},
};

static int find_format(const struct hw_cli *cli, const struct format **out, struct hw_error *err)
{
    const char *word = cli->format != NULL ? cli->format : cli->json ? "json" : "md";
    struct hw_buf names;
    if (cli->json && strcmp(word, "json") != 0) {
        return hw_fail(err, HW_E_USAGE, "--json and --format %.40s: give one of them", word);
    }
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].word, word) == 0) {
            *out = &formats[i];
            return HW_OK;
        }
    }
    hw_buf_init(&names, 512);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        hw_buf_printf(&names, "%s%s", i == 0 ? "" : " ", formats[i].word);
    }
    int rc = hw_fail(err, HW_E_USAGE, "--format: \"%.40s\" is none of %s", word,
                     hw_buf_text(&names) == NULL ? "" : hw_buf_text(&names));
    hw_buf_done(&names);
    return rc;
}

/* The labels of the Traffic Light Protocol, version 2.0 (FIRST, 2022), with or without "TLP:". */
static int find_marking(const struct hw_cli *cli, struct hw_span *out, struct hw_error *err)
{
    static const char *const labels[] = {"RED", "AMBER", "AMBER+STRICT", "GREEN", "CLEAR"};
    struct hw_span said = hw_span_str(cli->tlp);
    *out = (struct hw_span){NULL, 0};
    said = hw_span_from(said, hw_span_starts(said, "TLP:") ? 4 : 0);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (hw_span_is_nocase(said, labels[i])) {
            *out = hw_span_str(labels[i]);
            return HW_OK;
        }
    }
    return cli->tlp == NULL ? HW_OK
                            : hw_fail(err, HW_E_USAGE,
                                      "--tlp: \"%.40s\" is none of RED, AMBER, AMBER+STRICT, "
                                      "GREEN, CLEAR",
                                      cli->tlp);
}

static int find_table(const struct hw_cli *cli, const struct format *f, enum hw_report_table *out,
                      struct hw_error *err)
{
    *out = HW_TABLE_TIMELINE;
    if (cli->table == NULL) {
        return HW_OK;
    }
    if (f->tell != NULL || cli->out_path != NULL) {
        return hw_fail(err, HW_E_USAGE,
                       "--table names the one table of --format csv that is printed: it goes "
                       "with no other format, and not with --out, which takes them all");
    }
    for (int i = 0; i < HW_TABLE_COUNT; i++) {
        if (strcmp(hw_report_table_word((enum hw_report_table)i), cli->table) == 0) {
            *out = (enum hw_report_table)i;
            return HW_OK;
        }
    }
    return hw_fail(err, HW_E_USAGE,
                   "--table: \"%.40s\" is none of assets, timeline, findings, blocklist",
                   cli->table);
}

/* ---- where it goes ---- */

static int put_fd(void *state, struct hw_span s, struct hw_error *err)
{
    const int *fd = state;
    while (s.n > 0) {
        ssize_t n = write(*fd, s.p, s.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return hw_fail(err, errno == ENOSPC ? HW_E_SPACE : HW_E_IO,
                           "cannot write the report: %s", strerror(errno));
        }
        s.p += n;
        s.n -= (size_t)n;
    }
    return HW_OK;
}

/* A report names people and machines: nobody but its owner reads the file. */
static int open_out(int at, const char *path, int *out, struct hw_error *err)
{
    *out = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *out >= 0 ? HW_OK : hw_fail(err, HW_E_IO, "--out %.120s: %s", path, strerror(errno));
}

static int close_out(int fd, int rc, const char *path, struct hw_error *err)
{
    if (fd >= 0 && close(fd) != 0 && rc == HW_OK) {
        rc = hw_fail(err, HW_E_IO, "--out %.120s: %s", path, strerror(errno));
    }
    return rc;
}

static int tell_folder(struct hw_cli *cli, const struct hw_report_answer *a, struct hw_error *err)
{
    int folder = -1, rc = HW_OK;
    if (mkdir(cli->out_path, 0700) != 0 && errno != EEXIST) {
        return hw_fail(err, HW_E_IO, "--out %.120s: %s", cli->out_path, strerror(errno));
    }
    folder = open(cli->out_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return hw_fail(err, HW_E_IO, "--out %.120s: %s: csv is several tables, in a folder",
                       cli->out_path, strerror(errno));
    }
    for (int i = 0; i < HW_TABLE_COUNT && rc == HW_OK; i++) {
        char name[64];
        int fd = -1;
        struct hw_teller t = hw_cli_teller(cli);
        const char *word = hw_report_table_word((enum hw_report_table)i);
        size_t n = strlen(word);
        memcpy(name, word, n);
        memcpy(name + n, ".csv", 5);
        t.put = put_fd;
        t.state = &fd;
        rc = open_out(folder, name, &fd, err);
        rc = rc != HW_OK ? rc : hw_tell_report_csv(&t, a, (enum hw_report_table)i, err);
        rc = close_out(fd, rc, name, err);
    }
    (void)close(folder);
    return rc;
}

static int tell(struct hw_cli *cli, const struct format *f, enum hw_report_table table,
                const struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_teller t = hw_cli_teller(cli);
    int fd = -1, rc = HW_OK;
    if (cli->out_path != NULL && f->tell == NULL) {
        return tell_folder(cli, a, err);
    }
    if (cli->out_path != NULL) {
        rc = open_out(AT_FDCWD, cli->out_path, &fd, err);
        t.put = put_fd;
        t.state = &fd;
    }
    rc = rc != HW_OK       ? rc
         : f->tell != NULL ? f->tell(&t, a, err)
                           : hw_tell_report_csv(&t, a, table, err);
    return close_out(fd, rc, cli->out_path, err);
}

/* ---- the question ---- */

struct meaning {
    struct hw_cli *cli;
    struct hw_span target;
    struct hw_target_list several;
};

/* Does the graph know it under this word? A file here may be known by its bytes only. */
static int mean(void *state, struct hw_span target, struct hw_error *err)
{
    struct meaning *m = state;
    HW_AUTO(hw_walk) *w = NULL;
    int rc = hw_walk_new(m->cli->c, &w, err);
    rc = rc != HW_OK ? rc : hw_trace_targets(w, target, m->cli->arena, &m->several, err);
    if (rc == HW_OK) {
        m->target = target;
        m->several.count = 0;
    }
    return rc;
}

static int find_target(struct hw_cli *cli, struct meaning *m, struct hw_error *err)
{
    if (cli->args.count == 0) {
        return HW_OK;
    }
    m->target = hw_span_str(cli->args.p[0]);
    int rc = hw_cli_with_target(cli, cli->args.p[0], mean, m, err);
    if (rc == HW_E_USAGE && m->several.count > 0) {
        int said = hw_cli_say_several(cli, &m->several, NULL);
        return said != HW_OK ? said : rc;
    }
    return rc == HW_E_MISSING || rc == HW_E_STATE ? HW_OK : rc; /* the report says so */
}

static int report(struct hw_cli *cli, struct hw_policy *policy, struct hw_report_answer **out,
                  struct hw_error *err)
{
    struct hw_case_info info;
    struct meaning m = {.cli = cli};
    struct hw_target_list several = {.count = 0};
    struct hw_span marking;
    int rc = find_marking(cli, &marking, err);
    rc = rc != HW_OK ? rc : find_target(cli, &m, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_case_info(cli->c, &info);
    struct hw_report_ask ask = {.target = m.target,
                                .title = hw_span_str(cli->title),
                                .tlp = marking,
                                .author = hw_span_str(cli->author),
                                .contact = hw_span_str(cli->contact),
                                .policy = policy,
                                .version = HW_VERSION,
                                .case_id = info.uuid,
                                .from = cli->from,
                                .until = cli->until,
                                .independent = hw_span_str(cli->independent)};
    rc = hw_report(cli->c, &ask, out, &several, err);
    if (rc == HW_E_USAGE && several.count > 1) {
        int said = hw_cli_say_several(cli, &several, NULL);
        return said != HW_OK ? said : rc;
    }
    return rc;
}

int cmd_report(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_report_answer *a = NULL;
    struct hw_policy policy = hw_cli_policy(cli);
    const struct format *f = NULL;
    enum hw_report_table table;
    int rc = find_format(cli, &f, err);
    rc = rc != HW_OK ? rc : find_table(cli, f, &table, err);
    if (rc == HW_OK && cli->from != HW_TIME_NONE && cli->until != HW_TIME_NONE &&
        cli->from > cli->until) {
        rc = hw_fail(err, HW_E_USAGE, "--until is before --from");
    }
    if (rc == HW_OK && (cli->redact == NULL) != (cli->redact_key == NULL)) {
        rc = hw_fail(err, HW_E_USAGE,
                     "--redact and --redact-key go together: the policy, and a file for the key of "
                     "the pseudonyms, made when it is not there");
    }
    rc = rc != HW_OK
             ? rc
             : hw_cli_open_derived(cli, /* always= */ cli->args.count > 0, &policy.derived, err);
    /* one state of the case for every question, whatever is read meanwhile */
    rc = rc != HW_OK ? rc : hw_case_hold(cli->c, err);
    rc = rc != HW_OK ? rc : report(cli, &policy, &a, err);
    rc = rc != HW_OK ? rc : hw_cli_redact(cli, a, err);
    rc = rc != HW_OK ? rc : tell(cli, f, table, a, err);
    rc = rc != HW_OK ? rc : a->exit_status;
    hw_report_free(a);
    return rc;
}
