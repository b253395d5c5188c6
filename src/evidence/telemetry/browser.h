/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/browser.h -- what a browser remembers of downloads and visits.
 */
#ifndef HW_EVIDENCE_TELEMETRY_BROWSER_H
#define HW_EVIDENCE_TELEMETRY_BROWSER_H

#include "evidence/telemetry/sqlite_say.h"

extern const struct hw_format hw_browser_format;

/* ---- between browser.c and its chapters ---- */

/* Texts that belong to a row of another table, by that row's id: the URLs of a download. */
struct hw_browser_text {
    int64_t id, order;
    struct hw_span text;
};
struct hw_browser_texts {
    struct hw_browser_text *p; /* in the arena */
    size_t count, room;
    bool full; /* told once */
};

struct hw_browser {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records out;
    struct hw_sqlite db;
    struct hw_sqlite_say say;
    struct hw_sqlite_row row, place, from; /* the walk's; what is looked up beside it */
    struct hw_browser_texts texts;
};

/* Keeps the text, copied where the file does not hold it in one piece. */
void hw_browser_keep(struct hw_browser *b, int64_t id, int64_t order, struct hw_span text);
void hw_browser_sort(struct hw_browser *b); /* by id, then order */
/* The first text of this id, the next ones behind it; texts.count when there is none. */
size_t hw_browser_find(const struct hw_browser *b, int64_t id);

/* Visits: a table of moments, each pointing at a row of a table of addresses. */
struct hw_browser_visits {
    struct hw_span log;
    const char *visits, *places;
    const char *key, *key_as; /* the column that points, and its name in the record */
    const char *when;
    const char *const *names; /* columns of the other table that the record repeats */
};
void hw_browser_visits(struct hw_browser *b, const struct hw_browser_visits *v);

void hw_browser_chromium(struct hw_browser *b);
void hw_browser_firefox(struct hw_browser *b);

#endif
