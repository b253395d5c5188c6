/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "base/ustar.h"
#include "build_pack.h"
#include "evidence/knowledge/pack.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b;
static const char *const two[] = {"sha256\n00\n", "domain\nexample.com\n", NULL};

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_FEED;
    hw_buf_init(&b, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    return 0;
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void read_pack(const struct build_pack *p)
{
    (void)end(NULL);
    (void)begin(NULL);
    build_pack(&b, p);
    hw_told_examine(&t, b.p, b.n, NULL);
}

static void pack_says_what_was_signed_and_where_it_lies(void **state)
{
    (void)state;
    read_pack(&(struct build_pack){.documents = two});
    HAS("artifact node=0", "format=knowledge-pack");
    HAS("feed.kind", "knowledge-pack");
    HAS("pack.made", "2026-11-01T00:00:00Z");
    HAS("pack.key");
    HAS("pack.member", " 10 list-0.csv");
    HAS("pack.member", " 19 list-1.csv");
    HAS("pack.members", "number=2");
    assert_int_equal(t.anomalies, 0);
}

static void pack_without_documents_is_whole(void **state)
{
    static const char *const none[] = {NULL};
    (void)state;
    read_pack(&(struct build_pack){.documents = none});
    HAS("pack.members", "number=0");
    assert_int_equal(t.anomalies, 0);
}

/* Whatever is wrong: said by name, and never called whole. */
static void pack_tampered_with_is_refused_by_name(void **state)
{
    static const struct {
        struct build_pack pack;
        const char *says;
    } bad[] = {
        {{.documents = two, .sign_other = true}, "the signature does not fit"},
        {{.documents = two, .documents_change = 2}, "it is not what was signed"},
        {{.documents = two, .leave_out = true}, "knowledge/"},
        {{.documents = two, .first_line = "headwater-pack 2"}, "first lines"},
        {{.documents = two, .made = "yesterday"}, "first lines"},
        {{.documents = two, .list_more = "more\n"}, "a line of it is none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        read_pack(&bad[i].pack);
        HAS(bad[i].says);
        HAS("degree node=0", "broken");
        assert_int_equal(hw_told_count(&t, "pack.members "), 0);
    }
}

static void pack_ends_where_it_says(void **state)
{
    (void)state;
    read_pack(&(struct build_pack){.documents = two});
    hw_buf_char(&b, 'x');
    (void)end(NULL);
    hw_told_init(&t);
    t.reading = HW_READ_FEED;
    hw_buf_init(&b, 1 << 20);
    build_pack(&b, &(struct build_pack){.documents = two});
    hw_buf_char(&b, 'x');
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("bytes stand behind what was signed");
    assert_int_equal(hw_told_count(&t, "pack.members "), 0);
}

static void pack_met_as_knowledge_is_not_opened(void **state)
{
    (void)state;
    t.reading = HW_READ_KNOWLEDGE;
    build_pack(&b, &(struct build_pack){.documents = two});
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("degree node=0", "refused");
    assert_int_equal(hw_told_count(&t, "artifact "), 1);
    assert_int_equal(hw_told_count(&t, "indicator "), 0);
}

static void pack_limits_hold(void **state)
{
    char line[HW_PACK_SOURCE_BYTES + 200];
    (void)state;
    memset(line, 'a', sizeof line);
    line[64] = ' ';
    line[65] = '1';
    line[66] = ' ';
    line[sizeof line - 2] = '\n';
    line[sizeof line - 1] = 0;
    read_pack(&(struct build_pack){.documents = two, .list_more = line});
    HAS("too many lines, or one too long");
    assert_int_equal(hw_told_count(&t, "pack.members "), 0);
}

static struct hw_whole whole = {.reading = HW_READ_FEED, .once = "pack.members "};

/* No change of a single byte anywhere leaves a pack that is called whole. */
static bool whole_again(const uint8_t *p, size_t n, void *state)
{
    bool fine = hw_told_whole(p, n, state);
    assert_false(fine);
    return fine;
}

static void pack_survives_every_cut_and_damage_and_calls_none_whole(void **state)
{
    (void)state;
    build_pack(&b, &(struct build_pack){.documents = two});
    assert_true(hw_told_whole(b.p, b.n, &whole));
    hw_sweep_truncate(b.p, b.n, whole_again, &whole);
    hw_sweep_mutate(b.p, b.n, 3000, 47, whole_again, &whole);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(pack_says_what_was_signed_and_where_it_lies),
        CASE(pack_without_documents_is_whole),
        CASE(pack_tampered_with_is_refused_by_name),
        CASE(pack_ends_where_it_says),
        CASE(pack_met_as_knowledge_is_not_opened),
        CASE(pack_limits_hold),
        CASE(pack_survives_every_cut_and_damage_and_calls_none_whole),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
