/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/misp.h -- the inside of the MISP reader; docs/formats/misp.md is the document.
 *
 *   misp_types.c   what a type of an attribute means
 *   misp_value.c   one attribute: its values, said
 *   misp.c         probe, documents, events, objects, manifests
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_MISP_H
#define HW_EVIDENCE_KNOWLEDGE_MISP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/json.h"
#include "evidence/knowledge/teach.h"

/* What an event says of all its attributes. */
struct hw_misp_event {
    struct hw_buf info, source, words; /* words: names of tags and galaxies, ", " between them */
    int64_t published;
};

struct hw_misp {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_teach t;
    struct hw_misp_event event;
    struct hw_buf title; /* of the first event */
    struct hw_buf label; /* of the attribute being read */
    uint64_t events, attributes, detect, bad_times;
};

/* An attribute's place: those of one object share their line. */
struct hw_misp_place {
    uint64_t line, off;
    struct hw_span text; /* as it stands in the document */
    bool deleted;        /* with the object around it */
};

/* One attribute, an object of the document. */
void hw_misp_attribute(struct hw_misp *m, const json_t *a, const struct hw_misp_place *at);
/* The names of the tags (array "Tag") and galaxies (array "Galaxy") of v, behind those in out. */
void hw_misp_words(const json_t *v, struct hw_buf *out);
/* One tag, one galaxy. */
void hw_misp_tag(const json_t *tag, struct hw_buf *out);
void hw_misp_galaxy(const json_t *galaxy, struct hw_buf *out);
/* A moment as MISP writes it: seconds since 1970, as a number or a string of digits, or ISO 8601.
 * HW_TIME_NONE for null, 0 and "". What else cannot be read is counted in bad_times. */
int64_t hw_misp_time(struct hw_misp *m, const json_t *v);
/* true, 1, "1": MISP's releases wrote all of them. */
bool hw_misp_true(const json_t *v);

/* What the type of an attribute means. A composite type ("filename|sha1") has two values, one on
 * either side of the first bar of what it holds. */
struct hw_misp_type {
    enum hw_list_kind first, second; /* second HW_LIST_NONE: it has no value of its own */
    const char *rule;                /* the value is a rule of this language */
    bool split;                      /* a bar separates two values */
    bool context;                    /* speaks of victims or of what was written about it */
};
void hw_misp_type_read(struct hw_span type, struct hw_misp_type *out);

extern const struct hw_format hw_misp_format;

#endif
