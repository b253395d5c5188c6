/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc_tree.c -- an OpenIOC tree of conditions, said.
 *
 * What can stand alone is said alone: an item with only OR above it (an AND of one is none), asked
 * for a whole value of a kind that is looked up, is an indicator. Everything else (an AND, a part
 * of a value) is a pattern with its own words and its program (openioc_program.c): half of an AND
 * is not what its author meant, and would alert on whatever has that half. A negation that nothing
 * stands beside is never asked.
 *
 * One narrowing: "DnsEntryItem/Host contains evil.example" is how these documents name a host. If
 * what is contained is a whole name or address, it is said as that name; further names below it
 * are then not met.
 */
#include "evidence/knowledge/openioc.h"

#include "base/text.h"

enum { RULE_BYTES = 8000 };

/* The last step of a search term says what is compared, the documents' Item or event where. */
static const struct {
    const char *end;
    enum hw_list_kind kind;
} terms[] = {
    {"/Md5sum", HW_LIST_MD5},
    {"/md5", HW_LIST_MD5},
    {"/Sha1sum", HW_LIST_SHA1},
    {"/sha1", HW_LIST_SHA1},
    {"/Sha256sum", HW_LIST_SHA256},
    {"/sha256", HW_LIST_SHA256},
    {"/PEInfo/ImportHash", HW_LIST_IMPHASH},
    {"/FileName", HW_LIST_FILENAME},
    {"/FilePath", HW_LIST_FILENAME},
    {"/FullPath", HW_LIST_FILENAME},
    {"ProcessItem/name", HW_LIST_FILENAME},
    {"ProcessItem/path", HW_LIST_FILENAME},
    {"/processPath", HW_LIST_FILENAME},
    {"DnsEntryItem/Host", HW_LIST_DOMAIN},
    {"DnsEntryItem/RecordName", HW_LIST_DOMAIN},
    {"Network/DNS", HW_LIST_DOMAIN},
    {"/hostname", HW_LIST_DOMAIN},
    {"/remoteIP", HW_LIST_ADDRESS},
    {"/remoteIpAddress", HW_LIST_ADDRESS},
    {"/RemoteIP", HW_LIST_ADDRESS},
    {"/URL", HW_LIST_URL},
    {"Email/From", HW_LIST_EMAIL},
    {"Email/To", HW_LIST_OTHER},
};

static enum hw_list_kind kind_of(struct hw_span search)
{
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        if (hw_span_ends(search, terms[i].end)) {
            return terms[i].kind;
        }
    }
    return HW_LIST_OTHER;
}

static bool is_net(enum hw_list_kind kind)
{
    return kind == HW_LIST_DOMAIN || kind == HW_LIST_ADDRESS;
}

/* Is what a host is to contain a whole name or address? */
static bool is_whole(struct hw_span value, enum hw_list_kind kind)
{
    struct hw_list_value v;
    const char *why;
    return is_net(kind) && hw_list_value_read(value, kind, &v, &why) && is_net(v.kind);
}

static void put_item(struct hw_openioc *o, const struct hw_openioc_node *n)
{
    struct hw_buf *b = &o->rule;
    hw_buf_str(b, n->negate ? "NOT " : "");
    hw_buf_span_put(b, hw_span_cut(hw_openioc_span(o, n->search), 0, 200));
    hw_buf_str(b, " ");
    hw_buf_span_put(b, hw_span_cut(hw_openioc_span(o, n->condition), 0, 40));
    hw_buf_str(b, " \"");
    hw_buf_span_put(b, hw_span_cut(hw_openioc_span(o, n->value), 0, 1000));
    hw_buf_str(b, "\"");
}

/* The tree below node i as one line; as deep as the document, which is bounded. */
static void put_tree(struct hw_openioc *o, uint32_t i)
{
    const struct hw_openioc_node *n = hw_openioc_node(o, i);
    if (!n->group) {
        put_item(o, n);
        return;
    }
    hw_buf_str(&o->rule, "(");
    for (uint32_t c = n->first; c != 0 && o->rule.n < RULE_BYTES; c = hw_openioc_node(o, c)->next) {
        hw_buf_str(&o->rule, c == n->first ? "" : n->all ? " AND " : " OR ");
        put_tree(o, c);
    }
    hw_buf_str(&o->rule, ")");
}

static void put_program(struct hw_openioc *o, uint32_t i, const char *why, struct hw_fact *f)
{
    bool runs = why == NULL && hw_openioc_program(o, i, &o->program);
    if (runs) {
        hw_fact_span(f, HW_PATTERN_PROGRAM, hw_buf_span(&o->program));
    }
    if (why != NULL) {
        hw_fact_str(f, HW_PATTERN_REFUSED, why);
    } else if (o->refused.n > 0) {
        hw_teach_field(&o->t, f, HW_PATTERN_REFUSED, hw_buf_span(&o->refused), 1000);
    }
    o->run += runs;
    o->partly += runs && o->refused.n > 0;
    o->t.ignored += !runs;
}

/* why NULL: for whatever the compiler says. */
static void say_pattern(struct hw_openioc *o, uint32_t i, const char *why)
{
    const struct hw_openioc_node *n = hw_openioc_node(o, i);
    struct hw_fact f;
    if (!hw_teach_going(&o->t)) {
        return;
    }
    hw_buf_clear(&o->rule);
    put_tree(o, i);
    hw_fact_about(&f, HW_FACT_PATTERN, o->n->number);
    hw_fact_u64(&f, HW_PATTERN_LINE, n->line);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, "openioc");
    hw_teach_field(&o->t, &f, HW_PATTERN_ID, hw_openioc_span(o, n->id), 250);
    hw_teach_field(&o->t, &f, HW_PATTERN_TITLE, hw_openioc_span(o, o->title), 1000);
    hw_teach_field(&o->t, &f, HW_PATTERN_TEXT, hw_span_cut(hw_buf_span(&o->rule), 0, RULE_BYTES),
                   RULE_BYTES);
    if (o->method) {
        hw_fact_str(&f, HW_PATTERN_ROLE, "context");
    }
    hw_teach_field(&o->t, &f, HW_PATTERN_SOURCE, hw_openioc_span(o, o->author),
                   HW_LIST_SOURCE_BYTES);
    hw_teach_when(&f, HW_PATTERN_PUBLISHED, o->published);
    hw_fact_u64(&f, HW_PATTERN_OFF, n->off);
    put_program(o, i, why, &f);
    hw_teach_put(&o->t, &f);
}

static void say_item(struct hw_openioc *o, uint32_t i)
{
    const struct hw_openioc_node *n = hw_openioc_node(o, i);
    struct hw_span condition = hw_openioc_span(o, n->condition);
    struct hw_span value = hw_openioc_span(o, n->value);
    enum hw_list_kind kind = kind_of(hw_openioc_span(o, n->search));
    struct hw_taught v;
    if (n->search.n == 0 || value.n == 0) {
        hw_teach_refuse(&o->t, n->line, n->off, value, "an item without a term or a value");
        return;
    }
    if (n->negate || hw_span_is(condition, "isnot") || hw_span_is(condition, "containsnot")) {
        say_pattern(o, i, "what is not there proves nothing by itself");
        return;
    }
    bool looked_up =
        kind != HW_LIST_OTHER || hw_openioc_seen(hw_openioc_span(o, n->search)) == HW_SEEN_COUNT;
    if (!(hw_span_is(condition, "is") && looked_up) &&
        !(hw_span_is(condition, "contains") && is_whole(value, kind))) {
        say_pattern(o, i, NULL);
        return;
    }
    hw_taught_init(&v);
    v.line = n->line;
    v.off = n->off;
    v.as = kind;
    v.raw = value;
    v.label = hw_buf_span(&o->label);
    v.source = hw_openioc_span(o, o->author);
    v.id = hw_openioc_span(o, n->id);
    v.role = o->method ? "context" : NULL;
    v.published = o->published;
    hw_teach_indicator(&o->t, &v);
}

static void say_below(struct hw_openioc *o, uint32_t i)
{
    const struct hw_openioc_node *n = hw_openioc_node(o, i);
    if (!n->group) {
        say_item(o, i);
    } else if (n->all && n->count > 1) {
        say_pattern(o, i, NULL);
    } else {
        for (uint32_t c = n->first; c != 0 && hw_teach_going(&o->t);
             c = hw_openioc_node(o, c)->next) {
            say_below(o, c);
        }
    }
}

void hw_openioc_say(struct hw_openioc *o)
{
    say_below(o, 0);
}
