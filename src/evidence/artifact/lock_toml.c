/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/lock_toml.c -- Cargo.lock, poetry.lock, uv.lock and pdm.lock, by their lines.
 *
 * They are TOML as each of the tools writes it: every package begins with [[package]], its values
 * stand one a line, digests within lists of files as `hash = "sha256:..."` or, with Cargo, as
 * `checksum = "..."`.
 *
 *   [[package]]
 *   name = "left"                              source = "registry+https://..."     (Cargo)
 *   version = "1.0.0"                          source = { registry = "https://..." }  (uv)
 *   files = [ {file = "...", hash = "sha256:..."}, ]
 *   [package.source]                           (Poetry: git, directory, file, url, legacy)
 */
#include "evidence/artifact/lock.h"

#include "base/text.h"

/* `key = value`; empty when the line is of another key. */
static struct hw_span value_if(struct hw_span line, const char *key)
{
    struct hw_span k = hw_span_str(key);
    struct hw_span rest = hw_span_trim(hw_span_from(line, k.n));
    if (!hw_span_starts(line, key) || !hw_span_starts(rest, "=")) {
        return (struct hw_span){NULL, 0};
    }
    return hw_span_trim(hw_span_from(rest, 1));
}

/* The string behind each `key = "` within an inline table; empty when there is none. */
static struct hw_span inside(struct hw_span line, const char *key)
{
    struct hw_span k = hw_span_str(key);
    for (size_t i = 0; i + k.n < line.n; i++) {
        struct hw_span here = hw_span_from(line, i);
        bool begins =
            i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '{' || line.p[i - 1] == ',';
        struct hw_span v = begins ? value_if(here, key) : (struct hw_span){NULL, 0};
        if (v.n > 1 && v.p[0] == '"') {
            return hw_span_cut(v, 1, hw_span_find(hw_span_from(v, 1), '"'));
        }
    }
    return (struct hw_span){NULL, 0};
}

static void set_local(struct hw_lock *l, struct hw_span path)
{
    l->entry->resolved = HW_SPAN_LIT(HW_LOCK_LOCAL);
    l->entry->path = path;
}

/* Cargo: "registry+https://...", "git+https://..."; uv: a table with one of these keys. */
static void read_source(struct hw_lock *l, struct hw_span v)
{
    static const char *const folders[] = {"editable", "virtual", "directory", "path"};
    struct hw_span s;
    if (v.n > 0 && v.p[0] == '"') {
        l->entry->resolved = hw_lock_unquoted(v);
        return;
    }
    if ((s = inside(v, "registry")).n > 0 || (s = inside(v, "url")).n > 0 ||
        (s = inside(v, "git")).n > 0) {
        l->entry->resolved = s;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if ((s = inside(v, folders[i])).n > 0) {
            set_local(l, s);
        }
    }
}

static void read_package_line(struct hw_lock *l, struct hw_span line)
{
    struct hw_span v;
    if ((v = value_if(line, "name")).n > 0) {
        l->entry->name = hw_lock_unquoted(v);
    } else if ((v = value_if(line, "version")).n > 0) {
        l->entry->version = hw_lock_unquoted(v);
    } else if ((v = value_if(line, "source")).n > 0) {
        read_source(l, v);
    } else if ((v = value_if(line, "checksum")).n > 0) {
        hw_lock_hex(l, "sha256", hw_lock_unquoted(v));
    } else if ((v = value_if(line, "path")).n > 0) { /* pdm: a folder of the project */
        set_local(l, hw_lock_unquoted(v));
    } else if ((v = value_if(line, "git")).n > 0) {
        l->entry->resolved = hw_lock_unquoted(v);
    }
}

/* [package.source] of Poetry. */
static void read_source_line(struct hw_lock *l, struct hw_span line, bool *folder)
{
    struct hw_span v;
    if ((v = value_if(line, "type")).n > 0) {
        struct hw_span type = hw_lock_unquoted(v);
        *folder = hw_span_is(type, "directory") || hw_span_is(type, "file");
    } else if ((v = value_if(line, "url")).n > 0) {
        if (*folder) {
            set_local(l, hw_lock_unquoted(v));
        } else {
            l->entry->resolved = hw_lock_unquoted(v);
        }
    }
}

/* Where a file says nothing, its kind of tool takes the registry; Cargo leaves the project's own
 * crates without a source. */
static void put(struct hw_lock *l)
{
    if (l->entry->resolved.n == 0) {
        l->entry->resolved = hw_span_is(hw_span_str(l->source), "cargo-lock")
                                 ? HW_SPAN_LIT(HW_LOCK_LOCAL)
                                 : HW_SPAN_LIT(HW_LOCK_REGISTRY);
    }
    hw_lock_put(l);
}

enum where { NOWHERE, PACKAGE, SOURCE, BELOW };

static enum where where_of(struct hw_span line)
{
    return hw_span_is(line, "[[package]]")        ? PACKAGE
           : hw_span_is(line, "[package.source]") ? SOURCE
           : hw_span_starts(line, "[package.")    ? BELOW
                                                  : NOWHERE;
}

void hw_lock_toml(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line, hash;
    enum where at = NOWHERE;
    bool open = false, folder = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        bool table = w.indent == 0 && hw_span_starts(line, "[") && hw_span_ends(line, "]");
        if (table) {
            at = where_of(line);
        }
        if (table && (at == PACKAGE || at == NOWHERE) && open) {
            put(l);
            open = false;
        }
        if (table && at == PACKAGE) {
            open = true;
            folder = false;
            (void)hw_lock_begin(l, w.off);
        } else if (open && !table && (hash = inside(line, "hash")).n > 0) {
            hw_lock_tagged(l, hash);
        } else if (open && !table && w.indent == 0 && at == PACKAGE) {
            read_package_line(l, line);
        } else if (open && !table && at == SOURCE) {
            read_source_line(l, line, &folder);
        }
    }
    if (open) {
        put(l);
    }
}
