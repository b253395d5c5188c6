/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/zip_kind.c -- which kin of ZIP this is, from its members' names alone.
 *
 * A word for people (property zip.kind); nothing is judged by it, since names are the maker's word.
 */
#include <string.h>

#include "evidence/artifact/zip.h"

static const struct sign {
    const char *begins, *ends; /* of the name, "" for whatever */
    bool at_root;              /* no '/' in it */
} signs[] = {
    {"META-INF/MANIFEST.MF", "", false},
    {"AndroidManifest.xml", "", true},
    {"", ".nuspec", true},
    {"", ".dist-info/METADATA", false},
    {"[Content_Types].xml", "", true},
    {"word/", "", false},
    {"xl/", "", false},
    {"ppt/", "", false},
    {"extension.vsixmanifest", "", true},
    {"AppxManifest.xml", "", true},
    {"mimetype", "", true},
    {"Payload/", ".app/Info.plist", false},
    {"", "/resources/app.asar", false},
    {"resources/app.asar", "", false},
};
enum {
    MANIFEST,
    ANDROID,
    NUSPEC,
    METADATA,
    TYPES,
    WORD,
    XL,
    PPT,
    VSIX,
    APPX,
    MIMETYPE,
    PAYLOAD,
    ASAR_DEEP,
    ASAR
};

/* The first row whose signs are all there names the kind. */
static const struct kind {
    const char *word;
    uint32_t all;
} kinds[] = {
    {"apk", 1U << ANDROID},
    {"nupkg", 1U << NUSPEC | 1U << TYPES},
    {"nupkg", 1U << NUSPEC},
    {"whl", 1U << METADATA},
    {"vsix", 1U << VSIX},
    {"appx", 1U << APPX},
    {"docx", 1U << TYPES | 1U << WORD},
    {"xlsx", 1U << TYPES | 1U << XL},
    {"pptx", 1U << TYPES | 1U << PPT},
    {"opc", 1U << TYPES},
    {"ipa", 1U << PAYLOAD},
    {"electron", 1U << ASAR},
    {"electron", 1U << ASAR_DEEP},
    {"jar", 1U << MANIFEST},
    {"odf", 1U << MIMETYPE},
};

static bool fits(const struct sign *s, struct hw_span name)
{
    size_t b = strlen(s->begins), e = strlen(s->ends);
    bool fine = name.n >= b && name.n >= e && memcmp(name.p, s->begins, b) == 0 &&
                memcmp(name.p + (name.n - e), s->ends, e) == 0;
    bool whole = e == 0 && b > 0 && s->begins[b - 1] != '/' ? name.n == b : true;
    return fine && whole && !(s->at_root && memchr(name.p, '/', name.n) != NULL);
}

void hw_zip_kind_name(struct hw_zip_kind *k, struct hw_span name)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0] && name.n > 0; i++) {
        k->seen |= fits(&signs[i], name) ? 1U << i : 0;
    }
}

const char *hw_zip_kind_word(const struct hw_zip_kind *k)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((k->seen & kinds[i].all) == kinds[i].all) {
            return kinds[i].word;
        }
    }
    return NULL;
}
