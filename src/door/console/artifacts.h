/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/artifacts.h -- files judged for a list or a tree (inside of the room).
 */
#ifndef HW_DOOR_CONSOLE_ARTIFACTS_H
#define HW_DOOR_CONSOLE_ARTIFACTS_H

#include "ask/verify.h"
#include "door/console/room.h"

struct hw_judged { /* what verify answers of some files, to be found by their place */
    struct hw_answer *a;
    const struct hw_file_answer **p;
    size_t count;
};
/* No targets: an empty one. */
HW_CHECK int hw_judged_of(struct hw_case *c, const struct hw_target *targets, size_t count,
                          struct hw_judged *out, struct hw_error *err);
void hw_judged_done(struct hw_judged *j);
/* NULL: not judged. */
const struct hw_file_answer *hw_judged_get(const struct hw_judged *j, const uint8_t evidence[32],
                                           uint64_t node);
/* Its organisation; none where the scope is a name for its own evidence alone. */
struct hw_span hw_file_org(const struct hw_artifact_row *a);
/* What the index has of it: an artifact's line up to its judgement, with a comma behind. */
void hw_json_file(struct hw_buf *b, const struct hw_artifact_row *a);
/* "state", "component", "version", "signatures"; no comma behind. */
void hw_json_judged(struct hw_buf *b, const struct hw_file_answer *f);

struct hw_inside { /* how many lie in each artifact of the reading that was asked last */
    int64_t reading;
    uint32_t *p; /* the caller's to free */
    size_t count;
};
HW_CHECK int hw_inside_get(struct hw_case *c, struct hw_inside *m, int64_t reading, uint32_t node,
                           uint32_t *out, struct hw_error *err);

#endif
