/* SPDX-License-Identifier: Apache-2.0 */
#include "build_osquery.h"

#include <string.h>

static void envelope(struct hw_buf *b, const char *query)
{
    hw_buf_printf(b,
                  "\"name\":\"%s\",\"hostIdentifier\":\"mac1\",\"calendarTime\":"
                  "\"Mon Mar 13 06:31:00 2023 UTC\",\"unixTime\":1678689060,\"epoch\":0,"
                  "\"counter\":3,\"numerics\":false,\"decorations\":{\"team\":\"red\"}",
                  query);
}

void build_osquery_event(struct hw_buf *b, const char *query, const char *columns)
{
    hw_buf_char(b, '{');
    envelope(b, query);
    hw_buf_printf(b, ",\"columns\":{%s},\"action\":\"added\"}\n", columns);
}

void build_osquery_rows(struct hw_buf *b, const char *query, const char *what, const char *rows)
{
    bool snapshot = strcmp(what, "snapshot") == 0;
    hw_buf_printf(
        b, snapshot ? "{\"%s\":[%s],\"action\":\"snapshot\"," : "{\"diffResults\":{\"%s\":[%s]},",
        what, rows);
    envelope(b, query);
    hw_buf_str(b, "}\n");
}
