/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/cert_file.c -- certificates as files: what they say, and whose key verifies
 * them. Nothing here is trusted by being read: a certificate becomes an anchor only by the user's
 * word.
 */
#include "evidence/knowledge/x509.h"

#include "base/text.h"
#include "evidence/certificate.h"

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
        hw_say_certificate(w->x, w->n, w->certs[i], rc == HW_OK && w->links.self[i]);
    }
    for (size_t i = 0; rc == HW_OK && i < w->links.count && hw_exam_going(w->x); i++) {
        hw_say_link(w->x, w->n, w->certs, &w->links.links[i]);
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
