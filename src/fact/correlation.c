/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/correlation.h"

#include "base/text.h"

enum { MAGIC = 'C', VERSION = 1, ITEMS = 1000 };

const char *hw_correlation_type_word(enum hw_correlation_type t)
{
    static const char *const words[] = {"", "event_count", "value_count", "temporal",
                                        "temporal_ordered"};
    return t > 0 && t < HW_CORRELATION_TYPE_COUNT ? words[t] : "";
}

const char *hw_correlation_op_word(enum hw_correlation_op op)
{
    static const char *const words[] = {"", "gt", "gte", "lt", "lte", "eq", "neq"};
    return op > 0 && op < HW_CORRELATION_OP_COUNT ? words[op] : "";
}

/* ---- writing ---- */

static bool put_text(struct hw_buf *out, struct hw_span s)
{
    hw_buf_u16le(out, (uint16_t)s.n);
    hw_buf_span_put(out, s);
    return s.n > 0 && s.n <= HW_CORRELATION_TEXT;
}

static bool counts_fit(const struct hw_correlation *c)
{
    int64_t span_s = c->span_ns / 1000000000;
    return c->type > 0 && c->type < HW_CORRELATION_TYPE_COUNT && c->rule_count > 0 &&
           c->rule_count <= HW_CORRELATION_RULES && c->group_count <= HW_CORRELATION_GROUPS &&
           c->bound_count > 0 && c->bound_count <= HW_CORRELATION_BOUNDS &&
           c->alias_count <= HW_CORRELATION_ALIASES && span_s > 0 &&
           span_s <= HW_CORRELATION_SPAN_S;
}

bool hw_correlation_put(const struct hw_correlation *c, struct hw_buf *out)
{
    if (!counts_fit(c)) {
        return false;
    }
    const uint8_t head[8] = {MAGIC,
                             VERSION,
                             (uint8_t)c->type,
                             c->generate,
                             (uint8_t)c->rule_count,
                             (uint8_t)c->group_count,
                             (uint8_t)c->bound_count,
                             (uint8_t)c->alias_count};
    bool ok = true;
    hw_buf_bytes(out, head, sizeof head);
    hw_buf_u64le(out, (uint64_t)(c->span_ns / 1000000000));
    for (unsigned i = 0; i < c->bound_count; i++) {
        hw_buf_char(out, (char)c->bounds[i].op);
        hw_buf_u64le(out, c->bounds[i].n);
    }
    for (unsigned i = 0; i < c->rule_count; i++) {
        ok = put_text(out, c->rules[i]) && ok;
    }
    for (unsigned i = 0; i < c->group_count; i++) {
        ok = put_text(out, c->groups[i]) && ok;
    }
    ok = (c->type != HW_VALUE_COUNT || put_text(out, c->field)) && ok;
    for (unsigned i = 0; i < c->alias_count; i++) {
        hw_buf_char(out, (char)c->aliases[i].rule);
        ok = put_text(out, c->aliases[i].alias) && put_text(out, c->aliases[i].field) && ok;
    }
    return ok && hw_buf_ok(out);
}

/* ---- proving ---- */

static bool read_text(struct hw_reader *r, struct hw_span *out)
{
    uint16_t n;
    return hw_read_u16le(r, &n) && n > 0 && n <= HW_CORRELATION_TEXT && hw_read_bytes(r, n, out);
}

static bool read_head(struct hw_reader *r, struct hw_correlation *c)
{
    struct hw_span head;
    uint64_t span_s;
    if (!hw_read_bytes(r, 8, &head) || !hw_read_u64le(r, &span_s) || head.p[0] != MAGIC ||
        head.p[1] != VERSION || head.p[3] > 1 || span_s > HW_CORRELATION_SPAN_S) {
        return false;
    }
    c->type = (enum hw_correlation_type)head.p[2];
    c->generate = head.p[3] == 1;
    c->rule_count = head.p[4];
    c->group_count = head.p[5];
    c->bound_count = head.p[6];
    c->alias_count = head.p[7];
    c->span_ns = (int64_t)span_s * 1000000000;
    return counts_fit(c);
}

static bool read_bounds(struct hw_reader *r, struct hw_correlation *c)
{
    for (unsigned i = 0; i < c->bound_count; i++) {
        uint8_t op;
        if (!hw_read_u8(r, &op) || op == 0 || op >= HW_CORRELATION_OP_COUNT ||
            !hw_read_u64le(r, &c->bounds[i].n)) {
            return false;
        }
        c->bounds[i].op = (enum hw_correlation_op)op;
    }
    return true;
}

static bool read_aliases(struct hw_reader *r, struct hw_correlation *c)
{
    for (unsigned i = 0; i < c->alias_count; i++) {
        uint8_t rule;
        if (!hw_read_u8(r, &rule) || rule >= c->rule_count || !read_text(r, &c->aliases[i].alias) ||
            !read_text(r, &c->aliases[i].field)) {
            return false;
        }
        c->aliases[i].rule = rule;
    }
    return true;
}

static bool read_texts(struct hw_reader *r, struct hw_span *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!read_text(r, &out[i])) {
            return false;
        }
    }
    return true;
}

bool hw_correlation_check(struct hw_span program, struct hw_correlation *out)
{
    struct hw_budget fuel = {.bytes = HW_CORRELATION_BYTES, .items = ITEMS, .depth = 1};
    struct hw_reader r;
    *out = (struct hw_correlation){.generate = false};
    if (program.n > HW_CORRELATION_BYTES) {
        return false;
    }
    hw_reader_init(&r, program, &fuel);
    return read_head(&r, out) && read_bounds(&r, out) &&
           read_texts(&r, out->rules, out->rule_count) &&
           read_texts(&r, out->groups, out->group_count) &&
           (out->type != HW_VALUE_COUNT || read_text(&r, &out->field)) && read_aliases(&r, out) &&
           hw_read_done(&r);
}

/* ---- asking ---- */

bool hw_correlation_holds(const struct hw_correlation *c, uint64_t n)
{
    bool holds = true;
    for (unsigned i = 0; i < c->bound_count; i++) {
        uint64_t b = c->bounds[i].n;
        switch (c->bounds[i].op) {
        case HW_COUNT_GT:
            holds = holds && n > b;
            break;
        case HW_COUNT_GTE:
            holds = holds && n >= b;
            break;
        case HW_COUNT_LT:
            holds = holds && n < b;
            break;
        case HW_COUNT_LTE:
            holds = holds && n <= b;
            break;
        case HW_COUNT_EQ:
            holds = holds && n == b;
            break;
        case HW_COUNT_NEQ:
            holds = holds && n != b;
            break;
        case HW_CORRELATION_OP_COUNT:
            break;
        }
    }
    return holds;
}

bool hw_correlation_is_capped(const struct hw_correlation *c)
{
    for (unsigned i = 0; i < c->bound_count; i++) {
        if (c->bounds[i].op != HW_COUNT_GT && c->bounds[i].op != HW_COUNT_GTE) {
            return true;
        }
    }
    return false;
}

struct hw_span hw_correlation_field(const struct hw_correlation *c, unsigned rule,
                                    struct hw_span name)
{
    bool alias = false;
    for (unsigned i = 0; i < c->alias_count; i++) {
        if (hw_span_equal_nocase(c->aliases[i].alias, name)) {
            alias = true;
            if (c->aliases[i].rule == rule) {
                return c->aliases[i].field;
            }
        }
    }
    return alias ? (struct hw_span){NULL, 0} : name;
}
