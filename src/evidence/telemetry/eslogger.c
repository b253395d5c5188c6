/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/eslogger.c -- Endpoint Security messages: eslogger(1) of macOS 13 and later,
 * and Jamf Protect's telemetry, which hands the same messages on.
 *
 * A line is one es_message_t (Apple, EndpointSecurity/ESMessage.h) as JSON: time, mach_time,
 * seq_num (one count for each event type), global_seq_num (Jamf: glob_seq_num; one for all),
 * process, and "event": {"exec": {...}}, whose one key is LAYOUT's event. Names stay as they are,
 * dotted; lists of arguments are joined with blanks. In addition there are, whole or joined:
 *
 *   X.audit_token as an array of 8 numbers (audit_token_t: auid euid egid ruid rgid pid asid
 *       pidversion, <bsm/libbsm.h>): X.audit_token.pid and so on, as newer versions write it
 *   event.E.destination.new_path.dir.path and .filename: event.E.destination.path
 *   event.E.target_dir.path and .target_name or .target_filename: event.E.target.path
 *
 * A hole in the global count is what the kernel dropped on the way to the client: LOST.
 */
#include "evidence/telemetry/eslogger.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson.h"
#include "evidence/telemetry/ndjson_columns.h"

enum {
    PROBE_RECORDS = 3,
    BITS = 56,
    HOSTS = 64,        /* whose counts are followed; a file of more is followed for these */
    HOLES_SAID = 1000, /* one by one; the others in one sum */
    TOKEN_WORDS = 8,
};
enum role { NO_ROLE, TIME, GLOBAL_SEQ, JAMF_SEQ, HOST, VENDOR };

struct count {
    struct hw_span host;
    uint64_t last;
};

struct reading {
    struct hw_records w;
    struct hw_json_lines *lines;
    struct hw_columns *columns;
    struct count counts[HOSTS];
    size_t hosts;
    uint64_t holes, unsaid;
};

static unsigned see(unsigned kind, struct hw_span raw, uint8_t *room, struct hw_span *name)
{
    static const struct {
        const char *raw;
        enum role role;
    } known[] = {
        {"time", TIME},          {"global_seq_num", GLOBAL_SEQ}, {"glob_seq_num", JAMF_SEQ},
        {"host.hostname", HOST}, {"metadata.vendor", VENDOR},
    };
    (void)kind;
    (void)room;
    (void)name;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is(raw, known[i].raw)) {
            return known[i].role;
        }
    }
    return NO_ROLE;
}

/* ---- names in addition ---- */

static struct hw_span joined(struct hw_buf *text, struct hw_span a, const char *between,
                             struct hw_span b)
{
    size_t from = text->n;
    hw_buf_span_put(text, a);
    hw_buf_str(text, between);
    hw_buf_span_put(text, b);
    return (struct hw_span){text->p + from, text->n - from};
}

static bool add(struct reading *r, struct hw_span name, struct hw_span value)
{
    return hw_columns_add(r->columns, 0, name, value);
}

/* "0 0 0 0 0 412 100003 1034" */
static bool add_token(struct reading *r, struct hw_span name, struct hw_span list)
{
    static const char *const words[TOKEN_WORDS] = {"auid", "euid", "egid", "ruid",
                                                   "rgid", "pid",  "asid", "pidversion"};
    struct hw_span parts[TOKEN_WORDS];
    size_t count = 0;
    for (size_t at = 0; at < list.n && count < TOKEN_WORDS; count++) {
        size_t n = hw_span_find(hw_span_from(list, at), ' ');
        parts[count] = hw_span_cut(list, at, n);
        at += n + 1;
    }
    bool fits = true;
    for (size_t i = 0; i < count && count == TOKEN_WORDS && fits; i++) {
        struct hw_span called = joined(&r->lines->flat.text, name, ".", hw_span_str(words[i]));
        fits = add(r, called, parts[i]);
    }
    return fits;
}

/* The field `name` with its ending exchanged: {dir}.path for {dir}.filename, say. */
static struct hw_span sibling(struct hw_json_flat *f, struct hw_span stem, const char *end)
{
    size_t n = strlen(end);
    for (size_t i = 0; i < f->count; i++) {
        struct hw_span name = f->names[i];
        if (name.n == stem.n + n && hw_span_starts(hw_span_from(name, stem.n), end) &&
            hw_span_equal(hw_span_cut(name, 0, stem.n), stem)) {
            return f->values[i];
        }
    }
    return (struct hw_span){NULL, 0};
}

static bool add_path(struct reading *r, struct hw_span stem, const char *dir_end,
                     struct hw_span file, const char *called)
{
    struct hw_json_flat *f = &r->lines->flat;
    struct hw_span dir = sibling(f, stem, dir_end);
    if (dir.n == 0 || file.n == 0) {
        return true;
    }
    struct hw_span name = joined(&f->text, stem, "", hw_span_str(called));
    struct hw_span path = joined(&f->text, dir, hw_span_ends(dir, "/") ? "" : "/", file);
    return add(r, name, path);
}

static bool add_derived(struct reading *r, size_t i)
{
    static const struct {
        const char *file, *dir, *called;
    } paths[] = {
        {"destination.new_path.filename", "destination.new_path.dir.path", "destination.path"},
        {"target_name", "target_dir.path", "target.path"},
        {"target_filename", "target_dir.path", "target.path"},
    };
    const struct hw_json_flat *f = &r->lines->flat;
    struct hw_span name = f->names[i], value = f->values[i];
    if (f->kinds[i] == HW_JSON_LIST && hw_span_ends(name, "audit_token")) {
        return add_token(r, name, value);
    }
    for (size_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
        if (hw_span_ends(name, paths[k].file) && hw_span_starts(name, "event.")) {
            struct hw_span stem = hw_span_cut(name, 0, name.n - strlen(paths[k].file));
            return add_path(r, stem, paths[k].dir, value, paths[k].called);
        }
    }
    return true;
}

/* ---- records ---- */

/* The word behind "event."; empty when there is none. */
static struct hw_span event_word(const struct hw_json_flat *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (hw_span_starts(f->names[i], "event.")) {
            struct hw_span rest = hw_span_from(f->names[i], strlen("event."));
            return hw_span_cut(rest, 0, hw_span_find(rest, '.'));
        }
    }
    return (struct hw_span){NULL, 0};
}

static void hole(struct reading *r, uint64_t first, uint64_t last)
{
    uint64_t count = last - first + 1;
    if (r->holes++ < HOLES_SAID) {
        hw_records_lost(&r->w, "dropped", r->lines->off, count, first, last,
                        "events are missing from the global sequence");
    } else {
        r->unsaid += count;
    }
}

/* A number below the last is a client that began anew, or a late line: no hole is told of it. */
static void follow(struct reading *r, struct hw_span host, uint64_t seq)
{
    size_t i = 0;
    while (i < r->hosts && !hw_span_equal(r->counts[i].host, host)) {
        i++;
    }
    if (i == HOSTS) {
        return;
    }
    if (i == r->hosts) {
        const uint8_t *own = hw_arena_copy(r->w.x->arena, host);
        if (own != NULL) {
            r->counts[r->hosts++] = (struct count){{own, host.n}, seq};
        }
        return;
    }
    if (seq > r->counts[i].last && seq - r->counts[i].last > 1) {
        hole(r, r->counts[i].last + 1, seq - 1);
    }
    r->counts[i].last = seq;
}

static bool gather(struct reading *r)
{
    struct hw_json_flat *f = &r->lines->flat;
    bool fits = true;
    hw_columns_begin(r->columns);
    for (size_t i = 0; i < f->count && fits; i++) {
        fits = add(r, f->names[i], f->values[i]) && add_derived(r, i);
    }
    return fits && hw_buf_ok(&f->text);
}

static void one(struct reading *r)
{
    const struct hw_json_lines *j = r->lines;
    struct hw_span word = event_word(&j->flat);
    if (word.n == 0 || hw_json_find(&j->flat, "time", 0) == j->flat.count) {
        hw_records_bad(&r->w, j->number, j->off, j->size, "JSON, and no Endpoint Security event");
        return;
    }
    if (!gather(r)) {
        hw_records_bad(&r->w, j->number, j->off, j->size, hw_json_end_words(HW_JSON_WIDE));
        return;
    }
    struct hw_record out = {.off = j->off, .time_ns = HW_TIME_NONE};
    struct hw_span seq = hw_columns_role(r->columns, GLOBAL_SEQ);
    bool jamf = seq.n == 0 && hw_columns_role(r->columns, JAMF_SEQ).n > 0;
    jamf = jamf || hw_span_starts(hw_columns_role(r->columns, VENDOR), "Jamf");
    if (hw_span_u64(jamf && seq.n == 0 ? hw_columns_role(r->columns, JAMF_SEQ) : seq,
                    &out.number)) {
        follow(r, hw_columns_role(r->columns, HOST), out.number);
    }
    if (!hw_json_time(hw_columns_role(r->columns, TIME), &out)) {
        out.clock = HW_CLOCK_NONE;
    }
    hw_columns_put(r->columns, "eslogger", hw_span_str(jamf ? "jamf" : "eslogger"), word, &out);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct reading r = {.hosts = 0};
    hw_records_init(&r.w, x, n);
    r.lines = hw_json_open(&r.w, x, n);
    r.columns = hw_columns_new(&r.w, see);
    if (r.lines != NULL && r.columns != NULL) {
        r.lines->flat.joint = " ";
        while (hw_records_going(&r.w) && hw_json_next(r.lines)) {
            one(&r);
        }
        if (r.unsaid > 0) {
            hw_records_lost(&r.w, "dropped", r.lines->off, r.unsaid, 0, 0,
                            "further holes in the global sequence, together");
        }
    }
    hw_json_close(r.lines);
    hw_records_done(&r.w);
}

static bool sees(const struct hw_json_flat *f, void *state)
{
    (void)state;
    return event_word(f).n > 0 && hw_json_find(f, "time", 0) < f->count &&
           (hw_json_find(f, "process.executable.path", 0) < f->count ||
            hw_json_find(f, "process.audit_token", 0) < f->count ||
            hw_json_find(f, "process.audit_token.pid", 0) < f->count) &&
           (hw_json_find(f, "event_type", 0) < f->count ||
            hw_json_find(f, "mach_time", 0) < f->count ||
            hw_json_find(f, "global_seq_num", 0) < f->count);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    return hw_json_probe(bytes, fuel, PROBE_RECORDS, sees, NULL) > 0 ? BITS : 0;
}

const struct hw_format hw_format_eslogger = {
    .word = "eslogger",
    .probe = probe,
    .examine = examine,
};
