/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/signing.h -- between the chapters of the reader of signing logs.
 */
#ifndef HW_EVIDENCE_TELEMETRY_SIGNING_H
#define HW_EVIDENCE_TELEMETRY_SIGNING_H

#include "evidence/records.h"

extern const struct hw_format hw_format_signing;

/* What a name of a signing log stands for; the words are those of the added names. */
enum hw_sign_role {
    HW_SIGN_NONE,
    HW_SIGN_TIME,
    HW_SIGN_KEY,
    HW_SIGN_CERT,
    HW_SIGN_HASH,
    HW_SIGN_PATH,
    HW_SIGN_USER,
    HW_SIGN_IP,
    HW_SIGN_ACTION,
    HW_SIGN_RESULT,
    HW_SIGN_ROLES
};
/* By the name alone, letters' case and punctuation aside; of a dotted name its last part counts
 * when the whole is not known. */
enum hw_sign_role hw_sign_role_of(struct hw_span name);

/* One record's values by role, borrowed. */
struct hw_sign_said {
    struct hw_span by[HW_SIGN_ROLES];
};
/* Does a log of no known vendor have what makes it one? */
bool hw_sign_enough(const bool has[HW_SIGN_ROLES]);
/* The same of a record's values, with a time that is one, and the word itself. */
bool hw_sign_generic(const struct hw_sign_said *s, bool word);
/* Does this value of an action say that something was, or should be, signed? */
bool hw_sign_is_signing(struct hw_span action);
/* Does this result say that it went wrong? */
bool hw_sign_has_failed(struct hw_span result);
/* Does the name hold the word itself: signedAt, signing_key, codesign ...? */
bool hw_sign_word(struct hw_span name);
/* The time as such logs write it. */
bool hw_sign_time(struct hw_span s, struct hw_record *out);

/* signing_json.c, signing_csv.c, signing_tool.c: bits of a bid, and the reading. */
unsigned hw_sign_json_probe(struct hw_span bytes, struct hw_budget *fuel);
void hw_sign_json_examine(struct hw_exam *x, struct hw_node *n);
unsigned hw_sign_csv_probe(struct hw_span bytes, struct hw_budget *fuel);
void hw_sign_csv_examine(struct hw_exam *x, struct hw_node *n);
unsigned hw_sign_tool_probe(struct hw_span bytes, struct hw_budget *fuel);
void hw_sign_tool_examine(struct hw_exam *x, struct hw_node *n);

#endif
