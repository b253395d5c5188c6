/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/share.h -- the outside of a bundle that one case's owner hands to another: its first bytes
 * and its last line, which are written and read by the letter (docs/formats/share.md).
 *
 * So who signed which bytes is known without understanding any of them.
 */
#ifndef HW_FACT_SHARE_H
#define HW_FACT_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

#define HW_SHARE_BEGINS "{\"type\":\"headwater-share\",\"version\":1,\"made\":\""
enum {
    HW_SHARE_BYTES = 32 << 20, /* of a whole bundle */
    HW_SHARE_LINE = 256 << 10,
    HW_SHARE_TEXT = 8192, /* of one text in it */
    HW_SHARE_ENDS = 20000,
    HW_SHARE_STEPS = 40000,
    HW_SHARE_MADE = 20, /* 2023-03-29T12:00:00Z */
    HW_SHARE_KEY = 32,
    HW_SHARE_SIGNATURE = 64,
};

struct hw_share_signed {
    struct hw_span body; /* all bytes before the last line */
    uint8_t key[HW_SHARE_KEY], signature[HW_SHARE_SIGNATURE];
};
/* Does it begin as a bundle does? */
bool hw_share_begins(struct hw_span bytes);
/* When it says that it was made; of the first bytes. */
HW_CHECK bool hw_share_made(struct hw_span bytes, int64_t *out);
/* Takes the last line off. False: it is not as hw_share_close() writes it. */
HW_CHECK bool hw_share_cut(struct hw_span bytes, struct hw_share_signed *out);
/* The last line. */
void hw_share_close(struct hw_buf *b, const uint8_t key[HW_SHARE_KEY],
                    const uint8_t signature[HW_SHARE_SIGNATURE]);

#endif
