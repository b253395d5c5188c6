/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/yara.c -- files of YARA rules, as "Writing YARA rules" of its manual (4.2) has
 * them: which of their rules compile, and for the others why not.
 *
 * libyara compiles the file whole. What it has against a rule takes that rule out (blanks in its
 * place, so that lines and offsets stay true) and the rest is compiled again, until nothing is said
 * against what is left. A rule that needs one that is gone goes with it; where a global rule is
 * gone, which all others of the file depend on, they all go, or they would match what its author
 * excluded. Nothing is run here: PROGRAM carries what compiled, to be compiled again with all other
 * rules, where artifacts are read (evidence/rules.h).
 */
#include "evidence/knowledge/yara.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum {
    BITS = 64,
    BITS_GUESS = 24, /* nothing but includes, or words before the first rule */
    PROBE_BYTES = 1 << 20,
    ROUNDS = 200,
    ITEMS = 100000,
    IMPORTS_BYTES = 4096,
    WHY_BYTES = 240,
};

/* Would a reader call this a rule? Its body has the one part that none lacks. */
static bool has_condition(struct hw_span bytes, const struct hw_yara_item *item)
{
    return item->what == HW_YARA_RULE &&
           hw_span_holds(hw_span_cut(bytes, item->off, item->n), "condition");
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span seen = hw_span_cut(bytes, 0, PROBE_BYTES);
    struct hw_yara_split s;
    struct hw_yara_item item;
    bool index = false, any = false, junk = false;
    if (seen.n == 0 || seen.n > fuel->bytes || memchr(seen.p, 0, seen.n) != NULL) {
        return 0;
    }
    hw_yara_split_init(&s, seen);
    while (hw_yara_split_next(&s, &item)) {
        if (has_condition(seen, &item)) {
            fuel->bytes -= s.at;
            return junk ? BITS_GUESS : BITS;
        }
        any = true;
        junk = junk || item.what == HW_YARA_JUNK;
        index = index || item.what == HW_YARA_INCLUDE;
    }
    fuel->bytes -= s.at;
    if (junk || seen.n < bytes.n) {
        return 0;
    }
    /* A file all of whose rules are commented out is what publishers leave where one was. */
    bool emptied = !any && (hw_span_holds(seen, "condition") || hw_span_holds(seen, ".yar"));
    return emptied ? BITS : index ? BITS_GUESS : 0;
}

struct file {
    struct hw_exam *x;
    struct hw_teach teach;
    struct hw_span bytes;
    struct hw_buf text; /* the same, NUL-terminated, with blanks for what is out */
    struct hw_yara_item *items;
    const char **why; /* of each item; NULL: nothing against it */
    size_t count;
    size_t struck; /* in this round */
    struct hw_buf program;
    size_t imports_n;
    size_t next; /* the item the next compiled rule is */
};

/* Takes an item out: its bytes become blanks, its lines stay. */
static void strike(struct file *f, size_t i, const char *why)
{
    const struct hw_yara_item *item = &f->items[i];
    if (f->why[i] != NULL) {
        return;
    }
    char said[WHY_BYTES];
    (void)snprintf(said, sizeof said, "%s", why);
    const uint8_t *copy =
        hw_arena_copy(f->x->arena, (struct hw_span){(const uint8_t *)said, strlen(said) + 1});
    f->why[i] = copy == NULL ? "it does not compile" : (const char *)copy;
    f->struck++;
    for (size_t at = item->off; at < item->off + item->n; at++) {
        f->text.p[at] = f->text.p[at] == '\n' ? '\n' : ' ';
    }
}

/* The rule libyara means: by name where it says one, else the one that line lies in. */
static void on_fault(void *state, const struct hw_yara_fault *fault)
{
    struct file *f = state;
    bool named = false;
    for (size_t i = 0; i < f->count && fault->rule.n > 0 && !named; i++) {
        if (f->why[i] == NULL && hw_span_equal(f->items[i].name, fault->rule) &&
            f->items[i].line <= fault->line && fault->line <= f->items[i].last_line) {
            strike(f, i, fault->says);
            named = true;
        }
    }
    for (size_t i = 0; i < f->count && !named; i++) {
        const struct hw_yara_item *item = &f->items[i];
        if (item->line <= fault->line && fault->line <= item->last_line &&
            item->what == HW_YARA_RULE) {
            strike(f, i, fault->says);
        }
    }
}

static void strike_all(struct file *f, const char *why)
{
    for (size_t i = 0; i < f->count; i++) {
        strike(f, i, why);
    }
}

/* What is not even shown to libyara. */
static void strike_unfit(struct file *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const char *why = NULL;
        if (f->items[i].what == HW_YARA_JUNK) {
            why = f->items[i].why;
        } else if (f->items[i].what == HW_YARA_INCLUDE) {
            why = "includes are not followed: learn that file itself";
        } else if (f->items[i].what == HW_YARA_IMPORT &&
                   hw_yara_module_allowed(f->items[i].name, &why)) {
            why = NULL;
        }
        if (why != NULL) {
            strike(f, i, why);
        }
    }
}

static bool global_lost(const struct file *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].global && f->why[i] != NULL) {
            return true;
        }
    }
    return false;
}

/* What compiles, NULL when nothing does. A negative code is our own failure. */
static int compile(struct file *f, struct hw_yara **out, struct hw_error *err)
{
    int rc = HW_OK;
    struct hw_yara *y = NULL;
    for (unsigned round = 0; rc == HW_OK && y == NULL; round++) {
        f->struck = 0;
        if (global_lost(f)) {
            strike_all(f, "a global rule of this file is refused, and without it the others would "
                          "match too much");
        } else if (round == ROUNDS) {
            strike_all(f, "too many faults before it: not tried");
        }
        rc = hw_yara_compile((const char *)f->text.p, on_fault, f, &y, err);
        if (rc == HW_OK && y == NULL && f->struck == 0) {
            strike_all(f, "libyara does not say which rule it refuses");
            if (f->struck == 0) {
                break; /* refused though nothing is left of it */
            }
        }
    }
    if (rc == HW_OK) {
        *out = y;
    }
    return rc;
}

/* The imports that stand, which every rule's program begins with. */
static void gather_imports(struct file *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct hw_yara_item *item = &f->items[i];
        if (item->what == HW_YARA_IMPORT && f->why[i] == NULL &&
            f->program.n + item->name.n + 12 < IMPORTS_BYTES) {
            hw_buf_str(&f->program, "import \"");
            hw_buf_span_put(&f->program, item->name);
            hw_buf_str(&f->program, "\"\n");
        }
    }
    f->imports_n = f->program.n;
}

static void say_refused_until(struct file *f, size_t end)
{
    for (; f->next < end; f->next++) {
        const struct hw_yara_item *item = &f->items[f->next];
        if (f->why[f->next] != NULL) {
            hw_yara_say_refused(&f->teach, item, hw_span_cut(f->bytes, item->off, item->n),
                                f->next + 1, f->why[f->next]);
        }
    }
}

/* Compiled rules come in the order of the source. */
static void on_rule(void *state, const struct hw_yara_rule *r)
{
    struct file *f = state;
    size_t i = f->next;
    while (i < f->count && (f->why[i] != NULL || f->items[i].what != HW_YARA_RULE)) {
        i++;
    }
    if (i == f->count || !hw_teach_going(&f->teach)) {
        return;
    }
    say_refused_until(f, i);
    f->next = i + 1;
    struct hw_span source = hw_span_cut(f->bytes, f->items[i].off, f->items[i].n);
    f->program.n = f->imports_n;
    hw_buf_span_put(&f->program, source);
    hw_buf_char(&f->program, '\n');
    if (!hw_buf_ok(&f->program) || !hw_span_equal(r->id, f->items[i].name)) {
        hw_yara_say_refused(&f->teach, &f->items[i], source, i + 1, "libyara reads it otherwise");
        return;
    }
    struct hw_yara_accepted a = {.rule = r,
                                 .item = &f->items[i],
                                 .source = source,
                                 .program = hw_buf_span(&f->program),
                                 .number = i + 1};
    hw_yara_say_rule(&f->teach, &a);
}

/* The items, and the text libyara gets. False: said why not, or memory is out. */
static bool prepare(struct file *f, struct hw_node *n)
{
    struct hw_yara_split s;
    struct hw_yara_item item;
    hw_buf_span_put(&f->text, f->bytes);
    hw_buf_char(&f->text, '\0');
    if (!hw_buf_ok(&f->text) || memchr(f->text.p, 0, f->bytes.n) != NULL) {
        bool large = f->bytes.n > HW_YARA_SOURCE_BYTES;
        hw_say_anomaly(f->x, n, large ? "over-budget" : "bad-encoding", 0, f->bytes.n,
                       large ? "more than one file of rules may have" : "a NUL among the rules");
        hw_say_degree(n, HW_REFUSED, "no file of rules that can be compiled");
        return false;
    }
    hw_yara_split_init(&s, f->bytes);
    while (f->count < ITEMS && hw_yara_split_next(&s, &item)) {
        f->count++;
    }
    f->items = hw_arena_array(f->x->arena, f->count + 1, sizeof f->items[0]);
    f->why = hw_arena_array(f->x->arena, f->count + 1, sizeof f->why[0]);
    if (f->items == NULL || f->why == NULL) {
        hw_say_degree(n, HW_REFUSED, "more rules than one input may have");
        return false;
    }
    hw_yara_split_init(&s, f->bytes);
    for (size_t i = 0; i < f->count && hw_yara_split_next(&s, &f->items[i]); i++) {
    }
    if (hw_yara_split_next(&s, &item)) {
        hw_say_anomaly(f->x, n, "over-budget", item.off, 0, "more rules than one input may have");
        hw_say_degree(n, HW_REFUSED, "more rules than one input may have");
        return false;
    }
    return true;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct file f = {.x = x, .bytes = n->bytes};
    struct hw_error err;
    HW_AUTO(hw_yara) *y = NULL;
    hw_buf_init(&f.text, HW_YARA_SOURCE_BYTES + 1);
    hw_buf_init(&f.program, HW_YARA_SOURCE_BYTES + IMPORTS_BYTES);
    hw_teach_init(&f.teach, x, n, "yara");
    if (prepare(&f, n)) {
        if (hw_span_starts(n->bytes, "\xef\xbb\xbf")) {
            memset(f.text.p, ' ', 3); /* an editor's mark, which libyara does not know */
        }
        strike_unfit(&f);
        gather_imports(&f);
        int rc = compile(&f, &y, &err);
        if (rc != HW_OK) {
            hw_say_degree(n, HW_REFUSED, "no memory to compile its rules");
        } else if (y != NULL) {
            hw_yara_each(y, on_rule, &f);
        }
        say_refused_until(&f, f.count);
    }
    hw_teach_done(&f.teach);
    hw_buf_done(&f.text);
    hw_buf_done(&f.program);
}

const struct hw_format hw_yara_format = {"yara", probe, examine, NULL, false};
