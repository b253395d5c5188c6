/* SPDX-License-Identifier: Apache-2.0 */
/* A set of rules comes out as it was put in, and nothing else is one. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fact/ruleset.h"
#include "sweep.h"

static const uint8_t digests[2][32] = {{1, 2, 3}, {0xff}};
static const char *const texts[2] = {"rule a { condition: true }\n", ""};

static void build(struct hw_buf *b)
{
    hw_buf_init(b, 4096);
    hw_ruleset_begin(b);
    for (size_t i = 0; i < 2; i++) {
        hw_ruleset_put(b, &(struct hw_ruleset_source){
                              {digests[i], 32}, {(const uint8_t *)texts[i], strlen(texts[i])}});
    }
}

static void ruleset_gives_back_its_sources_in_order(void **state)
{
    struct hw_buf b;
    struct hw_budget fuel = {4096, 100, 1};
    struct hw_reader r;
    struct hw_ruleset_source s;
    (void)state;
    build(&b);
    hw_reader_init(&r, hw_buf_span(&b), &fuel);
    assert_true(hw_ruleset_open(&r));
    for (size_t i = 0; i < 2; i++) {
        assert_true(hw_ruleset_next(&r, &s));
        assert_memory_equal(s.digest.p, digests[i], 32);
        assert_int_equal(s.text.n, strlen(texts[i]));
        assert_memory_equal(s.text.p, texts[i], s.text.n);
    }
    assert_false(hw_ruleset_next(&r, &s));
    assert_true(hw_reader_ok(&r));
    hw_buf_done(&b);
}

static bool is_whole(const uint8_t *p, size_t n, void *state)
{
    struct hw_budget fuel = {4096, 100, 1};
    struct hw_reader r;
    struct hw_ruleset_source s;
    unsigned count = 0;
    (void)state;
    hw_reader_init(&r, (struct hw_span){p, n}, &fuel);
    if (!hw_ruleset_open(&r)) {
        return false;
    }
    while (hw_ruleset_next(&r, &s)) {
        count++;
    }
    return hw_reader_ok(&r) && count == 2;
}

static void ruleset_damaged_faults_its_reader(void **state)
{
    struct hw_buf b;
    (void)state;
    build(&b);
    hw_sweep_truncate(b.p, b.n, is_whole, NULL);
    hw_sweep_mutate(b.p, b.n, 1000, 7, is_whole, NULL);
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ruleset_gives_back_its_sources_in_order),
        cmocka_unit_test(ruleset_damaged_faults_its_reader),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
