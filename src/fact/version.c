/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/version.c -- numbers of any length, the plain schemes, and stretches.
 */
#include "fact/version.h"

#include "base/text.h"
#include "fact/version_rules.h"

static const char *const words[HW_ORDER_COUNT] = {
    [HW_ORDER_NONE] = "none",     [HW_ORDER_DEB] = "deb",       [HW_ORDER_DOTTED] = "dotted",
    [HW_ORDER_MAVEN] = "maven",   [HW_ORDER_PEP440] = "pep440", [HW_ORDER_RPM] = "rpm",
    [HW_ORDER_SEMVER] = "semver",
};

const char *hw_order_word(enum hw_order s)
{
    return words[s];
}

enum hw_order hw_order_read(struct hw_span word)
{
    for (int s = 0; s < HW_ORDER_COUNT; s++) {
        if (hw_span_is(word, words[s])) {
            return (enum hw_order)s;
        }
    }
    return HW_ORDER_NONE;
}

int hw_digits_compare(struct hw_span a, struct hw_span b)
{
    while (a.n > 0 && a.p[0] == '0') {
        a = hw_span_from(a, 1);
    }
    while (b.n > 0 && b.p[0] == '0') {
        b = hw_span_from(b, 1);
    }
    return a.n != b.n ? (a.n < b.n ? -1 : 1) : hw_span_compare(a, b);
}

struct hw_span hw_digits_take(struct hw_span *s)
{
    size_t n = 0;
    while (n < s->n && hw_ascii_is_digit(s->p[n])) {
        n++;
    }
    struct hw_span digits = hw_span_cut(*s, 0, n);
    *s = hw_span_from(*s, n);
    return digits;
}

struct hw_span hw_version_bare(struct hw_span s)
{
    bool v = s.n > 1 && (s.p[0] == 'v' || s.p[0] == 'V') && hw_ascii_is_digit(s.p[1]);
    return v ? hw_span_from(s, 1) : s;
}

bool hw_numbers_valid(struct hw_span s)
{
    while (hw_digits_take(&s).n > 0) {
        if (s.n == 0) {
            return true;
        }
        if (s.p[0] != '.') {
            return false;
        }
        s = hw_span_from(s, 1);
    }
    return false;
}

int hw_numbers_compare(struct hw_span a, struct hw_span b)
{
    while (a.n > 0 || b.n > 0) {
        int d = hw_digits_compare(hw_digits_take(&a), hw_digits_take(&b));
        if (d != 0) {
            return d;
        }
        a = hw_span_from(a, 1);
        b = hw_span_from(b, 1);
    }
    return 0;
}

static bool dotted(struct hw_span a, struct hw_span b, int *out)
{
    a = hw_version_bare(a);
    b = hw_version_bare(b);
    if (!hw_numbers_valid(a) || !hw_numbers_valid(b)) {
        return false;
    }
    *out = hw_numbers_compare(a, b);
    return true;
}

struct semver {
    struct hw_span numbers, pre;
};

static bool identifiers_valid(struct hw_span s)
{
    bool empty = true;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '.') {
            if (empty) {
                return false;
            }
            empty = true;
            continue;
        }
        if (!hw_ascii_is_alpha(c) && !hw_ascii_is_digit(c) && c != '-') {
            return false;
        }
        empty = false;
    }
    return !empty;
}

static bool semver_read(struct hw_span s, struct semver *out)
{
    size_t plus = hw_span_find(s, '+');
    struct hw_span build = hw_span_from(s, plus + 1);
    bool built = plus < s.n;
    s = hw_version_bare(hw_span_cut(s, 0, plus));
    size_t dash = hw_span_find(s, '-');
    out->numbers = hw_span_cut(s, 0, dash);
    out->pre = hw_span_from(s, dash + 1);
    return hw_numbers_valid(out->numbers) && (dash == s.n || identifiers_valid(out->pre)) &&
           (!built || identifiers_valid(build));
}

static bool all_digits(struct hw_span s)
{
    return hw_digits_take(&s).n > 0 && s.n == 0;
}

/* Numbers as numbers and below words; of two lists that agree the longer is later. */
static int identifiers_compare(struct hw_span a, struct hw_span b)
{
    while (a.n > 0 && b.n > 0) {
        struct hw_span x = hw_span_cut(a, 0, hw_span_find(a, '.'));
        struct hw_span y = hw_span_cut(b, 0, hw_span_find(b, '.'));
        bool xn = all_digits(x), yn = all_digits(y);
        int d = xn != yn ? (xn ? -1 : 1) : xn ? hw_digits_compare(x, y) : hw_span_compare(x, y);
        if (d != 0) {
            return d;
        }
        a = hw_span_from(a, x.n + 1);
        b = hw_span_from(b, y.n + 1);
    }
    return a.n == b.n ? 0 : a.n == 0 ? -1 : 1;
}

static bool semver(struct hw_span a, struct hw_span b, int *out)
{
    struct semver x, y;
    if (!semver_read(a, &x) || !semver_read(b, &y)) {
        return false;
    }
    int d = hw_numbers_compare(x.numbers, y.numbers);
    if (d == 0 && (x.pre.n == 0 || y.pre.n == 0)) {
        d = (x.pre.n == 0) - (y.pre.n == 0);
    } else if (d == 0) {
        d = identifiers_compare(x.pre, y.pre);
    }
    *out = d;
    return true;
}

bool hw_version_compare(enum hw_order scheme, struct hw_span a, struct hw_span b, int *out)
{
    a = hw_span_trim(a);
    b = hw_span_trim(b);
    if (hw_span_equal(a, b)) {
        *out = 0;
        return true;
    }
    if (a.n == 0 || b.n == 0) {
        return false;
    }
    switch (scheme) {
    case HW_ORDER_DEB:
        return hw_version_deb(a, b, out);
    case HW_ORDER_DOTTED:
        return dotted(a, b, out);
    case HW_ORDER_MAVEN:
        return hw_version_maven(a, b, out);
    case HW_ORDER_PEP440:
        return hw_version_pep440(a, b, out);
    case HW_ORDER_RPM:
        return hw_version_rpm(a, b, out);
    case HW_ORDER_SEMVER:
        return semver(a, b, out);
    case HW_ORDER_NONE:
    case HW_ORDER_COUNT:
        break;
    }
    return false;
}

/* Does the version stand on the right side of this bound? */
static enum hw_within keeps(enum hw_order scheme, struct hw_span version, struct hw_span bound,
                            bool from, bool included)
{
    int d = 0;
    if (bound.n == 0) {
        return HW_WITHIN_YES;
    }
    if (!hw_version_compare(scheme, version, bound, &d)) {
        return HW_WITHIN_UNKNOWN;
    }
    bool ok = d == 0 ? included : from ? d > 0 : d < 0;
    return ok ? HW_WITHIN_YES : HW_WITHIN_NO;
}

enum hw_within hw_version_within(enum hw_order scheme, struct hw_span version,
                                 const struct hw_versions *in)
{
    int d = 0;
    bool stated = in->exact.n + in->first.n + in->below.n + in->last.n > 0;
    version = hw_span_trim(version);
    if (version.n == 0) {
        return stated ? HW_WITHIN_UNKNOWN : HW_WITHIN_YES;
    }
    if (in->exact.n > 0) {
        bool same = hw_version_compare(scheme, version, in->exact, &d) && d == 0;
        return same ? HW_WITHIN_YES : HW_WITHIN_NO;
    }
    enum hw_within first = keeps(scheme, version, in->first, true, true);
    enum hw_within below = keeps(scheme, version, in->below, false, false);
    enum hw_within last = keeps(scheme, version, in->last, false, true);
    if (first == HW_WITHIN_NO || below == HW_WITHIN_NO || last == HW_WITHIN_NO) {
        return HW_WITHIN_NO;
    }
    bool sure = first == HW_WITHIN_YES && below == HW_WITHIN_YES && last == HW_WITHIN_YES;
    return sure ? HW_WITHIN_YES : HW_WITHIN_UNKNOWN;
}
