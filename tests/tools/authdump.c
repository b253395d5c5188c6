/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/tools/authdump.c -- prints what hw_authenticode says about PE files, for developers.
 *
 *   authdump ROOTS.csv FILE...
 *
 * Its PE reading is only what is needed to find the certificate table; it is no parser to learn
 * from. One line for each fact, as hw_fact_print spells it, then "code SHA256".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/artifact/authenticode.h"
#include "evidence/evidence.h"
#include "build_pki.h"
#include "trust/hash.h"
#include "trust/keyring.h"

static int print_fact(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_buf b, wire;
    (void)sink;
    hw_buf_init(&wire, HW_FRAME_BYTES);
    int rc = hw_fact_encode(f, &wire, err); /* what the wire refuses must show here */
    hw_buf_done(&wire);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_init(&b, 1 << 20);
    hw_fact_print(f, &b);
    printf("%s\n", hw_buf_text(&b));
    hw_buf_done(&b);
    return HW_OK;
}

static struct hw_span slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    size_t n = (size_t)ftell(f);
    rewind(f);
    uint8_t *p = malloc(n == 0 ? 1 : n);
    if (p == NULL || fread(p, 1, n, f) != n) {
        exit(2);
    }
    fclose(f);
    return (struct hw_span){p, n};
}

static int dump(const char *path, const struct hw_keyring *ring)
{
    struct hw_span file = slurp(path);
    struct hw_sink sink = {print_fact};
    struct hw_node node = {.bytes = file};
    struct hw_pe_layout layout;
    uint8_t code[32];
    struct hw_exam x = {.sink = &sink, .keys = ring, .arena = hw_arena_new(64U << 20)};
    x.fuel = (struct hw_budget){.bytes = UINT64_C(1) << 32, .items = 1000000, .depth = 64};
    printf("file %s\n", path);
    if (!hw_test_pe_layout(file, &layout)) {
        printf("no PE\n");
    } else if (hw_authenticode(&x, &node, &layout, code)) {
        printf("code ");
        for (size_t i = 0; i < sizeof code; i++) {
            printf("%02x", code[i]);
        }
        printf(" degree %s\n", hw_degree_word(node.degree));
    }
    if (x.rc != HW_OK) {
        printf("failed: %s\n", x.err.text);
    }
    hw_arena_free(x.arena);
    free((void *)(uintptr_t)file.p);
    return x.rc == HW_OK ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct hw_keyring ring = {0};
    struct hw_error err;
    if (argc < 3) {
        fprintf(stderr, "usage: authdump ROOTS.csv FILE...\n");
        return 2;
    }
    hw_trust_warm();
    struct hw_arena *arena = hw_arena_new(64U << 20);
    struct hw_span csv = slurp(argv[1]);
    if (arena == NULL || hw_keyring_read(&ring, csv, arena, &err) != HW_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    printf("keys %zu refused %zu\n", ring.count, ring.refused);
    int rc = 0;
    for (int i = 2; i < argc; i++) {
        rc |= dump(argv[i], &ring);
    }
    hw_arena_free(arena);
    free((void *)(uintptr_t)csv.p);
    return rc;
}
