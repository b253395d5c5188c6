/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/names.c -- a box's member names, judged as a careless unpacker would suffer from them.
 *
 * Names are bytes and stay as they are; what is wrong with one becomes an anomaly of its box. To
 * tell duplicates among a million names only a keyed 64-bit hash of each is kept (SipHash-2-4,
 * Aumasson and Bernstein 2012). The key comes from the input's own SHA-256: the same input always
 * gives the same facts, and whoever chooses names to collide changes the key by choosing them.
 */
#include "evidence/room.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 512 };

struct slot {
    uint64_t folded, exact; /* folded 0: free */
};

struct hw_names {
    struct slot *slots; /* pages; room is a power of two, at most half full */
    size_t room, used;
    uint64_t case_twins;
    bool full;
};

struct hw_span hw_name_text(struct hw_exam *x, const struct hw_node *box, struct hw_span name)
{
    bool listed = box->anomalies <= HW_ANOMALIES_LISTED;
    return listed ? hw_exam_text(x, name, 200) : HW_SPAN_LIT("");
}

static uint64_t rotate(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

static uint8_t as_is(uint8_t c)
{
    return c;
}

static uint8_t fold(uint8_t c)
{
    return c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static uint64_t sip(const uint64_t key[2], struct hw_span s, uint8_t (*as)(uint8_t))
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU,
                     key[0] ^ 0x6c7967656e657261U, key[1] ^ 0x7465646279746573U};
    uint64_t word = 0;
    for (size_t i = 0; i < s.n; i++) {
        word |= (uint64_t)as(s.p[i]) << (i % 8 * 8);
        if (i % 8 == 7) {
            v[3] ^= word, sip_round(v), sip_round(v), v[0] ^= word, word = 0;
        }
    }
    word |= (uint64_t)s.n << 56;
    v[3] ^= word, sip_round(v), sip_round(v), v[0] ^= word;
    v[2] ^= 0xff;
    for (unsigned i = 0; i < 4; i++) {
        sip_round(v);
    }
    uint64_t h = v[0] ^ v[1] ^ v[2] ^ v[3];
    return h == 0 ? 1 : h;
}

/* The slot of this name, or the free one it would take. *twin: another exact name folds to it. */
static struct slot *find(const struct hw_names *t, uint64_t folded, uint64_t exact, bool *twin)
{
    *twin = false;
    for (size_t i = (size_t)folded & (t->room - 1);; i = (i + 1) & (t->room - 1)) {
        struct slot *s = &t->slots[i];
        if (s->folded == 0 || (s->folded == folded && s->exact == exact)) {
            return s;
        }
        *twin = *twin || s->folded == folded;
    }
}

static bool make_room(struct hw_exam *x, struct hw_names *t)
{
    if (t->used * 2 < t->room) {
        return true;
    }
    struct hw_names wide = *t;
    wide.room = t->room == 0 ? FIRST_ROOM : t->room * 2;
    size_t had = t->room * sizeof(struct slot), want = wide.room * sizeof(struct slot);
    if (want > x->limits.member_bytes || x->live_bytes > x->limits.member_bytes - want) {
        return false;
    }
    wide.slots = hw_pages_grow(NULL, 0, want);
    if (wide.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < t->room; i++) {
        bool twin;
        if (t->slots[i].folded != 0) {
            *find(&wide, t->slots[i].folded, t->slots[i].exact, &twin) = t->slots[i];
        }
    }
    hw_pages_free(t->slots, had);
    x->live_bytes += want - had;
    *t = wide;
    return true;
}

static struct hw_names *table_of(struct hw_exam *x, struct hw_node *box)
{
    if (box->names == NULL) {
        box->names = hw_arena_alloc(x->arena, sizeof *box->names);
    }
    return box->names;
}

static void remember(struct hw_exam *x, struct hw_node *box, struct hw_span name, uint64_t off)
{
    struct hw_names *t = table_of(x, box);
    if (t == NULL || t->full) {
        return;
    }
    if (!make_room(x, t)) {
        t->full = true;
        hw_say_anomaly(x, box, "over-budget", off, 0,
                       "no memory to compare more than %zu names of this box", t->used);
        return;
    }
    if (name.n > 2 && name.p[0] == '.' && name.p[1] == '/') {
        name.p += 2, name.n -= 2; /* "./x" unpacks to the same place as "x" */
    }
    bool twin;
    uint64_t folded = sip(x->name_key, name, fold), exact = sip(x->name_key, name, as_is);
    struct slot *s = find(t, folded, exact, &twin);
    if (s->folded != 0) {
        struct hw_span text = hw_name_text(x, box, name);
        hw_say_anomaly(x, box, "duplicate", off, 0, "more than one member is named \"%.*s\"",
                       (int)text.n, (const char *)text.p);
        return;
    }
    *s = (struct slot){folded, exact};
    t->used++;
    t->case_twins += twin;
}

static bool is_bidi(const uint8_t *p, size_t n)
{
    /* U+202A..202E and U+2066..2069 in UTF-8: they turn what people read around. */
    return n >= 3 && p[0] == 0xe2 &&
           ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static bool is_separator(uint8_t c)
{
    return c == '/' || c == '\\';
}

/* What is wrong with the name, in words; NULL when nothing is. The worst is said. */
static const char *objection(struct hw_span s)
{
    if (s.n == 0) {
        return "is empty";
    }
    bool control = false, bidi = false, backslash = false;
    size_t part = 0; /* where the component began */
    for (size_t i = 0; i <= s.n; i++) {
        if (i == s.n || is_separator(s.p[i])) {
            if (i - part == 2 && s.p[part] == '.' && s.p[part + 1] == '.') {
                return "climbs out of its box";
            }
            part = i + 1;
        }
        if (i < s.n) {
            control = control || s.p[i] < 0x20 || s.p[i] == 0x7f;
            bidi = bidi || is_bidi(s.p + i, s.n - i);
            backslash = backslash || s.p[i] == '\\';
        }
    }
    if (is_separator(s.p[0])) {
        return "is absolute";
    }
    uint8_t letter = fold(s.p[0]);
    if (s.n >= 2 && s.p[1] == ':' && letter >= 'a' && letter <= 'z') {
        return "names a drive";
    }
    return control     ? "holds control characters"
           : bidi      ? "holds marks that turn the text around"
           : backslash ? "holds backslashes"
                       : NULL;
}

struct hw_span hw_names_judge(struct hw_exam *x, struct hw_node *box, struct hw_span name,
                              uint64_t off)
{
    const char *why = objection(name);
    struct hw_span cut = name;
    if (name.n > HW_NAME_BYTES) {
        why = "is longer than 4,096 bytes and is cut";
        cut.n = HW_NAME_BYTES;
    }
    if (why != NULL) {
        struct hw_span text = hw_name_text(x, box, name);
        hw_say_anomaly(x, box, "bad-name", off, name.n, "the name \"%.*s\" %s", (int)text.n,
                       (const char *)text.p, why);
    }
    remember(x, box, name, off);
    return cut;
}

void hw_names_done(struct hw_exam *x, struct hw_node *box)
{
    struct hw_names *t = box->names;
    if (t == NULL) {
        return;
    }
    if (t->case_twins > 0) {
        hw_say_number(x, box, "box.case-twins", t->case_twins);
    }
    size_t had = t->room * sizeof(struct slot);
    hw_pages_free(t->slots, had);
    x->live_bytes -= had;
    box->names = NULL;
}
