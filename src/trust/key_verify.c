/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/key_verify.c -- the mathematics, by libcrypto.
 *
 * libcrypto gets numbers that key.c has measured, a digest and a signature. Its error queue is
 * emptied after each question, so that no later one meets an old failure.
 */
#include "trust/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { SALT_MAX = 2048 }; /* bytes: as long as the longest modulus */

static const char *const types[] = {[HW_KEY_RSA] = "RSA", [HW_KEY_EC] = "EC", [HW_KEY_DSA] = "DSA"};

struct build {
    OSSL_PARAM_BLD *bld;
    BIGNUM *numbers[4]; /* must outlive OSSL_PARAM_BLD_to_param */
    size_t count;
    bool ok;
};

static void number(struct build *b, const char *key, struct hw_span s)
{
    BIGNUM *n = b->ok && s.n <= INT32_MAX ? BN_bin2bn(s.p, (int)s.n, NULL) : NULL;
    b->ok = n != NULL && OSSL_PARAM_BLD_push_BN(b->bld, key, n) == 1;
    if (n != NULL) {
        b->numbers[b->count++] = n;
    }
}

static EVP_PKEY *make(const struct hw_spki *k)
{
    EVP_PKEY *key = NULL;
    struct build b = {.bld = OSSL_PARAM_BLD_new()};
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, types[k->kind], NULL);
    b.ok = b.bld != NULL && ctx != NULL;
    if (k->kind == HW_KEY_RSA) {
        number(&b, OSSL_PKEY_PARAM_RSA_N, k->n);
        number(&b, OSSL_PKEY_PARAM_RSA_E, k->e);
    } else if (k->kind == HW_KEY_DSA) {
        number(&b, OSSL_PKEY_PARAM_FFC_P, k->p);
        number(&b, OSSL_PKEY_PARAM_FFC_Q, k->q);
        number(&b, OSSL_PKEY_PARAM_FFC_G, k->g);
        number(&b, OSSL_PKEY_PARAM_PUB_KEY, k->y);
    } else {
        b.ok =
            b.ok &&
            OSSL_PARAM_BLD_push_utf8_string(b.bld, OSSL_PKEY_PARAM_GROUP_NAME, k->curve, 0) == 1 &&
            OSSL_PARAM_BLD_push_octet_string(b.bld, OSSL_PKEY_PARAM_PUB_KEY, k->bits.p,
                                             k->bits.n) == 1;
    }
    OSSL_PARAM *params = b.ok ? OSSL_PARAM_BLD_to_param(b.bld) : NULL;
    if (params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        key = NULL;
    }
    OSSL_PARAM_free(params);
    for (size_t i = 0; i < b.count; i++) {
        BN_free(b.numbers[i]);
    }
    OSSL_PARAM_BLD_free(b.bld);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static const EVP_MD *md_of(enum hw_hash h)
{
    const char *word = hw_hash_word(h);
    return word == NULL ? NULL : EVP_get_digestbyname(word);
}

static bool prepare(EVP_PKEY_CTX *ctx, const struct hw_spki *k, const struct hw_sigalg *alg,
                    const EVP_MD *md)
{
    if (EVP_PKEY_verify_init(ctx) != 1) {
        return false;
    }
    if (k->kind == HW_KEY_RSA) {
        bool pss = alg->scheme == HW_SCHEME_PSS;
        if (EVP_PKEY_CTX_set_rsa_padding(ctx, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) !=
            1) {
            return false;
        }
        if (pss && (alg->salt > SALT_MAX || md_of(alg->mgf) == NULL ||
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)alg->salt) != 1 ||
                    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(alg->mgf)) != 1)) {
            return false;
        }
    }
    return EVP_PKEY_CTX_set_signature_md(ctx, md) == 1;
}

static enum hw_tri ask(const struct hw_spki *k, const struct hw_sigalg *alg, enum hw_hash hash,
                       struct hw_span digest, struct hw_span sig, const char **why)
{
    enum hw_tri answer = HW_TRI_UNKNOWN;
    EVP_PKEY *key = make(k);
    EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (key == NULL) {
        *why = "the key is not a possible one";
    } else if (ctx == NULL || !prepare(ctx, k, alg, md_of(hash))) {
        *why = "the algorithm cannot be computed here";
    } else {
        answer =
            EVP_PKEY_verify(ctx, sig.p, sig.n, digest.p, digest.n) == 1 ? HW_TRI_YES : HW_TRI_NO;
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return answer;
}

static bool fits(enum hw_scheme s, enum hw_key_kind k)
{
    switch (s) {
    case HW_SCHEME_RSA:
    case HW_SCHEME_PSS:
        return k == HW_KEY_RSA;
    case HW_SCHEME_EC:
        return k == HW_KEY_EC;
    case HW_SCHEME_DSA:
        return k == HW_KEY_DSA;
    case HW_SCHEME_UNKNOWN:
        break;
    }
    return false;
}

enum hw_tri hw_key_verify(const struct hw_spki *key, const struct hw_sigalg *alg, enum hw_hash hash,
                          const struct hw_span *parts, size_t count, struct hw_span sig,
                          const char **why)
{
    uint8_t digest[HW_HASH_BYTES];
    enum hw_hash h = alg->hash != HW_HASH_NONE ? alg->hash : hash;
    *why = NULL;
    if (key->problem != NULL || key->kind == HW_KEY_UNKNOWN) {
        *why = key->problem != NULL ? key->problem : "keys of this kind are not known here";
        return HW_TRI_UNKNOWN;
    }
    if (alg->scheme == HW_SCHEME_UNKNOWN || h == HW_HASH_NONE) {
        *why = "the signature algorithm is not known here";
        return HW_TRI_UNKNOWN;
    }
    if (!fits(alg->scheme, key->kind)) {
        *why = "the signature algorithm does not go with the key";
        return HW_TRI_NO;
    }
    if (!hw_hash_parts(h, parts, count, digest)) {
        *why = "the digest cannot be computed here";
        return HW_TRI_UNKNOWN;
    }
    return ask(key, alg, h, (struct hw_span){digest, hw_hash_size(h)}, sig, why);
}

void hw_key_warm(void)
{
    for (size_t i = HW_KEY_RSA; i < sizeof types / sizeof types[0]; i++) {
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, types[i], NULL);
        if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) != 1) {
            ERR_clear_error();
        }
        EVP_PKEY_CTX_free(ctx);
    }
    EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, "RSA", NULL));
    EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, "ECDSA", NULL));
    EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, "DSA", NULL));
}
