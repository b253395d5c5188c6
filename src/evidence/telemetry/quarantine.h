/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/quarantine.h -- what macOS notes of files that came in and packages that were
 * installed.
 */
#ifndef HW_EVIDENCE_TELEMETRY_QUARANTINE_H
#define HW_EVIDENCE_TELEMETRY_QUARANTINE_H

#include "evidence/records.h"

extern const struct hw_format hw_quarantine_format;

/* ---- between quarantine.c and its chapters ---- */

/* quarantine_history.c: InstallHistory.plist, as XML. Bits verified; and its records. */
unsigned hw_quarantine_history_probe(struct hw_span bytes, struct hw_budget *fuel);
void hw_quarantine_history(struct hw_records *out);

/* quarantine_plist.c: the pieces of an XML property list, one after the other. */
enum hw_plist_sort {
    HW_PLIST_END,
    HW_PLIST_OPEN,  /* <name> */
    HW_PLIST_CLOSE, /* </name> */
    HW_PLIST_EMPTY, /* <name/> */
    HW_PLIST_TEXT,  /* between them, as it is written */
    HW_PLIST_BAD,   /* name says why, in our words */
};
struct hw_plist_piece {
    enum hw_plist_sort sort;
    struct hw_span text; /* the name, or the text */
    uint64_t off;
};
/* White space between tags, comments, declarations and the DOCTYPE are passed over. */
struct hw_plist_piece hw_plist_next(struct hw_reader *r);
HW_CHECK bool hw_plist_is(const struct hw_plist_piece *p, enum hw_plist_sort sort,
                          const char *name);
/* The text behind an OPEN piece, up to and over the CLOSE of the same name; entities are undone. */
HW_CHECK bool hw_plist_text(struct hw_reader *r, struct hw_span name, struct hw_buf *out);

#endif
