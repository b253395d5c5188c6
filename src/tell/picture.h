/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture.h -- a chain laid out as swim-lanes (inside of the room, and for its test).
 *
 * An organisation is a band, a host in it a lane, time runs to the right. A thing is a cell that
 * holds its name and, above it, a note for each arrow that ends there: so notes need no place of
 * their own, and cells are packed into rows where none touches another. A layout is whole numbers
 * in one arena, and the same for the same answer.
 *
 * Repetition is folded, the more the longer the chain: things that no step before the target needs
 * by their name; then all of a name; then all of a kind. What still does not fit is left out, and
 * the picture says how much.
 */
#ifndef HW_TELL_PICTURE_H
#define HW_TELL_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ask/answer.h"
#include "base/buf.h"

enum {
    HW_PICTURE_WIDTH = 1200,
    HW_PICTURE_STEPS = 4000, /* looked at */
    HW_PICTURE_ARROWS = 120, /* drawn */
    HW_PICTURE_LANES = 64,   /* of hosts; further ones of a band share one */
    HW_PICTURE_GAPS = 10,    /* told; of a longer list, how many more */
    HW_PICTURE_BANDS = 16,   /* further organisations share one */
};

struct hw_box {
    int x, y, w, h;
};

enum hw_label_kind {
    HW_LABEL_TITLE,
    HW_LABEL_NAME, /* of a cell */
    HW_LABEL_NOTE, /* in a cell: an arrow that ends there */
    HW_LABEL_MARK, /* in a cell: root, target, poisoned release */
    HW_LABEL_BAND,
    HW_LABEL_LANE,
    HW_LABEL_TICK,
    HW_LABEL_BREAK,
    HW_LABEL_ACROSS, /* passes from ... into ... */
    HW_LABEL_FOOT,
    HW_LABEL_KINDS
};
struct hw_picture_label {
    enum hw_label_kind kind;
    struct hw_box box;
    int size, node;      /* size: of its letters; node: whose cell it is in, or -1 */
    int symbol;          /* of the legend, before it; 0: none */
    int arrow;           /* of a note or a sentence; or -1 */
    struct hw_span text; /* raw, and short enough for its box */
    struct hw_span whole;
};

struct hw_picture_band {
    struct hw_span org; /* empty: of no organisation that is known */
    bool rest;          /* stands for several */
    int across_rows;    /* of sentences in its head */
    struct hw_box box;
};
struct hw_picture_lane {
    int band;
    struct hw_span host; /* empty: not on one machine */
    unsigned hosts;      /* more than one where several share it */
    unsigned first;      /* number of the first step that touches it and is no mere context */
    unsigned gaps[HW_PICTURE_GAPS], gap_count;
    struct hw_box box;
};
struct hw_picture_node {
    const struct hw_end *end; /* the first, where it stands for several */
    int lane, row, notes, marks;
    unsigned count; /* things */
    bool hollow, target, poisoned, needed, root, principal;
    const struct hw_root *of_root;
    const struct hw_crossing *shipped;
    int64_t at; /* HW_TIME_NONE: nobody knows */
    struct hw_box box;
};
struct hw_picture_arrow {
    const struct hw_step *step; /* the first */
    int from, to;               /* nodes */
    unsigned count, last;       /* steps; the number of the last */
    bool side;                  /* no step of a way to the target from its principal root */
    const struct hw_crossing *across;
    bool lead;              /* the first that goes over its crossing */
    int x1, y1, x2, y2;     /* its ends */
    int cx1, cy1, cx2, cy2; /* where they are headed for */
    enum { HW_TO_RIGHT, HW_TO_LEFT, HW_TO_DOWN, HW_TO_UP } heads;
};
struct hw_picture_gap {
    const struct hw_unseen *of;
    int lane; /* -1: of no one lane */
    struct hw_box box;
};
struct hw_picture_break {
    int x;
    int64_t from, to;
};

struct hw_picture {
    struct hw_arena *arena;
    const struct hw_trace_answer *a;
    const struct hw_step *steps[HW_PICTURE_STEPS];
    int as_from[HW_PICTURE_STEPS], as_to[HW_PICTURE_STEPS]; /* nodes of a step */
    int as_arrow[HW_PICTURE_STEPS];                         /* -1: left out */
    size_t step_count;
    uint64_t left; /* steps that are not drawn */
    int level;     /* of folding: 0, 1, 2 */
    struct hw_picture_band *bands;
    struct hw_picture_lane *lanes;
    struct hw_picture_node *nodes;
    struct hw_picture_arrow *arrows;
    struct hw_picture_gap *gaps;
    struct hw_picture_label *labels;
    struct hw_picture_break *breaks;
    int *lane_order; /* lanes from the top down */
    size_t band_count, lane_count, node_count, arrow_count, gap_count, label_count, label_room,
        break_count;
    uint64_t gaps_unsaid, across_unsaid, roots_unsaid;
    int left_edge, right_edge, top, unknown_until; /* of the plot; where times begin */
    int height;
    bool failed; /* memory */
};

/* NULL and HW_E_MEMORY when there is no memory. hw_picture_free() frees its arena. */
HW_CHECK int hw_picture_lay(const struct hw_trace_answer *a, struct hw_picture **out,
                            struct hw_error *err);
void hw_picture_free(struct hw_picture *p);

/* ---- its parts, in their order ---- */

/* Bands, lanes, nodes and arrows, folded until they fit. */
void hw_picture_fold(struct hw_picture *p);
/* Where each node is in time: box.x; and the breaks of the axis. */
void hw_picture_axis(struct hw_picture *p);
int hw_picture_x(const struct hw_picture *p, int64_t t);
/* Which lane each gap is in, and later where. */
void hw_picture_gaps(struct hw_picture *p);
void hw_picture_windows(struct hw_picture *p);
/* All else: sizes, rows, lanes, bands, and what is written in them. */
void hw_picture_place(struct hw_picture *p);
/* The ends of the arrows. */
void hw_picture_route(struct hw_picture *p);
void hw_picture_heads(struct hw_picture *p); /* title, axis */
void hw_picture_foot(struct hw_picture *p);  /* legend, gaps, what is left out */

/* ---- words ---- */

/* How wide this is at most, in letters of this size, as it will be seen. */
int hw_picture_width(struct hw_span s, int size, bool bold);
/* Text of at most `max` points: cut in its middle. In the arena; empty without memory. */
struct hw_span hw_picture_cut(struct hw_picture *p, struct hw_span s, int max, int size, bool bold);
/* A label of one line at x, y; its box is as wide as its text, which is cut to max. Returns its
 * width. */
int hw_picture_label(struct hw_picture *p, enum hw_label_kind kind, int node, int x, int y, int max,
                     struct hw_span text);
int hw_label_height(enum hw_label_kind kind);
int hw_label_size(enum hw_label_kind kind);
bool hw_label_bold(enum hw_label_kind kind);
/* What a cell says of its thing: a file's last name, the first of a hash. In the arena. */
struct hw_span hw_picture_name(struct hw_picture *p, const struct hw_picture_node *n);
/* The same without what tells one run from the next. */
struct hw_span hw_picture_stem(const struct hw_end *e);
/* Formatted, in the arena. */
struct hw_span hw_picture_say(struct hw_picture *p, struct hw_buf *b);

#endif
