/* SPDX-License-Identifier: Apache-2.0 */
/* docs/formats/case.md names every column of a case as the program makes it, and no other. */
#include "kit.h"

#include <stdio.h>
#include <string.h>

#include "case/room.h"

static const char *page_path;

static void document_names_every_column(void **state)
{
    struct kit *k = *state;
    struct hw_buf page;
    sqlite3_stmt *s = NULL;
    unsigned columns = 0, named = 0;
    kit_slurp(page_path, &page);
    const char *text = hw_buf_text(&page);
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    OK(hw_sql_make(c->db,
                   "SELECT m.name,p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p"
                   " WHERE m.type='table'",
                   false, &s, &k->err));
    while (hw_sql_step(s, &k->err) == HW_ROW) {
        char name[80];
        snprintf(name, sizeof name, "`%s.%s`", (const char *)sqlite3_column_text(s, 0),
                 (const char *)sqlite3_column_text(s, 1));
        if (strstr(text, name) == NULL) {
            print_error("%s is not in the document\n", name);
            fail();
        }
        columns++;
    }
    sqlite3_finalize(s);
    hw_case_free(c);
    /* Each is named once, in a cell of a table, so what is named beyond them does not exist. */
    for (const char *at = text; (at = strchr(at, '`')) != NULL; at++) {
        size_t table = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
        size_t column = at[1 + table] == '.'
                            ? strspn(at + 2 + table, "abcdefghijklmnopqrstuvwxyz0123456789_")
                            : 0;
        named += table > 0 && column > 0 && at[2 + table + column] == '`' &&
                 strncmp(at, "`facts.md", 9) != 0 && strncmp(at, "`ids.md", 7) != 0 &&
                 strncmp(at, "`pe.", 4) != 0;
    }
    assert_true(columns > 80);
    assert_int_equal(named, columns);
    hw_buf_done(&page);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(document_names_every_column, kit_setup, kit_teardown),
    };
    if (argc != 2) {
        return 2;
    }
    page_path = argv[1];
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
