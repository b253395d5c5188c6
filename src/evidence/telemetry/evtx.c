/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx.c -- Windows event logs, read as far as they can be.
 *
 * Follows libevtx's "Windows XML Event Log (EVTX)" format paper; binary XML is [MS-EVEN6] 2.2.12.
 *
 *   file     0 "ElfFile\0"   8 u64 first chunk   16 u64 last chunk   24 u64 next record's number
 *           32 u32 128   36 u16 minor   38 u16 major (3)   40 u16 4096   42 u16 chunks
 *          120 u32 flags (1: dirty)   124 u32 CRC-32 of 0..120   4096 chunks of 64 KiB
 *   chunk    0 "ElfChnk\0"   8 u64 first, last number   24 u64 first, last id   40 u32 128
 *           44 u32 last record's offset   48 u32 free space's offset   52 u32 CRC-32 of the records
 *          124 u32 CRC-32 of 0..120 and 128..512    then offsets of names and templates; records
 *              from 512
 *   record   0 "**\0\0"   4 u32 size   8 u64 id   16 FILETIME written   24 binary XML
 *              size - 4 u32 size again
 *
 * Of all these, records are believed most: one counts when its frame holds, whatever the headers
 * around it say, so that a log with torn pages loses the torn records and no more. Its number is
 * the EventRecordID inside of it, as the machine that logged it counted; the id of its frame is the
 * same but in files that were exported, where frames are counted anew. What lies behind
 * a chunk's free space is what an earlier use left there; it is read only where its number goes on
 * from the last one, which is how a log looks whose header was not written back yet.
 */
#include "evidence/telemetry/evtx.h"

#include <stdlib.h>

#include "base/inflate.h"
#include "base/time.h"
#include "evidence/room.h"

enum {
    FILE_HEADER = 128,
    CHUNKS_FROM = 4096,
    CHUNK_HEADER = 512,
    RECORD_LEAST = 28,
    DIRTY = 1,
    RUNS = 8192,
    GAPS_TOLD = 1000,
};

static const char file_magic[] = "ElfFile";  /* with its NUL */
static const char chunk_magic[] = "ElfChnk"; /* likewise */
static const uint8_t record_magic[4] = {'*', '*', 0, 0};

struct chunk {
    uint64_t first, last; /* ids, as the header says */
    uint64_t end;         /* of the records, as the header says, or of the chunk */
    uint64_t id;          /* of the last record read */
    uint32_t records;     /* read or lost */
    uint64_t torn;        /* a stretch before the next record holds none; its offset, 0: no such */
    bool sound;           /* the header is one */
    bool intact;          /* the records have the checksum it states */
};

struct frame {
    uint64_t id, written;
    uint32_t size;
    bool odd; /* only believed because of what lies around it */
};

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    hw_reader_init(&r, bytes, fuel);
    if (hw_read_magic(&r, file_magic, sizeof file_magic)) {
        return 64;
    }
    hw_reader_init(&r, bytes, fuel);
    if (hw_read_magic(&r, chunk_magic, sizeof chunk_magic)) {
        return 64;
    }
    /* The file's header is gone: whatever stands there now may be read as what it is. */
    hw_reader_init(&r, bytes, fuel);
    if (hw_read_skip(&r, CHUNKS_FROM) && hw_read_magic(&r, chunk_magic, sizeof chunk_magic)) {
        return 64 | HW_BID_ELSEWHERE;
    }
    return 0;
}

/* ---- losses ---- */

/* Not hw_records_bad(): one damaged record in twenty makes a text log the wrong format; here it
 * makes a damaged disk, and the others are wanted all the more. */
static void bad(struct evtx *e, uint64_t number, uint64_t off, uint64_t size, const char *why)
{
    if (e->damaged++ == 0) {
        e->damaged_off = off;
    }
    e->w.bad++;
    hw_say_anomaly(e->x, e->n, "line-refused", off, size, "record %llu: %s",
                   (unsigned long long)number, why);
    hw_say_degree(e->n, HW_BROKEN, "not every record can be read");
}

static void note_number(struct evtx *e, uint64_t id, uint64_t off)
{
    struct evtx_run *last = e->run_count == 0 ? NULL : &e->runs[e->run_count - 1];
    if (last != NULL && last->last != UINT64_MAX && id == last->last + 1) {
        last->last = id;
    } else if (e->run_count < RUNS) {
        e->runs[e->run_count++] = (struct evtx_run){id, id, off};
    }
}

/* Records of the chunk in hand that are known to have been there: no gap, whatever comes next. */
static void damaged(struct evtx *e, uint64_t off, uint64_t first, uint64_t last, const char *says)
{
    struct evtx_run *run = e->run_count == 0 ? NULL : &e->runs[e->run_count - 1];
    hw_records_lost(&e->w, "damaged", off, last - first + 1, first, last, says);
    if (run != NULL && run->last + 1 == first) {
        run->last = last;
    } else if (e->run_count < RUNS) {
        e->runs[e->run_count++] = (struct evtx_run){first, last, off};
    }
}

static int by_first(const void *a, const void *b)
{
    const struct evtx_run *x = a, *y = b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1)
                                : (x->off > y->off) - (x->off < y->off);
}

static void say_gaps(struct evtx *e)
{
    uint64_t told = 0, more = 0, more_off = 0, twice = 0, twice_off = 0;
    if (e->run_count == 0) {
        return;
    }
    qsort(e->runs, e->run_count, sizeof *e->runs, by_first);
    uint64_t last = e->runs[0].last;
    for (uint32_t i = 1; i < e->run_count; i++) {
        const struct evtx_run *r = &e->runs[i];
        if (r->first <= last) {
            twice_off = twice++ == 0 ? r->off : twice_off;
        } else if (r->first - last > 1 && told++ < GAPS_TOLD) {
            hw_records_lost(&e->w, "overwritten", r->off, r->first - last - 1, last + 1,
                            r->first - 1, "the numbers of the records leap");
        } else if (r->first - last > 1) {
            more_off = more == 0 ? r->off : more_off;
            more += r->first - last - 1;
        }
        last = r->last > last ? r->last : last;
    }
    if (more > 0) {
        hw_records_lost(&e->w, "overwritten", more_off, more, 0, 0,
                        "the numbers of the records leap in more places than are listed");
    }
    if (e->run_count == RUNS) {
        hw_say_anomaly(e->x, e->n, "over-budget", 0, 0,
                       "its record numbers leap too often for gaps to be told whole");
    }
    if (twice > 0) {
        hw_say_anomaly(e->x, e->n, "duplicate", twice_off, 0,
                       "record numbers come twice, in %llu places", (unsigned long long)twice);
    }
}

/* ---- records ---- */

static void put(struct evtx *e, const struct frame *f, uint64_t off)
{
    struct hw_record rec = {.number = e->number != 0 ? e->number : f->id,
                            .off = off,
                            .clock = HW_CLOCK_UTC,
                            .digits = 7,
                            .values = e->fields,
                            .count = e->field_n};
    uint64_t bytes = 0;
    if (!evtx_layout(e, &rec.layout)) {
        bad(e, f->id, off, f->size, e->why);
        return;
    }
    /* TimeCreated is text where an event came as XML; the frame has a time as a last resort. */
    bool known = e->filetime != 0 ? hw_time_from_filetime(e->filetime, &rec.time_ns)
                                  : hw_time_parse(e->when, &rec.time_ns);
    if (!known && !hw_time_from_filetime(f->written, &rec.time_ns)) {
        rec.time_ns = HW_TIME_NONE;
        rec.clock = HW_CLOCK_NONE;
        rec.digits = 0;
    }
    for (size_t i = 0; i < rec.count; i++) {
        bytes += e->fields[i].n;
    }
    e->work = bytes > e->work ? 0 : e->work - bytes;
    e->renumbered += rec.number != f->id;
    hw_records_put(&e->w, &rec);
}

/* The frame of a record at `off` of the chunk; no fault is kept, the reader is a copy. */
static bool frame_at(const struct evtx *e, const struct chunk *c, uint64_t off, struct frame *out)
{
    struct hw_reader r, tail, next;
    uint32_t again = 0;
    if (!hw_read_tail(&e->chunk, off, &r)) {
        return false;
    }
    bool magic = hw_read_magic(&r, record_magic, sizeof record_magic);
    if (!magic && !(hw_read_tail(&e->chunk, off, &r) && hw_read_skip(&r, 4))) {
        return false;
    }
    if (!hw_read_u32le(&r, &out->size) || !hw_read_u64le(&r, &out->id) ||
        !hw_read_u64le(&r, &out->written) || out->size < RECORD_LEAST ||
        !hw_read_window(&e->chunk, off, out->size, &r) ||
        !hw_read_window(&e->chunk, off + out->size - 4, 4, &tail)) {
        return false;
    }
    bool framed = hw_read_u32le(&tail, &again) && again == out->size;
    out->odd = !magic || !framed;
    if (magic && framed) {
        return true;
    }
    if (!magic) {
        return framed && c->records > 0 && out->id == c->id + 1;
    }
    return off + out->size == c->end || (hw_read_tail(&e->chunk, off + out->size, &next) &&
                                         hw_read_magic(&next, record_magic, sizeof record_magic));
}

static void read_record(struct evtx *e, struct chunk *c, const struct frame *f, uint64_t at)
{
    struct hw_reader r;
    uint64_t off = e->chunk_off + at, odd_before = e->odd_sizes;
    uint64_t want = c->records > 0 ? c->id + 1 : c->sound ? c->first : f->id;
    if (c->torn != 0 && want < f->id && f->id - want < EVTX_CHUNK_BYTES / RECORD_LEAST) {
        damaged(e, c->torn, want, f->id - 1, "the chunk holds something else in their place");
    }
    c->torn = 0;
    if (f->odd) {
        hw_say_anomaly(e->x, e->n, "bad-size", off, f->size,
                       "record %llu: its mark, or its size at its end, is not right",
                       (unsigned long long)f->id);
    }
    note_number(e, f->id, off);
    if (e->work == 0) {
        bad(e, f->id, off, f->size, "the chunk wants more work than an honest one could");
    } else if (!hw_read_window(&e->chunk, at + 24, f->size - RECORD_LEAST, &r) ||
               !evtx_record_run(e, &r)) {
        bad(e, f->id, off, f->size, e->why);
    } else {
        put(e, f, off);
    }
    if (odd_before == 0 && e->odd_sizes > 0) {
        e->odd_off = off;
    }
}

/* Where the next record begins at or behind `from`, or `to`. */
static uint64_t next_record(const struct evtx *e, const struct chunk *c, uint64_t from, uint64_t to)
{
    struct hw_span all = hw_reader_rest(&e->chunk);
    struct frame f;
    to = to > all.n ? all.n : to;
    for (uint64_t at = from; at + RECORD_LEAST <= to; at++) {
        if (all.p[at] == record_magic[0] && all.p[at + 1] == record_magic[1] &&
            all.p[at + 2] == 0 && all.p[at + 3] == 0 && frame_at(e, c, at, &f)) {
            return at;
        }
    }
    return to;
}

static bool all_zero(const struct evtx *e, uint64_t from, uint64_t to)
{
    struct hw_span all = hw_reader_rest(&e->chunk);
    for (uint64_t at = from; at < to && at < all.n; at++) {
        if (all.p[at] != 0) {
            return false;
        }
    }
    return true;
}

static void walk(struct evtx *e, struct chunk *c)
{
    struct hw_reader fuel = e->chunk;
    uint64_t at = CHUNK_HEADER, size = hw_read_left(&e->chunk);
    uint64_t end = c->end < size ? c->end : size;
    struct frame f = {0};
    while (hw_exam_going(e->x) && hw_reader_item(&fuel) && at + RECORD_LEAST <= size) {
        bool stated = at < end;
        if (frame_at(e, c, at, &f)) {
            bool goes_on = c->records > 0 && f.id == c->id + 1;
            if (!(c->sound && stated) && c->records > 0 && !goes_on && f.id <= c->id) {
                break; /* what an earlier use of this chunk left */
            }
            if (c->sound && !stated && !goes_on) {
                break;
            }
            read_record(e, c, &f, at);
            c->id = f.id;
            c->records++;
            at += f.size;
            continue;
        }
        if (!stated) {
            break;
        }
        uint64_t next = next_record(e, c, at + 1, end);
        if (c->sound || !all_zero(e, at, next)) {
            /* How many these were, the numbers around them tell. */
            e->w.bad++;
            c->torn = e->chunk_off + at;
            hw_say_anomaly(e->x, e->n, "line-refused", c->torn, next - at,
                           "no record is where one should be");
            hw_say_degree(e->n, HW_BROKEN, "not every record can be read");
        }
        at = next;
    }
}

/* ---- chunks ---- */

/* True when the records have the checksum they should have. */
static bool check_sums(struct evtx *e, struct hw_span all, uint64_t end, uint32_t of_header,
                       uint32_t of_records)
{
    struct hw_span a = {all.p, 120}, b = {all.p + 128, CHUNK_HEADER - 128};
    if (hw_crc32(hw_crc32(0, a), b) != of_header) {
        hw_say_anomaly(e->x, e->n, "bad-checksum", e->chunk_off, CHUNK_HEADER,
                       "a chunk's header does not have the checksum it states");
    }
    if (end > all.n) {
        return false; /* said as truncated */
    }
    struct hw_span records = {all.p + CHUNK_HEADER, (size_t)end - CHUNK_HEADER};
    if (hw_crc32(0, records) == of_records) {
        return true;
    }
    hw_say_anomaly(e->x, e->n, "bad-checksum", e->chunk_off + CHUNK_HEADER, records.n,
                   "a chunk's records do not have the checksum it states");
    return false;
}

static void chunk_header(struct evtx *e, struct chunk *c)
{
    struct hw_reader r = e->chunk;
    struct hw_span all = hw_reader_rest(&r);
    uint64_t number;
    uint32_t size, last_at, end, of_records, of_header;
    *c = (struct chunk){.end = EVTX_CHUNK_BYTES};
    if (all.n < CHUNK_HEADER || !hw_read_magic(&r, chunk_magic, sizeof chunk_magic) ||
        !hw_read_u64le(&r, &number) || !hw_read_u64le(&r, &number) ||
        !hw_read_u64le(&r, &c->first) || !hw_read_u64le(&r, &c->last) ||
        !hw_read_u32le(&r, &size) || !hw_read_u32le(&r, &last_at) || !hw_read_u32le(&r, &end) ||
        !hw_read_u32le(&r, &of_records) || !hw_read_skip(&r, 68) ||
        !hw_read_u32le(&r, &of_header)) {
        return;
    }
    if (end < CHUNK_HEADER || end > EVTX_CHUNK_BYTES) {
        hw_say_anomaly(e->x, e->n, "bad-offset", e->chunk_off + 48, 4,
                       "a chunk's free space begins outside of it");
        return;
    }
    c->sound = true;
    c->end = end;
    c->intact = check_sums(e, all, end, of_header, of_records);
}

struct summary {
    uint64_t chunks;                   /* that hold records */
    uint64_t stated;                   /* by the file's header; UINT64_MAX: it says nothing */
    uint64_t behind, behind_off;       /* records in chunks behind those */
    uint64_t elsewhere, elsewhere_off; /* chunks that do not lie where chunks do */
};

/* Where a chunk lies that is not where chunks lie: a file that lost or gained some sectors. */
static uint64_t next_magic(struct hw_span all, uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to && at + sizeof chunk_magic <= all.n; at += 512) {
        bool equal = true;
        for (size_t i = 0; i < sizeof chunk_magic && equal; i++) {
            equal = all.p[at + i] == (uint8_t)chunk_magic[i];
        }
        if (equal) {
            return at;
        }
    }
    return to;
}

/* Returns how many of the bytes were the chunk's. */
static uint64_t read_chunk(struct evtx *e, uint64_t off, struct hw_span bytes, struct summary *s,
                           uint64_t index)
{
    struct chunk c;
    bool last = off + bytes.n == e->n->bytes.n;
    hw_reader_init_at(&e->chunk, bytes, off, &e->x->fuel);
    e->chunk_off = off;
    e->stamp++;
    e->work = EVTX_WORK;
    chunk_header(e, &c);
    if (!c.sound && all_zero(e, 0, bytes.n)) {
        return bytes.n; /* room the log has not used yet */
    }
    if (c.sound && !c.intact) {
        /* Sectors may be lost from it; then the next one begins too early. Only here: text in a
         * record could be made to look like a chunk. */
        uint64_t next = next_magic(bytes, CHUNK_HEADER, bytes.n);
        if (next < bytes.n) {
            s->elsewhere_off = s->elsewhere++ == 0 ? off + next : s->elsewhere_off;
            last = false;
        }
        bytes.n = (size_t)next;
        hw_reader_init_at(&e->chunk, bytes, off, &e->x->fuel);
    }
    uint64_t bad_before = e->w.bad;
    walk(e, &c);
    if (!c.sound && (c.records > 0 || e->w.bad > bad_before || bytes.n >= CHUNK_HEADER)) {
        hw_say_anomaly(e->x, e->n, "bad-magic", off, CHUNK_HEADER,
                       "a chunk's header is damaged; %u records were found in it", c.records);
    }
    if (last && bytes.n < EVTX_CHUNK_BYTES && (!c.sound || c.end > bytes.n)) {
        hw_say_anomaly(e->x, e->n, "truncated", off + bytes.n, 0, "the file ends inside a chunk");
        hw_records_lost(&e->w, "truncated", off + bytes.n, 0, 0, 0, "the file ends inside a chunk");
        hw_say_degree(e->n, HW_BROKEN, "the log is cut short");
    }
    uint64_t first = c.records > 0 ? c.id + 1 : c.first;
    if (c.sound && c.last >= first && c.last - first < EVTX_CHUNK_BYTES / RECORD_LEAST &&
        c.end > CHUNK_HEADER) {
        damaged(e, off, first, c.last, "the chunk's header states records that are not in it");
    }
    s->chunks += c.records > 0;
    if (index >= s->stated) {
        s->behind_off = s->behind == 0 ? off : s->behind_off;
        s->behind += c.records;
    }
    return bytes.n;
}

static void read_chunks(struct evtx *e, uint64_t from, struct summary *s)
{
    struct hw_reader fuel;
    struct hw_span all = e->n->bytes;
    uint64_t index = 0;
    hw_node_reader(e->x, e->n, &fuel);
    for (uint64_t off = from; off < all.n && hw_exam_going(e->x) && hw_reader_item(&fuel);
         index++) {
        uint64_t left = all.n - off, n = left < EVTX_CHUNK_BYTES ? left : EVTX_CHUNK_BYTES;
        bool here = next_magic(all, off, off + 1) == off;
        uint64_t next = here ? off + n : next_magic(all, off + 512, off + n);
        if (next < off + n) {
            s->elsewhere_off = s->elsewhere++ == 0 ? next : s->elsewhere_off;
        }
        off += read_chunk(e, off, (struct hw_span){all.p + off, (size_t)(next - off)}, s, index);
    }
    if (!hw_reader_ok(&fuel)) {
        hw_say_fault(e->x, e->n, &fuel, "the chunks");
    }
}

/* ---- the file ---- */

/* Where the chunks begin. */
static uint64_t file_header(struct evtx *e, struct summary *s)
{
    struct hw_reader r;
    uint64_t first, last, next;
    uint32_t size, flags, sum;
    uint16_t minor, major, block, chunks;
    hw_node_reader(e->x, e->n, &r);
    s->stated = UINT64_MAX;
    if (hw_read_magic(&r, chunk_magic, sizeof chunk_magic)) {
        hw_say_anomaly(e->x, e->n, "bad-header", 0, 0, "chunks of a log without their file");
        return 0;
    }
    hw_node_reader(e->x, e->n, &r);
    if (!hw_read_magic(&r, file_magic, sizeof file_magic)) {
        hw_say_anomaly(e->x, e->n, "bad-magic", 0, FILE_HEADER, "the file's header is gone");
        return CHUNKS_FROM;
    }
    if (!hw_read_u64le(&r, &first) || !hw_read_u64le(&r, &last) || !hw_read_u64le(&r, &next) ||
        !hw_read_u32le(&r, &size) || !hw_read_u16le(&r, &minor) || !hw_read_u16le(&r, &major) ||
        !hw_read_u16le(&r, &block) || !hw_read_u16le(&r, &chunks) || !hw_read_skip(&r, 76) ||
        !hw_read_u32le(&r, &flags) || !hw_read_u32le(&r, &sum)) {
        hw_say_fault(e->x, e->n, &r, "the file's header");
        return CHUNKS_FROM;
    }
    if (hw_crc32(0, (struct hw_span){e->n->bytes.p, 120}) != sum) {
        hw_say_anomaly(e->x, e->n, "bad-checksum", 0, FILE_HEADER,
                       "the file's header does not have the checksum it states");
    }
    if (size != FILE_HEADER || major != 3 || block != CHUNKS_FROM) {
        hw_say_anomaly(e->x, e->n, "bad-header", 32, 10,
                       "version %u.%u, header of %u bytes, chunks from %u: not what is known",
                       major, minor, size, block);
    }
    if ((flags & DIRTY) != 0) {
        hw_records_lost(&e->w, "dirty", FILE_HEADER - 8, 0, 0, 0,
                        "the log was in use when it was copied: its header lags behind");
    }
    s->stated = chunks;
    if (e->n->bytes.n < CHUNKS_FROM) {
        hw_say_anomaly(e->x, e->n, "truncated", e->n->bytes.n, 0, "the file ends in its header");
        hw_say_degree(e->n, HW_BROKEN, "the log is cut short");
    }
    return CHUNKS_FROM;
}

static bool set_up(struct evtx *e)
{
    struct hw_arena *a = e->x->arena;
    e->shape_room = EVTX_SHAPES;
    e->ops = hw_arena_array(a, EVTX_OPS, sizeof *e->ops);
    e->pieces = hw_arena_array(a, EVTX_PIECES, sizeof *e->pieces);
    e->text = hw_arena_alloc(a, EVTX_TEXT_BYTES);
    e->spots = hw_arena_array(a, EVTX_SPOTS, sizeof *e->spots);
    e->shapes = hw_arena_array(a, e->shape_room, sizeof *e->shapes);
    e->layouts = hw_arena_array(a, EVTX_LAYOUTS, sizeof *e->layouts);
    e->values = hw_arena_array(a, EVTX_VALUES, sizeof *e->values);
    e->out = hw_arena_alloc(a, EVTX_OUT_BYTES);
    e->fields = hw_arena_array(a, HW_RECORD_VALUES, sizeof *e->fields);
    e->slots = hw_arena_array(a, HW_RECORD_VALUES, sizeof *e->slots);
    e->names = hw_arena_array(a, HW_RECORD_VALUES, sizeof *e->names);
    e->repeats = hw_arena_array(a, HW_RECORD_VALUES, sizeof *e->repeats);
    e->seen = hw_arena_array(a, EVTX_SEEN, sizeof *e->seen);
    e->runs = hw_arena_array(a, RUNS, sizeof *e->runs);
    e->lenders = hw_arena_array(a, EVTX_SPOTS, sizeof *e->lenders);
    return e->ops != NULL && e->pieces != NULL && e->text != NULL && e->spots != NULL &&
           e->shapes != NULL && e->layouts != NULL && e->values != NULL && e->out != NULL &&
           e->fields != NULL && e->slots != NULL && e->names != NULL && e->repeats != NULL &&
           e->seen != NULL && e->runs != NULL && e->lenders != NULL;
}

static void say_summary(struct evtx *e, const struct summary *s)
{
    say_gaps(e);
    if (e->damaged > 0) {
        hw_records_lost(&e->w, "damaged", e->damaged_off, e->damaged, 0, 0,
                        "records that could not be read");
    }
    if (s->behind > 0) {
        hw_say_anomaly(e->x, e->n, "bad-count", s->behind_off, 0,
                       "%llu records lie behind the %llu chunks the file's header states",
                       (unsigned long long)s->behind, (unsigned long long)s->stated);
    }
    if (s->elsewhere > 0) {
        hw_say_anomaly(e->x, e->n, "bad-alignment", s->elsewhere_off, 0,
                       "%llu chunks lie where none should begin", (unsigned long long)s->elsewhere);
    }
    if (e->odd_sizes > 0) {
        hw_say_anomaly(e->x, e->n, "bad-value", e->odd_off, 0,
                       "%llu values do not have the size of their type",
                       (unsigned long long)e->odd_sizes);
    }
    if (e->borrowed > 0) {
        hw_say_anomaly(e->x, e->n, "bad-offset", e->borrowed_off, 0,
                       "%llu templates of records are damaged; those of the same number in other "
                       "chunks were used",
                       (unsigned long long)e->borrowed);
    }
    if (e->pis > 0) {
        hw_say_anomaly(e->x, e->n, "unsupported", e->pi_off, 0,
                       "processing instructions in its binary XML are left out");
    }
    hw_say_number(e->x, e->n, "evtx.chunks", s->chunks);
    if (e->renumbered > 0) {
        /* All of them: an export. Whoever made it chose the records, and no gap shows that. */
        hw_say_number(e->x, e->n, "evtx.renumbered", e->renumbered);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct evtx e = {.x = x, .n = n};
    struct summary s = {0};
    if (!set_up(&e)) {
        hw_say_anomaly(x, n, "over-budget", 0, n->bytes.n, "no memory is left to read a log in");
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return;
    }
    hw_records_init(&e.w, x, n);
    uint64_t from = file_header(&e, &s);
    read_chunks(&e, from, &s);
    say_summary(&e, &s);
    hw_records_done(&e.w);
}

const struct hw_format hw_format_evtx = {"evtx", probe, examine, NULL, false};
