/* SPDX-License-Identifier: Apache-2.0 */
#include "build_asar.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

void build_asar(struct hw_buf *b, const char *json, const void *files, size_t files_n)
{
    uint32_t n = (uint32_t)strlen(json), padded = (n + 3) & ~3U;
    hw_buf_u32le(b, 4);
    hw_buf_u32le(b, padded + 8);
    hw_buf_u32le(b, padded + 4);
    hw_buf_u32le(b, n);
    hw_buf_str(b, json);
    for (uint32_t i = n; i < padded; i++) {
        hw_buf_char(b, 0);
    }
    hw_buf_bytes(b, files, files_n);
}

static void put_hex(struct hw_buf *json, const void *p, size_t n)
{
    uint8_t d[HW_DIGEST_BYTES_MAX];
    struct hw_error err;
    if (hw_digest_once(HW_DIGEST_SHA256, (struct hw_span){p, n}, d, NULL, &err) != HW_OK) {
        abort();
    }
    hw_buf_char(json, '"');
    hw_buf_hex(json, (struct hw_span){d, 32});
    hw_buf_char(json, '"');
}

void build_asar_integrity(struct hw_buf *json, const void *p, size_t n, size_t block_n, bool flip)
{
    hw_buf_str(json, "\"integrity\":{\"algorithm\":\"SHA256\",\"hash\":");
    size_t at = json->n + 1;
    put_hex(json, p, n);
    if (flip) {
        json->p[at] = json->p[at] == '0' ? '1' : '0';
    }
    hw_buf_printf(json, ",\"blockSize\":%zu,\"blocks\":[", block_n);
    for (size_t off = 0; off < n; off += block_n) {
        if (off > 0) {
            hw_buf_char(json, ',');
        }
        put_hex(json, (const uint8_t *)p + off, n - off < block_n ? n - off : block_n);
    }
    hw_buf_str(json, "]}");
}
