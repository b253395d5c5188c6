/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma.c -- Sigma rules: one PATTERN for each, its detection compiled.
 *
 * Sigma specification 2.1 (SigmaHQ/sigma-specification); docs/formats/sigma.md says what is read. A
 * file is YAML documents between lines of three dashes, which YAML allows nowhere else, so each is
 * read by itself and one that is broken costs no other. A rule that cannot be run is said with the
 * reason and without a program.
 */
#include "evidence/knowledge/sigma.h"

#include "base/text.h"
#include "base/time.h"
#include "evidence/knowledge/teach.h"

enum { PROBE_BYTES = 64 * 1024, BITS = 48, ARENA_BYTES = 4 * 1024 * 1024, TAGS_BYTES = 2048 };

struct sigma {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_teach t;
    struct hw_rule_maker maker;
    struct hw_buf program, words;
    struct hw_arena *global_arena;
    const struct hw_yaml *global; /* the document with `action: global`, or NULL */
    uint64_t entry, runs;
};

/* The keys at the left margin. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    static const char *const keys[] = {
        "title:", "detection:", "logsource:", "condition:", "correlation:", "filter:"};
    bool has[6] = {false};
    struct hw_reader r;
    struct hw_span line;
    bool ended;
    hw_reader_init(&r, hw_span_cut(bytes, 0, PROBE_BYTES), fuel);
    while (hw_read_log_line(&r, &line, &ended)) {
        for (size_t i = 0; i < 6; i++) {
            has[i] = has[i] || hw_span_starts(line, keys[i]);
        }
    }
    bool rule = has[1] && has[2], joined = has[4] || has[5];
    return has[0] && (rule || joined) ? BITS : 0;
}

/* ---- what a rule says of itself ---- */

static struct hw_span text_of(const struct sigma *g, const struct hw_yaml *doc, const char *key)
{
    struct hw_span s = hw_yaml_text(doc, key);
    return s.n > 0 ? s : hw_yaml_text(g->global, key);
}

static const struct hw_yaml *get(const struct sigma *g, const struct hw_yaml *doc, const char *key)
{
    const struct hw_yaml *y = hw_yaml_get(doc, key);
    return y != NULL ? y : hw_yaml_get(g->global, key);
}

static const char *level_of(struct hw_span s)
{
    static const char *const words[] = {"low", "medium", "high", "critical"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (hw_span_is_nocase(s, words[i])) {
            return words[i];
        }
    }
    return "info";
}

/* Tags as written, and the rule's status as one more. */
static void put_tags(struct sigma *g, const struct hw_yaml *doc, struct hw_fact *f)
{
    const struct hw_yaml *tags = get(g, doc, "tags");
    struct hw_span status = text_of(g, doc, "status");
    hw_buf_clear(&g->words);
    if (status.n > 0 && status.n < 40) {
        hw_buf_str(&g->words, "status.");
        hw_buf_span_put(&g->words, status);
    }
    for (const struct hw_yaml *y = tags == NULL ? NULL : tags->first; y != NULL; y = y->next) {
        if (y->kind == HW_YAML_SCALAR && g->words.n + 1 + y->text.n < TAGS_BYTES) {
            hw_buf_str(&g->words, g->words.n > 0 ? " " : "");
            hw_buf_span_put(&g->words, y->text);
        }
    }
    hw_teach_field(&g->t, f, HW_PATTERN_TAGS, hw_buf_span(&g->words), TAGS_BYTES);
}

static void put_says(struct sigma *g, const struct hw_yaml *doc, struct hw_fact *f)
{
    const struct hw_yaml *errs = get(g, doc, "falsepositives");
    hw_buf_clear(&g->words);
    hw_buf_span_put(&g->words, hw_span_cut(text_of(g, doc, "description"), 0, 1200));
    const struct hw_yaml *y = errs != NULL && errs->kind == HW_YAML_LIST ? errs->first : errs;
    if (y != NULL) {
        uint8_t last = g->words.n == 0 ? ' ' : g->words.p[g->words.n - 1];
        hw_buf_str(&g->words, last == ' ' ? "" : last == '.' ? " " : ". ");
        hw_buf_str(&g->words, "False positives: ");
        hw_buf_span_put(&g->words, hw_span_cut(y->text, 0, 200));
    }
    for (y = y == NULL || y == errs ? NULL : y->next; y != NULL && g->words.n < 2000; y = y->next) {
        hw_buf_str(&g->words, "; ");
        hw_buf_span_put(&g->words, hw_span_cut(y->text, 0, 200));
    }
    hw_teach_field(&g->t, f, HW_PATTERN_SAYS, hw_buf_span(&g->words), 2048);
}

static void put_log(struct sigma *g, const struct hw_yaml *doc, struct hw_fact *f)
{
    const struct hw_yaml *log = get(g, doc, "logsource");
    static const char *const keys[] = {"product", "category", "service"};
    hw_buf_clear(&g->words);
    for (size_t i = 0; i < 3; i++) {
        hw_buf_str(&g->words, i > 0 ? "/" : "");
        hw_buf_span_put(&g->words, hw_span_cut(hw_yaml_text(log, keys[i]), 0, 200));
    }
    hw_teach_field(&g->t, f, HW_PATTERN_LOG, hw_buf_span(&g->words), 1000);
}

static void put_date(struct sigma *g, const struct hw_yaml *doc, struct hw_fact *f)
{
    struct hw_span s = text_of(g, doc, "date");
    char text[16] = "";
    int64_t ns;
    if (s.n != 10) {
        return;
    }
    for (size_t i = 0; i < s.n; i++) { /* 2023/03/29, before the specification changed */
        text[i] = (char)(s.p[i] == '/' ? '-' : s.p[i]);
    }
    if (hw_time_parse(hw_span_str(text), &ns)) {
        hw_fact_time(f, HW_PATTERN_PUBLISHED, ns);
    }
}

/* ---- one document ---- */

/* A correlation without a level is as bad as its rules (specification, "Level"), and of no log. */
static void say_rule(struct sigma *g, const struct hw_yaml *doc, struct hw_span whole, uint64_t off,
                     const char *refused)
{
    struct hw_fact f;
    struct hw_span level = text_of(g, doc, "level");
    bool joins = hw_yaml_get(doc, "correlation") != NULL;
    hw_fact_about(&f, HW_FACT_PATTERN, g->n->number);
    hw_fact_u64(&f, HW_PATTERN_LINE, g->entry);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, joins ? "sigma-correlation" : "sigma");
    hw_teach_field(&g->t, &f, HW_PATTERN_ID, text_of(g, doc, "id"), 256);
    hw_teach_field(&g->t, &f, HW_PATTERN_TITLE, text_of(g, doc, "title"), 1000);
    hw_teach_field(&g->t, &f, HW_PATTERN_TEXT, whole, 8192);
    if (!joins || level.n > 0) {
        hw_fact_str(&f, HW_PATTERN_LEVEL, level_of(level));
    }
    if ((!joins && level.n == 0) || hw_span_is(level, "informational")) {
        hw_fact_str(&f, HW_PATTERN_ROLE, "context");
    }
    if (!joins) {
        put_log(g, doc, &f);
    }
    put_tags(g, doc, &f);
    hw_teach_field(&g->t, &f, HW_PATTERN_SOURCE, text_of(g, doc, "author"), 1000);
    put_date(g, doc, &f);
    put_says(g, doc, &f);
    hw_fact_u64(&f, HW_PATTERN_OFF, off);
    hw_teach_field(&g->t, &f, HW_PATTERN_NAME, text_of(g, doc, "name"), 256);
    if (refused == NULL) {
        hw_fact_span(&f, HW_PATTERN_PROGRAM, hw_buf_span(&g->program));
        g->runs++;
    } else {
        hw_teach_field(&g->t, &f, HW_PATTERN_REFUSED, hw_span_str(refused), 1000);
    }
    hw_teach_put(&g->t, &f);
}

static void compile(struct sigma *g, const struct hw_yaml *doc, struct hw_arena *arena,
                    struct hw_span whole, uint64_t off)
{
    struct hw_sigma_making s = {.maker = &g->maker, .arena = arena};
    s.detection = hw_yaml_get(doc, "detection");
    s.global = hw_yaml_get(g->global, "detection");
    hw_buf_clear(&g->program);
    bool made = hw_sigma_compile(&s, &g->program);
    if (!made && s.why[0] == '\0') {
        (void)hw_sigma_refuse(&s, "detection: not understood");
    }
    say_rule(g, doc, whole, off, made ? NULL : s.why);
}

static void correlate(struct sigma *g, const struct hw_yaml *doc, struct hw_arena *arena,
                      struct hw_span whole, uint64_t off)
{
    struct hw_sigma_making s = {.maker = &g->maker, .arena = arena};
    hw_buf_clear(&g->program);
    /* The one is of version 1, the other of version 2: no text says what both would mean. */
    bool made = g->global != NULL ? hw_sigma_refuse(&s, "correlation: behind action: global")
                                  : hw_sigma_correlate(&s, doc, &g->program);
    say_rule(g, doc, whole, off, made ? NULL : s.why);
}

/* `action: global` begins a rule that the documents behind it go on with. */
static bool took_global(struct sigma *g, const struct hw_yaml *doc, struct hw_arena **arena)
{
    struct hw_span action = hw_yaml_text(doc, "action");
    bool global = hw_span_is(action, "global");
    if (global || hw_span_is(action, "reset")) {
        hw_arena_free(g->global_arena);
        g->global_arena = global ? *arena : NULL;
        g->global = global ? doc : NULL;
        *arena = global ? NULL : *arena;
    }
    return global;
}

static void document(struct sigma *g, struct hw_span whole, uint64_t off)
{
    struct hw_arena *arena = hw_arena_new(ARENA_BYTES);
    struct hw_yaml *doc = NULL;
    const char *why = "no memory for a rule";
    bool read = arena != NULL && hw_yaml_read(whole, arena, &doc, &why);
    g->entry += !read || doc != NULL;
    if (!read) {
        hw_teach_refuse(&g->t, g->entry, off, whole, why);
    } else if (doc != NULL && !took_global(g, doc, &arena)) {
        if (hw_yaml_get(doc, "correlation") != NULL) {
            correlate(g, doc, arena, whole, off);
        } else if (hw_yaml_get(doc, "filter") != NULL) {
            say_rule(g, doc, whole, off, "filter");
        } else if (get(g, doc, "detection") == NULL || get(g, doc, "logsource") == NULL) {
            hw_teach_refuse(&g->t, g->entry, off, whole, "no detection, or no logsource");
        } else {
            compile(g, doc, arena, whole, off);
        }
    }
    hw_arena_free(arena);
}

static void documents(struct sigma *g)
{
    struct hw_reader r;
    struct hw_span line;
    bool ended;
    uint64_t from = 0;
    hw_node_reader(g->x, g->n, &r);
    for (uint64_t at = 0; hw_teach_going(&g->t) && hw_read_log_line(&r, &line, &ended);
         at = hw_read_where(&r)) {
        bool dashes = hw_span_starts(line, "---") &&
                      (line.n == 3 || line.p[3] == ' ' || line.p[3] == '\t' || line.p[3] == '\r');
        if (dashes && at > from) {
            document(g, hw_span_cut(g->n->bytes, from, at - from), from);
            from = at;
        }
    }
    if (hw_teach_going(&g->t)) {
        document(g, hw_span_from(g->n->bytes, from), from);
    }
    hw_say_fault(g->x, g->n, &r, "Sigma rules");
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct sigma g = {.x = x, .n = n};
    hw_teach_init(&g.t, x, n, "sigma");
    hw_rule_maker_init(&g.maker);
    hw_buf_init(&g.program, HW_RULE_PROGRAM_BYTES);
    hw_buf_init(&g.words, 4096);
    documents(&g);
    hw_teach_done(&g.t);
    hw_say_number(x, n, "sigma.rules-run", g.runs);
    hw_buf_done(&g.words);
    hw_buf_done(&g.program);
    hw_rule_maker_done(&g.maker);
    hw_arena_free(g.global_arena);
}

const struct hw_format hw_sigma_format = {
    .word = "sigma",
    .probe = probe,
    .examine = examine,
};
