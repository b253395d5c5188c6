/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/quarantine_history.c -- /Library/Receipts/InstallHistory.plist: every package
 * that macOS's installer has put there, and on whose behalf.
 *
 *   <plist version="1.0"><array>
 *     <dict> <key>date</key><date>2023-03-13T06:31:00Z</date>
 *            <key>displayName</key><string>...</string>  displayVersion, processName, contentType
 *            <key>packageIdentifiers</key><array><string>...</string>...</array> </dict> ...
 *
 * Each dict is a record under its own keys. One that is not as it should be is told, and the next
 * one is looked for: a damaged file still gives what stands behind the damage.
 */
#include "evidence/telemetry/quarantine.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"

enum {
    BITS = 96,
    HEAD_BYTES = 4096,
    RECORD_BYTES = 128 * 1024,
    KEYS = 64,
    NAME_BYTES = 200,
};

struct history {
    struct hw_records *out;
    struct hw_reader r;
    struct hw_buf scratch;
    uint64_t number, off;
    struct hw_span names[KEYS], values[KEYS];
    size_t from[KEYS], count;
    int64_t time_ns;
};

/* ---- one dict ---- */

/* The strings of an array, joined with ",". */
static const char *read_array(struct history *h)
{
    for (unsigned i = 0; hw_reader_ok(&h->r); i++) {
        struct hw_plist_piece p = hw_plist_next(&h->r);
        if (hw_plist_is(&p, HW_PLIST_CLOSE, "array")) {
            return NULL;
        }
        hw_buf_str(&h->scratch, i > 0 ? "," : "");
        if (!hw_plist_is(&p, HW_PLIST_EMPTY, "string") &&
            (!hw_plist_is(&p, HW_PLIST_OPEN, "string") ||
             !hw_plist_text(&h->r, p.text, &h->scratch))) {
            return "an array of anything but text";
        }
    }
    return "an array without an end";
}

static const char *read_value(struct history *h)
{
    struct hw_plist_piece p = hw_plist_next(&h->r);
    if (hw_plist_is(&p, HW_PLIST_EMPTY, "true") || hw_plist_is(&p, HW_PLIST_EMPTY, "false")) {
        hw_buf_span_put(&h->scratch, p.text);
        return NULL;
    }
    if (hw_plist_is(&p, HW_PLIST_EMPTY, "string") || hw_plist_is(&p, HW_PLIST_EMPTY, "array")) {
        return NULL;
    }
    if (hw_plist_is(&p, HW_PLIST_OPEN, "array")) {
        return read_array(h);
    }
    static const char *const plain[] = {"string", "date", "integer", "real"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (hw_plist_is(&p, HW_PLIST_OPEN, plain[i])) {
            return hw_plist_text(&h->r, p.text, &h->scratch) ? NULL : "a value that is not whole";
        }
    }
    return p.sort == HW_PLIST_BAD ? "a value that is not whole"
                                  : "a kind of value that no install history has";
}

static const char *read_pair(struct history *h)
{
    struct hw_span text, rest = hw_reader_rest(&h->r);
    size_t n = hw_span_find(rest, '<');
    if (!hw_read_bytes(&h->r, n, &text)) {
        return "a key that is not whole";
    }
    struct hw_plist_piece p = hw_plist_next(&h->r);
    if (!hw_plist_is(&p, HW_PLIST_CLOSE, "key") || text.n == 0 || text.n > NAME_BYTES ||
        hw_span_find(text, '&') < text.n) {
        return "a key that is not whole";
    }
    if (h->count == KEYS) {
        return "more than 64 keys";
    }
    for (size_t i = 0; i < h->count; i++) {
        if (hw_span_equal(h->names[i], text)) {
            return "a key for the second time";
        }
    }
    h->names[h->count] = text;
    h->from[h->count] = h->scratch.n;
    const char *why = read_value(h);
    h->values[h->count].n = h->scratch.n - h->from[h->count];
    h->count++;
    return why;
}

static const char *read_dict(struct history *h)
{
    h->count = 0;
    hw_buf_clear(&h->scratch);
    while (hw_reader_ok(&h->r)) {
        struct hw_plist_piece p = hw_plist_next(&h->r);
        if (hw_plist_is(&p, HW_PLIST_CLOSE, "dict")) {
            return h->count == 0            ? "an entry without a key"
                   : hw_buf_ok(&h->scratch) ? NULL
                                            : "longer than is read";
        }
        if (!hw_plist_is(&p, HW_PLIST_OPEN, "key")) {
            return "a value without a key, or an entry without an end";
        }
        const char *why = read_pair(h);
        if (why != NULL) {
            return why;
        }
    }
    return "an entry without an end";
}

static void say(struct history *h)
{
    struct hw_span all = hw_buf_span(&h->scratch);
    h->time_ns = HW_TIME_NONE;
    for (size_t i = 0; i < h->count; i++) {
        h->values[i] = hw_span_cut(all, h->from[i], h->values[i].n);
        if (hw_span_is(h->names[i], "date") && !hw_time_parse(h->values[i], &h->time_ns)) {
            h->time_ns = HW_TIME_NONE;
        }
    }
    uint32_t layout = hw_records_layout(h->out, "quarantine", HW_SPAN_LIT("install-history"),
                                        HW_SPAN_LIT("install"), h->names, h->count);
    if (layout == UINT32_MAX) {
        hw_records_bad(h->out, h->number, h->off, 0, "too many kinds of records");
        return;
    }
    hw_records_put(h->out, &(struct hw_record){.layout = layout,
                                               .number = h->number,
                                               .off = h->off,
                                               .time_ns = h->time_ns,
                                               .clock = h->time_ns == HW_TIME_NONE ? HW_CLOCK_NONE
                                                                                   : HW_CLOCK_UTC,
                                               .values = h->values,
                                               .count = h->count});
}

/* ---- all of them ---- */

/* Over what cannot be read, to the next <dict>. */
static bool resync(struct history *h)
{
    struct hw_span rest = hw_reader_rest(&h->r);
    const uint8_t *p = rest.n == 0 ? NULL : memmem(rest.p, rest.n, "<dict>", 6);
    return p != NULL && hw_read_skip(&h->r, (uint64_t)(p - rest.p));
}

static void end_early(struct history *h)
{
    struct hw_records *w = h->out;
    uint64_t off = hw_read_where(&h->r);
    hw_say_anomaly(w->x, w->n, "truncated", off, 0, "the property list does not end");
    hw_say_degree(w->n, HW_BROKEN, "the property list does not end");
    hw_records_lost(w, "truncated", off, 0, 0, 0, "entries behind this place are not there");
}

static void read_entries(struct history *h)
{
    while (hw_records_going(h->out)) {
        struct hw_plist_piece p = hw_plist_next(&h->r);
        if (hw_plist_is(&p, HW_PLIST_CLOSE, "array")) {
            return;
        }
        if (p.sort == HW_PLIST_END) {
            end_early(h);
            return;
        }
        h->number++;
        h->off = p.off;
        const char *why =
            hw_plist_is(&p, HW_PLIST_OPEN, "dict") ? read_dict(h) : "not an entry of this list";
        if (why == NULL) {
            say(h);
            continue;
        }
        hw_records_bad(h->out, h->number, h->off, 0, why);
        if (!resync(h)) {
            end_early(h);
            return;
        }
    }
}

/* To behind <plist><array>. */
static bool enter(struct hw_reader *r)
{
    struct hw_plist_piece p = hw_plist_next(r);
    if (!hw_plist_is(&p, HW_PLIST_OPEN, "plist")) {
        return false;
    }
    p = hw_plist_next(r);
    return hw_plist_is(&p, HW_PLIST_OPEN, "array");
}

void hw_quarantine_history(struct hw_records *out)
{
    struct history *h = hw_arena_alloc(out->x->arena, sizeof *h);
    if (h == NULL) {
        hw_say_degree(out->n, HW_REFUSED, "the memory for this input ended here");
        return;
    }
    h->out = out;
    hw_buf_init(&h->scratch, RECORD_BYTES);
    hw_node_reader(out->x, out->n, &h->r);
    if ((!hw_span_starts(out->n->bytes, "\xef\xbb\xbf") || hw_read_skip(&h->r, 3)) &&
        enter(&h->r)) {
        read_entries(h);
    }
    hw_say_fault(out->x, out->n, &h->r, "install history");
    hw_buf_done(&h->scratch);
}

/* A property list that begins with a list of dicts, whose first keys are those of this file. */
unsigned hw_quarantine_history_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span head = hw_span_cut(bytes, 0, HEAD_BYTES);
    if (hw_span_starts(head, "\xef\xbb\xbf")) {
        head = hw_span_from(head, 3);
    }
    if (!hw_span_starts(head, "<?xml") && !hw_span_starts(head, "<plist")) {
        return 0;
    }
    hw_reader_init(&r, head, fuel);
    if (!enter(&r)) {
        return 0;
    }
    struct hw_span rest = hw_reader_rest(&r);
    static const char *const keys[] = {"<key>processName</key>", "<key>displayName</key>",
                                       "<key>displayVersion</key>"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (rest.n == 0 || memmem(rest.p, rest.n, keys[i], strlen(keys[i])) == NULL) {
            return 0;
        }
    }
    return BITS;
}
