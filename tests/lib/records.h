/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/records.h -- an examination whose records of telemetry are lines too.
 *
 * Beside what hw_told keeps, each record of an EVENTS fact becomes one line
 *
 *   source/log/event number=1 off=0 time=2023-08-16T00:00:00Z clock=1 digits=6 name="value" ...
 *
 * with absent values left out, so that hw_told_has() and hw_told_count() find them; and, when
 * `happenings` is set, what the mappings make of it on lines of their own behind it:
 *
 *   happened net-flow src.ip="10.0.0.5" ...
 */
#ifndef HW_TESTS_RECORDS_H
#define HW_TESTS_RECORDS_H

#include "exam.h"

struct hw_recorded_layout;

struct hw_recorded {
    struct hw_told told; /* first, so that its sink is ours */
    int (*told_put)(struct hw_sink *, const struct hw_fact *, struct hw_error *);
    struct hw_recorded_layout *layouts;
    size_t layouts_count;
    uint64_t records, lost;
    bool happenings;
};

/* The span as text with an end, the caller's to free. */
char *hw_test_text(struct hw_span s);

void hw_recorded_init(struct hw_recorded *t);
void hw_recorded_done(struct hw_recorded *t);

/* For sweeps (sweep.h): read without an anomaly, and nothing said to be lost; read without an
 * anomaly, and records found. */
bool hw_recorded_sound(const uint8_t *p, size_t n, void *state);
bool hw_recorded_some(const uint8_t *p, size_t n, void *state);

#endif
