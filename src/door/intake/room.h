/* SPDX-License-Identifier: Apache-2.0 */
/* door/intake/room.h -- what the files of intake/ share among themselves. */
#ifndef HW_DOOR_INTAKE_ROOM_H
#define HW_DOOR_INTAKE_ROOM_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "case/cursor.h"
#include "door/intake/broker.h"
#include "door/intake/intake.h"

struct flight;

struct intake {
    const struct hw_intake_options *o;
    struct hw_intake_report *r;
    struct hw_broker *broker; /* started with the first file that needs it */
    struct hw_digests *digests;
    struct flight *flying;
    struct hw_error *err;
    struct hw_buf rules; /* of the case, for the worker */
    struct hw_case_rules ruleset;
    char cage[64];
    char *own; /* the case's full path, or NULL for a private one */
};

/* Starts the broker with the built-in anchors, the user's and, when asked, the case's own. */
int intake_broker(struct intake *in);
/* Does this evidence hold a revocation list that no key had verified when it was read? */
int intake_unproven(struct intake *in, const uint8_t sha256[32], bool *out);
/* Was this evidence read as software without the rules that the case now knows? */
int intake_unscanned(struct intake *in, const uint8_t sha256[32], bool *out);
/* Gathers those rules, where software is read. */
int intake_rules(struct intake *in);
/* Walks one named path. */
int intake_walk(struct intake *in, const char *named);
/* One regular file that looked like id, seen as `shown`, kept under `full`. */
int intake_file(struct intake *in, int dirfd, const char *name, const struct hw_file_id *id,
                struct hw_span shown, struct hw_span full, bool named);
/* Takes answers until at most `most` inputs are in flight. */
int intake_drain(struct intake *in, unsigned most);
int intake_unread(struct intake *in, struct hw_span shown, struct hw_span full,
                  const struct hw_file_id *id, bool named, const char *what, const char *says);
/* A folder could be listed: a gap there is closed. */
int intake_entered(struct intake *in, struct hw_span full);
bool intake_stopped(const struct intake *in);

#endif
