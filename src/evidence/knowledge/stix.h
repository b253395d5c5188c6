/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/stix.h -- the inside of the STIX reader; docs/formats/stix.md is the document.
 *
 *   stix.c            probe, the two passes over a document, what is counted
 *   stix_index.c      what the first pass keeps: names, newest versions, relationships
 *   stix_indicator.c  one indicator
 *   stix_behaviour.c  who uses what: groups, campaigns, software, techniques, relationships
 *   stix_values.c     which properties are values that are matched by themselves; observables
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_STIX_H
#define HW_EVIDENCE_KNOWLEDGE_STIX_H

#include <jansson.h>

#include "evidence/evidence.h"
#include "evidence/knowledge/behaviour.h"
#include "evidence/knowledge/teach.h"
#include "fact/stix_pattern.h"

extern const struct hw_format hw_stix_format;

/* ---- what the first pass keeps (stix_index.c) ---- */

struct stix_name { /* of an identity, a marking, malware ... */
    uint64_t hash; /* of its id; 0: free */
    struct hw_span quoted;
    struct hw_span external; /* the publisher's number, G0032; empty: none */
    int64_t modified, from, until;
    int64_t gone; /* when it was taken back or retired; HW_TIME_NONE: it was not */
};
struct stix_version { /* of an indicator */
    uint64_t hash;
    int64_t modified;
    uint64_t indicates; /* hash of an id */
    uint32_t line;      /* place of the newest */
};
struct stix_index {
    struct hw_exam *x;
    struct stix_name *names;
    struct stix_version *versions;
    size_t name_room, name_count, version_room, version_count;
    bool full; /* further ones are not known */
};
/* False: no memory. */
HW_CHECK bool hw_stix_index_init(struct stix_index *ix, struct hw_exam *x, size_t document_bytes);
/* The place of this id, made when there was none; NULL: no room. */
struct stix_name *hw_stix_index_name(struct stix_index *ix, struct hw_span id);
/* NULL when not known. */
const struct stix_name *hw_stix_index_known(const struct stix_index *ix, struct hw_span id);
void hw_stix_index_version(struct stix_index *ix, struct hw_span id, int64_t modified,
                           uint64_t line);
void hw_stix_index_link(struct stix_index *ix, struct hw_span indicator, struct hw_span target);
/* Empty when not known. */
struct hw_span hw_stix_index_name_of(const struct stix_index *ix, struct hw_span id);
struct hw_span hw_stix_index_indicated(const struct stix_index *ix, struct hw_span indicator);
/* Is the object at this place the newest of its id? Yes when nothing is known of it. */
bool hw_stix_index_is_newest(const struct stix_index *ix, struct hw_span id, uint64_t line);

/* ---- one document ---- */

struct stix_doc {
    struct hw_teach t;
    struct stix_index index;
    struct hw_buf label, source, tags, program, who, what, cites;
    struct hw_behaviour_count doings;
    uint64_t line, off; /* of the object being read */
};
/* One indicator, loaded; `raw` is how it is written. */
void hw_stix_indicator(struct stix_doc *d, const json_t *v, struct hw_span raw);
/* Who made this object, into d->source. */
void hw_stix_put_source(struct stix_doc *d, const json_t *v);
/* A group, program or technique: each of its names. */
void hw_stix_doer(struct stix_doc *d, const json_t *v);
/* A relationship: true when it says who does what, and was said or refused. */
HW_CHECK bool hw_stix_behaviour(struct stix_doc *d, const json_t *v);
/* Is a relationship of this type of that kind, as far as its type says? */
bool hw_stix_is_behaviour(struct hw_span relation);
/* The word of hw_doers for ids of this type; NULL: for none. */
const char *hw_stix_doer_word(struct hw_span id);
/* One observable: its values are context. */
void hw_stix_observable(struct stix_doc *d, const json_t *v);
/* The words of a JSON string as it is written, quotes and all, behind those in *out. */
void hw_stix_unquote(struct stix_doc *d, struct hw_span quoted, struct hw_buf *out);

/* ---- values (stix_values.c) ---- */

/* What this property of this type is, if its value is matched by itself; HW_LIST_NONE if not. */
enum hw_list_kind hw_stix_value_kind(struct hw_span type, struct hw_span path);

#endif
