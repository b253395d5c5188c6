/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ci_hash.c -- lines of a build's console that state a file and its hash.
 *
 * They tie a release to the build that made it, so the forms are those of the tools builds use:
 *
 *   HEX  name, HEX *name                  sha256sum, sha1sum, sha512sum, md5sum (coreutils)
 *   SHA256 (name) = HEX                   sha256sum --tag, BSD
 *   SHA256(name)= HEX, SHA2-256(name)=    openssl dgst
 *   SHA256          HEX       path        Get-FileHash of PowerShell
 *   SHA256 hash of name: / HEX            certutil -hashfile, two lines
 *   SHA256 hash of uploaded artifact zip is HEX        actions/upload-artifact
 *   name@sha256:HEX, digest: sha256:HEX   image registries
 *   name -> path                          MSBuild: a file made, without a hash
 */
#include "evidence/telemetry/ci.h"

#include <string.h>

#include "base/text.h"

enum { KEPT_BYTES = 1024, SHA256_DIGITS = 64 };

static bool hex_digit(uint8_t c)
{
    c = hw_ascii_lower(c);
    return hw_ascii_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* How many hex digits s begins with, if so many make an MD5, SHA-1, SHA-256 or SHA-512; else 0. */
static size_t hash_at(struct hw_span s)
{
    size_t n = 0;
    while (n < s.n && n <= 128 && hex_digit(s.p[n])) {
        n++;
    }
    return n == 32 || n == 40 || n == 64 || n == 128 ? n : 0;
}

static bool is_hash(struct hw_span s)
{
    return s.n > 0 && hash_at(s) == s.n;
}

/* "SHA256", "sha2-512" and kin at the start: how long the word is. */
static size_t algorithm(struct hw_span s)
{
    static const char *const words[] = {"SHA2-256", "SHA2-512", "SHA-256", "SHA-512",
                                        "SHA256",   "SHA512",   "SHA1",    "MD5"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (hw_span_is_nocase(hw_span_cut(s, 0, n), words[i])) {
            return n;
        }
    }
    return 0;
}

static bool put(struct hw_ci *c, struct hw_span path, struct hw_span hash)
{
    c->values[HW_CI_PATH] = path.n > 0 ? path : (struct hw_span){NULL, 0};
    c->values[HW_CI_HASH] = hash;
    hw_ci_put(c, HW_CI_ON_HASH);
    return true;
}

static bool coreutils(struct hw_ci *c, struct hw_span s)
{
    size_t n = hash_at(s);
    bool two = n > 0 && s.n > n + 2 && s.p[n] == ' ' && (s.p[n + 1] == ' ' || s.p[n + 1] == '*');
    return two && put(c, hw_span_from(s, n + 2), hw_span_cut(s, 0, n));
}

/* What begins with the name of an algorithm. */
static bool tagged(struct hw_ci *c, struct hw_span s)
{
    static const char of[] = " hash of ", artifact[] = "uploaded artifact zip is ";
    size_t n = algorithm(s);
    if (n == 0) {
        return false;
    }
    struct hw_span rest = hw_span_from(s, n);
    if (hw_span_starts(rest, of)) {
        rest = hw_span_from(rest, sizeof of - 1);
        if (hw_span_starts(rest, artifact)) {
            struct hw_span hash = hw_span_trim(hw_span_from(rest, sizeof artifact - 1));
            return is_hash(hash) && put(c, (struct hw_span){NULL, 0}, hash);
        }
        if (hw_span_ends(rest, ":")) {
            size_t room = rest.n - 1 < KEPT_BYTES ? rest.n - 1 : KEPT_BYTES;
            for (size_t i = 0; i < room; i++) {
                c->certutil_room[i] = rest.p[i];
            }
            c->certutil = (struct hw_span){c->certutil_room, room};
        }
        return false;
    }
    struct hw_span inside = hw_span_trim(rest);
    if (hw_span_starts(inside, "(")) {
        for (size_t at = inside.n; at > 1; at--) { /* the last ")", for names may have one */
            struct hw_span tail = hw_span_trim(hw_span_from(inside, at));
            if (inside.p[at - 1] == ')' && hw_span_starts(tail, "=")) {
                struct hw_span hash = hw_span_trim(hw_span_from(tail, 1));
                return is_hash(hash) && put(c, hw_span_cut(inside, 1, at - 2), hash);
            }
        }
        return false;
    }
    size_t hash = hash_at(inside);
    struct hw_span path = hw_span_trim(hw_span_from(inside, hash));
    return rest.n > 0 && rest.p[0] == ' ' && hash > 0 && path.n > 0 &&
           hw_span_starts(hw_span_from(inside, hash), " ") &&
           put(c, path, hw_span_cut(inside, 0, hash));
}

/* certutil's second line; old ones have blanks between the bytes, and are not read. */
static bool certutil(struct hw_ci *c, struct hw_span s)
{
    struct hw_span path = c->certutil;
    c->certutil = (struct hw_span){NULL, 0};
    return path.n > 0 && is_hash(hw_span_trim(s)) && put(c, path, hw_span_trim(s));
}

/* name@sha256:HEX anywhere in the line, or a bare digest. */
static bool image(struct hw_ci *c, struct hw_span s)
{
    static const char word[] = "sha256:";
    for (size_t i = 0; i + sizeof word - 1 + SHA256_DIGITS <= s.n; i++) {
        size_t at = i + sizeof word - 1;
        if (s.p[i] != 's' || !hw_span_starts(hw_span_from(s, i), word) ||
            hash_at(hw_span_from(s, at)) != SHA256_DIGITS) {
            continue;
        }
        size_t from = i;
        if (i > 0 && s.p[i - 1] == '@') {
            while (from > 0 && s.p[from - 1] > ' ' && s.p[from - 1] != '"' &&
                   s.p[from - 1] != '\'') {
                from--;
            }
        }
        struct hw_span name = hw_span_cut(s, from, i > from ? i - 1 - from : 0);
        return put(c, name, hw_span_cut(s, at, SHA256_DIGITS));
    }
    return false;
}

/* MSBuild says "  Project -> C:\out\Project.dll": two blanks, and a path behind the arrow. */
static bool msbuild(struct hw_ci *c, struct hw_span s)
{
    static const char arrow[] = " -> ";
    if (!hw_span_starts(s, "  ")) {
        return false;
    }
    for (size_t i = 2; i + sizeof arrow - 1 < s.n; i++) {
        if (s.p[i] == ' ' && hw_span_starts(hw_span_from(s, i), arrow)) {
            struct hw_span path = hw_span_trim(hw_span_from(s, i + sizeof arrow - 1));
            bool absolute = hw_span_starts(path, "/") ||
                            (path.n > 2 && hw_ascii_is_alpha(path.p[0]) && path.p[1] == ':');
            if (absolute) {
                c->values[HW_CI_NAME] = hw_span_trim(hw_span_cut(s, 0, i));
                c->values[HW_CI_PATH] = path;
                hw_ci_put(c, HW_CI_ON_OUTPUT);
            }
            return absolute;
        }
    }
    return false;
}

bool hw_ci_hash(struct hw_ci *c, struct hw_span line)
{
    if (c->certutil.n > 0 && certutil(c, line)) {
        return true;
    }
    return coreutils(c, line) || tagged(c, line) || msbuild(c, line) || image(c, line);
}
