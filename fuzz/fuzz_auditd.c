/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_auditd.c -- Targets: evidence/telemetry/auditd*.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_auditd.h"
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
    struct hw_buf out;
    hw_buf_init(&out, 1 << 20);
    for (unsigned i = 0; i < 3; i++) {
        struct hw_build_auditd b = {.out = &out, .node = i == 1 ? "h1" : NULL, .enriched = i == 2};
        build_auditd_session(&b);
        build_auditd_line(&b, "AVC", 120, "avc:  denied  { read } for  pid=1 name=\"x\" ino=3");
        build_auditd_line(&b, "SOCKADDR", 121,
                          "saddr=0A0001BB0000000020010DB8000000000000000000000001");
        give(state, "auditd", out.p, out.n);
        hw_buf_clear(&out);
    }
    hw_buf_done(&out);
}
