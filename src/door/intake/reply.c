/* SPDX-License-Identifier: Apache-2.0 */
#include "door/intake/reply.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hw_reply *hw_reply_new(void *tag)
{
    struct hw_reply *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->tag = tag;
        hw_spool_init(&a->spool);
    }
    return a;
}

void hw_reply_free(struct hw_reply *a)
{
    if (a != NULL) {
        hw_spool_done(&a->spool);
        free(a);
    }
}

int hw_reply_keep(void *state, const struct hw_frame *f, struct hw_error *err)
{
    struct hw_reply *a = state;
    return hw_spool_put(&a->spool, f, err);
}

void hw_reply_refuse(struct hw_reply *a, enum hw_refusal r, const char *why)
{
    a->refusal = r;
    (void)snprintf(a->why, sizeof a->why, "%s", why);
    a->facts = 0;
    a->nodes = 0;
    hw_spool_done(&a->spool);
}

void hw_reply_anew(struct hw_reply *a)
{
    hw_reply_refuse(a, HW_REFUSAL_NONE, "");
}

static void judge_signal(struct hw_reply *a, const struct hw_msg_done *d, uint64_t cpu_seconds)
{
    char why[128];
    switch (d->code) {
    case SIGSYS:
        hw_reply_refuse(a, HW_REFUSAL_FORBIDDEN_CALL,
                        "the worker tried a system call its cage forbids");
        return;
    case SIGXCPU:
        (void)snprintf(why, sizeof why, "over %llu s of processor time",
                       (unsigned long long)cpu_seconds);
        hw_reply_refuse(a, HW_REFUSAL_TIME, why);
        return;
    case SIGBUS:
        hw_reply_refuse(a, HW_REFUSAL_SHRANK,
                        "the file became shorter, or unreadable, while it was read");
        return;
    case SIGKILL:
        /* A worker that ignores SIGXCPU gets this one second later. */
        if (d->cpu_us / 1000000 >= cpu_seconds) {
            hw_reply_refuse(a, HW_REFUSAL_TIME, "over its processor time, and would not stop");
        } else {
            hw_reply_refuse(a, HW_REFUSAL_KILLED,
                            "killed from outside: the kernel, short of memory, or a person");
        }
        return;
    default:
        (void)snprintf(why, sizeof why, "the worker crashed on it (SIG%s)",
                       sigabbrev_np(d->code) != NULL ? sigabbrev_np(d->code) : "?");
        hw_reply_refuse(a, HW_REFUSAL_CRASHED, why);
        return;
    }
}

static void judge_exit(struct hw_reply *a, const struct hw_channel *c, const struct hw_msg_done *d)
{
    char why[128];
    switch (d->code) {
    case HW_EXIT_FINE:
        if (!hw_channel_complete(c)) {
            hw_reply_refuse(a, hw_channel_refusal(c), hw_channel_why(c));
            return;
        }
        a->facts = hw_channel_facts(c);
        a->nodes = hw_channel_nodes(c);
        return;
    case HW_EXIT_MEMORY:
        hw_reply_refuse(a, HW_REFUSAL_MEMORY, "it needs more memory than one input may have");
        return;
    case HW_EXIT_SHRANK:
        hw_reply_refuse(a, HW_REFUSAL_SHRANK, "the file became shorter while it was read");
        return;
    case HW_EXIT_FAILED:
        hw_reply_refuse(a, HW_REFUSAL_FAILED, "the worker could not do its own part");
        return;
    case HW_EXIT_CAGE:
        hw_reply_refuse(a, HW_REFUSAL_FAILED, "the worker's cage could not be closed");
        return;
    default:
        (void)snprintf(why, sizeof why, "the worker left with status %d", d->code);
        hw_reply_refuse(a, HW_REFUSAL_CRASHED, why);
        return;
    }
}

void hw_reply_judge(struct hw_reply *a, const struct hw_channel *c, const struct hw_msg_done *d,
                    uint64_t cpu_seconds)
{
    enum hw_refusal r = hw_channel_refusal(c);
    a->cpu_us = d->cpu_us;
    a->peak_bytes = d->peak_bytes;
    /* What the frames were refused for came first; what follows is only how the worker ended.
     * A missing end is no offence of its own where the death explains it. */
    if (r != HW_REFUSAL_NONE && r != HW_REFUSAL_NO_END && r != HW_REFUSAL_HALF_FRAME) {
        hw_reply_refuse(a, r, hw_channel_why(c));
        return;
    }
    switch (d->death) {
    case HW_DEATH_DEADLINE:
        hw_reply_refuse(a, HW_REFUSAL_TIME, "over the time one input may take");
        return;
    case HW_DEATH_SIGNAL:
        judge_signal(a, d, cpu_seconds);
        return;
    case HW_DEATH_EXIT:
        judge_exit(a, c, d);
        return;
    default:
        hw_reply_refuse(a, HW_REFUSAL_KILLED, "killed by us without a reason of its own");
        return;
    }
}

void *hw_reply_tag(const struct hw_reply *a)
{
    return a->tag;
}

enum hw_refusal hw_reply_refusal(const struct hw_reply *a)
{
    return a->refusal;
}

const char *hw_reply_why(const struct hw_reply *a)
{
    return a->why;
}

uint64_t hw_reply_facts(const struct hw_reply *a)
{
    return a->facts;
}

uint64_t hw_reply_nodes(const struct hw_reply *a)
{
    return a->nodes;
}

uint64_t hw_reply_cpu_us(const struct hw_reply *a)
{
    return a->cpu_us;
}

uint64_t hw_reply_peak_bytes(const struct hw_reply *a)
{
    return a->peak_bytes;
}

int hw_reply_each(struct hw_reply *a, hw_frame_take take, void *state, struct hw_error *err)
{
    return a->refusal == HW_REFUSAL_NONE ? hw_spool_each(&a->spool, take, state, err) : HW_OK;
}
