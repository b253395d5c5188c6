/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz.h -- what a harness offers.
 *
 * Each fuzz_<name>.c names its `Targets:` in its head comment and defines both functions below.
 * standalone.c (ordinary builds) replays seeds, seeded mutations and regress files; seeds_main.c
 * (libFuzzer builds) writes the seeds into a corpus folder when called with HW_SEEDS=DIR.
 */
#ifndef HW_FUZZ_FUZZ_H
#define HW_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Calls give() once for each seed, made by the builders of tests/lib. */
typedef void (*hw_fuzz_give)(void *state, const char *name, const uint8_t *p, size_t n);
void hw_fuzz_seeds(hw_fuzz_give give, void *state);

/* Ends the process loudly: a broken promise, not a crash of the parser. */
void hw_fuzz_broken(const char *promise) __attribute__((noreturn));

#endif
