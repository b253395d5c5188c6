/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cert.c -- RFC 5280 section 4: Certificate ::= SEQUENCE { tbsCertificate,
 * signatureAlgorithm, signature BIT STRING }. Broken structure is a fault; an extension that cannot
 * be read is only noted, since what it would have said is nobody's word for anything else.
 */
#include "trust/cert.h"

#include "base/buf.h"
#include "trust/cert_name.h"
#include "trust/der_oid.h"

enum { EXTENSIONS_MAX = 64, EKU_MAX = 32 };

struct parse {
    struct hw_arena *arena;
    struct hw_cert *c;
    struct hw_span inner_alg;
    bool starved; /* memory is out */
};

/* -- extensions ----------------------------------------------------------------------------- */

static bool read_constraints(struct hw_reader *r, struct hw_cert *c)
{
    struct hw_der seq;
    bool ca = false;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = !hw_der_at(&seq.in, HW_DER_BOOLEAN) || hw_der_bool(&seq.in, &ca);
    if (ok && hw_der_at(&seq.in, HW_DER_INTEGER)) {
        ok = hw_der_u32(&seq.in, HW_DER_INTEGER, &c->pathlen);
        c->has_pathlen = ok;
    }
    c->has_ca = true;
    c->ca = ca;
    return hw_der_leave(r, &seq.in, ok);
}

static bool read_usage(struct hw_reader *r, struct hw_cert *c)
{
    struct hw_der bits;
    uint8_t unused, b;
    uint32_t usage = 0;
    if (!hw_der_take(r, HW_DER_BITS, &bits) || !hw_read_u8(&bits.in, &unused)) {
        return false;
    }
    for (unsigned octet = 0; octet < 2 && hw_read_left(&bits.in) > 0; octet++) {
        if (!hw_read_u8(&bits.in, &b)) {
            return false;
        }
        for (unsigned bit = 0; bit < 8; bit++) {
            usage |= (b & 0x80U >> bit) != 0 ? 1U << (octet * 8 + bit) : 0;
        }
    }
    c->usage = usage;
    c->has_usage = true;
    return hw_der_leave(r, &bits.in, true);
}

static bool read_eku(struct hw_reader *r, struct parse *p)
{
    struct hw_der seq;
    struct hw_span oid;
    char dotted[HW_OID_TEXT];
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    struct hw_buf text;
    hw_buf_init(&text, HW_EKU_TEXT);
    bool ok = true;
    for (unsigned i = 0; ok && hw_read_left(&seq.in) > 0; i++) {
        ok = i < EKU_MAX && hw_der_oid(&seq.in, &oid) && hw_oid_text(oid, dotted);
        if (ok) {
            hw_buf_printf(&text, "%s%s", i == 0 ? "" : ",", dotted);
        }
    }
    ok = ok && hw_buf_ok(&text);
    if (ok) {
        p->c->eku = (struct hw_span){hw_arena_copy(p->arena, hw_buf_span(&text)), text.n};
        p->c->has_eku = true;
        p->starved = p->starved || p->c->eku.p == NULL;
    }
    hw_buf_done(&text);
    return hw_der_leave(r, &seq.in, ok);
}

static bool read_ski(struct hw_reader *r, struct hw_cert *c)
{
    struct hw_der e;
    if (!hw_der_take(r, HW_DER_OCTETS, &e)) {
        return false;
    }
    c->ski = e.body;
    return true;
}

static bool read_aki(struct hw_reader *r, struct hw_cert *c)
{
    struct hw_der seq, e;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (hw_read_left(&seq.in) > 0) {
        if (!hw_der_next(&seq.in, &e)) {
            return hw_der_leave(r, &seq.in, false);
        }
        if (e.tag == HW_DER_CONTEXT(0)) {
            c->aki = e.body;
        }
    }
    return hw_der_leave(r, &seq.in, true);
}

/* Reads what this extension says; "odd" remembers the first that could not be read. */
static void understand(const struct hw_extension *x, struct hw_reader value, struct parse *p)
{
    char dotted[HW_OID_TEXT];
    const char *which = NULL;
    bool ok = true;
    (void)hw_oid_text(x->oid, dotted);
    struct hw_reader *r = &value;
    if (hw_oid_is(x->oid, "2.5.29.19")) {
        which = "basicConstraints";
        ok = read_constraints(r, p->c);
    } else if (hw_oid_is(x->oid, "2.5.29.15")) {
        which = "keyUsage";
        ok = read_usage(r, p->c);
    } else if (hw_oid_is(x->oid, "2.5.29.37")) {
        which = "extKeyUsage";
        ok = read_eku(r, p);
    } else if (hw_oid_is(x->oid, "2.5.29.14")) {
        which = "subjectKeyIdentifier";
        ok = read_ski(r, p->c);
    } else if (hw_oid_is(x->oid, "2.5.29.35")) {
        which = "authorityKeyIdentifier";
        ok = read_aki(r, p->c);
    }
    if (!ok && p->c->odd == NULL) {
        p->c->odd = which;
    }
}

static bool read_extension(struct hw_reader *r, struct hw_extension *x, struct hw_reader *out_value)
{
    struct hw_der seq, value;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = hw_der_oid(&seq.in, &x->oid) &&
              (!hw_der_at(&seq.in, HW_DER_BOOLEAN) || hw_der_bool(&seq.in, &x->critical)) &&
              hw_der_take(&seq.in, HW_DER_OCTETS, &value);
    if (!hw_der_leave(r, &seq.in, ok)) {
        return false;
    }
    x->value = value.body;
    x->off = value.body_off;
    *out_value = value.in;
    return true;
}

static bool read_extensions(struct hw_reader *r, struct parse *p)
{
    struct hw_der all, seq;
    struct hw_cert *c = p->c;
    if (!hw_der_take(r, HW_DER_CONSTRUCTED(3), &all)) {
        return false;
    }
    if (!hw_der_take(&all.in, HW_DER_SEQUENCE, &seq)) {
        return hw_der_leave(r, &all.in, false);
    }
    c->extensions = hw_arena_array(p->arena, EXTENSIONS_MAX, sizeof *c->extensions);
    if (c->extensions == NULL) {
        p->starved = true;
        return false;
    }
    while (hw_read_left(&seq.in) > 0) {
        struct hw_extension x = {0};
        struct hw_reader value;
        if (c->extension_count == EXTENSIONS_MAX) {
            (void)!hw_reader_refuse(&seq.in, "fewer extensions");
        }
        if (!hw_reader_ok(&seq.in) || !read_extension(&seq.in, &x, &value)) {
            break;
        }
        c->extensions[c->extension_count++] = x;
        understand(&x, value, p);
    }
    bool ok = hw_reader_ok(&seq.in);
    return hw_der_leave(&all.in, &seq.in, ok) ? hw_der_leave(r, &all.in, true)
                                              : hw_der_leave(r, &all.in, false);
}

/* -- the certificate ------------------------------------------------------------------------ */

static bool read_validity(struct hw_reader *r, struct hw_cert *c)
{
    struct hw_der seq;
    return hw_der_take(r, HW_DER_SEQUENCE, &seq) &&
           hw_der_leave(r, &seq.in,
                        hw_der_time(&seq.in, &c->not_before) &&
                            hw_der_time(&seq.in, &c->not_after));
}

/* A serial number is kept as bytes; negative ones exist and are kept as they stand. */
static bool read_serial(struct hw_reader *r, struct hw_span *out)
{
    struct hw_der e;
    uint8_t b;
    if (!hw_der_take(r, HW_DER_INTEGER, &e)) {
        return false;
    }
    struct hw_reader in = e.in;
    if (e.body.n > 1 && hw_read_u8(&in, &b) && b == 0) {
        e.body = hw_reader_rest(&in);
    }
    *out = e.body;
    return e.body.n > 0 || hw_reader_refuse(r, "a serial number");
}

static bool skip_unique_ids(struct hw_reader *r)
{
    struct hw_der e;
    while (hw_der_at(r, HW_DER_CONTEXT(1)) || hw_der_at(r, HW_DER_CONTEXT(2))) {
        if (!hw_der_next(r, &e)) {
            return false;
        }
    }
    return true;
}

static bool read_name(struct hw_reader *r, struct parse *p, struct hw_span *der,
                      struct hw_span *text, struct hw_span *people)
{
    if (hw_name_read(r, p->arena, der, text, people)) {
        return true;
    }
    p->starved = p->starved || hw_reader_ok(r);
    return false;
}

static bool read_tbs(struct hw_reader *r, struct parse *p)
{
    struct hw_cert *c = p->c;
    struct hw_der version;
    struct hw_sigalg inner;
    struct hw_span nobody;
    uint32_t v = 0;
    if (hw_der_at(r, HW_DER_CONSTRUCTED(0)) &&
        (!hw_der_next(r, &version) ||
         !hw_der_leave(r, &version.in, hw_der_u32(&version.in, HW_DER_INTEGER, &v) && v <= 2))) {
        return false;
    }
    if (!read_serial(r, &c->serial) || !hw_sigalg_read(r, &inner) ||
        !read_name(r, p, &c->issuer_der, &c->issuer, &nobody) || !read_validity(r, c) ||
        !read_name(r, p, &c->subject_der, &c->subject, &c->name) || !hw_spki_read(r, &c->key) ||
        !skip_unique_ids(r)) {
        return false;
    }
    p->inner_alg = inner.whole;
    return hw_read_left(r) == 0 || read_extensions(r, p);
}

static bool read_outer(struct hw_reader *r, struct parse *p)
{
    struct hw_cert *c = p->c;
    struct hw_der tbs;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &tbs)) {
        return false;
    }
    c->tbs = tbs.whole;
    return hw_der_leave(r, &tbs.in, read_tbs(&tbs.in, p)) && hw_sigalg_read(r, &c->alg) &&
           hw_der_octet_bits(r, &c->signature);
}

static bool fingerprints(struct hw_cert *c)
{
    struct hw_hashes h;
    uint8_t spki[HW_HASH_BYTES], id[HW_HASH_BYTES];
    hw_hash_many(1U << HW_HASH_SHA256 | 1U << HW_HASH_SHA1, &c->der, 1, &h);
    if (h.have != (1U << HW_HASH_SHA256 | 1U << HW_HASH_SHA1) ||
        !hw_hash_one(HW_HASH_SHA256, c->key.der, spki) ||
        !hw_hash_one(HW_HASH_SHA1, c->key.bits, id)) {
        return false;
    }
    for (size_t i = 0; i < 32; i++) {
        c->sha256[i] = h.of[HW_HASH_SHA256][i];
        c->spki_sha256[i] = spki[i];
    }
    for (size_t i = 0; i < 20; i++) {
        c->sha1[i] = h.of[HW_HASH_SHA1][i];
        c->key_id[i] = id[i];
    }
    return true;
}

int hw_cert_read(struct hw_reader *r, struct hw_arena *a, struct hw_cert *out, struct hw_error *err)
{
    struct hw_cert c = {0};
    struct parse p = {.arena = a, .c = &c};
    struct hw_der all;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &all)) {
        return hw_reader_fail(r, err);
    }
    c.der = all.whole;
    c.off = all.off;
    bool ok = read_outer(&all.in, &p);
    if (p.starved) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a certificate");
    }
    if (!hw_der_leave(r, &all.in, ok)) {
        return hw_reader_fail(r, err);
    }
    if (!fingerprints(&c)) {
        return hw_fail(err, HW_E_MEMORY, "libcrypto would not digest a certificate");
    }
    c.alg_agrees = hw_span_equal(p.inner_alg, c.alg.whole);
    if (c.name.n == 0) {
        c.name = c.subject;
    }
    *out = c;
    return HW_OK;
}

bool hw_cert_may_issue(const struct hw_cert *issuer, const struct hw_cert *child)
{
    struct hw_span id = {issuer->key_id, sizeof issuer->key_id};
    if (child->aki.n > 0 &&
        (hw_span_equal(child->aki, issuer->ski) || hw_span_equal(child->aki, id))) {
        return true;
    }
    return hw_span_equal(issuer->subject_der, child->issuer_der) ||
           hw_span_equal(issuer->subject, child->issuer);
}

enum hw_tri hw_cert_verify(const struct hw_cert *child, const struct hw_spki *key, const char **why)
{
    return hw_key_verify(key, &child->alg, HW_HASH_NONE, &child->tbs, 1, child->signature, why);
}
