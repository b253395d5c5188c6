/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/yara.h -- files of YARA rules; docs/formats/yara.md is the document.
 *
 *   yara.c        probe and examine: what compiles, what does not, and what is said of each rule
 *   yara_split.c  where each rule begins and ends, without understanding it
 *   yara_say.c    one rule as a fact: what its metas mean
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_YARA_H
#define HW_EVIDENCE_KNOWLEDGE_YARA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/evidence.h"
#include "evidence/knowledge/teach.h"
#include "evidence/rules.h"

enum hw_yara_what { HW_YARA_RULE, HW_YARA_IMPORT, HW_YARA_INCLUDE, HW_YARA_JUNK };

/* One thing that stands in a file of rules; spans borrow from it. */
struct hw_yara_item {
    enum hw_yara_what what;
    size_t off, n;
    uint64_t line, last_line; /* from 1; last_line: of its last byte */
    struct hw_span name;      /* of the rule, or what is imported or included */
    bool global;              /* a rule that all others of the file depend on */
    const char *why;          /* of JUNK: what is wrong with it, static */
};

struct hw_yara_split { /* fields private to yara_split.c */
    struct hw_span in;
    size_t at;
    uint64_t line;
};
void hw_yara_split_init(struct hw_yara_split *s, struct hw_span in);
/* The next item; false at the end. Every byte that is no blank and no comment is in one. */
HW_CHECK bool hw_yara_split_next(struct hw_yara_split *s, struct hw_yara_item *out);

/* Says an accepted rule: `rule` as compiled; `source` its own text; `number` its place among the
 * document's entries; `program` what is compiled again later, imports included. */
struct hw_yara_accepted {
    const struct hw_yara_rule *rule;
    const struct hw_yara_item *item;
    struct hw_span source, program;
    uint64_t number;
};
void hw_yara_say_rule(struct hw_teach *t, const struct hw_yara_accepted *a);
/* Says a rule that cannot be run, and why. */
void hw_yara_say_refused(struct hw_teach *t, const struct hw_yara_item *item, struct hw_span source,
                         uint64_t number, const char *why);

extern const struct hw_format hw_yara_format;

#endif
