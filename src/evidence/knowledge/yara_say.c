/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/yara_say.c -- one rule as PATTERN facts, and what its metas mean.
 *
 * Metas are anybody's, but a few names are shared by nearly all who publish rules: description,
 * author, reference, date, score (0 to 100, as THOR and Loki weigh: 40 is worth a look, 60 a
 * warning, 80 an alert), severity or level as a word, and what is known to match by mistake.
 */
#include "evidence/knowledge/yara.h"

#include "base/text.h"

enum {
    TITLE_BYTES = 1000,
    SOURCE_BYTES = 1000,
    SAYS_BYTES = 2000,
    TEXT_BYTES = 8000,
    ID_BYTES = 250,
    PROGRAM_BYTES = 48 * 1024, /* of one fact: more goes into further ones */
    SCORE_LOW = 40,
    SCORE_MEDIUM = 60,
    SCORE_HIGH = 75,
    SCORE_MAX = 100,
};

static const struct hw_yara_meta *find(const struct hw_yara_rule *r, const char *const *names)
{
    for (; *names != NULL; names++) {
        for (size_t i = 0; i < r->meta_count; i++) {
            if (hw_span_is_nocase(r->metas[i].name, *names)) {
                return &r->metas[i];
            }
        }
    }
    return NULL;
}

static struct hw_span text_of(const struct hw_yara_rule *r, const char *const *names)
{
    const struct hw_yara_meta *m = find(r, names);
    return m == NULL ? (struct hw_span){NULL, 0} : m->text;
}

/* How grave a hit is, as the publisher weighs it; NULL: he does not say. */
static const char *level_of(const struct hw_yara_rule *r)
{
    static const char *const scores[] = {"score", NULL};
    static const char *const words[] = {"severity", "level", "threat_level", NULL};
    static const char *const levels[] = {"info", "low", "medium", "high", "critical"};
    const struct hw_yara_meta *score = find(r, scores);
    uint64_t n = 0;
    if (score != NULL) {
        bool number = score->text.n == 0 ? score->number >= 0 : hw_span_u64(score->text, &n);
        n = score->text.n == 0 && number ? (uint64_t)score->number : n;
        if (number && n <= SCORE_MAX) {
            return n < SCORE_LOW      ? "info"
                   : n < SCORE_MEDIUM ? "low"
                   : n < SCORE_HIGH   ? "medium"
                                      : "high";
        }
    }
    struct hw_span word = text_of(r, words);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (hw_span_is_nocase(word, levels[i])) {
            return levels[i];
        }
    }
    return hw_span_is_nocase(word, "informational") ? "info" : NULL;
}

/* The publisher's words beside the title: who wrote it, and what it is known to mistake. */
static void say_words(struct hw_teach *t, struct hw_fact *f, const struct hw_yara_rule *r)
{
    static const char *const author[] = {"author", "authors", NULL};
    static const char *const mistakes[] = {"falsepositive", "falsepositives", "false_positives",
                                           "false_positive", NULL};
    struct hw_buf b;
    hw_buf_init(&b, 4 * SAYS_BYTES);
    struct hw_span who = hw_span_trim(text_of(r, author)), not = hw_span_trim(text_of(r, mistakes));
    if (who.n > 0) {
        hw_buf_str(&b, "by ");
        hw_buf_span_put(&b, hw_span_cut(who, 0, SAYS_BYTES));
    }
    if (not .n > 0) {
        hw_buf_str(&b, b.n > 0 ? "; known to mistake: " : "known to mistake: ");
        hw_buf_span_put(&b, hw_span_cut(not, 0, SAYS_BYTES));
    }
    if (hw_buf_ok(&b)) {
        hw_teach_field(t, f, HW_PATTERN_SAYS, hw_buf_span(&b), SAYS_BYTES);
    }
    hw_buf_done(&b);
}

static void say_metas(struct hw_teach *t, struct hw_fact *f, const struct hw_yara_rule *r)
{
    static const char *const title[] = {"description", "desc", "info", NULL};
    static const char *const source[] = {"reference", "references", "ref", "url", "source", NULL};
    static const char *const date[] = {"date", "modified", "creation_date", NULL};
    const char *level = level_of(r);
    int64_t at;
    hw_teach_field(t, f, HW_PATTERN_TITLE, text_of(r, title), TITLE_BYTES);
    if (level != NULL) {
        hw_fact_str(f, HW_PATTERN_LEVEL, level);
    }
    hw_teach_field(t, f, HW_PATTERN_TAGS, hw_span_str(r->tags), SAYS_BYTES);
    hw_teach_field(t, f, HW_PATTERN_SOURCE, text_of(r, source), SOURCE_BYTES);
    if (hw_time_parse(hw_span_trim(text_of(r, date)), &at)) {
        hw_fact_time(f, HW_PATTERN_PUBLISHED, at);
    }
    say_words(t, f, r);
}

static void begin(struct hw_teach *t, struct hw_fact *f, const struct hw_yara_item *item,
                  uint64_t number)
{
    hw_fact_about(f, HW_FACT_PATTERN, t->n->number);
    hw_fact_u64(f, HW_PATTERN_LINE, number);
    hw_fact_str(f, HW_PATTERN_LANGUAGE, "yara");
    hw_teach_field(t, f, HW_PATTERN_ID, item->name, ID_BYTES);
    hw_fact_u64(f, HW_PATTERN_OFF, item->off);
}

void hw_yara_say_rule(struct hw_teach *t, const struct hw_yara_accepted *a)
{
    struct hw_fact f;
    begin(t, &f, a->item, a->number);
    hw_teach_field(t, &f, HW_PATTERN_TEXT, a->source, TEXT_BYTES);
    hw_fact_span(&f, HW_PATTERN_PROGRAM, hw_span_cut(a->program, 0, PROGRAM_BYTES));
    if (a->rule->silent) {
        hw_fact_str(&f, HW_PATTERN_ROLE, "context");
    }
    say_metas(t, &f, a->rule);
    hw_teach_put(t, &f);
    for (size_t at = PROGRAM_BYTES, part = 1; at < a->program.n && hw_teach_going(t);
         at += PROGRAM_BYTES, part++) {
        begin(t, &f, a->item, a->number);
        hw_fact_span(&f, HW_PATTERN_PROGRAM, hw_span_cut(a->program, at, PROGRAM_BYTES));
        hw_fact_u64(&f, HW_PATTERN_PART, part);
        uint64_t entries = t->entries;
        hw_teach_put(t, &f);
        t->entries = entries; /* a rule is one entry, in however many parts it goes */
    }
}

void hw_yara_say_refused(struct hw_teach *t, const struct hw_yara_item *item, struct hw_span source,
                         uint64_t number, const char *why)
{
    struct hw_fact f;
    begin(t, &f, item, number);
    hw_teach_field(t, &f, HW_PATTERN_TEXT, source, TEXT_BYTES);
    hw_teach_field(t, &f, HW_PATTERN_REFUSED, hw_span_str(why), TITLE_BYTES);
    uint64_t entries = t->entries;
    hw_teach_put(t, &f);
    t->entries = entries; /* said, and not understood */
    hw_teach_refuse(t, number, item->off, item->name.n > 0 ? item->name : source, why);
}
