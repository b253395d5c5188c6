/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/tags.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

/* word of evidence/artifact/tag.c -> names as their certificates have them, and where it is said */
static const struct {
    const char *tag, *signer;
} allowed[] = {
    /* Chromium's updater documentation: docs/updater/installer_tagging; Omaha's ApplyTag */
    {"omaha", "Google LLC"},
    {"omaha", "Google Inc"},
    {"omaha", "Microsoft Corporation"},
    {"omaha", "Brave Software, Inc."},
    /* the same tags in Microsoft's own frame: Edge and WebView2 installers */
    {"msedge", "Microsoft Corporation"},
};

bool hw_tag_allowed(struct hw_span tag, struct hw_span signer)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (hw_span_is(tag, allowed[i].tag) && hw_span_is(signer, allowed[i].signer)) {
            return true;
        }
    }
    return false;
}
