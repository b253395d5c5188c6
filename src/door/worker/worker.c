/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/worker/worker.c -- one input, read by a process that can do nothing else.
 *
 * Small inputs are read into memory, so that a file cut short under us is a short read and not a
 * SIGBUS. Larger ones are mapped; there the signal is the answer, and the parent knows its name.
 */
#include "door/worker/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/checked.h"
#include "evidence/evidence.h"
#include "fact/fact.h"

enum {
    SMALL_BYTES = 1 << 20,
    FLUSH_BYTES = 32 * 1024,
    OUT_BYTES = FLUSH_BYTES + HW_FRAME_BYTES,
};

/* The sink: frames into a buffer, the buffer into the pipe. */
struct wire {
    struct hw_sink sink; /* first, so that the sink's address is the wire's */
    struct hw_buf out;
};

static int flush(struct wire *w, struct hw_error *err)
{
    struct hw_span s = hw_buf_span(&w->out);
    while (s.n > 0) {
        ssize_t n = write(HW_CAGE_OUT_FD, s.p, s.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return hw_fail(err, HW_E_IO, "the parent listens no more: %s", strerror(errno));
        }
        s.p += n;
        s.n -= (size_t)n;
    }
    hw_buf_clear(&w->out);
    return HW_OK;
}

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct wire *w = (struct wire *)sink;
    int rc = hw_fact_encode(f, &w->out, err);
    if (rc == HW_OK && w->out.n >= FLUSH_BYTES) {
        rc = flush(w, err);
    }
    return rc;
}

static int send_begin(struct wire *w, uint64_t job, struct hw_error *err)
{
    struct hw_fact f;
    hw_fact_init(&f, HW_FACT_BEGIN);
    hw_fact_u64(&f, HW_BEGIN_VERSION, HW_PROTOCOL_VERSION);
    hw_fact_u64(&f, HW_BEGIN_JOB, job);
    return put(&w->sink, &f, err);
}

static enum hw_worker_exit exit_for(int rc)
{
    switch (rc) {
    case HW_OK:
        return HW_EXIT_FINE;
    case HW_E_MEMORY:
        return HW_EXIT_MEMORY;
    case HW_E_CAGE:
        return HW_EXIT_CAGE;
    default:
        return HW_EXIT_FAILED;
    }
}

/* The whole input. HW_EXIT_FINE, or why not. Nothing is released: the process ends with it. */
static enum hw_worker_exit get_bytes(uint64_t size, struct hw_span *out)
{
    size_t n;
    if (!hw_fit_size(size, &n)) {
        return HW_EXIT_MEMORY;
    }
    if (n == 0) {
        *out = (struct hw_span){NULL, 0};
        return HW_EXIT_FINE;
    }
    if (n > SMALL_BYTES) {
        uint8_t last;
        if (pread(HW_CAGE_IN_FD, &last, 1, (off_t)(n - 1)) != 1) {
            return HW_EXIT_SHRANK;
        }
        void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, HW_CAGE_IN_FD, 0);
        *out = (struct hw_span){map, n};
        return map == MAP_FAILED ? HW_EXIT_MEMORY : HW_EXIT_FINE;
    }
    uint8_t *p = malloc(n);
    if (p == NULL) {
        return HW_EXIT_MEMORY;
    }
    for (size_t at = 0; at < n;) {
        ssize_t got = pread(HW_CAGE_IN_FD, p + at, n - at, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0 ? HW_EXIT_SHRANK : HW_EXIT_FAILED;
        }
        at += (size_t)got;
    }
    *out = (struct hw_span){p, n};
    return HW_EXIT_FINE;
}

static int examine(const struct hw_worker_lent *lent, const struct hw_msg_job *job,
                   struct hw_span bytes, struct hw_error *err)
{
    struct wire w = {.sink = {put}};
    hw_buf_init(&w.out, OUT_BYTES);
    struct hw_exam x = {.sink = &w.sink,
                        .keys = lent->keys,
                        .limits = job->limits,
                        .reading = (enum hw_reading)job->reading,
                        .rules = job->rules == HW_JOB_RULES_NONE ? NULL : lent->rules,
                        .rules_failed = job->rules == HW_JOB_RULES_FAILED,
                        .rules_ns = job->rules_ms * 1000000};
    if (job->path_n <= sizeof job->path) {
        x.path = (struct hw_span){job->path, job->path_n};
    }
    x.arena = hw_arena_new((size_t)job->memory_bytes);
    if (x.arena == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the exam");
    }
    int rc = send_begin(&w, job->job, err);
    rc = rc == HW_OK ? hw_examine(&x, bytes, &job->outer, err) : rc;
    return rc == HW_OK ? flush(&w, err) : rc; /* END is the exam's own last word */
}

/* Evidence and pipe may have come as each other's number. */
static bool place(int evidence, int facts)
{
    return evidence > HW_CAGE_OUT_FD && facts > HW_CAGE_OUT_FD &&
           dup2(evidence, HW_CAGE_IN_FD) == HW_CAGE_IN_FD &&
           dup2(facts, HW_CAGE_OUT_FD) == HW_CAGE_OUT_FD;
}

void hw_worker_read(const struct hw_worker_lent *lent, const struct hw_msg_job *job, int evidence,
                    int facts)
{
    struct hw_error err;
    struct hw_span bytes = {NULL, 0};
    struct hw_cage_worker limits = {.broker = lent->broker,
                                    .memory_bytes = job->memory_bytes + lent->rules_bytes,
                                    .evidence_bytes = job->size,
                                    .cpu_seconds = job->cpu_seconds};
    if (!place(evidence, facts) || hw_cage_enter_worker(lent->cage, &limits, &err) != HW_OK) {
        _exit(HW_EXIT_CAGE);
    }
    enum hw_worker_exit way = get_bytes(job->size, &bytes);
    if (way == HW_EXIT_FINE) {
        way = exit_for(examine(lent, job, bytes, &err));
    }
    _exit((int)way);
}
