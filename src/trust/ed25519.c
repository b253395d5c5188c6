/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/ed25519.c -- RFC 8032 by libcrypto's raw keys.
 */
#include "trust/ed25519.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "trust/hash.h"

static bool sign(EVP_PKEY *key, struct hw_span message, uint8_t *out)
{
    size_t n = HW_ED25519_SIGNATURE;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(ctx, out, &n, message.p, message.n) == 1 && n == HW_ED25519_SIGNATURE;
    EVP_MD_CTX_free(ctx);
    return ok;
}

bool hw_ed25519_public(const uint8_t seed[HW_ED25519_KEY], uint8_t out[HW_ED25519_KEY])
{
    size_t n = HW_ED25519_KEY;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, HW_ED25519_KEY);
    bool ok = key != NULL && EVP_PKEY_get_raw_public_key(key, out, &n) == 1 && n == HW_ED25519_KEY;
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok;
}

bool hw_ed25519_sign(const uint8_t seed[HW_ED25519_KEY], struct hw_span message,
                     uint8_t out[HW_ED25519_SIGNATURE])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, HW_ED25519_KEY);
    bool ok = key != NULL && sign(key, message, out);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok;
}

enum hw_tri hw_ed25519_verify(struct hw_span key, struct hw_span message, struct hw_span signature)
{
    if (key.n != HW_ED25519_KEY || signature.n != HW_ED25519_SIGNATURE) {
        return HW_TRI_UNKNOWN;
    }
    enum hw_tri answer = HW_TRI_UNKNOWN;
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key.p, key.n);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (public != NULL && ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, public) == 1) {
        answer = EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1
                     ? HW_TRI_YES
                     : HW_TRI_NO;
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(public);
    ERR_clear_error();
    return answer;
}

bool hw_ed25519_print(const uint8_t key[HW_ED25519_KEY], char out[HW_ED25519_PRINT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sha256[HW_HASH_BYTES];
    if (!hw_hash_one(HW_HASH_SHA256, (struct hw_span){key, HW_ED25519_KEY}, sha256)) {
        return false;
    }
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = digits[sha256[i] >> 4];
        out[2 * i + 1] = digits[sha256[i] & 15];
    }
    out[HW_ED25519_PRINT - 1] = 0;
    return true;
}

void hw_ed25519_warm(void)
{
    static const uint8_t seed[HW_ED25519_KEY] = {1};
    uint8_t key[HW_ED25519_KEY], signature[HW_ED25519_SIGNATURE];
    struct hw_span nothing = {seed, 1};
    if (hw_ed25519_public(seed, key) && hw_ed25519_sign(seed, nothing, signature)) {
        (void)hw_ed25519_verify((struct hw_span){key, sizeof key}, nothing,
                                (struct hw_span){signature, sizeof signature});
    }
}
