/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/crl.c -- RFC 5280 section 5.1:
 *
 *   TBSCertList SEQUENCE { version INTEGER OPTIONAL, signature, issuer, thisUpdate, nextUpdate
 *     OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE { userCertificate INTEGER, revocationDate,
 *     crlEntryExtensions OPTIONAL } OPTIONAL, [0] crlExtensions OPTIONAL }
 */
#include "trust/crl.h"

#include "trust/cert_name.h"

static const char *const reasons[] = {
    "unspecified",     "key-compromise",      "ca-compromise",    "affiliation-changed",
    "superseded",      "cessation",           "certificate-hold", NULL,
    "remove-from-crl", "privilege-withdrawn", "aa-compromise",
};

struct extension {
    struct hw_span oid;
    struct hw_reader value;
};

static bool read_extension(struct hw_reader *r, struct extension *out)
{
    struct hw_der seq, value;
    bool critical;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = hw_der_oid(&seq.in, &out->oid) &&
              (!hw_der_at(&seq.in, HW_DER_BOOLEAN) || hw_der_bool(&seq.in, &critical)) &&
              hw_der_take(&seq.in, HW_DER_OCTETS, &value);
    if (!hw_der_leave(r, &seq.in, ok)) {
        return false;
    }
    out->value = value.in;
    return true;
}

/* -- entries -------------------------------------------------------------------------------- */

static bool entry_extensions(struct hw_reader *r, struct hw_revoked *out)
{
    struct hw_der seq;
    struct extension x;
    uint32_t code;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (hw_read_left(&seq.in) > 0) {
        if (!read_extension(&seq.in, &x)) {
            return hw_der_leave(r, &seq.in, false);
        }
        if (hw_oid_is(x.oid, "2.5.29.21")) {
            if (!hw_der_leave(&seq.in, &x.value, hw_der_u32(&x.value, HW_DER_ENUM, &code))) {
                return hw_der_leave(r, &seq.in, false);
            }
            out->reason = code < sizeof reasons / sizeof reasons[0] ? reasons[code] : NULL;
        } else if (hw_oid_is(x.oid, "2.5.29.24")) {
            if (!hw_der_leave(&seq.in, &x.value, hw_der_time(&x.value, &out->invalid_from))) {
                return hw_der_leave(r, &seq.in, false);
            }
            out->has_invalid_from = true;
        }
    }
    return hw_der_leave(r, &seq.in, true);
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
    return e.body.n > 0 || hw_reader_refuse(r, "a serial number");
}

static bool take_entry(struct hw_reader *r, struct hw_revoked *out)
{
    struct hw_revoked e = {0};
    struct hw_der seq;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    bool ok = read_serial(&seq.in, &e.serial) && hw_der_time(&seq.in, &e.when) &&
              (hw_read_left(&seq.in) == 0 || entry_extensions(&seq.in, &e));
    if (!hw_der_leave(r, &seq.in, ok)) {
        return false;
    }
    *out = e;
    return true;
}

bool hw_crl_next(struct hw_crl *crl, struct hw_revoked *out)
{
    return hw_read_left(&crl->entries) > 0 && take_entry(&crl->entries, out);
}

/* -- the list ------------------------------------------------------------------------------- */

static bool read_aki(struct hw_reader *r, struct hw_crl *c)
{
    struct hw_der seq, e;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (hw_read_left(&seq.in) > 0 && hw_der_next(&seq.in, &e)) {
        if (e.tag == HW_DER_CONTEXT(0)) {
            c->aki = e.body;
        }
    }
    return hw_der_leave(r, &seq.in, hw_reader_ok(&seq.in));
}

/* issuingDistributionPoint: [4] indirectCRL BOOLEAN */
static bool read_point(struct hw_reader *r, struct hw_crl *c)
{
    struct hw_der seq, e;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (hw_read_left(&seq.in) > 0 && hw_der_next(&seq.in, &e)) {
        uint8_t b;
        bool set = e.tag == HW_DER_CONTEXT(4) && hw_read_peek(&e.in, &b) && b != 0;
        c->indirect = c->indirect || set;
    }
    return hw_der_leave(r, &seq.in, hw_reader_ok(&seq.in));
}

static bool read_extensions(struct hw_reader *r, struct hw_crl *c)
{
    struct hw_der all, seq;
    struct extension x;
    if (!hw_der_take(r, HW_DER_CONSTRUCTED(0), &all)) {
        return false;
    }
    if (!hw_der_take(&all.in, HW_DER_SEQUENCE, &seq)) {
        return hw_der_leave(r, &all.in, false);
    }
    bool ok = true;
    while (ok && hw_read_left(&seq.in) > 0) {
        ok = read_extension(&seq.in, &x);
        if (ok && hw_oid_is(x.oid, "2.5.29.35")) {
            ok = hw_der_leave(&seq.in, &x.value, read_aki(&x.value, c));
        } else if (ok && hw_oid_is(x.oid, "2.5.29.28")) {
            ok = hw_der_leave(&seq.in, &x.value, read_point(&x.value, c));
        } else if (ok && hw_oid_is(x.oid, "2.5.29.27")) {
            c->delta = true;
        }
    }
    ok = hw_der_leave(&all.in, &seq.in, ok);
    return hw_der_leave(r, &all.in, ok);
}

static bool read_entries(struct hw_reader *r, struct hw_crl *c)
{
    struct hw_der seq;
    struct hw_revoked e;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &seq)) {
        return false;
    }
    c->entries = seq.in;
    while (hw_read_left(&seq.in) > 0) {
        if (!take_entry(&seq.in, &e)) {
            return hw_der_leave(r, &seq.in, false);
        }
        c->count++;
    }
    return hw_der_leave(r, &seq.in, true);
}

static bool read_tbs(struct hw_reader *r, struct hw_arena *a, struct hw_crl *c, bool *starved)
{
    struct hw_sigalg inner;
    struct hw_span people;
    uint32_t version;
    if ((hw_der_at(r, HW_DER_INTEGER) && !hw_der_u32(r, HW_DER_INTEGER, &version)) ||
        !hw_sigalg_read(r, &inner)) {
        return false;
    }
    if (!hw_name_read(r, a, &c->issuer_der, &c->issuer, &people)) {
        *starved = hw_reader_ok(r);
        return false;
    }
    if (!hw_der_time(r, &c->this_update)) {
        return false;
    }
    if (hw_der_at(r, HW_DER_UTCTIME) || hw_der_at(r, HW_DER_GENTIME)) {
        if (!hw_der_time(r, &c->next_update)) {
            return false;
        }
        c->has_next = true;
    }
    return (!hw_der_at(r, HW_DER_SEQUENCE) || read_entries(r, c)) &&
           (hw_read_left(r) == 0 || read_extensions(r, c));
}

int hw_crl_read(struct hw_reader *r, struct hw_arena *a, struct hw_crl *out, struct hw_error *err)
{
    struct hw_crl c = {0};
    struct hw_der all, tbs;
    uint8_t digest[HW_HASH_BYTES];
    bool starved = false;
    if (!hw_der_take(r, HW_DER_SEQUENCE, &all)) {
        return hw_reader_fail(r, err);
    }
    c.der = all.whole;
    c.off = all.off;
    bool ok = hw_der_take(&all.in, HW_DER_SEQUENCE, &tbs);
    if (ok) {
        c.tbs = tbs.whole;
        ok = hw_der_leave(&all.in, &tbs.in, read_tbs(&tbs.in, a, &c, &starved)) &&
             hw_sigalg_read(&all.in, &c.alg) && hw_der_octet_bits(&all.in, &c.signature);
    }
    if (starved) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a revocation list");
    }
    if (!hw_der_leave(r, &all.in, ok)) {
        return hw_reader_fail(r, err);
    }
    if (!hw_hash_one(HW_HASH_SHA256, c.der, digest)) {
        return hw_fail(err, HW_E_MEMORY, "libcrypto would not digest a revocation list");
    }
    for (size_t i = 0; i < sizeof c.sha256; i++) {
        c.sha256[i] = digest[i];
    }
    *out = c;
    return HW_OK;
}

enum hw_tri hw_crl_verify(const struct hw_crl *crl, const struct hw_spki *key, const char **why)
{
    return hw_key_verify(key, &crl->alg, HW_HASH_NONE, &crl->tbs, 1, crl->signature, why);
}

enum hw_tri hw_crl_verify_ring(const struct hw_crl *crl, const struct hw_keyring *ring,
                               struct hw_work *work, const struct hw_key **out_key)
{
    enum hw_tri answer = HW_TRI_UNKNOWN;
    for (size_t i = 0; ring != NULL && i < ring->count; i++) {
        const struct hw_key *k = &ring->keys[i];
        struct hw_span id = {k->key_id, sizeof k->key_id};
        struct hw_budget fuel = {.bytes = k->spki.n, .items = 32, .depth = 8};
        struct hw_reader r;
        struct hw_spki key;
        const char *why;
        bool named = hw_span_equal(k->subject, crl->issuer) ||
                     (crl->aki.n > 0 && hw_span_equal(crl->aki, id));
        hw_reader_init(&r, k->spki, &fuel);
        if (!named || !hw_spki_read(&r, &key) || !hw_work_take(work)) {
            continue;
        }
        enum hw_tri one = hw_crl_verify(crl, &key, &why);
        if (one == HW_TRI_YES) {
            *out_key = k;
            return one;
        }
        answer = one == HW_TRI_NO ? one : answer;
    }
    return answer;
}
