/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/fetcher.h -- headwater-fetch from outside: started for one host, asked page by page.
 *
 * What it answers is hostile until it was looked at here; what it fetched is a sealed memory file,
 * so that it cannot change behind whoever reads it.
 */
#ifndef HW_DOOR_FEED_FETCHER_H
#define HW_DOOR_FEED_FETCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

struct hw_fetcher;

struct hw_fetcher_options {
    const char *ca;   /* file of PEM certificates; NULL: the system's */
    const char *auth; /* file that says who we are; NULL: nobody in particular */
    uint64_t max_bytes;
    uint32_t seconds, stall_s; /* for one page; without a byte */
};

enum {
    HW_FETCH_MAX_BYTES = 256 << 20,
    HW_FETCH_SECONDS = 300,
    HW_FETCH_CONNECT_S = 20,
    HW_FETCH_STALL_S = 30,
};

/* Starts it for the host of `url`. HW_E_USAGE: a URL or a file of ours that will not do, HW_E_IO:
 * no such host, HW_E_CAGE: it could not close itself in. */
HW_CHECK int hw_fetcher_open(const struct hw_fetcher_options *o, const char *url,
                             struct hw_fetcher **out, struct hw_error *err);
void hw_fetcher_free(struct hw_fetcher *f);

struct hw_wanted {
    const char *url, *accept;
    const char *etag, *modified; /* what we have of it; NULL or "": nothing */
};
struct hw_fetched {
    int fd; /* sealed, the caller closes; -1: unchanged */
    uint64_t size;
    char etag[256], modified[64], type[160], added_last[64];
};
/* HW_E_MISSING: no such page; HW_E_LIMIT: too large; HW_E_STOPPED: too slow; HW_E_PEER: whatever
 * else it answers; HW_E_IO: it was not reached. The words have no URL. */
HW_CHECK int hw_fetcher_get(struct hw_fetcher *f, const struct hw_wanted *w, struct hw_fetched *out,
                            struct hw_error *err);
/* Sends JSON. An answer's bytes are thrown away. */
HW_CHECK int hw_fetcher_post(struct hw_fetcher *f, const char *url, struct hw_span json,
                             struct hw_error *err);

/* An empty memory file of ours; negative: enum hw_code. Sealing makes it final. */
HW_CHECK int hw_memory_file(const char *name, struct hw_error *err);
HW_CHECK int hw_memory_seal(int fd, struct hw_error *err);
HW_CHECK int hw_memory_put(int fd, struct hw_span bytes, struct hw_error *err);

#endif
