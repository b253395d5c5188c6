/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/osquery.c -- osquery's result log: rows of scheduled queries and event tables.
 *
 * osquery documentation, "Logging": one JSON object a line, in one of three forms, each with
 * name (of the query), hostIdentifier, calendarTime, unixTime, decorations beside it:
 *
 *   event      "columns": {one row}, "action": "added" | "removed"
 *   batch      "diffResults": {"added": [rows], "removed": [rows]}
 *   snapshot   "snapshot": [rows], "action": "snapshot"
 *
 * Each row is a record. Its columns keep their names; the envelope's name and action become
 * query.name and query.action, since columns may be called so (processes.name, file_events.action).
 * LAYOUT's log is the query's name, its event the table, as far as the query's name or the columns
 * tell: queries may be called anything. The time is the column `time` of event tables, where there
 * is one, else unixTime; both are Unix seconds. calendarTime is text for people.
 */
#include "evidence/telemetry/osquery.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson.h"
#include "evidence/telemetry/ndjson_columns.h"

enum { PROBE_RECORDS = 3, BITS = 56 };
enum kind { ENVELOPE, COLUMN };
enum role {
    NO_ROLE,
    NAME,
    ACTION,
    UNIX_TIME,
    TIME,
    NTIME,
    TARGET,
    REMOTE,
    CMDLINE,
    PID,
    SHA256,
    PATH,
    FILE_NAME,
    MTIME,
    PROGRAM,
    BUNDLE,
    DEB,
    RPM
};

static const char *const row_arrays[] = {"snapshot", "diffResults.added", "diffResults.removed",
                                         NULL};

struct reading {
    struct hw_records w;
    struct hw_json_lines *lines;
    struct hw_json_flat *row;
    struct hw_columns *columns;
};

static unsigned see(unsigned kind, struct hw_span raw, uint8_t *room, struct hw_span *name)
{
    static const struct {
        enum kind kind;
        const char *raw, *name;
        enum role role;
    } known[] = {
        {ENVELOPE, "name", "query.name", NAME},
        {ENVELOPE, "action", "query.action", ACTION},
        {ENVELOPE, "unixTime", NULL, UNIX_TIME},
        {COLUMN, "time", NULL, TIME},
        {COLUMN, "ntime", NULL, NTIME},
        {COLUMN, "target_path", NULL, TARGET},
        {COLUMN, "remote_address", NULL, REMOTE},
        {COLUMN, "cmdline", NULL, CMDLINE},
        {COLUMN, "pid", NULL, PID},
        {COLUMN, "sha256", NULL, SHA256},
        {COLUMN, "path", NULL, PATH},
        {COLUMN, "filename", NULL, FILE_NAME},
        {COLUMN, "mtime", NULL, MTIME},
        {COLUMN, "install_location", NULL, PROGRAM},
        {COLUMN, "bundle_short_version", NULL, BUNDLE},
        {COLUMN, "maintainer", NULL, DEB},
        {COLUMN, "package_group", NULL, RPM},
    };
    (void)room;
    if (kind == ENVELOPE && hw_span_starts(raw, "columns.")) {
        *name = hw_span_from(raw, strlen("columns."));
        kind = COLUMN;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].kind == (enum kind)kind && hw_span_is(*name, known[i].raw)) {
            *name = known[i].name == NULL ? *name : hw_span_str(known[i].name);
            return known[i].role;
        }
    }
    return NO_ROLE;
}

/* Tables whose rows mean something to a mapping; a longer name before one it holds. */
static const char *const tables[] = {
    "es_process_file_events",
    "es_process_events",
    "bpf_process_events",
    "process_etw_events",
    "process_file_events",
    "process_events",
    "bpf_socket_events",
    "socket_events",
    "process_open_sockets",
    "ntfs_journal_events",
    "file_events",
    "dns_lookup_events",
    "powershell_events",
    "windows_events",
    "user_events",
    "hardware_events",
    "listening_ports",
    "logged_in_users",
    "startup_items",
    "scheduled_tasks",
    "rpm_packages",
    "deb_packages",
    "homebrew_packages",
    "python_packages",
    "npm_packages",
    "chrome_extensions",
    "launchd",
    "crontab",
    "programs",
    "processes",
    "services",
    "drivers",
    "prefetch",
    "shimcache",
    "userassist",
    "background_activities_moderator",
    "apps",
    "authenticode",
    "yara_events",
};

static bool holds(struct hw_span name, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= name.n; i++) {
        if (hw_span_equal_nocase(hw_span_cut(name, i, n), hw_span_str(word))) {
            return true;
        }
    }
    return false;
}

/* Inventories are asked for under any name: the table that has this column and no other has. */
static const char *inventory_of(const struct hw_columns *c)
{
    static const struct {
        enum role one, other; /* both must be there */
        const char *table;
    } marks[] = {
        {PROGRAM, PROGRAM, "programs"}, {BUNDLE, BUNDLE, "apps"}, {DEB, DEB, "deb_packages"},
        {RPM, RPM, "rpm_packages"},     {SHA256, PATH, "hash"},   {FILE_NAME, MTIME, "file"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (hw_columns_role(c, marks[i].one).p != NULL &&
            hw_columns_role(c, marks[i].other).p != NULL) {
            return marks[i].table;
        }
    }
    return NULL;
}

/* The table, else what its columns look like, else the query's own name. */
static struct hw_span table_of(const struct hw_columns *c, struct hw_span name)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (holds(name, tables[i])) {
            return hw_span_str(tables[i]);
        }
    }
    bool event = hw_columns_role(c, TIME).n > 0 || hw_columns_role(c, NTIME).n > 0;
    bool pid = hw_columns_role(c, PID).n > 0;
    const char *inventory = event || pid ? NULL : inventory_of(c);
    if (inventory != NULL) {
        return hw_span_str(inventory);
    }
    if (event && hw_columns_role(c, TARGET).n > 0) {
        return hw_span_str(pid ? "process_file_events" : "file_events");
    }
    if (event && pid && hw_columns_role(c, REMOTE).p != NULL) {
        return hw_span_str("socket_events");
    }
    return event && pid && hw_columns_role(c, CMDLINE).p != NULL ? hw_span_str("process_events")
                                                                 : name;
}

/* The row's own time is when it happened; of a snapshot's boot times and the like nothing is
 * believed that has fewer digits than a moment since 2001. */
static void set_time(const struct hw_columns *c, struct hw_record *out)
{
    struct hw_span own = hw_columns_role(c, NTIME);
    own = own.n == 19 ? own : hw_columns_role(c, TIME);
    if ((own.n < 10 || !hw_json_unix(own, out)) &&
        !hw_json_unix(hw_columns_role(c, UNIX_TIME), out)) {
        out->clock = HW_CLOCK_NONE;
    }
}

static void put(struct reading *r, uint64_t off)
{
    struct hw_span name = hw_columns_role(r->columns, NAME);
    struct hw_record out = {.off = off, .number = r->lines->line, .time_ns = HW_TIME_NONE};
    set_time(r->columns, &out);
    hw_columns_put(r->columns, "osquery", name, table_of(r->columns, name), &out);
}

static bool add_all(struct reading *r, const struct hw_json_flat *f, enum kind kind)
{
    bool fits = true;
    for (size_t i = 0; i < f->count && fits; i++) {
        fits = f->kinds[i] == HW_JSON_ASIDE ||
               hw_columns_add(r->columns, kind, f->names[i], f->values[i]);
    }
    return fits;
}

static void bad(struct reading *r, const char *why)
{
    hw_records_bad(&r->w, r->lines->number, r->lines->off, r->lines->size, why);
}

/* The rows of one array; what: the action a batch states by the array's name, else NULL. */
static void put_rows(struct reading *r, struct hw_span array, const char *what)
{
    size_t at = 0;
    uint64_t base = r->lines->off + (uint64_t)(array.p - r->lines->raw.p);
    while (hw_records_going(&r->w) && hw_reader_item(&r->lines->in) &&
           hw_json_rows(array, &at, r->row)) {
        hw_columns_begin(r->columns);
        bool fits = add_all(r, r->row, COLUMN) && add_all(r, &r->lines->flat, ENVELOPE) &&
                    (what == NULL || hw_columns_add(r->columns, ENVELOPE, HW_SPAN_LIT("action"),
                                                    hw_span_str(what)));
        if (!fits) {
            bad(r, hw_json_end_words(HW_JSON_WIDE));
            continue;
        }
        put(r, base + at - r->row->size);
    }
    if (hw_records_going(&r->w) && !hw_span_is(hw_span_trim(hw_span_from(array, at)), "]")) {
        bad(r, "rows that are not JSON");
    }
}

static void one(struct reading *r)
{
    struct hw_json_flat *f = &r->lines->flat;
    bool rows = false, is_row = false;
    for (size_t i = 0; i < f->count; i++) {
        bool array =
            hw_span_is(f->names[i], "snapshot") || hw_span_starts(f->names[i], "diffResults.");
        if (f->kinds[i] == HW_JSON_ASIDE) {
            bool added = hw_span_ends(f->names[i], "added");
            bool removed = hw_span_ends(f->names[i], "removed");
            put_rows(r, f->values[i], added ? "added" : removed ? "removed" : NULL);
        }
        rows = rows || array;
        is_row = is_row || hw_span_starts(f->names[i], "columns");
    }
    if (rows && !is_row) {
        return; /* an empty difference is no record */
    }
    hw_columns_begin(r->columns);
    if (!add_all(r, f, ENVELOPE)) {
        bad(r, hw_json_end_words(HW_JSON_WIDE));
    } else if (hw_json_find(f, "hostIdentifier", 0) == f->count) {
        bad(r, "JSON, and no result of osquery");
    } else {
        put(r, r->lines->off);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct reading r = {.row = hw_arena_alloc(x->arena, sizeof *r.row)};
    hw_records_init(&r.w, x, n);
    r.lines = hw_json_open(&r.w, x, n);
    r.columns = hw_columns_new(&r.w, see);
    if (r.row != NULL && r.lines != NULL && r.columns != NULL) {
        hw_json_flat_init(r.row);
        r.lines->flat.aside = row_arrays;
        while (hw_records_going(&r.w) && hw_json_next(r.lines)) {
            one(&r);
        }
        hw_json_flat_done(r.row);
    }
    hw_json_close(r.lines);
    hw_records_done(&r.w);
}

static bool sees(const struct hw_json_flat *f, void *state)
{
    bool results = false;
    (void)state;
    for (size_t i = 0; i < f->count && !results; i++) {
        results = hw_span_starts(f->names[i], "columns") || hw_span_is(f->names[i], "snapshot") ||
                  hw_span_starts(f->names[i], "diffResults");
    }
    return results && hw_json_find(f, "hostIdentifier", 0) < f->count &&
           hw_json_find(f, "name", 0) < f->count && hw_json_find(f, "unixTime", 0) < f->count;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    return hw_json_probe_aside(bytes, fuel, PROBE_RECORDS, sees, NULL, row_arrays) > 0 ? BITS : 0;
}

const struct hw_format hw_format_osquery = {
    .word = "osquery",
    .probe = probe,
    .examine = examine,
};
