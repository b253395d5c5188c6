/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/ask/sigma_kit.h -- logs of log-ons, rules for one event each, and what joins them.
 */
#ifndef HW_TESTS_ASK_SIGMA_KIT_H
#define HW_TESTS_ASK_SIGMA_KIT_H

#include "tale.h"

#include "fact/correlation.h"

#define SIGMA_SECOND INT64_C(1000000000)

struct sigma_told {
    int64_t second; /* -1: none */
    char what;      /* f: a log-on failed; s: it did not; n: an account is new */
    const char *user, *address;
    const char *host; /* NULL: DC1 */
    uint64_t number;  /* 0: its place in the log */
};

int sigma_setup(void **state);
int sigma_teardown(void **state);

/* A security log, known by its letter. */
void sigma_log_of(struct tale *t, char letter, const struct sigma_told *r, size_t count);
#define LOG(t, letter, ...)                                                                        \
    sigma_log_of(t, letter, (const struct sigma_told[]){__VA_ARGS__},                              \
                 sizeof((const struct sigma_told[]){__VA_ARGS__}) / sizeof(struct sigma_told))

/* Begins a file of rules; sigma_learned() stores it. */
void sigma_file(struct tale *t, char letter);
void sigma_learned(struct tale *t);
/* A PATTERN without a program, known by this as id, name and title. */
struct hw_fact *sigma_pattern(struct tale *t, const char *language, const char *name);
/* A rule for one event of the security log. */
struct hw_fact *sigma_rule_of(struct tale *t, const char *name, const char *event);
/* failure, success, new: one for each of the log's events. */
void sigma_three_rules(struct tale *t);
/* A correlation by TargetUserName within a minute; rules are words with blanks between. */
struct hw_correlation sigma_form(enum hw_correlation_type type, const char *rules, uint64_t gte);
/* Its PATTERN, of the level high. */
struct hw_fact *sigma_joined(struct tale *t, const char *name, const struct hw_correlation *c);
/* The same without a level. */
struct hw_fact *sigma_unlevelled(struct tale *t, const char *name, const struct hw_correlation *c);
/* The three rules and one correlation, "met". */
void sigma_learn(struct tale *t, const struct hw_correlation *c);

#endif
