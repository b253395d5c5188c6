/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode_read.c -- what a signature claims: its SignedData, the
 * SpcIndirectDataContent in it, and the signatures nested in its unsigned attributes.
 *
 *   SpcIndirectDataContent SEQUENCE { data SEQUENCE { type OID, value ANY },
 *                                     messageDigest SEQUENCE { AlgorithmIdentifier, OCTET STRING }
 * } SpcPeImageData SEQUENCE { flags BIT STRING, [0] SpcLink } SpcLink  [0] url IA5String | [1]
 * SpcSerializedObject { classId OCTET STRING, OCTET STRING } | [2] EXPLICIT SpcString SpcString [0]
 * BMPString | [1] IA5String SpcSpOpusInfo SEQUENCE { [0] EXPLICIT SpcString OPTIONAL, [1] EXPLICIT
 * SpcLink OPTIONAL }
 *
 * ("Windows Authenticode Portable Executable Signature Format", 2008.)
 */
#include "evidence/artifact/authenticode_parts.h"

#include <string.h>

#include "base/text.h"

enum { TEXT_MAX = 1000 };

void hw_auth_starved(struct hw_auth *a)
{
    if (a->x->rc == HW_OK) {
        a->x->rc = hw_fail(&a->x->err, HW_E_MEMORY, "no memory for the signatures of a file");
    }
}

bool hw_auth_keep_bag(struct hw_auth *a, struct hw_cms *cms, uint64_t signature)
{
    if (a->bag_count == HW_AUTH_BAGS) {
        return false;
    }
    a->bag_signature[a->bag_count] = signature;
    a->bags[a->bag_count++] = cms;
    return true;
}

static struct hw_auth_signature *add(struct hw_auth *a, uint64_t off, uint64_t size)
{
    if (a->signature_count == HW_AUTH_SIGNATURES) {
        return NULL;
    }
    struct hw_auth_signature *s = &a->signatures[a->signature_count];
    *s = (struct hw_auth_signature){.index = a->signature_count, .off = off, .size = size};
    s->has_place = true;
    a->signature_count++;
    return s;
}

void hw_auth_unreadable(struct hw_auth *a, uint64_t off, uint64_t size, const char *problem)
{
    struct hw_auth_signature *s = add(a, off, size);
    if (s != NULL) {
        s->problem = problem;
    }
}

/* -- SpcIndirectDataContent ----------------------------------------------------------------- */

static bool is_page_hash_object(struct hw_reader *r)
{
    static const uint8_t id[] = {0xa6, 0xb5, 0x86, 0xd5, 0xb4, 0xa1, 0x24, 0x66,
                                 0xae, 0x05, 0xa2, 0x17, 0xda, 0x8e, 0x60, 0xd6};
    struct hw_der e;
    return hw_der_take(r, HW_DER_OCTETS, &e) &&
           hw_span_equal(e.body, (struct hw_span){id, sizeof id});
}

/* Looks only: whatever is odd in here is signed. */
static bool has_page_hashes(struct hw_reader r)
{
    struct hw_der image, e, link;
    if (!hw_der_take(&r, HW_DER_SEQUENCE, &image)) {
        return false;
    }
    while (hw_read_left(&image.in) > 0 && hw_der_next(&image.in, &e)) {
        if (e.tag == HW_DER_CONSTRUCTED(0) && hw_der_next(&e.in, &link) &&
            link.tag == HW_DER_CONSTRUCTED(1)) {
            return is_page_hash_object(&link.in);
        }
    }
    return false;
}

static bool read_data(struct hw_reader *r, struct hw_auth_signature *s)
{
    struct hw_span type;
    if (!hw_der_oid(r, &type)) {
        return false;
    }
    if (!hw_oid_is(type, HW_OID_SPC_PE_IMAGE)) {
        s->problem = "the signature is not over a PE image";
    }
    s->page_hashes = has_page_hashes(*r);
    return hw_read_skip(r, hw_read_left(r));
}

static bool read_digest(struct hw_reader *r, struct hw_auth_signature *s)
{
    struct hw_der value;
    bool odd;
    if (!hw_hashalg_read(r, &s->alg, &odd) || !hw_der_take(r, HW_DER_OCTETS, &value)) {
        return false;
    }
    s->claimed = value.body;
    return true;
}

/* The content octets: data, messageDigest. */
static bool read_indirect(struct hw_reader *r, struct hw_auth_signature *s)
{
    struct hw_der data, digest;
    return hw_der_take(r, HW_DER_SEQUENCE, &data) &&
           hw_der_leave(r, &data.in, read_data(&data.in, s)) &&
           hw_der_take(r, HW_DER_SEQUENCE, &digest) &&
           hw_der_leave(r, &digest.in, read_digest(&digest.in, s)) && hw_read_done(r);
}

static void understand(struct hw_auth *a, struct hw_auth_signature *s)
{
    struct hw_reader in = s->cms->content.in;
    if (s->cms->signer_count == 0) {
        s->problem = "nobody signed it";
        return;
    }
    if (strcmp(s->cms->content_type, HW_OID_SPC_INDIRECT) != 0 || !s->cms->has_content ||
        !read_indirect(&in, s)) {
        s->alg = HW_HASH_NONE;
        s->claimed = (struct hw_span){NULL, 0};
        s->problem = "it does not say what was signed (no SpcIndirectDataContent)";
        hw_say_anomaly(a->x, a->n, "signature-malformed", s->cms->content.off,
                       s->cms->content.whole.n, "no readable SpcIndirectDataContent");
    } else if (s->alg == HW_HASH_NONE) {
        s->problem = "the file's digest is by an algorithm not known here";
    }
}

/* -- SpcSpOpusInfo -------------------------------------------------------------------------- */

static struct hw_span utf16be(struct hw_auth *a, struct hw_span wide)
{
    struct hw_buf b;
    struct hw_span out = {NULL, 0};
    hw_buf_init(&b, TEXT_MAX * 4);
    if (hw_utf16be_to_utf8(hw_span_cut(wide, 0, TEXT_MAX * 2), &b) && b.n > 0) {
        out = (struct hw_span){hw_arena_copy(a->x->arena, hw_buf_span(&b)), b.n};
    }
    hw_buf_done(&b);
    return out.p == NULL ? (struct hw_span){NULL, 0} : out;
}

static struct hw_span spc_string(struct hw_auth *a, struct hw_reader r)
{
    struct hw_der e;
    if (!hw_der_next(&r, &e)) {
        return (struct hw_span){NULL, 0};
    }
    return e.tag == HW_DER_CONTEXT(0) ? utf16be(a, e.body) : e.body;
}

static struct hw_span spc_link(struct hw_auth *a, struct hw_reader r)
{
    struct hw_der e;
    if (!hw_der_next(&r, &e)) {
        return (struct hw_span){NULL, 0};
    }
    if (e.tag == HW_DER_CONTEXT(0)) {
        return e.body;
    }
    return e.tag == HW_DER_CONSTRUCTED(2) ? spc_string(a, e.in) : (struct hw_span){NULL, 0};
}

void hw_auth_opus(struct hw_auth *a, const struct hw_signer *s, struct hw_auth_signature *out)
{
    for (size_t i = 0; i < s->signed_count; i++) {
        struct hw_reader in = s->signed_attrs[i].values.in;
        struct hw_der opus, e;
        if (!hw_oid_is(s->signed_attrs[i].oid, HW_OID_SPC_OPUS) ||
            !hw_der_take(&in, HW_DER_SEQUENCE, &opus)) {
            continue;
        }
        while (hw_read_left(&opus.in) > 0 && hw_der_next(&opus.in, &e)) {
            if (e.tag == HW_DER_CONSTRUCTED(0)) {
                out->program = spc_string(a, e.in);
            } else if (e.tag == HW_DER_CONSTRUCTED(1)) {
                out->url = spc_link(a, e.in);
            }
        }
    }
}

/* -- signatures within signatures ----------------------------------------------------------- */

static void read_one(struct hw_auth *a, struct hw_reader *r, uint64_t outer, unsigned level);

static void read_nested(struct hw_auth *a, const struct hw_auth_signature *s, unsigned level)
{
    const struct hw_signer *who = s->signer;
    uint64_t index = s->index;
    for (size_t i = 0; who != NULL && i < who->unsigned_count; i++) {
        const struct hw_attribute *attr = &who->unsigned_attrs[i];
        struct hw_reader in = attr->values.in;
        if (!hw_oid_is(attr->oid, HW_OID_SPC_NESTED)) {
            continue;
        }
        if (level == HW_AUTH_NESTING) {
            hw_say_anomaly(a->x, a->n, "recursion", attr->off, attr->whole.n,
                           "signatures nested more than %d deep", HW_AUTH_NESTING);
            continue;
        }
        while (hw_read_left(&in) > 0 && hw_exam_going(a->x)) {
            read_one(a, &in, index, level + 1);
        }
    }
}

/* One SignedData; each of its signers is a signature. Moves r behind it, or faults r. */
static void read_one(struct hw_auth *a, struct hw_reader *r, uint64_t outer, unsigned level)
{
    struct hw_error err;
    uint64_t off = hw_read_where(r), size = hw_read_left(r);
    struct hw_cms *cms = hw_arena_alloc(a->x->arena, sizeof *cms);
    int rc = cms == NULL ? HW_E_MEMORY : hw_cms_read(r, a->x->arena, cms, &err);
    if (rc == HW_E_EVIDENCE) {
        struct hw_span words = {(const uint8_t *)err.text, strnlen(err.text, sizeof err.text)};
        const uint8_t *kept = hw_arena_copy(a->x->arena, words);
        struct hw_auth_signature *s = add(a, off, size);
        if (s != NULL) {
            s->problem = kept == NULL ? "it cannot be read" : (const char *)kept;
            s->has_outer = level > 0;
            s->outer = outer;
        }
        hw_say_anomaly(a->x, a->n, "signature-malformed", err.where, 0, "%s", err.text);
        return;
    }
    if (rc != HW_OK) {
        hw_auth_starved(a);
        return;
    }
    size_t first = a->signature_count;
    size_t signers = cms->signer_count == 0 ? 1 : cms->signer_count;
    if (signers > 1) {
        hw_say_anomaly(a->x, a->n, "bad-count", cms->off, cms->der.n,
                       "%zu signers where Authenticode has one", signers);
    }
    for (size_t i = 0; i < signers; i++) {
        struct hw_auth_signature *s = add(a, cms->off, cms->der.n);
        if (s == NULL) {
            hw_say_anomaly(a->x, a->n, "over-budget", cms->off, cms->der.n,
                           "more than %d signatures", HW_AUTH_SIGNATURES);
            return;
        }
        s->cms = cms;
        s->has_outer = level > 0;
        s->outer = outer;
        s->signer = cms->signer_count == 0 ? NULL : &cms->signers[i];
        understand(a, s);
        if (s->signer != NULL) {
            hw_auth_opus(a, s->signer, s);
        }
    }
    (void)hw_auth_keep_bag(a, cms, first);
    for (size_t i = first; i < first + signers; i++) {
        read_nested(a, &a->signatures[i], level);
    }
}

void hw_auth_read(struct hw_auth *a, struct hw_reader *r)
{
    read_one(a, r, /* outer= */ 0, /* level= */ 0);
}
