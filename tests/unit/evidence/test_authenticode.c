/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/authenticode.h"

#include "authenticode_bench.h"

/* -- what an honest file gets --------------------------------------------------------------- */

static void an_honest_file_holds_and_leaves_nothing_out(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    struct hw_test_signature s = plain;
    s.stamp = HW_TEST_RFC3161;
    s.program = "Test Program";
    s.url = "http://test.invalid/";
    make(&f, s);
    read_file(&b, hw_buf_span(&f));
    assert_true(b.done);
    assert_int_equal(lines(&b, "signature ", NULL), 1);
    assert_int_equal(lines(&b, "signature ", " content-ok=1", " math-ok=1", " alg=sha256",
                           " program=\"Test Program\"", " key=rsa-1024", NULL),
                     1);
    assert_true(digest_agrees(&b, "signature "));
    assert_int_equal(lines(&b, "timestamp ", " kind=rfc3161", " imprint-ok=1", " content-ok=1",
                           " math-ok=1", NULL),
                     1);
    assert_int_equal(lines(&b, "certificate ", NULL), 2);
    assert_int_equal(lines(&b, "link ", " source=anchor", " ok=1", NULL), 2);
    assert_int_equal(lines(&b, "uncovered ", NULL),
                     lines(&b, " where=alignment", " nonzero=0", NULL));
    assert_int_equal(lines(&b, "anomaly ", NULL), 0);
    assert_int_equal(b.node.degree, HW_SOUND);
    forget(&b);
    hw_buf_done(&f);
}

static void a_file_and_its_signed_twin_are_the_same_code(void **state)
{
    (void)state;
    struct hw_buf bare, signed_file;
    struct bench b1, b2, b3;
    hw_buf_init(&bare, 1 << 20);
    hw_test_pe(&bare, 0x3fd); /* a length that is no multiple of 8 */
    read_file(&b1, hw_buf_span(&bare));
    assert_int_equal(b1.text.n, 0); /* nothing to say about an unsigned file */
    hw_buf_init(&signed_file, 1 << 24);
    hw_buf_span_put(&signed_file, hw_buf_span(&bare));
    while (signed_file.n % 8 != 0) {
        hw_buf_char(&signed_file, 0);
    }
    hw_test_pe_table(&signed_file, HW_SPAN_LIT("\x30\x00"), true);
    read_file(&b2, hw_buf_span(&signed_file));
    assert_memory_equal(b1.code, b2.code, 32);
    bare.p[0x250] ^= 1;
    read_file(&b3, hw_buf_span(&bare));
    assert_memory_not_equal(b1.code, b3.code, 32);
    forget(&b1);
    forget(&b2);
    forget(&b3);
    hw_buf_done(&bare);
    hw_buf_done(&signed_file);
}

static void every_algorithm_comes_of_one_call(void **state)
{
    (void)state;
    struct hw_buf f;
    struct hw_pe_layout l;
    struct hw_pe_digests d, one;
    make(&f, plain);
    assert_true(hw_test_pe_layout(hw_buf_span(&f), &l));
    hw_authenticode_digest(&l, HW_PE_MD5 | HW_PE_SHA1 | HW_PE_SHA256 | HW_PE_SHA384 | HW_PE_SHA512,
                           &d);
    assert_int_equal(d.have, 31);
    hw_authenticode_digest(&l, HW_PE_SHA512, &one);
    assert_int_equal(one.have, HW_PE_SHA512);
    assert_memory_equal(d.sha512, one.sha512, 64);
    hw_buf_done(&f);
}

static void nested_and_countersigned_is_read_whole(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    struct hw_test_signature inner = {.digest = "SHA256", .stamp = HW_TEST_RFC3161};
    struct hw_test_signature outer = {.digest = "SHA1", .stamp = HW_TEST_PKCS9, .nested = &inner};
    make(&f, outer);
    read_file(&b, hw_buf_span(&f));
    assert_int_equal(lines(&b, "signature ", " math-ok=1", " content-ok=1", NULL), 2);
    assert_int_equal(lines(&b, "signature ", " index=1", " outer=0", " alg=sha256", NULL), 1);
    assert_true(digest_agrees(&b, "signature node=0 index=0"));
    assert_true(digest_agrees(&b, "signature node=0 index=1"));
    assert_int_equal(lines(&b, "timestamp ", " signature=0", " kind=pkcs9", " math-ok=1", NULL), 1);
    assert_int_equal(lines(&b, "timestamp ", " signature=1", " kind=rfc3161", " math-ok=1", NULL),
                     1);
    assert_int_equal(lines(&b, "uncovered ", " where=unsigned-attribute", NULL), 0);
    forget(&b);
    hw_buf_done(&f);
}

/* -- the rows of the tampering table -------------------------------------------------------- */

static const size_t added[] = {1, 7, 8, 4093, 4096};

static void expect(struct hw_buf *f, const char *where, size_t n, unsigned alignments)
{
    struct bench b;
    char size[32];
    snprintf(size, sizeof size, " size=%zu ", n);
    read_file(&b, hw_buf_span(f));
    assert_true(digest_agrees(&b, "signature "));
    assert_int_equal(lines(&b, "signature ", " math-ok=1", NULL), 1);
    assert_int_equal(lines(&b, "uncovered ", where, size, NULL), 1);
    assert_int_equal(lines(&b, "uncovered ", where, NULL), 1);
    assert_true(lines(&b, " where=alignment", NULL) <= alignments);
    assert_int_equal(lines(&b, " where=alignment", " nonzero=0", NULL),
                     lines(&b, " where=alignment", NULL));
    forget(&b);
}

static void bytes_within_the_entry_are_counted_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        uint32_t n = (uint32_t)added[i], pad = (8 - n % 8) % 8;
        for (int way = 0; way < 3; way++) {
            struct hw_buf f;
            make(&f, plain);
            append(&f, n, way == 2 ? 0 : pad);
            /* dwLength exact; dwLength rounded too; nothing rounded */
            hw_test_pe_grow(&f, way == 1 ? n + pad : n, way == 2 ? n : n + pad);
            expect(&f, " where=padding", n, 2);
            hw_buf_done(&f);
        }
    }
}

static void bytes_behind_the_entry_are_counted_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        uint32_t n = (uint32_t)added[i], pad = (8 - n % 8) % 8;
        struct hw_buf f;
        make(&f, plain);
        append(&f, n, pad);
        hw_test_pe_grow(&f, 0, n + pad);
        expect(&f, " where=table-entry", n, 2);
        hw_buf_done(&f);
    }
}

static void a_second_entry_is_counted_whole(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    make(&f, plain);
    hw_buf_u32le(&f, 8 + 21);
    hw_buf_u16le(&f, 0x0200);
    hw_buf_u16le(&f, 2);
    append(&f, 21, 3);
    hw_test_pe_grow(&f, 0, 32);
    read_file(&b, hw_buf_span(&f));
    assert_int_equal(lines(&b, " where=table-entry", " size=29 ", " name=\"type 2\"", NULL), 1);
    assert_int_equal(lines(&b, " where=alignment", " size=3 ", NULL), 1);
    forget(&b);
    hw_buf_done(&f);
}

static void behind_the_table_and_in_the_code_every_byte_counts(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    make(&f, plain);
    append(&f, 4096, 0);
    read_file(&b, hw_buf_span(&f));
    assert_false(digest_agrees(&b, "signature "));
    forget(&b);
    hw_buf_done(&f);
    make(&f, plain);
    f.p[0x300] ^= 1;
    read_file(&b, hw_buf_span(&f));
    assert_false(digest_agrees(&b, "signature "));
    assert_int_equal(lines(&b, "signature ", " math-ok=1", " content-ok=1", NULL), 1);
    forget(&b);
    hw_buf_done(&f);
}

static void the_checksum_is_not_hashed(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    make(&f, plain);
    f.p[0x40 + 24 + 64] ^= 0xff;
    read_file(&b, hw_buf_span(&f));
    assert_true(digest_agrees(&b, "signature "));
    forget(&b);
    hw_buf_done(&f);
}

/* A slot of two octets between the DER and the multiple of 8, made by a name of the right length.
 */
static void bytes_in_the_slot_are_alignment(void **state)
{
    (void)state;
    static const char name[] = "sixteen letters.";
    for (size_t cut = 0; cut < 8; cut++) {
        struct hw_buf f;
        struct bench b;
        struct hw_test_signature s = plain;
        char url[32];
        snprintf(url, sizeof url, "%s", name + cut);
        s.program = "P";
        s.url = url;
        make(&f, s);
        read_file(&b, hw_buf_span(&f));
        unsigned slot = lines(&b, " where=alignment", " nonzero=0", NULL);
        bool two = lines(&b, " where=alignment", " size=2 ", NULL) == 1;
        forget(&b);
        if (two) {
            assert_int_equal(slot, 1);
            f.p[f.n - 1] = 'y';
            f.p[f.n - 2] = 'x';
            read_file(&b, hw_buf_span(&f));
            assert_true(digest_agrees(&b, "signature "));
            assert_int_equal(lines(&b, " where=alignment", " size=2 ", " nonzero=2 ", NULL), 1);
            assert_int_equal(lines(&b, "uncovered ", NULL), 1);
            forget(&b);
            f.p[f.n - 1] = 0; /* the zero and the other are told apart */
            read_file(&b, hw_buf_span(&f));
            assert_int_equal(lines(&b, " where=alignment", " size=1 ", " nonzero=1 ", NULL), 1);
            assert_int_equal(lines(&b, "uncovered ", NULL), 2);
            forget(&b);
            hw_buf_done(&f);
            return;
        }
        hw_buf_done(&f);
    }
    fail(); /* none of eight lengths left two octets */
}

static void a_file_cut_in_its_table_is_truncated_and_not_judged(void **state)
{
    (void)state;
    struct hw_buf f;
    make(&f, plain);
    for (size_t cut = 1; cut < f.n - 0x600 + 100; cut += 7) {
        struct bench b;
        read_file(&b, (struct hw_span){f.p, f.n - cut});
        assert_int_equal(lines(&b, "signature ", " truncated=1", NULL), 1);
        assert_int_equal(lines(&b, "anomaly ", " rule=truncated", NULL), 1);
        assert_int_equal(b.node.degree, HW_BROKEN);
        assert_int_equal(lines(&b, " where=padding", NULL), 0);
        forget(&b);
    }
    hw_buf_done(&f);
}

static void a_table_over_code_hides_nothing(void **state)
{
    (void)state;
    struct hw_buf f, moved;
    struct bench b;
    make(&f, plain);
    /* The table goes between headers and section: the hashed stream stays the same if the table is
     * simply left out, but what is loaded is not. */
    hw_buf_init(&moved, 1 << 24);
    hw_buf_bytes(&moved, f.p, 0x200);
    hw_buf_bytes(&moved, f.p + 0x600, f.n - 0x600);
    hw_buf_bytes(&moved, f.p + 0x200, 0x400);
    moved.p[0x40 + 24 + 112 + 32] = 0x00;
    moved.p[0x40 + 24 + 112 + 33] = 0x02;
    read_file(&b, hw_buf_span(&moved));
    assert_int_equal(lines(&b, "signature ", " math-ok=1", NULL), 1);
    assert_false(digest_agrees(&b, "signature "));
    assert_int_equal(lines(&b, "anomaly ", " rule=overlap", NULL), 1);
    forget(&b);
    hw_buf_done(&f);
    hw_buf_done(&moved);
}

static void lies_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        bool content, math;
        const char *want[2];
    } cases[] = {{true, false, {" content-ok=0", " math-ok=1"}},
                 {false, true, {" content-ok=1", " math-ok=0"}}};
    for (size_t i = 0; i < 2; i++) {
        struct hw_buf f;
        struct bench b;
        struct hw_test_signature s = plain;
        s.lie_content = cases[i].content;
        s.lie_math = cases[i].math;
        make(&f, s);
        read_file(&b, hw_buf_span(&f));
        assert_int_equal(lines(&b, "signature ", cases[i].want[0], cases[i].want[1], NULL), 1);
        forget(&b);
        hw_buf_done(&f);
    }
}

static void a_table_without_a_signature_is_no_unsigned_file(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    hw_buf_init(&f, 1 << 20);
    hw_test_pe(&f, 0x400);
    hw_test_pe_table(&f, HW_SPAN_LIT("\x30\x03\x02\x01\x05"), true);
    read_file(&b, hw_buf_span(&f));
    assert_int_equal(lines(&b, "signature ", " problem=", NULL), 1);
    assert_int_equal(lines(&b, "anomaly ", " rule=signature-malformed", NULL), 1);
    forget(&b);
    hw_buf_done(&f);
}

/* -- inside the signature ------------------------------------------------------------------- */

static void an_unsigned_attribute_nobody_expects_is_counted(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    struct hw_test_signature s = plain;
    s.attribute = "1.3.6.1.4.1.99999.1";
    s.attribute_value = HW_SPAN_LIT("\x04\x05hello");
    make(&f, s);
    read_file(&b, hw_buf_span(&f));
    assert_int_equal(lines(&b, " where=unsigned-attribute", " name=\"1.3.6.1.4.1.99999.1\"", NULL),
                     1);
    assert_true(digest_agrees(&b, "signature "));
    forget(&b);
    hw_buf_done(&f);
}

static void a_known_attribute_with_junk_in_it_is_counted(void **state)
{
    (void)state;
    struct hw_buf f;
    struct bench b;
    struct hw_test_signature s = plain;
    s.attribute = "1.3.6.1.4.1.311.3.3.1";
    s.attribute_value = HW_SPAN_LIT("\x04\x05hello");
    make(&f, s);
    read_file(&b, hw_buf_span(&f));
    assert_int_equal(lines(&b, " where=unsigned-attribute", NULL), 1);
    assert_int_equal(lines(&b, "anomaly ", " rule=signature-malformed", NULL), 1);
    forget(&b);
    hw_buf_done(&f);
}

static void a_big_certificate_nobody_vouches_for_is_counted(void **state)
{
    (void)state;
    static uint8_t junk[6000];
    for (size_t i = 0; i < 2; i++) {
        struct hw_buf f, der;
        struct bench b;
        struct hw_test_signature s = plain;
        put_certificate(&der, "1.2.3.4", (struct hw_span){junk, i == 0 ? 100 : sizeof junk});
        s.extra_certificate = hw_buf_span(&der);
        make(&f, s);
        read_file(&b, hw_buf_span(&f));
        assert_int_equal(lines(&b, " where=unused-certificate", NULL), i);
        forget(&b);
        hw_buf_done(&f);
        hw_buf_done(&der);
    }
}

/* -- sweeps --------------------------------------------------------------------------------- */

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct bench b;
    (void)state;
    read_file(&b, (struct hw_span){p, n});
    bool ok = b.done && digest_agrees(&b, "signature node=0 index=0") &&
              lines(&b, "signature ", " content-ok=1", " math-ok=1", NULL) == 2 &&
              lines(&b, "anomaly ", NULL) == 0;
    forget(&b);
    return ok;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf f;
    struct hw_test_signature inner = {.digest = "SHA256", .stamp = HW_TEST_RFC3161};
    struct hw_test_signature outer = {
        .digest = "SHA1", .stamp = HW_TEST_PKCS9, .nested = &inner, .program = "P"};
    make(&f, outer);
    assert_true(parse(f.p, f.n, NULL));
    hw_sweep_truncate(f.p, f.n, parse, NULL);
    hw_sweep_mutate(f.p, f.n, 1500, 8, parse, NULL);
    hw_buf_done(&f);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct hw_buf f;
    unsigned failed = 0;
    struct hw_test_signature s = plain;
    s.stamp = HW_TEST_RFC3161;
    make(&f, s);
    for (uint64_t nth = 1; nth < 120; nth++) {
        struct bench b = {.sink = {keep}, .node = {.bytes = hw_buf_span(&f)}};
        struct hw_pe_layout layout;
        hw_buf_init(&b.text, 1 << 26);
        b.x = (struct hw_exam){.sink = &b.sink, .arena = hw_arena_new(1 << 26)};
        b.x.fuel = (struct hw_budget){.bytes = 1 << 26, .items = 1 << 20, .depth = 16};
        assert_true(hw_test_pe_layout(hw_buf_span(&f), &layout));
        hw_arena_fail_nth(nth);
        (void)hw_authenticode(&b.x, &b.node, &layout, b.code);
        hw_arena_fail_nth(0);
        assert_true(b.x.rc == HW_OK || b.x.rc == HW_E_MEMORY);
        failed += b.x.rc != HW_OK;
        hw_arena_free(b.x.arena);
        hw_buf_done(&b.text);
    }
    assert_true(failed > 10);
    hw_buf_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_file_holds_and_leaves_nothing_out),
        cmocka_unit_test(a_file_and_its_signed_twin_are_the_same_code),
        cmocka_unit_test(every_algorithm_comes_of_one_call),
        cmocka_unit_test(nested_and_countersigned_is_read_whole),
        cmocka_unit_test(bytes_within_the_entry_are_counted_exactly),
        cmocka_unit_test(bytes_behind_the_entry_are_counted_exactly),
        cmocka_unit_test(a_second_entry_is_counted_whole),
        cmocka_unit_test(behind_the_table_and_in_the_code_every_byte_counts),
        cmocka_unit_test(the_checksum_is_not_hashed),
        cmocka_unit_test(bytes_in_the_slot_are_alignment),
        cmocka_unit_test(a_file_cut_in_its_table_is_truncated_and_not_judged),
        cmocka_unit_test(a_table_over_code_hides_nothing),
        cmocka_unit_test(lies_are_told_apart),
        cmocka_unit_test(a_table_without_a_signature_is_no_unsigned_file),
        cmocka_unit_test(an_unsigned_attribute_nobody_expects_is_counted),
        cmocka_unit_test(a_known_attribute_with_junk_in_it_is_counted),
        cmocka_unit_test(a_big_certificate_nobody_vouches_for_is_counted),
        cmocka_unit_test(sweeps_end_well),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
