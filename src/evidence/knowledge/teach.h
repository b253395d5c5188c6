/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/teach.h -- how every form of published knowledge is said.
 *
 * A reader takes a document apart and tells what it names; this puts each value into its canonical
 * form, says it as a fact, counts what was refused and what is of kinds nothing matches, keeps
 * within what one input may say, and ends with the KNOWLEDGE fact that owns up to all of it.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_TEACH_H
#define HW_EVIDENCE_KNOWLEDGE_TEACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "evidence/evidence.h"
#include "evidence/knowledge/list.h"

struct hw_teach {
    struct hw_exam *x;
    struct hw_node *n;
    const char *form;     /* KNOWLEDGE's form word, static */
    const char *unit;     /* what an entry is called in words: "entry", "line"; static */
    struct hw_span title; /* of the document, borrowed; empty: none */
    int64_t published;    /* of the document; HW_TIME_NONE: not stated */
    uint64_t entries, refused, ignored; /* said; not understood; kept but nothing matches them */
    uint64_t bytes_said, refusals_said;
    bool full;      /* a limit of ours was reached: nothing more is said */
    uint8_t *words; /* of the entry being made; private to hw_teach_text() */
    size_t words_n;
};

/* One value a document names. Spans are borrowed, cut and cleaned here; empty ones are left out.
 * Times: HW_TIME_NONE when not stated. */
struct hw_taught {
    uint64_t line; /* place in the document, from 1: ties what belongs together */
    uint64_t off;
    enum hw_list_kind as; /* what the document calls it; HW_LIST_ANY: whatever it looks like */
    struct hw_span raw, label, source, id;
    const char *role; /* payload carrier bait shared-host context; NULL: by the value itself */
    int64_t from, until, published, revoked;
};
/* All times none, everything else empty. */
void hw_taught_init(struct hw_taught *v);

void hw_teach_init(struct hw_teach *t, struct hw_exam *x, struct hw_node *n, const char *form);
bool hw_teach_going(const struct hw_teach *t);
/* The document's text as a fact may carry it: valid UTF-8, no NUL, blanks around it cut, at most
 * `max` bytes. Lives until the next fact is said; empty when an entry's words are too many. */
struct hw_span hw_teach_text(struct hw_teach *t, struct hw_span s, size_t max);
/* The same into a field; an empty text leaves the field absent. */
void hw_teach_field(struct hw_teach *t, struct hw_fact *f, unsigned field, struct hw_span s,
                    size_t max);
/* A time into a field; HW_TIME_NONE leaves it absent. */
void hw_teach_when(struct hw_fact *f, unsigned field, int64_t ns);
/* Says one INDICATOR; refuses it with its place and reason when it is none. */
void hw_teach_indicator(struct hw_teach *t, const struct hw_taught *v);
/* Says a fact of another kind (STATEMENT, PATTERN), as one entry. */
void hw_teach_put(struct hw_teach *t, const struct hw_fact *f);
/* Counts an entry that could not be understood, and says it while not too many were. */
void hw_teach_refuse(struct hw_teach *t, uint64_t line, uint64_t off, struct hw_span part,
                     const char *why);
/* Says it only, for who counts by other things: `part` of the entry that lies at off, size. */
void hw_teach_complain(struct hw_teach *t, uint64_t line, uint64_t off, uint64_t size,
                       struct hw_span part, const char *why);
/* Says KNOWLEDGE, and the limit if one was reached. */
void hw_teach_done(struct hw_teach *t);

#endif
