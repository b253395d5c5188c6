/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/json.h"

#include "base/checked.h"

enum { VALUE_BYTES = 150 }; /* a value with its place in a table, as measured, rounded up */

/* Each value costs memory that no arena sees, so they are counted before anything is parsed.
 * jansson itself stops at 2,048 nested ones. */
static uint64_t reckon(struct hw_span text)
{
    uint64_t values = 1, cost;
    for (size_t i = 0; i < text.n; i++) {
        values += text.p[i] == ',' || text.p[i] == '{' || text.p[i] == '[' || text.p[i] == ':';
    }
    return hw_mul_u64(values, VALUE_BYTES, &cost) && hw_add_u64(cost, text.n, &cost) ? cost
                                                                                     : UINT64_MAX;
}

void hw_json_init(struct hw_exam *x, struct hw_span text, size_t flags, struct hw_json *out)
{
    uint64_t left =
        x->limits.member_bytes > x->live_bytes ? x->limits.member_bytes - x->live_bytes : 0;
    *out = (struct hw_json){.cost = reckon(text)};
    if (out->cost > left) {
        out->cost = 0;
        out->too_large = true;
        return;
    }
    x->live_bytes += out->cost;
    out->root = json_loadb((const char *)text.p, text.n, flags, &out->why);
}

void hw_json_done(struct hw_exam *x, struct hw_json *j)
{
    json_decref(j->root);
    x->live_bytes -= j->cost;
    *j = (struct hw_json){.root = NULL};
}

struct hw_span hw_json_text(const json_t *v)
{
    if (!json_is_string(v)) {
        return (struct hw_span){NULL, 0};
    }
    return (struct hw_span){(const uint8_t *)json_string_value(v), json_string_length(v)};
}

void hw_json_warm(void)
{
    json_object_seed(0); /* from the system's randomness, which is a file */
}
