/* SPDX-License-Identifier: Apache-2.0 */
/* door/feed/room.h -- what the files of feed/ share among themselves. */
#ifndef HW_DOOR_FEED_ROOM_H
#define HW_DOOR_FEED_ROOM_H

#include "base/buf.h"
#include "door/feed/feed.h"
#include "door/feed/page.h"

enum {
    FEED_FAILURES_MAX = 16, /* in a row: then the other side is taken to be out of order */
    FEED_ARENA_BYTES = 128 << 20,
    FEED_BATCH = 64, /* pages given to intake at once */
    FEED_URL_BYTES = 4096,
};

struct feed {
    const struct hw_feed_options *o;
    struct hw_feed_report *r;
    struct hw_fetcher *fetcher;
    struct hw_pager *pager;
    unsigned failures; /* in a row */
    struct hw_error *err;
};

extern const char feed_accept_any[];

/* Gets a page. *out_ok false: it could not be had, which is said and counted; with too many such in
 * a row, or for a failure of ours, a code. */
int feed_get(struct feed *f, const struct hw_wanted *w, struct hw_fetched *out, bool *out_ok);
int feed_failed(struct feed *f, const char *url, const char *says);
/* Gives files to intake and adds what it reports. */
int feed_intake(struct feed *f, const struct hw_intake_input *inputs, size_t count);
bool feed_stopped(const struct feed *f);
int feed_remember(struct feed *f, const char *word, const char *name, const char *value);
/* What was remembered, as text; *out_there. */
int feed_recall(struct feed *f, const char *word, const char *name, struct hw_buf *out,
                bool *out_there);

/* taxii.c: everything below a page of TAXII that was read from `url`. Takes `got`. */
int feed_taxii(struct feed *f, const char *url, const struct hw_page *page, struct hw_fetched *got);

#endif
