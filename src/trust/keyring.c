/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/keyring.c -- data/roots.csv and lists of its form, read as strictly as any stranger's file.
 *
 * A row is used only when its key can be: purpose, SHA-256, validity and SubjectPublicKeyInfo must
 * all be readable. Times are as OpenSSL prints them, or ISO 8601.
 */
#include "trust/keyring.h"

#include "base/base64.h"
#include "base/csv.h"
#include "base/text.h"
#include "base/time.h"
#include "trust/key.h"

enum { FIELD_MAX = 32768, SPKI_MAX = 4096, ROWS_MAX = 100000 };

enum column { PURPOSE, SUBJECT, SHA256, NOT_BEFORE, NOT_AFTER, SPKI, SOURCE, DISTRUST, COLUMNS };

static const struct {
    const char *name;
    bool required;
} columns[COLUMNS] = {
    [PURPOSE] = {"purpose", true},     [SUBJECT] = {"subject", true},
    [SHA256] = {"sha256", true},       [NOT_BEFORE] = {"not_before", true},
    [NOT_AFTER] = {"not_after", true}, [SPKI] = {"spki_base64", true},
    [SOURCE] = {"source", false},      [DISTRUST] = {"distrust_after", false},
};

struct load {
    struct hw_csv csv;
    struct hw_arena *arena;
    size_t at[COLUMNS];
    bool has[COLUMNS];
    bool starved;
};

static struct hw_span field(const struct load *l, enum column c)
{
    return l->has[c] ? hw_span_trim(hw_csv_field(&l->csv, l->at[c])) : (struct hw_span){NULL, 0};
}

static bool read_time(struct hw_span s, int64_t *out)
{
    return hw_time_parse_openssl(s, out) || hw_time_parse(s, out);
}

/* A copy that outlives the list. */
static struct hw_span kept(struct load *l, struct hw_span s)
{
    if (s.n == 0) {
        return (struct hw_span){NULL, 0};
    }
    struct hw_span copy = {hw_arena_copy(l->arena, s), s.n};
    l->starved = l->starved || copy.p == NULL;
    return copy.p == NULL ? (struct hw_span){NULL, 0} : copy;
}

static void keep(uint8_t *out, const uint8_t *digest, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = digest[i];
    }
}

static bool read_key(struct load *l, struct hw_key *k)
{
    struct hw_buf der;
    struct hw_budget fuel = {.bytes = SPKI_MAX, .items = 32, .depth = 8};
    struct hw_reader r;
    struct hw_spki spki;
    uint8_t digest[HW_HASH_BYTES];
    hw_buf_init(&der, SPKI_MAX);
    if (!hw_base64_decode(field(l, SPKI), &der)) {
        hw_buf_done(&der);
        return false;
    }
    k->spki = kept(l, hw_buf_span(&der));
    hw_buf_done(&der);
    hw_reader_init(&r, k->spki, &fuel);
    if (!hw_spki_read(&r, &spki) || !hw_read_done(&r) || spki.problem != NULL ||
        !hw_hash_one(HW_HASH_SHA256, k->spki, digest)) {
        return false;
    }
    keep(k->spki_sha256, digest, sizeof k->spki_sha256);
    if (!hw_hash_one(HW_HASH_SHA1, spki.bits, digest)) {
        return false;
    }
    keep(k->key_id, digest, sizeof k->key_id);
    return true;
}

static bool read_row(struct load *l, struct hw_key *k)
{
    struct hw_span distrust = field(l, DISTRUST);
    struct hw_span purpose = field(l, PURPOSE), subject = field(l, SUBJECT);
    k->distrust_after = INT64_MIN;
    if (l->csv.cut || purpose.n == 0 || subject.n == 0 ||
        !hw_hex_decode(field(l, SHA256), k->sha256, sizeof k->sha256) ||
        !read_time(field(l, NOT_BEFORE), &k->not_before) ||
        !read_time(field(l, NOT_AFTER), &k->not_after) ||
        (distrust.n > 0 && !read_time(distrust, &k->distrust_after)) || !read_key(l, k)) {
        return false;
    }
    k->purpose = kept(l, purpose);
    k->subject = kept(l, subject);
    k->origin = kept(l, field(l, SOURCE));
    k->anchor = !hw_span_is(purpose, "known");
    return true;
}

static int read_header(struct load *l, struct hw_error *err)
{
    if (!hw_csv_next(&l->csv)) {
        return hw_fail(err, HW_E_USAGE, "the list of keys is empty");
    }
    for (unsigned c = 0; c < COLUMNS; c++) {
        l->has[c] = hw_csv_column(&l->csv, columns[c].name, &l->at[c]);
        if (!l->has[c] && columns[c].required) {
            return hw_fail(err, HW_E_USAGE, "the list of keys has no column \"%s\"",
                           columns[c].name);
        }
    }
    return HW_OK;
}

/* How many lines: room for as many keys. */
static size_t count_lines(struct hw_span csv)
{
    struct hw_budget fuel = {.bytes = (uint64_t)csv.n + 1, .items = ROWS_MAX, .depth = 1};
    struct hw_reader r;
    struct hw_span line;
    size_t lines = 0;
    hw_reader_init(&r, csv, &fuel);
    while (hw_reader_item(&r) && hw_read_left(&r) > 0 && hw_read_line(&r, csv.n, &line)) {
        lines++;
    }
    return lines;
}

static int read_rows(struct load *l, struct hw_keyring *ring, struct hw_span csv,
                     struct hw_error *err)
{
    size_t room = ring->count + count_lines(csv);
    struct hw_key *keys = hw_arena_array(l->arena, room == 0 ? 1 : room, sizeof *keys);
    struct hw_keyring now = *ring;
    if (keys == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for %zu keys", room);
    }
    for (size_t i = 0; i < now.count; i++) {
        keys[i] = now.keys[i];
    }
    while (hw_csv_next(&l->csv) && now.count < room) {
        struct hw_key k = {0};
        if (read_row(l, &k)) {
            keys[now.count++] = k;
        } else {
            now.refused++;
        }
    }
    if (l->starved || hw_csv_failed(&l->csv)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a list of keys");
    }
    now.keys = keys;
    *ring = now;
    return HW_OK;
}

int hw_keyring_read(struct hw_keyring *ring, struct hw_span csv, struct hw_arena *arena,
                    struct hw_error *err)
{
    struct hw_budget fuel = {.bytes = (uint64_t)csv.n * 4 + 64, .items = ROWS_MAX, .depth = 4};
    struct hw_reader r;
    struct load *l = hw_arena_alloc(arena, sizeof *l);
    if (l == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a list of keys");
    }
    l->arena = arena;
    hw_reader_init(&r, csv, &fuel);
    hw_csv_init(&l->csv, &r, arena, ',', FIELD_MAX);
    int rc = read_header(l, err);
    return rc != HW_OK ? rc : read_rows(l, ring, csv, err);
}
