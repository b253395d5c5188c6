/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of observers for the tests of ask/unseen.h, and what they answer. */
#ifndef HW_TEST_UNSEEN_KIT_H
#define HW_TEST_UNSEEN_KIT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ask/unseen.h"

/* cmocka's own compares as float, which has seven digits. */
static inline void near_to(double got, double want, double room)
{
    if (!(got - want <= room && want - got <= room)) {
        fail_msg("%.9g is not %.9g, give or take %g", got, want, room);
    }
}

struct kit {
    struct hw_arena *arena;
    struct hw_capture captures[HW_UNSEEN_LISTS + 1];
    struct hw_unseen_ask ask; /* of the captures, independent unless a test says otherwise */
    const struct hw_unseen_answer *a;
    struct hw_error err;
};

int kit_setup(void **state);
int kit_teardown(void **state);

/* A list of packages of one closed population, named by identity; items are added to it. */
struct hw_capture *kit_list(struct kit *k, const char *observer, size_t room);
/* What an observer saw: `at` HW_TIME_NONE where no time is known. The text is copied. */
void kit_put(struct kit *k, struct hw_capture *c, const char *item, int64_t at);
/* Items numbered from .. below. */
void kit_range(struct kit *k, struct hw_capture *c, unsigned from, unsigned below);
/* Asks; the answer must come. */
const struct hw_unseen_answer *kit_ask(struct kit *k);

const struct hw_unseen_refusal *kit_refusal(const struct kit *k, enum hw_unseen_check check);
/* The words of the refusals of the last answer, in their order, with a blank between them. */
const char *kit_refusals(struct kit *k);
const struct hw_unseen_estimate *kit_estimate(const struct kit *k, enum hw_unseen_method m);
const struct hw_unseen_pair *kit_pair(const struct kit *k, const char *one, const char *other);

#endif
