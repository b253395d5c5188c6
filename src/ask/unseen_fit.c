/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/unseen_fit.c -- log-linear models of which lists an item is on.
 *
 * Fienberg, "The multiple recapture census for closed populations and incomplete 2^k contingency
 * tables", Biometrika 59 (1972); Cormack, "Log-linear models for capture-recapture", Biometrics 45
 * (1989). The counts of the 2^T - 1 seen combinations are Poisson, ln mu = u + sum of u_i for every
 * list that has the item + u_ij for pairs of lists that depend on each other. Nobody's cell has
 * none of these terms: e^u is the number of unseen. Its variance is that of the fitted mean, e^2u
 * var(u), and that of a count about its mean, e^u (Baillargeon and Rivest, Rcapture, Journal of
 * Statistical Software 19 (2007)).
 *
 * The model in which every pair depends on each other is never tried. With three lists it has as
 * many terms as there are counts, so nothing in them can speak against it, and it extrapolates
 * wildly: of the hepatitis outbreak whose truth was about 545 (Chao and others, Statistics in
 * Medicine 20 (2001)) it makes 1,313, and the best of the others 527.
 *
 * Newton's method with step halving, which for this model is the reweighted least squares of the
 * books. A model whose information matrix is singular, or that runs off to infinity, is left out
 * and counted: the data cannot tell its terms apart.
 */
#include <math.h>
#include <string.h>

#include "ask/unseen.h"

enum {
    LISTS = HW_UNSEEN_FITTED,
    PAIRS = LISTS * (LISTS - 1) / 2,
    TERMS = 1 + LISTS + PAIRS,
    CELLS = 1 << LISTS,
    ROUNDS = 60,
    HALVINGS = 30,
    ALL_SUBSETS = 4, /* lists; with more of them terms are added one at a time */
};
static const double far_off = 40; /* e^40: a coefficient that large is on its way to infinity */

struct fit {
    unsigned lists, terms, cells;
    uint32_t term[TERMS]; /* the lists an item must be on for the term to count */
    const uint64_t *count;
    double beta[TERMS], next[TERMS];
    double info[TERMS][TERMS], score[TERMS];
};

static bool has(uint32_t cell, uint32_t term)
{
    return (cell & term) == term;
}

static double predict(const struct fit *f, const double *beta, uint32_t cell)
{
    double eta = 0;
    for (unsigned i = 0; i < f->terms; i++) {
        eta += has(cell, f->term[i]) ? beta[i] : 0;
    }
    return eta;
}

/* The log-likelihood without the part that is the same for all models. */
static double likelihood(const struct fit *f, const double *beta)
{
    double sum = 0;
    for (uint32_t cell = 1; cell < f->cells; cell++) {
        double eta = predict(f, beta, cell);
        sum += (double)f->count[cell] * eta - exp(eta);
    }
    return sum;
}

static void add_cell(struct fit *f, uint32_t cell, double weight, double residual)
{
    for (unsigned i = 0; i < f->terms; i++) {
        if (!has(cell, f->term[i])) {
            continue;
        }
        f->score[i] += residual;
        for (unsigned j = 0; j <= i; j++) {
            f->info[i][j] += has(cell, f->term[j]) ? weight : 0;
        }
    }
}

/* The lower triangle of a Cholesky factor, in place. False: not positive definite. */
static bool factor(struct fit *f)
{
    for (unsigned j = 0; j < f->terms; j++) {
        double whole = f->info[j][j], d = whole;
        for (unsigned k = 0; k < j; k++) {
            d -= f->info[j][k] * f->info[j][k];
        }
        if (!(d > whole * 1e-10) || !isfinite(d)) {
            return false;
        }
        d = sqrt(d);
        f->info[j][j] = d;
        for (unsigned i = j + 1; i < f->terms; i++) {
            double s = f->info[i][j];
            for (unsigned k = 0; k < j; k++) {
                s -= f->info[i][k] * f->info[j][k];
            }
            f->info[i][j] = s / d;
        }
    }
    return true;
}

/* x becomes the solution of (factor times its transpose) x = x. */
static void solve(const struct fit *f, double *x)
{
    for (unsigned i = 0; i < f->terms; i++) {
        for (unsigned k = 0; k < i; k++) {
            x[i] -= f->info[i][k] * x[k];
        }
        x[i] /= f->info[i][i];
    }
    for (unsigned i = f->terms; i-- > 0;) {
        for (unsigned k = i + 1; k < f->terms; k++) {
            x[i] -= f->info[k][i] * x[k];
        }
        x[i] /= f->info[i][i];
    }
}

static void begin_round(struct fit *f)
{
    memset(f->info, 0, sizeof f->info);
    memset(f->score, 0, sizeof f->score);
}

/* A first guess: least squares on the logarithms of the counts, weighted by them. */
static bool guess(struct fit *f)
{
    begin_round(f);
    for (uint32_t cell = 1; cell < f->cells; cell++) {
        double y = (double)f->count[cell] + 0.5;
        add_cell(f, cell, y, y * log(y));
    }
    if (!factor(f)) {
        return false;
    }
    memcpy(f->beta, f->score, sizeof f->beta);
    solve(f, f->beta);
    return true;
}

/* The information at beta, factored, and the score. */
static bool inform(struct fit *f)
{
    begin_round(f);
    for (uint32_t cell = 1; cell < f->cells; cell++) {
        double mu = exp(predict(f, f->beta, cell));
        add_cell(f, cell, mu, (double)f->count[cell] - mu);
    }
    return factor(f);
}

static bool sane(const struct fit *f)
{
    for (unsigned i = 0; i < f->terms; i++) {
        if (!(fabs(f->beta[i]) < far_off)) {
            return false;
        }
    }
    return true;
}

/* One step of Newton's, shortened until the likelihood does not fall. False: none helps. */
static bool step(struct fit *f, double *io_best)
{
    solve(f, f->score);
    double part = 1;
    for (unsigned n = 0; n < HALVINGS; n++, part /= 2) {
        for (unsigned i = 0; i < f->terms; i++) {
            f->next[i] = f->beta[i] + part * f->score[i];
        }
        double now = likelihood(f, f->next);
        if (now >= *io_best - 1e-9 * (1 + fabs(*io_best))) { /* NaN and infinity are no less */
            memcpy(f->beta, f->next, sizeof f->beta);
            *io_best = now;
            return true;
        }
    }
    return false;
}

/* To the maximum of the likelihood, with the information there left factored. */
static bool climb(struct fit *f, double *out_likelihood)
{
    if (!guess(f)) {
        return false;
    }
    double best = likelihood(f, f->beta);
    for (unsigned n = 0; n < ROUNDS; n++) {
        if (!sane(f) || !inform(f)) {
            return false;
        }
        double slope = 0; /* Newton's decrement: how much a step could still gain, doubled */
        double score[TERMS];
        memcpy(score, f->score, sizeof score);
        solve(f, score);
        for (unsigned i = 0; i < f->terms; i++) {
            slope += score[i] * f->score[i];
        }
        if (slope < 1e-12 * (1 + fabs(best))) {
            *out_likelihood = best;
            return isfinite(best);
        }
        if (!step(f, &best)) {
            return false;
        }
    }
    return false;
}

static void set_up(struct fit *f, unsigned lists, const uint64_t *cells, uint32_t with)
{
    f->lists = lists;
    f->cells = 1U << lists;
    f->count = cells;
    f->terms = 0;
    f->term[f->terms++] = 0;
    for (unsigned i = 0; i < lists; i++) {
        f->term[f->terms++] = 1U << i;
    }
    uint32_t bit = 1;
    for (unsigned a = 0; a < lists; a++) {
        for (unsigned b = a + 1; b < lists; b++, bit <<= 1) {
            if ((with & bit) != 0) {
                f->term[f->terms++] = 1U << a | 1U << b;
            }
        }
    }
}

/* Every term needs an item: without one its estimate is minus infinity. */
static bool supported(const struct fit *f)
{
    for (unsigned i = 0; i < f->terms; i++) {
        uint64_t n = 0;
        for (uint32_t cell = 1; cell < f->cells && n == 0; cell++) {
            n += has(cell, f->term[i]) ? f->count[cell] : 0;
        }
        if (n == 0) {
            return false;
        }
    }
    return true;
}

static uint32_t negative_terms(const struct fit *f, uint32_t with)
{
    uint32_t negative = 0;
    unsigned at = 1 + f->lists;
    for (uint32_t bit = 1; bit != 0 && bit <= with; bit <<= 1) {
        if ((with & bit) != 0 && f->beta[at++] < 0) {
            negative |= bit;
        }
    }
    return negative;
}

/* Takes the model when it is better than the best so far. */
static void try_model(struct fit *f, unsigned lists, const uint64_t *cells, uint32_t with,
                      double seen, struct hw_unseen_model *io)
{
    double best;
    struct hw_unseen_number n;
    set_up(f, lists, cells, with);
    io->tried++;
    if (!supported(f) || !climb(f, &best)) {
        io->singular++;
        return;
    }
    double aic = 2 * (double)f->terms - 2 * best;
    double unit[TERMS] = {1}, f0 = exp(f->beta[0]);
    solve(f, unit); /* the first column of the inverse: unit[0] is var(u) */
    if (!hw_unseen_interval(seen, f0, f0 + f0 * f0 * unit[0], &n)) {
        io->singular++;
        return;
    }
    if (aic < io->aic) {
        io->aic = aic;
        io->number = n;
        io->with = with;
        io->negative = negative_terms(f, with);
    }
}

static uint32_t every_pair(unsigned lists)
{
    return (1U << (lists * (lists - 1) / 2)) - 1;
}

/* Forwards: as long as one more term makes a better model. */
static void try_one_more(struct fit *f, unsigned lists, const uint64_t *cells, double seen,
                         struct hw_unseen_model *io)
{
    uint32_t all = every_pair(lists), held;
    do {
        held = io->with;
        for (uint32_t bit = 1; bit < all; bit <<= 1) {
            if ((held & bit) == 0 && (held | bit) != all) {
                try_model(f, lists, cells, held | bit, seen, io);
            }
        }
    } while (io->with != held);
}

bool hw_unseen_loglinear(unsigned lists, const uint64_t *cells, struct hw_unseen_model *out)
{
    static const struct hw_unseen_model none = {.aic = INFINITY};
    struct fit f;
    *out = none;
    if (lists < 3 || lists > LISTS) {
        return false;
    }
    double seen = 0;
    for (uint32_t cell = 1; cell < 1U << lists; cell++) {
        seen += (double)cells[cell];
    }
    if (lists > ALL_SUBSETS) {
        try_model(&f, lists, cells, 0, seen, out);
        try_one_more(&f, lists, cells, seen, out);
    } else {
        for (uint32_t with = 0; with < every_pair(lists); with++) {
            try_model(&f, lists, cells, with, seen, out);
        }
    }
    return isfinite(out->aic);
}
