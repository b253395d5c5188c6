/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/attribution.h -- the benchmark of attribution by behaviour: what its chapters share.
 *
 * ATT&CK's claims of who uses what (the compact form of the corpus: one JSON object a line), from
 * which one report or one campaign is held back at a time and asked about.
 */
#ifndef HW_BENCH_ATTRIBUTION_H
#define HW_BENCH_ATTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ask/behave.h"

enum {
    IN_REPORT = 8,      /* features that a report must have to be asked about */
    LEFT = 1,           /* features that its group's profile must keep without it */
    FOLDS = 5,          /* split by group */
    FREEZE = 2023 * 12, /* months: what is older trained the shipped constants */
    NO_DATE = -1
};

/* ---- the corpus ---- */

struct edge { /* numbers of things and of sources */
    uint32_t from, to;
    uint32_t cites, cite_count;
};

struct corpus {
    struct hw_arena *arena;
    struct hw_span *ids;     /* of everything: groups, campaigns, software, techniques; sorted */
    char *kinds;             /* 'g', 'c', 's' or 't' */
    uint32_t (*group_of)[2]; /* of a campaign, else UINT32_MAX; one is attributed to two */
    size_t id_count;
    struct hw_span *sources; /* sorted */
    int *months;             /* of a source, from year 0; NO_DATE */
    size_t source_count;
    struct edge *edges; /* "uses", of groups and campaigns */
    size_t edge_count;
    uint32_t *cited;
};
/* False: said on stderr why. */
bool corpus_read(const char *path, struct corpus *out);
/* All claims, ready to be asked; NULL: memory is out. */
struct hw_behave *corpus_claims(const struct corpus *c);
uint32_t corpus_number(const struct corpus *c, const char *id);
bool corpus_cites(const struct corpus *c, const struct edge *e, uint32_t source);
/* The first moment of a month, and the last. */
int64_t month_begins(int month);
int64_t month_ends(int month);

/* ---- what is asked ---- */

struct question {
    uint32_t group, also; /* a campaign's other group, else UINT32_MAX */
    uint32_t source;      /* the report's; of a campaign: its number instead of a source */
    int month;            /* of the report, or of a campaign's first source; NO_DATE */
    bool is_campaign;
    struct hw_span *features, *sources;
    size_t feature_count, source_count;
};
/* Every report that is asked about, group by group. */
size_t questions_of_reports(const struct corpus *c, struct question **out);
size_t questions_of_campaigns(const struct corpus *c, struct question **out);

/* ---- answers ---- */

struct run { /* one question, asked once */
    uint32_t group;
    int month;
    bool present; /* the true group was among the profiles, or could have been */
    bool right, any;
    int fold;
    unsigned rank; /* of the true group; 0: it had no profile */
    double input[HW_BEHAVE_INPUTS];
    double p;       /* stated by the model in question */
    char first[24]; /* the candidate named first */
};
struct ranking { /* of many questions */
    unsigned n, first, three, ten;
    double reciprocal;
};
void ranking_add(struct ranking *r, unsigned rank);
bool ask_engine(const struct corpus *c, struct hw_behave *b, const struct question *q,
                const struct hw_behave_query *how, struct run *out);
/* The plain methods, for comparison: Jaccard, TF-IDF, log-odds, z of -ln(e). */
enum { PLAIN_JACCARD, PLAIN_TFIDF, PLAIN_ODDS, PLAIN_Z, PLAIN_COUNT };
void ask_plainly(const struct corpus *c, const struct question *q, bool as_of, bool techniques_only,
                 unsigned ranks[PLAIN_COUNT]);

/* ---- probabilities ---- */

struct model {
    double intercept, input[HW_BEHAVE_INPUTS];
};
struct model model_fit(const struct run *runs, size_t count, int fold, int before);
double model_says(const struct model *m, const double input[HW_BEHAVE_INPUTS]);
struct band {
    double from, to, stated, right;
    unsigned count;
};
enum { BANDS = 7 };
struct reliability {
    unsigned asked, known, answered, right; /* true group present; at the threshold */
    unsigned absent, wrong;                 /* removed */
    double error, brier;
    struct band bands[BANDS];
};
/* Of the runs whose month is in [from, to). */
void measure(const struct run *runs, size_t count, double threshold, int from, int to,
             struct reliability *out);

#endif
