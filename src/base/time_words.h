/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/time_words.h -- times as the logs of products write them, which is in many ways.
 *
 * ISO 8601 is base/time.h's; here is the rest of what is met: other orders of the date, names of
 * months, AM and PM, and counts since some epoch. Whether a zone was stated is told, never guessed.
 */
#ifndef HW_BASE_TIME_WORDS_H
#define HW_BASE_TIME_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

/* What a bare number counts, and which of two numbers in 03/04/2023 is the day. */
enum hw_time_hint {
    HW_TIME_AS_WRITTEN, /* numbers by their length; the month comes first (US) */
    HW_TIME_DAY_FIRST,  /* the same, but 03/04/2023 is in April */
    HW_TIME_EPOCH,      /* seconds since 1970, maybe with a fraction */
    HW_TIME_EPOCH_MS,   /* milliseconds */
    HW_TIME_FILETIME    /* 100 ns since 1601 */
};

struct hw_time_said {
    int64_t ns;      /* since 1970; as if it were UTC where no zone was stated */
    bool zoned;      /* the zone was stated, or it is a count since an epoch */
    bool yearless;   /* no year was stated; ns lies in 1970 */
    unsigned digits; /* of the second: 0 to 9 */
};

/*
 * The whole span, blanks and one pair of [] or "" around it aside, is one of (f: a fraction of the
 * second behind '.', ',' or ':'; Z: Z, UTC, GMT, +HH:MM, +HHMM or +HH, with or without a blank):
 *
 *   2023-03-13[T ,]06:31:00[.f][Z]   / or . between the parts of the date too; also without
 *                                    seconds, and the date alone (midnight, no digits)
 *   03/13/2023[ ,]06:31:00[.f][ AM|PM][Z]   one digit will do; two of the year are 20xx
 *   Mar 13[,] 2023[,] 06:31:00[.f][ AM|PM][Z], Mon Mar 13 06:31:00 2023, Mar 13 06:31:00 (no year)
 *   13/Mar/2023:06:31:00 +0000, 13-Mar-2023 06:31:00.f, 13 Mar 2023 06:31:00
 *   1678689060[.f]: 9 to 11 digits are seconds since 1970, 12 to 14 milliseconds, 15 or 16
 *                   microseconds, 17 or 18 a FILETIME, 19 nanoseconds
 *
 * False, and *out untouched, for anything else and for what int64 cannot say. A month-first date
 * whose first number cannot be a month is refused, never turned round.
 */
HW_CHECK bool hw_time_words(struct hw_span s, enum hw_time_hint hint, struct hw_time_said *out);

#endif
