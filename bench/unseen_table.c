/* SPDX-License-Identifier: Apache-2.0 */
#include "unseen_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ask/unseen.h"

enum { LISTS = 4, CHAPMAN = 0, CHAO2 = 1, LOGLINEAR = 2, STRATA = 2 };

struct situation {
    const char *name;
    unsigned lists;
    double sees[LISTS];
    double spread; /* standard deviation of a victim's own visibility, on the logit scale */
    double copies; /* share of the first list that the second takes over */
    double avoids; /* share of the first list that the second leaves out */
    double shy;    /* share of victims of a second stratum, and by how much it is harder to see */
    double shyness;
};

/* In the last one half of the victims can be told apart by anybody, and are harder to see: 6 and 4
 * in a hundred instead of 50 and 40. */
static const struct situation situations[UNSEEN_SITUATIONS] = {
    {"independent", 3, {.30, .20, .15}, 0, 0, 0, 0, 0},
    {"list 2 copies 60% of list 1", 3, {.30, .20, .15}, 0, .6, 0, 0, 0},
    {"list 2 avoids 60% of list 1", 3, {.30, .20, .15}, 0, 0, .6, 0, 0},
    {"victims differ in visibility (logit sd 1.5)", 3, {.30, .20, .15}, 1.5, 0, 0, 0, 0},
    {"both (copies, sd 1.5)", 3, {.30, .20, .15}, 1.5, .6, 0, 0, 0},
    {"4 lists, sd 1", 4, {.30, .20, .15, .10}, 1, 0, 0, 0, 0},
    {"sparse .03/.02/.02", 3, {.03, .02, .02}, 0, 0, 0, 0, 0},
    {"two visible strata, pooled / stratified", 2, {.50, .40}, 0, 0, 0, .5, 2.8},
};

/* ---- chance ---- */

static uint64_t draw(uint64_t *state) /* SplitMix64, Steele, Lea and Flood (2014) */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double uniform(uint64_t *state)
{
    return ((double)(draw(state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state) /* Box and Muller (1958) */
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(6.283185307179586 * uniform(state));
}

/* ---- one drawing ---- */

struct drawn {
    uint64_t cells[STRATA][1 << LISTS];
};

static double logit_shift(double p, double by)
{
    return 1 / (1 + exp(-(log(p / (1 - p)) + by)));
}

static void draw_one(const struct situation *s, uint64_t *chance, struct drawn *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned victim = 0; victim < UNSEEN_TRUTH; victim++) {
        bool shy = victim < s->shy * UNSEEN_TRUTH;
        double by = (s->spread > 0 ? s->spread * normal(chance) : 0) - (shy ? s->shyness : 0);
        unsigned on = 0;
        for (unsigned i = 0; i < s->lists; i++) {
            bool sees = uniform(chance) < logit_shift(s->sees[i], by);
            if (i == 1 && (on & 1) != 0) {
                sees = sees || (s->copies > 0 && uniform(chance) < s->copies);
                sees = sees && !(s->avoids > 0 && uniform(chance) < s->avoids);
            }
            on |= sees ? 1U << i : 0;
        }
        out->cells[shy][on]++;
    }
}

/* ---- what the formulas say of it ---- */

struct counted {
    uint64_t n1, n2, m, seen, once, twice;
};

static void count(unsigned lists, const uint64_t *cells, struct counted *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned on = 1; on < 1U << lists; on++) {
        int by = __builtin_popcount(on);
        out->seen += cells[on];
        out->n1 += (on & 1) != 0 ? cells[on] : 0;
        out->n2 += (on & 2) != 0 ? cells[on] : 0;
        out->m += (on & 3) == 3 ? cells[on] : 0;
        out->once += by == 1 ? cells[on] : 0;
        out->twice += by == 2 ? cells[on] : 0;
    }
}

struct told {
    double n[UNSEEN_RUNS];
    unsigned count, covered;
};

static void tell(struct told *t, bool ok, const struct hw_unseen_number *n)
{
    if (ok) {
        t->n[t->count++] = n->n;
        t->covered += n->lo <= UNSEEN_TRUTH && n->hi >= UNSEEN_TRUTH;
    }
}

static void tell_lists(const struct situation *s, const uint64_t *cells, struct told *t,
                       double *io_seen)
{
    struct counted c;
    struct hw_unseen_number n;
    struct hw_unseen_model model;
    count(s->lists, cells, &c);
    *io_seen += (double)c.seen;
    tell(&t[CHAPMAN], hw_unseen_chapman(c.n1, c.n2, c.m, &n), &n);
    tell(&t[CHAO2], hw_unseen_chao2(s->lists, c.seen, c.once, c.twice, &n), &n);
    bool ok = hw_unseen_loglinear(s->lists, cells, &model);
    tell(&t[LOGLINEAR], ok, &model.number);
}

static void tell_strata(const struct situation *s, const struct drawn *d, struct told *t,
                        double *io_seen)
{
    struct hw_unseen_number n, sum = {0};
    struct counted c;
    uint64_t pooled[1 << LISTS];
    double seen = 0;
    bool ok = true;
    for (unsigned i = 0; i < STRATA; i++) {
        count(s->lists, d->cells[i], &c);
        ok = ok && hw_unseen_chapman(c.n1, c.n2, c.m, &n);
        sum.f0 += n.f0;
        sum.var += n.var;
        seen += (double)c.seen;
    }
    ok = ok && hw_unseen_interval(seen, sum.f0, sum.var, &n);
    tell(&t[1], ok, &n);
    for (unsigned on = 0; on < 1U << s->lists; on++) {
        pooled[on] = d->cells[0][on] + d->cells[1][on];
    }
    count(s->lists, pooled, &c);
    tell(&t[0], hw_unseen_chapman(c.n1, c.n2, c.m, &n), &n);
    *io_seen += seen;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static struct unseen_cell sum_up(struct told *t)
{
    struct unseen_cell cell = {.runs = t->count, .coverage = (double)t->covered / UNSEEN_RUNS};
    if (t->count > 0) {
        qsort(t->n, t->count, sizeof t->n[0], ascending);
        double middle = (t->n[(t->count - 1) / 2] + t->n[t->count / 2]) / 2;
        cell.error = middle / UNSEEN_TRUTH - 1;
    }
    return cell;
}

static void run(const struct situation *s, uint64_t chance, struct unseen_row *out)
{
    static const struct told nothing;
    struct told told[UNSEEN_COLUMNS] = {nothing, nothing, nothing};
    struct drawn d;
    *out = (struct unseen_row){.situation = s->name, .strata = s->shy > 0};
    for (unsigned i = 0; i < UNSEEN_RUNS; i++) {
        draw_one(s, &chance, &d);
        if (s->shy > 0) {
            tell_strata(s, &d, told, &out->seen);
        } else {
            tell_lists(s, d.cells[0], told, &out->seen);
        }
    }
    out->seen /= UNSEEN_RUNS;
    for (unsigned i = 0; i < UNSEEN_COLUMNS; i++) {
        out->cells[i] = sum_up(&told[i]);
    }
}

void unseen_table(uint64_t seed, struct unseen_row rows[UNSEEN_SITUATIONS])
{
    for (unsigned i = 0; i < UNSEEN_SITUATIONS; i++) {
        run(&situations[i], seed + i * UINT64_C(0x1000000), &rows[i]);
    }
}

static void print_cell(FILE *to, const struct unseen_cell *c)
{
    if (c->runs > 0) {
        (void)fprintf(to, "%+ld%%, %.0f%%", lround(c->error * 100), c->coverage * 100);
        if (c->runs < UNSEEN_RUNS) {
            (void)fprintf(to, " (%u of %d gave a number)", c->runs, UNSEEN_RUNS);
        }
    }
}

void unseen_table_print(FILE *to, const struct unseen_row rows[UNSEEN_SITUATIONS])
{
    (void)fprintf(to, "| situation | seen | Chapman (2 lists) | Chao2 | log-linear + AIC |\n"
                      "|---|---|---|---|---|\n");
    for (unsigned i = 0; i < UNSEEN_SITUATIONS; i++) {
        const struct unseen_row *r = &rows[i];
        (void)fprintf(to, "| %s | %.0f | ", r->situation, r->seen);
        print_cell(to, &r->cells[0]);
        (void)fprintf(to, r->strata ? " / " : " | ");
        print_cell(to, &r->cells[1]);
        (void)fprintf(to, r->strata ? " | | " : " | ");
        print_cell(to, &r->cells[2]);
        (void)fprintf(to, " |\n");
    }
}
