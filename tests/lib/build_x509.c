/* SPDX-License-Identifier: Apache-2.0 */
#include "build_x509.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

enum { ROOM = 4 << 20 };

/* One element: identifier, length in the fewest octets, content. */
static void tlv(struct hw_buf *out, unsigned tag, struct hw_span body)
{
    hw_buf_char(out, (char)tag);
    if (body.n < 0x80) {
        hw_buf_char(out, (char)body.n);
    } else {
        unsigned bytes = body.n < 0x100 ? 1 : body.n < 0x10000 ? 2 : 3;
        hw_buf_char(out, (char)(0x80U | bytes));
        for (unsigned i = bytes; i-- > 0;) {
            hw_buf_char(out, (char)(body.n >> (8 * i) & 0xff));
        }
    }
    hw_buf_span_put(out, body);
}

static void wrap(struct hw_buf *out, unsigned tag, struct hw_buf *body)
{
    if (!hw_buf_ok(body)) {
        abort();
    }
    tlv(out, tag, hw_buf_span(body));
    hw_buf_done(body);
}

static void str(struct hw_buf *out, unsigned tag, const char *s)
{
    tlv(out, tag, (struct hw_span){(const uint8_t *)s, strlen(s)});
}

#define BYTES(out, tag, ...)                                                                       \
    tlv((out), (tag),                                                                              \
        (struct hw_span){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

/* sha256WithRSAEncryption */
static void algorithm(struct hw_buf *out)
{
    struct hw_buf b;
    hw_buf_init(&b, ROOM);
    BYTES(&b, 0x06, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b);
    tlv(&b, 0x05, (struct hw_span){NULL, 0});
    wrap(out, 0x30, &b);
}

static void name(struct hw_buf *out, const char *cn)
{
    struct hw_buf pair, set, seq;
    hw_buf_init(&pair, ROOM);
    hw_buf_init(&set, ROOM);
    hw_buf_init(&seq, ROOM);
    BYTES(&pair, 0x06, 0x55, 0x04, 0x03);
    str(&pair, 0x0c, cn);
    wrap(&set, 0x30, &pair);
    wrap(&seq, 0x31, &set);
    wrap(out, 0x30, &seq);
}

static void bits(struct hw_buf *out, size_t n)
{
    struct hw_buf b;
    hw_buf_init(&b, ROOM);
    hw_buf_char(&b, 0);
    for (size_t i = 0; i < n; i++) {
        hw_buf_char(&b, (char)(i * 37 + 11));
    }
    wrap(out, 0x03, &b);
}

/* SEQUENCE { tbs, algorithm, signature } */
static void signed_object(struct hw_buf *out, struct hw_buf *tbs)
{
    struct hw_buf all;
    hw_buf_init(&all, ROOM);
    wrap(&all, 0x30, tbs);
    algorithm(&all);
    bits(&all, 256);
    wrap(out, 0x30, &all);
}

static void extension(struct hw_buf *out, const uint8_t *oid, size_t oid_n, struct hw_span value)
{
    struct hw_buf b;
    hw_buf_init(&b, ROOM);
    tlv(&b, 0x06, (struct hw_span){oid, oid_n});
    tlv(&b, 0x04, value);
    wrap(out, 0x30, &b);
}

static void entry(struct hw_buf *out, const struct hw_crl_spec *spec, unsigned i)
{
    static const uint8_t reason_oid[] = {0x55, 0x1d, 0x15}, compromise[] = {0x0a, 0x01, 0x01};
    struct hw_buf b, number, list;
    unsigned n = spec->serial_bytes == 0 ? 8 : spec->serial_bytes;
    hw_buf_init(&b, ROOM);
    hw_buf_init(&number, ROOM);
    hw_buf_str(&number, "");
    hw_buf_char(&number, 0);
    for (unsigned k = 0; k < n; k++) {
        static const uint8_t top[] = {0x85, 0x38, 0xa6, 0xc5};
        unsigned shift = 8 * (n - 1 - k);
        hw_buf_char(&number, (char)(k < 4 ? top[k] : shift < 32 ? i >> shift & 0xff : 0));
    }
    wrap(&b, 0x02, &number);
    str(&b, 0x17, "230330000000Z");
    if (spec->reason) {
        hw_buf_init(&list, ROOM);
        extension(&list, reason_oid, sizeof reason_oid,
                  (struct hw_span){compromise, sizeof compromise});
        wrap(&b, 0x30, &list);
    }
    wrap(out, 0x30, &b);
}

static void list_extensions(struct hw_buf *out, const struct hw_crl_spec *spec)
{
    static const uint8_t delta_oid[] = {0x55, 0x1d, 0x1b}, one[] = {0x02, 0x01, 0x01};
    static const uint8_t point_oid[] = {0x55, 0x1d, 0x1c}, point[] = {0x30, 0x03, 0x84, 0x01, 0xff};
    struct hw_buf seq, outer;
    hw_buf_init(&seq, ROOM);
    hw_buf_init(&outer, ROOM);
    if (spec->delta) {
        extension(&seq, delta_oid, sizeof delta_oid, (struct hw_span){one, sizeof one});
    }
    if (spec->indirect) {
        extension(&seq, point_oid, sizeof point_oid, (struct hw_span){point, sizeof point});
    }
    wrap(&outer, 0x30, &seq);
    wrap(out, 0xa0, &outer);
}

void hw_build_crl(const struct hw_crl_spec *spec, struct hw_buf *out)
{
    struct hw_buf tbs, entries;
    hw_buf_init(&tbs, ROOM);
    hw_buf_init(&entries, ROOM);
    if (!spec->v1) {
        BYTES(&tbs, 0x02, 0x01);
    }
    algorithm(&tbs);
    name(&tbs, spec->issuer);
    str(&tbs, 0x17, "230401000000Z");
    if (spec->next) {
        str(&tbs, 0x17, "230501000000Z");
    }
    for (unsigned i = 0; i < spec->entries; i++) {
        entry(&entries, spec, i);
    }
    if (spec->entries > 0) {
        wrap(&tbs, 0x30, &entries);
    }
    hw_buf_done(&entries);
    if (spec->delta || spec->indirect) {
        list_extensions(&tbs, spec);
    }
    signed_object(out, &tbs);
}

static void key(struct hw_buf *out)
{
    struct hw_buf seq, alg, numbers, inner, body;
    hw_buf_init(&seq, ROOM);
    hw_buf_init(&alg, ROOM);
    hw_buf_init(&numbers, ROOM);
    hw_buf_init(&inner, ROOM);
    hw_buf_init(&body, ROOM);
    BYTES(&alg, 0x06, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);
    tlv(&alg, 0x05, (struct hw_span){NULL, 0});
    wrap(&seq, 0x30, &alg);
    hw_buf_char(&body, 0);
    for (unsigned i = 0; i < 128; i++) {
        hw_buf_char(&body, (char)(i == 0 ? 0xc3 : (i * 73 + 5) | 1));
    }
    wrap(&numbers, 0x02, &body);
    BYTES(&numbers, 0x02, 0x01, 0x00, 0x01);
    hw_buf_char(&inner, 0);
    wrap(&inner, 0x30, &numbers);
    wrap(&seq, 0x03, &inner);
    wrap(out, 0x30, &seq);
}

void hw_build_cert(const char *issuer, const char *subject, unsigned serial, struct hw_buf *out)
{
    struct hw_buf tbs, version, validity, number;
    hw_buf_init(&tbs, ROOM);
    hw_buf_init(&version, ROOM);
    hw_buf_init(&validity, ROOM);
    hw_buf_init(&number, ROOM);
    BYTES(&version, 0x02, 0x02);
    wrap(&tbs, 0xa0, &version);
    hw_buf_char(&number, 0x10);
    for (unsigned i = 4; i-- > 0;) {
        hw_buf_char(&number, (char)(serial >> (8 * i) & 0xff));
    }
    wrap(&tbs, 0x02, &number);
    algorithm(&tbs);
    name(&tbs, issuer);
    str(&validity, 0x17, "200101000000Z");
    str(&validity, 0x17, "300101000000Z");
    wrap(&tbs, 0x30, &validity);
    name(&tbs, subject);
    key(&tbs);
    signed_object(out, &tbs);
}

void hw_build_bag(unsigned count, struct hw_buf *out)
{
    struct hw_buf all, data, certs, content, data_oid;
    hw_buf_init(&all, ROOM);
    hw_buf_init(&data, ROOM);
    hw_buf_init(&certs, ROOM);
    hw_buf_init(&content, ROOM);
    hw_buf_init(&data_oid, ROOM);
    BYTES(&data, 0x02, 0x01);
    tlv(&data, 0x31, (struct hw_span){NULL, 0});
    BYTES(&data_oid, 0x06, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01);
    wrap(&data, 0x30, &data_oid);
    for (unsigned i = 0; i < count; i++) {
        hw_build_cert("Test root", "Test leaf", i, &certs);
    }
    wrap(&data, 0xa0, &certs);
    tlv(&data, 0x31, (struct hw_span){NULL, 0});
    BYTES(&all, 0x06, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02);
    wrap(&content, 0x30, &data);
    wrap(&all, 0xa0, &content);
    wrap(out, 0x30, &all);
}

void hw_build_pem(const char *label, struct hw_span der, struct hw_buf *out)
{
    struct hw_buf text;
    hw_buf_init(&text, 2 * ROOM);
    hw_base64_put(&text, der);
    hw_buf_printf(out, "-----BEGIN %s-----\n", label);
    for (size_t i = 0; i < text.n; i += 64) {
        size_t n = text.n - i < 64 ? text.n - i : 64;
        hw_buf_bytes(out, text.p + i, n);
        hw_buf_char(out, '\n');
    }
    hw_buf_printf(out, "-----END %s-----\n", label);
    hw_buf_done(&text);
}
