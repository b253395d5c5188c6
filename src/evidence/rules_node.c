/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/rules_node.c -- published rules over one node: what they may ask, what is said, and what
 * they may cost.
 *
 * Rules are strangers' programs over strangers' bytes, so that they end is not left to them: each
 * node has a time, all nodes of an input together have one, and so have matches a number. What was
 * not looked at for that is said, at the node and counted for the whole input.
 */
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "evidence/evidence.h"
#include "evidence/rules.h"

enum {
    NODE_SECONDS = 10, /* and one for each MiB */
    MATCHES = 20000,   /* of one input; an honest one has a few */
    PLACE_BYTES = 16 * 1024,
    TEXT_BYTES = 250,
    TAGS_BYTES = 2000,
};
static const uint64_t MS = 1000000;

static uint64_t cpu_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0) {
        return 0;
    }
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

/* As other scanners call these formats to the same rules. */
static const char *type_of(const struct hw_node *n)
{
    static const struct {
        const char *format, *type;
    } types[] = {{"pe", "EXE"},    {"elf", "ELF"}, {"mach-o", "MACHO"}, {"zip", "ZIP"},
                 {"gzip", "GZIP"}, {"7z", "7ZIP"}, {"rar", "RAR"},      {"cab", "CAB"},
                 {"cfb", "OLE"},   {"xml", "XML"}};
    for (size_t i = 0; n->format != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(n->format->word, types[i].format) == 0) {
            return types[i].type;
        }
    }
    return "";
}

/* Texts with a NUL behind each, in one buffer; empty ones are "". */
struct places {
    struct hw_buf b;
    size_t at[3];
};

static size_t put_place(struct places *p, struct hw_span s)
{
    size_t at = p->b.n;
    for (size_t i = 0; i < s.n; i++) {
        hw_buf_char(&p->b, s.p[i] == 0 ? '?' : (char)s.p[i]);
    }
    hw_buf_char(&p->b, 0);
    return at;
}

/* Where the last part of a path begins, whichever way its slashes lean. */
static size_t last_part(struct hw_span path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/' && path.p[at - 1] != '\\') {
        at--;
    }
    return at;
}

static void put_places(struct places *p, const struct hw_exam *x, const struct hw_node *n)
{
    struct hw_span path = n->level == 0 ? x->path : n->name;
    size_t last = last_part(path);
    struct hw_span name = hw_span_from(path, last), folder = hw_span_cut(path, 0, last);
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.') {
        dot--;
    }
    folder.n -= folder.n > 1; /* its last slash */
    p->at[0] = put_place(p, name);
    p->at[1] = put_place(p, folder);
    p->at[2] = put_place(p, dot < 2 ? (struct hw_span){NULL, 0} : hw_span_from(name, dot - 1));
}

struct said {
    struct hw_exam *x;
    const struct hw_node *n;
};

static bool on_match(void *state, const struct hw_yara_match *m)
{
    const struct said *s = state;
    uint8_t id[TEXT_BYTES], string[TEXT_BYTES], tags[TAGS_BYTES];
    struct hw_fact f;
    if (s->x->rules_matches == MATCHES) {
        return false;
    }
    s->x->rules_matches++;
    hw_fact_about(&f, HW_FACT_MATCH, s->n->number);
    hw_fact_str(&f, HW_MATCH_LANGUAGE, "yara");
    hw_fact_span(&f, HW_MATCH_ID, (struct hw_span){id, hw_exam_clean(m->id, id, sizeof id)});
    hw_fact_span(&f, HW_MATCH_RULES, (struct hw_span){m->source, sizeof m->source});
    if (m->strings > 0) {
        size_t used = hw_exam_clean(m->string, string, sizeof string);
        hw_fact_span(&f, HW_MATCH_STRING, (struct hw_span){string, used});
        hw_fact_u64(&f, HW_MATCH_STRINGS, m->strings);
        hw_fact_u64(&f, HW_MATCH_OFF, m->off);
    }
    if (m->tags.n > 0) {
        size_t used = hw_exam_clean(m->tags, tags, sizeof tags);
        hw_fact_span(&f, HW_MATCH_TAGS, (struct hw_span){tags, used});
    }
    hw_say(s->x, &f);
    return hw_exam_going(s->x);
}

static void leave(struct hw_exam *x, struct hw_node *n, const char *why)
{
    x->rules_left++;
    hw_say_anomaly(x, n, "over-budget", 0, n->bytes.n,
                   "rules over it were not run to their end: %s", why);
}

static void say_end(struct hw_exam *x, struct hw_node *n, enum hw_yara_end end)
{
    switch (end) {
    case HW_YARA_WHOLE:
        break;
    case HW_YARA_ENOUGH:
        leave(x, n, "more matches than one input may have");
        break;
    case HW_YARA_TIME:
        leave(x, n, "they take more time than they may");
        break;
    case HW_YARA_MEMORY:
        leave(x, n, "they need more memory than they may have");
        break;
    case HW_YARA_MANY:
        leave(x, n, "one of their texts stands there too often");
        break;
    case HW_YARA_FAILED:
        leave(x, n, "libyara gave up");
        break;
    }
}

void hw_rules_examine(struct hw_exam *x, struct hw_node *n)
{
    struct places p;
    struct said said = {x, n};
    if (x->rules == NULL || !hw_exam_going(x)) {
        return;
    }
    if (x->rules_failed || x->rules_ns == 0) {
        x->rules_left++; /* said once, for the whole input */
        return;
    }
    uint64_t before = cpu_ns(), seconds = NODE_SECONDS + (n->bytes.n >> 20);
    uint64_t left = x->rules_ns / (1000 * MS) + 1;
    hw_buf_init(&p.b, PLACE_BYTES);
    put_places(&p, x, n);
    const char *text = hw_buf_ok(&p.b) ? (const char *)p.b.p : NULL;
    struct hw_yara_place place = {.filename = text == NULL ? "" : text + p.at[0],
                                  .filepath = text == NULL ? "" : text + p.at[1],
                                  .extension = text == NULL ? "" : text + p.at[2],
                                  .filetype = type_of(n)};
    x->rules_nodes++;
    say_end(x, n,
            hw_yara_scan(x->rules, n->bytes, &place, (unsigned)(seconds < left ? seconds : left),
                         on_match, &said));
    hw_buf_done(&p.b);
    uint64_t spent = cpu_ns() - before;
    x->rules_ns = spent < x->rules_ns ? x->rules_ns - spent : 0;
}

void hw_rules_done(struct hw_exam *x)
{
    struct hw_yara_held held;
    struct hw_fact f;
    uint8_t path[PLACE_BYTES];
    if (x->rules == NULL || x->rules_nodes + x->rules_left == 0) {
        return;
    }
    hw_yara_held(x->rules, &held);
    hw_fact_about(&f, HW_FACT_PROPERTY, 0);
    hw_fact_str(&f, HW_PROPERTY_KEY, "rules.set");
    hw_fact_u64(&f, HW_PROPERTY_NUMBER, x->rules_left);
    if (x->path.n > 0) {
        size_t n = hw_exam_clean(x->path, path, sizeof path);
        hw_fact_span(&f, HW_PROPERTY_TEXT, (struct hw_span){path, n});
    }
    hw_fact_span(&f, HW_PROPERTY_BYTES, (struct hw_span){held.digest, sizeof held.digest});
    hw_say(x, &f);
}
