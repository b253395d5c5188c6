/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for probabilities and the judge of reports: sentences that must be faulted and sentences
 * that must not, the adversarial ones among them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ask/wording.h"
#include "base/buf.h"
#include "base/text.h"

struct heard {
    unsigned count[HW_WORDING_FAULT_COUNT], all;
    uint64_t line;
};

static int hear(void *state, const struct hw_wording *w)
{
    struct heard *h = state;
    h->count[w->fault]++;
    h->all++;
    h->line = w->line;
    return 0;
}

static struct heard check(const char *text)
{
    struct heard h = {.all = 0};
    assert_int_equal(hw_wording_check(hw_span_str(text), hear, &h), 0);
    return h;
}

/* Only what a sentence itself can do wrong. */
static const char *faulted(const char *text)
{
    struct heard h = check(text);
    for (int f = HW_WORDING_BOTH; f <= HW_WORDING_NUMBER; f++) {
        if (h.count[f] > 0) {
            return hw_wording_word((enum hw_wording_fault)f);
        }
    }
    return "";
}

static void every_probability_has_its_word(void **state)
{
    (void)state;
    static const struct {
        unsigned percent;
        const char *word;
    } all[] = {{1, "almost no chance"},
               {4, "almost no chance"},
               {5, "very unlikely"},
               {19, "very unlikely"},
               {20, "unlikely"},
               {44, "unlikely"},
               {45, "roughly even chance"},
               {54, "roughly even chance"},
               {55, "likely"},
               {79, "likely"},
               {80, "very likely"},
               {94, "very likely"},
               {95, "almost certain"},
               {99, "almost certain"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_string_equal(hw_likelihood_of(all[i].percent)->word, all[i].word);
    }
    assert_null(hw_likelihood_of(0));
    assert_null(hw_likelihood_of(100));
}

static const char *const both[] = {
    "We are moderately confident that it is likely.",
    "We assess with high confidence that it is likely the same operator.",
    "It is likely (moderate confidence) that both are one.",
    "It is likely; our confidence in this is moderate.",
    "With high\nconfidence, one operator\nis likely.",
    "It is likely, e.g. by the key, with high confidence.",
    "It is likely, as J. Doe says, with low confidence.",
    "Per U.S. Government analysts it is unlikely, with medium confidence.",
    "We have high confidence that it is almost certainly theirs.",
    "We are confident that this is probable.",
    "Likely (conf: high).",
    "Confidence is high that there is a 70% chance of this.",
    "It is very likely (85 %), and the confidence level is moderate.",
    "We are highly confident it is highly probable.",
    "A roughly even chance, at low confidence, remains.",
    "\"Quoted words.\" It is likely with high confidence.",
    "There is a remote chance, with high confidence, of that.",
    "LIKELY, WITH HIGH CONFIDENCE.",
    "- item\n- it is likely with high confidence",
    "| likely | high confidence |",
};

static const char *const fine[] = {
    "It is likely. Our confidence is moderate.",
    "It is likely.\nConfidence: moderate.",
    "Judgement: likely\nConfidence: moderate",
    "- likely\n- moderate confidence",
    "It is likely!\n\nHigh confidence.",
    "# Likely operator\nConfidence is high.",
    "The high tide is likely to come.",
    "A confidential source is likely there, at a low level.",
    "He said \"it is likely, with high confidence\". That is his.",
    "Mandiant: \xe2\x80\x9cmoderate confidence. It is likely.\xe2\x80\x9d We repeat it.",
    "\"a \\\" likely with high confidence \\\" b\" is what it says.",
    "It is highly probable. Confidence is low.",
    "The likelihood is stated above.",
    "Our confidence is moderate, because nothing was tested.",
    "Is the answer no. High confidence is not claimed. It is likely.",
    "40% of the machines have high confidence labels.",
    "Remote access is likely.",
    "Remote access tools get high confidence labels.",
};

static void likelihood_and_confidence_do_not_share_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        if (strcmp(faulted(both[i]), "likelihood-with-confidence") != 0) {
            fail_msg("not faulted: %s (%s)", both[i], faulted(both[i]));
        }
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        if (faulted(fine[i])[0] != 0) {
            fail_msg("faulted as %s: %s", faulted(fine[i]), fine[i]);
        }
    }
}

static void unlikely_is_not_likely(void **state)
{
    (void)state;
    assert_string_equal(faulted("It is unlikely (30 %)."), "");
    assert_string_equal(faulted("It is unlikely (60 %)."), "number-and-word");
    assert_string_equal(faulted("It is un-likely (60 %)."), "number-and-word");
    assert_string_equal(faulted("It is not likely (30 %)."), "");
}

static void certainty_and_numbers_are_held_to_their_words(void **state)
{
    (void)state;
    static const char *const sure[] = {
        "It was certainly them.",
        "This was definitely one operator.",
        "We assess that it is 100 % one operator.",
        "There is a 0% chance of another.",
        "Without doubt it was them.",
        "It is beyond doubt.",
        "100 percent sure.",
        "We judge at 100 % that it is so.",
        "Without a doubt, them.",
    };
    static const char *const not_sure[] = {
        "It is almost certainly them.", "It is not certainly them.",
        "100 % of the hosts have it.",  "Certain files are missing.",
        "0 % of disks were read.",      "He says \"certainly\".",
        "A chance of 0.4 % remains.",   "They are 100 people of that chance group.",
    };
    for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++) {
        if (strcmp(faulted(sure[i]), "certainty") != 0) {
            fail_msg("not faulted: %s", sure[i]);
        }
    }
    for (size_t i = 0; i < sizeof not_sure / sizeof not_sure[0]; i++) {
        if (faulted(not_sure[i])[0] != 0) {
            fail_msg("faulted as %s: %s", faulted(not_sure[i]), not_sure[i]);
        }
    }
    assert_string_equal(faulted("It is likely (55 to 80 %)."), "");
    assert_string_equal(faulted("It is likely (55-80 %; here 76 %)."), "");
    assert_string_equal(faulted("It is likely (90 %)."), "number-and-word");
    assert_string_equal(faulted("It is 90 % likely."), "number-and-word");
    assert_string_equal(faulted("| .80 (very likely) | 16% | 1.4% |"), "");
    assert_string_equal(faulted("It is 70 percent likely."), "");
    assert_string_equal(faulted("It is very likely (60 per cent)."), "number-and-word");
}

static void rows_of_synonyms_are_not_mixed(void **state)
{
    (void)state;
    struct heard h = check("One is likely. The other is probable. A third is improbable.");
    assert_int_equal(h.count[HW_WORDING_ROWS], 1);
    h = check("One is probable. The other is highly improbable.");
    assert_int_equal(h.count[HW_WORDING_ROWS], 0);
    h = check("One is likely. He says \"probably\".");
    assert_int_equal(h.count[HW_WORDING_ROWS], 0);
}

static const char whole[] =
    "Judgement: one operator is likely (55 to 80 %).\nConfidence: moderate.\n"
    "Basis: the same key.\nAlternatives considered:\n- a shared supplier\n"
    "What would change it:\n- the key, published\nGaps:\n- no sample\n";

static void a_report_needs_all_its_sections(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum hw_wording_fault fault;
    } parts[] = {{"Confidence: moderate.\n", HW_WORDING_NO_CONFIDENCE},
                 {"Basis: the same key.\n", HW_WORDING_NO_BASIS},
                 {"- a shared supplier\n", HW_WORDING_NO_ALTERNATIVES},
                 {"- the key, published\n", HW_WORDING_NO_CHANGE},
                 {"- no sample\n", HW_WORDING_NO_GAPS}};
    assert_int_equal(check(whole).all, 0);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char text[sizeof whole];
        const char *at = strstr(whole, parts[i].line);
        (void)snprintf(text, sizeof text, "%.*s%s", (int)(at - whole), whole,
                       at + strlen(parts[i].line));
        struct heard h = check(text);
        assert_int_equal(h.count[parts[i].fault], 1);
        assert_int_equal(h.all, 1);
    }
    assert_int_equal(check("No judgement is made here. Ask for the log.").all, 0);
    assert_int_equal(check("Gaps: none.\nIt is likely. Confidence is low.").all, 4);
}

static void each_judgement_needs_its_own_basis(void **state)
{
    (void)state;
    char text[2 * sizeof whole];
    (void)snprintf(text, sizeof text, "Judgement: another is unlikely.\n%s", whole);
    struct heard h = check(text);
    assert_int_equal(h.count[HW_WORDING_NO_BASIS], 1);
    assert_int_equal(h.all, 1);
    assert_int_equal(h.line, 1);
    (void)snprintf(text, sizeof text, "%sJudgement: another is unlikely.\n", whole);
    assert_int_equal(check(text).count[HW_WORDING_NO_BASIS], 1);
}

static void markdown_headings_are_sections(void **state)
{
    (void)state;
    assert_int_equal(
        check("## Key judgements\nIt is likely.\nConfidence is high.\n## Evidence\nA key.\n"
              "## Alternatives considered\nA broker.\n## What would change this\nA "
              "sample.\n## Gaps\nLogs.\n")
            .all,
        0);
    assert_int_equal(
        check("## Key judgements\nIt is likely.\nConfidence is high.\n## Evidence\nA key.\n"
              "## Alternatives considered\nA broker.\n## What would change this\nA "
              "sample.\n## Gaps\n## Annex\nLogs.\n")
            .count[HW_WORDING_NO_GAPS],
        1);
}

static void a_fault_names_its_line(void **state)
{
    (void)state;
    struct heard h = check("A.\n\nB is so.\nIt is\ndefinitely C.\n");
    assert_int_equal(h.all, 1);
    assert_int_equal(h.line, 4);
}

/* Four million bytes that open quotes and never close them cost one look each. */
static void hostile_texts_are_read_once(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xe2\x80\x9c",    " \"", "(\"\\", "likely ", "\n\n", ".",
                                      "\"\xe2\x80\x9c ", "%",   "9",     "\xff",    "\n#"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct heard h = {.all = 0};
        struct hw_buf b;
        hw_buf_init(&b, 4 << 20);
        while (b.n + 8 < (4 << 20)) {
            hw_buf_str(&b, bad[i]);
        }
        assert_int_equal(hw_wording_check(hw_buf_span(&b), hear, &h), 0);
        hw_buf_done(&b);
    }
}

/* Cut anywhere, a report is still read within its bytes. */
static void every_cut_is_read(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof whole; n++) {
        struct heard h = {.all = 0};
        struct hw_buf b;
        hw_buf_init(&b, sizeof whole);
        hw_buf_bytes(&b, whole, n);
        assert_int_equal(hw_wording_check(hw_buf_span(&b), hear, &h), 0);
        hw_buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_probability_has_its_word),
        cmocka_unit_test(likelihood_and_confidence_do_not_share_a_sentence),
        cmocka_unit_test(unlikely_is_not_likely),
        cmocka_unit_test(certainty_and_numbers_are_held_to_their_words),
        cmocka_unit_test(rows_of_synonyms_are_not_mixed),
        cmocka_unit_test(a_report_needs_all_its_sections),
        cmocka_unit_test(each_judgement_needs_its_own_basis),
        cmocka_unit_test(markdown_headings_are_sections),
        cmocka_unit_test(a_fault_names_its_line),
        cmocka_unit_test(hostile_texts_are_read_once),
        cmocka_unit_test(every_cut_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
