/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/words.h -- the closed lists: every word a fact may carry, with its meaning.
 *
 * A worker that says a word outside its list is refused, so a list is part of the protocol. Words
 * are kebab-case, sorted, and never change meaning.
 */
#ifndef HW_FACT_WORDS_H
#define HW_FACT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reader.h"

struct hw_word {
    const char *word;
    const char *means;
};

struct hw_vocab {
    const char *name; /* of the list */
    const struct hw_word *words;
    size_t count;
};

extern const struct hw_vocab hw_anomalies;  /* how evidence is malformed */
extern const struct hw_vocab hw_formats;    /* what an artifact can be */
extern const struct hw_vocab hw_degrees;    /* sound odd broken refused */
extern const struct hw_vocab hw_unopeneds;  /* kinds of boxes seen and left closed */
extern const struct hw_vocab hw_indicators; /* kinds of published signs */
extern const struct hw_vocab hw_statuses;   /* what is said of a product or package */
extern const struct hw_vocab hw_schemes;    /* how versions compare */
extern const struct hw_vocab hw_languages;  /* of published rules */
extern const struct hw_vocab hw_relations;  /* between parts of a product */
extern const struct hw_vocab hw_sources;    /* families of logs */
extern const struct hw_vocab hw_behaviours; /* what is said of those who do something */
extern const struct hw_vocab hw_doers;      /* who does something, or is done with */
extern const struct hw_vocab hw_scanners;   /* of the Internet */
extern const struct hw_vocab hw_transports; /* below a service */
extern const struct hw_vocab hw_losses;     /* how records get lost */

bool hw_vocab_has(const struct hw_vocab *v, struct hw_span word);
const char *hw_vocab_means(const struct hw_vocab *v, const char *word); /* NULL: not in the list */

/* Formats whose reading gives records: what ingest is for, and what derive/ reads
 * (fact/record.h). */
bool hw_format_is_log(struct hw_span word);

enum hw_degree { HW_SOUND, HW_ODD, HW_BROKEN, HW_REFUSED, HW_DEGREE_COUNT };
const char *hw_degree_word(enum hw_degree d);

#endif
