/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/path.h -- one path for a member of a box in a box: `app.zip!/resources/x.dll`.
 *
 * Names are bytes. Between a box and its member stands "!/". So that this can be told from a name
 * that holds it, a backslash follows every '!' of a name that stands before '/' or '\'. This is
 * the path's grammar (docs/formats/ids.md), not an escape for terminals: that is tell/'s.
 */
#ifndef HW_FACT_PATH_H
#define HW_FACT_PATH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/reader.h"

/* Appends a name, or the outermost path, escaped. */
void hw_path_put(struct hw_buf *out, struct hw_span name);
/* Appends "!/" and the member's name, escaped. */
void hw_path_put_member(struct hw_buf *out, struct hw_span name);
/* Splits at the first "!/": *first is what stands before (escaped still), *rest begins with the
 * "!/", or is empty. Both borrow from path. */
void hw_path_split(struct hw_span path, struct hw_span *first, struct hw_span *rest);
/* Takes the escape back; appends the raw name. False, nothing appended: it holds a "!/". */
HW_CHECK bool hw_path_plain(struct hw_span escaped, struct hw_buf *out);
/* Is `path` at `under` or below it: equal, or going on behind it with '/' or "!/"? An empty under
 * holds everything; one trailing '/' of under does not matter. Both escaped. */
HW_CHECK bool hw_path_within(struct hw_span path, struct hw_span under);

#endif
