/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fact/fact.h"
#include "fact/words.h"
#include "sweep.h"

static const uint8_t digest[32] = {1, 2, 3};
static const struct hw_span digest_span = {digest, 32};

static void sample(struct hw_fact *f)
{
    hw_fact_about(f, HW_FACT_SECTION, 3);
    hw_fact_u64(f, HW_SECTION_INDEX, 1);
    hw_fact_span(f, HW_SECTION_NAME, HW_SPAN_LIT(".te\"xt\x80"));
    hw_fact_u64(f, HW_SECTION_SIZE, 4096);
    hw_fact_span(f, HW_SECTION_SHA256, digest_span);
}

static int decode(struct hw_span s, enum hw_fact_kind kind, struct hw_fact *out,
                  struct hw_error *err)
{
    struct hw_budget fuel = {1 << 20, 1 << 20, 4};
    struct hw_reader r;
    hw_reader_init(&r, s, &fuel);
    return hw_fact_decode_body(kind, &r, out, err);
}

static void fact_round_trip_keeps_every_field(void **state)
{
    (void)state;
    struct hw_fact f, g;
    struct hw_error err;
    struct hw_buf b, a, c;
    hw_buf_init(&b, 1 << 16);
    hw_buf_init(&a, 1 << 16);
    hw_buf_init(&c, 1 << 16);
    sample(&f);
    assert_int_equal(hw_fact_encode_body(&f, &b, &err), HW_OK);
    assert_int_equal(decode(hw_buf_span(&b), HW_FACT_SECTION, &g, &err), HW_OK);
    hw_fact_print(&f, &a);
    hw_fact_print(&g, &c);
    assert_string_equal(hw_buf_text(&a), hw_buf_text(&c));
    assert_non_null(strstr(hw_buf_text(&a), "name=\".te\\\"xt\\x80\""));
    hw_buf_done(&a);
    hw_buf_done(&b);
    hw_buf_done(&c);
}

static void fact_missing_required_field_is_our_fault(void **state)
{
    (void)state;
    struct hw_fact f;
    struct hw_error err;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_fact_about(&f, HW_FACT_ANOMALY, 0);
    hw_fact_str(&f, HW_ANOMALY_RULE, "truncated");
    assert_int_equal(hw_fact_encode(&f, &b, &err), HW_E_STATE);
    assert_int_equal(b.n, 0);
    hw_fact_u64(&f, HW_ANOMALY_OFF, 7);
    assert_int_equal(hw_fact_encode(&f, &b, &err), HW_OK);
    hw_buf_done(&b);
}

static void fact_word_outside_its_list_is_refused(void **state)
{
    (void)state;
    struct hw_fact f;
    struct hw_error err;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_fact_about(&f, HW_FACT_DEGREE, 0);
    hw_fact_str(&f, HW_DEGREE_DEGREE, "splendid");
    assert_int_equal(hw_fact_encode(&f, &b, &err), HW_E_STATE);
    hw_fact_str(&f, HW_DEGREE_DEGREE, "sound");
    hw_fact_str(&f, HW_DEGREE_BECAUSE, "bad \xff text");
    assert_int_equal(hw_fact_encode(&f, &b, &err), HW_E_STATE);
    hw_buf_done(&b);
}

static void fact_fields_out_of_order_are_refused(void **state)
{
    (void)state;
    /* degree: field 1 before field 0 */
    static const uint8_t body[] = {1, 5, 0, 's', 'o', 'u', 'n', 'd', 0, 8,
                                   0, 0, 0, 0,   0,   0,   0,   0,   0};
    struct hw_fact f;
    struct hw_error err;
    assert_int_equal(decode((struct hw_span){body, sizeof body}, HW_FACT_DEGREE, &f, &err),
                     HW_E_PEER);
    assert_non_null(strstr(err.text, "out of order"));
    assert_int_equal(decode((struct hw_span){body, sizeof body}, (enum hw_fact_kind)999, &f, &err),
                     HW_E_PEER);
}

static bool parse_section(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    struct hw_fact f;
    struct hw_error err;
    if (decode((struct hw_span){p, n}, HW_FACT_SECTION, &f, &err) != HW_OK) {
        assert_int_equal(err.code, HW_E_PEER);
        return false;
    }
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    assert_int_equal(hw_fact_encode_body(&f, &b, &err), HW_OK);
    assert_int_equal(b.n, n); /* canonical: what decodes encodes to the same bytes */
    assert_memory_equal(b.p, p, n);
    hw_buf_done(&b);
    return true;
}

static void fact_survives_truncation_and_mutation(void **state)
{
    (void)state;
    struct hw_fact f;
    struct hw_error err;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    sample(&f);
    assert_int_equal(hw_fact_encode_body(&f, &b, &err), HW_OK);
    hw_sweep_truncate(b.p, b.n, parse_section, NULL);
    hw_sweep_mutate(b.p, b.n, 20000, 1, parse_section, NULL);
    hw_buf_done(&b);
}

static void fact_frame_over_64_kib_is_refused(void **state)
{
    (void)state;
    static uint8_t big[48 * 1024];
    struct hw_fact f;
    struct hw_error err;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_fact_about(&f, HW_FACT_EXPORT, 0);
    hw_fact_span(&f, HW_EXPORT_SYMBOLS, (struct hw_span){big, sizeof big});
    assert_int_equal(hw_fact_encode(&f, &b, &err), HW_OK);
    hw_fact_span(&f, HW_EXPORT_SYMBOLS, (struct hw_span){big, sizeof big + 1});
    assert_int_equal(hw_fact_encode(&f, &b, &err), HW_E_STATE);
    hw_buf_done(&b);
}

static void every_type_and_word_is_well_formed(void **state)
{
    (void)state;
    size_t n;
    const struct hw_fact_type *t = hw_fact_types(&n);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(hw_fact_type(t[i].kind), &t[i]);
        for (unsigned k = 0; k < HW_FACT_FIELDS && t[i].fields[k].name != NULL; k++) {
            assert_true(k == 0 || strcmp(t[i].fields[k].name, t[i].fields[k - 1].name) != 0);
        }
    }
    const struct hw_vocab *const lists[] = {
        &hw_anomalies,  &hw_formats,    &hw_degrees,   &hw_unopeneds, &hw_indicators,
        &hw_statuses,   &hw_schemes,    &hw_languages, &hw_relations, &hw_scanners,
        &hw_transports, &hw_behaviours, &hw_doers};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (size_t k = 0; k < lists[i]->count; k++) {
            const char *w = lists[i]->words[k].word;
            assert_true(hw_vocab_has(lists[i], (struct hw_span){(const uint8_t *)w, strlen(w)}));
            assert_true(strlen(lists[i]->words[k].means) > 5);
        }
    }
    for (int d = 0; d < HW_DEGREE_COUNT; d++) {
        assert_non_null(hw_vocab_means(&hw_degrees, hw_degree_word((enum hw_degree)d)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fact_round_trip_keeps_every_field),
        cmocka_unit_test(fact_missing_required_field_is_our_fault),
        cmocka_unit_test(fact_word_outside_its_list_is_refused),
        cmocka_unit_test(fact_fields_out_of_order_are_refused),
        cmocka_unit_test(fact_survives_truncation_and_mutation),
        cmocka_unit_test(fact_frame_over_64_kib_is_refused),
        cmocka_unit_test(every_type_and_word_is_well_formed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
