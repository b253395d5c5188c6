/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_osquery.h -- lines of osquery's result log, in its three forms.
 */
#ifndef HW_TESTS_BUILD_OSQUERY_H
#define HW_TESTS_BUILD_OSQUERY_H

#include "base/buf.h"

/* {"name":...,"hostIdentifier":"mac1","unixTime":1678689060,...,"columns":{...},"action":"added"}
 * and a line feed; columns: what stands between the braces. */
void build_osquery_event(struct hw_buf *b, const char *query, const char *columns);
/* rows: what stands between the brackets of the array called `what` ("snapshot", "added" or
 * "removed"; the latter two inside diffResults). */
void build_osquery_rows(struct hw_buf *b, const char *query, const char *what, const char *rows);

#endif
