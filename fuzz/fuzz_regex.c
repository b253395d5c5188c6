/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_regex.c -- an expression from a feed, and a program from a stranger's case: what is
 * compiled is whole; what is whole runs within its program and ends.
 *
 * Targets: src/fact/regex.c, src/fact/regex_compile.c, src/fact/regex_literal.c
 * Max: 4096
 *
 * Input: u8 flags, u8 length of the text, the text, then an expression; with bit 7 of the flags a
 * program.
 */
#include "fuzz.h"

#include "base/text.h"
#include "fact/regex.h"

static struct hw_regex_scratch scratch;

static void run(struct hw_span program, struct hw_span text, bool ours)
{
    struct hw_regex re;
    uint64_t fuel = 1000000;
    if (!hw_regex_check(program, &re)) {
        if (ours) {
            hw_fuzz_broken("a program of ours is whole");
        }
        return;
    }
    enum hw_regex_answer a = hw_regex_match(&re, text, &scratch, &fuel);
    if (fuel > 1000000 || (a == HW_REGEX_SPENT) != (fuel == 0 && a == HW_REGEX_SPENT)) {
        hw_fuzz_broken("fuel is only spent");
    }
    uint8_t literal[HW_REGEX_LITERAL_BYTES];
    struct hw_span must = {literal, hw_regex_literal(&re, literal)};
    bool stands = must.n == 0;
    for (size_t at = 0; at + must.n <= text.n; at++) {
        stands = stands || hw_span_equal_nocase(hw_span_cut(text, at, must.n), must);
    }
    if (a == HW_REGEX_YES && !stands) {
        hw_fuzz_broken("what an expression needs stands in what it matches");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_span in = {data, size};
    const char *why;
    struct hw_buf b;
    if (size < 2) {
        return 0;
    }
    struct hw_span text = hw_span_cut(in, 2, data[1]), rest = hw_span_from(in, 2 + text.n);
    if ((data[0] & 0x80) != 0) {
        run(rest, text, false);
        return 0;
    }
    hw_buf_init(&b, HW_REGEX_PROGRAM_BYTES);
    if (hw_regex_compile(rest, data[0] & 0x1f, &b, &why)) {
        run(hw_buf_span(&b), text, true);
    } else if (b.n != 0) {
        hw_fuzz_broken("what is refused leaves nothing");
    }
    hw_buf_done(&b);
    return 0;
}

static void seed(hw_fuzz_give give, void *state, const char *pattern)
{
    struct hw_buf b;
    const char *why;
    hw_buf_init(&b, HW_REGEX_PROGRAM_BYTES + 64);
    hw_buf_bytes(&b, "\x00\x0e", 2);
    hw_buf_str(&b, "ab12 foo.bar\nx");
    hw_buf_str(&b, pattern);
    give(state, "expression", b.p, b.n);
    hw_buf_clear(&b);
    hw_buf_bytes(&b, "\x80\x0e", 2);
    hw_buf_str(&b, "ab12 foo.bar\nx");
    if (!hw_regex_compile(hw_span_str(pattern), HW_REGEX_NOCASE, &b, &why)) {
        hw_fuzz_broken("a seed is an expression");
    }
    give(state, "program", b.p, b.n);
    hw_buf_done(&b);
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    seed(give, state, "^a[b-d\\d]*(x|y|\\w{2,3}?)$");
    seed(give, state, "(?i:foo\\.|[^\\S\\n])+\\b(?<n>.*)\\x{20ac}?");
}
