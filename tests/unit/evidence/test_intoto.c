/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_intoto.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b, body;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    hw_buf_init(&b, 1 << 20);
    hw_buf_init(&body, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    hw_buf_done(&body);
    return 0;
}

static void examine(const void *p, size_t n)
{
    hw_told_done(&t);
    hw_told_init(&t);
    hw_told_examine(&t, p, n, NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void a_link_is_a_step_with_what_went_in_and_came_out(void **state)
{
    (void)state;
    build_intoto_link(&b);
    examine(b.p, b.n);
    assert_int_equal(t.anomalies, 0);
    HAS("artifact node=0", "format=in-toto");
    HAS("component node=0 source=in-toto name=\"package\"", "line=1 ", "kind=build");
    HAS("name=\"foo.py\" alg=sha256", "line=2 ", "kind=file");
    HAS("name=\"foo.tar.gz\" alg=sha256", "line=3 ", "kind=file");
    HAS("checksum node=0 line=3 alg=sha1");
    HAS("depends node=0 relation=builds-with parent=1 child=2");
    HAS("depends node=0 relation=generated-from parent=3 child=1");
    HAS("key=intoto.key text=\"d3ffd108\"");
    HAS("key=intoto.verified text=\"not verified\"");
    HAS("knowledge node=0 form=in-toto title=\"package\"", "refused=0");
}

static void check_provenance(void)
{
    assert_int_equal(t.anomalies, 0);
    HAS("component node=0 source=in-toto name=\"https://builder.example/1\"", "kind=build");
    HAS("name=\"git+https://example.org/r@refs/heads/main\" alg=git-commit",
        "resolved=\"git+https://example.org/r@refs/heads/main\"");
    HAS("name=\"pkg:npm/left@1.2.3\" purl=\"pkg:npm/left@1.2.3\" alg=sha256");
    HAS("name=\"app.tgz\" alg=sha256", "line=4 ");
    HAS("depends node=0 relation=generated-from parent=4 child=1");
    assert_int_equal(hw_told_count(&t, "relation=builds-with parent=1"), 2);
    HAS("key=intoto.builder text=\"https://builder.example/1\"");
    HAS("key=intoto.build-type text=\"https://type.example\"");
    HAS("key=intoto.invocation text=\"7\"");
    HAS("key=intoto.started text=\"2023-03-29T00:00:00Z\"");
    HAS("key=intoto.finished text=\"2023-03-29T00:01:00Z\"");
}

static void provenance_is_read_bare_and_in_either_envelope(void **state)
{
    (void)state;
    for (unsigned slsa = 0; slsa < 2; slsa++) {
        hw_buf_clear(&body);
        build_intoto_statement(&body, slsa);
        examine(body.p, body.n);
        check_provenance();
        for (unsigned url = 0; url < 2; url++) {
            hw_buf_clear(&b);
            build_intoto_envelope(&b, hw_buf_span(&body), url != 0);
            examine(b.p, b.n);
            check_provenance();
            HAS("key=intoto.key text=\"776a00e2\"");
        }
    }
}

static void documents_may_stand_one_a_line_or_in_a_bundle(void **state)
{
    (void)state;
    build_intoto_link(&b);
    hw_buf_char(&b, '\n');
    build_intoto_statement(&body, 1);
    build_intoto_envelope(&b, hw_buf_span(&body), false);
    hw_buf_str(&b, "\n\n{\"x\":1}\n");
    examine(b.p, b.n);
    HAS("key=intoto.documents number=3");
    HAS("rule=line-refused", "no in-toto document");
    assert_int_equal(hw_told_count(&t, "component node=0"), 7);
    assert_int_equal(hw_told_count(&t, "kind=build"), 2);
    hw_buf_clear(&b);
    hw_buf_str(&b, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
                   "\"dsseEnvelope\":");
    build_intoto_envelope(&b, hw_buf_span(&body), false);
    hw_buf_char(&b, '}');
    examine(b.p, b.n);
    check_provenance();
}

static void examine_text(const char *text)
{
    examine(text, strlen(text));
}

static void faults_are_told(void **state)
{
    (void)state;
    examine_text("{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"!!\","
                 "\"signatures\":[]}");
    HAS("rule=bad-encoding", "no base64");
    HAS("rule=bad-count", "nobody signed");
    HAS("degree=broken");
    examine_text("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"x\"}");
    HAS("rule=line-refused", "about nothing");
    examine_text("{\"signed\":{\"_type\":\"layout\",\"expires\":\"soon\",\"steps\":["
                 "{\"name\":\"one\"}]},\"signatures\":[{\"keyid\":\"k\"}]}");
    HAS("rule=bad-time");
    HAS("key=intoto.step text=\"one\"");
    examine_text("{\"signed\":{\"_type\":\"link\",\"name\":\"x\",\"products\":{\"a\":{"
                 "\"sha256\":\"zz\"}}},\"signatures\":[{\"keyid\":\"k\"}]}");
    HAS("rule=bad-value", "no sha256 digest");
    HAS("name=\"a\"");
}

static void in_toto_is_nothing_else(void **state)
{
    static const char *const others[] = {
        "{\"signed\":{\"_type\":\"root\"},\"signatures\":[]}", /* TUF */
        "{\"_type\":\"link\"}",
        "{\"payloadType\":\"text/plain\",\"payload\":\"AAAA\",\"signatures\":[]}",
        "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"AAAA\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        examine_text(others[i]);
        assert_int_equal(hw_told_count(&t, "format=in-toto"), 0);
    }
}

static bool same(const uint8_t *p, size_t n, void *state)
{
    struct hw_told told;
    const size_t *want = state;
    hw_told_init(&told);
    hw_told_examine(&told, p, n, NULL);
    bool is = told.anomalies == 0 && hw_told_count(&told, "component node=0") == want[0] &&
              hw_told_count(&told, "depends node=0") == want[1];
    hw_told_done(&told);
    return is;
}

static void in_toto_survives_every_cut_and_damage(void **state)
{
    size_t link[] = {3, 2}, statement[] = {4, 3};
    (void)state;
    build_intoto_link(&b);
    assert_true(same(b.p, b.n, link));
    hw_sweep_truncate(b.p, b.n, same, link);
    hw_sweep_mutate(b.p, b.n, 3000, 81, same, link);
    hw_buf_clear(&b);
    build_intoto_statement(&body, 1);
    build_intoto_envelope(&b, hw_buf_span(&body), false);
    hw_sweep_truncate(body.p, body.n, same, statement);
    hw_sweep_mutate(body.p, body.n, 3000, 82, same, statement);
    hw_sweep_truncate(b.p, b.n, same, statement);
    hw_sweep_mutate(b.p, b.n, 3000, 83, same, statement);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_link_is_a_step_with_what_went_in_and_came_out),
        CASE(provenance_is_read_bare_and_in_either_envelope),
        CASE(documents_may_stand_one_a_line_or_in_a_bundle),
        CASE(faults_are_told),
        CASE(in_toto_is_nothing_else),
        CASE(in_toto_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("intoto", tests, NULL, NULL);
}
