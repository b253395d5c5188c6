/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/feed.c -- plain files and MISP feeds, and what all feeds have in common.
 *
 * MISP feed (misp-project.org, "Feeds"): manifest.json names events by uuid with the time of their
 * last change; beside it lies <uuid>.json for each. What was fetched at which change is
 * remembered, event by event, so that a run that was stopped goes on where it was, and an event
 * published late with an old date is not missed.
 */
#include "door/feed/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "case/memo.h"

/* What of TAXII and of everything else: the server says by its answer which of them it is. */
const char feed_accept_any[] = "application/taxii+json;version=2.1, */*;q=0.5";

bool feed_stopped(const struct feed *f)
{
    return f->o->intake->stop != NULL && *f->o->intake->stop != 0;
}

int feed_failed(struct feed *f, const char *url, const char *says)
{
    f->r->failed++;
    f->failures++;
    int rc = f->o->failed == NULL ? HW_OK : f->o->failed(f->o->state, url, says, f->err);
    return rc;
}

int feed_get(struct feed *f, const struct hw_wanted *w, struct hw_fetched *out, bool *out_ok)
{
    f->r->requests++;
    *out_ok = false;
    int rc = hw_fetcher_get(f->fetcher, w, out, f->err);
    if (rc == HW_OK) {
        f->failures = 0;
        f->r->unchanged += out->fd < 0;
        *out_ok = true;
        return HW_OK;
    }
    if (rc == HW_E_MEMORY || rc == HW_E_SPACE) {
        return rc;
    }
    char says[sizeof f->err->text];
    memcpy(says, f->err->text, sizeof says);
    rc = feed_failed(f, w->url, says);
    if (rc == HW_OK && f->failures >= FEED_FAILURES_MAX) {
        rc = hw_fail(f->err, HW_E_STOPPED, "%d pages in a row could not be had: given up",
                     FEED_FAILURES_MAX);
    }
    return rc;
}

int feed_intake(struct feed *f, const struct hw_intake_input *inputs, size_t count)
{
    struct hw_intake_report r = {.files = 0}, *sum = &f->r->intake;
    if (count == 0) {
        return HW_OK;
    }
    int rc = hw_intake_open(f->o->intake, inputs, count, &r, f->err);
    for (int i = 0; i < HW_INTAKE_COUNT; i++) {
        sum->count[i] += r.count[i];
    }
    sum->files += r.files;
    sum->bytes += r.bytes;
    sum->stopped = sum->stopped || r.stopped;
    if (r.cage[0] != 0) {
        memcpy(sum->cage, r.cage, sizeof sum->cage);
    }
    return rc;
}

int feed_remember(struct feed *f, const char *word, const char *name, const char *value)
{
    return hw_case_memo_put(f->o->intake->c, word, hw_span_str(name), hw_span_str(value), f->err);
}

int feed_recall(struct feed *f, const char *word, const char *name, struct hw_buf *out,
                bool *out_there)
{
    hw_buf_clear(out);
    return hw_case_memo_get(f->o->intake->c, word, hw_span_str(name), out, out_there, f->err);
}

/* ---- what the entry page was last time: version of the parsers, etag, last-modified ---- */

static int known_page(struct feed *f, const char *url, char etag[256], char modified[64])
{
    struct hw_buf b;
    bool there = false;
    char version[16];
    hw_buf_init(&b, HW_MEMO_BYTES);
    int rc = f->o->intake->again ? HW_OK : feed_recall(f, "feed", url, &b, &there);
    (void)snprintf(version, sizeof version, "%d", HW_PARSER_VERSION);
    struct hw_span left = hw_buf_span(&b), part[3];
    for (unsigned i = 0; i < 3; i++) {
        size_t n = hw_span_find(left, '\n');
        part[i] = hw_span_cut(left, 0, n);
        left = hw_span_from(left, n + 1);
    }
    etag[0] = modified[0] = 0;
    /* What an older parser read is worth reading again. */
    if (rc == HW_OK && there && hw_span_is(part[0], version) && part[1].n < 256 && part[2].n < 64) {
        (void)snprintf(etag, 256, "%.*s", (int)part[1].n, (const char *)part[1].p);
        (void)snprintf(modified, 64, "%.*s", (int)part[2].n, (const char *)part[2].p);
    }
    hw_buf_done(&b);
    return rc;
}

static int remember_page(struct feed *f, const char *url, const struct hw_fetched *got)
{
    char value[400];
    if (got->etag[0] == 0 && got->modified[0] == 0) {
        return HW_OK;
    }
    (void)snprintf(value, sizeof value, "%d\n%s\n%s", HW_PARSER_VERSION, got->etag, got->modified);
    return feed_remember(f, "feed", url, value);
}

/* ---- a plain file ---- */

static int plain(struct feed *f, const char *url, const struct hw_fetched *got)
{
    struct hw_intake_input one = {.fd = got->fd, .name = url};
    uint64_t bad = f->r->intake.count[HW_INTAKE_REFUSED] + f->r->intake.count[HW_INTAKE_UNREAD];
    int rc = feed_intake(f, &one, 1);
    bool fine = bad == f->r->intake.count[HW_INTAKE_REFUSED] + f->r->intake.count[HW_INTAKE_UNREAD];
    return rc != HW_OK || !fine ? rc : remember_page(f, url, got);
}

/* ---- a MISP feed ---- */

struct batch {
    struct hw_intake_input inputs[FEED_BATCH];
    char names[FEED_BATCH][FEED_URL_BYTES], when[FEED_BATCH][24];
    size_t count;
};

static int flush(struct feed *f, struct batch *b)
{
    int rc = feed_intake(f, b->inputs, b->count);
    /* An event that intake refused is told once and not fetched again until it changes. */
    for (size_t i = 0; i < b->count; i++) {
        rc =
            rc != HW_OK || feed_stopped(f) ? rc : feed_remember(f, "misp", b->names[i], b->when[i]);
        (void)close(b->inputs[i].fd);
    }
    b->count = 0;
    return rc != HW_OK ? rc : hw_case_commit(f->o->intake->c, f->err);
}

/* "<uuid> <seconds>" as the page has it. */
static int event(struct feed *f, struct batch *b, const char *base, size_t base_n, const char *text)
{
    char *url = b->names[b->count], *when = b->when[b->count];
    const char *blank = strchr(text, ' ');
    if (blank == NULL || blank - text != 36 || strlen(blank + 1) > 20) {
        return HW_OK; /* not what the cage says; nothing to fetch */
    }
    int n = snprintf(url, FEED_URL_BYTES, "%.*s%.36s.json", (int)base_n, base, text);
    if (n < 0 || n >= FEED_URL_BYTES) {
        return hw_fail(f->err, HW_E_LIMIT, "a URL that is too long");
    }
    (void)snprintf(when, 24, "%d %.20s", HW_PARSER_VERSION % 100, blank + 1);
    struct hw_buf known;
    bool there = false, ok = false;
    hw_buf_init(&known, HW_MEMO_BYTES);
    int rc = f->o->intake->again ? HW_OK : feed_recall(f, "misp", url, &known, &there);
    bool same = there && hw_span_is(hw_buf_span(&known), when);
    hw_buf_done(&known);
    if (rc != HW_OK || same) {
        return rc;
    }
    struct hw_fetched got;
    struct hw_wanted w = {.url = url, .accept = "application/json"};
    rc = feed_get(f, &w, &got, &ok);
    if (rc == HW_OK && ok && got.fd >= 0) {
        b->inputs[b->count++] = (struct hw_intake_input){.fd = got.fd, .name = url};
    }
    return rc;
}

static int misp(struct feed *f, const char *url, const struct hw_page *page,
                const struct hw_fetched *got)
{
    const char *query = strchr(url, '?'), *slash = url;
    for (const char *p = url; *p != 0 && p != query; p++) {
        slash = *p == '/' ? p : slash;
    }
    struct batch *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return hw_fail(f->err, HW_E_MEMORY, "no memory for a feed's events");
    }
    uint64_t failed = f->r->failed;
    int rc = HW_OK;
    for (const struct hw_page_name *e = page->events.first;
         e != NULL && rc == HW_OK && !feed_stopped(f); e = e->next) {
        rc = event(f, b, url, (size_t)(slash + 1 - url), e->text);
        rc = rc == HW_OK && b->count == FEED_BATCH ? flush(f, b) : rc;
    }
    /* What was fetched before it went wrong is worth keeping. */
    struct hw_error later = *f->err;
    int last = flush(f, b);
    if (rc != HW_OK) {
        *f->err = later;
    } else {
        rc = last;
    }
    free(b);
    bool whole = rc == HW_OK && failed == f->r->failed && !feed_stopped(f) && page->broken == NULL;
    return whole ? remember_page(f, url, got) : rc;
}

/* ---- any feed ---- */

static int learn(struct feed *f, const char *url, struct hw_arena *arena)
{
    char etag[256], modified[64];
    bool ok = false;
    struct hw_fetched got = {.fd = -1};
    struct hw_page page = {.kind = HW_PAGE_OTHER};
    int rc = known_page(f, url, etag, modified);
    struct hw_wanted w = {
        .url = url, .accept = feed_accept_any, .etag = etag, .modified = modified};
    rc = rc != HW_OK ? rc : feed_get(f, &w, &got, &ok);
    if (rc != HW_OK || !ok || got.fd < 0) {
        return rc;
    }
    rc = hw_page_read(f->pager, got.fd, got.size, arena, &page, f->err);
    if (rc == HW_E_EVIDENCE) {
        rc = HW_OK; /* then intake says what is wrong with it */
    }
    if (rc == HW_OK && page.broken != NULL) {
        rc = feed_failed(f, url, page.broken);
    }
    if (rc == HW_OK && page.kind == HW_PAGE_MISP_MANIFEST) {
        rc = misp(f, url, &page, &got);
    } else if (rc == HW_OK && page.kind != HW_PAGE_OTHER && page.kind != HW_PAGE_PACK) {
        return feed_taxii(f, url, &page, &got);
    } else if (rc == HW_OK) {
        rc = plain(f, url, &got);
    }
    (void)close(got.fd);
    return rc;
}

int hw_feed_learn(const struct hw_feed_options *o, const char *url, struct hw_feed_report *out,
                  struct hw_error *err)
{
    *out = (struct hw_feed_report){.requests = 0};
    struct feed f = {.o = o, .r = out, .err = err};
    struct hw_arena *arena = hw_arena_new(FEED_ARENA_BYTES);
    int rc = arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a feed") : HW_OK;
    rc = rc != HW_OK ? rc : hw_fetcher_open(&o->fetch, url, &f.fetcher, err);
    if (rc == HW_E_IO) { /* no such host, today */
        char says[sizeof err->text];
        memcpy(says, err->text, sizeof says);
        rc = feed_failed(&f, url, says);
    } else {
        rc = rc != HW_OK ? rc : hw_pager_new(&f.pager, err);
        rc = rc != HW_OK ? rc : learn(&f, url, arena);
    }
    rc = rc != HW_OK ? rc : hw_case_commit(o->intake->c, err);
    out->intake.stopped = out->intake.stopped || feed_stopped(&f);
    hw_fetcher_free(f.fetcher);
    hw_pager_free(f.pager);
    hw_arena_free(arena);
    return rc;
}
