/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/guess.c -- a name for bytes that no format claimed: text, JSON, XML. Nothing stands on
 * it but what people read, so the bits are below every real bid.
 */
#include <string.h>

#include "evidence/room.h"

enum { TEXT_BITS = 8, SHAPED_BITS = 16 };

/* Valid UTF-8 (RFC 3629) without NUL, whole. */
static bool is_text(struct hw_span s)
{
    for (size_t i = 0; i < s.n;) {
        uint8_t c = s.p[i++];
        if (c == 0 || (c >= 0x80 && c < 0xc2) || c > 0xf4) {
            return false;
        }
        unsigned more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        uint8_t next = i < s.n ? s.p[i] : 0;
        if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) ||
            (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f)) {
            return false;
        }
        for (; more > 0; more--, i++) {
            if (i >= s.n || (s.p[i] & 0xc0U) != 0x80) {
                return false;
            }
        }
    }
    return true;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *hw_guess(struct hw_span bytes, unsigned *out_bits)
{
    struct hw_span s = bytes;
    if (!is_text(s)) {
        return NULL;
    }
    if (s.n >= 3 && s.p[0] == 0xef && s.p[1] == 0xbb && s.p[2] == 0xbf) {
        s.p += 3, s.n -= 3;
    }
    while (s.n > 0 && is_space(s.p[0])) {
        s.p++, s.n--;
    }
    while (s.n > 0 && is_space(s.p[s.n - 1])) {
        s.n--;
    }
    *out_bits = SHAPED_BITS;
    if (s.n >= 2 &&
        ((s.p[0] == '{' && s.p[s.n - 1] == '}') || (s.p[0] == '[' && s.p[s.n - 1] == ']'))) {
        return "json";
    }
    if (s.n >= 8 && memcmp(s.p, "<?xml", 5) == 0 && s.p[s.n - 1] == '>') {
        return "xml";
    }
    *out_bits = TEXT_BITS;
    return "text";
}
