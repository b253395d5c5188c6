/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HW_EVIDENCE_KNOWLEDGE_INTOTO_H
#define HW_EVIDENCE_KNOWLEDGE_INTOTO_H

#include "evidence/evidence.h"

extern const struct hw_format hw_intoto_format;

#endif
