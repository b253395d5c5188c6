/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/zeek.c -- what a network sensor saw: Zeek's logs as tab-separated text.
 *
 * A sensor is the third witness: neither end of a connection writes its logs. Follows "Zeek Log
 * Formats" of the Zeek manual and, where it is silent, what src/logging/writers/ascii/Ascii.cc and
 * src/threading/formatters/Ascii.cc of Zeek write:
 *
 *   #separator \x09            escapes undone; follows a blank, all below follow the separator
 *   #set_separator	,           between the elements of a set or vector
 *   #empty_field	(empty)     an empty string, set or vector
 *   #unset_field	-           no value
 *   #path	conn                which log this is
 *   #open	2023-08-16-01-28-55
 *   #fields	ts	uid	id.orig_h ...
 *   #types	time	string	addr ...
 *   values, one record a line; what is not printable, the separator, a leading "#" and values
 *   that would read as empty or unset are written \xHH, a backslash as two
 *   #close	2023-08-16-01-28-55
 *
 * A rotated log that was appended to another brings its own header, which then counts. Sets and
 * vectors are kept as text, with an escaped set separator left escaped, for undoing it would make
 * two elements of one. The JSON form is zeek_json.c.
 */
#include "evidence/telemetry/zeek.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson.h"

enum {
    SEPARATOR_BYTES = 8,
    SCRATCH_BYTES = HW_PACKED_BYTES, /* more unescaped bytes than that no record can keep */
    HEAD_LINES = 16,                 /* where #fields must have come, for a bid */
    BITS = 96,
    NO_FIELD = HW_RECORD_VALUES,
};

struct zeek {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records w;
    uint8_t separator[SEPARATOR_BYTES];
    size_t separator_n;
    uint8_t set_separator;
    struct hw_span empty, unset, path;
    struct hw_span *names, *values;
    bool *sets;
    uint8_t *scratch;
    size_t scratch_n;
    size_t count, time_at, missed_at;
    uint32_t layout;
    uint64_t line, off, bad_times, bad_time_off;
    bool fields, open;
    struct hw_zeek_missed missed;
};

/* ---- values ---- */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = hw_ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape at the start of s: its byte, and how many bytes it took; 0: none. */
static size_t unescape_one(struct hw_span s, uint8_t *out)
{
    if (s.n >= 2 && s.p[0] == '\\' && s.p[1] == '\\') {
        *out = '\\';
        return 2;
    }
    if (s.n >= 4 && s.p[0] == '\\' && s.p[1] == 'x' && hex_digit(s.p[2]) >= 0 &&
        hex_digit(s.p[3]) >= 0) {
        *out = (uint8_t)(hex_digit(s.p[2]) * 16 + hex_digit(s.p[3]));
        return 4;
    }
    return 0;
}

/* The value without its escapes, in this line's scratch; as it is when that is full, for then the
 * record is too long to be kept whole anyway. */
static struct hw_span unescape(struct zeek *z, struct hw_span s, bool set)
{
    uint8_t *to = z->scratch + z->scratch_n;
    size_t n = 0;
    if (s.n > SCRATCH_BYTES - z->scratch_n) {
        return s;
    }
    for (size_t i = 0; i < s.n;) {
        uint8_t c = 0;
        size_t took = unescape_one(hw_span_from(s, i), &c);
        if (took == 0 || (set && c == z->set_separator)) {
            to[n++] = s.p[i++];
        } else {
            to[n++] = c;
            i += took;
        }
    }
    z->scratch_n += n;
    return (struct hw_span){to, n};
}

/* hw_span_equal, for values that mostly differ in length or first byte. */
static inline bool same(struct hw_span a, struct hw_span b)
{
    return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && (a.n == 1 || hw_span_equal(a, b))));
}

static inline struct hw_span read_value(struct zeek *z, struct hw_span s, bool escaped, bool set)
{
    if (same(s, z->unset)) {
        return (struct hw_span){NULL, 0};
    }
    if (s.n == 0 || same(s, z->empty)) {
        return HW_SPAN_LIT("");
    }
    return escaped ? unescape(z, s, set) : s;
}

static inline bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool hw_zeek_time(struct hw_span s, int64_t *out_ns, unsigned *out_digits)
{
    int64_t seconds = 0, fraction = 0;
    unsigned digits = 0;
    size_t i = 0;
    for (; i < s.n && i < 11 && digit(s.p[i]); i++) {
        seconds = seconds * 10 + (s.p[i] - '0');
    }
    if (i == 0 || !hw_time_from_unix(seconds, out_ns)) {
        return false;
    }
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && digit(s.p[i]); i++) {
            if (digits < 9) {
                fraction = fraction * 10 + (s.p[i] - '0');
                digits++;
            }
        }
    }
    if (i != s.n) {
        return false;
    }
    for (unsigned k = digits; k < 9; k++) {
        fraction *= 10;
    }
    *out_digits = digits;
    return hw_add_i64(*out_ns, fraction, out_ns);
}

void hw_zeek_missed_add(struct hw_zeek_missed *m, struct hw_span value, uint64_t off)
{
    uint64_t bytes;
    if (!hw_span_u64(value, &bytes) || bytes == 0) {
        return;
    }
    if (m->connections == 0) {
        m->first_off = off;
    }
    m->connections++;
    if (!hw_add_u64(m->bytes, bytes, &m->bytes)) {
        m->bytes = UINT64_MAX;
    }
}

void hw_zeek_missed_say(const struct hw_zeek_missed *m, struct hw_records *w)
{
    char says[120];
    if (m->connections == 0) {
        return;
    }
    (void)snprintf(says, sizeof says,
                   "the sensor missed %" PRIu64 " bytes of %" PRIu64 " connections", m->bytes,
                   m->connections);
    hw_records_lost(w, "dropped", m->first_off, 0, 0, 0, says);
}

/* ---- the header ---- */

/* What follows "#name" and the separator. */
static bool meta(const struct zeek *z, struct hw_span line, const char *name, struct hw_span *out)
{
    struct hw_span separator = {z->separator, z->separator_n};
    if (separator.n == 0 || !hw_span_starts(line, name)) {
        return false; /* cut() needs a separator to move on */
    }
    struct hw_span rest = hw_span_from(line, strlen(name));
    if (!hw_span_equal(hw_span_cut(rest, 0, separator.n), separator)) {
        return false;
    }
    *out = hw_span_from(rest, separator.n);
    return true;
}

static bool read_separator(struct zeek *z, struct hw_span s)
{
    uint8_t to[SEPARATOR_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        uint8_t c = s.p[i];
        size_t took = unescape_one(hw_span_from(s, i), &c);
        if (n == SEPARATOR_BYTES || c == '\n') {
            return false;
        }
        to[n++] = c;
        i += took == 0 ? 1 : took;
    }
    if (n == 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        z->separator[i] = to[i];
    }
    z->separator_n = n;
    return true;
}

/* Cuts a line at each separator, up to `most` parts; the number there are, which may be more. */
static size_t cut(const struct zeek *z, struct hw_span s, struct hw_span *out, size_t most)
{
    struct hw_span separator = {z->separator, z->separator_n};
    size_t count = 0, from = 0;
    for (size_t i = 0; i <= s.n;) {
        bool at_end = i == s.n;
        if (at_end || hw_span_equal(hw_span_cut(s, i, separator.n), separator)) {
            if (count < most) {
                out[count] = hw_span_cut(s, from, i - from);
            }
            count++;
            from = i + separator.n;
            i = at_end ? i + 1 : from;
        } else {
            i++;
        }
    }
    return count;
}

static void bad_header(struct zeek *z, struct hw_span line, const char *why)
{
    z->fields = false;
    hw_say_anomaly(z->x, z->n, "bad-header", z->off, line.n, "line %" PRIu64 ": %s", z->line, why);
}

static void read_fields(struct zeek *z, struct hw_span line, struct hw_span list)
{
    size_t count = cut(z, list, z->names, HW_RECORD_VALUES);
    z->layout = UINT32_MAX;
    z->time_at = z->missed_at = NO_FIELD;
    z->count = count;
    z->fields = count <= HW_RECORD_VALUES && list.n > 0;
    if (!z->fields) {
        bad_header(z, line, "no names, or more than a record may have");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        z->sets[i] = false;
        if (hw_span_is(z->names[i], "ts")) {
            z->time_at = i;
        } else if (hw_span_is(z->names[i], "missed_bytes")) {
            z->missed_at = i;
        }
    }
    z->layout = hw_records_layout(&z->w, "zeek", z->path, z->path, z->names, count);
    if (z->layout == UINT32_MAX) {
        bad_header(z, line, "more kinds of records than one file may have");
    }
}

static void read_types(struct zeek *z, struct hw_span line, struct hw_span list)
{
    size_t count = cut(z, list, z->values, HW_RECORD_VALUES);
    if (!z->fields) {
        return;
    }
    if (count != z->count) {
        hw_say_anomaly(z->x, z->n, "bad-header", z->off, line.n,
                       "line %" PRIu64 ": %zu types for %zu fields", z->line, count, z->count);
    }
    for (size_t i = 0; i < count && i < z->count; i++) {
        z->sets[i] = hw_span_starts(z->values[i], "set[") ||
                     hw_span_starts(z->values[i], "vector[") ||
                     hw_span_starts(z->values[i], "table[");
        if (z->time_at == NO_FIELD && hw_span_is(z->values[i], "time")) {
            z->time_at = i;
        }
    }
}

static void read_meta(struct zeek *z, struct hw_span line)
{
    struct hw_span v;
    if (hw_span_starts(line, "#separator ")) {
        z->empty = HW_SPAN_LIT("(empty)");
        z->unset = HW_SPAN_LIT("-");
        z->path = HW_SPAN_LIT("");
        z->set_separator = ',';
        z->separator_n = 0;
        z->open = true;
        z->fields = false;
        if (!read_separator(z, hw_span_from(line, strlen("#separator ")))) {
            bad_header(z, line, "no separator, or one too long");
        }
    } else if (meta(z, line, "#set_separator", &v)) {
        z->set_separator = v.n > 0 ? v.p[0] : ',';
    } else if (meta(z, line, "#empty_field", &v)) {
        z->empty = v;
    } else if (meta(z, line, "#unset_field", &v)) {
        z->unset = v;
    } else if (meta(z, line, "#path", &v)) {
        z->path = v;
    } else if (meta(z, line, "#fields", &v)) {
        read_fields(z, line, v);
    } else if (meta(z, line, "#types", &v)) {
        read_types(z, line, v);
    } else if (meta(z, line, "#close", &v)) {
        z->open = false;
    }
}

/* ---- records ---- */

/* The hot loop, for a separator of one byte: the values of a line in one walk. False: the number
 * of fields is not the header's; *out_count says how many there are, at most one more. */
static bool split(struct zeek *z, struct hw_span line, size_t *out_count)
{
    const uint8_t *p = line.p;
    const uint8_t separator = z->separator[0];
    const bool escapes = hw_span_find(line, '\\') < line.n; /* rare, so asked once a line */
    size_t at = 0, i = 0;
    for (;;) {
        size_t from = i;
        while (i < line.n && p[i] != separator) {
            i++;
        }
        if (at == z->count) {
            *out_count = at + 1;
            return false;
        }
        struct hw_span s = {p + from, i - from};
        z->values[at] = read_value(z, s, escapes, z->sets[at]);
        at++;
        if (i == line.n) {
            break;
        }
        i++;
    }
    *out_count = at;
    return at == z->count;
}

static bool split_wide(struct zeek *z, struct hw_span line, size_t *out_count)
{
    size_t count = cut(z, line, z->values, HW_RECORD_VALUES);
    *out_count = count;
    if (count != z->count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool escaped = hw_span_find(z->values[i], '\\') < z->values[i].n;
        z->values[i] = read_value(z, z->values[i], escaped, z->sets[i]);
    }
    return true;
}

static void bad_line(struct zeek *z, struct hw_span line, size_t count, bool last)
{
    char why[80] = "no header says what its fields are";
    if (z->fields) {
        (void)snprintf(why, sizeof why, "%s%zu fields, and the header has %zu",
                       count > z->count ? "at least " : "", count, z->count);
    }
    hw_records_bad(&z->w, z->line, z->off, line.n, why);
    if (last) {
        hw_records_lost(&z->w, "truncated", z->off, 0, 0, 0, "the last line is not whole");
    }
}

static void read_record(struct zeek *z, struct hw_span line, bool last)
{
    struct hw_record r = {.layout = z->layout,
                          .number = z->line,
                          .off = z->off,
                          .time_ns = HW_TIME_NONE,
                          .clock = HW_CLOCK_NONE,
                          .values = z->values,
                          .count = z->count};
    size_t count = 0;
    z->scratch_n = 0;
    if (!z->fields ||
        !(z->separator_n == 1 ? split(z, line, &count) : split_wide(z, line, &count))) {
        bad_line(z, line, count, last);
        return;
    }
    if (z->time_at < z->count && z->values[z->time_at].p != NULL) {
        if (hw_zeek_time(z->values[z->time_at], &r.time_ns, &r.digits)) {
            r.clock = HW_CLOCK_UTC;
        } else {
            r.time_ns = HW_TIME_NONE;
            z->bad_time_off = z->bad_times++ == 0 ? z->off : z->bad_time_off;
        }
    }
    if (z->missed_at < z->count) {
        hw_zeek_missed_add(&z->missed, z->values[z->missed_at], z->off);
    }
    hw_records_put(&z->w, &r);
}

static void read_lines(struct zeek *z)
{
    struct hw_reader r;
    struct hw_span line;
    hw_node_reader(z->x, z->n, &r);
    while (hw_records_going(&z->w) && hw_read_left(&r) > 0) {
        z->off = hw_read_where(&r);
        z->line++;
        if (!hw_reader_item(&r) || !hw_read_line(&r, SIZE_MAX - 1, &line)) {
            hw_say_fault(z->x, z->n, &r, "a line");
            return;
        }
        if (line.n > 0 && line.p[0] == '#') {
            read_meta(z, line);
        } else if (line.n > 0) {
            read_record(z, line, hw_read_left(&r) == 0 && !hw_span_ends(z->n->bytes, "\n"));
        }
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    if (hw_json_looks(n->bytes)) {
        hw_zeek_json_examine(x, n);
        return;
    }
    struct zeek z = {.x = x, .n = n, .layout = UINT32_MAX, .path = HW_SPAN_LIT("")};
    z.names = hw_arena_array(x->arena, HW_RECORD_VALUES, sizeof *z.names);
    z.values = hw_arena_array(x->arena, HW_RECORD_VALUES, sizeof *z.values);
    z.sets = hw_arena_array(x->arena, HW_RECORD_VALUES, sizeof *z.sets);
    z.scratch = hw_arena_alloc(x->arena, SCRATCH_BYTES);
    if (z.names == NULL || z.values == NULL || z.sets == NULL || z.scratch == NULL) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        hw_say_anomaly(x, n, "over-budget", 0, 0, "no memory for one record");
        return;
    }
    hw_records_init(&z.w, x, n);
    read_lines(&z);
    if (z.bad_times > 0) {
        hw_say_anomaly(x, n, "bad-time", z.bad_time_off, 0,
                       "%" PRIu64 " records have a time that is no number of seconds", z.bad_times);
    }
    hw_zeek_missed_say(&z.missed, &z.w);
    if (z.open) {
        hw_records_lost(&z.w, "dirty", n->bytes.n, 0, 0, 0, "there is no #close at the end");
    }
    hw_records_done(&z.w);
}

/* One of the first three lines, behind remarks, says #separator; #fields comes soon after. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span line;
    bool separator = false;
    if (hw_json_looks(bytes)) {
        return hw_zeek_json_probe(bytes, fuel);
    }
    hw_reader_init(&r, bytes, fuel);
    for (unsigned i = 0; i < HEAD_LINES; i++) {
        if (!hw_read_line(&r, 64 * 1024, &line) || line.n == 0 || line.p[0] != '#' ||
            (!separator && i > 2)) {
            return 0;
        }
        if (hw_span_starts(line, "#separator ")) {
            separator = true;
        } else if (separator && hw_span_starts(line, "#fields")) {
            return BITS;
        }
    }
    return 0;
}

const struct hw_format hw_format_zeek = {"zeek", probe, examine, NULL, false};
