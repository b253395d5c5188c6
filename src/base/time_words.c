/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/time_words.c -- times as the logs of products write them (base/time_words.h has the forms).
 *
 * The date decides the form by its first separator; clock and zone are read alike in all of them.
 * The calendar itself, and with it every range check, is base/time.c's.
 */
#include "base/time_words.h"

#include "base/checked.h"
#include "base/text.h"
#include "base/time.h"

struct words {
    struct hw_span s; /* what is left */
    struct hw_civil c;
    struct hw_time_said said;
    int64_t east; /* seconds to take off to reach UTC */
    bool leap;    /* 23:59:60 */
};

static bool eat(struct words *w, uint8_t c)
{
    if (w->s.n == 0 || w->s.p[0] != c) {
        return false;
    }
    w->s = hw_span_from(w->s, 1);
    return true;
}

/* Any of the separators, and blanks around it; true when there was at least one of either. */
static bool eat_gap(struct words *w, const char *also)
{
    size_t n = 0;
    for (; n < w->s.n; n++) {
        bool of = w->s.p[n] == ' ' || w->s.p[n] == '\t';
        for (const char *a = also; *a != 0 && !of; a++) {
            of = w->s.p[n] == (uint8_t)*a;
        }
        if (!of) {
            break;
        }
    }
    w->s = hw_span_from(w->s, n);
    return n > 0;
}

static bool eat_number(struct words *w, size_t least, size_t most, unsigned *out)
{
    unsigned v = 0;
    size_t n = 0;
    for (; n < w->s.n && hw_ascii_is_digit(w->s.p[n]); n++) {
        if (n == most) {
            return false;
        }
        v = v * 10 + (unsigned)(w->s.p[n] - '0');
    }
    if (n < least) {
        return false;
    }
    w->s = hw_span_from(w->s, n);
    *out = v;
    return true;
}

/* The letters at the front. */
static struct hw_span letters(const struct words *w)
{
    size_t n = 0;
    while (n < w->s.n && hw_ascii_is_alpha(w->s.p[n])) {
        n++;
    }
    return hw_span_cut(w->s, 0, n);
}

/* Is `word` the name or its first three letters? 0 when of none, else 1 and up. */
static unsigned name_of(struct hw_span word, const char *const *names, unsigned count)
{
    if (word.n < 3) {
        return 0;
    }
    for (unsigned i = 0; i < count; i++) {
        bool begins = true;
        for (unsigned k = 0; k < 3 && begins; k++) {
            begins = hw_ascii_lower(word.p[k]) == hw_ascii_lower((uint8_t)names[i][k]);
        }
        if (begins) {
            return word.n == 3 || hw_span_is_nocase(word, names[i]) ? i + 1 : 0;
        }
    }
    return 0;
}

static bool eat_month(struct words *w, unsigned *out)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct hw_span word = letters(w);
    unsigned month = name_of(word, months, 12);
    if (month == 0) {
        return false;
    }
    w->s = hw_span_from(w->s, word.n);
    *out = month;
    return true;
}

static void eat_weekday(struct words *w)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    struct hw_span word = letters(w);
    if (name_of(word, days, 7) > 0) {
        w->s = hw_span_from(w->s, word.n);
        (void)eat_gap(w, ",");
    }
}

static bool eat_fraction(struct words *w)
{
    unsigned scale = 100000000;
    size_t n = 0;
    if (!eat(w, '.') && !eat(w, ',') && !eat(w, ':')) {
        return true;
    }
    for (; n < w->s.n && hw_ascii_is_digit(w->s.p[n]); n++) {
        w->c.ns += (unsigned)(w->s.p[n] - '0') * scale;
        scale /= 10;
    }
    w->said.digits = n > 9 ? 9 : (unsigned)n;
    w->s = hw_span_from(w->s, n);
    return n > 0 && n <= 12;
}

static bool eat_noon(struct words *w)
{
    struct words look = *w;
    (void)eat_gap(&look, "");
    struct hw_span word = letters(&look);
    bool am = hw_span_is_nocase(word, "AM"), pm = hw_span_is_nocase(word, "PM");
    if (!am && !pm) {
        return true;
    }
    if (w->c.hour < 1 || w->c.hour > 12) {
        return false;
    }
    w->c.hour = w->c.hour % 12 + (pm ? 12 : 0);
    w->s = hw_span_from(look.s, 2);
    return true;
}

static bool eat_clock(struct words *w)
{
    if (!eat_number(w, 1, 2, &w->c.hour) || !eat(w, ':') || !eat_number(w, 2, 2, &w->c.minute)) {
        return false;
    }
    if (eat(w, ':') && (!eat_number(w, 2, 2, &w->c.second) || !eat_fraction(w))) {
        return false;
    }
    if (w->c.hour == 23 && w->c.minute == 59 && w->c.second == 60) {
        w->c.second = 59;
        w->leap = true;
    }
    return eat_noon(w);
}

static bool eat_zone(struct words *w)
{
    unsigned hours, minutes = 0;
    (void)eat_gap(w, "");
    if (w->s.n == 0) {
        return true;
    }
    struct hw_span word = letters(w);
    if (hw_span_is_nocase(word, "Z") || hw_span_is_nocase(word, "UTC") ||
        hw_span_is_nocase(word, "GMT")) {
        w->s = hw_span_from(w->s, word.n);
        w->said.zoned = true;
        if (w->s.n == 0) {
            return true;
        }
    }
    bool west = eat(w, '-');
    if ((!west && !eat(w, '+')) || !eat_number(w, 1, 4, &hours)) {
        return false;
    }
    if (hours > 99) {
        minutes = hours % 100;
        hours /= 100;
    } else if (eat(w, ':') && !eat_number(w, 2, 2, &minutes)) {
        return false;
    }
    if (hours > 15 || minutes > 59) {
        return false;
    }
    w->east = (int64_t)hours * 3600 + (int64_t)minutes * 60;
    w->east = west ? -w->east : w->east;
    w->said.zoned = true;
    return true;
}

static bool finish(struct words *w, struct hw_time_said *out)
{
    int64_t ns;
    if (w->s.n != 0 || !hw_time_from_civil(&w->c, &ns) ||
        !hw_add_i64(ns, (w->leap ? HW_NS_PER_SECOND : 0) - w->east * HW_NS_PER_SECOND, &ns) ||
        ns == HW_TIME_NONE) {
        return false;
    }
    w->said.ns = ns;
    *out = w->said;
    return true;
}

/* ---- the forms ---- */

static bool clock_and_zone(struct words *w, struct hw_time_said *out)
{
    return eat_clock(w) && eat_zone(w) && finish(w, out);
}

static bool year_first(struct words *w, struct hw_time_said *out)
{
    uint8_t sep = w->s.n > 4 ? w->s.p[4] : 0;
    unsigned year;
    if (!eat_number(w, 4, 4, &year) || !eat(w, sep) || !eat_number(w, 1, 2, &w->c.month) ||
        !eat(w, sep) || !eat_number(w, 1, 2, &w->c.day)) {
        return false;
    }
    w->c.year = (int)year;
    if (w->s.n == 0) {
        return finish(w, out);
    }
    return (eat(w, 'T') || eat(w, 't') || eat_gap(w, ",")) && clock_and_zone(w, out);
}

static bool eat_year(struct words *w, bool may_be_short)
{
    unsigned v;
    struct hw_span before = w->s;
    if (!eat_number(w, 2, 4, &v) || (before.n - w->s.n != 4 && before.n - w->s.n != 2)) {
        return false;
    }
    bool two = before.n - w->s.n == 2;
    w->c.year = (int)(two ? 2000 + v : v);
    return may_be_short || !two;
}

static bool numbers(struct words *w, enum hw_time_hint hint, struct hw_time_said *out)
{
    unsigned a, b;
    uint8_t sep;
    if (!eat_number(w, 1, 2, &a) || w->s.n == 0) {
        return false;
    }
    sep = w->s.p[0];
    if (!eat(w, sep) || !eat_number(w, 1, 2, &b) || !eat(w, sep) || !eat_year(w, true)) {
        return false;
    }
    /* Dots are written where the day comes first, and nowhere else. */
    bool day_first = hint == HW_TIME_DAY_FIRST || sep == '.';
    w->c.month = day_first ? b : a;
    w->c.day = day_first ? a : b;
    if (w->s.n == 0) {
        return finish(w, out);
    }
    return eat_gap(w, ",") && clock_and_zone(w, out);
}

static bool month_first(struct words *w, struct hw_time_said *out)
{
    eat_weekday(w);
    if (!eat_month(w, &w->c.month) || !eat_gap(w, ".") || !eat_number(w, 1, 2, &w->c.day) ||
        !eat_gap(w, ",")) {
        return false;
    }
    struct words look = *w;
    if (eat_year(&look, false) && eat_gap(&look, ",@")) {
        *w = look;
        return clock_and_zone(w, out);
    }
    if (!eat_clock(w)) {
        return false;
    }
    look = *w;
    if (eat_gap(&look, "") && eat_year(&look, false)) {
        *w = look;
    } else {
        w->c.year = 1970;
        w->said.yearless = true;
        if (w->c.month == 2 && w->c.day == 29) {
            return false; /* 1970 has no such day, and which year had is not said */
        }
    }
    return eat_zone(w) && finish(w, out);
}

static bool day_month(struct words *w, struct hw_time_said *out)
{
    eat_weekday(w);
    if (!eat_number(w, 1, 2, &w->c.day) || w->s.n == 0) {
        return false;
    }
    if (!eat_gap(w, "/-") || !eat_month(w, &w->c.month) || !eat_gap(w, "/-") ||
        !eat_year(w, true)) {
        return false;
    }
    return (eat(w, ':') || eat_gap(w, ",")) && clock_and_zone(w, out);
}

/* ---- counts ---- */

static bool digits_only(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_ascii_is_digit(s.p[i])) {
            return false;
        }
    }
    return s.n > 0;
}

/* `unit` ns each, with `digits` of the second in them. */
static bool count_of(uint64_t v, int64_t unit, unsigned digits, struct hw_time_said *out)
{
    int64_t ns;
    if (v > INT64_MAX || !hw_mul_i64((int64_t)v, unit, &ns)) {
        return false;
    }
    *out = (struct hw_time_said){.ns = ns, .zoned = true, .digits = digits};
    return true;
}

static bool filetime(uint64_t v, struct hw_time_said *out)
{
    int64_t ns;
    if (!hw_time_from_filetime(v, &ns)) {
        return false;
    }
    *out = (struct hw_time_said){.ns = ns, .zoned = true, .digits = 7};
    return true;
}

static bool seconds_with_fraction(struct hw_span s, size_t dot, struct hw_time_said *out)
{
    uint64_t v;
    struct words w = {.s = hw_span_from(s, dot)};
    if (!hw_span_u64(hw_span_cut(s, 0, dot), &v) || !eat_fraction(&w) || w.s.n != 0) {
        return false;
    }
    struct hw_time_said said;
    if (!count_of(v, HW_NS_PER_SECOND, w.said.digits, &said) ||
        !hw_add_i64(said.ns, w.c.ns, &said.ns)) {
        return false;
    }
    *out = said;
    return true;
}

static bool counted(struct hw_span s, enum hw_time_hint hint, struct hw_time_said *out)
{
    uint64_t v;
    size_t dot = hw_span_find(s, '.');
    if (dot < s.n) {
        return (hint == HW_TIME_EPOCH || dot >= 9) && seconds_with_fraction(s, dot, out);
    }
    if (!hw_span_u64(s, &v)) {
        return false;
    }
    switch (hint) {
    case HW_TIME_EPOCH:
        return count_of(v, HW_NS_PER_SECOND, 0, out);
    case HW_TIME_EPOCH_MS:
        return count_of(v, 1000000, 3, out);
    case HW_TIME_FILETIME:
        return filetime(v, out);
    case HW_TIME_AS_WRITTEN:
    case HW_TIME_DAY_FIRST:
        break;
    }
    if (s.n < 9 || s.n > 19) {
        return false;
    }
    if (s.n == 17 || s.n == 18) {
        return filetime(v, out);
    }
    return s.n <= 11   ? count_of(v, HW_NS_PER_SECOND, 0, out)
           : s.n <= 14 ? count_of(v, 1000000, 3, out)
           : s.n <= 16 ? count_of(v, 1000, 6, out)
                       : count_of(v, 1, 9, out);
}

bool hw_time_words(struct hw_span s, enum hw_time_hint hint, struct hw_time_said *out)
{
    s = hw_span_trim(s);
    if (s.n >= 2 &&
        ((s.p[0] == '[' && s.p[s.n - 1] == ']') || (s.p[0] == '"' && s.p[s.n - 1] == '"'))) {
        s = hw_span_trim(hw_span_cut(s, 1, s.n - 2));
    }
    size_t n = 0;
    while (n < s.n && hw_ascii_is_digit(s.p[n])) {
        n++;
    }
    struct words w = {.s = s};
    if (n == s.n || (n > 4 && s.p[n] == '.')) {
        return (s.n > 0 && digits_only(hw_span_cut(s, 0, n))) && counted(s, hint, out);
    }
    uint8_t sep = s.p[n];
    bool joins = sep == '-' || sep == '/' || sep == '.';
    if (n == 4 && joins) {
        return year_first(&w, out);
    }
    if ((n == 1 || n == 2) && joins && n + 1 < s.n && hw_ascii_is_digit(s.p[n + 1])) {
        return numbers(&w, hint, out);
    }
    if (n == 1 || n == 2) {
        return day_month(&w, out);
    }
    struct words look = w;
    eat_weekday(&look);
    bool day_next = look.s.n > 0 && hw_ascii_is_digit(look.s.p[0]);
    return n == 0 && (day_next ? day_month(&w, out) : month_first(&w, out));
}
