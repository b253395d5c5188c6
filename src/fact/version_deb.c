/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/version_deb.c -- Debian's and RPM's versions: deb-version(7), rpm-version(7).
 *
 * Both compare runs of digits by value and what stands between them by their own alphabet; in both
 * '~' sorts before the end of the text. RPM passes over all other separators, and '^' sorts behind
 * the end and before everything else.
 */
#include "base/text.h"
#include "fact/version_rules.h"

struct parts {
    struct hw_span epoch, version, revision;
};

static bool split(struct hw_span s, struct parts *out)
{
    size_t colon = hw_span_find(s, ':');
    struct hw_span epoch = hw_span_cut(s, 0, colon);
    out->epoch = (struct hw_span){NULL, 0};
    if (colon < s.n) {
        s = hw_span_from(s, colon + 1);
        out->epoch = hw_digits_take(&epoch);
        if (out->epoch.n == 0 || epoch.n > 0) {
            return false;
        }
    }
    out->version = s;
    out->revision = (struct hw_span){NULL, 0};
    for (size_t i = s.n; i > 0; i--) {
        if (s.p[i - 1] == '-') {
            out->version.n = i - 1;
            out->revision = hw_span_from(s, i);
            break;
        }
    }
    return out->version.n > 0;
}

static bool made_of(struct hw_span s, const char *others)
{
    struct hw_span allowed = hw_span_str(others);
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_ascii_is_alpha(s.p[i]) && !hw_ascii_is_digit(s.p[i]) &&
            hw_span_find(allowed, s.p[i]) == allowed.n) {
            return false;
        }
    }
    return true;
}

static bool deb_read(struct hw_span s, struct parts *out)
{
    return split(s, out) && hw_ascii_is_digit(out->version.p[0]) &&
           made_of(out->version, ".+-:~") && made_of(out->revision, ".+~");
}

/* Letters before all other characters, '~' before even the end. */
static int deb_order(struct hw_span s)
{
    if (s.n == 0 || hw_ascii_is_digit(s.p[0])) {
        return 0;
    }
    return s.p[0] == '~' ? -1 : hw_ascii_is_alpha(s.p[0]) ? s.p[0] : s.p[0] + 256;
}

static int deb_compare(struct hw_span a, struct hw_span b)
{
    while (a.n > 0 || b.n > 0) {
        while ((a.n > 0 && !hw_ascii_is_digit(a.p[0])) || (b.n > 0 && !hw_ascii_is_digit(b.p[0]))) {
            int d = deb_order(a) - deb_order(b);
            if (d != 0) {
                return d;
            }
            a = hw_span_from(a, 1);
            b = hw_span_from(b, 1);
        }
        int d = hw_digits_compare(hw_digits_take(&a), hw_digits_take(&b));
        if (d != 0) {
            return d;
        }
    }
    return 0;
}

bool hw_version_deb(struct hw_span a, struct hw_span b, int *out)
{
    struct parts x, y;
    if (!deb_read(a, &x) || !deb_read(b, &y)) {
        return false;
    }
    int d = hw_digits_compare(x.epoch, y.epoch);
    d = d != 0 ? d : deb_compare(x.version, y.version);
    *out = d != 0 ? d : deb_compare(x.revision, y.revision);
    return true;
}

static bool rpm_read(struct hw_span s, struct parts *out)
{
    return split(s, out) && made_of(out->version, "._+~^") && made_of(out->revision, "._+~^");
}

static struct hw_span rpm_skip(struct hw_span s)
{
    while (s.n > 0 && !hw_ascii_is_alpha(s.p[0]) && !hw_ascii_is_digit(s.p[0]) && s.p[0] != '~' &&
           s.p[0] != '^') {
        s = hw_span_from(s, 1);
    }
    return s;
}

static struct hw_span letters_take(struct hw_span *s)
{
    size_t n = 0;
    while (n < s->n && hw_ascii_is_alpha(s->p[n])) {
        n++;
    }
    struct hw_span letters = hw_span_cut(*s, 0, n);
    *s = hw_span_from(*s, n);
    return letters;
}

/* What stands next, from the earliest: ~, the end, ^, letters, digits. */
static int rpm_rank(struct hw_span s)
{
    if (s.n == 0) {
        return 1;
    }
    return s.p[0] == '~' ? 0 : s.p[0] == '^' ? 2 : hw_ascii_is_alpha(s.p[0]) ? 3 : 4;
}

static int rpm_compare(struct hw_span a, struct hw_span b)
{
    for (;;) {
        a = rpm_skip(a);
        b = rpm_skip(b);
        int rank = rpm_rank(a), d = rank - rpm_rank(b);
        if (d != 0 || a.n == 0) {
            return d;
        }
        if (rank == 4) {
            d = hw_digits_compare(hw_digits_take(&a), hw_digits_take(&b));
        } else if (rank == 3) {
            struct hw_span x = letters_take(&a), y = letters_take(&b);
            d = hw_span_compare(x, y);
        } else {
            a = hw_span_from(a, 1);
            b = hw_span_from(b, 1);
        }
        if (d != 0) {
            return d;
        }
    }
}

bool hw_version_rpm(struct hw_span a, struct hw_span b, int *out)
{
    struct parts x, y;
    if (!rpm_read(a, &x) || !rpm_read(b, &y)) {
        return false;
    }
    int d = hw_digits_compare(x.epoch, y.epoch);
    d = d != 0 ? d : rpm_compare(x.version, y.version);
    if (d == 0 && (x.revision.n == 0 || y.revision.n == 0)) {
        d = (x.revision.n > 0) - (y.revision.n > 0);
    }
    *out = d != 0 ? d : rpm_compare(x.revision, y.revision);
    return true;
}
