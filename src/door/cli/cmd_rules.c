/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/rules.h"

#include "door/cli/cli.h"

int cmd_rules(struct hw_cli *cli, struct hw_error *err)
{
    (void)err;
    size_t n;
    const struct hw_rule *r = hw_rules(&n);
    for (size_t i = 0; i < n; i++) {
        if (cli->json) {
            hw_buf_printf(&cli->out,
                          "{\"type\":\"rule\",\"schema\":1,\"rule\":\"%s\",\"severity\":\"%s\",",
                          r[i].word, hw_severity_word(r[i].severity));
            hw_json_text(&cli->out, "means", hw_span_str(r[i].means));
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "errs", hw_span_str(r[i].errs));
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "do", hw_span_str(r[i].do_next));
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "reference", hw_span_str(r[i].reference));
            hw_buf_str(&cli->out, "}\n");
        } else {
            hw_buf_printf(&cli->out,
                          "%s  (up to %s)\n    %s\n    Also on honest software: %s\n"
                          "    Do: %s\n    See: %s\n\n",
                          r[i].word, hw_severity_word(r[i].severity), r[i].means, r[i].errs,
                          r[i].do_next, r[i].reference);
        }
    }
    return HW_EXIT_FINE;
}
