/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/estate.h -- what a person declares of organisations, hosts and releases.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_ESTATE_H
#define HW_EVIDENCE_KNOWLEDGE_ESTATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evidence/evidence.h"

extern const struct hw_format hw_estate_format;

/* ---- where things stand (estate_text.c) ---- */

/* jansson keeps no places. So the text is walked beside its tree: every step here has its step
 * there. The walk knows strings, brackets and commas only; jansson has judged the rest. */
struct hw_estate_place {
    uint64_t off, line; /* line: 1-based */
};
struct hw_estate_text {
    struct hw_reader r;
    uint64_t line;
};
void hw_estate_text_init(struct hw_estate_text *t, struct hw_span text, struct hw_budget *fuel);
/* Into an object or array. */
HW_CHECK bool hw_estate_text_enter(struct hw_estate_text *t, char bracket);
/* To the next element or member; false behind the closing bracket, or when the text is none. */
HW_CHECK bool hw_estate_text_next(struct hw_estate_text *t, struct hw_estate_place *out);
/* A member's key as it is written, and its colon. */
HW_CHECK bool hw_estate_text_key(struct hw_estate_text *t, struct hw_span *out);
/* Over one value, whatever it is; *out, when not NULL, is how it is written. */
HW_CHECK bool hw_estate_text_skip(struct hw_estate_text *t, struct hw_span *out);

/* ---- what may be declared (estate_lists.c) ---- */

enum hw_estate_kind {
    HW_ESTATE_TEXT,
    HW_ESTATE_TIME,
    HW_ESTATE_ADDRESS,
    HW_ESTATE_NETWORK,
    HW_ESTATE_SHA256,
    HW_ESTATE_NUMBER,
    HW_ESTATE_TRUTH,
    HW_ESTATE_WORD,  /* of a list; another one is told and kept */
    HW_ESTATE_WORDS, /* the same, several */
    HW_ESTATE_TEXTS, /* several texts, joined with "," */
    HW_ESTATE_LIST,  /* objects, each a record of its own */
    HW_ESTATE_EACH,  /* texts, each a record of its own: its list's first field */
};

enum { HW_ESTATE_VALUES = 12 };

struct hw_estate_list;
struct hw_estate_field {
    const char *name; /* NULL ends a table */
    enum hw_estate_kind kind;
    bool must;
    const char *const *words;          /* of WORD and WORDS, NULL at the end */
    const struct hw_estate_list *list; /* of LIST and EACH */
};

struct hw_estate_list {
    const char *key, *log; /* the member's name; the records' log and event */
    struct {
        const char *name, *from; /* the record's name, and the parent's member it repeats */
    } own[3];
    const struct hw_estate_field *fields;
    const char *time;  /* which field is the time of the record; NULL: none */
    const char *needs; /* at least one of these two must be there; NULL: nothing more */
    const char *or_needs;
};

/* What others said (estate_said.c). */
extern const struct hw_estate_list hw_estate_sources, hw_estate_claims, hw_estate_questions,
    hw_estate_counts, hw_estate_links, hw_estate_captures;
extern const struct hw_estate_list *const hw_estate_lists[]; /* all; NULL at the end */
const struct hw_estate_field *hw_estate_field_find(const struct hw_estate_list *list,
                                                   const char *name);

/* One simple value: its text is appended to `out`. NULL, or what was expected instead. *out_odd is
 * set when it is kept though no word of the list is it; *out_time when it is a time. */
const char *hw_estate_value(const struct hw_estate_field *f, const json_t *v, struct hw_buf *out,
                            bool *out_odd, int64_t *out_time);

#endif
