/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/channel.h -- the parent's ear for one job: hostile frames in, checked facts out.
 *
 * The worker may have been taken over by what it read, so each frame is measured before it is
 * believed: length (at most HW_FRAME_BYTES), kind, fields (fact/fact.h), order, caps. The states
 * are BEGIN -> ARTIFACT(0), which must be the job's own input -> { ARTIFACT(n) in order | fact
 * about a node already announced }* -> END with the right counts -> nothing. The first offence
 * refuses the whole input, by one word of a closed list; docs/formats/facts.md says each.
 */
#ifndef HW_DOOR_INTAKE_CHANNEL_H
#define HW_DOOR_INTAKE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "evidence/evidence.h"
#include "fact/fact.h"
#include "fact/words.h"

/* Why an input was refused. The words (hw_refusals) are kept in the case and never change. */
enum hw_refusal {
    HW_REFUSAL_NONE,
    /* what the channel finds in the frames */
    HW_REFUSAL_UNKNOWN_KIND,
    HW_REFUSAL_WRONG_HASH,
    HW_REFUSAL_OVER_LONG,
    HW_REFUSAL_OUT_OF_ORDER,
    HW_REFUSAL_AFTER_END,
    HW_REFUSAL_TOO_MANY_FACTS,
    HW_REFUSAL_TOO_MANY_BYTES,
    HW_REFUSAL_MALFORMED,
    HW_REFUSAL_WRONG_COUNT,
    HW_REFUSAL_HALF_FRAME,
    HW_REFUSAL_NO_END,
    /* how the worker died */
    HW_REFUSAL_CRASHED,
    HW_REFUSAL_SHRANK,
    HW_REFUSAL_TIME,
    HW_REFUSAL_MEMORY,
    HW_REFUSAL_FORBIDDEN_CALL,
    HW_REFUSAL_KILLED,
    HW_REFUSAL_FAILED,
    HW_REFUSAL_BROKER_LOST,
    HW_REFUSAL_COUNT
};
extern const struct hw_vocab hw_refusals; /* every word but that of NONE, sorted, with meanings */
const char *hw_refusal_word(enum hw_refusal r); /* "" for NONE */

/* An accepted fact. body (as hw_fact_decode_body reads it) is borrowed for the call. */
struct hw_frame {
    enum hw_fact_kind kind;
    uint32_t node;
    struct hw_span body;
};

/* Takes one accepted fact. Nothing of BEGIN and END comes here. A negative return is our own
 * failure and ends the channel with it. */
typedef int (*hw_frame_take)(void *state, const struct hw_frame *f, struct hw_error *err);

struct hw_channel_caps {
    uint64_t facts, bytes, nodes;
};
struct hw_channel_caps hw_channel_caps_default(void);

/* One job's end of the wire. Made by hw_channel_new(), which borrows `state`. */
struct hw_channel;
HW_CHECK struct hw_channel *hw_channel_new(uint64_t job, const struct hw_outer *outer,
                                           uint64_t size, struct hw_channel_caps caps,
                                           hw_frame_take take, void *state); /* NULL: no memory */
void hw_channel_free(struct hw_channel *c);

/* Bytes as they came from the pipe, cut anywhere. HW_OK also when they refuse the input (ask
 * hw_channel_refusal); a negative code is our own failure (memory, take). After a refusal the
 * bytes are ignored. */
HW_CHECK int hw_channel_feed(struct hw_channel *c, struct hw_span bytes, struct hw_error *err);
/* The pipe is at its end: half a frame or a missing END refuses. */
void hw_channel_close(struct hw_channel *c);

enum hw_refusal hw_channel_refusal(const struct hw_channel *c);
const char *hw_channel_why(const struct hw_channel *c); /* words for people; "" when not refused */
bool hw_channel_complete(const struct hw_channel *c);   /* END was accepted, nothing refused */
uint64_t hw_channel_facts(const struct hw_channel *c);  /* accepted, without BEGIN and END */
uint64_t hw_channel_nodes(const struct hw_channel *c);

#endif
