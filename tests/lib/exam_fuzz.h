/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/exam_fuzz.h -- one input through the whole examination, twice, for the harnesses.
 */
#ifndef HW_TESTS_EXAM_FUZZ_H
#define HW_TESTS_EXAM_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "evidence/evidence.h"

/* NULL, or the promise that was broken: the same bytes gave other facts. A fact unfit for the wire
 * or memory left alive ends the process. Small limits, so that no input is slow for its size. */
const char *exam_fuzz(const uint8_t *data, size_t size);
/* The same of one kind of reading. */
const char *exam_fuzz_as(const uint8_t *data, size_t size, enum hw_reading reading);

#endif
