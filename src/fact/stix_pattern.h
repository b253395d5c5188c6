/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_pattern.h -- patterns of STIX: compiled from a stranger's text, proven, and run over
 * observations, bounded in every way.
 *
 * The language is that of STIX Version 2.1, OASIS Standard, section 9 ("STIX Patterning"), and of
 * STIX 2.0 part 5 where a flag says so. compile() runs in the cage; the program travels in a fact
 * and lies in a case, which may be a stranger's too; check() proves it before anything runs.
 *
 * Where the standard leaves room, this is what is done:
 *   - hashes and the values of domain names are compared without case; all else with it
 *   - the name of a hash is read in any of its spellings (SHA256, 'SHA-256', sha_256)
 *   - an address equal to a network is any address of it
 *   - [*] steps into a dictionary as well as into a list
 *   - NOT turns every answer round, that of values that cannot be compared too
 *   - a text compared with a timestamp that is none leaves the answer open
 *   - texts are compared as they are written: nothing is brought into form NFC
 *   - expressions of MATCHES are those of fact/regex.h, with `.` taking every character
 *
 * A program is five tables one after the other, numbers little-endian (stix_code.h has the bytes):
 * expressions over observations, tests within one observation, steps of paths, literals, and the
 * bytes of names, texts and expressions.
 */
#ifndef HW_FACT_STIX_PATTERN_H
#define HW_FACT_STIX_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/reader.h"
#include "fact/regex.h"

enum {
    HW_STIX_PATTERN_BYTES = 256 * 1024, /* of a pattern as written */
    HW_STIX_PROGRAM_BYTES = 48 * 1024,  /* of a program */
    HW_STIX_LEAVES = 64,                /* [ ] in one pattern; plain ones with OR between are one */
    HW_STIX_TESTS = 2000,               /* comparisons, and AND and OR between them */
    HW_STIX_STEPS = 32,                 /* of one path */
    HW_STIX_DEPTH = 64,                 /* brackets in brackets */
    HW_STIX_GOALS = 2000,               /* observations a match binds, and operators over them */
    HW_STIX_UNDOS = 8192,               /* times narrowed on the way there */
};

enum hw_stix_flag {
    HW_STIX_20 = 1, /* as STIX 2.0: START and STOP are texts, and a qualifier may stand twice */
};

struct hw_stix_fault {
    size_t off;      /* where in the text */
    const char *why; /* a static sentence */
};
/* Appends the program of a pattern (flags of enum hw_stix_flag). False: *out is as it was. */
HW_CHECK bool hw_stix_compile(struct hw_span text, unsigned flags, struct hw_buf *out,
                              struct hw_stix_fault *out_fault);

struct hw_stix { /* a proven program; borrows its bytes. Private to stix_*.c */
    struct hw_span nodes, tests, steps, values, pool;
    unsigned node_count, test_count, step_count, value_count, leaf_count;
};
/* Proves that a program is whole: each place it points to, each size, each expression within. */
HW_CHECK bool hw_stix_check(struct hw_span program, struct hw_stix *out);

/* ---- what is observed ---- */

enum hw_stix_kind {
    HW_STIX_NULL,
    HW_STIX_BOOL,  /* integer: 0 or 1 */
    HW_STIX_INT,   /* integer */
    HW_STIX_FLOAT, /* number */
    HW_STIX_TEXT,  /* text; bytes under a key that ends in _hex or _bin */
    HW_STIX_LIST,  /* members, without keys */
    HW_STIX_DICT,  /* members */
};
struct hw_stix_member;
struct hw_stix_value {
    enum hw_stix_kind kind;
    union {
        int64_t integer;
        double number;
        struct hw_span text;
        struct {
            const struct hw_stix_member *p;
            size_t n;
        } members;
    } v;
};
struct hw_stix_member {
    struct hw_span key;
    struct hw_stix_value value;
};
struct hw_stix_object { /* a cyber-observable object; `id` is what references name */
    struct hw_span type, id;
    const struct hw_stix_member *members;
    size_t count;
};
struct hw_stix_observation {
    const struct hw_stix_object *objects;
    size_t count;
    int64_t first, last; /* ns; last is not before first */
    uint32_t number;     /* how often it was observed, at least 1 */
};

/* ---- running ---- */

enum hw_stix_answer {
    HW_STIX_NO,
    HW_STIX_YES,
    HW_STIX_GAVE_UP /* the fuel is at nought, or a value could not be compared with a time */
};

struct hw_stix_undo { /* private to stix_bind.c */
    void *scope;
    int64_t first, last;
    size_t begins;
};
struct hw_stix_scratch { /* of one match at a time; needs no initial value; some 300 KiB */
    struct hw_regex_scratch regex;
    uint8_t answers[HW_STIX_TESTS];
    struct hw_stix_undo undo[HW_STIX_UNDOS];
};

/* Which of the pattern's [ ] one observation meets: bit i for the i-th. */
struct hw_stix_hit {
    int64_t first, last;
    uint64_t meets, unsure;
    uint64_t tag; /* the caller's own */
    uint32_t number;
    uint32_t used; /* how often the binding took it, once the answer is YES */
};
/* Asks each [ ] of one observation. Each step taken costs one of *fuel; false when it is spent. */
HW_CHECK bool hw_stix_observe(const struct hw_stix *p, const struct hw_stix_observation *o,
                              struct hw_stix_scratch *scratch, uint64_t *fuel,
                              struct hw_stix_hit *out);
/* Can the observations be bound to the whole pattern? Brings them into the order of time. Uses up
 * to 1 MiB of stack, and no memory. */
HW_CHECK enum hw_stix_answer hw_stix_bind(const struct hw_stix *p, struct hw_stix_hit *hits,
                                          size_t count, struct hw_stix_scratch *scratch,
                                          uint64_t *fuel);
/* Both: `room` has a hit for each observation. */
HW_CHECK enum hw_stix_answer hw_stix_match(const struct hw_stix *p,
                                           const struct hw_stix_observation *o, size_t count,
                                           struct hw_stix_scratch *scratch, uint64_t *fuel,
                                           struct hw_stix_hit *room);

/* ---- patterns that are lists of values ---- */

/* Does the pattern say no more than "one of these values": one [ ] of equalities with OR between,
 * without qualifiers? */
bool hw_stix_is_list(const struct hw_stix *p);
/* Or "all of these values": one [ ] of equalities with AND between? */
bool hw_stix_is_sum(const struct hw_stix *p);
struct hw_stix_equal {
    struct hw_span type, value;
    size_t path_n;
    uint8_t path[128]; /* keys with '.' between: "hashes.SHA-256" */
};
/* The i-th of them, false behind the last. A path that is not keys alone, or is too long, is
 * empty. */
HW_CHECK bool hw_stix_equal_at(const struct hw_stix *p, size_t i, struct hw_stix_equal *out);

/* Every type of object a pattern asks for, and whether it needs more than one observation. */
HW_CHECK bool hw_stix_type_at(const struct hw_stix *p, size_t test, struct hw_span *out);
bool hw_stix_is_single(const struct hw_stix *p);

#endif
