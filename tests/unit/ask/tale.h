/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/ask/tale.h -- a private case and evidence told fact by fact, for questions about them.
 *
 * Certificates, keys and digests are known by one letter: that letter 32 times. Days count from the
 * epoch; everything is asked as of day 1,000 unless a test says otherwise.
 */
#ifndef HW_TESTS_ASK_TALE_H
#define HW_TESTS_ASK_TALE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ask/hunt.h"
#include "ask/verify.h"
#include "base/arena.h"
#include "base/text.h"
#include "case/case.h"
#include "fact/fact.h"

#define TALE_DAY INT64_C(86400000000000)

struct tale {
    struct hw_case *c;
    struct hw_arena *arena;
    struct hw_policy policy;
    struct hw_error err;
    struct hw_answer *a; /* the last one; freed with the next */
    struct hw_fact facts[64];
    size_t count;
    char letter;     /* of the evidence being told */
    const char *org; /* whose it is; NULL: nobody's */
};

int tale_setup(void **state);
int tale_teardown(void **state);

struct hw_span tale_digest(struct tale *t, char letter);
/* A program known by this letter; the facts that follow are about it, until tale_store(). */
void tale_program(struct tale *t, char letter);
struct hw_fact *tale_add(struct tale *t, enum hw_fact_kind kind);
void tale_component(struct tale *t, const char *original, const char *version, char code,
                    uint64_t language);
void tale_section(struct tale *t, char digest);
/* Signed by S (days 0 to 5,000) under I under an anchor, countersigned by nobody. */
void tale_signed(struct tale *t, const char *signer, const char *subject);
/* The same signature countersigned on this day by T, under an anchor. */
void tale_stamped(struct tale *t, int64_t day);
struct hw_fact *tale_uncovered(struct tale *t, const char *where, uint64_t off, uint64_t size);
/* Stores what was told and sights it at path. asked: what the reading was for. */
void tale_store(struct tale *t, enum hw_class asked, const char *path);
/* A revocation list of I with the serial of S; proven: I's key verified it. */
void tale_list(struct tale *t, char letter, bool proven, int64_t made_day, int64_t revoked_day);
/* A document that says so of a product by its plain name; tale_store() it as knowledge. */
struct hw_fact *tale_statement(struct tale *t, char letter, const char *status, const char *name);
void tale_indicator(struct tale *t, char letter, const char *kind, const char *value);

/* Verifies the evidence of these letters, each under the path that is its letter's, or `paths`. */
const struct hw_answer *tale_verify(struct tale *t, const char *letters, const char *const *paths);
const struct hw_answer *tale_hunt(struct tale *t);
unsigned tale_findings(const struct hw_answer *a, const char *rule);
const struct hw_finding *tale_finding(const struct hw_answer *a, const char *rule);
const struct hw_gap *tale_gap(const struct hw_answer *a, const char *kind);

#endif
