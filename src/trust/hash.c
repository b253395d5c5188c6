/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/hash.c -- libcrypto's digests. Several at once walk the bytes in pieces that stay in the
 * processor's cache, so a file is read from memory once however many signatures it carries.
 */
#include "trust/hash.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

#include "trust/ed25519.h"
#include "trust/key.h"

enum { PIECE = 64 * 1024 };

static const struct {
    const char *word;
    size_t size;
} table[HW_HASH_COUNT] = {
    [HW_HASH_MD5] = {"md5", 16},       [HW_HASH_SHA1] = {"sha1", 20},
    [HW_HASH_SHA224] = {"sha224", 28}, [HW_HASH_SHA256] = {"sha256", 32},
    [HW_HASH_SHA384] = {"sha384", 48}, [HW_HASH_SHA512] = {"sha512", 64},
};

size_t hw_hash_size(enum hw_hash h)
{
    return h < HW_HASH_COUNT ? table[h].size : 0;
}

const char *hw_hash_word(enum hw_hash h)
{
    return h < HW_HASH_COUNT ? table[h].word : NULL;
}

static EVP_MD_CTX *begin(enum hw_hash h)
{
    const EVP_MD *md = h == HW_HASH_NONE ? NULL : EVP_get_digestbyname(table[h].word);
    EVP_MD_CTX *ctx = md == NULL ? NULL : EVP_MD_CTX_new();
    if (ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

void hw_hash_many(unsigned want, const struct hw_span *parts, size_t count, struct hw_hashes *out)
{
    EVP_MD_CTX *ctx[HW_HASH_COUNT] = {NULL};
    memset(out, 0, sizeof *out);
    for (unsigned h = HW_HASH_NONE + 1; h < HW_HASH_COUNT; h++) {
        ctx[h] = (want & 1U << h) != 0 ? begin((enum hw_hash)h) : NULL;
        out->have |= ctx[h] != NULL ? 1U << h : 0;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < parts[i].n;) {
            size_t n = parts[i].n - at < PIECE ? parts[i].n - at : PIECE;
            for (unsigned h = HW_HASH_NONE + 1; h < HW_HASH_COUNT; h++) {
                if (ctx[h] != NULL && EVP_DigestUpdate(ctx[h], parts[i].p + at, n) != 1) {
                    out->have &= ~(1U << h);
                }
            }
            at += n;
        }
    }
    for (unsigned h = HW_HASH_NONE + 1; h < HW_HASH_COUNT; h++) {
        if (ctx[h] != NULL && EVP_DigestFinal_ex(ctx[h], out->of[h], NULL) != 1) {
            out->have &= ~(1U << h);
        }
        EVP_MD_CTX_free(ctx[h]);
    }
    ERR_clear_error();
}

bool hw_hash_parts(enum hw_hash h, const struct hw_span *parts, size_t count,
                   uint8_t out[HW_HASH_BYTES])
{
    struct hw_hashes all;
    if (h == HW_HASH_NONE || h >= HW_HASH_COUNT) {
        return false;
    }
    hw_hash_many(1U << h, parts, count, &all);
    if (all.have == 0) {
        return false;
    }
    memcpy(out, all.of[h], table[h].size);
    return true;
}

bool hw_hash_one(enum hw_hash h, struct hw_span s, uint8_t out[HW_HASH_BYTES])
{
    return hw_hash_parts(h, &s, 1, out);
}

void hw_trust_warm(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
                                  OPENSSL_INIT_ADD_ALL_DIGESTS,
                              NULL);
    struct hw_hashes all;
    hw_hash_many(~0U, &HW_SPAN_LIT("warm"), 1, &all);
    hw_key_warm();
    hw_ed25519_warm();
    ERR_clear_error();
}
