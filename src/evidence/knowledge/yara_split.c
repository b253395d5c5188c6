/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/yara_split.c -- where each rule of a file begins and ends.
 *
 * A rule that does not compile must not cost the others, so the file is taken apart before libyara
 * sees it. The grammar ("Writing YARA rules" of its manual, 4.2) makes that easy: comments are C's,
 * a text ends at an unescaped quote, a regular expression runs from slash to unescaped slash, for
 * nothing else begins with one, and hex strings are the only braces inside of a rule's own.
 *
 *   file = { import "name" | include "path" | { private | global } rule NAME [: tags] { ... } }
 *
 * The word "rule" cannot stand inside a rule: where it does, the one before was not closed.
 */
#include "evidence/knowledge/yara.h"

#include "base/text.h"

void hw_yara_split_init(struct hw_yara_split *s, struct hw_span in)
{
    *s = (struct hw_yara_split){
        .in = in, .at = hw_span_starts(in, "\xef\xbb\xbf") ? 3 : 0, .line = 1};
}

static uint8_t byte_at(const struct hw_yara_split *s, size_t ahead)
{
    return s->in.n - s->at > ahead ? s->in.p[s->at + ahead] : 0;
}

static bool ended(const struct hw_yara_split *s)
{
    return s->at >= s->in.n;
}

static void step(struct hw_yara_split *s)
{
    s->line += s->in.p[s->at] == '\n';
    s->at++;
}

static bool is_word(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '_';
}

/* Passes a comment that begins here. */
static bool pass_comment(struct hw_yara_split *s)
{
    if (byte_at(s, 0) != '/' || (byte_at(s, 1) != '/' && byte_at(s, 1) != '*')) {
        return false;
    }
    bool line = byte_at(s, 1) == '/';
    s->at += 2;
    while (!ended(s)) {
        if (line && byte_at(s, 0) == '\n') {
            return true;
        }
        if (!line && byte_at(s, 0) == '*' && byte_at(s, 1) == '/') {
            s->at += 2;
            return true;
        }
        step(s);
    }
    return true;
}

static void pass_blanks(struct hw_yara_split *s)
{
    while (!ended(s) && (pass_comment(s) || hw_ascii_is_blank(byte_at(s, 0)))) {
        if (!ended(s) && hw_ascii_is_blank(byte_at(s, 0))) {
            step(s);
        }
    }
}

/* Passes a text or a regular expression, up to its unescaped end or the line's. */
static void pass_quoted(struct hw_yara_split *s)
{
    uint8_t quote = byte_at(s, 0);
    s->at++;
    while (!ended(s) && byte_at(s, 0) != '\n') {
        uint8_t c = byte_at(s, 0);
        s->at++;
        if (c == quote) {
            return;
        }
        if (c == '\\' && !ended(s) && byte_at(s, 0) != '\n') {
            s->at++;
        }
    }
}

/* One token, comments and blanks passed before; empty at the end. */
static struct hw_span take_token(struct hw_yara_split *s)
{
    pass_blanks(s);
    size_t from = s->at;
    if (ended(s)) {
        return (struct hw_span){NULL, 0};
    }
    uint8_t c = byte_at(s, 0);
    if (c == '"' || c == '/') {
        pass_quoted(s);
    } else if (is_word(c) || c == '$' || c == '#' || c == '@' || c == '!') {
        do {
            s->at++;
        } while (!ended(s) && is_word(byte_at(s, 0)));
    } else {
        s->at++;
    }
    return hw_span_cut(s->in, from, s->at - from);
}

static bool is_modifier(struct hw_span token)
{
    return hw_span_is(token, "private") || hw_span_is(token, "global");
}

static bool begins_item(struct hw_span token)
{
    return is_modifier(token) || hw_span_is(token, "rule") || hw_span_is(token, "import") ||
           hw_span_is(token, "include");
}

static void junk(struct hw_yara_item *out, const char *why)
{
    out->what = HW_YARA_JUNK;
    out->why = why;
}

/* Behind "rule": its name, its tags, its braces. */
static void read_rule(struct hw_yara_split *s, struct hw_yara_item *out)
{
    unsigned depth = 0;
    struct hw_yara_split before = *s;
    out->what = HW_YARA_RULE;
    out->name = take_token(s);
    if (out->name.n == 0 || !is_word(out->name.p[0]) || begins_item(out->name)) {
        *s = before;
        out->name = (struct hw_span){NULL, 0};
        junk(out, "a rule without a name");
        return;
    }
    for (;;) {
        before = *s;
        struct hw_span token = take_token(s);
        if (token.n == 0 || begins_item(token)) {
            *s = token.n == 0 ? *s : before;
            junk(out, "a rule that is not closed");
            return;
        }
        depth += token.p[0] == '{';
        if (token.p[0] == '}' && depth-- <= 1) {
            if (depth != 0) {
                junk(out, "a rule that is closed before it is opened");
            }
            return;
        }
    }
}

static void read_quoted_name(struct hw_yara_split *s, struct hw_yara_item *out)
{
    struct hw_yara_split before = *s;
    struct hw_span token = take_token(s);
    if (token.n < 2 || token.p[0] != '"' || token.p[token.n - 1] != '"') {
        *s = before;
        junk(out, "an import or include without a name");
        return;
    }
    out->name = hw_span_cut(token, 1, token.n - 2);
}

/* What nobody understands, up to what begins an item again. */
static void read_junk(struct hw_yara_split *s, struct hw_yara_item *out)
{
    junk(out, "neither a rule nor an import");
    for (;;) {
        struct hw_yara_split before = *s;
        struct hw_span token = take_token(s);
        if (token.n == 0 || begins_item(token)) {
            *s = token.n == 0 ? *s : before;
            return;
        }
    }
}

bool hw_yara_split_next(struct hw_yara_split *s, struct hw_yara_item *out)
{
    pass_blanks(s);
    if (ended(s)) {
        return false;
    }
    *out = (struct hw_yara_item){.off = s->at, .line = s->line};
    struct hw_span token = take_token(s);
    while (is_modifier(token)) {
        out->global = out->global || hw_span_is(token, "global");
        token = take_token(s);
    }
    if (hw_span_is(token, "rule")) {
        read_rule(s, out);
    } else if (hw_span_is(token, "import") || hw_span_is(token, "include")) {
        out->what = hw_span_is(token, "import") ? HW_YARA_IMPORT : HW_YARA_INCLUDE;
        read_quoted_name(s, out);
    } else {
        read_junk(s, out);
    }
    out->n = s->at - out->off;
    out->last_line = s->line;
    return true;
}
