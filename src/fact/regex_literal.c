/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/regex_literal.c -- a text that must stand in whatever an expression matches.
 *
 * An index over thousands of expressions needs such a text of each. It is read off the program: an
 * instruction that no jump leads over is one that every match comes by, and two of them in a row
 * are come by one after the other when the first of them is met for the first time.
 */
#include "base/text.h"
#include "fact/regex.h"
#include "fact/regex_code.h"

static uint32_t code_at(const struct hw_regex *re, uint32_t at)
{
    const uint8_t *p = re->code.p + (size_t)at * 4;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Bytes of a character as a text has it; 0: it is none that a text could hold. */
static size_t encode(const struct hw_regex *re, uint32_t c, uint8_t out[4])
{
    if (re->bytes) {
        out[0] = (uint8_t)c;
        return c <= 0xff;
    }
    return c < HW_RE_BAD_CHAR && (c < 0xd800 || c > 0xdfff) ? hw_utf8_encode(c, out) : 0;
}

size_t hw_regex_literal(const struct hw_regex *re, uint8_t out[HW_REGEX_LITERAL_BYTES])
{
    uint8_t run[HW_REGEX_LITERAL_BYTES], c[4];
    uint32_t over = 0; /* some jump leads to here, over what is before */
    size_t n = 0, best = 0;
    for (uint32_t at = 0; at < re->count; at++) {
        uint32_t code = code_at(re, at);
        enum hw_regex_op op = hw_re_op(code);
        bool jump = op == HW_RE_JUMP || op == HW_RE_SPLIT, one = op == HW_RE_CHAR;
        int32_t to = jump ? hw_re_target(at, code) : 0;
        size_t wide = one || op == HW_RE_CHAR_NOCASE ? encode(re, hw_re_operand(code), c) : 0;
        over = to > (int32_t)over ? (uint32_t)to : over;
        if (wide == 0 || at < over || n + wide > sizeof run) {
            n = 0;
        }
        if (op == HW_RE_MATCH) {
            break;
        }
        for (size_t i = 0; i < wide && at >= over; i++) {
            run[n++] = c[i];
        }
        for (size_t i = 0; n > best && i < n; i++) {
            out[i] = run[i];
        }
        best = n > best ? n : best;
    }
    return best;
}
