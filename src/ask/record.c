/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/cursor.h"

enum { ALSO_BYTES = 20 };

static uint64_t little(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    while (n-- > 0) {
        v = v << 8 | p[n];
    }
    return v;
}

size_t hw_record_places(const struct hw_edge_place *p, struct hw_record_place out[HW_RECORD_PLACES])
{
    size_t count = 0;
    if (p->source != 0) {
        out[count++] = (struct hw_record_place){p->source, p->number, p->off};
    }
    for (size_t i = 0; i + ALSO_BYTES <= p->also.n && count < HW_RECORD_PLACES; i += ALSO_BYTES) {
        const uint8_t *b = p->also.p + i;
        struct hw_record_place also = {(uint32_t)little(b, 4), little(b + 4, 8), little(b + 12, 8)};
        if (also.source != 0) {
            out[count++] = also;
        }
    }
    return count;
}

struct names { /* of one layout, kept: a layout's own borrow from its fact */
    char *text;
    size_t n;
};
struct seeking {
    struct hw_layouts known;
    struct names *names; /* beside the layouts */
    uint32_t room;
    struct hw_span *spread; /* HW_RECORD_VALUES of room */
    const struct hw_record_place *at;
    hw_record_told *tell;
    void *state;
};

static int take_layout(struct seeking *s, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_span joined = hw_fact_get(f, HW_LAYOUT_NAMES);
    size_t count;
    int rc = hw_layouts_add(&s->known, f, &count, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct names *all = hw_layouts_beside(&s->known, s->names, &s->room, sizeof *all);
    char *text = all == NULL ? NULL : malloc(joined.n + 1);
    s->names = all == NULL ? s->names : all;
    if (text == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for layouts");
    }
    memcpy(text, joined.n == 0 ? (const uint8_t *)"" : joined.p, joined.n);
    s->names[s->known.count - 1] = (struct names){text, joined.n};
    return HW_OK;
}

static int take_record(void *state, const struct hw_record *rec)
{
    struct seeking *s = state;
    if (rec->number != s->at->number || rec->off != s->at->off) {
        return HW_OK;
    }
    const struct names *l = &s->names[rec->layout];
    size_t count = hw_layout_names((struct hw_span){(const uint8_t *)l->text, l->n}, s->spread,
                                   HW_RECORD_VALUES);
    int rc = s->tell(s->state, rec, s->spread, count);
    return rc != HW_OK ? rc : HW_E_STOPPED;
}

int hw_record_at(struct hw_case *c, int64_t reading, uint32_t node,
                 const struct hw_record_place *at, hw_record_told *tell, void *state,
                 struct hw_error *err)
{
    struct seeking s = {.at = at, .tell = tell, .state = state};
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_layouts_init(&s.known, err);
    s.spread = rc != HW_OK ? NULL : calloc(HW_RECORD_VALUES, sizeof *s.spread);
    rc = rc != HW_OK ? rc
         : s.spread == NULL
             ? hw_fail(err, HW_E_MEMORY, "no memory for a record")
             : hw_case_facts(c, reading, node, HW_FACT_LAYOUT, HW_FACT_EVENTS, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = row.fact.kind == HW_FACT_LAYOUT
                 ? take_layout(&s, &row.fact, err)
                 : hw_layouts_each(&s.known, &row.fact, take_record, &s, err);
    }
    hw_cursor_free(k);
    for (uint32_t i = 0; i < s.known.count && i < s.room; i++) {
        free(s.names[i].text);
    }
    free(s.names);
    free(s.spread);
    hw_layouts_done(&s.known);
    return rc == HW_E_STOPPED ? HW_OK : rc;
}
