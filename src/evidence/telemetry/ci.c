/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ci.c -- console logs of build services: what a runner did, step by step.
 *
 * Between the source and the release stands a machine, and its console is often all it leaves.
 * Three services are read, by what their runners print (actions/runner: JobServerQueue and
 * ExecutionContext; gitlab-runner: common/build.go, shells/bash.go, "Job logs" of GitLab's
 * handbook; Jenkins: hudson.model.Run, workflow-job's console, the Timestamper plug-in):
 *
 *   github   2026-03-01T10:00:00.1234567Z ##[group]Run make     each line with its time
 *   gitlab   section_start:1772359200:step_script CR ESC[0K ... ESC[32;1m$ make ESC[0;m
 *            2026-03-01T10:00:00.123456Z 00O ...               where the runner adds times
 *   jenkins  [2026-03-01T10:00:00.123Z] + make                 where Timestamper is on
 *
 * A console is lines for people: not each becomes a record, but those that say a step, a command, a
 * checkout, a file and its hash, an upload, an error or the result (ci_lines.c, ci_hash.c). What a
 * runner masked as *** stays so.
 */
#include "evidence/telemetry/ci.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson.h"

enum {
    SCRATCH_BYTES = 20 * 1024, /* of a line; a command stands in its record twice */
    KEPT_BYTES = 1024,
    PROBE_LINES = 200,
    PROBE_HEAD = 20, /* lines where a runner has said who it is */
    LINE_BYTES = 64 * 1024,
    COLUMN_BYTES = 300,
    TIMED = 3, /* lines that must have their time */
    SURE_BITS = 64,
    LIKELY_BITS = 48,
};

static const char *const logs[] = {"", "github", "gitlab", "jenkins"};
static const char *const events[HW_CI_EVENTS] = {
    "step", "command", "checkout", "action", "output",
    "hash", "signed",  "upload",   "error",  "result",
};
static const char *const names[HW_CI_VALUES] = {
    "build",  "step", "repo", "commit", "runner",  "workspace", "command",
    "result", "path", "hash", "name",   "version", "url",       "line",
};

void hw_ci_keep(struct hw_ci *c, enum hw_ci_value which, struct hw_span s)
{
    uint8_t *to = c->kept[which];
    s = hw_span_cut(hw_span_trim(s), 0, KEPT_BYTES);
    for (size_t i = 0; i < s.n; i++) {
        to[i] = s.p[i];
    }
    c->values[which] = s.n > 0 ? (struct hw_span){to, s.n} : (struct hw_span){NULL, 0};
}

void hw_ci_put(struct hw_ci *c, enum hw_ci_event event)
{
    struct hw_record r = c->record;
    if (c->layouts[event] == UINT32_MAX) {
        struct hw_span list[HW_CI_VALUES];
        for (size_t i = 0; i < HW_CI_VALUES; i++) {
            list[i] = hw_span_str(names[i]);
        }
        c->layouts[event] = hw_records_layout(&c->w, "ci", hw_span_str(logs[c->log]),
                                              hw_span_str(events[event]), list, HW_CI_VALUES);
    }
    if (c->layouts[event] != UINT32_MAX) {
        r.layout = c->layouts[event];
        r.values = c->values;
        r.count = HW_CI_VALUES;
        hw_records_put(&c->w, &r);
    }
    for (size_t i = HW_CI_KEPT; i < HW_CI_LINE; i++) {
        c->values[i] = (struct hw_span){NULL, 0};
    }
}

/* ---- lines ---- */

static struct hw_span without_mark(struct hw_span s)
{
    return hw_span_starts(s, "\xEF\xBB\xBF") ? hw_span_from(s, 3) : s;
}

/* An ISO time at the start, up to a blank or ']': its length, 0 for none. */
static size_t iso_time(struct hw_span s, struct hw_record *out)
{
    size_t n = 0;
    while (n < s.n && n < 40 && s.p[n] != ' ' && s.p[n] != ']') {
        n++;
    }
    struct hw_span t = hw_span_cut(s, 0, n);
    bool dated = n >= 20 && hw_ascii_is_digit(t.p[0]) && t.p[4] == '-' && t.p[10] == 'T';
    return dated && hw_json_time(t, out) ? n : 0;
}

/* `gh run view --log` puts the job and the step in front, with tabs: what is behind them, and the
 * two when they are there. */
static struct hw_span take_columns(struct hw_span s, struct hw_span *out_job,
                                   struct hw_span *out_step)
{
    struct hw_record r = {0};
    size_t one = hw_span_find(hw_span_cut(s, 0, COLUMN_BYTES), '\t');
    struct hw_span rest = hw_span_from(s, one + 1);
    size_t two = hw_span_find(hw_span_cut(rest, 0, COLUMN_BYTES), '\t');
    struct hw_span line = without_mark(hw_span_from(rest, two + 1));
    *out_job = *out_step = (struct hw_span){NULL, 0};
    if (iso_time(line, &r) == 0) {
        return without_mark(s);
    }
    *out_job = hw_span_cut(s, 0, one);
    *out_step = hw_span_cut(rest, 0, two);
    return line;
}

/* The runner's own time off the line. */
static struct hw_span take_time(enum hw_ci_log log, struct hw_span s, struct hw_record *out)
{
    if (log == HW_CI_JENKINS) {
        size_t n = s.n > 0 && s.p[0] == '[' ? iso_time(hw_span_from(s, 1), out) : 0;
        return n > 0 && hw_span_starts(hw_span_from(s, n + 1), "] ") ? hw_span_from(s, n + 3) : s;
    }
    size_t n = iso_time(s, out);
    if (n == 0) {
        return s;
    }
    struct hw_span rest = hw_span_from(s, n);
    if (log == HW_CI_GITLAB) {
        /* " 00O ": the stream's number in hex, O or E, and + where a line goes on. */
        bool stream = rest.n >= 5 && (rest.p[3] == 'O' || rest.p[3] == 'E') &&
                      (rest.p[4] == ' ' || rest.p[4] == '+');
        return stream ? hw_span_from(rest, 5) : s;
    }
    return rest.n > 0 && rest.p[0] == ' ' ? hw_span_from(rest, 1) : rest;
}

/* Bytes of one ECMA-48 control sequence at s (ESC [ parameters final), 0 for none. */
static size_t control(struct hw_span s)
{
    size_t i = 2;
    if (s.n < 3 || s.p[0] != 0x1b || s.p[1] != '[') {
        return 0;
    }
    while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x40) {
        i++;
    }
    return i < s.n ? i + 1 : i;
}

static struct hw_span after_controls(struct hw_span s)
{
    for (size_t n = control(s); n > 0; n = control(s)) {
        s = hw_span_from(s, n);
    }
    return s;
}

/* Green and cyan are how runners show a script's own lines. */
static bool command_colour(struct hw_span s)
{
    return hw_span_starts(s, "\x1b[36;1m") || hw_span_starts(s, "\x1b[32;1m");
}

static struct hw_span without_colours(struct hw_ci *c, struct hw_span s)
{
    size_t n = 0;
    c->coloured = false;
    if (hw_span_find(s, 0x1b) == s.n) {
        return hw_span_cut(s, 0, SCRATCH_BYTES);
    }
    for (size_t i = 0; i < s.n && n < SCRATCH_BYTES;) {
        size_t skip = control(hw_span_from(s, i));
        c->coloured = c->coloured || (n == 0 && command_colour(hw_span_from(s, i)));
        if (skip == 0) {
            c->scratch[n++] = s.p[i++];
        } else {
            i += skip;
        }
    }
    return (struct hw_span){c->scratch, n};
}

static struct hw_span section_name(struct hw_span s)
{
    size_t n = 0;
    while (n < s.n && (hw_ascii_is_alpha(s.p[n]) || hw_ascii_is_digit(s.p[n]) || s.p[n] == '_' ||
                       s.p[n] == '.' || s.p[n] == '-')) {
        n++;
    }
    return hw_span_cut(s, 0, n);
}

/* "section_start:UNIX:name[options]": GitLab's own fold, with the only time an old log has. */
static bool section(struct hw_ci *c, struct hw_span s)
{
    static const char start[] = "section_start:", end[] = "section_end:";
    bool starts = hw_span_starts(s, start);
    uint64_t seconds;
    if (!starts && !hw_span_starts(s, end)) {
        return false;
    }
    s = hw_span_from(s, starts ? sizeof start - 1 : sizeof end - 1);
    size_t colon = hw_span_find(s, ':');
    struct hw_span name = section_name(hw_span_from(s, colon + 1));
    if (!hw_span_u64(hw_span_cut(s, 0, colon), &seconds) || seconds > UINT32_MAX || name.n == 0 ||
        !hw_json_unix(hw_span_cut(s, 0, colon), &c->record)) {
        return false;
    }
    if (starts) {
        hw_ci_keep(c, HW_CI_STEP, name);
        c->values[HW_CI_LINE] = name;
        hw_ci_put(c, HW_CI_ON_STEP);
    }
    return true;
}

/* What stands between carriage returns is a line of its own: folds and progress are made so. */
static void read_line(struct hw_ci *c, struct hw_span line)
{
    struct hw_span job, step;
    if (c->log == HW_CI_GITHUB) {
        line = take_columns(line, &job, &step);
        if (job.n > 0) {
            hw_ci_keep(c, HW_CI_BUILD, job);
            hw_ci_keep(c, HW_CI_STEP, step);
        }
    }
    line = take_time(c->log, line, &c->record);
    while (line.n > 0) {
        size_t at = hw_span_find(line, '\r');
        struct hw_span part = hw_span_cut(line, 0, at);
        line = hw_span_from(line, at + 1);
        if (c->log == HW_CI_GITLAB && section(c, after_controls(part))) {
            continue;
        }
        part = without_colours(c, part);
        if (part.n > 0) {
            c->values[HW_CI_LINE] = part;
            hw_ci_see(c, part);
        }
    }
}

static void read_lines(struct hw_ci *c)
{
    struct hw_reader r;
    struct hw_span line;
    hw_node_reader(c->x, c->n, &r);
    if (hw_span_starts(hw_reader_rest(&r), "\xEF\xBB\xBF") && !hw_read_skip(&r, 3)) {
        return; /* only the budget can say no, and the next read would tell it */
    }
    while (hw_records_going(&c->w) && hw_read_left(&r) > 0) {
        c->record.off = hw_read_where(&r);
        c->record.number++;
        if (!hw_reader_item(&r) || !hw_read_line(&r, SIZE_MAX - 1, &line)) {
            hw_say_fault(c->x, c->n, &r, "a line");
            return;
        }
        /* GitLab's folds time what stands in them; elsewhere a line has its own time or none. */
        if (c->log != HW_CI_GITLAB) {
            c->record.time_ns = HW_TIME_NONE;
            c->record.clock = HW_CLOCK_NONE;
            c->record.digits = 0;
        }
        read_line(c, line);
    }
}

/* ---- which service ---- */

static bool any(struct hw_span s, const char *const *starts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hw_span_starts(s, starts[i])) {
            return true;
        }
    }
    return false;
}
#define ANY(s, list) any((s), (list), sizeof(list) / sizeof(list)[0])

struct seen {
    unsigned lines, timed, github, jenkins;
    bool gitlab, started;
};

static void look(struct seen *k, struct hw_span line)
{
    static const char *const github[] = {"##[group]",
                                         "##[endgroup]",
                                         "##[section]",
                                         "##[command]",
                                         "[command]",
                                         "Current runner version: ",
                                         "Prepare workflow directory",
                                         "Complete job name: "};
    static const char *const jenkins[] = {"[Pipeline] ", "Running on ", "Building in workspace ",
                                          "Building remotely on ", "Running as SYSTEM"};
    struct hw_record r = {.clock = HW_CLOCK_NONE};
    struct hw_span job, step;
    struct hw_span rest = take_time(HW_CI_GITHUB, take_columns(line, &job, &step), &r);
    k->lines++;
    if (r.clock == HW_CLOCK_UTC && r.digits == 7) {
        k->timed++;
        k->github += ANY(rest, github);
    }
    rest = take_time(HW_CI_GITLAB, line, &r);
    if (k->lines <= PROBE_HEAD) {
        k->gitlab =
            k->gitlab || hw_span_starts(after_controls(rest), "Running with gitlab-runner ");
    }
    rest = take_time(HW_CI_JENKINS, line, &r);
    k->started = k->started || (k->lines <= 3 && hw_span_starts(rest, "Started by "));
    k->jenkins += ANY(rest, jenkins);
}

static enum hw_ci_log which(struct hw_span bytes, struct hw_budget *fuel)
{
    struct seen k = {0};
    struct hw_reader r;
    struct hw_span line;
    hw_reader_init(&r, bytes, fuel);
    if (hw_span_starts(bytes, "\xEF\xBB\xBF") && !hw_read_skip(&r, 3)) {
        return HW_CI_NO_LOG;
    }
    while (k.lines < PROBE_LINES && hw_read_line(&r, LINE_BYTES, &line)) {
        look(&k, line);
        if (k.lines == PROBE_HEAD && !k.gitlab && !k.started && k.timed < TIMED) {
            return HW_CI_NO_LOG;
        }
    }
    /* Nearly every line of a GitHub log has its time in seven digits. */
    if (k.timed >= TIMED && k.timed * 2 >= k.lines && k.github > 0) {
        return HW_CI_GITHUB;
    }
    return k.gitlab ? HW_CI_GITLAB : k.started && k.jenkins > 0 ? HW_CI_JENKINS : HW_CI_NO_LOG;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    static const unsigned bits[] = {0, SURE_BITS, SURE_BITS, LIKELY_BITS};
    return bits[which(bytes, fuel)];
}

static bool make_room(struct hw_ci *c)
{
    bool ok = true;
    c->scratch = hw_arena_alloc(c->x->arena, SCRATCH_BYTES);
    c->certutil_room = hw_arena_alloc(c->x->arena, KEPT_BYTES);
    for (size_t i = 0; i < HW_CI_KEPT; i++) {
        c->kept[i] = hw_arena_alloc(c->x->arena, KEPT_BYTES);
        ok = ok && c->kept[i] != NULL;
    }
    for (size_t i = 0; i < HW_CI_EVENTS; i++) {
        c->layouts[i] = UINT32_MAX;
    }
    return ok && c->scratch != NULL && c->certutil_room != NULL;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_ci c = {.x = x, .n = n, .record = {.time_ns = HW_TIME_NONE}};
    c.log = which(n->bytes, &x->fuel);
    if (!make_room(&c)) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        hw_say_anomaly(x, n, "over-budget", 0, 0, "no memory for one line");
        return;
    }
    hw_records_init(&c.w, x, n);
    read_lines(&c);
    if (c.begun && !c.ended) {
        hw_records_lost(&c.w, "truncated", n->bytes.n, 0, 0, 0,
                        "the log does not say how the build ended");
    }
    hw_say_number(x, n, "ci.lines", c.record.number);
    hw_records_done(&c.w);
}

const struct hw_format hw_format_ci = {"ci-log", probe, examine, NULL, false};
