/* SPDX-License-Identifier: Apache-2.0 */
#include "build_zone.h"

static void put(struct hw_buf *b, const char *s, bool wide)
{
    for (; *s != '\0'; s++) {
        hw_buf_char(b, *s);
        if (wide) {
            hw_buf_char(b, '\0');
        }
    }
}

void build_zone(struct hw_buf *b, const char *lines, enum build_zone_as as)
{
    if (as != BUILD_ZONE_PLAIN) {
        hw_buf_str(b, as == BUILD_ZONE_UTF8 ? "\xef\xbb\xbf" : "\xff\xfe");
    }
    put(b, "[ZoneTransfer]\r\n", as == BUILD_ZONE_UTF16);
    put(b, lines, as == BUILD_ZONE_UTF16);
}
