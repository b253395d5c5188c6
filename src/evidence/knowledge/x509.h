/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/x509.h -- certificates and revocation lists as files; x509.c walks a file,
 * cert_file.c and crl_file.c read one object each.
 *
 * A file may hold both (PEM bundles do); its format is what stands first in it, and everything in
 * it is read in any case.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_X509_H
#define HW_EVIDENCE_KNOWLEDGE_X509_H

#include "evidence/evidence.h"
#include "trust/cert.h"
#include "trust/cms.h"
#include "trust/link.h"

enum {
    HW_X509_CERTS_MAX = 1024,      /* of one file */
    HW_X509_REVOKED_MAX = 3900000, /* said of one file, below what one input may say */
};

enum hw_x509_kind { HW_X509_NONE, HW_X509_CERT, HW_X509_CRL, HW_X509_BAG };

struct hw_x509 {
    struct hw_exam *x;
    struct hw_node *n;
    const struct hw_cert *certs[HW_X509_CERTS_MAX]; /* each once */
    size_t cert_count;
    struct hw_links links;
    struct hw_work work;
    uint64_t entries, refused, ignored;
    bool full;
};

/* What the file begins with, and how many bits of it say so. */
enum hw_x509_kind hw_x509_guess(struct hw_span bytes, struct hw_budget *fuel, unsigned *out_bits);
/* Reads the whole file and says KNOWLEDGE under this form. */
void hw_x509_examine(struct hw_exam *x, struct hw_node *n, const char *form);

/* Each reads one object from r and counts it in w. */
void hw_x509_read_cert(struct hw_x509 *w, struct hw_reader *r);
void hw_x509_read_bag(struct hw_x509 *w, struct hw_reader *r);
void hw_x509_read_crl(struct hw_x509 *w, struct hw_reader *r);
/* Links among the certificates and to the keyring, then all their facts. */
void hw_x509_say_certs(struct hw_x509 *w);
/* An object that could not be read: evidence's fault, or the arena's. */
void hw_x509_failed(struct hw_x509 *w, int rc, uint64_t off, const char *what,
                    const struct hw_error *err);

extern const struct hw_format hw_cert_format;
extern const struct hw_format hw_crl_format;

#endif
