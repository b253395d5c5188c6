/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/golden/samples.c -- makes the files the golden cases ask about, the same bytes everywhere.
 *
 * All of it is inert: programs of a few zero bytes, signed by a test authority whose keys are fixed
 * and fit for nothing else, and lists that name their hashes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "build_pe.h"
#include "build_pki.h"
#include "build_zip.h"
#include "evidence/artifact/authenticode.h"

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

static void put(const char *name, const struct hw_buf *b)
{
    FILE *f = fopen(name, "we");
    must(f != NULL && fwrite(b->p, 1, b->n, f) == b->n && fclose(f) == 0, name);
}

/* A library that calls itself "example" 1.2.3.4; `patch` changes one byte of its code. */
static void library(struct hw_buf *out, uint8_t patch)
{
    static const struct hw_build_string words[] = {
        {"CompanyName", "Example Corp"}, {"FileVersion", "1.2.3.4"},
        {"OriginalFilename", "example.dll"}, {"ProductName", "Example"}};
    uint8_t code[512] = {0xc3};
    code[100] = patch;
    struct hw_build_section text = {.name = ".text", .data = {code, sizeof code}};
    struct hw_build_pe spec = {.plus = true, .library = true, .sections = &text, .section_count = 1,
                               .version = words, .version_count = 4,
                               .version_number = {1, 2, 3, 4}};
    hw_build_pe(&spec, out);
}

/* Signs the image with the test authority, countersigned at a fixed time. */
static void sign(struct hw_buf *image)
{
    struct hw_pe_layout layout;
    struct hw_pe_digests digests;
    struct hw_buf cms;
    while (image->n % 8 != 0) {
        hw_buf_char(image, 0);
    }
    must(hw_test_pe_layout(hw_buf_span(image), &layout), "layout");
    hw_authenticode_digest(&layout, HW_PE_SHA256, &digests);
    struct hw_test_signature s = {.digest = "SHA256", .file_digest = {digests.sha256, 32},
                                  .stamp = HW_TEST_RFC3161, .program = "Example"};
    hw_buf_init(&cms, 1 << 20);
    hw_test_cms(&cms, &s);
    hw_pe_edit_sign(image, hw_buf_span(&cms));
    hw_buf_done(&cms);
}

static void pem(const char *name, const char *label, struct hw_span der)
{
    struct hw_buf b, text;
    hw_buf_init(&b, 1 << 20);
    hw_buf_init(&text, 1 << 20);
    hw_base64_put(&text, der);
    hw_buf_printf(&b, "-----BEGIN %s-----\n", label);
    for (size_t i = 0; i < text.n; i += 64) {
        size_t n = text.n - i < 64 ? text.n - i : 64;
        hw_buf_bytes(&b, text.p + i, n);
        hw_buf_char(&b, '\n');
    }
    hw_buf_printf(&b, "-----END %s-----\n", label);
    put(name, &b);
    hw_buf_done(&b);
    hw_buf_done(&text);
}

static void list(const char *name, const struct hw_buf *bad)
{
    struct hw_buf b;
    uint8_t digest[64];
    size_t n;
    hw_buf_init(&b, 1 << 16);
    hw_test_digest("SHA256", hw_buf_span(bad), digest, &n);
    hw_buf_str(&b, "type,value,description,source\nsha256,");
    hw_buf_hex(&b, (struct hw_span){digest, n});
    hw_buf_str(&b, ",poisoned example,a test\ndomain,example[.]invalid,where it called,a test\n"
                   "sha256,not a hash,,\n");
    put(name, &b);
    hw_buf_done(&b);
}

int main(int argc, char **argv)
{
    struct hw_buf plain, good, bad, twin, cut, der, zip;
    must(argc == 2 && chdir(argv[1]) == 0, "samples FOLDER");
    struct hw_buf *const all[] = {&plain, &good, &bad, &twin, &cut, &der, &zip};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hw_buf_init(all[i], 1 << 24);
    }
    library(&plain, 1);
    put("unsigned.dll", &plain);
    library(&good, 1);
    sign(&good);
    put("good.dll", &good);
    hw_buf_span_put(&bad, hw_buf_span(&good));
    hw_pe_edit_pad_inside(&bad, HW_SPAN_LIT("inert bytes that nobody signed, 48 of them here."));
    put("padded.dll", &bad);
    library(&twin, 2);
    sign(&twin);
    put("twin.dll", &twin);
    hw_buf_span_put(&cut, (struct hw_span){good.p, good.n - 600});
    put("cut.dll", &cut);

    hw_test_root(&der);
    pem("root.pem", "CERTIFICATE", hw_buf_span(&der));
    hw_buf_clear(&der);
    hw_test_crl(&der, HW_TEST_CA);
    put("revoked.crl", &der);
    list("list.csv", &bad);

    struct build_zip z;
    build_zip_init(&z);
    build_zip_add(&z, &(struct build_zip_member){.name = "app/example.dll", .bytes = good.p,
                                                 .n = good.n, .deflate = true});
    build_zip_file(&z, "app/readme.txt", "nothing to see\n");
    build_zip_file(&z, "app/\x1b[31mred\xe2\x80\xae.txt", "a hostile name\n");
    build_zip_end(&z, "");
    hw_buf_span_put(&zip, build_zip_span(&z));
    build_zip_done(&z);
    put("app.zip", &zip);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hw_buf_done(all[i]);
    }
    return 0;
}
