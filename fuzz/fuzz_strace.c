/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_strace.c -- Targets: evidence/telemetry/strace*.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_strace.h"
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
    for (unsigned i = 0; i < 6; i++) {
        struct hw_build_strace b = {.out = &out,
                                    .pids = i % 3 == 2 ? HW_PIDS_BOXED : HW_PIDS_COLUMN,
                                    .times = (enum hw_build_strace_times)(i % 5),
                                    .paths = i % 2 == 0,
                                    .duration = i % 2 == 1};
        build_strace_session(&b);
        build_strace_line(&b, 100,
                          "clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|"
                          "CLONE_THREAD, parent_tid=[7]) = 102");
        build_strace_line(&b, 102, "symlinkat(\"../x\", AT_FDCWD, \"d/l\") = 0");
        build_strace_line(&b, 102, "fcntl(3, F_DUPFD_CLOEXEC, 10) = 10");
        build_strace_line(&b, 102, "pipe2([3<pipe:[1]>, 4<pipe:[1]>], O_CLOEXEC) = 0");
        give(state, "strace", out.p, out.n);
        hw_buf_clear(&out);
    }
    hw_buf_done(&out);
}
