/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/entity.h -- the closed lists of what acts and of what joins: entity kinds and verbs.
 *
 * Numbers are never stored or hashed; the words are, and do not change.
 */
#ifndef HW_FACT_ENTITY_H
#define HW_FACT_ENTITY_H

#include <stdbool.h>

#include "base/reader.h"

enum hw_entity {
    HW_ENTITY_NONE = 0,
    HW_ENTITY_ORGANISATION,
    HW_ENTITY_HOST,
    HW_ENTITY_ACCOUNT,
    HW_ENTITY_SESSION,
    HW_ENTITY_PROCESS,
    HW_ENTITY_FILE,
    HW_ENTITY_ARTIFACT,
    HW_ENTITY_PACKAGE,
    HW_ENTITY_RELEASE,
    HW_ENTITY_CERTIFICATE,
    HW_ENTITY_ADDRESS,
    HW_ENTITY_DOMAIN,
    HW_ENTITY_URL,
    HW_ENTITY_SERVICE,
    HW_ENTITY_INDICATOR,
    HW_ENTITY_COUNT,
};

const char *hw_entity_word(enum hw_entity kind);  /* NULL outside the list */
enum hw_entity hw_entity_of(struct hw_span word); /* HW_ENTITY_NONE outside the list */
const char *hw_entity_means(enum hw_entity kind); /* NULL outside the list */
bool hw_entity_scoped(enum hw_entity kind);       /* does its key need a scope? */

/* Influence flows from subject to object. */
enum hw_verb {
    HW_VERB_NONE = 0,
    HW_VERB_CONTAINS,
    HW_VERB_SIGNED,
    HW_VERB_BUILT_FROM,
    HW_VERB_IS,
    HW_VERB_DOWNLOADED,
    HW_VERB_WROTE,
    HW_VERB_READ,
    HW_VERB_LOADED,
    HW_VERB_RAN,
    HW_VERB_SPAWNED,
    HW_VERB_INJECTED,
    HW_VERB_CONNECTED,
    HW_VERB_RESOLVED,
    HW_VERB_LOGGED_ON,
    HW_VERB_CONTROLS,
    HW_VERB_RELEASED,
    HW_VERB_SHIPS,
    HW_VERB_INSTALLED,
    HW_VERB_DEPENDS_ON,
    HW_VERB_COUNT,
};

const char *hw_verb_word(enum hw_verb v);     /* NULL outside the list */
enum hw_verb hw_verb_of(struct hw_span word); /* HW_VERB_NONE outside the list */
const char *hw_verb_means(enum hw_verb v);    /* NULL outside the list */

#endif
