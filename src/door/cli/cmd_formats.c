/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "door/cli/cli.h"
#include "fact/words.h"

/* What becomes of a format; every other word is recognised by name only. */
static const char *becomes(const char *word)
{
    static const char *const opened[] = {"7z",  "asar", "bzip2", "cab", "compress", "gzip",
                                         "lz4", "lzma", "tar",   "xz",  "zip",      "zstd"};
    static const char *const read[] = {
        "certificate", "crl",       "csaf", "cyclonedx",    "exposure", "in-toto", "indicator-list",
        "known-good",  "lifecycle", "misp", "misp-galaxy",  "openioc",  "openvex", "osv",
        "sigma",       "spdx",      "stix", "warning-list", "yara"};
    for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++) {
        if (strcmp(word, opened[i]) == 0) {
            return "opened";
        }
    }
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        if (strcmp(word, read[i]) == 0) {
            return "read";
        }
    }
    if (strcmp(word, "pe") == 0) {
        return "read, signatures judged";
    }
    if (hw_format_is_log(hw_span_str(word))) {
        return "read, record by record";
    }
    return hw_vocab_means(&hw_unopeneds, word) != NULL ? "recognised, not opened (exit 3)"
                                                       : "recognised";
}

int cmd_formats(struct hw_cli *cli, struct hw_error *err)
{
    (void)err;
    for (size_t i = 0; i < hw_formats.count; i++) {
        const struct hw_word *w = &hw_formats.words[i];
        if (cli->json) {
            hw_buf_printf(&cli->out,
                          "{\"type\":\"format\",\"schema\":1,\"format\":\"%s\",\"means\":\"%s\","
                          "\"becomes\":\"%s\"}\n",
                          w->word, w->means, becomes(w->word));
        } else {
            hw_buf_printf(&cli->out, "%-16s %-58s %s\n", w->word, w->means, becomes(w->word));
        }
    }
    return HW_EXIT_FINE;
}
