/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state table alone: the same verdict however the bytes were cut, and nothing sound about a
 * stream that lost or changed a byte of its frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_frames.h"
#include "door/intake/channel.h"
#include "sweep.h"

enum { JOB = 7, SIZE = 100 };

static void build_stream(struct hw_buf *b)
{
    struct hw_outer inner = hw_frames_outer();
    inner.sha256[0] = 1;
    hw_buf_init(b, 1 << 20);
    hw_frames_begin(b, JOB);
    hw_frames_artifact(b, 0, UINT64_MAX, SIZE, NULL);
    hw_frames_property(b, 0, "test.one", 1);
    hw_frames_artifact(b, 1, 0, 10, &inner);
    hw_frames_property(b, 1, "test.two", 2);
    hw_frames_property(b, 0, "test.three", 3);
    hw_frames_artifact(b, 2, 1, 5, &inner);
    hw_frames_end(b, 6, 3);
}

static int count(void *state, const struct hw_frame *f, struct hw_error *err)
{
    (void)f;
    (void)err;
    ++*(uint64_t *)state;
    return HW_OK;
}

static struct hw_channel *open_channel(uint64_t *facts)
{
    struct hw_outer outer = hw_frames_outer();
    *facts = 0;
    struct hw_channel *c =
        hw_channel_new(JOB, &outer, SIZE, hw_channel_caps_default(), count, facts);
    assert_non_null(c);
    return c;
}

static enum hw_refusal hear(const uint8_t *p, size_t n, size_t step)
{
    uint64_t facts;
    struct hw_error err;
    struct hw_channel *c = open_channel(&facts);
    for (size_t at = 0; at < n; at += step) {
        size_t part = n - at < step ? n - at : step;
        assert_int_equal(hw_channel_feed(c, (struct hw_span){p + at, part}, &err), HW_OK);
    }
    hw_channel_close(c);
    enum hw_refusal r = hw_channel_refusal(c);
    assert_int_equal(facts, hw_channel_facts(c));
    assert_int_equal(hw_channel_complete(c), r == HW_REFUSAL_NONE);
    assert_int_equal(hw_channel_why(c)[0] == '\0', r == HW_REFUSAL_NONE);
    hw_channel_free(c);
    return r;
}

static void every_cut_gives_the_same_verdict(void **state)
{
    (void)state;
    struct hw_buf b;
    build_stream(&b);
    for (size_t step = 1; step <= b.n; step++) {
        assert_int_equal(hear(b.p, b.n, step), HW_REFUSAL_NONE);
    }
    hw_buf_done(&b);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    enum hw_refusal whole = hear(p, n, n == 0 ? 1 : n);
    assert_int_equal(hear(p, n, 1), whole);
    assert_int_equal(hear(p, n, 5), whole);
    return whole == HW_REFUSAL_NONE;
}

static void stream_survives_truncation_and_mutation(void **state)
{
    (void)state;
    struct hw_buf b;
    build_stream(&b);
    hw_sweep_truncate(b.p, b.n, parse, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 0x5eed, parse, NULL);
    hw_buf_done(&b);
}

static void no_prefix_is_complete(void **state)
{
    (void)state;
    struct hw_buf b;
    build_stream(&b);
    for (size_t n = 0; n < b.n; n++) {
        enum hw_refusal r = hear(b.p, n, 64);
        assert_true(r == HW_REFUSAL_NO_END || r == HW_REFUSAL_HALF_FRAME);
    }
    hw_buf_done(&b);
}

static void seal_by_a_stranger_is_out_of_order(void **state)
{
    (void)state;
    for (uint64_t by = 0; by < 2; by++) {
        struct hw_error err;
        struct hw_fact f;
        struct hw_buf b;
        hw_buf_init(&b, 1 << 20);
        hw_frames_begin(&b, JOB);
        hw_frames_artifact(&b, 0, UINT64_MAX, SIZE, NULL);
        hw_fact_about(&f, HW_FACT_SEAL, 0);
        hw_fact_u64(&f, HW_SEAL_BY, by);
        hw_fact_str(&f, HW_SEAL_SCHEME, "test");
        hw_fact_u64(&f, HW_SEAL_OK, 1);
        assert_int_equal(hw_fact_encode(&f, &b, &err), HW_OK);
        hw_frames_end(&b, 2, 1);
        assert_int_equal(hear(b.p, b.n, b.n), by == 0 ? HW_REFUSAL_NONE : HW_REFUSAL_OUT_OF_ORDER);
        hw_buf_done(&b);
    }
}

static int fail_third(void *state, const struct hw_frame *f, struct hw_error *err)
{
    (void)f;
    return ++*(uint64_t *)state == 3 ? hw_fail(err, HW_E_SPACE, "full") : HW_OK;
}

static void failure_of_ours_is_no_refusal(void **state)
{
    (void)state;
    struct hw_outer outer = hw_frames_outer();
    struct hw_error err;
    uint64_t facts = 0;
    struct hw_buf b;
    build_stream(&b);
    struct hw_channel *c =
        hw_channel_new(JOB, &outer, SIZE, hw_channel_caps_default(), fail_third, &facts);
    assert_int_equal(hw_channel_feed(c, hw_buf_span(&b), &err), HW_E_SPACE);
    assert_int_equal(hw_channel_refusal(c), HW_REFUSAL_NONE);
    assert_false(hw_channel_complete(c));
    hw_channel_free(c);
    hw_buf_done(&b);
}

static void every_refusal_has_a_word_and_a_meaning(void **state)
{
    (void)state;
    assert_int_equal(hw_refusals.count, HW_REFUSAL_COUNT - 1);
    for (size_t i = 1; i < hw_refusals.count; i++) {
        assert_true(strcmp(hw_refusals.words[i - 1].word, hw_refusals.words[i].word) < 0);
    }
    for (enum hw_refusal r = HW_REFUSAL_NONE + 1; r < HW_REFUSAL_COUNT; r++) {
        assert_non_null(hw_vocab_means(&hw_refusals, hw_refusal_word(r)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_gives_the_same_verdict),
        cmocka_unit_test(stream_survives_truncation_and_mutation),
        cmocka_unit_test(no_prefix_is_complete),
        cmocka_unit_test(seal_by_a_stranger_is_out_of_order),
        cmocka_unit_test(failure_of_ours_is_no_refusal),
        cmocka_unit_test(every_refusal_has_a_word_and_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
