/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cms_check.c -- RFC 5652 sections 5.4 and 5.6: with signed attributes the messageDigest
 * attribute must be the content's digest and the signature covers the attributes, whose [0] is
 * hashed as the SET it stands for, in the very order and encoding found; without them the signature
 * covers the content.
 */
#include "trust/cms.h"

bool hw_work_take(struct hw_work *w)
{
    if (w->verifications == 0) {
        w->reached = true;
        return false;
    }
    w->verifications--;
    return true;
}

const struct hw_cert *hw_signer_find(const struct hw_signer *s, const struct hw_cert *certs,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct hw_cert *c = &certs[i];
        bool match = s->ski.n > 0 ? hw_span_equal(s->ski, c->ski)
                                  : hw_span_equal(s->serial, c->serial) &&
                                        (hw_span_equal(s->issuer_der, c->issuer_der) ||
                                         hw_span_equal(s->issuer, c->issuer));
        if (match) {
            return c;
        }
    }
    return NULL;
}

static enum hw_tri check_content(const struct hw_signer *s, struct hw_span content,
                                 const char *content_type, const char **problem)
{
    uint8_t digest[HW_HASH_BYTES];
    if (s->message_digest.n == 0) {
        *problem = "the signed attributes have no messageDigest";
        return HW_TRI_NO;
    }
    if (content_type != NULL && !hw_oid_is(s->content_type, content_type)) {
        *problem = "the signed attributes name another content type";
        return HW_TRI_NO;
    }
    if (s->hash == HW_HASH_NONE) {
        *problem = "the digest algorithm is not known here";
        return HW_TRI_UNKNOWN;
    }
    if (!hw_hash_one(s->hash, content, digest)) {
        *problem = "the digest cannot be computed here";
        return HW_TRI_UNKNOWN;
    }
    struct hw_span found = {digest, hw_hash_size(s->hash)};
    return hw_span_equal(found, s->message_digest) ? HW_TRI_YES : HW_TRI_NO;
}

/* What the signature covers, in one or two parts. */
static size_t covered(const struct hw_signer *s, struct hw_span content, struct hw_span parts[2])
{
    static const uint8_t set[] = {HW_DER_SET};
    struct hw_budget fuel = {.bytes = 1, .items = 0, .depth = 0};
    struct hw_reader r;
    uint8_t tag;
    if (!s->has_signed) {
        parts[0] = content;
        return 1;
    }
    parts[0] = (struct hw_span){set, sizeof set};
    hw_reader_init(&r, s->signed_set.whole, &fuel);
    if (!hw_read_u8(&r, &tag)) {
        HW_NEVER(); /* it has a tag: that is how it was found */
    }
    parts[1] = hw_reader_rest(&r);
    return 2;
}

void hw_signer_check(const struct hw_signer *s, const struct hw_cert *cert, struct hw_span content,
                     const char *content_type, struct hw_work *work, struct hw_check *out)
{
    struct hw_check c = {HW_TRI_UNKNOWN, HW_TRI_UNKNOWN, NULL};
    struct hw_span parts[2];
    const char *why = NULL;
    if (s->has_signed) {
        c.content_ok = check_content(s, content, content_type, &c.problem);
    }
    size_t count = covered(s, content, parts);
    if (cert == NULL) {
        why = "the signer's certificate is not there";
    } else if (!hw_work_take(work)) {
        why = "the budget of signature verifications is spent";
    } else {
        c.math_ok = hw_key_verify(&cert->key, &s->alg, s->hash, parts, count, s->signature, &why);
    }
    if (!s->has_signed) {
        c.content_ok = c.math_ok;
    }
    c.problem = c.problem != NULL ? c.problem : why;
    *out = c;
}
