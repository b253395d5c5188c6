/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/zone.c -- the mark of the web: where Windows was told that a file came from.
 *
 * Browsers, mail programs and unpackers write it into the NTFS stream NAME:Zone.Identifier; who
 * collects files brings it as a file of its own. [MS-FSCC] 5.6.1; the keys beyond ZoneId are those
 * that IAttachmentExecute and IZoneIdentifier2 write.
 *
 *   [ZoneTransfer]            an INI file, ANSI (in practice ASCII), UTF-8 or UTF-16LE with a mark
 *   ZoneId=3                  0 this machine, 1 intranet, 2 trusted, 3 internet, 4 restricted
 *   ReferrerUrl=https://...
 *   HostUrl=https://...
 *
 * Each [ZoneTransfer] section is a record; other sections are passed over, since they say nothing
 * of the origin. The mark does not say whose it is: only its own name can.
 */
#include "evidence/telemetry/zone.h"

#include "base/text.h"
#include "base/time.h"
#include "evidence/records.h"

enum {
    BITS = 96,
    READ_BYTES = 64 * 1024, /* honest marks have a few hundred */
    TEXT_BYTES = READ_BYTES * 2,
    PROBE_BYTES = 512,
    KEYS = 64,
};

struct zone {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records out;
    bool wide, inside; /* UTF-16; in a [ZoneTransfer] section */
    uint64_t line, begins, begins_off;
    struct hw_span names[KEYS], values[KEYS];
    size_t count;
};

struct hw_span hw_zone_file(struct hw_span name)
{
    static const char word[] = "Zone.Identifier";
    static const char *const between[] = {"%3A", "%3a", ":", ".", "/", "\\", "_"};
    if (hw_span_ends(name, ":$DATA")) {
        name.n -= 6;
    }
    if (name.n < sizeof word - 1 ||
        !hw_span_is_nocase(hw_span_from(name, name.n - (sizeof word - 1)), word)) {
        return (struct hw_span){NULL, 0};
    }
    struct hw_span file = hw_span_cut(name, 0, name.n - (sizeof word - 1));
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++) {
        if (hw_span_ends(file, between[i])) {
            return hw_span_cut(file, 0, file.n - hw_span_str(between[i]).n);
        }
    }
    return (struct hw_span){NULL, 0};
}

/* Where a place in the text lies in the node: UTF-16 has two bytes for each unit, which for what is
 * counted here (ASCII line ends) is near enough to find it again. */
static uint64_t place(const struct zone *z, uint64_t at)
{
    return z->wide ? 2 + at * 2 : at;
}

static void finish(struct zone *z)
{
    struct hw_span file = hw_zone_file(z->n->name);
    if (!z->inside) {
        return;
    }
    z->inside = false;
    if (z->count == 0) {
        hw_records_bad(&z->out, z->begins, z->begins_off, 0, "a [ZoneTransfer] without a key");
        return;
    }
    z->names[z->count] = HW_SPAN_LIT("file");
    z->values[z->count++] = file;
    uint32_t layout = hw_records_layout(&z->out, "zone-identifier", HW_SPAN_LIT("zone"),
                                        HW_SPAN_LIT("mark"), z->names, z->count);
    if (layout == UINT32_MAX) {
        hw_records_bad(&z->out, z->begins, z->begins_off, 0, "too many kinds of records");
        return;
    }
    hw_records_put(&z->out, &(struct hw_record){.layout = layout,
                                                .number = z->begins,
                                                .off = z->begins_off,
                                                .time_ns = HW_TIME_NONE,
                                                .clock = HW_CLOCK_NONE,
                                                .values = z->values,
                                                .count = z->count});
}

static void read_key(struct zone *z, struct hw_span line, uint64_t off)
{
    size_t at = hw_span_find(line, '=');
    struct hw_span name = hw_span_trim(hw_span_cut(line, 0, at));
    if (at == line.n || name.n == 0 || name.n > 200) {
        hw_records_bad(&z->out, z->line, off, line.n, "neither key=value nor a section");
        return;
    }
    if (z->count + 1 >= KEYS) {
        hw_records_bad(&z->out, z->line, off, line.n, "more than 63 keys in one section");
        return;
    }
    for (size_t i = 0; i < z->count; i++) {
        if (hw_span_equal_nocase(z->names[i], name)) {
            hw_say_anomaly(z->x, z->n, "duplicate", off, line.n,
                           "line %llu: a key for the second time", (unsigned long long)z->line);
            return;
        }
    }
    z->names[z->count] = name;
    z->values[z->count++] = hw_span_trim(hw_span_from(line, at + 1));
}

static void read_line(struct zone *z, struct hw_span line, uint64_t off)
{
    line = hw_span_trim(line);
    z->line++;
    if (line.n == 0 || line.p[0] == ';' || line.p[0] == '#') {
        return;
    }
    if (line.p[0] == '[') {
        finish(z);
        z->inside = hw_span_is_nocase(line, "[ZoneTransfer]");
        z->count = 0;
        z->begins = z->line;
        z->begins_off = off;
    } else if (z->inside) {
        read_key(z, line, off);
    }
}

/* The text as UTF-8, without its mark. Names and values borrow from it or from the node. */
static struct hw_span plain(struct zone *z, struct hw_span bytes, struct hw_buf *b)
{
    z->wide = hw_span_starts(bytes, "\xff\xfe");
    if (z->wide) {
        if (!hw_utf16le_to_utf8(hw_span_from(bytes, 2), b)) {
            hw_say_anomaly(z->x, z->n, "truncated", bytes.n, 0, "half a character at the end");
        }
        return hw_buf_span(b);
    }
    return bytes;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct zone z = {.x = x, .n = n};
    struct hw_buf b;
    struct hw_reader r;
    struct hw_span line;
    hw_buf_init(&b, TEXT_BYTES);
    hw_records_init(&z.out, x, n);
    hw_reader_init(&r, plain(&z, hw_span_cut(n->bytes, 0, READ_BYTES), &b), &x->fuel);
    if (hw_span_starts(hw_reader_rest(&r), "\xef\xbb\xbf") && !hw_read_skip(&r, 3)) {
        hw_say_fault(x, n, &r, "mark of the web");
    }
    while (hw_records_going(&z.out) && hw_read_left(&r) > 0) {
        uint64_t off = place(&z, hw_read_where(&r));
        if (!hw_reader_item(&r) || !hw_read_line(&r, READ_BYTES * 2, &line)) {
            hw_say_fault(x, n, &r, "mark of the web");
            break;
        }
        read_line(&z, line, off);
    }
    finish(&z);
    if (n->bytes.n > READ_BYTES) {
        hw_say_anomaly(x, n, "hidden-bytes", READ_BYTES, n->bytes.n - READ_BYTES,
                       "far more than any mark of the web has; only the beginning was read");
    }
    hw_records_done(&z.out);
    hw_buf_done(&b);
}

/* The section first of all, and a ZoneId in it: nobody else writes that. Of UTF-16 the zero bytes
 * are passed over, which is enough to look at ASCII. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    uint8_t text[PROBE_BYTES];
    struct hw_reader r;
    struct hw_span line;
    size_t n = 0;
    bool wide = hw_span_starts(bytes, "\xff\xfe"), mark = false;
    size_t skip = wide ? 2 : hw_span_starts(bytes, "\xef\xbb\xbf") ? 3 : 0;
    struct hw_span head = hw_span_cut(hw_span_from(bytes, skip), 0, PROBE_BYTES);
    for (size_t i = 0; i < head.n; i++) {
        if (!wide || i % 2 == 0) {
            text[n++] = head.p[i];
        }
    }
    struct hw_span s = hw_span_trim((struct hw_span){text, n});
    if (!hw_span_is_nocase(hw_span_cut(s, 0, 14), "[ZoneTransfer]")) {
        return 0;
    }
    hw_reader_init(&r, s, fuel);
    while (!mark && hw_read_left(&r) > 0 && hw_read_line(&r, PROBE_BYTES, &line)) {
        mark = hw_span_is_nocase(hw_span_cut(hw_span_trim(line), 0, 6), "ZoneId");
    }
    return mark ? BITS : 0;
}

const struct hw_format hw_zone_format = {
    .word = "zone-identifier",
    .probe = probe,
    .examine = examine,
};
