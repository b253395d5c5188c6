/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode.c -- the certificate table, and the digest of all the rest.
 *
 * Microsoft, "Windows Authenticode Portable Executable Signature Format" (2008), and "PE Format",
 * "The Attribute Certificate Table". The table is a run of WIN_CERTIFICATE, each at a multiple of
 * 8:
 *
 *   off  size
 *     0     4  dwLength          of this entry, header included
 *     4     2  wRevision         0x0200, once 0x0100
 *     6     2  wCertificateType  2: PKCS #7 SignedData; 1 X.509, 3 reserved, 4 terminal server
 *     8        bCertificate
 *
 * Windows takes the first entry of type 2. docs/formats/authenticode.md states how the bytes are
 * counted and why.
 */
#include "evidence/artifact/authenticode.h"

#include "base/checked.h"
#include "evidence/artifact/authenticode_parts.h"

enum {
    CUTS = 3,
    ENTRY_HEADER = 8,
    TYPE_PKCS7 = 2,
    DER_DEPTH = 64,
    MEMORY_FLOOR = 64,
};

/* -- the digest ----------------------------------------------------------------------------- */

struct cut {
    uint64_t from, to;
};

/* Where the table stands in the file, cut at its end; false when it is no table at all. */
static bool table_range(const struct hw_pe_layout *l, struct cut *out)
{
    uint64_t end = (uint64_t)l->table_off + l->table_size;
    if (l->security_off == 0 || l->table_off == 0 || l->table_size == 0 ||
        l->table_off >= l->file.n) {
        return false;
    }
    *out = (struct cut){l->table_off, end < l->file.n ? end : l->file.n};
    return true;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The file's bytes from..to; empty when that is not inside. */
static struct hw_span slice(struct hw_span file, uint64_t from, uint64_t to)
{
    struct hw_budget fuel = {.bytes = 0, .items = 0, .depth = 1};
    struct hw_reader r, part;
    hw_reader_init(&r, file, &fuel);
    if (from >= to || !hw_read_window(&r, from, to - from, &part)) {
        return (struct hw_span){NULL, 0};
    }
    return hw_reader_rest(&part);
}

static void sort(struct cut *c)
{
    for (size_t i = 1; i < CUTS; i++) {
        for (size_t k = i; k > 0 && c[k].from < c[k - 1].from; k--) {
            struct cut swap = c[k];
            c[k] = c[k - 1];
            c[k - 1] = swap;
        }
    }
}

size_t hw_authenticode_parts(const struct hw_pe_layout *l, struct hw_span parts[HW_PE_PARTS])
{
    static const uint8_t zeros[7];
    struct cut cuts[CUTS] = {{0, 0}}, table;
    size_t count = 0;
    uint64_t at = 0;
    bool has_table = table_range(l, &table);
    if (l->checksum_off != 0) {
        cuts[0] = (struct cut){l->checksum_off, l->checksum_off + 4};
    }
    if (l->security_off != 0) {
        cuts[1] = (struct cut){l->security_off, l->security_off + 8};
    }
    if (has_table) {
        /* A table over headers or sections would hide what is loaded: that part is hashed. */
        uint64_t image = later(l->headers_size, l->sections_end);
        cuts[2] = (struct cut){later(table.from, image), table.to};
    }
    sort(cuts);
    for (size_t i = 0; i < CUTS; i++) {
        if (cuts[i].from >= cuts[i].to) {
            continue;
        }
        uint64_t upto = sooner(later(cuts[i].from, at), l->file.n);
        parts[count++] = slice(l->file, at, upto);
        at = later(at, sooner(cuts[i].to, l->file.n));
    }
    parts[count++] = slice(l->file, at, l->file.n);
    if (!has_table && l->file.n % 8 != 0) {
        parts[count++] = (struct hw_span){zeros, 8 - l->file.n % 8};
    }
    return count;
}

static const struct {
    unsigned bit;
    enum hw_hash hash;
} algs[] = {
    {HW_PE_MD5, HW_HASH_MD5},       {HW_PE_SHA1, HW_HASH_SHA1},     {HW_PE_SHA256, HW_HASH_SHA256},
    {HW_PE_SHA384, HW_HASH_SHA384}, {HW_PE_SHA512, HW_HASH_SHA512},
};

static void keep(uint8_t *out, const struct hw_hashes *h, enum hw_hash which)
{
    for (size_t i = 0; i < hw_hash_size(which); i++) {
        out[i] = h->of[which][i];
    }
}

void hw_authenticode_digest(const struct hw_pe_layout *layout, unsigned want,
                            struct hw_pe_digests *out)
{
    struct hw_span parts[HW_PE_PARTS];
    struct hw_hashes h;
    struct hw_pe_digests d = {0};
    uint8_t *const places[] = {d.md5, d.sha1, d.sha256, d.sha384, d.sha512};
    unsigned set = 0;
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        set |= (want & algs[i].bit) != 0 ? 1U << algs[i].hash : 0;
    }
    hw_hash_many(set, parts, hw_authenticode_parts(layout, parts), &h);
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        if ((h.have & 1U << algs[i].hash) != 0) {
            keep(places[i], &h, algs[i].hash);
            d.have |= algs[i].bit;
        }
    }
    *out = d;
}

/* -- the table ------------------------------------------------------------------------------ */

struct entry {
    uint64_t at;     /* relative to the table */
    uint64_t length; /* as stated */
    uint64_t end;    /* of what there is: at + length, cut at the table's end */
    uint16_t revision, type;
};

/* The header of the entry at `at`. False when not even that is there. */
static bool read_entry(const struct hw_reader *table, uint64_t at, struct entry *out)
{
    struct hw_reader r;
    struct entry e = {.at = at};
    uint32_t length;
    if (!hw_read_tail(table, at, &r) || !hw_read_u32le(&r, &length) ||
        !hw_read_u16le(&r, &e.revision) || !hw_read_u16le(&r, &e.type)) {
        return false;
    }
    uint64_t left = ENTRY_HEADER + (uint64_t)hw_read_left(&r);
    e.length = length;
    e.end = at + (length < left ? length : left);
    *out = e;
    return true;
}

static void odd_table(struct hw_auth *a, const char *rule, uint64_t off, const char *says)
{
    hw_say_anomaly(a->x, a->n, rule, off, 8, "certificate table: %s", says);
}

/* The entry Windows takes: the first of type 2. Entries before it are counted whole. */
static bool find_entry(struct hw_auth *a, const struct hw_reader *table, struct entry *out)
{
    uint64_t at = 0;
    while (read_entry(table, at, out)) {
        if (out->type == TYPE_PKCS7 || a->entry == HW_AUTH_SIGNATURES) {
            return out->type == TYPE_PKCS7;
        }
        uint64_t next = hw_auth_entry(a, table, at);
        if (next == at) {
            break;
        }
        at = next;
        a->entry++;
    }
    if (!a->truncated) {
        hw_auth_rest(a, table, at);
    }
    return false;
}

static void read_signature(struct hw_auth *a, const struct hw_reader *table, const struct entry *e)
{
    uint64_t base = hw_read_where(table);
    struct hw_reader body;
    uint64_t der_end = e->at + ENTRY_HEADER;
    if (e->length < ENTRY_HEADER || e->end < der_end ||
        !hw_read_window(table, der_end, e->end - der_end, &body)) {
        odd_table(a, "bad-size", base + e->at, "an entry shorter than its own header");
        hw_auth_unreadable(a, base + e->at, e->length, "the entry is shorter than its header");
        hw_auth_rest(a, table, e->at + ENTRY_HEADER);
        return;
    }
    if (e->revision != 0x0200 && e->revision != 0x0100) {
        odd_table(a, "bad-value", base + e->at + 4, "a revision nobody defined");
    }
    if (e->length > e->end - e->at && !a->truncated) {
        odd_table(a, "bad-size", base + e->at, "an entry longer than the table");
    }
    size_t before = hw_read_left(&body);
    hw_auth_read(a, &body);
    if (a->signature_count == 0 || a->signatures[0].cms == NULL) {
        return; /* unreadable: nothing can be said to lie behind it */
    }
    der_end += before - hw_read_left(&body);
    uint64_t next = hw_auth_behind(a, table, e->at, der_end, e->end);
    hw_auth_rest(a, table, next);
}

static void check_place(struct hw_auth *a)
{
    const struct hw_pe_layout *l = a->layout;
    if (l->table_off % 8 != 0) {
        odd_table(a, "bad-alignment", l->security_off, "it does not begin at a multiple of 8");
    }
    if (l->table_off < later(l->headers_size, l->sections_end)) {
        odd_table(a, "overlap", l->security_off, "it lies over headers or sections");
    }
    if (a->truncated) {
        hw_say_anomaly(a->x, a->n, "truncated", l->file.n,
                       (uint64_t)l->table_off + l->table_size - l->file.n,
                       "the file ends inside its certificate table");
        hw_say_degree(a->n, HW_BROKEN, "the file ends inside its certificate table");
    }
}

static void read_table(struct hw_auth *a)
{
    const struct hw_pe_layout *l = a->layout;
    struct hw_reader file, table;
    struct cut range;
    struct entry e;
    a->truncated = (uint64_t)l->table_off + l->table_size > l->file.n;
    check_place(a);
    hw_reader_init(&file, l->file, &a->fuel);
    if (!table_range(l, &range) ||
        !hw_read_window(&file, range.from, range.to - range.from, &table)) {
        hw_auth_unreadable(a, l->table_off, l->table_size, "the certificate table is not there");
        return;
    }
    if (find_entry(a, &table, &e)) {
        read_signature(a, &table, &e);
    } else {
        odd_table(a, "signature-malformed", l->table_off, "no PKCS #7 signature in it");
        hw_auth_unreadable(a, l->table_off, l->table_size,
                           "the certificate table holds no PKCS #7 signature");
    }
}

/* -- the whole ------------------------------------------------------------------------------ */

static bool set_up(struct hw_auth *a)
{
    a->fuel = a->x->fuel;
    a->fuel.depth = DER_DEPTH;
    a->work.verifications = HW_VERIFICATIONS;
    a->signatures = hw_arena_array(a->x->arena, HW_AUTH_SIGNATURES, sizeof *a->signatures);
    a->certs = hw_arena_array(a->x->arena, HW_AUTH_CERTS, sizeof *a->certs);
    a->used = hw_arena_array(a->x->arena, HW_AUTH_CERTS, sizeof *a->used);
    return a->signatures != NULL && a->certs != NULL && a->used != NULL;
}

static void tear_down(struct hw_auth *a)
{
    if (a->fuel.items == 0 || a->fuel.bytes == 0) {
        hw_say_anomaly(a->x, a->n, "over-budget", a->layout->table_off, 0,
                       "the budget ended while reading signatures");
    }
    if (a->work.reached) {
        hw_say_anomaly(a->x, a->n, "over-budget", a->layout->table_off, 0,
                       "more signature verifications than %d were asked for", HW_VERIFICATIONS);
    }
    a->x->fuel.bytes = a->fuel.bytes;
    a->x->fuel.items = a->fuel.items;
}

/* The file by all wanted algorithms, but for the one the caller brought along. */
static void hash_file(const struct hw_pe_layout *layout, unsigned want, struct hw_hashes *out)
{
    struct hw_span parts[HW_PE_PARTS];
    unsigned brought = layout->code != NULL ? 1U << HW_HASH_SHA256 : 0;
    hw_hash_many(want & ~brought, parts, hw_authenticode_parts(layout, parts), out);
    for (size_t i = 0; brought != 0 && i < hw_hash_size(HW_HASH_SHA256); i++) {
        out->of[HW_HASH_SHA256][i] = layout->code[i];
    }
    out->have |= brought;
}

bool hw_authenticode(struct hw_exam *x, struct hw_node *n, const struct hw_pe_layout *layout,
                     uint8_t out_code[32])
{
    struct hw_auth a = {.x = x, .n = n, .layout = layout};
    struct hw_hashes found;
    bool signed_file =
        layout->security_off != 0 && (layout->table_off != 0 || layout->table_size != 0);
    unsigned want = 1U << HW_HASH_SHA256;
    if (signed_file) {
        if (!set_up(&a)) {
            hw_auth_starved(&a);
            return false;
        }
        read_table(&a);
        for (size_t i = 0; i < a.signature_count; i++) {
            want |= a.signatures[i].alg != HW_HASH_NONE ? 1U << a.signatures[i].alg : 0;
        }
    }
    hash_file(layout, want, &found);
    if (signed_file && hw_exam_going(x)) {
        hw_auth_compute(&a);
    }
    if (signed_file && hw_exam_going(x)) {
        hw_auth_say(&a, &found);
        hw_auth_inside(&a);
        tear_down(&a);
    }
    if ((found.have & 1U << HW_HASH_SHA256) == 0) {
        return false;
    }
    if (out_code != NULL) {
        keep(out_code, &found, HW_HASH_SHA256);
    }
    return true;
}
