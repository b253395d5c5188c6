/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/key.c -- SubjectPublicKeyInfo and AlgorithmIdentifier: RFC 5280, RFC 3279 and RFC 8017
 * (RSA), RFC 4055 (PSS), RFC 5480 and RFC 5758 (elliptic curves, DSA).
 */
#include "trust/key.h"

#include <stdio.h>
#include <string.h>

#include "trust/der_oid.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum {
    RSA_BITS_MIN = 512,
    RSA_BITS_MAX = 16384,
    RSA_BITS_PLAIN = 4096, /* above this the exponent is capped lower */
    RSA_E_BITS = 64,
    RSA_E_BITS_BIG = 33,
    DSA_BITS_MAX = 3072,
    DSA_Q_BITS_MAX = 256,
};

static const struct {
    const char *oid, *group, *word;
} curves[] = {
    {"1.2.840.10045.3.1.1", "P-192", "ec-p192"},
    {"1.3.132.0.33", "P-224", "ec-p224"},
    {"1.2.840.10045.3.1.7", "P-256", "ec-p256"},
    {"1.3.132.0.34", "P-384", "ec-p384"},
    {"1.3.132.0.35", "P-521", "ec-p521"},
    {"1.3.132.0.10", "secp256k1", "ec-secp256k1"},
    {"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", "ec-brainpoolp256r1"},
    {"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", "ec-brainpoolp384r1"},
    {"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", "ec-brainpoolp512r1"},
};

static const struct {
    const char *oid, *word;
    enum hw_scheme scheme;
    enum hw_hash hash;
} algs[] = {
    {"1.2.840.113549.1.1.1", "rsa", HW_SCHEME_RSA, HW_HASH_NONE},
    {"1.2.840.113549.1.1.4", "rsa-md5", HW_SCHEME_RSA, HW_HASH_MD5},
    {"1.2.840.113549.1.1.5", "rsa-sha1", HW_SCHEME_RSA, HW_HASH_SHA1},
    {"1.3.14.3.2.29", "rsa-sha1", HW_SCHEME_RSA, HW_HASH_SHA1},
    {"1.2.840.113549.1.1.14", "rsa-sha224", HW_SCHEME_RSA, HW_HASH_SHA224},
    {"1.2.840.113549.1.1.11", "rsa-sha256", HW_SCHEME_RSA, HW_HASH_SHA256},
    {"1.2.840.113549.1.1.12", "rsa-sha384", HW_SCHEME_RSA, HW_HASH_SHA384},
    {"1.2.840.113549.1.1.13", "rsa-sha512", HW_SCHEME_RSA, HW_HASH_SHA512},
    {"1.2.840.113549.1.1.10", "rsa-pss", HW_SCHEME_PSS, HW_HASH_NONE},
    {"1.2.840.10045.2.1", "ecdsa", HW_SCHEME_EC, HW_HASH_NONE},
    {"1.2.840.10045.4.1", "ecdsa-sha1", HW_SCHEME_EC, HW_HASH_SHA1},
    {"1.2.840.10045.4.3.1", "ecdsa-sha224", HW_SCHEME_EC, HW_HASH_SHA224},
    {"1.2.840.10045.4.3.2", "ecdsa-sha256", HW_SCHEME_EC, HW_HASH_SHA256},
    {"1.2.840.10045.4.3.3", "ecdsa-sha384", HW_SCHEME_EC, HW_HASH_SHA384},
    {"1.2.840.10045.4.3.4", "ecdsa-sha512", HW_SCHEME_EC, HW_HASH_SHA512},
    {"1.2.840.10040.4.1", "dsa", HW_SCHEME_DSA, HW_HASH_NONE},
    {"1.2.840.10040.4.3", "dsa-sha1", HW_SCHEME_DSA, HW_HASH_SHA1},
    {"2.16.840.1.101.3.4.3.1", "dsa-sha224", HW_SCHEME_DSA, HW_HASH_SHA224},
    {"2.16.840.1.101.3.4.3.2", "dsa-sha256", HW_SCHEME_DSA, HW_HASH_SHA256},
};

static const struct {
    const char *oid;
    enum hw_hash hash;
} hashes[] = {
    {"1.2.840.113549.2.5", HW_HASH_MD5},
    {"1.3.14.3.2.26", HW_HASH_SHA1},
    {"2.16.840.1.101.3.4.2.4", HW_HASH_SHA224},
    {"2.16.840.1.101.3.4.2.1", HW_HASH_SHA256},
    {"2.16.840.1.101.3.4.2.2", HW_HASH_SHA384},
    {"2.16.840.1.101.3.4.2.3", HW_HASH_SHA512},
    /* some signers name the signature algorithm where the digest belongs */
    {"1.2.840.113549.1.1.5", HW_HASH_SHA1},
    {"1.2.840.113549.1.1.11", HW_HASH_SHA256},
    {"1.2.840.113549.1.1.12", HW_HASH_SHA384},
    {"1.2.840.113549.1.1.13", HW_HASH_SHA512},
};

static unsigned bits_of(struct hw_span s)
{
    struct hw_budget fuel = {.bytes = 1, .items = 0, .depth = 0};
    struct hw_reader r;
    uint8_t top;
    hw_reader_init(&r, s, &fuel);
    if (s.n > 1U << 20 || !hw_read_u8(&r, &top)) {
        return s.n == 0 ? 0 : ~0U;
    }
    unsigned bits = (unsigned)(s.n - 1) * 8;
    for (; top != 0; top >>= 1) {
        bits++;
    }
    return bits;
}

static bool read_rsa(struct hw_reader *r, struct hw_spki *k)
{
    struct hw_der seq;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq) ||
        !hw_der_leave(r, &seq.in,
                      hw_der_unsigned(&seq.in, &k->n) && hw_der_unsigned(&seq.in, &k->e))) {
        return false;
    }
    unsigned n = bits_of(k->n), e = bits_of(k->e);
    snprintf(k->word, sizeof k->word, "rsa-%u", n);
    k->kind = HW_KEY_RSA;
    if (n < RSA_BITS_MIN || n > RSA_BITS_MAX) {
        k->problem = "the RSA modulus has an absurd length";
    } else if (e < 2 || e > (n > RSA_BITS_PLAIN ? (unsigned)RSA_E_BITS_BIG : RSA_E_BITS)) {
        k->problem = "the RSA exponent has an absurd length";
    }
    return true;
}

static bool read_dsa(struct hw_reader *params, struct hw_reader *key, struct hw_spki *k)
{
    struct hw_der seq;
    if (!hw_der_take(params, HW_DER_SEQUENCE, &seq) ||
        !hw_der_leave(params, &seq.in,
                      hw_der_unsigned(&seq.in, &k->p) && hw_der_unsigned(&seq.in, &k->q) &&
                          hw_der_unsigned(&seq.in, &k->g))) {
        return false;
    }
    if (!hw_der_unsigned(key, &k->y)) {
        *params = *key;
        return false;
    }
    unsigned p = bits_of(k->p), q = bits_of(k->q);
    snprintf(k->word, sizeof k->word, "dsa-%u", p);
    k->kind = HW_KEY_DSA;
    if (p < RSA_BITS_MIN || p > DSA_BITS_MAX || q < 128 || q > DSA_Q_BITS_MAX) {
        k->problem = "the DSA parameters have absurd lengths";
    }
    return true;
}

static bool read_ec(struct hw_reader *params, struct hw_spki *k)
{
    struct hw_span oid;
    if (!hw_der_at(params, HW_DER_OID)) {
        k->problem = "the elliptic curve is not named";
        return hw_read_skip(params, hw_read_left(params));
    }
    if (!hw_der_oid(params, &oid)) {
        return false;
    }
    for (size_t i = 0; i < COUNT(curves); i++) {
        if (hw_oid_is(oid, curves[i].oid)) {
            k->kind = HW_KEY_EC;
            k->curve = curves[i].group;
            snprintf(k->word, sizeof k->word, "%s", curves[i].word);
            return true;
        }
    }
    k->problem = "the elliptic curve is not one we know";
    return true;
}

static bool read_algorithm(struct hw_reader *alg, struct hw_reader *key, struct hw_spki *k)
{
    struct hw_span oid;
    if (!hw_der_oid(alg, &oid)) {
        return false;
    }
    if (hw_oid_is(oid, "1.2.840.113549.1.1.1") || hw_oid_is(oid, "1.2.840.113549.1.1.10")) {
        if (!read_rsa(key, k)) {
            *alg = *key;
            return false;
        }
        return hw_read_skip(alg, hw_read_left(alg));
    }
    if (hw_oid_is(oid, "1.2.840.10045.2.1")) {
        return read_ec(alg, k) && hw_read_skip(key, hw_read_left(key));
    }
    if (hw_oid_is(oid, "1.2.840.10040.4.1")) {
        return read_dsa(alg, key, k);
    }
    k->problem = "keys of this kind are not known here";
    return hw_read_skip(alg, hw_read_left(alg)) && hw_read_skip(key, hw_read_left(key));
}

bool hw_spki_read(struct hw_reader *r, struct hw_spki *out)
{
    struct hw_spki k = {.word = "unknown"};
    struct hw_der all, alg, bits;
    uint8_t unused = 0;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &all)) {
        return false;
    }
    bool ok =
        hw_der_take(&all.in, HW_DER_SEQUENCE, &alg) && hw_der_take(&all.in, HW_DER_BITS, &bits);
    if (!hw_der_leave(r, &all.in, ok)) {
        return false;
    }
    if (!hw_read_u8(&bits.in, &unused) || unused != 0) {
        return hw_der_leave(r, &bits.in, false);
    }
    k.der = all.whole;
    k.bits = hw_reader_rest(&bits.in);
    if (!hw_der_leave(r, &alg.in, read_algorithm(&alg.in, &bits.in, &k)) ||
        !hw_der_leave(r, &bits.in, true)) {
        return false;
    }
    *out = k;
    return true;
}

/* -- algorithms ----------------------------------------------------------------------------- */

static enum hw_hash hash_of(struct hw_span oid)
{
    for (size_t i = 0; i < COUNT(hashes); i++) {
        if (hw_oid_is(oid, hashes[i].oid)) {
            return hashes[i].hash;
        }
    }
    return HW_HASH_NONE;
}

/* Parameters a digest or plain signature algorithm may have: none, or NULL. */
static bool plain_parameters(struct hw_reader *r, bool *out_odd)
{
    struct hw_der e;
    *out_odd = false;
    if (hw_read_left(r) == 0) {
        return true;
    }
    if (!hw_der_next(r, &e)) {
        return false;
    }
    *out_odd = e.tag != HW_DER_NULL || e.body.n != 0 || hw_read_left(r) != 0;
    return hw_read_skip(r, hw_read_left(r));
}

bool hw_hashalg_read(struct hw_reader *r, enum hw_hash *out, bool *out_odd)
{
    struct hw_der alg;
    struct hw_span oid;
    bool odd = false;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &alg) ||
        !hw_der_leave(r, &alg.in, hw_der_oid(&alg.in, &oid) && plain_parameters(&alg.in, &odd))) {
        return false;
    }
    *out = hash_of(oid);
    *out_odd = odd;
    return true;
}

static bool pss_mgf(struct hw_reader *r, struct hw_sigalg *a)
{
    struct hw_der mgf;
    struct hw_span oid;
    bool odd;
    return hw_der_take(r, HW_DER_SEQUENCE, &mgf) &&
           hw_der_leave(r, &mgf.in,
                        hw_der_oid(&mgf.in, &oid) && hw_oid_is(oid, "1.2.840.113549.1.1.8") &&
                            hw_hashalg_read(&mgf.in, &a->mgf, &odd));
}

/* RSASSA-PSS-params (RFC 4055 3.1), every field with its default. */
static bool pss_parameters(struct hw_reader *r, struct hw_sigalg *a)
{
    struct hw_der seq, field;
    bool odd;
    uint32_t trailer;
    a->hash = HW_HASH_SHA1;
    a->mgf = HW_HASH_SHA1;
    a->salt = 20;
    if (hw_read_left(r) == 0) {
        return true;
    }
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (hw_read_left(&seq.in) > 0) {
        bool ok = hw_der_next(&seq.in, &field);
        if (ok && field.tag == HW_DER_CONSTRUCTED(0)) {
            ok = hw_hashalg_read(&field.in, &a->hash, &odd);
        } else if (ok && field.tag == HW_DER_CONSTRUCTED(1)) {
            ok = pss_mgf(&field.in, a);
        } else if (ok && field.tag == HW_DER_CONSTRUCTED(2)) {
            ok = hw_der_u32(&field.in, HW_DER_INTEGER, &a->salt);
        } else if (ok) {
            ok = field.tag == HW_DER_CONSTRUCTED(3) &&
                 hw_der_u32(&field.in, HW_DER_INTEGER, &trailer) && trailer == 1;
        }
        if (!hw_reader_ok(&seq.in) || !hw_der_leave(&seq.in, &field.in, ok)) {
            return hw_der_leave(r, &seq.in, false);
        }
    }
    return hw_der_leave(r, &seq.in, true);
}

bool hw_sigalg_read(struct hw_reader *r, struct hw_sigalg *out)
{
    struct hw_sigalg a = {.word = "unknown"};
    struct hw_der alg;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &alg)) {
        return false;
    }
    a.whole = alg.whole;
    a.off = alg.off;
    if (!hw_der_oid(&alg.in, &a.oid)) {
        return hw_der_leave(r, &alg.in, false);
    }
    for (size_t i = 0; i < COUNT(algs); i++) {
        if (hw_oid_is(a.oid, algs[i].oid)) {
            a.word = algs[i].word;
            a.scheme = algs[i].scheme;
            a.hash = algs[i].hash;
        }
    }
    if (a.scheme == HW_SCHEME_UNKNOWN && hash_of(a.oid) != HW_HASH_NONE) {
        /* old signers put the digest's name here and sign with RSA all the same */
        a.scheme = HW_SCHEME_RSA;
        a.hash = hash_of(a.oid);
        a.word = "rsa";
    }
    bool ok = a.scheme == HW_SCHEME_PSS ? pss_parameters(&alg.in, &a)
                                        : plain_parameters(&alg.in, &a.odd_parameters);
    if (!hw_der_leave(r, &alg.in, ok)) {
        return false;
    }
    *out = a;
    return true;
}
