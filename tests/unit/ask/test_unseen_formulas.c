/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formulas of ask/unseen.h against numbers worked by hand and numbers of the literature.
 */
#include "unseen_kit.h"

#include <math.h>

/* 10 marked, 15 caught later, 5 of them marked: (11 * 16) / 6 - 1 = 28.33, variance by Seber
 * 11 * 16 * 5 * 10 / (36 * 7) = 34.92. */
static void chapman_is_as_worked_by_hand(void **state)
{
    struct hw_unseen_number n;
    (void)state;
    assert_true(hw_unseen_chapman(10, 15, 5, &n));
    near_to(n.n, 28 + 1.0 / 3, 1e-12);
    near_to(n.var, 8800.0 / 252, 1e-12);
    near_to(n.f0, 50.0 / 6, 1e-12);
    /* C = exp(1.95996 sqrt(ln(1 + 34.9206/69.4444))) = exp(1.95996 * .638254) = 3.4937;
     * from 20 + f0/C to 20 + f0 C */
    near_to(n.lo, 22.3853, 1e-3);
    near_to(n.hi, 49.1140, 1e-3);
}

/* Of the hepatitis lists of 135, 122 and 126 cases with 49 and 45 in common: Petersen's 336.1 and
 * Chapman's own, 136 * 123 / 50 - 1. */
static void chapman_of_the_hepatitis_lists(void **state)
{
    struct hw_unseen_number n;
    (void)state;
    assert_true(hw_unseen_chapman(135, 122, 49, &n));
    near_to(n.n, 333.56, 1e-9);
    near_to(sqrt(n.var), 28.6997, 1e-3);
}

static void chapman_of_everything_in_common_has_nothing_unseen(void **state)
{
    struct hw_unseen_number n;
    (void)state;
    assert_true(hw_unseen_chapman(21, 21, 21, &n));
    near_to(n.n, 21, 0);
    near_to(n.lo, 21, 0);
    near_to(n.hi, 21, 0);
    assert_true(hw_unseen_chapman(0, 0, 0, &n));
    near_to(n.n, 0, 0);
    assert_false(hw_unseen_chapman(5, 9, 6, &n));
}

static void numbers_too_large_to_be_true_stay_numbers(void **state)
{
    struct hw_unseen_number n = {.n = -1};
    (void)state;
    if (hw_unseen_chapman(UINT64_MAX, UINT64_MAX, 0, &n)) {
        assert_true(isfinite(n.n) && isfinite(n.lo) && isfinite(n.hi));
    }
    if (hw_unseen_chao2(32, UINT64_MAX, UINT64_MAX, 0, &n)) {
        assert_true(isfinite(n.n) && isfinite(n.lo) && isfinite(n.hi));
    }
    assert_false(hw_unseen_interval(1, INFINITY, 1, &n));
    assert_false(hw_unseen_interval(1, NAN, 1, &n));
    assert_false(hw_unseen_interval(1, 1, INFINITY, &n));
    assert_false(hw_unseen_interval(1, -1, 1, &n));
    assert_true(hw_unseen_interval(1, 1e-300, 0, &n));
    near_to(n.n, 1, 1e-12);
}

/* Cottontail rabbits of Edwards and Eberhardt (1967), as in Chao (1987): 18 nights, 76 seen, 43
 * once, 16 twice; 135 in truth. By hand: 76 + 17/18 * 43 * 42 / (2 * 17). */
static void chao2_of_the_cottontails(void **state)
{
    struct hw_unseen_number n;
    (void)state;
    assert_true(hw_unseen_chao2(18, 76, 43, 16, &n));
    near_to(n.n, 76 + 50 + 1.0 / 6, 1e-9);
    assert_true(n.lo < 135 && n.hi > 135);
    /* g = 43/16: 16 (k g^2 / 2 + k^2 g^3 + k^2 g^4 / 4), k = 17/18 */
    near_to(n.var, 517.5227, .5);
}

static void chao2_without_any_seen_twice(void **state)
{
    struct hw_unseen_number n;
    (void)state;
    assert_true(hw_unseen_chao2(3, 10, 10, 0, &n)); /* 2/3 * 90 / 2 = 30 */
    near_to(n.f0, 30, 1e-12);
    near_to(n.var, 30 + 4.0 / 9 * 10 * 19 * 19 / 4, 1e-9);
    assert_true(hw_unseen_chao2(3, 10, 0, 4, &n));
    near_to(n.n, 10, 0);
    assert_false(hw_unseen_chao2(1, 10, 1, 1, &n));
    assert_false(hw_unseen_chao2(3, 10, 8, 3, &n));
    assert_false(hw_unseen_chao2(3, 10, 11, 0, &n));
}

/* Three independent lists that see a half, two fifths and a fifth of 1,000, to the last victim. */
static void a_table_without_chance_gives_the_truth(void **state)
{
    static const uint64_t cells[8] = {240, 240, 160, 160, 60, 60, 40, 40};
    struct hw_unseen_model m;
    (void)state;
    assert_true(hw_unseen_loglinear(3, cells, &m));
    assert_int_equal(m.with, 0);
    near_to(m.number.n, 1000, 1e-6);
    double best = 0; /* the counts are their own means */
    for (unsigned i = 1; i < 8; i++) {
        best += (double)cells[i] * log((double)cells[i]) - (double)cells[i];
    }
    near_to(m.aic, 2 * 4 - 2 * best, 1e-6);
    assert_int_equal(m.tried, 7); /* of the eight, the whole is left out */
    assert_int_equal(m.singular, 0);
    /* Main effects alone have a closed form, Bishop, Fienberg and Holland (1975), 6.4: the variance
     * of N is N times the unseen, 240, over those whom more than one list has, 300. */
    near_to(m.number.var, 1000.0 * 240 / 300, 1e-3);
}

/* Hepatitis A at a college, northern Taiwan 1995, lists P, Q and E; the truth was about 545, by
 * blood tests of all (Chao and others, Statistics in Medicine 20 (2001)). The model of all pairs
 * says 1,313 and has nothing that could speak against it. */
static void the_hepatitis_outbreak_is_met_by_the_interval(void **state)
{
    static const uint64_t cells[8] = {0, 69, 55, 21, 63, 17, 18, 28};
    struct hw_unseen_model m;
    (void)state;
    assert_true(hw_unseen_loglinear(3, cells, &m));
    assert_true(m.with != 7 && m.negative == 0);
    near_to(m.number.n, 526.7, .1);
    assert_true(m.number.lo < 545 && m.number.hi > 545);
}

/* Diabetes in Casale Monferrato, four lists (Bruno and others 1994), in the order of the R package
 * Rcapture; the model of the literature says 2,771 with a standard error of 145. */
static void the_diabetes_of_four_lists_is_that_of_the_literature(void **state)
{
    static const uint64_t printed[15] = {58, 157, 18, 104, 46, 650, 12, 709,
                                         14, 20,  7,  74,  8,  182, 10};
    uint64_t cells[16] = {0};
    struct hw_unseen_model m;
    (void)state;
    for (unsigned i = 0; i < 15; i++) {
        unsigned row = 15 - i, mask = 0; /* printed with the first list as the highest bit */
        for (unsigned b = 0; b < 4; b++) {
            mask |= (row >> (3 - b) & 1) << b;
        }
        cells[mask] = printed[i];
    }
    assert_true(hw_unseen_loglinear(4, cells, &m));
    near_to(m.number.n, 2771, 1);
    near_to(sqrt(m.number.var), 145, 1);
    assert_int_equal(m.tried, 63);
}

static void what_cannot_be_fitted_is_counted_and_no_number(void **state)
{
    static const uint64_t nothing[8] = {0}, apart[8] = {0, 50, 50, 0, 50, 0, 0, 0},
                          alone[8] = {0, 50, 0, 0, 0, 0, 0, 0};
    static const uint64_t *const tables[] = {nothing, apart, alone};
    struct hw_unseen_model m;
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_false(hw_unseen_loglinear(3, tables[i], &m));
        assert_int_equal(m.tried, 7);
        assert_int_equal(m.singular, 7);
    }
    assert_false(hw_unseen_loglinear(2, nothing, &m));
    assert_false(hw_unseen_loglinear(HW_UNSEEN_FITTED + 1, nothing, &m));
}

/* Counts of all sizes, most of them 0, some absurd: whatever comes is a number or a refusal. */
static void wild_counts_end_and_stay_numbers(void **state)
{
    static uint64_t cells[1 << HW_UNSEEN_FITTED];
    struct hw_unseen_model m;
    uint64_t x = 1;
    unsigned yes = 0, no = 0;
    (void)state;
    for (unsigned round = 0; round < 600; round++) {
        unsigned lists = round < 596 ? 3 + round % 3 : HW_UNSEEN_FITTED;
        for (unsigned i = 0; i < 1U << lists; i++) {
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407U;
            uint64_t r = x >> 33;
            cells[i] = r % 3 == 0 ? 0 : (r >> 8) >> (r % 23);
        }
        if (hw_unseen_loglinear(lists, cells, &m)) {
            yes++;
            assert_true(isfinite(m.number.n) && isfinite(m.number.hi) &&
                        m.number.lo <= m.number.n && m.number.n <= m.number.hi);
        } else {
            no++;
        }
    }
    assert_true(yes > 100);
    assert_true(yes + no == 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chapman_is_as_worked_by_hand),
        cmocka_unit_test(chapman_of_the_hepatitis_lists),
        cmocka_unit_test(chapman_of_everything_in_common_has_nothing_unseen),
        cmocka_unit_test(numbers_too_large_to_be_true_stay_numbers),
        cmocka_unit_test(chao2_of_the_cottontails),
        cmocka_unit_test(chao2_without_any_seen_twice),
        cmocka_unit_test(a_table_without_chance_gives_the_truth),
        cmocka_unit_test(the_hepatitis_outbreak_is_met_by_the_interval),
        cmocka_unit_test(the_diabetes_of_four_lists_is_that_of_the_literature),
        cmocka_unit_test(what_cannot_be_fitted_is_counted_and_no_number),
        cmocka_unit_test(wild_counts_end_and_stay_numbers),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("unseen_formulas", tests, NULL, NULL);
}
