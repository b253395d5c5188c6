/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fact/entity.h"
#include "fact/id.h"
#include "fact/path.h"

/* SHA-256 of nothing. */
static const uint8_t nothing[32] = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

static struct hw_span text(const char *s)
{
    return (struct hw_span){(const uint8_t *)s, strlen(s)};
}

/* Computed outside of this program, from docs/formats/ids.md. */
static void ids_are_the_documented_ones(void **state)
{
    (void)state;
    char id[HW_ID_TEXT], scope[HW_SCOPE_TEXT];
    assert_int_equal(hw_artifact_id(nothing, id, NULL), HW_OK);
    assert_string_equal(id, "e-dfbf2b737dc6dd5c");
    assert_int_equal(hw_finding_id("signature-padding", id, text("0"), id, NULL), HW_OK);
    assert_string_equal(id, "f-d39f6f5c9ea3049d");
    assert_int_equal(hw_certificate_id(nothing, id, NULL), HW_OK);
    assert_string_equal(id, "e-b5b7225b487089b6");
    assert_int_equal(hw_entity_id(HW_ENTITY_ADDRESS, text("acme"), text("10.0.0.5"), id, NULL),
                     HW_OK);
    assert_string_equal(id, "e-498d441d3819c218");
    hw_scope_of_evidence(nothing, scope);
    assert_int_equal(hw_entity_id(HW_ENTITY_ADDRESS, text(scope), text("10.0.0.5"), id, NULL),
                     HW_OK);
    assert_string_equal(id, "e-ab5b4aa09b236d8c");
}

static void parts_of_an_id_cannot_run_into_each_other(void **state)
{
    (void)state;
    char a[HW_ID_TEXT], b[HW_ID_TEXT];
    assert_int_equal(hw_entity_id(HW_ENTITY_HOST, text("ab"), text("c"), a, NULL), HW_OK);
    assert_int_equal(hw_entity_id(HW_ENTITY_HOST, text("a"), text("bc"), b, NULL), HW_OK);
    assert_string_not_equal(a, b);
    assert_int_equal(hw_entity_id(HW_ENTITY_HOST, text("a,1:b"), text("c"), b, NULL), HW_OK);
    assert_string_not_equal(a, b);
    assert_int_equal(hw_entity_id(HW_ENTITY_FILE, text("ab"), text("c"), b, NULL), HW_OK);
    assert_string_not_equal(a, b);
}

static void scope_of_what_needs_none_is_left_out(void **state)
{
    (void)state;
    char a[HW_ID_TEXT], b[HW_ID_TEXT];
    assert_int_equal(hw_entity_id(HW_ENTITY_ARTIFACT, text("acme"), text("x"), a, NULL), HW_OK);
    assert_int_equal(hw_entity_id(HW_ENTITY_ARTIFACT, text(""), text("x"), b, NULL), HW_OK);
    assert_string_equal(a, b);
}

static void id_texts_are_told_from_others(void **state)
{
    (void)state;
    static const char *const yes[] = {"e-0", "f-0123456789abcdef", "e-dfbf", "s-01"};
    static const char *const no[] = {"",    "e",    "e-",    "x-01", "e-0123456789abcdef0",
                                     "E-0", "e-0G", "f-ABC", "e 01", "e--1"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        assert_true(hw_id_is(yes[i]));
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        assert_false(hw_id_is(no[i]));
    }
}

static void words_of_kinds_and_verbs_lead_back(void **state)
{
    (void)state;
    for (unsigned k = HW_ENTITY_NONE + 1; k < HW_ENTITY_COUNT; k++) {
        assert_non_null(hw_entity_means((enum hw_entity)k));
        assert_int_equal(hw_entity_of(text(hw_entity_word((enum hw_entity)k))), k);
    }
    for (unsigned v = HW_VERB_NONE + 1; v < HW_VERB_COUNT; v++) {
        assert_non_null(hw_verb_means((enum hw_verb)v));
        assert_int_equal(hw_verb_of(text(hw_verb_word((enum hw_verb)v))), v);
    }
    assert_null(hw_entity_word(HW_ENTITY_COUNT));
    assert_int_equal(hw_entity_of(text("")), HW_ENTITY_NONE);
    assert_int_equal(hw_verb_of(text("eats")), HW_VERB_NONE);
}

/* Every path of up to three names over a small, nasty alphabet is taken apart again as it was. */
static void paths_come_apart_as_they_were_joined(void **state)
{
    (void)state;
    static const char alphabet[] = "!/\\a";
    char names[3][4] = {{0}};
    unsigned tried = 0;
    for (unsigned code = 0; code < 4096 * 64; code += 7) {
        struct hw_buf path, plain;
        hw_buf_init(&path, 256);
        hw_buf_init(&plain, 256);
        for (unsigned i = 0; i < 9; i++) {
            names[i / 3][i % 3] = alphabet[code >> (2 * i) & 3];
        }
        hw_path_put(&path, text(names[0]));
        hw_path_put_member(&path, text(names[1]));
        hw_path_put_member(&path, text(names[2]));
        struct hw_span rest = hw_buf_span(&path), first;
        for (unsigned i = 0; i < 3; i++) {
            hw_path_split(rest, &first, &rest);
            hw_buf_clear(&plain);
            assert_true(hw_path_plain(first, &plain));
            assert_string_equal(hw_buf_text(&plain), names[i]);
            if (rest.n > 0) {
                rest.p += 2;
                rest.n -= 2;
            }
        }
        assert_int_equal(rest.n, 0);
        tried++;
        hw_buf_done(&path);
        hw_buf_done(&plain);
    }
    assert_true(tried > 30000);
}

static void path_within_knows_folders_and_boxes(void **state)
{
    (void)state;
    static const struct {
        const char *path, *under;
        bool in;
    } rows[] = {
        {"/a/b.zip!/c", "", true},
        {"/a/b.zip!/c", "/a", true},
        {"/a/b.zip!/c", "/a/", true},
        {"/a/b.zip!/c", "/a/b.zip", true},
        {"/a/b.zip!/c", "/a/b.zip!/c", true},
        {"/a/b.zip!/c/d", "/a/b.zip!/c", true},
        {"/a/b.zip!/c", "/a/b", false},
        {"/a/b.zip!/cc", "/a/b.zip!/c", false},
        {"/a/b.zip", "/a/b.zip!/c", false},
        {"/a!\\/b", "/a!", true},
        {"/a!b", "/a!", false},
        {"/a/b", "/", true},
        {"/x!/y", "/x!/", true},
        {"a", "b", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(hw_path_within(text(rows[i].path), text(rows[i].under)), rows[i].in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_the_documented_ones),
        cmocka_unit_test(parts_of_an_id_cannot_run_into_each_other),
        cmocka_unit_test(scope_of_what_needs_none_is_left_out),
        cmocka_unit_test(id_texts_are_told_from_others),
        cmocka_unit_test(words_of_kinds_and_verbs_lead_back),
        cmocka_unit_test(paths_come_apart_as_they_were_joined),
        cmocka_unit_test(path_within_knows_folders_and_boxes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
