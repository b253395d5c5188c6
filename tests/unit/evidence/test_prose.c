/* SPDX-License-Identifier: Apache-2.0 */
/* Signs in running text: hashes and what was defanged, and no link that is merely one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "exam.h"
#include "sweep.h"

static const char MAIL[] =
    "\n"
    "Urgent: poisoned build of Example Trader\n"
    "See https://vendor.example/blog for more, or write to help@vendor.example.\n"
    "The bad installer (0e70094de7bb18cc687386579feb2e86e075167dfa9a1abc81adeb63ec32b666) was\n"
    "signed. SHA1:b0f42ab00cb6fac0d7eba8edc88c3567aabbccdd, md5=d41d8cd98f00b204e9800998ecf8427e;\n"
    "it calls hxxps://update[.]evil.example/a?b=1, 203[.]0[.]113[.]9 and (evil[.]example).\n"
    "Build 1234567890123456789012345678901234567890 is clean.\n";

static void read_as(struct hw_told *t, enum hw_reading reading, const char *text)
{
    hw_told_init(t);
    t->reading = reading;
    hw_told_examine(t, text, strlen(text), NULL);
}

static void signs_are_taken_with_their_line(void **state)
{
    (void)state;
    struct hw_told t;
    read_as(&t, HW_READ_KNOWLEDGE, MAIL);
    assert_true(hw_told_has(&t, "line=4", "kind=sha256", "0e70094de7bb", NULL));
    assert_true(hw_told_has(&t, "line=5", "kind=sha1", "b0f42ab00cb6", NULL));
    assert_true(hw_told_has(&t, "line=5", "kind=md5", "d41d8cd98f00", NULL));
    assert_true(hw_told_has(&t, "line=6", "kind=url", "https://update.evil.example/a?b=1", NULL));
    assert_true(hw_told_has(&t, "line=6", "kind=address", "203.0.113.9", NULL));
    assert_true(hw_told_has(&t, "line=6", "kind=domain", "\"evil.example\"", NULL));
    assert_true(hw_told_has(&t, "knowledge", "form=prose", "title=\"Urgent: poisoned", "entries=6",
                            "refused=0", NULL));
    assert_int_equal(t.worst, HW_SOUND);
    hw_told_done(&t);
}

static void plain_links_and_numbers_are_no_signs(void **state)
{
    (void)state;
    struct hw_told t;
    read_as(&t, HW_READ_KNOWLEDGE, MAIL);
    assert_int_equal(hw_told_count(&t, "vendor.example"), 0);
    assert_int_equal(hw_told_count(&t, "1234567890123456"), 0);
    hw_told_done(&t);
}

static void text_is_no_knowledge_unless_somebody_says_so(void **state)
{
    (void)state;
    struct hw_told t;
    read_as(&t, HW_READ_ANY, MAIL);
    assert_int_equal(hw_told_count(&t, "indicator"), 0);
    hw_told_done(&t);
    read_as(&t, HW_READ_KNOWLEDGE, "Nothing is wrong with https://vendor.example/.\n");
    assert_int_equal(hw_told_count(&t, "knowledge"), 0);
    hw_told_done(&t);
    read_as(
        &t, HW_READ_KNOWLEDGE,
        "purpose,subject,note\nroot,0e70094de7bb18cc687386579feb2e86e075167dfa9a1abc81adeb63ec32"
        "b666,kept\n");
    assert_int_equal(hw_told_count(&t, "indicator"), 0);
    hw_told_done(&t);
    read_as(&t, HW_READ_KNOWLEDGE, "{\"x\":\"evil[.]example\"}");
    assert_int_equal(hw_told_count(&t, "indicator"), 0);
    hw_told_done(&t);
}

static void what_only_looks_defanged_is_refused_with_its_place(void **state)
{
    (void)state;
    struct hw_told t;
    read_as(&t, HW_READ_KNOWLEDGE, "call a[.]b or evil[.]example\nhxxp:// is how\n");
    assert_true(hw_told_has(&t, "line-refused", "entry 2", NULL));
    assert_true(hw_told_has(&t, "kind=domain", "evil.example", NULL));
    hw_told_done(&t);
}

static void a_line_longer_than_any_sign_costs_only_itself(void **state)
{
    (void)state;
    static char text[200 * 1024];
    struct hw_told t;
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "evil[.]example ", 15);
    memcpy(text + sizeof text - 40, "\nhxxp://other[.]example/\n", 25);
    read_as(&t, HW_READ_KNOWLEDGE, text);
    assert_int_equal(hw_told_count(&t, "kind="), 2);
    hw_told_done(&t);
}

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE};

static void no_truncation_or_mutation_is_a_crash(void **state)
{
    (void)state;
    static const char odd[] =
        "a[.]b hxxp:// evil[.]example (x[.]y) [.] 0e70094de7bb18cc687386579feb2e86\n";
    hw_sweep_truncate((const uint8_t *)odd, sizeof odd - 1, hw_told_whole, &whole);
    hw_sweep_mutate((const uint8_t *)MAIL, sizeof MAIL - 1, 4000, 11, hw_told_whole, &whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_are_taken_with_their_line),
        cmocka_unit_test(plain_links_and_numbers_are_no_signs),
        cmocka_unit_test(text_is_no_knowledge_unless_somebody_says_so),
        cmocka_unit_test(what_only_looks_defanged_is_refused_with_its_place),
        cmocka_unit_test(a_line_longer_than_any_sign_costs_only_itself),
        cmocka_unit_test(no_truncation_or_mutation_is_a_crash),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
