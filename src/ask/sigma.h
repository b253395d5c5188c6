/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma.h -- the inside of asking published rules (Sigma) of the records of a case.
 *
 *   sigma.c         every log, every record: what holds becomes a finding
 *   sigma_rules.c   the rules of the case, and the index that says which could hold
 *   sigma_source.c  which logs a rule is for, and what its fields are called there
 */
#ifndef HW_ASK_SIGMA_H
#define HW_ASK_SIGMA_H

#include "ask/room.h"
#include "fact/mapping.h"
#include "fact/rule.h"

enum {
    SIGMA_NONE = -1,          /* a field that is not in a layout */
    SIGMA_UNRESOLVED = -2,    /* not looked for yet */
    SIGMA_EVENT = -3,         /* the event's own id */
    SIGMA_PROVIDER = -4,      /* the log's name */
    SIGMA_ROLE = 4096,        /* and more: a role of the mapping */
    SIGMA_BOUNDS = 4,         /* lines of mappings that may hold for one layout */
    SIGMA_CLASSES_MAX = 2000, /* different log sources */
    SIGMA_FIELDS_MAX = 20000, /* different names of fields */
};

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
};

struct sigma_class { /* a log source as rules name it */
    struct hw_span product, category, service;
    const char *channel; /* of Windows, as the record has it, or its beginning; NULL: any */
    struct sigma_rule *always;
    bool known; /* this version knows which logs those are */
    bool held;  /* and a log of the case is one */
};

struct sigma_gram {      /* four bytes of a text that a rule needs */
    uint32_t gram, next; /* next: index + 1 */
    uint32_t rule;
    uint32_t at; /* of the four in the text */
    struct hw_span text;
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
    struct sigma_gram *grams;
    size_t gram_count, gram_room;
    uint32_t *heads; /* of lists of grams, by hash */
};

/* Reads every rule of the case that has a program. Order, and so answers, do not depend on the
 * order in which knowledge came. */
HW_CHECK int sigma_rules_read(struct hw_asking *q, struct sigma_rules *out, struct hw_error *err);
void sigma_rules_done(struct sigma_rules *s);
static inline uint32_t sigma_gram_hash(uint32_t gram)
{
    return gram * UINT32_C(2654435761) >> 16;
}

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
