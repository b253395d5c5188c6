/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/authenticode.h"

#include "authenticode_bench.h"

static void omaha(struct hw_buf *b, const char *tag, size_t room)
{
    hw_buf_str(b, "Gact2.0Omaha");
    hw_buf_char(b, (char)(strlen(tag) >> 8));
    hw_buf_char(b, (char)strlen(tag));
    hw_buf_str(b, tag);
    while (b->n < room) {
        hw_buf_char(b, 0);
    }
}

static unsigned tagged(struct hw_span padding, const char *word)
{
    struct hw_buf f;
    struct bench b;
    char want[32];
    uint32_t n = (uint32_t)padding.n, pad = (8 - n % 8) % 8;
    snprintf(want, sizeof want, " tag=%s", word);
    make(&f, plain);
    hw_buf_span_put(&f, padding);
    append(&f, 0, pad);
    hw_test_pe_grow(&f, n, n + pad);
    read_file(&b, hw_buf_span(&f));
    assert_int_equal(lines(&b, " where=padding", NULL), 1);
    unsigned found = lines(&b, " where=padding", want, NULL);
    forget(&b);
    hw_buf_done(&f);
    return found;
}

static void a_tag_is_known_only_when_it_explains_every_byte(void **state)
{
    (void)state;
    static const struct {
        const char *tag;
        size_t room;
        unsigned known;
    } cases[] = {
        {"appguid={8A69D345-D564-463C-AFF1-A69D9E530F96}&appname=Google%20Chrome&needsadmin="
         "prefers",
         0, 1},
        {"brand=GGLL", 4096, 1},
        {"brand=GGLL", 8200, 0},     /* too much room to hide in */
        {"brand=GGLL&evil=1", 0, 0}, /* a name nobody documents */
        {"brand", 0, 0},             /* no value */
        {"brand=\x01\x02", 0, 0},    /* no text */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hw_buf b;
        hw_buf_init(&b, 1 << 16);
        omaha(&b, cases[i].tag, cases[i].room);
        assert_int_equal(tagged(hw_buf_span(&b), "omaha"), cases[i].known);
        hw_buf_char(&b, 'x'); /* one byte more than the grammar has: the attacker's costume */
        assert_int_equal(tagged(hw_buf_span(&b), "omaha"), 0);
        hw_buf_done(&b);
    }
}

static void the_edge_frame_is_known_too(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    for (const char *c = "MSEDGE_appguid={X}&needsadmin=Prefers_EGDESM"; *c != '\0'; c++) {
        hw_buf_char(&b, *c);
        hw_buf_char(&b, 0);
    }
    assert_int_equal(tagged(hw_buf_span(&b), "msedge"), 1);
    hw_buf_str(&b, "payload");
    assert_int_equal(tagged(hw_buf_span(&b), "msedge"), 0);
    hw_buf_done(&b);
}

static void a_superfluous_certificate_may_carry_the_tag(void **state)
{
    (void)state;
    for (size_t hostile = 0; hostile < 2; hostile++) {
        struct hw_buf f, der, tag;
        struct bench b;
        struct hw_test_signature s = plain;
        hw_buf_init(&tag, 1 << 16);
        omaha(&tag, "brand=GGLL&iid={1}", 8206);
        tag.p[8000] = hostile == 0 ? 0 : 'x';
        put_certificate(&der, "1.3.6.1.4.1.11129.2.1.9999", hw_buf_span(&tag));
        s.extra_certificate = hw_buf_span(&der);
        make(&f, s);
        read_file(&b, hw_buf_span(&f));
        assert_int_equal(lines(&b, " where=unused-certificate", NULL), 1);
        assert_int_equal(lines(&b, " where=unused-certificate", " tag=omaha",
                               " tag-says=\"brand=GGLL&iid={1}\"", NULL),
                         1 - hostile);
        forget(&b);
        hw_buf_done(&f);
        hw_buf_done(&der);
        hw_buf_done(&tag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_is_known_only_when_it_explains_every_byte),
        cmocka_unit_test(the_edge_frame_is_known_too),
        cmocka_unit_test(a_superfluous_certificate_may_carry_the_tag),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
