/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/pack.c -- a pack, read: into a sealed memory file, in the cage, and then once more here
 * where the pinned key is known.
 *
 * The caged worker takes the pack apart and verifies it by the letter. That it was not talked into
 * anything is seen here without parsing: the signature over the bytes of the list is verified
 * again, with the key that was pinned, and every document's own hash must stand in those bytes.
 */
#include "door/feed/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "door/feed/fetcher.h"
#include "door/feed/page.h"
#include "evidence/knowledge/pack.h"
#include "trust/ed25519.h"

enum { ARENA_BYTES = 256 << 20, COPY_BYTES = 256 * 1024, BATCH = 32, HEX = 64 };
static const uint64_t PACK_BYTES_MAX = UINT64_C(1) << 31;

struct hw_pack_inside {
    struct hw_arena *arena;
    const char *path;
    int fd; /* sealed */
    uint64_t size;
    struct hw_page page;
    struct hw_buf manifest;
    size_t at; /* how far the manifest's hashes were met */
    uint8_t *chunk;
};

bool hw_pack_is(const char *path)
{
    uint8_t head[sizeof HW_PACK_MANIFEST];
    struct hw_error err = {.code = HW_OK};
    size_t n = 0;
    int fd = -1;
    if (hw_file_open(AT_FDCWD, path, &fd, NULL, &err) != HW_OK) {
        return false; /* then whoever reads it says why */
    }
    bool is = hw_file_read_at(fd, 0, head, sizeof head, &n, &err) == HW_OK && n == sizeof head &&
              memcmp(head, HW_PACK_MANIFEST, sizeof head) == 0;
    (void)close(fd);
    return is;
}

/* Bytes [off, off + n) of one file to another's end. */
static int copy(struct hw_pack_inside *in, int from, uint64_t off, uint64_t n, int to,
                struct hw_error *err)
{
    int rc = HW_OK;
    while (rc == HW_OK && n > 0) {
        size_t want = n < COPY_BYTES ? (size_t)n : COPY_BYTES, got = 0;
        rc = hw_file_read_at(from, off, in->chunk, want, &got, err);
        if (rc == HW_OK && got != want) {
            rc = hw_fail(err, HW_E_IO, "the pack became shorter while it was read");
        }
        rc = rc != HW_OK ? rc : hw_memory_put(to, (struct hw_span){in->chunk, got}, err);
        off += got;
        n -= got;
    }
    return rc;
}

static int load(struct hw_pack_inside *in, const char *path, struct hw_error *err)
{
    struct hw_file_id id = {.size = 0};
    int fd = -1, rc = hw_file_open(AT_FDCWD, path, &fd, &id, err);
    if (rc == HW_OK && id.size > PACK_BYTES_MAX) {
        rc = hw_fail(err, HW_E_LIMIT, "more than %llu MiB",
                     (unsigned long long)(PACK_BYTES_MAX >> 20));
    }
    in->fd = rc == HW_OK ? hw_memory_file("pack", err) : -1;
    rc = rc != HW_OK ? rc : in->fd < 0 ? in->fd : copy(in, fd, 0, id.size, in->fd, err);
    rc = rc != HW_OK ? rc : hw_memory_seal(in->fd, err);
    if (fd >= 0) {
        (void)close(fd);
    }
    in->size = id.size;
    return rc;
}

static int read_span(struct hw_pack_inside *in, uint64_t off, uint64_t n, struct hw_buf *out,
                     struct hw_error *err)
{
    size_t got = 0;
    if (off > in->size || n > in->size - off || n > HW_PACK_MANIFEST_BYTES ||
        !hw_buf_room(out, (size_t)n)) {
        return hw_fail(err, HW_E_PEER, "a place in the pack that is none");
    }
    int rc = hw_file_read_at(in->fd, off, out->p + out->n, (size_t)n, &got, err);
    out->n += rc == HW_OK ? got : 0;
    return rc == HW_OK && got != n ? hw_fail(err, HW_E_PEER, "a place in the pack that is none")
                                   : rc;
}

/* The signature once more, and whose it is. */
static int check_key(struct hw_pack *p, const char *pin, struct hw_error *err)
{
    struct hw_pack_inside *in = p->inside;
    uint8_t key[HW_ED25519_KEY];
    struct hw_buf signature;
    hw_buf_init(&signature, HW_ED25519_SIGNATURE);
    const struct hw_page *page = &in->page;
    int rc = read_span(in, page->manifest_off, page->manifest_bytes, &in->manifest, err);
    rc = rc != HW_OK ? rc
                     : read_span(in, page->signature_off, HW_ED25519_SIGNATURE, &signature, err);
    if (rc == HW_OK &&
        (page->key == NULL || !hw_hex_decode(hw_span_str(page->key), key, sizeof key) ||
         hw_ed25519_verify((struct hw_span){key, sizeof key}, hw_buf_span(&in->manifest),
                           hw_buf_span(&signature)) != HW_TRI_YES)) {
        rc = hw_fail(err, HW_E_PEER, "the signature does not fit after all");
    }
    hw_buf_done(&signature);
    if (rc == HW_OK && !hw_ed25519_print(key, p->fingerprint)) {
        rc = hw_fail(err, HW_E_MEMORY, "no memory to hash");
    }
    if (rc == HW_OK && pin != NULL && !hw_span_is_nocase(hw_span_str(pin), p->fingerprint)) {
        rc = hw_fail(err, HW_E_USAGE, "it is signed by another key, %.64s", p->fingerprint);
    }
    return rc;
}

static int verify(struct hw_pack *p, const char *pin, struct hw_error *err)
{
    struct hw_pack_inside *in = p->inside;
    struct hw_pager *pager = NULL;
    int rc = hw_pager_new(&pager, err);
    rc = rc != HW_OK ? rc : hw_page_read(pager, in->fd, in->size, in->arena, &in->page, err);
    hw_pager_free(pager);
    if (rc == HW_OK && (in->page.broken != NULL || in->page.kind != HW_PAGE_PACK ||
                        in->page.members_said != in->page.members.count)) {
        rc = hw_fail(err, HW_E_EVIDENCE, "refused, nothing of it was learned: %.150s",
                     in->page.broken != NULL ? in->page.broken : "it is not whole");
    }
    rc = rc != HW_OK ? rc : check_key(p, pin, err);
    if (rc == HW_OK && (in->page.made == NULL || strlen(in->page.made) >= sizeof p->made ||
                        !hw_time_parse(hw_span_str(in->page.made), &p->made_ns))) {
        rc = hw_fail(err, HW_E_PEER, "it does not say when it was made");
    }
    if (rc == HW_OK) {
        (void)snprintf(p->made, sizeof p->made, "%s", in->page.made);
        p->documents = in->page.members.count;
    }
    return rc;
}

int hw_pack_open(const char *path, const char *pin, struct hw_pack *out, struct hw_error *err)
{
    struct hw_pack p = {.inside = calloc(1, sizeof *p.inside)};
    int rc = p.inside == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a pack") : HW_OK;
    if (rc == HW_OK) {
        p.inside->fd = -1;
        p.inside->path = path;
        p.inside->arena = hw_arena_new(ARENA_BYTES);
        p.inside->chunk = malloc(COPY_BYTES);
        hw_buf_init(&p.inside->manifest, HW_PACK_MANIFEST_BYTES);
        if (p.inside->arena == NULL || p.inside->chunk == NULL) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for a pack");
        }
    }
    rc = rc != HW_OK ? rc : load(p.inside, path, err);
    rc = rc != HW_OK ? rc : verify(&p, pin, err);
    if (rc != HW_OK) {
        hw_pack_done(&p);
        return hw_blame(err, rc, "%.100s: ", path);
    }
    *out = p;
    return HW_OK;
}

void hw_pack_done(struct hw_pack *p)
{
    if (p->inside != NULL) {
        if (p->inside->fd >= 0) {
            (void)close(p->inside->fd);
        }
        hw_arena_free(p->inside->arena);
        hw_buf_done(&p->inside->manifest);
        free(p->inside->chunk);
        free(p->inside);
        p->inside = NULL;
    }
}

/* ---- its documents ---- */

/* The hash must stand in what was signed, behind the one before it. */
static int check_signed(struct hw_pack_inside *in, int fd, const char hex[HEX],
                        struct hw_error *err)
{
    struct hw_digests *d = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    struct hw_buf found;
    hw_buf_init(&found, HEX + 2);
    int rc = d == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to hash")
                       : hw_file_digest(fd, d, NULL, err);
    if (rc == HW_OK) {
        hw_buf_char(&found, '\n');
        hw_buf_hex(&found, hw_digests_get(d, HW_DIGEST_SHA256));
        const uint8_t *at =
            memmem(in->manifest.p + in->at, in->manifest.n - in->at, found.p, found.n);
        if (found.n != HEX + 1 || memcmp(found.p + 1, hex, HEX) != 0 || at == NULL) {
            rc = hw_fail(err, HW_E_PEER, "a document is not what was signed after all");
        } else {
            in->at = (size_t)(at - in->manifest.p) + found.n;
        }
    }
    hw_buf_done(&found);
    hw_digests_free(d);
    return rc;
}

/* "SHA256 OFF SIZE SOURCE" as the cage has it, to an open file of its own. */
static int document(struct hw_pack_inside *in, const char *text, struct hw_intake_input *out,
                    struct hw_error *err)
{
    struct hw_span s = hw_span_str(text), part[3];
    uint64_t off = 0, size = 0;
    for (unsigned i = 0; i < 3; i++) {
        size_t n = hw_span_find(s, ' ');
        part[i] = hw_span_cut(s, 0, n);
        s = hw_span_from(s, n + 1);
    }
    if (part[0].n != HEX || !hw_span_u64(part[1], &off) || !hw_span_u64(part[2], &size) ||
        off > in->size || size > in->size - off) {
        return hw_fail(err, HW_E_PEER, "a place in the pack that is none");
    }
    struct hw_buf name;
    hw_buf_init(&name, 1 << 16);
    hw_buf_printf(&name, "%s#", in->path);
    hw_buf_span_put(&name, s);
    out->name = hw_buf_text(&name) == NULL
                    ? NULL
                    : (const char *)hw_arena_copy(in->arena, hw_buf_span(&name));
    hw_buf_done(&name);
    if (out->name == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a pack's names");
    }
    out->fd = hw_memory_file("document", err);
    if (out->fd < 0) {
        return out->fd;
    }
    int rc = copy(in, in->fd, off, size, out->fd, err);
    rc = rc != HW_OK ? rc : hw_memory_seal(out->fd, err);
    rc = rc != HW_OK ? rc : check_signed(in, out->fd, text, err);
    if (rc != HW_OK) {
        (void)close(out->fd);
    }
    return rc;
}

static void sum(struct hw_intake_report *all, const struct hw_intake_report *one)
{
    for (int i = 0; i < HW_INTAKE_COUNT; i++) {
        all->count[i] += one->count[i];
    }
    all->files += one->files;
    all->bytes += one->bytes;
    all->stopped = all->stopped || one->stopped;
    memcpy(all->cage, one->cage[0] != 0 ? one->cage : all->cage, sizeof all->cage);
}

int hw_pack_learn(struct hw_pack *p, const struct hw_intake_options *o,
                  struct hw_intake_report *out, struct hw_error *err)
{
    struct hw_intake_input inputs[BATCH];
    size_t count = 0;
    int rc = HW_OK;
    *out = (struct hw_intake_report){.files = 0};
    for (const struct hw_page_name *m = p->inside->page.members.first; rc == HW_OK && m != NULL;
         m = m->next) {
        rc = document(p->inside, m->text, &inputs[count], err);
        count += rc == HW_OK;
        if (rc == HW_OK && (count == BATCH || m->next == NULL)) {
            struct hw_intake_report one;
            rc = hw_intake_open(o, inputs, count, &one, err);
            sum(out, &one);
            while (count > 0) {
                (void)close(inputs[--count].fd);
            }
        }
    }
    while (count > 0) {
        (void)close(inputs[--count].fd);
    }
    return rc;
}
