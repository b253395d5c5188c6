/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/id.h -- ids of entities and findings: digests, so that order, machine and re-scan do not
 * matter. docs/formats/ids.md has the bytes that are hashed, and test vectors.
 */
#ifndef HW_FACT_ID_H
#define HW_FACT_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"
#include "fact/entity.h"

enum {
    HW_ID_TEXT = 19, /* "e-" or "f-", 16 hex digits, NUL */
    HW_ID_BYTES = 8,
};

/* All fail only for want of memory (HW_E_MEMORY).
 *
 * scope: "" for kinds that need none (hw_entity_scoped() is false); else the organisation, or for
 * evidence without one hw_scope_of_evidence(). key: the kind's canonical key. */
HW_CHECK int hw_entity_id(enum hw_entity kind, struct hw_span scope, struct hw_span key,
                          char out[HW_ID_TEXT], struct hw_error *err);
/* The 8 bytes behind the same id. */
HW_CHECK int hw_entity_id_bytes(enum hw_entity kind, struct hw_span scope, struct hw_span key,
                                uint8_t out[HW_ID_BYTES], struct hw_error *err);
/* rule: the finding's word; subject: a whole entity id; discriminator: what tells two findings of
 * one rule on one subject apart (may be empty). */
HW_CHECK int hw_finding_id(const char *rule, const char *subject, struct hw_span discriminator,
                           char out[HW_ID_TEXT], struct hw_error *err);

/* Findings told together: by their organisation and the name of their first machine. */
HW_CHECK int hw_incident_id(struct hw_span org, struct hw_span machine, char out[HW_ID_TEXT],
                            struct hw_error *err);

/* The scope of evidence that was given no organisation: "evidence:" and its SHA-256 in hex. */
enum { HW_SCOPE_TEXT = 9 + 64 + 1 };
void hw_scope_of_evidence(const uint8_t sha256[32], char out[HW_SCOPE_TEXT]);

/* Shortcuts for the two kinds whose key is a hash: key is the 64 hex digits. */
HW_CHECK int hw_artifact_id(const uint8_t sha256[32], char out[HW_ID_TEXT], struct hw_error *err);
HW_CHECK int hw_certificate_id(const uint8_t sha256[32], char out[HW_ID_TEXT],
                               struct hw_error *err);

/* Could `text` be an id or a prefix of one: 'e', 'f' or 's', '-', 1 to 16 lower-case hex digits? */
bool hw_id_is(const char *text);

#endif
