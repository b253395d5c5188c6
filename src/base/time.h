/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/time.h -- moments and intervals, in int64 nanoseconds since 1970-01-01T00:00:00Z.
 *
 * No clock is read here and no time zone of the machine is asked. The Gregorian calendar is used
 * throughout, leap seconds are not counted (as in POSIX time). What int64 can say runs from
 * 1677-09-21 to 2262-04-11; HW_TIME_NONE lies below that and means "not known".
 * Every function that can fail writes *out only on success.
 */
#ifndef HW_BASE_TIME_H
#define HW_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

#define HW_TIME_NONE INT64_MIN
#define HW_TIME_MIN (INT64_MIN + 1)
#define HW_TIME_MAX INT64_MAX
#define HW_NS_PER_SECOND INT64_C(1000000000)

/* From the first to the last nanosecond, both included; lo <= hi. A moment has lo == hi. */
struct hw_interval {
    int64_t lo, hi;
};

/* month 1..12, day 1..31, hour 0..23, minute 0..59, second 0..59, ns 0..999999999. */
struct hw_civil {
    int year;
    unsigned month, day, hour, minute, second, ns;
};
/* False for a day that is not in the calendar or a moment outside of int64 nanoseconds. */
/* So much later; and from b to a. Neither runs over: beyond what int64 says it stops there. */
int64_t hw_time_add(int64_t t, int64_t by);
int64_t hw_time_since(int64_t a, int64_t b);

HW_CHECK bool hw_time_from_civil(const struct hw_civil *c, int64_t *out);
void hw_time_to_civil(int64_t ns, struct hw_civil *out);

/* ISO 8601 in UTC: 2023-03-13T06:31:00Z, with .123, .123456 or .123456789 only when not zero.
 * HW_TIME_NONE is written as "unknown". */
void hw_time_put(struct hw_buf *out, int64_t ns);
/* The same into the caller's array, always NUL-terminated; returns out. */
#define HW_TIME_TEXT 36
const char *hw_time_text(int64_t ns, char out[HW_TIME_TEXT]);

/* ISO 8601 as evidence and people write it: YYYY-MM-DD, or that with 'T', 't' or one space and
 * HH:MM, HH:MM:SS or HH:MM:SS.f (1 to 9 digits), then nothing (UTC), Z, z, +HH:MM, +HHMM or +HH.
 * 23:59:60 is taken as the second that follows. The whole span must be consumed.
 * The interval is as wide as the text is vague: a day, a minute, a second, a millisecond, ... */
HW_CHECK bool hw_interval_parse(struct hw_span s, struct hw_interval *out);
/* Its first nanosecond. */
HW_CHECK bool hw_time_parse(struct hw_span s, int64_t *out);

/* "May 17 11:23:22 2018 GMT", "Aug  1 12:29:50 2008 GMT": as OpenSSL prints certificate times. */
HW_CHECK bool hw_time_parse_openssl(struct hw_span s, int64_t *out);

/* The content bytes of DER UTCTime (YYMMDDHHMMSSZ; 50..99 is 19xx, RFC 5280 4.1.2.5.1) and
 * GeneralizedTime (YYYYMMDDHHMMSS[.f]Z; X.690 11.7: no trailing zero in f; RFC 5280 forbids f in
 * certificates, RFC 3161 allows it in timestamps; beyond 9 digits it is cut). A well-formed time
 * that int64 cannot say (such as 99991231235959Z) becomes HW_TIME_MIN or HW_TIME_MAX. */
HW_CHECK bool hw_time_parse_utctime(struct hw_span s, int64_t *out);
HW_CHECK bool hw_time_parse_gentime(struct hw_span s, int64_t *out);

/* Windows FILETIME: 100 ns since 1601. False when outside of int64 nanoseconds (0 is). */
HW_CHECK bool hw_time_from_filetime(uint64_t ft, int64_t *out);
HW_CHECK bool hw_time_from_unix(int64_t seconds, int64_t *out);
/* MS-DOS date and time (ZIP, CAB): a wall clock of unknown zone in steps of two seconds, here read
 * as UTC. False when month, day, hour, minute or second is out of range. */
HW_CHECK bool hw_time_from_dos(uint16_t date, uint16_t time, int64_t *out);

#endif
