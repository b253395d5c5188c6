/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/link.h"

#include "trust/hash.h"
#include "trust_test.h"

enum { CERTS = 4 };

struct house {
    struct hw_buf der[CERTS];
    struct hw_bench bench[CERTS];
    struct hw_cert certs[CERTS];
    const struct hw_cert *list[CERTS];
    struct hw_buf csv;
    struct hw_keyring ring;
    struct hw_arena *arena;
    struct hw_links links;
};

/* 0 root, 1 signer, 2 one that names the root and was signed by a stranger, 3 an orphan */
static void build(struct house *h)
{
    struct hw_error err;
    for (size_t i = 0; i < CERTS; i++) {
        hw_buf_init(&h->der[i], 1 << 16);
    }
    hw_test_root(&h->der[0]);
    hw_test_signer(&h->der[1]);
    hw_test_certificate(&h->der[2], &(struct hw_test_cert){"Forged", "Test Root", HW_TEST_STAMPER,
                                                           HW_TEST_STRANGER, .serial = 9});
    hw_test_certificate(&h->der[3], &(struct hw_test_cert){"Orphan", "Nobody", HW_TEST_STAMPER,
                                                           HW_TEST_STRANGER, .serial = 10});
    for (size_t i = 0; i < CERTS; i++) {
        bench_open(&h->bench[i], hw_buf_span(&h->der[i]));
        assert_int_equal(hw_cert_read(&h->bench[i].r, h->bench[i].arena, &h->certs[i], &err),
                         HW_OK);
        h->list[i] = &h->certs[i];
    }
    h->arena = hw_arena_new(1 << 20);
    hw_buf_init(&h->csv, 1 << 16);
    hw_test_roots_csv(&h->csv);
    h->ring = (struct hw_keyring){0};
    assert_int_equal(hw_keyring_read(&h->ring, hw_buf_span(&h->csv), h->arena, &err), HW_OK);
}

static void tear_down(struct house *h)
{
    for (size_t i = 0; i < CERTS; i++) {
        bench_close(&h->bench[i]);
        hw_buf_done(&h->der[i]);
    }
    hw_buf_done(&h->csv);
    hw_arena_free(h->arena);
}

static size_t count(const struct house *h, size_t child, size_t issuer, bool ring, bool ok)
{
    size_t n = 0;
    for (size_t i = 0; i < h->links.count; i++) {
        const struct hw_link *l = &h->links.links[i];
        n += l->child == child && (l->key != NULL) == ring && l->ok == ok &&
             (ring || l->issuer == issuer);
    }
    return n;
}

static void links_are_found_in_the_bag_and_in_the_keyring(void **state)
{
    (void)state;
    struct house h;
    struct hw_work work = {.verifications = 100};
    struct hw_error err;
    build(&h);
    assert_int_equal(hw_links_find(h.list, CERTS, &h.ring, &work, h.arena, &h.links, &err), HW_OK);
    assert_int_equal(count(&h, 1, 0, false, true), 1); /* signer by root in the bag */
    assert_int_equal(count(&h, 1, 0, true, true), 1);  /* and by the anchor */
    assert_int_equal(count(&h, 0, 0, true, true), 1);  /* the root is the anchor's own */
    assert_true(h.links.self[0]);
    assert_false(h.links.self[1] || h.links.self[2] || h.links.self[3]);
    assert_false(work.reached);
    tear_down(&h);
}

static void a_name_without_its_key_is_a_failed_link(void **state)
{
    (void)state;
    struct house h;
    struct hw_work work = {.verifications = 100};
    struct hw_error err;
    build(&h);
    assert_int_equal(hw_links_find(h.list, CERTS, &h.ring, &work, h.arena, &h.links, &err), HW_OK);
    assert_int_equal(count(&h, 2, 0, false, true) + count(&h, 2, 0, true, true), 0);
    assert_int_equal(count(&h, 2, 0, false, false), 1);
    assert_int_equal(count(&h, 3, 0, false, false) + count(&h, 3, 0, true, false), 0);
    tear_down(&h);
}

static void a_spent_budget_is_told(void **state)
{
    (void)state;
    struct house h;
    struct hw_work work = {.verifications = 1};
    struct hw_error err;
    build(&h);
    assert_int_equal(hw_links_find(h.list, CERTS, NULL, &work, h.arena, &h.links, &err), HW_OK);
    assert_true(work.reached);
    assert_true(h.links.count <= 1);
    assert_int_equal(hw_links_find(h.list, 0, &h.ring, &work, h.arena, &h.links, &err), HW_OK);
    assert_int_equal(h.links.count, 0);
    tear_down(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_found_in_the_bag_and_in_the_keyring),
        cmocka_unit_test(a_name_without_its_key_is_a_failed_link),
        cmocka_unit_test(a_spent_budget_is_told),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
