/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stix_kit.h -- observations out of JSON, for tests of patterns: bundles with observed-data whose
 * objects stand inside (STIX 2.0) or are referred to (2.1).
 */
#ifndef HW_TESTS_STIX_KIT_H
#define HW_TESTS_STIX_KIT_H

#include <jansson.h>

#include "base/arena.h"
#include "fact/stix_pattern.h"

struct stix_kit {
    struct hw_arena *arena;
    struct hw_stix_observation *observations;
    size_t count;
};
/* `list` is an array of bundles or of observed-data; it must outlive the kit. */
void stix_kit_init(struct stix_kit *k, const json_t *list);
void stix_kit_done(struct stix_kit *k);

/* Compiles and runs; -1: not compiled, and *out_fault is set. */
int stix_kit_run(const struct stix_kit *k, struct hw_span pattern, unsigned flags, uint64_t fuel,
                 struct hw_stix_fault *out_fault);

#endif
