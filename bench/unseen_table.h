/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/unseen_table.h -- how wrong the estimates of ask/unseen.h are where the truth is known.
 *
 * A thousand victims and observers of known faults are drawn two hundred times each, and every
 * formula is asked. The numbers that come out say what the words of an answer may claim. The same
 * seed gives the same table: a test holds it, bench_unseen prints it.
 */
#ifndef HW_BENCH_UNSEEN_TABLE_H
#define HW_BENCH_UNSEEN_TABLE_H

#include <stdint.h>
#include <stdio.h>

enum { UNSEEN_TRUTH = 1000, UNSEEN_RUNS = 200, UNSEEN_SITUATIONS = 8, UNSEEN_COLUMNS = 3 };
#define UNSEEN_SEED UINT64_C(1)

struct unseen_cell {
    double error;    /* median of N / truth - 1 */
    double coverage; /* share of all runs whose interval holds the truth */
    unsigned runs;   /* that gave a number; 0: was not asked */
};

struct unseen_row {
    const char *situation;
    double seen; /* mean number seen by anyone */
    struct unseen_cell
        cells[UNSEEN_COLUMNS]; /* Chapman of the first two lists, Chao2, log-linear */
    int strata; /* then cells[0] is Chapman over all, cells[1] Chapman of each stratum, added up */
};

void unseen_table(uint64_t seed, struct unseen_row rows[UNSEEN_SITUATIONS]);
void unseen_table_print(FILE *to, const struct unseen_row rows[UNSEEN_SITUATIONS]);

#endif
