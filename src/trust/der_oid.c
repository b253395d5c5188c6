/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/der_oid.c -- X.690 section 8.19, and a table of names.
 *
 * Names are those of RFC 5280, RFC 8017, RFC 5758, RFC 5652, RFC 3161 and of Microsoft's "Windows
 * Authenticode Portable Executable Signature Format"; short names of distinguished names are those
 * that data/roots.csv was printed with.
 */
#include "trust/der_oid.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct name {
    const char *dotted, *word;
};

static const struct name words[] = {
    {"1.2.840.10040.4.1", "dsa"},
    {"1.2.840.10040.4.3", "dsa-with-sha1"},
    {"1.2.840.10045.2.1", "ecPublicKey"},
    {"1.2.840.10045.4.1", "ecdsa-with-SHA1"},
    {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224"},
    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256"},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384"},
    {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512"},
    {"1.2.840.113549.1.1.1", "rsaEncryption"},
    {"1.2.840.113549.1.1.10", "rsassaPss"},
    {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption"},
    {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption"},
    {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption"},
    {"1.2.840.113549.1.1.14", "sha224WithRSAEncryption"},
    {"1.2.840.113549.1.1.2", "md2WithRSAEncryption"},
    {"1.2.840.113549.1.1.4", "md5WithRSAEncryption"},
    {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption"},
    {HW_OID_DATA, "data"},
    {HW_OID_SIGNED_DATA, "signedData"},
    {HW_OID_TST_INFO, "TSTInfo"},
    {HW_OID_TIMESTAMP_TOKEN, "timeStampToken"},
    {HW_OID_CONTENT_TYPE, "contentType"},
    {HW_OID_MESSAGE_DIGEST, "messageDigest"},
    {HW_OID_SIGNING_TIME, "signingTime"},
    {HW_OID_COUNTERSIGNATURE, "counterSignature"},
    {"1.3.101.112", "ed25519"},
    {HW_OID_OMAHA_TAG, "omahaTag"},
    {HW_OID_SPC_OPUS, "spcSpOpusInfo"},
    {HW_OID_SPC_PE_IMAGE, "spcPeImageData"},
    {"1.3.6.1.4.1.311.2.1.21", "individualCodeSigning"},
    {"1.3.6.1.4.1.311.2.1.22", "commercialCodeSigning"},
    {HW_OID_SPC_INDIRECT, "spcIndirectData"},
    {"1.3.6.1.4.1.311.10.3.13", "lifetimeSigning"},
    {HW_OID_SPC_NESTED, "nestedSignature"},
    {HW_OID_MS_RFC3161, "rfc3161Countersign"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping"},
    {"2.16.840.1.101.3.4.3.2", "dsa-with-sha256"},
};

static const struct name rdns[] = {
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"1.2.840.113549.1.9.2", "unstructuredName"},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.12", "title"},
    {"2.5.4.13", "description"},
    {"2.5.4.15", "businessCategory"},
    {"2.5.4.16", "postalAddress"},
    {"2.5.4.17", "postalCode"},
    {"2.5.4.18", "postOfficeBox"},
    {"2.5.4.20", "telephoneNumber"},
    {"2.5.4.3", "CN"},
    {"2.5.4.4", "SN"},
    {"2.5.4.41", "name"},
    {"2.5.4.42", "GN"},
    {"2.5.4.43", "initials"},
    {"2.5.4.44", "generationQualifier"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "C"},
    {"2.5.4.65", "pseudonym"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "street"},
    {"2.5.4.97", "organizationIdentifier"},
};

static const char *look(const struct name *table, size_t count, const char *dotted)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].dotted, dotted) == 0) {
            return table[i].word;
        }
    }
    return NULL;
}

const char *hw_oid_word(const char *dotted)
{
    return look(words, COUNT(words), dotted);
}

const char *hw_oid_rdn(const char *dotted)
{
    return look(rdns, COUNT(rdns), dotted);
}

static bool put(char out[HW_OID_TEXT], size_t *at, uint64_t arc)
{
    int n = snprintf(out + *at, HW_OID_TEXT - *at, *at == 0 ? "%" PRIu64 : ".%" PRIu64, arc);
    if (n < 0 || (size_t)n >= HW_OID_TEXT - *at) {
        return false;
    }
    *at += (size_t)n;
    return true;
}

static bool spell(struct hw_reader *r, char out[HW_OID_TEXT])
{
    size_t at = 0;
    bool any = false;
    while (hw_read_left(r) > 0) {
        uint64_t arc = 0;
        uint8_t b;
        bool first = true;
        do {
            if (!hw_read_u8(r, &b) || (first && b == 0x80) || arc > UINT64_MAX >> 7) {
                return false;
            }
            arc = arc << 7 | (b & 0x7fU);
            first = false;
        } while ((b & 0x80U) != 0);
        if (!any) {
            uint64_t top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            if (!put(out, &at, top)) {
                return false;
            }
            arc -= top * 40;
            any = true;
        }
        if (!put(out, &at, arc)) {
            return false;
        }
    }
    return any;
}

bool hw_oid_text(struct hw_span body, char out[HW_OID_TEXT])
{
    struct hw_budget fuel = {.bytes = HW_OID_TEXT, .items = 1, .depth = 1};
    struct hw_reader r;
    hw_reader_init(&r, body, &fuel);
    if (!spell(&r, out)) {
        out[0] = '?';
        out[1] = '\0';
        return false;
    }
    return true;
}

bool hw_oid_is(struct hw_span body, const char *dotted)
{
    char text[HW_OID_TEXT];
    return hw_oid_text(body, text) && strcmp(text, dotted) == 0;
}
