/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/knowngood.h -- lists of files that are known to be good.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_KNOWNGOOD_H
#define HW_EVIDENCE_KNOWLEDGE_KNOWNGOOD_H

#include "evidence/evidence.h"

extern const struct hw_format hw_knowngood_format;

#endif
