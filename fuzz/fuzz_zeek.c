/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_zeek.c -- Targets: evidence/telemetry/zeek.c, zeek_json.c, records.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_zeek.h"
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
    build_zeek_conn(&b, 4, true);
    give(state, "conn", b.p, b.n);
    hw_buf_clear(&b);
    build_zeek_open(&b, "||", "http", "ts uri names", "time string set[string]");
    hw_buf_str(&b, "1.5||/a\\x09b\\\\c\\xe4||a\\x2cb,c\\x20d\n");
    build_zeek_close(&b, "||");
    give(state, "wide", b.p, b.n);
    hw_buf_clear(&b);
    build_zeek_json(&b, true);
    build_zeek_json(&b, false);
    give(state, "json", b.p, b.n);
    hw_buf_done(&b);
}
