/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/share.c -- a bundle of another case, verified and taken apart.
 *
 * Our own form, docs/formats/share.md; lines of JSON, the last of them Ed25519 (RFC 8032) over all
 * bytes before it:
 *
 *   {"type":"headwater-share","version":1,"made":"2023-04-11T00:00:00Z","by":"Maker", ...}
 *   {"type":"end","n":1,"kind":"artifact","key":"9b1c...","name":"","host":"","org":""}
 *   {"type":"step","from":1,"verb":"wrote","to":2,"lo":"...","hi":"...","class":"observed", ...}
 *   {"type":"crossing", ...} {"type":"root", ...}
 *   {"type":"signature","algorithm":"ed25519","key":"...","signature":"..."}
 *
 * The signature is verified before a line is read; one that does not fit refuses the whole. Each
 * line becomes one record of source "share", with the bundle's mark in it, so that lines of two
 * bundles are never taken for one. Whether the key is anybody's is not asked here. A line with a
 * fault does not count and is told; so is a step later than the bundle itself.
 */
#include "evidence/knowledge/share.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/json.h"
#include "evidence/records.h"
#include "fact/entity.h"
#include "fact/share.h"
#include "trust/ed25519.h"

enum { BITS = 200, VALUES = 12, MARK_BYTES = 16, NUMBER_TEXT = 24 };

enum kind { TEXT, NUMBER, TIME, TRUTH };
struct field {
    const char *name; /* NULL ends a list */
    enum kind kind;
    bool must;
};

static const struct field head_fields[] = {
    {"made", TIME, true},   {"by", TEXT, true},    {"contact", TEXT, false},
    {"to", TEXT, false},    {"id", TEXT, true},    {"target", NUMBER, true},
    {"times", TEXT, false}, {"tool", TEXT, false}, {NULL, TEXT, false},
};
static const struct field end_fields[] = {
    {"n", NUMBER, true},   {"kind", TEXT, true}, {"key", TEXT, true}, {"name", TEXT, false},
    {"host", TEXT, false}, {"org", TEXT, false}, {NULL, TEXT, false},
};
static const struct field step_fields[] = {
    {"from", NUMBER, true},    {"verb", TEXT, true},  {"to", NUMBER, true}, {"lo", TIME, false},
    {"hi", TIME, false},       {"class", TEXT, true}, {"part", TEXT, true}, {"why", TEXT, false},
    {"evidence", TEXT, false}, {NULL, TEXT, false},
};
static const struct field crossing_fields[] = {
    {"from_org", TEXT, true}, {"to_org", TEXT, true}, {"release", TEXT, false},
    {"over", NUMBER, true},   {NULL, TEXT, false},
};
static const struct field root_fields[] = {
    {"at", NUMBER, true},
    {"observed", TRUTH, true},
    {NULL, TEXT, false},
};

struct share;
struct value {
    struct hw_span text; /* borrowed from the line, or from digits below */
    char digits[NUMBER_TEXT];
    uint64_t number;
    int64_t time_ns;
    bool there;
};
struct line {
    uint64_t number, off;
    struct value v[VALUES];
};
static const char *judge_head(struct share *s, const struct line *l);
static const char *judge_end(struct share *s, const struct line *l);
static const char *judge_step(struct share *s, const struct line *l);
static const char *judge_crossing(struct share *s, const struct line *l);
static const char *judge_root(struct share *s, const struct line *l);

static const struct type {
    const char *word, *event;
    const struct field *fields;
    const char *(*judge)(struct share *s, const struct line *l); /* what is wrong, or NULL */
} types[] = {
    {"headwater-share", "head", head_fields, judge_head},
    {"end", "end", end_fields, judge_end},
    {"step", "step", step_fields, judge_step},
    {"crossing", "crossing", crossing_fields, judge_crossing},
    {"root", "root", root_fields, judge_root},
};

struct share {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records out;
    char mark[2 * MARK_BYTES + 1], print[HW_ED25519_PRINT];
    int64_t made_ns;
    uint64_t ends, steps, refused; /* ends: the last number */
    bool headed;
};

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    hw_reader_init(&r, bytes, fuel);
    return hw_read_magic(&r, HW_SHARE_BEGINS, sizeof HW_SHARE_BEGINS - 1) ? BITS : 0;
}

/* ---- what one line must be ---- */

static bool is_word(struct hw_span s, const char *const *words)
{
    while (*words != NULL && !hw_span_is(s, *words)) {
        words++;
    }
    return *words != NULL;
}

static const char *judge_head(struct share *s, const struct line *l)
{
    if (s->headed) {
        return "a second head";
    }
    s->headed = true;
    s->made_ns = l->v[0].time_ns;
    return NULL;
}

static const char *judge_end(struct share *s, const struct line *l)
{
    uint8_t digest[32];
    struct hw_span key = l->v[2].text;
    if (l->v[0].number > HW_SHARE_ENDS) {
        return "more things than a bundle may have";
    }
    if (l->v[0].number <= s->ends) {
        return "its number is not behind the one before";
    }
    s->ends = l->v[0].number;
    if (hw_entity_of(l->v[1].text) == HW_ENTITY_NONE) {
        return "its kind is none";
    }
    bool hex = (key.n == 64 && hw_hex_decode(key, digest, 32)) ||
               (key.n == 40 && hw_hex_decode(key, digest, 20)) ||
               (key.n == 32 && hw_hex_decode(key, digest, 16));
    return key.n == 0                                     ? "it has no key"
           : hw_span_is(l->v[1].text, "artifact") && !hex ? "bytes are known by their hash"
                                                          : NULL;
}

static bool is_end(const struct share *s, const struct value *v)
{
    return v->number >= 1 && v->number <= s->ends;
}

static const char *judge_step(struct share *s, const struct line *l)
{
    static const char *const classes[] = {"observed", "keyed", "inferred", "claimed", NULL};
    static const char *const parts[] = {"way", "run", "context", "after", NULL};
    if (s->steps >= HW_SHARE_STEPS) {
        return "more steps than a bundle may have";
    }
    s->steps++;
    if (!is_end(s, &l->v[0]) || !is_end(s, &l->v[2]) || l->v[0].number == l->v[2].number) {
        return "an end of it is none";
    }
    if (hw_verb_of(l->v[1].text) == HW_VERB_NONE || !is_word(l->v[5].text, classes) ||
        !is_word(l->v[6].text, parts)) {
        return "verb, class or part is no word of the format";
    }
    if (l->v[3].there && l->v[4].there && l->v[3].time_ns > l->v[4].time_ns) {
        return "it ended before it began";
    }
    return l->v[3].there && l->v[3].time_ns > s->made_ns ? "it is later than the bundle" : NULL;
}

static const char *judge_crossing(struct share *s, const struct line *l)
{
    return is_end(s, &l->v[3]) ? NULL : "an end of it is none";
}

static const char *judge_root(struct share *s, const struct line *l)
{
    return is_end(s, &l->v[0]) ? NULL : "an end of it is none";
}

/* ---- one line ---- */

static bool read_value(const struct field *f, const json_t *j, struct value *out)
{
    out->there = j != NULL;
    if (j == NULL) {
        return !f->must;
    }
    if (f->kind == NUMBER) {
        json_int_t n = json_is_integer(j) ? json_integer_value(j) : -1;
        out->number = n < 0 ? 0 : (uint64_t)n;
        (void)snprintf(out->digits, sizeof out->digits, "%llu", (unsigned long long)out->number);
        out->text = hw_span_str(out->digits);
        return n >= 0;
    }
    if (f->kind == TRUTH) {
        out->text = hw_span_str(json_is_true(j) ? "true" : "false");
        return json_is_boolean(j);
    }
    out->text = hw_json_text(j);
    return json_is_string(j) && out->text.n <= HW_SHARE_TEXT &&
           (f->kind != TIME || hw_time_parse(out->text, &out->time_ns));
}

static const char *read_members(const struct type *t, const json_t *object, struct line *l)
{
    for (size_t i = 0; t->fields[i].name != NULL; i++) {
        if (!read_value(&t->fields[i], json_object_get(object, t->fields[i].name), &l->v[i])) {
            return t->fields[i].name;
        }
    }
    return NULL;
}

static void put(struct share *s, const struct type *t, const struct line *l)
{
    struct hw_span names[VALUES + 2], values[VALUES + 2];
    size_t count = 0;
    for (; t->fields[count].name != NULL; count++) {
        names[count] = hw_span_str(t->fields[count].name);
        values[count] = l->v[count].there ? l->v[count].text : (struct hw_span){NULL, 0};
    }
    names[count] = HW_SPAN_LIT("bundle");
    values[count++] = hw_span_str(s->mark);
    if (t == &types[0]) {
        names[count] = HW_SPAN_LIT("signer");
        values[count++] = hw_span_str(s->print);
    }
    uint32_t layout = hw_records_layout(&s->out, "share", HW_SPAN_LIT("share"),
                                        hw_span_str(t->event), names, count);
    if (layout == UINT32_MAX) {
        s->refused++;
        return;
    }
    hw_records_put(&s->out, &(struct hw_record){.layout = layout,
                                                .number = l->number,
                                                .off = l->off,
                                                .time_ns = HW_TIME_NONE,
                                                .clock = HW_CLOCK_NONE,
                                                .values = values,
                                                .count = count});
}

static const struct type *type_of(const json_t *object)
{
    struct hw_span word = hw_json_text(json_object_get(object, "type"));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (hw_span_is(word, types[i].word)) {
            return &types[i];
        }
    }
    return NULL;
}

static void refuse(struct share *s, const struct line *l, const char *what, const char *why)
{
    s->refused++;
    hw_say_anomaly(s->x, s->n, "line-refused", l->off, 0, "line %llu: %s%s%s",
                   (unsigned long long)l->number, what, what[0] == 0 ? "" : ": ", why);
}

static void read_one(struct share *s, struct hw_span text, struct line *l)
{
    struct hw_json j;
    hw_json_init(s->x, text, JSON_REJECT_DUPLICATES, &j);
    const struct type *t = type_of(j.root);
    const char *field = t == NULL ? NULL : read_members(t, j.root, l);
    if (t == NULL) {
        refuse(s, l, "", j.root == NULL ? "no JSON" : "of no type that is known");
    } else if ((t == &types[0]) != (l->number == 1)) {
        refuse(s, l, t->word, "the head is the first line, and no other is");
    } else if (field != NULL) {
        refuse(s, l, field, "missing, of another type, or too long");
    } else {
        const char *why = t->judge(s, l);
        if (why == NULL) {
            put(s, t, l);
        } else {
            refuse(s, l, t->word, why);
        }
    }
    hw_json_done(s->x, &j);
}

/* ---- the bundle ---- */

static bool verify(struct share *s, struct hw_share_signed *out)
{
    if (s->n->bytes.n > HW_SHARE_BYTES) {
        hw_say_degree(s->n, HW_REFUSED, "larger than a bundle may be");
        return false;
    }
    if (!hw_share_cut(s->n->bytes, out)) {
        hw_say_anomaly(s->x, s->n, "truncated", s->n->bytes.n, 0,
                       "it does not end with a signature");
        hw_say_degree(s->n, HW_REFUSED, "not whole: it does not end with a signature");
        return false;
    }
    if (hw_ed25519_verify((struct hw_span){out->key, sizeof out->key}, out->body,
                          (struct hw_span){out->signature, sizeof out->signature}) != HW_TRI_YES ||
        !hw_ed25519_print(out->key, s->print)) {
        hw_say_anomaly(s->x, s->n, "seal-broken", out->body.n, 0, "the signature does not fit");
        hw_say_degree(s->n, HW_REFUSED, "tampered with: the signature does not fit");
        return false;
    }
    for (size_t i = 0; i < MARK_BYTES; i++) {
        (void)snprintf(s->mark + 2 * i, 3, "%02x", out->signature[i]);
    }
    return true;
}

static void say_knowledge(struct share *s)
{
    struct hw_fact f;
    hw_say_text(s->x, s->n, "share.signer", hw_span_str(s->print));
    hw_say_number(s->x, s->n, "share.steps", s->steps);
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, s->n->number);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, "share");
    hw_fact_u64(&f, HW_KNOWLEDGE_ENTRIES, s->steps);
    hw_fact_u64(&f, HW_KNOWLEDGE_REFUSED, s->refused);
    hw_fact_u64(&f, HW_KNOWLEDGE_IGNORED, 0);
    hw_say(s->x, &f);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct share s = {.x = x, .n = n, .made_ns = HW_TIME_MIN};
    struct hw_share_signed seal;
    struct hw_reader r;
    struct hw_span text;
    if (!verify(&s, &seal)) {
        return;
    }
    hw_records_init(&s.out, x, n);
    hw_reader_init(&r, seal.body, &x->fuel);
    for (uint64_t number = 1; hw_exam_going(x) && hw_read_left(&r) > 0; number++) {
        struct line l = {.number = number, .off = hw_read_where(&r)};
        if (!hw_read_line(&r, HW_SHARE_LINE, &text)) {
            hw_say_fault(x, n, &r, "share");
            break;
        }
        read_one(&s, text, &l);
        if (!s.headed) {
            hw_say_degree(n, HW_REFUSED, "its first line is no head of a bundle");
            break;
        }
    }
    say_knowledge(&s);
    hw_records_done(&s.out);
}

const struct hw_format hw_share_format = {.word = "share", .probe = probe, .examine = examine};
