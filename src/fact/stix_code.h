/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_code.h -- the bytes of a pattern's program, for stix_*.c alone.
 *
 *   header  16  'S', version 1, u16 nodes, tests, steps, values, u16 0, u32 bytes of the pool
 *   node    24  u8 op, u8 0, u16 a, u16 b, u16 0, i64 x, i64 y
 *   test    16  u8 op, u8 flags, u16 a, u16 b, u16 type, u16 type_n, u16 value, u16 values, u16 0
 *   step     6  u8 kind, u8 0, u16 off, u16 n
 *   value   16  u8 kind, u8 0, u16 off, u16 n, u16 0, u64 number
 *   pool
 *
 * Nodes and tests come after what they stand on, so the last node is the whole pattern. A leaf's
 * tests are a stretch of the table: a is the last of them, b the first.
 */
#ifndef HW_FACT_STIX_CODE_H
#define HW_FACT_STIX_CODE_H

#include "fact/stix_pattern.h"

enum { STIX_HEADER = 16, STIX_NODE = 24, STIX_TEST = 16, STIX_STEP = 6, STIX_VALUE = 16 };

enum stix_node_op {
    STIX_LEAF = 1,    /* a: last test, b: first test, x: its number */
    STIX_BOTH,        /* a, b */
    STIX_EITHER,      /* a, b */
    STIX_FOLLOWED_BY, /* a, then b */
    STIX_WITHIN,      /* a; x: ns */
    STIX_REPEATS,     /* a; x: times */
    STIX_BETWEEN,     /* a; x: start, y: stop */
};

enum stix_test_op {
    STIX_AND = 1, /* a, b */
    STIX_OR,      /* a, b */
    STIX_EQUAL,   /* this and below: a: first step, b: steps, type, value */
    STIX_NOT_EQUAL,
    STIX_LESS,
    STIX_GREATER,
    STIX_LESS_EQUAL,
    STIX_GREATER_EQUAL,
    STIX_IN, /* values: how many */
    STIX_LIKE,
    STIX_MATCHES,
    STIX_ISSUBSET,
    STIX_ISSUPERSET,
    STIX_EXISTS, /* no value */
};
enum { STIX_NOT = 1, STIX_NOCASE = 2 };

enum stix_step_kind { STIX_KEY = 1, STIX_AT, STIX_ANY };

enum stix_literal {
    STIX_L_INT = 1,
    STIX_L_FLOAT,
    STIX_L_BOOL,
    STIX_L_TEXT,
    STIX_L_BYTES,
    STIX_L_TIME,
    STIX_L_REGEX,
    STIX_L_SUBNET, /* 18 bytes: 4 or 6, bits, address */
};
enum { STIX_SUBNET_BYTES = 18 };

struct stix_node {
    enum stix_node_op op;
    unsigned a, b;
    int64_t x, y;
};
struct stix_test {
    enum stix_test_op op;
    unsigned flags, a, b, value, values;
    struct hw_span type;
};
struct stix_step {
    enum stix_step_kind kind;
    unsigned at;
    struct hw_span key;
};
struct stix_value {
    enum stix_literal kind;
    struct hw_span text;
    int64_t integer;
    double number;
};

/* The i-th of a table; i is below its count, and the program is proven. */
struct stix_node hw_stix_node(const struct hw_stix *p, unsigned i);
struct stix_test hw_stix_test(const struct hw_stix *p, unsigned i);
struct stix_step hw_stix_step(const struct hw_stix *p, unsigned i);
struct stix_value hw_stix_literal(const struct hw_stix *p, unsigned i);

/* An address or network ("11.22.33.0/24", "2001:db8::/32"; without bits: one address). */
HW_CHECK bool hw_stix_subnet(struct hw_span s, uint8_t out[STIX_SUBNET_BYTES]);
/* Does every address of `inner` lie in `outer`? */
bool hw_stix_subnet_holds(const uint8_t *outer, const uint8_t *inner);

/* A timestamp as patterns and STIX JSON write it: 2016-06-01T01:30:00.123Z and no other way. */
HW_CHECK bool hw_stix_time(struct hw_span s, int64_t *out);

/* One value against one test's literals: 0 no, 1 yes, 2 cannot be told. */
enum { STIX_NOPE, STIX_YEP, STIX_OPEN };
struct stix_run {
    const struct hw_stix *p;
    const struct hw_stix_observation *o;
    struct hw_stix_scratch *scratch;
    uint64_t *fuel;
};
unsigned hw_stix_compare(struct stix_run *r, const struct stix_test *t,
                         const struct hw_stix_value *v, struct hw_span key);
/* Takes so many steps; false when there are none left. */
HW_CHECK bool hw_stix_spend(uint64_t *fuel, uint64_t steps);

#endif
