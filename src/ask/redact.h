/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/redact.h -- names out of a report, before any tongue tells it.
 *
 * Names are collected from the fields of the answers that hold them, then taken out of every text
 * of every answer, so that no tongue can forget one. A name becomes its class and the first 48 bits
 * of HMAC-SHA-256 (RFC 2104) over class and name: the same in every report under one key, and
 * nobody without the key can try names on it. docs/formats/redact.md says what is not hidden by
 * that.
 */
#ifndef HW_ASK_REDACT_H
#define HW_ASK_REDACT_H

#include "ask/answer_report.h"

enum hw_redact_class {
    HW_REDACT_TEXT, /* no name by itself; names in it are replaced */
    HW_REDACT_HOST,
    HW_REDACT_ACCOUNT,
    HW_REDACT_ORG,
    HW_REDACT_PATH_USER, /* the part of a path that is somebody's name */
    HW_REDACT_ADDRESS,   /* addresses of private networks */
    HW_REDACT_WORD,      /* words that the policy lists */
    HW_REDACT_CLASSES
};
enum { HW_REDACT_KEY_BYTES = 32 };

struct hw_redact_policy {
    bool on[HW_REDACT_CLASSES];
    struct hw_redact_word {
        struct hw_redact_word *next;
        struct hw_span text;
    } * words, *clear; /* clear: names that stay, whatever class they are of */
    int64_t times_ns;  /* times are told to this unit only; 0: as they are */
};
/* One class a line: host, account, org, path-user-part, address-private; or "word TEXT", "clear
 * NAME", "times day|hour|minute|second". HW_E_USAGE names the line that is none. */
HW_CHECK int hw_redact_policy_read(struct hw_span text, struct hw_arena *arena,
                                   struct hw_redact_policy *out, struct hw_error *err);

/* Replaces names in all texts of the report, and makes its times coarser. Run once over an
 * answer. */
HW_CHECK int hw_redact(struct hw_report_answer *a, const struct hw_redact_policy *policy,
                       const uint8_t key[HW_REDACT_KEY_BYTES], struct hw_error *err);

/* The pseudonym of a name, "host-0123456789ab": prefix and the code of class and name. */
enum { HW_REDACT_TEXT_BYTES = 32 };
HW_CHECK int hw_redact_name(const char *prefix, struct hw_span name,
                            const uint8_t key[HW_REDACT_KEY_BYTES], char out[HW_REDACT_TEXT_BYTES],
                            struct hw_error *err);

/* ---- for its own use (ask/redact_walk.c) ---- */

/* Each text of the report once or more; `visit` may put another in its place. */
typedef int hw_redact_visit(void *state, enum hw_redact_class as, struct hw_span *text);
HW_CHECK int hw_redact_walk(struct hw_report_answer *a, hw_redact_visit *visit, void *state);
/* Moments become the beginning of their unit, intervals its beginning and its end
 * (ask/redact_times.c). 0: nothing is done. */
void hw_redact_times(struct hw_report_answer *a, int64_t unit_ns);

#endif
