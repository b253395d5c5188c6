/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/knowledge.h -- the forms of published knowledge, in the order they are asked.
 *
 * They bid for the outermost input only, since an indicator list inside an archive is a document
 * there; unless somebody said that this is knowledge: then for whatever lies in it, at any depth.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_KNOWLEDGE_H
#define HW_EVIDENCE_KNOWLEDGE_KNOWLEDGE_H

#include <stddef.h>

#include "evidence/evidence.h"

extern const struct hw_format *const hw_knowledge_formats[];
extern const size_t hw_knowledge_formats_count;
/* Pages of feeds, and boxes of knowledge, that only who fetches or unpacks asks for. */
extern const struct hw_format *const hw_feed_formats[];
extern const size_t hw_feed_formats_count;

#endif
