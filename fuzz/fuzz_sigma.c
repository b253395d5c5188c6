/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_sigma.c -- Sigma rules as feeds bring them: whatever comes, the same facts come out of
 * it twice, each fit for the wire.
 *
 * Targets: src/evidence/knowledge/sigma*.c, src/fact/rule*.c, src/fact/correlation.c
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

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
    static const char rule[] =
        "title: A\nid: 1\nlogsource:\n    product: windows\ndetection:\n    s1:\n"
        "        A|endswith: ['\\a.exe', 'b*c']\n        B|contains|all|windash: [' -x', null]\n"
        "    s2:\n        - C|re|i: '^a(b|c)+$'\n        - D|cidr: 10.0.0.0/8\n"
        "    k: [fox, dog]\n    condition: (1 of s* or k) and not s2\nlevel: low\n";
    static const char global[] =
        "action: global\ntitle: B\nlogsource: {service: x}\ndetection: {condition: all of them}\n"
        "---\ndetection: {s: {A|wide|base64offset|contains: ab, B|fieldref: C, D|gt: 3}}\n"
        "---\ndetection: {s: {A|exists: no}}\n---\ncorrelation: {type: temporal}\ntitle: C\n";
    static const char joined[] =
        "title: A\nid: 1\ncorrelation:\n    type: value_count\n    rules: [b, c]\n"
        "    group-by: [u, Computer]\n    timespan: 90m\n    condition: {field: P, gt: 1, lte: 9}\n"
        "    aliases: {u: {b: User, c: Account}}\ngenerate: true\n---\ntitle: B\nname: b\n"
        "logsource: {service: x}\ndetection: {s: {A: 1}, condition: s}\n---\n"
        "title: C\nname: c\ncorrelation: {type: temporal_ordered, rules: [b, d], timespan: 1d}\n";
    give(state, "joined", (const uint8_t *)joined, strlen(joined));
    give(state, "rule", (const uint8_t *)rule, strlen(rule));
    give(state, "global", (const uint8_t *)global, strlen(global));
}
