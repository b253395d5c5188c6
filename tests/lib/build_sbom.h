/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_sbom.h -- small bills of materials that use what their readers know.
 */
#ifndef HW_TESTS_BUILD_SBOM_H
#define HW_TESTS_BUILD_SBOM_H

#include "base/buf.h"

/* Four parts (app, left, the part in it, a service), four relations; sound. */
void build_sbom_cyclonedx(struct hw_buf *out);
/* One package with one file, four relations; sound. The same bill twice. */
void build_sbom_spdx(struct hw_buf *out);
void build_sbom_tags(struct hw_buf *out);

#endif
