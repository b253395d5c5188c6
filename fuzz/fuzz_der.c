/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_der.c -- Targets: hw_der_next hw_der_take hw_der_leave hw_der_time hw_der_u32
 *                             hw_der_unsigned hw_der_octet_bits hw_oid_text hw_name_read
 *
 * Promises: an element lies inside its parent, and its parts lie side by side; what a getter
 * accepts consumes exactly one element.
 */
#include "fuzz.h"

#include "base/arena.h"
#include "build_pki.h"
#include "trust/cert_name.h"
#include "trust/der.h"
#include "trust/der_oid.h"

static void whole(const struct hw_der *e, uint64_t end)
{
    if (e->body_off < e->off + 2 || e->whole.n != (size_t)(e->body_off - e->off) + e->body.n ||
        e->off + e->whole.n > end) {
        hw_fuzz_broken("an element's parts lie side by side, inside its parent");
    }
}

static void getters(struct hw_reader r)
{
    struct hw_reader a = r, b = r, c = r, d = r, e = r;
    char text[HW_OID_TEXT];
    struct hw_span s;
    uint32_t u;
    int64_t ns;
    bool yes;
    (void)(hw_der_time(&a, &ns) && hw_reader_ok(&a));
    (void)(hw_der_u32(&b, HW_DER_INTEGER, &u) && hw_reader_ok(&b));
    (void)(hw_der_unsigned(&c, &s) && hw_reader_ok(&c));
    (void)(hw_der_octet_bits(&d, &s) && hw_reader_ok(&d));
    (void)(hw_der_bool(&e, &yes) && hw_reader_ok(&e));
    if (hw_der_oid(&r, &s) && hw_oid_text(s, text) && !hw_oid_is(s, text)) {
        hw_fuzz_broken("an identifier is its own text");
    }
}

static void walk(struct hw_reader *r)
{
    struct hw_der e;
    uint64_t end = hw_read_where(r) + hw_read_left(r);
    while (hw_read_left(r) > 0) {
        getters(*r);
        if (!hw_der_next(r, &e)) {
            return;
        }
        whole(&e, end);
        if ((e.tag & 0x20U) != 0) {
            walk(&e.in);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_budget fuel = {.bytes = 1 << 20, .items = 20000, .depth = 24};
    struct hw_arena *a = hw_arena_new(1 << 20);
    struct hw_reader r, names;
    struct hw_span der, text, people;
    hw_reader_init(&r, (struct hw_span){data, size}, &fuel);
    names = r;
    walk(&r);
    if (a != NULL && hw_name_read(&names, a, &der, &text, &people) && text.n > HW_NAME_TEXT) {
        hw_fuzz_broken("a printed name is cut where promised");
    }
    hw_arena_free(a);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_test_signer(&b);
    give(state, "certificate", b.p, b.n);
    hw_buf_clear(&b);
    hw_test_name(&b, "Somebody", "Some House");
    give(state, "name", b.p, b.n);
    hw_buf_clear(&b);
    hw_test_token(&b, HW_SPAN_LIT("x"));
    give(state, "token", b.p, b.n);
    hw_buf_done(&b);
}
