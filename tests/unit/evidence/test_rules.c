/* SPDX-License-Identifier: Apache-2.0 */
/* Published rules over what is examined: every node, every match, and what hostile rules cost. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_pe.h"
#include "build_yara.h"
#include "build_zip.h"
#include "evidence/rules.h"
#include "exam.h"
#include "fact/ruleset.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf set, b;
static struct hw_yara *rules;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.rules_ns = UINT64_C(60000000000);
    hw_buf_init(&set, 32 << 20);
    hw_buf_init(&b, 32 << 20);
    hw_ruleset_begin(&set);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&set);
    hw_buf_done(&b);
    hw_yara_free(rules);
    rules = NULL;
    return 0;
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(hw_told_has(&t, __VA_ARGS__, NULL))

/* A source whose digest is this byte 32 times. */
static void source(uint8_t digest, const char *text)
{
    uint8_t d[32];
    memset(d, digest, sizeof d);
    hw_ruleset_put(&set,
                   &(struct hw_ruleset_source){{d, 32}, {(const uint8_t *)text, strlen(text)}});
}

static void load(void)
{
    struct hw_error err;
    if (hw_yara_load(hw_buf_span(&set), &rules, &err) != HW_OK) {
        fail_msg("%s", err.text);
    }
    t.rules = rules;
}

static void look(const char *bytes)
{
    hw_told_examine(&t, bytes, strlen(bytes), NULL);
}

static void rules_say_what_matches_and_where(void **state)
{
    (void)state;
    source('a', "rule one : apt loader { strings: $x = \"poison\" $y = \"other\" $z = \"absent\" "
                "condition: any of them }");
    source('b', "private rule p { condition: true }\nrule one { condition: p and filesize == 20 }\n"
                "rule never { condition: false }");
    load();
    look("some other of poison");
    HAS("match node=0 language=yara id=\"one\"", "rules=6161616161",
        "string=\"$y\" strings=2 off=5", "tags=\"apt loader\"");
    HAS("match node=0 language=yara id=\"one\"", "rules=6262626262");
    assert_int_equal(hw_told_count(&t, "match node="), 2);
    HAS("property node=0 key=rules.set number=0");
    assert_int_equal(t.anomalies, 0);
}

static void rules_see_every_member_under_its_name(void **state)
{
    (void)state;
    source('a', "rule named { condition: filename == \"evil.exe\" and extension == \".exe\" and "
                "filepath == \"dir/sub\" }\n"
                "rule whole { condition: filetype == \"ZIP\" and filename == \"box.zip\" and "
                "filepath == \"/srv/in\" }\n"
                "rule inside { strings: $a = \"needle\" condition: $a and owner == \"\" }");
    load();
    t.path = "/srv/in/box.zip";
    struct build_zip z;
    build_zip_init(&z);
    build_zip_file(&z, "dir/sub/evil.exe", "a needle here, and a needle there");
    build_zip_file(&z, "clean.txt", "hay");
    build_zip_end(&z, "");
    hw_told_examine(&t, build_zip_span(&z).p, build_zip_span(&z).n, NULL);
    build_zip_done(&z);
    HAS("match node=0 ", "id=\"whole\"");
    HAS("match node=1 ", "id=\"named\"");
    HAS("match node=1 ", "id=\"inside\"", "off=2");
    HAS_NOT("match node=2 ");
    HAS("property node=0 key=rules.set", "text=\"/srv/in/box.zip\"");
}

static void rules_are_not_run_over_rules_nor_logs(void **state)
{
    (void)state;
    source('a', "rule every { condition: true }");
    load();
    build_yara(&b);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("artifact node=0", "format=yara");
    HAS_NOT("match");
    HAS_NOT("rules.set");
    t.reading = HW_READ_KNOWLEDGE;
    look("anything");
    HAS_NOT("match");
    t.reading = HW_READ_ARTIFACT;
    look("");
    HAS("match node=0", "id=\"every\"");
}

static void rules_that_no_longer_compile_cost_their_own_source(void **state)
{
    struct hw_yara_held held;
    (void)state;
    source('a', "rule a { condition: true }");
    for (unsigned i = 0; i < 12; i++) {
        source((uint8_t)(200 + i), "rule bad { condition: nothing_known }");
    }
    source('z', "rule z { condition: a }"); /* another file's rule is unknown here */
    source('y', "rule y { condition: true }");
    load();
    hw_yara_held(rules, &held);
    assert_int_equal(held.sources, 2);
    assert_int_equal(held.refused, 13);
    assert_int_equal(held.rules, 2);
    look("x");
    HAS("match", "id=\"a\"");
    HAS("match", "id=\"y\"");
}

static void rules_that_match_everything_have_an_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 30000; i++) {
        hw_buf_printf(&b, "rule r%u { condition: true }\n", i);
    }
    source('a', hw_buf_text(&b));
    load();
    t.quiet = false;
    look("x");
    assert_int_equal(hw_told_count(&t, "match node=0"), 20000);
    HAS("anomaly", "over-budget", "more matches than one input may have");
    HAS("key=rules.set number=1");
}

static void rules_without_end_are_ended(void **state)
{
    (void)state;
    source('a',
           "rule slow { condition: for all i in (0..filesize) : ( for all j in (0..filesize) : "
           "( for all k in (0..filesize) : ( uint8(i) + uint8(j) + uint8(k) >= 0 ) ) ) }");
    source('b', "rule fine { strings: $a = \"words\" condition: $a }");
    load();
    t.rules_ns = 1;
    for (unsigned i = 0; i < 4000; i++) {
        hw_buf_str(&b, "many words ");
    }
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("anomaly", "over-budget", "they take more time than they may");
    HAS("key=rules.set number=1");
    HAS("degree node=0 degree=odd");
}

static void rules_that_ended_an_earlier_try_are_not_run(void **state)
{
    (void)state;
    source('a', "rule every { condition: true }");
    load();
    t.rules_failed = true;
    look("anything");
    HAS_NOT("match");
    HAS("key=rules.set number=1");
}

static void rules_meet_texts_that_stand_everywhere(void **state)
{
    (void)state;
    source('a', "rule often { strings: $a = \"a\" condition: #a > 5 }");
    load();
    for (unsigned i = 0; i < 1200000; i++) {
        hw_buf_char(&b, 'a');
    }
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("anomaly", "one of their texts stands there too often");
}

static bool load_quietly(const uint8_t *p, size_t n, void *state)
{
    struct hw_error err;
    struct hw_yara *y = NULL;
    struct hw_yara_held held = {0};
    (void)state;
    if (hw_yara_load((struct hw_span){p, n}, &y, &err) != HW_OK) {
        return false;
    }
    hw_yara_held(y, &held);
    hw_yara_free(y);
    return held.refused == 0 && held.sources == 2;
}

static void rules_damaged_on_their_way_are_refused(void **state)
{
    (void)state;
    source('a', "rule a { strings: $a = \"text\" condition: $a }");
    source('b', "import \"pe\" rule b { condition: pe.number_of_sections > 1 }");
    hw_sweep_truncate(set.p, set.n, load_quietly, NULL);
    hw_sweep_mutate(set.p, set.n, 500, 11, load_quietly, NULL);
}

/* Hostile bytes under rules with modules: no crash, whatever the bytes. */
static bool scan_quietly(const uint8_t *p, size_t n, void *state)
{
    struct hw_told *told = state;
    hw_buf_clear(&told->lines);
    hw_told_examine(told, p, n, NULL);
    return hw_told_has(told, "match", "id=\"m\"", NULL);
}

static void rules_with_modules_survive_hostile_programs(void **state)
{
    (void)state;
    source('a', "import \"pe\" import \"elf\" import \"hash\" import \"math\"\n"
                "rule m { condition: uint16(0) == 0x5a4d and hash.sha256(0, filesize) != \"\" and "
                "math.entropy(0, filesize) >= 0 and (pe.number_of_sections > 1000 or "
                "pe.imphash() != \"x\" or elf.number_of_sections > 1) }");
    load();
    uint8_t code[512] = {0xc3};
    struct hw_build_section text = {.name = ".text", .data = {code, sizeof code}};
    struct hw_build_pe spec = {.plus = true, .sections = &text, .section_count = 1};
    hw_build_pe(&spec, &b);
    hw_sweep_truncate(b.p, b.n, scan_quietly, &t);
    hw_sweep_mutate(b.p, b.n, 600, 12, scan_quietly, &t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rules_say_what_matches_and_where),
        TEST(rules_see_every_member_under_its_name),
        TEST(rules_are_not_run_over_rules_nor_logs),
        TEST(rules_that_no_longer_compile_cost_their_own_source),
        TEST(rules_that_match_everything_have_an_end),
        TEST(rules_without_end_are_ended),
        TEST(rules_that_ended_an_earlier_try_are_not_run),
        TEST(rules_meet_texts_that_stand_everywhere),
        TEST(rules_damaged_on_their_way_are_refused),
        TEST(rules_with_modules_survive_hostile_programs),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
