/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/package.c -- package URLs (ECMA-427, 1st edition, and the type definitions beside it), and
 * the names registries hold to be one: PyPI's rule is "Names and normalization" of the packaging
 * specifications, pub's that of pubspec.yaml. OSV's list of ecosystems is chapter "Defined
 * ecosystems" of the OSV schema 1.7.
 */
#include "fact/package.h"

#include <string.h>

#include "base/text.h"

enum fold {
    FOLD_NAME = 1,  /* case of the name does not matter */
    FOLD_SPACE = 2, /* case of the namespace does not matter */
    FOLD_PYPI = 4,  /* runs of - _ . are one '-' */
    FOLD_PUB = 8,   /* '-' is '_' */
    COLON = 16,     /* group:artifact */
};
#define FOLD_BOTH (FOLD_NAME | FOLD_SPACE)

static const struct type {
    const char *word;
    enum hw_order scheme;
    unsigned fold;
} types[] = {
    {"alpm", HW_ORDER_RPM, FOLD_BOTH},
    {"apk", HW_ORDER_NONE, FOLD_BOTH},
    {"bitbucket", HW_ORDER_NONE, FOLD_BOTH},
    {"bitnami", HW_ORDER_SEMVER, FOLD_NAME},
    {"cargo", HW_ORDER_SEMVER, 0},
    {"cocoapods", HW_ORDER_SEMVER, 0},
    {"composer", HW_ORDER_SEMVER, FOLD_BOTH},
    {"conan", HW_ORDER_SEMVER, 0},
    {"cran", HW_ORDER_DOTTED, 0},
    {"deb", HW_ORDER_DEB, FOLD_BOTH},
    {"gem", HW_ORDER_DOTTED, 0},
    {"generic", HW_ORDER_DOTTED, 0},
    {"github", HW_ORDER_SEMVER, FOLD_BOTH},
    {"gitlab", HW_ORDER_SEMVER, FOLD_BOTH},
    {"golang", HW_ORDER_SEMVER, FOLD_BOTH},
    {"hex", HW_ORDER_SEMVER, FOLD_BOTH},
    {"maven", HW_ORDER_MAVEN, COLON},
    {"npm", HW_ORDER_SEMVER, FOLD_BOTH},
    {"nuget", HW_ORDER_SEMVER, FOLD_NAME},
    {"oci", HW_ORDER_NONE, FOLD_NAME},
    {"pub", HW_ORDER_SEMVER, FOLD_NAME | FOLD_PUB},
    {"pypi", HW_ORDER_PEP440, FOLD_NAME | FOLD_PYPI},
    {"rpm", HW_ORDER_RPM, FOLD_SPACE},
    {"swift", HW_ORDER_SEMVER, 0},
    {"vscode-extension", HW_ORDER_SEMVER, FOLD_BOTH},
};

static const struct type *type_find(struct hw_span word)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (hw_span_is_nocase(word, types[i].word)) {
            return &types[i];
        }
    }
    return NULL;
}

enum hw_order hw_package_order(struct hw_span type)
{
    const struct type *t = type_find(type);
    return t == NULL ? HW_ORDER_NONE : t->scheme;
}

bool hw_package_ecosystem(struct hw_span ecosystem, const char **out_type, const char **out_space)
{
    static const struct {
        const char *name, *type, *space;
    } known[] = {
        {"AlmaLinux", "rpm", "almalinux"},
        {"Alpaquita", "apk", "alpaquita"},
        {"Alpine", "apk", "alpine"},
        {"Azure Linux", "rpm", "azurelinux"},
        {"BellSoft Hardened Containers", "apk", "bellsoft-hardened-containers"},
        {"Bitnami", "bitnami", ""},
        {"Chainguard", "apk", "chainguard"},
        {"ConanCenter", "conan", ""},
        {"CRAN", "cran", ""},
        {"crates."
         "io",
         "cargo", ""},
        {"Debian", "deb", "debian"},
        {"GitHub Actions", "github", ""},
        {"Go", "golang", ""},
        {"Hackage", "hackage", ""},
        {"Hex", "hex", ""},
        {"Mageia", "rpm", "mageia"},
        {"Maven", "maven", ""},
        {"MinimOS", "apk", "minimos"},
        {"npm", "npm", ""},
        {"NuGet", "nuget", ""},
        {"openEuler", "rpm", "openeuler"},
        {"openSUSE", "rpm", "opensuse"},
        {"Packagist", "composer", ""},
        {"Pub", "pub", ""},
        {"PyPI", "pypi", ""},
        {"Red Hat", "rpm", "redhat"},
        {"Rocky Linux", "rpm", "rocky-linux"},
        {"RubyGems", "gem", ""},
        {"SUSE", "rpm", "suse"},
        {"SwiftURL", "swift", ""},
        {"Ubuntu", "deb", "ubuntu"},
        {"VSCode", "vscode-extension", ""},
        {"Wolfi", "apk", "wolfi"},
    };
    struct hw_span base = hw_span_cut(ecosystem, 0, hw_span_find(ecosystem, ':'));
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is_nocase(base, known[i].name)) {
            *out_type = known[i].type;
            *out_space = known[i].space;
            return true;
        }
    }
    return false;
}

static bool is_joint(uint8_t c)
{
    return c == '-' || c == '_' || c == '.';
}

static void put_folded(struct hw_buf *out, struct hw_span s, bool lower, unsigned fold)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = lower ? hw_ascii_lower(s.p[i]) : s.p[i];
        if ((fold & FOLD_PYPI) != 0 && is_joint(c)) {
            if (i > 0 && is_joint(s.p[i - 1])) {
                continue;
            }
            c = '-';
        }
        if ((fold & FOLD_PUB) != 0 && c == '-') {
            c = '_';
        }
        hw_buf_char(out, (char)c);
    }
}

/* Where the last segment begins: behind the last '/', or maven's ':'. */
static size_t last_segment(struct hw_span s, bool colon)
{
    for (size_t i = s.n; i > 0; i--) {
        if (s.p[i - 1] == '/' || (colon && s.p[i - 1] == ':')) {
            return i;
        }
    }
    return 0;
}

bool hw_package_name(struct hw_span type, struct hw_span space, struct hw_span name,
                     struct hw_buf *out)
{
    const struct type *t = type_find(type);
    unsigned fold = t == NULL ? 0 : t->fold;
    space = hw_span_trim(space);
    name = hw_span_trim(name);
    if (name.n == 0 || space.n + name.n + 1 > HW_PACKAGE_BYTES) {
        return false;
    }
    if (space.n == 0) {
        size_t at = last_segment(name, (fold & COLON) != 0);
        if (at > 1 && at < name.n) {
            space = hw_span_cut(name, 0, at - 1);
            name = hw_span_from(name, at);
        }
    }
    if (space.n > 0) {
        put_folded(out, space, (fold & FOLD_SPACE) != 0, 0);
        hw_buf_char(out, '/');
    }
    put_folded(out, name, (fold & FOLD_NAME) != 0, fold);
    return hw_buf_ok(out);
}

/* Takes %XX back, into the room that is left. False: a broken escape, NUL, or bytes that are no
 * text. */
static bool decode(struct hw_span s, uint8_t *room, size_t *at, struct hw_span *out)
{
    size_t from = *at, n = from;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '%') {
            if (!hw_hex_decode(hw_span_cut(s, i + 1, 2), &c, 1)) {
                return false;
            }
            i += 2;
        }
        if (c == 0 || n == HW_PURL_BYTES) {
            return false;
        }
        room[n++] = c;
    }
    *out = (struct hw_span){room + from, n - from};
    *at = n;
    return hw_utf8_valid(*out);
}

/* The segments of a namespace, each decoded by itself; empty ones do not count. */
static bool decode_space(struct hw_span s, uint8_t *room, size_t *at, struct hw_span *out)
{
    size_t from = *at;
    while (s.n > 0) {
        size_t slash = hw_span_find(s, '/');
        struct hw_span raw = hw_span_cut(s, 0, slash), part;
        s = hw_span_from(s, slash + 1);
        if (raw.n == 0) {
            continue;
        }
        if (*at > from) {
            if (*at == HW_PURL_BYTES) {
                return false;
            }
            room[(*at)++] = '/';
        }
        if (!decode(raw, room, at, &part) || part.n == 0 || hw_span_find(part, '/') < part.n) {
            return false;
        }
    }
    *out = (struct hw_span){room + from, *at - from};
    return true;
}

static struct hw_span strip_slashes(struct hw_span s)
{
    while (s.n > 0 && s.p[0] == '/') {
        s = hw_span_from(s, 1);
    }
    while (s.n > 0 && s.p[s.n - 1] == '/') {
        s.n--;
    }
    return s;
}

/* Cuts s at the last `c` and gives what stands behind it. */
static struct hw_span split_right(struct hw_span *s, uint8_t c)
{
    for (size_t i = s->n; i > 0; i--) {
        if (s->p[i - 1] == c) {
            struct hw_span tail = hw_span_from(*s, i);
            s->n = i - 1;
            return tail;
        }
    }
    return (struct hw_span){NULL, 0};
}

/* A version stands behind the last '@', unless that begins a segment: then it is a scope's. */
static struct hw_span split_version(struct hw_span *s)
{
    for (size_t i = s->n; i > 0; i--) {
        if (s->p[i - 1] == '@') {
            if (i == 1 ? hw_span_find(*s, '/') < s->n : s->p[i - 2] == '/') {
                break;
            }
            struct hw_span tail = hw_span_from(*s, i);
            s->n = i - 1;
            return tail;
        }
    }
    return (struct hw_span){NULL, 0};
}

static bool type_take(struct hw_span s, uint8_t *room, size_t *at, struct hw_span *out)
{
    if (s.n == 0 || s.n > 64 || !hw_ascii_is_alpha(s.p[0])) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (!hw_ascii_is_alpha(c) && !hw_ascii_is_digit(c) && c != '.' && c != '-') {
            return false;
        }
        room[(*at)++] = c;
    }
    *out = (struct hw_span){room, s.n};
    return true;
}

bool hw_purl_read(struct hw_span s, struct hw_purl *out)
{
    size_t at = 0;
    s = hw_span_trim(s);
    if (s.n > HW_PURL_BYTES || s.n < 4 || !hw_span_is_nocase(hw_span_cut(s, 0, 4), "pkg:")) {
        return false;
    }
    out->subpath = strip_slashes(split_right(&s, '#'));
    out->qualifiers = split_right(&s, '?');
    s = strip_slashes(hw_span_from(s, 4));
    size_t slash = hw_span_find(s, '/');
    if (slash == s.n || !type_take(hw_span_cut(s, 0, slash), out->room, &at, &out->type)) {
        return false;
    }
    s = strip_slashes(hw_span_from(s, slash + 1));
    struct hw_span version = split_version(&s);
    s = strip_slashes(s);
    size_t last = last_segment(s, false);
    struct hw_span space = hw_span_cut(s, 0, last);
    return decode_space(space, out->room, &at, &out->space) &&
           decode(hw_span_from(s, last), out->room, &at, &out->name) && out->name.n > 0 &&
           decode(version, out->room, &at, &out->version);
}

bool hw_purl_qualifier(const struct hw_purl *p, const char *key, struct hw_buf *out)
{
    uint8_t room[HW_PURL_BYTES];
    struct hw_span left = p->qualifiers;
    while (left.n > 0) {
        size_t amp = hw_span_find(left, '&'), at = 0;
        struct hw_span pair = hw_span_cut(left, 0, amp), value;
        size_t equal = hw_span_find(pair, '=');
        left = hw_span_from(left, amp + 1);
        if (hw_span_is_nocase(hw_span_cut(pair, 0, equal), key) &&
            decode(hw_span_from(pair, equal + 1), room, &at, &value) && value.n > 0) {
            hw_buf_span_put(out, value);
            return hw_buf_ok(out);
        }
    }
    return false;
}

bool hw_package_split(struct hw_span s, struct hw_span *out_name, struct hw_span *out_version)
{
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '@') {
        at--;
    }
    if (at <= 1) {
        return false;
    }
    *out_name = hw_span_cut(s, 0, at - 1);
    *out_version = hw_span_from(s, at);
    return true;
}

void hw_release_split(struct hw_span key, struct hw_span *out_org, struct hw_span *out_name,
                      struct hw_span *out_version)
{
    size_t bar = hw_span_find(key, '|');
    struct hw_span rest = hw_span_from(key, bar + 1);
    size_t end = rest.n;
    while (end > 0 && rest.p[end - 1] != '|') {
        end--;
    }
    *out_org = hw_span_cut(key, 0, bar);
    *out_name = hw_span_cut(rest, 0, end > 0 ? end - 1 : rest.n);
    *out_version = end > 0 ? hw_span_from(rest, end) : (struct hw_span){NULL, 0};
}
