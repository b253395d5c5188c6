/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma_yaml.h -- one YAML document as a small tree; libyaml's landlord.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_SIGMA_YAML_H
#define HW_EVIDENCE_KNOWLEDGE_SIGMA_YAML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/reader.h"

enum hw_yaml_kind { HW_YAML_SCALAR, HW_YAML_LIST, HW_YAML_MAP };

struct hw_yaml { /* in the arena given, its texts too */
    enum hw_yaml_kind kind;
    bool plain;          /* a scalar without quotes: a number, null, true ... may be meant */
    struct hw_span key;  /* inside a map */
    struct hw_span text; /* of a scalar */
    struct hw_yaml *first, *last, *next;
};

enum {
    HW_YAML_BYTES = 512 * 1024,
    HW_YAML_NODES = 20000,
    HW_YAML_KEYS = 1000, /* of one map */
    HW_YAML_DEPTH = 24,
};

/* Reads one document (YAML 1.1, UTF-8). Anchors, aliases and keys that are no scalars are refused:
 * the first make small inputs large. False: *out_why is a static sentence. *out is NULL for an
 * empty document. */
HW_CHECK bool hw_yaml_read(struct hw_span document, struct hw_arena *arena, struct hw_yaml **out,
                           const char **out_why);
/* The member of a map; NULL: there is none, or this is no map. */
const struct hw_yaml *hw_yaml_get(const struct hw_yaml *map, const char *key);
/* The text of such a scalar; empty: none. */
struct hw_span hw_yaml_text(const struct hw_yaml *map, const char *key);
bool hw_yaml_is_null(const struct hw_yaml *y);

#endif
