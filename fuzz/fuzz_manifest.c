/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_manifest.c -- Targets: evidence/artifact/manifest.c, evidence/json.c.
 *
 * The first byte chooses the name under which the rest lies in a stored ZIP, or that it lies bare.
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_zip.h"
#include "exam_fuzz.h"

static void exam_fuzz_one(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz(data, size);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
}

static const char *const names[] = {NULL,
                                    "package.json",
                                    "x.nuspec",
                                    "x.dist-info/METADATA",
                                    "META-INF/MANIFEST.MF",
                                    "pom.properties"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct build_zip z;
    if (size == 0) {
        return 0;
    }
    const char *name = names[data[0] % (sizeof names / sizeof names[0])];
    if (name == NULL) {
        exam_fuzz_one(data + 1, size - 1);
        return 0;
    }
    build_zip_init(&z);
    build_zip_add(&z, &(struct build_zip_member){.name = name, .bytes = data + 1, .n = size - 1});
    build_zip_end(&z, "");
    exam_fuzz_one(z.out.p, z.out.n);
    build_zip_done(&z);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const seeds[] = {
        "\1{\"name\":\"@a/b\",\"version\":\"1\",\"author\":{\"name\":\"x\"}}",
        "\2<?xml?><!-- c --><package><metadata><id>A &amp; B</id><version>1</version></metadata>",
        "\3Metadata-Version: 2.1\nName: x_y\nVersion: 1\n\nrest",
        "\4Manifest-Version: 1.0\r\nBundle-SymbolicName: a.b\r\n c;x=y\r\nBundle-Version: 1\r\n",
        "\5#c\ngroupId=g\nartifactId=a\nversion=1\n",
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        give(state, names[i + 1], (const uint8_t *)seeds[i], strlen(seeds[i]));
    }
    static const uint8_t bare[] = "\0{\"name\":\"x\",\"version\":\"1\"}";
    give(state, "bare", bare, sizeof bare - 1);
}
