/* SPDX-License-Identifier: Apache-2.0 */
/* What mappings say of a record: lines that match, names that play roles, conditions that hold. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fact/mapping.h"

#define LIT(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define NONE                                                                                       \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

static void is(struct hw_span s, const char *text)
{
    assert_int_equal(s.n, strlen(text));
    assert_true(s.n == 0 || memcmp(s.p, text, s.n) == 0);
}

/* Without what merely stands in a log: such a line says nothing of an event. */
static size_t bind(struct hw_span source, struct hw_span log, struct hw_span event,
                   const struct hw_span *names, size_t count, struct hw_bound *b, size_t max)
{
    size_t all = hw_bind(source, log, event, names, count, b, max), kept = 0;
    for (size_t i = 0; i < all; i++) {
        if (b[i].kind != HW_HAPPENED_NOTED) {
            b[kept++] = b[i];
        }
    }
    return kept;
}

/* Sysmon's event 11 of data/mappings/windows.map. */
static size_t bind_write(const struct hw_span *names, size_t count, struct hw_bound *b, size_t max)
{
    return bind(HW_SPAN_LIT("windows"), HW_SPAN_LIT("Microsoft-Windows-Sysmon"), HW_SPAN_LIT("11"),
                names, count, b, max);
}

static void a_record_happens_as_its_line_says(void **state)
{
    const struct hw_span names[] = {LIT("TargetFilename"), LIT("Computer"), LIT("ProcessId"),
                                    LIT("Channel"), LIT("Unheard")};
    const struct hw_span values[] = {LIT("C:\\x.dll"), LIT("PC-1"), LIT("77"), LIT("S"), LIT("u")};
    struct hw_bound b[4];
    (void)state;
    assert_int_equal(bind_write(names, 5, b, 4), 1);
    assert_int_equal(b[0].kind, HW_HAPPENED_FILE_WRITE);
    assert_true(hw_bound_holds(&b[0], values));
    is(hw_bound_get(&b[0], HW_ROLE_PATH, values), "C:\\x.dll");
    is(hw_bound_get(&b[0], HW_ROLE_PID, values), "77");
    is(hw_bound_get(&b[0], HW_ROLE_HOST, values), "PC-1"); /* of the line "every" */
    is(hw_bound_get(&b[0], HW_ROLE_CHANNEL, values), "S");
    assert_null(hw_bound_get(&b[0], HW_ROLE_IMAGE, values).p); /* the record has no such name */
    assert_null(hw_bound_get(&b[0], HW_ROLE_URL, values).p);   /* the line has no such role */
}

static void other_sources_logs_and_events_match_nothing(void **state)
{
    const struct hw_span names[] = {LIT("TargetFilename")};
    const struct hw_span sysmon = HW_SPAN_LIT("Microsoft-Windows-Sysmon");
    struct hw_bound b[4];
    (void)state;
    assert_int_equal(bind(HW_SPAN_LIT("zeek"), sysmon, HW_SPAN_LIT("11"), names, 1, b, 4), 0);
    assert_int_equal(
        bind(HW_SPAN_LIT("windows"), HW_SPAN_LIT("Application"), HW_SPAN_LIT("11"), names, 1, b, 4),
        0);
    assert_int_equal(bind(HW_SPAN_LIT("windows"), sysmon, HW_SPAN_LIT("111"), names, 1, b, 4), 0);
    assert_int_equal(bind(HW_SPAN_LIT("windows"), sysmon, (struct hw_span)NONE, names, 1, b, 4), 0);
    assert_int_equal(
        bind((struct hw_span)NONE, (struct hw_span)NONE, (struct hw_span)NONE, names, 1, b, 4), 0);
    /* Logs and sources fold case, as collectors do. */
    assert_int_equal(bind(HW_SPAN_LIT("WINDOWS"), HW_SPAN_LIT("microsoft-windows-SYSMON"),
                          HW_SPAN_LIT("11"), names, 1, b, 4),
                     1);
}

/* A product's record is bound by its own mapping, not by every product's. */
static void products_are_told_apart_by_name(void **state)
{
    const struct hw_span names[] = {LIT("user"), LIT("peer"), LIT("inner")};
    struct hw_bound b[8];
    (void)state;
    assert_int_equal(
        bind(HW_SPAN_LIT("mapped"), HW_SPAN_LIT("openvpn"), HW_SPAN_LIT("learn"), names, 3, b, 8),
        1);
    assert_int_equal(b[0].kind, HW_HAPPENED_VPN_SESSION);
    assert_int_equal(
        bind(HW_SPAN_LIT("mapped"), HW_SPAN_LIT("squid"), HW_SPAN_LIT("learn"), names, 3, b, 8), 0);
}

static void the_exact_name_wins_over_one_that_differs_in_case(void **state)
{
    const struct hw_span both[] = {LIT("targetfilename"), LIT("TargetFilename")};
    const struct hw_span folded[] = {LIT("other"), LIT("TARGETFILENAME")};
    const struct hw_span values[] = {LIT("first"), LIT("second")};
    struct hw_bound b[4];
    (void)state;
    assert_int_equal(bind_write(both, 2, b, 4), 1);
    is(hw_bound_get(&b[0], HW_ROLE_PATH, values), "second");
    assert_int_equal(bind_write(folded, 2, b, 4), 1);
    is(hw_bound_get(&b[0], HW_ROLE_PATH, values), "second");
}

static void room_for_lines_is_never_overrun(void **state)
{
    const struct hw_span names[] = {LIT("does"), LIT("path"), LIT("pid")};
    struct hw_bound b[64];
    (void)state;
    size_t all = hw_bind(HW_SPAN_LIT("auditd"), HW_SPAN_LIT("auditd"), HW_SPAN_LIT("SYSCALL"),
                         names, 3, b, 63);
    assert_true(all > 4 && all < 63);
    for (size_t max = 0; max < all; max++) {
        memset(&b[max], 0x5a, sizeof b[max]);
        assert_int_equal(hw_bind(HW_SPAN_LIT("auditd"), HW_SPAN_LIT("auditd"),
                                 HW_SPAN_LIT("SYSCALL"), names, 3, b, max),
                         max);
        assert_int_equal(*(uint8_t *)&b[max], 0x5a);
    }
}

/* ---- one line, made here ---- */

static const char *const alternatives[] = {"A", "B", "C", NULL};
static const struct hw_map_from from[] = {{HW_ROLE_PATH, NULL, alternatives},
                                          {HW_ROLE_IMAGE, "a constant", NULL}};

static void the_first_name_that_says_something_counts(void **state)
{
    static const struct hw_map_event line = {.from = from, .from_count = 2};
    struct hw_bound b = {.line = &line, .constant = {[HW_ROLE_IMAGE] = "a constant"}};
    static const struct {
        struct hw_span values[3];
        const char *want;
    } rows[] = {
        {{LIT("a"), LIT("b"), LIT("c")}, "a"},      {{NONE, LIT("b"), LIT("c")}, "b"},
        {{LIT(""), LIT("b"), LIT("c")}, "b"},       {{LIT("-"), LIT("(null)"), LIT("c")}, "c"},
        {{LIT("-"), LIT("--"), LIT("c")}, "--"},    {{LIT("(NULL)"), LIT("b"), NONE}, "(NULL)"},
        {{LIT("-"), LIT("(null)"), LIT("")}, NULL}, {{NONE, NONE, NONE}, NULL},
    };
    (void)state;
    memset(b.slot, 0xff, sizeof b.slot);
    for (int16_t i = 0; i < 3; i++) {
        b.slot[HW_ROLE_PATH][i] = i;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hw_span got = hw_bound_get(&b, HW_ROLE_PATH, rows[i].values);
        if (rows[i].want == NULL) {
            assert_null(got.p);
        } else {
            is(got, rows[i].want);
        }
        is(hw_bound_get(&b, HW_ROLE_IMAGE, rows[i].values), "a constant");
    }
}

static void conditions_hold_together_or_not_at_all(void **state)
{
    static const struct {
        struct hw_map_if f;
        struct hw_span value;
        bool holds;
    } rows[] = {
        {{HW_MAP_THERE, "n", ""}, LIT("x"), true},
        {{HW_MAP_THERE, "n", ""}, LIT(""), false},
        {{HW_MAP_THERE, "n", ""}, LIT("-"), false},
        {{HW_MAP_THERE, "n", ""}, LIT("(null)"), false},
        {{HW_MAP_THERE, "n", ""}, NONE, false},
        {{HW_MAP_IS, "n", "true"}, LIT("TRUE"), true},
        {{HW_MAP_IS, "n", "true"}, LIT("true "), false},
        {{HW_MAP_IS, "n", "true"}, LIT("tru"), false},
        {{HW_MAP_IS, "n", "true"}, NONE, false},
        {{HW_MAP_IS_NOT, "n", "true"}, LIT("True"), false},
        {{HW_MAP_IS_NOT, "n", "true"}, LIT("false"), true},
        {{HW_MAP_IS_NOT, "n", "true"}, NONE, true},
        {{HW_MAP_HOLDS, "n", "\\adm"}, LIT("C:\\ADMIN$"), true},
        {{HW_MAP_HOLDS, "n", "\\adm"}, LIT("\\ad"), false},
        {{HW_MAP_HOLDS, "n", "\\adm"}, LIT("x\\adm"), true},
        {{HW_MAP_HOLDS, "n", "\\adm"}, NONE, false},
        {{HW_MAP_HOLDS, "n", ""}, NONE, true},
    };
    static const struct hw_map_if yes = {HW_MAP_IS, "n", "x"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct hw_map_if one[2] = {rows[i].f, yes};
        for (size_t count = 1; count <= 2; count++) {
            /* The second is about another value, and holds. */
            const struct hw_map_event line = {.ifs = one, .if_count = count};
            const struct hw_bound b = {.line = &line, .if_slot = {0, 1, -1, -1}};
            const struct hw_span values[] = {rows[i].value, LIT("X")};
            assert_int_equal(hw_bound_holds(&b, values), rows[i].holds);
        }
        /* A name that the layout has not is as absent as a value. */
        const struct hw_map_event line = {.ifs = one, .if_count = 1};
        const struct hw_bound b = {.line = &line, .if_slot = {-1, -1, -1, -1}};
        const struct hw_span values[] = {LIT("true")};
        assert_int_equal(hw_bound_holds(&b, values),
                         rows[i].f.test == HW_MAP_IS_NOT ||
                             (rows[i].f.test == HW_MAP_HOLDS && rows[i].f.value[0] == '\0'));
    }
}

static void words_of_kinds_and_roles_are_all_there(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HW_HAPPENED_COUNT; i++) {
        assert_non_null(hw_happening_word((enum hw_happening)i));
    }
    for (unsigned i = 0; i < HW_ROLE_COUNT; i++) {
        assert_non_null(hw_role_word((enum hw_role)i));
    }
    assert_null(hw_happening_word(HW_HAPPENED_COUNT));
    assert_null(hw_role_word(HW_ROLE_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_happens_as_its_line_says),
        cmocka_unit_test(other_sources_logs_and_events_match_nothing),
        cmocka_unit_test(products_are_told_apart_by_name),
        cmocka_unit_test(the_exact_name_wins_over_one_that_differs_in_case),
        cmocka_unit_test(room_for_lines_is_never_overrun),
        cmocka_unit_test(the_first_name_that_says_something_counts),
        cmocka_unit_test(conditions_hold_together_or_not_at_all),
        cmocka_unit_test(words_of_kinds_and_roles_are_all_there),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
