/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/feed.h -- one feed learned: a plain file, a MISP feed, or a TAXII 2.1 server.
 *
 * Which of them it is the page itself says, read in the cage. A feed read before costs one
 * conditional request when nothing has changed; of a MISP feed only events that are new or changed
 * are fetched, of a TAXII collection only what was added since. What was fetched goes to intake
 * with its URL as its place.
 */
#ifndef HW_DOOR_FEED_FEED_H
#define HW_DOOR_FEED_FEED_H

#include "door/feed/fetcher.h"
#include "door/intake/intake.h"

struct hw_feed_options {
    struct hw_fetcher_options fetch;
    const struct hw_intake_options *intake;
    const char *const *collections; /* TAXII: ids of those to read; count 0: all */
    size_t collection_count;
    const char *types; /* TAXII: match[type], commas between; NULL: all */
    const char *since; /* TAXII: added_after when nothing is remembered; NULL: all */
    /* Something could not be fetched: the rest goes on. */
    int (*failed)(void *state, const char *url, const char *says, struct hw_error *err);
    void *state;
};

struct hw_feed_report {
    struct hw_intake_report intake; /* of everything together */
    uint64_t requests, unchanged, failed;
};

/* HW_E_USAGE: a URL or a file of ours that will not do. HW_E_CAGE: one of the two programs could
 * not close itself in. Anything else about the other side is `failed`. */
HW_CHECK int hw_feed_learn(const struct hw_feed_options *o, const char *url,
                           struct hw_feed_report *out, struct hw_error *err);

#endif
