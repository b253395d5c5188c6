/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/prose.h -- a report, a mail, a page: text in which signs are named.
 * docs/formats/prose.md is the document.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_PROSE_H
#define HW_EVIDENCE_KNOWLEDGE_PROSE_H

#include "evidence/evidence.h"

extern const struct hw_format hw_prose_format;

#endif
