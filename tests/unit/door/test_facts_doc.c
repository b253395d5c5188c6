/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/formats/facts.md says what the tables say: its lists of kinds and refusals are those of
 * fact/types.c and door/intake/channel.c, word for word. `--print` prints them for pasting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "door/intake/channel.h"
#include "fact/fact.h"
#include "fact/words.h"

static const char *document; /* its path, from the command line */

static const char *type_word(enum hw_field_type t)
{
    static const char *const words[] = {
        [HW_T_U64] = "u64",     [HW_T_TIME] = "time",     [HW_T_TEXT] = "text",
        [HW_T_BYTES] = "bytes", [HW_T_DIGEST] = "digest", [HW_T_WORD] = "word",
    };
    return words[t];
}

static void print_kind(const struct hw_fact_type *t, struct hw_buf *out)
{
    hw_buf_printf(out, "### %d `%s`\n\n", (int)t->kind, t->name);
    hw_buf_str(out, "| no | field | type | at most | must | from |\n|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < HW_FACT_FIELDS && t->fields[i].name != NULL; i++) {
        const struct hw_field *f = &t->fields[i];
        hw_buf_printf(out, "| %u | `%s` | %s | ", i, f->name, type_word(f->type));
        if (f->max != 0) {
            hw_buf_printf(out, "%u", (unsigned)f->max);
        }
        hw_buf_printf(out, " | %s | %s |\n", f->required ? "yes" : "",
                      f->vocab == NULL ? "" : f->vocab->name);
    }
    hw_buf_char(out, '\n');
}

static void print_kinds(struct hw_buf *out)
{
    size_t count;
    const struct hw_fact_type *types = hw_fact_types(&count);
    for (size_t i = 0; i < count; i++) {
        print_kind(&types[i], out);
    }
}

static void print_refusals(struct hw_buf *out)
{
    hw_buf_str(out, "| word | because |\n|---|---|\n");
    for (size_t i = 0; i < hw_refusals.count; i++) {
        hw_buf_printf(out, "| `%s` | %s |\n", hw_refusals.words[i].word,
                      hw_refusals.words[i].means);
    }
    hw_buf_char(out, '\n');
}

static char *read_document(void)
{
    enum { MOST = 1 << 20 };
    FILE *f = fopen(document, "re");
    char *text = calloc(1, MOST);
    assert_non_null(f);
    assert_non_null(text);
    assert_true(fread(text, 1, MOST - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    return text;
}

static void expect_section(const char *name, void (*print)(struct hw_buf *out))
{
    struct hw_buf want;
    char head[64], tail[64];
    char *text = read_document();
    (void)snprintf(head, sizeof head, "<!-- %s -->\n\n", name);
    (void)snprintf(tail, sizeof tail, "<!-- end of %s -->", name);
    char *from = strstr(text, head), *to = strstr(text, tail);
    assert_non_null(from);
    assert_non_null(to);
    *to = '\0';
    hw_buf_init(&want, 1 << 20);
    print(&want);
    assert_string_equal(from + strlen(head), hw_buf_text(&want));
    hw_buf_done(&want);
    free(text);
}

static void document_lists_every_kind_and_field(void **state)
{
    (void)state;
    expect_section("kinds", print_kinds);
}

static void document_lists_every_refusal(void **state)
{
    (void)state;
    expect_section("refusals", print_refusals);
}

static void document_explains_every_kind(void **state)
{
    (void)state;
    size_t count;
    const struct hw_fact_type *types = hw_fact_types(&count);
    char *text = read_document();
    for (size_t i = 0; i < count; i++) {
        char want[64];
        (void)snprintf(want, sizeof want, "\n- `%s`: ", types[i].name);
        if (strstr(text, want) == NULL) {
            fail_msg("%s is not explained", types[i].name);
        }
    }
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_lists_every_kind_and_field),
        cmocka_unit_test(document_lists_every_refusal),
        cmocka_unit_test(document_explains_every_kind),
    };
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        struct hw_buf out;
        hw_buf_init(&out, 1 << 20);
        hw_buf_str(&out, "<!-- refusals -->\n\n");
        print_refusals(&out);
        hw_buf_str(&out, "<!-- end of refusals -->\n<!-- kinds -->\n\n");
        print_kinds(&out);
        hw_buf_str(&out, "<!-- end of kinds -->\n");
        (void)fputs(hw_buf_text(&out), stdout);
        hw_buf_done(&out);
        return 0;
    }
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s DOCUMENT | --print\n", argv[0]);
        return 2;
    }
    document = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
