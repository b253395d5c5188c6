/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_event.c -- the records that correlations join, kept while the logs are walked.
 *
 * Of a record its time, its place and the fields that some correlation groups by or counts are
 * kept, texts once each. Bounds: so many records of one rule and of all, so many bytes of texts;
 * logs come in the order of their digests, so what is beyond is the same whatever came first, and
 * it is counted. A record that came by two roads is known by its number where its source gives one,
 * else by all that it says and how often that came before in its log (as derive/collect.c does).
 */
#include <stdlib.h>
#include <string.h>

#include "ask/sigma.h"
#include "base/digest.h"
#include "base/grow.h"
#include "base/time.h"
#include "fact/id.h"

enum {
    EVENTS_RULE = 200000,
    EVENTS_ALL = 1000000,
    TEXTS_MOST = 8000000,
    WORDS_BYTES = HW_RECORD_BYTES * 2,
};
static const size_t TEXT_BYTES = (size_t)256 << 20;

int sigma_kept_init(struct sigma_kept *k, struct hw_error *err)
{
    *k = (struct sigma_kept){.arena = hw_arena_new(TEXT_BYTES)};
    hw_buf_init(&k->words, WORDS_BYTES);
    return k->arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for what correlations join")
                            : HW_OK;
}

void sigma_kept_done(struct sigma_kept *k)
{
    hw_arena_free(k->arena);
    free(k->texts);
    free(k->slots);
    free(k->values);
    hw_buf_done(&k->words);
}

/* ---- texts ---- */

static uint64_t hash_of(struct hw_span s)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ s.p[i]) * UINT64_C(1099511628211);
    }
    return h ^ h >> 29;
}

struct hw_span sigma_text_get(const struct sigma_kept *k, uint32_t n)
{
    return n == 0 ? (struct hw_span){NULL, 0}
                  : (struct hw_span){k->texts[n - 1].p, k->texts[n - 1].n};
}

static uint32_t *slot_of(const struct sigma_kept *k, struct hw_span s)
{
    size_t at = (size_t)hash_of(s) & (k->slot_count - 1);
    while (k->slots[at] != 0 && !hw_span_equal(sigma_text_get(k, k->slots[at]), s)) {
        at = (at + 1) & (k->slot_count - 1);
    }
    return &k->slots[at];
}

static bool more_slots(struct sigma_kept *k)
{
    size_t n = k->slot_count == 0 ? 4096 : k->slot_count * 2;
    uint32_t *was = k->slots, *slots = calloc(n, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    k->slots = slots;
    k->slot_count = n;
    for (size_t i = 0; i < k->text_count; i++) {
        *slot_of(k, sigma_text_get(k, (uint32_t)(i + 1))) = (uint32_t)(i + 1);
    }
    free(was);
    return true;
}

/* The number of exactly this text. */
static uint32_t text_as_is(struct sigma_kept *k, struct hw_span s)
{
    if (s.n == 0 || s.n > UINT32_MAX ||
        (k->slot_count < 2 * (k->text_count + 1) && !more_slots(k))) {
        return 0;
    }
    uint32_t *slot = slot_of(k, s);
    if (*slot != 0) {
        return *slot;
    }
    if (HW_GROW(k->texts, k->text_count, k->text_room, TEXTS_MOST) != HW_OK) {
        return 0;
    }
    uint8_t *copy = hw_arena_copy(k->arena, s);
    if (copy == NULL) {
        return 0;
    }
    k->texts[k->text_count++] = (struct sigma_text){copy, (uint32_t)s.n, 0};
    *slot = (uint32_t)k->text_count;
    return *slot;
}

uint32_t sigma_text(struct sigma_kept *k, struct hw_span s)
{
    uint32_t n = text_as_is(k, s);
    if (n == 0 || k->texts[n - 1].lower != 0) {
        return n;
    }
    hw_buf_clear(&k->words);
    for (size_t i = 0; i < s.n; i++) {
        hw_buf_char(&k->words, (char)hw_ascii_lower(s.p[i]));
    }
    uint32_t lower = hw_buf_ok(&k->words) ? text_as_is(k, hw_buf_span(&k->words)) : 0;
    if (lower == 0) {
        return 0;
    }
    k->texts[n - 1].lower = lower;
    k->texts[lower - 1].lower = lower;
    return n;
}

/* ---- events ---- */

static void part(struct hw_buf *b, struct hw_span s)
{
    hw_buf_u32le(b, (uint32_t)s.n);
    hw_buf_span_put(b, s);
}

/* Which record this is: on this machine, whatever file it was read from. */
static int identify(struct sigma_kept *k, const struct sigma_seen *seen, struct hw_span scope,
                    struct sigma_event *e, struct hw_error *err)
{
    const struct hw_record *r = seen->record;
    uint8_t digest[HW_DIGEST_BYTES_MAX];
    struct hw_buf *b = &k->words;
    hw_buf_clear(b);
    part(b, scope);
    part(b, sigma_text_get(k, e->host == 0 ? 0 : k->texts[e->host - 1].lower));
    part(b, seen->source);
    part(b, seen->event);
    e->numbered = r->number != 0 && seen->channel.n > 0 && hw_span_is(seen->source, "windows");
    if (e->numbered) {
        part(b, seen->channel);
        hw_buf_u64le(b, r->number);
    } else {
        hw_buf_u64le(b, (uint64_t)r->time_ns);
        for (size_t i = 0; i < r->count; i++) {
            part(b, r->values[i]);
        }
    }
    if (!hw_buf_ok(b)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for what correlations join");
    }
    int rc = hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(b), digest, NULL, err);
    memcpy(e->same, digest, sizeof e->same);
    return rc;
}

bool sigma_stream_add(struct sigma_kept *k, struct sigma_stream *s, const struct sigma_event *e)
{
    if (s->count == EVENTS_RULE || k->events == EVENTS_ALL) {
        s->left++;
        return false;
    }
    if (HW_GROW(s->events, s->count, s->room, EVENTS_RULE) != HW_OK) {
        s->left++;
        return false;
    }
    s->events[s->count++] = *e;
    k->events++;
    return true;
}

int sigma_keep(struct sigma_kept *k, struct sigma_stream *s, const struct sigma_seen *seen,
               struct hw_error *err)
{
    const struct hw_record *r = seen->record;
    char own[HW_SCOPE_TEXT];
    struct hw_span scope = seen->log->org;
    struct sigma_event e = {.at = r->time_ns,
                            .from = r->time_ns,
                            .number = r->number,
                            .off = r->off,
                            .log = seen->log_number,
                            .values = (uint32_t)k->value_count,
                            .fresh = true};
    if (r->time_ns == HW_TIME_NONE) {
        s->untimed++;
        return HW_OK;
    }
    if (scope.n == 0) {
        hw_scope_of_evidence(seen->log->evidence, own);
        scope = hw_span_str(own);
    }
    bool full = s->count == EVENTS_RULE || k->events == EVENTS_ALL ||
                HW_GROW_BY(k->values, k->value_count, s->wanted_count, k->value_room,
                           HW_GROW_MOST) != HW_OK;
    e.scope = full ? 0 : sigma_text(k, scope);
    e.host = full ? 0 : sigma_text(k, seen->host);
    full = full || e.scope == 0 || (e.host == 0 && seen->host.n > 0);
    for (unsigned i = 0; i < s->wanted_count && !full; i++) {
        struct hw_span v = seen->value(seen->state, s->fields[i]);
        uint32_t n = sigma_text(k, v);
        full = n == 0 && v.n > 0;
        k->values[e.values + i] = n;
    }
    if (full) {
        s->left++;
        return HW_OK;
    }
    int rc = identify(k, seen, scope, &e, err);
    if (rc == HW_OK && sigma_stream_add(k, s, &e)) {
        k->value_count += s->wanted_count;
    }
    return rc;
}

/* ---- one record, once ---- */

static int by_record(const void *a, const void *b)
{
    const struct sigma_event *x = a, *y = b;
    int by = memcmp(x->same, y->same, sizeof x->same);
    by = by != 0 ? by : (x->log > y->log) - (x->log < y->log);
    return by != 0 ? by : (x->off > y->off) - (x->off < y->off);
}

static int by_time(const void *a, const void *b)
{
    const struct sigma_event *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    by = by != 0 ? by : (x->log > y->log) - (x->log < y->log);
    by = by != 0 ? by : (x->off > y->off) - (x->off < y->off);
    return by != 0 ? by : (x->number > y->number) - (x->number < y->number);
}

/* Of the same record in several logs, those of the log that has it most often. */
static size_t settle_one(struct sigma_event *e, size_t count, struct sigma_event *out)
{
    size_t best = 0, most = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && e[end].log == e[i].log; end++) {
            e[end].again = (uint32_t)(end - i);
        }
        if (end - i > most) {
            best = i;
            most = end - i;
        }
    }
    most = e[0].numbered ? 1 : most;
    memmove(out, e + best, most * sizeof *e);
    return most;
}

void sigma_stream_settle(struct sigma_stream *s)
{
    size_t kept = 0;
    if (s->count == 0) {
        return;
    }
    qsort(s->events, s->count, sizeof *s->events, by_record);
    for (size_t i = 0, end; i < s->count; i = end) {
        for (end = i + 1; end < s->count && memcmp(s->events[i].same, s->events[end].same, 16) == 0;
             end++) {
        }
        kept += settle_one(s->events + i, end - i, s->events + kept);
    }
    s->count = kept;
    qsort(s->events, s->count, sizeof *s->events, by_time);
}
