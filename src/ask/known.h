/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/known.h -- what is published, over the files of an answer: known.c (indicators), and
 * known_rules.c (rules).
 */
#ifndef HW_ASK_KNOWN_H
#define HW_ASK_KNOWN_H

#include "ask/room.h"

struct hw_naming;

/* A file of the answer and its finding. One file under several paths has several: each is named. */
struct known_slot {
    struct known_slot *next;
    struct hw_file_answer *file;
    struct hw_finding *finding; /* NULL: no indicator matched yet */
    struct hw_naming *by;       /* documents that name it; NULL: none so far */
    unsigned reasons;
    unsigned rules; /* that matched it */
};

struct known {
    struct hw_asking *q;
    struct hw_error *err;
    bool only_files; /* none but files of the answer; else what matches becomes one */
    struct known_slot **buckets;
};

/* Calls `each` for every file of the answer that this fact is about. */
typedef int (*known_each)(struct known *s, struct known_slot *l, void *state);
HW_CHECK int known_visit(struct known *s, const struct hw_fact_row *about, known_each each,
                         void *state);

/* Published rules that matched what was read, and what was read without them. */
HW_CHECK int known_rules(struct known *s, const struct hw_case_rules *rules);

#endif
