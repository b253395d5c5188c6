/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/url.h"

#include "base/text.h"

/* Behind "scheme://"; 0: it has no scheme. */
static size_t authority(struct hw_span url)
{
    for (size_t i = 0; i < url.n; i++) {
        uint8_t c = url.p[i];
        if (c == ':') {
            return i > 0 && hw_span_starts(hw_span_from(url, i), "://") ? i + 3 : 0;
        }
        if (!hw_ascii_is_alpha(c) && !hw_ascii_is_digit(c) && c != '+' && c != '-' && c != '.') {
            return 0;
        }
    }
    return 0;
}

size_t hw_url_path(struct hw_span url)
{
    size_t at = authority(url);
    while (at < url.n && url.p[at] != '/' && url.p[at] != '?' && url.p[at] != '#') {
        at++;
    }
    return at;
}

struct hw_span hw_url_host(struct hw_span url)
{
    size_t end = hw_url_path(url), start = authority(url);
    for (size_t i = start; i < end; i++) {
        start = url.p[i] == '@' ? i + 1 : start;
    }
    struct hw_span host = hw_span_cut(url, start, end - start);
    if (host.n > 0 && host.p[0] == '[') { /* RFC 3986 3.2.2 */
        size_t close = hw_span_find(host, ']');
        return close < host.n ? hw_span_cut(host, 1, close - 1) : (struct hw_span){NULL, 0};
    }
    return hw_span_cut(host, 0, hw_span_find(host, ':'));
}
