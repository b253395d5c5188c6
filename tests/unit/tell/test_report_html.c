/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as one HTML file: that names cannot leave the element they stand in, that the policy
 * names the two texts which may run and no other, and that it stays small and says what it left.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "report_scene.h"

static const struct hw_page page = {HW_SPAN_LIT("console.log(1 < 2)"), HW_SPAN_LIT("p{margin:0}")};
static struct scene s;
static struct hw_buf out;

static int html(const struct hw_teller *t, const struct hw_report_answer *r, struct hw_error *err)
{
    return hw_tell_report_html(t, r, &page, err);
}

static int plain(void **state)
{
    (void)state;
    hw_buf_init(&out, 16 << 20);
    scene_make(&s, NULL);
    return 0;
}

static int hostile(void **state)
{
    static const struct hw_span name = HW_SPAN_LIT("</script></noscript><svg onload=alert(1)>"
                                                   "<!--<script>\xe2\x80\xae]]>\xff\"'&\n");
    (void)state;
    hw_buf_init(&out, 16 << 20);
    scene_make(&s, &name);
    s.r.title = name;
    return 0;
}

static int drop(void **state)
{
    (void)state;
    hw_buf_done(&out);
    return 0;
}

static size_t count(const char *what)
{
    size_t n = 0;
    for (const char *p = hw_buf_text(&out); (p = strstr(p, what)) != NULL; p++) {
        n++;
    }
    return n;
}

/* What stands between two texts, the first time. */
static struct hw_span between(const char *from, const char *to)
{
    const char *begin = strstr(hw_buf_text(&out), from), *end;
    assert_non_null(begin);
    begin += strlen(from);
    end = strstr(begin, to);
    assert_non_null(end);
    return (struct hw_span){(const uint8_t *)begin, (size_t)(end - begin)};
}

static struct hw_span data(void)
{
    return between("id=\"headwater-data\">\n", "</script>");
}

static void each_element_ends_once(void **state)
{
    (void)state;
    scene_write(html, &s, &out);
    assert_int_equal(count("<script"), 2);
    assert_int_equal(count("</script"), 2);
    assert_int_equal(count("<noscript>"), 1);
    assert_int_equal(count("</noscript"), 1);
    assert_int_equal(count("</style"), 1);
    assert_int_equal(count("<svg onload"), 0);
    assert_int_equal(count("<!--"), 0);
    assert_int_equal(hw_span_find(data(), '<'), data().n);
}

static void every_line_is_an_object(void **state)
{
    (void)state;
    size_t lines = 0;
    scene_write(html, &s, &out);
    struct hw_span rest = data();
    while (rest.n > 0) {
        size_t n = hw_span_find(rest, '\n');
        json_error_t why;
        json_t *o = json_loadb((const char *)rest.p, n, JSON_REJECT_DUPLICATES, &why);
        assert_non_null(o);
        assert_true(json_is_string(json_object_get(o, "type")));
        json_decref(o);
        rest = hw_span_from(rest, n + 1);
        lines++;
    }
    assert_in_range(lines, 20, 200);
}

static void allowed(const char *policy, struct hw_span text)
{
    uint8_t hash[HW_DIGEST_BYTES_MAX];
    struct hw_buf want;
    hw_buf_init(&want, 200);
    hw_buf_printf(&want, "%s 'sha256-", policy);
    assert_int_equal(hw_digest_once(HW_DIGEST_SHA256, text, hash, NULL, NULL), HW_OK);
    hw_base64_put(&want, (struct hw_span){hash, 32});
    hw_buf_str(&want, "'");
    assert_int_equal(count(hw_buf_text(&want)), 1);
    hw_buf_done(&want);
}

static void only_its_own_texts_may_run(void **state)
{
    (void)state;
    scene_write(html, &s, &out);
    allowed("; script-src", between("<script type=\"module\">", "</script>"));
    allowed("; style-src", between("<style>", "</style>"));
    assert_int_equal(count("default-src 'none'"), 1);
    assert_int_equal(count("unsafe"), 0);
}

static void a_page_that_could_end_its_element_is_none(void **state)
{
    static const struct hw_page bad[] = {
        {HW_SPAN_LIT("\"</script>\""), HW_SPAN_LIT("p{}")},
        {HW_SPAN_LIT("1 <!--x"), HW_SPAN_LIT("p{}")},
        {HW_SPAN_LIT("1"), HW_SPAN_LIT("</style>")},
        {{NULL, 0}, HW_SPAN_LIT("p{}")},
    };
    struct hw_error err;
    const struct hw_teller t = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(hw_tell_report_html(&t, &s.r, &bad[i], &err), HW_E_MISSING);
    }
    assert_int_equal(hw_tell_report_html(&t, &s.r, NULL, &err), HW_E_MISSING);
    assert_non_null(strstr(err.text, "--format md"));
}

/* A hundred thousand machines: the worst stay, the number of the others is said. */
static void what_is_too_much_is_counted(void **state)
{
    enum { MANY = 100000 };
    struct hw_asset *many = calloc(MANY, sizeof *many);
    const struct hw_asset *last = &s.assets[0];
    struct hw_span said;
    size_t kept, before = 1;
    unsigned long long left = 0;
    (void)state;
    assert_non_null(many);
    for (; last->next != NULL; last = last->next) {
        before++;
    }
    for (size_t i = 0; i < MANY; i++) {
        many[i] = (struct hw_asset){.next = i + 1 < MANY ? &many[i + 1] : NULL,
                                    .host = HW_SPAN_LIT("machine"),
                                    .state = HW_ASSET_UNKNOWN,
                                    .lacks = HW_SPAN_LIT("an inventory"),
                                    .ask_for = HW_SPAN_LIT("one")};
    }
    s.assets[before - 1].next = many;
    scene_write(html, &s, &out);
    assert_in_range(out.n, 3000000, 5000000);
    said = between("{\"type\":\"left-out\",\"schema\":1,\"of\":\"asset\",\"count\":", "}");
    left = strtoull((const char *)said.p, NULL, 10);
    kept = count("{\"type\":\"asset\"");
    assert_int_equal(kept + left, MANY + before);
    assert_true(left > 0 && kept > 1000);
    assert_int_equal(count("\"verdict\":"), 1);
    free(many);
}

/* A kind of nothing but lines that are too long has no share, and is no reason to stop. */
static void a_line_too_long_is_counted(void **state)
{
    enum { LONG = 300000 };
    char *text = calloc(1, LONG);
    const struct hw_asset was = s.assets[0];
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG);
    s.assets[0].lacks = (struct hw_span){(const uint8_t *)text, LONG};
    s.assets[0].next = NULL;
    scene_write(html, &s, &out);
    s.assets[0] = was;
    assert_int_equal(count("{\"type\":\"asset\""), 0);
    assert_int_equal(count("\"of\":\"asset\",\"count\":1}"), 1);
    assert_int_equal(count("\"verdict\":"), 1);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_element_ends_once, plain, drop),
        {"each_element_ends_once, hostile", each_element_ends_once, hostile, drop, NULL},
        cmocka_unit_test_setup_teardown(every_line_is_an_object, plain, drop),
        {"every_line_is_an_object, hostile", every_line_is_an_object, hostile, drop, NULL},
        cmocka_unit_test_setup_teardown(only_its_own_texts_may_run, hostile, drop),
        cmocka_unit_test_setup_teardown(a_page_that_could_end_its_element_is_none, plain, drop),
        cmocka_unit_test_setup_teardown(what_is_too_much_is_counted, plain, drop),
        cmocka_unit_test_setup_teardown(a_line_too_long_is_counted, plain, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
