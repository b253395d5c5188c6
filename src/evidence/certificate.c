/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/certificate.h"

enum { DER_MAX = 16384, SPKI_MAX = 4096, SMALL_MAX = 64, SUBJECT_MAX = 4096, WORDS_MAX = 1000 };

static struct hw_span digest(const uint8_t p[32])
{
    return (struct hw_span){p, 32};
}

static void put_small(struct hw_fact *f, unsigned field, struct hw_span s)
{
    if (s.n > 0 && s.n <= SMALL_MAX) {
        hw_fact_span(f, field, s);
    }
}

static void put_text(struct hw_exam *x, struct hw_fact *f, unsigned field, struct hw_span s,
                     size_t max)
{
    struct hw_span text = hw_exam_text(x, s, max);
    if (text.n > 0) {
        hw_fact_span(f, field, text);
    }
}

static void put_extensions(struct hw_fact *f, const struct hw_cert *c)
{
    if (c->has_ca) {
        hw_fact_u64(f, HW_CERTIFICATE_CA, c->ca);
    }
    if (c->has_pathlen) {
        hw_fact_u64(f, HW_CERTIFICATE_PATHLEN, c->pathlen);
    }
    if (c->has_eku && c->eku.n <= WORDS_MAX) {
        hw_fact_span(f, HW_CERTIFICATE_EKU, c->eku);
    }
    if (c->has_usage) {
        hw_fact_u64(f, HW_CERTIFICATE_USAGE, c->usage);
    }
    put_small(f, HW_CERTIFICATE_SKI, c->ski);
    put_small(f, HW_CERTIFICATE_AKI, c->aki);
}

void hw_say_certificate(struct hw_exam *x, const struct hw_node *n, const struct hw_cert *c,
                        bool self)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_CERTIFICATE, n->number);
    hw_fact_span(&f, HW_CERTIFICATE_SHA256, digest(c->sha256));
    hw_fact_span(&f, HW_CERTIFICATE_SHA1, (struct hw_span){c->sha1, sizeof c->sha1});
    put_text(x, &f, HW_CERTIFICATE_SUBJECT, c->subject, SUBJECT_MAX);
    put_text(x, &f, HW_CERTIFICATE_ISSUER, c->issuer, SUBJECT_MAX);
    put_text(x, &f, HW_CERTIFICATE_NAME, c->name, WORDS_MAX);
    put_small(&f, HW_CERTIFICATE_SERIAL, c->serial);
    hw_fact_time(&f, HW_CERTIFICATE_NOT_BEFORE, c->not_before);
    hw_fact_time(&f, HW_CERTIFICATE_NOT_AFTER, c->not_after);
    hw_fact_span(&f, HW_CERTIFICATE_SPKI, digest(c->spki_sha256));
    if (c->key.der.n <= SPKI_MAX) {
        hw_fact_span(&f, HW_CERTIFICATE_SPKI_DER, c->key.der);
    }
    hw_fact_str(&f, HW_CERTIFICATE_KEY, c->key.word);
    hw_fact_str(&f, HW_CERTIFICATE_ALG, c->alg.word);
    put_extensions(&f, c);
    if (self) {
        hw_fact_u64(&f, HW_CERTIFICATE_SELF, 1);
    }
    if (c->der.n <= DER_MAX) {
        hw_fact_span(&f, HW_CERTIFICATE_DER, c->der);
    }
    hw_say(x, &f);
}

static void put_anchor(struct hw_exam *x, struct hw_fact *f, const struct hw_key *k)
{
    hw_fact_span(f, HW_LINK_ISSUER, digest(k->sha256));
    hw_fact_span(f, HW_LINK_ISSUER_SPKI, digest(k->spki_sha256));
    hw_fact_str(f, HW_LINK_SOURCE, k->anchor ? "anchor" : "known");
    if (k->purpose.n > 0 && k->purpose.n <= 48) {
        hw_fact_span(f, HW_LINK_PURPOSE, k->purpose);
    }
    put_text(x, f, HW_LINK_SUBJECT, k->subject, SUBJECT_MAX);
    hw_fact_time(f, HW_LINK_FROM, k->not_before);
    hw_fact_time(f, HW_LINK_TO, k->not_after);
    if (k->distrust_after != INT64_MIN) {
        hw_fact_time(f, HW_LINK_DISTRUST, k->distrust_after);
    }
    put_text(x, f, HW_LINK_ORIGIN, k->origin, WORDS_MAX);
}

void hw_say_link(struct hw_exam *x, const struct hw_node *n, const struct hw_cert *const *certs,
                 const struct hw_link *l)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_LINK, n->number);
    hw_fact_span(&f, HW_LINK_CHILD, digest(certs[l->child]->sha256));
    if (l->key != NULL) {
        put_anchor(x, &f, l->key);
    } else {
        hw_fact_span(&f, HW_LINK_ISSUER, digest(certs[l->issuer]->sha256));
        hw_fact_span(&f, HW_LINK_ISSUER_SPKI, digest(certs[l->issuer]->spki_sha256));
        hw_fact_str(&f, HW_LINK_SOURCE, "bag");
    }
    hw_fact_u64(&f, HW_LINK_OK, l->ok);
    hw_say(x, &f);
}
