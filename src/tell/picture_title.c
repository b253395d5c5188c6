/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_title.c -- a picture for who does not see it: its title, a description, and the same
 * steps as a list. And the picture of a report, which may have no chain.
 */
#include "base/text.h"
#include "tell/picture_svg.h"
#include "tell/report.h"
#include "tell/tell.h"

void hw_svg_title(struct svg *s)
{
    const struct hw_picture *p = s->p;
    hw_buf_str(&s->b, "<title id=\"hw-picture-title\">");
    for (size_t i = 0; i < p->label_count; i++) {
        if (p->labels[i].kind == HW_LABEL_TITLE) {
            hw_svg_safe(s, p->labels[i].whole);
        }
    }
    hw_buf_str(&s->b, "</title>\n<desc id=\"hw-picture-desc\">");
    hw_buf_str(&s->b, "Organisations are bands, machines in them lanes, time runs to the right. ");
    for (size_t i = 0; i < p->label_count; i++) {
        const struct hw_picture_label *l = &p->labels[i];
        if (l->kind == HW_LABEL_FOOT && l->symbol == 0) {
            hw_svg_safe(s, l->text);
            hw_buf_str(&s->b, "\n");
        }
        if (l->kind == HW_LABEL_ACROSS) {
            hw_buf_str(&s->b, "It ");
            hw_svg_safe(s, l->text);
            hw_buf_str(&s->b, ".\n");
        }
    }
    for (size_t i = 0; i < p->arrow_count; i++) {
        hw_svg_arrow_says(s, &p->arrows[i]);
        hw_buf_str(&s->words, ".");
        s->words.n = s->words.n > 600 ? 600 : s->words.n;
        hw_svg_words(s);
        hw_buf_str(&s->b, "\n");
    }
    hw_buf_str(&s->b, "</desc>\n");
}

int hw_tell_report_svg(const struct hw_teller *t, const struct hw_report_answer *r,
                       struct hw_error *err)
{
    struct hw_trace_answer none = {.as_of = r->as_of, .exit_status = 3};
    if (r->target.n > 0) {
        none.target = (struct hw_end){.kind = "thing", .name = r->target};
    }
    return hw_tell_picture(t, r->chain != NULL ? r->chain : &none, 0, err);
}
