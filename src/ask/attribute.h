/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attribute.h -- who did it, and how sure is anybody?
 *
 * Claims stay their sources' own, with date and grade (Admiralty scale), and names of groups are
 * never joined. Of our own there is one judgement: whether two attacks were the work of one
 * operator, from declared and cited facts about what they share, weighed in decibans (I. J. Good,
 * Probability and the Weighing of Evidence, 1950) by a table that docs/formats/estate.md prints, so
 * that anybody can add it up again. It is spoken from 55 % on and refused below.
 */
#ifndef HW_ASK_ATTRIBUTE_H
#define HW_ASK_ATTRIBUTE_H

#include "ask/answer.h"
#include "case/case.h"

struct hw_attribute_ask {
    struct hw_span target; /* a name under which an attack is known; empty: all */
    int64_t as_of;         /* what was said later is left out */
    bool dated;            /* as_of was asked for: behaviour without a date does not count then */
    bool behaviour;        /* also by what was done and used; target: an attack, or ids of these */
};

/* The answer, owned by the caller. HW_E_USAGE: estates speak of attacks, and of none by that
 * name. */
HW_CHECK int hw_attribute(struct hw_case *c, const struct hw_attribute_ask *ask,
                          struct hw_attribute_answer **out, struct hw_error *err);

#endif
