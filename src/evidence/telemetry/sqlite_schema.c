/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/sqlite_schema.c -- the columns a CREATE TABLE declares.
 *
 * https://www.sqlite.org/lang_createtable.html. No SQL is understood beyond this: names, brackets,
 * quotes and comments, and the few words that say that a column is not stored (a virtual generated
 * one, and INTEGER PRIMARY KEY, which is the rowid itself).
 */
#include "evidence/telemetry/sqlite.h"

#include "base/text.h"

struct lexer {
    struct hw_span s;
    size_t at;
};

enum sort { END, WORD, QUOTED, SIGN };

struct token {
    enum sort sort;
    struct hw_span text; /* of QUOTED: without its quotes, doubled ones as they stand */
};

static bool is_word_byte(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '_' || c == '$' || c >= 0x80;
}

static void skip_blanks(struct lexer *l)
{
    while (l->at < l->s.n) {
        struct hw_span rest = hw_span_from(l->s, l->at);
        if (hw_ascii_is_blank(rest.p[0])) {
            l->at++;
        } else if (hw_span_starts(rest, "--")) {
            l->at += hw_span_find(rest, '\n');
        } else if (hw_span_starts(rest, "/*")) {
            size_t i = 2;
            while (i < rest.n && !hw_span_starts(hw_span_from(rest, i), "*/")) {
                i++;
            }
            l->at += i + 2 < rest.n ? i + 2 : rest.n;
        } else {
            return;
        }
    }
}

static struct token quoted(struct lexer *l, uint8_t close)
{
    size_t from = ++l->at;
    while (l->at < l->s.n) {
        if (l->s.p[l->at] == close) {
            if (close == ']' || l->at + 1 == l->s.n || l->s.p[l->at + 1] != close) {
                break;
            }
            l->at++;
        }
        l->at++;
    }
    struct token t = {QUOTED, hw_span_cut(l->s, from, l->at - from)};
    l->at += l->at < l->s.n;
    return t;
}

static struct token next(struct lexer *l)
{
    skip_blanks(l);
    if (l->at >= l->s.n) {
        return (struct token){END, {NULL, 0}};
    }
    uint8_t c = l->s.p[l->at];
    if (c == '"' || c == '\'' || c == '`' || c == '[') {
        return quoted(l, c == '[' ? ']' : c);
    }
    size_t from = l->at;
    if (!is_word_byte(c)) {
        l->at++;
        return (struct token){SIGN, hw_span_cut(l->s, from, 1)};
    }
    while (l->at < l->s.n && is_word_byte(l->s.p[l->at])) {
        l->at++;
    }
    return (struct token){WORD, hw_span_cut(l->s, from, l->at - from)};
}

static bool is(const struct token *t, const char *word)
{
    return (t->sort == WORD || t->sort == SIGN) && hw_span_is_nocase(t->text, word);
}

static bool is_constraint(const struct token *t)
{
    static const char *const words[] = {"constraint", "primary", "unique", "check", "foreign"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is(t, words[i])) {
            return true;
        }
    }
    return false;
}

/* What one definition says, from behind its name to its comma or the last bracket. */
struct definition {
    bool integer, primary, generated, stored, last;
    struct hw_span key; /* of PRIMARY KEY (key), when that is one column */
};

static void read_definition(struct lexer *l, const struct token *name, struct definition *d)
{
    unsigned depth = 0, words = 0, keys = 0;
    *d = (struct definition){.last = true, .primary = is(name, "primary")};
    for (struct token t = next(l); t.sort != END; t = next(l)) {
        if (is(&t, "(")) {
            depth++;
        } else if (is(&t, ")") && depth > 0) {
            depth--;
        } else if (is(&t, ")")) {
            return;
        } else if (depth == 0 && is(&t, ",")) {
            d->last = false;
            return;
        } else if (depth == 0) {
            d->integer = d->integer || (words == 0 && is(&t, "integer"));
            d->primary = d->primary || is(&t, "primary");
            d->generated = d->generated || is(&t, "generated") || is(&t, "as");
            d->stored = d->stored || is(&t, "stored");
            words++;
        } else if (d->primary && depth == 1 && t.sort != SIGN) {
            d->key = keys++ == 0 ? t.text : (struct hw_span){NULL, 0};
        }
    }
}

static bool keep_column(struct hw_sqlite_table *out, struct hw_span name, struct hw_arena *arena)
{
    if (out->count == HW_SQLITE_COLUMNS) {
        return true; /* rows are read as far as that */
    }
    uint8_t *p = hw_arena_copy(arena, hw_span_cut(name, 0, 200));
    if (p == NULL) {
        return false;
    }
    out->columns[out->count++] = (struct hw_span){p, name.n < 200 ? name.n : 200};
    return true;
}

/* To behind the first bracket of the definitions; false when it is no table of that kind. */
static bool enter(struct lexer *l)
{
    struct token t = next(l);
    if (!is(&t, "create")) {
        return false;
    }
    while (t.sort != END && !is(&t, "(")) {
        if (is(&t, "virtual")) {
            return false;
        }
        t = next(l);
    }
    return t.sort != END;
}

static bool without_rowid(struct lexer *l)
{
    for (struct token t = next(l); t.sort != END; t = next(l)) {
        if (is(&t, "without")) {
            return true;
        }
    }
    return false;
}

bool hw_sqlite_columns(struct hw_span sql, struct hw_arena *arena, struct hw_sqlite_table *out)
{
    struct lexer l = {sql, 0};
    bool integer[HW_SQLITE_COLUMNS + 1] = {false};
    struct definition d = {.last = false};
    if (!enter(&l)) {
        return false;
    }
    out->count = 0;
    out->rowid_column = SIZE_MAX;
    while (!d.last) {
        struct token name = next(&l);
        read_definition(&l, &name, &d);
        if (is_constraint(&name)) {
            for (size_t i = 0; i < out->count && d.key.n > 0; i++) {
                if (integer[i] && hw_span_equal_nocase(out->columns[i], d.key)) {
                    out->rowid_column = i;
                }
            }
        } else if (name.sort == WORD || name.sort == QUOTED) {
            integer[out->count] = d.integer;
            if (d.integer && d.primary && out->count < HW_SQLITE_COLUMNS) {
                out->rowid_column = out->count;
            }
            if ((!d.generated || d.stored) && !keep_column(out, name.text, arena)) {
                return false;
            }
        }
    }
    return out->count > 0 && !without_rowid(&l);
}
