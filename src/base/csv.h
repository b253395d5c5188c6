/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/csv.h -- records of comma-separated text, from our own lists and from hostile feeds.
 *
 * RFC 4180, and what is found in the wild: LF or CRLF, delimiter , ; | or tab, a UTF-8 byte order
 * mark, newlines inside quotes, empty lines (passed over, yet counted). What cannot be RFC 4180 is
 * read as far as it makes sense and marked odd: a quote inside an unquoted field is a character;
 * text after a closing quote is appended; a quote that does not close within max_field_bytes is a
 * character too, so that one stray quote never swallows the rest of a feed. Never fatal.
 */
#ifndef HW_BASE_CSV_H
#define HW_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reader.h"

enum { HW_CSV_FIELDS_MAX = 1024 };

struct hw_csv { /* about 16 KiB; fields private to csv.c but for the record below */
    struct hw_reader *in;
    struct hw_arena *arena;
    size_t max_field_bytes;
    uint64_t line;
    uint8_t delimiter;
    bool begun, failed;
    uint8_t *scratch; /* of hw_csv_reuse(), else NULL */
    size_t scratch_n, scratch_at;

    /* The record, until the next hw_csv_next(). Its spans borrow from the evidence, or from the
     * arena where doubled quotes had to be undone; they outlive the record. */
    struct hw_span fields[HW_CSV_FIELDS_MAX];
    size_t count;         /* at least 1 */
    uint64_t record_line; /* of its first line, from 1 */
    uint64_t record_off;  /* absolute offset of its first byte */
    bool odd;             /* quotes as RFC 4180 does not have them */
    bool cut;             /* over a cap: fields beyond 1,024 or bytes beyond max were left out */
};

/* `in` and `arena` are borrowed. delimiter is ',' ';' '|' or '\t'. */
void hw_csv_init(struct hw_csv *c, struct hw_reader *in, struct hw_arena *arena, char delimiter,
                 size_t max_field_bytes);
/* From now on doubled quotes are undone in these n bytes, anew with each record, instead of in the
 * arena: for logs of any length in constant memory. Spans then live until the next record only; a
 * field that finds no room is kept with its doubled quotes and the record marked cut. */
void hw_csv_reuse(struct hw_csv *c, uint8_t *scratch, size_t n);
/* True with the next record. False at the end, and when the reader ran out of fuel (it has faulted
 * then) or the arena was full (hw_csv_failed). Spends fuel for every byte, an item each record. */
HW_CHECK bool hw_csv_next(struct hw_csv *c);
bool hw_csv_failed(const struct hw_csv *c);
/* Which column of the record in hand has this name (ASCII case aside, trimmed)? False: none. */
HW_CHECK bool hw_csv_column(const struct hw_csv *c, const char *name, size_t *out);
/* The field in that column, empty when the record is shorter. */
struct hw_span hw_csv_field(const struct hw_csv *c, size_t column);

#endif
