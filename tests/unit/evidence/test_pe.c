/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an honest image tells, chapter by chapter, and what each lie is called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_pe.h"
#include "exam.h"

#define SPAN(s) ((struct hw_span){(const uint8_t *)(s), sizeof(s) - 1})

static const char *const kernel_symbols[] = {"ExitProcess", "GetProcAddress", NULL};
static const char *const socket_symbols[] = {"#115", "send", "#9999", NULL};
static const char *const shell_symbols[] = {"ShellExecuteW", NULL};
static const struct hw_build_import imports[] = {
    {"KERNEL32.dll", kernel_symbols, false},
    {"WS2_32.dll", socket_symbols, false},
    {"SHELL32.dll", shell_symbols, true},
};
static const struct hw_build_export exports[] = {
    {"alpha", NULL}, {"beta", "OTHER.gamma"}, {NULL, NULL}, {"delta\xff", NULL}};
static const struct hw_build_string version[] = {
    {"CompanyName", "Made Up Ltd"}, {"FileVersion", "1.2.3.4 (tests)"},
    {"InternalName", "made"},       {"OriginalFilename", "made.dll"},
    {"ProductName", "Made"},        {"Odd", "value"},
};

static const struct hw_build_pe rich_spec = {
    .plus = true,
    .library = true,
    .timestamp = 0x5eadbeef,
    .imports = imports,
    .import_count = 3,
    .export_module = "made.dll",
    .exports = exports,
    .export_count = 4,
    .version = version,
    .version_count = 6,
    .version_number = {1, 2, 3, 4},
    .manifest = "<assembly/>",
    .pdb = "C:\\made\\made.pdb",
    .repro = true,
    .rich = true,
    .checksum = true,
    .tls_callbacks = 2,
};

/* Builds, examines, releases the image; the caller releases t. */
static void tell(const struct hw_build_pe *spec, struct hw_told *t)
{
    struct hw_buf image;
    hw_build_pe(spec, &image);
    hw_told_init(t);
    hw_told_examine(t, image.p, image.n, NULL);
    hw_buf_done(&image);
}

static void tell_image(struct hw_buf *image, struct hw_told *t)
{
    hw_told_init(t);
    hw_told_examine(t, image->p, image->n, NULL);
    hw_buf_done(image);
}

#define ASSERT_TOLD(t, ...) assert_true(hw_told_has((t), __VA_ARGS__, NULL))
#define ASSERT_NOT_TOLD(t, ...) assert_false(hw_told_has((t), __VA_ARGS__, NULL))

static void pe_honest_image_is_sound(void **state)
{
    (void)state;
    for (unsigned plus = 0; plus < 2; plus++) {
        struct hw_build_pe spec = rich_spec;
        struct hw_told t;
        spec.plus = plus == 1;
        tell(&spec, &t);
        ASSERT_TOLD(&t, "artifact", "format=pe ");
        ASSERT_TOLD(&t, "degree", "degree=sound");
        assert_int_equal(t.anomalies, 0);
        ASSERT_TOLD(&t, "key=pe.kind", plus == 1 ? "\"pe32-plus\"" : "\"pe32\"");
        ASSERT_TOLD(&t, "key=pe.machine", plus == 1 ? "\"x64\"" : "\"x86\"");
        ASSERT_TOLD(&t, "key=pe.linker", "\"14.29\"");
        ASSERT_TOLD(&t, "key=pe.timestamp", "number=1588444911");
        ASSERT_TOLD(&t, "key=pe.entry-section", "\".text\"");
        ASSERT_TOLD(&t, "key=pe.library", "number=1");
        ASSERT_TOLD(&t, "key=pe.signed", "number=0");
        ASSERT_TOLD(&t, "key=pe.code-sha256");
        hw_told_done(&t);
    }
}

static void pe_sections_are_hashed_and_measured(void **state)
{
    (void)state;
    static const struct hw_build_section sections[] = {{".text", {(const uint8_t *)"abc", 3}, 0, 0},
                                                       {".bss", {NULL, 0}, 0x2000, 0xc0000080}};
    const struct hw_build_pe spec = {.sections = sections, .section_count = 2};
    struct hw_told t;
    tell(&spec, &t);
    /* "abc" and 509 zeros */
    ASSERT_TOLD(&t, "section", "index=0 name=\".text\" va=4096 vsize=3 off=1024 size=512",
                "sha256=b064446561934ed673ed230b6c0e68ebde7d574bf81288b00ac88ff6e518ade4",
                "entropy=61");
    ASSERT_TOLD(&t, "section", "index=1 name=\".bss\" va=8192 vsize=8192 off=0 size=0",
                "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(t.anomalies, 0);
    hw_told_done(&t);
}

static void pe_imports_are_listed_and_hashed_as_everyone_does(void **state)
{
    (void)state;
    struct hw_told t;
    tell(&rich_spec, &t);
    ASSERT_TOLD(&t, "import", "index=0 module=\"KERNEL32.dll\" delay=0 count=2",
                "symbols=\"ExitProcess\\x00GetProcAddress\\x00\"");
    ASSERT_TOLD(&t, "import", "module=\"WS2_32.dll\"", "symbols=\"#115\\x00send\\x00#9999\\x00\"");
    ASSERT_TOLD(&t, "import", "module=\"SHELL32.dll\" delay=1", "ShellExecuteW");
    /* md5("kernel32.exitprocess,kernel32.getprocaddress,ws2_32.wsastartup,ws2_32.send,
     * ws2_32.ord9999"); delay imports do not count */
    ASSERT_TOLD(&t, "key=pe.imphash", "6da7fe6e442b1137d98ca42ec7f9a768");
    hw_told_done(&t);
}

static void pe_exports_keep_forwarders_ordinals_and_odd_names(void **state)
{
    (void)state;
    struct hw_told t;
    tell(&rich_spec, &t);
    ASSERT_TOLD(&t, "export", "module=\"made.dll\" count=4",
                "symbols=\"alpha\\x00beta>OTHER.gamma\\x00delta\\xff\\x00#3\\x00\"");
    ASSERT_TOLD(&t, "key=pe.export-forwards", "number=1");
    hw_told_done(&t);
}

static void pe_version_resource_makes_a_component(void **state)
{
    (void)state;
    struct hw_told t;
    tell(&rich_spec, &t);
    ASSERT_TOLD(&t, "component", "source=version-resource", "name=\"made.dll\"",
                "version=\"1.2.3.4 (tests)\"", "vendor=\"Made Up Ltd\"", "machine=x64",
                "code=", "product=\"Made\"");
    ASSERT_TOLD(&t, "key=pe.version.fixed-file", "\"1.2.3.4\"");
    ASSERT_TOLD(&t, "key=pe.version.other", "\"Odd=value\"");
    ASSERT_TOLD(&t, "key=pe.resource", "number=1", "\"version\"");
    hw_told_done(&t);
}

static void pe_without_version_resource_claims_no_component(void **state)
{
    (void)state;
    const struct hw_build_pe spec = {.plus = true};
    struct hw_told t;
    tell(&spec, &t);
    assert_int_equal(hw_told_count(&t, "component "), 0);
    ASSERT_TOLD(&t, "key=pe.code-sha256");
    hw_told_done(&t);
}

static void pe_code_digest_leaves_out_checksum_and_table(void **state)
{
    (void)state;
    struct hw_build_pe spec = rich_spec;
    struct hw_told bare, table;
    char *a, *b;
    tell(&spec, &bare);
    spec.certificate = SPAN("not a signature, and that does not matter here..");
    tell(&spec, &table);
    a = strstr(hw_buf_text(&bare.lines), "key=pe.code-sha256");
    b = strstr(hw_buf_text(&table.lines), "key=pe.code-sha256");
    assert_non_null(a);
    assert_non_null(b);
    assert_memory_equal(a, b, 18 + 7 + 64);
    ASSERT_TOLD(&table, "key=pe.signed", "number=1");
    ASSERT_TOLD(&table, "region", "role=certificate-table");
    hw_told_done(&bare);
    hw_told_done(&table);
}

static void pe_debug_directory_is_read(void **state)
{
    (void)state;
    struct hw_told t;
    tell(&rich_spec, &t);
    ASSERT_TOLD(&t, "key=pe.pdb ", "\"C:\\\\made\\\\made.pdb\"");
    ASSERT_TOLD(&t, "key=pe.pdb-guid", "\"04030201-0605-0807-090a-0b0c0d0e0f10\"");
    ASSERT_TOLD(&t, "key=pe.pdb-age", "number=7");
    ASSERT_TOLD(&t, "key=pe.reproducible", "number=1");
    ASSERT_TOLD(&t, "key=pe.repro-hash", "\"efbead5e\"");
    ASSERT_TOLD(&t, "key=pe.tls-callbacks", "number=2");
    ASSERT_TOLD(&t, "key=pe.manifest", "\"<assembly/>\"");
    hw_told_done(&t);
}

static void pe_rich_header_checksum_is_verified(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    tell(&rich_spec, &t);
    ASSERT_TOLD(&t, "key=pe.rich ", "\"259.26706:3 1.0:40 258.27412:1\"");
    ASSERT_TOLD(&t, "key=pe.rich-checksum-ok", "number=1");
    hw_told_done(&t);
    hw_build_pe(&rich_spec, &image);
    image.p[0x50] ^= 1; /* the DOS stub is under the checksum */
    tell_image(&image, &t);
    ASSERT_TOLD(&t, "key=pe.rich-checksum-ok", "number=0");
    ASSERT_TOLD(&t, "anomaly", "rule=bad-checksum");
    hw_told_done(&t);
}

static void pe_checksum_is_recomputed(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    char words[64];
    hw_build_pe(&rich_spec, &image);
    (void)snprintf(words, sizeof words, "number=%llu",
                   (unsigned long long)hw_pe_edit_get(&image, "checksum"));
    tell_image(&image, &t);
    ASSERT_TOLD(&t, "key=pe.checksum ", words);
    ASSERT_TOLD(&t, "key=pe.checksum-found", words);
    hw_told_done(&t);
}

static void pe_overlay_is_placed_and_measured(void **state)
{
    (void)state;
    struct hw_build_pe spec = {.plus = true, .overlay = SPAN("overlay!")};
    struct hw_told t;
    tell(&spec, &t);
    ASSERT_TOLD(&t, "region", "role=overlay off=1536 size=8", "nonzero=8");
    assert_int_equal(t.anomalies, 0);
    hw_told_done(&t);
}

static void pe_bytes_between_sections_are_hidden_bytes(void **state)
{
    (void)state;
    static const struct hw_build_section sections[] = {
        {".text", {(const uint8_t *)"code", 4}, 0, 0},
        {".mid", {(const uint8_t *)"hidden", 6}, 0, 0},
        {".data", {(const uint8_t *)"data", 4}, 0, 0}};
    const struct hw_build_pe spec = {.sections = sections, .section_count = 3};
    struct hw_buf image;
    struct hw_told t;
    hw_build_pe(&spec, &image);
    hw_pe_edit_set(&image, "section.1.raw-size", 0);
    tell_image(&image, &t);
    ASSERT_TOLD(&t, "region", "role=gap off=1536 size=512", "nonzero=6");
    ASSERT_TOLD(&t, "anomaly", "rule=hidden-bytes off=1536 size=512");
    ASSERT_TOLD(&t, "degree", "degree=odd");
    hw_told_done(&t);
}

static void pe_boxes_in_overlay_and_resources_are_opened(void **state)
{
    (void)state;
    struct hw_buf inner;
    struct hw_told t;
    const struct hw_build_pe small = {.plus = false};
    hw_build_pe(&small, &inner);
    const struct hw_build_resource resources[] = {{NULL, 10, 131, 1033, hw_buf_span(&inner)},
                                                  {"DATA", 0, 132, 1031, hw_buf_span(&inner)}};
    const struct hw_build_pe spec = {
        .plus = true, .resources = resources, .resource_count = 2, .overlay = hw_buf_span(&inner)};
    /* Names stand before numbers in a directory, so the builder wants them first; this order is
     * wrong on purpose and must not matter to a reader. */
    tell(&spec, &t);
    ASSERT_TOLD(&t, "artifact", "name=\"[resource data/#131/1033]\"", "format=pe ");
    ASSERT_TOLD(&t, "artifact", "name=\"[resource DATA/#132/1031]\"", "format=pe ");
    ASSERT_TOLD(&t, "artifact", "name=\"[overlay]\"", "format=pe ");
    hw_told_done(&t);
    hw_buf_done(&inner);
}

static void pe_installers_are_named_as_unopened(void **state)
{
    (void)state;
    static const char nsis[] = "\0\0\0\0\xef\xbe\xad\xdeNullsoftInst\1\2\3\4";
    static const char inno[] = "zlb\x1aInno Setup Setup Data (6.4.0) (u)";
    static const char table[] = "rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a";
    const struct hw_build_resource loader[] = {{NULL, 10, 11111, 0, SPAN(table)}};
    struct hw_build_pe spec = {.plus = false, .overlay = SPAN(nsis)};
    struct hw_told t;
    tell(&spec, &t);
    ASSERT_TOLD(&t, "unopened", "kind=nsis");
    hw_told_done(&t);
    spec.overlay = SPAN(inno);
    tell(&spec, &t);
    ASSERT_NOT_TOLD(&t, "unopened"); /* the words alone are no installer */
    hw_told_done(&t);
    spec.resources = loader;
    spec.resource_count = 1;
    tell(&spec, &t);
    ASSERT_TOLD(&t, "unopened", "kind=inno");
    hw_told_done(&t);
}

static void pe_self_extractors_are_opened(void **state)
{
    (void)state;
    static const char sfx[] =
        ";!@Install@!UTF-8!\nRunProgram=\"x\"\n;!@InstallEnd@!7z\xbc\xaf\x27\x1c\0\4";
    static const char zip[] = "some words before PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    struct hw_build_pe spec = {.plus = false, .overlay = SPAN(sfx)};
    struct hw_buf image;
    struct hw_told t;
    tell(&spec, &t);
    ASSERT_TOLD(&t, "artifact", "name=\"[overlay]\" size=8");
    hw_told_done(&t);
    spec.certificate = SPAN("certificate."); /* and again behind the certificate table */
    hw_build_pe(&spec, &image);
    hw_buf_span_put(&image, SPAN(sfx));
    tell_image(&image, &t);
    assert_int_equal(hw_told_count(&t, "name=\"[overlay]\""), 2);
    hw_told_done(&t);
    spec.certificate = (struct hw_span){NULL, 0};
    spec.overlay = SPAN(zip);
    tell(&spec, &t);
    ASSERT_TOLD(&t, "key=pe.overlay");
    hw_told_done(&t);
}

/* The edits that other tests stand on. */
static void pe_edits_do_what_they_say(void **state)
{
    (void)state;
    struct hw_build_pe spec = rich_spec;
    struct hw_buf image;
    uint32_t off, size, more, rva;
    spec.certificate = SPAN("certificate.");
    hw_build_pe(&spec, &image);
    assert_true(hw_pe_edit_table(&image, &off, &size));
    assert_int_equal(size, 24);
    assert_int_equal(off + size, image.n);
    hw_pe_edit_pad_inside(&image, SPAN("12345"));
    assert_true(hw_pe_edit_table(&image, &off, &more));
    assert_int_equal(more, 32);
    assert_memory_equal(image.p + off, "\x19\0\0\0\0\2\2\0certificate.12345\0", 26);
    hw_pe_edit_pad_behind(&image, SPAN("678"));
    assert_true(hw_pe_edit_table(&image, &off, &more));
    assert_int_equal(more, 40);
    assert_memory_equal(image.p + off + 32, "678\0\0\0\0\0", 8);
    hw_pe_edit_strip(&image);
    assert_false(hw_pe_edit_table(&image, &off, &more));
    rva = hw_pe_edit_export(&image, "alpha");
    assert_int_equal(rva, 0x1000);
    hw_pe_edit_patch(&image, rva, SPAN("\xc3"));
    assert_int_equal(image.p[hw_pe_edit_offset(&image, rva)], 0xc3);
    hw_buf_done(&image);
}

/* One field broken at a time, and what it must be called. */
static void pe_lies_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        uint64_t value;
        const char *rule;
    } lies[] = {
        {"e_lfanew", 0x7fffffff, NULL}, /* cut off: no longer a program for anyone */
        {"magic", 0x107, "rule=bad-header"},
        {"section-alignment", 0x1001, "rule=bad-alignment"},
        {"file-alignment", 3, "rule=bad-alignment"},
        {"image-base", 0x1234, "rule=bad-alignment"},
        {"headers-size", 0x7fffffff, "rule=truncated"},
        {"headers-size", 16, "rule=bad-size"},
        {"directory-count", 0xffffffff, "rule=bad-count"},
        {"section-count", 0xffff, "rule=truncated"},
        {"section-count", 0, "rule=bad-count"},
        {"characteristics", 0x2020, "rule=bad-value"},
        {"machine", 0x14c, "rule=two-stories"},
        {"entry", 0x12345678, "rule=bad-offset"},
        {"image-size", 0x1000, "rule=bad-size"},
        {"dir.0.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.1.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.2.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.6.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.9.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.10.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.13.rva", 0x7ffffff0, "rule=bad-offset"},
        {"dir.14.rva", 0x7ffffff0, "rule=bad-offset"},
        {"section.0.raw-off", 1, "rule=overlap"},
        {"section.0.raw-off", 0x401, "rule=bad-alignment"},
        {"section.0.raw-size", 0x7fffffff, "rule=truncated"},
        {"section.0.vsize", 0xfffff000, "rule=bad-size"},
        {"section.1.va", 0x1000, "rule=overlap"},
        {"section.1.va", 0x9000, "rule=bad-order"},
        {"coff-off", 0x7fffffff, "rule=bad-offset"},
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct hw_buf image;
        struct hw_told t;
        hw_build_pe(&rich_spec, &image);
        hw_pe_edit_set(&image, lies[i].field, lies[i].value);
        if (strcmp(lies[i].field, "coff-off") == 0) {
            hw_pe_edit_set(&image, "coff-count", 5);
        }
        tell_image(&image, &t);
        if (lies[i].rule != NULL && !hw_told_has(&t, "anomaly", lies[i].rule, NULL)) {
            print_error("%s = %#llx is not called %s:\n%s", lies[i].field,
                        (unsigned long long)lies[i].value, lies[i].rule, hw_buf_text(&t.lines));
            fail();
        }
        assert_false(hw_told_has(&t, "format=pe ", NULL) && hw_told_has(&t, "degree=sound", NULL));
        hw_told_done(&t);
    }
}

static void pe_section_one_byte_past_end_is_broken(void **state)
{
    (void)state;
    const struct hw_build_pe spec = {.plus = true};
    struct hw_buf image;
    struct hw_told t;
    hw_build_pe(&spec, &image);
    image.n--;
    tell_image(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=truncated off=1535 size=1");
    ASSERT_TOLD(&t, "degree", "degree=broken");
    hw_told_done(&t);
}

static void pe_huge_virtual_size_costs_nothing(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    const struct hw_build_pe spec = {.plus = true};
    hw_build_pe(&spec, &image);
    hw_pe_edit_set(&image, "section.0.vsize", 0xffffffff);
    hw_pe_edit_set(&image, "section.0.raw-size", 0);
    hw_pe_edit_set(&image, "dir.1.rva", 0x1000);
    hw_pe_edit_set(&image, "dir.1.size", 0xffffffff);
    tell_image(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=bad-size");
    hw_told_done(&t);
}

static void pe_text_from_evidence_is_made_fit(void **state)
{
    (void)state;
    static const struct hw_build_string hostile[] = {{"ProductName", "a\x1b[2Jb"},
                                                     {"OriginalFilename", ""}};
    const struct hw_build_pe spec = {
        .plus = true, .version = hostile, .version_count = 2, .pdb = "\xff\xfe\x80.pdb"};
    struct hw_told t;
    tell(&spec, &t);
    ASSERT_TOLD(&t, "component", "name=\"a\\x1b[2Jb\"");
    ASSERT_TOLD(&t, "key=pe.pdb ", "\\xef\\xbf\\xbd.pdb\"");
    hw_told_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pe_honest_image_is_sound),
        cmocka_unit_test(pe_sections_are_hashed_and_measured),
        cmocka_unit_test(pe_imports_are_listed_and_hashed_as_everyone_does),
        cmocka_unit_test(pe_exports_keep_forwarders_ordinals_and_odd_names),
        cmocka_unit_test(pe_version_resource_makes_a_component),
        cmocka_unit_test(pe_without_version_resource_claims_no_component),
        cmocka_unit_test(pe_code_digest_leaves_out_checksum_and_table),
        cmocka_unit_test(pe_debug_directory_is_read),
        cmocka_unit_test(pe_rich_header_checksum_is_verified),
        cmocka_unit_test(pe_checksum_is_recomputed),
        cmocka_unit_test(pe_overlay_is_placed_and_measured),
        cmocka_unit_test(pe_bytes_between_sections_are_hidden_bytes),
        cmocka_unit_test(pe_boxes_in_overlay_and_resources_are_opened),
        cmocka_unit_test(pe_installers_are_named_as_unopened),
        cmocka_unit_test(pe_self_extractors_are_opened),
        cmocka_unit_test(pe_edits_do_what_they_say),
        cmocka_unit_test(pe_lies_have_names),
        cmocka_unit_test(pe_section_one_byte_past_end_is_broken),
        cmocka_unit_test(pe_huge_virtual_size_costs_nothing),
        cmocka_unit_test(pe_text_from_evidence_is_made_fit),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
