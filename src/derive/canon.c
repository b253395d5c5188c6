/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/canon.c -- one spelling for what sources spell in many ways: paths, hashes, accounts,
 * log-on ids, addresses.
 */
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "derive/room.h"

/* ---- paths ---- */

static bool is_windows(struct hw_span s)
{
    return (s.n >= 2 && s.p[1] == ':') || hw_span_find(s, '\\') < s.n;
}

struct prefix {
    const char *from, *to;
};

/* A volume's number says nothing about its letter; a path into a folder that the system volume
 * alone has by custom is on it. */
static const struct prefix prefixes[] = {
    {"\\??\\", ""},
    {"\\\\?\\", ""},
    {"\\systemroot\\", "c:\\windows\\"},
    {"%systemroot%\\", "c:\\windows\\"},
    {"%windir%\\", "c:\\windows\\"},
    {"system32\\", "c:\\windows\\system32\\"},
    {".\\", "c:\\"}, /* file tables name no volume */
};

static struct hw_span drop_volume(struct hw_span s)
{
    static const char device[] = "\\device\\harddiskvolume", volume[] = "\\volume{";
    size_t at = sizeof device - 1;
    if (hw_span_starts(s, volume)) {
        size_t end = hw_span_find(s, '}');
        return end < s.n ? hw_span_from(s, end + 1) : s;
    }
    if (!hw_span_starts(s, device)) {
        return s;
    }
    while (at < s.n && hw_ascii_is_digit(s.p[at])) {
        at++;
    }
    return at < s.n && s.p[at] == '\\' ? hw_span_from(s, at) : s;
}

text_id path_of(struct world *w, struct hw_span path)
{
    struct hw_buf b;
    path = hw_span_trim(path);
    if (path.n > 2 && path.p[0] == '"') {
        path = hw_span_from(path, 1);
        path = hw_span_cut(path, 0, hw_span_find(path, '"'));
    }
    if (path.n > 3 && path.p[0] >= 'A' && path.p[0] <= 'Z' && path.p[1] == '/') {
        /* C/Users/...: how collections write a drive */
        path = text_span(
            w, text_print(w, "%c:\\%.*s", path.p[0], (int)(path.n - 2), (const char *)path.p + 2));
    }
    if (path.n == 0 || !is_windows(path)) {
        return text_of(w, path);
    }
    text_id low = text_lower(w, path);
    struct hw_span s = text_span(w, low), bare = drop_volume(s);
    if (bare.p != s.p) {
        return text_print(w, "c:%.*s", (int)bare.n, (const char *)bare.p);
    }
    hw_buf_init(&b, 1 << 17);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (hw_span_starts(s, prefixes[i].from)) {
            hw_buf_str(&b, prefixes[i].to);
            s = hw_span_from(s, strlen(prefixes[i].from));
            break;
        }
    }
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i] == '/' ? '\\' : s.p[i];
        if (c != '\\' || b.n < 2 || b.p[b.n - 1] != '\\') {
            hw_buf_char(&b, (char)c);
        }
    }
    text_id t = hw_buf_ok(&b) ? text_of(w, hw_buf_span(&b)) : low;
    hw_buf_done(&b);
    return t;
}

static struct hw_span base_of(struct hw_span s)
{
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '\\' && s.p[at - 1] != '/') {
        at--;
    }
    return hw_span_from(s, at);
}

text_id path_base(struct world *w, text_id path)
{
    return text_of(w, base_of(text_span(w, path)));
}

bool image_is(struct hw_span image, const char *base)
{
    return hw_span_is_nocase(base_of(image), base);
}

/* ---- hashes ---- */

static bool is_hex(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (!hw_ascii_is_digit(c) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return s.n > 0;
}

/* Longest first of 64, 40, 32 digits; a name before '=' or ':' may say which it is. IMPHASH has the
 * length of an MD5 and is none. */
text_id hash_of(struct world *w, struct hw_span s)
{
    struct hw_span best = {NULL, 0}, found[4];
    size_t n = 0;
    while (s.n > 0) {
        size_t end = 0;
        while (end < s.n && s.p[end] != ',' && s.p[end] != ' ' && s.p[end] != ';' &&
               s.p[end] != '|') {
            end++;
        }
        struct hw_span one = hw_span_cut(s, 0, end), value = one;
        size_t eq = hw_span_find(one, '=');
        eq = eq < one.n ? eq : hw_span_find(one, ':');
        bool other = eq < one.n && (hw_span_is_nocase(hw_span_cut(one, 0, eq), "imphash") ||
                                    hw_span_is_nocase(hw_span_cut(one, 0, eq), "ssdeep"));
        value = eq < one.n ? hw_span_from(one, eq + 1) : one;
        if (!other && is_hex(value) && (value.n == 64 || value.n == 40 || value.n == 32) && n < 4) {
            found[n++] = value;
            best = value.n > best.n ? value : best;
        }
        s = hw_span_from(s, end + 1);
    }
    text_id strong = text_lower(w, best);
    for (size_t i = 0; i < n; i++) {
        if (found[i].n < best.n) {
            hash_alias(w, text_lower(w, found[i]), strong);
        }
    }
    return strong;
}

/* ---- accounts ---- */

static const char *const system_accounts[] = {
    "system", "local service", "network service", "localsystem", "anonymous logon", "root",
};

bool account_is_system(struct hw_span account)
{
    struct hw_span user = hw_span_cut(account, 0, hw_span_find(account, '@'));
    for (size_t i = 0; i < sizeof system_accounts / sizeof system_accounts[0]; i++) {
        if (hw_span_is_nocase(user, system_accounts[i])) {
            return true;
        }
    }
    return hw_span_starts(user, "dwm-") || hw_span_starts(user, "umfd-");
}

bool account_is_machine(struct hw_span account)
{
    struct hw_span user = hw_span_cut(account, 0, hw_span_find(account, '@'));
    return user.n > 0 && user.p[user.n - 1] == '$';
}

text_id account_of(struct world *w, struct hw_span user, struct hw_span domain)
{
    user = hw_span_trim(user);
    size_t slash = hw_span_find(user, '\\'), at = hw_span_find(user, '@');
    if (slash < user.n) {
        domain = hw_span_cut(user, 0, slash);
        user = hw_span_from(user, slash + 1);
    } else if (at < user.n) {
        domain = hw_span_from(user, at + 1);
        user = hw_span_cut(user, 0, at);
    }
    domain = hw_span_cut(domain, 0, hw_span_find(domain, '.'));
    if (user.n == 0) {
        return 0;
    }
    text_id u = text_lower(w, user), d = text_lower(w, domain);
    if (d == 0 || account_is_system(text_span(w, u))) {
        return u;
    }
    return text_print(w, "%s@%s", text_str(w, u), text_str(w, d));
}

text_id logon_of(struct world *w, struct hw_span s)
{
    uint64_t v;
    s = hw_span_trim(s);
    if (!span_number(s, &v)) {
        return text_lower(w, s);
    }
    return v == 0 ? 0 : text_print(w, "0x%llx", (unsigned long long)v);
}

bool logon_is_system(struct hw_span logon)
{
    return hw_span_is(logon, "0x3e7") || hw_span_is(logon, "0x3e4") || hw_span_is(logon, "0x3e5");
}

/* ---- addresses ---- */

text_id address_of(struct world *w, struct hw_span s)
{
    char plain[HW_ADDRESS_TEXT];
    return hw_address_plain(hw_span_trim(s), plain) ? text_of(w, hw_span_str(plain)) : 0;
}

/* ---- ids ---- */

/* Lower case, in braces; the nil id is none. */
text_id uuid_of(struct world *w, struct hw_span s)
{
    s = hw_span_trim(s);
    bool bare = s.n == 36 && s.p[8] == '-' && s.p[13] == '-' && s.p[18] == '-' && s.p[23] == '-';
    text_id id = bare ? text_print(w, "{%.36s}", (const char *)s.p) : text_of(w, s);
    return hw_span_starts(text_span(w, id), "{00000000-0000-0000")
               ? 0
               : text_lower(w, text_span(w, id));
}
