/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode_gaps.c -- every byte of the certificate table that no signature
 * covers, counted and placed. docs/formats/authenticode.md section 4 states the rules.
 */
#include "evidence/artifact/authenticode_parts.h"

#include <stdio.h>
#include <string.h>

enum {
    ROUND = 8,
    ENTRIES_MAX = 64,
    BIG_CERTIFICATE = 4096, /* ordinary ones have 1 to 2.5 KiB */
    BIG_TOGETHER = 16384,
    BIG_STAMP = 32768,  /* real tokens with their certificates have 3 to 8 KiB */
    BIG_NESTED = 65536, /* real ones 6 to 20 KiB */
    NAME_BYTES = 256,
};

static uint64_t nonzero_in(struct hw_span s)
{
    uint64_t count;
    hw_measure(s, NULL, &count);
    return count;
}

static uint64_t round_up(uint64_t v)
{
    return (v + (ROUND - 1)) & ~(uint64_t)(ROUND - 1); /* v comes from 32-bit fields */
}

void hw_auth_gap(struct hw_auth *a, uint64_t signature, const char *where, uint64_t off,
                 struct hw_span bytes, const char *name)
{
    struct hw_fact f;
    uint8_t sha[HW_HASH_BYTES];
    uint32_t entropy;
    uint64_t nonzero;
    char says[HW_TAG_SAYS];
    if (bytes.n == 0 || a->gaps > HW_AUTH_GAPS) {
        return;
    }
    if (a->gaps++ == HW_AUTH_GAPS) {
        hw_say_anomaly(a->x, a->n, "over-budget", off, bytes.n, "more than %d uncovered places",
                       HW_AUTH_GAPS);
        return;
    }
    hw_measure(bytes, &entropy, &nonzero);
    hw_fact_about(&f, HW_FACT_UNCOVERED, a->n->number);
    if (signature != UINT64_MAX) {
        hw_fact_u64(&f, HW_UNCOVERED_SIGNATURE, signature);
    }
    hw_fact_str(&f, HW_UNCOVERED_WHERE, where);
    hw_fact_u64(&f, HW_UNCOVERED_OFF, off);
    hw_fact_u64(&f, HW_UNCOVERED_SIZE, bytes.n);
    hw_fact_u64(&f, HW_UNCOVERED_NONZERO, nonzero);
    hw_fact_u64(&f, HW_UNCOVERED_ENTROPY, entropy);
    if (hw_hash_one(HW_HASH_SHA256, bytes, sha)) {
        hw_fact_span(&f, HW_UNCOVERED_SHA256, (struct hw_span){sha, 32});
    }
    if (name != NULL) {
        struct hw_span s = {(const uint8_t *)name, strlen(name)};
        hw_fact_span(&f, HW_UNCOVERED_NAME, hw_exam_text(a->x, s, NAME_BYTES));
    }
    const char *tag = strcmp(where, "padding") == 0 ? hw_tag_padding(bytes, says) : NULL;
    if (tag != NULL) {
        struct hw_span s = {(const uint8_t *)says, strlen(says)};
        hw_fact_str(&f, HW_UNCOVERED_TAG, tag);
        hw_fact_span(&f, HW_UNCOVERED_TAG_SAYS, hw_exam_text(a->x, s, HW_TAG_SAYS));
    }
    hw_say(a->x, &f);
}

/* -- the table ------------------------------------------------------------------------------ */

/* The table's bytes from..to, to cut at its end. */
static struct hw_span part(const struct hw_reader *table, uint64_t from, uint64_t to)
{
    struct hw_reader r;
    uint64_t left = hw_read_left(table);
    to = to < left ? to : left;
    if (from >= to || !hw_read_window(table, from, to - from, &r)) {
        return (struct hw_span){NULL, 0};
    }
    return hw_reader_rest(&r);
}

/* What lies beside the PKCS #7 structure is covered by none of the signatures in it. */
static void say_part(struct hw_auth *a, const struct hw_reader *table, const char *where,
                     uint64_t from, uint64_t to, const char *name)
{
    hw_auth_gap(a, UINT64_MAX, where, hw_read_where(table) + from, part(table, from, to), name);
}

/* Where the added bytes from..to end, when `to` is a multiple of 8 and up to seven zeros before it
 * may be nothing but rounding. Bytes that are zero throughout stay whole. */
static uint64_t without_rounding(const struct hw_reader *table, uint64_t from, uint64_t to)
{
    uint64_t end = to;
    if (to % ROUND != 0 || nonzero_in(part(table, from, to)) == 0) {
        return to;
    }
    while (to - end < ROUND - 1 && end > from && nonzero_in(part(table, end - 1, end)) == 0) {
        end--;
    }
    return end;
}

/* The slot, or what is left of one: its zeros apart from what is not zero. */
static void say_slot(struct hw_auth *a, const struct hw_reader *table, uint64_t from, uint64_t to)
{
    uint64_t left = hw_read_left(table);
    to = to < left ? to : left;
    uint64_t lo = from, hi = to;
    while (lo < hi && nonzero_in(part(table, lo, lo + 1)) == 0) {
        lo++;
    }
    while (hi > lo && nonzero_in(part(table, hi - 1, hi)) == 0) {
        hi--;
    }
    if (lo == hi) {
        lo = hi = from;
    }
    say_part(a, table, "alignment", from, lo, NULL);
    say_part(a, table, "alignment", lo, hi, NULL);
    say_part(a, table, "alignment", hi, to, NULL);
}

uint64_t hw_auth_behind(struct hw_auth *a, const struct hw_reader *table, uint64_t entry,
                        uint64_t der_end, uint64_t entry_end)
{
    (void)entry;
    uint64_t slot_end = round_up(der_end), next = round_up(entry_end);
    if (entry_end <= slot_end) {
        /* Nothing was made longer: what is here is the slot every signer leaves. */
        say_slot(a, table, der_end, slot_end);
        return slot_end;
    }
    uint64_t from = slot_end;
    if (nonzero_in(part(table, der_end, slot_end)) != 0) {
        from = der_end; /* the added bytes begin in the slot itself */
    } else {
        say_slot(a, table, der_end, slot_end);
    }
    uint64_t to = without_rounding(table, from, entry_end);
    char says[HW_TAG_SAYS];
    if (hw_tag_padding(part(table, from, entry_end), says) != NULL) {
        to = entry_end; /* a tag's own zeros are no rounding */
    }
    say_part(a, table, "padding", from, to, NULL);
    say_slot(a, table, to, next);
    return next;
}

uint64_t hw_auth_entry(struct hw_auth *a, const struct hw_reader *table, uint64_t at)
{
    struct hw_reader r;
    uint32_t length;
    uint16_t revision, type;
    char name[32];
    if (!hw_read_tail(table, at, &r) || hw_read_left(&r) < 8) {
        return at;
    }
    uint64_t left = hw_read_left(&r);
    if (!hw_read_u32le(&r, &length) || !hw_read_u16le(&r, &revision) || !hw_read_u16le(&r, &type) ||
        length < 8 || length > left || (revision != 0x0100 && revision != 0x0200) || type < 1 ||
        type > 4) {
        return at;
    }
    snprintf(name, sizeof name, "type %u", type);
    say_part(a, table, "table-entry", at, at + length, name);
    uint64_t next = round_up(at + length);
    say_slot(a, table, at + length, next);
    return next;
}

void hw_auth_rest(struct hw_auth *a, const struct hw_reader *table, uint64_t at)
{
    uint64_t end = hw_read_left(table);
    for (unsigned i = 0; i < ENTRIES_MAX && at < end; i++) {
        uint64_t next = hw_auth_entry(a, table, at);
        if (next == at) {
            break;
        }
        at = next;
    }
    if (at < end) {
        uint64_t to = without_rounding(table, at, end);
        say_part(a, table, "table-entry", at, to, "no entry");
        say_slot(a, table, to, end);
    }
}

/* -- inside the signatures ------------------------------------------------------------------ */

static bool known_attribute(struct hw_span oid)
{
    return hw_oid_is(oid, HW_OID_SPC_NESTED) || hw_oid_is(oid, HW_OID_MS_RFC3161) ||
           hw_oid_is(oid, HW_OID_COUNTERSIGNATURE) || hw_oid_is(oid, HW_OID_TIMESTAMP_TOKEN);
}

/* Somebody may well have signed it himself: what is far bigger than any honest one is counted. */
static bool oversized(const struct hw_attribute *attr)
{
    size_t most = hw_oid_is(attr->oid, HW_OID_SPC_NESTED) ? BIG_NESTED : BIG_STAMP;
    return attr->whole.n > most;
}

/* A known attribute's value must be what it is known for, to the last byte. */
static bool readable(struct hw_auth *a, const struct hw_attribute *attr)
{
    struct hw_reader in = attr->values.in;
    bool counter = hw_oid_is(attr->oid, HW_OID_COUNTERSIGNATURE);
    while (hw_read_left(&in) > 0) {
        struct hw_cms cms;
        struct hw_signer signer;
        struct hw_error err;
        int rc = counter ? hw_signer_read(&in, a->x->arena, &signer, &err)
                         : hw_cms_read(&in, a->x->arena, &cms, &err);
        if (rc == HW_E_EVIDENCE) {
            return false;
        }
        if (rc != HW_OK) {
            hw_auth_starved(a);
            return true;
        }
    }
    return attr->values.body.n > 0;
}

static void signer_gaps(struct hw_auth *a, const struct hw_signer *s, uint64_t signature)
{
    char dotted[HW_OID_TEXT];
    for (size_t i = 0; i < s->unsigned_count && hw_exam_going(a->x); i++) {
        const struct hw_attribute *attr = &s->unsigned_attrs[i];
        if (!known_attribute(attr->oid) || oversized(attr) || !readable(a, attr)) {
            (void)hw_oid_text(attr->oid, dotted);
            hw_auth_gap(a, signature, "unsigned-attribute", attr->off, attr->whole, dotted);
        }
    }
    if (s->hash_odd) {
        hw_auth_gap(a, signature, "structure", s->hash_alg_off, s->hash_alg, "digestAlgorithm");
    }
    if (s->alg.odd_parameters) {
        hw_auth_gap(a, signature, "structure", s->alg.off, s->alg.whole, "signatureAlgorithm");
    }
}

/* Does the bag's own account of its digest algorithms hold more than its signers need? */
static void bag_gaps(struct hw_auth *a, const struct hw_cms *c, uint64_t signature)
{
    if (c->algorithms_odd || c->algorithm_count > c->signer_count + 1) {
        hw_auth_gap(a, signature, "structure", c->algorithms_off, c->algorithms,
                    "digestAlgorithms");
    }
    for (size_t i = 0; i < c->signer_count; i++) {
        signer_gaps(a, &c->signers[i], signature);
    }
}

static size_t index_of(const struct hw_auth *a, const struct hw_cert *c)
{
    for (size_t i = 0; i < a->cert_count; i++) {
        if (memcmp(a->certs[i]->sha256, c->sha256, sizeof c->sha256) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Which certificates does a key vouch for that this file did not bring, or that signed here? */
static void find_vouched(const struct hw_auth *a, bool *vouched)
{
    for (size_t i = 0; i < a->cert_count; i++) {
        vouched[i] = a->links.self[i] && a->used[i];
    }
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < a->links.count; i++) {
            const struct hw_link *l = &a->links.links[i];
            bool good = l->ok && (l->key != NULL || a->used[l->issuer] || vouched[l->issuer]);
            if (good && !vouched[l->child]) {
                vouched[l->child] = true;
                more = true;
            }
        }
    }
}

static void certificate_gap(struct hw_auth *a, const struct hw_cert *c, uint64_t signature)
{
    char says[HW_TAG_SAYS], name[NAME_BYTES + 1];
    const char *tag = hw_tag_certificate(c, says);
    struct hw_fact f;
    uint32_t entropy;
    uint64_t nonzero;
    snprintf(name, sizeof name, "%.*s", (int)(c->subject.n < 200 ? c->subject.n : 200),
             (const char *)c->subject.p);
    if (tag == NULL) {
        hw_auth_gap(a, signature, "unused-certificate", c->off, c->der, name);
        return;
    }
    hw_measure(c->der, &entropy, &nonzero);
    hw_fact_about(&f, HW_FACT_UNCOVERED, a->n->number);
    hw_fact_u64(&f, HW_UNCOVERED_SIGNATURE, signature);
    hw_fact_str(&f, HW_UNCOVERED_WHERE, "unused-certificate");
    hw_fact_u64(&f, HW_UNCOVERED_OFF, c->off);
    hw_fact_u64(&f, HW_UNCOVERED_SIZE, c->der.n);
    hw_fact_u64(&f, HW_UNCOVERED_NONZERO, nonzero);
    hw_fact_u64(&f, HW_UNCOVERED_ENTROPY, entropy);
    hw_fact_span(&f, HW_UNCOVERED_SHA256, (struct hw_span){c->sha256, 32});
    struct hw_span text = {(const uint8_t *)name, strlen(name)};
    hw_fact_span(&f, HW_UNCOVERED_NAME, hw_exam_text(a->x, text, NAME_BYTES));
    hw_fact_str(&f, HW_UNCOVERED_TAG, tag);
    text = (struct hw_span){(const uint8_t *)says, strlen(says)};
    hw_fact_span(&f, HW_UNCOVERED_TAG_SAYS, hw_exam_text(a->x, text, HW_TAG_SAYS));
    hw_say(a->x, &f);
}

static const char *other_name(const struct hw_der *e)
{
    bool attribute = e->tag == HW_DER_CONSTRUCTED(1) || e->tag == HW_DER_CONSTRUCTED(2);
    return attribute ? "attribute certificate" : "no certificate";
}

static bool has_tag_extension(const struct hw_cert *c)
{
    for (size_t i = 0; i < c->extension_count; i++) {
        if (hw_oid_is(c->extensions[i].oid, HW_OID_OMAHA_TAG)) {
            return true;
        }
    }
    return false;
}

/* Certificates nobody vouches for are a place to hide data in. An ordinary spare one is not worth
 * a word (Microsoft's timestamps bring an attribute certificate of under 1 KiB); a big one is, and
 * so are many small ones together. */
static void unused_certificates(struct hw_auth *a, const bool *vouched)
{
    uint64_t together = 0;
    for (size_t i = 0; i < a->cert_count; i++) {
        together += vouched[i] ? 0 : a->certs[i]->der.n;
    }
    for (size_t b = 0; b < a->bag_count; b++) {
        for (size_t i = 0; i < a->bags[b]->other_count; i++) {
            together += a->bags[b]->others[i].whole.n;
        }
    }
    for (size_t b = 0; b < a->bag_count; b++) {
        for (size_t i = 0; i < a->bags[b]->cert_count && hw_exam_going(a->x); i++) {
            const struct hw_cert *c = &a->bags[b]->certs[i];
            size_t at = index_of(a, c);
            bool big = c->der.n > BIG_CERTIFICATE || together > BIG_TOGETHER;
            if ((at == SIZE_MAX || !vouched[at]) && (big || has_tag_extension(c))) {
                certificate_gap(a, c, a->bag_signature[b]);
            }
        }
        for (size_t i = 0; i < a->bags[b]->other_count && hw_exam_going(a->x); i++) {
            const struct hw_der *e = &a->bags[b]->others[i];
            if (e->whole.n > BIG_CERTIFICATE || together > BIG_TOGETHER) {
                hw_auth_gap(a, a->bag_signature[b], "unused-certificate", e->off, e->whole,
                            other_name(e));
            }
        }
    }
}

void hw_auth_inside(struct hw_auth *a)
{
    bool *vouched = hw_arena_array(a->x->arena, HW_AUTH_CERTS, sizeof *vouched);
    if (vouched == NULL) {
        hw_auth_starved(a);
        return;
    }
    for (size_t i = 0; i < a->bag_count && hw_exam_going(a->x); i++) {
        bag_gaps(a, a->bags[i], a->bag_signature[i]);
    }
    for (size_t i = 0; i < a->signature_count; i++) {
        for (size_t k = 0; k < a->signatures[i].stamp_count; k++) {
            if (a->signatures[i].stamps[k].counter != NULL) {
                signer_gaps(a, a->signatures[i].stamps[k].counter, a->signatures[i].index);
            }
        }
    }
    find_vouched(a, vouched);
    unused_certificates(a, vouched);
}
