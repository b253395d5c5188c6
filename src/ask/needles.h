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
    uint32_t *heads;   /* of lists of needles, by hash */
    uint8_t fold[256]; /* ASCII letters in lower case */
};

struct needles_rules {
    size_t count;
    /* The rule, whose program outlives the needles; false: it is damaged. Asked twice for each. */
    bool (*rule)(void *state, size_t i, struct hw_rule *out);
    /* It needs no text, or more than `most`: it must always be asked. */
    void (*always)(void *state, size_t i);
    void *state;
    size_t most;
};
HW_CHECK int needles_make(struct needles *n, const struct needles_rules *rules,
                          struct hw_error *err);
void needles_done(struct needles *n); /* of a zeroed one: nothing */

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
