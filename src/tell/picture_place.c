/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_place.c -- cells into rows, rows into lanes, lanes into bands.
 *
 * A cell stands in the first row of its lane that is free where its time is. Rows are as high as
 * their highest cell, and the page as high as it needs to be.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/picture.h"
#include "tell/report.h"

enum {
    CELL_TEXT = 168, /* widest text in a cell */
    NOTES = 4,       /* in a cell; the others are one more */
    NUMBERS = 4,     /* in a note */
    INSIDE = 5,      /* between a cell's edge and what is in it */
    SYMBOL = 15,     /* before its name */
    APART = 16,      /* cells of a row */
    ROWS_APART = 11,
    LANE_PAD = 8,
    LANE_LEAST = 42,
    HEAD = 28, /* of a band */
    ACROSS_ROW = 24,
    ACROSS_MAX = 760,
    ACROSS_SAID = 6, /* in one band */
    SENTENCE_PAD = 10,
    BANDS_APART = 14,
    EDGE = 16,
};

/* ---- cells: their texts, at places counted from their corner ---- */

struct cell {
    struct hw_picture *p;
    int node, y, w;
};

static void line(struct cell *c, enum hw_label_kind kind, int indent, int arrow,
                 struct hw_span text)
{
    int w = hw_picture_label(c->p, kind, c->node, INSIDE + indent, c->y, CELL_TEXT, text);
    c->w = w + indent > c->w ? w + indent : c->w;
    c->y += hw_label_height(kind);
    if (c->p->label_count > 0) {
        c->p->labels[c->p->label_count - 1].arrow = arrow;
    }
}

static void marks(struct cell *c, const struct hw_picture_node *n)
{
    if (n->poisoned) {
        line(c, HW_LABEL_MARK, 0, -1, HW_SPAN_LIT("POISONED RELEASE"));
        line(c, HW_LABEL_MARK, 0, -1, n->shipped->release);
    }
    if (n->root) {
        line(c, HW_LABEL_MARK, 0, -1,
             n->principal && n->hollow ? HW_SPAN_LIT("MAIN ROOT, not observed")
             : n->principal            ? HW_SPAN_LIT("MAIN ROOT")
             : n->hollow               ? HW_SPAN_LIT("root, not observed")
                                       : HW_SPAN_LIT("root"));
    }
    if (n->target) {
        line(c, HW_LABEL_MARK, 0, -1, HW_SPAN_LIT("TARGET"));
    }
}

/* What ends at each node, in the order of the arrows: heads of lists, then the next of each. */
struct ends {
    int *first, *next;
};

static const char *verb(const struct hw_picture *p, int arrow)
{
    const char *v = p->arrows[arrow].step->verb;
    return strcmp(v, "is") == 0 ? "the same bytes" : v;
}

/* "16, 19, 20 wrote": the arrows of one verb, from the first that has it; takes them out. */
static struct hw_span note(struct hw_picture *p, int first, const struct ends *e, bool *said)
{
    struct hw_buf b;
    unsigned numbers = 0, steps = 0;
    bool folded = false;
    hw_buf_init(&b, 1 << 12);
    for (int i = first + 1; i > 0; i = e->next[i - 1]) {
        const struct hw_picture_arrow *x = &p->arrows[i - 1];
        if (said[i - 1] || strcmp(verb(p, i - 1), verb(p, first)) != 0) {
            continue;
        }
        said[i - 1] = true;
        steps += x->count;
        folded = folded || x->count > 2;
        numbers += x->count > 2 ? 3 : x->count;
        if (numbers > NUMBERS && b.n > 0) {
            continue;
        }
        hw_buf_printf(&b, "%s%u", b.n > 0 ? ", " : "", x->step->n);
        if (x->count > 1) {
            hw_buf_printf(&b, "%s%u", x->count == 2 ? ", " : "\xe2\x80\x93", x->last);
        }
    }
    hw_buf_printf(&b, "%s %.60s", numbers > NUMBERS ? " \xe2\x80\xa6" : "", verb(p, first));
    if (folded || numbers > NUMBERS) {
        hw_buf_printf(&b, " \xc3\x97 %u", steps);
    }
    return hw_picture_say(p, &b);
}

static void cell(struct hw_picture *p, int at, const struct ends *ends, bool *said)
{
    struct hw_picture_node *n = &p->nodes[at];
    struct cell c = {.p = p, .node = at, .y = INSIDE - 1};
    int notes = 0, left = 0;
    marks(&c, n);
    for (int i = ends->first[at]; i > 0; i = ends->next[i - 1]) {
        if (said[i - 1]) {
            continue;
        }
        if (notes == NOTES) {
            left++;
            continue;
        }
        line(&c, HW_LABEL_NOTE, 0, i - 1, note(p, i - 1, ends, said));
        notes++;
    }
    if (left > 0) {
        struct hw_buf b;
        hw_buf_init(&b, 256);
        hw_buf_printf(&b, "and %d more", left);
        line(&c, HW_LABEL_NOTE, 0, -1, hw_picture_say(p, &b));
    }
    line(&c, HW_LABEL_NAME, SYMBOL, -1, hw_picture_name(p, n));
    n->box.w = c.w + 2 * INSIDE;
    n->box.h = c.y + INSIDE - 1;
}

static void cells(struct hw_picture *p)
{
    struct ends e = {
        hw_arena_array(p->arena, p->node_count + 1, sizeof(int)),
        hw_arena_array(p->arena, p->arrow_count + 1, sizeof(int)),
    };
    bool *said = hw_arena_array(p->arena, p->arrow_count + 1, sizeof *said);
    if (e.first == NULL || e.next == NULL || said == NULL) {
        p->failed = true;
        return;
    }
    for (size_t i = p->arrow_count; i-- > 0;) {
        int to = p->arrows[i].to;
        e.next[i] = e.first[to];
        e.first[to] = (int)i + 1;
    }
    for (size_t i = 0; i < p->node_count && !p->failed; i++) {
        cell(p, (int)i, &e, said);
    }
}

/* ---- rows ---- */

struct rows {
    int *right, *high, *y;
    int count;
};

/* The cells of one lane; returns how high they are together. */
static int pack(struct hw_picture *p, int lane, struct rows *r)
{
    int y = LANE_PAD;
    r->count = 0;
    for (size_t i = 0; i < p->node_count; i++) {
        struct hw_picture_node *n = &p->nodes[i];
        if (n->lane != lane) {
            continue;
        }
        int k = 0;
        while (k < r->count && r->right[k] + APART > n->box.x) {
            k++;
        }
        if (k == r->count) {
            r->high[r->count++] = 0;
        }
        n->row = k;
        r->right[k] = n->box.x + n->box.w;
        r->high[k] = n->box.h > r->high[k] ? n->box.h : r->high[k];
    }
    for (int k = 0; k < r->count; k++) {
        r->y[k] = y;
        y += r->high[k] + (k + 1 < r->count ? ROWS_APART : 0);
    }
    y += LANE_PAD;
    for (size_t i = 0; i < p->node_count; i++) {
        struct hw_picture_node *n = &p->nodes[i];
        if (n->lane == lane) {
            n->box.y = r->y[n->row] + (r->high[n->row] - n->box.h) / 2;
        }
    }
    return r->count == 0 ? 0 : y < LANE_LEAST ? LANE_LEAST : y;
}

/* ---- bands ---- */

/* Where things come from stands above where they go. */
static int rank(const struct hw_picture *p, const struct hw_picture_band *b)
{
    int at = 0, to = -1, from = -1;
    for (const struct hw_crossing *c = p->a->crossings; c != NULL; c = c->next, at++) {
        to = to < 0 && hw_span_equal(hw_report_org(c->to_org), b->org) ? at : to;
        from = from < 0 && hw_span_equal(hw_report_org(c->from_org), b->org) ? at : from;
    }
    return b->org.n == 0 ? 0 : to >= 0 ? to + 3 : from >= 0 ? 1 : 2;
}

static void order(struct hw_picture *p, int out[HW_PICTURE_BANDS])
{
    for (size_t i = 0; i < p->band_count; i++) { /* few: by insertion */
        size_t k = i;
        for (; k > 0 && rank(p, &p->bands[out[k - 1]]) > rank(p, &p->bands[i]); k--) {
            out[k] = out[k - 1];
        }
        out[k] = (int)i;
    }
}

static struct hw_span band_name(struct hw_picture *p, const struct hw_picture_band *b)
{
    struct hw_buf s;
    if (b->rest) {
        return HW_SPAN_LIT("Other organisations");
    }
    if (b->org.n == 0) {
        return HW_SPAN_LIT("Of no known organisation");
    }
    hw_buf_init(&s, 1 << 20);
    hw_buf_span_put(&s, b->org);
    return hw_picture_say(p, &s);
}

static struct hw_span or_unknown(struct hw_span org)
{
    org = hw_report_org(org);
    return org.n > 0 ? org : HW_SPAN_LIT("somebody unknown");
}

static struct hw_span passes(struct hw_picture *p, const struct hw_crossing *c)
{
    struct hw_buf s;
    hw_buf_init(&s, 1 << 20);
    hw_buf_str(&s, "passes from ");
    hw_buf_span_put(&s, hw_picture_cut(p, or_unknown(c->from_org), 170, 12, true));
    if (c->release.n > 0) {
        hw_buf_str(&s, "\xe2\x80\x99s ");
        hw_buf_span_put(&s, hw_picture_cut(p, c->release, 340, 12, true));
    }
    hw_buf_str(&s, " into ");
    hw_buf_span_put(&s, hw_picture_cut(p, or_unknown(c->to_org), 130, 12, true));
    return hw_picture_say(p, &s);
}

/* The first arrow that goes over this crossing; marks all that do. */
static int over(struct hw_picture *p, const struct hw_crossing *c)
{
    int first = -1;
    for (size_t i = 0; i < p->arrow_count; i++) {
        struct hw_picture_arrow *x = &p->arrows[i];
        const struct hw_picture_node *from = &p->nodes[x->from], *to = &p->nodes[x->to];
        const struct hw_picture_band *in = &p->bands[p->lanes[to->lane].band];
        if (x->across == NULL && p->lanes[from->lane].band != p->lanes[to->lane].band &&
            (strcmp(from->end->id, c->over.id) == 0 || strcmp(to->end->id, c->over.id) == 0) &&
            hw_span_equal(in->org, hw_report_org(c->to_org))) {
            x->across = c;
            x->lead = first < 0;
            first = first < 0 ? (int)i : first;
        }
    }
    return first;
}

/* The sentences in the head of a band, in rows right of its name. */
static void sentences(struct hw_picture *p, int in, int y, int name_until)
{
    int right[ACROSS_SAID + 1] = {name_until}, rows = 1, said = 0;
    for (const struct hw_crossing *c = p->a->crossings; c != NULL; c = c->next) {
        if (p->bands[in].rest || !hw_span_equal(hw_report_org(c->to_org), p->bands[in].org)) {
            continue;
        }
        int arrow = over(p, c), k = 0;
        if (said == ACROSS_SAID) {
            p->across_unsaid++;
            continue;
        }
        struct hw_span text = passes(p, c);
        int x = arrow < 0 ? p->left_edge : p->nodes[p->arrows[arrow].to].box.x;
        int w = hw_picture_width(text, hw_label_size(HW_LABEL_ACROSS), true);
        w = w > ACROSS_MAX ? ACROSS_MAX : w;
        x = x + w + SENTENCE_PAD > p->right_edge ? p->right_edge - w - SENTENCE_PAD : x;
        while (k < rows && right[k] + 2 * APART > x) {
            k++;
        }
        rows += k == rows;
        right[k] = x + w;
        (void)hw_picture_label(p, HW_LABEL_ACROSS, -1, x, y + 5 + k * ACROSS_ROW, ACROSS_MAX, text);
        if (p->label_count > 0) {
            p->labels[p->label_count - 1].arrow = arrow;
        }
        said++;
    }
    p->bands[in].across_rows = rows - 1;
}

static void lane_words(struct hw_picture *p, const struct hw_picture_lane *l)
{
    struct hw_buf s;
    int y = l->box.y + LANE_PAD;
    hw_buf_init(&s, 1 << 20);
    if (l->hosts > 1) {
        hw_buf_printf(&s, "%u more machines", l->hosts);
    } else if (l->host.n > 0) {
        hw_buf_span_put(&s, l->host);
    } else {
        hw_buf_str(&s, "not on one machine");
    }
    (void)hw_picture_label(p, HW_LABEL_LANE, -1, EDGE + 12, y, p->left_edge - EDGE - 24,
                           hw_picture_say(p, &s));
    if (l->gap_count > 0) {
        hw_buf_init(&s, 256);
        hw_buf_str(&s, l->gap_count == 1 ? "gap" : "gaps");
        for (unsigned i = 0; i < l->gap_count; i++) {
            hw_buf_printf(&s, "%s %u", i > 0 ? "," : "", l->gaps[i]);
        }
        (void)hw_picture_label(p, HW_LABEL_BREAK, -1, EDGE + 12, y + 16, p->left_edge - EDGE - 24,
                               hw_picture_say(p, &s));
    }
}

/* Lanes by the first step of a way that touches them; those that only tell more come last. */
static void order_lanes(struct hw_picture *p, int *out)
{
    for (size_t i = 0; i < p->lane_count; i++) { /* few: by insertion */
        size_t k = i;
        for (; k > 0 && p->lanes[out[k - 1]].first > p->lanes[i].first; k--) {
            out[k] = out[k - 1];
        }
        out[k] = (int)i;
    }
}

static int bands(struct hw_picture *p, struct rows *r, const int *lanes)
{
    int out[HW_PICTURE_BANDS] = {0}, y = p->top;
    order(p, out);
    size_t placed = 0;
    for (size_t k = 0; k < p->band_count; k++) {
        struct hw_picture_band *b = &p->bands[out[k]];
        size_t before = placed;
        int name = hw_picture_label(p, HW_LABEL_BAND, -1, EDGE + 12, y + 6,
                                    b->org.n == 0 || b->rest ? 300 : 420, band_name(p, b));
        sentences(p, out[k], y, EDGE + 12 + name);
        b->box = (struct hw_box){EDGE, y, HW_PICTURE_WIDTH - 2 * EDGE, 0};
        int at = y + HEAD + b->across_rows * ACROSS_ROW;
        for (size_t i = 0; i < p->lane_count; i++) {
            struct hw_picture_lane *l = &p->lanes[lanes[i]];
            int h = l->band == out[k] ? pack(p, lanes[i], r) : 0;
            if (h == 0) {
                continue;
            }
            l->box = (struct hw_box){EDGE, at, HW_PICTURE_WIDTH - 2 * EDGE, h};
            at += h;
            p->lane_order[placed++] = lanes[i];
            lane_words(p, l);
        }
        if (placed == before) { /* nothing of it is drawn */
            at = y + HEAD + b->across_rows * ACROSS_ROW;
        }
        b->box.h = at + 4 - y;
        y = at + 4 + BANDS_APART;
    }
    return y;
}

/* Rows and labels were counted from the corner of their lane or cell. */
static void settle(struct hw_picture *p)
{
    for (size_t i = 0; i < p->node_count; i++) {
        p->nodes[i].box.y += p->lanes[p->nodes[i].lane].box.y;
    }
    for (size_t i = 0; i < p->label_count; i++) {
        struct hw_picture_label *l = &p->labels[i];
        if (l->node >= 0) {
            l->box.x += p->nodes[l->node].box.x;
            l->box.y += p->nodes[l->node].box.y;
        }
    }
}

void hw_picture_place(struct hw_picture *p)
{
    struct rows r = {hw_arena_array(p->arena, p->node_count + 1, sizeof(int)),
                     hw_arena_array(p->arena, p->node_count + 1, sizeof(int)),
                     hw_arena_array(p->arena, p->node_count + 1, sizeof(int)), 0};
    int *lanes = hw_arena_array(p->arena, p->lane_count + 1, sizeof *lanes);
    p->lane_order = hw_arena_array(p->arena, p->lane_count + 1, sizeof(int));
    if (r.right == NULL || r.high == NULL || r.y == NULL || lanes == NULL ||
        p->lane_order == NULL) {
        p->failed = true;
        return;
    }
    cells(p);
    order_lanes(p, lanes);
    p->height = bands(p, &r, lanes);
    settle(p);
}
