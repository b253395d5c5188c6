/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/estate_text.c -- the text of a JSON document, walked beside its tree, so that
 * whatever is said of an element can name its line and offset. RFC 8259.
 *
 * The probe walks text that nobody has judged yet: nothing here trusts it to be JSON.
 */
#include "evidence/knowledge/estate.h"

#include "base/text.h"

void hw_estate_text_init(struct hw_estate_text *t, struct hw_span text, struct hw_budget *fuel)
{
    hw_reader_init(&t->r, text, fuel);
    t->line = 1;
}

static bool eat(struct hw_estate_text *t, uint8_t *out)
{
    if (!hw_read_u8(&t->r, out)) {
        return false;
    }
    t->line += *out == '\n';
    return true;
}

/* The next byte that is no white space, without eating it. */
static bool look(struct hw_estate_text *t, uint8_t *out)
{
    while (hw_read_peek(&t->r, out)) {
        if (*out != ' ' && *out != '\t' && *out != '\r' && *out != '\n') {
            return true;
        }
        if (!eat(t, out)) {
            return false;
        }
    }
    return false;
}

bool hw_estate_text_enter(struct hw_estate_text *t, char bracket)
{
    uint8_t c;
    return look(t, &c) && c == (uint8_t)bracket && eat(t, &c);
}

bool hw_estate_text_next(struct hw_estate_text *t, struct hw_estate_place *out)
{
    uint8_t c;
    if (!hw_reader_item(&t->r) || !look(t, &c)) {
        return false;
    }
    if (c == ',' && (!eat(t, &c) || !look(t, &c))) {
        return false;
    }
    if (c == ']' || c == '}') {
        (void)!eat(t, &c);
        return false;
    }
    *out = (struct hw_estate_place){hw_read_where(&t->r), t->line};
    return true;
}

/* Behind its opening quote: to behind the closing one. */
static bool skip_string(struct hw_estate_text *t)
{
    uint8_t c;
    while (eat(t, &c) && c != '"') {
        if (c == '\\' && !eat(t, &c)) {
            return false;
        }
    }
    return hw_reader_ok(&t->r);
}

bool hw_estate_text_key(struct hw_estate_text *t, struct hw_span *out)
{
    uint8_t c;
    if (!look(t, &c) || c != '"' || !eat(t, &c)) {
        return false;
    }
    struct hw_span from = hw_reader_rest(&t->r);
    if (!skip_string(t)) {
        return false;
    }
    *out = hw_span_cut(from, 0, from.n - hw_read_left(&t->r) - 1);
    return look(t, &c) && c == ':' && eat(t, &c);
}

static bool skip_brackets(struct hw_estate_text *t)
{
    uint64_t depth = 0;
    uint8_t c;
    do {
        if (!eat(t, &c) || (c == '"' && !skip_string(t))) {
            return false;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
    } while (depth > 0);
    return true;
}

static bool skip_word(struct hw_estate_text *t)
{
    uint8_t c;
    while (hw_read_peek(&t->r, &c) && c != ',' && c != ']' && c != '}' && !hw_ascii_is_blank(c)) {
        if (!eat(t, &c)) {
            return false;
        }
    }
    return true;
}

bool hw_estate_text_skip(struct hw_estate_text *t, struct hw_span *out)
{
    uint8_t c;
    if (!look(t, &c)) {
        return false;
    }
    struct hw_span from = hw_reader_rest(&t->r);
    bool done = c == '"'               ? eat(t, &c) && skip_string(t)
                : c == '{' || c == '[' ? skip_brackets(t)
                                       : skip_word(t);
    if (done && out != NULL) {
        *out = hw_span_cut(from, 0, from.n - hw_read_left(&t->r));
    }
    return done;
}
