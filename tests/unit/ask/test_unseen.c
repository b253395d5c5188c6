/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What refuses to estimate the unseen, in which words, and that nothing else does; limits; and how
 * wrong the numbers are where the truth is known (bench/unseen_table.h), against a table that was
 * measured once by other means.
 */
#include "unseen_kit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "unseen_table.h"

#define DAY (INT64_C(86400) * HW_NS_PER_SECOND)

/* Two lists of 100 with 30 in common: 101 * 101 / 31 - 1 = 328.1. */
static void two_lists(struct kit *k)
{
    kit_range(k, kit_list(k, "one", 100), 0, 100);
    kit_range(k, kit_list(k, "two", 100), 70, 170);
}

static void three_lists(struct kit *k)
{
    two_lists(k);
    kit_range(k, kit_list(k, "three", 100), 40, 90);
    for (unsigned i = 120; i < 220; i += 2) {
        kit_range(k, &k->captures[2], i, i + 1);
    }
}

static void refuses(struct kit *k, const char *words)
{
    (void)kit_ask(k);
    assert_string_equal(kit_refusals(k), words);
}

/* ---- what is given ---- */

static void two_lists_give_chapman_worded_as_a_lower_bound(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    const struct hw_unseen_answer *a = kit_ask(k);
    assert_string_equal(kit_refusals(k), "");
    assert_int_equal(a->estimate_count, 1);
    const struct hw_unseen_estimate *e = kit_estimate(k, HW_UNSEEN_CHAPMAN);
    near_to(e->number.n, 101.0 * 101 / 31 - 1, 1e-9);
    assert_true(hw_span_starts(e->says, "at least 170, who were seen; "));
    assert_true(hw_span_holds(e->says, "at least about 328, "));
    assert_int_equal(a->seen, 170);
    assert_int_equal(a->at_least, 170);
    assert_int_equal(a->once, 140);
    assert_int_equal(a->twice, 30);
    assert_int_equal(kit_pair(k, "one", "two")->shared, 30);
    near_to(kit_pair(k, "one", "two")->contained, .3, 1e-12);
    size_t n = 0;
    while (e->assumes[n] != NULL) {
        n++;
    }
    assert_int_equal(n, 4);
    assert_non_null(strstr(e->assumes[3], "there are more"));
}

/* Of 1,000: a half, two fifths and a fifth, without regard to each other, to the last victim. */
static void three_lists_give_chao2_and_a_model(void **state)
{
    struct kit *k = *state;
    struct hw_capture *one = kit_list(k, "one", 1000), *two = kit_list(k, "two", 1000),
                      *three = kit_list(k, "three", 1000);
    for (unsigned i = 0; i < 1000; i++) {
        kit_range(k, one, i, i % 2 == 0 ? i + 1 : i);
        kit_range(k, two, i, i / 2 % 5 < 2 ? i + 1 : i);
        kit_range(k, three, i, i / 10 % 5 == 0 ? i + 1 : i);
    }
    (void)kit_ask(k);
    assert_string_equal(kit_refusals(k), "");
    assert_null(kit_estimate(k, HW_UNSEEN_CHAPMAN));
    assert_int_equal(k->a->seen, 760);
    /* 460 once, 260 twice: 760 + 2/3 * 460 * 459 / (2 * 261) */
    near_to(kit_estimate(k, HW_UNSEEN_CHAO2)->number.n, 1029.655, 1e-3);
    const struct hw_unseen_estimate *e = kit_estimate(k, HW_UNSEEN_LOGLINEAR);
    near_to(e->number.n, 1000, 1e-3);
    assert_true(hw_span_is(e->model, "no list depends on another"));
}

static void lists_that_avoid_each_other_get_no_chao2(void **state)
{
    struct kit *k = *state;
    kit_range(k, kit_list(k, "one", 400), 0, 400); /* a third of "three" */
    kit_range(k, kit_list(k, "two", 400), 370, 770);
    struct hw_capture *c = kit_list(k, "three", 400);
    for (unsigned i = 0; i < 1200; i += 3) {
        kit_range(k, c, i, i + 1);
    }
    (void)kit_ask(k);
    assert_string_equal(kit_refusals(k), "");
    assert_null(kit_estimate(k, HW_UNSEEN_CHAO2));
    const struct hw_unseen_estimate *e = kit_estimate(k, HW_UNSEEN_LOGLINEAR);
    assert_true(hw_span_is(e->model, "one with two"));
    near_to(e->number.n, 1200, 40);
    bool said = false;
    for (const struct hw_unseen_note *n = k->a->notes; n != NULL; n = n->next) {
        said = said || hw_span_starts(n->says, "no Chao2: ");
    }
    assert_true(said);
}

static void items_said_twice_count_once(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    kit_ask(k);
    struct hw_capture *c = kit_list(k, "three", 300);
    for (unsigned n = 0; n < 3; n++) {
        kit_range(k, c, 40, 140);
    }
    (void)kit_ask(k);
    assert_int_equal(k->a->lists[2].count, 100);
    assert_int_equal(k->a->seen, 170);
    assert_int_equal(kit_pair(k, "one", "three")->shared, 60);
}

/* ---- each refusal by itself ---- */

static void units_that_differ_are_refused_and_not_added_up(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    k->captures[1].unit = HW_SPAN_LIT("server");
    refuses(k, "units");
    assert_true(
        hw_span_is(kit_refusal(k, HW_UNSEEN_UNITS)->says, "one counts package; two counts server"));
    assert_int_equal(k->a->seen, 0);
    assert_int_equal(k->a->at_least, 0);
    assert_int_equal(k->a->pair_count, 0);
    k->captures[1].unit = HW_SPAN_LIT("PACKAGE");
    refuses(k, "");
    k->captures[0].unit = k->captures[1].unit = HW_SPAN_LIT("");
    refuses(k, "units");
}

static void populations_that_differ_or_lie_in_each_other_are_refused(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    k->captures[1].of = HW_SPAN_LIT("packages of another worm");
    refuses(k, "populations");
    assert_int_equal(k->a->at_least, 0);
    k->captures[1].of = HW_SPAN_LIT("all packages");
    k->captures[0].within = HW_SPAN_LIT("All packages");
    refuses(k, "populations");
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_POPULATIONS)->says, "a part of what two"));
    k->captures[1].of = k->captures[0].of;
    k->captures[0].within = HW_SPAN_LIT("");
    k->ask.at_most = 169;
    refuses(k, "populations avoided");
    assert_true(
        hw_span_holds(k->a->refusals->says, "170 were seen where there can be 169 at most"));
    k->ask.at_most = 400;
    refuses(k, "");
    k->captures[0].of = k->captures[1].of = HW_SPAN_LIT("");
    refuses(k, "populations");
}

static void keys_weaker_than_identity_are_refused_and_not_united(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    k->captures[1].key = HW_KEY_WEAKER;
    refuses(k, "keys");
    assert_int_equal(k->a->seen, 170);
    assert_int_equal(k->a->at_least, 100);
    k->captures[1].key = HW_KEY_UNSTATED;
    refuses(k, "keys");
}

static void an_open_population_or_an_unstated_one_is_refused(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    k->captures[0].population = HW_POPULATION_OPEN;
    refuses(k, "open");
    assert_int_equal(k->a->at_least, 170);
    k->captures[0].population = HW_POPULATION_UNSTATED;
    refuses(k, "open");
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_OPEN)->says, "not stated"));
}

static void declared_copies_are_refused(void **state)
{
    static const struct hw_span one = {(const uint8_t *)"One", 3},
                                else_ = {(const uint8_t *)"x", 1};
    struct kit *k = *state;
    two_lists(k);
    k->captures[1].copies = &else_;
    k->captures[1].copy_count = 1;
    refuses(k, "");
    k->captures[0].copies = &else_;
    k->captures[0].copy_count = 1;
    refuses(k, "copies"); /* of the same third */
    k->captures[0].copy_count = 0;
    k->captures[1].copies = &one;
    refuses(k, "copies");
    assert_true(hw_span_is(kit_refusal(k, HW_UNSEEN_COPIES)->says, "two is declared to copy one"));
    k->captures[1].copy_count = 0;
    k->captures[1].observer = one;
    refuses(k, "copies"); /* two lists of one observer */
}

static void a_list_within_another_is_refused_above_nine_tenths(void **state)
{
    struct kit *k = *state;
    kit_range(k, kit_list(k, "one", 300), 0, 300);
    kit_range(k, kit_list(k, "two", 100), 210, 310);
    refuses(k, ""); /* 90 of 100 */
    kit_range(k, &k->captures[0], 300, 301);
    k->captures[0].item_count = 0;
    kit_range(k, &k->captures[0], 0, 300);
    k->captures[1].item_count = 0;
    kit_range(k, &k->captures[1], 209, 309);
    refuses(k, "contained");
    assert_true(hw_span_is(kit_refusal(k, HW_UNSEEN_CONTAINED)->says,
                           "one and two have 91 in common of 100"));
    assert_int_equal(k->a->at_least, 309);
}

static void dated_lists(struct kit *k, unsigned together, unsigned backwards)
{
    char name[16];
    k->ask.count = 0;
    struct hw_capture *one = kit_list(k, "one", 100), *two = kit_list(k, "two", 100);
    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "v%u", i);
        kit_put(k, one, name, i < together ? 10 * DAY : HW_TIME_NONE);
        (void)snprintf(name, sizeof name, "v%u", i < 30 ? i : 100 + i);
        kit_put(k, two, name, i < together ? (i < backwards ? 9 : 11) * DAY : HW_TIME_NONE);
    }
}

static void a_list_that_follows_another_in_time_is_refused(void **state)
{
    struct kit *k = *state;
    dated_lists(k, 6, 0);
    refuses(k, "");
    assert_true(hw_span_holds(k->a->notes->says, "could not be checked for 1 of 1 pairs"));
    dated_lists(k, 7, 0);
    refuses(k, "lag");
    assert_null(k->a->notes);
    assert_true(hw_span_is(kit_refusal(k, HW_UNSEEN_LAG)->says,
                           "two has them after one, 7 of 7 that have times on both"));
    dated_lists(k, 7, 1);
    refuses(k, "");
    dated_lists(k, 20, 2);
    refuses(k, "lag"); /* 18 of 20 */
    dated_lists(k, 20, 17);
    refuses(k, "");
    dated_lists(k, 20, 18);
    refuses(k, "lag");
    assert_true(hw_span_starts(kit_refusal(k, HW_UNSEEN_LAG)->says, "one has them after two"));
}

static void an_item_said_twice_has_its_earliest_time(void **state)
{
    struct kit *k = *state;
    char name[16];
    dated_lists(k, 7, 0); /* "one" on day 10, "two" on day 11 */
    struct hw_capture *one = &k->captures[0];
    one->item_count = 93;
    for (unsigned i = 0; i < 7; i++) { /* 93 to 99 are on no other list */
        (void)snprintf(name, sizeof name, "v%u", i);
        kit_put(k, one, name, 12 * DAY);
    }
    refuses(k, "lag");
    assert_int_equal(kit_pair(k, "one", "two")->a_first, 7);
}

static void numbers_without_lists_are_refused_and_the_larger_one_stands(void **state)
{
    struct kit *k = *state;
    kit_list(k, "one", 0)->stated = 500;
    refuses(k, "no-lists");
    assert_int_equal(k->a->at_least, 500);
    kit_range(k, kit_list(k, "two", 600), 0, 600);
    refuses(k, "no-lists");
    assert_int_equal(k->a->at_least, 600);
    assert_true(
        hw_span_is(kit_refusal(k, HW_UNSEEN_NO_LISTS)->says, "one says 500, and not which"));
    k->captures[0] = k->captures[1];
    k->ask.count = 1;
    refuses(k, "no-lists");
    k->ask.independent = false;
    refuses(k, "no-lists independence");
}

static void too_little_in_common_is_refused(void **state)
{
    struct kit *k = *state;
    kit_range(k, kit_list(k, "one", 20), 0, 20);
    kit_range(k, kit_list(k, "two", 20), 13, 33);
    refuses(k, "");
    k->captures[1].item_count = 0;
    kit_range(k, &k->captures[1], 14, 34);
    refuses(k, "overlap");
    assert_true(
        hw_span_is(kit_refusal(k, HW_UNSEEN_OVERLAP)->says, "one and two have 6 in common of 20"));
}

static void a_list_that_shares_little_with_all_others_is_refused(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    kit_range(k, kit_list(k, "three", 19), 164, 183);
    refuses(k, "overlap");
    assert_true(hw_span_is(kit_refusal(k, HW_UNSEEN_OVERLAP)->says,
                           "three has 6 in common with all others together"));
}

static void a_list_that_leaves_out_what_is_known_is_refused(void **state)
{
    struct kit *k = *state;
    kit_range(k, kit_list(k, "one", 1000), 0, 1000);
    kit_range(k, kit_list(k, "two", 200), 990, 1190);
    refuses(k, ""); /* 10 of 200 */
    k->captures[1].item_count = 0;
    kit_range(k, &k->captures[1], 991, 1191);
    refuses(k, "avoided"); /* 9 of 200 */
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_AVOIDED)->says, "have 9 in common of 200"));
}

static void fewer_in_common_than_the_whole_allows_is_refused(void **state)
{
    struct kit *k = *state;
    two_lists(k);         /* 100 and 100, 30 in common */
    k->ask.at_most = 200; /* 50 expected; exp(30 - 50 + 30 ln(5/3)) = .0093 */
    refuses(k, "avoided");
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_AVOIDED)->says,
                              "chance alone gives 50 among at most 200"));
    k->ask.at_most = 202; /* 49.5 expected; .0110 */
    refuses(k, "");
    k->ask.at_most = UINT64_MAX;
    refuses(k, "");
}

static void independence_must_be_declared(void **state)
{
    struct kit *k = *state;
    two_lists(k);
    k->ask.independent = false;
    refuses(k, "independence");
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_INDEPENDENCE)->says, "fewer than three"));
    assert_int_equal(k->a->at_least, 170);
    k->ask.count = 0;
    three_lists(k);
    refuses(k, "independence");
    assert_true(
        hw_span_is(kit_refusal(k, HW_UNSEEN_INDEPENDENCE)->says, "independence not declared"));
}

static void all_that_refuses_is_said_in_order(void **state)
{
    struct kit *k = *state;
    kit_range(k, kit_list(k, "one", 5), 0, 5);
    kit_range(k, kit_list(k, "two", 5), 0, 5);
    k->captures[0].of = HW_SPAN_LIT("something else");
    k->captures[0].key = HW_KEY_WEAKER;
    k->captures[1].population = HW_POPULATION_OPEN;
    k->captures[1].observer = k->captures[0].observer;
    k->ask.independent = false;
    refuses(k, "populations keys open copies contained overlap independence");
}

/* Published of one incident: clients seen by one company, servers by a scanner, customers. */
static void the_numbers_of_one_incident_are_three_units(void **state)
{
    static const struct {
        const char *observer, *unit, *of;
        uint64_t n;
    } said[] = {
        {"Huntress", "client", "trojanised desktop clients", 2783},
        {"Shodan", "server", "exposed telephone servers", 242519},
        {"3CX", "organisation", "customers", 600000},
    };
    struct kit *k = *state;
    for (unsigned i = 0; i < 3; i++) {
        struct hw_capture *c = kit_list(k, said[i].observer, 0);
        c->unit = hw_span_str(said[i].unit);
        c->of = hw_span_str(said[i].of);
        c->stated = said[i].n;
        c->population = HW_POPULATION_UNSTATED;
        c->key = HW_KEY_UNSTATED;
    }
    k->ask.independent = false;
    refuses(k, "units populations keys open no-lists independence");
    assert_true(hw_span_is(k->a->refusals->says, "Huntress counts client; Shodan counts server; "
                                                 "3CX counts organisation"));
    assert_int_equal(k->a->at_least, 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(k->a->lists[i].count, said[i].n);
    }
    k->ask.count = 1; /* and the clients by themselves */
    refuses(k, "keys open no-lists independence");
    assert_int_equal(k->a->at_least, 2783);
}

/* ---- limits ---- */

static void what_is_too_much_is_an_error_by_name(void **state)
{
    struct kit *k = *state;
    struct hw_unseen_answer *a = NULL;
    assert_int_equal(hw_unseen_ask(&k->ask, k->arena, &a, &k->err), HW_E_USAGE);
    for (unsigned i = 0; i <= HW_UNSEEN_LISTS; i++) {
        (void)kit_list(k, "x", 0);
    }
    assert_int_equal(hw_unseen_ask(&k->ask, k->arena, &a, &k->err), HW_E_LIMIT);
    assert_non_null(strstr(k->err.text, "33 lists"));
    k->ask.count = 2; /* items are counted before any of them is looked at */
    k->captures[0].item_count = HW_UNSEEN_ITEMS;
    k->captures[1].item_count = 1;
    assert_int_equal(hw_unseen_ask(&k->ask, k->arena, &a, &k->err), HW_E_LIMIT);
    k->captures[1].item_count = SIZE_MAX;
    assert_int_equal(hw_unseen_ask(&k->ask, k->arena, &a, &k->err), HW_E_LIMIT);
    k->captures[0].item_count = k->captures[1].item_count = 0;
    k->captures[1].copy_count = HW_UNSEEN_COPIES_SAID + 1;
    assert_int_equal(hw_unseen_ask(&k->ask, k->arena, &a, &k->err), HW_E_LIMIT);
    assert_null(a);
}

/* Each of so many lists has a share of a thousand, by a fixed sequence. */
static void many_lists(struct kit *k, unsigned lists)
{
    static const char *const names[] = {"l0",  "l1",  "l2",  "l3",  "l4",  "l5",  "l6",  "l7",
                                        "l8",  "l9",  "l10", "l11", "l12", "l13", "l14", "l15",
                                        "l16", "l17", "l18", "l19", "l20", "l21", "l22", "l23",
                                        "l24", "l25", "l26", "l27", "l28", "l29", "l30", "l31"};
    uint64_t x = 7;
    k->ask.count = 0;
    for (unsigned i = 0; i < lists; i++) {
        struct hw_capture *c = kit_list(k, names[i], 1000);
        for (unsigned v = 0; v < 1000; v++) {
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407U;
            if (x >> 62 == 0) {
                kit_range(k, c, v, v + 1);
            }
        }
    }
}

static void as_many_lists_as_are_fitted_end_and_come_near(void **state)
{
    struct kit *k = *state;
    many_lists(k, HW_UNSEEN_FITTED);
    refuses(k, "");
    near_to(kit_estimate(k, HW_UNSEEN_LOGLINEAR)->number.n, 1000, 60);
}

static void more_lists_than_are_fitted_give_chao2_and_say_so(void **state)
{
    struct kit *k = *state;
    many_lists(k, HW_UNSEEN_FITTED + 1);
    refuses(k, "");
    assert_null(kit_estimate(k, HW_UNSEEN_LOGLINEAR));
    near_to(kit_estimate(k, HW_UNSEEN_CHAO2)->number.n, 1000, 60);
    many_lists(k, HW_UNSEEN_LISTS);
    refuses(k, "");
    assert_int_equal(k->a->pair_count, 496);
    assert_int_equal(k->a->seen, 1000);
}

static void every_failing_allocation_is_an_error(void **state)
{
    struct kit *k = *state;
    struct hw_unseen_answer *a = NULL;
    three_lists(k);
    k->captures[0].population = HW_POPULATION_OPEN;
    k->captures[1].key = HW_KEY_WEAKER;
    uint64_t n = 0;
    int rc;
    do {
        hw_arena_fail_nth(++n);
        rc = hw_unseen_ask(&k->ask, k->arena, &a, &k->err);
        hw_arena_fail_nth(0);
        assert_true(rc == HW_E_MEMORY || rc == HW_OK);
        assert_true(rc == HW_OK || a == NULL);
    } while (rc != HW_OK && n < 100);
    assert_true(n > 6 && n < 100);
}

/* ---- where the truth is known ---- */

struct want {
    double error[UNSEEN_COLUMNS], coverage[UNSEEN_COLUMNS], seen;
    double error_room[UNSEEN_COLUMNS], coverage_room[UNSEEN_COLUMNS]; /* 0: 3 points, 8 points */
};

/* Measured before this code was, with another program and other random numbers. Two hundred runs
 * leave about 3 points on a median and 7 on a coverage; a row's room is wider for a reason:
 * - avoids: the error is about a hundred points, and so loose as that;
 * - four lists: more models are searched here, and found: -11 %, 61 % instead of -16 %, 38 %;
 * - sparse: a fifth of the runs have no model at all and count as missing the truth, and the median
 *   of the others is loose (an answer refuses such lists);
 * - strata: how the victims differ was not written down, and is chosen in bench/unseen_table.c. */
static const struct want wants[UNSEEN_SITUATIONS] = {
    {{-.02, .03, -.01}, {.92, .92, .86}, 525, {0}, {0}},
    {{-.49, -.35, 0}, {0, 0, .90}, 526, {0}, {0}},
    {{.93, .28, .01}, {0, .12, .86}, 524, {.12}, {0}},
    {{-.38, -.30, -.29}, {0, 0, 0}, 528, {0}, {0}},
    {{-.49, -.40, -.28}, {0, 0, .12}, 532, {0}, {0}},
    {{-.29, -.19, -.16}, {0, .02, .38}, 566, {0, 0, .08}, {0, 0, .26}},
    {{-.58, -.35, -.26}, {.60, .88, .85}, 67, {.08, .08, .25}, {.12, .12, .18}},
    {{-.39, -.18}, {0, .78}, 396, {0}, {0}},
};

static double or_usual(double room, double usual)
{
    return room > 0 ? room : usual;
}

static void the_table_of_known_truth_is_what_was_measured(void **state)
{
    struct unseen_row rows[UNSEEN_SITUATIONS];
    (void)state;
    unseen_table(UNSEEN_SEED, rows);
    for (unsigned i = 0; i < UNSEEN_SITUATIONS; i++) {
        const struct want *w = &wants[i];
        for (unsigned c = 0; c < UNSEEN_COLUMNS && (c < 2 || !rows[i].strata); c++) {
            const struct unseen_cell *got = &rows[i].cells[c];
            if (fabs(got->error - w->error[c]) > or_usual(w->error_room[c], .03) ||
                fabs(got->coverage - w->coverage[c]) > or_usual(w->coverage_room[c], .08)) {
                fail_msg("%s, column %u: error %+.2f, coverage %.2f", rows[i].situation, c,
                         got->error, got->coverage);
            }
        }
        near_to(rows[i].seen, w->seen, 6);
    }
}

static void another_seed_is_another_table(void **state)
{
    struct unseen_row a[UNSEEN_SITUATIONS], b[UNSEEN_SITUATIONS];
    (void)state;
    unseen_table(UNSEEN_SEED, a);
    unseen_table(UNSEEN_SEED + 1, b);
    assert_true(fabs(a[0].cells[0].error - b[0].cells[0].error) > 0);
    unseen_table(UNSEEN_SEED, b);
    assert_true(a[0].cells[0].error >= b[0].cells[0].error &&
                a[0].cells[0].error <= b[0].cells[0].error);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(two_lists_give_chapman_worded_as_a_lower_bound),
        T(three_lists_give_chao2_and_a_model),
        T(lists_that_avoid_each_other_get_no_chao2),
        T(items_said_twice_count_once),
        T(units_that_differ_are_refused_and_not_added_up),
        T(populations_that_differ_or_lie_in_each_other_are_refused),
        T(keys_weaker_than_identity_are_refused_and_not_united),
        T(an_open_population_or_an_unstated_one_is_refused),
        T(declared_copies_are_refused),
        T(a_list_within_another_is_refused_above_nine_tenths),
        T(a_list_that_follows_another_in_time_is_refused),
        T(an_item_said_twice_has_its_earliest_time),
        T(numbers_without_lists_are_refused_and_the_larger_one_stands),
        T(too_little_in_common_is_refused),
        T(a_list_that_shares_little_with_all_others_is_refused),
        T(a_list_that_leaves_out_what_is_known_is_refused),
        T(fewer_in_common_than_the_whole_allows_is_refused),
        T(independence_must_be_declared),
        T(all_that_refuses_is_said_in_order),
        T(the_numbers_of_one_incident_are_three_units),
        T(what_is_too_much_is_an_error_by_name),
        T(as_many_lists_as_are_fitted_end_and_come_near),
        T(more_lists_than_are_fitted_give_chao2_and_say_so),
        T(every_failing_allocation_is_an_error),
        cmocka_unit_test(the_table_of_known_truth_is_what_was_measured),
        cmocka_unit_test(another_seed_is_another_table),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("unseen", tests, NULL, NULL);
}
