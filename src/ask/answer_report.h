/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/answer_report.h -- all answers at once, and what they stand on: what a report is told from.
 * With ask/answer.h all that tell/ may know.
 */
#ifndef HW_ASK_ANSWER_REPORT_H
#define HW_ASK_ANSWER_REPORT_H

#include "ask/answer.h"

struct hw_report_evidence { /* one outermost input */
    struct hw_report_evidence *next;
    struct hw_span path, host, org, acquired_by, acquired_at, exhibit, note;
    const char *of_class; /* artifact knowledge telemetry */
    const char *degree;
    uint8_t sha256[32];
    uint64_t size, facts;
    int64_t first_seen, read; /* HW_TIME_NONE: not known */
    bool is_log;              /* records of what happened, whatever class it was read as */
};
struct hw_report_action { /* of the action log */
    struct hw_report_action *next;
    uint64_t n;
    int64_t at;
    struct hw_span who, version, command, args; /* args: a blank between */
};
struct hw_report_indicator { /* published, with the role its source gives it; none is harmless */
    struct hw_report_indicator *next;
    const char *kind;                         /* sha256 domain ... */
    struct hw_span value, role, label;        /* value as text; role: payload carrier bait ... */
    struct hw_span source, title, path, list; /* list: the list of harmless things that has it */
    uint64_t line;
    int64_t from, until, published, revoked; /* HW_TIME_NONE: not stated */
    int64_t first, last;                     /* when it was met here; HW_TIME_NONE: no record */
    bool met;                                /* something of the case carries it */
    bool in_force;                           /* at as_of */
    bool block;                              /* payload, in force, and nobody's shared host */
};
/* What several questions answered at one moment, and what they stand on. Each answer may be NULL:
 * it was not asked, or could not be (refused says why). Owned by whoever made it. */
struct hw_report_answer {
    struct hw_arena *arena;
    struct hw_span title, id; /* id: of the case */
    struct hw_span version;   /* of the program */
    struct hw_answer *hunt;
    struct hw_trace_answer *chain;
    struct hw_impact_answer *impact;
    struct hw_attribute_answer *attribution;
    struct hw_refused *refused; /* of: the question */
    struct hw_report_evidence *evidence;
    struct hw_report_action *actions;
    int64_t as_of;
    struct hw_span target, tlp, author, contact; /* as asked; or empty */
    struct hw_report_indicator *indicators;      /* met ones first, then by kind and value */
    uint64_t indicators_left;                    /* more than are held here */
    uint64_t evidence_count, log_count;          /* log_count: of evidence, logs */
    int exit_status;                             /* 0; 3: the case holds no evidence */
};

#endif
