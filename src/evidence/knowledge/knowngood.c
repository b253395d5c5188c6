/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/knowngood.c -- files known to be good, as the NSRL publishes them.
 *
 * The Reference Data Set of NIST's National Software Reference Library, as text:
 *
 *   "SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"
 *        NSRLFile.txt of RDS 2 (Data Formats of the NSRL Reference Data Set Distribution)
 *   sha256,sha1,md5,crc32,file_name,file_size,package_id
 *        the FILE table of RDS 3, exported as CSV, its columns in any order
 *
 * `headwater learn --known-good FOLDER` writes the second form of a folder's files. Read as an
 * ordinary list such a file would name a million good files as bad, so it has a reader of its own,
 * and every row becomes an indicator of role "harmless". Of a row's digests only the strongest is
 * said: who asks about a file has all of its digests.
 *
 * SpecialCode M marks what the NSRL itself calls malicious: those rows are passed over and counted.
 */
#include "evidence/knowledge/knowngood.h"

#include "base/csv.h"
#include "base/text.h"
#include "evidence/knowledge/teach.h"

enum { BITS = 96, HEADER_BYTES = 4096, FIELD_BYTES = 16 * 1024, SCRATCH_BYTES = 64 * 1024 };

enum column { SHA256, SHA1, MD5, NAME, SIZE, PACKAGE, SPECIAL, COLUMNS };
static const char *const names[COLUMNS][3] = {
    [SHA256] = {"sha256", "SHA-256", NULL},
    [SHA1] = {"sha1", "SHA-1", NULL},
    [MD5] = {"md5", NULL, NULL},
    [NAME] = {"file_name", "FileName", NULL},
    [SIZE] = {"file_size", "FileSize", NULL},
    [PACKAGE] = {"package_id", "ProductCode", NULL},
    [SPECIAL] = {"SpecialCode", NULL, NULL},
};
static const enum hw_list_kind kinds[] = {
    [SHA256] = HW_LIST_SHA256, [SHA1] = HW_LIST_SHA1, [MD5] = HW_LIST_MD5};

struct header {
    size_t at[COLUMNS];
    bool has[COLUMNS];
};

/* Is the record in hand the header of such a list? */
static bool read_header(const struct hw_csv *csv, struct header *out)
{
    for (unsigned c = 0; c < COLUMNS; c++) {
        out->has[c] = false;
        for (unsigned i = 0; names[c][i] != NULL && !out->has[c]; i++) {
            out->has[c] = hw_csv_column(csv, names[c][i], &out->at[c]);
        }
    }
    return (out->has[SHA1] || out->has[SHA256]) && out->has[MD5] && out->has[NAME] &&
           out->has[SIZE] && out->has[PACKAGE];
}

static struct hw_span field(const struct hw_csv *csv, const struct header *h, enum column c)
{
    return h->has[c] ? hw_span_trim(hw_csv_field(csv, h->at[c])) : (struct hw_span){NULL, 0};
}

static void read_row(struct hw_teach *t, const struct hw_csv *csv, const struct header *h)
{
    struct hw_taught v;
    if (csv->count == 1 && hw_span_trim(csv->fields[0]).n == 0) {
        return;
    }
    if (hw_span_is(field(csv, h, SPECIAL), "M")) {
        t->ignored++;
        return;
    }
    hw_taught_init(&v);
    v.line = csv->record_line;
    v.off = csv->record_off;
    v.role = "harmless";
    v.label = field(csv, h, NAME);
    v.source = t->title;
    for (unsigned c = SHA256; c <= MD5; c++) {
        v.raw = field(csv, h, (enum column)c);
        v.as = kinds[c];
        if (v.raw.n > 0) {
            hw_teach_indicator(t, &v);
            return;
        }
    }
    hw_teach_refuse(t, v.line, v.off, csv->fields[0], "a row without a digest");
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct hw_reader r;
    struct header h;
    struct hw_csv *csv = hw_arena_alloc(x->arena, sizeof *csv);
    uint8_t *scratch = hw_arena_alloc(x->arena, SCRATCH_BYTES);
    hw_teach_init(&t, x, n, "known-good");
    t.title = HW_SPAN_LIT("files known to be good");
    if (csv == NULL || scratch == NULL) {
        hw_say_degree(n, HW_REFUSED, "the memory for this input ended here");
        return;
    }
    hw_node_reader(x, n, &r);
    hw_csv_init(csv, &r, x->arena, ',', FIELD_BYTES);
    hw_csv_reuse(csv, scratch, SCRATCH_BYTES);
    if (hw_csv_next(csv) && read_header(csv, &h)) {
        t.title = h.has[SPECIAL] ? HW_SPAN_LIT("NSRL reference data set") : t.title;
        while (hw_teach_going(&t) && hw_csv_next(csv)) {
            read_row(&t, csv, &h);
        }
    }
    if (!hw_reader_ok(&r)) {
        hw_say_fault(x, n, &r, "list of known-good files");
    }
    hw_teach_done(&t);
}

/* The header of all its columns is a document's name. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    static const char *const first[] = {"SHA-1", "SHA-256",   "sha1",      "sha256",
                                        "md5",   "file_name", "package_id"};
    struct hw_span head = hw_span_cut(bytes, 0, HEADER_BYTES);
    head = hw_span_cut(head, 0, hw_span_find(head, '\n'));
    struct hw_span text = hw_span_from(head, hw_span_starts(head, "\xef\xbb\xbf") ? 3 : 0);
    text = hw_span_from(text, hw_span_starts(text, "\""));
    bool maybe = false;
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        maybe = maybe || hw_span_starts(text, first[i]);
    }
    struct hw_arena *arena = maybe ? hw_arena_new(64 * 1024) : NULL;
    struct hw_csv *csv = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *csv);
    struct hw_reader r;
    struct header h;
    bool mine = false;
    if (csv != NULL) {
        hw_reader_init(&r, head, fuel);
        hw_csv_init(csv, &r, arena, ',', HEADER_BYTES);
        mine = hw_csv_next(csv) && read_header(csv, &h);
    }
    hw_arena_free(arena);
    return mine ? BITS : 0;
}

const struct hw_format hw_knowngood_format = {
    .word = "known-good",
    .probe = probe,
    .examine = examine,
};
