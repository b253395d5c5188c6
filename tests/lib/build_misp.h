/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_misp.h -- MISP events, as servers and feeds write them.
 */
#ifndef HW_TESTS_BUILD_MISP_H
#define HW_TESTS_BUILD_MISP_H

#include "base/buf.h"

enum build_misp_as {
    BUILD_MISP_EVENT,    /* {"Event": ...} */
    BUILD_MISP_RESPONSE, /* {"response": [{"Event": ...}]} */
    BUILD_MISP_LIST,     /* [{"Event": ...}] */
    BUILD_MISP_COUNT
};

/* An event of ESET with two tags, a galaxy and these attributes and objects (elements of JSON
 * arrays, without their brackets). */
void build_misp(struct hw_buf *out, const char *attributes, const char *objects,
                enum build_misp_as as);
/* One attribute with a comment; `more` begins with a comma, or is "". */
void build_misp_attribute(struct hw_buf *out, const char *type, const char *value, bool to_ids,
                          const char *more);
/* A manifest of two events. */
void build_misp_manifest(struct hw_buf *out);

#endif
