/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/known.c -- formats recognised by true magic and not read further.
 *
 * Boxes among them are said to be unopened, so that an answer about the file knows what it could
 * not see. Programs (ELF, Mach-O) are no boxes; they are named and measured no further
 * in this version.
 *
 * Sources: [MS-CFB] 2.2; UDIF trailer as Apple's hdiutil writes it ("koly", 512 bytes, at the end);
 * xar file format 1; ECMA-119 8.4; squashfs 4.0 superblock; RPM lead and header (LSB 3.1); ar(5) of
 * System V; RAR 4 and 5 technotes; gABI 4.1 (ELF); Mach-O loader.h and fat.h.
 */
#include "evidence/artifact/known.h"

#include <string.h>

static bool window(struct hw_span bytes, struct hw_budget *fuel, uint64_t off,
                   struct hw_reader *out)
{
    struct hw_reader all;
    hw_reader_init(&all, bytes, fuel);
    return hw_read_tail(&all, off, out);
}

/* Compound file: magic, then version 3 or 4, byte order FFFE, sectors of 2^9 or 2^12. */
static unsigned probe_cfb(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint16_t minor, major, order, shift;
    if (!window(bytes, fuel, 0, &r) || !hw_read_magic(&r, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8)) {
        return 0;
    }
    bool shaped = hw_read_skip(&r, 16) && hw_read_u16le(&r, &minor) && hw_read_u16le(&r, &major) &&
                  hw_read_u16le(&r, &order) && hw_read_u16le(&r, &shift) && order == 0xfffe &&
                  ((major == 3 && shift == 9) || (major == 4 && shift == 12));
    return shaped ? 112 : 64;
}

/* The class id of the root entry tells an MSI package, merge module, patch or transform. */
static void examine_cfb(struct hw_exam *x, struct hw_node *n)
{
    static const struct {
        uint8_t id;
        const char *kind;
    } kinds[] = {{0x84, "msi"}, {0x86, "msp"}, {0x82, "mst"}};
    /* {000C1084-0000-0000-C000-000000000046}, its fourth byte of data1 aside */
    static const uint8_t rest[] = {0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
    struct hw_reader all, r;
    uint16_t shift;
    uint32_t first;
    uint8_t id;
    hw_node_reader(x, n, &all);
    if (!hw_read_tail(&all, 30, &r) || !hw_read_u16le(&r, &shift) || shift > 12 ||
        !hw_read_tail(&all, 48, &r) || !hw_read_u32le(&r, &first) ||
        !hw_read_tail(&all, (((uint64_t)first + 1) << shift) + 80, &r) || !hw_read_u8(&r, &id) ||
        !hw_read_magic(&r, rest, sizeof rest)) {
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].id == id) {
            hw_say_text(x, n, "cfb.kind",
                        (struct hw_span){(const uint8_t *)kinds[i].kind, strlen(kinds[i].kind)});
        }
    }
}

static unsigned probe_dmg(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint32_t version, size;
    if (bytes.n < 512 || !window(bytes, fuel, bytes.n - 512, &r) || !hw_read_magic(&r, "koly", 4) ||
        !hw_read_u32be(&r, &version) || !hw_read_u32be(&r, &size) || size != 512) {
        return 0;
    }
    return HW_BID_ELSEWHERE | 64;
}

static unsigned probe_xar(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint16_t header, version;
    bool fine = window(bytes, fuel, 0, &r) && hw_read_magic(&r, "xar!", 4) &&
                hw_read_u16be(&r, &header) && hw_read_u16be(&r, &version) && header >= 28 &&
                version == 1;
    return fine ? 60 : 0;
}

static unsigned probe_iso9660(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    bool fine = window(bytes, fuel, 32768, &r) && hw_read_magic(&r, "\1CD001\1", 7);
    return fine ? HW_BID_ELSEWHERE | 56 : 0;
}

static unsigned probe_squashfs(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint16_t major;
    bool fine = window(bytes, fuel, 0, &r) && hw_read_magic(&r, "hsqs", 4) &&
                hw_read_skip(&r, 24) && hw_read_u16le(&r, &major) && major <= 4;
    return fine ? 46 : 0;
}

static unsigned probe_rpm(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint8_t major;
    bool fine = window(bytes, fuel, 0, &r) && hw_read_magic(&r, "\xed\xab\xee\xdb", 4) &&
                hw_read_u8(&r, &major) && major >= 3 && major <= 4;
    return fine ? 38 : 0;
}

static unsigned probe_ar(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    return window(bytes, fuel, 0, &r) && hw_read_magic(&r, "!<arch>\n", 8) ? 64 : 0;
}

static void examine_ar(struct hw_exam *x, struct hw_node *n)
{
    struct hw_reader all, r;
    hw_node_reader(x, n, &all);
    if (hw_read_tail(&all, 8, &r) && hw_read_magic(&r, "debian-binary", 13)) {
        hw_say_text(x, n, "ar.kind", HW_SPAN_LIT("deb"));
    }
}

static unsigned probe_rar(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader four, five;
    if (window(bytes, fuel, 0, &five) && hw_read_magic(&five, "Rar!\x1a\x07\x01\x00", 8)) {
        return 64;
    }
    return window(bytes, fuel, 0, &four) && hw_read_magic(&four, "Rar!\x1a\x07\x00", 7) ? 56 : 0;
}

static unsigned probe_elf(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint8_t class, data, version;
    bool fine = window(bytes, fuel, 0, &r) &&
                hw_read_magic(&r,
                              "\x7f"
                              "ELF",
                              4) &&
                hw_read_u8(&r, &class) && hw_read_u8(&r, &data) && hw_read_u8(&r, &version) &&
                class >= 1 && class <= 2 && data >= 1 && data <= 2 && version == 1;
    return fine ? 54 : 0;
}

static void examine_elf(struct hw_exam *x, struct hw_node *n)
{
    struct hw_reader all, r;
    uint8_t class, data;
    uint16_t type, machine;
    hw_node_reader(x, n, &all);
    if (!hw_read_tail(&all, 4, &r) || !hw_read_u8(&r, &class) || !hw_read_u8(&r, &data) ||
        !hw_read_skip(&r, 10) ||
        !(data == 1 ? hw_read_u16le(&r, &type) && hw_read_u16le(&r, &machine)
                    : hw_read_u16be(&r, &type) && hw_read_u16be(&r, &machine))) {
        hw_say_fault(x, n, &r, "the ELF header");
        return;
    }
    hw_say_number(x, n, "elf.bits", class * 32U);
    hw_say_number(x, n, "elf.type", type);
    hw_say_number(x, n, "elf.machine", machine);
}

/* Thin: either width, either byte order, and a file type that exists. Fat: CAFEBABE is Java's magic
 * as well; a Java class has 45 or more where a fat binary has its few architectures. */
static unsigned probe_mach_o(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint32_t magic, second, type;
    if (!window(bytes, fuel, 0, &r) || !hw_read_u32be(&r, &magic) || !hw_read_u32be(&r, &second)) {
        return 0;
    }
    if (magic == 0xcafebabe || magic == 0xcafebabf) {
        return second >= 1 && second < 40 ? 58 : 0;
    }
    bool big = magic == 0xfeedface || magic == 0xfeedfacf;
    bool little = magic == 0xcefaedfe || magic == 0xcffaedfe;
    if (!(big || little) || !hw_read_skip(&r, 4) ||
        !(big ? hw_read_u32be(&r, &type) : hw_read_u32le(&r, &type))) {
        return 0;
    }
    return type >= 1 && type <= 12 ? 60 : 0;
}

const struct hw_format hw_format_cfb = {"cfb", probe_cfb, examine_cfb, "cfb", true};
const struct hw_format hw_format_dmg = {"dmg", probe_dmg, NULL, "dmg", true};
const struct hw_format hw_format_xar = {"xar", probe_xar, NULL, "xar", true};
const struct hw_format hw_format_iso9660 = {"iso9660", probe_iso9660, NULL, "iso9660", true};
const struct hw_format hw_format_squashfs = {"squashfs", probe_squashfs, NULL, "squashfs", true};
const struct hw_format hw_format_rpm = {"rpm", probe_rpm, NULL, "rpm", true};
const struct hw_format hw_format_ar = {"ar", probe_ar, examine_ar, "ar", true};
const struct hw_format hw_format_rar = {"rar", probe_rar, NULL, "rar", true};
const struct hw_format hw_format_elf = {"elf", probe_elf, examine_elf, NULL, false};
const struct hw_format hw_format_mach_o = {"mach-o", probe_mach_o, NULL, NULL, false};
