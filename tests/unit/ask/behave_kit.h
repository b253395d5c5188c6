/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/ask/behave_kit.h -- documents read as knowledge, straight into a tale's case. */
#ifndef HW_TESTS_ASK_BEHAVE_KIT_H
#define HW_TESTS_ASK_BEHAVE_KIT_H

#include "tale.h"

/* letter: what it is known by, and its place. */
void behave_learn(struct tale *t, char letter, struct hw_span text);

#endif
