/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_authenticode.c -- Targets: hw_authenticode hw_authenticode_digest hw_auth_read
 *                                      hw_auth_behind hw_auth_rest hw_auth_inside hw_tag_padding
 *
 * Promises: the same bytes give the same facts; every fact is one the wire takes; what is uncovered
 * lies inside the file.
 */
#include "fuzz.h"

#include <string.h>

#include "evidence/artifact/authenticode.h"
#include "evidence/evidence.h"
#include "build_pki.h"
#include "trust/hash.h"

struct kept {
    struct hw_sink sink;
    struct hw_buf wire;
    size_t file_n;
};

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct kept *k = (struct kept *)(void *)sink;
    int rc = hw_fact_encode(f, &k->wire, err);
    if (rc == HW_E_STATE) {
        hw_fuzz_broken(err->text);
    }
    if (f->kind == HW_FACT_UNCOVERED) {
        uint64_t off = hw_fact_get_u64(f, HW_UNCOVERED_OFF);
        uint64_t n = hw_fact_get_u64(f, HW_UNCOVERED_SIZE);
        if (n == 0 || off > k->file_n || n > k->file_n - off) {
            hw_fuzz_broken("what is uncovered lies inside the file");
        }
    }
    return rc;
}

static void read_once(struct kept *k, struct hw_span file, const struct hw_pe_layout *l)
{
    struct hw_node node = {.bytes = file};
    struct hw_exam x = {.sink = &k->sink, .arena = hw_arena_new(1 << 24)};
    uint8_t code[32];
    x.fuel = (struct hw_budget){.bytes = 1 << 24, .items = 100000, .depth = 16};
    k->sink.put = put;
    k->file_n = file.n;
    hw_buf_init(&k->wire, 1 << 26);
    if (x.arena != NULL && hw_authenticode(&x, &node, l, code)) {
        hw_buf_bytes(&k->wire, code, sizeof code);
    }
    hw_arena_free(x.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_span file = {data, size};
    struct hw_pe_layout l;
    struct kept one = {0}, two = {0};
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    if (!hw_test_pe_layout(file, &l)) {
        return 0;
    }
    read_once(&one, file, &l);
    read_once(&two, file, &l);
    if (!hw_span_equal(hw_buf_span(&one.wire), hw_buf_span(&two.wire))) {
        hw_fuzz_broken("the same bytes give the same facts");
    }
    hw_buf_done(&one.wire);
    hw_buf_done(&two.wire);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    struct hw_test_signature inner = {.digest = "SHA256", .stamp = HW_TEST_RFC3161};
    struct hw_test_signature outer = {.digest = "SHA1",
                                      .stamp = HW_TEST_PKCS9,
                                      .nested = &inner,
                                      .program = "P",
                                      .url = "http://test.invalid/"};
    hw_buf_init(&b, 1 << 22);
    hw_test_pe(&b, 0x20);
    give(state, "unsigned", b.p, b.n);
    hw_test_pe_signed(&b, 0x20, inner);
    give(state, "signed", b.p, b.n);
    hw_buf_str(&b, "Gact2.0Omaha");
    hw_buf_bytes(&b, "\0\012brand=GGLL", 12);
    hw_test_pe_grow(&b, 24, 24);
    give(state, "tagged", b.p, b.n);
    hw_test_pe_signed(&b, 0x20, outer);
    give(state, "nested", b.p, b.n);
    hw_buf_done(&b);
}
