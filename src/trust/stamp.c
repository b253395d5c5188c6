/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/stamp.c -- RFC 3161 section 2.4.2:
 *
 *   TSTInfo SEQUENCE { version INTEGER (1), policy OID, messageImprint { AlgorithmIdentifier,
 *     OCTET STRING }, serialNumber INTEGER, genTime GeneralizedTime, accuracy { seconds INTEGER,
 *     [0] millis, [1] micros } OPTIONAL, ordering BOOLEAN OPTIONAL, nonce INTEGER OPTIONAL,
 *     [0] tsa OPTIONAL, [1] extensions OPTIONAL }
 *
 * and RFC 2985 section 5.3.6 for the older countersignature, whose content is the stamped signature
 * itself and whose time is its signingTime attribute.
 */
#include "trust/stamp.h"

#include "trust/hash.h"

struct info {
    struct hw_span imprint;
    struct hw_stamp *s;
};

static bool read_accuracy(struct hw_reader *r, uint64_t *out)
{
    struct hw_der seq;
    uint32_t secs = 0, millis = 0, micros = 0;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = !hw_der_at(&seq.in, HW_DER_INTEGER) || hw_der_u32(&seq.in, HW_DER_INTEGER, &secs);
    ok = ok && (!hw_der_at(&seq.in, HW_DER_CONTEXT(0)) ||
                hw_der_u32(&seq.in, HW_DER_CONTEXT(0), &millis));
    ok = ok && (!hw_der_at(&seq.in, HW_DER_CONTEXT(1)) ||
                hw_der_u32(&seq.in, HW_DER_CONTEXT(1), &micros));
    if (!hw_der_leave(r, &seq.in, ok && millis < 1000 && micros < 1000)) {
        return false;
    }
    *out = (uint64_t)secs * 1000000000U + (uint64_t)millis * 1000000U + (uint64_t)micros * 1000U;
    return true;
}

static bool read_imprint(struct hw_reader *r, struct info *i)
{
    struct hw_der seq, value;
    bool odd;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq) ||
        !hw_der_leave(r, &seq.in,
                      hw_hashalg_read(&seq.in, &i->s->hash, &odd) &&
                          hw_der_take(&seq.in, HW_DER_OCTETS, &value))) {
        return false;
    }
    i->imprint = value.body;
    return true;
}

static bool read_fields(struct hw_reader *r, struct info *i)
{
    struct hw_stamp *s = i->s;
    struct hw_span policy;
    struct hw_der e;
    uint32_t version;
    bool ordering;
    if (!hw_der_u32(r, HW_DER_INTEGER, &version) || !hw_der_oid(r, &policy) ||
        !read_imprint(r, i) || !hw_der_take(r, HW_DER_INTEGER, &e) || !hw_der_time(r, &s->time)) {
        return false;
    }
    s->serial = e.body;
    s->has_time = true;
    (void)hw_oid_text(policy, s->policy);
    if (hw_der_at(r, HW_DER_SEQUENCE)) {
        if (!read_accuracy(r, &s->accuracy)) {
            return false;
        }
        s->has_accuracy = true;
    }
    if (hw_der_at(r, HW_DER_BOOLEAN) && !hw_der_bool(r, &ordering)) {
        return false;
    }
    if (hw_der_at(r, HW_DER_INTEGER) && !hw_der_take(r, HW_DER_INTEGER, &e)) {
        return false;
    }
    while (hw_der_at(r, HW_DER_CONSTRUCTED(0)) || hw_der_at(r, HW_DER_CONSTRUCTED(1))) {
        if (!hw_der_next(r, &e)) {
            return false;
        }
    }
    return true;
}

static bool read_info(struct hw_reader *r, struct info *i)
{
    struct hw_der seq;
    return hw_der_take(r, HW_DER_SEQUENCE, &seq) &&
           hw_der_leave(r, &seq.in, read_fields(&seq.in, i));
}

static enum hw_tri same_digest(enum hw_hash h, struct hw_span bytes, struct hw_span stated)
{
    uint8_t digest[HW_HASH_BYTES];
    if (h == HW_HASH_NONE || !hw_hash_one(h, bytes, digest)) {
        return HW_TRI_UNKNOWN;
    }
    return hw_span_equal((struct hw_span){digest, hw_hash_size(h)}, stated) ? HW_TRI_YES
                                                                            : HW_TRI_NO;
}

static const struct hw_cert *find(const struct hw_signer *who, const struct hw_cms *own,
                                  const struct hw_cms *bag)
{
    const struct hw_cert *c = own == NULL ? NULL : hw_signer_find(who, own->certs, own->cert_count);
    if (c == NULL && bag != NULL) {
        c = hw_signer_find(who, bag->certs, bag->cert_count);
    }
    return c;
}

int hw_stamp_token(struct hw_reader *r, struct hw_arena *a, struct hw_span stamped,
                   const struct hw_cms *bag, struct hw_work *work, struct hw_stamp *out,
                   struct hw_error *err)
{
    struct hw_stamp s = {.rfc3161 = true};
    struct info i = {.s = &s};
    s.cms = hw_arena_alloc(a, sizeof *s.cms);
    if (s.cms == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a timestamp");
    }
    int rc = hw_cms_read(r, a, s.cms, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_reader content = s.cms->content.in;
    if (s.cms->signer_count != 1) {
        s.problem = "the token has not exactly one signer";
    } else if (!s.cms->has_content || s.cms->content.tag != HW_DER_OCTETS ||
               !read_info(&content, &i)) {
        s.problem = "the token holds no readable TSTInfo";
    } else {
        const struct hw_signer *who = &s.cms->signers[0];
        struct hw_check c;
        s.imprint_ok = same_digest(s.hash, stamped, i.imprint);
        s.signer = find(who, s.cms, bag);
        hw_signer_check(who, s.signer, s.cms->content.body, HW_OID_TST_INFO, work, &c);
        s.content_ok = c.content_ok;
        s.math_ok = c.math_ok;
        s.problem = c.problem;
    }
    *out = s;
    return HW_OK;
}

int hw_stamp_counter(struct hw_reader *r, struct hw_arena *a, struct hw_span stamped,
                     const struct hw_cms *bag, struct hw_work *work, struct hw_stamp *out,
                     struct hw_error *err)
{
    struct hw_stamp s = {.rfc3161 = false};
    struct hw_check c;
    s.counter = hw_arena_alloc(a, sizeof *s.counter);
    if (s.counter == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a countersignature");
    }
    int rc = hw_signer_read(r, a, s.counter, err);
    if (rc != HW_OK) {
        return rc;
    }
    s.has_time = s.counter->has_signing_time;
    s.time = s.counter->signing_time;
    s.hash = s.counter->hash;
    s.signer = find(s.counter, NULL, bag);
    hw_signer_check(s.counter, s.signer, stamped, /* content_type= */ NULL, work, &c);
    s.imprint_ok = c.content_ok;
    s.content_ok = c.content_ok;
    s.math_ok = c.math_ok;
    s.problem =
        !s.has_time && c.problem == NULL ? "the countersignature states no time" : c.problem;
    *out = s;
    return HW_OK;
}
