/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/posix_path.h"

size_t hw_posix_join(struct hw_span base, struct hw_span name, uint8_t *out)
{
    size_t n = 0;
    for (unsigned part = 0; part < 2; part++) {
        struct hw_span s = part == 0 ? base : name;
        for (size_t at = 0; at < s.n;) {
            size_t len = hw_span_find(hw_span_from(s, at), '/');
            struct hw_span word = hw_span_cut(s, at, len);
            at += len + 1;
            if (hw_span_is(word, "..")) {
                while (n > 0 && out[n - 1] != '/') {
                    n--;
                }
                n -= n > 0;
            } else if (word.n > 0 && !hw_span_is(word, ".")) {
                out[n++] = '/';
                for (size_t k = 0; k < word.n; k++) {
                    out[n++] = word.p[k];
                }
            }
        }
    }
    if (n == 0) {
        out[n++] = '/';
    }
    return n;
}
