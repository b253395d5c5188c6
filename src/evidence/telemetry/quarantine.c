/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/quarantine.c -- two memories of macOS: com.apple.LaunchServices.
 * QuarantineEventsV2, a SQLite file (sqlite.c) with a row for each file that a browser, mail or
 * chat program marked as come from elsewhere; and InstallHistory.plist (quarantine_history.c).
 *
 * The table, as LaunchServices declares it: LSQuarantineEvent with LSQuarantineEventIdentifier,
 * LSQuarantineTimeStamp (seconds since 2001, UTC, with a fraction), ...AgentBundleIdentifier,
 * ...AgentName, ...DataURLString, ...SenderName, ...SenderAddress, ...TypeNumber, ...OriginTitle,
 * ...OriginURLString, ...OriginAlias. A file's own mark (its com.apple.quarantine attribute) holds
 * the identifier.
 */
#include "evidence/telemetry/quarantine.h"

#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/sqlite_say.h"

enum {
    TABLE_BITS = HW_SQLITE_BITS + 64,
    BINARY_BITS = 64,
    BINARY_BYTES = 4 * 1024 * 1024, /* looked at for the keys */
};

static const char table_name[] = "LSQuarantineEvent";
static const struct hw_sqlite_time times[] = {
    {"LSQuarantineTimeStamp", HW_SQLITE_MAC},
    {NULL, HW_SQLITE_MAC},
};

struct quarantine {
    struct hw_sqlite db;
    struct hw_sqlite_say say;
    struct hw_sqlite_row row;
};

static void read_rows(struct quarantine *q, struct hw_records *out)
{
    struct hw_sqlite_table t;
    struct hw_sqlite_rows rows;
    if (!hw_sqlite_table(&q->db, table_name, &t)) {
        return;
    }
    size_t when = hw_sqlite_column(&t, "LSQuarantineTimeStamp");
    hw_sqlite_rows_init(&rows, &q->db, &t);
    while (hw_records_going(out) && hw_sqlite_rows_next(&rows, &q->row)) {
        hw_sqlite_say_begin(&q->say);
        hw_sqlite_say_row(&q->say, &t, &q->row, NULL, NULL);
        hw_sqlite_say_put(&q->say, HW_SPAN_LIT("quarantine"), HW_SPAN_LIT("event"), &t, &q->row,
                          when);
    }
}

static void read_database(struct hw_records *out)
{
    struct quarantine *q = hw_arena_alloc(out->x->arena, sizeof *q);
    if (q == NULL || !hw_sqlite_open(&q->db, out->n->bytes, &out->x->fuel, out->x->arena, out)) {
        hw_say_degree(out->n, HW_REFUSED, "the memory for this input ended here");
        return;
    }
    hw_sqlite_row_init(&q->row);
    hw_sqlite_say_init(&q->say, out, "quarantine", times);
    read_rows(q, out);
    hw_sqlite_say_done(&q->say);
    hw_sqlite_row_done(&q->row);
    hw_sqlite_done(&q->db);
}

static bool is_database(struct hw_span bytes, struct hw_budget *fuel)
{
    static const char *const names[] = {table_name, NULL};
    return hw_sqlite_has_tables(bytes, fuel, names);
}

/* An install history as a binary property list, by its strings: known, and not read. */
static bool is_binary(struct hw_span bytes)
{
    static const char *const keys[] = {"processName", "displayName", "displayVersion"};
    struct hw_span s = hw_span_cut(bytes, 0, BINARY_BYTES);
    if (!hw_span_starts(s, "bplist00")) {
        return false;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (memmem(s.p, s.n, keys[i], strlen(keys[i])) == NULL) {
            return false;
        }
    }
    return true;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_records out;
    hw_records_init(&out, x, n);
    if (is_binary(n->bytes)) {
        hw_say_anomaly(x, n, "unsupported", 0, n->bytes.n,
                       "an install history as a binary property list is not read: convert it with "
                       "plutil -convert xml1");
        hw_say_degree(n, HW_REFUSED, "a binary property list");
    } else if (is_database(n->bytes, &x->fuel)) {
        read_database(&out);
    } else {
        hw_quarantine_history(&out);
    }
    hw_records_done(&out);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    if (is_database(bytes, fuel)) {
        return TABLE_BITS;
    }
    return is_binary(bytes) ? BINARY_BITS : hw_quarantine_history_probe(bytes, fuel);
}

const struct hw_format hw_quarantine_format = {
    .word = "quarantine",
    .probe = probe,
    .examine = examine,
};
