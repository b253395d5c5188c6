/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "tell/tell.h"

static struct hw_buf out;

static int take(void *state, struct hw_span s, struct hw_error *err)
{
    (void)state;
    (void)err;
    hw_buf_span_put(&out, s);
    return HW_OK;
}

static int refuse(void *state, struct hw_span s, struct hw_error *err)
{
    (void)state;
    (void)s;
    return hw_fail(err, HW_E_IO, "the disk is full");
}

/* Everything a name from evidence can try: ESC, bidi override, zero width, bad UTF-8, quotes,
 * markup, CR and LF, a NUL. */
static const char nasty[] = "a\x1b[31m\xe2\x80\xae\xe2\x80\x8b\xff\"'<&>\r\n\x00\x7f\xc2\x85z";
static const struct hw_span nasty_span = {(const uint8_t *)nasty, sizeof nasty - 1};

struct scene {
    struct hw_answer a;
    struct hw_file_answer file;
    struct hw_sig_answer sig;
    struct hw_finding finding;
    struct hw_why why;
    struct hw_gap gap;
};

static void make(struct scene *s)
{
    memset(s, 0, sizeof *s);
    s->why =
        (struct hw_why){.says = nasty_span, .evidence = nasty_span, .off = 12, .has_off = true};
    s->sig = (struct hw_sig_answer){.scheme = HW_SPAN_LIT("authenticode"),
                                    .signer = nasty_span,
                                    .anchor = nasty_span,
                                    .signed_at = 1000000000,
                                    .because = &s->why};
    s->file = (struct hw_file_answer){.path = nasty_span,
                                      .format = HW_SPAN_LIT("pe"),
                                      .degree = HW_SPAN_LIT("sound"),
                                      .component = nasty_span,
                                      .version = nasty_span,
                                      .vendor = nasty_span,
                                      .purl = nasty_span,
                                      .signatures = &s->sig,
                                      .can_be_signed = true,
                                      .size = 1234567};
    s->finding = (struct hw_finding){.rule = "signature-padding",
                                     .severity = HW_HIGH,
                                     .kind = "artifact",
                                     .path = nasty_span,
                                     .key = nasty_span,
                                     .why = &s->why,
                                     .file = &s->file,
                                     .judged = "accept",
                                     .judged_because = nasty_span};
    memcpy(s->finding.id, "f-0123456789abcdef", 19);
    s->gap = (struct hw_gap){.path = nasty_span,
                             .kind = "nsis",
                             .what = nasty_span,
                             .ask_for = nasty_span,
                             .needed = true};
    s->a = (struct hw_answer){.question = "verify",
                              .files = &s->file,
                              .findings = &s->finding,
                              .gaps = &s->gap,
                              .fail_on = HW_HIGH,
                              .artifact_count = 1};
    s->a.state_count[HW_STATE_VALID] = 1;
    hw_answer_close(&s->a);
}

static const struct hw_teller teller = {.put = take};

static void nothing_raw(void)
{
    struct hw_span s = hw_buf_span(&out);
    assert_true(s.n > 100);
    assert_true(hw_utf8_valid(s));
    while (s.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        assert_true(c == '\n' || !hw_char_hidden(c));
        s = hw_span_from(s, n);
    }
}

static int setup(void **state)
{
    static struct scene s;
    make(&s);
    hw_buf_init(&out, 1 << 24);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hw_buf_done(&out);
    return 0;
}

static void no_tongue_lets_evidence_speak_raw(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    assert_int_equal(hw_tell_text(&teller, &s->a, &err), HW_OK);
    nothing_raw();
    hw_buf_clear(&out);
    assert_int_equal(hw_tell_json(&teller, &s->a, &err), HW_OK);
    nothing_raw();
    hw_buf_clear(&out);
    assert_int_equal(hw_tell_junit(&teller, &s->a, &err), HW_OK);
    nothing_raw();
}

static void every_json_line_is_an_object_with_type_and_schema(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    unsigned lines = 0;
    assert_int_equal(hw_tell_json(&teller, &s->a, &err), HW_OK);
    struct hw_span rest = hw_buf_span(&out);
    while (rest.n > 0) {
        size_t n = hw_span_find(rest, '\n');
        json_error_t why;
        json_t *o =
            json_loadb((const char *)rest.p, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
        assert_non_null(o);
        assert_string_not_equal(json_string_value(json_object_get(o, "type")), "");
        assert_int_equal(json_integer_value(json_object_get(o, "schema")), 1);
        json_decref(o);
        rest = hw_span_from(rest, n + 1);
        lines++;
    }
    assert_int_equal(lines, 4); /* artifact, finding, gap, summary */
}

static void bytes_that_are_no_text_come_as_base64_too(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    assert_int_equal(hw_tell_json(&teller, &s->a, &err), HW_OK);
    assert_non_null(strstr(hw_buf_text(&out), "\"path_b64\":\""));
    s->file.path = HW_SPAN_LIT("plain");
    s->finding.path = s->gap.path = s->file.path;
    hw_buf_clear(&out);
    assert_int_equal(hw_tell_json(&teller, &s->a, &err), HW_OK);
    assert_null(strstr(hw_buf_text(&out), "\"path_b64\":\""));
}

static void the_verdict_stands_first(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    assert_int_equal(hw_tell_text(&teller, &s->a, &err), HW_OK);
    assert_true(hw_span_starts(hw_buf_span(&out), "DO NOT TRUST: 1 finding at high or above."));
    s->finding.severity = HW_LOW;
    hw_answer_close(&s->a);
    hw_buf_clear(&out);
    assert_int_equal(hw_tell_text(&teller, &s->a, &err), HW_OK);
    assert_true(hw_span_starts(hw_buf_span(&out), "COULD NOT TELL: 1 thing"));
    s->gap.accepted = true;
    hw_answer_close(&s->a);
    hw_buf_clear(&out);
    assert_int_equal(hw_tell_text(&teller, &s->a, &err), HW_OK);
    assert_true(hw_span_starts(hw_buf_span(&out), "Nothing at high or above."));
}

static void one_beats_three_and_three_never_hides_behind_zero(void **state)
{
    struct scene *s = *state;
    assert_int_equal(s->a.exit_status, 1);
    s->finding.baseline = true;
    hw_answer_close(&s->a);
    assert_int_equal(s->a.exit_status, 3);
    s->gap.needed = false;
    hw_answer_close(&s->a);
    assert_int_equal(s->a.exit_status, 0);
}

static void a_rejected_finding_does_not_count_and_is_still_told(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    s->finding.judged = "reject";
    s->gap.needed = false;
    hw_answer_close(&s->a);
    assert_int_equal(s->a.exit_status, 0);
    assert_int_equal(hw_tell_text(&teller, &s->a, &err), HW_OK);
    assert_non_null(strstr(hw_buf_text(&out), "judged: reject"));
}

static void unsigned_is_never_called_clean(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    s->file.signatures = NULL;
    s->file.state = HW_STATE_UNSIGNED;
    assert_int_equal(hw_tell_text(&teller, &s->a, &err), HW_OK);
    assert_non_null(strstr(hw_buf_text(&out), "not signed: nothing vouches for it"));
}

static void a_full_disk_is_our_failure(void **state)
{
    struct scene *s = *state;
    struct hw_error err;
    struct hw_teller t = {.put = refuse};
    assert_int_equal(hw_tell_text(&t, &s->a, &err), HW_E_IO);
    assert_int_equal(hw_tell_json(&t, &s->a, &err), HW_E_IO);
    assert_int_equal(hw_tell_junit(&t, &s->a, &err), HW_E_IO);
}

static void times_carry_their_offset(void **state)
{
    (void)state;
    hw_text_time(&out, INT64_C(1678689060000000000), 0);
    assert_string_equal(hw_buf_text(&out), "2023-03-13 06:31:00 +00:00");
    hw_buf_clear(&out);
    hw_text_time(&out, INT64_C(1678689060000000000), -330);
    assert_string_equal(hw_buf_text(&out), "2023-03-13 01:01:00 -05:30");
    hw_buf_clear(&out);
    hw_text_count(&out, 277264);
    assert_string_equal(hw_buf_text(&out), "277,264");
}

static void a_fact_becomes_one_json_object(void **state)
{
    (void)state;
    struct hw_fact f;
    json_error_t why;
    hw_fact_about(&f, HW_FACT_ENTRY, 3);
    hw_fact_span(&f, HW_ENTRY_NAME, nasty_span);
    hw_fact_str(&f, HW_ENTRY_WHAT, "symlink");
    hw_json_fact(&out, &f);
    json_t *o = json_loadb((const char *)out.p, out.n, JSON_ALLOW_NUL, &why);
    assert_non_null(o);
    assert_int_equal(json_integer_value(json_object_get(o, "node")), 3);
    json_decref(o);
    nothing_raw();
}

struct portions {
    size_t calls, largest, bytes, refuse_from;
};

static int count(void *state, struct hw_span s, struct hw_error *err)
{
    struct portions *p = state;
    p->calls++;
    p->bytes += s.n;
    p->largest = s.n > p->largest ? s.n : p->largest;
    return p->calls > p->refuse_from ? hw_fail(err, HW_E_IO, "the disk is full") : HW_OK;
}

static int ten_thousand_lines(struct portions *p, struct hw_error *err)
{
    struct hw_teller t = {.put = count, .state = p};
    struct hw_stream s;
    hw_stream_begin(&s, &t, err);
    for (int i = 0; i < 10000; i++) {
        hw_buf_printf(&s.b, "%0999d\n", i);
        hw_stream_line(&s);
    }
    return hw_stream_end(&s);
}

static void a_long_answer_leaves_in_portions(void **state)
{
    (void)state;
    struct hw_error err;
    struct portions p = {.refuse_from = SIZE_MAX};
    assert_int_equal(ten_thousand_lines(&p, &err), HW_OK);
    assert_int_equal(p.bytes, 10000 * 1000);
    assert_true(p.calls > 100 && p.largest < 70000);
    p = (struct portions){.refuse_from = 3};
    assert_int_equal(ten_thousand_lines(&p, &err), HW_E_IO);
    assert_int_equal(p.calls, 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(no_tongue_lets_evidence_speak_raw),
        T(every_json_line_is_an_object_with_type_and_schema),
        T(bytes_that_are_no_text_come_as_base64_too),
        T(the_verdict_stands_first),
        T(one_beats_three_and_three_never_hides_behind_zero),
        T(a_rejected_finding_does_not_count_and_is_still_told),
        T(unsigned_is_never_called_clean),
        T(a_full_disk_is_our_failure),
        T(times_carry_their_offset),
        T(a_fact_becomes_one_json_object),
        T(a_long_answer_leaves_in_portions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
