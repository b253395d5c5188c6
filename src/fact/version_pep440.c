/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/version_pep440.c -- Python's versions: "Version specifiers" of the Python packaging
 * specifications (once PEP 440), chapters "Version scheme" and "Summary of permitted suffixes and
 * relative ordering", with the spellings its chapter "Normalization" takes.
 *
 *   [v] [epoch!] N(.N)* [{a|b|rc}N] [.postN] [.devN] [+local]
 */
#include "base/text.h"
#include "fact/version_rules.h"

/* Where a version stands among those of the same numbers. */
enum stage { BARE_DEV, ALPHA, BETA, CANDIDATE, FINAL };

struct version {
    struct hw_span epoch, release, local;
    enum stage stage;
    struct hw_span pre, post, dev; /* their numbers */
    bool is_post, is_dev;
};

static bool is_joint(struct hw_span s)
{
    return s.n > 0 && (s.p[0] == '.' || s.p[0] == '-' || s.p[0] == '_');
}

static bool word_take(struct hw_span *s, const char *word)
{
    struct hw_span w = hw_span_str(word);
    if (!hw_span_equal_nocase(hw_span_cut(*s, 0, w.n), w)) {
        return false;
    }
    *s = hw_span_from(*s, w.n);
    return true;
}

/* [joint] word [joint] [N]; *s is moved only when the word is there. */
static bool part_take(struct hw_span *s, const char *const *spellings, struct hw_span *out)
{
    struct hw_span left = is_joint(*s) ? hw_span_from(*s, 1) : *s;
    while (*spellings != NULL && !word_take(&left, *spellings)) {
        spellings++;
    }
    if (*spellings == NULL) {
        return false;
    }
    struct hw_span number = is_joint(left) ? hw_span_from(left, 1) : left;
    *out = hw_digits_take(&number);
    *s = out->n > 0 ? number : left;
    return true;
}

static void pre_take(struct hw_span *s, struct version *out)
{
    static const char *const alpha[] = {"alpha", "a", NULL};
    static const char *const beta[] = {"beta", "b", NULL};
    static const char *const candidate[] = {"rc", "c", "preview", "pre", NULL};
    out->stage = part_take(s, alpha, &out->pre)       ? ALPHA
                 : part_take(s, beta, &out->pre)      ? BETA
                 : part_take(s, candidate, &out->pre) ? CANDIDATE
                                                      : FINAL;
}

static void post_take(struct hw_span *s, struct version *out)
{
    static const char *const post[] = {"post", "rev", "r", NULL};
    if (s->n > 1 && s->p[0] == '-' && hw_ascii_is_digit(s->p[1])) {
        *s = hw_span_from(*s, 1);
        out->post = hw_digits_take(s);
        out->is_post = true;
        return;
    }
    out->is_post = part_take(s, post, &out->post);
}

static bool local_valid(struct hw_span s)
{
    bool empty = true;
    for (size_t i = 0; i < s.n; i++) {
        if (is_joint(hw_span_from(s, i))) {
            if (empty) {
                return false;
            }
            empty = true;
        } else if (hw_ascii_is_alpha(s.p[i]) || hw_ascii_is_digit(s.p[i])) {
            empty = false;
        } else {
            return false;
        }
    }
    return !empty;
}

static bool release_take(struct hw_span *s, struct hw_span *out)
{
    struct hw_span from = *s;
    if (hw_digits_take(s).n == 0) {
        return false;
    }
    while (s->n > 1 && s->p[0] == '.' && hw_ascii_is_digit(s->p[1])) {
        *s = hw_span_from(*s, 1);
        (void)hw_digits_take(s);
    }
    *out = hw_span_cut(from, 0, from.n - s->n);
    return true;
}

static bool version_read(struct hw_span s, struct version *out)
{
    static const char *const dev[] = {"dev", NULL};
    *out = (struct version){.stage = FINAL};
    s = hw_version_bare(s);
    struct hw_span left = s;
    out->epoch = hw_digits_take(&left);
    if (out->epoch.n > 0 && left.n > 0 && left.p[0] == '!') {
        s = hw_span_from(left, 1);
    } else {
        out->epoch.n = 0;
    }
    if (!release_take(&s, &out->release)) {
        return false;
    }
    pre_take(&s, out);
    post_take(&s, out);
    out->is_dev = part_take(&s, dev, &out->dev);
    if (out->is_dev && !out->is_post && out->stage == FINAL) {
        out->stage = BARE_DEV;
    }
    if (s.n > 0 && s.p[0] == '+') {
        out->local = hw_span_from(s, 1);
        return local_valid(out->local);
    }
    return s.n == 0;
}

static struct hw_span segment_take(struct hw_span *s)
{
    size_t n = 0;
    while (n < s->n && !is_joint(hw_span_from(*s, n))) {
        n++;
    }
    struct hw_span part = hw_span_cut(*s, 0, n);
    *s = hw_span_from(*s, n + 1);
    return part;
}

static int letters_compare(struct hw_span a, struct hw_span b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int d = (int)hw_ascii_lower(a.p[i]) - (int)hw_ascii_lower(b.p[i]);
        if (d != 0) {
            return d;
        }
    }
    return (a.n > b.n) - (a.n < b.n);
}

/* Words below numbers; of two lists that agree the longer is later; none is before all. */
static int local_compare(struct hw_span a, struct hw_span b)
{
    while (a.n > 0 && b.n > 0) {
        struct hw_span x = segment_take(&a), y = segment_take(&b), xl = x, yl = y;
        bool xn = hw_digits_take(&xl).n > 0 && xl.n == 0;
        bool yn = hw_digits_take(&yl).n > 0 && yl.n == 0;
        int d = xn != yn ? (xn ? 1 : -1) : xn ? hw_digits_compare(x, y) : letters_compare(x, y);
        if (d != 0) {
            return d;
        }
    }
    return (a.n > 0) - (b.n > 0);
}

bool hw_version_pep440(struct hw_span a, struct hw_span b, int *out)
{
    struct version x, y;
    if (!version_read(a, &x) || !version_read(b, &y)) {
        return false;
    }
    int d = hw_digits_compare(x.epoch, y.epoch);
    d = d != 0 ? d : hw_numbers_compare(x.release, y.release);
    d = d != 0 ? d : (int)x.stage - (int)y.stage;
    d = d != 0 ? d : hw_digits_compare(x.pre, y.pre);
    d = d != 0 ? d : (int)x.is_post - (int)y.is_post;
    d = d != 0 ? d : hw_digits_compare(x.post, y.post);
    d = d != 0 ? d : (int)y.is_dev - (int)x.is_dev;
    d = d != 0 ? d : hw_digits_compare(x.dev, y.dev);
    *out = d != 0 ? d : local_compare(x.local, y.local);
    return true;
}
