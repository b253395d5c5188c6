/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_signing.h -- logs of signing services, built after their documentation.
 */
#ifndef HW_TESTS_BUILD_SIGNING_H
#define HW_TESTS_BUILD_SIGNING_H

#include "base/buf.h"

enum build_signing {
    SIGNING_AZURE,
    SIGNING_GOOGLE,
    SIGNING_VAULT,
    SIGNING_JSON,
    SIGNING_CSV,
    SIGNING_TOOL,
    SIGNING_FORMS
};
void build_signing(struct hw_buf *b, enum build_signing form);

#define BUILD_SIGNING_SHA256 "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

#endif
