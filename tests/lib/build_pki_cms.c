/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pki_cms.c -- SignedData for tests: Authenticode, RFC 3161 tokens, PKCS #9
 * countersignatures (RFC 5652, RFC 3161, RFC 2985).
 */
#include "build_pki.h"

#include <string.h>

#define STAMPED "20230506070809.25Z"

static void token_at(struct hw_buf *b, struct hw_span stamped, const char *when);

static struct hw_span text(const char *s)
{
    return (struct hw_span){(const uint8_t *)s, strlen(s)};
}

static const char *hash_oid(const char *digest)
{
    static const char *const table[][2] = {{"MD5", "1.2.840.113549.2.5"},
                                           {"SHA1", "1.3.14.3.2.26"},
                                           {"SHA256", "2.16.840.1.101.3.4.2.1"},
                                           {"SHA384", "2.16.840.1.101.3.4.2.2"},
                                           {"SHA512", "2.16.840.1.101.3.4.2.3"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i][0], digest) == 0) {
            return table[i][1];
        }
    }
    return "1.2.3.4";
}

static size_t attribute(struct hw_buf *b, const char *oid, size_t *out_seq)
{
    *out_seq = hw_test_begin(b, 0x30);
    hw_test_oid(b, oid);
    return hw_test_begin(b, 0x31);
}

static void end_attribute(struct hw_buf *b, size_t set, size_t seq)
{
    hw_test_end(b, set);
    hw_test_end(b, seq);
}

/* What one signer says. */
struct part {
    enum hw_test_key key;
    const char *issuer, *digest, *content_type; /* content_type NULL: no such attribute */
    uint64_t serial;
    struct hw_span content; /* content octets */
    const char *signing_time;
    bool lie_content, lie_math;
    const struct hw_test_signature *more; /* opus and unsigned attributes, or NULL */
};

static void signed_attributes(struct hw_buf *b, const struct part *p)
{
    uint8_t digest[64];
    size_t n, seq, set;
    if (p->content_type != NULL) {
        set = attribute(b, "1.2.840.113549.1.9.3", &seq);
        hw_test_oid(b, p->content_type);
        end_attribute(b, set, seq);
    }
    if (p->signing_time != NULL) {
        set = attribute(b, "1.2.840.113549.1.9.5", &seq);
        hw_test_put(b, 0x17, text(p->signing_time));
        end_attribute(b, set, seq);
    }
    if (p->more != NULL && p->more->program != NULL) {
        set = attribute(b, "1.3.6.1.4.1.311.2.1.12", &seq);
        size_t opus = hw_test_begin(b, 0x30), field = hw_test_begin(b, 0xa0);
        size_t wide = hw_test_begin(b, 0x80);
        for (const char *c = p->more->program; *c != '\0'; c++) {
            hw_buf_char(b, 0);
            hw_buf_char(b, *c);
        }
        hw_test_end(b, wide);
        hw_test_end(b, field);
        field = hw_test_begin(b, 0xa1);
        hw_test_put(b, 0x80, text(p->more->url == NULL ? "" : p->more->url));
        hw_test_end(b, field);
        hw_test_end(b, opus);
        end_attribute(b, set, seq);
    }
    hw_test_digest(p->digest, p->content, digest, &n);
    digest[0] ^= p->lie_content ? 1 : 0;
    set = attribute(b, "1.2.840.113549.1.9.4", &seq);
    hw_test_put(b, 0x04, (struct hw_span){digest, n});
    end_attribute(b, set, seq);
}

static void unsigned_attributes(struct hw_buf *b, const struct hw_test_signature *s,
                                struct hw_span signature)
{
    size_t seq, set, all;
    if (s->stamp == HW_TEST_NO_STAMP && s->nested == NULL && s->attribute == NULL) {
        return;
    }
    all = hw_test_begin(b, 0xa1);
    if (s->stamp == HW_TEST_RFC3161) {
        set = attribute(b, "1.3.6.1.4.1.311.3.3.1", &seq);
        token_at(b, signature, s->stamp_at != NULL ? s->stamp_at : STAMPED);
        end_attribute(b, set, seq);
    } else if (s->stamp == HW_TEST_PKCS9) {
        set = attribute(b, "1.2.840.113549.1.9.6", &seq);
        hw_test_counter(b, signature);
        end_attribute(b, set, seq);
    }
    if (s->nested != NULL) {
        set = attribute(b, "1.3.6.1.4.1.311.2.4.1", &seq);
        hw_test_cms(b, s->nested);
        end_attribute(b, set, seq);
    }
    if (s->attribute != NULL) {
        set = attribute(b, s->attribute, &seq);
        hw_buf_span_put(b, s->attribute_value);
        end_attribute(b, set, seq);
    }
    hw_test_end(b, all);
}

static void signer_info(struct hw_buf *b, const struct part *p)
{
    struct hw_buf attrs, sig;
    hw_buf_init(&attrs, 1 << 16);
    hw_buf_init(&sig, 4096);
    size_t set = hw_test_begin(&attrs, 0x31);
    signed_attributes(&attrs, p);
    hw_test_end(&attrs, set);
    hw_test_sign(&sig, p->lie_math ? HW_TEST_STRANGER : p->key, p->digest, hw_buf_span(&attrs));
    attrs.p[0] = 0xa0;
    size_t all = hw_test_begin(b, 0x30);
    hw_test_int(b, 1);
    size_t sid = hw_test_begin(b, 0x30);
    hw_test_name(b, p->issuer, "Test House");
    hw_test_int(b, p->serial);
    hw_test_end(b, sid);
    hw_test_alg(b, hash_oid(p->digest));
    hw_buf_span_put(b, hw_buf_span(&attrs));
    hw_test_alg(b, "1.2.840.113549.1.1.1");
    hw_test_put(b, 0x04, hw_buf_span(&sig));
    if (p->more != NULL) {
        unsigned_attributes(b, p->more, hw_buf_span(&sig));
    }
    hw_test_end(b, all);
    hw_buf_done(&attrs);
    hw_buf_done(&sig);
}

/* ContentInfo around it all; `content` is the whole element that [0] holds. */
static void signed_data(struct hw_buf *b, const char *content_type, struct hw_span content,
                        struct hw_span certificates, const struct part *p)
{
    size_t info = hw_test_begin(b, 0x30);
    hw_test_oid(b, "1.2.840.113549.1.7.2");
    size_t holder = hw_test_begin(b, 0xa0), data = hw_test_begin(b, 0x30);
    hw_test_int(b, 1);
    size_t set = hw_test_begin(b, 0x31);
    hw_test_alg(b, hash_oid(p->digest));
    hw_test_end(b, set);
    size_t encap = hw_test_begin(b, 0x30);
    hw_test_oid(b, content_type);
    hw_test_put(b, 0xa0, content);
    hw_test_end(b, encap);
    hw_test_put(b, 0xa0, certificates);
    set = hw_test_begin(b, 0x31);
    signer_info(b, p);
    hw_test_end(b, set);
    hw_test_end(b, data);
    hw_test_end(b, holder);
    hw_test_end(b, info);
}

static void indirect_data(struct hw_buf *b, const struct hw_test_signature *s)
{
    size_t data = hw_test_begin(b, 0x30);
    hw_test_oid(b, "1.3.6.1.4.1.311.2.1.15");
    size_t image = hw_test_begin(b, 0x30);
    hw_test_put(b, 0x03, (struct hw_span){(const uint8_t *)"", 1});
    hw_test_end(b, image);
    hw_test_end(b, data);
    size_t info = hw_test_begin(b, 0x30);
    hw_test_alg(b, hash_oid(s->digest));
    hw_test_put(b, 0x04, s->file_digest);
    hw_test_end(b, info);
}

void hw_test_cms(struct hw_buf *b, const struct hw_test_signature *s)
{
    const char *type = s->other_content ? "1.2.840.113549.1.7.1" : "1.3.6.1.4.1.311.2.1.4";
    struct hw_buf content, octets, certs;
    hw_buf_init(&content, 1 << 16);
    hw_buf_init(&octets, 1 << 16);
    hw_buf_init(&certs, 1 << 22);
    indirect_data(&octets, s);
    hw_test_put(&content, 0x30, hw_buf_span(&octets));
    hw_test_signer(&certs);
    if (s->stamp == HW_TEST_PKCS9) {
        hw_test_stamper(&certs);
    }
    hw_buf_span_put(&certs, s->extra_certificate);
    struct part p = {.key = HW_TEST_SIGNER,
                     .issuer = "Test Root",
                     .digest = s->digest,
                     .content_type = type,
                     .serial = 2,
                     .content = hw_buf_span(&octets),
                     .lie_content = s->lie_content,
                     .lie_math = s->lie_math,
                     .more = s};
    signed_data(b, type, hw_buf_span(&content), hw_buf_span(&certs), &p);
    hw_buf_done(&content);
    hw_buf_done(&octets);
    hw_buf_done(&certs);
}

static void token_at(struct hw_buf *b, struct hw_span stamped, const char *when)
{
    struct hw_buf info, content, certs;
    uint8_t digest[64];
    size_t n;
    hw_buf_init(&info, 1 << 16);
    hw_buf_init(&content, 1 << 16);
    hw_buf_init(&certs, 1 << 16);
    size_t seq = hw_test_begin(&info, 0x30);
    hw_test_int(&info, 1);
    hw_test_oid(&info, "1.2.3.4.1");
    size_t imprint = hw_test_begin(&info, 0x30);
    hw_test_alg(&info, hash_oid("SHA256"));
    hw_test_digest("SHA256", stamped, digest, &n);
    hw_test_put(&info, 0x04, (struct hw_span){digest, n});
    hw_test_end(&info, imprint);
    hw_test_int(&info, 77);
    hw_test_put(&info, 0x18, text(when));
    size_t accuracy = hw_test_begin(&info, 0x30);
    hw_test_int(&info, 1);
    hw_test_put(&info, 0x80, (struct hw_span){(const uint8_t *)"\x05", 1});
    hw_test_end(&info, accuracy);
    hw_test_end(&info, seq);
    hw_test_put(&content, 0x04, hw_buf_span(&info));
    hw_test_stamper(&certs);
    struct part p = {.key = HW_TEST_STAMPER,
                     .issuer = "Test Root",
                     .digest = "SHA256",
                     .content_type = "1.2.840.113549.1.9.16.1.4",
                     .serial = 3,
                     .content = hw_buf_span(&info)};
    signed_data(b, p.content_type, hw_buf_span(&content), hw_buf_span(&certs), &p);
    hw_buf_done(&info);
    hw_buf_done(&content);
    hw_buf_done(&certs);
}

void hw_test_token(struct hw_buf *b, struct hw_span stamped)
{
    token_at(b, stamped, STAMPED);
}

void hw_test_counter(struct hw_buf *b, struct hw_span stamped)
{
    struct part p = {.key = HW_TEST_STAMPER,
                     .issuer = "Test Root",
                     .digest = "SHA1",
                     .content_type = "1.2.840.113549.1.7.1",
                     .serial = 3,
                     .content = stamped,
                     .signing_time = "230506070809Z"};
    signer_info(b, &p);
}
