/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/share.h -- what the owner of another case says of his part of a chain;
 * docs/formats/share.md is the document.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_SHARE_H
#define HW_EVIDENCE_KNOWLEDGE_SHARE_H

#include "evidence/evidence.h"

extern const struct hw_format hw_share_format;

#endif
