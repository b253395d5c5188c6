/* SPDX-License-Identifier: Apache-2.0 */
/* fact/rule_make.c -- writes the programs of fact/rule.h. */
#include "base/address.h"
#include "base/text.h"
#include "fact/rule.h"

void hw_rule_maker_init(struct hw_rule_maker *m)
{
    m->depth = m->name_count = 0;
    m->why = NULL;
    hw_buf_init(&m->nodes, HW_RULE_PROGRAM_BYTES);
    hw_buf_init(&m->names, HW_RULE_NAMES * 256);
}

void hw_rule_maker_done(struct hw_rule_maker *m)
{
    hw_buf_done(&m->nodes);
    hw_buf_done(&m->names);
}

void hw_rule_maker_clear(struct hw_rule_maker *m)
{
    hw_buf_clear(&m->nodes);
    hw_buf_clear(&m->names);
    m->depth = m->name_count = 0;
    m->why = NULL;
}

static void refuse(struct hw_rule_maker *m, const char *why)
{
    m->why = m->why == NULL ? why : m->why;
}

void hw_rule_open(struct hw_rule_maker *m, enum hw_rule_kind kind, unsigned n)
{
    if (m->why == NULL && m->depth == HW_RULE_DEPTH) {
        refuse(m, "nested too deep");
    }
    if (m->why != NULL) {
        return;
    }
    m->open[m->depth++] = (uint32_t)m->nodes.n;
    hw_buf_u32le(&m->nodes, (uint32_t)kind);
    if (kind == HW_RULE_AT_LEAST) {
        hw_buf_u16le(&m->nodes, (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n));
    }
}

uint8_t hw_rule_name_number(struct hw_rule_maker *m, struct hw_span name)
{
    size_t at = 0;
    for (unsigned i = 0; i < m->name_count; i++) {
        struct hw_span have = hw_span_cut(hw_buf_span(&m->names), at + 1, m->names.p[at]);
        if (hw_span_equal(have, name)) {
            return (uint8_t)i;
        }
        at += 1 + have.n;
    }
    if (name.n == 0 || name.n > 255 || m->name_count == HW_RULE_NAMES) {
        refuse(m, "a field's name is too long, or there are too many");
        return 0;
    }
    hw_buf_char(&m->names, (char)name.n);
    hw_buf_span_put(&m->names, name);
    return (uint8_t)m->name_count++;
}

void hw_rule_test(struct hw_rule_maker *m, struct hw_span name, unsigned flags)
{
    uint8_t number = name.n == 0 ? HW_RULE_ANY_FIELD : hw_rule_name_number(m, name);
    hw_rule_open(m, HW_RULE_TEST, 0);
    hw_buf_char(&m->nodes, (char)flags);
    hw_buf_char(&m->nodes, (char)number);
}

void hw_rule_value(struct hw_rule_maker *m, enum hw_rule_op op, struct hw_span value)
{
    if (value.n > HW_RULE_PROGRAM_BYTES) {
        refuse(m, "larger than a rule may be");
        return;
    }
    hw_buf_char(&m->nodes, (char)op);
    hw_buf_u16le(&m->nodes, (uint16_t)value.n);
    hw_buf_span_put(&m->nodes, value);
}

void hw_rule_matches(struct hw_rule_maker *m, struct hw_span pattern, unsigned regex_flags)
{
    const char *why;
    struct hw_buf program;
    hw_buf_init(&program, HW_REGEX_PROGRAM_BYTES);
    if (hw_regex_compile(pattern, regex_flags, &program, &why)) {
        hw_rule_value(m, HW_RULE_MATCHES, hw_buf_span(&program));
    } else {
        refuse(m, why);
    }
    hw_buf_done(&program);
}

void hw_rule_cidr(struct hw_rule_maker *m, struct hw_span network)
{
    uint8_t value[HW_RULE_CIDR_BYTES];
    size_t slash = hw_span_find(network, '/');
    struct hw_span address = hw_span_cut(network, 0, slash);
    uint64_t bits, width = hw_span_find(address, ':') < address.n ? 128 : 32;
    if (slash == network.n || !hw_address_bytes(address, value) ||
        !hw_span_u64(hw_span_from(network, slash + 1), &bits) || bits > width) {
        refuse(m, "not a network");
        return;
    }
    value[16] = (uint8_t)(128 - width + bits);
    hw_rule_value(m, HW_RULE_CIDR, (struct hw_span){value, sizeof value});
}

void hw_rule_close(struct hw_rule_maker *m)
{
    if (m->why == NULL && !hw_buf_ok(&m->nodes)) {
        refuse(m, "larger than a rule may be");
    }
    if (m->why != NULL || m->depth == 0) {
        return;
    }
    size_t at = m->open[--m->depth], n = m->nodes.n - at;
    for (unsigned i = 0; i < 3; i++) {
        m->nodes.p[at + 1 + i] = (uint8_t)(n >> i * 8);
    }
}

bool hw_rule_finish(struct hw_rule_maker *m, struct hw_buf *out)
{
    struct hw_rule proof;
    size_t before = out->n;
    if (m->why == NULL && 4 + m->names.n + m->nodes.n > HW_RULE_PROGRAM_BYTES) {
        refuse(m, "larger than a rule may be");
    }
    if (m->why != NULL) {
        return false;
    }
    const uint8_t head[4] = {'Q', 1, (uint8_t)m->name_count, 0};
    hw_buf_bytes(out, head, sizeof head);
    hw_buf_span_put(out, hw_buf_span(&m->names));
    hw_buf_span_put(out, hw_buf_span(&m->nodes));
    if (hw_buf_ok(out) && hw_rule_check(hw_span_from(hw_buf_span(out), before), &proof)) {
        return true;
    }
    refuse(m, "it has a part without content");
    out->n = before;
    return false;
}
