/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_misp.c -- Targets: evidence/knowledge/misp.c and its chapters, evidence/json_walk.c,
 * evidence/knowledge/teach.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_misp.h"
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
    struct hw_buf b, atts;
    hw_buf_init(&b, 1 << 16);
    hw_buf_init(&atts, 1 << 16);
    build_misp_attribute(&atts, "filename|sha1", "a|0123456789012345678901234567890123456789", true,
                         ",\"deleted\":true,\"first_seen\":\"2019-06-13\"");
    build_misp_attribute(&atts, "domain|ip", "evil.example|198.51.100.7", false, "");
    build_misp_attribute(&atts, "yara", "rule a { condition: true }", true, "");
    for (unsigned as = 0; as < BUILD_MISP_COUNT; as++) {
        static const char *const names[BUILD_MISP_COUNT] = {"event", "response", "list"};
        hw_buf_clear(&b);
        build_misp(&b, hw_buf_text(&atts),
                   "{\"name\":\"file\",\"Attribute\":[{\"type\":\"md5\",\"value\":\"x\"}]}",
                   (enum build_misp_as)as);
        give(state, names[as], b.p, b.n);
    }
    hw_buf_clear(&b);
    build_misp_manifest(&b);
    give(state, "manifest", b.p, b.n);
    hw_buf_done(&atts);
    hw_buf_done(&b);
}
