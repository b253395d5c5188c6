/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/rules.h -- the rules: what a finding may be called, what it means, and when it errs.
 *
 * `headwater rules` prints this table; docs/rules.md is checked against it.
 */
#ifndef HW_ASK_RULES_H
#define HW_ASK_RULES_H

#include <stddef.h>

#include "ask/answer.h"

struct hw_rule {
    const char *word;
    enum hw_severity severity; /* the highest it is said with */
    const char *means;
    const char *errs;    /* when it is said of honest software */
    const char *do_next; /* what a reader does about it */
    const char *reference;
};

const struct hw_rule *hw_rules(size_t *count);        /* sorted by word */
const struct hw_rule *hw_rule_find(const char *word); /* NULL: no such rule */

#endif
