/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/sqlite_record.c -- the cells of table leaves: payloads, their overflow pages,
 * and the records in them.
 *
 * https://www.sqlite.org/fileformat2.html, 1.6 and 2.1.
 *
 *   cell     varint P, bytes of payload; varint rowid; the part of the payload that lies here;
 *            u32 first overflow page, when that is not all
 *   overflow u32 next page, 0 for the last; then payload up to the end of the usable bytes
 *   payload  varint bytes of the head, itself included; varint serial type of each column; values
 *
 *   serial   0 NULL; 1 to 4, 5, 6: integers of 1, 2, 3, 4, 6, 8 bytes; 7 float; 8, 9: 0 and 1;
 *            even from 12: blob of (N-12)/2 bytes; odd from 13: text of (N-13)/2
 */
#include "evidence/telemetry/sqlite.h"

#include <string.h>

#include "base/text.h"
#include "evidence/records.h"

enum { TEXT_BYTES = 2 * HW_SQLITE_ROW_BYTES };

void hw_sqlite_row_init(struct hw_sqlite_row *row)
{
    *row = (struct hw_sqlite_row){.count = 0};
    hw_buf_init(&row->payload, HW_SQLITE_ROW_BYTES + 65536);
    hw_buf_init(&row->text, TEXT_BYTES);
}

void hw_sqlite_row_done(struct hw_sqlite_row *row)
{
    hw_buf_done(&row->payload);
    hw_buf_done(&row->text);
}

const struct hw_sqlite_value *hw_sqlite_value(const struct hw_sqlite_row *row, size_t column)
{
    static const struct hw_sqlite_value absent = {.type = HW_SQLITE_ABSENT};
    return column < row->count ? &row->values[column] : &absent;
}

/* ---- payloads ---- */

/* How much of a payload of p bytes lies in its leaf. */
static uint64_t local_bytes(const struct hw_sqlite *db, uint64_t p)
{
    uint64_t u = db->usable, most = u - 35, least = (u - 12) * 32 / 255 - 23;
    uint64_t k = least + (p < least ? 0 : p - least) % (u - 4);
    return p <= most ? p : k <= most ? k : least;
}

/* Appends what lies on overflow pages, until the payload has `want` bytes. */
static bool gather(struct hw_sqlite *db, uint32_t page, uint64_t want, bool lookup,
                   struct hw_buf *out)
{
    while (out->n < want) {
        struct hw_reader r;
        struct hw_span part;
        uint32_t next;
        if ((!lookup && !hw_sqlite_use(db, page)) || !hw_sqlite_page(db, page, &r) ||
            !hw_read_u32be(&r, &next)) {
            return false;
        }
        uint64_t n = want - out->n < db->usable - 4 ? want - out->n : db->usable - 4;
        if (!hw_read_bytes(&r, n, &part)) {
            return false;
        }
        hw_buf_span_put(out, part);
        page = next;
        if (!hw_buf_ok(out)) {
            return false;
        }
    }
    return true;
}

static bool read_payload(struct hw_sqlite *db, struct hw_reader *r, uint64_t size, bool lookup,
                         struct hw_sqlite_row *row, struct hw_span *out)
{
    uint64_t local = local_bytes(db, size);
    uint64_t most = lookup ? HW_SQLITE_SEEK_BYTES : HW_SQLITE_ROW_BYTES;
    uint32_t page;
    if (!hw_read_bytes(r, local, out)) {
        return false;
    }
    if (local == size) {
        return true;
    }
    if (!hw_read_u32be(r, &page)) {
        return false;
    }
    hw_buf_clear(&row->payload);
    hw_buf_span_put(&row->payload, *out);
    row->cut = size > most;
    if (!gather(db, page, size > most ? most : size, lookup, &row->payload)) {
        row->cut = true;
    }
    *out = hw_buf_span(&row->payload);
    return true;
}

/* ---- records ---- */

static bool read_integer(struct hw_reader *r, unsigned bytes, int64_t *out)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t c;
        if (!hw_read_u8(r, &c)) {
            return false;
        }
        v = i == 0 && (c & 0x80U) != 0 ? UINT64_MAX << 8 | c : v << 8 | c;
    }
    *out = (int64_t)v;
    return true;
}

static bool read_real(struct hw_reader *r, double *out)
{
    uint64_t bits;
    if (!hw_read_u64be(r, &bits)) {
        return false;
    }
    union {
        uint64_t bits;
        double real;
    } both = {.bits = bits};
    *out = both.real;
    return true;
}

static bool read_value(struct hw_reader *r, uint64_t serial, struct hw_sqlite_value *v)
{
    static const unsigned bytes[7] = {0, 1, 2, 3, 4, 6, 8};
    *v = (struct hw_sqlite_value){.type = HW_SQLITE_ABSENT};
    if (serial == 0) {
        return true;
    }
    if (serial == 7) {
        v->type = HW_SQLITE_REAL;
        return read_real(r, &v->real);
    }
    if (serial < 10) {
        v->type = HW_SQLITE_INTEGER;
        v->integer = serial == 9;
        return serial >= 8 || read_integer(r, bytes[serial], &v->integer);
    }
    if (serial < 12) {
        return false; /* reserved: never in a file */
    }
    v->type = serial % 2 == 0 ? HW_SQLITE_BLOB : HW_SQLITE_TEXT;
    return hw_read_bytes(r, (serial - 12) / 2, &v->bytes);
}

/* Text of the other encodings, turned into UTF-8; its places are set when all of it is there. */
static void convert(const struct hw_sqlite *db, struct hw_sqlite_row *row)
{
    size_t from[HW_SQLITE_COLUMNS], bytes[HW_SQLITE_COLUMNS];
    hw_buf_clear(&row->text);
    for (size_t i = 0; i < row->count; i++) {
        from[i] = row->text.n;
        if (row->values[i].type == HW_SQLITE_TEXT) {
            bool even = db->encoding == 2 ? hw_utf16le_to_utf8(row->values[i].bytes, &row->text)
                                          : hw_utf16be_to_utf8(row->values[i].bytes, &row->text);
            row->cut = row->cut || !even || !hw_buf_ok(&row->text);
        }
        bytes[i] = row->text.n - from[i];
    }
    for (size_t i = 0; i < row->count; i++) {
        if (row->values[i].type == HW_SQLITE_TEXT) {
            row->values[i].bytes = hw_span_cut(hw_buf_span(&row->text), from[i], bytes[i]);
        }
    }
}

/* False when the head makes no sense. Values that lie behind a cut are absent. */
static bool read_record(struct hw_sqlite *db, const struct hw_sqlite_table *t,
                        struct hw_span payload, struct hw_sqlite_row *row)
{
    struct hw_reader head, body;
    uint64_t size, serial;
    hw_reader_init(&head, payload, db->fuel);
    if (!hw_sqlite_varint(&head, &size) || size > payload.n) {
        return false;
    }
    hw_reader_init(&body, hw_span_from(payload, (size_t)size), db->fuel);
    hw_reader_init(&head, hw_span_cut(payload, 0, (size_t)size), db->fuel);
    if (!hw_sqlite_varint(&head, &size)) {
        return false;
    }
    row->count = 0;
    while (row->count < t->count && hw_read_left(&head) > 0) {
        if (!hw_sqlite_varint(&head, &serial)) {
            return false;
        }
        struct hw_sqlite_value *v = &row->values[row->count];
        if (!read_value(&body, serial, v)) {
            if (!row->cut) {
                return false;
            }
            *v = (struct hw_sqlite_value){.type = HW_SQLITE_ABSENT};
        }
        if (row->count == t->rowid_column && v->type == HW_SQLITE_ABSENT) {
            *v = (struct hw_sqlite_value){.type = HW_SQLITE_INTEGER, .integer = row->rowid};
        }
        row->count++;
    }
    if (db->encoding != 1) {
        convert(db, row);
    }
    return true;
}

static void tell_bad(struct hw_sqlite *db, const struct hw_sqlite_row *row, bool lookup,
                     const char *why)
{
    if (lookup) { /* no record of its own: the damage is one of the page */
        hw_sqlite_damage(db, (uint32_t)(row->off / db->page_bytes) + 1, "bad-value", why);
    } else if (db->out != NULL) {
        hw_records_bad(db->out, (uint64_t)row->rowid, row->off, 0, why);
    }
}

bool hw_sqlite_cell(struct hw_sqlite *db, const struct hw_sqlite_table *t, struct hw_reader *r,
                    bool lookup, struct hw_sqlite_row *row, uint64_t *out_local)
{
    uint64_t size, rowid;
    struct hw_span payload;
    size_t left = hw_read_left(r);
    row->off = hw_read_where(r);
    row->rowid = 0;
    row->count = 0;
    row->cut = false;
    bool good = hw_sqlite_varint(r, &size) && hw_sqlite_varint(r, &rowid) && size <= db->file.n;
    if (good) {
        row->rowid = (int64_t)rowid;
        good = read_payload(db, r, size, lookup, row, &payload);
    }
    *out_local = left - hw_read_left(r);
    if (!good) {
        *out_local = 0;
        tell_bad(db, row, lookup, "a row that runs out of its page");
        return false;
    }
    if (!read_record(db, t, payload, row)) {
        tell_bad(db, row, lookup, "a row whose head makes no sense");
        return false;
    }
    if (row->cut && db->out != NULL && !lookup) {
        hw_say_anomaly(
            db->out->x, db->out->n, "truncated", row->off, 0,
            "row %lld is not whole, or longer than is read: its last values are left out",
            (long long)row->rowid);
    }
    return true;
}
