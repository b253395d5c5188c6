/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_harmless.h -- lists of what is harmless: warning lists and known-good files.
 */
#ifndef HW_TESTS_BUILD_HARMLESS_H
#define HW_TESTS_BUILD_HARMLESS_H

#include <stdbool.h>

#include "base/buf.h"

/* A MISP warning list named "Some list"; values are the elements of a JSON array. */
void build_warnlist(struct hw_buf *out, const char *type, const char *values);
/* As NSRLFile.txt of RDS 2 (one good row, one of the NSRL's own bad ones), or as the FILE table of
 * RDS 3 (two good rows, one without a digest). */
void build_known_good(struct hw_buf *out, bool old);

#endif
