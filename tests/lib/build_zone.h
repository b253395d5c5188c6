/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_zone.h -- marks of the web, and how each kind of writer encodes them.
 */
#ifndef HW_TESTS_BUILD_ZONE_H
#define HW_TESTS_BUILD_ZONE_H

#include "base/buf.h"

enum build_zone_as { BUILD_ZONE_PLAIN, BUILD_ZONE_UTF8, BUILD_ZONE_UTF16 };

/* The section and these lines, which end in "\r\n" as given. */
void build_zone(struct hw_buf *b, const char *lines, enum build_zone_as as);

#endif
