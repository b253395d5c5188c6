/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/unseen.h -- how many victims nobody has seen, from the lists of several observers.
 *
 * What two observers both saw says how much either of them misses (capture and recapture). The
 * arithmetic is easy and its conditions are hard: lists that copy each other make the unseen
 * vanish, lists that avoid each other make them without number. So the checks come first, each of
 * them computed or declared, and one that refuses silences every estimate. What is given then is
 * worded as "at least": no check can see victims that are harder to see than others.
 *
 * Plain arrays in, one answer in the caller's arena out; no case, clock, file or network.
 */
#ifndef HW_ASK_UNSEEN_H
#define HW_ASK_UNSEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reader.h"

enum {
    HW_UNSEEN_LISTS = 32,              /* lists of one question, at most */
    HW_UNSEEN_ITEMS = 2 * 1024 * 1024, /* items of all of them */
    HW_UNSEEN_COPIES_SAID = 64,        /* observers that one list is declared to copy */
    HW_UNSEEN_FITTED = 8,              /* lists that log-linear models are fitted to, at most */
    HW_UNSEEN_SHARED = 7,              /* shared items below which nothing is estimated */
    HW_UNSEEN_COPY_PERCENT = 90,       /* of the smaller list: with more in common it is a copy */
    HW_UNSEEN_AVOID_PERCENT = 5,       /* with less in common they are no samples of one whole */
};

/* ---- what is asked ---- */

struct hw_capture_item {
    struct hw_span item;
    int64_t at; /* when this observer published it; HW_TIME_NONE: not known */
};

enum hw_population { HW_POPULATION_UNSTATED, HW_POPULATION_CLOSED, HW_POPULATION_OPEN };
enum hw_capture_key { HW_KEY_UNSTATED, HW_KEY_IDENTITY, HW_KEY_WEAKER };

/* What one observer saw. Spans are borrowed; empty: not stated. */
struct hw_capture {
    struct hw_span observer;
    struct hw_span unit;           /* what is counted: "client", "server", "package" */
    struct hw_span of;             /* the population: "poisoned packages of that worm" */
    struct hw_span within;         /* a larger population that `of` is stated to be a part of */
    enum hw_population population; /* did members come or go while the observers looked? */
    enum hw_capture_key key;       /* do equal items mean one victim, and others another? */
    const struct hw_span *copies;  /* observers that it is declared to copy */
    size_t copy_count;
    const struct hw_capture_item *items;
    size_t item_count;
    uint64_t stated; /* how many it says it saw, where it does not say which; 0: not stated */
};

struct hw_unseen_ask {
    const struct hw_capture *captures;
    size_t count;
    bool independent; /* somebody declares that no observer looked where another one pointed */
    uint64_t at_most; /* how many there can be at all: a registry's size; 0: not known */
};

/* ---- what is answered ---- */

/* In the order in which they are made. */
enum hw_unseen_check {
    HW_UNSEEN_UNITS,
    HW_UNSEEN_POPULATIONS,
    HW_UNSEEN_KEYS,
    HW_UNSEEN_OPEN,
    HW_UNSEEN_COPIES,
    HW_UNSEEN_CONTAINED,
    HW_UNSEEN_LAG,
    HW_UNSEEN_NO_LISTS,
    HW_UNSEEN_OVERLAP,
    HW_UNSEEN_AVOIDED,
    HW_UNSEEN_INDEPENDENCE,
    HW_UNSEEN_UNFITTED,
    HW_UNSEEN_CHECK_COUNT
};
/* "units", "populations", "keys", "open", "copies", "contained", "lag", "no-lists", "overlap",
 * "avoided", "independence", "unfitted". */
const char *hw_unseen_check_word(enum hw_unseen_check c);

struct hw_unseen_refusal {
    struct hw_unseen_refusal *next;
    enum hw_unseen_check check;
    struct hw_span says, lifts; /* why, with the numbers; and what would lift it */
};

/* What is worth knowing and refuses nothing: what could not be checked, what fits badly. */
struct hw_unseen_note {
    struct hw_unseen_note *next;
    struct hw_span says;
};

struct hw_unseen_list {
    struct hw_span observer, unit, of; /* borrowed from the question */
    uint64_t count;                    /* different items; or the number stated, where no item is */
    bool listed;                       /* it says which */
};

struct hw_unseen_pair {
    unsigned a, b; /* lists, by their place; a < b */
    uint64_t shared;
    double contained;                 /* share of the smaller list that the larger one has, too */
    uint64_t dated, a_first, b_first; /* shared items with both times; who had how many first */
};

/* N, with 95 of 100 such intervals holding the truth where all assumptions hold. */
struct hw_unseen_number {
    double n, f0, var; /* f0: unseen; var: variance of f0 */
    double lo, hi;
};

enum hw_unseen_method { HW_UNSEEN_CHAPMAN, HW_UNSEEN_CHAO2, HW_UNSEEN_LOGLINEAR };
const char *hw_unseen_method_word(enum hw_unseen_method m); /* "chapman" "chao2" "log-linear" */

struct hw_unseen_estimate {
    enum hw_unseen_method method;
    struct hw_unseen_number number;
    struct hw_span says;        /* the result as a sentence that claims no more than it may */
    struct hw_span model;       /* log-linear: which lists depend on each other, as fitted */
    const char *const *assumes; /* sentences, NULL at the end; static */
};

struct hw_unseen_answer {
    struct hw_unseen_list *lists; /* as asked, in that order */
    size_t list_count;
    struct hw_unseen_pair *pairs; /* (0,1) (0,2) ... (1,2) ...; of units alike and listed ones */
    size_t pair_count;
    bool alike;           /* all lists count the same unit */
    uint64_t seen;        /* by anyone, each once: S; 0 when units differ */
    uint64_t once, twice; /* of those, on one list, on two */
    uint64_t at_least; /* what may be claimed without any estimate: S; the largest list where items
                          are not identities; 0: nothing, units or populations differ */
    struct hw_unseen_refusal *refusals;
    struct hw_unseen_note *notes;
    struct hw_unseen_estimate estimates[2]; /* none where anything refuses */
    size_t estimate_count;
};

/* HW_E_USAGE: nothing asked; HW_E_LIMIT: more lists, items or copies than above. Memory beyond the
 * answer's is taken from the arena, too: about 40 bytes for an item. */
HW_CHECK int hw_unseen_ask(const struct hw_unseen_ask *ask, struct hw_arena *arena,
                           struct hw_unseen_answer **out, struct hw_error *err);

/* ---- the formulas, without any check ---- */

/* The interval of f0 unseen with that variance, above `seen`. False when a number is none. */
HW_CHECK bool hw_unseen_interval(double seen, double f0, double var, struct hw_unseen_number *out);
/* Two lists of n1 and n2 with m in common. False when m is larger than a list. */
HW_CHECK bool hw_unseen_chapman(uint64_t n1, uint64_t n2, uint64_t m, struct hw_unseen_number *out);
/* From how many were seen once and twice; a lower bound where some are harder to see. */
HW_CHECK bool hw_unseen_chao2(unsigned lists, uint64_t seen, uint64_t once, uint64_t twice,
                              struct hw_unseen_number *out);

/* A log-linear model with all main effects and the two-way interactions that AIC chose: out of all
 * subsets but the whole for three and four lists, one by one for more. */
struct hw_unseen_model {
    struct hw_unseen_number number;
    uint32_t with, negative;  /* bits of pairs, in the order of pairs above: which of them are in
                                the model, and which of those overlap less than by chance */
    double aic;               /* without the constant that all models share */
    unsigned tried, singular; /* models; and those that the counts cannot tell from others */
};
/* cells[mask]: how many are on exactly the lists of the mask, bit 0 the first; cells[0] is not
 * read. 3 to HW_UNSEEN_FITTED lists. False when no model can be fitted: out->singular says of how
 * many that was so. */
HW_CHECK bool hw_unseen_loglinear(unsigned lists, const uint64_t *cells,
                                  struct hw_unseen_model *out);

#endif
