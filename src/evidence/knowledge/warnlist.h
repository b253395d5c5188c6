/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/warnlist.h -- lists of what is known to be harmless or shared by everybody.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_WARNLIST_H
#define HW_EVIDENCE_KNOWLEDGE_WARNLIST_H

#include "evidence/evidence.h"

extern const struct hw_format hw_warnlist_format;

#endif
