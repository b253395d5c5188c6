/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_csv.c -- CSV from strangers: every byte is consumed, caps hold, and what was read can
 * be written and read again.
 *
 * Targets: src/base/csv.c, src/base/escape.c (CSV)
 * Max: 8192
 *
 * Input: u8 delimiter, u8 largest field, then the text.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"

enum { INPUT_MAX = 8192 };

static void promise(bool held, const char *words)
{
    if (!held) {
        hw_fuzz_broken(words);
    }
}

/* Fields written as RFC 4180 asks, each in quotes, must come back as they are. */
static void again(const struct hw_csv *c, size_t max)
{
    struct hw_buf b;
    struct hw_csv *d = malloc(sizeof *d);
    HW_AUTO(hw_arena) *arena = hw_arena_new(1 << 20);
    hw_buf_init(&b, 1 << 20);
    for (size_t i = 0; i < c->count; i++) {
        hw_buf_str(&b, i == 0 ? "\"" : ",\"");
        for (size_t k = 0; k < c->fields[i].n; k++) {
            hw_buf_str(&b, c->fields[i].p[k] == '"' ? "\"" : "");
            hw_buf_char(&b, (char)c->fields[i].p[k]);
        }
        hw_buf_char(&b, '"');
    }
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 1};
    struct hw_reader r;
    if (d != NULL && arena != NULL && hw_buf_ok(&b)) {
        hw_reader_init(&r, hw_buf_span(&b), &fuel);
        hw_csv_init(d, &r, arena, ',', 2 * max + 2); /* doubled quotes take room before they go */
        promise(hw_csv_next(d), "what was written is a record");
        promise(d->count == c->count && !d->odd && !d->cut, "what was written is read soundly");
        for (size_t i = 0; i < d->count; i++) {
            promise(hw_span_equal(d->fields[i], c->fields[i]), "what was written is what is read");
        }
        promise(!hw_csv_next(d) && hw_read_done(&r), "what was written is one record");
    }
    free(d);
    hw_buf_done(&b);
}

static void check_record(const struct hw_csv *c, const struct hw_reader *r, size_t max)
{
    promise(c->count >= 1 && c->count <= HW_CSV_FIELDS_MAX, "a record has a bearable count");
    promise(c->record_off < hw_read_where(r), "a record begins before it ends");
    promise(c->record_line <= c->line, "lines count upwards");
    for (size_t i = 0; i < c->count; i++) {
        promise(c->fields[i].n <= max, "a field has a bearable length");
    }
    again(c, max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > INPUT_MAX) {
        return 0;
    }
    size_t max = data[1];
    struct hw_span text = {data + 2, size - 2};
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 1};
    struct hw_reader r;
    struct hw_csv *c = malloc(sizeof *c);
    HW_AUTO(hw_arena) *arena = hw_arena_new(1 << 20);
    if (c == NULL || arena == NULL) {
        free(c);
        return 0;
    }
    uint64_t newlines = 0, records = 0;
    for (size_t i = 0; i < text.n; i++) {
        newlines += text.p[i] == '\n' ? 1 : 0;
    }
    hw_reader_init(&r, text, &fuel);
    hw_csv_init(c, &r, arena, ",;\t"[data[0] % 3], max);
    while (hw_csv_next(c)) {
        check_record(c, &r, max);
        records++;
    }
    promise(!hw_csv_failed(c) && hw_read_done(&r), "every byte is consumed");
    promise(c->line >= newlines + 1 && c->line <= newlines + 2, "every line is counted once");
    promise(records <= newlines + 1, "no more records than lines");
    free(c);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const texts[] = {
        "a,b,c\r\n1,2,3\r\n",
        "\xEF\xBB\xBFtype;value\n\"a \"\"b\"\"\nc\";;\n\n\"x",
        "\"a\"b,\"c\"\" \"d\n\"\"\"\",\"\",\n",
        "sha256\t\"0123456789abcdef0123456789abcdef\"\t,\r",
        "# comment\nhxxp://bad[.]example,\"=1+1\"\n",
    };
    for (unsigned i = 0; i < 5; i++) {
        uint8_t in[128] = {(uint8_t)i, (uint8_t)(i * 60)};
        char name[] = "text-0";
        name[5] = (char)('0' + i);
        size_t n = strlen(texts[i]);
        memcpy(in + 2, texts[i], n);
        give(state, name, in, n + 2);
    }
}
