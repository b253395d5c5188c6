/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/certificate.h -- certificates and links as facts, said alike wherever they were found:
 * in a program's signature or in a file of their own.
 */
#ifndef HW_EVIDENCE_CERTIFICATE_H
#define HW_EVIDENCE_CERTIFICATE_H

#include <stdbool.h>

#include "evidence/evidence.h"
#include "trust/cert.h"
#include "trust/link.h"

/* Says one CERTIFICATE fact; what is too long for its field is left out. self: its own key verifies
 * it. */
void hw_say_certificate(struct hw_exam *x, const struct hw_node *n, const struct hw_cert *c,
                        bool self);
/* Says one LINK fact; l's indexes are into certs. */
void hw_say_link(struct hw_exam *x, const struct hw_node *n, const struct hw_cert *const *certs,
                 const struct hw_link *l);

#endif
