/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/door/jobs.h -- one input through a broker, for the tests of this room.
 */
#ifndef HW_TESTS_DOOR_JOBS_H
#define HW_TESTS_DOOR_JOBS_H

#include <stddef.h>

#include "door/intake/broker.h"

/* A started broker of this program, or the test fails. */
struct hw_broker *start_broker(const char *program, const char *keyring, unsigned jobs);
/* A memory file with this content, grown by zeros to size (0: as it is). */
int make_input(const char *content, size_t size);
struct hw_job make_job(int fd);
/* Submits it, closes fd, pumps until its reply is there. */
struct hw_reply *run_job(struct hw_broker *b, struct hw_job job);
struct hw_reply *run_input(struct hw_broker *b, const char *content);
/* The reply is refused by this word (NULL: accepted); frees it. Facts of it are handed out only
 * when accepted, as many as it says. */
void expect_reply(struct hw_reply *a, const char *word);

#endif
