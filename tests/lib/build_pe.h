/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pe.h -- makes Portable Executables, honest ones and hostile ones.
 *
 * hw_build_pe() writes an image that the loader of Windows would take. What a test wants wrong it
 * breaks afterwards by name with hw_pe_edit_set(); the hw_pe_edit_* functions also work on real
 * files, which is how the six ways to touch a signed library are made.
 * Everything that cannot be done ends the process: a test with a broken builder proves nothing.
 */
#ifndef HW_TESTS_BUILD_PE_H
#define HW_TESTS_BUILD_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

struct hw_build_section {
    const char *name; /* up to 8 bytes */
    struct hw_span data;
    uint32_t vsize; /* 0: as long as data */
    uint32_t flags; /* 0: code, readable, executable */
};

struct hw_build_import {
    const char *module;
    const char *const *symbols; /* NULL-ended; "#12" is by ordinal */
    bool delay;
};

struct hw_build_export {
    const char *name;    /* NULL: by ordinal only */
    const char *forward; /* "MODULE.symbol", or NULL */
};

struct hw_build_string {
    const char *key, *value; /* ASCII */
};

struct hw_build_resource {
    const char *type_name; /* NULL: type */
    uint16_t type, name, lang;
    struct hw_span data;
};

struct hw_build_pe {
    bool plus; /* PE32+ */
    bool library;
    uint16_t machine; /* 0: x86 or x64, as plus says */
    uint32_t timestamp;
    const struct hw_build_section *sections; /* NULL: one ".text" of 512 bytes */
    size_t section_count;
    const struct hw_build_import *imports;
    size_t import_count;
    const char *export_module;
    const struct hw_build_export *exports;
    size_t export_count;
    const struct hw_build_string *version; /* a version resource with these strings */
    size_t version_count;
    uint16_t version_number[4]; /* of its fixed block */
    const char *manifest;
    const struct hw_build_resource *resources;
    size_t resource_count;
    const char *pdb;
    bool repro, rich, checksum;
    uint32_t tls_callbacks; /* how many; they all lead to the entry point */
    struct hw_span overlay;
    struct hw_span certificate; /* content of one WIN_CERTIFICATE entry; empty: no table */
};

/* out is replaced. Release it with hw_buf_done(). */
void hw_build_pe(const struct hw_build_pe *spec, struct hw_buf *out);

/* The version resource of the spec alone: a VS_VERSIONINFO block. */
void hw_build_version(const struct hw_build_pe *spec, struct hw_buf *out);

/* Where a field stands. Names: e_lfanew, signature, machine, section-count, timestamp, coff-off,
 * coff-count, optional-size, characteristics, magic, entry, image-base, section-alignment,
 * file-alignment, image-size, headers-size, checksum, subsystem, directory-count,
 * dir.<0..15>.rva, dir.<0..15>.size, section.<N>.name|vsize|va|raw-size|raw-off|flags.
 * False: there is no such field in this image. */
bool hw_pe_edit_field(const struct hw_buf *image, const char *field, size_t *out_off,
                      size_t *out_width);
void hw_pe_edit_set(struct hw_buf *image, const char *field, uint64_t value);
uint64_t hw_pe_edit_get(const struct hw_buf *image, const char *field);
/* Any little-endian number at an offset. */
void hw_pe_edit_put(struct hw_buf *image, size_t off, size_t width, uint64_t value);

/* File offset of rva by the section table; ends the process when it stands nowhere. */
size_t hw_pe_edit_offset(const struct hw_buf *image, uint32_t rva);
void hw_pe_edit_patch(struct hw_buf *image, uint32_t rva, struct hw_span bytes);
/* RVA of an exported symbol, 0 when it is not there. */
uint32_t hw_pe_edit_export(const struct hw_buf *image, const char *name);

/* The certificate table as the security directory states it; false: there is none. */
bool hw_pe_edit_table(const struct hw_buf *image, uint32_t *out_off, uint32_t *out_size);
/* Sets `certificate` (with its 8 bytes of header and zeros to a multiple of 8) as the table, in
 * place of any that is there. */
void hw_pe_edit_sign(struct hw_buf *image, struct hw_span certificate);
/* Takes the certificate table off: directory entry zero, file cut where the table began. */
void hw_pe_edit_strip(struct hw_buf *image);
/* `extra` behind the last entry's content, inside its dwLength; entry and directory grow. */
void hw_pe_edit_pad_inside(struct hw_buf *image, struct hw_span extra);
/* `extra` behind the last entry, inside the directory; only the directory grows. Zeros follow up to
 * a multiple of 8. */
void hw_pe_edit_pad_behind(struct hw_buf *image, struct hw_span extra);
/* CheckSum made right. */
void hw_pe_edit_checksum(struct hw_buf *image);

#endif
