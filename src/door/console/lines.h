/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/lines.h -- an answer as lines (NDJSON as tell/ makes it), filtered and paged (inside
 * of the room).
 *
 * A filter looks at members of the JSON, never at the bytes of a line: a name in evidence that
 * looks like a member is not one.
 */
#ifndef HW_DOOR_CONSOLE_LINES_H
#define HW_DOOR_CONSOLE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "door/console/request.h"

struct hw_lines {
    struct hw_buf text; /* every line with its '\n' */
    size_t *at;         /* where each begins, and one more: the end */
    size_t count;
};
/* Finds the lines of text. */
HW_CHECK int hw_lines_cut(struct hw_lines *l, struct hw_error *err);
void hw_lines_done(struct hw_lines *l);
struct hw_span hw_lines_get(const struct hw_lines *l, size_t i); /* without its '\n' */

struct hw_line_filter {
    struct hw_span types; /* words, ',' between; empty: all */
    struct hw_request_member where[HW_REQUEST_WHERE];
    size_t where_count;
    struct hw_span q; /* in any text of the line, ASCII letters alike; empty: all */
    bool timed;       /* only with an "at" from .. to, both with */
    int64_t from, to;
};
/* types, where, q of a request. HW_E_USAGE: a where without ':'. */
HW_CHECK int hw_line_filter_of(const struct hw_request *q, struct hw_line_filter *out,
                               struct hw_error *err);
bool hw_line_passes(struct hw_span line, const struct hw_line_filter *f);
/* Begins one more field of a line that is searched as text: '\x1f' and s, whose own newlines and
 * '\x1f' become blanks. */
void hw_line_field(struct hw_buf *b, struct hw_span s);
/* Is `text` in s? ASCII letters alike. */
bool hw_text_says(struct hw_span s, struct hw_span text);
/* Is `text` in any text of this JSON? Of its values, not of its members' names. */
bool hw_line_says(struct hw_span line, struct hw_span text);
/* The text of a top-level string member, escapes undone, or a number or word as it stands; appended
 * to *out. False when there is none. */
bool hw_line_member(struct hw_span line, struct hw_span name, struct hw_buf *out);

enum { HW_PAGE_MAX = 1000, HW_PAGE_LINES = 200 };
struct hw_page_ask {
    uint64_t after, limit;
};
HW_CHECK int hw_page_of(const struct hw_request *q, struct hw_page_ask *out, struct hw_error *err);
/* {"type":"page",...}: of `total` things `matched` hold, and these were those from after on. */
void hw_page_end(struct hw_buf *b, const struct hw_page_ask *p, uint64_t total, uint64_t matched);
HW_CHECK int hw_lines_page(const struct hw_lines *l, const struct hw_line_filter *f,
                           const struct hw_page_ask *p, struct hw_buf *out, struct hw_error *err);

#endif
