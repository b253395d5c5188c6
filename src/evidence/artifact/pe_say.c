/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_say.c -- small words the chapters of the PE parser share: properties, anomalies, text.
 */
#include "evidence/artifact/pe_image.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"

void hw_pe_number(struct hw_pe *pe, const char *key, uint64_t v)
{
    hw_say_number(pe->x, pe->n, key, v);
}

void hw_pe_words(struct hw_pe *pe, const char *key, const char *words)
{
    hw_say_text(pe->x, pe->n, key, (struct hw_span){(const uint8_t *)words, strlen(words)});
}

void hw_pe_numbered(struct hw_pe *pe, const char *key, uint64_t v, struct hw_span text)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PROPERTY, pe->n->number);
    hw_fact_str(&f, HW_PROPERTY_KEY, key);
    hw_fact_u64(&f, HW_PROPERTY_NUMBER, v);
    hw_fact_span(&f, HW_PROPERTY_TEXT, hw_exam_text(pe->x, text, 4096));
    hw_say(pe->x, &f);
}

void hw_pe_hex(struct hw_pe *pe, const char *key, struct hw_span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char text[128];
    size_t n = bytes.n < sizeof text / 2 ? bytes.n : sizeof text / 2;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes.p[i] >> 4];
        text[2 * i + 1] = digits[bytes.p[i] & 15];
    }
    hw_say_text(pe->x, pe->n, key, (struct hw_span){(const uint8_t *)text, 2 * n});
}

/* One ceiling for all: a table of a million absurd entries is one story, not a million. */
static bool may_say(struct hw_pe *pe)
{
    if (pe->anomalies > HW_PE_MAX_ANOMALIES) {
        return false;
    }
    if (pe->anomalies++ == HW_PE_MAX_ANOMALIES) {
        hw_say_anomaly(pe->x, pe->n, "over-budget", 0, 0,
                       "further anomalies of this file are not listed");
        return false;
    }
    return true;
}

static void odd(struct hw_pe *pe, const char *rule, uint64_t off, uint64_t size, const char *fmt,
                va_list ap) HW_FORMAT(5, 0);
static void odd(struct hw_pe *pe, const char *rule, uint64_t off, uint64_t size, const char *fmt,
                va_list ap)
{
    char words[240];
    if (!may_say(pe)) {
        return;
    }
    (void)vsnprintf(words, sizeof words, fmt, ap);
    hw_say_anomaly(pe->x, pe->n, rule, off, size, "%s", words);
}

void hw_pe_odd(struct hw_pe *pe, const char *rule, uint64_t off, uint64_t size, const char *fmt,
               ...)
{
    va_list ap;
    va_start(ap, fmt);
    odd(pe, rule, off, size, fmt, ap);
    va_end(ap);
}

void hw_pe_broken(struct hw_pe *pe, const char *rule, uint64_t off, uint64_t size, const char *fmt,
                  ...)
{
    va_list ap;
    va_start(ap, fmt);
    odd(pe, rule, off, size, fmt, ap);
    va_end(ap);
    hw_say_degree(pe->n, HW_BROKEN, rule);
}

void hw_pe_fault(struct hw_pe *pe, const struct hw_reader *r, const char *what)
{
    if (hw_reader_fault(r) == HW_OVER_BUDGET && pe->file.fuel->items > 0 &&
        pe->file.fuel->bytes > 0) {
        /* One string over its ceiling, not the whole input. */
        hw_pe_odd(pe, "bad-size", hw_reader_fault_at(r), 0, "%s: over-long", what);
    } else if (may_say(pe)) {
        hw_say_fault(pe->x, pe->n, r, what);
    }
}

bool hw_pe_sha256(struct hw_span s, uint8_t out[32])
{
    uint8_t digest[HW_DIGEST_BYTES_MAX];
    if (hw_digest_once(HW_DIGEST_SHA256, s, digest, NULL, NULL) != HW_OK) {
        return false;
    }
    memcpy(out, digest, 32);
    return true;
}

bool hw_pe_keep(const struct hw_digests *d, uint8_t out[32])
{
    struct hw_span made = hw_digests_get(d, HW_DIGEST_SHA256);
    if (made.n != 32) {
        return false;
    }
    memcpy(out, made.p, 32);
    return true;
}

/* False also where libcrypto refuses MD5. */
bool hw_pe_md5(struct hw_span s, uint8_t out[16])
{
    uint8_t digest[HW_DIGEST_BYTES_MAX];
    if (hw_digest_once(HW_DIGEST_MD5, s, digest, NULL, NULL) != HW_OK) {
        return false;
    }
    memcpy(out, digest, 16);
    return true;
}

struct hw_span hw_pe_utf16(struct hw_pe *pe, struct hw_span utf16, size_t max)
{
    struct hw_buf b;
    struct hw_span text = {NULL, 0};
    utf16.n = utf16.n < 2 * max ? utf16.n : 2 * max;
    hw_buf_init(&b, 2 * utf16.n + 4);
    (void)!hw_utf16le_to_utf8(utf16, &b); /* an odd byte at the end is no character */
    if (hw_buf_ok(&b)) {
        text = hw_exam_text(pe->x, hw_buf_span(&b), max);
    }
    hw_buf_done(&b);
    return text;
}

const char *hw_pe_machine_word(uint16_t machine)
{
    static const struct {
        uint16_t machine;
        const char *word;
    } words[] = {
        {0x014c, "x86"},      {0x8664, "x64"},     {0xaa64, "arm64"},   {0x01c4, "arm"},
        {0x01c0, "arm-old"},  {0x01c2, "thumb"},   {0x0200, "ia64"},    {0x0ebc, "efi-bytecode"},
        {0xa641, "arm64ec"},  {0xa64e, "arm64x"},  {0x5032, "riscv32"}, {0x5064, "riscv64"},
        {0x5128, "riscv128"}, {0x6232, "loong32"}, {0x6264, "loong64"}, {0x0184, "alpha"},
        {0x0284, "alpha64"},  {0x0166, "mips"},    {0x01f0, "powerpc"}, {0x01a2, "sh3"},
        {0x01a6, "sh4"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].machine == machine) {
            return words[i].word;
        }
    }
    return NULL;
}

const char *hw_pe_subsystem_word(uint16_t subsystem)
{
    static const char *const words[] = {
        [1] = "native",           [2] = "windows-gui",
        [3] = "windows-console",  [5] = "os2-console",
        [7] = "posix-console",    [8] = "native-win9x",
        [9] = "windows-ce",       [10] = "efi-application",
        [11] = "efi-boot-driver", [12] = "efi-runtime-driver",
        [13] = "efi-rom",         [14] = "xbox",
        [16] = "windows-boot",
    };
    return subsystem < sizeof words / sizeof words[0] ? words[subsystem] : NULL;
}
