/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "mutate.h"

enum { WHOLE_UP_TO = 8 * 1024, EDGE = 2 * 1024, BETWEEN = 4096 };

/* Hands over a copy in a block of exactly n bytes; the block must come back as it went. */
static bool ask(const uint8_t *p, size_t n, hw_sweep_parse parse, void *state)
{
    uint8_t *block = malloc(n == 0 ? 1 : n);
    assert_non_null(block);
    if (n == 0) {
        free(block); /* a pointer to one byte would hide a read of it */
        block = malloc(0);
    } else {
        memcpy(block, p, n);
    }
    bool sound = parse(block, n, state);
    if (n > 0 && memcmp(block, p, n) != 0) {
        fail_msg("the parser wrote into its evidence");
    }
    free(block);
    return sound;
}

void hw_sweep_truncate(const uint8_t *p, size_t n, hw_sweep_parse parse, void *state)
{
    size_t refused = 0, tried = 0;
    size_t step = n > WHOLE_UP_TO ? (n - (size_t)2 * EDGE) / BETWEEN + 1 : 1;
    assert_true(n > 0);
    for (size_t at = 0; at < n; tried++) {
        refused += ask(p, at, parse, state) ? 0 : 1;
        bool edge = at < EDGE || at >= n - EDGE;
        size_t next = at + (edge ? 1 : step);
        /* The last stretch begins where it should, however the steps fell. */
        at = n > WHOLE_UP_TO && at < n - EDGE && next > n - EDGE ? n - EDGE : next;
    }
    if (refused == 0) {
        fail_msg("none of %zu truncated inputs was refused: the sweep proves nothing", tried);
    }
}

void hw_sweep_mutate(const uint8_t *p, size_t n, unsigned rounds, uint64_t seed,
                     hw_sweep_parse parse, void *state)
{
    struct hw_dice dice = {seed};
    size_t refused = 0;
    assert_true(n > 0 && rounds > 0);
    uint8_t *copy = malloc(n);
    assert_non_null(copy);
    for (unsigned i = 0; i < rounds; i++) {
        memcpy(copy, p, n);
        hw_mutate(copy, n, &dice);
        if (memcmp(copy, p, n) == 0) {
            fail_msg("round %u did not change the input", i);
        }
        refused += ask(copy, n, parse, state) ? 0 : 1;
    }
    free(copy);
    if (refused == 0) {
        fail_msg("none of %u mutated inputs was refused: the sweep proves nothing", rounds);
    }
}
