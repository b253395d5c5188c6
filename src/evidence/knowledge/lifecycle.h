/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/lifecycle.h -- the inside of the lifecycle readers; docs/formats/lifecycle.md
 * is the document.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_LIFECYCLE_H
#define HW_EVIDENCE_KNOWLEDGE_LIFECYCLE_H

#include "evidence/knowledge/claim.h"
#include "evidence/knowledge/feed.h"

/* What has no date: nothing is said to have ended, or it has at a time nobody says. */
enum hw_ended { HW_ENDED_NOT, HW_ENDED_SOME_TIME, HW_ENDED_DATED };

struct hw_lifecycle {
    struct hw_teach *t;
    struct hw_claim claim;
    struct hw_buf below; /* the first version behind the line being said */
};

/* Sets the claim's versions to a release and all that go on from it: 3.8 is 3.8 up to, and not
 * including, 3.9. A name that is no number is that one version; an empty one is every version. */
void hw_lifecycle_line(struct hw_lifecycle *l, struct hw_span release);

/* vendor,product,version,ended. */
bool hw_lifecycle_is_csv(struct hw_span text, struct hw_span *out_rest);
void hw_lifecycle_csv(struct hw_lifecycle *l, struct hw_span rest, uint64_t base);

extern const struct hw_format hw_lifecycle_format;

#endif
