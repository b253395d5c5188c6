/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_runtime.c -- what the loader finds for running the image: thread-local storage and its
 * callbacks (code that runs before the entry point), load configuration, relocations, and the
 * header of the common language runtime.
 *
 * "PE Format", "The .tls Section", "The Load Configuration Structure", ".reloc"; ECMA-335
 * II.25.3.3 for the CLI header and II.24.2.1 for the metadata root.
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>

enum { CALLBACKS_LISTED = 64, RUNTIME_NAME = 255 };

static bool open_dir(struct hw_pe *pe, enum hw_pe_dir_index i, const char *what,
                     struct hw_reader *r)
{
    if (pe->dirs[i].rva == 0) {
        return false;
    }
    if (!hw_pe_at(pe, pe->dirs[i].rva, r, NULL)) {
        hw_pe_odd(pe, "bad-offset", pe->dirs_off + 8U * (unsigned)i, 8,
                  "%s stands nowhere in the file", what);
        return false;
    }
    return true;
}

static bool read_pointer(struct hw_pe *pe, struct hw_reader *r, uint64_t *out)
{
    uint32_t narrow;
    if (pe->plus) {
        return hw_read_u64le(r, out);
    }
    if (!hw_read_u32le(r, &narrow)) {
        return false;
    }
    *out = narrow;
    return true;
}

static void callbacks(struct hw_pe *pe, uint64_t list)
{
    struct hw_reader r;
    uint64_t count = 0, zeros, at;
    if (list < pe->image_base || !hw_pe_at(pe, list - pe->image_base, &r, &zeros)) {
        /* In the zeros of a section: an empty list. Nowhere at all: the loader would fault. */
        if (list - pe->image_base >= pe->image_size) {
            hw_pe_odd(pe, "bad-offset", 0, 0, "TLS callbacks should be listed at %#llx",
                      (unsigned long long)list);
        }
        hw_pe_number(pe, "pe.tls-callbacks", 0);
        return;
    }
    while (count < HW_PE_MAX_TLS_CALLBACKS && hw_reader_item(&r)) {
        if (hw_read_left(&r) < (pe->plus ? 8U : 4U) && zeros > 0) {
            break;
        }
        if (!read_pointer(pe, &r, &at)) {
            hw_pe_fault(pe, &r, "the TLS callbacks");
            break;
        }
        if (at == 0) {
            break;
        }
        if (count++ < CALLBACKS_LISTED) {
            hw_pe_number(pe, "pe.tls-callback", at - pe->image_base);
        }
    }
    hw_pe_number(pe, "pe.tls-callbacks", count);
}

static void tls(struct hw_pe *pe)
{
    struct hw_reader r;
    uint64_t start, end, index, list;
    if (!open_dir(pe, HW_PE_DIR_TLS, "the TLS directory", &r)) {
        return;
    }
    if (!read_pointer(pe, &r, &start) || !read_pointer(pe, &r, &end) ||
        !read_pointer(pe, &r, &index) || !read_pointer(pe, &r, &list)) {
        hw_pe_fault(pe, &r, "the TLS directory");
        return;
    }
    if (list == 0) {
        hw_pe_number(pe, "pe.tls-callbacks", 0);
    } else {
        callbacks(pe, list);
    }
}

static void load_config(struct hw_pe *pe)
{
    struct hw_reader r;
    uint32_t size, guard;
    uint64_t guard_off = pe->plus ? 0x90 : 0x58;
    if (!open_dir(pe, HW_PE_DIR_LOAD_CONFIG, "the load configuration", &r)) {
        return;
    }
    if (!hw_read_u32le(&r, &size)) {
        hw_pe_fault(pe, &r, "the load configuration");
        return;
    }
    hw_pe_number(pe, "pe.load-config", size);
    if (size >= guard_off + 4 && hw_read_skip(&r, guard_off - 4) && hw_read_u32le(&r, &guard)) {
        hw_pe_number(pe, "pe.guard-flags", guard);
    }
}

static void metadata(struct hw_pe *pe, uint32_t rva)
{
    struct hw_reader r;
    uint32_t n;
    struct hw_span version;
    if (rva == 0) {
        return;
    }
    if (!hw_pe_at(pe, rva, &r, NULL) || !hw_read_magic(&r, "BSJB", 4)) {
        hw_pe_odd(pe, "bad-magic", 0, 0, "no metadata of the common language runtime at %#x", rva);
        return;
    }
    if (!hw_read_skip(&r, 8) || !hw_read_u32le(&r, &n) || n > RUNTIME_NAME ||
        !hw_read_bytes(&r, n, &version)) {
        hw_pe_odd(pe, "bad-size", hw_read_where(&r), 0, "the metadata's version does not fit");
        return;
    }
    while (version.n > 0 && version.p[version.n - 1] == 0) {
        version.n--;
    }
    hw_say_text(pe->x, pe->n, "pe.clr-runtime", version);
}

static void clr(struct hw_pe *pe)
{
    struct hw_reader r;
    uint32_t meta, meta_size, flags;
    uint16_t major, minor;
    char text[16];
    if (!open_dir(pe, HW_PE_DIR_CLR, "the CLR header", &r)) {
        return;
    }
    if (!hw_read_skip(&r, 4) || !hw_read_u16le(&r, &major) || !hw_read_u16le(&r, &minor) ||
        !hw_read_u32le(&r, &meta) || !hw_read_u32le(&r, &meta_size) || !hw_read_u32le(&r, &flags)) {
        hw_pe_fault(pe, &r, "the CLR header");
        return;
    }
    (void)snprintf(text, sizeof text, "%u.%u", major, minor);
    hw_pe_words(pe, "pe.clr", text);
    hw_pe_number(pe, "pe.clr-flags", flags);
    metadata(pe, meta);
}

void hw_pe_runtime(struct hw_pe *pe)
{
    tls(pe);
    load_config(pe);
    clr(pe);
    hw_pe_number(pe, "pe.relocations", pe->dirs[HW_PE_DIR_RELOCATION].size);
}
