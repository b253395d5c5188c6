/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/cage.h -- closing a process in, in two stages. Only landlord of seccomp and Landlock.
 *
 * The broker's cage: no descriptors but its own, no root, no new privileges, not dumpable, no core,
 * no file writes, an empty Landlock ruleset where the kernel has one, and a seccomp allow-list that
 * still lets it fork workers. The worker's cage is smaller: read what it holds, map without
 * execution, write to one pipe, leave. A call outside the list ends the process (SIGSYS). Nothing
 * here can be undone or switched off at run time. Without seccomp everything returns HW_E_CAGE.
 *
 * Built with AddressSanitizer the lists also hold the calls its run time needs, and the memory
 * limits, which its shadow would exceed at once, are left out. That is a property of the build.
 */
#ifndef HW_BASE_CAGE_H
#define HW_BASE_CAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum {
    HW_CAGE_IN_FD = 3,  /* the worker reads here */
    HW_CAGE_OUT_FD = 4, /* the worker writes here, and nowhere else */
    HW_CAGE_NOBODY = 65534,
};

/* Both filters, compiled once, so that a forked worker only has to lay its own over itself. */
struct hw_cage;
HW_CHECK int hw_cage_new(struct hw_cage **out, struct hw_error *err);
void hw_cage_free(struct hw_cage *c);

/* First of all: closes every descriptor from `keep` on, and points 0, 1 and 2 at an empty, sealed
 * memory file (which exists also where /dev/null does not). */
HW_CHECK int hw_cage_descriptors(unsigned keep, struct hw_error *err);

struct hw_cage_state {
    uint32_t landlock_abi; /* what held; 0: the kernel has none */
    uint32_t uid;
};
/* Then, when everything that needs a file has been used once: closes the broker in. */
HW_CHECK int hw_cage_enter_broker(const struct hw_cage *c, struct hw_cage_state *out,
                                  struct hw_error *err);

struct hw_cage_worker {
    pid_t broker;            /* whose child we are; its death is ours */
    uint64_t memory_bytes;   /* private memory */
    uint64_t evidence_bytes; /* mapped beside it, read-only */
    uint64_t cpu_seconds;
};
/* In the forked child, with evidence and pipe at the two descriptors above: closes all others,
 * sets the limits and lays the second filter over the first. */
HW_CHECK int hw_cage_enter_worker(const struct hw_cage *c, const struct hw_cage_worker *w,
                                  struct hw_error *err);

/* This process's soft limit of private memory, for a while: *was is what to set back. */
HW_CHECK int hw_cage_limit_memory(uint64_t bytes, uint64_t *was, struct hw_error *err);

/* A program with one peer: closes it in when names are resolved and files are read. What is left is
 * to connect (where Landlock knows of ports, to `port` alone), to talk over what is connected, and
 * to write at most file_bytes into any one file it was handed. No file is opened, nothing is forked
 * or executed, no thread begins. Needs no hw_cage_new(). */
HW_CHECK int hw_cage_enter_net(uint16_t port, uint64_t file_bytes, struct hw_cage_state *out,
                               struct hw_error *err);

/* A program that listens already and writes below one folder: from here on this thread and those it
 * begins execute nothing, begin no process, make no socket and connect to nobody; they write (where
 * Landlock is there) below `folder` and where temporary files go, and read there and below /etc,
 * /proc and /usr. Keeps its user, for the folder is that user's. (base/cage_local.c) */
HW_CHECK int hw_cage_enter_local(const char *folder, struct hw_cage_state *out,
                                 struct hw_error *err);

#endif
