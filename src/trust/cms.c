/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cms.c -- reading SignedData, RFC 5652 section 5:
 *
 *   ContentInfo  SEQUENCE { contentType OID, [0] EXPLICIT SignedData }
 *   SignedData   SEQUENCE { version, digestAlgorithms SET, encapContentInfo SEQUENCE,
 *                           [0] certificates OPTIONAL, [1] crls OPTIONAL, signerInfos SET }
 *   SignerInfo   SEQUENCE { version, sid, digestAlgorithm, [0] signedAttrs OPTIONAL,
 *                           signatureAlgorithm, signature OCTET STRING, [1] unsignedAttrs OPTIONAL
 * }
 *
 * In PKCS #7 1.5 the content is any type, in CMS an OCTET STRING; in both the content octets of
 * what [0] holds are digested, so the two need no telling apart.
 */
#include "trust/cms.h"

#include "trust/cert_name.h"

struct parse {
    struct hw_arena *arena;
    bool starved;
};

static void *room(struct parse *p, size_t count, size_t each)
{
    void *got = hw_arena_array(p->arena, count == 0 ? 1 : count, each);
    p->starved = p->starved || got == NULL;
    return got;
}

/* How many elements the reader still holds; stops counting where it stops being DER. */
static size_t count_elements(struct hw_reader r, size_t max)
{
    struct hw_der e;
    size_t count = 0;
    while (count < max && hw_read_left(&r) > 0 && hw_der_next(&r, &e)) {
        count++;
    }
    return count;
}

/* -- signer infos --------------------------------------------------------------------------- */

static bool read_attributes(struct hw_reader *r, struct parse *p, struct hw_attribute **out,
                            size_t *out_count)
{
    size_t most = count_elements(*r, HW_CMS_ATTRIBUTES_MAX), count = 0;
    struct hw_attribute *all = room(p, most, sizeof *all);
    if (all == NULL) {
        return false;
    }
    while (hw_read_left(r) > 0) {
        struct hw_der seq;
        if (count == most) {
            return hw_reader_refuse(r, "fewer attributes");
        }
        struct hw_attribute *a = &all[count++];
        if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
            return false;
        }
        a->whole = seq.whole;
        a->off = seq.off;
        if (!hw_der_leave(r, &seq.in,
                          hw_der_oid(&seq.in, &a->oid) &&
                              hw_der_take(&seq.in, HW_DER_SET, &a->values))) {
            return false;
        }
    }
    *out = all;
    *out_count = count;
    return true;
}

static void understand(struct hw_signer *s)
{
    for (size_t i = 0; i < s->signed_count; i++) {
        const struct hw_attribute *a = &s->signed_attrs[i];
        struct hw_reader in = a->values.in;
        struct hw_der e;
        if (hw_oid_is(a->oid, HW_OID_SIGNING_TIME)) {
            s->has_signing_time = hw_der_time(&in, &s->signing_time);
        } else if (hw_der_next(&in, &e)) {
            if (hw_oid_is(a->oid, HW_OID_MESSAGE_DIGEST) && e.tag == HW_DER_OCTETS) {
                s->message_digest = e.body;
            } else if (hw_oid_is(a->oid, HW_OID_CONTENT_TYPE) && e.tag == HW_DER_OID) {
                s->content_type = e.body;
            }
        }
    }
}

static bool read_serial(struct hw_reader *r, struct hw_span *out)
{
    struct hw_der e;
    uint8_t b;
    if (!hw_der_take(r, HW_DER_INTEGER, &e)) {
        return false;
    }
    struct hw_reader in = e.in;
    if (e.body.n > 1 && hw_read_u8(&in, &b) && b == 0) {
        e.body = hw_reader_rest(&in);
    }
    *out = e.body;
    return true;
}

static bool read_sid(struct hw_reader *r, struct parse *p, struct hw_signer *s)
{
    struct hw_der e;
    struct hw_span people;
    if (hw_der_at(r, HW_DER_CONTEXT(0))) {
        if (!hw_der_next(r, &e)) {
            return false;
        }
        s->ski = e.body;
        return true;
    }
    if (!hw_der_take(r, HW_DER_SEQUENCE, &e)) {
        return false;
    }
    bool ok = hw_name_read(&e.in, p->arena, &s->issuer_der, &s->issuer, &people);
    p->starved = p->starved || (!ok && hw_reader_ok(&e.in));
    return hw_der_leave(r, &e.in, ok && read_serial(&e.in, &s->serial));
}

static bool read_signer(struct hw_reader *r, struct parse *p, struct hw_signer *s)
{
    struct hw_der value, set;
    if (!hw_der_u32(r, HW_DER_INTEGER, &s->version) || !read_sid(r, p, s)) {
        return false;
    }
    struct hw_reader look = *r;
    if (!hw_hashalg_read(r, &s->hash, &s->hash_odd) || !hw_der_next(&look, &value)) {
        return false;
    }
    s->hash_alg = value.whole;
    s->hash_alg_off = value.off;
    if (hw_der_at(r, HW_DER_CONSTRUCTED(0))) {
        s->has_signed = true;
        if (!hw_der_next(r, &set)) {
            return false;
        }
        s->signed_set = set;
        if (!hw_der_leave(r, &set.in,
                          read_attributes(&set.in, p, &s->signed_attrs, &s->signed_count))) {
            return false;
        }
    }
    if (!hw_sigalg_read(r, &s->alg) || !hw_der_take(r, HW_DER_OCTETS, &value)) {
        return false;
    }
    s->signature = value.body;
    s->signature_off = value.body_off;
    if (hw_der_at(r, HW_DER_CONSTRUCTED(1)) &&
        (!hw_der_next(r, &set) ||
         !hw_der_leave(r, &set.in,
                       read_attributes(&set.in, p, &s->unsigned_attrs, &s->unsigned_count)))) {
        return false;
    }
    understand(s);
    return true;
}

static bool take_signer(struct hw_reader *r, struct parse *p, struct hw_signer *out)
{
    struct hw_signer s = {0};
    struct hw_der seq;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    s.whole = seq.whole;
    s.off = seq.off;
    if (!hw_der_leave(r, &seq.in, read_signer(&seq.in, p, &s))) {
        return false;
    }
    *out = s;
    return true;
}

int hw_signer_read(struct hw_reader *r, struct hw_arena *a, struct hw_signer *out,
                   struct hw_error *err)
{
    struct parse p = {.arena = a};
    bool ok = take_signer(r, &p, out);
    if (p.starved) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a signer");
    }
    return ok ? HW_OK : hw_reader_fail(r, err);
}

static bool read_signers(struct hw_reader *r, struct parse *p, struct hw_cms *c)
{
    struct hw_der set;
    if (!hw_der_take(r, HW_DER_SET, &set)) {
        return false;
    }
    size_t most = count_elements(set.in, HW_CMS_SIGNERS_MAX);
    c->signers = room(p, most, sizeof *c->signers);
    bool ok = c->signers != NULL;
    while (ok && hw_read_left(&set.in) > 0) {
        ok = c->signer_count < most ? take_signer(&set.in, p, &c->signers[c->signer_count])
                                    : hw_reader_refuse(&set.in, "fewer signers");
        c->signer_count += ok;
    }
    return hw_der_leave(r, &set.in, ok);
}

/* -- the bag -------------------------------------------------------------------------------- */

/* One element of the bag: a certificate if it can be read as one, else something else. */
static bool take_certificate(struct hw_reader *r, struct parse *p, struct hw_cms *c, size_t room_n)
{
    struct hw_reader look = *r;
    struct hw_der e;
    struct hw_error err;
    if (!hw_der_next(r, &e)) {
        return false;
    }
    if (e.tag == HW_DER_SEQUENCE && c->cert_count < room_n) {
        int rc = hw_cert_read(&look, p->arena, &c->certs[c->cert_count], &err);
        c->cert_count += rc == HW_OK;
        if (rc == HW_OK) {
            return true;
        }
        if (rc != HW_E_EVIDENCE) {
            p->starved = true;
            return false;
        }
    }
    if (c->other_count == HW_CMS_OTHERS_MAX) {
        return hw_reader_refuse(r, "fewer certificates");
    }
    c->others[c->other_count++] = e;
    return true;
}

static bool read_bag(struct hw_reader *r, struct parse *p, struct hw_cms *c)
{
    struct hw_der bag;
    if (hw_der_at(r, HW_DER_CONSTRUCTED(0))) {
        if (!hw_der_next(r, &bag)) {
            return false;
        }
        size_t most = count_elements(bag.in, HW_CMS_CERTS_MAX);
        c->certs = room(p, most, sizeof *c->certs);
        bool ok = c->certs != NULL;
        while (ok && hw_read_left(&bag.in) > 0) {
            ok = take_certificate(&bag.in, p, c, most);
        }
        if (!hw_der_leave(r, &bag.in, ok)) {
            return false;
        }
    }
    if (hw_der_at(r, HW_DER_CONSTRUCTED(1))) {
        if (!hw_der_next(r, &bag)) {
            return false;
        }
        bool ok = true;
        while (ok && hw_read_left(&bag.in) > 0) {
            ok = take_certificate(&bag.in, p, c, /* room_n= */ 0);
        }
        return hw_der_leave(r, &bag.in, ok);
    }
    return true;
}

/* -- the whole ------------------------------------------------------------------------------ */

static bool read_algorithms(struct hw_reader *r, struct hw_cms *c)
{
    struct hw_der set;
    enum hw_hash h;
    if (!hw_der_take(r, HW_DER_SET, &set)) {
        return false;
    }
    c->algorithms = set.whole;
    c->algorithms_off = set.off;
    while (hw_read_left(&set.in) > 0) {
        bool odd = false;
        if (!hw_hashalg_read(&set.in, &h, &odd)) {
            return hw_der_leave(r, &set.in, false);
        }
        c->algorithm_count++;
        c->algorithms_odd = c->algorithms_odd || odd || h == HW_HASH_NONE;
    }
    return hw_der_leave(r, &set.in, true);
}

static bool read_content(struct hw_reader *r, struct hw_cms *c)
{
    struct hw_der seq, holder;
    struct hw_span oid;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = hw_der_oid(&seq.in, &oid);
    if (ok) {
        (void)hw_oid_text(oid, c->content_type);
    }
    if (ok && hw_read_left(&seq.in) > 0) {
        ok = hw_der_take(&seq.in, HW_DER_CONSTRUCTED(0), &holder) &&
             hw_der_leave(&seq.in, &holder.in, hw_der_next(&holder.in, &c->content));
        c->has_content = ok;
    }
    return hw_der_leave(r, &seq.in, ok);
}

static bool read_signed_data(struct hw_reader *r, struct parse *p, struct hw_cms *c)
{
    struct hw_der seq;
    uint32_t version;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = hw_der_u32(&seq.in, HW_DER_INTEGER, &version) && read_algorithms(&seq.in, c) &&
              read_content(&seq.in, c) && read_bag(&seq.in, p, c) && read_signers(&seq.in, p, c);
    return hw_der_leave(r, &seq.in, ok);
}

static bool read_info(struct hw_reader *r, struct parse *p, struct hw_cms *c)
{
    struct hw_span oid;
    struct hw_der holder;
    if (!hw_der_oid(r, &oid)) {
        return false;
    }
    if (!hw_oid_is(oid, HW_OID_SIGNED_DATA)) {
        return hw_reader_refuse(r, "SignedData");
    }
    return hw_der_take(r, HW_DER_CONSTRUCTED(0), &holder) &&
           hw_der_leave(r, &holder.in, read_signed_data(&holder.in, p, c));
}

int hw_cms_read(struct hw_reader *r, struct hw_arena *a, struct hw_cms *out, struct hw_error *err)
{
    struct parse p = {.arena = a};
    struct hw_cms c = {0};
    struct hw_der all;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &all)) {
        return hw_reader_fail(r, err);
    }
    c.der = all.whole;
    c.off = all.off;
    c.others = room(&p, HW_CMS_OTHERS_MAX, sizeof *c.others);
    bool ok = c.others != NULL && read_info(&all.in, &p, &c);
    if (p.starved) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a signature");
    }
    if (!hw_der_leave(r, &all.in, ok)) {
        return hw_reader_fail(r, err);
    }
    *out = c;
    return HW_OK;
}
