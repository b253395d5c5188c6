/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/lock_lines.c -- lock files of plain lines: requirements.txt (pip's requirements
 * file format and its hash-checking mode), go.sum and go.mod (Go Modules Reference), Gemfile.lock
 * (Bundler) and gradle.lockfile (Gradle, locking dependencies).
 */
#include "evidence/artifact/lock.h"

#include "base/text.h"

static struct hw_span word_of(struct hw_span *rest)
{
    struct hw_span s = hw_span_trim(*rest);
    size_t n = 0;
    while (n < s.n && !hw_ascii_is_blank(s.p[n])) {
        n++;
    }
    *rest = hw_span_from(s, n);
    return hw_span_cut(s, 0, n);
}

/* ---- requirements.txt ---- */

static bool in_name(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* "name[extra]==1.0 ; marker", "name @ https://...": what is not pinned has no version. */
static void read_requirement(struct hw_lock *l, struct hw_span line)
{
    struct hw_lock_entry *e = l->entry;
    size_t n = 0;
    while (n < line.n && in_name(line.p[n])) {
        n++;
    }
    e->name = hw_span_cut(line, 0, n);
    struct hw_span rest = hw_span_trim(hw_span_from(line, n));
    if (hw_span_starts(rest, "[")) {
        rest = hw_span_trim(hw_span_from(rest, hw_span_find(rest, ']') + 1));
    }
    if (hw_span_starts(rest, "@")) {
        rest = hw_span_from(rest, 1);
        e->resolved = word_of(&rest);
        return;
    }
    e->resolved = HW_SPAN_LIT(HW_LOCK_REGISTRY);
    if (hw_span_starts(rest, "==")) {
        rest = hw_span_from(rest, hw_span_starts(rest, "===") ? 3 : 2);
        struct hw_span v = word_of(&rest);
        v = hw_span_cut(v, 0, hw_span_find(v, ';'));
        v = hw_span_cut(v, 0, hw_span_find(v, ','));
        e->version = hw_span_find(v, '*') < v.n ? (struct hw_span){NULL, 0} : v;
    }
}

static void read_hashes(struct hw_lock *l, struct hw_span line)
{
    while (hw_span_trim(line).n > 0) {
        struct hw_span w = word_of(&line);
        if (hw_span_starts(w, "--hash=")) {
            hw_lock_tagged(l, hw_span_from(w, 7));
        }
    }
}

void hw_lock_requirements(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line;
    bool open = false, goes_on = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        bool more = hw_span_ends(line, "\\");
        bool begins =
            !goes_on && line.n > 0 && in_name(line.p[0]) && line.p[0] != '-' && line.p[0] != '.';
        goes_on = more;
        if (begins) {
            if (open) {
                hw_lock_put(l);
            }
            open = true;
            (void)hw_lock_begin(l, w.off);
            read_requirement(l, line);
        }
        if (open && !hw_span_starts(line, "#")) {
            read_hashes(l, line);
        }
    }
    if (open) {
        hw_lock_put(l);
    }
}

/* ---- Go ---- */

/* "module version h1:BASE64"; "module version/go.mod h1:..." is of the file go.mod alone. */
void hw_lock_go_sum(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        struct hw_span rest = line;
        if (line.n == 0) {
            continue;
        }
        struct hw_lock_entry *e = hw_lock_begin(l, w.off);
        e->name = word_of(&rest);
        e->version = word_of(&rest);
        struct hw_span sum = word_of(&rest);
        if (hw_span_ends(e->version, "/go.mod")) {
            continue;
        }
        if (!hw_span_starts(sum, "h1:")) {
            hw_say_anomaly(l->x, l->n, "line-refused", w.off, line.n,
                           "not a module, its version and h1:digest");
            continue;
        }
        e->resolved = HW_SPAN_LIT(HW_LOCK_REGISTRY);
        hw_lock_base64(l, "go-h1", hw_span_from(sum, 3));
        hw_lock_put(l);
    }
}

/* `require path version` alone, or the lines of a `require (` block. */
void hw_lock_go_mod(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line;
    bool in = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        struct hw_span rest = line, first = word_of(&rest);
        bool one = hw_span_is(first, "require");
        if (one && hw_span_starts(hw_span_trim(rest), "(")) {
            in = true;
        } else if (in && hw_span_is(line, ")")) {
            in = false;
        } else if ((in || one) && line.n > 0 && !hw_span_starts(line, "//")) {
            struct hw_lock_entry *e = hw_lock_begin(l, w.off);
            e->name = hw_lock_unquoted(one ? word_of(&rest) : first);
            e->version = word_of(&rest);
            e->resolved = HW_SPAN_LIT(HW_LOCK_REGISTRY);
            hw_lock_put(l);
        }
    }
}

/* ---- Bundler ---- */

/* Sections GEM, GIT and PATH have a remote and specs; a spec four deep is a gem, deeper ones are
 * what it needs. */
void hw_lock_gemfile(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line, remote = {NULL, 0};
    bool specs = false, folder = false;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        if (w.indent == 0) {
            specs = false;
            folder = hw_span_is(line, "PATH");
            remote = (struct hw_span){NULL, 0};
        } else if (w.indent == 2 && hw_span_starts(line, "remote:")) {
            remote = hw_span_trim(hw_span_from(line, 7));
        } else if (w.indent == 2 && hw_span_is(line, "specs:")) {
            specs = true;
        } else if (specs && w.indent == 4) {
            struct hw_lock_entry *e = hw_lock_begin(l, w.off);
            size_t open = hw_span_find(line, '('), close = hw_span_find(line, ')');
            e->name = hw_span_trim(hw_span_cut(line, 0, open));
            struct hw_span v = hw_span_cut(line, open + 1, close > open ? close - open - 1 : 0);
            e->version = hw_span_cut(v, 0, hw_span_find(v, '-')); /* "-x86_64-linux" */
            e->path = folder ? remote : e->path;
            e->resolved = folder         ? HW_SPAN_LIT(HW_LOCK_LOCAL)
                          : remote.n > 0 ? remote
                                         : HW_SPAN_LIT(HW_LOCK_REGISTRY);
            hw_lock_put(l);
        }
    }
}

/* ---- Gradle ---- */

/* "group:artifact:version=configurations" */
void hw_lock_gradle(struct hw_lock *l)
{
    struct hw_lock_lines w;
    struct hw_span line;
    hw_lock_lines_init(l, &w);
    while (hw_lock_line(l, &w, &line)) {
        if (line.n == 0 || line.p[0] == '#' || hw_span_starts(line, "empty=")) {
            continue;
        }
        struct hw_span id = hw_span_cut(line, 0, hw_span_find(line, '='));
        size_t one = hw_span_find(id, ':');
        size_t two = one + 1 + hw_span_find(hw_span_from(id, one + 1), ':');
        if (two >= id.n) {
            hw_say_anomaly(l->x, l->n, "line-refused", w.off, line.n,
                           "not group:artifact:version=configurations");
            continue;
        }
        struct hw_lock_entry *e = hw_lock_begin(l, w.off);
        e->name = hw_span_cut(id, 0, two);
        e->version = hw_span_from(id, two + 1);
        e->resolved = HW_SPAN_LIT(HW_LOCK_REGISTRY);
        hw_lock_put(l);
    }
}
