/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_ndjson.c -- Targets: evidence/telemetry/ndjson.c, base/scan.c.
 *
 * Promises: progress is made and never past the end; every name and value is readable memory; a
 * record written as JSON again, each name and value a string, gives the same names and values.
 */
#include "fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "evidence/telemetry/ndjson.h"

static struct hw_json_flat first, second;

static void promise(bool held, const char *words)
{
    if (!held) {
        hw_fuzz_broken(words);
    }
}

static void put_string(struct hw_buf *b, struct hw_span s)
{
    hw_buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '"' || c == '\\') {
            hw_buf_char(b, '\\');
            hw_buf_char(b, (char)c);
        } else if (c < 0x20) {
            hw_buf_printf(b, "\\u%04x", (unsigned)c);
        } else {
            hw_buf_char(b, (char)c);
        }
    }
    hw_buf_char(b, '"');
}

static void again(void)
{
    struct hw_buf b;
    size_t at = 0;
    hw_buf_init(&b, 32 << 20);
    hw_buf_char(&b, '{');
    for (size_t i = 0; i < first.count; i++) {
        hw_buf_str(&b, i > 0 ? "," : "");
        put_string(&b, first.names[i]);
        hw_buf_char(&b, ':');
        put_string(&b, first.values[i]);
    }
    hw_buf_char(&b, '}');
    promise(hw_buf_ok(&b), "what is flat is not much longer");
    promise(hw_json_flatten(hw_buf_span(&b), &at, &second) == HW_JSON_FINE,
            "what was written is JSON");
    promise(at == b.n && second.count == first.count, "what was written is one record");
    for (size_t i = 0; i < first.count; i++) {
        promise(hw_span_equal(first.names[i], second.names[i]) &&
                    hw_span_equal(first.values[i], second.values[i]),
                "what was written is what is read");
    }
    hw_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_span s = {data, size};
    size_t at = 0;
    hw_json_flat_init(&first);
    hw_json_flat_init(&second);
    for (;;) {
        size_t from = at;
        enum hw_json_end e = hw_json_flatten(s, &at, &first);
        promise(at >= from && at <= size, "progress, and never past the end");
        promise(first.count <= HW_JSON_FIELDS, "no more fields than there are");
        if (e != HW_JSON_FINE) {
            break;
        }
        promise(at > from, "a record takes bytes");
        again();
    }
    hw_json_flat_done(&first);
    hw_json_flat_done(&second);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const seeds[] = {
        "{\"a\":{\"b\":1,\"c\":[\"x\",\"y\"],\"d\":[{\"e\":2},3]},\"z\":[[1,2],[]]}",
        "{\"a\\u002eb\":\"C:\\\\x\",\"o\":{\"\\\"k\":\"\\ud83d\\ude00\"}} {\"n\":null}",
        "{\"a\":-1.5e+3,\"b\":true,\"c\":false,\"long enough for a step\":\"and more than that\"}",
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct hw_span s = hw_span_str(seeds[i]);
        give(state, i == 0 ? "nested" : i == 1 ? "escapes" : "scalars", s.p, s.n);
    }
}
