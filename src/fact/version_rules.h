/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/version_rules.h -- the schemes, one by one, for version.c: each takes two texts that are
 * not empty and not the same. False: one of them has not the scheme's form.
 */
#ifndef HW_FACT_VERSION_RULES_H
#define HW_FACT_VERSION_RULES_H

#include <stdbool.h>

#include "base/reader.h"

HW_CHECK bool hw_version_deb(struct hw_span a, struct hw_span b, int *out);
HW_CHECK bool hw_version_maven(struct hw_span a, struct hw_span b, int *out);
HW_CHECK bool hw_version_pep440(struct hw_span a, struct hw_span b, int *out);
HW_CHECK bool hw_version_rpm(struct hw_span a, struct hw_span b, int *out);

/* Digits of any length by value; no digits are 0. */
int hw_digits_compare(struct hw_span a, struct hw_span b);
/* Cuts the digits s begins with from it. */
struct hw_span hw_digits_take(struct hw_span *s);
/* Without the 'v' before a number. */
struct hw_span hw_version_bare(struct hw_span s);
/* Is it 1, 1.2, 1.2.3 ...? And which of two that are is later; missing numbers are 0. */
bool hw_numbers_valid(struct hw_span s);
int hw_numbers_compare(struct hw_span a, struct hw_span b);

#endif
