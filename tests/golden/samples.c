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
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "build_asar.h"
#include "build_pe.h"
#include "build_pki.h"
#include "build_share.h"
#include "build_tar.h"
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
    static const struct hw_build_string words[] = {{"CompanyName", "Example Corp"},
                                                   {"FileVersion", "1.2.3.4"},
                                                   {"OriginalFilename", "example.dll"},
                                                   {"ProductName", "Example"}};
    uint8_t code[512] = {0xc3};
    code[100] = patch;
    struct hw_build_section text = {.name = ".text", .data = {code, sizeof code}};
    struct hw_build_pe spec = {.plus = true,
                               .library = true,
                               .sections = &text,
                               .section_count = 1,
                               .version = words,
                               .version_count = 4,
                               .version_number = {1, 2, 3, 4}};
    hw_build_pe(&spec, out);
}

/* Signs the image with the test authority, countersigned at a fixed time; what else `s` says
 * too. */
static void sign_as(struct hw_buf *image, struct hw_test_signature s)
{
    struct hw_pe_layout layout;
    struct hw_pe_digests digests;
    struct hw_buf cms;
    while (image->n % 8 != 0) {
        hw_buf_char(image, 0);
    }
    must(hw_test_pe_layout(hw_buf_span(image), &layout), "layout");
    hw_authenticode_digest(&layout, HW_PE_SHA256, &digests);
    s.digest = "SHA256";
    s.file_digest = (struct hw_span){digests.sha256, 32};
    s.program = "Example";
    hw_buf_init(&cms, 1 << 20);
    hw_test_cms(&cms, &s);
    hw_pe_edit_sign(image, hw_buf_span(&cms));
    hw_buf_done(&cms);
}

static void sign(struct hw_buf *image)
{
    sign_as(image, (struct hw_test_signature){.stamp = HW_TEST_RFC3161});
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

/* ---- signed files, touched in the ways that leave a signature standing, or not ---- */

/* A frame as some updaters write it; behind it `tail`, then zeros. */
static void tag(struct hw_buf *b, const char *says, const char *tail)
{
    hw_buf_str(b, "Gact2.0Omaha");
    hw_buf_char(b, (char)(strlen(says) >> 8));
    hw_buf_char(b, (char)strlen(says));
    hw_buf_str(b, says);
    hw_buf_str(b, tail);
    while (b->n % 512 != 0) {
        hw_buf_char(b, 0);
    }
}

static void touched(const struct hw_buf *good)
{
    struct hw_buf b, text;
    hw_buf_init(&b, 1 << 24);
    hw_buf_init(&text, 1 << 16);

    hw_buf_span_put(&b, hw_buf_span(good));
    hw_pe_edit_strip(&b);
    put("stripped.dll", &b);

    hw_buf_clear(&b);
    hw_buf_span_put(&b, hw_buf_span(good));
    b.p[hw_pe_edit_get(&b, "section.0.raw-off") + 7] ^= 1;
    put("patched.dll", &b);

    hw_buf_clear(&b);
    hw_buf_span_put(&b, hw_buf_span(good));
    hw_pe_edit_pad_behind(&b, HW_SPAN_LIT("inert bytes behind the last entry of the table"));
    put("appended.dll", &b);

    hw_buf_clear(&b);
    hw_buf_span_put(&b, hw_buf_span(good));
    hw_buf_str(&b, "inert bytes behind the table");
    put("behind.dll", &b);

    for (int hostile = 0; hostile < 2; hostile++) {
        hw_buf_clear(&b);
        hw_buf_clear(&text);
        hw_buf_span_put(&b, hw_buf_span(good));
        tag(&text, "brand=GGLL&iid={1}", hostile ? "inert, and no part of the tag" : "");
        hw_pe_edit_pad_inside(&b, hw_buf_span(&text));
        put(hostile ? "tagged-hostile.dll" : "tagged.dll", &b);
    }

    hw_buf_done(&b);
    library(&b, 1);
    hw_buf_clear(&text);
    hw_test_put(&text, 0x04, HW_SPAN_LIT("inert bytes in an attribute that nobody signed"));
    sign_as(&b, (struct hw_test_signature){.stamp = HW_TEST_RFC3161,
                                           .attribute = "1.3.6.1.4.1.99999.1",
                                           .attribute_value = hw_buf_span(&text)});
    put("attribute.dll", &b);

    hw_buf_done(&b);
    library(&b, 1);
    sign_as(&b, (struct hw_test_signature){.stamp = HW_TEST_NO_STAMP});
    put("unstamped.dll", &b);
    hw_buf_done(&b);
    hw_buf_done(&text);
}

/* ---- boxes ---- */

static void add_bytes(struct build_zip *z, const char *name, const struct hw_buf *b)
{
    build_zip_add(
        z, &(struct build_zip_member){.name = name, .bytes = b->p, .n = b->n, .deflate = true});
}

static void zip_put(struct build_zip *z, const char *name)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 24);
    build_zip_end(z, "");
    hw_buf_span_put(&b, build_zip_span(z));
    put(name, &b);
    hw_buf_done(&b);
    build_zip_done(z);
}

/* A release with the twin two boxes deep. */
static void nested(const struct hw_buf *good, const struct hw_buf *twin)
{
    struct build_zip z;
    struct hw_buf tar, gz;
    hw_buf_init(&tar, 1 << 24);
    hw_buf_init(&gz, 1 << 24);
    build_zip_init(&z);
    add_bytes(&z, "lib/example.dll", twin);
    build_zip_end(&z, "");
    struct hw_span inner = build_zip_span(&z);
    build_tar_add(&tar, &(struct build_tar_member){
                            .name = "release/example.dll", .bytes = good->p, .n = good->n});
    build_tar_add(&tar, &(struct build_tar_member){
                            .name = "release/plugins.zip", .bytes = inner.p, .n = inner.n});
    build_tar_end(&tar);
    build_gzip(&gz, hw_buf_span(&tar), NULL, 0);
    put("release.tar.gz", &gz);
    build_zip_done(&z);
    hw_buf_done(&tar);
    hw_buf_done(&gz);
}

static void asar(void)
{
    static const char files[] = "console.log(1)";
    struct hw_buf json, b;
    for (int broken = 0; broken < 2; broken++) {
        hw_buf_init(&json, 1 << 16);
        hw_buf_init(&b, 1 << 16);
        hw_buf_str(&json, "{\"files\":{\"main.js\":{\"size\":14,\"offset\":\"0\",");
        build_asar_integrity(&json, files, 14, 4, broken);
        hw_buf_str(&json, "}}}");
        build_asar(&b, hw_buf_text(&json), files, 14);
        put(broken ? "unsealed.asar" : "app.asar", &b);
        hw_buf_done(&json);
        hw_buf_done(&b);
    }
}

/* 80 MiB of zeros in a ZIP of 80 KiB. */
static void bomb(void)
{
    enum { N = 80 << 20 };
    struct build_zip z;
    uint8_t *zeros = calloc(1, N);
    must(zeros != NULL, "zeros");
    build_zip_init(&z);
    build_zip_file(&z, "readme.txt", "nothing to see\n");
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "zeros.bin", .bytes = zeros, .n = N, .deflate = true});
    zip_put(&z, "bomb.zip");
    free(zeros);
}

/* What is recognised and stays closed, and what is two things at once. */
static void closed(void)
{
    static const char nsis[] = "\0\0\0\0\xef\xbe\xad\xdeNullsoftInst, inert";
    static const char cfb[] =
        "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1................\x3e\0\3\0\xfe\xff\x09";
    struct hw_buf b;
    struct build_zip z;
    hw_buf_init(&b, 1 << 16);
    hw_build_pe(
        &(struct hw_build_pe){.plus = false, .overlay = {(const uint8_t *)nsis, sizeof nsis}}, &b);
    put("setup.exe", &b);
    hw_buf_clear(&b);
    hw_buf_str(&b, "!<arch>\ndebian-binary   1678665600  0     0     100644  4         `\n2.0\n");
    put("package.deb", &b);
    hw_buf_done(&b);
    build_zip_init(&z);
    build_zip_bytes(&z, cfb, sizeof cfb);
    build_zip_file(&z, "payload.jar", "x");
    zip_put(&z, "polyglot.msi");
}

/* ---- names and words that would speak to a terminal ---- */

#define ESC "\x1b[31m"
#define BIDI "\xe2\x80\xae"

static void hostile_words(void)
{
    static const struct hw_build_string words[] = {{"CompanyName", ESC "Evil\r\nCorp"},
                                                   {"FileVersion", "1.0" ESC},
                                                   {"OriginalFilename", "exe\x07" BIDI "lld.dll"},
                                                   {"ProductName", "\x9b"
                                                                   "2J\x7f"}};
    struct build_zip z;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_build_pe(&(struct hw_build_pe){.plus = true,
                                      .library = true,
                                      .version = words,
                                      .version_count = 4,
                                      .version_number = {1, 0, 0, 0}},
                &b);
    put("words.dll", &b);
    build_zip_init(&z);
    add_bytes(&z, "a/" ESC "red\r" BIDI ".dll", &b);
    build_zip_file(&z,
                   "b/\xff\xfe"
                   "bad utf-8\x80.txt",
                   "x\n");
    build_zip_file(&z,
                   "c/\x08\x08\x9b"
                   "31m\x7f.txt",
                   "x\n");
    build_zip_file(&z, "d/\xe2\x80\x8bhidden\xef\xbb\xbf\xf3\xa0\x81\x81.txt", "x\n");
    build_zip_file(&z, "../../e\nf", "x\n");
    zip_put(&z, "words.zip");

    hw_buf_clear(&b);
    hw_buf_str(&b, "type,value,description,source\nsha256,");
    for (int i = 0; i < 32; i++) {
        hw_buf_str(&b, "ab");
    }
    hw_buf_str(&b, "," ESC "label" BIDI ",\"so\rurce\"\ndomain,evil" ESC ".invalid,x,y\n");
    put("words.csv", &b);

    /* The same without control characters, which make a list none. */
    hw_buf_clear(&b);
    hw_buf_str(&b, "type,value,description,source\nsha256,");
    uint8_t digest[64];
    size_t n;
    hw_test_digest("SHA256", HW_SPAN_LIT("x\n"), digest, &n);
    hw_buf_hex(&b, (struct hw_span){digest, n});
    hw_buf_str(&b, ",label" BIDI "\xe2\x80\x8bhidden,\"so\xc2\x9b"
                   "31murce\"\n"
                   "domain,evil.invalid,\"two\nlines\"," BIDI "\n");
    put("labels.csv", &b);

    hw_buf_clear(&b);
    hw_buf_str(&b, "a file with a hostile name\n");
    put("hostile-" ESC "red" BIDI "\r\n\xff.txt", &b);
    hw_buf_done(&b);
}

/* As published by people who fear their own mail filter: byte order mark, CRLF, defanged. */
static void defanged(const struct hw_buf *bad)
{
    struct hw_buf b;
    uint8_t digest[64];
    size_t n;
    hw_buf_init(&b, 1 << 16);
    hw_test_digest("SHA256", hw_buf_span(bad), digest, &n);
    hw_buf_str(&b, "\xef\xbb\xbftype,value,description\r\nsha256,");
    hw_buf_hex(&b, (struct hw_span){digest, n});
    hw_buf_str(&b, ",poisoned example\r\ndomain,example[.]invalid,command and control\r\n"
                   "url,hxxps[://]example[.]invalid/a.ico,icons\r\nip,192[.]0[.]2[.]1,a host\r\n");
    put("defanged.csv", &b);
    hw_buf_done(&b);
}

/* The same version as good.dll with other code, signed 122 days later; and good.dll's own code
 * signed again then. */
static void reissued(void)
{
    static const struct hw_test_signature later = {.stamp = HW_TEST_RFC3161,
                                                   .stamp_at = "20230905070809Z"};
    struct hw_buf b;
    library(&b, 2);
    sign_as(&b, later);
    put("reissued.dll", &b);
    hw_buf_done(&b);
    library(&b, 1);
    sign_as(&b, later);
    put("resigned.dll", &b);
    hw_buf_done(&b);
}

/* When "Example" ended: long before it was signed, and shortly before. */
static void lifecycles(void)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_buf_str(&b, "vendor,product,version,ended\nExample Corp,Example,1.2,2020-04-01\n");
    put("ended.csv", &b);
    hw_buf_clear(&b);
    hw_buf_str(&b, "vendor,product,version,ended\nExample Corp,Example,1.2,2022-12-31\n"
                   "Example Corp,Example,2,2020-04-01\nOther,Example,1.2,2020-04-01\n");
    put("ended-lately.csv", &b);
    hw_buf_done(&b);
}

/* Bundles whose makers lie: with the names of the one who reads them, in circles, as observed. */
#define LIB "abababababababababababababababababababababababababababababababab"
static void bundles(void)
{
    static const char head[] =
        "{\"type\":\"headwater-share\",\"version\":1,\"made\":\"2024-06-01T00:00:00Z\",\"by\":"
        "\"beta\",\"to\":\"beta\",\"id\":\"bundle-000000000000\",\"target\":5}\n";
    static const char lines[] =
        "{\"type\":\"end\",\"n\":1,\"kind\":\"host\",\"key\":\"pc-1\",\"name\":\"PC-1\",\"host\":"
        "\"PC-1\",\"org\":\"beta\"}\n"
        "{\"type\":\"end\",\"n\":2,\"kind\":\"account\",\"key\":\"amy\",\"name\":\"amy\",\"org\":"
        "\"beta\"}\n"
        "{\"type\":\"end\",\"n\":3,\"kind\":\"process\",\"key\":\"p\",\"name\":\"explorer.exe (pid "
        "600)\",\"host\":\"PC-1\",\"org\":\"beta\"}\n"
        "{\"type\":\"end\",\"n\":4,\"kind\":\"file\",\"key\":\"f\",\"name\":\"</"
        "script>\\u202efdp.exe\","
        "\"host\":\"PC-1\",\"org\":\"beta, as told by 000000000000\"}\n"
        "{\"type\":\"end\",\"n\":5,\"kind\":\"artifact\",\"key\":\"" LIB
        "\",\"name\":\"harmless\"}\n"
        "{\"type\":\"end\",\"n\":6,\"kind\":\"release\",\"key\":\"acme|app|1.0\"}\n"
        "{\"type\":\"step\",\"from\":1,\"verb\":\"logged-on\",\"to\":2,\"class\":\"observed\","
        "\"part\":\"way\"}\n"
        "{\"type\":\"step\",\"from\":2,\"verb\":\"controls\",\"to\":3,\"class\":\"observed\","
        "\"part\":\"way\"}\n"
        "{\"type\":\"step\",\"from\":3,\"verb\":\"wrote\",\"to\":4,\"class\":\"observed\","
        "\"part\":\"way\",\"lo\":\"2024-05-01T00:00:00Z\",\"hi\":\"2024-05-01T00:00:00Z\"}\n"
        "{\"type\":\"step\",\"from\":4,\"verb\":\"is\",\"to\":5,\"class\":\"keyed\",\"part\":"
        "\"way\","
        "\"lo\":\"2024-05-01T00:00:00Z\",\"hi\":\"2024-05-01T00:00:00Z\"}\n"
        "{\"type\":\"step\",\"from\":5,\"verb\":\"is\",\"to\":4,\"class\":\"keyed\",\"part\":"
        "\"way\"}\n"
        "{\"type\":\"step\",\"from\":4,\"verb\":\"ran\",\"to\":3,\"class\":\"observed\","
        "\"part\":\"run\"}\n"
        "{\"type\":\"step\",\"from\":6,\"verb\":\"released\",\"to\":5,\"class\":\"observed\","
        "\"part\":\"way\"}\n"
        "{\"type\":\"step\",\"from\":3,\"verb\":\"wrote\",\"to\":4,\"class\":\"observed\","
        "\"part\":\"way\",\"lo\":\"2030-01-01T00:00:00Z\"}\n";
    static const char later[] =
        "{\"type\":\"headwater-share\",\"version\":1,\"made\":\"2199-06-01T00:00:00Z\",\"by\":"
        "\"beta\",\"id\":\"bundle-000000000000\",\"target\":5}\n";
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_share(&b, &(struct build_share){.head = head, .lines = lines, .seed = 5});
    put("lying.share", &b);
    hw_buf_clear(&b);
    build_share(&b, &(struct build_share){.head = later, .lines = lines, .seed = 5});
    put("later.share", &b);
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
    build_zip_add(&z,
                  &(struct build_zip_member){
                      .name = "app/example.dll", .bytes = good.p, .n = good.n, .deflate = true});
    build_zip_file(&z, "app/readme.txt", "nothing to see\n");
    build_zip_file(&z, "app/\x1b[31mred\xe2\x80\xae.txt", "a hostile name\n");
    build_zip_end(&z, "");
    hw_buf_span_put(&zip, build_zip_span(&z));
    build_zip_done(&z);
    put("app.zip", &zip);
    touched(&good);
    nested(&good, &twin);
    asar();
    bomb();
    closed();
    defanged(&bad);
    reissued();
    lifecycles();
    bundles();
    must(mkdir("hostile", 0755) == 0 && chdir("hostile") == 0, "hostile");
    hostile_words();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hw_buf_done(all[i]);
    }
    return 0;
}
