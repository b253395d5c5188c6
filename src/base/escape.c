/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/escape.c -- the one place where evidence is made fit for a terminal or a file (base/text.h).
 *
 * Why so much is hidden: ESC and C1 steer terminals; bidi marks make "exe.fdp" read as "pdf.exe"
 * (CVE-2021-42574); zero-width and tag characters let two names look alike or carry messages;
 * private use and noncharacters have no agreed look. The table is Unicode 15's
 * Default_Ignorable_Code_Point and Bidi_Control, plus separators, private use and noncharacters.
 */
#include "base/text.h"

#include <string.h>

static const struct {
    uint32_t first, last;
} hidden[] = {
    {0x0000, 0x001F},   /* C0 */
    {0x007F, 0x009F},   /* DEL, C1 */
    {0x00AD, 0x00AD},   /* soft hyphen */
    {0x034F, 0x034F},   /* combining grapheme joiner */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x115F, 0x1160},   /* Hangul fillers */
    {0x17B4, 0x17B5},   /* Khmer inherent vowels */
    {0x180B, 0x180F},   /* Mongolian selectors and vowel separator */
    {0x200B, 0x200F},   /* zero width, left-to-right and right-to-left marks */
    {0x2028, 0x202E},   /* line and paragraph separators, embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, invisible operators, isolates, deprecated controls */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xE000, 0xF8FF},   /* private use */
    {0xFDD0, 0xFDEF},   /* noncharacters */
    {0xFE00, 0xFE0F},   /* variation selectors */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFA0, 0xFFA0},   /* halfwidth Hangul filler */
    {0xFFF0, 0xFFFB},   /* unassigned ignorables, interlinear annotation */
    {0x1BCA0, 0x1BCA3}, /* shorthand format controls */
    {0x1D173, 0x1D17A}, /* musical format controls */
    {0xE0000, 0xE0FFF}, /* tags, further variation selectors */
    {0xF0000, 0x10FFFF} /* private use planes */
};

bool hw_char_hidden(uint32_t c)
{
    if ((c & 0xFFFEU) == 0xFFFEU) {
        return true; /* the last two of each plane are noncharacters */
    }
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0] && hidden[i].first <= c; i++) {
        if (c <= hidden[i].last) {
            return true;
        }
    }
    return false;
}

/* How a hidden or bad character is made visible; `slash` is "\\" or, for Markdown, two of them. */
static void show(struct hw_buf *out, struct hw_span raw, uint32_t c, const char *slash)
{
    if (c != HW_BAD_CHAR && c > 0x7F) {
        hw_buf_str(out, slash);
        hw_buf_printf(out, slash[1] == 0 ? "u{%X}" : "u\\{%X\\}", (unsigned)c);
        return;
    }
    for (size_t i = 0; i < raw.n; i++) {
        hw_buf_str(out, slash);
        hw_buf_printf(out, "x%02x", raw.p[i]);
    }
}

static void put_terminal(struct hw_buf *out, struct hw_span raw, uint32_t c)
{
    if (c == HW_BAD_CHAR || hw_char_hidden(c)) {
        show(out, raw, c, "\\");
    } else if (c == '\\') {
        hw_buf_str(out, "\\\\");
    } else {
        hw_buf_span_put(out, raw);
    }
}

static void put_json(struct hw_buf *out, struct hw_span raw, uint32_t c)
{
    static const char letters[] = "btn\0fr"; /* for 08 09 0A (0B) 0C 0D */
    if (c == HW_BAD_CHAR) {
        hw_utf8_put(out, 0xFFFD);
    } else if (c == '"' || c == '\\') {
        hw_buf_char(out, '\\');
        hw_buf_char(out, (char)c);
    } else if (c >= 8 && c <= 13 && letters[c - 8] != 0) {
        hw_buf_char(out, '\\');
        hw_buf_char(out, letters[c - 8]);
    } else if (!hw_char_hidden(c)) {
        hw_buf_span_put(out, raw);
    } else if (c < 0x10000) {
        hw_buf_printf(out, "\\u%04x", (unsigned)c);
    } else {
        hw_buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xD800U + ((c - 0x10000U) >> 10)),
                      (unsigned)(0xDC00U + ((c - 0x10000U) & 0x3FFU)));
    }
}

static void put_csv(struct hw_buf *out, struct hw_span raw, uint32_t c)
{
    if (c == HW_BAD_CHAR || hw_char_hidden(c)) {
        show(out, raw, c, "\\");
    } else if (c == '"') {
        hw_buf_str(out, "\"\"");
    } else {
        hw_buf_span_put(out, raw);
    }
}

static void put_markdown(struct hw_buf *out, struct hw_span raw, uint32_t c)
{
    /* CommonMark 2.4: a backslash before any ASCII punctuation makes it plain. The few left out
     * mean nothing inside a line; whoever writes the line begins it with words of ours. */
    static const char plain[] = ",/'%;?$";
    if (c == HW_BAD_CHAR || hw_char_hidden(c)) {
        show(out, raw, c, "\\\\");
        return;
    }
    bool letter =
        c >= 0x7F || c == ' ' || hw_ascii_is_alpha((uint8_t)c) || hw_ascii_is_digit((uint8_t)c);
    if (!letter && strchr(plain, (int)c) == NULL) {
        hw_buf_char(out, '\\');
    }
    hw_buf_span_put(out, raw);
}

static void put_xml(struct hw_buf *out, struct hw_span raw, uint32_t c)
{
    if (c == HW_BAD_CHAR || hw_char_hidden(c)) {
        show(out, raw, c, "\\");
    } else if (c == '&') {
        hw_buf_str(out, "&amp;");
    } else if (c == '<') {
        hw_buf_str(out, "&lt;");
    } else if (c == '>') {
        hw_buf_str(out, "&gt;");
    } else if (c == '"') {
        hw_buf_str(out, "&quot;");
    } else if (c == '\'') {
        hw_buf_str(out, "&apos;");
    } else {
        hw_buf_span_put(out, raw);
    }
}

typedef void (*put_one)(struct hw_buf *out, struct hw_span raw, uint32_t c);

static const put_one putters[HW_ESCAPE_COUNT] = {
    [HW_ESCAPE_TERMINAL] = put_terminal, [HW_ESCAPE_JSON] = put_json, [HW_ESCAPE_CSV] = put_csv,
    [HW_ESCAPE_MARKDOWN] = put_markdown, [HW_ESCAPE_XML] = put_xml,
};

/* ASCII that every form passes as it is: evidence is mostly this, so runs of it go in one piece. */
static bool harmless(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '/' || c == ' ';
}

/* Spreadsheets take these for the start of a formula, some also in their full width. */
static bool starts_formula(uint32_t c)
{
    return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\n' ||
           c == 0xFF1D || c == 0xFF0B || c == 0xFF0D || c == 0xFF20;
}

static bool wants_quotes(struct hw_span s)
{
    static const uint8_t special[] = {',', ';', '"', '\''};
    if (s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ')) {
        return true;
    }
    for (size_t i = 0; i < sizeof special; i++) {
        if (hw_span_find(s, special[i]) != s.n) {
            return true;
        }
    }
    return false;
}

void hw_escape_put(struct hw_buf *out, struct hw_span s, enum hw_escape how)
{
    if ((unsigned)how >= HW_ESCAPE_COUNT) {
        HW_NEVER();
    }
    uint32_t c = 0;
    bool quoted = how == HW_ESCAPE_CSV && wants_quotes(s);
    if (quoted) {
        hw_buf_char(out, '"');
    }
    if (how == HW_ESCAPE_CSV && s.n > 0 && (hw_utf8_next(s, &c), starts_formula(c))) {
        hw_buf_char(out, '\'');
    }
    while (s.n > 0 && hw_buf_ok(out)) {
        size_t run = 0;
        while (run < s.n && harmless(s.p[run])) {
            run++;
        }
        hw_buf_span_put(out, hw_span_cut(s, 0, run));
        s = hw_span_from(s, run);
        if (s.n > 0) {
            size_t n = hw_utf8_next(s, &c);
            putters[how](out, hw_span_cut(s, 0, n), c);
            s = hw_span_from(s, n);
        }
    }
    if (quoted) {
        hw_buf_char(out, '"');
    }
}

void hw_escape_str(struct hw_buf *out, const char *s, enum hw_escape how)
{
    hw_escape_put(out, hw_span_str(s), how);
}
