/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's parts that take strangers' words apart: addresses, queries, headers, lines.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "door/console/room.h"

enum { PORT = 7341 };
static const char token[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static int parse(struct hw_request *q, const char *target)
{
    struct hw_error err;
    int rc = hw_request_init(q, target, &err);
    if (rc != HW_OK) {
        hw_request_done(q);
    }
    return rc;
}

static void query_is_decoded_to_the_byte(void **state)
{
    struct hw_request q;
    (void)state;
    assert_int_equal(parse(&q, "/api/x?a=1&b=%41%2b+%e2%80%AE&c&=d&e=a=b"), HW_OK);
    assert_true(hw_span_is(q.path, "/api/x"));
    assert_int_equal(q.count, 5);
    assert_true(hw_span_is(hw_request_get(&q, "a"), "1"));
    assert_true(hw_span_is(hw_request_get(&q, "b"), "A+ \xe2\x80\xae"));
    assert_int_equal(hw_request_get(&q, "c").n, 0);
    assert_true(hw_span_is(hw_request_get(&q, "e"), "a=b"));
    assert_int_equal(hw_request_get(&q, "nothing").n, 0);
    hw_request_done(&q);
}

static void query_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"/?a=%",   "/?a=%4",  "/?a=%zz", "/?a=%00",
                                      "/?%00=a", "/?a=%0g", "/?a=%-1", "/?a=1&b=%"};
    struct hw_request q;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(&q, bad[i]), HW_E_USAGE);
    }
    char *many = calloc(1, 3 * HW_REQUEST_TARGET);
    assert_non_null(many);
    memset(many, 'a', HW_REQUEST_TARGET + 1);
    assert_int_equal(parse(&q, many), HW_E_LIMIT);
    many[HW_REQUEST_TARGET] = 0;
    assert_int_equal(parse(&q, many), HW_OK);
    hw_request_done(&q);
    free(many);
    struct hw_buf b;
    hw_buf_init(&b, 1000);
    hw_buf_str(&b, "/?");
    for (int i = 0; i <= HW_REQUEST_MEMBERS; i++) {
        hw_buf_str(&b, "a&");
    }
    assert_int_equal(parse(&q, hw_buf_text(&b)), HW_E_LIMIT);
    hw_buf_done(&b);
}

/* Every cut of a target, and every byte of it changed: taken apart or refused, never misread. */
static void query_cut_or_changed_anywhere_is_safe(void **state)
{
    static const char whole[] = "/api/lines?of=report&where=a%3Ab&q=%e2%80%ae+x&limit=7";
    struct hw_request q;
    unsigned refused = 0, differed = 0;
    (void)state;
    for (size_t i = 0; i <= sizeof whole - 1; i++) {
        char *cut = strndup(whole, i);
        assert_non_null(cut);
        if (parse(&q, cut) == HW_OK) {
            hw_request_done(&q);
        } else {
            refused++;
        }
        free(cut);
    }
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        for (int c = 1; c < 256; c++) {
            char *changed = strdup(whole);
            assert_non_null(changed);
            changed[i] = (char)c;
            differed += strcmp(changed, whole) != 0;
            if (parse(&q, changed) == HW_OK) {
                hw_request_done(&q);
            } else {
                refused++;
            }
            free(changed);
        }
    }
    assert_true(differed > 10000 && refused > 100);
}

static int only(const char *target, const char *names)
{
    struct hw_request q;
    struct hw_error err;
    assert_int_equal(parse(&q, target), HW_OK);
    int rc = hw_request_only(&q, names, &err);
    hw_request_done(&q);
    return rc;
}

static void query_member_nobody_knows_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(only("/", ""), HW_OK);
    assert_int_equal(only("/?q=1", "q"), HW_OK);
    assert_int_equal(only("/?q=1", ""), HW_E_USAGE);
    assert_int_equal(only("/?q=1", "qq of"), HW_E_USAGE);
    assert_int_equal(only("/?qq=1", "q of"), HW_E_USAGE);
    assert_int_equal(only("/?=1", "q of"), HW_E_USAGE);
    assert_int_equal(only("/?q=1&q=1", "q"), HW_E_USAGE);
    assert_int_equal(only("/?where=a&where=b", "where"), HW_OK);
    assert_int_equal(only("/?where&where&where&where&where&where&where&where&where", "where"),
                     HW_E_LIMIT);
}

static const struct hw_route *route(const char *path)
{
    struct hw_span id;
    return hw_route_find(hw_span_str(path), &id);
}

static void path_is_ours_to_the_letter_or_none(void **state)
{
    static const char *const bad[] = {"/api",
                                      "/api/",
                                      "/api/case/",
                                      "/api//case",
                                      "/API/case",
                                      "/api/%63ase",
                                      "/api/case%00",
                                      "/api/../api/case",
                                      "/api/thing/",
                                      "/api/thing/e-0123456789abcde",
                                      "/api/thing/e-0123456789abcdeg",
                                      "/api/thing/e-0123456789ABCDEF",
                                      "/api/thing/e-0123456789abcdef/",
                                      "/api/thing/../../../etc/passwd",
                                      "/api/step/x",
                                      ""};
    struct hw_span id;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_null(route(bad[i]));
    }
    for (const struct hw_route *r = hw_routes; r->path != NULL; r++) {
        if (r->path[strlen(r->path) - 1] != '/') {
            assert_ptr_equal(route(r->path), r);
        }
    }
    assert_non_null(hw_route_find(HW_SPAN_LIT("/api/thing/e-0123456789abcdef"), &id));
    assert_true(hw_span_is(id, "e-0123456789abcdef"));
}

static enum hw_guard_says ask(const char *host, const char *origin, const char *site,
                              const char *authorization)
{
    struct hw_guard g = {host,         origin,         site,         authorization,
                         host != NULL, origin != NULL, site != NULL, authorization != NULL};
    return hw_guard_ask(&g, PORT, token, true);
}

static void guard_asks_host_then_origin_then_token(void **state)
{
    char bearer[80];
    (void)state;
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", token);
    assert_int_equal(ask("127.0.0.1:7341", NULL, NULL, bearer), HW_GUARD_PASS);
    assert_int_equal(ask("localhost:7341", "http://localhost:7341", "same-origin", bearer),
                     HW_GUARD_PASS);
    assert_int_equal(ask("[::1]:7341", NULL, "none", bearer), HW_GUARD_PASS);
    assert_int_equal(ask(NULL, NULL, NULL, bearer), HW_GUARD_HOST);
    assert_int_equal(ask("evil.example:7341", NULL, NULL, bearer), HW_GUARD_HOST);
    assert_int_equal(ask("127.0.0.1:73410", NULL, NULL, bearer), HW_GUARD_HOST);
    assert_int_equal(ask("127.0.0.1", NULL, NULL, bearer), HW_GUARD_HOST);
    assert_int_equal(ask("", NULL, NULL, bearer), HW_GUARD_HOST);
    assert_int_equal(ask("127.0.0.1:7341", "null", NULL, bearer), HW_GUARD_ORIGIN);
    assert_int_equal(ask("127.0.0.1:7341", "", NULL, bearer), HW_GUARD_ORIGIN);
    assert_int_equal(ask("127.0.0.1:7341", "https://127.0.0.1:7341", NULL, bearer),
                     HW_GUARD_ORIGIN);
    assert_int_equal(ask("127.0.0.1:7341", NULL, "cross-site", bearer), HW_GUARD_ORIGIN);
    assert_int_equal(ask("127.0.0.1:7341", NULL, NULL, NULL), HW_GUARD_TOKEN);
    assert_int_equal(ask("127.0.0.1:7341", NULL, NULL, "Bearer "), HW_GUARD_TOKEN);
    assert_int_equal(ask("127.0.0.1:7341", NULL, NULL, token), HW_GUARD_TOKEN);
    bearer[strlen(bearer) - 1] = '0';
    assert_int_equal(ask("127.0.0.1:7341", NULL, NULL, bearer), HW_GUARD_TOKEN);
    bearer[strlen(bearer) - 1] = 0;
    assert_int_equal(ask("127.0.0.1:7341", NULL, NULL, bearer), HW_GUARD_TOKEN);
}

/* ---- lines ---- */

static const char line[] =
    "{\"type\":\"finding\",\"schema\":1,\"path\":\"a\\\"b\\\\c\\u202e\",\"n\":7,\"on\":true,"
    "\"none\":null,\"in\":{\"path\":\"Deep\",\"says\":[\"x\",\"Y z\"]},\"e\":\"\"}";

static void filter_looks_at_members_alone(void **state)
{
    static const struct {
        const char *name, *value;
        bool passes;
    } rows[] = {{"type", "finding", true}, {"path", "a\"b\\c\xe2\x80\xae", true},
                {"path", "a\\\"b", false}, {"path", "Deep", false}, /* of another object */
                {"n", "7", true},          {"n", "70", false},
                {"on", "true", true},      {"none", "null", true},
                {"in", "Deep", false},     {"e", "", true},
                {"nothing", "", false},    {"says", "x", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hw_line_filter f = {
            .where = {{hw_span_str(rows[i].name), hw_span_str(rows[i].value)}}, .where_count = 1};
        assert_int_equal(hw_line_passes(hw_span_str(line), &f), rows[i].passes);
    }
    assert_true(hw_line_passes(hw_span_str(line),
                               &(struct hw_line_filter){.types = HW_SPAN_LIT("a,finding")}));
    assert_false(hw_line_passes(hw_span_str(line),
                                &(struct hw_line_filter){.types = HW_SPAN_LIT("find,findings")}));
    /* a name in evidence that looks like a member */
    struct hw_line_filter f = {.types = HW_SPAN_LIT("gap")};
    assert_false(hw_line_passes(
        hw_span_str("{\"type\":\"x\",\"path\":\"\\\",\\\"type\\\":\\\"gap\\\"\"}"), &f));
}

static void text_is_found_in_values_never_in_names(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } rows[] = {{"FIND", true},    {"deep", true},  {"y Z", true},          {"a\"B\\C", true},
                {"says", false},   {"path", false}, {"\xe2\x80\xae", true}, {"202e", false},
                {"schema", false}, {"null", false}, {"xY", false},          {"", true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(hw_line_says(hw_span_str(line), hw_span_str(rows[i].text)), rows[i].found);
    }
    /* cut anywhere, it is looked at no further than it goes */
    for (size_t i = 0; i < sizeof line; i++) {
        char *cut = malloc(i + 1);
        assert_non_null(cut);
        memcpy(cut, line, i);
        (void)hw_line_says((struct hw_span){(uint8_t *)cut, i}, HW_SPAN_LIT("z"));
        (void)hw_line_passes((struct hw_span){(uint8_t *)cut, i},
                             &(struct hw_line_filter){.types = HW_SPAN_LIT("finding"),
                                                      .where = {{HW_SPAN_LIT("e"), {NULL, 0}}},
                                                      .where_count = 1});
        free(cut);
    }
}

static void pages_have_each_line_once(void **state)
{
    struct hw_lines l = {.count = 0};
    struct hw_buf page;
    struct hw_error err;
    (void)state;
    hw_buf_init(&l.text, 1 << 16);
    hw_buf_init(&page, 1 << 16);
    for (int i = 0; i < 23; i++) {
        hw_buf_printf(&l.text, "{\"type\":\"%s\",\"n\":%d}\n", i % 2 == 0 ? "a" : "b", i);
    }
    assert_int_equal(hw_lines_cut(&l, &err), HW_OK);
    assert_int_equal(l.count, 23);
    for (uint64_t limit = 1; limit < 30; limit++) {
        for (int filtered = 0; filtered < 2; filtered++) {
            struct hw_line_filter f = {.types = filtered ? HW_SPAN_LIT("a") : HW_SPAN_LIT("")};
            int want = 0, pages = 0;
            for (struct hw_page_ask p = {0, limit}; pages < 30; pages++, p.after += limit) {
                hw_buf_clear(&page);
                assert_int_equal(hw_lines_page(&l, &f, &p, &page, &err), HW_OK);
                const char *text = hw_buf_text(&page);
                for (const char *at = text; (at = strstr(at, "\"n\":")) != NULL; at += 4) {
                    assert_int_equal(strtol(at + 4, NULL, 10), want);
                    want += filtered ? 2 : 1;
                }
                if (strstr(text, "\"next\":null") != NULL) {
                    break;
                }
            }
            assert_int_equal(want, filtered ? 24 : 23);
        }
    }
    hw_buf_done(&page);
    hw_lines_done(&l);
}

static void lines_of_nothing_are_none(void **state)
{
    struct hw_lines l = {.count = 7};
    struct hw_error err;
    (void)state;
    hw_buf_init(&l.text, 100);
    assert_int_equal(hw_lines_cut(&l, &err), HW_OK);
    assert_int_equal(l.count, 0);
    hw_lines_done(&l);
    hw_buf_str(&l.text, "a\n\nb");
    assert_int_equal(hw_lines_cut(&l, &err), HW_OK);
    assert_int_equal(l.count, 3);
    assert_int_equal(hw_lines_get(&l, 1).n, 0);
    assert_true(hw_span_is(hw_lines_get(&l, 2), "b"));
    hw_lines_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query_is_decoded_to_the_byte),
        cmocka_unit_test(query_that_is_none_is_refused),
        cmocka_unit_test(query_cut_or_changed_anywhere_is_safe),
        cmocka_unit_test(query_member_nobody_knows_is_an_error),
        cmocka_unit_test(path_is_ours_to_the_letter_or_none),
        cmocka_unit_test(guard_asks_host_then_origin_then_token),
        cmocka_unit_test(filter_looks_at_members_alone),
        cmocka_unit_test(text_is_found_in_values_never_in_names),
        cmocka_unit_test(pages_have_each_line_once),
        cmocka_unit_test(lines_of_nothing_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
