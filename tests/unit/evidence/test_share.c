/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "build_share.h"
#include "fact/share.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

static void read_it(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void make(const char *lines)
{
    again();
    build_share(&b, &(struct build_share){.lines = lines});
    read_it();
}

#define HAS(...) assert_true(hw_told_has(&t.told, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(hw_told_has(&t.told, __VA_ARGS__, NULL))

static void share_whole_is_sound_and_every_line_is_a_record(void **state)
{
    (void)state;
    build_share(&b, &(struct build_share){.seed = 0});
    read_it();
    assert_int_equal(t.told.anomalies, 0);
    HAS("artifact node=0", "format=share");
    HAS("knowledge node=0 form=share", "entries=2 refused=0");
    HAS("share/share/head number=1", "by=\"Maker\"", "to=\"beta\"", "signer=\"");
    HAS("share/share/end number=2", "kind=\"process\"", "key=\"thing-000000000001\"");
    HAS("share/share/end number=4", "kind=\"artifact\"");
    HAS("share/share/step number=5", "verb=\"wrote\"", "class=\"observed\"", "part=\"way\"");
    HAS("share/share/crossing number=7", "release=\"app 1.0\"");
    HAS("share/share/root number=8", "observed=\"false\"");
    assert_int_equal(t.records, 8);
    assert_int_equal(hw_told_count(&t.told, " bundle=\""), 8);
}

static void share_of_a_broken_signature_says_nothing_else(void **state)
{
    (void)state;
    build_share(&b, &(struct build_share){.sign_other = true});
    read_it();
    HAS("degree=refused", "tampered with");
    HAS_NOT("knowledge ");
    assert_int_equal(t.records, 0);
    /* every byte of the body counts, and every byte of the last line */
    again();
    build_share(&b, &(struct build_share){.seed = 3});
    for (size_t i = sizeof HW_SHARE_BEGINS; i < b.n; i += 7) {
        struct hw_recorded one;
        hw_recorded_init(&one);
        b.p[i] ^= 4;
        hw_told_examine(&one.told, b.p, b.n, NULL);
        b.p[i] ^= 4;
        assert_true(hw_told_has(&one.told, "degree=refused", NULL));
        assert_int_equal(one.records, 0);
        hw_recorded_done(&one);
    }
    hw_buf_char(&b, '\n');
    read_it();
    HAS("degree=refused", "not whole");
}

static void share_lines_with_faults_do_not_count_and_the_rest_does(void **state)
{
    static const struct {
        const char *line, *why;
    } faults[] = {
        {"{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":9,\"class\":\"observed\","
         "\"part\":\"way\"}\n",
         "an end of it is none"},
        {"{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":1,\"class\":\"observed\","
         "\"part\":\"way\"}\n",
         "an end of it is none"},
        {"{\"type\":\"step\",\"from\":1,\"verb\":\"ate\",\"to\":2,\"class\":\"observed\","
         "\"part\":\"way\"}\n",
         "no word of the format"},
        {"{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":2,\"class\":\"certain\","
         "\"part\":\"way\"}\n",
         "no word of the format"},
        {"{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":2,\"class\":\"observed\","
         "\"part\":\"way\",\"lo\":\"2024-06-02T00:00:00Z\"}\n",
         "later than the bundle"},
        {"{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":2,\"class\":\"observed\","
         "\"part\":\"way\",\"lo\":\"2024-05-02T00:00:00Z\",\"hi\":\"2024-05-01T00:00:00Z\"}\n",
         "ended before it began"},
        {"{\"type\":\"step\",\"from\":-1,\"verb\":\"wrote\",\"to\":2,\"class\":\"observed\","
         "\"part\":\"way\"}\n",
         "from: missing"},
        {"{\"type\":\"step\",\"type\":\"end\"}\n", "no JSON"},
        {"{\"type\":\"end\",\"n\":2,\"kind\":\"file\",\"key\":\"k\"}\n", "not behind"},
        {"{\"type\":\"end\",\"n\":3,\"kind\":\"ghost\",\"key\":\"k\"}\n", "its kind is none"},
        {"{\"type\":\"end\",\"n\":3,\"kind\":\"artifact\",\"key\":\"abcd\"}\n",
         "known by their hash"},
        {"{\"type\":\"headwater-share\"}\n", "the head is the first line"},
        {"{\"type\":\"wish\"}\n", "of no type that is known"},
        {"[]\n", "of no type that is known"},
    };
    struct hw_buf lines;
    (void)state;
    hw_buf_init(&lines, 1 << 16);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        hw_buf_clear(&lines);
        hw_buf_str(&lines, "{\"type\":\"end\",\"n\":1,\"kind\":\"file\",\"key\":\"a\"}\n"
                           "{\"type\":\"end\",\"n\":2,\"kind\":\"file\",\"key\":\"b\"}\n");
        hw_buf_str(&lines, faults[i].line);
        hw_buf_str(&lines, "{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":2,"
                           "\"class\":\"claimed\",\"part\":\"way\"}\n");
        make(hw_buf_text(&lines));
        HAS("rule=line-refused", "line 4", faults[i].why);
        HAS("refused=1");
        HAS("share/share/step number=5", "class=\"claimed\"");
    }
    hw_buf_done(&lines);
}

static void share_without_its_head_is_refused(void **state)
{
    (void)state;
    again();
    build_share(&b, &(struct build_share){.head = HW_SHARE_BEGINS "never\"}\n"});
    read_it();
    HAS("degree=refused", "no head of a bundle");
    assert_int_equal(t.records, 0);
}

static void share_names_are_text_and_no_more(void **state)
{
    struct hw_buf lines;
    (void)state;
    hw_buf_init(&lines, 1 << 20);
    hw_buf_str(&lines, "{\"type\":\"end\",\"n\":1,\"kind\":\"file\",\"key\":\"a\",\"name\":"
                       "\"</script>\\u202e\\u0000x\"}\n"
                       "{\"type\":\"end\",\"n\":2,\"kind\":\"file\",\"key\":\"b\",\"name\":\"");
    for (unsigned i = 0; i < 4096; i++) {
        hw_buf_char(&lines, 'n');
    }
    hw_buf_str(&lines,
               "\"}\n{\"type\":\"end\",\"n\":3,\"kind\":\"file\",\"key\":\"c\",\"name\":\"");
    for (unsigned i = 0; i <= HW_SHARE_TEXT; i++) {
        hw_buf_char(&lines, 'n');
    }
    hw_buf_str(&lines, "\"}\n");
    make(hw_buf_text(&lines));
    hw_buf_done(&lines);
    HAS("share/share/end number=3", "nnnnnnnnnnnn");
    HAS("rule=line-refused", "line 4", "name: missing, of another type, or too long");
    /* JSON with a NUL is none for our reader */
    HAS("rule=line-refused", "line 2", "no JSON");
}

static void share_limits_hold(void **state)
{
    struct hw_buf lines;
    (void)state;
    hw_buf_init(&lines, 16 << 20);
    for (unsigned i = 1; i <= HW_SHARE_ENDS + 5; i++) {
        hw_buf_printf(&lines, "{\"type\":\"end\",\"n\":%u,\"kind\":\"file\",\"key\":\"k\"}\n", i);
    }
    make(hw_buf_text(&lines));
    HAS("rule=line-refused", "more things than a bundle may have");
    HAS("refused=5");
    assert_int_equal(t.records, HW_SHARE_ENDS + 1);
    hw_buf_clear(&lines);
    for (unsigned i = 0; i < HW_SHARE_LINE + 10; i++) {
        hw_buf_char(&lines, ' ');
    }
    hw_buf_char(&lines, '\n');
    make(hw_buf_text(&lines));
    HAS_NOT("degree=sound");
    hw_buf_done(&lines);
}

/* Damage behind a good signature: what a lying sender can write. */
static bool signed_sound(const uint8_t *p, size_t n, void *state)
{
    struct hw_buf whole;
    (void)state;
    hw_buf_init(&whole, 1 << 20);
    build_share_around(&whole, (struct hw_span){p, n}, 9);
    uint8_t *exact = malloc(whole.n);
    assert_non_null(exact);
    memcpy(exact, whole.p, whole.n);
    bool sound = hw_recorded_sound(exact, whole.n, NULL);
    free(exact);
    hw_buf_done(&whole);
    return sound;
}

static void share_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_share(&b, &(struct build_share){.seed = 9});
    hw_sweep_truncate(b.p, b.n, hw_recorded_some, NULL);
    hw_sweep_mutate(b.p, b.n, 3000, 41, hw_recorded_some, NULL);
    hw_buf_clear(&b);
    hw_buf_str(&b, build_share_head);
    hw_buf_str(&b, build_share_lines);
    hw_sweep_truncate(b.p, b.n - 1, signed_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 3000, 42, signed_sound, NULL);
}

static void share_is_only_what_begins_as_one(void **state)
{
    static const char *const others[] = {
        "{\"type\":\"headwater-share\",\"version\":2,\"made\":\"2024-06-01T00:00:00Z\"}\n",
        " {\"type\":\"headwater-share\",\"version\":1,\"made\":\"2024-06-01T00:00:00Z\"}\n",
        "{\"version\":1,\"type\":\"headwater-share\"}\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    HAS_NOT("format=share");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(share_whole_is_sound_and_every_line_is_a_record),
        CASE(share_of_a_broken_signature_says_nothing_else),
        CASE(share_lines_with_faults_do_not_count_and_the_rest_does),
        CASE(share_without_its_head_is_refused),
        CASE(share_names_are_text_and_no_more),
        CASE(share_limits_hold),
        CASE(share_survives_every_cut_and_damage),
        CASE(share_is_only_what_begins_as_one),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
