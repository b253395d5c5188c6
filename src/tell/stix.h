/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/stix.h -- the parts of a report as STIX 2.1 (inside of the room): report_stix.c opens and
 * closes it, stix_seen.c has what was looked for and met, stix_chain.c who is hit and how it came,
 * stix_says.c what others said and what was judged.
 */
#ifndef HW_TELL_STIX_H
#define HW_TELL_STIX_H

#include "tell/bundle.h"

/* How much of each an export holds: so many objects stay below five megabytes. */
enum {
    HW_STIX_INDICATORS = 700,
    HW_STIX_FINDINGS = 700,
    HW_STIX_STEPS = 700,
    HW_STIX_MACHINES = 2000,
    HW_STIX_CLAIMS = 300,
    HW_STIX_LINES = 100, /* counts, refusals, incidents, gaps */
};

struct stix {
    struct hw_bundle x;
    struct hw_buf says; /* the text of the note under way */
    struct hw_buf left; /* what was left out */
    char report[HW_STIX_ID];
};

void stix_indicators(struct stix *s);
void stix_findings(struct stix *s);
void stix_incidents(struct stix *s);
void stix_chain(struct stix *s);
void stix_machines(struct stix *s);
void stix_held(struct stix *s);
void stix_claims(struct stix *s);
void stix_judgements(struct stix *s);
void stix_numbers(struct stix *s);
void stix_unknown(struct stix *s);

/* Of what this report adds to an object: opens the extension, which stix_end() closes. */
void stix_extend(struct stix *s);
void stix_extend_end(struct stix *s);
/* Opens a note of s->says; its object_refs are `refs`, or the report where that is NULL. What is
 * due behind it: stix_extend ..., hw_bundle_close(). False: it was written before. */
HW_CHECK bool stix_note(struct stix *s, const char *abstract, const char *kind, struct hw_span name,
                        const struct hw_buf *refs);
/* An opinion (STIX 2.1, 4.14) about one object. */
void stix_opinion(struct stix *s, const char *about, const char *opinion, struct hw_span because);
/* N of `what` are left out beyond `most`. */
void stix_left(struct stix *s, uint64_t n, uint64_t most, const char *what);
/* Adds "id" to a list of references. */
void stix_ref(struct hw_buf *refs, const char *id);

#endif
