/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/worker/warm.h -- what must be fetched from files before the cage takes them away.
 *
 * Once the cage is closed, an open() kills the process. Whatever a library loads on first use
 * (OpenSSL's algorithms, character tables) is therefore used once before, in the broker, and every
 * forked worker inherits it warm.
 */
#ifndef HW_DOOR_WORKER_WARM_H
#define HW_DOOR_WORKER_WARM_H

/* Locale, then hw_evidence_warm(). Called once, before hw_cage_broker(). */
void hw_warm(void);

/* Given by evidence/ (and through it trust/): touches every algorithm a parser may ask for. */
void hw_evidence_warm(void);

#endif
