/* SPDX-License-Identifier: Apache-2.0 */
/* evidence/rules_room.h -- what rules.c and rules_scan.c share, libyara's types among it. */
#ifndef HW_EVIDENCE_RULES_ROOM_H
#define HW_EVIDENCE_RULES_ROOM_H

#include <yara.h>

#include "evidence/rules.h"

enum { HW_YARA_TAGS = 2000 };

struct hw_yara {
    YR_RULES *rules;
    YR_SCANNER *scanner; /* made with the first scan */
    struct hw_yara_held held;
};

/* A compiler with the house's variables and without includes; libyara is initialised as long. */
HW_CHECK int hw_yara_compiler(YR_COMPILER **out, struct hw_error *err);
void hw_yara_compiler_done(YR_COMPILER *c);
/* What a compiler without faults has compiled. */
HW_CHECK int hw_yara_finish(YR_COMPILER *c, struct hw_yara **out, struct hw_error *err);
void hw_yara_scanner_free(struct hw_yara *y);
/* The rule's tags, one blank between them, those that fit. */
void hw_yara_tags(const YR_RULE *rule, char out[HW_YARA_TAGS]);

#endif
