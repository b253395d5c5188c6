/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/limits.h -- what one input may cost, as the parent enforces it.
 *
 * The worker has its own budgets (evidence/evidence.h); these hold even when it is taken over.
 */
#ifndef HW_DOOR_INTAKE_LIMITS_H
#define HW_DOOR_INTAKE_LIMITS_H

#include <stdint.h>

#define HW_INPUT_FACTS_MAX UINT64_C(4000000)
#define HW_INPUT_FACT_BYTES_MAX (UINT64_C(256) << 20) /* frames of one input together */
/* A log's records take about as much room as the log: bytes of frames grow with the input. */
#define HW_INPUT_FACT_BYTES_PER_BYTE UINT64_C(4)
#define HW_INPUT_NODES_MAX UINT64_C(1000000)
#define HW_WORKER_MEMORY_BYTES (UINT64_C(256) << 20) /* private memory of one worker */

#define HW_KEEP_LEARNED_BYTES (UINT64_C(64) << 20) /* of one learned document, kept unasked */

#define HW_INPUT_CPU_BASE_S UINT64_C(60)
#define HW_INPUT_CPU_PER_MIB_S UINT64_C(2)
#define HW_INPUT_CPU_MAX_S UINT64_C(3600)

enum {
    HW_BROKER_JOBS_MAX = 16,         /* workers of one broker at a time */
    HW_BROKER_READY_MS = 10000,      /* for the broker to close its cage and say so */
    HW_BROKER_RULES_MS = 50000,      /* more, to compile rules */
    HW_BROKER_GRACE_MS = 5000,       /* beyond a job's wall time, until the broker is killed */
    HW_BROKER_DEATHS_MAX = 8,        /* in a row, without one finished input between them */
    HW_SPOOL_MEMORY_BYTES = 1 << 20, /* facts of one input kept in memory; more go to a file */
};

static inline uint64_t hw_input_fact_bytes(uint64_t size_bytes)
{
    uint64_t most = UINT64_MAX / HW_INPUT_FACT_BYTES_PER_BYTE - HW_INPUT_FACT_BYTES_MAX;
    return HW_INPUT_FACT_BYTES_MAX +
           HW_INPUT_FACT_BYTES_PER_BYTE * (size_bytes < most ? size_bytes : most);
}

/* CPU seconds for an input of this size: 60 and 2 for each MiB, at most an hour. Wall: twice. */
static inline uint64_t hw_input_cpu_seconds(uint64_t size_bytes)
{
    uint64_t mib = size_bytes >> 20;
    uint64_t room = (HW_INPUT_CPU_MAX_S - HW_INPUT_CPU_BASE_S) / HW_INPUT_CPU_PER_MIB_S;
    return mib >= room ? HW_INPUT_CPU_MAX_S : HW_INPUT_CPU_BASE_S + HW_INPUT_CPU_PER_MIB_S * mib;
}

#endif
