/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/x509.c -- what a file of certificates or revocation lists holds, and the way
 * through it. DER is told apart by its first elements (RFC 5280 4.1 and 5.1, RFC 5652 3):
 *
 *   SEQUENCE { SEQUENCE { [0] version?, INTEGER serial, SEQUENCE alg, SEQUENCE issuer, SEQUENCE {
 *   time          a certificate
 *   SEQUENCE { SEQUENCE { INTEGER version?, SEQUENCE alg, SEQUENCE issuer, time    a list
 *   SEQUENCE { OID signedData                                                      a bag (p7b)
 */
#include "evidence/knowledge/x509.h"

#include "base/text.h"
#include "evidence/knowledge/pem.h"
#include "trust/der.h"

enum { SURE_BITS = 48, LIKELY_BITS = 28, HEAD_BYTES = 64 * 1024 };

/* Identifier and length octets, whether or not the content is all there. */
static bool head(struct hw_reader *r, uint8_t *out_tag, uint64_t *out_n)
{
    uint8_t tag, first, b;
    if (!hw_read_u8(r, &tag) || !hw_read_u8(r, &first)) {
        return false;
    }
    uint64_t n = first;
    if (first >= 0x80) {
        n = 0;
        if (first == 0x80 || first > 0x84) {
            return false;
        }
        for (unsigned i = first & 0x7fU; i > 0; i--) {
            if (!hw_read_u8(r, &b)) {
                return false;
            }
            n = n << 8 | b;
        }
    }
    *out_tag = tag;
    *out_n = n;
    return true;
}

static bool skip_one(struct hw_reader *r, uint8_t want)
{
    uint8_t tag;
    uint64_t n;
    return head(r, &tag, &n) && tag == want && hw_read_skip(r, n);
}

static bool at_time(struct hw_reader *r)
{
    uint8_t tag;
    uint64_t n;
    return head(r, &tag, &n) &&
           ((tag == HW_DER_UTCTIME && n == 13) || (tag == HW_DER_GENTIME && n >= 15 && n < 32));
}

static enum hw_x509_kind guess_der(struct hw_span bytes, struct hw_budget *fuel)
{
    static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    struct hw_reader r;
    uint8_t tag;
    uint64_t n;
    hw_reader_init(&r, bytes, fuel);
    if (!head(&r, &tag, &n) || tag != HW_DER_SEQUENCE || !head(&r, &tag, &n)) {
        return HW_X509_NONE;
    }
    if (tag == HW_DER_OID && n == sizeof signed_data) {
        return hw_read_magic(&r, signed_data, sizeof signed_data) ? HW_X509_BAG : HW_X509_NONE;
    }
    if (tag != HW_DER_SEQUENCE) {
        return HW_X509_NONE;
    }
    if (hw_der_at(&r, HW_DER_CONSTRUCTED(0)) && !skip_one(&r, HW_DER_CONSTRUCTED(0))) {
        return HW_X509_NONE;
    }
    bool number = hw_der_at(&r, HW_DER_INTEGER);
    if ((number && !skip_one(&r, HW_DER_INTEGER)) || !skip_one(&r, HW_DER_SEQUENCE) ||
        !skip_one(&r, HW_DER_SEQUENCE)) {
        return HW_X509_NONE;
    }
    if (number && hw_der_at(&r, HW_DER_SEQUENCE)) {
        return head(&r, &tag, &n) && at_time(&r) ? HW_X509_CERT : HW_X509_NONE;
    }
    return at_time(&r) ? HW_X509_CRL : HW_X509_NONE;
}

static enum hw_x509_kind kind_of(struct hw_span label)
{
    return hw_span_is(label, "CERTIFICATE") || hw_span_is(label, "X509 CERTIFICATE") ? HW_X509_CERT
           : hw_span_is(label, "X509 CRL")                                           ? HW_X509_CRL
           : hw_span_is(label, "PKCS7") || hw_span_is(label, "CMS")                  ? HW_X509_BAG
                                                                                     : HW_X509_NONE;
}

/* The first mark within the head of a text. */
static enum hw_x509_kind guess_pem(struct hw_span bytes, struct hw_budget *fuel, bool *out_first)
{
    static const char *const marks[] = {
        "-----BEGIN CERTIFICATE-----", "-----BEGIN X509 CERTIFICATE-----",
        "-----BEGIN X509 CRL-----",    "-----BEGIN PKCS7-----",
        "-----BEGIN CMS-----",
    };
    struct hw_span s = hw_span_cut(bytes, 0, HEAD_BYTES);
    struct hw_reader r;
    hw_reader_init(&r, s, fuel);
    *out_first = true;
    while (hw_read_left(&r) > 0) {
        struct hw_span rest = hw_reader_rest(&r);
        size_t n = hw_span_find(rest, '\n');
        struct hw_span line = hw_span_trim(hw_span_cut(rest, 0, n));
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            if (hw_span_is(line, marks[i])) {
                return kind_of(hw_span_cut(line, 11, line.n - 16));
            }
        }
        *out_first = *out_first && line.n == 0;
        if (!hw_read_skip(&r, n < rest.n ? n + 1 : n)) {
            break;
        }
    }
    return HW_X509_NONE;
}

enum hw_x509_kind hw_x509_guess(struct hw_span bytes, struct hw_budget *fuel, unsigned *out_bits)
{
    bool first;
    enum hw_x509_kind k = guess_der(bytes, fuel);
    if (k != HW_X509_NONE) {
        /* Signed data of any kind looks like a bag: only who asks for certificates gets those. */
        *out_bits = k == HW_X509_BAG ? LIKELY_BITS : SURE_BITS;
        return k;
    }
    k = guess_pem(bytes, fuel, &first);
    *out_bits = k == HW_X509_NONE ? 0 : first && k != HW_X509_BAG ? SURE_BITS : LIKELY_BITS;
    return k;
}

void hw_x509_failed(struct hw_x509 *w, int rc, uint64_t off, const char *what,
                    const struct hw_error *err)
{
    w->refused++;
    if (rc == HW_E_EVIDENCE) {
        hw_say_anomaly(w->x, w->n, "bad-encoding", err->where, 0, "%s: %s", what, err->text);
        hw_say_degree(w->n, HW_BROKEN, "an object that cannot be read");
    } else {
        w->full = true;
        hw_say_anomaly(w->x, w->n, "over-budget", off, 0, "%s: %s", what, err->text);
        hw_say_degree(w->n, HW_REFUSED, "the memory for this input ended here");
    }
}

static void read_object(struct hw_x509 *w, enum hw_x509_kind kind, struct hw_reader *r)
{
    switch (kind) {
    case HW_X509_CERT:
        hw_x509_read_cert(w, r);
        break;
    case HW_X509_BAG:
        hw_x509_read_bag(w, r);
        break;
    case HW_X509_CRL:
        hw_x509_read_crl(w, r);
        break;
    case HW_X509_NONE:
        break;
    }
    if (hw_reader_ok(r) && hw_read_left(r) > 0) {
        hw_say_anomaly(w->x, w->n, "hidden-bytes", hw_read_where(r), hw_read_left(r),
                       "%zu bytes behind the object", hw_read_left(r));
    }
}

/* All blocks of one sort: certificates before lists, whose issuers they may be. What is read of a
 * certificate points into its bytes, so those move to the arena. */
static void walk_pem(struct hw_x509 *w, bool lists)
{
    struct hw_pem p;
    struct hw_reader r;
    hw_pem_init(&p);
    hw_node_reader(w->x, w->n, &r);
    while (!w->full && hw_exam_going(w->x) && hw_pem_next(&p, &r)) {
        enum hw_x509_kind kind = kind_of(p.label);
        struct hw_span der = hw_buf_span(&p.der);
        struct hw_reader in;
        if (lists ? kind != HW_X509_CRL : kind == HW_X509_CRL) {
            continue;
        }
        if (kind == HW_X509_NONE) {
            w->ignored++;
            continue;
        }
        if (p.why != NULL) {
            w->refused++;
            hw_say_anomaly(w->x, w->n, "bad-encoding", p.off, p.size, "%s", p.why);
            continue;
        }
        if (kind != HW_X509_CRL) {
            der.p = hw_arena_copy(w->x->arena, der);
        }
        if (der.p == NULL) {
            struct hw_error err = {.text = "the arena is full"};
            hw_x509_failed(w, HW_E_MEMORY, p.off, "certificate", &err);
            break;
        }
        hw_reader_init_at(&in, der, p.off, &w->x->fuel);
        read_object(w, kind, &in);
    }
    hw_say_fault(w->x, w->n, &r, "PEM");
    hw_pem_done(&p);
}

void hw_x509_examine(struct hw_exam *x, struct hw_node *n, const char *form)
{
    struct hw_x509 w = {.x = x, .n = n, .work = {.verifications = HW_VERIFICATIONS}};
    struct hw_fact f;
    struct hw_reader r;
    enum hw_x509_kind kind = guess_der(n->bytes, &x->fuel);
    if (kind == HW_X509_NONE) {
        walk_pem(&w, /* lists= */ false);
        hw_x509_say_certs(&w);
        walk_pem(&w, /* lists= */ true);
    } else {
        hw_node_reader(x, n, &r);
        read_object(&w, kind, &r);
        hw_x509_say_certs(&w);
    }
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, n->number);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, form);
    hw_fact_u64(&f, HW_KNOWLEDGE_ENTRIES, w.entries);
    hw_fact_u64(&f, HW_KNOWLEDGE_REFUSED, w.refused);
    hw_fact_u64(&f, HW_KNOWLEDGE_IGNORED, w.ignored);
    hw_say(x, &f);
}
