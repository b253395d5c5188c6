/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pki.c -- DER, keys and certificates for tests (RFC 5280, RFC 8017).
 */
#include "build_pki.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

/* modulus, private exponent; the public one is 65537 */
static const char *const keys[HW_TEST_KEYS][2] = {
    {
        "abf144581e922fbb9b3029ebcb3a5bc9536c76cf853776c4d5b90847ed92612093112fd22951a3c6"
        "1ac37a3febd8782e072badc07b56750318c6fce5a9ea127da9cd6f35df40a17fb4fd0a0108238822"
        "e55fb15d54b35958205d80b5e0671c66b640e16cbd6d9be113d44682714db0a90fb633aeb17d2073"
        "e17528f364adef71",
        "83c7cd7ed02770a813ffed1148587902ab8aa4e0d6143556150bd499f42e4d7cbedadc50f1d41d76"
        "770abd0682c70d0d11f7db1a7c2d3e4f5a4d2085111e527e75de80067ce526778c1e16bc657bbf4c"
        "9ee82f8261b76dd71fe68aa8c2db82a94d560ec235d99b55553f75ae4a09c4bf0b4f461c9840c048"
        "338db9bf6805bb41",
    },
    {
        "c909b5ef63ef86c1c17debf1d337b923c6e41f9f246da1f421e997864f1665309f2a2be614bf4f3c"
        "8370617cab4f03562d6388a7f469500937f8d577f2812eba989756da4b2fd236bfe7e6a23e43ee6a"
        "0acca0a4a06136b78307b5372272e9ad95f1580c3451f9cd2a0c6df26e125bd42ffc0cd3fb01703c"
        "da778c12c3b11c03",
        "b4f2d49b002c5bf291a231789c508f87b0412c652578b848f12d3b815c3620263f5cc9de71d6300f"
        "9b8ecf705310ef43e5deace5df8bdaca3162fb60d7198760395fabf5cf65c563a20ad3c95046bfc7"
        "eebb187ba4fb1dcea1bc4bce597c5a01453f90fbebe76bd11e0223555136d70379e8a6dfdc490639"
        "e802010aca54fb21",
    },
    {
        "b70be41d4833bfa15285cc07e0d1b0d82cb77503858c0283229f98b033634833050e4598e729d366"
        "731ac0afe9f799d205dbebd133cd0bf9b80191aa1d24ea50a2dcceafd528edf83ced9a7a75c412ac"
        "45cdd3efe2d105666d7e8f58385395d488ca6b9e5604e97640d958f4382a8dc5f79c1aa6722da52c"
        "51ca720fb27aec11",
        "5c127222bc7fb3236d43f9b5f8c2e1064bafd7fef67ccf82b0b6c071d8d756a8bb214ba6b698164a"
        "d11922d51985beeca29fd5853c5e2668ecc27547b133315c9659215d944161d7b9337fe032b0903b"
        "45691388ff6bbd30bef2463e16e65700f0bff52dbf198741e460981018f7abcce7b5b12c365018ac"
        "f8cc3045db5a49b5",
    },
    {
        "f038283789ebddedd7d9befd66d6ee9b246cfd4864f73335df51e091b44be711ff9b5799177fd4e5"
        "a36531ccd81670bcc79523fd66abed13f12989289a29936adefb8e2e9ff97a2f89e5f71ec146ba7c"
        "a541a62a6f5cd6cbba6eed6d1c36dcd1cdbbf7e7ac2c6960f8f926647c6f865cb1ae8b4b711c8945"
        "f5381cab769772ff",
        "441f18c08f3b352752b3ec267e386b57d19f9ac021e9bc3b05c67951b87861e1c7c3acb6bc6442e2"
        "90508d2bd307a216d6de636363ef537ef93fd7268d7946d5560863d8684f16f1884ae52a1ac8356a"
        "e184d2347fd6a58f2df684897a4846a61e3f18e5e81c4c1af1262c180826cae85112d4ecf482ec8a"
        "cabe51967f9fd159",
    },
};

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "build_pki: %s\n", what);
        abort();
    }
}

static struct hw_span text(const char *s)
{
    return (struct hw_span){(const uint8_t *)s, strlen(s)};
}

/* -- DER ------------------------------------------------------------------------------------ */

size_t hw_test_begin(struct hw_buf *b, unsigned tag)
{
    hw_buf_char(b, (char)tag);
    return b->n;
}

void hw_test_end(struct hw_buf *b, size_t mark)
{
    uint8_t head[9];
    size_t n = b->n - mark, octets = 0;
    for (size_t v = n; v > 0; v >>= 8) {
        octets++;
    }
    size_t head_n = n < 0x80 ? 1 : 1 + octets;
    head[0] = (uint8_t)(n < 0x80 ? n : 0x80 | octets);
    for (size_t i = 1; i < head_n; i++) {
        head[i] = (uint8_t)(n >> 8 * (head_n - 1 - i));
    }
    hw_buf_bytes(b, head, head_n); /* makes room; then everything moves into its place */
    must(hw_buf_ok(b), "buffer full");
    memmove(b->p + mark + head_n, b->p + mark, n);
    memcpy(b->p + mark, head, head_n);
}

void hw_test_put(struct hw_buf *b, unsigned tag, struct hw_span body)
{
    size_t e = hw_test_begin(b, tag);
    hw_buf_span_put(b, body);
    hw_test_end(b, e);
}

void hw_test_oid(struct hw_buf *b, const char *dotted)
{
    size_t e = hw_test_begin(b, 0x06);
    unsigned long long arc = strtoull(dotted, (char **)&dotted, 10);
    arc = arc * 40 + strtoull(dotted + 1, (char **)&dotted, 10);
    for (;;) {
        for (int shift = 63; shift > 0; shift -= 7) {
            if (arc >> shift != 0) {
                hw_buf_char(b, (char)(0x80 | (arc >> shift & 0x7f)));
            }
        }
        hw_buf_char(b, (char)(arc & 0x7f));
        if (*dotted != '.') {
            break;
        }
        arc = strtoull(dotted + 1, (char **)&dotted, 10);
    }
    hw_test_end(b, e);
}

void hw_test_int(struct hw_buf *b, uint64_t v)
{
    size_t e = hw_test_begin(b, 0x02);
    int shift = 56;
    while (shift > 0 && v >> shift == 0) {
        shift -= 8;
    }
    if ((v >> shift & 0x80) != 0) {
        hw_buf_char(b, 0);
    }
    for (; shift >= 0; shift -= 8) {
        hw_buf_char(b, (char)(v >> shift & 0xff));
    }
    hw_test_end(b, e);
}

void hw_test_alg(struct hw_buf *b, const char *dotted)
{
    size_t e = hw_test_begin(b, 0x30);
    hw_test_oid(b, dotted);
    hw_test_put(b, 0x05, text(""));
    hw_test_end(b, e);
}

static void rdn(struct hw_buf *b, const char *oid, const char *value)
{
    size_t set = hw_test_begin(b, 0x31), seq = hw_test_begin(b, 0x30);
    hw_test_oid(b, oid);
    hw_test_put(b, 0x0c, text(value));
    hw_test_end(b, seq);
    hw_test_end(b, set);
}

void hw_test_name(struct hw_buf *b, const char *cn, const char *o)
{
    size_t e = hw_test_begin(b, 0x30);
    if (o != NULL) {
        rdn(b, "2.5.4.10", o);
    }
    rdn(b, "2.5.4.3", cn);
    hw_test_end(b, e);
}

/* -- keys ----------------------------------------------------------------------------------- */

static BIGNUM *number(const char *hex)
{
    BIGNUM *n = NULL;
    must(BN_hex2bn(&n, hex) > 0, "number");
    return n;
}

static EVP_PKEY *private_key(enum hw_test_key k)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *n = number(keys[k][0]), *d = number(keys[k][1]), *e = number("10001");
    must(OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
             OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
             OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_D, d) == 1,
         "parameters");
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
    must(EVP_PKEY_fromdata_init(ctx) == 1 &&
             EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1,
         "private key");
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);
    EVP_PKEY_CTX_free(ctx);
    BN_free(n);
    BN_free(d);
    BN_free(e);
    return key;
}

void hw_test_spki(struct hw_buf *b, enum hw_test_key k)
{
    uint8_t n[129] = {0}; /* with DER's leading zero */
    BIGNUM *m = number(keys[k][0]);
    must(BN_bn2binpad(m, n + 1, 128) == 128, "modulus");
    BN_free(m);
    size_t all = hw_test_begin(b, 0x30);
    hw_test_alg(b, "1.2.840.113549.1.1.1");
    size_t bits = hw_test_begin(b, 0x03);
    hw_buf_char(b, 0);
    size_t seq = hw_test_begin(b, 0x30);
    hw_test_put(b, 0x02, (struct hw_span){n, sizeof n});
    hw_test_int(b, 65537);
    hw_test_end(b, seq);
    hw_test_end(b, bits);
    hw_test_end(b, all);
}

void hw_test_sign(struct hw_buf *out, enum hw_test_key k, const char *digest, struct hw_span bytes)
{
    uint8_t sig[128];
    size_t n = sizeof sig;
    EVP_PKEY *key = private_key(k);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(EVP_DigestSignInit(ctx, NULL, EVP_get_digestbyname(digest), NULL, key) == 1 &&
             EVP_DigestSign(ctx, sig, &n, bytes.p, bytes.n) == 1,
         "signature");
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    hw_buf_bytes(out, sig, n);
}

void hw_test_digest(const char *digest, struct hw_span bytes, uint8_t out[64], size_t *out_n)
{
    unsigned n = 0;
    must(EVP_Digest(bytes.p, bytes.n, out, &n, EVP_get_digestbyname(digest), NULL) == 1, "digest");
    *out_n = n;
}

/* -- certificates --------------------------------------------------------------------------- */

static void key_id(struct hw_buf *b, unsigned tag, enum hw_test_key k)
{
    struct hw_buf spki;
    uint8_t id[64];
    size_t n;
    hw_buf_init(&spki, 4096);
    hw_test_spki(&spki, k);
    hw_test_digest("SHA1", hw_buf_span(&spki), id, &n); /* any 20 octets will do */
    hw_test_put(b, tag, (struct hw_span){id, n});
    hw_buf_done(&spki);
}

static size_t extension(struct hw_buf *b, const char *oid, bool critical, size_t *out_seq)
{
    *out_seq = hw_test_begin(b, 0x30);
    hw_test_oid(b, oid);
    if (critical) {
        hw_test_put(b, 0x01, (struct hw_span){(const uint8_t *)"\xff", 1});
    }
    return hw_test_begin(b, 0x04);
}

static void end_extension(struct hw_buf *b, size_t value, size_t seq)
{
    hw_test_end(b, value);
    hw_test_end(b, seq);
}

static void extensions(struct hw_buf *b, const struct hw_test_cert *c)
{
    size_t all = hw_test_begin(b, 0xa3), list = hw_test_begin(b, 0x30), seq, inner;
    size_t v = extension(b, "2.5.29.19", true, &seq);
    inner = hw_test_begin(b, 0x30);
    if (c->ca) {
        hw_test_put(b, 0x01, (struct hw_span){(const uint8_t *)"\xff", 1});
    }
    hw_test_end(b, inner);
    end_extension(b, v, seq);
    if (c->eku != NULL) {
        v = extension(b, "2.5.29.37", false, &seq);
        inner = hw_test_begin(b, 0x30);
        hw_test_oid(b, c->eku);
        hw_test_end(b, inner);
        end_extension(b, v, seq);
    }
    if (c->key_ids) {
        v = extension(b, "2.5.29.14", false, &seq);
        key_id(b, 0x04, c->key);
        end_extension(b, v, seq);
        v = extension(b, "2.5.29.35", false, &seq);
        inner = hw_test_begin(b, 0x30);
        key_id(b, 0x80, c->issuer_key);
        hw_test_end(b, inner);
        end_extension(b, v, seq);
    }
    if (c->extension != NULL) {
        v = extension(b, c->extension, false, &seq);
        hw_buf_span_put(b, c->extension_value);
        end_extension(b, v, seq);
    }
    hw_test_end(b, list);
    hw_test_end(b, all);
}

void hw_test_certificate(struct hw_buf *b, const struct hw_test_cert *c)
{
    struct hw_buf tbs, sig;
    hw_buf_init(&tbs, 1 << 20);
    hw_buf_init(&sig, 4096);
    size_t t = hw_test_begin(&tbs, 0x30), v = hw_test_begin(&tbs, 0xa0);
    hw_test_int(&tbs, 2);
    hw_test_end(&tbs, v);
    hw_test_int(&tbs, c->serial);
    hw_test_alg(&tbs, "1.2.840.113549.1.1.11");
    hw_test_name(&tbs, c->issuer, "Test House");
    v = hw_test_begin(&tbs, 0x30);
    hw_test_put(&tbs, 0x17, text(c->from == NULL ? "200101000000Z" : c->from));
    hw_test_put(&tbs, 0x17, text(c->to == NULL ? "400101000000Z" : c->to));
    hw_test_end(&tbs, v);
    hw_test_name(&tbs, c->subject, "Test House");
    hw_test_spki(&tbs, c->key);
    extensions(&tbs, c);
    hw_test_end(&tbs, t);
    hw_test_sign(&sig, c->issuer_key, "SHA256", hw_buf_span(&tbs));
    size_t all = hw_test_begin(b, 0x30);
    hw_buf_span_put(b, hw_buf_span(&tbs));
    hw_test_alg(b, "1.2.840.113549.1.1.11");
    size_t bits = hw_test_begin(b, 0x03);
    hw_buf_char(b, 0);
    hw_buf_span_put(b, hw_buf_span(&sig));
    hw_test_end(b, bits);
    hw_test_end(b, all);
    hw_buf_done(&tbs);
    hw_buf_done(&sig);
}

void hw_test_root(struct hw_buf *b)
{
    hw_test_certificate(b, &(struct hw_test_cert){"Test Root", "Test Root", HW_TEST_CA, HW_TEST_CA,
                                                  .serial = 1, .ca = true});
}

void hw_test_signer(struct hw_buf *b)
{
    hw_test_certificate(b, &(struct hw_test_cert){"Test Signer", "Test Root", HW_TEST_SIGNER,
                                                  HW_TEST_CA, .serial = 2, .key_ids = true,
                                                  .eku = "1.3.6.1.5.5.7.3.3"});
}

void hw_test_stamper(struct hw_buf *b)
{
    hw_test_certificate(b, &(struct hw_test_cert){"Test Stamper", "Test Root", HW_TEST_STAMPER,
                                                  HW_TEST_CA, .serial = 3,
                                                  .eku = "1.3.6.1.5.5.7.3.8"});
}

void hw_test_roots_csv(struct hw_buf *b)
{
    struct hw_buf spki;
    hw_buf_init(&spki, 4096);
    hw_test_spki(&spki, HW_TEST_CA);
    hw_buf_str(b, "purpose,subject,self_issued,sha256,not_before,not_after,spki_base64,source\n"
                  "authenticode,\"CN=Test Root,O=Test House\",yes,");
    for (int i = 0; i < 32; i++) {
        hw_buf_str(b, "5a");
    }
    hw_buf_str(b, ",Jan  1 00:00:00 2020 GMT,Jan  1 00:00:00 2040 GMT,");
    hw_base64_put(b, hw_buf_span(&spki));
    hw_buf_str(b, ",\"made, by the tests\"\n");
    hw_buf_done(&spki);
}

void hw_test_crl(struct hw_buf *b, enum hw_test_key signed_by)
{
    struct hw_buf tbs, sig;
    hw_buf_init(&tbs, 1 << 20);
    hw_buf_init(&sig, 4096);
    size_t t = hw_test_begin(&tbs, 0x30), seq, v, ext;
    hw_test_int(&tbs, 1);
    hw_test_alg(&tbs, "1.2.840.113549.1.1.11");
    hw_test_name(&tbs, "Test Root", "Test House");
    hw_test_put(&tbs, 0x17, text("240201000000Z"));
    hw_test_put(&tbs, 0x17, text("240301000000Z"));
    size_t list = hw_test_begin(&tbs, 0x30);
    seq = hw_test_begin(&tbs, 0x30);
    hw_test_int(&tbs, 2);
    hw_test_put(&tbs, 0x17, text("240102030405Z"));
    size_t exts = hw_test_begin(&tbs, 0x30);
    v = extension(&tbs, "2.5.29.21", false, &ext);
    hw_test_put(&tbs, 0x0a, (struct hw_span){(const uint8_t *)"\x01", 1});
    end_extension(&tbs, v, ext);
    v = extension(&tbs, "2.5.29.24", false, &ext);
    hw_test_put(&tbs, 0x18, text("20231224000000Z"));
    end_extension(&tbs, v, ext);
    hw_test_end(&tbs, exts);
    hw_test_end(&tbs, seq);
    seq = hw_test_begin(&tbs, 0x30);
    hw_test_int(&tbs, 0x80ff);
    hw_test_put(&tbs, 0x17, text("230102030405Z"));
    hw_test_end(&tbs, seq);
    hw_test_end(&tbs, list);
    hw_test_end(&tbs, t);
    hw_test_sign(&sig, signed_by, "SHA256", hw_buf_span(&tbs));
    size_t all = hw_test_begin(b, 0x30);
    hw_buf_span_put(b, hw_buf_span(&tbs));
    hw_test_alg(b, "1.2.840.113549.1.1.11");
    size_t bits = hw_test_begin(b, 0x03);
    hw_buf_char(b, 0);
    hw_buf_span_put(b, hw_buf_span(&sig));
    hw_test_end(b, bits);
    hw_test_end(b, all);
    hw_buf_done(&tbs);
    hw_buf_done(&sig);
}
