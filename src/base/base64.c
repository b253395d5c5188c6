/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

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

static int value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, of which the last `pad` must be '='. */
static bool decode_four(const uint8_t *p, unsigned pad, struct hw_buf *out)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++) {
        int six = i < 4 - pad ? value(p[i]) : (p[i] == '=' ? 0 : -1);
        if (six < 0) {
            return false;
        }
        v = v << 6 | (uint32_t)six;
    }
    uint8_t bytes[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    if ((pad >= 1 && bytes[2] != 0) || (pad == 2 && bytes[1] != 0)) {
        return false; /* RFC 4648 3.5: bits nobody reads must be zero */
    }
    hw_buf_bytes(out, bytes, 3 - pad);
    return hw_buf_ok(out);
}

bool hw_base64_decode(struct hw_span s, struct hw_buf *out)
{
    size_t before = out->n;
    if (s.n % 4 != 0 || !hw_buf_ok(out)) {
        return false;
    }
    for (size_t i = 0; i < s.n; i += 4) {
        unsigned pad = 0;
        if (s.n - i == 4 && s.p[i + 3] == '=') {
            pad = s.p[i + 2] == '=' ? 2 : 1;
        }
        if (!decode_four(s.p + i, pad, out)) {
            out->n = before;
            return false;
        }
    }
    return true;
}
