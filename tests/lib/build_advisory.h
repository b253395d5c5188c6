/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_advisory.h -- small whole advisories, one of each form; each says something of
 * every kind its form has, and is sound.
 */
#ifndef HW_TESTS_BUILD_ADVISORY_H
#define HW_TESTS_BUILD_ADVISORY_H

extern const char build_osv[], build_csaf[], build_openvex[];

#endif
