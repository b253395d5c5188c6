/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/page.h -- what one fetched page says of where knowledge is, as the caged worker read
 * it.
 */
#ifndef HW_DOOR_FEED_PAGE_H
#define HW_DOOR_FEED_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/reader.h"

/* A worker of our own for pages. */
struct hw_pager;
HW_CHECK int hw_pager_new(struct hw_pager **out, struct hw_error *err);
void hw_pager_free(struct hw_pager *p);

struct hw_page_names {
    struct hw_page_name {
        struct hw_page_name *next;
        const char *text;
    } * first, **last;
    size_t count;
};

enum hw_page_kind {
    HW_PAGE_OTHER, /* knowledge itself, or nothing we know */
    HW_PAGE_MISP_MANIFEST,
    HW_PAGE_TAXII_DISCOVERY,
    HW_PAGE_TAXII_ROOT,
    HW_PAGE_TAXII_COLLECTIONS,
    HW_PAGE_TAXII_ENVELOPE,
    HW_PAGE_PACK,
};

struct hw_page { /* everything in the arena given */
    enum hw_page_kind kind;
    struct hw_page_names events, roots, collections;
    const char *next; /* NULL: none */
    bool more, has_objects;
    uint64_t objects_off, objects_bytes;
    /* of a pack */
    struct hw_page_names members; /* "SHA256 OFF SIZE SOURCE" */
    uint64_t members_said;        /* at its end: how many; it was whole when they agree */
    const char *made, *key;       /* key in hex */
    uint64_t manifest_off, manifest_bytes, signature_off;
    const char *broken; /* why the page could be read only in part; NULL: whole */
};

/* Reads size bytes of fd (a sealed file) in the cage. Whatever the page is, HW_OK; HW_E_EVIDENCE
 * when the worker's answer was refused. */
HW_CHECK int hw_page_read(struct hw_pager *p, int fd, uint64_t size, struct hw_arena *arena,
                          struct hw_page *out, struct hw_error *err);

#endif
