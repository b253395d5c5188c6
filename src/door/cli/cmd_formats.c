/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/cli.h"
#include "fact/words.h"

/* What becomes of a format; every other word is recognised by name only. */
static const char *becomes(const char *word)
{
    static const struct {
        const char *word, *becomes;
    } table[] = {
        {"7z", "opened"},   {"asar", "opened"},      {"bzip2", "opened"},
        {"cab", "opened"},  {"certificate", "read"}, {"compress", "opened"},
        {"crl", "read"},    {"gzip", "opened"},      {"indicator-list", "read"},
        {"lz4", "opened"},  {"lzma", "opened"},      {"pe", "read, signatures judged"},
        {"tar", "opened"},  {"xz", "opened"},        {"zip", "opened"},
        {"zstd", "opened"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (hw_span_is(hw_span_str(word), table[i].word)) {
            return table[i].becomes;
        }
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
            hw_buf_printf(&cli->out, "%-16s %-50s %s\n", w->word, w->means, becomes(w->word));
        }
    }
    return HW_EXIT_FINE;
}
