/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_osquery.c -- Targets: evidence/telemetry/osquery.c, ndjson.c, ndjson_lines.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_osquery.h"
#include "exam_fuzz.h"

static void exam_fuzz_one(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz(data, size);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    exam_fuzz_one(data, size);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_osquery_event(&b, "process_events", "\"pid\":\"412\",\"time\":\"1678689000\"");
    give(state, "osquery-event", b.p, b.n);
    build_osquery_rows(&b, "processes", "snapshot", "{\"pid\":\"1\"},{\"pid\":\"2\"}");
    build_osquery_rows(&b, "programs", "added", "{\"name\":\"x\"}");
    give(state, "osquery-rows", b.p, b.n);
    hw_buf_done(&b);
}
