/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/rule.h -- a published rule over the fields of one record, compiled.
 *
 * The cage compiles (hw_rule_maker), the program travels in a PATTERN fact, a question proves it
 * (hw_rule_check: a case may be a stranger's) and asks it of records (hw_rule_ask), within a bound.
 *
 * A program, numbers little-endian:
 *
 *   magic    u8  'Q'
 *   version  u8  1
 *   names    u8  how many names of fields follow
 *   zero     u8
 *   each     u8 length, then the name
 *   one node
 *
 * A node begins with u8 kind and u24 size, its own four bytes included:
 *
 *   ALL, ANY   nodes until the end: and, or
 *   NOT        one node
 *   AT_LEAST   u16 n, then nodes: at least n of them
 *   TEST       u8 flags, u8 name (HW_RULE_ANY_FIELD: whichever), then values: u8 operation, u16
 *              length, bytes. It holds when one value holds, or with HW_RULE_EACH every one.
 *
 * Texts are compared without regard to the case of ASCII letters unless HW_RULE_CASED.
 */
#ifndef HW_FACT_RULE_H
#define HW_FACT_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"
#include "fact/regex.h"

enum {
    HW_RULE_PROGRAM_BYTES = 40 * 1024,
    HW_RULE_NAMES = 200,
    HW_RULE_DEPTH = 32,
    HW_RULE_ANY_FIELD = 255,
    HW_RULE_CIDR_BYTES = 17, /* 16 of the network's address, then the bits that count */
};

enum hw_rule_kind { HW_RULE_ALL = 1, HW_RULE_ANY, HW_RULE_NOT, HW_RULE_AT_LEAST, HW_RULE_TEST };
enum hw_rule_flag { HW_RULE_CASED = 1, HW_RULE_EACH = 2 };

enum hw_rule_op {
    HW_RULE_EQUALS = 1,
    HW_RULE_CONTAINS,
    HW_RULE_STARTS,
    HW_RULE_ENDS,
    HW_RULE_WILD,    /* the whole text; bytes that are in no UTF-8 stand for the wildcards */
    HW_RULE_MATCHES, /* fact/regex.h; its program */
    HW_RULE_CIDR,
    HW_RULE_LESS, /* decimal numbers, a sign and a fraction allowed */
    HW_RULE_LESS_EQUAL,
    HW_RULE_GREATER,
    HW_RULE_GREATER_EQUAL,
    HW_RULE_EXISTS, /* no bytes */
    HW_RULE_NULL,   /* no bytes: absent or empty */
    HW_RULE_FIELD,  /* u8 one of the first four operations, u8 name: compared with that field */
    HW_RULE_OP_COUNT
};
enum { HW_RULE_WILD_DASH = 0xfd, HW_RULE_WILD_ONE = 0xfe, HW_RULE_WILD_MANY = 0xff };

/* ---- making ---- */

struct hw_rule_maker {
    struct hw_buf nodes, names;
    uint32_t open[HW_RULE_DEPTH]; /* where the nodes begin that are not closed */
    unsigned depth, name_count;
    const char *why; /* the first reason it cannot be made; static */
};
void hw_rule_maker_init(struct hw_rule_maker *m);
void hw_rule_maker_done(struct hw_rule_maker *m);
void hw_rule_maker_clear(struct hw_rule_maker *m);
/* Begins a node; `n` is for AT_LEAST alone. What stands between open and close is inside. */
void hw_rule_open(struct hw_rule_maker *m, enum hw_rule_kind kind, unsigned n);
/* Begins a test; name empty: any field. */
void hw_rule_test(struct hw_rule_maker *m, struct hw_span name, unsigned flags);
void hw_rule_value(struct hw_rule_maker *m, enum hw_rule_op op, struct hw_span value);
/* The field's number, for HW_RULE_FIELD. */
uint8_t hw_rule_name_number(struct hw_rule_maker *m, struct hw_span name);
void hw_rule_close(struct hw_rule_maker *m);
/* A regular expression as a value. */
void hw_rule_matches(struct hw_rule_maker *m, struct hw_span pattern, unsigned regex_flags);
/* A network as a value: ADDRESS/BITS. */
void hw_rule_cidr(struct hw_rule_maker *m, struct hw_span network);
/* The program, appended. False: m->why says it, *out is as it was. */
HW_CHECK bool hw_rule_finish(struct hw_rule_maker *m, struct hw_buf *out);

/* ---- asking ---- */

struct hw_rule { /* a proven program; borrows its bytes */
    struct hw_span names[HW_RULE_NAMES];
    unsigned name_count;
    struct hw_span root;
};
HW_CHECK bool hw_rule_check(struct hw_span program, struct hw_rule *out);

/* A record as a rule sees it. Spans are borrowed; p NULL: absent. */
struct hw_rule_record {
    struct hw_span (*field)(void *state, unsigned name); /* by the number of the rule's name */
    struct hw_span (*value)(void *state, size_t i);      /* the values there are, in any order */
    size_t count;
    void *state;
    /* Further values of a field that has several, i from 1; p NULL: no more. NULL: none has. A
     * test of such a field holds when it holds of one of them. */
    struct hw_span (*also)(void *state, unsigned name, size_t i);
};
enum hw_rule_answer { HW_RULE_NO, HW_RULE_YES, HW_RULE_SPENT };
/* About one unit of *fuel for each byte looked at; SPENT is no answer. */
enum hw_rule_answer hw_rule_ask(const struct hw_rule *rule, const struct hw_rule_record *record,
                                struct hw_regex_scratch *scratch, uint64_t *fuel);

/* Texts of which at least one must stand in some value (ASCII case aside) for the rule to hold:
 * what an index over many rules needs. 0: there is no such list of at most `max` texts of at least
 * `least` bytes. */
size_t hw_rule_needs(const struct hw_rule *rule, size_t least, struct hw_span *out, size_t max);

#endif
