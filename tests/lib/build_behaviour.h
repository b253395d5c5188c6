/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_behaviour.h -- who does what: a bundle as ATT&CK writes it, and a galaxy of MISP.
 * Names are invented.
 */
#ifndef HW_TESTS_BUILD_BEHAVIOUR_H
#define HW_TESTS_BUILD_BEHAVIOUR_H

#include "base/buf.h"

/* One group with two names, a campaign of it, a technique and its finer kind, a program, one group
 * that was taken back for it and one technique retired; the relationships before what they join. */
extern const char build_attack[];
/* Three clusters: two groups, similar, of which one uses a program of another galaxy. */
extern const char build_galaxy[];
/* A bundle of `groups` groups and `techniques` techniques, each group using `uses` of them, each
 * description `words` bytes long. */
void build_attack_many(struct hw_buf *out, unsigned groups, unsigned techniques, unsigned uses,
                       unsigned words);

#endif
