/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/known_rules.c -- published rules that matched when something was read.
 *
 * A match names the file its rule came in. What the rule means is looked up where that file was
 * learned, so a rule that was forgotten is said no more, and one that was learned anew speaks with
 * its new words. Each rule is a finding of its own: who judges one as mistaken has not judged the
 * next.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/known.h"
#include "base/grow.h"
#include "base/time.h"

enum { RULES_SAID = 40, WORDS_BYTES = 8192 }; /* of one file */

/* The rules of one file of them, in order of id. */
struct pattern {
    struct hw_span id, level, title, source, says;
    uint64_t line, off;
    bool usable;
};

struct rulebook {
    struct hw_arena *arena; /* of this file alone */
    uint8_t digest[32];
    struct hw_span place; /* where it lies */
    struct pattern *p;
    size_t count, room;
    bool open;
};

struct matching {
    struct known *s;
    struct rulebook book;
    const struct hw_fact_row *row;
    const struct pattern *rule;
};

static bool is_usable(const struct hw_fact *f, int64_t as_of)
{
    return hw_in_force(f, as_of) && hw_fact_has(f, HW_PATTERN_PROGRAM) &&
           !hw_fact_has(f, HW_PATTERN_PART) && !hw_fact_is(f, HW_PATTERN_ROLE, "context");
}

static int by_id(const void *a, const void *b)
{
    const struct pattern *x = a, *y = b;
    return hw_span_compare(x->id, y->id);
}

static int put_rule(struct matching *m, const struct hw_fact *f)
{
    struct rulebook *b = &m->book;
    if (HW_GROW(b->p, b->count, b->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(m->s->err, HW_E_MEMORY, "no memory for rules");
    }
    b->p[b->count++] = (struct pattern){
        .id = hw_span_keep(b->arena, hw_fact_get(f, HW_PATTERN_ID)),
        .level = hw_span_keep(b->arena, hw_fact_get(f, HW_PATTERN_LEVEL)),
        .title = hw_span_keep(b->arena, hw_fact_get(f, HW_PATTERN_TITLE)),
        .source = hw_span_keep(b->arena, hw_fact_get(f, HW_PATTERN_SOURCE)),
        .says = hw_span_keep(b->arena, hw_fact_get(f, HW_PATTERN_SAYS)),
        .line = hw_fact_get_u64(f, HW_PATTERN_LINE),
        .off = hw_fact_get_u64(f, HW_PATTERN_OFF),
        .usable = is_usable(f, m->s->q->policy->as_of),
    };
    return HW_OK;
}

static int read_rules(struct matching *m, const struct hw_fact_row *file)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(m->s->q->c, file->reading, file->node, HW_FACT_PATTERN, HW_FACT_PATTERN,
                           &k, m->s->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, m->s->err)) == HW_ROW) {
        bool yara = hw_fact_is(&row.fact, HW_PATTERN_LANGUAGE, "yara") &&
                    hw_fact_has(&row.fact, HW_PATTERN_PROGRAM) &&
                    !hw_fact_has(&row.fact, HW_PATTERN_PART);
        rc = yara ? put_rule(m, &row.fact) : HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* Where that file lies, inside its archive too. */
static int place_of(struct matching *m, const struct hw_fact_row *file)
{
    struct hw_artifact_row row;
    struct hw_buf b;
    struct hw_span outer;
    int rc = hw_place_of(m->s->q, file->evidence, &outer, m->s->err);
    rc = rc != HW_OK ? rc
                     : hw_case_artifact_get(m->s->q->c, file->reading, file->node, &row, m->s->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(m->s->err, HW_E_CASE, "rules without their file");
    }
    hw_buf_init(&b, 1 << 20);
    hw_buf_span_put(&b, outer);
    hw_buf_span_put(&b, row.inside);
    m->book.place = hw_span_keep(m->s->q->a->arena, hw_buf_span(&b));
    hw_buf_done(&b);
    return HW_OK;
}

static void close_book(struct rulebook *b)
{
    hw_arena_free(b->arena);
    free(b->p);
    *b = (struct rulebook){.open = false};
}

/* The first place where that file was learned; an empty book where it was not, or is forgotten. */
static int open_book(struct matching *m, struct hw_span digest)
{
    struct rulebook *b = &m->book;
    struct hw_cursor *k = NULL;
    struct hw_fact_row file;
    if (b->open && hw_span_equal(digest, (struct hw_span){b->digest, 32})) {
        return HW_OK;
    }
    close_book(b);
    b->open = true;
    memcpy(b->digest, digest.p, 32);
    b->arena = hw_arena_new((size_t)256 << 20);
    int rc = b->arena == NULL
                 ? hw_fail(m->s->err, HW_E_MEMORY, "no memory for rules")
                 : hw_case_marked_by(m->s->q->c, HW_MARK_SHA256, digest, &k, m->s->err);
    while (rc == HW_OK && b->count == 0 && (rc = hw_fact_next(k, &file, m->s->err)) == HW_ROW) {
        rc = read_rules(m, &file);
        if (rc == HW_OK && b->count > 0) {
            rc = place_of(m, &file);
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && b->count > 0) {
        qsort(b->p, b->count, sizeof b->p[0], by_id);
    }
    return rc;
}

static enum hw_severity severity_of(struct hw_span level)
{
    return hw_span_is(level, "info")                                    ? HW_INFO
           : hw_span_is(level, "low")                                   ? HW_LOW
           : hw_span_is(level, "high") || hw_span_is(level, "critical") ? HW_HIGH
                                                                        : HW_MEDIUM;
}

static void put_words(struct hw_buf *b, const char *before, struct hw_span words,
                      const char *behind)
{
    if (words.n > 0) {
        hw_buf_str(b, before);
        hw_buf_span_put(b, words);
        hw_buf_str(b, behind);
    }
}

static void say_rule(struct matching *m, struct hw_finding *f, const struct hw_file_answer *file)
{
    struct hw_arena *arena = m->s->q->a->arena;
    const struct pattern *r = m->rule;
    const struct hw_fact *match = &m->row->fact;
    struct hw_span string = hw_fact_get(match, HW_MATCH_STRING);
    struct hw_buf b;
    hw_buf_init(&b, 2 * WORDS_BYTES);
    put_words(&b, "rule ", r->id, " matches");
    put_words(&b, ": ", r->title, "");
    put_words(&b, " [", r->source, "]");
    put_words(&b, " (", r->says, ")");
    hw_buf_printf(&b, " (entry %llu)", (unsigned long long)r->line);
    hw_because(arena, &f->why, hw_span_keep(arena, hw_buf_span(&b)), m->book.place, true, r->off);
    if (string.n > 0) {
        hw_buf_clear(&b);
        put_words(&b, "", string, "");
        hw_buf_printf(&b, " stands here first; %llu of the rule's texts are in the file",
                      (unsigned long long)hw_fact_get_u64(match, HW_MATCH_STRINGS));
        hw_because(arena, &f->why, hw_span_keep(arena, hw_buf_span(&b)), file->path, true,
                   hw_fact_get_u64(match, HW_MATCH_OFF));
    }
    hw_buf_done(&b);
}

static int one_file(struct known *s, struct known_slot *l, void *state)
{
    struct matching *m = state;
    if (l->rules++ >= RULES_SAID) {
        return HW_OK; /* whoever has forty reasons needs no further one; `show` has them all */
    }
    s->err->code = HW_OK;
    struct hw_finding *f = hw_find(s->q, "yara-match", severity_of(m->rule->level),
                                   m->rule->level.n > 0 ? HW_CONF_MODERATE : HW_CONF_LOW, l->file,
                                   m->rule->id, s->err);
    if (f == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    say_rule(m, f, l->file);
    return HW_OK;
}

static int say_matches(struct known *s)
{
    struct matching m = {.s = s};
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_marked(s->q->c, HW_MARK_RULES, NULL, &k, s->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, s->err)) == HW_ROW) {
        rc = row.of_class != HW_CLASS_ARTIFACT
                 ? HW_OK
                 : open_book(&m, hw_fact_get(&row.fact, HW_MATCH_RULES));
        struct pattern wanted = {.id = hw_fact_get(&row.fact, HW_MATCH_ID)};
        m.row = &row;
        m.rule = rc != HW_OK || row.of_class != HW_CLASS_ARTIFACT || m.book.count == 0
                     ? NULL
                     : bsearch(&wanted, m.book.p, m.book.count, sizeof wanted, by_id);
        if (m.rule != NULL && m.rule->usable) {
            rc = known_visit(s, &row, one_file, &m);
        }
    }
    hw_cursor_free(k);
    close_book(&m.book);
    return rc;
}

/* ---- what the rules did not see ---- */

static int say_left(struct known *s, struct known_slot *l, void *state)
{
    const struct hw_fact_row *row = state;
    return hw_gap_add(s->q, l->file->path, "unscanned",
                      hw_words(s->q->a->arena,
                               "published rules were not run to their end over %llu of its parts",
                               (unsigned long long)hw_fact_get_u64(&row->fact, HW_PROPERTY_NUMBER)),
                      HW_SPAN_LIT("headwater show has which; a rule that takes too long is one to "
                                  "forget"),
                      true, s->err);
}

/* What was read before the rules were learned was not read with them. */
static int say_unscanned(struct known *s, const struct hw_case_rules *rules)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    uint64_t read = 0, scanned = 0;
    int rc = s->only_files ? HW_OK : hw_case_count_read(s->q->c, &read, s->err);
    rc = rc != HW_OK ? rc
                     : hw_case_marked_by(s->q->c, HW_MARK_RULESET,
                                         (struct hw_span){rules->digest, 32}, &k, s->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, s->err)) == HW_ROW) {
        scanned++;
        rc = hw_fact_get_u64(&row.fact, HW_PROPERTY_NUMBER) == 0
                 ? HW_OK
                 : known_visit(s, &row, say_left, &row);
    }
    hw_cursor_free(k);
    if (rc != HW_OK || scanned >= read) {
        return rc;
    }
    return hw_gap_add(s->q, (struct hw_span){NULL, 0}, "unscanned",
                      hw_words(s->q->a->arena,
                               "%llu of %llu inputs were read without some of the %llu published "
                               "rules this case knows",
                               (unsigned long long)(read - scanned), (unsigned long long)read,
                               (unsigned long long)rules->rules),
                      HW_SPAN_LIT("headwater case reread"), true, s->err);
}

int known_rules(struct known *s, const struct hw_case_rules *rules)
{
    int rc = rules->sources == 0 ? HW_OK : say_matches(s);
    return rc != HW_OK || rules->sources == 0 ? rc : say_unscanned(s, rules);
}
