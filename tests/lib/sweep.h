/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/sweep.h -- the hostile sweeps every parser must survive.
 *
 * A sweep hands copies in exact-size heap blocks to `parse`, so that ASan sees one byte too far.
 * `parse` returns true when the parser called the input sound, false when it said anything against
 * it; crashing is the failure. The sweeps fail the test when no input was refused, since a sweep
 * that never hurt proves nothing.
 */
#ifndef HW_TESTS_SWEEP_H
#define HW_TESTS_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool (*hw_sweep_parse)(const uint8_t *p, size_t n, void *state);

/* Every prefix of the input, the empty one included and the whole one excluded (for inputs longer
 * than 8 KiB: every prefix in the first and last 2 KiB, and 4,096 spread between). */
void hw_sweep_truncate(const uint8_t *p, size_t n, hw_sweep_parse parse, void *state);

/* `rounds` copies with one to four places changed (bit flips, edge values 0 1 7F 80 FF in 1, 2, 4
 * and 8 byte words, a run copied elsewhere), from a fixed seed. Each copy differs from the input.
 */
void hw_sweep_mutate(const uint8_t *p, size_t n, unsigned rounds, uint64_t seed,
                     hw_sweep_parse parse, void *state);

#endif
