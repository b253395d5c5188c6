/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/pattern.h -- the inside of asking published patterns over names and values (OpenIOC's trees,
 * Loki's names of files) of the files of a case and of the records of its logs.
 *
 *   pattern_files.c   every file, every log: what holds becomes a finding
 *   pattern_rules.c   the patterns of the case, and the index that says which could hold
 *   pattern_seen.c    what one file, or one record, lets be asked (fact/seen.h)
 */
#ifndef HW_ASK_PATTERN_H
#define HW_ASK_PATTERN_H

#include "ask/needles.h"
#include "ask/room.h"
#include "fact/mapping.h"
#include "fact/rule.h"
#include "fact/seen.h"

/* ---- what is seen of one thing ---- */

enum {
    PATTERN_VALUES = 1 << 21,  /* of one thing: a program's symbols, as many as are kept of it */
    PATTERN_BYTES = 40 << 20,  /* of all of them */
    PATTERN_OTHER_PATHS = 3,   /* of a record beside its own: image, parent, target */
    PATTERN_PART_BYTES = 4096, /* of one value turned about */
};

struct pattern_value {
    uint32_t off, n, next; /* next: index + 1, of the same field */
    enum hw_seen field;
};
struct pattern_seen { /* zeroed, then pattern_seen_init() */
    struct hw_buf words;
    struct pattern_value *values;
    size_t room;
    uint32_t count;
    uint32_t first[HW_SEEN_COUNT], last[HW_SEEN_COUNT]; /* index + 1; 0: none */
    uint64_t has, wanted; /* a bit for each enum hw_seen: there; asked for by anybody */
    bool over;            /* more than there is room for */
    /* where the last walk over a field's values stands */
    unsigned at_field;
    size_t at_number;
    uint32_t at;
};
/* wanted: the fields anybody asks for. Others are not filled in, but for the path. */
void pattern_seen_init(struct pattern_seen *s, uint64_t wanted);
void pattern_seen_done(struct pattern_seen *s);
void pattern_seen_clear(struct pattern_seen *s);
struct hw_span pattern_seen_get(const struct pattern_seen *s, uint32_t value);
/* The i-th value of a field, from 0; p NULL: there are not so many. */
struct hw_span pattern_seen_nth(struct pattern_seen *s, enum hw_seen field, size_t i);
/* Its path in every way people write one, in place of the path it had. */
void pattern_seen_path(struct pattern_seen *s, struct hw_span path);
/* A file that was read, but for its path. */
HW_CHECK int pattern_seen_file(struct hw_asking *q, const struct hw_artifact_row *a,
                               struct pattern_seen *out, struct hw_error *err);
/* A record bound to a line of its mapping; false: it tells of nothing that could be asked. */
bool pattern_seen_record(const struct hw_bound *b, const struct hw_span *values,
                         struct pattern_seen *out);
/* The i-th other file the same record names, from 0, by its path alone; false: there is none. */
bool pattern_seen_other(const struct hw_bound *b, const struct hw_span *values, unsigned i,
                        struct pattern_seen *out);

/* ---- the patterns of the case ---- */

struct pattern_hits { /* of one pattern in records, on one host */
    struct pattern_hits *next;
    struct hw_span host;
    uint64_t count;
    struct hw_why *why;
};
struct pattern_rule {
    struct hw_span id, title, text, source, tags, program, root;
    const uint8_t *fields; /* enum hw_seen, by the program's own numbers */
    uint64_t asks;         /* bits of enum hw_seen */
    uint64_t line;
    enum hw_severity severity;
    enum hw_confidence confidence;
    bool filename;
    uint32_t asked_in; /* the thing it was last asked of */
    uint64_t files;    /* that met it; the last of them */
    uint32_t found_in;
    struct pattern_hits *hits;
};
struct pattern_rules {
    struct hw_asking *q;
    struct pattern_rule *rules;
    size_t count, room;
    uint64_t asks; /* of all of them */
    uint64_t refused, partly;
    uint32_t *always; /* those that no text is needed for */
    size_t always_count;
    struct needles needles; /* of the others */
};
/* Every pattern of the case that can be asked, in an order that does not depend on the order in
 * which they came. */
HW_CHECK int pattern_rules_read(struct hw_asking *q, struct pattern_rules *out,
                                struct hw_error *err);
void pattern_rules_done(struct pattern_rules *s);

#endif
