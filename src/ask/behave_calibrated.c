/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave_calibrated.c -- what a score is worth as a probability: constants, and how good they
 * are.
 *
 * A logistic curve over five numbers, as `bench_attribution --train` prints it. It learned from
 * reports that ATT&CK Enterprise 18.1 cites, each asked about as of its month with itself left out:
 * once with its group among the profiles, once without, both with the same weight. The constants
 * have seen reports older than 2023 only; docs/accuracy.md has what they come to on newer ones. The
 * bands are of all reports, each stated by constants that had seen no report of its group.
 */
#include <math.h>

#include "ask/behave.h"

static const double intercept = -5.5894;
static const double coefficients[HW_BEHAVE_INPUTS] = {0.2930, 0.1201, -0.5751, 0.5342, 0.4199};

static const struct hw_behave_band bands[] = {
    {0.00, 0.05, 0.03, 0.04, 277}, {0.05, 0.20, 0.10, 0.10, 276}, {0.20, 0.45, 0.31, 0.32, 84},
    {0.45, 0.55, 0.49, 0.50, 18},  {0.55, 0.80, 0.66, 0.52, 33},  {0.80, 0.95, 0.88, 0.89, 28},
    {0.95, 1.00, 0.98, 1.00, 26},
};

double hw_behave_probability(const double input[HW_BEHAVE_INPUTS])
{
    double t = intercept;
    for (unsigned i = 0; i < HW_BEHAVE_INPUTS; i++) {
        t += coefficients[i] * input[i];
    }
    double p = 1 / (1 + exp(-t));
    return p < .01 ? .01 : p > .99 ? .99 : p; /* nothing here is certain */
}

const struct hw_behave_band *hw_behave_bands(size_t *out_count)
{
    *out_count = sizeof bands / sizeof bands[0];
    return bands;
}
