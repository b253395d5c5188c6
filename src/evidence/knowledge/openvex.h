/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openvex.h -- statements of exploitability in OpenVEX.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_OPENVEX_H
#define HW_EVIDENCE_KNOWLEDGE_OPENVEX_H

#include "evidence/evidence.h"

extern const struct hw_format hw_openvex_format;

#endif
