/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_intoto.h -- in-toto documents: a link, a statement with provenance, envelopes.
 */
#ifndef HW_TESTS_BUILD_INTOTO_H
#define HW_TESTS_BUILD_INTOTO_H

#include <stdbool.h>

#include "base/buf.h"

/* A step, one material, one product: three parts, two relations. */
void build_intoto_link(struct hw_buf *out);
/* A build, two materials, one subject: four parts, three relations. slsa: 0 for 0.2, 1 for 1.0. */
void build_intoto_statement(struct hw_buf *out, unsigned slsa);
/* Around a body; url: in the other alphabet of base64, without padding. */
void build_intoto_envelope(struct hw_buf *out, struct hw_span body, bool url);

#endif
