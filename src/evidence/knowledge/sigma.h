/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma.h -- the inside of the Sigma reader; docs/formats/sigma.md is the
 * document.
 *
 *   sigma.c            a file of documents, and what a rule says about itself
 *   sigma_detection.c  its selections become a program (fact/rule.h)
 *   sigma_value.c      one field's values, with their modifiers
 *   sigma_condition.c  what joins the selections
 *   sigma_correlation.c  what joins the rules (fact/correlation.h)
 *   sigma_yaml.c       libyaml
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_SIGMA_H
#define HW_EVIDENCE_KNOWLEDGE_SIGMA_H

#include "evidence/evidence.h"
#include "evidence/knowledge/sigma_yaml.h"
#include "fact/correlation.h"
#include "fact/rule.h"

extern const struct hw_format hw_sigma_format;

struct hw_sigma_making {
    struct hw_rule_maker *maker;
    struct hw_arena *arena; /* of the rule */
    /* The rule's detection, and that of the document with `action: global` before it, or NULL. */
    const struct hw_yaml *detection, *global;
    char why[160];
};
/* Always false; the first reason stays. */
bool hw_sigma_refuse(struct hw_sigma_making *s, const char *fmt, ...) HW_FORMAT(2, 3);

/* The program of a detection, appended. False: s->why says it. */
HW_CHECK bool hw_sigma_compile(struct hw_sigma_making *s, struct hw_buf *out);
/* One selection, as a node. */
HW_CHECK bool hw_sigma_selection(struct hw_sigma_making *s, const struct hw_yaml *selection);
/* A field (its key with modifiers) and its values, as nodes. An empty key: any field, and values
 * that stand anywhere in it. */
HW_CHECK bool hw_sigma_field(struct hw_sigma_making *s, struct hw_span key,
                             const struct hw_yaml *values);
/* A condition, as nodes. */
HW_CHECK bool hw_sigma_condition(struct hw_sigma_making *s, struct hw_span condition);
/* The form of a document's correlation, appended. False: s->why says it. */
HW_CHECK bool hw_sigma_correlate(struct hw_sigma_making *s, const struct hw_yaml *document,
                                 struct hw_buf *out);

#endif
