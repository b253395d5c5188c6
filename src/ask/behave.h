/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave.h -- who behaves so: groups ranked by the techniques and software that a question and
 * published claims have in common, with a probability that is calibrated, or a refusal.
 *
 * Mathematics over plain claims. It knows no case, no clock and no file, so that tests and
 * `./dev bench attribution` ask the very code that answers. ask/behave_case.h fills it from a case.
 *
 * A profile is what publishers claim that one group uses. Claims stand on sources: what only the
 * question's own sources say proves nothing and is left out, and so is what was not surely
 * published by the moment that is asked about. Nothing here knows a country, or that two groups are
 * one.
 *
 * The probability answers "is the first one the group?", with the chance in it that the true group
 * has no profile. It is calibrated on published reports, one left out at a time
 * (ask/behave_calibrated.c has the table); below HW_BEHAVE_SPEAK nobody is named.
 */
#ifndef HW_ASK_BEHAVE_H
#define HW_ASK_BEHAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reader.h"

#define HW_BEHAVE_SPEAK .55 /* stated probability from which a group is named: "likely" */
#define HW_BEHAVE_SURE .80  /* from here on: "very likely" */
enum {
    HW_BEHAVE_THIN = 5,       /* features of a question that any group has, at least */
    HW_BEHAVE_GROUPS = 20000, /* limits: beyond, adding is refused (HW_E_LIMIT) */
    HW_BEHAVE_FEATURES = 200000,
    HW_BEHAVE_CLAIMS = 4000000,
    HW_BEHAVE_ASKED = 4096, /* different features of one question that are looked at */
};

struct hw_behave; /* groups, features, claims and their sources */

/* One claim: a group uses a technique or a piece of software. Spans are copied. */
struct hw_behave_claim {
    struct hw_span group;   /* publisher's id: G0032 */
    struct hw_span by;      /* campaign of the group that it was said of: C0057; empty: the group */
    struct hw_span feature; /* publisher's id: T1566.002, S0154 */
    bool software;          /* malware or tool, else a technique */
    struct hw_span cites;   /* names of what it stands on, '\n' between them; may be empty */
    int64_t published; /* when the first of these was surely published; HW_TIME_NONE: unknown */
};

/* ceiling_bytes: of everything added. */
HW_CHECK int hw_behave_new(size_t ceiling_bytes, struct hw_behave **out, struct hw_error *err);
void hw_behave_free(struct hw_behave *b); /* NULL is silence */
HW_AUTO_DEFINE(hw_behave);

/* Several claims of one group and feature are one feature, which stands on all their sources.
 * HW_E_USAGE: no group or no feature. The order in which claims come changes no answer. */
HW_CHECK int hw_behave_add(struct hw_behave *b, const struct hw_behave_claim *claim,
                           struct hw_error *err);
/* When a source was surely published; claims that cite it alone say so by themselves. The earliest
 * that is said stands. */
HW_CHECK int hw_behave_date(struct hw_behave *b, struct hw_span source, int64_t published,
                            struct hw_error *err);
/* Sorts what was added, which else the next question does. */
HW_CHECK int hw_behave_settle(struct hw_behave *b, struct hw_error *err);

struct hw_behave_query {
    const struct hw_span *features; /* publisher's ids; repeated and unknown ones are harmless */
    size_t feature_count;
    const struct hw_span *sources; /* that the question stands on: they prove nothing here */
    size_t source_count;
    struct hw_span campaign; /* claims made of this campaign are left out; or empty */
    struct hw_span without;  /* a group that is taken for absent (for calibration); or empty */
    int64_t as_of;           /* only what was surely published before; HW_TIME_NONE: all */
    bool techniques_only;
};

/* A feature that the question and a candidate have in common. */
struct hw_behave_shared {
    struct hw_span feature;
    bool software;
    unsigned groups;  /* how many groups have it, this one among them: its rarity */
    unsigned sources; /* how many say so of this group; 1 where none is named */
    double weight;    /* what it adds: rare ones, and those that several sources report, more */
};

struct hw_behave_candidate {
    struct hw_span group;
    double z;          /* standard deviations above what popularity alone would share */
    double log_odds;   /* sum of ln(chance in this profile / chance by popularity) */
    unsigned features; /* of its profile, as far as it may be used */
    unsigned tools;    /* shared software */
    struct hw_behave_shared *shared; /* rarest first, then by id */
    size_t shared_count;
};

enum hw_behave_verdict {
    HW_BEHAVE_NAMED,      /* the first candidate, with its probability */
    HW_BEHAVE_THIN_QUERY, /* fewer than HW_BEHAVE_THIN features that any profile has */
    HW_BEHAVE_NO_PROFILE, /* no profile is left to compare with */
    HW_BEHAVE_UNSURE,     /* the first candidate's probability is below HW_BEHAVE_SPEAK */
    HW_BEHAVE_VERDICT_COUNT
};
/* For people: why nobody is named. Static; "" for HW_BEHAVE_NAMED. */
const char *hw_behave_reason(enum hw_behave_verdict v);

/* The five numbers that the probability is made of, in their units there. */
enum {
    HW_BEHAVE_Z,
    HW_BEHAVE_MARGIN, /* z less the second's */
    HW_BEHAVE_TOOLS,  /* shared software, ln(1 + n) */
    HW_BEHAVE_RAREST, /* -ln of the share of groups that have the rarest shared software; 0: none */
    HW_BEHAVE_SHARED, /* shared features, ln(1 + n) */
    HW_BEHAVE_INPUTS
};

struct hw_behave_result {
    enum hw_behave_verdict verdict;
    double
        probability; /* that the first candidate is the group; 0 without one. Never 0 or 1 else */
    double input[HW_BEHAVE_INPUTS];
    struct hw_behave_candidate *candidates; /* best first; equal ones by id */
    size_t candidate_count;                 /* all that have a profile left */
    unsigned asked;                         /* different features of the question */
    unsigned known;                         /* of these, held by some profile that may be used */
    unsigned groups;                        /* profiles compared */
    size_t left_out; /* claims of these groups left out for their sources or dates */
};
/* Everything of the result lives in `arena`; features and groups borrow from b. */
HW_CHECK int hw_behave_ask(struct hw_behave *b, const struct hw_behave_query *q,
                           struct hw_arena *arena, struct hw_behave_result *out,
                           struct hw_error *err);

/* The calibrated probability of these five numbers (ask/behave_calibrated.c). */
double hw_behave_probability(const double input[HW_BEHAVE_INPUTS]);
/* What stands behind it: of questions whose stated probability lay in a band, how many were right.
 * Made with coefficients that had not seen the question's group. */
struct hw_behave_band {
    double from, to, stated, right; /* mean of what was stated; share that was right */
    unsigned count;
};
const struct hw_behave_band *hw_behave_bands(size_t *out_count);

#endif
