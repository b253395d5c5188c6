/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/wording.h -- words for probabilities, and the judge of reports' sentences.
 *
 * The words and their bounds are those of ICD 203 (Office of the Director of National
 * Intelligence, Analytic Standards, 2 January 2015): two rows of synonyms that a report does not
 * mix, and no confidence level in the sentence that has a likelihood. A bound belongs to the word
 * above it: 55 is "likely", 80 is "very likely". 0 and 100 have no word.
 */
#ifndef HW_ASK_WORDING_H
#define HW_ASK_WORDING_H

#include "ask/answer.h"

/* NULL below 1 and above 99. */
const struct hw_likelihood *hw_likelihood_of(unsigned percent);

enum hw_wording_fault {
    HW_WORDING_BOTH,            /* a likelihood and a confidence level in one sentence */
    HW_WORDING_ROWS,            /* words of both rows in one report */
    HW_WORDING_CERTAIN,         /* certainty, 0 % or 100 % where something is judged */
    HW_WORDING_NUMBER,          /* a percentage that is not what the word beside it means */
    HW_WORDING_NO_CONFIDENCE,   /* a likelihood, and nowhere how good the evidence is */
    HW_WORDING_NO_BASIS,        /* a judgement without what it stands on */
    HW_WORDING_NO_ALTERNATIVES, /* no alternatives considered, or an empty section */
    HW_WORDING_NO_CHANGE,       /* nothing that would change the judgement */
    HW_WORDING_NO_GAPS,         /* nothing that is not known */
    HW_WORDING_FAULT_COUNT
};
const char *hw_wording_word(enum hw_wording_fault f); /* "likelihood-with-confidence" ... */
const char *hw_wording_says(enum hw_wording_fault f); /* what to do instead */

struct hw_wording {
    enum hw_wording_fault fault;
    uint64_t line;           /* from 1: where the sentence begins; 0: of the whole report */
    struct hw_span sentence; /* borrowed from the text; empty: of the whole report */
};
typedef int hw_wording_each(void *state, const struct hw_wording *w);
/* Every fault of a report in plain text or Markdown. What stands in double quotes is another's and
 * is left alone. A text without a likelihood needs no sections. Stops and returns what `each`
 * returns when that is not 0. */
HW_CHECK int hw_wording_check(struct hw_span text, hw_wording_each *each, void *state);

/* ---- for its own use: sentences (ask/wording_sentence.c) ---- */

struct hw_sentences { /* all zero but the text */
    struct hw_span text;
    size_t at;
    uint64_t line;   /* of `counted` */
    size_t counted;  /* newlines are counted up to here */
    size_t curly_at; /* the next closing curly quote at or behind curly_from */
    size_t curly_from;
};
/* The next sentence with the line it begins on; false at the end. Line breaks do not end one; blank
 * lines, headings, list items, table rows and labels ("Basis:") begin one. */
HW_CHECK bool hw_sentence_next(struct hw_sentences *s, struct hw_span *out, uint64_t *out_line);
/* Behind what is quoted from here on; 0: nothing is. */
size_t hw_sentence_quote(struct hw_sentences *s, size_t at);

#endif
