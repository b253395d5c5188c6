/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_svg.c -- a layout as SVG 1.1: no script, no style attribute, nothing fetched.
 *
 * Each arrow and cell says what it is of, for a page that opens, searches and zooms: data-step has
 * the ids of all steps behind an arrow, data-node of all things behind a cell, data-known a class.
 */
#include "tell/picture_svg.h"

#include <string.h>

#include "base/text.h"
#include "tell/report.h"
#include "tell/tell.h"

enum { WHOLE = 5000 }; /* bytes of one name that are said in full */

void hw_svg_safe(struct svg *s, struct hw_span text)
{
    hw_escape_put(&s->b, text, HW_ESCAPE_XML);
}

void hw_svg_words(struct svg *s)
{
    hw_svg_safe(s, hw_buf_span(&s->words));
    hw_buf_clear(&s->words);
}

static void rect(struct svg *s, const char *class, const struct hw_box *x, const char *more)
{
    hw_buf_printf(&s->b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" %s/>",
                  class, x->x, x->y, x->w, x->h, more);
}

static void text(struct svg *s, const struct hw_picture_label *l, const char *class,
                 const char *fill)
{
    bool middle = l->kind == HW_LABEL_ACROSS;
    hw_buf_printf(&s->b, "<text class=\"%s\" x=\"%d\" y=\"%d\" font-size=\"%d\"%s%s fill=\"%s\">",
                  class, l->box.x + (middle ? l->box.w / 2 : 0), l->box.y + l->box.h - l->box.h / 4,
                  l->size, hw_label_bold(l->kind) ? " font-weight=\"700\"" : "",
                  middle ? " text-anchor=\"middle\"" : "", fill);
    hw_svg_safe(s, l->text);
    hw_buf_str(&s->b, "</text>");
}

/* ---- bands ---- */

static void label_of(struct svg *s, struct hw_span name, const char *otherwise)
{
    hw_buf_str(&s->b, " role=\"group\" aria-label=\"");
    hw_svg_safe(s, name.n == 0 ? hw_span_str(otherwise) : hw_span_cut(name, 0, WHOLE));
    hw_buf_str(&s->b, "\">");
}

static void bands(struct svg *s)
{
    const struct hw_picture *p = s->p;
    size_t k = 0;
    while (k < p->lane_count && p->lanes[p->lane_order[k]].box.h > 0) {
        int in = p->lanes[p->lane_order[k]].band;
        hw_buf_str(&s->b, "<g");
        label_of(s, p->bands[in].org, "of no known organisation");
        rect(s, "hw-band", &p->bands[in].box, "rx=\"8\" fill=\"#f5f7fa\" stroke=\"#cdd5df\"");
        for (; k < p->lane_count && p->lanes[p->lane_order[k]].band == in &&
               p->lanes[p->lane_order[k]].box.h > 0;
             k++) {
            const struct hw_picture_lane *l = &p->lanes[p->lane_order[k]];
            hw_buf_str(&s->b, "<g");
            label_of(s, l->host, "not on one machine");
            hw_buf_printf(&s->b, "<path class=\"hw-lane\" stroke=\"#dde3ea\" d=\"M%d %dH%d\"/></g>",
                          l->box.x + 8, l->box.y, l->box.x + l->box.w - 8);
        }
        hw_buf_str(&s->b, "</g>\n");
    }
}

static void axis(struct svg *s)
{
    const struct hw_picture *p = s->p;
    int y = p->top - 8;
    hw_buf_printf(&s->b,
                  "<path class=\"hw-axis\" fill=\"none\" stroke=\"#8d99a8\" d=\"M%d %dH%d\"/>",
                  p->left_edge, y - 3, p->right_edge);
    for (size_t i = 0; i < p->break_count; i++) { /* two strokes through the axis */
        hw_buf_printf(&s->b,
                      "<path class=\"hw-axis\" fill=\"none\" stroke=\"#5b6b80\" "
                      "stroke-width=\"1.6\" d=\"M%d %dl5-10M%d %dl5-10\"/>",
                      p->breaks[i].x - 5, y + 2, p->breaks[i].x, y + 2);
    }
    for (size_t i = 0; i < p->label_count; i++) {
        const struct hw_box *x = &p->labels[i].box;
        if (p->labels[i].kind == HW_LABEL_TICK && x->x >= p->left_edge) {
            hw_buf_printf(&s->b, "<path class=\"hw-axis\" stroke=\"#8d99a8\" d=\"M%d %dv6\"/>",
                          x->x, y - 6);
        }
    }
    hw_buf_char(&s->b, '\n');
}

static void gaps(struct svg *s)
{
    for (size_t i = 0; i < s->p->gap_count; i++) {
        const struct hw_picture_gap *g = &s->p->gaps[i];
        if (g->box.w == 0) {
            continue;
        }
        hw_buf_printf(&s->b, "<g data-gap=\"%zu\"><title>Gap %zu: ", i + 1, i + 1);
        hw_svg_safe(s, hw_span_cut(g->of->what, 0, WHOLE));
        hw_buf_str(&s->b, "</title>");
        rect(s, "hw-gap", &g->box, "fill=\"url(#hw-hatch)\"");
        hw_buf_str(&s->b, "</g>\n");
    }
}

/* ---- arrows ---- */

static void end(struct svg *s, const struct hw_picture_node *n)
{
    hw_report_end(&s->words, n->end);
    if (n->count > 1) {
        hw_buf_printf(&s->words, " and %u more", n->count - 1);
    }
}

void hw_svg_arrow_says(struct svg *s, const struct hw_picture_arrow *x)
{
    hw_buf_printf(&s->words, x->count > 1 ? "Steps %u to %u: " : "Step %u: ", x->step->n, x->last);
    end(s, &s->p->nodes[x->from]);
    hw_buf_printf(&s->words, " %s ", x->step->verb);
    end(s, &s->p->nodes[x->to]);
    hw_buf_printf(&s->words, " (%s", x->step->known);
    if (x->count > 1) {
        hw_buf_printf(&s->words, ", %u times", x->count);
    }
    hw_buf_str(&s->words, ")");
}

static void head(struct svg *s, const struct hw_picture_arrow *x)
{
    static const char *const shapes[] = {"l-8-4v8z", "l8-4v8z", "l-4-8h8z", "l-4 8h8z"};
    hw_buf_printf(&s->b, "<path class=\"hw-head\" fill=\"%s\" d=\"M%d %d%s\"/>",
                  x->across != NULL ? "#c62a20"
                  : x->side         ? "#aab4c2"
                                    : "#33475e",
                  x->x2, x->y2, shapes[x->heads]);
}

static void steps_of(struct svg *s, int arrow)
{
    const struct hw_picture *p = s->p;
    bool first = true;
    hw_buf_str(&s->b, "data-step=\"");
    for (size_t i = 0; i < p->step_count; i++) {
        if (p->as_arrow[i] == arrow) {
            hw_buf_printf(&s->b, "%s%s", first ? "" : " ", p->steps[i]->id);
            first = false;
        }
    }
    hw_buf_char(&s->b, '"');
}

static void arrows(struct svg *s, bool side, bool across)
{
    for (size_t i = 0; i < s->p->arrow_count; i++) {
        const struct hw_picture_arrow *x = &s->p->arrows[i];
        if ((x->across != NULL) != across || (!across && x->side != side)) {
            continue;
        }
        hw_buf_printf(&s->b, "<g class=\"%s\" data-n=\"%u\" data-known=\"%s\" ",
                      across ? "hw-across"
                      : side ? "hw-side"
                             : "hw-main",
                      x->step->n, x->step->known);
        steps_of(s, (int)i);
        hw_buf_str(&s->b, "><title>");
        hw_svg_arrow_says(s, x);
        hw_svg_words(s);
        hw_buf_str(&s->b, "</title><path ");
        hw_svg_stroke(s, x->step->known, x->side, across, x->lead);
        hw_buf_printf(&s->b, " d=\"M%d %dC%d %d %d %d %d %d\"/>", x->x1, x->y1, x->cx1, x->cy1,
                      x->cx2, x->cy2, x->x2, x->y2);
        head(s, x);
        hw_buf_str(&s->b, "</g>\n");
    }
}

/* ---- cells ---- */

static const char *look(const struct hw_picture_node *n)
{
    return n->poisoned    ? "fill=\"#fbe3e0\" stroke=\"#c62a20\" stroke-width=\"2.4\""
           : n->principal ? "fill=\"#ffffff\" stroke=\"#1b5fad\" stroke-width=\"2.6\""
           : n->target    ? "fill=\"#ffffff\" stroke=\"#33475e\" stroke-width=\"2.6\""
           : n->root      ? "fill=\"#ffffff\" stroke=\"#1b5fad\" stroke-width=\"1.2\""
                          : "fill=\"#ffffff\" stroke=\"#8d99a8\"";
}

static void things_of(struct svg *s, int node)
{
    const struct hw_picture *p = s->p;
    const char *last = "";
    hw_buf_str(&s->b, "data-node=\"");
    hw_buf_str(&s->b, p->nodes[node].end->id);
    for (size_t i = 0; i < p->step_count && p->nodes[node].count > 1; i++) {
        const struct hw_end *e = p->as_from[i] == node ? &p->steps[i]->from
                                 : p->as_to[i] == node ? &p->steps[i]->to
                                                       : NULL;
        /* one may stand here twice, which does no harm to who looks for it */
        if (e != NULL && strcmp(e->id, p->nodes[node].end->id) != 0 && strcmp(e->id, last) != 0) {
            hw_buf_printf(&s->b, " %s", e->id);
            last = e->id;
        }
    }
    hw_buf_char(&s->b, '"');
}

static void cell(struct svg *s, int at)
{
    const struct hw_picture_node *n = &s->p->nodes[at];
    hw_buf_printf(&s->b, "<g class=\"hw-node%s%s%s%s\" ", n->hollow ? " hw-hollow" : "",
                  n->poisoned ? " hw-poisoned" : "", n->principal ? " hw-principal" : "",
                  n->target ? " hw-target" : "");
    things_of(s, at);
    hw_buf_printf(&s->b, " data-kind=\"%s\"><title>", n->end->kind);
    hw_buf_printf(&s->words, "%s ", n->end->kind);
    hw_buf_span_put(&s->words, hw_span_cut(n->end->name, 0, WHOLE));
    if (n->count > 1) {
        hw_buf_printf(&s->words, " and %u more", n->count - 1);
    }
    if (n->end->host.n > 0) {
        hw_buf_str(&s->words, " on ");
        hw_buf_span_put(&s->words, hw_span_cut(n->end->host, 0, WHOLE));
    }
    if (n->of_root != NULL) {
        hw_buf_str(&s->words, n->principal ? ". Root: " : ". Other root: ");
        hw_buf_span_put(&s->words, hw_span_cut(n->of_root->says, 0, WHOLE));
    }
    hw_svg_words(s);
    hw_buf_str(&s->b, "</title>");
    hw_buf_printf(&s->b, "<rect class=\"hw-cell\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" ",
                  n->box.x, n->box.y, n->box.w, n->box.h);
    hw_buf_printf(&s->b, "rx=\"%d\" %s%s/>", n->target ? 11 : 4, look(n),
                  n->hollow ? " stroke-dasharray=\"5 3\"" : "");
    hw_svg_kind(s, n->end->kind, n->box.x + 6, n->box.y + n->box.h - 17);
}

/* The labels of one cell follow each other. */
static void cells(struct svg *s)
{
    int open = -1;
    for (size_t i = 0; i < s->p->label_count; i++) {
        const struct hw_picture_label *l = &s->p->labels[i];
        if (l->node != open && open >= 0) {
            hw_buf_str(&s->b, "</g>\n");
        }
        if (l->node >= 0 && l->node != open) {
            cell(s, l->node);
        }
        open = l->node;
        if (l->node >= 0) {
            const struct hw_picture_node *n = &s->p->nodes[l->node];
            text(s, l,
                 l->kind == HW_LABEL_MARK   ? "hw-mark"
                 : l->kind == HW_LABEL_NOTE ? "hw-quiet"
                                            : "hw-text",
                 l->kind == HW_LABEL_MARK   ? n->poisoned ? "#a61c13" : "#164f91"
                 : l->kind == HW_LABEL_NOTE ? "#5b6b80"
                                            : "#1c2733");
        }
    }
    hw_buf_str(&s->b, open >= 0 ? "</g>\n" : "");
}

static void sentence(struct svg *s, const struct hw_picture_label *l)
{
    struct hw_box box = {l->box.x - 9, l->box.y - 2, l->box.w + 18, l->box.h + 4};
    hw_buf_str(&s->b, "<g class=\"hw-crossing\"");
    if (l->arrow >= 0) {
        hw_buf_char(&s->b, ' ');
        steps_of(s, l->arrow);
    }
    hw_buf_str(&s->b, "><title>");
    hw_svg_safe(s, hw_span_cut(l->whole, 0, WHOLE));
    hw_buf_str(&s->b, "</title>");
    rect(s, "hw-pill", &box, "rx=\"11\" fill=\"#c62a20\"");
    text(s, l, "hw-passes", "#ffffff");
    hw_buf_str(&s->b, "</g>\n");
}

static void words(struct svg *s)
{
    for (size_t i = 0; i < s->p->label_count; i++) {
        const struct hw_picture_label *l = &s->p->labels[i];
        if (l->node >= 0) {
            continue;
        }
        if (l->kind == HW_LABEL_ACROSS) {
            sentence(s, l);
            continue;
        }
        if (l->symbol > 0) {
            hw_svg_symbol(s, l->symbol, l->box.x - 38, l->box.y);
        }
        bool dim = l->kind == HW_LABEL_TICK || l->kind == HW_LABEL_BREAK;
        text(s, l, dim ? "hw-quiet" : "hw-text", dim ? "#5b6b80" : "#1c2733");
        hw_buf_char(&s->b, '\n');
    }
}

int hw_tell_picture(const struct hw_teller *t, const struct hw_trace_answer *a, unsigned flags,
                    struct hw_error *err)
{
    struct hw_picture *p = NULL;
    int rc = hw_picture_lay(a, &p, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct svg s = {.p = p};
    hw_buf_init(&s.b, (size_t)64 << 20);
    hw_buf_init(&s.words, (size_t)1 << 20);
    hw_buf_printf(&s.b,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"hw-picture\" width=\"%d\" "
                  "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
                  "aria-labelledby=\"hw-picture-title hw-picture-desc\" direction=\"ltr\" "
                  "font-family=\"system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, "
                  "sans-serif\">\n",
                  HW_PICTURE_WIDTH, p->height, HW_PICTURE_WIDTH, p->height);
    hw_svg_title(&s);
    if ((flags & HW_PICTURE_EMBEDDED) == 0) {
        hw_svg_style(&s);
    }
    hw_svg_defs(&s);
    struct hw_box page = {0, 0, HW_PICTURE_WIDTH, p->height};
    rect(&s, "hw-page", &page, "fill=\"#ffffff\"");
    hw_buf_char(&s.b, '\n');
    bands(&s);
    gaps(&s);
    axis(&s);
    arrows(&s, true, false);
    arrows(&s, false, false);
    arrows(&s, false, true);
    cells(&s);
    words(&s);
    hw_buf_str(&s.b, "</svg>\n");
    if (!hw_buf_ok(&s.words)) {
        s.b.failed = true;
    }
    hw_buf_done(&s.words);
    hw_picture_free(p);
    return hw_tell_put(t, &s.b, err);
}
