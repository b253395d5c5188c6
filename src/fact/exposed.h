/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/exposed.h -- sightings of services, each service counted once.
 *
 * A scanner sees the same service again and again, and two scanners see it both. Counted are
 * services, not rows: sightings of one address, port and transport within a window are one. Who
 * counts what is seen by two lists (capture and recapture) needs the same answer whatever the order
 * of the rows, of the files and of learning.
 */
#ifndef HW_FACT_EXPOSED_H
#define HW_FACT_EXPOSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact/fact.h"

struct hw_exposed {
    uint8_t address[16]; /* as hw_address_bytes() has them */
    uint16_t port;
    uint8_t transport; /* place in hw_transports, from 1; 0: not stated */
    int64_t seen_ns;   /* HW_TIME_NONE: not stated */
    uint64_t place;    /* the caller's own, to find the fact again */
};

/* False when the fact is no EXPOSED, or its address is none. place stays the caller's. */
HW_CHECK bool hw_exposed_read(const struct hw_fact *f, struct hw_exposed *out);

/* Sorts the sightings and keeps of each service the first of each window: one that comes window_ns
 * or more after the last kept is kept too. A window of 0 keeps each that is not at the same moment;
 * a negative one is taken as endless, so that each service is kept once. A sighting without a time
 * is kept only where its service has none with one. How many are left, in order of address, port,
 * transport and time; nothing of this depends on the order they came in. */
size_t hw_exposed_once(struct hw_exposed *p, size_t count, int64_t window_ns);

/* How many addresses there are among sightings in that order. */
size_t hw_exposed_addresses(const struct hw_exposed *p, size_t count);

#endif
