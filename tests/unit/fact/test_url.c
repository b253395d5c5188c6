/* SPDX-License-Identifier: Apache-2.0 */
/* Where a URL leads, however it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "fact/url.h"

static void url_tells_its_host_and_path(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host, *path;
    } cases[] = {
        {"https://a.example/x?y#z", "a.example", "/x?y#z"},
        {"https://a.example", "a.example", ""},
        {"https://a.example?y", "a.example", "?y"},
        {"https://a.example#y", "a.example", "#y"},
        {"http://a.example:8080/x", "a.example", "/x"},
        {"http://user:word@a.example:8080/x@y", "a.example", "/x@y"},
        {"http://b.example@a.example/", "a.example", "/"},
        {"http://[2001:db8::1]:8080/x", "2001:db8::1", "/x"},
        {"http://[2001:db8::1", "", ""},
        {"a.example/x", "a.example", "/x"},
        {"a.example:443", "a.example", ""},
        {"a.example/to?u=https://b.example/", "a.example", "/to?u=https://b.example/"},
        {"://a.example/x", "", "//a.example/x"},
        {"https://", "", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hw_span url = hw_span_str(cases[i].url);
        struct hw_span path = hw_span_from(url, hw_url_path(url));
        if (!hw_span_is(hw_url_host(url), cases[i].host) || !hw_span_is(path, cases[i].path)) {
            fail_msg("%s: host \"%.*s\", path \"%.*s\"", cases[i].url, (int)hw_url_host(url).n,
                     (const char *)hw_url_host(url).p, (int)path.n, (const char *)path.p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(url_tells_its_host_and_path)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
