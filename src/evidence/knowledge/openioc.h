/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc.h -- the inside of the OpenIOC reader; docs/formats/openioc.md is the
 * document.
 *
 *   openioc_xml.c      XML, by expat
 *   openioc_terms.c    what a search term asks
 *   openioc_program.c  a tree of conditions, compiled
 *   openioc_tree.c     the tree of conditions, said
 *   openioc.c          probe and document
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_OPENIOC_H
#define HW_EVIDENCE_KNOWLEDGE_OPENIOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/knowledge/teach.h"
#include "fact/rule.h"
#include "fact/seen.h"

enum { HW_OPENIOC_NODES = 200000, HW_OPENIOC_TEXT_BYTES = 32 << 20 };

/* Text of the document, kept in hw_openioc.text. */
struct hw_openioc_words {
    size_t at, n;
};

/* A group (AND, OR) or one item. Numbers are places in hw_openioc.nodes; 0 is the root, and stands
 * for none. */
struct hw_openioc_node {
    uint32_t parent, first, last, next, count; /* count: children */
    bool group, all;                           /* all: AND */
    bool negate, cased;
    unsigned in; /* enum hw_seen_in: of what it can be asked; set by hw_openioc_program() */
    struct hw_openioc_words search, condition, value, id;
    uint64_t line, off;
};

struct hw_openioc {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_teach t;
    struct hw_buf nodes; /* of struct hw_openioc_node */
    struct hw_buf text;
    struct hw_buf label, rule;
    struct hw_openioc_words title, author, id;
    int64_t published;
    struct hw_rule_maker maker;
    struct hw_buf program, value;
    struct hw_buf refused; /* what of a tree cannot be asked, in words */
    uint64_t items;
    uint64_t run, partly, unasked; /* patterns that can be asked, and in part; items that cannot */
    bool method;                   /* looks for behaviour, not for what is bad in itself */
};

struct hw_openioc_node *hw_openioc_node(struct hw_openioc *o, uint32_t i);
struct hw_span hw_openioc_span(const struct hw_openioc *o, struct hw_openioc_words w);
/* The name of what a search term asks; HW_SEEN_COUNT: it has no counterpart. */
enum hw_seen hw_openioc_seen(struct hw_span search);
/* The tree at node i as a program. False: nothing of it can be asked. Either way o->refused names
 * what cannot. */
HW_CHECK bool hw_openioc_program(struct hw_openioc *o, uint32_t i, struct hw_buf *out);
/* Says everything below the root. */
void hw_openioc_say(struct hw_openioc *o);

extern const struct hw_format hw_openioc_format;

#endif
