/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/crl_file.c -- certificate revocation lists as files (RFC 5280 section 5), DER
 * or PEM, several in one PEM: each list once as CRL, each entry as REVOKED.
 *
 * Whether the list is genuine is mathematics done here, with the keys at hand: the keyring's and
 * those of certificates in the same file. A list nobody's key verifies is kept as such.
 */
#include "evidence/knowledge/x509.h"

#include "base/text.h"
#include "trust/crl.h"

enum { ISSUER_MAX = 4096, SERIAL_MAX = 64 };

struct verdict {
    enum hw_tri ok;
    struct hw_span spki, cert;
};

static void verify(struct hw_x509 *w, const struct hw_crl *crl, struct verdict *out)
{
    const struct hw_key *key = NULL;
    out->ok = hw_crl_verify_ring(crl, w->x->keys, &w->work, &key);
    if (out->ok == HW_TRI_YES) {
        out->spki = (struct hw_span){key->spki_sha256, sizeof key->spki_sha256};
        out->cert = (struct hw_span){key->sha256, sizeof key->sha256};
        return;
    }
    for (size_t i = 0; i < w->cert_count; i++) {
        const struct hw_cert *c = w->certs[i];
        const char *why;
        if (!hw_span_equal(c->subject, crl->issuer) || !hw_work_take(&w->work)) {
            continue;
        }
        enum hw_tri one = hw_crl_verify(crl, &c->key, &why);
        out->ok = one == HW_TRI_UNKNOWN ? out->ok : one;
        if (one == HW_TRI_YES) {
            out->spki = (struct hw_span){c->spki_sha256, sizeof c->spki_sha256};
            out->cert = (struct hw_span){c->sha256, sizeof c->sha256};
            return;
        }
    }
}

static void say_list(const struct hw_x509 *w, const struct hw_crl *crl, const struct verdict *v)
{
    struct hw_fact f;
    struct hw_span issuer = hw_exam_text(w->x, crl->issuer, ISSUER_MAX);
    hw_fact_about(&f, HW_FACT_CRL, w->n->number);
    hw_fact_span(&f, HW_CRL_SHA256, (struct hw_span){crl->sha256, sizeof crl->sha256});
    if (issuer.n > 0) {
        hw_fact_span(&f, HW_CRL_ISSUER, issuer);
    }
    if (crl->aki.n > 0 && crl->aki.n <= SERIAL_MAX) {
        hw_fact_span(&f, HW_CRL_AKI, crl->aki);
    }
    hw_fact_time(&f, HW_CRL_THIS_UPDATE, crl->this_update);
    if (crl->has_next) {
        hw_fact_time(&f, HW_CRL_NEXT_UPDATE, crl->next_update);
    }
    hw_fact_u64(&f, HW_CRL_COUNT, crl->count);
    if (v->ok != HW_TRI_UNKNOWN) {
        hw_fact_u64(&f, HW_CRL_MATH_OK, v->ok == HW_TRI_YES);
    }
    if (v->ok == HW_TRI_YES) {
        hw_fact_span(&f, HW_CRL_ISSUER_SPKI, v->spki);
        hw_fact_span(&f, HW_CRL_ISSUER_CERT, v->cert);
    }
    hw_say(w->x, &f);
    /* Not the whole list of its issuer's own: not being on it proves nothing. */
    if (crl->delta) {
        hw_say_number(w->x, w->n, "crl.delta", 1);
    }
    if (crl->indirect) {
        hw_say_number(w->x, w->n, "crl.indirect", 1);
    }
}

static void say_entry(const struct hw_x509 *w, const struct hw_crl *crl, const struct hw_revoked *e)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_REVOKED, w->n->number);
    hw_fact_span(&f, HW_REVOKED_CRL, (struct hw_span){crl->sha256, sizeof crl->sha256});
    hw_fact_span(&f, HW_REVOKED_SERIAL, e->serial);
    hw_fact_time(&f, HW_REVOKED_WHEN, e->when);
    hw_fact_str(&f, HW_REVOKED_REASON, e->reason);
    if (e->has_invalid_from) {
        hw_fact_time(&f, HW_REVOKED_INVALID_FROM, e->invalid_from);
    }
    hw_say(w->x, &f);
}

static void say_entries(struct hw_x509 *w, struct hw_crl *crl)
{
    struct hw_revoked e;
    while (hw_exam_going(w->x) && !w->full && hw_crl_next(crl, &e)) {
        if (e.serial.n > SERIAL_MAX) {
            w->refused++;
            hw_say_anomaly(w->x, w->n, "bad-size", hw_read_where(&crl->entries), e.serial.n,
                           "a serial number of %zu bytes", e.serial.n);
            continue;
        }
        if (w->entries == HW_X509_REVOKED_MAX) {
            w->full = true;
            hw_say_anomaly(w->x, w->n, "over-budget", hw_read_where(&crl->entries), 0,
                           "more than %d revoked certificates", HW_X509_REVOKED_MAX);
            hw_say_degree(w->n, HW_REFUSED, "more revoked certificates than one input may say");
            return;
        }
        w->entries++;
        say_entry(w, crl, &e);
    }
    hw_say_fault(w->x, w->n, &crl->entries, "revoked certificates");
}

void hw_x509_read_crl(struct hw_x509 *w, struct hw_reader *r)
{
    struct hw_error err;
    struct hw_crl crl;
    struct verdict v = {HW_TRI_UNKNOWN, {NULL, 0}, {NULL, 0}};
    uint64_t off = hw_read_where(r);
    int rc = hw_crl_read(r, w->x->arena, &crl, &err);
    if (rc != HW_OK) {
        hw_x509_failed(w, rc, off, "revocation list", &err);
        return;
    }
    verify(w, &crl, &v);
    say_list(w, &crl, &v);
    say_entries(w, &crl);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    unsigned bits;
    return hw_x509_guess(bytes, fuel, &bits) == HW_X509_CRL ? bits : 0;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    hw_x509_examine(x, n, "revocation-list");
}

const struct hw_format hw_crl_format = {
    .word = "crl",
    .probe = probe,
    .examine = examine,
};
