/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_evtx.c -- Targets: evidence/telemetry/evtx.c, evtx_keep.c, evtx_names.c, evtx_run.c,
 * evtx_template.c, evtx_value.c, records.c.
 *
 * Promises: as fuzz_zip.c. Most of a log is the room between its parts, so an input is a head (the
 * chunk's first bytes) that is laid into an otherwise honest file.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "build_evtx.h"
#include "exam_fuzz.h"

enum { AT = 4096, CHUNK = 65536 };

static void evtx_fuzz_one(const uint8_t *data, size_t size)
{
    static uint8_t file[AT + CHUNK];
    const char *broken;
    if (size > 8 && memcmp(data, "ElfChnk", 8) == 0 && size <= CHUNK) {
        memset(file, 0, sizeof file);
        for (size_t i = 0; i < 8; i++) {
            file[i] = (uint8_t) "ElfFile"[i];
        }
        memcpy(file + AT, data, size);
        broken = exam_fuzz(file, sizeof file);
    } else {
        broken = exam_fuzz(data, size);
    }
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    evtx_fuzz_one(data, size);
    return 0;
}

static void values(struct build_evtx *b)
{
    static const char *const names[] = {"A", "B", "C", "D", "E", "A", NULL, NULL};
    static const uint8_t p[16] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 7, 0, 0, 0};
    static const uint8_t types[][2] = {{0x01, 8}, {0x02, 5}, {0x05, 2},  {0x08, 4},  {0x0a, 8},
                                       {0x0b, 4}, {0x0c, 8}, {0x0d, 4},  {0x0e, 9},  {0x0f, 16},
                                       {0x10, 8}, {0x11, 8}, {0x12, 16}, {0x13, 12}, {0x14, 4},
                                       {0x15, 8}, {0x81, 8}, {0x88, 16}, {0x93, 12}, {0x00, 0}};
    for (size_t i = 0; i + 8 <= sizeof types / sizeof types[0]; i += 4) {
        struct build_evtx_value v[8];
        for (size_t k = 0; k < 8; k++) {
            v[k] = (struct build_evtx_value){types[i + k][0], p, types[i + k][1]};
        }
        build_evtx_event(b, "Provider", (uint16_t)i, names, v, 8);
        build_evtx_event(b, "Provider", (uint16_t)i, names, v, 8);
    }
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct build_evtx b;
    build_evtx_init(&b);
    values(&b);
    size_t used = b.file.n;
    build_evtx_finish(&b, 1);
    give(state, "evtx", b.file.p, used);
    give(state, "evtx-chunk", b.file.p + AT, used - AT);
    build_evtx_done(&b);
}
