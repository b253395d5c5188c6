/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_frames.h -- frames of the worker's wire, honest and otherwise
 * (docs/formats/facts.md).
 */
#ifndef HW_TESTS_BUILD_FRAMES_H
#define HW_TESTS_BUILD_FRAMES_H

#include <stdint.h>

#include "base/buf.h"
#include "evidence/evidence.h"

/* Digests that tests agree upon; they are those of no file. */
struct hw_outer hw_frames_outer(void);

void hw_frames_begin(struct hw_buf *out, uint64_t job);
/* parent UINT64_MAX: none. The digests are hw_frames_outer()'s where outer is NULL. */
void hw_frames_artifact(struct hw_buf *out, uint64_t node, uint64_t parent, uint64_t size,
                        const struct hw_outer *outer);
void hw_frames_property(struct hw_buf *out, uint64_t node, const char *key, uint64_t value);
void hw_frames_end(struct hw_buf *out, uint64_t facts, uint64_t nodes);
/* A frame as it is, whatever it says: kind, and n bytes for a body. */
void hw_frames_raw(struct hw_buf *out, uint16_t kind, const void *body, size_t n);

#endif
