/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_imports.c -- what a program calls for: imports, delay imports, bound imports, the import hash.
 *
 * "PE Format", ".idata" and "Delay-Load Import Tables". The loader ends the descriptors at the
 * first without a name or an address table and reads names from the lookup table, or from the
 * address table where there is no lookup table.
 *
 * The import hash is Mandiant's, in the form pefile and YARA made common: "module.symbol" in lower
 * case, joined by commas in the order of the tables, module without .dll, .ocx or .sys, ordinals
 * spelled out by pe_ordinals.c; names of other characters than symbols have are left out.
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_READ = 4096, HASHED_NAME_BYTES = 512, IMPHASH_BYTES = 16 << 20 };

struct walk {
    struct hw_pe *pe;
    struct hw_buf hashed; /* the text under the import hash */
    uint64_t symbols, modules, bound;
    bool full; /* a ceiling is reached: say no more */
};

static bool read_name(struct hw_pe *pe, uint64_t rva, struct hw_span *out)
{
    struct hw_reader r;
    struct hw_span rest;
    if (!hw_pe_at(pe, rva, &r, NULL)) {
        return false;
    }
    rest = hw_reader_rest(&r);
    if (hw_read_cstr(&r, NAME_MAX_READ, out)) {
        return true;
    }
    /* Over-long, or the last bytes of a section before the zeros of memory. */
    if (hw_reader_fault(&r) == HW_OVER_BUDGET || rest.n == 0) {
        return false;
    }
    *out = rest;
    return true;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_symbol(struct hw_span s)
{
    bool ok = true;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = lower(s.p[i]);
        ok = ok && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    (c != 0 && strchr("._?@$()<>", c) != NULL));
    }
    return ok;
}

static void put_lower(struct hw_buf *b, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        hw_buf_char(b, (char)lower(s.p[i]));
    }
}

static struct hw_span without_extension(struct hw_span module)
{
    static const char *const known[] = {"dll", "ocx", "sys"};
    for (size_t i = 0; module.n >= 4 && i < sizeof known / sizeof known[0]; i++) {
        const uint8_t *end = module.p + module.n - 4;
        if (end[0] == '.' && lower(end[1]) == (uint8_t)known[i][0] &&
            lower(end[2]) == (uint8_t)known[i][1] && lower(end[3]) == (uint8_t)known[i][2]) {
            return (struct hw_span){module.p, module.n - 4};
        }
    }
    return module;
}

static struct hw_span lower_copy(struct hw_span s, uint8_t *room, size_t n)
{
    size_t i = 0;
    for (; i < s.n && i < n; i++) {
        room[i] = lower(s.p[i]);
    }
    return (struct hw_span){room, i};
}

/* name empty: by ordinal. */
static void hash_symbol(struct walk *w, struct hw_span module, struct hw_span name,
                        uint16_t ordinal)
{
    name.n = name.n < HASHED_NAME_BYTES ? name.n : HASHED_NAME_BYTES;
    if (!is_symbol(name) || (name.n == 0 && ordinal == 0)) {
        return;
    }
    if (w->hashed.n > 0) {
        hw_buf_char(&w->hashed, ',');
    }
    put_lower(&w->hashed, without_extension(module));
    hw_buf_char(&w->hashed, '.');
    if (name.n > 0) {
        put_lower(&w->hashed, name);
        return;
    }
    uint8_t room[32];
    const char *known = hw_pe_ordinal_name(lower_copy(module, room, sizeof room), ordinal);
    if (known != NULL) {
        put_lower(&w->hashed, (struct hw_span){(const uint8_t *)known, strlen(known)});
    } else {
        hw_buf_printf(&w->hashed, "ord%u", ordinal);
    }
}

static bool add_symbol(struct walk *w, struct hw_pe_list *l, uint64_t thunk, uint64_t bias)
{
    struct hw_pe *pe = w->pe;
    struct hw_span name = {NULL, 0};
    char number[16];
    uint16_t ordinal = 0;
    w->symbols++;
    if (thunk >> (pe->plus ? 63 : 31) != 0) {
        ordinal = (uint16_t)thunk;
        int n = snprintf(number, sizeof number, "#%u", ordinal);
        if (!l->delay) {
            hash_symbol(w, l->module, name, ordinal);
        }
        return hw_pe_list_add(pe, l, (struct hw_span){(const uint8_t *)number, (size_t)n}, name);
    }
    uint64_t rva = (thunk - bias) & 0xffffffff;
    if (!read_name(pe, rva + 2, &name)) {
        hw_pe_odd(pe, "bad-offset", 0, 0, "import %llu has its name at %#llx, which is not there",
                  (unsigned long long)w->symbols - 1, (unsigned long long)rva);
        return false; /* the loader stops here too */
    }
    if (!l->delay) {
        hash_symbol(w, l->module, name, 0);
    }
    return hw_pe_list_add(pe, l, name, (struct hw_span){NULL, 0});
}

/* All symbols of one module. bias: what to subtract from addresses (old delay imports). */
static void walk_thunks(struct walk *w, struct hw_pe_list *l, uint64_t rva, uint64_t bias)
{
    struct hw_reader r;
    uint64_t zeros, thunk = 0;
    uint32_t narrow;
    size_t each = w->pe->plus ? 8 : 4;
    if (!hw_pe_at(w->pe, rva, &r, &zeros)) {
        hw_pe_odd(w->pe, "bad-offset", 0, 0,
                  "module %llu has its imports at %#llx, which is not there",
                  (unsigned long long)w->modules, (unsigned long long)rva);
        return;
    }
    while (hw_exam_going(w->pe->x)) {
        if (hw_read_left(&r) < each && zeros >= each) {
            return; /* memory goes on with zeros: that is the end mark */
        }
        bool ok = w->pe->plus ? hw_read_u64le(&r, &thunk) : hw_read_u32le(&r, &narrow);
        if (!ok || !hw_reader_item(&r)) {
            hw_pe_fault(w->pe, &r, "an import table");
            return;
        }
        thunk = w->pe->plus ? thunk : narrow;
        if (thunk == 0) {
            return;
        }
        if (!add_symbol(w, l, thunk, bias)) {
            w->full = w->pe->symbol_count >= HW_PE_MAX_SYMBOLS;
            return;
        }
    }
}

static void walk_module(struct walk *w, uint64_t name_rva, uint64_t thunks, uint64_t bias,
                        bool delay)
{
    struct hw_pe_list l;
    struct hw_span module;
    if (!read_name(w->pe, name_rva, &module)) {
        hw_pe_odd(w->pe, "bad-offset", 0, 0,
                  "module %llu has its name at %#llx, which is not there",
                  (unsigned long long)w->modules, (unsigned long long)name_rva);
        module = (struct hw_span){NULL, 0};
    }
    hw_pe_list_begin(&l, HW_FACT_IMPORT, module);
    l.index = w->modules;
    l.delay = delay;
    walk_thunks(w, &l, thunks, bias);
    hw_pe_list_end(w->pe, &l);
    w->modules++;
}

/* The lookup table is what the linker wrote; where it is missing or empty the loader takes the
 * address table. */
static uint64_t table_of(struct hw_pe *pe, uint32_t lookup, uint32_t addresses)
{
    struct hw_reader r;
    uint32_t first;
    if (lookup == 0 || lookup < pe->headers_size || !hw_pe_at(pe, lookup, &r, NULL) ||
        !hw_read_u32le(&r, &first) || first == 0) {
        return addresses;
    }
    return lookup;
}

static bool more(struct walk *w, const struct hw_reader *r, uint64_t zeros, size_t each)
{
    if (w->full || !hw_exam_going(w->pe->x) || (hw_read_left(r) < each && zeros >= each)) {
        return false;
    }
    if (w->modules >= HW_PE_MAX_MODULES) {
        hw_pe_broken(w->pe, "over-budget", hw_read_where(r), 0, "more than %d imported modules",
                     HW_PE_MAX_MODULES);
        return false;
    }
    return true;
}

static void walk_imports(struct walk *w)
{
    struct hw_pe *pe = w->pe;
    struct hw_reader r;
    uint64_t zeros = 0;
    uint32_t lookup, stamp, chain, name, addresses;
    if (pe->dirs[HW_PE_DIR_IMPORT].rva == 0) {
        return;
    }
    if (!hw_pe_at(pe, pe->dirs[HW_PE_DIR_IMPORT].rva, &r, &zeros)) {
        hw_pe_odd(pe, "bad-offset", pe->dirs_off + 8U, 8, "the imports stand nowhere in the file");
        return;
    }
    while (more(w, &r, zeros, 20)) {
        if (!hw_reader_item(&r) || !hw_read_u32le(&r, &lookup) || !hw_read_u32le(&r, &stamp) ||
            !hw_read_u32le(&r, &chain) || !hw_read_u32le(&r, &name) ||
            !hw_read_u32le(&r, &addresses)) {
            hw_pe_fault(pe, &r, "the import descriptors");
            return;
        }
        if (name == 0 || addresses == 0) {
            return;
        }
        w->bound += stamp != 0;
        walk_module(w, name, table_of(pe, lookup, addresses), 0, false);
    }
}

static void walk_delayed(struct walk *w)
{
    struct hw_pe *pe = w->pe;
    struct hw_reader r;
    uint64_t zeros = 0;
    uint32_t flags, name, names;
    if (pe->dirs[HW_PE_DIR_DELAY_IMPORT].rva == 0) {
        return;
    }
    if (!hw_pe_at(pe, pe->dirs[HW_PE_DIR_DELAY_IMPORT].rva, &r, &zeros)) {
        hw_pe_odd(pe, "bad-offset", pe->dirs_off + 104U, 8,
                  "the delay imports stand nowhere in the file");
        return;
    }
    while (more(w, &r, zeros, 32)) {
        if (!hw_reader_item(&r) || !hw_read_u32le(&r, &flags) || !hw_read_u32le(&r, &name) ||
            !hw_read_skip(&r, 8) || !hw_read_u32le(&r, &names) || !hw_read_skip(&r, 12)) {
            hw_pe_fault(pe, &r, "the delay import descriptors");
            return;
        }
        if (name == 0) {
            return;
        }
        /* Before Visual C++ 7 (32-bit only) these were addresses, not offsets from the base. */
        uint64_t bias = (flags & 1) == 0 ? pe->image_base : 0;
        walk_module(w, (name - bias) & 0xffffffff, (names - bias) & 0xffffffff, bias, true);
    }
}

void hw_pe_imports(struct hw_pe *pe)
{
    struct walk w = {.pe = pe};
    uint8_t md5[16];
    hw_buf_init(&w.hashed, IMPHASH_BYTES);
    walk_imports(&w);
    if (!hw_buf_ok(&w.hashed)) {
        hw_pe_odd(pe, "over-budget", 0, 0, "no import hash: its text exceeds %d bytes",
                  IMPHASH_BYTES);
    } else if (w.hashed.n > 0 && hw_pe_md5(hw_buf_span(&w.hashed), md5)) {
        hw_pe_hex(pe, "pe.imphash", (struct hw_span){md5, 16});
    }
    hw_buf_done(&w.hashed);
    if (w.bound > 0 || pe->dirs[HW_PE_DIR_BOUND_IMPORT].rva != 0) {
        hw_pe_number(pe, "pe.bound-imports", w.bound);
    }
    walk_delayed(&w);
    hw_pe_number(pe, "pe.imports", w.symbols);
    hw_pe_number(pe, "pe.import-modules", w.modules);
}
