/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/pack_write.c -- a pack, written: the list is made and signed first, then each
 * document's kept bytes follow it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "base/ustar.h"
#include "case/cursor.h"
#include "case/kept.h"
#include "door/feed/fetcher.h"
#include "door/feed/pack.h"
#include "door/feed/signing_key.h"
#include "evidence/knowledge/pack.h"
#include "trust/ed25519.h"

enum { LIST_BYTES = 256 << 20, COPY_BYTES = 256 * 1024 };

struct document {
    struct document *next;
    uint8_t sha256[32];
    uint64_t size;
    struct hw_span source;
};

/* ---- what goes in ---- */

/* Estates and bills of materials are about their owner, and are not published by taking a pack
 * along. */
static int is_private(struct hw_case *c, int64_t reading, bool *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row f;
    *out = false;
    int rc = hw_case_facts(c, reading, 0, HW_FACT_ARTIFACT, HW_FACT_ARTIFACT, &k, err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &f, err);
    if (rc == HW_ROW) {
        static const char *const own[] = {"cyclonedx", "estate", "share", "spdx"};
        for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
            *out = *out || hw_fact_is(&f.fact, HW_ARTIFACT_FORMAT, own[i]);
        }
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* A URL whole; of a path only the name, for folders are nobody else's business. */
static struct hw_span source_of(struct hw_span path)
{
    size_t from = 0;
    if (hw_span_starts(path, "https://")) {
        return hw_span_cut(path, 0, HW_PACK_SOURCE_BYTES);
    }
    for (size_t i = 0; i + 1 < path.n; i++) {
        from = path.p[i] == '/' ? i + 1 : from;
    }
    return path.n == 0 ? HW_SPAN_LIT("-") : hw_span_cut(path, from, HW_PACK_SOURCE_BYTES);
}

static int collect(struct hw_case *c, struct hw_arena *arena, struct document **out,
                   struct hw_pack_written *w, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    struct hw_evidence_row e;
    struct hw_cursor *k = NULL;
    int rc = hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        bool private = false;
        rc = is_private(c, e.reading, &private, err);
        if (rc != HW_OK || private) {
            w->private += private;
            continue;
        }
        int kept = hw_case_kept_read(c, e.sha256, -1, err);
        if (kept == HW_E_MISSING) {
            w->missing++;
            continue;
        }
        struct document *d = hw_arena_array(arena, 1, sizeof *d);
        if (kept != HW_OK || d == NULL) {
            rc = kept != HW_OK ? kept : hw_fail(err, HW_E_MEMORY, "no memory for a pack's list");
            break;
        }
        struct hw_span source = source_of(e.path);
        memcpy(d->sha256, e.sha256, 32);
        d->size = e.size;
        d->source = (struct hw_span){hw_arena_copy(arena, source), source.n};
        d->next = NULL;
        *out = d;
        out = &d->next;
        w->documents++;
    }
    hw_cursor_free(k);
    return rc;
}

/* ---- writing ---- */

struct writing {
    struct hw_case *c;
    int fd;
    uint64_t mtime_s, bytes;
    uint8_t *chunk;
    struct hw_error *err;
};

static int put(struct writing *w, struct hw_span s)
{
    w->bytes += s.n;
    return hw_memory_put(w->fd, s, w->err);
}

static int put_head(struct writing *w, const char *name, uint64_t size)
{
    uint8_t head[HW_USTAR_BLOCK];
    return hw_ustar_head(name, size, w->mtime_s, head)
               ? put(w, (struct hw_span){head, sizeof head})
               : hw_fail(w->err, HW_E_LIMIT, "%.80s is too large for a pack", name);
}

static int put_pad(struct writing *w, uint64_t size)
{
    static const uint8_t zeros[HW_USTAR_BLOCK];
    return put(w, (struct hw_span){zeros, (size_t)hw_ustar_pad(size)});
}

static int put_small(struct writing *w, const char *name, struct hw_span bytes)
{
    int rc = put_head(w, name, bytes.n);
    rc = rc != HW_OK ? rc : put(w, bytes);
    return rc != HW_OK ? rc : put_pad(w, bytes.n);
}

static int put_document(struct writing *w, const struct document *d)
{
    char name[sizeof HW_PACK_FOLDER + 64];
    int used = snprintf(name, sizeof name, "%s", HW_PACK_FOLDER);
    for (int i = 0; i < 32; i++) {
        used += snprintf(name + used, sizeof name - (size_t)used, "%02x", d->sha256[i]);
    }
    int fd = hw_memory_file("document", w->err);
    int rc = fd < 0 ? fd : hw_case_kept_read(w->c, d->sha256, fd, w->err);
    rc = rc != HW_OK ? rc : put_head(w, name, d->size);
    for (uint64_t off = 0; rc == HW_OK && off < d->size;) {
        size_t n = 0, want = d->size - off < COPY_BYTES ? (size_t)(d->size - off) : COPY_BYTES;
        rc = hw_file_read_at(fd, off, w->chunk, want, &n, w->err);
        if (rc == HW_OK && n != want) {
            rc = hw_fail(w->err, HW_E_CASE, "kept bytes are fewer than they were");
        }
        rc = rc != HW_OK ? rc : put(w, (struct hw_span){w->chunk, n});
        off += n;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return rc != HW_OK ? rc : put_pad(w, d->size);
}

static void list(const struct document *d, const uint8_t key[HW_ED25519_KEY], int64_t now_ns,
                 struct hw_buf *b)
{
    char made[HW_TIME_TEXT];
    hw_buf_printf(b, "%s\nmade %s\nkey ", HW_PACK_FIRST_LINE,
                  hw_time_text(now_ns - now_ns % HW_NS_PER_SECOND, made));
    hw_buf_hex(b, (struct hw_span){key, HW_ED25519_KEY});
    hw_buf_char(b, '\n');
    for (; d != NULL; d = d->next) {
        hw_buf_hex(b, (struct hw_span){d->sha256, 32});
        hw_buf_printf(b, " %llu ", (unsigned long long)d->size);
        hw_buf_span_put(b, d->source);
        hw_buf_char(b, '\n');
    }
}

static int write_all(struct writing *w, const struct document *d, struct hw_span manifest,
                     const uint8_t seed[HW_ED25519_KEY])
{
    static const uint8_t end[2 * HW_USTAR_BLOCK];
    uint8_t signature[HW_ED25519_SIGNATURE];
    if (manifest.n > HW_PACK_MANIFEST_BYTES || !hw_ed25519_sign(seed, manifest, signature)) {
        return hw_fail(w->err, HW_E_LIMIT, "the pack's list cannot be signed");
    }
    int rc = put_small(w, HW_PACK_MANIFEST, manifest);
    rc = rc != HW_OK
             ? rc
             : put_small(w, HW_PACK_SIGNATURE, (struct hw_span){signature, sizeof signature});
    for (; rc == HW_OK && d != NULL; d = d->next) {
        rc = put_document(w, d);
    }
    rc = rc != HW_OK ? rc : put(w, (struct hw_span){end, sizeof end});
    return rc == HW_OK && fsync(w->fd) != 0 && errno != EINVAL
               ? hw_fail(w->err, HW_E_IO, "writing the pack: %s", strerror(errno))
               : rc;
}

static int write_file(struct hw_case *c, const char *path, const struct document *d,
                      const uint8_t seed[HW_ED25519_KEY], const uint8_t key[HW_ED25519_KEY],
                      int64_t now_ns, uint64_t *out_bytes, struct hw_error *err)
{
    struct hw_buf b;
    struct writing w = {.c = c, .mtime_s = (uint64_t)(now_ns / HW_NS_PER_SECOND), .err = err};
    hw_buf_init(&b, LIST_BYTES);
    list(d, key, now_ns, &b);
    w.chunk = malloc(COPY_BYTES);
    int rc = hw_buf_ok(&b) && w.chunk != NULL ? HW_OK
                                              : hw_fail(err, HW_E_MEMORY, "no memory for a pack");
    w.fd =
        rc == HW_OK ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;
    if (rc == HW_OK && w.fd < 0) {
        rc = hw_fail(err, HW_E_USAGE, "--pack %.120s: %s", path, strerror(errno));
    }
    bool made = w.fd >= 0;
    rc = rc != HW_OK ? rc : write_all(&w, d, hw_buf_span(&b), seed);
    if (made && close(w.fd) != 0 && rc == HW_OK) {
        rc = hw_fail(err, HW_E_IO, "--pack %.120s: %s", path, strerror(errno));
    }
    if (made && rc != HW_OK) {
        (void)unlink(path); /* half a pack is none */
    }
    free(w.chunk);
    hw_buf_done(&b);
    *out_bytes = w.bytes;
    return rc;
}

int hw_pack_write(struct hw_case *c, const char *path, const char *key_path, int64_t now_ns,
                  struct hw_pack_written *out, struct hw_error *err)
{
    uint8_t seed[HW_ED25519_KEY], key[HW_ED25519_KEY];
    struct document *first = NULL;
    struct hw_arena *arena = hw_arena_new(LIST_BYTES);
    *out = (struct hw_pack_written){.documents = 0};
    int rc = arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a pack") : HW_OK;
    rc = rc != HW_OK ? rc : collect(c, arena, &first, out, err);
    if (rc == HW_OK && first == NULL) {
        rc =
            hw_fail(err, HW_E_MISSING,
                    "the case keeps no published knowledge to pack (%llu not kept): learn it again",
                    (unsigned long long)out->missing);
    }
    rc = rc != HW_OK ? rc : hw_signing_key_read(key_path, seed, err);
    if (rc == HW_E_MISSING) {
        out->new_key = true;
        rc = hw_signing_key_make(key_path, seed, err);
    }
    rc = rc != HW_OK ? rc : hw_signing_key_public(key_path, seed, key, out->fingerprint, err);
    rc = rc != HW_OK ? rc : write_file(c, path, first, seed, key, now_ns, &out->bytes, err);
    explicit_bzero(seed, sizeof seed);
    hw_arena_free(arena);
    return rc;
}
