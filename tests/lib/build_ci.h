/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_ci.h -- consoles of build services, after what their runners print.
 */
#ifndef HW_TESTS_BUILD_CI_H
#define HW_TESTS_BUILD_CI_H

#include "base/buf.h"

/* Records that each makes are counted in the tests. columns: as `gh run view --log` has them. */
void build_ci_github(struct hw_buf *b, bool columns);
void build_ci_gitlab(struct hw_buf *b, bool timestamps);
void build_ci_jenkins(struct hw_buf *b, bool timestamper);

#define BUILD_CI_SHA256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define BUILD_CI_COMMIT "ac593985615ec2ede58e132d2e21d2b1cbd6127c"

#endif
