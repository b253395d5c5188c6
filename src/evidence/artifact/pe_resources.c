/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_resources.c -- the resource tree: counted by type, read where it identifies or carries.
 *
 * "PE Format", "The .rsrc Section". Directories of 16 bytes, entries of 8: a name or a number, and
 * an offset from the root to a directory (high bit) or to a data entry of 16 bytes. Windows knows
 * three levels, type, name and language, so the walk knows three; an entry that leads back up is a
 * cycle. Directories may share what lies below them, so the entries of a whole walk are counted.
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>

enum {
    LEVELS = 3,
    RT_VERSION = 16,
    RT_MANIFEST = 24,
    RT_RCDATA = 10,
    INNO_TABLE = 11111, /* RT_RCDATA of this name: where Inno Setup's loader finds its data */
    TYPES_LISTED = 256,
    MANIFEST_TEXT = 4096,
};
#define HIGH 0x80000000U

struct walk {
    struct hw_pe *pe;
    struct hw_pe_claims *claims;
    struct hw_reader root;
    uint64_t entries, types;
    uint32_t path[LEVELS]; /* offsets of the directories we are in */
    uint32_t id[LEVELS];   /* number, or offset of the name with the high bit */
    uint64_t leaves;       /* below the current type */
    bool full;
};

static const char *const type_words[] = {
    [1] = "cursor",         [2] = "bitmap",         [3] = "icon",
    [4] = "menu",           [5] = "dialog",         [6] = "string",
    [7] = "font-dir",       [8] = "font",           [9] = "accelerator",
    [10] = "data",          [11] = "message-table", [12] = "cursor-group",
    [14] = "icon-group",    [16] = "version",       [17] = "dialog-include",
    [19] = "plug-and-play", [20] = "vxd",           [21] = "animated-cursor",
    [22] = "animated-icon", [23] = "html",          [24] = "manifest",
};

/* Writes a name or number for people. */
static void put_id(struct walk *w, struct hw_buf *b, uint32_t id, bool type)
{
    struct hw_reader r;
    struct hw_span name;
    uint16_t n;
    if ((id & HIGH) == 0) {
        bool known =
            type && id < sizeof type_words / sizeof type_words[0] && type_words[id] != NULL;
        if (known) {
            hw_buf_str(b, type_words[id]);
        } else {
            hw_buf_printf(b, "#%u", id);
        }
        return;
    }
    if (!hw_read_tail(&w->root, id & ~HIGH, &r) || !hw_read_u16le(&r, &n) || n > 1024 ||
        !hw_read_bytes(&r, 2ULL * n, &name)) {
        hw_buf_str(b, "?");
        return;
    }
    hw_buf_span_put(b, hw_pe_utf16(w->pe, name, 256));
}

static void say_type(struct walk *w)
{
    struct hw_buf b;
    hw_buf_init(&b, 1024);
    if (w->types++ < TYPES_LISTED) {
        put_id(w, &b, w->id[0], true);
        hw_pe_numbered(w->pe, "pe.resource", w->leaves, hw_buf_span(&b));
    }
    hw_buf_done(&b);
    w->leaves = 0;
}

static void keep_member(struct walk *w, struct hw_span bytes, uint64_t off)
{
    struct hw_buf b;
    hw_buf_init(&b, 2048);
    hw_buf_str(&b, "[resource ");
    put_id(w, &b, w->id[0], true);
    hw_buf_char(&b, '/');
    put_id(w, &b, w->id[1], false);
    hw_buf_printf(&b, "/%u]", w->id[2] & ~HIGH);
    hw_pe_member(w->pe, hw_buf_span(&b), bytes, off);
    hw_buf_done(&b);
}

static void read_leaf(struct walk *w, struct hw_reader *data)
{
    struct hw_span bytes = hw_reader_rest(data);
    uint64_t off = hw_read_where(data);
    w->leaves++;
    if (w->id[0] == RT_VERSION) {
        hw_pe_version(w->pe, *data, w->id[2] & ~HIGH, w->claims);
    } else if (w->id[0] == RT_MANIFEST) {
        (void)hw_pe_region(w->pe, "manifest", off, bytes.n);
        hw_say_text(w->pe->x, w->pe->n, "pe.manifest",
                    hw_exam_text(w->pe->x, bytes, MANIFEST_TEXT));
    } else if (hw_pe_is_box(bytes) && !hw_pe_is_outer_zip(w->pe, off, bytes.n)) {
        keep_member(w, bytes, off);
    }
    if (w->id[0] == RT_RCDATA && w->id[1] == INNO_TABLE && hw_read_magic(data, "rDlPtS", 6)) {
        w->pe->inno_table = true;
    }
}

static void leaf(struct walk *w, uint32_t at)
{
    struct hw_reader r, data;
    uint32_t rva, size;
    if (!hw_read_tail(&w->root, at, &r) || !hw_read_u32le(&r, &rva) || !hw_read_u32le(&r, &size)) {
        hw_pe_odd(w->pe, "bad-offset", hw_read_where(&w->root) + at, 16,
                  "a resource's entry is not in the file");
        return;
    }
    if (!hw_pe_window(w->pe, rva, size, &data)) {
        hw_pe_odd(w->pe, "bad-offset", hw_read_where(&r) - 8, 8,
                  "a resource of %u bytes at %#x is not in the file", size, rva);
        return;
    }
    read_leaf(w, &data);
}

static void directory(struct walk *w, uint32_t at, unsigned level);

static void entry(struct walk *w, unsigned level, uint32_t id, uint32_t to)
{
    w->id[level] = id;
    if ((to & HIGH) == 0) {
        for (unsigned i = level + 1; i < LEVELS; i++) {
            w->id[i] = 0;
        }
        leaf(w, to);
    } else if (level + 1 < LEVELS) {
        directory(w, to & ~HIGH, level + 1);
    } else {
        hw_pe_odd(w->pe, "recursion", hw_read_where(&w->root) + w->path[level], 0,
                  "resources deeper than type, name and language");
    }
    if (level == 0) {
        say_type(w);
    }
}

/* Recursion is bounded by LEVELS. */
static void directory(struct walk *w, uint32_t at, unsigned level)
{
    struct hw_reader r;
    uint16_t named, numbered;
    uint32_t id, to;
    for (unsigned i = 0; i < level; i++) {
        if (w->path[i] == at) {
            hw_pe_odd(w->pe, "cycle", hw_read_where(&w->root) + at, 0,
                      "a resource directory contains itself");
            return;
        }
    }
    w->path[level] = at;
    if (!hw_read_tail(&w->root, at, &r)) {
        hw_pe_odd(w->pe, "bad-offset", hw_read_where(&w->root) + at, 0,
                  "a resource directory is not in the file");
        return;
    }
    if (!hw_read_skip(&r, 12) || !hw_read_u16le(&r, &named) || !hw_read_u16le(&r, &numbered)) {
        hw_pe_fault(w->pe, &r, "a resource directory");
        return;
    }
    uint32_t count = (uint32_t)named + numbered;
    for (uint32_t i = 0; i < count && !w->full && hw_exam_going(w->pe->x); i++) {
        if (!hw_reader_item(&r) || !hw_read_u32le(&r, &id) || !hw_read_u32le(&r, &to)) {
            hw_pe_fault(w->pe, &r, "a resource directory");
            return;
        }
        if (w->entries++ >= HW_PE_MAX_RESOURCES) {
            w->full = true;
            hw_pe_broken(w->pe, "over-budget", hw_read_where(&r), 0, "more than %d resources",
                         HW_PE_MAX_RESOURCES);
            return;
        }
        entry(w, level, id, to);
    }
}

void hw_pe_resources(struct hw_pe *pe, struct hw_pe_claims *claims)
{
    struct walk w = {.pe = pe, .claims = claims};
    if (pe->dirs[HW_PE_DIR_RESOURCE].rva == 0) {
        return;
    }
    if (!hw_pe_at(pe, pe->dirs[HW_PE_DIR_RESOURCE].rva, &w.root, NULL)) {
        hw_pe_odd(pe, "bad-offset", pe->dirs_off + 16U, 8,
                  "the resources stand nowhere in the file");
        return;
    }
    directory(&w, 0, 0);
    hw_pe_number(pe, "pe.resource-types", w.types);
}
