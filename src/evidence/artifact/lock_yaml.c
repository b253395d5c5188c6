/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/lock_yaml.c -- yarn.lock (Yarn 1 and Berry) and pnpm-lock.yaml
 * (lockfileVersion 5 to 9), by their lines.
 *
 * All three are written by one tool each in one shape, so their lines are enough: a key at a fixed
 * depth begins an entry, and its values stand one a line below it.
 *
 *   "left@^1.0.0", left@1:             left@npm:^1.0.0:            packages:
 *     version "1.0.0"                    version: 1.0.0              left@1.0.0:
 *     resolved "https://...#sha1"        resolution: "left@npm:..."    resolution:
 *     integrity sha512-...               checksum: 10c0/...              {integrity: sha512-...}
 */
#include "evidence/artifact/lock.h"

#include "base/text.h"

/* The '@' between name and version or range: the last one, or the first behind a scope. */
static size_t at_sign(struct hw_span s)
{
    size_t at = 1 + hw_span_find(hw_span_from(s, 1), '@');
    return at > s.n ? s.n : at;
}

/* "key: value" or `key value`: the value without quotes; empty when the line is of another key. */
static struct hw_span value_if(struct hw_span line, const char *key, char between)
{
    struct hw_span k = hw_span_str(key);
    if (!hw_span_starts(line, key) || line.n <= k.n || line.p[k.n] != (uint8_t)between) {
        return (struct hw_span){NULL, 0};
    }
    return hw_lock_unquoted(hw_span_trim(hw_span_from(line, k.n + 1)));
}

/* The first of the descriptors that head an entry. */
static struct hw_span first_descriptor(struct hw_span line)
{
    if (line.n > 0 && line.p[0] == '"') {
        return hw_span_cut(line, 1, hw_span_find(hw_span_from(line, 1), '"'));
    }
    size_t comma = hw_span_find(line, ',');
    return comma < line.n ? hw_span_cut(line, 0, comma) : hw_span_cut(line, 0, line.n - 1);
}

/* "alias@npm:real@^1": the package that is fetched is the real one. */
static struct hw_span fetched_name(struct hw_span descriptor)
{
    size_t at = at_sign(descriptor);
    struct hw_span range = hw_span_from(descriptor, at + 1);
    if (hw_span_starts(range, "npm:")) {
        struct hw_span real = hw_span_from(range, 4);
        size_t end = at_sign(real);
        if (end < real.n) {
            return hw_span_cut(real, 0, end);
        }
    }
    return hw_span_cut(descriptor, 0, at);
}

/* ---- Yarn 1 ---- */

void hw_lock_yarn(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line, v;
    bool open = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        if (w.indent == 0 && line.p[line.n - 1] == ':') {
            if (open) {
                hw_lock_put(l);
            }
            open = true;
            hw_lock_begin(l, w.off)->name = fetched_name(first_descriptor(line));
        } else if (!open) {
            hw_say_anomaly(l->x, l->n, "line-refused", w.off, line.n, "a line before any entry");
        } else if (w.indent == 2 && (v = value_if(line, "version", ' ')).n > 0) {
            l->entry->version = v;
        } else if (w.indent == 2 && (v = value_if(line, "resolved", ' ')).n > 0) {
            size_t hash = hw_span_find(v, '#');
            l->entry->resolved = hw_span_cut(v, 0, hash);
            if (v.n == hash + 41) {
                hw_lock_hex(l, "sha1", hw_span_from(v, hash + 1));
            }
        } else if (w.indent == 2 && (v = value_if(line, "integrity", ' ')).n > 0) {
            hw_lock_sri(l, v);
        }
    }
    if (open) {
        hw_lock_put(l);
    }
}

/* ---- Berry ---- */

/* "left@npm:1.0.0" tells name and origin; "workspace:", "portal:", "link:" and "file:" are folders.
 */
static void read_resolution(struct hw_lock *l, struct hw_span v)
{
    static const char *const folders[] = {"workspace:", "portal:", "link:", "file:"};
    size_t at = at_sign(v);
    struct hw_span from = hw_span_from(v, at + 1);
    if (hw_span_starts(from, "patch:")) { /* a patched copy of what stands in the lock as well */
        from = HW_SPAN_LIT("npm:");
    }
    l->entry->name = hw_span_cut(v, 0, at);
    l->entry->resolved = from;
    if (hw_span_starts(from, "npm:")) {
        l->entry->resolved = HW_SPAN_LIT(HW_LOCK_REGISTRY);
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (hw_span_starts(from, folders[i])) {
            l->entry->path = hw_span_from(from, hw_span_find(from, ':') + 1);
            l->entry->resolved = HW_SPAN_LIT(HW_LOCK_LOCAL);
        }
    }
}

void hw_lock_berry(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line, v;
    bool open = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        if (w.indent == 0) {
            if (open) {
                hw_lock_put(l);
            }
            open = !hw_span_is(line, "__metadata:");
            hw_lock_begin(l, w.off)->name = fetched_name(first_descriptor(line));
        } else if (open && w.indent == 2 && (v = value_if(line, "version", ':')).n > 0) {
            l->entry->version = v;
        } else if (open && w.indent == 2 && (v = value_if(line, "resolution", ':')).n > 0) {
            read_resolution(l, v);
        }
    }
    if (open) {
        hw_lock_put(l);
    }
}

/* ---- pnpm ---- */

/* Version 5 writes "/name/1.0.0": the slash before a digit, or the end. */
static size_t version_slash(struct hw_span key)
{
    for (size_t i = 0; i + 1 < key.n; i++) {
        if (key.p[i] == '/' && hw_ascii_is_digit(key.p[i + 1])) {
            return i;
        }
    }
    return key.n;
}

/* "/left/1.0.0_peer@2", "/left@1.0.0(peer@2)", "left@1.0.0", "@s/left@file:../left": name and
 * version; a tarball's or folder's place stands where the version would. */
static void read_pnpm_key(struct hw_lock *l, struct hw_span key)
{
    struct hw_lock_entry *e = l->entry;
    bool slash = hw_span_starts(key, "/");
    key = hw_span_from(key, slash ? 1 : 0);
    key = hw_span_cut(key, 0, hw_span_find(key, '('));
    size_t at = at_sign(key), five = slash ? version_slash(key) : key.n;
    if (five < at) {
        struct hw_span version = hw_span_from(key, five + 1);
        e->version = hw_span_cut(version, 0, hw_span_find(version, '_'));
        at = five;
    } else {
        e->version = hw_span_from(key, at + 1);
    }
    e->name = hw_span_cut(key, 0, at);
    e->resolved = HW_SPAN_LIT(HW_LOCK_REGISTRY);
    if (hw_span_starts(e->version, "file:") || hw_span_starts(e->version, "link:")) {
        e->path = hw_span_from(e->version, 5);
        e->resolved = HW_SPAN_LIT(HW_LOCK_LOCAL);
        e->version = (struct hw_span){NULL, 0};
    } else if (hw_span_holds(e->version, "://")) {
        e->resolved = e->version;
        e->version = (struct hw_span){NULL, 0};
    }
}

/* "{integrity: sha512-..., tarball: https://...}" */
static void read_pnpm_resolution(struct hw_lock *l, struct hw_span v)
{
    v = hw_span_starts(v, "{") && hw_span_ends(v, "}") ? hw_span_cut(v, 1, v.n - 2) : v;
    while (v.n > 0) {
        struct hw_span part = hw_span_cut(v, 0, hw_span_find(v, ','));
        struct hw_span word = hw_span_trim(part), s;
        v = hw_span_from(v, part.n + 1);
        if ((s = value_if(word, "integrity", ':')).n > 0) {
            hw_lock_sri(l, s);
        } else if ((s = value_if(word, "tarball", ':')).n > 0 ||
                   (s = value_if(word, "repo", ':')).n > 0) {
            l->entry->resolved = s;
        }
    }
}

void hw_lock_pnpm(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line, v;
    bool in = false, open = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        if (open && w.indent <= 2) {
            hw_lock_put(l);
            open = false;
        }
        if (w.indent == 0) {
            in = hw_span_is(line, "packages:");
        } else if (in && w.indent == 2 && line.p[line.n - 1] == ':') {
            open = true;
            (void)hw_lock_begin(l, w.off);
            read_pnpm_key(l, hw_lock_unquoted(hw_span_cut(line, 0, line.n - 1)));
        } else if (open && (v = value_if(line, "resolution", ':')).n > 0) {
            read_pnpm_resolution(l, v);
        } else if (open && w.indent == 4 && (v = value_if(line, "version", ':')).n > 0) {
            l->entry->version = v;
        } else if (open && w.indent == 4 && (v = value_if(line, "name", ':')).n > 0) {
            l->entry->name = v;
        } else if (open && w.indent == 6) {
            read_pnpm_resolution(l, line);
        }
    }
    if (open) {
        hw_lock_put(l);
    }
}
