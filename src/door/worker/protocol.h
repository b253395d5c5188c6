/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/worker/protocol.h -- what parent and broker say to each other (docs/formats/facts.md).
 *
 * Control channel: SOCK_SEQPACKET, descriptor 3 of the broker; one struct a message, host order,
 * same machine and same build (the version is checked). Facts channel: a pipe per job.
 * Descriptor 4 of the broker is the keyring (CSV), 5 the published rules (fact/ruleset.h); both are
 * sealed memory files.
 */
#ifndef HW_DOOR_WORKER_PROTOCOL_H
#define HW_DOOR_WORKER_PROTOCOL_H

#include <stdint.h>

#include "evidence/evidence.h"

enum {
    HW_PROTOCOL_VERSION = 2,
    HW_WORKER_CONTROL_FD = 3,
    HW_WORKER_KEYRING_FD = 4,
    HW_WORKER_RULES_FD = 5,
    HW_WORKER_PATH_BYTES = 1024,
};

enum hw_message_kind { HW_MSG_READY = 1, HW_MSG_JOB, HW_MSG_KILL, HW_MSG_DONE };

/* Broker to parent, once: the cage is closed. */
struct hw_msg_ready {
    uint32_t kind, version;
    uint32_t landlock_abi; /* 0: the kernel has none */
    uint32_t seccomp;      /* always 1, or the broker does not get here */
    uint32_t uid;          /* the uid it runs under */
    char refusal[128];     /* not empty: the cage could not be closed; the broker leaves */
    int32_t code;          /* with a refusal: the enum hw_code it is */
    uint32_t pad;
    uint64_t rule_sources, rules, rules_refused; /* refused: sources that do not compile */
};

/* Does the worker run the broker's rules? FAILED: they ended an earlier try, and it says so. */
enum hw_job_rules { HW_JOB_RULES_NONE, HW_JOB_RULES_RUN, HW_JOB_RULES_FAILED };

/* Parent to broker, with two descriptors (SCM_RIGHTS): evidence (read-only), facts pipe (write). */
struct hw_msg_job {
    uint32_t kind, reading; /* enum hw_reading */
    uint64_t job, size;
    uint64_t cpu_seconds, wall_ms, memory_bytes;
    struct hw_outer outer;
    struct hw_limits limits;
    uint32_t rules, path_n;             /* enum hw_job_rules; bytes of path */
    uint64_t rules_ms;                  /* processor time for them */
    uint8_t path[HW_WORKER_PATH_BYTES]; /* where the input lies, its last part if it is long */
};

struct hw_msg_kill {
    uint32_t kind, pad;
    uint64_t job;
};

/* Broker to parent: the worker of this job is gone. */
enum hw_death { HW_DEATH_EXIT, HW_DEATH_SIGNAL, HW_DEATH_DEADLINE, HW_DEATH_KILLED };
struct hw_msg_done {
    uint32_t kind, death;
    uint64_t job;
    int32_t code; /* exit status or signal */
    uint32_t pad;
    uint64_t cpu_us, peak_bytes;
};

/* How a worker leaves, and what the parent makes of it. */
enum hw_worker_exit {
    HW_EXIT_FINE = 0,    /* END was sent */
    HW_EXIT_MEMORY = 10, /* memory ran out: the cap of this input */
    HW_EXIT_SHRANK = 11, /* the evidence is shorter than it was when it was hashed */
    HW_EXIT_FAILED = 12, /* anything else that is our own failure */
    HW_EXIT_CAGE = 13,   /* its cage could not be closed; nothing was read */
};
enum { HW_WORKER_JOBS_MAX = 16 }; /* at a time; the parent never asks for more */

#endif
