/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_stix.c -- Targets: evidence/knowledge/stix.c and its chapters, evidence/json_walk.c,
 * fact/stix_compile.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_behaviour.h"
#include "exam_fuzz.h"

#define UUID "11111111-1111-4111-8111-111111111111"

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
    static const char bundle[] =
        "{\"type\":\"bundle\",\"id\":\"bundle--" UUID "\",\"objects\":[{\"type\":\"indicator\","
        "\"spec_version\":\"2.1\",\"id\":\"indicator--" UUID
        "\",\"created_by_ref\":\"identity--" UUID
        "\",\"created\":\"2023-03-30T10:00:00.000Z\",\"modified\":"
        "\"2023-03-30T10:00:00.000Z\",\"pattern\":\"[domain-name:value = 'a.example' OR "
        "ipv4-addr:value = '198.51.100.7']\",\"pattern_type\":\"stix\"},{\"type\":\"identity\","
        "\"id\":\"identity--" UUID "\",\"name\":\"X\"}]}";
    static const char old[] =
        "{\"type\":\"bundle\",\"id\":\"bundle--" UUID "\",\"spec_version\":\"2.0\",\"objects\":[{"
        "\"type\":\"indicator\",\"id\":\"indicator--" UUID "\",\"labels\":[\"benign\"],"
        "\"revoked\":true,\"pattern\":\"[file:name LIKE 'a%' AND file:size > 5] REPEATS 2 TIMES "
        "WITHIN 5 SECONDS\"},{\"type\":\"observed-data\",\"id\":\"observed-data--" UUID "\","
        "\"objects\":{\"0\":{\"type\":\"file\",\"hashes\":{\"MD5\":"
        "\"0123456789abcdef0123456789abcdef\"}}}}]}";
    static const char one[] =
        "{\"id\":\"domain-name--" UUID "\",\"type\":\"domain-name\",\"value\":\"a.example\"}";
    give(state, "bundle", (const uint8_t *)bundle, strlen(bundle));
    give(state, "old", (const uint8_t *)old, strlen(old));
    give(state, "attack", (const uint8_t *)build_attack, strlen(build_attack));
    give(state, "one", (const uint8_t *)one, strlen(one));
}
