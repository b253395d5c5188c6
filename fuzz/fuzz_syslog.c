/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_syslog.c -- Targets: evidence/telemetry/syslog*.c, auditd*.c through it.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_auditd.h"
#include "build_syslog.h"
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
        struct hw_build_syslog b = {.out = &out, .form = (enum hw_build_syslog_form)i};
        struct hw_build_auditd a = {.out = &out, .before = "Mar  3 06:31:00 gw1 audispd: "};
        build_syslog_day(&b);
        if (i == 0) {
            build_auditd_session(&a);
        }
        give(state, "syslog", out.p, out.n);
        hw_buf_clear(&out);
    }
    hw_buf_done(&out);
}
