/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/target.c -- what a person means by a target: an id, a hash, kind:key, a source's own id, a
 * path.
 */
#include <string.h>

#include "ask/trace.h"
#include "base/buf.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"
#include "case/cursor.h"

enum { LISTED = 40 };

struct finding {
    struct hw_walk *w;
    struct hw_arena *arena;
    struct hw_target_list *out;
    struct hw_buf says;
    struct hw_error *err;
    size_t room;
};

static int keep(struct finding *f, uint32_t n, const struct hw_thing *t)
{
    struct hw_target_list *l = f->out;
    if (HW_GROW_IN(f->arena, l->p, l->count, f->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(f->err, HW_E_MEMORY, "no memory for what was found");
    }
    l->p[l->count++] = n;
    if (l->count <= LISTED) {
        hw_buf_str(&f->says, "e-");
        hw_buf_hex(&f->says, (struct hw_span){t->id, HW_ID_BYTES});
        hw_buf_printf(&f->says, "  %-9s ", hw_entity_word(t->kind));
        hw_escape_put(&f->says, t->name, HW_ESCAPE_TERMINAL);
        hw_buf_str(&f->says, "  ");
        hw_escape_put(&f->says, t->key, HW_ESCAPE_TERMINAL);
        if (t->kind == HW_ENTITY_HOST && t->scope[0] != 0) { /* two may have one name */
            hw_buf_str(&f->says, "  of ");
            hw_escape_put(&f->says, hw_span_str(t->scope), HW_ESCAPE_TERMINAL);
        }
        hw_buf_char(&f->says, '\n');
    }
    return HW_OK;
}

static int ask_one(struct finding *f, const struct hw_thing_ask *ask)
{
    struct hw_thing t;
    uint32_t n;
    int rc = hw_walk_find(f->w, ask, f->err);
    while (rc == HW_OK && (rc = hw_walk_found(f->w, &n, &t, f->err)) == HW_ROW) {
        rc = keep(f, n, &t);
    }
    return rc;
}

static unsigned nibble(uint8_t c)
{
    return hw_ascii_is_digit(c) ? (unsigned)c - '0' : (unsigned)(hw_ascii_lower(c) - 'a') + 10U;
}

/* "e-" and up to 16 digits, as the range of ids that begin so. */
static int by_id(struct finding *f, struct hw_span s)
{
    uint8_t lo[HW_ID_BYTES], hi[HW_ID_BYTES];
    memset(lo, 0, sizeof lo);
    memset(hi, 0xff, sizeof hi);
    for (size_t i = 2; i < s.n; i++) {
        size_t at = (i - 2) / 2;
        unsigned d = nibble(s.p[i]);
        bool high = i % 2 == 0;
        lo[at] = (uint8_t)(high ? d << 4 : (lo[at] & 0xf0U) | d);
        hi[at] = (uint8_t)(high ? d << 4 | 0x0fU : (hi[at] & 0xf0U) | d);
    }
    return ask_one(f, &(struct hw_thing_ask){.id_lo = {lo, sizeof lo}, .id_hi = {hi, sizeof hi}});
}

static bool is_hash(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (!hw_ascii_is_digit(c) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return s.n == 64 || s.n == 40 || s.n == 32;
}

static struct hw_span lower(struct finding *f, struct hw_span s)
{
    uint8_t *p = hw_arena_copy(f->arena, s);
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        p[i] = hw_ascii_lower(p[i]);
    }
    return (struct hw_span){p, p == NULL ? 0 : s.n};
}

/* Windows paths are kept in lower case. */
static struct hw_span as_kept(struct finding *f, struct hw_span path)
{
    return hw_span_find(path, '\\') < path.n ? lower(f, path) : path;
}

static int by_path(struct finding *f, struct hw_span path)
{
    struct hw_span kept = as_kept(f, path);
    int rc = ask_one(f, &(struct hw_thing_ask){.kind = HW_ENTITY_FILE, .name = kept});
    if (rc != HW_OK || f->out->count > 0) {
        return rc;
    }
    /* A name alone, or the end of a path: with its separator, so that no half name fits. */
    static const char separators[] = "\\/";
    for (unsigned i = 0; i < 2 && rc == HW_OK && f->out->count == 0; i++) {
        struct hw_buf b;
        hw_buf_init(&b, 1 << 17);
        hw_buf_char(&b, separators[i]);
        hw_buf_span_put(&b, i == 0 ? lower(f, path) : path);
        struct hw_span end = hw_buf_span(&b);
        rc = ask_one(f, &(struct hw_thing_ask){.kind = HW_ENTITY_FILE, .name_end = end});
        hw_buf_done(&b);
    }
    return rc;
}

/* kind:key, where the key may be the name or the source's own id. */
static int by_kind(struct finding *f, enum hw_entity kind, struct hw_span key)
{
    struct hw_thing t;
    uint32_t n;
    struct hw_span low = lower(f, key);
    int rc = hw_walk_find(f->w, &(struct hw_thing_ask){.kind = kind}, f->err);
    while (rc == HW_OK && (rc = hw_walk_found(f->w, &n, &t, f->err)) == HW_ROW) {
        rc = HW_OK;
        size_t bar = hw_span_find(t.key, '|');
        bool fits = hw_span_equal_nocase(t.key, key) || hw_span_equal_nocase(t.name, key) ||
                    hw_span_equal_nocase(t.native, low) ||
                    (bar < t.key.n && hw_span_equal_nocase(hw_span_from(t.key, bar + 1), key));
        if (fits) {
            rc = keep(f, n, &t);
        }
    }
    return rc;
}

/* Several contents of one path on one machine are one target; so are several ways to say it. */
static bool one_meant(struct finding *f, struct hw_error *err)
{
    struct hw_thing t;
    uint32_t host = UINT32_MAX;
    for (size_t i = 0; i < f->out->count; i++) {
        if (hw_walk_thing(f->w, f->out->p[i], &t, err) != HW_OK || t.kind != HW_ENTITY_FILE ||
            (i > 0 && t.host != host)) {
            return false;
        }
        host = t.host;
    }
    return true;
}

static int look(struct finding *f, struct hw_span s)
{
    char text[24];
    size_t colon = hw_span_find(s, ':');
    enum hw_entity kind = colon < s.n ? hw_entity_of(hw_span_cut(s, 0, colon)) : HW_ENTITY_NONE;
    if (s.n < sizeof text) {
        memcpy(text, s.p, s.n);
        text[s.n] = 0;
        if (hw_id_is(text) && text[0] == 'e') {
            return by_id(f, s);
        }
    }
    if (kind != HW_ENTITY_NONE && colon > 1) {
        return by_kind(f, kind, hw_span_from(s, colon + 1));
    }
    if (is_hash(s)) {
        return ask_one(f, &(struct hw_thing_ask){.kind = HW_ENTITY_ARTIFACT, .name = lower(f, s)});
    }
    int rc = ask_one(f, &(struct hw_thing_ask){.native = lower(f, s)});
    rc = rc != HW_OK || f->out->count > 0 ? rc : by_path(f, s);
    static const enum hw_entity kinds[] = {HW_ENTITY_SERVICE, HW_ENTITY_ADDRESS, HW_ENTITY_DOMAIN,
                                           HW_ENTITY_ACCOUNT, HW_ENTITY_URL,     HW_ENTITY_HOST};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && rc == HW_OK && f->out->count == 0;
         i++) {
        bool as_written = kinds[i] == HW_ENTITY_URL || kinds[i] == HW_ENTITY_HOST;
        rc = ask_one(
            f, &(struct hw_thing_ask){.kind = kinds[i], .name = as_written ? s : lower(f, s)});
    }
    return rc;
}

int hw_trace_targets(struct hw_walk *w, struct hw_span target, struct hw_arena *arena,
                     struct hw_target_list *out, struct hw_error *err)
{
    struct finding f = {.w = w, .arena = arena, .out = out, .err = err};
    *out = (struct hw_target_list){.count = 0};
    hw_buf_init(&f.says, 1 << 20);
    int rc = look(&f, target);
    if (rc == HW_OK && out->count > 1 && !one_meant(&f, err)) {
        out->says = (struct hw_span){hw_arena_copy(arena, hw_buf_span(&f.says)), f.says.n};
        rc = hw_fail(err, HW_E_USAGE, "\"%.*s\" fits %zu things; they are listed: give one id",
                     (int)(target.n > 80 ? 80 : target.n), (const char *)target.p, out->count);
    } else if (rc == HW_OK && out->count == 0) {
        rc = hw_fail(err, HW_E_MISSING, "the records know nothing by the name \"%.*s\"",
                     (int)(target.n > 120 ? 120 : target.n), (const char *)target.p);
    }
    hw_buf_done(&f.says);
    return rc;
}
