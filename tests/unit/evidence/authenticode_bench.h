/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/evidence/authenticode_bench.h -- an examination whose facts are kept as lines.
 */
#ifndef HW_TESTS_AUTHENTICODE_BENCH_H
#define HW_TESTS_AUTHENTICODE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "build_pki.h"
#include "evidence/artifact/authenticode.h"
#include "evidence/evidence.h"
#include "sweep.h"
#include "trust/hash.h"
#include "trust/keyring.h"

struct bench {
    struct hw_sink sink;
    struct hw_buf text;
    struct hw_exam x;
    struct hw_node node;
    struct hw_keyring ring;
    struct hw_arena *keys;
    uint8_t code[32];
    bool done;
};

static inline int keep(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct bench *b = (struct bench *)(void *)sink;
    struct hw_buf wire;
    hw_buf_init(&wire, HW_FRAME_BYTES);
    int rc = hw_fact_encode(f, &wire, err); /* what the wire refuses is a bug here */
    hw_buf_done(&wire);
    hw_fact_print(f, &b->text);
    hw_buf_char(&b->text, '\n');
    return rc;
}

static inline void read_file(struct bench *b, struct hw_span file)
{
    struct hw_pe_layout layout;
    struct hw_buf csv;
    *b = (struct bench){.sink = {keep}, .node = {.bytes = file}};
    hw_buf_init(&b->text, 1 << 26);
    hw_buf_init(&csv, 1 << 16);
    hw_test_roots_csv(&csv);
    b->keys = hw_arena_new(1 << 20);
    assert_int_equal(hw_keyring_read(&b->ring, hw_buf_span(&csv), b->keys, NULL), HW_OK);
    hw_buf_done(&csv);
    b->x = (struct hw_exam){.sink = &b->sink, .keys = &b->ring, .arena = hw_arena_new(1 << 26)};
    b->x.fuel = (struct hw_budget){.bytes = 1 << 26, .items = 1 << 20, .depth = 16};
    if (hw_test_pe_layout(file, &layout)) {
        b->done = hw_authenticode(&b->x, &b->node, &layout, b->code);
    }
}

static inline void forget(struct bench *b)
{
    assert_int_equal(b->x.rc, HW_OK);
    hw_arena_free(b->x.arena);
    hw_arena_free(b->keys);
    hw_buf_done(&b->text);
}

/* How many lines hold all of these (NULL ends them)? */
static inline unsigned lines(struct bench *b, ...)
{
    unsigned found = 0;
    const char *line = hw_buf_text(&b->text);
    while (line != NULL && *line != '\0') {
        const char *end = strchr(line, '\n');
        va_list args;
        bool all = true;
        va_start(args, b);
        for (const char *want; (want = va_arg(args, const char *)) != NULL;) {
            const char *at = strstr(line, want);
            all = all && at != NULL && at < end;
        }
        va_end(args);
        found += all;
        line = end + 1;
    }
    return found;
}

static const struct hw_test_signature plain = {.digest = "SHA256"};

static inline void make(struct hw_buf *b, struct hw_test_signature s)
{
    hw_buf_init(b, 1 << 24);
    hw_test_pe_signed(b, 0x400, s);
    while (b->n % 8 != 0) {
        fail();
    }
}

/* The claimed and the found digest of a signature line agree. */
static inline bool digest_agrees(struct bench *b, const char *index)
{
    const char *line = strstr(hw_buf_text(&b->text), index);
    const char *claimed = line == NULL ? NULL : strstr(line, " claimed=");
    const char *found = line == NULL ? NULL : strstr(line, " found=");
    if (claimed == NULL || found == NULL) {
        return false;
    }
    return strncmp(claimed + 9, found + 7, (size_t)(found - claimed) - 9) == 0;
}

static inline void append(struct hw_buf *f, size_t n, size_t zeros)
{
    for (size_t i = 0; i < n; i++) {
        hw_buf_char(f, (char)('A' + i % 26));
    }
    for (size_t i = 0; i < zeros; i++) {
        hw_buf_char(f, 0);
    }
}

static inline void put_certificate(struct hw_buf *der, const char *oid, struct hw_span value)
{
    hw_buf_init(der, 1 << 20);
    hw_test_certificate(der, &(struct hw_test_cert){"Dummy", "Unknown issuer", HW_TEST_STRANGER,
                                                    HW_TEST_STRANGER, .serial = 5, .extension = oid,
                                                    .extension_value = value});
}

#endif
