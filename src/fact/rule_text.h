/* SPDX-License-Identifier: Apache-2.0 */
/* fact/rule_text.h -- one value of a rule against one text, for fact/rule.c. */
#ifndef HW_FACT_RULE_TEXT_H
#define HW_FACT_RULE_TEXT_H

#include "fact/rule.h"

/* For the operations on texts, numbers and networks. Bytes looked at are taken from *fuel; once it
 * is empty the answer is no. */
bool hw_rule_text(struct hw_span text, enum hw_rule_op op, struct hw_span v, bool cased,
                  uint64_t *fuel);
bool hw_rule_is_number(struct hw_span s);

#endif
