/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma.h -- the inside of asking published rules (Sigma) of the records of a case.
 *
 *   sigma.c         every log, every record: what holds becomes a finding
 *   sigma_rules.c   the rules of the case, and the index that says which could hold
 *   sigma_source.c  which logs a rule is for, and what its fields are called there
 *   sigma_related.c    which rules the correlations of the case join, and which speak no more
 *   sigma_event.c      what is kept of the records that such rules hold for
 *   sigma_window.c     which windows of time meet a correlation
 *   sigma_correlate.c  all correlations over what was kept (sigma_joining.h)
 */
#ifndef HW_ASK_SIGMA_H
#define HW_ASK_SIGMA_H

#include "ask/needles.h"
#include "ask/room.h"
#include "fact/correlation.h"
#include "fact/mapping.h"
#include "fact/record.h"
#include "fact/rule.h"

enum {
    SIGMA_NONE = -1,          /* a field that is not in a layout */
    SIGMA_UNRESOLVED = -2,    /* not looked for yet */
    SIGMA_EVENT = -3,         /* the event's own id */
    SIGMA_PROVIDER = -4,      /* the log's name */
    SIGMA_HOST = -5,          /* the machine it is of */
    SIGMA_ROLE = 4096,        /* and more: a role of the mapping */
    SIGMA_BOUNDS = 4,         /* lines of mappings that may hold for one layout */
    SIGMA_CLASSES_MAX = 2000, /* different log sources */
    SIGMA_FIELDS_MAX = 20000, /* different names of fields */
    SIGMA_WANTED = 64,        /* fields of one rule's records that are kept for correlations */
};

struct sigma_log { /* a log of the case */
    int64_t reading;
    uint32_t node;
    uint8_t sha256[32], evidence[32];
    struct hw_span path, host, org; /* as sighted */
};

/* ---- what correlations join ---- */

struct sigma_event {  /* a record that a rule held for, or that made a correlation hold */
    int64_t at, from; /* from: the time of the first record it stands on */
    uint8_t same[16]; /* which record it is, by whatever road it came */
    uint64_t number, off;
    uint32_t again;       /* the how manieth of the same in its log */
    uint32_t log;         /* number of the log */
    uint32_t scope, host; /* texts */
    uint32_t values;      /* where its values begin, one for each field that is wanted */
    bool numbered;        /* its number says which record it is */
    bool fresh;           /* it shares no record with the one before */
};
struct sigma_stream { /* of a rule or a correlation that another one joins */
    bool joined;
    struct hw_span title;
    struct hw_span *wanted; /* names of fields, in lower case */
    uint16_t *fields;       /* of a rule: their numbers */
    unsigned wanted_count;
    struct sigma_event *events;
    size_t count, room;
    uint64_t untimed, left; /* without a time; more than are kept */
};

struct sigma_text {
    const uint8_t *p;
    uint32_t n, lower; /* number of the text in lower case */
};
struct sigma_kept { /* texts are known by number; 0: none */
    struct hw_arena *arena;
    struct sigma_text *texts;
    size_t text_count, text_room;
    uint32_t *slots; /* twice as many as there are texts, at least */
    size_t slot_count;
    uint32_t *values;
    size_t value_count, value_room;
    struct hw_buf words;
    uint64_t events; /* of all rules */
};
/* What sigma_keep() needs to know of the record in hand. */
struct sigma_seen {
    const struct sigma_log *log;
    uint32_t log_number;
    struct hw_span source, event, channel, host;
    const struct hw_record *record;
    struct hw_span (*value)(void *state, uint16_t field);
    void *state;
};
HW_CHECK int sigma_kept_init(struct sigma_kept *k, struct hw_error *err);
void sigma_kept_done(struct sigma_kept *k);
/* Keeps the record for the stream. Beyond the bounds it is counted in left. */
HW_CHECK int sigma_keep(struct sigma_kept *k, struct sigma_stream *s, const struct sigma_seen *seen,
                        struct hw_error *err);
/* A record by several roads becomes one, and all are in the order of time, log and place. */
void sigma_stream_settle(struct sigma_stream *s);
/* One event more of a correlation; false: more than are kept, or no memory. */
HW_CHECK bool sigma_stream_add(struct sigma_kept *k, struct sigma_stream *s,
                               const struct sigma_event *e);
/* The number of a text; 0: it is empty, or there is no room for it. */
uint32_t sigma_text(struct sigma_kept *k, struct hw_span s);
struct hw_span sigma_text_get(const struct sigma_kept *k, uint32_t n);

struct sigma_hit { /* of one rule, in one log, on one host */
    struct sigma_hit *next;
    struct hw_span host;
    uint64_t count;
    struct hw_why *why;
};

struct sigma_rule {
    struct sigma_rule *next_always; /* of its class, among those that need no text */
    struct hw_span id, title, says, status, source, program, root;
    uint64_t line;
    const uint16_t *fields; /* by the rule's own number of the name */
    enum hw_severity severity;
    enum hw_confidence confidence;
    uint16_t of_class;
    uint32_t asked_in; /* the record it was last asked of */
    struct sigma_hit *hits;
    uint32_t held;               /* its number among the rules held; of the first of its copies */
    bool alone;                  /* it speaks for itself, not only through correlations */
    struct sigma_stream *stream; /* NULL: no correlation joins it */
};

enum sigma_what { SIGMA_RULE, SIGMA_CORRELATION, SIGMA_REFUSED };
struct sigma_held { /* a rule or correlation as one file brings it */
    uint8_t evidence[32];
    struct hw_span id, name;
    enum sigma_what what;
    uint32_t n; /* of the rule or the correlation */
    bool quiet; /* a correlation of its own file joins it, and speaks for it */
};

struct sigma_ref { /* what one of the rules of a correlation's list is bound to */
    uint32_t *held;
    size_t count;
};
struct sigma_correlation {
    uint8_t evidence[32];
    struct hw_span id, title, says, source, status, program;
    struct hw_span refused; /* why it is not run; empty: it is */
    uint64_t line;
    enum hw_severity severity;
    enum hw_confidence confidence;
    bool levelled; /* its severity is its own, not that of its rules */
    bool alone;
    unsigned depth;            /* 1: of rules alone; 0: not known yet */
    uint32_t held, stands_for; /* stands_for: itself, or the first of its copies */
    struct hw_correlation form;
    struct sigma_ref *refs;
    struct sigma_stream stream;
};

struct sigma_class { /* a log source as rules name it */
    struct hw_span product, category, service;
    const char *channel; /* of Windows, as the record has it, or its beginning; NULL: any */
    struct sigma_rule *always;
    bool known; /* this version knows which logs those are */
    bool held;  /* and a log of the case is one */
};

struct sigma_rules {
    struct hw_asking *q;
    struct sigma_rule *rules;
    size_t count, room, refused;
    struct sigma_class *classes;
    size_t class_count;
    struct hw_span *fields; /* names, in lower case */
    uint32_t *field_buckets;
    uint32_t *field_next;
    size_t field_count;
    struct needles needles; /* of rules that need a text */
    struct sigma_held *held;
    size_t held_count, held_room;
    struct sigma_correlation **correlations; /* each in the answer's memory */
    size_t correlation_count, correlation_room;
    unsigned depth; /* of the deepest chain of correlations */
};

/* Reads every rule of the case that has a program. Order, and so answers, do not depend on the
 * order in which knowledge came. */
HW_CHECK int sigma_rules_read(struct hw_asking *q, struct sigma_rules *out, struct hw_error *err);
void sigma_rules_done(struct sigma_rules *s);
/* The number of a field, the same for every rule that names it. */
HW_CHECK int sigma_field_number(struct sigma_rules *s, struct hw_span name, uint16_t *out,
                                struct hw_error *err);
struct sigma_weight {
    enum hw_severity severity;
    enum hw_confidence confidence;
};
/* A rule's own word for how bad it is, no more than its maturity allows. */
struct sigma_weight sigma_weigh(struct hw_span status, struct hw_span level, bool context);
struct hw_span sigma_status(struct hw_span tags);

/* Takes a PATTERN that is a correlation. */
HW_CHECK int sigma_correlation_add(struct sigma_rules *s, const struct hw_fact *f,
                                   const uint8_t evidence[32], struct hw_error *err);
/* Remembers a rule or correlation as its file brings it; *out is its number. */
HW_CHECK int sigma_held_add(struct sigma_rules *s, const struct hw_fact *f,
                            const uint8_t evidence[32], enum sigma_what what, uint32_t n,
                            uint32_t *out, struct hw_error *err);
/* Binds the correlations to the rules of the case, when both are complete. */
HW_CHECK int sigma_relate(struct sigma_rules *s, struct hw_error *err);
/* All correlations over what was kept: findings, and gaps for what could not be told. */
HW_CHECK int sigma_correlate(struct sigma_rules *s, struct sigma_kept *k,
                             const struct sigma_log *logs, struct hw_error *err);
struct sigma_layout { /* one kind of records of the log being read */
    struct hw_span source, log, event;
    struct hw_span *names;
    size_t count;
    int16_t *columns; /* by the number of the field: a column, or one of the above */
    int host, channel;
    struct hw_bound *bounds;
    size_t bound_count;
    bool *applies; /* by the number of the class */
    bool any;
};

/* Is the class for records of this layout, as far as the layout tells? */
bool sigma_class_applies(const struct sigma_class *c, const struct sigma_layout *l);
/* Fills in channel and known. */
void sigma_class_find(struct sigma_class *c);
/* Where the field (its name in lower case) is in the layout. */
int16_t sigma_column(const struct sigma_layout *l, struct hw_span name);

#endif
