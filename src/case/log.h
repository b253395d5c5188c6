/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/log.h -- the action log: every command, in a chain that shows when a link was changed.
 *
 * Append-only: triggers refuse changes, and each entry carries SHA-256 over the entry before and
 * its own canonical bytes (docs/formats/case.md). That shows tampering by whoever does not rewrite
 * the whole chain; note the head elsewhere (hw_case_log_head) to show that as well.
 */
#ifndef HW_CASE_LOG_H
#define HW_CASE_LOG_H

#include "case/cursor.h"

struct hw_action {
    int64_t at_ns;
    const char *who;     /* the user, as the caller knows it */
    const char *version; /* of the program */
    const char *command; /* verify, add ... */
    struct hw_span args; /* argv, each ended by a NUL */
    const char *policy;  /* "" when none */
    int64_t as_of_ns;    /* INT64_MIN: the command has none */
};

/* In a transaction of its own, at once, also on a case opened for HW_CASE_READ. HW_E_STATE: the
 * case is read-only, held, or a batch is open. HW_E_BUSY: a writer did not pause within ten
 * seconds. */
HW_CHECK int hw_case_log_append(struct hw_case *c, const struct hw_action *a, struct hw_error *err);

struct hw_action_row {
    uint64_t n; /* from 1, without holes */
    struct hw_action action;
    uint8_t hash[32];
    bool sound; /* its hash follows from its bytes and the entry before */
};
/* Oldest first. */
HW_CHECK int hw_case_log(struct hw_case *c, struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_action_next(struct hw_cursor *k, struct hw_action_row *out, struct hw_error *err);
/* Number and hash of the last entry; 0 and zeros for an empty log. */
HW_CHECK int hw_case_log_head(struct hw_case *c, uint64_t *out_n, uint8_t out_hash[32],
                              struct hw_error *err);
/* Recomputes the chain. *out_broken: the first entry that does not follow,
 * counted from 1; 0 for none. */
HW_CHECK int hw_case_log_verify(struct hw_case *c, uint64_t *out_count, uint64_t *out_broken,
                                struct hw_error *err);

#endif
