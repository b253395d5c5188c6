/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/warnlist.c -- MISP warning lists: values that prove nothing when they match.
 *
 * Published lists of badness hold the digest of the empty file, the resolvers everybody asks and
 * the hosts of large clouds. The warning lists (MISP/misp-warninglists, schema.json there) name
 * such values, so that who matches them is told.
 *
 *   {"name": ..., "type": "hostname", "version": 7, "description": ...,
 *    "matching_attributes": ["domain", ...], "list": ["a.example", ".b.example", ...]}
 *
 * Each value is an indicator of role "harmless", which never alerts. How it matches is said by the
 * form of KNOWLEDGE, since it is the list's and not the value's: warning-list-string (the value
 * itself), -hostname (the name and all below it), -cidr (all addresses of the network). Values of
 * -substring and -regex are programs over the kinds of values the list is for, each a PATTERN
 * (language "warning-list", role "harmless"); an expression is compiled here and bounded
 * (fact/regex.h), or refused by name.
 */
#include "evidence/knowledge/warnlist.h"

#include "base/address.h"
#include "base/text.h"
#include "evidence/json.h"
#include "evidence/json_walk.h"
#include "evidence/knowledge/teach.h"
#include "fact/rule.h"

enum { BITS = 96, TOP_MEMBERS = 32, TITLE_BYTES = 1000 };

enum kind { STRING, HOSTNAME, SUBSTRING, CIDR, REGEX, KINDS };
static const struct {
    const char *word, *form;
} kinds[KINDS] = {
    [STRING] = {"string", "warning-list-string"},
    [HOSTNAME] = {"hostname", "warning-list-hostname"},
    [SUBSTRING] = {"substring", "warning-list-substring"},
    [CIDR] = {"cidr", "warning-list-cidr"},
    [REGEX] = {"regex", "warning-list-regex"},
};

static bool kind_read(struct hw_span word, enum kind *out)
{
    for (unsigned i = 0; i < KINDS; i++) {
        if (hw_span_is(word, kinds[i].word)) {
            *out = (enum kind)i;
            return true;
        }
    }
    return false;
}

/* Reads as `as`, or is kept as "other": what a list of harmless things holds is refused only when
 * it is no text at all. */
static enum hw_list_kind as_or_other(struct hw_span value, enum hw_list_kind as)
{
    struct hw_list_value v;
    const char *why;
    return hw_list_value_read(value, as, &v, &why) ? as : HW_LIST_OTHER;
}

/* ---- what is a program ---- */

/* The kinds of values that a list may be for, by the beginnings of MISP's words for them. */
enum { FOR_DOMAIN = 1, FOR_ADDRESS = 2, FOR_URL = 4, FOR_FILENAME = 8, FOR_EMAIL = 16, FORS = 5 };
static const char *const for_words[FORS] = {"domain", "address", "url", "filename", "email"};

static unsigned attribute_read(struct hw_span word)
{
    static const struct {
        const char *start;
        unsigned is;
    } attributes[] = {
        {"domain|ip", FOR_DOMAIN | FOR_ADDRESS},
        {"domain", FOR_DOMAIN},
        {"hostname", FOR_DOMAIN},
        {"ip-", FOR_ADDRESS},
        {"url", FOR_URL},
        {"uri", FOR_URL},
        {"link", FOR_URL},
        {"filename", FOR_FILENAME},
        {"email", FOR_EMAIL},
        {"target-email", FOR_EMAIL},
        {"whois-registrant-email", FOR_EMAIL},
    };
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        if (hw_span_starts(word, attributes[i].start)) {
            return attributes[i].is;
        }
    }
    return 0;
}

static unsigned attributes_read(struct hw_exam *x, struct hw_span bytes)
{
    struct hw_json_walk w;
    struct hw_span list = hw_json_walk_find(bytes, "matching_attributes", TOP_MEMBERS, &x->fuel);
    unsigned what = 0;
    hw_json_walk_init(&w, list, 0, &x->fuel);
    while (hw_json_walk_next(&w)) {
        what |= attribute_read(hw_json_walk_string(w.value));
    }
    return what;
}

/* "/expression/flags" as PHP writes it, or the expression alone. NULL, or why it is none. */
static const char *undelimit(struct hw_span *value, unsigned *out_flags)
{
    *out_flags = 0;
    if (value->n < 2 || value->p[0] != '/') {
        return NULL;
    }
    size_t end = value->n - 1;
    while (end > 0 && value->p[end] != '/') {
        uint8_t c = value->p[end--];
        *out_flags |= c == 'i'   ? (unsigned)HW_REGEX_NOCASE
                      : c == 'm' ? (unsigned)HW_REGEX_MULTILINE
                      : c == 's' ? (unsigned)HW_REGEX_DOTALL
                                 : 0U;
        if (c != 'i' && c != 'm' && c != 's' && c != 'u') {
            return end == 0 ? "regular expression: no end" : "regular expression: unknown flag";
        }
    }
    if (end == 0) {
        return "regular expression: no end";
    }
    *value = hw_span_cut(*value, 1, end - 1);
    return value->n == 0 ? "regular expression: empty" : NULL;
}

static bool compile(struct hw_rule_maker *m, struct hw_span value, enum kind kind, unsigned what,
                    struct hw_buf *out)
{
    unsigned flags = 0;
    m->why = what == 0       ? "it is for attributes that are not looked up"
             : kind == REGEX ? undelimit(&value, &flags)
                             : NULL;
    hw_rule_open(m, HW_RULE_ANY, 0);
    for (unsigned i = 0; i < FORS; i++) {
        if ((what & 1U << i) == 0) {
            continue;
        }
        hw_rule_test(m, hw_span_str(for_words[i]), 0);
        if (kind == REGEX) {
            hw_rule_matches(m, value, flags);
        } else {
            hw_rule_value(m, HW_RULE_CONTAINS, value);
        }
        hw_rule_close(m);
    }
    hw_rule_close(m);
    return hw_rule_finish(m, out);
}

static void put_program(struct hw_teach *t, const struct hw_taught *v, struct hw_span value,
                        enum kind kind, unsigned what)
{
    struct hw_fact f;
    struct hw_rule_maker m;
    struct hw_buf program;
    hw_rule_maker_init(&m);
    hw_buf_init(&program, HW_RULE_PROGRAM_BYTES);
    hw_fact_about(&f, HW_FACT_PATTERN, t->n->number);
    hw_fact_u64(&f, HW_PATTERN_LINE, v->line);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, "warning-list");
    hw_teach_field(t, &f, HW_PATTERN_TITLE, t->title, TITLE_BYTES);
    hw_teach_field(t, &f, HW_PATTERN_TEXT, value, 8192);
    hw_fact_str(&f, HW_PATTERN_ROLE, "harmless");
    hw_fact_u64(&f, HW_PATTERN_OFF, v->off);
    if (compile(&m, value, kind, what, &program)) {
        hw_fact_span(&f, HW_PATTERN_PROGRAM, hw_buf_span(&program));
    } else {
        hw_fact_str(&f, HW_PATTERN_REFUSED, m.why);
        t->ignored++;
    }
    hw_teach_put(t, &f);
    hw_buf_done(&program);
    hw_rule_maker_done(&m);
}

/* ---- what is a value ---- */

static void put(struct hw_teach *t, struct hw_taught *v, struct hw_span value, enum kind kind)
{
    char network[HW_ADDRESS_NETWORK_TEXT];
    bool is_network = false;
    v->raw = value;
    switch (kind) {
    case STRING:
        v->as = as_or_other(value, HW_LIST_ANY);
        break;
    case HOSTNAME:
        /* ".a.example" means the same as "a.example": the name, and all below it. */
        v->raw = hw_span_from(value, value.n > 0 && value.p[0] == '.');
        v->as = as_or_other(v->raw, HW_LIST_DOMAIN);
        break;
    case CIDR:
        is_network = hw_address_network(value, network);
        v->raw = is_network ? hw_span_str(network) : value;
        v->as = is_network || hw_span_find(value, '/') < value.n
                    ? HW_LIST_OTHER
                    : as_or_other(value, HW_LIST_ADDRESS);
        break;
    case SUBSTRING:
    case REGEX:
    case KINDS:
        v->as = HW_LIST_OTHER;
        break;
    }
    uint64_t ignored = t->ignored;
    hw_teach_indicator(t, v);
    if (is_network) {
        t->ignored = ignored; /* "other" to lists, and matched all the same */
    }
}

static void read_list(struct hw_teach *t, struct hw_span list, uint64_t off, enum kind kind,
                      unsigned what)
{
    struct hw_json_walk w;
    struct hw_json j;
    struct hw_taught v;
    hw_taught_init(&v);
    v.role = "harmless";
    v.source = t->title;
    hw_json_walk_init(&w, list, off, &t->x->fuel);
    while (hw_teach_going(t) && hw_json_walk_next(&w)) {
        v.line = w.count;
        v.off = w.off;
        hw_json_init(t->x, w.value, JSON_DECODE_ANY | JSON_ALLOW_NUL, &j);
        struct hw_span value = hw_span_trim(hw_json_text(j.root));
        if (value.n == 0) {
            hw_teach_refuse(t, v.line, v.off, w.value, "no value: a string was expected");
        } else if (kind == SUBSTRING || kind == REGEX) {
            put_program(t, &v, value, kind, what);
        } else {
            put(t, &v, value, kind);
        }
        hw_json_done(t->x, &j);
    }
    if (w.fault != NULL) {
        hw_say_anomaly(t->x, t->n, "bad-encoding", w.fault_off, 0, "not JSON: %s", w.fault);
        hw_say_degree(t->n, HW_BROKEN, "not JSON from some place on");
    }
}

/* The list's own name, which every answer will give. */
static void read_title(struct hw_exam *x, struct hw_span text, struct hw_buf *out)
{
    struct hw_json j;
    hw_json_init(x, text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &j);
    hw_buf_span_put(out, hw_span_cut(hw_json_text(j.root), 0, TITLE_BYTES));
    hw_json_done(x, &j);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct hw_buf title;
    struct hw_json_walk w;
    enum kind kind = STRING;
    struct hw_span type =
        hw_json_walk_string(hw_json_walk_find(n->bytes, "type", TOP_MEMBERS, &x->fuel));
    bool known = kind_read(type, &kind);
    unsigned what = attributes_read(x, n->bytes);
    hw_buf_init(&title, 2 * TITLE_BYTES);
    read_title(x, hw_json_walk_find(n->bytes, "name", TOP_MEMBERS, &x->fuel), &title);
    hw_teach_init(&t, x, n, kinds[kind].form);
    t.title = hw_buf_span(&title);
    hw_json_walk_init(&w, n->bytes, 0, &x->fuel);
    while (known && hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "list") && hw_json_walk_is(w.value, '[')) {
            read_list(&t, w.value, w.off, kind, what);
        }
    }
    if (w.fault != NULL) {
        hw_say_anomaly(x, n, "bad-encoding", w.fault_off, 0, "not JSON: %s", w.fault);
        hw_say_degree(n, HW_BROKEN, "not JSON from some place on");
    }
    hw_teach_done(&t);
    hw_buf_done(&title);
}

/* Its type is one of five words and it says which attributes it is about: no other list does. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    bool name = false, type = false, list = false, about = false;
    enum kind kind;
    struct hw_span text =
        hw_span_trim(hw_span_starts(bytes, "\xef\xbb\xbf") ? hw_span_from(bytes, 3) : bytes);
    if (!hw_json_walk_is(text, '{')) {
        return 0;
    }
    hw_json_walk_init(&w, text, 0, fuel);
    while (w.count < TOP_MEMBERS && hw_json_walk_next(&w)) {
        bool array = hw_json_walk_is(w.value, '[');
        name = name || (hw_span_is(w.key, "name") && hw_json_walk_string(w.value).n > 0);
        type =
            type || (hw_span_is(w.key, "type") && kind_read(hw_json_walk_string(w.value), &kind));
        list = list || (hw_span_is(w.key, "list") && array);
        about = about || (hw_span_is(w.key, "matching_attributes") && array);
    }
    return name && type && list && about ? BITS : 0;
}

const struct hw_format hw_warnlist_format = {
    .word = "warning-list",
    .probe = probe,
    .examine = examine,
};
