/* SPDX-License-Identifier: Apache-2.0 */
/* Files known to be good: every one is said, and none of them alerts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "build_harmless.h"
#include "exam.h"
#include "sweep.h"

#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct hw_told t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_buf_init(&b, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void good_files_are_said_by_their_strongest_digest(void **state)
{
    (void)state;
    build_known_good(&b, false);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("artifact node=0", "format=known-good");
    HAS("line=2 kind=sha256 value=\"" SHA256 "\"", "label=\"a, b.dll\"", "role=harmless");
    HAS("line=3 kind=md5 value=\"0123456789abcdef0123456789abcdef\"", "role=harmless");
    HAS("form=known-good", "entries=2 refused=1 ignored=0");
    again();
    build_known_good(&b, true);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("line=2 kind=sha1 value=\"" SHA1 "\"", "label=\"a \\\"b\\\".dll\"", "role=harmless",
        "source=\"NSRL reference data set\"");
    HAS("form=known-good title=\"NSRL reference data set\"", "entries=1 refused=0 ignored=1");
    assert_int_equal(hw_told_count(&t, "role=payload"), 0);
}

static void lists_of_bad_files_are_not_taken_for_good_ones(void **state)
{
    static const char *const others[] = {
        "sha256,sha1,md5,file_name\n" SHA256 "," SHA1 "," MD5 ",a.exe\n",
        "md5,file_name,file_size,package_id\n" MD5 ",a.exe,1,2\n",
        "\"SHA-1\";\"MD5\";\"CRC32\";\"FileName\";\"FileSize\";\"ProductCode\"\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t, "format=known-good"), 0);
    assert_int_equal(hw_told_count(&t, "role=harmless"), 0);
}

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE, .lines = {{"role=harmless"}}};

static void limits_hold(void **state)
{
    struct hw_limits few = {.items = 30};
    (void)state;
    build_known_good(&b, true);
    for (unsigned i = 0; i < 3000; i++) {
        hw_buf_str(&b, "\"" SHA1 "\",\"" MD5 "\",\"0\",\"x\",1,1,\"1\",\"\"\r\n");
    }
    hw_told_examine(&t, b.p, b.n, &few);
    assert_true(hw_told_count(&t, "role=harmless") < 30);
    assert_true(t.worst >= HW_BROKEN);
}

static void lists_survive_every_cut_and_damage(void **state)
{
    (void)state;
    for (unsigned old = 0; old < 2; old++) {
        hw_buf_clear(&b);
        build_known_good(&b, old == 1);
        hw_sweep_truncate(b.p, b.n, hw_told_whole, &whole);
        hw_sweep_mutate(b.p, b.n, 1500, 52 + old, hw_told_whole, &whole);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(good_files_are_said_by_their_strongest_digest),
        CASE(lists_of_bad_files_are_not_taken_for_good_ones),
        CASE(limits_hold),
        CASE(lists_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("knowngood", tests, NULL, NULL);
}
