/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave_case.h -- profiles of groups out of what a case was taught (BEHAVIOUR facts), for
 * ask/behave.h.
 *
 * One publisher's names are never taken for another's: profiles are made of the claims of one
 * publisher, the one that the case holds most claims of (or that was asked for). What is claimed of
 * a campaign counts for the groups that the same publisher attributes it to, and no name joins two
 * groups.
 */
#ifndef HW_ASK_BEHAVE_CASE_H
#define HW_ASK_BEHAVE_CASE_H

#include "ask/behave.h"
#include "case/cursor.h"

struct hw_behave_case;

struct hw_behave_publisher {
    struct hw_span name; /* SOURCE of the claims: "The MITRE Corporation" */
    size_t uses;         /* claims of it that profiles can be made of */
};

/* Reads the case. publisher: whose claims; empty: whose claims are the most. */
HW_CHECK int hw_behave_case_new(struct hw_case *c, struct hw_span publisher,
                                struct hw_behave_case **out, struct hw_error *err);
void hw_behave_case_free(struct hw_behave_case *k);
HW_AUTO_DEFINE(hw_behave_case);

struct hw_behave *hw_behave_case_claims(struct hw_behave_case *k);
/* All publishers whose claims the case has, most first; *out_used: whose the profiles are. */
const struct hw_behave_publisher *hw_behave_case_publishers(const struct hw_behave_case *k,
                                                            size_t *out_count, size_t *out_used);
/* What the publisher calls a group, campaign, technique or software of this id; empty: nothing. */
struct hw_span hw_behave_case_name(const struct hw_behave_case *k, struct hw_span id);

/* A question out of the case: what a campaign or a group that the publisher knows is said to use,
 * with the sources of these claims, and its own claims left out. By id ("C0057") or by name, of
 * which letters' case does not matter; a name that two things have is HW_E_USAGE, one that nothing
 * has HW_E_MISSING. Spans borrow from k and the arena. The groups that the publisher attributes a
 * campaign to are *out_said (ids with ", " between them; empty: none), to be shown beside the
 * answer, never used for it. Asked about a group, it is itself no candidate. */
HW_CHECK int hw_behave_case_target(const struct hw_behave_case *k, struct hw_span target,
                                   struct hw_arena *arena, struct hw_behave_query *out,
                                   struct hw_span *out_id, struct hw_span *out_said,
                                   struct hw_error *err);
/* A question of plain ids, as findings give them; what is no id of a technique or of software here
 * is left out, and counted. */
HW_CHECK int hw_behave_case_features(const struct hw_behave_case *k, const struct hw_span *ids,
                                     size_t count, struct hw_arena *arena,
                                     struct hw_behave_query *out, size_t *out_unknown,
                                     struct hw_error *err);

#endif
