/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/pem.c -- RFC 7468:
 *
 *   -----BEGIN LABEL-----
 *   base64, in lines
 *   -----END LABEL-----
 *
 * Blanks inside the base64 are left out; a block with header lines ("Proc-Type:", RFC 1421) holds a
 * secret and is refused.
 */
#include "evidence/knowledge/pem.h"

#include "base/base64.h"
#include "base/text.h"
#include "evidence/knowledge/list.h"

void hw_pem_init(struct hw_pem *p)
{
    *p = (struct hw_pem){.why = NULL};
    hw_buf_init(&p->text, HW_PEM_BYTES_MAX);
    hw_buf_init(&p->der, HW_PEM_BYTES_MAX);
}

void hw_pem_done(struct hw_pem *p)
{
    hw_buf_done(&p->text);
    hw_buf_done(&p->der);
}

/* "-----BEGIN X-----" gives X. */
static bool is_mark(struct hw_span line, const char *word, struct hw_span *out_label)
{
    line = hw_span_trim(line);
    if (!hw_span_starts(line, word) || !hw_span_ends(line, "-----")) {
        return false;
    }
    size_t n = hw_span_str(word).n;
    if (line.n < n + 5) {
        return false;
    }
    *out_label = hw_span_cut(line, n, line.n - n - 5);
    return true;
}

static void add_line(struct hw_pem *p, struct hw_span line)
{
    if (hw_span_find(line, ':') < line.n) {
        p->why = "a block with header lines";
    }
    for (size_t i = 0; i < line.n; i++) {
        if (!hw_ascii_is_blank(line.p[i])) {
            hw_buf_char(&p->text, (char)line.p[i]);
        }
    }
}

/* From behind BEGIN to END. A second BEGIN ends the block as well; the caller misses nothing but
 * the inner one's label, and the reason says so. */
static void read_body(struct hw_pem *p, struct hw_reader *r)
{
    struct hw_span line, label;
    bool over;
    while (hw_list_line_next(r, &line, &over) && hw_reader_item(r)) {
        if (is_mark(line, "-----END ", &label)) {
            if (!hw_span_equal(label, p->label)) {
                p->why = "a block that ends under another name";
            }
            return;
        }
        if (over) {
            p->why = "a line over 64 KiB";
        } else if (is_mark(line, "-----BEGIN ", &label)) {
            p->why = "a block that begins inside another";
            return;
        } else {
            add_line(p, line);
        }
    }
    p->why = "a block without an end";
}

bool hw_pem_next(struct hw_pem *p, struct hw_reader *r)
{
    struct hw_span line;
    bool over;
    hw_buf_clear(&p->text);
    hw_buf_clear(&p->der);
    p->why = NULL;
    for (;;) {
        p->off = hw_read_where(r);
        if (!hw_list_line_next(r, &line, &over) || !hw_reader_item(r)) {
            return false;
        }
        if (!over && is_mark(line, "-----BEGIN ", &p->label)) {
            break;
        }
    }
    read_body(p, r);
    p->size = hw_read_where(r) - p->off;
    if (p->why == NULL && !hw_buf_ok(&p->text)) {
        p->why = "a block over 64 MiB";
    }
    if (p->why == NULL && !hw_base64_decode(hw_buf_span(&p->text), &p->der)) {
        p->why = hw_buf_ok(&p->der) ? "not base64" : "a block over 64 MiB";
    }
    return hw_reader_ok(r);
}
