/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc_program.c -- an OpenIOC tree of conditions, compiled (fact/rule.h).
 *
 * The program is asked of one thing at a time: a file, or a record of a log. So what asks for a
 * file and for a registry key at once can never hold, and is refused as what has no counterpart
 * is: by name, and with the branch that needs it alone. An OR goes on without such a branch; an
 * AND is none without it.
 *
 * A negation holds of what has the value and has it otherwise. Of what has no such value nothing
 * is known, and "nothing is known" is no yes.
 */
#include "base/text.h"
#include "base/time.h"
#include "evidence/knowledge/openioc.h"

enum { NAMES_BYTES = 900, NAME_BYTES = 120 };
#define SECOND_NS INT64_C(1000000000)
#define NOTHING ((struct hw_span){NULL, 0})

/* Names what cannot be asked, each once. */
static void refuse(struct hw_openioc *o, const char *before, struct hw_span name)
{
    struct hw_buf *b = &o->refused;
    struct hw_buf one;
    hw_buf_init(&one, 4 * NAME_BYTES);
    hw_buf_str(&one, before);
    hw_utf8_clean(name, NAME_BYTES, &one);
    if (!hw_buf_ok(&one) || hw_span_holds(hw_buf_span(b), hw_buf_text(&one)) ||
        b->n + one.n > NAMES_BYTES) {
        hw_buf_done(&one);
        return;
    }
    hw_buf_str(b, b->n > 0 ? "; " : "");
    hw_buf_span_put(b, hw_buf_span(&one));
    hw_buf_done(&one);
}

/* ---- one item ---- */

struct asked {
    enum hw_seen seen;
    enum hw_rule_op op;
    bool negate;
};

static bool condition_read(struct hw_span word, struct asked *out)
{
    static const struct {
        const char *word;
        enum hw_rule_op op;
        bool negate;
    } conditions[] = {
        {"is", HW_RULE_EQUALS, false},          {"isnot", HW_RULE_EQUALS, true},
        {"contains", HW_RULE_CONTAINS, false},  {"containsnot", HW_RULE_CONTAINS, true},
        {"starts-with", HW_RULE_STARTS, false}, {"ends-with", HW_RULE_ENDS, false},
        {"matches", HW_RULE_MATCHES, false},    {"greater-than", HW_RULE_GREATER, false},
        {"less-than", HW_RULE_LESS, false},
    };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (hw_span_is(word, conditions[i].word)) {
            out->op = conditions[i].op;
            out->negate = out->negate != conditions[i].negate;
            return true;
        }
    }
    return false;
}

/* A number, or a time as whole seconds of 1970, as the field has it; false when it is none. */
static bool value_text(struct asked *a, struct hw_span value, struct hw_buf *out)
{
    int64_t ns;
    uint64_t n;
    bool ordered = a->op == HW_RULE_LESS || a->op == HW_RULE_GREATER;
    value = hw_span_trim(value);
    switch (hw_seen_kind(a->seen)) {
    case HW_SEEN_TEXT:
        hw_buf_span_put(out, value);
        return !ordered;
    case HW_SEEN_NUMBER:
        hw_buf_span_put(out, value);
        return (ordered || a->op == HW_RULE_EQUALS) && hw_span_u64(value, &n);
    case HW_SEEN_TIME:
        if (!(ordered || a->op == HW_RULE_EQUALS) || !hw_time_parse(value, &ns) || ns < 0) {
            return false;
        }
        hw_buf_printf(out, "%lld", (long long)(ns / SECOND_NS));
        return true;
    }
    return false;
}

/* What item n asks; false, and refused by name, when that cannot be asked. */
static bool item_read(struct hw_openioc *o, const struct hw_openioc_node *n, struct asked *out)
{
    struct hw_span search = hw_openioc_span(o, n->search);
    struct hw_span condition = hw_openioc_span(o, n->condition);
    struct hw_span value = hw_openioc_span(o, n->value);
    *out = (struct asked){.seen = hw_openioc_seen(search), .negate = n->negate};
    hw_buf_clear(&o->value);
    if (search.n == 0 || hw_span_trim(value).n == 0) {
        refuse(o, "an item without a term or a value", NOTHING);
    } else if (out->seen == HW_SEEN_COUNT) {
        refuse(o, "no counterpart of ", search);
    } else if (!condition_read(condition, out)) {
        refuse(o, "unknown condition ", condition);
    } else if (!value_text(out, value, &o->value)) {
        refuse(o, "not a value it could be compared with: ", search);
    } else {
        return true;
    }
    return false;
}

static void emit_item(struct hw_openioc *o, const struct hw_openioc_node *n, const struct asked *a)
{
    struct hw_rule_maker *m = &o->maker;
    struct hw_span name = hw_span_str(hw_seen_word(a->seen));
    unsigned flags = n->cased ? HW_RULE_CASED : 0;
    if (a->negate) {
        hw_rule_open(m, HW_RULE_ALL, 0);
        hw_rule_test(m, name, 0);
        hw_rule_value(m, HW_RULE_EXISTS, NOTHING);
        hw_rule_close(m);
        hw_rule_open(m, HW_RULE_NOT, 0);
    }
    hw_rule_test(m, name, flags);
    if (a->op == HW_RULE_MATCHES) {
        hw_rule_matches(m, hw_buf_span(&o->value), n->cased ? 0 : HW_REGEX_NOCASE);
    } else {
        hw_rule_value(m, a->op, hw_buf_span(&o->value));
    }
    hw_rule_close(m);
    if (a->negate) {
        hw_rule_close(m);
        hw_rule_close(m);
    }
}

/* ---- the tree ---- */

/* Of what node i can be asked, as bits; 0 and refused by name: of nothing. As deep as the document,
 * which is bounded. */
static unsigned can_ask(struct hw_openioc *o, uint32_t i)
{
    struct hw_openioc_node *n = hw_openioc_node(o, i);
    struct asked a;
    if (!n->group) {
        n->in = item_read(o, n, &a) ? hw_seen_in(a.seen) : 0;
        o->unasked += n->in == 0;
        return n->in;
    }
    unsigned in = n->all ? ~0U : 0;
    bool whole = n->count > 0;
    for (uint32_t c = n->first; c != 0; c = hw_openioc_node(o, c)->next) {
        unsigned one = can_ask(o, c);
        whole = whole && one != 0;
        in = n->all ? in & one : in | one;
    }
    if (n->all && whole && in == 0) {
        refuse(o, "an AND over things that no one file or record has at once", NOTHING);
    }
    n->in = n->all && !whole ? 0 : in;
    return n->in;
}

/* What of node i can be asked of `of`, which is never nothing. */
static void emit(struct hw_openioc *o, uint32_t i, unsigned of)
{
    const struct hw_openioc_node *n = hw_openioc_node(o, i);
    struct asked a;
    if (!n->group) {
        if (item_read(o, n, &a)) {
            emit_item(o, n, &a);
        }
        return;
    }
    hw_rule_open(&o->maker, n->all ? HW_RULE_ALL : HW_RULE_ANY, 0);
    for (uint32_t c = n->first; c != 0; c = hw_openioc_node(o, c)->next) {
        unsigned in = hw_openioc_node(o, c)->in & of;
        if (in != 0) {
            emit(o, c, in);
        } else if (hw_openioc_node(o, c)->in != 0) {
            refuse(o, "an OR's branch that asks of other things than the AND around it", NOTHING);
        }
    }
    hw_rule_close(&o->maker);
}

bool hw_openioc_program(struct hw_openioc *o, uint32_t i, struct hw_buf *out)
{
    hw_buf_clear(&o->refused);
    hw_buf_clear(out);
    hw_rule_maker_clear(&o->maker);
    unsigned in = can_ask(o, i);
    if (in == 0) {
        return false;
    }
    emit(o, i, in);
    if (!hw_rule_finish(&o->maker, out)) {
        refuse(o, o->maker.why, NOTHING);
        return false;
    }
    return true;
}
