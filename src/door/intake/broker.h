/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/broker.h -- the parent's end of the worker: start it, give it inputs, get replies.
 *
 * One broker process, many jobs in flight. The caller submits while hw_broker_room() is not 0,
 * calls hw_broker_pump() often (also while it hashes the next file: every few MiB, else workers
 * wait on full pipes and their wall time runs), and takes replies with hw_broker_next(). Nothing
 * of a refused input is ever handed out: facts wait in a spool until END was accepted and the
 * worker left in peace. A worker's death costs its input; a broker's death costs none: it is
 * started again and what was in flight is tried once more, each input alone, so that only the
 * culprit is refused. Rules that end a worker, or the broker, cost themselves: that input is read
 * again without them, and says so. Not thread-safe; no signals, no environment, no PATH are used.
 */
#ifndef HW_DOOR_INTAKE_BROKER_H
#define HW_DOOR_INTAKE_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "door/intake/channel.h"
#include "door/intake/limits.h"
#include "evidence/evidence.h"

struct hw_broker;

struct hw_broker_options {
    struct hw_span keyring; /* CSV of trust/keyring.h; copied into a sealed memory file */
    struct hw_span rules;   /* set of fact/ruleset.h, likewise; empty: none */
    const char *program;    /* NULL: headwater-worker beside this program, else in libexecdir */
    unsigned jobs;          /* at a time; 0: as many as processors; at most HW_BROKER_JOBS_MAX */
    uint32_t ready_ms;      /* 0: HW_BROKER_READY_MS */
    uint32_t grace_ms;      /* 0: HW_BROKER_GRACE_MS */
};

/* Which cage held, to be recorded in the case. */
struct hw_cage_held {
    uint32_t landlock_abi; /* 0: the kernel has none */
    uint32_t seccomp;      /* always 1 */
    uint32_t uid;
};

/* Which of the rules given it holds. None though some were given: they could not be had, and the
 * broker was started without them. */
struct hw_rules_held {
    uint64_t sources, rules, refused; /* refused: sources that do not compile */
};

/* Starts a broker and waits until its cage is closed. HW_E_CAGE with its own words when it could
 * not close it, does not answer, or cannot be found; HW_E_USAGE when it refused the keyring. */
HW_CHECK int hw_broker_start(const struct hw_broker_options *o, struct hw_broker **out,
                             struct hw_error *err);
/* Kills it and every worker, and forgets what is in flight. */
void hw_broker_free(struct hw_broker *b);
HW_AUTO_DEFINE(hw_broker);
struct hw_cage_held hw_broker_cage(const struct hw_broker *b);
struct hw_rules_held hw_broker_rules(const struct hw_broker *b);

struct hw_job {
    int fd; /* the evidence, open read-only; duplicated, so the caller may close */
    uint64_t size;
    struct hw_outer outer; /* as the caller hashed them */
    enum hw_reading reading;
    struct hw_span path;     /* where it lies, for rules that ask; kept until it is replied to */
    struct hw_limits limits; /* zeros: defaults */
    uint64_t cpu_seconds, wall_ms, memory_bytes; /* zeros: limits.h */
    struct hw_channel_caps caps;                 /* zeros: limits.h */
    void *tag;                                   /* the caller's own, handed back */
};

/* How many more inputs may be submitted now. */
unsigned hw_broker_room(const struct hw_broker *b);
/* HW_E_BUSY when there is no room, HW_E_USAGE when it is no regular file. */
HW_CHECK int hw_broker_submit(struct hw_broker *b, const struct hw_job *job, struct hw_error *err);

/* Moves what can be moved. timeout_ms 0: without waiting; otherwise until a reply is there or the
 * time is over (negative: no end). A negative code is our own failure, or a broker that cannot be
 * kept alive (HW_E_CAGE, HW_E_PEER); the caller then frees it. */
HW_CHECK int hw_broker_pump(struct hw_broker *b, int timeout_ms, struct hw_error *err);

/* The next reply, in the order they came, or NULL. The caller frees it. */
struct hw_reply;
struct hw_reply *hw_broker_next(struct hw_broker *b);
unsigned hw_broker_flying(const struct hw_broker *b); /* submitted and not yet replied to */

void *hw_reply_tag(const struct hw_reply *a);
enum hw_refusal hw_reply_refusal(const struct hw_reply *a); /* HW_REFUSAL_NONE: accepted */
const char *hw_reply_why(const struct hw_reply *a);         /* words for people, "" if accepted */
uint64_t hw_reply_facts(const struct hw_reply *a);          /* 0 when refused */
uint64_t hw_reply_nodes(const struct hw_reply *a);
uint64_t hw_reply_cpu_us(const struct hw_reply *a);
uint64_t hw_reply_peak_bytes(const struct hw_reply *a);
/* Every fact in order. May be called again; hands out nothing when refused. */
HW_CHECK int hw_reply_each(struct hw_reply *a, hw_frame_take take, void *state,
                           struct hw_error *err);
void hw_reply_free(struct hw_reply *a);
HW_AUTO_DEFINE(hw_reply);

#endif
