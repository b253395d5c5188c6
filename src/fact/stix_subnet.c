/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_subnet.c -- addresses and networks of ISSUBSET and ISSUPERSET, and timestamps: the two
 * kinds of text that patterns compare by what they mean.
 *
 * Addresses as RFC 4632 and RFC 4291 (2.2) write them. An address without a length is a network of
 * one. Unlike base/address.h this takes every address: a pattern may well ask for the loop.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "fact/stix_code.h"

static bool read_v4(struct hw_span s, uint8_t *out)
{
    for (unsigned i = 0; i < 4; i++) {
        struct hw_span part = hw_span_cut(s, 0, hw_span_find(s, '.'));
        uint64_t v;
        if (part.n > 3 || (part.n > 1 && part.p[0] == '0') || !hw_span_u64(part, &v) || v > 255 ||
            (i == 3) != (part.n == s.n)) {
            return false;
        }
        out[i] = (uint8_t)v;
        s = hw_span_from(s, part.n + 1);
    }
    return true;
}

static bool read_group(struct hw_span s, uint8_t *out)
{
    uint8_t digits[4] = {'0', '0', '0', '0'};
    if (s.n == 0 || s.n > 4) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        digits[4 - s.n + i] = s.p[i];
    }
    return hw_hex_decode((struct hw_span){digits, 4}, out, 2);
}

/* Groups up to the end, at most `room` bytes; *out_n says how many were written. */
static bool read_groups(struct hw_span s, uint8_t *out, size_t room, size_t *out_n)
{
    *out_n = 0;
    while (s.n > 0) {
        struct hw_span part = hw_span_cut(s, 0, hw_span_find(s, ':'));
        bool last = part.n == s.n;
        if (last && hw_span_find(part, '.') < part.n && room - *out_n >= 4) {
            *out_n += 4;
            return read_v4(part, out + *out_n - 4);
        }
        if (room - *out_n < 2 || !read_group(part, out + *out_n)) {
            return false;
        }
        *out_n += 2;
        s = hw_span_from(s, part.n + 1);
        if (!last && s.n == 0) {
            return false;
        }
    }
    return true;
}

static bool read_v6(struct hw_span s, uint8_t *out)
{
    uint8_t tail[16];
    size_t n = 0, tail_n = 0, gap = 0;
    while (gap + 1 < s.n && !(s.p[gap] == ':' && s.p[gap + 1] == ':')) {
        gap++;
    }
    bool short_form = gap + 1 < s.n;
    if (!read_groups(short_form ? hw_span_cut(s, 0, gap) : s, out, 16, &n) ||
        (short_form && !read_groups(hw_span_from(s, gap + 2), tail, 16, &tail_n))) {
        return false;
    }
    if (short_form ? n + tail_n > 14 : n != 16) {
        return false;
    }
    for (size_t i = n; i < 16; i++) {
        out[i] = i < 16 - tail_n ? 0 : tail[i - (16 - tail_n)];
    }
    return true;
}

bool hw_stix_subnet(struct hw_span s, uint8_t out[STIX_SUBNET_BYTES])
{
    struct hw_span host = hw_span_cut(s, 0, hw_span_find(s, '/'));
    uint64_t bits = 0;
    memset(out, 0, STIX_SUBNET_BYTES);
    out[0] = hw_span_find(host, ':') < host.n ? 6 : 4;
    uint64_t most = out[0] == 4 ? 32 : 128;
    if (host.n == s.n) {
        bits = most;
    } else if (!hw_span_u64(hw_span_from(s, host.n + 1), &bits) || bits > most) {
        return false;
    }
    out[1] = (uint8_t)bits;
    return out[0] == 4 ? read_v4(host, out + 2) : read_v6(host, out + 2);
}

bool hw_stix_subnet_holds(const uint8_t *outer, const uint8_t *inner)
{
    unsigned bits = outer[1];
    if (outer[0] != inner[0] || bits > inner[1]) {
        return false;
    }
    for (unsigned i = 0; i < bits; i++) {
        unsigned mask = 0x80U >> i % 8;
        if ((outer[2 + i / 8] & mask) != (inner[2 + i / 8] & mask)) {
            return false;
        }
    }
    return true;
}

static bool shaped(struct hw_span s)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    enum { N = sizeof shape - 1 };
    bool ok = s.n > N && s.p[s.n - 1] == 'Z';
    for (size_t i = 0; ok && i < s.n - 1; i++) {
        ok = i < N && shape[i] != 'd' ? s.p[i] == (uint8_t)shape[i]
             : i == N                 ? s.p[i] == '.' && s.n > N + 2
                                      : hw_ascii_is_digit(s.p[i]);
    }
    return ok;
}

bool hw_stix_time(struct hw_span s, int64_t *out)
{
    uint8_t text[32] = {0};
    uint64_t year;
    if (!shaped(s) || !hw_span_u64(hw_span_cut(s, 0, 4), &year)) {
        return false;
    }
    /* beyond nine digits of a second nothing is told apart */
    size_t n = s.n - 1 < 29 ? s.n - 1 : 29;
    for (size_t i = 0; i < n; i++) {
        text[i] = s.p[i];
    }
    text[n] = 'Z';
    if (hw_time_parse((struct hw_span){text, n + 1}, out)) {
        return true;
    }
    /* a day of the calendar that int64 cannot say: the same day of a year that it can */
    bool late = year > 2261, early = year < 1678;
    const char *like = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? "2000" : "2001";
    for (size_t i = 0; i < 4; i++) {
        text[i] = (uint8_t)like[i];
    }
    int64_t other;
    if ((!late && !early) || !hw_time_parse((struct hw_span){text, n + 1}, &other)) {
        return false;
    }
    *out = late ? HW_TIME_MAX : HW_TIME_MIN;
    return true;
}
