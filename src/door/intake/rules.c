/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/rules.c -- the published rules a case knows, on their way to the worker; and what was
 * read before it knew them.
 */
#include "door/intake/room.h"

int intake_rules(struct intake *in)
{
    if (in->o->asked != HW_CLASS_ANY && in->o->asked != HW_CLASS_ARTIFACT) {
        return HW_OK; /* rules speak of software */
    }
    int rc = hw_case_rules(in->o->c, &in->rules, &in->ruleset, in->err);
    in->r->rules_left = rc == HW_OK ? in->ruleset.left : 0;
    return rc;
}

int intake_unscanned(struct intake *in, const uint8_t sha256[32], bool *out)
{
    bool scanned = true;
    *out = false;
    if (in->ruleset.sources == 0 || in->r->rules_lost > 0) {
        return HW_OK;
    }
    int rc = hw_case_scanned(in->o->c, sha256, in->ruleset.digest, &scanned, in->err);
    *out = rc == HW_OK && !scanned;
    return rc;
}
