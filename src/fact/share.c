/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/share.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"

#define KEY_BEGINS "{\"type\":\"signature\",\"algorithm\":\"ed25519\",\"key\":\""
#define SIGNATURE_BEGINS "\",\"signature\":\""
#define ENDS "\"}\n"
enum {
    KEY_AT = sizeof KEY_BEGINS - 1,
    SIGNATURE_AT = KEY_AT + 2 * HW_SHARE_KEY + sizeof SIGNATURE_BEGINS - 1,
    LINE = SIGNATURE_AT + 2 * HW_SHARE_SIGNATURE + sizeof ENDS - 1,
};

bool hw_share_begins(struct hw_span bytes)
{
    return hw_span_starts(bytes, HW_SHARE_BEGINS);
}

bool hw_share_made(struct hw_span bytes, int64_t *out)
{
    return hw_share_begins(bytes) &&
           hw_time_parse(hw_span_cut(bytes, sizeof HW_SHARE_BEGINS - 1, HW_SHARE_MADE), out);
}

/* The line is made anew of what was read and compared: one spelling, and nothing behind it. */
bool hw_share_cut(struct hw_span bytes, struct hw_share_signed *out)
{
    struct hw_share_signed s;
    struct hw_buf again;
    if (bytes.n <= LINE || bytes.p[bytes.n - LINE - 1] != '\n') {
        return false;
    }
    struct hw_span line = hw_span_from(bytes, bytes.n - LINE);
    s.body = hw_span_cut(bytes, 0, bytes.n - LINE);
    if (!hw_hex_decode(hw_span_cut(line, KEY_AT, 2UL * sizeof s.key), s.key, sizeof s.key) ||
        !hw_hex_decode(hw_span_cut(line, SIGNATURE_AT, 2UL * sizeof s.signature), s.signature,
                       sizeof s.signature)) {
        return false;
    }
    hw_buf_init(&again, LINE);
    hw_share_close(&again, s.key, s.signature);
    bool same = hw_buf_ok(&again) && hw_span_equal(hw_buf_span(&again), line);
    hw_buf_done(&again);
    if (same) {
        *out = s;
    }
    return same;
}

void hw_share_close(struct hw_buf *b, const uint8_t key[HW_SHARE_KEY],
                    const uint8_t signature[HW_SHARE_SIGNATURE])
{
    hw_buf_str(b, KEY_BEGINS);
    hw_buf_hex(b, (struct hw_span){key, HW_SHARE_KEY});
    hw_buf_str(b, SIGNATURE_BEGINS);
    hw_buf_hex(b, (struct hw_span){signature, HW_SHARE_SIGNATURE});
    hw_buf_str(b, ENDS);
}
