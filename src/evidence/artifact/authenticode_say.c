/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode_say.c -- the mathematics of every signature and timestamp of a
 * file, and the facts that come of it. Each certificate is said once, however many bags hold it.
 */
#include "evidence/artifact/authenticode_parts.h"

#include <string.h>

#include "evidence/certificate.h"

enum { SMALL_MAX = 64, WORDS_MAX = 1000 };

/* -- certificates --------------------------------------------------------------------------- */

static void see(struct hw_auth *a, const struct hw_cert *c)
{
    for (size_t i = 0; i < a->cert_count; i++) {
        if (memcmp(a->certs[i]->sha256, c->sha256, sizeof c->sha256) == 0) {
            return;
        }
    }
    if (a->cert_count < HW_AUTH_CERTS) {
        a->certs[a->cert_count++] = c;
    }
}

static void mark_used(struct hw_auth *a, const struct hw_cert *c)
{
    for (size_t i = 0; c != NULL && i < a->cert_count; i++) {
        if (memcmp(a->certs[i]->sha256, c->sha256, sizeof c->sha256) == 0) {
            a->used[i] = true;
        }
    }
}

/* Whatever issued something used is used. */
static void spread_use(struct hw_auth *a)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < a->links.count; i++) {
            const struct hw_link *l = &a->links.links[i];
            if (l->ok && l->issuer != SIZE_MAX && a->used[l->child] && !a->used[l->issuer]) {
                a->used[l->issuer] = true;
                more = true;
            }
        }
    }
}

static const struct hw_cert *find(struct hw_auth *a, const struct hw_auth_signature *s)
{
    const struct hw_cert *c = hw_signer_find(s->signer, s->cms->certs, s->cms->cert_count);
    for (size_t i = 0; c == NULL && i < a->bag_count; i++) {
        c = hw_signer_find(s->signer, a->bags[i]->certs, a->bags[i]->cert_count);
    }
    return c;
}

/* -- timestamps ----------------------------------------------------------------------------- */

static bool is_token(struct hw_span oid)
{
    return hw_oid_is(oid, HW_OID_MS_RFC3161) || hw_oid_is(oid, HW_OID_TIMESTAMP_TOKEN);
}

static void stamp_values(struct hw_auth *a, struct hw_auth_signature *s,
                         const struct hw_attribute *attr, bool token)
{
    struct hw_reader in = attr->values.in;
    while (hw_read_left(&in) > 0 && hw_exam_going(a->x)) {
        struct hw_error err;
        struct hw_stamp *t = &s->stamps[s->stamp_count];
        uint64_t off = hw_read_where(&in);
        if (s->stamp_count == HW_AUTH_STAMPS) {
            hw_say_anomaly(a->x, a->n, "over-budget", attr->off, attr->whole.n,
                           "more than %d timestamps on one signature", HW_AUTH_STAMPS);
            return;
        }
        int rc = token ? hw_stamp_token(&in, a->x->arena, s->signer->signature, s->cms, &a->work, t,
                                        &err)
                       : hw_stamp_counter(&in, a->x->arena, s->signer->signature, s->cms, &a->work,
                                          t, &err);
        if (rc == HW_OK) {
            s->stamp_count++;
            if (t->cms != NULL && !hw_auth_keep_bag(a, t->cms, s->index)) {
                return;
            }
        } else if (rc == HW_E_EVIDENCE) {
            hw_say_anomaly(a->x, a->n, "signature-malformed", off, 0, "timestamp: %s", err.text);
            return;
        } else {
            hw_auth_starved(a);
        }
    }
}

static void read_stamps(struct hw_auth *a, struct hw_auth_signature *s)
{
    for (size_t i = 0; i < s->signer->unsigned_count; i++) {
        const struct hw_attribute *attr = &s->signer->unsigned_attrs[i];
        if (is_token(attr->oid)) {
            stamp_values(a, s, attr, /* token= */ true);
        } else if (hw_oid_is(attr->oid, HW_OID_COUNTERSIGNATURE)) {
            stamp_values(a, s, attr, /* token= */ false);
        }
    }
}

void hw_auth_compute(struct hw_auth *a)
{
    struct hw_error err;
    for (size_t i = 0; i < a->signature_count && hw_exam_going(a->x); i++) {
        struct hw_auth_signature *s = &a->signatures[i];
        if (s->signer == NULL) {
            continue;
        }
        s->cert = find(a, s);
        hw_signer_check(s->signer, s->cert, s->cms->content.body, HW_OID_SPC_INDIRECT, &a->work,
                        &s->check);
        read_stamps(a, s);
    }
    for (size_t i = 0; i < a->bag_count; i++) {
        for (size_t k = 0; k < a->bags[i]->cert_count; k++) {
            see(a, &a->bags[i]->certs[k]);
        }
    }
    if (hw_links_find(a->certs, a->cert_count, a->x->keys, &a->work, a->x->arena, &a->links,
                      &err) != HW_OK) {
        hw_auth_starved(a);
        return;
    }
    for (size_t i = 0; i < a->signature_count; i++) {
        mark_used(a, a->signatures[i].cert);
        for (size_t k = 0; k < a->signatures[i].stamp_count; k++) {
            mark_used(a, a->signatures[i].stamps[k].signer);
        }
    }
    spread_use(a);
}

/* -- facts ---------------------------------------------------------------------------------- */

static void put_tri(struct hw_fact *f, unsigned field, enum hw_tri t)
{
    if (t != HW_TRI_UNKNOWN) {
        hw_fact_u64(f, field, t == HW_TRI_YES);
    }
}

static void put_text(struct hw_auth *a, struct hw_fact *f, unsigned field, struct hw_span s,
                     size_t max)
{
    struct hw_span text = s.n == 0 ? s : hw_exam_text(a->x, s, max);
    if (text.n > 0) {
        hw_fact_span(f, field, text);
    }
}

static void put_small(struct hw_fact *f, unsigned field, struct hw_span s)
{
    if (s.n > 0 && s.n <= SMALL_MAX) {
        hw_fact_span(f, field, s);
    }
}

static struct hw_span digest(const uint8_t p[32])
{
    return (struct hw_span){p, 32};
}

static void say_signature(struct hw_auth *a, const struct hw_auth_signature *s,
                          const struct hw_hashes *found)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_SIGNATURE, a->n->number);
    hw_fact_u64(&f, HW_SIGNATURE_INDEX, s->index);
    if (s->has_outer) {
        hw_fact_u64(&f, HW_SIGNATURE_OUTER, s->outer);
    }
    hw_fact_str(&f, HW_SIGNATURE_SCHEME, "authenticode");
    hw_fact_u64(&f, HW_SIGNATURE_OFF, s->off);
    hw_fact_u64(&f, HW_SIGNATURE_SIZE, s->size);
    hw_fact_u64(&f, HW_SIGNATURE_ENTRY, a->entry);
    if (s->alg != HW_HASH_NONE) {
        hw_fact_str(&f, HW_SIGNATURE_ALG, hw_hash_word(s->alg));
        put_small(&f, HW_SIGNATURE_CLAIMED, s->claimed);
        if ((found->have & 1U << s->alg) != 0) {
            put_small(&f, HW_SIGNATURE_FOUND,
                      (struct hw_span){found->of[s->alg], hw_hash_size(s->alg)});
        }
    }
    put_tri(&f, HW_SIGNATURE_CONTENT_OK, s->check.content_ok);
    put_tri(&f, HW_SIGNATURE_MATH_OK, s->check.math_ok);
    if (s->cert != NULL) {
        hw_fact_span(&f, HW_SIGNATURE_SIGNER, digest(s->cert->sha256));
        hw_fact_str(&f, HW_SIGNATURE_KEY, s->cert->key.word);
    }
    put_text(a, &f, HW_SIGNATURE_PROGRAM, s->program, WORDS_MAX);
    put_text(a, &f, HW_SIGNATURE_URL, s->url, WORDS_MAX);
    if (s->signer != NULL && s->signer->has_signing_time) {
        hw_fact_time(&f, HW_SIGNATURE_CLAIMED_AT, s->signer->signing_time);
    }
    hw_fact_str(&f, HW_SIGNATURE_PROBLEM, s->problem != NULL ? s->problem : s->check.problem);
    if (a->truncated) {
        hw_fact_u64(&f, HW_SIGNATURE_TRUNCATED, 1);
    }
    if (s->page_hashes) {
        hw_fact_u64(&f, HW_SIGNATURE_PAGE_HASHES, 1);
    }
    hw_say(a->x, &f);
}

static void say_stamp(struct hw_auth *a, const struct hw_auth_signature *s, size_t index)
{
    const struct hw_stamp *t = &s->stamps[index];
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_TIMESTAMP, a->n->number);
    hw_fact_u64(&f, HW_TIMESTAMP_SIGNATURE, s->index);
    hw_fact_u64(&f, HW_TIMESTAMP_INDEX, index);
    hw_fact_str(&f, HW_TIMESTAMP_KIND, t->rfc3161 ? "rfc3161" : "pkcs9");
    if (t->has_time) {
        hw_fact_time(&f, HW_TIMESTAMP_TIME, t->time);
    }
    if (t->has_accuracy) {
        hw_fact_u64(&f, HW_TIMESTAMP_ACCURACY, t->accuracy);
    }
    put_tri(&f, HW_TIMESTAMP_IMPRINT_OK, t->imprint_ok);
    put_tri(&f, HW_TIMESTAMP_CONTENT_OK, t->content_ok);
    put_tri(&f, HW_TIMESTAMP_MATH_OK, t->math_ok);
    if (t->signer != NULL) {
        hw_fact_span(&f, HW_TIMESTAMP_SIGNER, digest(t->signer->sha256));
    }
    if (t->policy[0] != '\0') {
        hw_fact_str(&f, HW_TIMESTAMP_POLICY, t->policy);
    }
    put_small(&f, HW_TIMESTAMP_SERIAL, t->serial);
    if (t->hash != HW_HASH_NONE) {
        hw_fact_str(&f, HW_TIMESTAMP_ALG, hw_hash_word(t->hash));
    }
    hw_fact_str(&f, HW_TIMESTAMP_PROBLEM, t->problem);
    hw_say(a->x, &f);
}

void hw_auth_say(struct hw_auth *a, const struct hw_hashes *found)
{
    for (size_t i = 0; i < a->signature_count; i++) {
        say_signature(a, &a->signatures[i], found);
        for (size_t k = 0; k < a->signatures[i].stamp_count; k++) {
            say_stamp(a, &a->signatures[i], k);
        }
    }
    for (size_t i = 0; hw_exam_going(a->x) && i < a->cert_count; i++) {
        hw_say_certificate(a->x, a->n, a->certs[i], a->links.self[i]);
    }
    for (size_t i = 0; hw_exam_going(a->x) && i < a->links.count; i++) {
        hw_say_link(a->x, a->n, a->certs, &a->links.links[i]);
    }
}
