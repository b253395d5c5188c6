/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/attribution_fit.c -- from five numbers to a probability, and how good it is.
 *
 * Logistic regression by Newton's steps (iteratively reweighted least squares), with a slight pull
 * towards nothing so that what separates perfectly has an end.
 */
#include <math.h>
#include <string.h>

#include "attribution.h"

enum { SIZE = HW_BEHAVE_INPUTS + 1, STEPS = 40 };
#define PULL 1e-3

double model_says(const struct model *m, const double input[HW_BEHAVE_INPUTS])
{
    double t = m->intercept;
    for (unsigned i = 0; i < HW_BEHAVE_INPUTS; i++) {
        t += m->input[i] * input[i];
    }
    double p = 1 / (1 + exp(-t));
    return p < .01 ? .01 : p > .99 ? .99 : p;
}

/* Gauss and Jordan, with pivots. False: it has no one solution. */
static bool solve(double m[SIZE][SIZE + 1], double out[SIZE])
{
    for (unsigned i = 0; i < SIZE; i++) {
        unsigned pivot = i;
        for (unsigned r = i + 1; r < SIZE; r++) {
            pivot = fabs(m[r][i]) > fabs(m[pivot][i]) ? r : pivot;
        }
        if (fabs(m[pivot][i]) < 1e-12) {
            return false;
        }
        for (unsigned k = 0; k <= SIZE; k++) {
            double t = m[i][k];
            m[i][k] = m[pivot][k];
            m[pivot][k] = t;
        }
        for (unsigned r = 0; r < SIZE; r++) {
            double times = r == i ? 0 : m[r][i] / m[i][i];
            for (unsigned k = i; k <= SIZE && r != i; k++) {
                m[r][k] -= times * m[i][k];
            }
        }
    }
    for (unsigned i = 0; i < SIZE; i++) {
        out[i] = m[i][SIZE] / m[i][i];
    }
    return true;
}

static void add_run(double m[SIZE][SIZE + 1], const double b[SIZE], const struct run *r)
{
    double x[SIZE] = {1}, t = 0;
    memcpy(x + 1, r->input, sizeof r->input);
    for (unsigned i = 0; i < SIZE; i++) {
        t += b[i] * x[i];
    }
    double p = 1 / (1 + exp(-t));
    for (unsigned i = 0; i < SIZE; i++) {
        for (unsigned k = 0; k < SIZE; k++) {
            m[i][k] += p * (1 - p) * x[i] * x[k];
        }
        m[i][SIZE] += (r->right - p) * x[i];
    }
}

struct model model_fit(const struct run *runs, size_t count, int fold, int before)
{
    double b[SIZE] = {0}, step[SIZE];
    for (unsigned n = 0; n < STEPS; n++) {
        double m[SIZE][SIZE + 1] = {{0}}, moved = 0;
        for (size_t i = 0; i < count; i++) {
            if (runs[i].any && runs[i].month < before && runs[i].fold != fold) {
                add_run(m, b, &runs[i]);
            }
        }
        for (unsigned i = 0; i < SIZE; i++) {
            m[i][i] += PULL;
            m[i][SIZE] -= PULL * b[i];
        }
        if (!solve(m, step)) {
            break;
        }
        for (unsigned i = 0; i < SIZE; i++) {
            b[i] += step[i];
            moved += fabs(step[i]);
        }
        if (moved < 1e-9) {
            break;
        }
    }
    struct model out = {.intercept = b[0]};
    memcpy(out.input, b + 1, sizeof out.input);
    return out;
}

void measure(const struct run *runs, size_t count, double threshold, int from, int to,
             struct reliability *out)
{
    static const double edges[BANDS + 1] = {0, .05, .20, .45, .55, .80, .95, 1.01};
    unsigned all = 0;
    *out = (struct reliability){.error = 0};
    for (size_t i = 0; i < count; i++) {
        const struct run *r = &runs[i];
        unsigned k = 0;
        if (r->month < from || r->month >= to) {
            continue;
        }
        bool speaks = r->any && r->p >= threshold;
        out->asked += r->present;
        out->known += r->present && r->rank > 0;
        out->answered += r->present && speaks;
        out->right += r->present && speaks && r->right;
        out->absent += !r->present;
        out->wrong += !r->present && speaks;
        while (k + 1 < BANDS && r->p >= edges[k + 1]) {
            k++;
        }
        out->bands[k].stated += r->p;
        out->bands[k].right += r->right;
        out->bands[k].count++;
        out->brier += (r->p - r->right) * (r->p - r->right);
        all++;
    }
    for (unsigned k = 0; k < BANDS; k++) {
        struct band *b = &out->bands[k];
        out->error += all > 0 ? fabs(b->stated - b->right) / all : 0;
        b->from = edges[k];
        b->to = k + 1 == BANDS ? 1 : edges[k + 1];
        b->stated /= b->count > 0 ? b->count : 1;
        b->right /= b->count > 0 ? b->count : 1;
    }
    out->brier /= all > 0 ? all : 1;
}
