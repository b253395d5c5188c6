/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_mapped.c -- Targets: evidence/telemetry/mapped*.c, base/time_words.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_mapped.h"
#include "exam_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz(data, size);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_mapped_csv(&b, "sep=;\r\n", ';', "\r\n", 3);
    give(state, "csv", b.p, b.n);
    hw_buf_clear(&b);
    build_mapped_json(&b, "{\"value\":[", ",", "]}", 3);
    give(state, "json", b.p, b.n);
    hw_buf_clear(&b);
    build_mapped_kv(&b, 3);
    give(state, "kv", b.p, b.n);
    hw_buf_clear(&b);
    build_mapped_w3c(&b, 3);
    give(state, "w3c", b.p, b.n);
    hw_buf_clear(&b);
    build_mapped_lines(&b, 3);
    give(state, "lines", b.p, b.n);
    hw_buf_clear(&b);
    hw_buf_str(&b,
               "CreationDate,UserIds,Operations,AuditData\n"
               "2023-03-13T06:31:05,u,UserLoggedIn,\"{\"\"ClientIP\"\":\"\"203.0.113.7\"\"}\"\n");
    give(state, "unfold", b.p, b.n);
    hw_buf_done(&b);
}
