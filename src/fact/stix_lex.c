/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/stix_lex.h"

#include "base/text.h"

void hw_stix_lex_init(struct stix_lex *l, struct hw_span text)
{
    *l = (struct stix_lex){.text = text};
    hw_stix_lex_next(l);
}

static uint8_t peek(const struct stix_lex *l, size_t ahead)
{
    return ahead < l->text.n - l->at ? l->text.p[l->at + ahead] : 0;
}

static void bad(struct stix_lex *l, const char *why)
{
    l->token = STIX_T_BAD;
    l->fault = why;
}

/* Blanks and comments, to the next token. */
static bool skip_blanks(struct stix_lex *l)
{
    for (;;) {
        uint8_t c = peek(l, 0);
        if (hw_ascii_is_blank(c)) {
            l->at++;
        } else if (c == '/' && peek(l, 1) == '/') {
            while (l->at < l->text.n && peek(l, 0) != '\n' && peek(l, 0) != '\r') {
                l->at++;
            }
        } else if (c == '/' && peek(l, 1) == '*') {
            l->at += 2;
            while (l->at < l->text.n && !(peek(l, 0) == '*' && peek(l, 1) == '/')) {
                l->at++;
            }
            if (l->at == l->text.n) {
                return false;
            }
            l->at += 2;
        } else {
            return true;
        }
    }
}

/* From the opening quote. The only escapes are \' and \\. */
static void quoted(struct stix_lex *l, enum stix_token token)
{
    size_t from = ++l->at;
    while (l->at < l->text.n && peek(l, 0) != '\'') {
        bool escape = peek(l, 0) == '\\';
        if (escape && peek(l, 1) != '\\' && peek(l, 1) != '\'') {
            bad(l, "in a text \\ stands only before ' or another \\");
            return;
        }
        l->at += escape ? 2 : 1;
    }
    if (l->at >= l->text.n) {
        bad(l, "a text without its closing quote");
        return;
    }
    l->word = hw_span_cut(l->text, from, l->at - from);
    l->at++;
    l->token = token;
    if (!hw_utf8_valid(l->word)) {
        bad(l, "a text that is no UTF-8");
    }
}

static bool is_name(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '_' || c == '-';
}

static void number(struct stix_lex *l)
{
    size_t from = l->at, whole, part = 0;
    l->at += peek(l, 0) == '-' || peek(l, 0) == '+';
    for (whole = 0; hw_ascii_is_digit(peek(l, whole)); whole++) {
    }
    bool zero = whole > 1 && peek(l, 0) == '0';
    l->at += whole;
    if (peek(l, 0) == '.') {
        while (hw_ascii_is_digit(peek(l, 1 + part))) {
            part++;
        }
        l->at += 1 + part;
    }
    l->word = hw_span_cut(l->text, from, l->at - from);
    l->token = part > 0 ? STIX_T_FLOAT : STIX_T_INT;
    if ((whole == 0 && part == 0) || (l->word.p[l->word.n - 1] == '.') ||
        (zero && l->token == STIX_T_INT) || is_name(peek(l, 0))) {
        bad(l, "a number that is none");
    }
}

static void sign(struct stix_lex *l)
{
    static const char *const pairs[] = {"==", "!=", "<>", "<=", ">="};
    struct hw_span rest = hw_span_from(l->text, l->at);
    size_t n = hw_span_find(HW_SPAN_LIT("[]():.,*=<>"), rest.p[0]) < 11 ? 1 : 0;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        n = hw_span_starts(rest, pairs[i]) ? 2 : n;
    }
    l->word = hw_span_cut(rest, 0, n);
    l->at += n;
    l->token = STIX_T_SIGN;
    if (n == 0) {
        bad(l, "a sign the language does not have");
    }
}

void hw_stix_lex_next(struct stix_lex *l)
{
    if (l->token == STIX_T_BAD) {
        return;
    }
    if (!skip_blanks(l)) {
        l->begins = l->at;
        bad(l, "a comment without its end");
        return;
    }
    uint8_t c = peek(l, 0), next = peek(l, 1);
    l->begins = l->at;
    l->word = (struct hw_span){NULL, 0};
    if (l->at >= l->text.n) {
        l->token = STIX_T_END;
    } else if (c == '\'') {
        quoted(l, STIX_T_TEXT);
    } else if ((c == 'h' || c == 'b' || c == 't') && next == '\'') {
        l->at++;
        quoted(l, c == 'h' ? STIX_T_HEX : c == 'b' ? STIX_T_BASE64 : STIX_T_TIME);
    } else if (hw_ascii_is_alpha(c) || c == '_') {
        size_t n = 1;
        while (is_name(peek(l, n))) {
            n++;
        }
        l->word = hw_span_cut(l->text, l->at, n);
        l->at += n;
        l->token = STIX_T_NAME;
    } else if (hw_ascii_is_digit(c) || c == '-' || c == '+' ||
               (c == '.' && hw_ascii_is_digit(next))) {
        number(l);
    } else {
        sign(l);
    }
}
