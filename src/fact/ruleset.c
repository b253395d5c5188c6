/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/ruleset.h"

static const char magic[] = "headwater-rules-1\n";

void hw_ruleset_begin(struct hw_buf *out)
{
    hw_buf_str(out, magic);
}

void hw_ruleset_put(struct hw_buf *out, const struct hw_ruleset_source *s)
{
    hw_buf_span_put(out, s->digest);
    hw_buf_u64le(out, s->text.n);
    hw_buf_span_put(out, s->text);
}

bool hw_ruleset_open(struct hw_reader *r)
{
    return hw_read_magic(r, magic, sizeof magic - 1);
}

bool hw_ruleset_next(struct hw_reader *r, struct hw_ruleset_source *out)
{
    uint64_t n;
    return hw_read_left(r) > 0 && hw_reader_item(r) && hw_read_bytes(r, 32, &out->digest) &&
           hw_read_u64le(r, &n) && hw_read_bytes(r, n, &out->text);
}
