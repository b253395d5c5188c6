/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/archive.h -- what libarchive does for us, and nothing of libarchive itself.
 */
#ifndef HW_EVIDENCE_ARTIFACT_ARCHIVE_H
#define HW_EVIDENCE_ARTIFACT_ARCHIVE_H

#include "evidence/artifact/archive_stream.h"

struct hw_poured {
    enum hw_inflate_end end;
    uint64_t in_used; /* bytes of the input that belong to the stream */
    bool no_memory;   /* the library wanted more than it may have */
    char words[120];  /* the library's reason when not done */
};
/* One compressed stream (not gzip) into more(). HW_OK whatever the evidence was like. */
HW_CHECK int hw_archive_pour(struct hw_span in, enum hw_filter f, hw_inflate_more more, void *state,
                             struct hw_poured *out, struct hw_error *err);
/* Makes libarchive load whatever it loads (locale, tables), before a cage closes. */
void hw_archive_warm(void);

extern const struct hw_format hw_format_7z, hw_format_cab;

#endif
