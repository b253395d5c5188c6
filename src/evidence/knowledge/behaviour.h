/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/behaviour.h -- what a publisher says of those who do something, on its way
 * to a BEHAVIOUR: shared by the readers of STIX and of MISP's galaxies.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_BEHAVIOUR_H
#define HW_EVIDENCE_KNOWLEDGE_BEHAVIOUR_H

#include "base/buf.h"
#include "evidence/knowledge/teach.h"

enum { HW_BEHAVIOUR_CITES_BYTES = 8000 };

/* Spans are borrowed and may be dirty; empty ones, NULL and HW_TIME_NONE are left out. */
struct hw_behaviour {
    uint64_t line, off;
    const char *relation;    /* word of hw_behaviours */
    const char *doer, *deed; /* words of hw_doers */
    struct hw_span who, who_id, who_ref, what, what_id, what_ref;
    struct hw_span source, cites, likelihood, id;
    int64_t cited, from, until, published, revoked;
};
void hw_behaviour_init(struct hw_behaviour *b);

/* What a document said, for people. */
struct hw_behaviour_count {
    uint64_t groups, campaigns, software, techniques; /* things that were named, by kind */
    uint64_t uses;
};
void hw_behaviour_count_init(struct hw_behaviour_count *c);
/* One more of this kind (word of hw_doers). */
void hw_behaviour_count_thing(struct hw_behaviour_count *c, const char *doer);
/* As properties, when there is anything. */
void hw_behaviour_count_say(struct hw_teach *t, const struct hw_behaviour_count *c);

/* Says it; without a WHO_REF it is refused. */
void hw_behaviour_say(struct hw_teach *t, const struct hw_behaviour *b,
                      struct hw_behaviour_count *c);

/* Adds a name to those cited. False: it is one of them, or there is no room. */
bool hw_behaviour_cite(struct hw_buf *cites, struct hw_span name);
/* The last moment that a citation's text allows for its publication: "Doe, J. (2022, September 8).
 * Title." is surely published when that day has ended, "(2022)" when the year has. HW_TIME_NONE: no
 * date stands there. */
int64_t hw_behaviour_cited(struct hw_span citation);
/* The earlier of two times, of which either may be none. */
int64_t hw_behaviour_earlier(int64_t a, int64_t b);

#endif
