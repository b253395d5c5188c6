/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_stix_pattern.c -- patterns and programs from a stranger.
 *
 * Targets: src/fact/stix_pattern.c, stix_compile.c, stix_compile_test.c, stix_lex.c, stix_bind.c,
 * stix_match.c, stix_compare.c, stix_subnet.c
 * Max: 65536
 *
 * Input: a pattern, or, when it begins with 'S' and 1, a program. What compiles is proven, and what
 * is proven runs within its fuel.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fact/stix_pattern.h"

static const struct hw_stix_member hashes[] = {
    {HW_SPAN_LIT("MD5"), {HW_STIX_TEXT, {.text = HW_SPAN_LIT("0123456789abcdef0123456789abcdef")}}},
};
static const struct hw_stix_member members[] = {
    {HW_SPAN_LIT("b"), {HW_STIX_TEXT, {.text = HW_SPAN_LIT("hello")}}},
    {HW_SPAN_LIT("n"), {HW_STIX_INT, {.integer = 5}}},
    {HW_SPAN_LIT("f"), {HW_STIX_FLOAT, {.number = 1.5}}},
    {HW_SPAN_LIT("x_hex"), {HW_STIX_TEXT, {.text = HW_SPAN_LIT("00ff")}}},
    {HW_SPAN_LIT("a_ref"), {HW_STIX_TEXT, {.text = HW_SPAN_LIT("0")}}},
    {HW_SPAN_LIT("hashes"), {HW_STIX_DICT, {.members = {hashes, 1}}}},
    {HW_SPAN_LIT("t"), {HW_STIX_TEXT, {.text = HW_SPAN_LIT("2020-01-01T00:00:00Z")}}},
    {HW_SPAN_LIT("ip"), {HW_STIX_TEXT, {.text = HW_SPAN_LIT("10.0.0.5")}}},
};
static const struct hw_stix_object objects[] = {
    {HW_SPAN_LIT("a"), HW_SPAN_LIT("0"), members, sizeof members / sizeof members[0]},
    {HW_SPAN_LIT("file"), HW_SPAN_LIT("1"), members, sizeof members / sizeof members[0]},
};

static void run(struct hw_span program)
{
    enum { OBSERVATIONS = 12 };
    static struct hw_stix_scratch scratch;
    struct hw_stix_observation o[OBSERVATIONS];
    struct hw_stix_hit room[OBSERVATIONS];
    struct hw_stix p;
    uint64_t fuel = 30000;
    if (!hw_stix_check(program, &p)) {
        return;
    }
    for (unsigned i = 0; i < OBSERVATIONS; i++) {
        o[i] = (struct hw_stix_observation){objects, 2, i * INT64_C(1000000000),
                                            i * INT64_C(1100000000), 1 + i % 2};
    }
    if (hw_stix_match(&p, o, OBSERVATIONS, &scratch, &fuel, room) != HW_STIX_YES) {
        return;
    }
    uint64_t used = 0;
    for (unsigned i = 0; i < OBSERVATIONS; i++) {
        used += room[i].used;
        if (room[i].used > room[i].number) {
            hw_fuzz_broken("no observation is bound more often than it was made");
        }
    }
    if (used == 0) {
        hw_fuzz_broken("a match binds an observation");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_span in = {data, size};
    struct hw_stix_fault fault = {0, NULL};
    struct hw_stix p;
    struct hw_buf program;
    if (hw_span_starts(in, "S\x01")) {
        run(in);
        return 0;
    }
    hw_buf_init(&program, HW_STIX_PROGRAM_BYTES);
    if (hw_stix_compile(in, size % 2 == 0 ? HW_STIX_20 : 0, &program, &fault)) {
        if (!hw_stix_check(hw_buf_span(&program), &p)) {
            hw_fuzz_broken("what compiles is proven");
        }
        run(hw_buf_span(&program));
    } else if (fault.why == NULL || fault.off > size || program.n != 0) {
        hw_fuzz_broken("what is refused says why and where");
    }
    hw_buf_done(&program);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const patterns[] = {
        "[a:b = 'hello' AND a:n IN (1, 5) OR a:f >= 1.5] REPEATS 3 TIMES WITHIN 5 SECONDS",
        "([a:b LIKE 'h%_o'] FOLLOWEDBY [a:b MATCHES 'l+']) START t'1970-01-01T00:00:00Z' STOP "
        "t'2020-01-01T00:00:00Z'",
        "[a:a_ref.a_ref.hashes.MD5 = '0123456789abcdef0123456789abcdef'] AND [a:x_hex = h'00ff']",
        "[a:ip ISSUBSET '10.0.0.0/8' AND EXISTS a:t AND a:t > t'2019-01-01T00:00:00Z'] OR "
        "([a:b = b'aGVsbG8='] AND [file:hashes[*] NOT != 'x'])",
    };
    struct hw_stix_fault fault;
    struct hw_buf b;
    hw_buf_init(&b, HW_STIX_PROGRAM_BYTES);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        char name[] = "pattern-0", compiled[] = "program-0";
        name[8] = compiled[8] = (char)('0' + i);
        give(state, name, (const uint8_t *)patterns[i], strlen(patterns[i]));
        hw_buf_clear(&b);
        if (!hw_stix_compile(hw_span_str(patterns[i]), 0, &b, &fault)) {
            abort();
        }
        give(state, compiled, b.p, b.n);
    }
    hw_buf_done(&b);
}
