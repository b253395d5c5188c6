/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_openioc.c -- Targets: evidence/knowledge/openioc.c and its chapters.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_openioc.h"
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
    struct hw_buf b, items;
    hw_buf_init(&b, 1 << 16);
    hw_buf_init(&items, 1 << 16);
    build_openioc_item(&items, "FileItem/Md5sum", "is", "0123456789abcdef0123456789abcdef", "");
    hw_buf_str(&items, "<Indicator operator=\"AND\">");
    build_openioc_item(&items, "FileItem/FileName", "is", "a.exe", " negate=\"true\"");
    build_openioc_item(&items, "DnsEntryItem/Host", "contains", "evil.example", "");
    hw_buf_str(&items, "</Indicator><Indicator operator=\"AND\">");
    build_openioc_item(&items, "FileItem/FullPath", "matches", "a+\\.exe$",
                       " preserve-case=\"true\"");
    build_openioc_item(&items, "FileItem/SizeInBytes", "less-than", "75264", "");
    hw_buf_str(&items, "<Indicator operator=\"OR\">");
    build_openioc_item(&items, "FileItem/PEInfo/PETimeStamp", "is", "2014-08-23T08:22:49Z", "");
    build_openioc_item(&items, "ProcessItem/HandleList/Handle/Name", "is", "mutex", "");
    hw_buf_str(&items, "</Indicator></Indicator>");
    build_openioc(&b, 10, "A (REPORT)", hw_buf_text(&items));
    give(state, "old", b.p, b.n);
    hw_buf_clear(&b);
    build_openioc(&b, 11, "A (METHODOLOGY)", hw_buf_text(&items));
    give(state, "new", b.p, b.n);
    hw_buf_done(&items);
    hw_buf_done(&b);
}
