/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "ask/behave.h"

static const double intercept = -6.0;
static const double coefficients[HW_BEHAVE_INPUTS] = {.28, .13, -.7, .6, .75};

double hw_behave_probability(const double input[HW_BEHAVE_INPUTS])
{
    double t = intercept;
    for (unsigned i = 0; i < HW_BEHAVE_INPUTS; i++) {
        t += coefficients[i] * input[i];
    }
    double p = 1 / (1 + exp(-t));
    return p < .01 ? .01 : p > .99 ? .99 : p;
}
