/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx.h -- what the chapters of the EVTX reader share.
 *
 * evtx.c finds chunks and records, evtx_template.c turns binary XML into programs, evtx_run.c runs
 * them over a record's values, evtx_value.c prints one value, evtx_names.c says under which names.
 *
 * A program is what is left of a template when it is known that nobody wants XML: for each text and
 * attribute of it, in order, the name it has in a record and where its value comes from. All memory
 * is of fixed size, taken from the exam's arena at the start, but for the programs and name lists
 * that are kept; those end at KEPT_BYTES, and what is not kept is compiled anew each time.
 */
#ifndef HW_EVIDENCE_TELEMETRY_EVTX_H
#define HW_EVIDENCE_TELEMETRY_EVTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"
#include "evidence/evidence.h"
#include "evidence/records.h"

enum {
    EVTX_CHUNK_BYTES = 65536,
    EVTX_DEPTH = 8,           /* binary XML as a value within binary XML */
    EVTX_ELEMENTS = 64,       /* open at once */
    EVTX_OPS = 3072,          /* of all programs being compiled or run unkept */
    EVTX_PIECES = 8192,       /* likewise */
    EVTX_TEXT_BYTES = 262144, /* names and literals of those */
    EVTX_VALUES = 20480,      /* substitution values of one record, all depths; a chunk has fewer */
    EVTX_OUT_BYTES = 524288,  /* printed values of one record */
    EVTX_SPOTS = 1024,        /* templates of the chunk in hand, by offset */
    EVTX_SHAPES = 4096,       /* lists of names kept: half of it */
    EVTX_LAYOUTS = 4096,      /* cache of layout numbers */
    EVTX_SEEN = 4096,         /* names of one record, open addressing */
    EVTX_KEPT_BYTES = 16 << 20,
    EVTX_WORK = 4 << 20, /* bytes compiled and printed for one chunk; honest ones need 1/8 */
};

struct evtx_hash {
    uint64_t a, b;
};

enum evtx_source { EVTX_LITERAL, EVTX_VALUE, EVTX_MIXED };
enum evtx_role { EVTX_PLAIN, EVTX_PROVIDER, EVTX_EVENT, EVTX_NUMBER, EVTX_TIME };

struct evtx_piece {
    struct hw_span text; /* p NULL: a substitution */
    struct evtx_piece *next;
    uint16_t index;
    bool optional; /* nothing at all when the value is null */
};

/* One value a record may have. */
struct evtx_op {
    struct hw_span name;         /* under which it goes, unless another has that name */
    struct hw_span elem, parent; /* parent.p NULL: the root of its fragment */
    struct evtx_piece *first, *last;
    struct evtx_piece *naming; /* the name itself comes from values: Data Name="%3" */
    uint16_t index;            /* EVTX_VALUE */
    uint16_t place;            /* of this op in its program */
    uint8_t source, role;
    bool optional, attribute;
    bool nests; /* declared to be binary XML */
    bool drop;  /* white space between elements: goes before the program is done */
};

struct evtx_program {
    const struct evtx_op *ops;
    uint32_t count;
    uint32_t id; /* 0: not kept */
    struct evtx_hash hash;
    bool dynamic; /* names come from values */
};

struct evtx_value {
    const uint8_t *p;
    uint16_t n;
    uint8_t type;
};

struct evtx_slot {
    const struct evtx_op *op;
    struct hw_span name; /* of a dynamic op; p NULL otherwise */
};

struct evtx_spot {
    uint32_t stamp, off;
    const struct evtx_program *program;
    const char *bad;
};

/* A template by the number instances call it by, for where the template itself is torn. */
struct evtx_lender {
    uint32_t id;
    const struct evtx_program *program; /* NULL, with an id: there are several */
};

struct evtx_program_slot {
    const struct evtx_program *program;
};

/* The names of all records that ran the same programs in the same way. */
struct evtx_shape {
    struct evtx_hash key;
    const struct hw_span *names;
    uint32_t count;
    bool used;
};

struct evtx_layout {
    struct evtx_hash key;
    uint32_t index;
    bool used;
};

struct evtx_run { /* consecutive record numbers */
    uint64_t first, last, off;
};

struct evtx {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records w;
    struct hw_reader chunk; /* the chunk in hand, untouched: windows are taken of it */
    uint64_t chunk_off;
    uint32_t stamp; /* counts chunks */
    uint64_t work;  /* left for this chunk */
    const char *why;

    /* compiling */
    struct evtx_op *ops;
    uint32_t op_n;
    struct evtx_piece *pieces;
    uint32_t piece_n;
    uint8_t *text;
    size_t text_n;

    /* kept */
    size_t kept_bytes;
    struct evtx_spot *spots;
    struct evtx_lender *lenders;
    struct evtx_program_slot *programs;
    uint32_t program_count, program_room;
    struct evtx_shape *shapes;
    uint32_t shape_count, shape_room;
    struct evtx_layout *layouts;

    /* the record in hand */
    struct evtx_value *values;
    uint32_t value_n;
    uint8_t *out;
    size_t out_n;
    struct hw_span *fields;  /* HW_RECORD_VALUES of these four */
    struct evtx_slot *slots; /* what made each field */
    struct hw_span *names;
    uint32_t *repeats; /* how often a name was wanted again */
    uint32_t field_n;
    struct evtx_hash key;
    struct hw_span provider, event, when; /* when: TimeCreated as text */
    uint64_t filetime;                    /* TimeCreated, 0: none seen */
    uint64_t number;                      /* EventRecordID, 0: none seen */
    bool dynamic;
    bool instance; /* there was something in it */
    uint16_t *seen;

    /* for the summary */
    struct evtx_run *runs;
    uint32_t run_count;
    uint64_t renumbered, odd_sizes, odd_off, pis, pi_off, borrowed, borrowed_off, damaged,
        damaged_off;
};

/* evtx_template.c: binary XML up to its end token, or only the one element it begins with. */
HW_CHECK bool evtx_compile(struct evtx *e, struct hw_reader *r, bool in_template, bool one,
                           struct evtx_program *out);
/* The one element at the reader (its token not yet read), which stands in no template. */
HW_CHECK bool evtx_element(struct evtx *e, struct hw_reader *r, struct evtx_program *out);
/* Spends of the chunk's work. False, with e->why, when there is no more. */
HW_CHECK bool evtx_charge(struct evtx *e, uint64_t n);

/* evtx_keep.c */
struct evtx_mark {
    uint32_t ops, pieces;
    size_t text;
};
struct evtx_mark evtx_mark(const struct evtx *e);
void evtx_release(struct evtx *e, struct evtx_mark m);
/* The template at this offset of the chunk, which its instance calls `id`. What is not kept lives
 * until evtx_release(). False: e->why says it. */
HW_CHECK bool evtx_template(struct evtx *e, uint32_t off, uint32_t id, struct evtx_program *out);

/* evtx_run.c: one record's binary XML into e->fields. False: e->why. */
HW_CHECK bool evtx_record_run(struct evtx *e, struct hw_reader *r);

/* evtx_names.c */
struct evtx_hash evtx_hash_word(struct evtx_hash h, uint64_t v);
struct evtx_hash evtx_hash_span(struct evtx_hash h, struct hw_span s);
/* The layout of the record in hand. False: e->why. */
HW_CHECK bool evtx_layout(struct evtx *e, uint32_t *out);
/* Arena memory that is kept, while there is room for keeping; else NULL. */
void *evtx_keep(struct evtx *e, size_t count, size_t each);

/* evtx_value.c: the text of a value, written to e->out (or empty). p NULL: no room (e->why). */
struct hw_span evtx_value_text(struct evtx *e, const struct evtx_value *v);
/* UTF-16 to UTF-8; out has room for 3 bytes each character. Returns the bytes written. */
size_t evtx_utf8(struct hw_span utf16, uint8_t *out);

extern const struct hw_format hw_format_evtx;

#endif
