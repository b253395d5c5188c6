/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/page.c -- one page to a caged worker (HW_READ_FEED), its properties back.
 */
#include "door/feed/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "door/intake/broker.h"
#include "fact/fact.h"

extern const uint8_t hw_roots_csv[], hw_roots_csv_end[]; /* intake/roots.S */

struct hw_pager {
    struct hw_broker *broker;
    struct hw_digests *digests;
};

int hw_pager_new(struct hw_pager **out, struct hw_error *err)
{
    struct hw_pager *p = calloc(1, sizeof *p);
    struct hw_broker_options o = {
        .keyring = {hw_roots_csv, (size_t)(hw_roots_csv_end - hw_roots_csv)}, .jobs = 1};
    int rc = p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to read pages") : HW_OK;
    if (rc == HW_OK) {
        p->digests = hw_digests_new(HW_DIGEST_THREE);
        rc = p->digests == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to hash") : HW_OK;
    }
    rc = rc != HW_OK ? rc : hw_broker_start(&o, &p->broker, err);
    if (rc != HW_OK) {
        hw_pager_free(p);
        return rc;
    }
    *out = p;
    return HW_OK;
}

void hw_pager_free(struct hw_pager *p)
{
    if (p != NULL) {
        hw_broker_free(p->broker);
        hw_digests_free(p->digests);
        free(p);
    }
}

struct collect {
    struct hw_page *page;
    struct hw_arena *arena;
};

static const char *keep(struct collect *c, struct hw_span s)
{
    return memchr(s.p, 0, s.n) == NULL ? (const char *)hw_arena_copy(c->arena, s) : NULL;
}

static int add(struct collect *c, struct hw_page_names *names, struct hw_span s,
               struct hw_error *err)
{
    struct hw_page_name *n = hw_arena_array(c->arena, 1, sizeof *n);
    if (n == NULL || (n->text = keep(c, s)) == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a page's names");
    }
    n->next = NULL;
    if (names->last == NULL) {
        names->last = &names->first;
    }
    *names->last = n;
    names->last = &n->next;
    names->count++;
    return HW_OK;
}

static enum hw_page_kind kind_of(struct hw_span word)
{
    static const struct {
        const char *word;
        enum hw_page_kind kind;
    } kinds[] = {
        {"misp-manifest", HW_PAGE_MISP_MANIFEST},
        {"taxii-discovery", HW_PAGE_TAXII_DISCOVERY},
        {"taxii-root", HW_PAGE_TAXII_ROOT},
        {"taxii-collections", HW_PAGE_TAXII_COLLECTIONS},
        {"taxii-envelope", HW_PAGE_TAXII_ENVELOPE},
        {"knowledge-pack", HW_PAGE_PACK},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (hw_span_is(word, kinds[i].word)) {
            return kinds[i].kind;
        }
    }
    return HW_PAGE_OTHER;
}

static int of_pack(struct collect *c, const struct hw_fact *f, struct hw_span key,
                   struct hw_span text, struct hw_error *err)
{
    static const struct {
        const char *key;
        size_t at;
    } numbers[] = {{"pack.members", offsetof(struct hw_page, members_said)},
                   {"pack.manifest", offsetof(struct hw_page, manifest_off)},
                   {"pack.manifest-bytes", offsetof(struct hw_page, manifest_bytes)},
                   {"pack.signature", offsetof(struct hw_page, signature_off)}};
    struct hw_page *page = c->page;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (hw_span_is(key, numbers[i].key)) {
            *(uint64_t *)(void *)((char *)page + numbers[i].at) =
                hw_fact_get_u64(f, HW_PROPERTY_NUMBER);
        }
    }
    if (hw_span_is(key, "pack.member")) {
        return add(c, &page->members, text, err);
    }
    page->made = hw_span_is(key, "pack.made") ? keep(c, text) : page->made;
    page->key = hw_span_is(key, "pack.key") ? keep(c, text) : page->key;
    return HW_OK;
}

static int property(struct collect *c, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_page *page = c->page;
    struct hw_span key = hw_fact_get(f, HW_PROPERTY_KEY), text = hw_fact_get(f, HW_PROPERTY_TEXT);
    if (hw_span_is(key, "feed.kind")) {
        page->kind = kind_of(text);
    } else if (hw_span_is(key, "feed.event")) {
        return add(c, &page->events, text, err);
    } else if (hw_span_is(key, "feed.root")) {
        return add(c, &page->roots, text, err);
    } else if (hw_span_is(key, "feed.collection")) {
        return add(c, &page->collections, text, err);
    } else if (hw_span_is(key, "feed.next")) {
        page->next = keep(c, text);
    } else if (hw_span_is(key, "feed.more")) {
        page->more = hw_fact_get_u64(f, HW_PROPERTY_NUMBER) == 1;
    } else if (hw_span_is(key, "feed.objects")) {
        page->has_objects = true;
        page->objects_off = hw_fact_get_u64(f, HW_PROPERTY_NUMBER);
    } else if (hw_span_is(key, "feed.objects-bytes")) {
        page->objects_bytes = hw_fact_get_u64(f, HW_PROPERTY_NUMBER);
    } else {
        return of_pack(c, f, key, text, err);
    }
    return HW_OK;
}

static int take(void *state, const struct hw_frame *frame, struct hw_error *err)
{
    struct collect *c = state;
    if (frame->kind != HW_FACT_PROPERTY && frame->kind != HW_FACT_DEGREE) {
        return HW_OK;
    }
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 1};
    struct hw_reader r;
    struct hw_fact f;
    hw_reader_init(&r, frame->body, &fuel);
    int rc = hw_fact_decode_body(frame->kind, &r, &f, err);
    if (rc == HW_OK && frame->kind == HW_FACT_PROPERTY) {
        return property(c, &f, err);
    }
    if (rc == HW_OK && frame->node == 0 && !hw_fact_is(&f, HW_DEGREE_DEGREE, "sound") &&
        !hw_fact_is(&f, HW_DEGREE_DEGREE, "odd")) {
        c->page->broken = keep(c, hw_fact_get(&f, HW_DEGREE_BECAUSE));
    }
    return rc;
}

int hw_page_read(struct hw_pager *p, int fd, uint64_t size, struct hw_arena *arena,
                 struct hw_page *out, struct hw_error *err)
{
    struct hw_job job = {.fd = fd, .reading = HW_READ_FEED};
    struct hw_page page = {.kind = HW_PAGE_OTHER, .members_said = UINT64_MAX};
    struct collect c = {.page = &page, .arena = arena};
    struct hw_reply *a = NULL;
    int rc = hw_file_digest(fd, p->digests, &job.size, err);
    if (rc == HW_OK && job.size != size) {
        rc = hw_fail(err, HW_E_STATE, "a fetched page has changed its size");
    }
    if (rc == HW_OK) {
        memcpy(job.outer.sha256, hw_digests_get(p->digests, HW_DIGEST_SHA256).p, 32);
        memcpy(job.outer.sha1, hw_digests_get(p->digests, HW_DIGEST_SHA1).p, 20);
        memcpy(job.outer.md5, hw_digests_get(p->digests, HW_DIGEST_MD5).p, 16);
        rc = hw_broker_submit(p->broker, &job, err);
    }
    while (rc == HW_OK && (a = hw_broker_next(p->broker)) == NULL) {
        rc = hw_broker_pump(p->broker, 1000, err);
    }
    if (rc == HW_OK && hw_reply_refusal(a) != HW_REFUSAL_NONE) {
        rc = hw_fail(err, HW_E_EVIDENCE, "a page was refused: %s %.100s",
                     hw_refusal_word(hw_reply_refusal(a)), hw_reply_why(a));
    }
    rc = rc != HW_OK ? rc : hw_reply_each(a, take, &c, err);
    hw_reply_free(a);
    /* Offsets come from a worker that may have been taken over. */
    if (rc == HW_OK && page.has_objects &&
        (page.objects_off > size || page.objects_bytes > size - page.objects_off)) {
        rc = hw_fail(err, HW_E_PEER, "a page's objects lie outside it");
    }
    if (rc == HW_OK) {
        *out = page;
    }
    return rc;
}
