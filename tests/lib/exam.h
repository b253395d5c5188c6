/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/exam.h -- an examination for tests: facts as lines, each proven fit for the wire.
 */
#ifndef HW_TESTS_EXAM_H
#define HW_TESTS_EXAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/evidence.h"

struct hw_told {
    struct hw_sink sink; /* first, so that a sink is a told */
    struct hw_buf lines; /* hw_fact_print of each fact, '\n' behind each */
    struct hw_buf wire;  /* scratch of the encoder */
    uint64_t facts;
    bool quiet; /* encode only, keep no lines (sweeps) */
    unsigned anomalies, unopened;
    unsigned worst;          /* enum hw_degree over all nodes */
    enum hw_reading reading; /* what was asked for; any, unless set after init */
    /* Set after init where rules are to be run: those, as hw_exam has them. */
    struct hw_yara *rules;
    uint64_t rules_ns;
    bool rules_failed;
    const char *path; /* of the input; NULL: not known */
};

void hw_told_init(struct hw_told *t);
void hw_told_done(struct hw_told *t);
/* Examines bytes with default limits where limits is NULL. Fails the process when our side failed.
 */
void hw_told_examine(struct hw_told *t, const void *p, size_t n, const struct hw_limits *limits);
/* Does a line hold all of these words (strstr), up to the NULL? */
bool hw_told_has(struct hw_told *t, ...) __attribute__((sentinel));
/* How many lines hold this. */
size_t hw_told_count(struct hw_told *t, const char *part);
/* For sweeps: sound means nothing said against it and nothing left closed. */
bool hw_told_sound(const uint8_t *p, size_t n, void *state);
/* The same for documents, which can lose a part and be a document still: nothing said against it,
 * and each of these said: a line with both words (NULL: no more), a part in exactly one line. */
struct hw_whole {
    enum hw_reading reading;
    const char *lines[2][2];
    const char *once;
};
bool hw_told_whole(const uint8_t *p, size_t n, void *state); /* state: a struct hw_whole */

#endif
