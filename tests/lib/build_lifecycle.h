/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_lifecycle.h -- small whole lifecycles, one of each form; each is sound.
 */
#ifndef HW_TESTS_BUILD_LIFECYCLE_H
#define HW_TESTS_BUILD_LIFECYCLE_H

extern const char build_endoflife[], build_endoflife_api[], build_openeox[], build_lifecycle_csv[];

#endif
