/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/needles.h -- which of very many rules could hold of a value (inside of the room).
 *
 * Of nearly each rule some text must stand in a value (hw_rule_needs). Of each such text four
 * bytes, those that the fewest texts have, are kept in one table: a value is walked once, and only
 * rules whose bytes were met are asked. ASCII letters count as one, whatever their case.
 */
#ifndef HW_ASK_NEEDLES_H
#define HW_ASK_NEEDLES_H

#include "base/error.h"
#include "fact/rule.h"

struct needle;
struct needles {
    struct needle *p;
    size_t count, room;
    uint32_t *heads; /* of lists of needles, by hash */
    uint32_t *often; /* how many texts have the four bytes; while it is made */
    struct hw_span *texts;
    size_t most;       /* texts of one rule; with more of them it is always asked */
    uint8_t fold[256]; /* ASCII letters in lower case */
};

/* Made in two passes over all rules in one order: needles_count() each, then needles_put() each;
 * needles_made() frees what only the making needs. The programs must outlive it. */
HW_CHECK int needles_init(struct needles *n, size_t most, struct hw_error *err);
void needles_count(struct needles *n, const struct hw_rule *rule);
/* *out_needed: false when no text is needed, so that the rule must always be asked. */
HW_CHECK int needles_put(struct needles *n, const struct hw_rule *rule, uint32_t number,
                         bool *out_needed, struct hw_error *err);
void needles_made(struct needles *n);
void needles_done(struct needles *n);

struct needles_asker {
    /* Worth comparing? Called for each rule whose four bytes were met. */
    bool (*wanted)(void *state, uint32_t rule);
    /* One of its texts stands in the value. Not HW_OK ends the walk. */
    int (*ask)(void *state, uint32_t rule);
    void *state;
};
HW_CHECK int needles_walk(const struct needles *n, struct hw_span value,
                          const struct needles_asker *asker);

#endif
