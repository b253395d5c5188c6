/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/time.c -- the calendar without libc, whose zone functions read the machine's settings.
 *
 * Days are counted in years that begin on 1 March, so that the leap day is the last of its year: of
 * such a year y and day d in it, y*365 + y/4 - y/100 + y/400 + d days have passed since 1 March of
 * year 0, which lies 719,468 days before 1 January 1970 (proleptic Gregorian calendar, ISO 8601).
 */
#include "base/time.h"

#include <stdio.h>

#include "base/checked.h"
#include "base/text.h"

enum { EPOCH_DAYS = 719468, ERA_DAYS = 146097, DAY_SECONDS = 86400 };

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(int year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

static bool in_calendar(const struct hw_civil *c)
{
    return c->year >= 0 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= month_days(c->year, c->month) && c->hour <= 23 && c->minute <= 59 &&
           c->second <= 59 && c->ns <= 999999999;
}

/* Seconds since 1970 of a moment in the calendar, years 0..9999. */
static int64_t seconds_of(const struct hw_civil *c)
{
    int64_t year = c->month > 2 ? c->year : c->year - 1;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    unsigned month = (c->month + 9) % 12; /* March is 0 */
    int64_t day = (153 * month + 2) / 5 + c->day - 1;
    int64_t days = era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + day - EPOCH_DAYS;
    return days * DAY_SECONDS + (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
}

static bool moment(int64_t seconds, unsigned ns, int64_t *out)
{
    /* Before 1970 the multiplication alone may fall off the edge where the sum does not: borrow. */
    int64_t sub = ns;
    if (seconds < 0 && sub > 0) {
        seconds++;
        sub -= HW_NS_PER_SECOND;
    }
    int64_t t;
    if (!hw_mul_i64(seconds, HW_NS_PER_SECOND, &t) || !hw_add_i64(t, sub, &t) ||
        t == HW_TIME_NONE) {
        return false;
    }
    *out = t;
    return true;
}

bool hw_time_from_civil(const struct hw_civil *c, int64_t *out)
{
    return in_calendar(c) && moment(seconds_of(c), c->ns, out);
}

void hw_time_to_civil(int64_t ns, struct hw_civil *out)
{
    int64_t sub = ns % HW_NS_PER_SECOND;
    int64_t seconds = ns / HW_NS_PER_SECOND;
    if (sub < 0) {
        sub += HW_NS_PER_SECOND;
        seconds--;
    }
    int64_t of_day = seconds % DAY_SECONDS;
    of_day += of_day < 0 ? DAY_SECONDS : 0;
    /* int64 nanoseconds span some 585 years, so from 1970 these days are positive. */
    int64_t days = (seconds - of_day) / DAY_SECONDS + EPOCH_DAYS;
    int64_t era = days / ERA_DAYS, in_era = days % ERA_DAYS;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (year * 365 + year / 4 - year / 100);
    unsigned month = (unsigned)((5 * in_year + 2) / 153);
    *out = (struct hw_civil){
        .year = (int)(era * 400 + year + (month >= 10 ? 1 : 0)),
        .month = month < 10 ? month + 3 : month - 9,
        .day = (unsigned)(in_year - (153 * (int64_t)month + 2) / 5 + 1),
        .hour = (unsigned)(of_day / 3600),
        .minute = (unsigned)(of_day / 60 % 60),
        .second = (unsigned)(of_day % 60),
        .ns = (unsigned)sub,
    };
}

const char *hw_time_text(int64_t ns, char out[HW_TIME_TEXT])
{
    if (ns == HW_TIME_NONE) {
        (void)snprintf(out, HW_TIME_TEXT, "unknown");
        return out;
    }
    struct hw_civil c;
    hw_time_to_civil(ns, &c);
    int n = snprintf(out, HW_TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)c.year % 10000,
                     c.month % 100, c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
    size_t at = n > 0 && n < HW_TIME_TEXT ? (size_t)n : 0;
    if (c.ns != 0) {
        int digits = c.ns % 1000000 == 0 ? 3 : c.ns % 1000 == 0 ? 6 : 9;
        unsigned v = digits == 3 ? c.ns / 1000000 : digits == 6 ? c.ns / 1000 : c.ns;
        n = snprintf(out + at, HW_TIME_TEXT - at, ".%0*u", digits, v);
        at += n > 0 ? (size_t)n : 0;
    }
    (void)snprintf(out + at, HW_TIME_TEXT - at, "Z");
    return out;
}

void hw_time_put(struct hw_buf *out, int64_t ns)
{
    char text[HW_TIME_TEXT];
    hw_buf_str(out, hw_time_text(ns, text));
}

/* Small eaters: each takes from the front of *s only on success. */
static bool eat(struct hw_span *s, char c)
{
    if (s->n == 0 || s->p[0] != (uint8_t)c) {
        return false;
    }
    *s = hw_span_from(*s, 1);
    return true;
}

static bool eat_digits(struct hw_span *s, size_t n, unsigned *out)
{
    uint64_t v;
    if (s->n < n || !hw_span_u64(hw_span_cut(*s, 0, n), &v) || v > 999999999) {
        return false;
    }
    *out = (unsigned)v;
    *s = hw_span_from(*s, n);
    return true;
}

/* .f as nanoseconds, and how wide one unit of its last digit is. */
static bool eat_fraction(struct hw_span *s, size_t most, unsigned *out_ns, int64_t *out_wide)
{
    unsigned ns = 0;
    int64_t wide = HW_NS_PER_SECOND;
    size_t n = 0;
    struct hw_span rest = *s;
    if (!eat(&rest, '.')) {
        return false;
    }
    for (; n < rest.n && hw_ascii_is_digit(rest.p[n]); n++) {
        if (n < 9) {
            wide /= 10;
            ns += (unsigned)(rest.p[n] - '0') * (unsigned)wide;
        }
    }
    if (n == 0 || n > most) {
        return false;
    }
    *s = hw_span_from(rest, n);
    *out_ns = ns;
    *out_wide = wide;
    return true;
}

static bool eat_clock(struct hw_span *s, struct hw_civil *c, int64_t *wide)
{
    if (!eat_digits(s, 2, &c->hour) || !eat(s, ':') || !eat_digits(s, 2, &c->minute)) {
        return false;
    }
    *wide = 60 * HW_NS_PER_SECOND;
    if (!eat(s, ':')) {
        return true;
    }
    if (!eat_digits(s, 2, &c->second)) {
        return false;
    }
    *wide = HW_NS_PER_SECOND;
    return s->n == 0 || s->p[0] != '.' || eat_fraction(s, 9, &c->ns, wide);
}

/* What to add to reach UTC, in seconds. */
static bool eat_zone(struct hw_span *s, int64_t *out)
{
    unsigned hours, minutes = 0;
    *out = 0;
    if (s->n == 0 || eat(s, 'Z') || eat(s, 'z')) {
        return true;
    }
    bool east = eat(s, '+');
    if ((!east && !eat(s, '-')) || !eat_digits(s, 2, &hours)) {
        return false;
    }
    bool colon = eat(s, ':');
    if ((colon || s->n > 0) && !eat_digits(s, 2, &minutes)) {
        return false;
    }
    if (hours > 14 || minutes > 59) { /* no zone on Earth is further out */
        return false;
    }
    *out = ((int64_t)hours * 3600 + (int64_t)minutes * 60) * (east ? -1 : 1);
    return true;
}

bool hw_interval_parse(struct hw_span s, struct hw_interval *out)
{
    struct hw_civil c = {0};
    unsigned year;
    int64_t zone = 0, wide = (int64_t)DAY_SECONDS * HW_NS_PER_SECOND, extra = 0;
    if (!eat_digits(&s, 4, &year) || !eat(&s, '-') || !eat_digits(&s, 2, &c.month) ||
        !eat(&s, '-') || !eat_digits(&s, 2, &c.day)) {
        return false;
    }
    c.year = (int)year;
    if (s.n > 0 && !((eat(&s, 'T') || eat(&s, 't') || eat(&s, ' ')) && eat_clock(&s, &c, &wide) &&
                     eat_zone(&s, &zone))) {
        return false;
    }
    if (c.second == 60 && c.minute == 59) {
        c.second = 59; /* a leap second: POSIX time has no name for it but the next one's */
        extra = 1;
    }
    struct hw_interval i;
    if (s.n != 0 || !in_calendar(&c) || !moment(seconds_of(&c) + zone + extra, c.ns, &i.lo)) {
        return false;
    }
    i.hi = HW_TIME_MAX;
    (void)!hw_add_i64(i.lo, wide - 1, &i.hi); /* the last day of int64 ends early */
    *out = i;
    return true;
}

bool hw_time_parse(struct hw_span s, int64_t *out)
{
    struct hw_interval i;
    if (!hw_interval_parse(s, &i)) {
        return false;
    }
    *out = i.lo;
    return true;
}

bool hw_time_parse_openssl(struct hw_span s, int64_t *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct hw_civil c = {0};
    unsigned year;
    for (unsigned m = 0; m < 12; m++) {
        if (hw_span_equal(hw_span_cut(s, 0, 3),
                          (struct hw_span){(const uint8_t *)months + m * 3, 3})) {
            c.month = m + 1;
        }
    }
    s = hw_span_from(s, 3);
    if (c.month == 0 || !eat(&s, ' ') || !eat_digits(&s, eat(&s, ' ') ? 1 : 2, &c.day) ||
        !eat(&s, ' ') || !eat_digits(&s, 2, &c.hour) || !eat(&s, ':') ||
        !eat_digits(&s, 2, &c.minute) || !eat(&s, ':') || !eat_digits(&s, 2, &c.second) ||
        !eat(&s, ' ') || !eat_digits(&s, 4, &year) || !hw_span_is(s, " GMT")) {
        return false;
    }
    c.year = (int)year;
    return hw_time_from_civil(&c, out);
}

/* MMDDHHMMSS, [.f], Z and nothing more. */
static bool parse_der(struct hw_span s, int year, bool fraction, int64_t *out)
{
    struct hw_civil c = {.year = year};
    int64_t wide;
    if (!eat_digits(&s, 2, &c.month) || !eat_digits(&s, 2, &c.day) || !eat_digits(&s, 2, &c.hour) ||
        !eat_digits(&s, 2, &c.minute) || !eat_digits(&s, 2, &c.second)) {
        return false;
    }
    if (fraction && s.n > 0 && s.p[0] == '.') {
        /* X.690 11.7.3: no trailing zero, so no empty fraction of zeros either. */
        if (!eat_fraction(&s, SIZE_MAX, &c.ns, &wide) || s.p[-1] == '0') {
            return false;
        }
    }
    if (!eat(&s, 'Z') || s.n != 0 || !in_calendar(&c)) {
        return false;
    }
    if (!moment(seconds_of(&c), c.ns, out)) {
        *out = year < 1970 ? HW_TIME_MIN : HW_TIME_MAX;
    }
    return true;
}

bool hw_time_parse_utctime(struct hw_span s, int64_t *out)
{
    unsigned yy;
    return eat_digits(&s, 2, &yy) && parse_der(s, (int)yy + (yy >= 50 ? 1900 : 2000), false, out);
}

bool hw_time_parse_gentime(struct hw_span s, int64_t *out)
{
    unsigned year;
    return eat_digits(&s, 4, &year) && parse_der(s, (int)year, true, out);
}

bool hw_time_from_filetime(uint64_t ft, int64_t *out)
{
    /* 1601-01-01 lies 11,644,473,600 seconds before 1970. */
    int64_t seconds = (int64_t)(ft / 10000000U) - INT64_C(11644473600);
    return moment(seconds, (unsigned)(ft % 10000000U) * 100U, out);
}

bool hw_time_from_unix(int64_t seconds, int64_t *out)
{
    return moment(seconds, 0, out);
}

bool hw_time_from_dos(uint16_t date, uint16_t time, int64_t *out)
{
    struct hw_civil c = {
        .year = 1980 + (date >> 9),
        .month = date >> 5 & 15U,
        .day = date & 31U,
        .hour = time >> 11,
        .minute = time >> 5 & 63U,
        .second = (time & 31U) * 2U,
    };
    return hw_time_from_civil(&c, out);
}

int64_t hw_time_add(int64_t t, int64_t by)
{
    int64_t sum;
    return !__builtin_add_overflow(t, by, &sum) ? sum : by < 0 ? INT64_MIN : INT64_MAX;
}

int64_t hw_time_since(int64_t a, int64_t b)
{
    int64_t d;
    bool over = __builtin_sub_overflow(a, b, &d) || d == INT64_MIN;
    return !over ? d : a < b ? -INT64_MAX : INT64_MAX;
}
