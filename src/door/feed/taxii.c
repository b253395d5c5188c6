/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/taxii.c -- TAXII 2.1 (OASIS standard, 10 June 2021), reading only: discovery (4.1), API
 * root (4.2), collections (5.2.1), objects (5.5.1) with added_after, match[type] and next.
 *
 * Any of these may be the URL given. Each page of objects becomes one STIX bundle: the text of its
 * list of objects, taken out whole where the cage says that it lies, between words of ours. When
 * the last page was read, what the server says of its last object (X-TAXII-Date-Added-Last) is
 * where the next run begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "case/memo.h"
#include "door/feed/room.h"

enum { PAGES_MAX = 100000, COPY_BYTES = 256 * 1024 };

static const char accept_taxii[] = "application/taxii+json;version=2.1";

/* Bytes up to the path: "https://host:port". */
static size_t origin_of(const char *url)
{
    const char *host = strstr(url, "://");
    return host == NULL ? 0 : (size_t)(host + 3 - url) + strcspn(host + 3, "/?#");
}

/* One more part of a path: the URL without its query, with one slash at its end, then `part`. */
static int below(struct feed *f, const char *url, const char *part, char out[FEED_URL_BYTES])
{
    size_t n = strcspn(url, "?#");
    bool slash = n > 0 && url[n - 1] == '/';
    int k = snprintf(out, FEED_URL_BYTES, "%.*s%s%s", (int)n, url, slash ? "" : "/", part);
    return k > 0 && k < FEED_URL_BYTES ? HW_OK
                                       : hw_fail(f->err, HW_E_LIMIT, "a URL that is too long");
}

static void put_value(struct hw_buf *b, const char *name, const char *value)
{
    hw_buf_printf(b, "%c%s=", memchr(b->p, '?', b->n) == NULL ? '?' : '&', name);
    for (const char *p = value; *p != 0; p++) {
        uint8_t c = (uint8_t)*p;
        bool plain = hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || strchr("-._~,", c) != NULL;
        hw_buf_printf(b, plain ? "%c" : "%%%02X", c);
    }
}

/* ---- a page of objects becomes a bundle ---- */

static int copy_part(struct feed *f, int from, uint64_t off, uint64_t n, int to)
{
    uint8_t *chunk = malloc(COPY_BYTES);
    int rc = chunk == NULL ? hw_fail(f->err, HW_E_MEMORY, "no memory to copy a page") : HW_OK;
    while (rc == HW_OK && n > 0) {
        size_t want = n < COPY_BYTES ? (size_t)n : COPY_BYTES, got = 0;
        rc = hw_file_read_at(from, off, chunk, want, &got, f->err);
        if (rc == HW_OK && got != want) {
            rc = hw_fail(f->err, HW_E_PEER, "a page's objects lie outside it");
        }
        rc = rc != HW_OK ? rc : hw_memory_put(to, (struct hw_span){chunk, got}, f->err);
        off += got;
        n -= got;
    }
    free(chunk);
    return rc;
}

/* A bundle wants an id; the same objects get the same one. */
static int bundle_id(struct feed *f, int fd, const struct hw_page *page, char out[48])
{
    uint8_t sha256[HW_DIGEST_BYTES_MAX], head[4096];
    size_t n = 0;
    uint64_t most = page->objects_bytes < sizeof head ? page->objects_bytes : sizeof head;
    int rc = hw_file_read_at(fd, page->objects_off, head, (size_t)most, &n, f->err);
    rc = rc != HW_OK
             ? rc
             : hw_digest_once(HW_DIGEST_SHA256, (struct hw_span){head, n}, sha256, NULL, f->err);
    if (rc == HW_OK) {
        sha256[6] = (uint8_t)((sha256[6] & 0x0f) | 0x50); /* version 5: from a digest */
        sha256[8] = (uint8_t)((sha256[8] & 0x3f) | 0x80);
        int used = 0;
        for (int i = 0; i < 16; i++) {
            used += snprintf(out + used, 48 - (size_t)used, "%s%02x",
                             i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", sha256[i]);
        }
    }
    return rc;
}

static int bundle(struct feed *f, const char *url, int fd, const struct hw_page *page)
{
    char id[48], head[128];
    struct hw_intake_input one = {.name = url};
    int rc = bundle_id(f, fd, page, id);
    if (rc != HW_OK) {
        return rc;
    }
    (void)snprintf(head, sizeof head,
                   "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":", id);
    one.fd = hw_memory_file("bundle", f->err);
    if (one.fd < 0) {
        return one.fd;
    }
    rc = hw_memory_put(one.fd, hw_span_str(head), f->err);
    rc = rc != HW_OK ? rc : copy_part(f, fd, page->objects_off, page->objects_bytes, one.fd);
    rc = rc != HW_OK ? rc : hw_memory_put(one.fd, hw_span_str("}"), f->err);
    rc = rc != HW_OK ? rc : hw_memory_seal(one.fd, f->err);
    rc = rc != HW_OK ? rc : feed_intake(f, &one, 1);
    (void)close(one.fd);
    return rc;
}

/* ---- all pages of one collection ---- */

struct reading {
    char key[FEED_URL_BYTES + 64]; /* what it is remembered under */
    char after[64], last[64], next[2100];
    bool more;
};

static int request(struct feed *f, const char *url, const struct reading *r, struct hw_buf *b)
{
    hw_buf_clear(b);
    hw_buf_str(b, url);
    if (r->after[0] != 0) {
        put_value(b, "added_after", r->after);
    }
    if (f->o->types != NULL) {
        put_value(b, "match%5Btype%5D", f->o->types);
    }
    if (r->next[0] != 0) {
        put_value(b, "next", r->next);
    }
    return hw_buf_text(b) != NULL && b->n < FEED_URL_BYTES
               ? HW_OK
               : hw_fail(f->err, HW_E_LIMIT, "a URL that is too long");
}

/* Where the next page begins. A server that says neither cannot be read further. */
static int go_on(struct feed *f, const char *url, const struct hw_page *page,
                 const struct hw_fetched *got, struct reading *r)
{
    int64_t when;
    bool dated = hw_time_parse(hw_span_str(got->added_last), &when);
    if (dated) {
        memcpy(r->last, got->added_last, sizeof r->last);
    }
    r->more = page->more;
    if (!r->more) {
        return HW_OK;
    }
    if (page->next != NULL && page->next[0] != 0 && strlen(page->next) < sizeof r->next &&
        strcmp(page->next, r->next) != 0) {
        (void)snprintf(r->next, sizeof r->next, "%s", page->next);
    } else if (page->next == NULL && dated && strcmp(r->after, got->added_last) != 0) {
        memcpy(r->after, got->added_last, sizeof r->after);
        r->next[0] = 0;
    } else {
        r->more = false;
        return feed_failed(f, url, "it says that there is more, and not where");
    }
    return HW_OK;
}

static int one_page(struct feed *f, const char *url, struct reading *r, struct hw_arena *arena)
{
    struct hw_buf b;
    struct hw_fetched got = {.fd = -1};
    struct hw_page page = {.kind = HW_PAGE_OTHER};
    bool ok = false;
    hw_buf_init(&b, 1 << 16);
    int rc = request(f, url, r, &b);
    struct hw_wanted w = {.url = rc == HW_OK ? hw_buf_text(&b) : url, .accept = accept_taxii};
    rc = rc != HW_OK ? rc : feed_get(f, &w, &got, &ok);
    r->more = false;
    if (rc == HW_OK && ok && got.fd >= 0) {
        rc = hw_page_read(f->pager, got.fd, got.size, arena, &page, f->err);
        if (rc == HW_E_EVIDENCE || (rc == HW_OK && page.kind != HW_PAGE_TAXII_ENVELOPE) ||
            (rc == HW_OK && page.broken != NULL)) {
            rc = feed_failed(f, w.url, "it answers with no page of TAXII objects");
        } else if (rc == HW_OK) {
            rc = page.has_objects ? bundle(f, w.url, got.fd, &page) : HW_OK;
            rc = rc != HW_OK ? rc : go_on(f, url, &page, &got, r);
        }
        (void)close(got.fd);
    }
    hw_buf_done(&b);
    return rc;
}

static int objects(struct feed *f, const char *url)
{
    struct reading *r = calloc(1, sizeof *r);
    struct hw_buf b;
    bool there = false;
    if (r == NULL) {
        return hw_fail(f->err, HW_E_MEMORY, "no memory for a collection");
    }
    hw_buf_init(&b, HW_MEMO_BYTES);
    (void)snprintf(r->key, sizeof r->key, "%d %s %.60s", HW_PARSER_VERSION, url,
                   f->o->types == NULL ? "" : f->o->types);
    int rc = f->o->intake->again ? HW_OK : feed_recall(f, "taxii", r->key, &b, &there);
    if (rc == HW_OK && (there || f->o->since != NULL)) {
        (void)snprintf(r->after, sizeof r->after, "%s", there ? hw_buf_text(&b) : f->o->since);
    }
    hw_buf_done(&b);
    uint64_t failed = f->r->failed;
    r->more = true;
    for (unsigned pages = 0; rc == HW_OK && r->more && !feed_stopped(f); pages++) {
        struct hw_arena *arena = hw_arena_new(FEED_ARENA_BYTES);
        rc = arena == NULL        ? hw_fail(f->err, HW_E_MEMORY, "no memory for a page")
             : pages == PAGES_MAX ? hw_fail(f->err, HW_E_LIMIT, "more than %d pages", PAGES_MAX)
                                  : one_page(f, url, r, arena);
        hw_arena_free(arena);
    }
    bool whole = rc == HW_OK && failed == f->r->failed && !feed_stopped(f);
    if (whole && r->last[0] != 0) {
        rc = feed_remember(f, "taxii", r->key, r->last);
    }
    free(r);
    return rc;
}

/* ---- the way down to them ---- */

static bool wanted(const struct feed *f, const char *id)
{
    for (size_t i = 0; i < f->o->collection_count; i++) {
        if (strcasecmp(f->o->collections[i], id) == 0) {
            return true;
        }
    }
    return f->o->collection_count == 0;
}

static int each_collection(struct feed *f, const char *url, const struct hw_page *page)
{
    int rc = HW_OK;
    size_t found = 0;
    for (const struct hw_page_name *c = page->collections.first;
         c != NULL && rc == HW_OK && !feed_stopped(f); c = c->next) {
        char part[160], to[FEED_URL_BYTES];
        /* An id is a uuid; anything else would lead elsewhere on that host. */
        if (strspn(c->text, "0123456789abcdefABCDEF-") != strlen(c->text) || strlen(c->text) > 64) {
            rc = feed_failed(f, url, "it names a collection by an id that is none");
            continue;
        }
        if (wanted(f, c->text)) {
            found++;
            (void)snprintf(part, sizeof part, "%s/objects/", c->text);
            rc = below(f, url, part, to);
            rc = rc != HW_OK ? rc : objects(f, to);
        }
    }
    return rc == HW_OK && found == 0 && f->o->collection_count > 0
               ? feed_failed(f, url, "it has no collection of that id that may be read")
               : rc;
}

static int collections_of(struct feed *f, const char *root)
{
    char url[FEED_URL_BYTES];
    struct hw_fetched got = {.fd = -1};
    struct hw_page page = {.kind = HW_PAGE_OTHER};
    struct hw_arena *arena = hw_arena_new(FEED_ARENA_BYTES);
    bool ok = false;
    int rc = arena == NULL ? hw_fail(f->err, HW_E_MEMORY, "no memory for a page") : HW_OK;
    rc = rc != HW_OK ? rc : below(f, root, "collections/", url);
    struct hw_wanted w = {.url = url, .accept = accept_taxii};
    rc = rc != HW_OK ? rc : feed_get(f, &w, &got, &ok);
    if (rc == HW_OK && ok && got.fd >= 0) {
        rc = hw_page_read(f->pager, got.fd, got.size, arena, &page, f->err);
        (void)close(got.fd);
        if (rc == HW_E_EVIDENCE || (rc == HW_OK && page.kind != HW_PAGE_TAXII_COLLECTIONS)) {
            rc = feed_failed(f, url, "it answers with no list of TAXII collections");
        } else if (rc == HW_OK) {
            rc = each_collection(f, url, &page);
        }
    }
    hw_arena_free(arena);
    return rc;
}

static int each_root(struct feed *f, const char *url, const struct hw_page *page)
{
    int rc = HW_OK;
    size_t origin = origin_of(url);
    for (const struct hw_page_name *r = page->roots.first;
         r != NULL && rc == HW_OK && !feed_stopped(f); r = r->next) {
        char root[FEED_URL_BYTES];
        bool relative = strstr(r->text, "://") == NULL;
        bool here = origin_of(r->text) == origin && strncasecmp(r->text, url, origin) == 0;
        int n = snprintf(root, sizeof root, "%.*s%s%s", relative ? (int)origin : 0, url,
                         relative && r->text[0] != '/' ? "/" : "", r->text);
        if ((!relative && !here) || n >= (int)sizeof root) {
            rc = feed_failed(f, r->text, "an API root on another host: name it with --feed");
            continue;
        }
        rc = collections_of(f, root);
    }
    return rc;
}

int feed_taxii(struct feed *f, const char *url, const struct hw_page *page, struct hw_fetched *got)
{
    (void)close(got->fd);
    switch (page->kind) {
    case HW_PAGE_TAXII_DISCOVERY:
        return each_root(f, url, page);
    case HW_PAGE_TAXII_ROOT:
        return collections_of(f, url);
    case HW_PAGE_TAXII_COLLECTIONS:
        return each_collection(f, url, page);
    default:
        return objects(f, url);
    }
}
