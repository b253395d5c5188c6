/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attributing.h -- what the parts of `attribute` share (inside of the room).
 */
#ifndef HW_ASK_ATTRIBUTING_H
#define HW_ASK_ATTRIBUTING_H

#include "ask/attribute.h"
#include "ask/said.h"

/* More than an investigation has; what lies beyond is a gap in the answer. */
enum { SOURCES_MAX = 2048, CLAIMS_MAX = 4096, LINKS_MAX = 4096, QUESTIONS_MAX = 256 };
enum { RESTS_MAX = 64, NO_SOURCE = -1 };

struct said_source {
    struct hw_span id, by, title, url, grade, rests_on;
    int64_t published;
    unsigned document;
    bool described;     /* false: somebody rests on it, and nobody describes it */
    uint32_t publisher; /* the first source of the same `by` */
    uint32_t sibling;   /* the next of the same `by`, round and round */
    uint32_t rests[RESTS_MAX];
    uint32_t rest_count;
    uint64_t *footprint; /* a bit for each publisher it is of or rests on, however far */
    uint32_t weight;     /* bits in it */
};

struct said_claim {
    struct hw_claim said;
    struct hw_span source_id;
    unsigned document;
    int32_t source;
};

struct said_link {
    struct hw_span one, other, kind, what, source_id, path;
    unsigned document;
    int32_t source;
    uint64_t line;
    bool is_public, tested;
};

struct said_question {
    struct hw_span id, about, asks, decided_by;
    unsigned document;
};

struct attributing {
    struct hw_case *c;
    const struct hw_attribute_ask *ask;
    struct hw_attribute_answer *a;
    struct hw_error *err;
    struct said_source *sources;
    struct said_claim *claims;
    struct said_link *links;
    struct said_question *questions;
    size_t source_count, claim_count, link_count, question_count, footprint_words;
    uint64_t over;
    uint64_t *taken;  /* a footprint, for counting */
    uint32_t *chosen; /* sources, for counting; SOURCES_MAX + CLAIMS_MAX */
    struct hw_disagreement **last_disagreement;
    struct hw_judgement **last_judgement;
};

/* attributing_sources.c: resolves who rests on whom. After all were read. */
HW_CHECK int attributing_sources(struct attributing *q);
/* How many of these sources can be chosen so that no two rest on a common publisher; sorts
 * them. NO_SOURCE is not among them. */
uint64_t attributing_independent(struct attributing *q, uint32_t *sources, size_t count);

/* attributing_claims.c: grades, names, statements that disagree. */
HW_CHECK int attributing_claims(struct attributing *q);
/* attributing_names.c: claimed names in published lists, and names claimed for several groups. */
HW_CHECK int attributing_names(struct attributing *q);
/* attributing_judge.c: one operator or not, and what no judgement is made of. */
HW_CHECK int attributing_judge(struct attributing *q);
/* attributing_behaviour.c: a group by what was done and used, or why none. */
HW_CHECK int attributing_behaviour(struct attributing *q);

/* Same name: ASCII letters alike, blanks around it left out. */
bool attributing_same(struct hw_span a, struct hw_span b);
HW_CHECK int attributing_add(struct attributing *q, const struct hw_disagreement *d,
                             struct hw_disagreement **out);
HW_CHECK int attributing_say(struct attributing *q, struct hw_saying ***last,
                             const struct hw_saying *s);

#endif
