/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/regex.h -- regular expressions of published rules, bounded in every way.
 *
 * compile() runs in the cage, on a stranger's expression; the program travels in a fact and lies in
 * a case, which may be a stranger's too; check() proves the program before match() runs it.
 *
 * The language is what Python's re, PCRE and .NET have in common, for a yes or no: literals,
 * `.` [...] [^...] [[:alpha:]] \d \w \s \b and their capitals, ^ $ \A \z \Z, groups of every kind
 * that only groups, alternation, * + ? {m} {m,} {m,n} {,n} and their lazy forms (which change
 * nothing for a yes or no), (?i) (?m) (?s) for the rest of a group or for (?i:a group). Back
 * references, looking around, atomic groups, possessive repetition and conditions are refused by
 * name. \d \w \s and letters without case are those of ASCII. `$` also holds before a line feed
 * that ends the text.
 *
 * A match steps all threads at once (Thompson 1968, Pike; Cox, "Regular Expression Matching: the
 * Virtual Machine Approach", 2009): text times program at most, no recursion, no memory but the
 * scratch.
 *
 * A program, numbers little-endian:
 *
 *   magic    u8       'R'
 *   version  u8       1
 *   flags    u8       HW_REGEX_BYTES
 *   zero     u8
 *   count    u16      instructions
 *   classes  u16      bytes of classes
 *   first    32 bytes bit set of the bytes a match can begin with; all set: it may be empty
 *   code     count times u32: operation in the low eight bits, operand in the high 24
 *   classes  each: u16 ranges, u8 negated, then u24 low and u24 high of each range
 */
#ifndef HW_FACT_REGEX_H
#define HW_FACT_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/reader.h"

enum {
    HW_REGEX_CODE_MAX = 2048,           /* instructions */
    HW_REGEX_CLASS_BYTES = 8000,        /* of all classes together */
    HW_REGEX_PROGRAM_BYTES = 16 * 1024, /* of a whole program */
    HW_REGEX_PATTERN_BYTES = 8 * 1024,  /* of an expression as written */
    HW_REGEX_TEXT_BYTES = 64 * 1024,    /* what is matched; longer texts are matched up to here */
    HW_REGEX_DEPTH = 100,               /* groups in groups */
    HW_REGEX_REPEAT_MAX = 2000,
    HW_REGEX_LITERAL_BYTES = 64,
};

enum hw_regex_flag {
    HW_REGEX_NOCASE = 1, /* ASCII letters alike */
    HW_REGEX_MULTILINE = 2,
    HW_REGEX_DOTALL = 4,
    HW_REGEX_BYTES = 8,  /* the text is bytes, each a character; else UTF-8, bad bytes characters
                            of their own that only `.` and [^...] take */
    HW_REGEX_WHOLE = 16, /* it must take the whole text */
};

/* Appends the program of an expression (flags of enum hw_regex_flag). False: *out is as it was and
 * *out_why a static sentence. Uses some 30 KiB of stack. */
HW_CHECK bool hw_regex_compile(struct hw_span pattern, unsigned flags, struct hw_buf *out,
                               const char **out_why);

struct hw_regex { /* a proven program; borrows its bytes. Private to regex.c */
    struct hw_span code, classes, first;
    unsigned count;
    bool bytes, starts_anywhere;
};
/* Proves that a program is whole: each jump, class and size. */
HW_CHECK bool hw_regex_check(struct hw_span program, struct hw_regex *out);
/* The same of a program that check() has proved, without proving it again. */
void hw_regex_open(struct hw_span program, struct hw_regex *out);

/* A text that stands, ASCII case aside, in whatever a proven program matches: the longest that is
 * certain, or a part of it. Answers its length; 0: there is none. */
size_t hw_regex_literal(const struct hw_regex *re, uint8_t out[HW_REGEX_LITERAL_BYTES]);

struct hw_regex_scratch { /* of one match at a time; needs no initial value */
    uint32_t seen[HW_REGEX_CODE_MAX];
    uint16_t now[HW_REGEX_CODE_MAX], next[HW_REGEX_CODE_MAX], stack[HW_REGEX_CODE_MAX];
};

enum hw_regex_answer { HW_REGEX_NO, HW_REGEX_YES, HW_REGEX_SPENT };
/* Does it match anywhere in the text? Each step of a thread takes one from *fuel; at nought the
 * answer is SPENT, which is no answer. */
enum hw_regex_answer hw_regex_match(const struct hw_regex *re, struct hw_span text,
                                    struct hw_regex_scratch *scratch, uint64_t *fuel);

#endif
