/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pe_parts.h -- what the files of the PE builder share; tests include build_pe.h.
 */
#ifndef HW_TESTS_BUILD_PE_PARTS_H
#define HW_TESTS_BUILD_PE_PARTS_H

#include "build_pe.h"

void hw_build_fail(const char *what) __attribute__((noreturn));
void hw_build_put(struct hw_buf *b, size_t at, size_t width, uint64_t v);
void hw_build_zeros(struct hw_buf *b, size_t n);
void hw_build_align(struct hw_buf *b, size_t to);

bool hw_build_has_resources(const struct hw_build_pe *spec);
/* A whole resource section whose first byte stands at rva. */
void hw_build_resources(const struct hw_build_pe *spec, uint32_t rva, struct hw_buf *out);

#endif
