/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/share.h -- a chain as the body of a bundle for another party, and all that goes out with it.
 */
#ifndef HW_TELL_SHARE_H
#define HW_TELL_SHARE_H

#include "ask/answer.h"
#include "base/buf.h"
#include "base/error.h"

struct hw_share_head {
    struct hw_span by, contact, to, times, version; /* contact, to: or empty */
    const char *id;                                 /* of this telling; no id of the case */
    int64_t made_ns;
};
/* One text that goes out, as it goes out. */
struct hw_share_field {
    const char *kind; /* for people: "file name" */
    struct hw_span value;
};
struct hw_share_body {
    struct hw_buf text;            /* all lines but the signature; hw_buf_done() is the caller's */
    struct hw_share_field *fields; /* by kind and value, each once; in the answer's arena */
    size_t field_count;
    unsigned ends, steps;
};
/* Every text is written by one function that notes it as well, so none can be forgotten. */
HW_CHECK int hw_tell_share(const struct hw_share_head *head, const struct hw_trace_answer *a,
                           struct hw_share_body *out, struct hw_error *err);

#endif
