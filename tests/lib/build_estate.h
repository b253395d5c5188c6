/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_estate.h -- estates as a person would write them.
 */
#ifndef HW_TESTS_BUILD_ESTATE_H
#define HW_TESTS_BUILD_ESTATE_H

#include "base/buf.h"

/* One of everything, over several lines, without a fault. */
void build_estate(struct hw_buf *b);
/* The head, then these members, then the closing brace. */
void build_estate_of(struct hw_buf *b, const char *members);

#endif
