/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_list.h -- indicator lists in the shapes they are published in, made here. Every
 * digest, name and address in them is invented; the shapes are real
 * (docs/formats/indicator-list.md).
 */
#ifndef HW_TESTS_BUILD_LIST_H
#define HW_TESTS_BUILD_LIST_H

#include <stdbool.h>

#include "base/buf.h"

struct hw_list_build {
    struct hw_buf out;
    char delimiter;
    bool crlf;
};

void hw_list_build_init(struct hw_list_build *b, char delimiter, bool bom, bool crlf);
void hw_list_build_done(struct hw_list_build *b);
/* Fields up to the NULL, quoted where RFC 4180 needs it. */
void hw_list_build_row(struct hw_list_build *b, ...) __attribute__((sentinel));
/* The line as it stands. */
void hw_list_build_line(struct hw_list_build *b, const char *line);

/* `digits` hex digits that depend on n, in lower case, into out (digits + 1 bytes). */
void hw_list_build_hex(unsigned n, unsigned digits, char *out);

enum hw_list_sample {
    HW_LIST_SAMPLE_TYPED,     /* type,value,description,source */
    HW_LIST_SAMPLE_TRIPLE,    /* three digests in one quoted field, names typed "hostname" */
    HW_LIST_SAMPLE_DEFANGED,  /* byte order mark, CRLF, [.], a bare domain typed URL */
    HW_LIST_SAMPLE_COLUMNS,   /* SHA256,SHA1,MD5,FILENAME,..., certificates among them */
    HW_LIST_SAMPLE_NAMES,     /* FQDN,IP,First Seen,Last Seen */
    HW_LIST_SAMPLE_PACKAGES,  /* package_name,package_versions */
    HW_LIST_SAMPLE_ADDRESSES, /* ip,country,...: a table that says nothing bad */
    HW_LIST_SAMPLE_MISP,      /* filename|sha256, to_ids */
    HW_LIST_SAMPLE_HEADLESS,  /* type first, value second, semicolons */
    HW_LIST_SAMPLE_BARE,      /* digests, one a line */
    HW_LIST_SAMPLE_CHECKSUMS, /* as sha256sum writes */
    HW_LIST_SAMPLE_LOKI_HASHES,
    HW_LIST_SAMPLE_LOKI_C2,
    HW_LIST_SAMPLE_LOKI_FILENAMES,
    HW_LIST_SAMPLE_COUNT
};
void hw_list_build_sample(struct hw_list_build *b, enum hw_list_sample which);

#endif
