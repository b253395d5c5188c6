/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ndjson_time.c -- the times of JSON logs, and what they say of the clock.
 */
#include "base/checked.h"
#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson.h"

/* Digits behind the last '.' or ',' of s, as far as they go. */
static unsigned fraction(struct hw_span s)
{
    size_t dot = hw_span_find(s, '.'), i = dot + 1;
    while (i < s.n && hw_ascii_is_digit(s.p[i])) {
        i++;
    }
    return dot >= s.n ? 0 : i - dot - 1 > 9 ? 9 : (unsigned)(i - dot - 1);
}

/* A sign or Z behind the hours: dates have signs, too. */
static bool zoned(struct hw_span s)
{
    for (size_t i = 11; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == 'Z' || c == 'z' || c == '+' || c == '-') {
            return true;
        }
    }
    return false;
}

bool hw_json_time(struct hw_span s, struct hw_record *out)
{
    int64_t ns;
    bool utc = hw_span_ends(s, " UTC");
    struct hw_span in = utc ? hw_span_cut(s, 0, s.n - 4) : s;
    if (in.n < 16 || !hw_time_parse(in, &ns)) {
        return false;
    }
    out->time_ns = ns;
    out->clock = utc || zoned(in) ? HW_CLOCK_UTC : HW_CLOCK_LOCAL;
    out->digits = fraction(in);
    return true;
}

bool hw_json_unix(struct hw_span s, struct hw_record *out)
{
    static const int64_t powers[10] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                       10000,      1000,      100,      10,      1};
    size_t dot = hw_span_find(s, '.');
    struct hw_span whole = hw_span_cut(s, 0, dot);
    unsigned digits = fraction(s);
    uint64_t v, f = 0;
    if (whole.n == 0 || whole.n > 19 || !hw_span_u64(whole, &v) || v > INT64_MAX) {
        return false;
    }
    if (dot < s.n && (digits == 0 || !hw_span_u64(hw_span_cut(s, dot + 1, digits), &f) ||
                      (digits < 9 && dot + 1 + digits != s.n))) {
        return false;
    }
    if (dot == s.n && whole.n >= 13) {
        digits = whole.n >= 19 ? 9 : whole.n >= 16 ? 6 : 3;
        int64_t ns;
        if (!hw_mul_i64((int64_t)v, powers[digits], &ns)) {
            return false;
        }
        out->time_ns = ns;
    } else {
        int64_t ns;
        if (!hw_time_from_unix((int64_t)v, &ns) ||
            !hw_add_i64(ns, (int64_t)f * powers[digits], &ns)) {
            return false;
        }
        out->time_ns = ns;
    }
    out->clock = HW_CLOCK_UTC;
    out->digits = digits;
    return true;
}
