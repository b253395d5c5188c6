/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/text.h -- text that strangers wrote: checked, converted and, above all, escaped.
 *
 * Nothing from evidence reaches a terminal or a file but through hw_escape_put().
 * UTF-8 as RFC 3629 and Unicode 15 table 3-7 have it: no surrogates, nothing overlong, nothing
 * above U+10FFFF. A bad stretch is replaced by one U+FFFD for each maximal part (Unicode 15, 3.9).
 * Appending functions report a full buffer through hw_buf_ok(), as base/buf.h says.
 */
#ifndef HW_BASE_TEXT_H
#define HW_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

/* The first character of s (s.n > 0) and how many bytes it takes (1..4). Where the bytes are bad,
 * *out is HW_BAD_CHAR and the number is the length of the bad part (1..3). */
#define HW_BAD_CHAR UINT32_MAX
size_t hw_utf8_next(struct hw_span s, uint32_t *out);
size_t hw_utf8_encode(uint32_t c, uint8_t *out);  /* up to four bytes; as hw_utf8_put */
void hw_utf8_put(struct hw_buf *out, uint32_t c); /* c is a valid scalar value, else U+FFFD */

HW_CHECK bool hw_utf8_valid(struct hw_span s); /* NUL is valid */
/* Appends s as valid UTF-8 without NUL: bad parts and NUL become U+FFFD. At most max bytes are
 * appended, cut at a character's edge. */
void hw_utf8_clean(struct hw_span s, size_t max, struct hw_buf *out);
/* Appends s as UTF-8; lone surrogates become U+FFFD, U+0000 stays a NUL byte, no byte order mark is
 * looked for. False when the length is odd: the last byte is left out, all else is converted. */
HW_CHECK bool hw_utf16le_to_utf8(struct hw_span s, struct hw_buf *out);
HW_CHECK bool hw_utf16be_to_utf8(struct hw_span s, struct hw_buf *out);
/* Appends s read as ISO 8859-1, each byte a character. */
void hw_latin1_to_utf8(struct hw_span s, struct hw_buf *out);

/* Exactly 2*n hex digits, both cases, make n bytes; else false and out is untouched. */
HW_CHECK bool hw_hex_decode(struct hw_span s, uint8_t *out, size_t n);

/* ASCII only, whatever the locale; bytes above 7F are never letters, digits or blanks. */
uint8_t hw_ascii_lower(uint8_t c);
bool hw_ascii_is_digit(uint8_t c);
bool hw_ascii_is_alpha(uint8_t c);
bool hw_ascii_is_blank(uint8_t c); /* space, tab, CR, LF, VT, FF */

struct hw_span hw_span_str(const char *s); /* borrowed; NULL gives an empty span */
/* Part of s, cut to what there is: never outside s. */
struct hw_span hw_span_from(struct hw_span s, size_t off);
struct hw_span hw_span_cut(struct hw_span s, size_t off, size_t n);
struct hw_span hw_span_trim(struct hw_span s); /* without ASCII blanks at both ends */
HW_CHECK bool hw_span_is(struct hw_span s, const char *word);
HW_CHECK bool hw_span_starts(struct hw_span s, const char *prefix);
HW_CHECK bool hw_span_ends(struct hw_span s, const char *suffix);
HW_CHECK bool hw_span_equal_nocase(struct hw_span a, struct hw_span b); /* ASCII letters alike */
HW_CHECK bool hw_span_is_nocase(struct hw_span s, const char *word);
HW_CHECK bool hw_span_holds(struct hw_span s, const char *word); /* anywhere */
HW_CHECK bool hw_span_holds_nocase(struct hw_span s, const char *word);
/* Offset of the first `c`, or s.n. */
size_t hw_span_find(struct hw_span s, uint8_t c);
/* The order of memcmp, the shorter first: <0, 0, >0. For sorting. */
int hw_span_compare(struct hw_span a, struct hw_span b);
/* A decimal number: digits only, at least one, no sign, fits. */
HW_CHECK bool hw_span_u64(struct hw_span s, uint64_t *out);

/* One character that could deceive: C0, DEL, C1, bidi marks and overrides, zero width and other
 * default-ignorable characters, line and paragraph separators, tags, variation selectors, private
 * use, noncharacters. Space is not one of them. */
bool hw_char_hidden(uint32_t c);

/*
 * How a span is made harmless. In all of them bad bytes and hidden characters never pass raw:
 *
 * HW_ESCAPE_TERMINAL  bytes that are bad and C0/DEL become \xNN, other hidden characters \u{NNNN},
 *                     a backslash becomes two: what is seen tells exactly what was there.
 * HW_ESCAPE_JSON      the inside of a JSON string (RFC 8259), without its quotes; hidden characters
 *                     as \uXXXX (surrogate pairs above U+FFFF), bad bytes as U+FFFD: who needs them
 *                     adds a base64 field.
 * HW_ESCAPE_CSV       a whole field, with its quotes where RFC 4180 or a spreadsheet needs them; a
 *                     field that would start a formula gets a ' in front. CR, LF, tab and other
 *                     hidden characters as \xNN and \u{NNNN}, a backslash stays one.
 * HW_ESCAPE_MARKDOWN  running text or a table cell (not a code span) of CommonMark and GFM:
 *                     punctuation gets a backslash, so nothing becomes markup, HTML or a link.
 *                     Hidden characters as in CSV, and their backslash is escaped too.
 *
 * HW_ESCAPE_XML       character data and attribute values (XML 1.0): entities for & < > " ',
 *                     hidden characters as in CSV.
 */
enum hw_escape {
    HW_ESCAPE_TERMINAL,
    HW_ESCAPE_JSON,
    HW_ESCAPE_CSV,
    HW_ESCAPE_MARKDOWN,
    HW_ESCAPE_XML,
    HW_ESCAPE_COUNT
};
void hw_escape_put(struct hw_buf *out, struct hw_span s, enum hw_escape how);
void hw_escape_str(struct hw_buf *out, const char *s, enum hw_escape how); /* NULL: as "" */

#endif
