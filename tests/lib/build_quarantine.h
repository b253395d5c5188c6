/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_quarantine.h -- macOS's database of quarantined files and its install history.
 */
#ifndef HW_TESTS_BUILD_QUARANTINE_H
#define HW_TESTS_BUILD_QUARANTINE_H

#include "base/buf.h"

void build_quarantine(struct hw_buf *b, const char *pragmas);
/* The head of a property list, these entries, and its end. */
void build_history(struct hw_buf *b, const char *entries);
/* One entry as macOS writes it. */
#define BUILD_HISTORY_ENTRY                                                                        \
    "\t<dict>\n\t\t<key>date</key>\n\t\t<date>2023-03-13T06:31:00Z</date>\n"                       \
    "\t\t<key>displayName</key>\n\t\t<string>Example &amp; Co &#x2603;</string>\n"                 \
    "\t\t<key>displayVersion</key>\n\t\t<string>18.12.416</string>\n"                              \
    "\t\t<key>packageIdentifiers</key>\n\t\t<array>\n\t\t\t<string>com.example.app</string>\n"     \
    "\t\t\t<string>com.example.helper</string>\n\t\t</array>\n"                                    \
    "\t\t<key>processName</key>\n\t\t<string>installer</string>\n\t</dict>\n"

#endif
