/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/pack.c -- a knowledge pack: published documents carried where no network is.
 *
 * Our own form, docs/formats/pack.md; a tar (POSIX.1-1988 ustar) that `tar tf` lists:
 *
 *   headwater-pack       lines: "headwater-pack 1", "made TIME", "key HEX",
 *                        then "SHA256 SIZE SOURCE" for each member, in order
 *   headwater-pack.sig   64 bytes: Ed25519 (RFC 8032) over the bytes of headwater-pack
 *   knowledge/SHA256     each document as it was learned
 *
 * A pack is read by the letter: each header is made anew from what was signed and compared, nothing
 * may stand between or behind the members, and each member must have the hash that was signed. The
 * signature is verified before the list is read. Anything else is a pack that was tampered with,
 * and said by the member's name. Asked for by HW_READ_FEED alone; the documents are read
 * afterwards, each as evidence of its own.
 */
#include "evidence/knowledge/pack.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "base/ustar.h"
#include "trust/ed25519.h"
#include "trust/hash.h"

enum { BITS = 160, SIZE_AT = 124, TIME_AT = 136, OCTAL = 11, HEX = 64 };

struct pack {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_reader r;    /* over the tar */
    uint64_t mtime_s;      /* of every header */
    struct hw_span member; /* bytes of the last member */
    uint64_t member_off;
};

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    hw_reader_init(&r, bytes, fuel);
    bool ours = hw_read_magic(&r, HW_PACK_MANIFEST, sizeof HW_PACK_MANIFEST) &&
                hw_read_skip(&r, 257 - sizeof HW_PACK_MANIFEST) && hw_read_magic(&r, "ustar", 6);
    return ours ? BITS : 0;
}

/* Why the pack counts for nothing, by the name of the member at fault. */
static bool refuse(struct pack *p, uint64_t off, const char *name, const char *why)
{
    char words[240];
    (void)snprintf(words, sizeof words, "%.90s: %s", name, why);
    hw_say_anomaly(p->x, p->n, "bad-value", off, 0, "%s", words);
    const char *kept = (const char *)hw_arena_copy(p->x->arena, hw_span_str(words));
    hw_say_degree(p->n, HW_BROKEN, kept == NULL ? why : kept);
    return false;
}

static bool octal(struct hw_span s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '7') {
            return false;
        }
        v = v << 3 | (uint64_t)(s.p[i] - '0');
    }
    *out = v;
    return true;
}

/* The next member must be this one, of this size; UINT64_MAX: of whatever size it says. */
static bool next(struct pack *p, const char *name, uint64_t size)
{
    uint8_t want[HW_USTAR_BLOCK];
    struct hw_span head, pad;
    uint64_t off = hw_read_where(&p->r), said = 0, mtime = 0;
    if (!hw_read_bytes(&p->r, HW_USTAR_BLOCK, &head)) {
        return refuse(p, off, name, "the pack ends before it");
    }
    if (!octal(hw_span_cut(head, SIZE_AT, OCTAL), &said) ||
        !octal(hw_span_cut(head, TIME_AT, OCTAL), &mtime)) {
        return refuse(p, off, name, "its header is none that we write");
    }
    bool first = size == UINT64_MAX;
    size = first ? said : size;
    p->mtime_s = first && off == 0 ? mtime : p->mtime_s;
    if (!hw_ustar_head(name, size, p->mtime_s, want) ||
        !hw_span_equal(head, (struct hw_span){want, sizeof want})) {
        return refuse(p, off, name, "its header is not what it must be");
    }
    p->member_off = hw_read_where(&p->r);
    if (!hw_read_bytes(&p->r, size, &p->member) ||
        !hw_read_bytes(&p->r, hw_ustar_pad(size), &pad)) {
        return refuse(p, off, name, "the pack ends inside it");
    }
    for (size_t i = 0; i < pad.n; i++) {
        if (pad.p[i] != 0) {
            return refuse(p, off, name, "bytes are hidden behind it");
        }
    }
    return true;
}

static void say_text(struct pack *p, const char *key, struct hw_span text)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PROPERTY, p->n->number);
    hw_fact_str(&f, HW_PROPERTY_KEY, key);
    hw_fact_span(&f, HW_PROPERTY_TEXT, text);
    hw_say(p->x, &f);
}

/* A line "WORD VALUE"; the value. */
static bool word_line(struct hw_reader *lines, const char *word, struct hw_span *out)
{
    struct hw_span line;
    size_t n = strlen(word);
    if (!hw_read_line(lines, 256, &line) || !hw_span_starts(line, word) || line.n <= n + 1 ||
        line.p[n] != ' ') {
        return false;
    }
    *out = hw_span_from(line, n + 1);
    return true;
}

/* The three lines that say what this is, and the signature over all of them. */
static bool verify(struct pack *p, struct hw_reader *lines)
{
    struct hw_span manifest = p->member, first, made, key_hex;
    uint64_t manifest_off = p->member_off;
    uint8_t key[HW_ED25519_KEY];
    int64_t when;
    bool form = manifest.n <= HW_PACK_MANIFEST_BYTES && hw_read_line(lines, 256, &first) &&
                hw_span_is(first, HW_PACK_FIRST_LINE) && word_line(lines, "made", &made) &&
                hw_time_parse(made, &when) && word_line(lines, "key", &key_hex) &&
                key_hex.n == HEX && hw_hex_decode(key_hex, key, sizeof key);
    if (!form) {
        return refuse(p, manifest_off, HW_PACK_MANIFEST, "its first lines are none that we write");
    }
    if (!next(p, HW_PACK_SIGNATURE, HW_ED25519_SIGNATURE)) {
        return false;
    }
    if (hw_ed25519_verify((struct hw_span){key, sizeof key}, manifest, p->member) != HW_TRI_YES) {
        return refuse(p, p->member_off, HW_PACK_MANIFEST,
                      "tampered with: the signature does not fit");
    }
    hw_say_text(p->x, p->n, "feed.kind", HW_SPAN_LIT("knowledge-pack"));
    say_text(p, "pack.made", made);
    say_text(p, "pack.key", key_hex);
    hw_say_number(p->x, p->n, "pack.manifest", manifest_off);
    hw_say_number(p->x, p->n, "pack.manifest-bytes", manifest.n);
    hw_say_number(p->x, p->n, "pack.signature", p->member_off);
    return true;
}

/* "SHA256 SIZE SOURCE", and the member it is about. */
static bool one_member(struct pack *p, struct hw_span line, uint64_t line_off)
{
    char name[sizeof HW_PACK_FOLDER + HEX];
    uint8_t sha256[32], found[HW_HASH_BYTES], text[HEX + 44 + HW_PACK_SOURCE_BYTES];
    struct hw_span hex = hw_span_cut(line, 0, HEX), left = hw_span_from(line, HEX + 1);
    size_t digits = hw_span_find(left, ' ');
    uint64_t size = 0;
    if (line.n < HEX + 4 || line.p[HEX] != ' ' || !hw_hex_decode(hex, sha256, sizeof sha256) ||
        digits > 20 || digits >= left.n || !hw_span_u64(hw_span_cut(left, 0, digits), &size)) {
        return refuse(p, line_off, HW_PACK_MANIFEST, "a line of it is none that we write");
    }
    (void)snprintf(name, sizeof name, "%s%.*s", HW_PACK_FOLDER, HEX, (const char *)hex.p);
    if (!next(p, name, size)) {
        return false;
    }
    if (!hw_hash_one(HW_HASH_SHA256, p->member, found) ||
        !hw_span_equal((struct hw_span){found, 32}, (struct hw_span){sha256, 32})) {
        return refuse(p, p->member_off, name, "tampered with: it is not what was signed");
    }
    int n = snprintf((char *)text, sizeof text, "%.*s %llu %llu ", HEX, (const char *)hex.p,
                     (unsigned long long)p->member_off, (unsigned long long)size);
    size_t used = (size_t)n;
    used += hw_exam_clean(hw_span_from(left, digits + 1), text + used, sizeof text - used);
    say_text(p, "pack.member", (struct hw_span){text, used});
    return true;
}

/* Two blocks of zeros, and nothing else. */
static bool ended(struct pack *p)
{
    struct hw_span zeros;
    uint64_t off = hw_read_where(&p->r);
    bool fine = hw_read_left(&p->r) == 2UL * HW_USTAR_BLOCK &&
                hw_read_bytes(&p->r, 2UL * HW_USTAR_BLOCK, &zeros);
    for (size_t i = 0; fine && i < zeros.n; i++) {
        fine = zeros.p[i] == 0;
    }
    return fine || refuse(p, off, HW_PACK_MANIFEST, "bytes stand behind what was signed");
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct pack p = {.x = x, .n = n};
    struct hw_reader lines;
    struct hw_span line;
    if (x->reading != HW_READ_FEED) {
        hw_say_degree(n, HW_REFUSED, "a knowledge pack is verified first: name it by itself");
        return;
    }
    hw_node_reader(x, n, &p.r);
    if (!next(&p, HW_PACK_MANIFEST, UINT64_MAX)) {
        return;
    }
    hw_reader_init_at(&lines, p.member, p.member_off, &x->fuel);
    bool fine = verify(&p, &lines);
    unsigned count = 0;
    while (fine && hw_exam_going(x) && hw_read_left(&lines) > 0) {
        uint64_t off = hw_read_where(&lines);
        fine = hw_read_line(&lines, HEX + 24 + HW_PACK_SOURCE_BYTES, &line) &&
               ++count <= HW_PACK_MEMBERS_MAX;
        fine = fine ? one_member(&p, line, off)
                    : refuse(&p, off, HW_PACK_MANIFEST, "it has too many lines, or one too long");
    }
    if (fine && hw_exam_going(x) && ended(&p)) {
        hw_say_number(x, n, "pack.members", count);
    }
}

const struct hw_format hw_pack_format = {
    .word = "knowledge-pack", .probe = probe, .examine = examine};
