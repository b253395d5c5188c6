/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/dump.c -- every fact as text, so that two cases can be compared by their bytes.
 */
#include "case/care.h"

#include <string.h>

#include "case/room.h"

struct dumping {
    struct hw_case *c;
    int (*put)(void *state, struct hw_span line, struct hw_error *err);
    void *state;
    struct hw_buf line;
};

static int give_line(struct dumping *d, struct hw_error *err)
{
    hw_buf_char(&d->line, '\n');
    if (!hw_buf_ok(&d->line)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a line");
    }
    int rc = d->put(d->state, hw_buf_span(&d->line), err);
    hw_buf_clear(&d->line);
    return rc;
}

static int dump_facts(struct dumping *d, int64_t reading, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(d->c, reading, HW_ANY_NODE, HW_ALL_KINDS, &k, err);
    if (rc != HW_OK) {
        return rc;
    }
    while ((rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        hw_buf_printf(&d->line, "%llu ", (unsigned long long)row.seq);
        hw_fact_print(&row.fact, &d->line);
        rc = give_line(d, err);
        if (rc != HW_OK) {
            break;
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int dump_head(struct dumping *d, const struct hw_evidence_row *row, struct hw_error *err)
{
    struct hw_buf *b = &d->line;
    hw_buf_str(b, "evidence ");
    hw_buf_hex(b, (struct hw_span){row->sha256, 32});
    hw_buf_str(b, " sha1=");
    hw_buf_hex(b, (struct hw_span){row->sha1, 20});
    hw_buf_str(b, " md5=");
    hw_buf_hex(b, (struct hw_span){row->md5, 16});
    hw_buf_printf(b, " size=%llu class=%s parser=%u degree=%s facts=%llu nodes=%llu",
                  (unsigned long long)row->size, hw_class_word(row->of_class), row->parser,
                  hw_degree_word(row->degree), (unsigned long long)row->facts,
                  (unsigned long long)row->nodes);
    return give_line(d, err);
}

int hw_case_dump(struct hw_case *c,
                 int (*put)(void *state, struct hw_span line, struct hw_error *err), void *state,
                 struct hw_error *err)
{
    struct dumping d = {.c = c, .put = put, .state = state};
    struct hw_evidence_ask all = {0};
    struct hw_evidence_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_case_evidence(c, &all, &k, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_init(&d.line, 8 * (size_t)HW_FRAME_BYTES);
    while ((rc = hw_evidence_next(k, &row, err)) == HW_ROW) {
        rc = dump_head(&d, &row, err);
        rc = rc != HW_OK ? rc : dump_facts(&d, row.reading, err);
        if (rc != HW_OK) {
            break;
        }
    }
    hw_buf_done(&d.line);
    hw_cursor_free(k);
    return rc;
}
