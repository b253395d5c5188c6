/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ci.h -- between the chapters of the reader of build logs.
 */
#ifndef HW_EVIDENCE_TELEMETRY_CI_H
#define HW_EVIDENCE_TELEMETRY_CI_H

#include "evidence/records.h"

extern const struct hw_format hw_format_ci;

/* The values of every record, in this order; those up to WORKSPACE are what the log said last. */
enum hw_ci_value {
    HW_CI_BUILD,
    HW_CI_STEP,
    HW_CI_REPO,
    HW_CI_COMMIT,
    HW_CI_RUNNER,
    HW_CI_WORKSPACE,
    HW_CI_KEPT, /* so many are kept from line to line */
    HW_CI_COMMAND = HW_CI_KEPT,
    HW_CI_RESULT,
    HW_CI_PATH,
    HW_CI_HASH,
    HW_CI_NAME,
    HW_CI_VERSION,
    HW_CI_URL,
    HW_CI_LINE,
    HW_CI_VALUES
};

enum hw_ci_event {
    HW_CI_ON_STEP,
    HW_CI_ON_COMMAND,
    HW_CI_ON_CHECKOUT,
    HW_CI_ON_ACTION,
    HW_CI_ON_OUTPUT,
    HW_CI_ON_HASH,
    HW_CI_ON_SIGNED,
    HW_CI_ON_UPLOAD,
    HW_CI_ON_ERROR,
    HW_CI_ON_RESULT,
    HW_CI_EVENTS
};

enum hw_ci_log { HW_CI_NO_LOG, HW_CI_GITHUB, HW_CI_GITLAB, HW_CI_JENKINS };

struct hw_ci {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records w;
    enum hw_ci_log log;
    uint32_t layouts[HW_CI_EVENTS];
    uint8_t *scratch;          /* a line without its colours */
    uint8_t *kept[HW_CI_KEPT]; /* what the kept values were copied to */
    struct hw_span values[HW_CI_VALUES];
    struct hw_record record; /* place and time of the line in hand */
    bool coloured;           /* the line began in the colour of a command */
    bool in_run;             /* GitHub: between "##[group]Run" and its end */
    bool wants_commit;       /* the next line is a commit's full name */
    bool ended, begun;       /* the line that says so was there */
    struct hw_span certutil; /* the file whose hash the next line is, or empty */
    uint8_t *certutil_room;
};

/* Remembers a value until the log says another. */
void hw_ci_keep(struct hw_ci *c, enum hw_ci_value which, struct hw_span s);
/* One record with what is in c->values; those that are not kept are forgotten afterwards. */
void hw_ci_put(struct hw_ci *c, enum hw_ci_event event);

/* ci_lines.c: one line, its time and colours taken off. */
void hw_ci_see(struct hw_ci *c, struct hw_span line);

/* ci_hash.c: a line that states a file and its hash, or a file that was made. True: it was put. */
bool hw_ci_hash(struct hw_ci *c, struct hw_span line);

#endif
