/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_browser.h -- histories of browsers, with the tables those browsers declare.
 */
#ifndef HW_TESTS_BUILD_BROWSER_H
#define HW_TESTS_BUILD_BROWSER_H

#include "base/buf.h"

/* Two downloads (one over three addresses), two visits of which one led to the other. more: further
 * statements. */
void build_browser_chromium(struct hw_buf *b, const char *pragmas, const char *more);
/* One download and two visits. */
void build_browser_firefox(struct hw_buf *b, const char *pragmas, const char *more);

#endif
