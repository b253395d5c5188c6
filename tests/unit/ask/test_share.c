/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ask/redact.h"
#include "ask/share.h"
#include "base/text.h"
#include "base/time.h"

/* maker: u (a file of it) -> r (its release's bytes) | vendor: w, x -> t (the target) -> v
 * customer: c; what came of it: y, z of the vendor. */
static struct hw_step steps[9];
static struct hw_crossing crossing;
static struct hw_root root;
static struct hw_trace_answer a;
static struct hw_error err;

static struct hw_end thing(const char *name, const char *kind, const char *org)
{
    struct hw_end e = {.kind = kind,
                       .key = hw_span_str(name),
                       .name = hw_span_str(name),
                       .native = HW_SPAN_LIT("native"),
                       .org = hw_span_str(org)};
    (void)snprintf(e.id, sizeof e.id, "e-%s", name);
    return e;
}

static void step(size_t i, struct hw_end from, struct hw_end to, bool forward)
{
    steps[i] = (struct hw_step){.n = (unsigned)i + 1,
                                .from = from,
                                .to = to,
                                .verb = "wrote",
                                .known = "observed",
                                .why = "",
                                .forward = forward,
                                .lo = INT64_C(90) * HW_NS_PER_SECOND,
                                .hi = INT64_C(150) * HW_NS_PER_SECOND};
    steps[i].next = NULL;
    if (i > 0) {
        steps[i - 1].next = &steps[i];
    }
}

static int begin(void **state)
{
    (void)state;
    struct hw_end u = thing("u", "file", "Maker"), r = thing("r", "artifact", ""),
                  w = thing("w", "file", "Vendor"), x = thing("x", "process", "Vendor"),
                  t = thing("t", "artifact", ""), c = thing("c", "file", "Customer"),
                  y = thing("y", "process", "Vendor"), z = thing("z", "file", "Vendor"),
                  s = thing("s", "session", "Vendor"), k = thing("k", "account", "Vendor");
    step(0, u, r, false);
    step(1, r, w, false);
    step(2, w, x, false);
    step(3, s, x, false);
    steps[3].context = true;
    step(4, k, s, false);
    steps[4].context = true;
    step(5, x, t, false);
    step(6, t, c, true);
    step(7, t, y, true);
    step(8, y, z, true);
    crossing = (struct hw_crossing){.from_org = HW_SPAN_LIT("Maker"),
                                    .to_org = HW_SPAN_LIT("Vendor"),
                                    .release = HW_SPAN_LIT("R 1"),
                                    .over = r};
    root = (struct hw_root){.at = u};
    a = (struct hw_trace_answer){.arena = hw_arena_new(1 << 20),
                                 .target = t,
                                 .steps = steps,
                                 .crossings = &crossing,
                                 .roots = &root};
    assert_non_null(a.arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_arena_free(a.arena);
    return 0;
}

/* The numbers of the steps that are kept, "123". */
static const char *kept(const char *to, struct hw_share_kept *out)
{
    static char text[16];
    size_t n = 0;
    assert_int_equal(hw_share_select(&a, hw_span_str(to), out, &err), HW_OK);
    for (const struct hw_step *s = a.steps; s != NULL; s = s->next) {
        text[n++] = (char)('0' + s->n);
    }
    text[n] = 0;
    return text;
}

static void without_a_party_all_of_it_is_kept(void **state)
{
    struct hw_share_kept k;
    (void)state;
    assert_string_equal(kept("", &k), "123456789");
    assert_int_equal(k.steps, 9);
    assert_int_equal(k.left, 0);
    assert_false(k.met);
    assert_non_null(a.crossings);
}

static void a_source_gets_what_led_out_of_it_and_the_target(void **state)
{
    struct hw_share_kept k;
    (void)state;
    /* its own step, and the one at the target with who did that; not how the vendor was crossed */
    assert_string_equal(kept("maker", &k), "1456");
    assert_true(k.met);
    assert_int_equal(k.left, 5);
    assert_non_null(a.crossings);
    assert_non_null(a.roots);
}

static void a_receiver_on_the_chain_gets_its_part(void **state)
{
    struct hw_share_kept k;
    (void)state;
    assert_string_equal(kept("Customer", &k), "4567");
    assert_true(k.met);
    assert_null(a.crossings); /* over bytes of which nothing is told */
    assert_null(a.roots);
}

static void a_receiver_that_is_nowhere_gets_the_way_and_nothing_behind_it(void **state)
{
    struct hw_share_kept k;
    (void)state;
    assert_string_equal(kept("Somebody", &k), "123456");
    assert_false(k.met);
}

static void what_an_analyst_rejected_is_not_told(void **state)
{
    struct hw_share_kept k;
    (void)state;
    steps[2].judged = "reject";
    steps[1].judged = "accept";
    assert_string_equal(kept("", &k), "12456789");
    assert_int_equal(k.left, 1);
}

static void things_get_pseudonyms_and_bytes_stay(void **state)
{
    static const uint8_t key[HW_REDACT_KEY_BYTES] = {1}, other[HW_REDACT_KEY_BYTES] = {2};
    char want[HW_REDACT_TEXT_BYTES], differs[HW_REDACT_TEXT_BYTES];
    (void)state;
    assert_int_equal(hw_share_hide(&a, key, &err), HW_OK);
    assert_int_equal(hw_redact_name("thing", HW_SPAN_LIT("e-u"), key, want, &err), HW_OK);
    assert_int_equal(hw_redact_name("thing", HW_SPAN_LIT("e-u"), other, differs, &err), HW_OK);
    assert_string_not_equal(want, differs);
    assert_true(hw_span_is(steps[0].from.key, want));
    assert_true(hw_span_is(root.at.key, want));
    assert_true(hw_span_is(steps[0].to.key, "r"));
    assert_int_equal(steps[0].from.native.n, 0);
    assert_int_equal(steps[0].to.native.n, 0);
}

static void times_grow_to_whole_units_and_names_stay_clear(void **state)
{
    static const uint8_t key[HW_REDACT_KEY_BYTES] = {1};
    struct hw_redact_policy policy;
    struct hw_report_answer r = {.arena = a.arena, .chain = &a};
    (void)state;
    assert_int_equal(hw_redact_policy_read(HW_SPAN_LIT("org\nclear maker\ntimes minute\n"), a.arena,
                                           &policy, &err),
                     HW_OK);
    steps[1].lo = HW_TIME_MIN;
    steps[1].hi = HW_TIME_MAX;
    steps[2].lo = -1;
    assert_int_equal(hw_redact(&r, &policy, key, &err), HW_OK);
    assert_true(steps[0].lo == INT64_C(60) * HW_NS_PER_SECOND);
    assert_true(steps[0].hi == INT64_C(180) * HW_NS_PER_SECOND - 1);
    assert_true(steps[1].lo == HW_TIME_MIN && steps[1].hi == HW_TIME_MAX);
    assert_true(steps[2].lo == INT64_C(-60) * HW_NS_PER_SECOND);
    assert_true(hw_span_is(steps[0].from.org, "Maker"));
    assert_true(hw_span_starts(steps[5].from.org, "org-"));
    assert_int_equal(hw_redact_policy_read(HW_SPAN_LIT("times week\n"), a.arena, &policy, &err),
                     HW_E_USAGE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_a_party_all_of_it_is_kept),
        CASE(a_source_gets_what_led_out_of_it_and_the_target),
        CASE(a_receiver_on_the_chain_gets_its_part),
        CASE(a_receiver_that_is_nowhere_gets_the_way_and_nothing_behind_it),
        CASE(what_an_analyst_rejected_is_not_told),
        CASE(things_get_pseudonyms_and_bytes_stay),
        CASE(times_grow_to_whole_units_and_names_stay_clear),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
