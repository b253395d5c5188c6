/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_text.c -- text, times and encodings from strangers: what leaves is clean, what was
 * written reads back, and nothing hidden passes the escaper.
 *
 * Targets: src/base/text.c, src/base/escape.c, src/base/base64.c, src/base/time.c,
 * src/base/inflate.c
 * Max: 4096
 *
 * Input: u8 what to do, then the bytes.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/inflate.h"
#include "base/text.h"
#include "base/time.h"

enum { INPUT_MAX = 4096, OUT_MAX = 1 << 20 };

static void promise(bool held, const char *words)
{
    if (!held) {
        hw_fuzz_broken(words);
    }
}

static void escapes(struct hw_span in, struct hw_buf *b)
{
    for (unsigned how = 0; how < HW_ESCAPE_COUNT; how++) {
        hw_buf_clear(b);
        hw_escape_put(b, in, (enum hw_escape)how);
        promise(hw_buf_ok(b), "escaping has a bearable size");
        for (struct hw_span s = hw_buf_span(b); s.n > 0;) {
            uint32_t c;
            size_t n = hw_utf8_next(s, &c);
            promise(c != HW_BAD_CHAR && !hw_char_hidden(c), "nothing hidden leaves");
            promise(c != '"' || how != HW_ESCAPE_JSON || s.p[-1] == '\\', "a string stays one");
            promise((c != '<' && c != '"') || how != HW_ESCAPE_XML, "text stays text");
            s = hw_span_from(s, n);
        }
    }
}

/* Reads HW_ESCAPE_TERMINAL back: what is seen tells exactly what was there. */
static void terminal_is_exact(struct hw_span in, struct hw_buf *b, struct hw_buf *back)
{
    hw_buf_clear(b);
    hw_buf_clear(back);
    hw_escape_put(b, in, HW_ESCAPE_TERMINAL);
    for (struct hw_span s = hw_buf_span(b); s.n > 0;) {
        uint8_t byte;
        unsigned c = 0;
        size_t n = 1;
        if (s.p[0] != '\\') {
            hw_buf_char(back, (char)s.p[0]);
        } else if (s.p[1] == '\\') {
            hw_buf_char(back, '\\');
            n = 2;
        } else if (s.p[1] == 'x') {
            promise(hw_hex_decode(hw_span_cut(s, 2, 2), &byte, 1), "an escape is well formed");
            hw_buf_char(back, (char)byte);
            n = 4;
        } else {
            for (n = 3; s.p[n] != '}'; n++) {
                c = c * 16 + (unsigned)(s.p[n] <= '9' ? s.p[n] - '0' : s.p[n] - 'A' + 10);
            }
            hw_utf8_put(back, c);
            n++;
        }
        s = hw_span_from(s, n);
    }
    promise(hw_span_equal(hw_buf_span(back), in), "terminal text tells exactly what was there");
}

static void converts(struct hw_span in, struct hw_buf *b)
{
    hw_buf_clear(b);
    hw_utf8_clean(in, in.n / 2, b);
    promise(b->n <= in.n / 2 && hw_utf8_valid(hw_buf_span(b)), "clean text is clean and short");
    promise(b->n == 0 || memchr(b->p, 0, b->n) == NULL, "clean text has no NUL");
    hw_buf_clear(b);
    bool even = hw_utf16le_to_utf8(in, b);
    promise(even == (in.n % 2 == 0) && hw_utf8_valid(hw_buf_span(b)), "UTF-16 becomes UTF-8");
    hw_buf_clear(b);
    hw_latin1_to_utf8(in, b);
    promise(hw_utf8_valid(hw_buf_span(b)), "Latin-1 becomes UTF-8");
}

static void base64(struct hw_span in, struct hw_buf *b, struct hw_buf *back)
{
    hw_buf_clear(b);
    hw_buf_clear(back);
    hw_base64_put(b, in);
    promise(hw_base64_decode(hw_buf_span(b), back), "base64 reads its own");
    promise(hw_span_equal(hw_buf_span(back), in), "base64 gives back what it got");
    hw_buf_clear(b);
    hw_buf_clear(back);
    if (hw_base64_decode(in, b)) {
        hw_base64_put(back, hw_buf_span(b));
        promise(hw_span_equal(hw_buf_span(back), in), "base64 has one spelling");
    }
}

static void times(struct hw_span in)
{
    struct hw_interval i = {7, 7};
    int64_t t = HW_TIME_NONE, back;
    char text[HW_TIME_TEXT];
    bool any = hw_interval_parse(in, &i);
    promise(any ? i.lo <= i.hi && i.lo != HW_TIME_NONE : i.lo == 7 && i.hi == 7,
            "an interval has two ends");
    any = hw_time_parse_openssl(in, &t) || hw_time_parse_utctime(in, &t) ||
          hw_time_parse_gentime(in, &t) || hw_time_parse(in, &t);
    promise(any == (t != HW_TIME_NONE), "a time is written on success only");
    if (any) {
        promise(hw_time_parse(hw_span_str(hw_time_text(t, text)), &back) && back == t,
                "a time reads its own");
    }
}

static int count(void *state, const uint8_t *p, size_t n)
{
    size_t *all = state;
    *all += n;
    return p[0] == 0 && *all > OUT_MAX ? 1 : 0;
}

static void inflates(struct hw_span in)
{
    struct hw_inflated got;
    struct hw_error err;
    size_t all = 0;
    int rc = hw_inflate_raw(in, count, &all, &got, &err);
    promise(got.in_used <= in.n, "no more is used than there is");
    promise((rc == 0) == (got.end != HW_INFLATE_STOPPED), "who stopped is told");
    promise(got.end != HW_INFLATE_TRUNCATED || got.in_used == in.n, "truncated is at the end");
    promise((got.end == HW_INFLATE_CORRUPT) == (got.words != NULL), "corrupt says why");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > INPUT_MAX) {
        return 0;
    }
    struct hw_span in = {data + 1, size - 1};
    struct hw_buf b, back;
    hw_buf_init(&b, OUT_MAX);
    hw_buf_init(&back, OUT_MAX);
    switch (data[0] % 5) {
    case 0:
        escapes(in, &b);
        terminal_is_exact(in, &b, &back);
        break;
    case 1:
        converts(in, &b);
        break;
    case 2:
        base64(in, &b, &back);
        break;
    case 3:
        times(in);
        break;
    default:
        inflates(in);
        break;
    }
    hw_buf_done(&b);
    hw_buf_done(&back);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const struct hw_span texts[] = {
        HW_SPAN_LIT("\0a\\b\x1B[2J\xE2\x80\xAE\xF3\xA0\x81\x81\xC2\x9B\xFF\"<&'=1+1"),
        HW_SPAN_LIT("\1A\0\xAC\x20\x3D\xD8\x00\xDE\0\xDC"),
        HW_SPAN_LIT("\2Zm9vYmE="),
        HW_SPAN_LIT("\0032023-03-13T06:31:00.123456789+02:00"),
        HW_SPAN_LIT("\003May 17 11:23:22 2018 GMT"),
        HW_SPAN_LIT("\003180517112322Z"),
        HW_SPAN_LIT("\00320180517112322.5Z"),
        HW_SPAN_LIT("\4\xCB\x48\xCD\xC9\xC9\x57\xC8\x40\x27\xB9\x00"),
        HW_SPAN_LIT("\4\x00\x03\x00\xFC\xFF"
                    "abc\x03\x00"),
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "text-%u", i);
        give(state, name, texts[i].p, texts[i].n);
    }
}
