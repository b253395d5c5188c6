/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc_xml.h -- XML 1.0 as a stream of elements and text, by expat.
 *
 * Documents with a type declaration are refused before anything of it is read, so there are no
 * entities but the five of XML itself, and nothing outside of the document is ever asked for.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_OPENIOC_XML_H
#define HW_EVIDENCE_KNOWLEDGE_OPENIOC_XML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

enum { HW_OPENIOC_DEPTH = 64 };

/* Names come without their prefix. Attributes: name, value, name, value, NULL, as written. */
struct hw_openioc_sax {
    void (*begin)(void *state, const char *name, const char *const *attributes, uint64_t off);
    void (*text)(void *state, struct hw_span part);
    void (*end)(void *state, const char *name);
};

/* Reads the whole document. False: *out_why is a static sentence, *out_off where. Costs its bytes,
 * and one item of the fuel for each element. */
HW_CHECK bool hw_openioc_xml_read(struct hw_span bytes, const struct hw_openioc_sax *sax,
                                  void *state, struct hw_budget *fuel, const char **out_why,
                                  uint64_t *out_off);
/* The value of an attribute; empty when it is not there. Names with and without prefix. */
struct hw_span hw_openioc_attribute(const char *const *attributes, const char *name);

#endif
