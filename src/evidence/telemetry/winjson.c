/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/winjson.c -- Windows events that some collector wrote as JSON.
 *
 * An EVTX file is seldom what is handed over: events went through NXLog, Winlogbeat, Elastic, Azure
 * Monitor or a converter, and each has its own keys. Every record comes out with the names the EVTX
 * reader gives (winjson_names.c), so that one mapping serves all.
 *
 * Which time is the record's: when it was written to its log. That is <TimeCreated> where the JSON
 * has it, NXLog's EventTime (a wall clock of a zone not stated) where not. @timestamp is
 * Winlogbeat's name for <TimeCreated>, and in everything else the collector's own clock, hours off
 * in many real captures: there it counts only when nothing else is left. All stay as fields, too.
 */
#include "evidence/telemetry/winjson.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"

enum { PROBE_RECORDS = 4, ONE_BITS = 40, MANY_BITS = 56 };

struct reading {
    struct hw_records w;
    struct hw_json_lines *lines;
    struct hw_columns *columns;
    enum hw_windows_shape last; /* of the record before: the next is most often the same */
    bool cut;                   /* this record's XML ends too early */
};

/* ---- one record's fields ---- */

/* Parts of the XML that have no text of their own, and its namespace, say nothing. */
static bool says_nothing(const struct hw_json_flat *f, size_t i)
{
    struct hw_span name = f->names[i];
    if (f->kinds[i] == HW_JSON_NULL || f->kinds[i] == HW_JSON_EMPTY) {
        return hw_span_is(name, "Event.System.Correlation") ||
               hw_span_is(name, "Event.System.Security") ||
               hw_span_is(name, "Event.System.Execution") || hw_span_is(name, "Event.EventData") ||
               hw_span_is(name, "Event.UserData");
    }
    return name.n > 6 && hw_span_ends(name, "xmlns");
}

static bool add_all(struct hw_columns *c, const struct hw_json_flat *f, unsigned kind, size_t from,
                    const char *but)
{
    bool fits = true;
    size_t n = but == NULL ? 0 : strlen(but);
    for (size_t i = from; i < f->count && fits; i++) {
        bool skip = n > 0 && f->names[i].n == n && hw_span_is(f->names[i], but);
        if (kind == HW_WINDOWS_EVENT) {
            skip = says_nothing(f, i);
        }
        fits = skip || hw_columns_add(c, kind, f->names[i], f->values[i]);
    }
    return fits;
}

/* Azure's EventData: a JSON object or XML as text; anything else stays one value. */
static bool add_azure(struct reading *r, struct hw_json_flat *f)
{
    size_t count = f->count;
    struct hw_span data = hw_json_get(f, "EventData");
    struct hw_windows_xml x = {.c = r->columns, .text = &f->text};
    if (hw_json_looks(data) && hw_json_flatten_more(data, "", f)) {
        bool fits = add_all(r->columns, f, HW_WINDOWS_DATA, count, NULL);
        f->count = count;
        return fits && add_all(r->columns, f, HW_WINDOWS_AZURE, 0, "EventData");
    }
    if (hw_span_starts(hw_span_trim(data), "<EventData") && hw_windows_xml(&x, data)) {
        r->cut = x.cut;
        return add_all(r->columns, f, HW_WINDOWS_AZURE, 0, "EventData");
    }
    hw_columns_begin(r->columns); /* the XML may have been good for a while */
    return !x.full && add_all(r->columns, f, HW_WINDOWS_AZURE, 0, NULL);
}

/* False: too many fields, or XML that is none. */
static bool add_fields(struct reading *r, struct hw_json_flat *f, enum hw_windows_shape shape)
{
    hw_columns_begin(r->columns);
    r->cut = false;
    if (shape == HW_WINDOWS_AZURE) {
        return add_azure(r, f);
    }
    if (shape == HW_WINDOWS_SYSLOG) {
        struct hw_windows_xml x = {.c = r->columns, .text = &f->text};
        bool good = hw_windows_xml(&x, hw_json_get(f, "SyslogMessage"));
        r->cut = x.cut;
        return good && add_all(r->columns, f, shape, 0, "SyslogMessage");
    }
    return add_all(r->columns, f, shape, 0, NULL);
}

static bool is_event(const struct hw_columns *c)
{
    uint64_t id;
    return hw_span_u64(hw_columns_role(c, HW_WINDOWS_EVENT_ID), &id) && id <= UINT32_MAX &&
           (hw_columns_role(c, HW_WINDOWS_PROVIDER).n > 0 ||
            hw_columns_role(c, HW_WINDOWS_CHANNEL).n > 0);
}

/* NULL, or why it is no event. */
static const char *gather(struct reading *r)
{
    struct hw_json_flat *f = &r->lines->flat;
    if (r->last != HW_WINDOWS_OTHER && r->last != HW_WINDOWS_SYSLOG && add_fields(r, f, r->last) &&
        is_event(r->columns)) {
        return NULL;
    }
    enum hw_windows_shape shape = hw_windows_shape(f);
    if (shape == HW_WINDOWS_OTHER) {
        return "JSON, and no Windows event of a form known here";
    }
    r->last = shape;
    if (!add_fields(r, f, shape) || !hw_buf_ok(&f->text)) {
        return shape == HW_WINDOWS_SYSLOG ? "the event in SyslogMessage is not whole"
                                          : hw_json_end_words(HW_JSON_WIDE);
    }
    return is_event(r->columns) ? NULL : "without event id, provider and channel";
}

/* ---- records ---- */

static void set_time(const struct hw_columns *c, struct hw_record *out)
{
    static const unsigned roles[] = {HW_WINDOWS_CREATED, HW_WINDOWS_WALL, HW_WINDOWS_COLLECTED};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (hw_json_time(hw_columns_role(c, roles[i]), out)) {
            return;
        }
    }
}

/* Security 1102 and System 104 are what clearing a log leaves in it. */
static void see_cleared(struct reading *r, struct hw_span provider, struct hw_span id)
{
    if (id.n > 4 || !(hw_span_is(id, "1102") || hw_span_is(id, "104")) ||
        !hw_span_is_nocase(provider, "Microsoft-Windows-Eventlog")) {
        return;
    }
    hw_records_lost(&r->w, "cleared", r->lines->off, 0, 0, 0,
                    hw_span_is(id, "1102") ? "the Security log was cleared" : "a log was cleared");
}

static void put(struct reading *r)
{
    const struct hw_columns *c = r->columns;
    struct hw_span id = hw_columns_role(c, HW_WINDOWS_EVENT_ID);
    struct hw_span provider = hw_columns_role(c, HW_WINDOWS_PROVIDER);
    struct hw_record out = {.off = r->lines->off, .time_ns = HW_TIME_NONE};
    if (!hw_span_u64(hw_columns_role(c, HW_WINDOWS_NUMBER), &out.number)) {
        out.number = r->lines->line;
    }
    set_time(c, &out);
    if (r->cut) {
        hw_say_anomaly(r->w.x, r->w.n, "truncated", r->lines->off, r->lines->size,
                       "record %llu: the event's XML is cut off", (unsigned long long)out.number);
    }
    see_cleared(r, provider, id);
    struct hw_span log = provider.n > 0 ? provider : hw_columns_role(c, HW_WINDOWS_CHANNEL);
    hw_columns_put(r->columns, "windows", log, id, &out);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct reading r = {.last = HW_WINDOWS_OTHER};
    hw_records_init(&r.w, x, n);
    r.lines = hw_json_open(&r.w, x, n);
    r.columns = hw_columns_new(&r.w, hw_windows_name);
    while (r.lines != NULL && r.columns != NULL && hw_records_going(&r.w) &&
           hw_json_next(r.lines)) {
        const char *why = gather(&r);
        if (why != NULL) {
            hw_records_bad(&r.w, r.lines->number, r.lines->off, r.lines->size, why);
            continue;
        }
        put(&r);
    }
    hw_json_close(r.lines);
    hw_records_done(&r.w);
}

static bool sees(const struct hw_json_flat *f, void *state)
{
    (void)state;
    return hw_windows_shape(f) != HW_WINDOWS_OTHER;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    unsigned seen = hw_json_probe(bytes, fuel, PROBE_RECORDS, sees, NULL);
    return seen == 0 ? 0 : seen == 1 ? ONE_BITS : MANY_BITS;
}

const struct hw_format hw_format_windows_json = {
    .word = "windows-json",
    .probe = probe,
    .examine = examine,
};
