/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_svg.h -- what the files that write a picture share (inside of the room).
 */
#ifndef HW_TELL_PICTURE_SVG_H
#define HW_TELL_PICTURE_SVG_H

#include "base/buf.h"
#include "tell/picture.h"

struct svg {
    struct hw_buf b, words; /* words: raw, on their way to the escaper */
    const struct hw_picture *p;
};
void hw_svg_safe(struct svg *s, struct hw_span text);        /* escaped for XML */
void hw_svg_words(struct svg *s);                            /* s->words, escaped; then cleared */
void hw_svg_style(struct svg *s);                            /* colours of a page of its own */
void hw_svg_defs(struct svg *s);                             /* hatching */
void hw_svg_symbol(struct svg *s, int symbol, int x, int y); /* of the legend */
/* How an arrow of this class is drawn: class and dashes. lead: thick. */
void hw_svg_stroke(struct svg *s, const char *known, bool side, bool across, bool lead);
/* A small sign for a kind of thing, its corner at x, y. */
void hw_svg_kind(struct svg *s, const char *kind, int x, int y);
void hw_svg_title(struct svg *s); /* title and description, with the steps as a list */
void hw_svg_arrow_says(struct svg *s, const struct hw_picture_arrow *x); /* into words */

#endif
