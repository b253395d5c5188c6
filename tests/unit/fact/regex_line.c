/* SPDX-License-Identifier: Apache-2.0 */
/* For regex_oracle: lines "FLAGS PATTERN TEXT", the last two in hex with an x in front, on standard
 * input; a line "yes", "no" or "refused WHY" for each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fact/regex.h"

static struct hw_span unhex(const char *s, uint8_t *p)
{
    size_t n = strlen(s + 1) / 2;
    if (!hw_hex_decode(hw_span_str(s + 1), p, n)) {
        abort();
    }
    return (struct hw_span){p, n};
}

int main(void)
{
    static uint8_t pattern_bytes[20000], text_bytes[75000];
    static struct hw_regex_scratch scratch;
    char *line = NULL, *rest = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        unsigned flags = (unsigned)strtoul(strtok_r(line, " \n", &rest), NULL, 10);
        const char *pattern = strtok_r(NULL, " \n", &rest), *text = strtok_r(NULL, " \n", &rest);
        uint64_t fuel = 1000000000;
        struct hw_regex re;
        struct hw_buf b;
        const char *why = "";
        hw_buf_init(&b, HW_REGEX_PROGRAM_BYTES);
        if (!hw_regex_compile(unhex(pattern, pattern_bytes), flags, &b, &why)) {
            printf("refused %s\n", why);
        } else if (!hw_regex_check(hw_buf_span(&b), &re)) {
            puts("not whole");
        } else {
            struct hw_span t = unhex(text, text_bytes);
            puts(hw_regex_match(&re, t, &scratch, &fuel) == HW_REGEX_YES ? "yes" : "no");
        }
        hw_buf_done(&b);
    }
    free(line);
    return 0;
}
