/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/exam_fuzz.h -- one input through the whole examination, twice, for the harnesses.
 */
#ifndef HW_TESTS_EXAM_FUZZ_H
#define HW_TESTS_EXAM_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Ends the process when a promise is broken: a fact unfit for the wire, memory left alive, or other
 * facts from the same bytes. Small limits, so that no input is slow for its size. Returns 0. */
int exam_fuzz_one(const uint8_t *data, size_t size);

#endif
