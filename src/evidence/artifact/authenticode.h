/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode.h -- the signatures of a PE file, and every byte they leave out.
 *
 * The PE parser says where things stand; this file walks the certificate table, recomputes what was
 * signed and accounts for the rest. docs/formats/authenticode.md has the layout and the counting
 * rules; the specification is Microsoft's "Windows Authenticode Portable Executable Signature
 * Format" (2008) and "PE Format", "The Attribute Certificate Table".
 */
#ifndef HW_EVIDENCE_ARTIFACT_AUTHENTICODE_H
#define HW_EVIDENCE_ARTIFACT_AUTHENTICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

struct hw_exam;
struct hw_node;

/* What the signature needs to know of the headers, as they state it: nothing here need be true. */
struct hw_pe_layout {
    struct hw_span file;   /* the whole artifact; its first byte is offset 0 */
    uint64_t checksum_off; /* file offset of OptionalHeader.CheckSum (4 bytes); 0: there is none */
    uint64_t security_off; /* file offset of the security directory entry (8 bytes); 0: the header
                              has fewer than five directories */
    uint32_t table_off;    /* that entry's VirtualAddress: a file offset, as stated */
    uint32_t table_size;   /* that entry's Size, as stated */
    uint64_t headers_size; /* OptionalHeader.SizeOfHeaders, as stated */
    uint64_t sections_end; /* greatest PointerToRawData + SizeOfRawData of all sections, as stated;
                              0 without sections. A table below it would hide loaded code. */
    const uint8_t *code;   /* SHA-256 over hw_authenticode_parts(), where the caller has made it on
                              its own way through the file; NULL: it is made here */
};

/* What the digests are made over, in order: bytes of the file, and at last zeros of padding. parts
 * has room for HW_PE_PARTS; spans may be empty. Returns how many. */
enum { HW_PE_PARTS = 5 };
size_t hw_authenticode_parts(const struct hw_pe_layout *layout, struct hw_span parts[HW_PE_PARTS]);

/* The digests one pass over the file can yield. */
enum hw_pe_alg {
    HW_PE_MD5 = 1 << 0,
    HW_PE_SHA1 = 1 << 1,
    HW_PE_SHA256 = 1 << 2,
    HW_PE_SHA384 = 1 << 3,
    HW_PE_SHA512 = 1 << 4,
};

struct hw_pe_digests {
    unsigned have; /* enum hw_pe_alg bits */
    uint8_t md5[16], sha1[20], sha256[32], sha384[48], sha512[64];
};

/* The Authenticode digest by every algorithm of `algs`, in one pass: the file without CheckSum,
 * security directory entry and certificate table. Everything else is hashed, bytes behind the table
 * included, and what of the table lies inside headers or sections too. Without a table the file is
 * taken as zero-padded to a multiple of 8, as a signer would leave it, so that a file and its
 * signed twin agree. A table stated outside the file is no table, one that runs over its end is cut
 * there. Never fails on any layout; `have` names what was made (an algorithm libcrypto refuses is
 * left out). */
void hw_authenticode_digest(const struct hw_pe_layout *layout, unsigned algs,
                            struct hw_pe_digests *out);

/* Reads the certificate table and says SIGNATURE, TIMESTAMP, CERTIFICATE, LINK and UNCOVERED facts
 * and anomalies about node n. A file without a table says nothing. Also fills out_code (NULL: not
 * wanted) with the SHA-256 of the file without its signature, made in the same pass as the digests
 * the signatures ask for; false when it could not be made. Call it once for a node, signed or not.
 */
bool hw_authenticode(struct hw_exam *x, struct hw_node *n, const struct hw_pe_layout *layout,
                     uint8_t out_code[32]);

#endif
