/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/bench_unseen.c -- prints the table of docs/accuracy.md that says how far estimates of the
 * unseen are off: bench_unseen [SEED].
 */
#include <stdlib.h>

#include "unseen_table.h"

int main(int argc, char **argv)
{
    struct unseen_row rows[UNSEEN_SITUATIONS];
    unseen_table(argc > 1 ? strtoull(argv[1], NULL, 10) : UNSEEN_SEED, rows);
    unseen_table_print(stdout, rows);
    return 0;
}
