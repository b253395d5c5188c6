/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/pe_image.h -- what the chapters of the PE parser share; nobody else includes
 * it.
 *
 * pe_headers.c fills struct hw_pe, pe_map.c answers where an address stands in the file, and every
 * other chapter reads one table and says what it found. Nothing a header states is taken for true:
 * all reading goes through windows of pe->file.
 */
#ifndef HW_EVIDENCE_ARTIFACT_PE_IMAGE_H
#define HW_EVIDENCE_ARTIFACT_PE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"
#include "evidence/evidence.h"

struct hw_digests; /* base/digest.h */

enum hw_pe_dir_index {
    HW_PE_DIR_EXPORT = 0,
    HW_PE_DIR_IMPORT = 1,
    HW_PE_DIR_RESOURCE = 2,
    HW_PE_DIR_SECURITY = 4,
    HW_PE_DIR_RELOCATION = 5,
    HW_PE_DIR_DEBUG = 6,
    HW_PE_DIR_TLS = 9,
    HW_PE_DIR_LOAD_CONFIG = 10,
    HW_PE_DIR_BOUND_IMPORT = 11,
    HW_PE_DIR_DELAY_IMPORT = 13,
    HW_PE_DIR_CLR = 14,
    HW_PE_DIR_COUNT = 16,
};

/* Our own ceilings, far above any honest file; each one reached is an over-budget anomaly. */
enum {
    HW_PE_MAX_ANOMALIES = 200,
    HW_PE_MAX_SYMBOLS = 1 << 20,       /* imports, and as many exports */
    HW_PE_MAX_SYMBOL_BYTES = 32 << 20, /* of all lists together */
    HW_PE_MAX_NAME = 16 * 1024,
    HW_PE_MAX_MODULES = 16384,
    HW_PE_MAX_RESOURCES = 1 << 20, /* directory entries */
    HW_PE_MAX_RESOURCE_MEMBERS = 256,
    HW_PE_MAX_VERSION_STRINGS = 1024,
    HW_PE_MAX_DEBUG = 256,
    HW_PE_MAX_RICH = 1024,
    HW_PE_MAX_TLS_CALLBACKS = 4096,
};

struct hw_pe_dir {
    uint32_t rva, size;
};

struct hw_pe_section {
    struct hw_span name; /* as stored, or as the COFF string table spells it out */
    uint32_t vsize, va, raw_size, raw_off, flags;
    uint64_t have; /* bytes of the raw data that the file really holds */
    bool measured; /* pe_measure.c has filled what follows */
    uint8_t sha256[32];
    uint32_t entropy;
};

/* A part of the image that comes from the file, as the loader maps it. */
struct hw_pe_map {
    uint64_t va, va_end; /* in memory */
    uint64_t off, n;     /* in the file; the rest of va..va_end is zeros */
};

/* A run of the file that something accounts for. */
struct hw_pe_extent {
    uint64_t off, n;
    const char *role; /* NULL: a section, which has a fact of its own */
};

/* A box inside, to be examined when the image itself is done. */
struct hw_pe_member {
    struct hw_span name, bytes;
    uint64_t off;
};

struct hw_pe {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_reader file; /* the whole artifact; copied and windowed, never moved itself */
    uint64_t size;

    uint32_t nt_off, opt_off, dirs_off;
    uint64_t table_off, table_end; /* the section table */
    bool plus;                     /* PE32+ */
    uint16_t machine, characteristics, subsystem, dll_characteristics, opt_size;
    uint16_t section_claims; /* NumberOfSections */
    uint8_t linker_major, linker_minor;
    uint32_t timestamp, coff_off, coff_count; /* COFF symbol table */
    uint32_t entry, section_align, file_align, image_size, headers_size, checksum;
    uint64_t image_base;
    uint32_t dir_count; /* entries of dirs that are there */
    struct hw_pe_dir dirs[HW_PE_DIR_COUNT];

    bool summed;  /* pe_measure.c came to the end */
    uint64_t sum; /* of all 32-bit words of the file */
    struct hw_pe_section *sections;
    size_t section_count;
    struct hw_pe_map *maps; /* ascending, apart */
    size_t map_count;
    struct hw_pe_extent *extents;
    size_t extent_count, extent_room;

    bool inno_table; /* a resource says: an Inno Setup loader */
    struct hw_pe_member members[HW_PE_MAX_RESOURCE_MEMBERS];
    size_t member_count;
    uint64_t given_bytes; /* of all members */
    bool zip_sought, zip_found;
    uint64_t zip_end; /* hw_pe_is_outer_zip() */
    bool code_known;
    uint8_t code[32]; /* SHA-256 of the file without its signature */
    unsigned anomalies;
    uint64_t symbol_bytes, symbol_count; /* in all lists so far */
};

/* pe_headers.c: false when there is nothing more to read; that has then been said. */
bool hw_pe_read_headers(struct hw_pe *pe);
void hw_pe_say_headers(struct hw_pe *pe);

/* pe_map.c */
void hw_pe_map(struct hw_pe *pe);
/* A reader from where `rva` stands in the file to the end of what is mapped there. *out_zeros, when
 * not NULL, gets how many zero bytes follow in memory behind that. False: it stands nowhere. */
bool hw_pe_at(const struct hw_pe *pe, uint64_t rva, struct hw_reader *out, uint64_t *out_zeros);
/* File offset of rva, or false. */
bool hw_pe_offset(const struct hw_pe *pe, uint64_t rva, uint64_t *out);
/* The n bytes at rva, when all of them come from the file in one piece. */
bool hw_pe_window(const struct hw_pe *pe, uint64_t rva, uint64_t n, struct hw_reader *out);

/* Anomalies, with a ceiling on how many one file may cause. */
void hw_pe_odd(struct hw_pe *pe, const char *rule, uint64_t off, uint64_t size, const char *fmt,
               ...) HW_FORMAT(5, 6);
void hw_pe_broken(struct hw_pe *pe, const char *rule, uint64_t off, uint64_t size, const char *fmt,
                  ...) HW_FORMAT(5, 6);
/* A reader that faulted inside table `what`. */
void hw_pe_fault(struct hw_pe *pe, const struct hw_reader *r, const char *what);

/* pe_say.c */
void hw_pe_number(struct hw_pe *pe, const char *key, uint64_t v);
void hw_pe_words(struct hw_pe *pe, const char *key, const char *words);
/* Text and a number under one key. */
void hw_pe_numbered(struct hw_pe *pe, const char *key, uint64_t v, struct hw_span text);
void hw_pe_hex(struct hw_pe *pe, const char *key, struct hw_span bytes);
HW_CHECK bool hw_pe_sha256(struct hw_span s, uint8_t out[32]);
/* The SHA-256 of a finished set; false when it has none. */
HW_CHECK bool hw_pe_keep(const struct hw_digests *d, uint8_t out[32]);
HW_CHECK bool hw_pe_md5(struct hw_span s, uint8_t out[16]);
/* UTF-16LE as UTF-8 in the arena, cut at max bytes of output; lone surrogates become U+FFFD. */
struct hw_span hw_pe_utf16(struct hw_pe *pe, struct hw_span utf16, size_t max);

/* pe_lists.c: names on their way into IMPORT or EXPORT facts, as many parts as they need. */
struct hw_pe_list {
    enum hw_fact_kind kind;
    uint64_t index; /* imports only */
    bool delay;     /* imports only */
    struct hw_span module;
    struct hw_buf symbols;
    uint64_t count, part;
};
void hw_pe_list_begin(struct hw_pe_list *l, enum hw_fact_kind kind, struct hw_span module);
/* "name", or "name>target" when target is not empty. False: the ceiling for all lists is reached.
 */
bool hw_pe_list_add(struct hw_pe *pe, struct hw_pe_list *l, struct hw_span name,
                    struct hw_span target);
void hw_pe_list_end(struct hw_pe *pe, struct hw_pe_list *l);

/* The chapters. */
/* parts: what counts for the code digest (hw_authenticode_parts). */
void hw_pe_measure(struct hw_pe *pe, const struct hw_span *parts, size_t part_count);
void hw_pe_sections(struct hw_pe *pe);
void hw_pe_rich(struct hw_pe *pe);
void hw_pe_imports(struct hw_pe *pe);
void hw_pe_exports(struct hw_pe *pe);
void hw_pe_debug(struct hw_pe *pe);
void hw_pe_runtime(struct hw_pe *pe); /* TLS, load config, CLR, relocations, bound imports */
void hw_pe_account(struct hw_pe *pe);
void hw_pe_claim(struct hw_pe *pe, const char *role, uint64_t off, uint64_t n);
/* Says a REGION, hashed unless it is all zeros. Returns the count of bytes that are not zero. */
uint64_t hw_pe_region(struct hw_pe *pe, const char *role, uint64_t off, uint64_t n);
void hw_pe_checksum(struct hw_pe *pe);

/* What version resources claim: for each field the first that says anything. */
struct hw_pe_claims {
    bool any;
    struct hw_span version, fixed, vendor, original, internal, product; /* UTF-8 in the arena */
};
/* block: the whole VS_VERSIONINFO resource; lang is the resource's language. */
void hw_pe_version(struct hw_pe *pe, struct hw_reader block, uint32_t lang,
                   struct hw_pe_claims *claims);
void hw_pe_resources(struct hw_pe *pe, struct hw_pe_claims *claims);
/* pe_inside.c: boxes in a run of overlay, and whether a resource is a box at all. */
void hw_pe_overlay_box(struct hw_pe *pe, uint64_t off, uint64_t n);
void hw_pe_member(struct hw_pe *pe, struct hw_span name, struct hw_span bytes, uint64_t off);
void hw_pe_examine_members(struct hw_pe *pe);
bool hw_pe_is_box(struct hw_span bytes);
/* Does the ZIP end in these n bytes at off that the auction has read as part of the whole file? */
bool hw_pe_is_outer_zip(struct hw_pe *pe, uint64_t off, uint64_t n);

/* pe_ordinals.c: the name behind an ordinal of a system library, or NULL. module: lower case. */
const char *hw_pe_ordinal_name(struct hw_span module, uint16_t ordinal);
const char *hw_pe_machine_word(uint16_t machine); /* NULL: not known */
const char *hw_pe_subsystem_word(uint16_t subsystem);

#endif
