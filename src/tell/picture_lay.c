/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_lay.c -- a layout from its parts: arrows, title, axis, legend and gaps are here.
 *
 * An arrow goes to the right where there is room, else down or up: a curve that leaves its cell at
 * a right angle and comes in at one, drawn behind all cells.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/picture.h"
#include "tell/report.h"
#include "tell/tell.h"

enum { EDGE = 16, ROOTS_SAID = 5, FOOT_LINE = 18, FOOT_MAX = 1130 };

/* ---- arrows ---- */

static int between(int v, int lo, int hi)
{
    return hi < lo ? lo : v < lo ? lo : v > hi ? hi : v;
}

static void sideways(struct hw_picture_arrow *x, const struct hw_box *a, const struct hw_box *b,
                     bool right)
{
    x->x1 = right ? a->x + a->w : a->x;
    x->y1 = a->y + a->h / 2;
    x->x2 = right ? b->x : b->x + b->w;
    x->y2 = b->y + b->h / 2;
    int reach = (right ? x->x2 - x->x1 : x->x1 - x->x2) / 2;
    reach = between(reach, 8, 90);
    x->cx1 = x->x1 + (right ? reach : -reach);
    x->cx2 = x->x2 + (right ? -reach : reach);
    x->cy1 = x->y1;
    x->cy2 = x->y2;
    x->heads = right ? HW_TO_RIGHT : HW_TO_LEFT;
}

static void upright(struct hw_picture_arrow *x, const struct hw_box *a, const struct hw_box *b,
                    bool down)
{
    x->y1 = down ? a->y + a->h : a->y;
    x->y2 = down ? b->y : b->y + b->h;
    x->x1 = between(b->x + 12, a->x + 12, a->x + a->w - 12);
    x->x2 = between(x->x1, b->x + 12, b->x + b->w - 12);
    int reach = between((down ? x->y2 - x->y1 : x->y1 - x->y2) / 2, 6, 60);
    x->cx1 = x->x1;
    x->cx2 = x->x2;
    x->cy1 = x->y1 + (down ? reach : -reach);
    x->cy2 = x->y2 + (down ? -reach : reach);
    x->heads = down ? HW_TO_DOWN : HW_TO_UP;
}

void hw_picture_route(struct hw_picture *p)
{
    for (size_t i = 0; i < p->arrow_count; i++) {
        struct hw_picture_arrow *x = &p->arrows[i];
        const struct hw_box *a = &p->nodes[x->from].box, *b = &p->nodes[x->to].box;
        if (x->from == x->to) { /* a loop at its right side */
            x->x1 = x->x2 = a->x + a->w;
            x->y1 = a->y + 5;
            x->y2 = a->y + a->h - 6;
            x->cx1 = x->cx2 = x->x1 + 14;
            x->cy1 = x->y1;
            x->cy2 = x->y2;
            x->heads = HW_TO_LEFT;
        } else if (b->x >= a->x + a->w + 10) {
            sideways(x, a, b, true);
        } else if (b->y >= a->y + a->h) {
            upright(x, a, b, true);
        } else if (b->y + b->h <= a->y) {
            upright(x, a, b, false);
        } else {
            sideways(x, a, b, false);
        }
    }
}

/* ---- gaps ---- */

static bool holds_name(struct hw_span text, struct hw_span name)
{
    for (size_t i = 0; name.n > 0 && i + name.n <= text.n && i < 4096; i++) {
        bool starts = i == 0 || text.p[i - 1] == ' ';
        uint8_t after = i + name.n < text.n ? text.p[i + name.n] : ' ';
        if (starts && !hw_ascii_is_alpha(after) && !hw_ascii_is_digit(after) && after != '-' &&
            hw_span_equal_nocase(hw_span_cut(text, i, name.n), name)) {
            return true;
        }
    }
    return false;
}

void hw_picture_gaps(struct hw_picture *p)
{
    p->gaps = hw_arena_array(p->arena, HW_PICTURE_GAPS, sizeof *p->gaps);
    for (const struct hw_unseen *m = p->a->missing; m != NULL && p->gaps != NULL; m = m->next) {
        if (p->gap_count == HW_PICTURE_GAPS) {
            p->gaps_unsaid++;
            continue;
        }
        struct hw_picture_gap *g = &p->gaps[p->gap_count++];
        g->of = m;
        g->lane = -1;
        for (size_t i = 0; i < p->lane_count; i++) {
            struct hw_picture_lane *l = &p->lanes[i];
            if (g->lane < 0 && l->hosts == 1 && holds_name(m->what, l->host)) {
                g->lane = (int)i;
                l->gaps[l->gap_count++] = (unsigned)p->gap_count;
            }
        }
    }
    p->failed = p->failed || p->gaps == NULL;
}

void hw_picture_windows(struct hw_picture *p)
{
    for (size_t i = 0; i < p->gap_count; i++) {
        struct hw_picture_gap *g = &p->gaps[i];
        bool from = g->of->from > HW_TIME_MIN && g->of->from < HW_TIME_MAX;
        bool to = g->of->to > HW_TIME_MIN && g->of->to < HW_TIME_MAX;
        int x = from ? hw_picture_x(p, g->of->from) : p->left_edge;
        int until = to ? hw_picture_x(p, g->of->to) : p->right_edge;
        if (!from && !to) {
            continue;
        }
        until = until < x + 4 ? x + 4 : until;
        g->box = g->lane < 0 || p->lanes[g->lane].box.h == 0
                     ? (struct hw_box){x, p->top - 8, until - x, 6}
                     : (struct hw_box){x, p->lanes[g->lane].box.y + 1, until - x,
                                       p->lanes[g->lane].box.h - 2};
    }
}

/* ---- title and axis ---- */

static void counts(struct hw_buf *b, const struct hw_trace_answer *a)
{
    hw_text_many(b, a->step_count, "step", "steps");
    hw_buf_str(b, " over ");
    hw_text_many(b, a->host_count, "machine", "machines");
    hw_buf_str(b, " in ");
    hw_text_many(b, a->org_count, "organisation", "organisations");
    hw_buf_printf(b, ": %u recorded, %u joined by a key, %u by time and place only, %u claimed. ",
                  a->by_known[0], a->by_known[1], a->by_known[2], a->by_known[3]);
}

static void title(struct hw_picture *p)
{
    const struct hw_trace_answer *a = p->a;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_buf_str(&b, a->target.kind == NULL ? "No chain was asked for: name a target"
                   : a->step_count == 0   ? "No chain is known of "
                                          : "The chain to ");
    if (a->target.kind != NULL) {
        hw_report_end(&b, &a->target);
    }
    (void)hw_picture_label(p, HW_LABEL_TITLE, -1, EDGE + 4, 14, FOOT_MAX, hw_picture_say(p, &b));
    hw_buf_init(&b, 1 << 12);
    if (a->step_count > 0) {
        counts(&b, a);
    }
    hw_buf_str(&b, "As of ");
    hw_text_time(&b, a->as_of, 0);
    hw_buf_char(&b, '.');
    (void)hw_picture_label(p, HW_LABEL_FOOT, -1, EDGE + 4, 42, FOOT_MAX, hw_picture_say(p, &b));
}

static struct hw_span quiet(struct hw_picture *p, const struct hw_picture_break *k)
{
    struct hw_buf b;
    uint64_t days = (uint64_t)(hw_time_since(k->to, k->from) / (86400 * HW_NS_PER_SECOND));
    hw_buf_init(&b, 256);
    if (days >= 730) {
        hw_buf_printf(&b, "%llu years", (unsigned long long)(days / 365));
    } else if (days >= 61) {
        hw_buf_printf(&b, "%llu months", (unsigned long long)(days / 30));
    } else {
        hw_buf_printf(&b, "%llu days", (unsigned long long)days);
    }
    return hw_picture_say(p, &b);
}

static void ticks(struct hw_picture *p)
{
    int until = 0;
    int64_t said = HW_TIME_NONE, day = 86400 * HW_NS_PER_SECOND, first = HW_TIME_NONE, last = 0;
    for (size_t i = 0; i < p->node_count; i++) {
        first = first == HW_TIME_NONE ? p->nodes[i].at : first;
        last = p->nodes[i].at == HW_TIME_NONE ? last : p->nodes[i].at;
    }
    bool hours = first != HW_TIME_NONE && hw_time_since(last, first) < 2 * day;
    int64_t unit = hours ? 60 * HW_NS_PER_SECOND : day;
    for (size_t i = 0; i < p->node_count; i++) {
        const struct hw_picture_node *n = &p->nodes[i];
        struct hw_civil c;
        struct hw_buf b;
        if (n->at == HW_TIME_NONE || n->box.x < until ||
            (said != HW_TIME_NONE && n->at / unit == said / unit)) {
            continue;
        }
        hw_time_to_civil(n->at, &c);
        hw_buf_init(&b, 256);
        if (!hours || said == HW_TIME_NONE || n->at / day != said / day) {
            hw_buf_printf(&b, "%04d-%02u-%02u", c.year, c.month, c.day);
        }
        if (hours) {
            hw_buf_printf(&b, "%s%02u:%02u", b.n > 0 ? " " : "", c.hour, c.minute);
        }
        until = n->box.x + 12 +
                hw_picture_label(p, HW_LABEL_TICK, -1, n->box.x, p->top - 44, 200,
                                 hw_picture_say(p, &b));
        said = n->at;
    }
}

void hw_picture_heads(struct hw_picture *p)
{
    int until = 0;
    title(p);
    ticks(p);
    (void)hw_picture_label(p, HW_LABEL_TICK, -1, EDGE + 12, p->top - 44, 150,
                           HW_SPAN_LIT("Time (UTC)"));
    if (p->unknown_until > p->left_edge) {
        until = p->left_edge + 8 +
                hw_picture_label(p, HW_LABEL_BREAK, -1, p->left_edge, p->top - 26,
                                 p->unknown_until - p->left_edge, HW_SPAN_LIT("undated"));
    }
    for (size_t i = 0; i < p->break_count; i++) {
        struct hw_span text = quiet(p, &p->breaks[i]);
        int w = hw_picture_width(text, hw_label_size(HW_LABEL_BREAK), false);
        int x = p->breaks[i].x - w / 2;
        if (x >= until) {
            until = x + 8 + hw_picture_label(p, HW_LABEL_BREAK, -1, x, p->top - 26, 200, text);
        }
    }
}

/* ---- what stands below ---- */

static void foot_line(struct hw_picture *p, struct hw_buf *b)
{
    (void)hw_picture_label(p, HW_LABEL_FOOT, -1, EDGE + 12, p->height, FOOT_MAX,
                           hw_picture_say(p, b));
    p->height += FOOT_LINE;
}

static void legend(struct hw_picture *p)
{
    static const char *const words[] = {"recorded",
                                        "joined by a key",
                                        "by time and place only",
                                        "claimed",
                                        "not on the main way",
                                        "from one organisation into another",
                                        "not observed itself",
                                        "root",
                                        "poisoned release",
                                        "records are missing"};
    int x = EDGE + 12;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int w = hw_picture_width(hw_span_str(words[i]), hw_label_size(HW_LABEL_FOOT), false);
        if (x + 40 + w > p->right_edge) {
            x = EDGE + 12;
            p->height += 22;
        }
        (void)hw_picture_label(p, HW_LABEL_FOOT, -1, x + 40, p->height, 400, hw_span_str(words[i]));
        if (p->label_count > 0) {
            p->labels[p->label_count - 1].symbol = (int)i + 1;
        }
        x += 40 + w + 24;
    }
    p->height += 30;
}

static void roots(struct hw_picture *p)
{
    unsigned said = 0;
    for (const struct hw_root *r = p->a->roots; r != NULL; r = r->next) {
        struct hw_buf b;
        if (said++ >= ROOTS_SAID) {
            p->roots_unsaid++;
            continue;
        }
        hw_buf_init(&b, 1 << 20);
        hw_buf_str(&b, r->principal ? "Ends at " : "Also ends at ");
        hw_report_end(&b, &r->at);
        struct hw_span at = hw_picture_cut(p, hw_buf_span(&b), 480, 12, false);
        hw_buf_clear(&b);
        hw_buf_span_put(&b, at);
        hw_buf_str(&b, ": ");
        hw_buf_span_put(&b, r->says);
        foot_line(p, &b);
    }
}

static void number(struct hw_picture *p, uint64_t n, const char *one, const char *many)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 12);
    if (n > 0) {
        hw_text_many(&b, n, one, many);
        foot_line(p, &b);
    }
    hw_buf_done(&b);
}

void hw_picture_foot(struct hw_picture *p)
{
    p->height += 6;
    legend(p);
    roots(p);
    number(p, p->roots_unsaid, "other root is not listed.", "other roots are not listed.");
    for (size_t i = 0; i < p->gap_count; i++) {
        struct hw_buf b;
        hw_buf_init(&b, 1 << 20);
        hw_buf_printf(&b, "Gap %zu: ", i + 1);
        hw_buf_span_put(&b, hw_picture_cut(p, p->gaps[i].of->what, 620, 12, false));
        hw_buf_str(&b, ". Ask for ");
        hw_buf_span_put(&b, p->gaps[i].of->ask_for);
        foot_line(p, &b);
    }
    number(p, p->gaps_unsaid, "more gap is not listed.", "more gaps are not listed.");
    number(p, p->across_unsaid, "more crossing is not spelt out.",
           "more crossings are not spelt out.");
    number(p, p->left, "step is not drawn: the list of steps has it.",
           "steps are not drawn: the list of steps has them.");
    if (p->level > 0) {
        struct hw_buf b;
        hw_buf_init(&b, 256);
        hw_buf_str(&b, p->level == 1 ? "Things of one name on one machine are drawn as one."
                                     : "Things of one kind on one machine are drawn as one.");
        foot_line(p, &b);
    }
    p->height += EDGE;
}

/* ---- all of it ---- */

int hw_picture_lay(const struct hw_trace_answer *a, struct hw_picture **out, struct hw_error *err)
{
    struct hw_arena *arena = hw_arena_new((size_t)64 << 20);
    struct hw_picture *p = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *p);
    if (p == NULL) {
        hw_arena_free(arena);
        return hw_fail(err, HW_E_MEMORY, "no memory for a picture");
    }
    p->arena = arena;
    p->a = a;
    p->left_edge = 190;
    p->right_edge = HW_PICTURE_WIDTH - 24;
    p->top = 118;
    static void (*const parts[])(struct hw_picture *) = {
        hw_picture_fold,    hw_picture_axis,  hw_picture_gaps,  hw_picture_place,
        hw_picture_windows, hw_picture_route, hw_picture_heads, hw_picture_foot};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !p->failed; i++) {
        parts[i](p);
    }
    if (p->failed) {
        hw_arena_free(arena);
        return hw_fail(err, HW_E_MEMORY, "no memory for a picture");
    }
    *out = p;
    return HW_OK;
}

void hw_picture_free(struct hw_picture *p)
{
    if (p != NULL) {
        hw_arena_free(p->arena);
    }
}
