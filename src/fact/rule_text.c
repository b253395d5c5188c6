/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/rule_text.h"

#include "base/address.h"
#include "base/text.h"

enum { TEXT_BYTES = 64 * 1024 }; /* longer texts are compared up to here */

static uint8_t fold(uint8_t c, bool cased)
{
    return cased ? c : hw_ascii_lower(c);
}

static void spend(uint64_t *fuel, uint64_t n)
{
    *fuel = *fuel > n ? *fuel - n : 0;
}

/* Does v stand at `at`? What is left of the text is long enough. */
static bool same_at(struct hw_span text, size_t at, struct hw_span v, bool cased, uint64_t *fuel)
{
    for (size_t i = 0; i < v.n; i++) {
        if (fold(text.p[at + i], cased) != fold(v.p[i], cased)) {
            spend(fuel, i);
            return false;
        }
    }
    spend(fuel, v.n);
    return true;
}

static bool holds(struct hw_span text, struct hw_span v, bool cased, uint64_t *fuel)
{
    if (v.n == 0 || v.n > text.n) {
        return v.n == 0;
    }
    uint8_t first = fold(v.p[0], cased);
    size_t last = text.n - v.n;
    for (size_t at = 0; at <= last && *fuel > 0; at++) {
        if (fold(text.p[at], cased) == first && same_at(text, at, v, cased, fuel)) {
            return true;
        }
    }
    spend(fuel, last + 1);
    return false;
}

/* Bytes of the text that are one dash, as command lines take them: - / and U+2013 to U+2015. */
static size_t dash_at(struct hw_span text, size_t at)
{
    struct hw_span rest = hw_span_cut(text, at, 3);
    if (rest.n > 0 && (rest.p[0] == '-' || rest.p[0] == '/')) {
        return 1;
    }
    bool long_one = rest.n == 3 && rest.p[0] == 0xe2 && rest.p[1] == 0x80 && rest.p[2] >= 0x93 &&
                    rest.p[2] <= 0x95;
    return long_one ? 3 : 0;
}

/* Bytes of the text that the pattern's byte takes; 0: it does not fit. */
static size_t taken_at(struct hw_span text, size_t at, uint8_t want, bool cased)
{
    uint32_t c;
    if (at == text.n) {
        return 0;
    }
    if (want == HW_RULE_WILD_ONE) {
        return hw_utf8_next(hw_span_from(text, at), &c);
    }
    if (want == HW_RULE_WILD_DASH) {
        return dash_at(text, at);
    }
    return fold(text.p[at], cased) == fold(want, cased);
}

/* The last star alone needs to be tried again: what an earlier one could have taken, it can too. */
static bool wild(struct hw_span text, struct hw_span v, bool cased, uint64_t *fuel)
{
    size_t at = 0, p = 0, star = SIZE_MAX, star_at = 0;
    while (*fuel > 0) {
        if (p < v.n && v.p[p] == HW_RULE_WILD_MANY) {
            star = p++;
            star_at = at;
            continue;
        }
        if (p == v.n && at == text.n) {
            return true;
        }
        size_t n = p < v.n ? taken_at(text, at, v.p[p], cased) : 0;
        --*fuel;
        if (n > 0) {
            at += n;
            p++;
        } else if (star == SIZE_MAX || star_at == text.n) {
            return false;
        } else {
            at = ++star_at;
            p = star + 1;
        }
    }
    return false;
}

/* A sign, digits, perhaps a fraction; as whole billionths, so that comparing is exact. */
static bool number(struct hw_span s, __int128 *out)
{
    __int128 v = 0;
    size_t at = 0, digits = 0, fraction = 0;
    bool minus = s.n > 0 && s.p[0] == '-', point = false;
    for (at = minus; at < s.n; at++) {
        if (s.p[at] == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (!hw_ascii_is_digit(s.p[at]) || digits - fraction > 19) {
            return false;
        }
        fraction += point;
        digits++;
        if (fraction <= 9) {
            v = v * 10 + (s.p[at] - '0');
        }
    }
    for (; fraction < 9; fraction++) {
        v *= 10;
    }
    *out = minus ? -v : v;
    return digits > 0;
}

bool hw_rule_is_number(struct hw_span s)
{
    __int128 v;
    return number(s, &v);
}

static bool compares(struct hw_span text, enum hw_rule_op op, struct hw_span v)
{
    __int128 a, b;
    if (!number(hw_span_trim(text), &a) || !number(v, &b)) {
        return false;
    }
    return op == HW_RULE_LESS         ? a < b
           : op == HW_RULE_LESS_EQUAL ? a <= b
           : op == HW_RULE_GREATER    ? a > b
                                      : a >= b;
}

static bool in_network(struct hw_span text, struct hw_span v)
{
    uint8_t a[16];
    if (!hw_address_bytes(hw_span_trim(text), a)) {
        return false;
    }
    for (unsigned i = 0, left = v.p[16]; i < 16 && left > 0; i++) {
        unsigned n = left < 8 ? left : 8;
        if (((a[i] ^ v.p[i]) & (0xff00U >> n) & 0xff) != 0) {
            return false;
        }
        left -= n;
    }
    return true;
}

bool hw_rule_text(struct hw_span text, enum hw_rule_op op, struct hw_span v, bool cased,
                  uint64_t *fuel)
{
    text = hw_span_cut(text, 0, TEXT_BYTES);
    switch (op) {
    case HW_RULE_EQUALS:
        return text.n == v.n && same_at(text, 0, v, cased, fuel);
    case HW_RULE_CONTAINS:
        return holds(text, v, cased, fuel);
    case HW_RULE_STARTS:
        return text.n >= v.n && same_at(text, 0, v, cased, fuel);
    case HW_RULE_ENDS:
        return text.n >= v.n && same_at(text, text.n - v.n, v, cased, fuel);
    case HW_RULE_WILD:
        return wild(text, v, cased, fuel);
    case HW_RULE_LESS:
    case HW_RULE_LESS_EQUAL:
    case HW_RULE_GREATER:
    case HW_RULE_GREATER_EQUAL:
        return compares(text, op, v);
    case HW_RULE_CIDR:
        return in_network(text, v);
    case HW_RULE_MATCHES:
    case HW_RULE_EXISTS:
    case HW_RULE_NULL:
    case HW_RULE_FIELD:
    case HW_RULE_OP_COUNT:
        break;
    }
    return false;
}
