/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/sqlite.c -- SQLite database files: header, schema, trees of tables.
 *
 * https://www.sqlite.org/fileformat2.html. Numbers are big-endian.
 *
 *   0    16  "SQLite format 3\0"          page 1 begins with this header
 *   16   u16 page size, 1 meaning 65,536
 *   18   u8  write version, u8 read version: 1 legacy, 2 WAL
 *   20   u8  bytes reserved at the end of each page
 *   21   u8  64, u8 32, u8 32
 *   24   u32 change counter;  28 u32 pages;  92 u32 the counter for which that is valid
 *   56   u32 text encoding
 *
 *   a page of a table's tree (page 1: behind the header)
 *   0    u8  5 inner, 13 leaf
 *   1    u16 free block, u16 cells, u16 content, u8 fragments; in inner ones u32 rightmost child;
 *        u16 the place of each cell, by rowid
 *   inner cell: u32 left child, varint rowid; leaf cell: sqlite_record.c
 *
 * A page belongs to one place of one tree. So a walk that meets one twice has met a loop or two
 * trees grown into each other, and does not enter it again: the work is bounded by the file. The
 * cells of one leaf have, together, no more bytes than the page: more means that they overlap.
 */
#include "evidence/telemetry/sqlite.h"

#include <string.h>

#include "base/text.h"
#include "evidence/records.h"

enum {
    HEADER_BYTES = 100,
    SCHEMA_COLUMNS = 5,
    LEAST_USABLE = 480,
    PROBE_ARENA_BYTES = 4 * 1024 * 1024,
    INNER = 5,
    LEAF = 13,
};

/* ---- the header ---- */

struct header {
    uint32_t page_bytes, usable, pages, encoding;
    bool wal, pages_valid;
};

static bool read_header(struct hw_span bytes, struct hw_budget *fuel, struct header *h)
{
    struct hw_reader r;
    uint16_t size;
    uint8_t wrote, reads, reserved, most, least, leaf;
    uint32_t change, pages, encoding, valid;
    hw_reader_init(&r, bytes, fuel);
    if (!hw_read_magic(&r, "SQLite format 3", 16) || !hw_read_u16be(&r, &size) ||
        !hw_read_u8(&r, &wrote) || !hw_read_u8(&r, &reads) || !hw_read_u8(&r, &reserved) ||
        !hw_read_u8(&r, &most) || !hw_read_u8(&r, &least) || !hw_read_u8(&r, &leaf) ||
        !hw_read_u32be(&r, &change) || !hw_read_u32be(&r, &pages) || !hw_read_skip(&r, 24) ||
        !hw_read_u32be(&r, &encoding) || !hw_read_skip(&r, 32) || !hw_read_u32be(&r, &valid)) {
        return false;
    }
    uint32_t page_bytes = size == 1 ? 65536 : size;
    if (page_bytes < 512 || (page_bytes & (page_bytes - 1)) != 0 || most != 64 || least != 32 ||
        leaf != 32 || wrote == 0 || wrote > 2 || reads == 0 || reads > 2 || encoding > 3 ||
        page_bytes - reserved < LEAST_USABLE) {
        return false;
    }
    *h = (struct header){.page_bytes = page_bytes,
                         .usable = page_bytes - reserved,
                         .pages = pages,
                         .encoding = encoding == 0 ? 1 : encoding,
                         .wal = wrote == 2 || reads == 2,
                         .pages_valid = change == valid && pages > 0};
    return true;
}

unsigned hw_sqlite_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct header h;
    return read_header(bytes, fuel, &h) ? HW_SQLITE_BITS : 0;
}

static void tell_header(struct hw_sqlite *db, const struct header *h)
{
    struct hw_records *w = db->out;
    uint64_t want = h->pages_valid ? (uint64_t)h->pages * h->page_bytes : 0;
    if (db->wal) {
        hw_records_lost(w, "dirty", 18, 0, 0, 0, "a -wal beside it may hold newer rows");
    }
    if (want > db->file.n || db->file.n % h->page_bytes != 0) {
        hw_say_anomaly(w->x, w->n, "truncated", db->file.n, 0,
                       "the database ends inside its pages: %llu bytes of %llu",
                       (unsigned long long)db->file.n, (unsigned long long)want);
        hw_say_degree(w->n, HW_BROKEN, "the database ends inside its pages");
        hw_records_lost(w, "truncated", db->file.n, 0, 0, 0, "pages at the end are not there");
    } else if (want > 0 && want < db->file.n) {
        hw_say_anomaly(w->x, w->n, "hidden-bytes", want, db->file.n - want,
                       "bytes behind the last page the header counts");
    }
}

bool hw_sqlite_open(struct hw_sqlite *db, struct hw_span file, struct hw_budget *fuel,
                    struct hw_arena *arena, struct hw_records *out)
{
    struct header h;
    *db = (struct hw_sqlite){.fuel = fuel, .arena = arena, .out = out, .file = file};
    if (!read_header(file, fuel, &h)) {
        return false;
    }
    db->page_bytes = h.page_bytes;
    db->usable = h.usable;
    db->pages = file.n / h.page_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)(file.n / h.page_bytes);
    db->encoding = h.encoding;
    db->wal = h.wal;
    db->seen = hw_arena_alloc(arena, db->pages / 8 + 1);
    if (db->seen == NULL) {
        return false;
    }
    if (out != NULL) {
        tell_header(db, &h);
    }
    return true;
}

void hw_sqlite_done(struct hw_sqlite *db)
{
    if (db->out != NULL && db->damaged > 0) {
        hw_records_lost(db->out, "damaged", db->damaged_at, 0, 0, 0,
                        "rows on pages of the database that could not be read");
    }
}

/* ---- pages ---- */

void hw_sqlite_damage(struct hw_sqlite *db, uint32_t page, const char *rule, const char *why)
{
    uint64_t off = page == 0 ? 0 : (uint64_t)(page - 1) * db->page_bytes;
    if (db->damaged++ == 0) {
        db->damaged_at = off;
    }
    if (db->out != NULL) {
        hw_say_anomaly(db->out->x, db->out->n, rule, off, db->page_bytes, "page %lu: %s",
                       (unsigned long)page, why);
        hw_say_degree(db->out->n, HW_BROKEN, "a damaged database");
    }
}

bool hw_sqlite_page(struct hw_sqlite *db, uint32_t page, struct hw_reader *out)
{
    if (page == 0 || page > db->pages) {
        hw_sqlite_damage(db, page, "bad-offset", "referred to, and not in the file");
        return false;
    }
    uint64_t off = (uint64_t)(page - 1) * db->page_bytes;
    hw_reader_init_at(out, hw_span_cut(db->file, (size_t)off, db->usable), off, db->fuel);
    return hw_reader_item(out);
}

bool hw_sqlite_use(struct hw_sqlite *db, uint32_t page)
{
    if (page == 0 || page > db->pages) {
        hw_sqlite_damage(db, page, "bad-offset", "referred to, and not in the file");
        return false;
    }
    uint8_t bit = (uint8_t)(1U << (page % 8));
    if ((db->seen[page / 8] & bit) != 0) {
        hw_sqlite_damage(db, page, "cycle", "referred to twice");
        return false;
    }
    db->seen[page / 8] = (uint8_t)(db->seen[page / 8] | bit);
    return true;
}

bool hw_sqlite_varint(struct hw_reader *r, uint64_t *out)
{
    uint64_t v = 0;
    uint8_t c = 0x80;
    for (unsigned i = 0; i < 8 && (c & 0x80U) != 0; i++) {
        if (!hw_read_u8(r, &c)) {
            return false;
        }
        v = v << 7 | (c & 0x7fU);
    }
    if ((c & 0x80U) != 0) {
        if (!hw_read_u8(r, &c)) {
            return false;
        }
        v = v << 8 | c;
    }
    *out = v;
    return true;
}

/* The head of a tree's page; `out` then covers the page, for the cells. */
static bool page_head(struct hw_sqlite *db, uint32_t page, struct hw_reader *out,
                      struct hw_sqlite_level *level)
{
    uint8_t type;
    uint16_t cells;
    uint32_t right = 0;
    struct hw_reader r;
    if (!hw_sqlite_page(db, page, out)) {
        return false;
    }
    r = *out;
    bool ok = hw_read_skip(&r, page == 1 ? HEADER_BYTES : 0) && hw_read_u8(&r, &type) &&
              (type == INNER || type == LEAF) && hw_read_skip(&r, 2) && hw_read_u16be(&r, &cells) &&
              hw_read_skip(&r, 3) && (type == LEAF || hw_read_u32be(&r, &right)) &&
              hw_read_fits(&r, cells, 2);
    if (!ok) {
        hw_sqlite_damage(db, page, "bad-value", "no page of a table, or not whole");
        return false;
    }
    *level = (struct hw_sqlite_level){
        .page = page, .right = right, .count = cells, .leaf = type == LEAF};
    return true;
}

/* A reader on cell `i`. */
static bool cell_at(struct hw_sqlite *db, const struct hw_sqlite_level *level,
                    const struct hw_reader *page, uint32_t i, struct hw_reader *out)
{
    struct hw_reader r;
    uint16_t at;
    uint64_t head = (level->page == 1 ? HEADER_BYTES : 0U) + (level->leaf ? 8U : 12U);
    if (!hw_read_tail(page, head + (uint64_t)2 * i, &r) || !hw_read_u16be(&r, &at) ||
        at < head + (uint64_t)2 * level->count || !hw_read_tail(page, at, out)) {
        hw_sqlite_damage(db, level->page, "bad-offset", "a cell lies outside of it");
        return false;
    }
    return true;
}

/* ---- all rows ---- */

static void enter(struct hw_sqlite_rows *rows, uint32_t page)
{
    struct hw_reader r;
    struct hw_sqlite_level level;
    if (rows->depth == HW_SQLITE_DEPTH) {
        hw_sqlite_damage(rows->db, page, "recursion", "deeper than any tree may be");
        return;
    }
    if (hw_sqlite_use(rows->db, page) && page_head(rows->db, page, &r, &level)) {
        rows->levels[rows->depth++] = level;
    }
}

void hw_sqlite_rows_init(struct hw_sqlite_rows *rows, struct hw_sqlite *db,
                         const struct hw_sqlite_table *table)
{
    *rows = (struct hw_sqlite_rows){.db = db, .table = table};
    memset(db->seen, 0, db->pages / 8 + 1);
    enter(rows, table->root);
}

/* The next child of an inner page; its cells first, then the rightmost. */
static void descend(struct hw_sqlite_rows *rows, struct hw_sqlite_level *level)
{
    struct hw_reader page, cell;
    uint32_t child, i = level->at++;
    if (i == level->count) {
        enter(rows, level->right);
    } else if (hw_sqlite_page(rows->db, level->page, &page) &&
               cell_at(rows->db, level, &page, i, &cell)) {
        if (hw_read_u32be(&cell, &child)) {
            enter(rows, child);
        } else {
            hw_sqlite_damage(rows->db, level->page, "bad-offset", "a cell lies outside of it");
        }
    }
}

static bool take_cell(struct hw_sqlite_rows *rows, struct hw_sqlite_level *level,
                      struct hw_sqlite_row *row)
{
    struct hw_reader page, cell;
    uint64_t local = 0;
    uint32_t i = level->at++;
    if (!hw_sqlite_page(rows->db, level->page, &page) ||
        !cell_at(rows->db, level, &page, i, &cell)) {
        return false;
    }
    bool good = hw_sqlite_cell(rows->db, rows->table, &cell, false, row, &local);
    level->spent += local;
    if (level->spent > rows->db->page_bytes) {
        hw_sqlite_damage(rows->db, level->page, "overlap", "its cells lie over each other");
        level->at = level->count;
        return false;
    }
    return good;
}

bool hw_sqlite_rows_next(struct hw_sqlite_rows *rows, struct hw_sqlite_row *row)
{
    while (rows->depth > 0 && rows->db->fuel->items > 0 && rows->db->fuel->bytes > 0) {
        struct hw_sqlite_level *level = &rows->levels[rows->depth - 1];
        if (level->at >= level->count + (level->leaf ? 0U : 1U)) {
            rows->depth--;
        } else if (!level->leaf) {
            descend(rows, level);
        } else if (take_cell(rows, level, row)) {
            return true;
        }
    }
    return false;
}

/* ---- one row ---- */

/* The first cell whose rowid is not less; count when there is none. */
static uint32_t first_not_less(struct hw_sqlite *db, const struct hw_sqlite_level *level,
                               const struct hw_reader *page, int64_t rowid, bool *out_equal)
{
    uint32_t lo = 0, hi = level->count;
    *out_equal = false;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        struct hw_reader cell;
        uint64_t skipped, key;
        if (!cell_at(db, level, page, mid, &cell) ||
            !(level->leaf ? hw_sqlite_varint(&cell, &skipped) : hw_read_skip(&cell, 4)) ||
            !hw_sqlite_varint(&cell, &key)) {
            return level->count;
        }
        if ((int64_t)key < rowid) {
            lo = mid + 1;
        } else {
            *out_equal = *out_equal || (int64_t)key == rowid;
            hi = mid;
        }
    }
    return lo;
}

bool hw_sqlite_seek(struct hw_sqlite *db, const struct hw_sqlite_table *table, int64_t rowid,
                    struct hw_sqlite_row *row)
{
    uint32_t page = table->root;
    for (unsigned depth = 0; depth < HW_SQLITE_DEPTH; depth++) {
        struct hw_sqlite_level level;
        struct hw_reader r, cell;
        uint64_t local;
        bool equal;
        if (!page_head(db, page, &r, &level)) {
            return false;
        }
        uint32_t i = first_not_less(db, &level, &r, rowid, &equal);
        if (level.leaf) {
            return equal && i < level.count && cell_at(db, &level, &r, i, &cell) &&
                   hw_sqlite_cell(db, table, &cell, true, row, &local) && row->rowid == rowid;
        }
        page = level.right;
        if (i < level.count &&
            (!cell_at(db, &level, &r, i, &cell) || !hw_read_u32be(&cell, &page))) {
            return false;
        }
    }
    return false;
}

/* ---- the schema ---- */

static const struct hw_sqlite_table schema = {
    .root = 1, .count = SCHEMA_COLUMNS, .rowid_column = SIZE_MAX};

/* The row of the schema (type, name, tbl_name, rootpage, sql) of a table, kept in `row`. */
static bool find_table(struct hw_sqlite *db, const char *name, struct hw_sqlite_row *row)
{
    struct hw_sqlite_rows rows;
    hw_sqlite_rows_init(&rows, db, &schema);
    while (hw_sqlite_rows_next(&rows, row)) {
        if (hw_span_is(hw_sqlite_value(row, 0)->bytes, "table") &&
            hw_span_is_nocase(hw_sqlite_value(row, 1)->bytes, name) &&
            hw_sqlite_value(row, 3)->type == HW_SQLITE_INTEGER) {
            return true;
        }
    }
    return false;
}

bool hw_sqlite_table(struct hw_sqlite *db, const char *name, struct hw_sqlite_table *out)
{
    struct hw_sqlite_row row;
    bool good = false;
    hw_sqlite_row_init(&row);
    if (find_table(db, name, &row)) {
        int64_t root = hw_sqlite_value(&row, 3)->integer;
        good = root > 0 && root <= UINT32_MAX &&
               hw_sqlite_columns(hw_sqlite_value(&row, 4)->bytes, db->arena, out);
        if (good) {
            out->root = (uint32_t)root;
        } else if (db->out != NULL) {
            hw_say_anomaly(db->out->x, db->out->n, "unsupported", row.off, 0,
                           "the table %s is declared in a way that is not read", name);
        }
    }
    hw_sqlite_row_done(&row);
    return good;
}

size_t hw_sqlite_column(const struct hw_sqlite_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (hw_span_is_nocase(t->columns[i], name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool hw_sqlite_has_tables(struct hw_span bytes, struct hw_budget *fuel, const char *const *names)
{
    struct hw_sqlite db;
    struct hw_sqlite_row row;
    bool all = false;
    if (hw_sqlite_probe(bytes, fuel) == 0) {
        return false;
    }
    HW_AUTO(hw_arena) *arena = hw_arena_new(PROBE_ARENA_BYTES);
    hw_sqlite_row_init(&row);
    if (arena != NULL && hw_sqlite_open(&db, bytes, fuel, arena, NULL)) {
        all = true;
        for (; all && *names != NULL; names++) {
            all = find_table(&db, *names, &row);
        }
    }
    hw_sqlite_row_done(&row);
    return all;
}
