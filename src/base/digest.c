/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/digest.c -- libcrypto's digests (FIPS 180-4, RFC 1321) behind our manners.
 *
 * EVP_MD_fetch() takes locks and searches the providers, so each object fetches once and keeps the
 * contexts. One pass: the bytes are cut into slices small enough for all algorithms to find the
 * slice in the processor's nearest caches.
 */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { SLICE_BYTES = 16 * 1024 };

static const struct {
    const char *word, *name; /* ours, and libcrypto's */
    size_t n;
} algs[HW_DIGEST_COUNT] = {
    [HW_DIGEST_MD5] = {"md5", "MD5", 16},
    [HW_DIGEST_SHA1] = {"sha1", "SHA1", 20},
    [HW_DIGEST_SHA256] = {"sha256", "SHA2-256", 32},
    [HW_DIGEST_SHA384] = {"sha384", "SHA2-384", 48},
    [HW_DIGEST_SHA512] = {"sha512", "SHA2-512", 64},
};

enum state { FRESH, FED, FINISHED, SPOILT };

struct hw_digests {
    unsigned mask;
    enum state state;
    EVP_MD *md[HW_DIGEST_COUNT];
    EVP_MD_CTX *ctx[HW_DIGEST_COUNT];
    uint8_t out[HW_DIGEST_COUNT][HW_DIGEST_BYTES_MAX];
};

static bool wanted(const struct hw_digests *d, unsigned alg)
{
    return (d->mask >> alg & 1U) != 0;
}

const char *hw_digest_word(enum hw_digest_alg alg)
{
    return (unsigned)alg < HW_DIGEST_COUNT ? algs[alg].word : "unknown";
}

size_t hw_digest_bytes(enum hw_digest_alg alg)
{
    return (unsigned)alg < HW_DIGEST_COUNT ? algs[alg].n : 0;
}

bool hw_digest_from_word(struct hw_span word, enum hw_digest_alg *out)
{
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        if (hw_span_is(word, algs[i].word)) {
            *out = (enum hw_digest_alg)i;
            return true;
        }
    }
    return false;
}

/* Without this, the first use would read the file that OPENSSL_CONF names. */
static bool libcrypto_ready(void)
{
    return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1;
}

int hw_digest_prepare(struct hw_error *err)
{
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        uint8_t out[HW_DIGEST_BYTES_MAX];
        if (hw_digest_once((enum hw_digest_alg)i, HW_SPAN_LIT("x"), out, NULL, err) != HW_OK) {
            return hw_fail(err, HW_E_STATE, "libcrypto on this machine refuses %s", algs[i].word);
        }
    }
    return HW_OK;
}

struct hw_digests *hw_digests_new(unsigned mask)
{
    HW_AUTO(hw_digests) *d = calloc(1, sizeof *d);
    if (d == NULL || !libcrypto_ready() || mask >> HW_DIGEST_COUNT != 0) {
        return NULL;
    }
    d->mask = mask;
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        if (!wanted(d, i)) {
            continue;
        }
        d->md[i] = EVP_MD_fetch(NULL, algs[i].name, NULL);
        d->ctx[i] = EVP_MD_CTX_new();
        if (d->md[i] == NULL || d->ctx[i] == NULL ||
            EVP_DigestInit_ex2(d->ctx[i], d->md[i], NULL) != 1) {
            return NULL;
        }
    }
    return HW_TAKE(d);
}

void hw_digests_free(struct hw_digests *d)
{
    if (d == NULL) {
        return;
    }
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        EVP_MD_CTX_free(d->ctx[i]);
        EVP_MD_free(d->md[i]);
    }
    free(d);
}

static int spoil(struct hw_digests *d, unsigned alg, struct hw_error *err)
{
    d->state = SPOILT;
    return hw_fail(err, HW_E_MEMORY, "libcrypto failed to compute %s", algs[alg].word);
}

int hw_digests_reset(struct hw_digests *d, struct hw_error *err)
{
    if (d->state == FRESH) {
        return HW_OK;
    }
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        /* NULL: the algorithm stays, and so does its memory. */
        if (wanted(d, i) && EVP_DigestInit_ex2(d->ctx[i], NULL, NULL) != 1) {
            return spoil(d, i, err);
        }
    }
    d->state = FRESH;
    return HW_OK;
}

int hw_digests_update(struct hw_digests *d, struct hw_span s, struct hw_error *err)
{
    if (d->state == FINISHED || d->state == SPOILT) {
        return hw_fail(err, HW_E_STATE, "digests were finished and not reset");
    }
    d->state = FED;
    while (s.n > 0) {
        struct hw_span slice = hw_span_cut(s, 0, SLICE_BYTES);
        for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
            if (wanted(d, i) && EVP_DigestUpdate(d->ctx[i], slice.p, slice.n) != 1) {
                return spoil(d, i, err);
            }
        }
        s = hw_span_from(s, slice.n);
    }
    return HW_OK;
}

int hw_digests_finish(struct hw_digests *d, struct hw_error *err)
{
    if (d->state == FINISHED || d->state == SPOILT) {
        return hw_fail(err, HW_E_STATE, "digests were finished and not reset");
    }
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        unsigned n = 0;
        if (wanted(d, i) && (EVP_DigestFinal_ex(d->ctx[i], d->out[i], &n) != 1 || n != algs[i].n)) {
            return spoil(d, i, err);
        }
    }
    d->state = FINISHED;
    return HW_OK;
}

struct hw_span hw_digests_get(const struct hw_digests *d, enum hw_digest_alg alg)
{
    if ((unsigned)alg >= HW_DIGEST_COUNT || d->state != FINISHED || !wanted(d, alg)) {
        return (struct hw_span){NULL, 0};
    }
    return (struct hw_span){d->out[alg], algs[alg].n};
}

int hw_digest_once(enum hw_digest_alg alg, struct hw_span s, uint8_t *out, size_t *out_n,
                   struct hw_error *err)
{
    if ((unsigned)alg >= HW_DIGEST_COUNT) {
        return hw_fail(err, HW_E_USAGE, "no such digest algorithm");
    }
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_BIT(alg));
    if (d == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for %s", algs[alg].word);
    }
    int rc = hw_digests_update(d, s, err);
    if (rc == HW_OK) {
        rc = hw_digests_finish(d, err);
    }
    if (rc != HW_OK) {
        return rc;
    }
    memcpy(out, d->out[alg], algs[alg].n);
    if (out_n != NULL) {
        *out_n = algs[alg].n;
    }
    return HW_OK;
}

int hw_digest_three(struct hw_span s, uint8_t sha256[32], uint8_t sha1[20], uint8_t md5[16],
                    struct hw_error *err)
{
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_THREE);
    if (d == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for digests");
    }
    int rc = hw_digests_update(d, s, err);
    if (rc == HW_OK) {
        rc = hw_digests_finish(d, err);
    }
    if (rc != HW_OK) {
        return rc;
    }
    memcpy(sha256, d->out[HW_DIGEST_SHA256], 32);
    memcpy(sha1, d->out[HW_DIGEST_SHA1], 20);
    memcpy(md5, d->out[HW_DIGEST_MD5], 16);
    return HW_OK;
}
