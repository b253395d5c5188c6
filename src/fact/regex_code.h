/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/regex_code.h -- the instructions of fact/regex.h's programs, for the two files that write
 * and run them.
 */
#ifndef HW_FACT_REGEX_CODE_H
#define HW_FACT_REGEX_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "fact/regex.h"

enum hw_regex_op {
    HW_RE_CHAR = 1, /* operand: the character */
    HW_RE_CHAR_NOCASE,
    HW_RE_CLASS, /* operand: offset of its class */
    HW_RE_CLASS_NOCASE,
    HW_RE_ANY,         /* everything */
    HW_RE_ANY_IN_LINE, /* but a line feed */
    HW_RE_JUMP,        /* operand: distance, two's complement of 24 bits */
    HW_RE_SPLIT,       /* the next one, and operand as for JUMP */
    HW_RE_TEXT_START,
    HW_RE_TEXT_END,
    HW_RE_LAST_LINE_END, /* the end, or before the line feed that ends the text */
    HW_RE_LINE_START,
    HW_RE_LINE_END,
    HW_RE_WORD_EDGE,
    HW_RE_NO_WORD_EDGE,
    HW_RE_MATCH,
};

enum {
    HW_RE_HEAD_BYTES = 8,
    HW_RE_FIRST_BYTES = 32,
    HW_RE_CLASS_HEAD = 3,
    HW_RE_RANGE_BYTES = 6,
    HW_RE_RANGES_MAX = 64,     /* of one class: what a step costs stays of one size */
    HW_RE_BAD_CHAR = 0x110000, /* what a bad byte of UTF-8 is; above all classes */
};

static inline uint32_t hw_re_make(enum hw_regex_op op, uint32_t operand)
{
    return (uint32_t)op | operand << 8;
}

static inline enum hw_regex_op hw_re_op(uint32_t code)
{
    return (enum hw_regex_op)(code & 0xff);
}

static inline uint32_t hw_re_operand(uint32_t code)
{
    return code >> 8;
}

/* Where a jump at `at` leads; outside the program it is negative or past the end. */
static inline int32_t hw_re_target(uint32_t at, uint32_t code)
{
    int32_t d = (int32_t)(code >> 8);
    return (int32_t)at + (d >= 1 << 23 ? d - (1 << 24) : d);
}

static inline uint32_t hw_re_distance(int32_t d)
{
    return (uint32_t)d & 0xffffff;
}

static inline bool hw_re_is_word(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The bytes a match of a proven program can begin with; all, when it may be empty. */
void hw_re_first(const struct hw_regex *re, uint8_t first[HW_RE_FIRST_BYTES]);

/* --- the compiler: regex_compile.c; classes and escapes: regex_class.c --- */

#define HW_RE_END UINT32_MAX /* instead of a character */
struct hw_re_compiler {      /* some 17 KiB */
    struct hw_span in;
    size_t at;
    const char *why;
    unsigned flags, depth;
    uint32_t count, classes_n;
    uint32_t code[HW_REGEX_CODE_MAX];
    uint8_t classes[HW_REGEX_CLASS_BYTES];
};

/* Always false; the first reason stays. */
bool hw_re_refuse(struct hw_re_compiler *c, const char *why);
uint32_t hw_re_peek(const struct hw_re_compiler *c);
uint32_t hw_re_take(struct hw_re_compiler *c);
bool hw_re_took(struct hw_re_compiler *c, const char *word); /* if it stands there */
bool hw_re_emit(struct hw_re_compiler *c, enum hw_regex_op op, uint32_t operand);
/* Behind a `[`: the class whole. */
bool hw_re_class_read(struct hw_re_compiler *c);
/* \d \w \s and their capitals; *out_is is false, and nothing done, for other letters. */
bool hw_re_class_escape(struct hw_re_compiler *c, uint32_t letter, bool *out_is);
/* What follows a backslash, where it is one character: in a class and outside alike. */
bool hw_re_escaped_char(struct hw_re_compiler *c, uint32_t letter, uint32_t *out);

#endif
