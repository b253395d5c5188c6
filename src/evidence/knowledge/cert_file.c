/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/cert_file.c -- certificates as files: what they say, and whose key verifies
 * them. Nothing here is trusted by being read: a certificate becomes an anchor only by the user's
 * word.
 */
#include "evidence/knowledge/x509.h"

#include "base/text.h"

enum { DER_MAX = 16384, SPKI_MAX = 4096, SMALL_MAX = 64, SUBJECT_MAX = 4096, WORDS_MAX = 1000 };

static void keep(struct hw_x509 *w, const struct hw_cert *c)
{
    struct hw_span own = {c->sha256, sizeof c->sha256};
    w->entries++;
    for (size_t i = 0; i < w->cert_count; i++) {
        if (hw_span_equal((struct hw_span){w->certs[i]->sha256, sizeof c->sha256}, own)) {
            return;
        }
    }
    if (w->cert_count == HW_X509_CERTS_MAX) {
        w->full = true;
        hw_say_anomaly(w->x, w->n, "over-budget", c->off, c->der.n, "more than %d certificates",
                       HW_X509_CERTS_MAX);
        hw_say_degree(w->n, HW_REFUSED, "more certificates than one input may hold");
        return;
    }
    w->certs[w->cert_count++] = c;
    if (c->odd != NULL) {
        hw_say_anomaly(w->x, w->n, "bad-encoding", c->off, c->der.n,
                       "an extension that cannot be read: %s", c->odd);
    }
}

void hw_x509_read_cert(struct hw_x509 *w, struct hw_reader *r)
{
    struct hw_error err = {.text = "the arena is full"};
    uint64_t off = hw_read_where(r);
    struct hw_cert *c = hw_arena_alloc(w->x->arena, sizeof *c);
    int rc = c == NULL ? HW_E_MEMORY : hw_cert_read(r, w->x->arena, c, &err);
    if (rc != HW_OK) {
        hw_x509_failed(w, rc, off, "certificate", &err);
        return;
    }
    keep(w, c);
}

void hw_x509_read_bag(struct hw_x509 *w, struct hw_reader *r)
{
    struct hw_error err = {.text = "the arena is full"};
    uint64_t off = hw_read_where(r);
    struct hw_cms *cms = hw_arena_alloc(w->x->arena, sizeof *cms);
    int rc = cms == NULL ? HW_E_MEMORY : hw_cms_read(r, w->x->arena, cms, &err);
    if (rc != HW_OK) {
        hw_x509_failed(w, rc, off, "PKCS #7", &err);
        return;
    }
    for (size_t i = 0; i < cms->cert_count && !w->full; i++) {
        keep(w, &cms->certs[i]);
    }
    w->ignored += cms->other_count + cms->signer_count;
}

/* Facts */

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

static void say_cert(const struct hw_x509 *w, const struct hw_cert *c, bool self)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_CERTIFICATE, w->n->number);
    hw_fact_span(&f, HW_CERTIFICATE_SHA256, digest(c->sha256));
    hw_fact_span(&f, HW_CERTIFICATE_SHA1, (struct hw_span){c->sha1, sizeof c->sha1});
    put_text(w->x, &f, HW_CERTIFICATE_SUBJECT, c->subject, SUBJECT_MAX);
    put_text(w->x, &f, HW_CERTIFICATE_ISSUER, c->issuer, SUBJECT_MAX);
    put_text(w->x, &f, HW_CERTIFICATE_NAME, c->name, WORDS_MAX);
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
    hw_say(w->x, &f);
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

static void say_link(const struct hw_x509 *w, const struct hw_link *l)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_LINK, w->n->number);
    hw_fact_span(&f, HW_LINK_CHILD, digest(w->certs[l->child]->sha256));
    if (l->key != NULL) {
        put_anchor(w->x, &f, l->key);
    } else {
        hw_fact_span(&f, HW_LINK_ISSUER, digest(w->certs[l->issuer]->sha256));
        hw_fact_span(&f, HW_LINK_ISSUER_SPKI, digest(w->certs[l->issuer]->spki_sha256));
        hw_fact_str(&f, HW_LINK_SOURCE, "bag");
    }
    hw_fact_u64(&f, HW_LINK_OK, l->ok);
    hw_say(w->x, &f);
}

void hw_x509_say_certs(struct hw_x509 *w)
{
    struct hw_error err;
    if (w->cert_count == 0 || !hw_exam_going(w->x)) {
        return;
    }
    int rc =
        hw_links_find(w->certs, w->cert_count, w->x->keys, &w->work, w->x->arena, &w->links, &err);
    if (rc != HW_OK) {
        hw_x509_failed(w, rc, 0, "links", &err);
    }
    if (w->work.reached) {
        hw_say_anomaly(w->x, w->n, "over-budget", 0, 0, "more signatures than %d were not verified",
                       HW_VERIFICATIONS);
    }
    for (size_t i = 0; i < w->cert_count && hw_exam_going(w->x); i++) {
        say_cert(w, w->certs[i], rc == HW_OK && w->links.self[i]);
    }
    for (size_t i = 0; rc == HW_OK && i < w->links.count && hw_exam_going(w->x); i++) {
        say_link(w, &w->links.links[i]);
    }
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    unsigned bits;
    enum hw_x509_kind k = hw_x509_guess(bytes, fuel, &bits);
    return k == HW_X509_CERT || k == HW_X509_BAG ? bits : 0;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    hw_x509_examine(x, n, "certificates");
}

const struct hw_format hw_cert_format = {
    .word = "certificate",
    .probe = probe,
    .examine = examine,
};
