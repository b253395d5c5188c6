/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sbom.c -- what all bills of materials say alike: parts, digests, relations.
 *
 * Refs are kept as keyed hashes, so that a bill of half a million parts needs 16 MiB and no more
 * than its own fault can be made by whoever writes refs that collide. Beyond that refs are not
 * looked up, which is said.
 */
#include "evidence/knowledge/sbom.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "evidence/json.h"
#include "evidence/json_walk.h"

enum {
    SCRATCH_BYTES = 256 * 1024,
    REFS_FIRST = 1024,
    REFS_MOST = 1 << 20,
    NAME_BYTES = 1000,
    VERSION_BYTES = 250,
    URL_BYTES = 2000,
    SHOWN = 80,
};

void hw_sbom_init(struct hw_sbom *b, struct hw_exam *x, struct hw_node *n, const char *source)
{
    *b = (struct hw_sbom){.source = source};
    hw_teach_init(&b->teach, x, n, source);
    b->scratch = hw_arena_alloc(x->arena, SCRATCH_BYTES);
}

bool hw_sbom_going(const struct hw_sbom *b)
{
    return hw_teach_going(&b->teach);
}

void hw_sbom_fault(struct hw_sbom *b, const char *fault, uint64_t off)
{
    if (fault != NULL) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-encoding", off, 0, "%s", fault);
        hw_say_degree(b->teach.n, HW_BROKEN, "the document is not whole");
    }
}

void hw_sbom_done(struct hw_sbom *b)
{
    struct hw_exam *x = b->teach.x;
    if (b->refs_full) {
        hw_say_anomaly(x, b->teach.n, "over-budget", 0, 0,
                       "more than %d parts with an id: further ones cannot be joined",
                       (int)(b->ref_count));
    }
    hw_say_number(x, b->teach.n, "sbom.components", b->lines);
    hw_say_number(x, b->teach.n, "sbom.relations", b->edges);
    if (b->subject != 0) {
        hw_say_number(x, b->teach.n, "sbom.subject", b->subject);
    }
    hw_teach_done(&b->teach);
}

void hw_sbom_begin(struct hw_sbom *b, struct hw_sbom_part *p, uint64_t off)
{
    b->scratch_n = 0;
    *p = (struct hw_sbom_part){.off = off};
}

/* ---- strings ---- */

/* Escapes are rare, so only a string that has one is worth a parser and a copy. */
struct hw_span hw_sbom_string(struct hw_sbom *b, struct hw_span value, uint64_t off)
{
    struct hw_span s = hw_json_walk_string(value), out = {NULL, 0};
    struct hw_exam *x = b->teach.x;
    struct hw_json j;
    if (hw_span_find(s, '\\') == s.n) {
        return s;
    }
    hw_json_init(x, value, JSON_DECODE_ANY | JSON_ALLOW_NUL, &j);
    struct hw_span decoded = hw_json_text(j.root);
    if (j.root == NULL) {
        hw_say_anomaly(x, b->teach.n, "bad-encoding", off, value.n, "a string that is none: %s",
                       j.too_large ? "too large" : j.why.text);
    } else if (b->scratch != NULL && decoded.n <= SCRATCH_BYTES - b->scratch_n) {
        uint8_t *to = b->scratch + b->scratch_n;
        for (size_t i = 0; i < decoded.n; i++) {
            to[i] = decoded.p[i];
        }
        b->scratch_n += decoded.n;
        out = (struct hw_span){to, decoded.n};
    }
    hw_json_done(x, &j);
    return out;
}

struct hw_span hw_sbom_text(struct hw_sbom *b, const char *member, struct hw_span value,
                            uint64_t off)
{
    if (!hw_json_walk_is(value, '"')) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", off, value.n, "\"%s\" is no string",
                       member);
        return (struct hw_span){NULL, 0};
    }
    return hw_sbom_string(b, value, off);
}

/* ---- digests ---- */

static const struct {
    const char *written; /* without '-' and '_' */
    const char *word;
    size_t bytes; /* 0: any */
} algs[] = {
    {"ADLER32", "adler32", 4},
    {"BLAKE2B256", "blake2b-256", 32},
    {"BLAKE2B384", "blake2b-384", 48},
    {"BLAKE2B512", "blake2b-512", 64},
    {"BLAKE3", "blake3", 0},
    {"GITBLOB", "git-blob", 20},
    {"GITCOMMIT", "git-commit", 20},
    {"GITTAG", "git-tag", 20},
    {"MD2", "md2", 16},
    {"MD4", "md4", 16},
    {"MD5", "md5", 16},
    {"MD6", "md6", 0},
    {"SHA1", "sha1", 20},
    {"SHA224", "sha224", 28},
    {"SHA256", "sha256", 32},
    {"SHA3256", "sha3-256", 32},
    {"SHA3384", "sha3-384", 48},
    {"SHA3512", "sha3-512", 64},
    {"SHA384", "sha384", 48},
    {"SHA512", "sha512", 64},
    {"STREEBOG256", "streebog-256", 32},
    {"STREEBOG512", "streebog-512", 64},
};

static bool same_alg(struct hw_span written, const char *plain)
{
    for (size_t i = 0; i < written.n; i++) {
        uint8_t c = written.p[i];
        if (c == '-' || c == '_') {
            continue;
        }
        if (*plain == '\0' || hw_ascii_lower(c) != hw_ascii_lower((uint8_t)*plain)) {
            return false;
        }
        plain++;
    }
    return *plain == '\0';
}

void hw_sbom_digest(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span alg,
                    struct hw_span hex, uint64_t off)
{
    size_t i = 0, count = sizeof algs / sizeof algs[0];
    while (i < count && !same_alg(alg, algs[i].written)) {
        i++;
    }
    struct hw_span shown = hw_name_text(b->teach.x, b->teach.n, hw_span_cut(alg, 0, SHOWN));
    if (i == count) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", off, 0,
                       "a digest of no algorithm known here: '%.*s'", (int)shown.n,
                       shown.n == 0 ? "" : (const char *)shown.p);
        return;
    }
    hex = hw_span_trim(hex);
    if (p->digest_count == HW_SBOM_DIGESTS) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-count", off, 0,
                       "more than %d digests of one part; this one is not kept", HW_SBOM_DIGESTS);
        return;
    }
    struct hw_sbom_digest *d = &p->digests[p->digest_count];
    d->alg = algs[i].word;
    d->n = hex.n / 2;
    if (hex.n % 2 != 0 || d->n == 0 || d->n > sizeof d->bytes ||
        (algs[i].bytes != 0 && d->n != algs[i].bytes) || !hw_hex_decode(hex, d->bytes, d->n)) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", off, hex.n, "no %s digest",
                       algs[i].word);
        return;
    }
    p->digest_count++;
}

/* ---- refs ---- */

static uint64_t hash_of(const struct hw_sbom *b, struct hw_span ref)
{
    uint64_t h = hw_scan_hash(ref, b->teach.x->name_key[0]);
    return h == 0 ? 1 : h;
}

static struct hw_sbom_ref *slot(struct hw_sbom_ref *refs, size_t room, uint64_t hash)
{
    size_t at = (size_t)(hash % room);
    while (refs[at].hash != 0 && refs[at].hash != hash) {
        at = at + 1 == room ? 0 : at + 1;
    }
    return &refs[at];
}

static bool grow(struct hw_sbom *b)
{
    size_t room = b->ref_room == 0 ? REFS_FIRST : b->ref_room * 2;
    struct hw_sbom_ref *refs =
        room > REFS_MOST ? NULL : hw_arena_array(b->teach.x->arena, room, sizeof *refs);
    if (refs == NULL) {
        b->refs_full = true;
        return false;
    }
    for (size_t i = 0; i < b->ref_room; i++) {
        if (b->refs[i].hash != 0) {
            *slot(refs, room, b->refs[i].hash) = b->refs[i];
        }
    }
    b->refs = refs;
    b->ref_room = room;
    return true;
}

static void keep_ref(struct hw_sbom *b, struct hw_span ref, uint64_t off)
{
    if (b->refs_full || (b->ref_count * 2 >= b->ref_room && !grow(b))) {
        return;
    }
    uint64_t hash = hash_of(b, ref);
    struct hw_sbom_ref *r = slot(b->refs, b->ref_room, hash);
    if (r->hash == hash) {
        struct hw_span s = hw_name_text(b->teach.x, b->teach.n, hw_span_cut(ref, 0, SHOWN));
        hw_say_anomaly(b->teach.x, b->teach.n, "duplicate", off, 0,
                       "part %llu has the id of part %llu: '%.*s'", (unsigned long long)b->lines,
                       (unsigned long long)r->line, (int)s.n, s.n == 0 ? "" : (const char *)s.p);
        return;
    }
    *r = (struct hw_sbom_ref){hash, b->lines};
    b->ref_count++;
}

uint64_t hw_sbom_find(const struct hw_sbom *b, struct hw_span ref)
{
    if (b->ref_room == 0 || ref.n == 0) {
        return 0;
    }
    return slot(b->refs, b->ref_room, hash_of(b, ref))->line;
}

/* ---- facts ---- */

static void put_checksums(struct hw_sbom *b, const struct hw_sbom_part *p, unsigned but)
{
    for (unsigned i = 0; i < p->digest_count; i++) {
        struct hw_fact f;
        if (i == but) {
            continue;
        }
        hw_fact_about(&f, HW_FACT_CHECKSUM, b->teach.n->number);
        hw_fact_u64(&f, HW_CHECKSUM_LINE, b->lines);
        hw_fact_str(&f, HW_CHECKSUM_ALG, p->digests[i].alg);
        hw_fact_span(&f, HW_CHECKSUM_DIGEST,
                     (struct hw_span){p->digests[i].bytes, p->digests[i].n});
        hw_teach_put(&b->teach, &f);
    }
}

/* Which digest stands with the part itself: SHA-256, which lists of bad files know best. */
static unsigned best_digest(const struct hw_sbom_part *p)
{
    unsigned best = 0;
    for (unsigned i = 0; i < p->digest_count; i++) {
        if (strcmp(p->digests[i].alg, "sha256") == 0) {
            return i;
        }
        best = p->digests[i].n > p->digests[best].n ? i : best;
    }
    return best;
}

uint64_t hw_sbom_put(struct hw_sbom *b, struct hw_sbom_part *p)
{
    struct hw_teach *t = &b->teach;
    struct hw_fact f;
    b->lines++;
    if (hw_span_trim(p->name).n == 0) {
        hw_teach_refuse(t, b->lines, p->off, p->ref, "a part without a name");
        return 0;
    }
    hw_fact_about(&f, HW_FACT_COMPONENT, t->n->number);
    hw_fact_str(&f, HW_COMPONENT_SOURCE, b->source);
    hw_teach_field(t, &f, HW_COMPONENT_NAME, p->name, NAME_BYTES);
    hw_teach_field(t, &f, HW_COMPONENT_VERSION, p->version, VERSION_BYTES);
    hw_teach_field(t, &f, HW_COMPONENT_VENDOR, p->vendor, NAME_BYTES);
    hw_teach_field(t, &f, HW_COMPONENT_PURL, p->purl, NAME_BYTES);
    hw_teach_field(t, &f, HW_COMPONENT_RESOLVED, p->resolved, URL_BYTES);
    hw_teach_field(t, &f, HW_COMPONENT_PATH, p->path, URL_BYTES);
    hw_teach_field(t, &f, HW_COMPONENT_REF, p->ref, NAME_BYTES);
    hw_fact_u64(&f, HW_COMPONENT_LINE, b->lines);
    hw_fact_u64(&f, HW_COMPONENT_OFF, p->off);
    hw_fact_str(&f, HW_COMPONENT_KIND, p->kind);
    unsigned best = best_digest(p);
    if (p->digest_count > 0) {
        hw_fact_str(&f, HW_COMPONENT_ALG, p->digests[best].alg);
        hw_fact_span(&f, HW_COMPONENT_DIGEST,
                     (struct hw_span){p->digests[best].bytes, p->digests[best].n});
    }
    hw_teach_put(t, &f);
    put_checksums(b, p, best);
    if (p->ref.n > 0) {
        keep_ref(b, p->ref, p->off);
    }
    return b->lines;
}

/* The end's line; where there is none, its ref goes into the field for it. */
static void put_end(struct hw_sbom *b, struct hw_fact *f, const struct hw_sbom_end *e,
                    unsigned field, unsigned ref_field, uint64_t off)
{
    uint64_t line = e->line != 0 ? e->line : hw_sbom_find(b, e->ref);
    if (line != 0) {
        hw_fact_u64(f, field, line);
        return;
    }
    hw_teach_field(&b->teach, f, ref_field, e->ref, NAME_BYTES);
    if (!e->far && !b->refs_full) {
        struct hw_span s = hw_name_text(b->teach.x, b->teach.n, hw_span_cut(e->ref, 0, SHOWN));
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", off, 0,
                       "a relation to a part that is not in the document: '%.*s'", (int)s.n,
                       s.n == 0 ? "" : (const char *)s.p);
    }
}

void hw_sbom_join(struct hw_sbom *b, const char *relation, struct hw_sbom_end parent,
                  struct hw_sbom_end child, uint64_t off)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_DEPENDS, b->teach.n->number);
    hw_fact_str(&f, HW_DEPENDS_RELATION, relation);
    put_end(b, &f, &parent, HW_DEPENDS_PARENT, HW_DEPENDS_PARENT_REF, off);
    put_end(b, &f, &child, HW_DEPENDS_CHILD, HW_DEPENDS_CHILD_REF, off);
    hw_fact_u64(&f, HW_DEPENDS_OFF, off);
    b->edges++;
    hw_teach_put(&b->teach, &f);
}

const char *hw_sbom_kind(struct hw_span word)
{
    static const char *const kinds[] = {
        "application",
        "archive",
        "container",
        "cryptographic-asset",
        "data",
        "device",
        "device-driver",
        "file",
        "firmware",
        "framework",
        "install",
        "library",
        "machine-learning-model",
        "operating-system",
        "other",
        "platform",
        "service",
        "source",
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool same = word.n == strlen(kinds[i]);
        for (size_t k = 0; k < word.n && same; k++) { /* SPDX: OPERATING_SYSTEM */
            uint8_t c = word.p[k] == '_' ? '-' : hw_ascii_lower(word.p[k]);
            same = c == (uint8_t)kinds[i][k];
        }
        if (same) {
            return kinds[i];
        }
    }
    return NULL;
}
