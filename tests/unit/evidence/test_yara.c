/* SPDX-License-Identifier: Apache-2.0 */
/* Files of YARA rules: what is said of each rule, and what hostile ones cost. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_yara.h"
#include "evidence/knowledge/yara.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_buf_init(&b, 32 << 20);
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
#define HAS_NOT(...) assert_false(hw_told_has(&t, __VA_ARGS__, NULL))

static void learn(const char *text)
{
    hw_buf_str(&b, text);
    hw_told_examine(&t, b.p, b.n, NULL);
}

static void yara_each_rule_is_said_with_its_metas(void **state)
{
    (void)state;
    build_yara(&b);
    learn("");
    assert_int_equal(t.anomalies, 0);
    assert_int_equal(t.worst, HW_SOUND);
    HAS("artifact node=0", "format=yara bits=64");
    HAS("pattern node=0 line=2 language=yara id=\"small\"",
        "program=\"import \\\"pe\\\"\\x0aglobal");
    HAS("pattern node=0 line=3", "id=\"helper\"", "role=context", "tags=\"helps\"");
    HAS("pattern node=0 line=4", "id=\"Poisoned_Thing\" title=\"A poisoned thing\"", "level=high",
        "tags=\"apt loader\"", "source=\"https://example.com/report\"",
        "published=1681948800000000000ns",
        "says=\"by A. Nalyst; known to mistake: the vendor's own test\"");
    HAS("pattern node=0 line=5", "id=\"Second\"");
    HAS("knowledge node=0 form=yara entries=4 refused=0");
}

static void yara_is_known_without_being_asked_for(void **state)
{
    (void)state;
    build_yara(&b);
    t.reading = HW_READ_ANY;
    learn("");
    HAS("artifact node=0", "format=yara");
    HAS_NOT("anomaly");
}

static void yara_levels_follow_score_or_word(void **state)
{
    (void)state;
    learn("rule a { meta: score = 39 condition: true }\n"
          "rule b { meta: score = 40 condition: true }\n"
          "rule c { meta: score = \"74\" condition: true }\n"
          "rule d { meta: score = 75 severity = \"low\" condition: true }\n"
          "rule e { meta: severity = \"Critical\" condition: true }\n"
          "rule f { meta: score = 101 condition: true }\n"
          "rule g { meta: score = -1 condition: true }\n");
    HAS("id=\"a\"", "level=info");
    HAS("id=\"b\"", "level=low");
    HAS("id=\"c\"", "level=medium");
    HAS("id=\"d\"", "level=high");
    HAS("id=\"e\"", "level=critical");
    HAS_NOT("id=\"f\"", "level=");
    HAS_NOT("id=\"g\"", "level=");
}

static void yara_what_does_not_compile_costs_itself_alone(void **state)
{
    (void)state;
    learn("rule one { condition: true }\n"
          "rule two {\n  condition:\n    nothing_known\n}\n"
          "rule three { strings: $a = \"x\" condition: true }\n"
          "rule four { strings: $a = /(/ condition: $a }\n"
          "rule one { condition: false }\n"
          "rule five { condition: one }\n");
    HAS("pattern", "line=1 ", "id=\"one\"", "program=");
    HAS("pattern", "line=2 ", "id=\"two\"",
        "refused=\"undefined identifier \\\"nothing_known\\\"\"");
    HAS("pattern", "line=3 ", "refused=\"unreferenced string \\\"$a\\\"\"");
    HAS("pattern", "line=4 ", "id=\"four\"", "refused=");
    HAS("pattern", "line=5 ", "id=\"one\"", "refused=\"duplicated identifier \\\"one\\\"\"");
    HAS("pattern", "line=6 ", "id=\"five\"", "program=");
    HAS("anomaly", "line-refused", "entry 2: 'two': undefined identifier");
    HAS("knowledge", "entries=2 refused=4");
    assert_int_equal(t.worst, HW_ODD);
}

static void yara_who_needs_a_refused_rule_goes_with_it(void **state)
{
    (void)state;
    learn("rule a { condition: unknown }\nrule b { condition: a }\nrule c { condition: true }\n");
    HAS("id=\"b\"", "refused=\"undefined identifier \\\"a\\\"\"");
    HAS("id=\"c\"", "program=");
    HAS("knowledge", "entries=1 refused=2");
}

static void yara_a_lost_global_rule_takes_all_others(void **state)
{
    (void)state;
    learn("rule a { condition: true }\nglobal private rule only { condition: unknown == 1 }\n");
    HAS("id=\"only\"", "refused=\"undefined identifier");
    HAS("id=\"a\"", "refused=\"a global rule of this file is refused");
    HAS("knowledge", "entries=0 refused=2");
}

static void yara_opens_nothing_and_asks_no_clock(void **state)
{
    (void)state;
    learn("include \"/etc/passwd\"\nimport \"time\"\nimport \"magic\"\nimport \"cuckoo\"\n"
          "import \"nonsense\"\nimport \"math\"\n"
          "rule a { condition: math.entropy(0, filesize) > 7 }\n"
          "rule late { condition: time.now() > 5 }\n");
    HAS("line=1 ", "id=\"/etc/passwd\"", "refused=\"includes are not followed");
    HAS("line=2 ", "refused=\"it asks what time it is");
    HAS("line=3 ", "refused=\"it reads a data base");
    HAS("line=4 ", "refused=\"it asks the report of a sandbox");
    HAS("line=5 ", "refused=\"no such module\"");
    HAS("id=\"a\"", "program=\"import \\\"math\\\"\\x0arule a");
    HAS("id=\"late\"", "refused=\"undefined identifier \\\"time\\\"\"");
    HAS("knowledge", "entries=1 refused=6");
}

static void yara_an_open_rule_does_not_swallow_the_next(void **state)
{
    (void)state;
    learn(
        "rule a { condition: true }\nrule open { strings: $a = \"x\"\n"
        "private rule b { condition: true }\n}}}\nrule c { condition: b }\nrule { condition: true "
        "}\nrule cut { condition: true");
    HAS("id=\"a\"", "program=");
    HAS("line=2 ", "id=\"open\"", "refused=\"a rule that is not closed\"");
    HAS("id=\"b\"", "role=context");
    HAS("line=4 ", "refused=\"neither a rule nor an import\"");
    HAS("id=\"c\"", "program=");
    HAS("line=6 ", "refused=\"a rule without a name\"");
    HAS("id=\"cut\"", "refused=\"a rule that is not closed\"");
    HAS("knowledge", "entries=3 ");
}

static void yara_a_file_of_comments_holds_no_rules_and_is_no_list(void **state)
{
    (void)state;
    learn("/* moved to other.yar */\n/*\nrule a {\n meta: hash1 = \""
          "15a9b1d233c02d1fdf80071797ff9077f6ac374958f7d0f2b6e84b8d487c9cd1\"\n condition: true }\n"
          "*/\n// the end");
    HAS("artifact", "format=yara");
    HAS("knowledge", "form=yara entries=0 refused=0");
    HAS_NOT("indicator");
}

static void yara_other_texts_are_no_rules(void **state)
{
    static const char *const texts[] = {
        "",
        "rule",
        "rules of the house: no smoking under any condition\n",
        "import \"os\"\n\nfunc main() { condition := true }\n",
        "import java.util.List;\nclass rule { boolean condition; }\n",
        "// condition\nint main(void) { return 0; }\n",
        "{\"rule\": {\"condition\": true}}\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct hw_budget fuel = {1 << 20, 1 << 20, 8};
        assert_int_equal(hw_yara_format.probe(
                             (struct hw_span){(const uint8_t *)texts[i], strlen(texts[i])}, &fuel),
                         0);
    }
}

static void yara_a_mark_of_utf8_is_passed_and_a_nul_refused(void **state)
{
    (void)state;
    learn("\xef\xbb\xbfrule a { condition: true }\n");
    HAS("id=\"a\"", "program=\"rule a");
    assert_int_equal(t.anomalies, 0);
    (void)end(NULL);
    (void)begin(NULL);
    learn("rule a { condition: true }\n");
    hw_buf_clear(&b);
    hw_buf_str(&b, "rule a { condition: true }\n");
    for (size_t i = 0; i < 1 << 20; i += 4096) {
        hw_buf_printf(&b, "// %4092s\n", "far from the beginning");
    }
    hw_buf_char(&b, '\0');
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("anomaly", "bad-encoding", "a NUL among the rules");
}

/* Longer than a fact may be: in parts, which are the whole again. */
static void yara_a_long_rule_comes_in_parts(void **state)
{
    (void)state;
    hw_buf_str(&b, "rule long_one {\n strings:\n");
    for (unsigned i = 0; i < 3500; i++) {
        hw_buf_printf(&b, "  $s%u = \"a text of some length, number %u\"\n", i, i);
    }
    learn(" condition: any of them\n}\n");
    assert_int_equal(hw_told_count(&t, "id=\"long_one\""), 4);
    HAS("line=1 ", "part=1");
    HAS("line=1 ", "part=3");
    HAS_NOT("line=1 ", "part=4");
    HAS("knowledge", "entries=1 refused=0");
}

static void yara_ten_thousand_rules_and_one_more(void **state)
{
    (void)state;
    t.quiet = true;
    build_yara_many(&b, 10000);
    uint64_t before = 4; /* artifact, knowledge, degree, end */
    learn("");
    assert_int_equal(t.facts, 10000 + before);
    (void)end(NULL);
    (void)begin(NULL);
    /* each needs the one before, and the first is refused */
    hw_buf_str(&b, "rule c0 { condition: nothing }\n");
    for (unsigned i = 1; i < 2000; i++) {
        hw_buf_printf(&b, "rule c%u { condition: c%u }\n", i, i - 1);
    }
    learn("");
    HAS("knowledge", "entries=0 refused=2000");
}

static void yara_hostile_rules_are_refused_and_the_next_stands(void **state)
{
    (void)state;
    build_yara_deep(&b, 20000);
    hw_buf_str(&b, "rule huge { strings: $a = /");
    for (unsigned i = 0; i < 3000; i++) {
        hw_buf_str(&b, "(a|b)*[^c]+");
    }
    hw_buf_str(&b, "/ condition: $a }\nrule exponential { strings: $a = "
                   "/x((((((((((a{1,100}){1,100}){1,100}){1,100}){1,100}){1,100}){1,100})))))/ "
                   "condition: $a }\nrule jump { strings: $a = { 00 [0-99999999999999999999] 01 } "
                   "condition: $a }\nrule missing { condition: no_such_variable == 1 }\n"
                   "rule zero { condition: 1 \\ 0 == 1 }\n");
    learn("rule after { condition: true }\n");
    HAS("id=\"after\"", "program=");
    HAS("id=\"jump\"", "refused=");
    HAS("id=\"missing\"", "refused=");
    HAS("id=\"exponential\"", "refused=");
    HAS_NOT("degree", "refused");
}

static void yara_survives_every_truncation(void **state)
{
    (void)state;
    build_yara(&b);
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
}

static void yara_survives_mutations(void **state)
{
    (void)state;
    build_yara(&b);
    hw_sweep_mutate(b.p, b.n, 1500, 20230420, hw_told_sound, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(yara_each_rule_is_said_with_its_metas),
        TEST(yara_is_known_without_being_asked_for),
        TEST(yara_levels_follow_score_or_word),
        TEST(yara_what_does_not_compile_costs_itself_alone),
        TEST(yara_who_needs_a_refused_rule_goes_with_it),
        TEST(yara_a_lost_global_rule_takes_all_others),
        TEST(yara_opens_nothing_and_asks_no_clock),
        TEST(yara_an_open_rule_does_not_swallow_the_next),
        TEST(yara_a_file_of_comments_holds_no_rules_and_is_no_list),
        TEST(yara_other_texts_are_no_rules),
        TEST(yara_a_mark_of_utf8_is_passed_and_a_nul_refused),
        TEST(yara_a_long_rule_comes_in_parts),
        TEST(yara_ten_thousand_rules_and_one_more),
        TEST(yara_hostile_rules_are_refused_and_the_next_stands),
        TEST(yara_survives_every_truncation),
        TEST(yara_survives_mutations),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
