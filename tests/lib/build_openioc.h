/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_openioc.h -- OpenIOC documents, 1.0 and 1.1.
 */
#ifndef HW_TESTS_BUILD_OPENIOC_H
#define HW_TESTS_BUILD_OPENIOC_H

#include "base/buf.h"

/* version: 10 or 11. `items` stand in one OR; they are XML. */
void build_openioc(struct hw_buf *out, unsigned version, const char *title, const char *items);
/* One item; `more` are further attributes, or "". Ids are item-1, item-2 ... */
void build_openioc_item(struct hw_buf *out, const char *search, const char *condition,
                        const char *value, const char *more);

#endif
