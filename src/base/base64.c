/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

enum { PIECE_BYTES = 3 * 256 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hw_base64_put(struct hw_buf *out, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i += 3) {
        size_t n = s.n - i < 3 ? s.n - i : 3;
        uint32_t v = (uint32_t)s.p[i] << 16;
        v |= n > 1 ? (uint32_t)s.p[i + 1] << 8 : 0;
        v |= n > 2 ? s.p[i + 2] : 0;
        char four[4] = {alphabet[v >> 18], alphabet[v >> 12 & 63],
                        n > 1 ? alphabet[v >> 6 & 63] : '=', n > 2 ? alphabet[v & 63] : '='};
        hw_buf_bytes(out, four, sizeof four);
    }
}

/* The six bits of a character, or -1. */
static int value(uint8_t c)
{
    static const int8_t of[256] = {
        ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
        ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
        ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
        ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
        ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
        ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
        ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
        ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
        ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
        ['/'] = 64,
    };
    return of[c] - 1;
}

/* Four characters, of which the last `pad` must be '='. */
static bool decode_four(const uint8_t *p, unsigned pad, uint8_t out[3])
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++) {
        int six = i < 4 - pad ? value(p[i]) : (p[i] == '=' ? 0 : -1);
        if (six < 0) {
            return false;
        }
        v = v << 6 | (uint32_t)six;
    }
    out[0] = (uint8_t)(v >> 16);
    out[1] = (uint8_t)(v >> 8);
    out[2] = (uint8_t)v;
    /* RFC 4648 3.5: bits nobody reads must be zero */
    return (pad == 0 || out[2] == 0) && (pad < 2 || out[1] == 0);
}

bool hw_base64_decode(struct hw_span s, struct hw_buf *out)
{
    size_t before = out->n, n = 0;
    uint8_t piece[PIECE_BYTES];
    bool good = s.n % 4 == 0;
    for (size_t i = 0; i < s.n && good; i += 4) {
        unsigned pad = 0;
        if (s.n - i == 4 && s.p[i + 3] == '=') {
            pad = s.p[i + 2] == '=' ? 2 : 1;
        }
        good = decode_four(s.p + i, pad, piece + n);
        n += 3 - pad;
        if (n == PIECE_BYTES || s.n - i == 4) {
            hw_buf_bytes(out, piece, n);
            n = 0;
        }
    }
    if (!good || !hw_buf_ok(out)) {
        out->n = before;
        return false;
    }
    return true;
}
