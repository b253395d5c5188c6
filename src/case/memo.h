/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/memo.h -- small things a case remembers for those who ask again: how far a feed was read,
 * which findings were told.
 *
 * Rows of the table meta, apart from its own keys by the word before the first blank ("feed
 * https://...", "told f-..."). They are no evidence: whoever loses them asks once more than needed.
 */
#ifndef HW_CASE_MEMO_H
#define HW_CASE_MEMO_H

#include <stdbool.h>

#include "base/buf.h"
#include "case/case.h"

enum { HW_MEMO_KEY_BYTES = 8192, HW_MEMO_BYTES = 4096 };

/* Remembers `value` under "word name", in the open batch; replaces what was there. */
HW_CHECK int hw_case_memo_put(struct hw_case *c, const char *word, struct hw_span name,
                              struct hw_span value, struct hw_error *err);
/* Appends what is remembered to *out; *out_there false: nothing is. */
HW_CHECK int hw_case_memo_get(struct hw_case *c, const char *word, struct hw_span name,
                              struct hw_buf *out, bool *out_there, struct hw_error *err);
/* Forgets everything under this word. */
HW_CHECK int hw_case_memo_clear(struct hw_case *c, const char *word, struct hw_error *err);

#endif
