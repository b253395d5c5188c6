/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/pack.h -- a knowledge pack, verified; docs/formats/pack.md is the document.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_PACK_H
#define HW_EVIDENCE_KNOWLEDGE_PACK_H

#include "evidence/evidence.h"

enum {
    HW_PACK_MEMBERS_MAX = 100000,
    HW_PACK_SOURCE_BYTES = 2000,
    HW_PACK_MANIFEST_BYTES = 64 << 20,
};
#define HW_PACK_MANIFEST "headwater-pack"
#define HW_PACK_SIGNATURE "headwater-pack.sig"
#define HW_PACK_FOLDER "knowledge/"
#define HW_PACK_FIRST_LINE "headwater-pack 1"

extern const struct hw_format hw_pack_format;

#endif
