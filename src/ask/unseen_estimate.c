/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/unseen_estimate.c -- the closed formulas: how many there are, from what lists share.
 *
 * Chapman, "Some properties of the hypergeometric distribution with applications to zoological
 * sample censuses" (1951), with the variance of Seber, Biometrika 57 (1970). Chao2 corrected for
 * bias, Chao, in Encyclopedia of Statistical Sciences (2005); its variance is that of Chao,
 * Biometrics 43 (1987), wider than the corrected one and nearer to what simulation finds where
 * little was seen twice; with nothing seen twice only the corrected one exists. The interval is
 * Chao's (1987): the number of unseen, not that of all, is taken to be log-normal, so it never
 * reaches below what was seen.
 */
#include <math.h>

#include "ask/unseen.h"

static const double z95 = 1.959963984540054; /* 97.5 % of a normal distribution lies below */

bool hw_unseen_interval(double seen, double f0, double var, struct hw_unseen_number *out)
{
    if (!(seen >= 0) || !(f0 >= 0) || !(var >= 0) || !isfinite(seen + f0) || !isfinite(var)) {
        return false;
    }
    struct hw_unseen_number n = {.n = seen + f0, .f0 = f0, .var = var, .lo = seen, .hi = seen + f0};
    if (f0 > 0) {
        /* ln(1 + var/f0^2), without squaring what could be very small or very large */
        double c = exp(z95 * sqrt(log1p(var / f0 / f0)));
        n.lo = seen + f0 / c;
        n.hi = seen + f0 * c;
    }
    if (!isfinite(n.lo) || !isfinite(n.hi)) {
        return false;
    }
    *out = n;
    return true;
}

bool hw_unseen_chapman(uint64_t n1, uint64_t n2, uint64_t m, struct hw_unseen_number *out)
{
    if (m > n1 || m > n2) {
        return false;
    }
    double a = (double)n1, b = (double)n2, both = (double)m;
    double f0 = (a - both) * (b - both) / (both + 1); /* N - S: the formula, made shorter */
    double var =
        (a + 1) * (b + 1) / (both + 1) * ((a - both) * (b - both) / (both + 1)) / (both + 2);
    return hw_unseen_interval(a + b - both, f0, var, out);
}

bool hw_unseen_chao2(unsigned lists, uint64_t seen, uint64_t once, uint64_t twice,
                     struct hw_unseen_number *out)
{
    if (lists < 2 || once > seen || twice > seen - once) {
        return false;
    }
    double k = ((double)lists - 1) / (double)lists;
    double f1 = (double)once, f2 = (double)twice;
    double pairs = once == 0 ? 0 : f1 * (f1 - 1);
    double f0 = k * pairs / (2 * (f2 + 1)), var;
    if (twice > 0) {
        double g = f1 / f2;
        var = f2 * (k * g * g / 2 + k * k * g * g * g + k * k * g * g * g * g / 4);
    } else {
        var = f0 + (once == 0 ? 0 : k * k * f1 * (2 * f1 - 1) * (2 * f1 - 1) / 4);
    }
    return hw_unseen_interval((double)seen, f0, var, out);
}
