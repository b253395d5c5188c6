/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_filename.c -- names of files as Loki publishes them: one expression a
 * line, compiled.
 *
 *   REGEX;SCORE[;FALSE-POSITIVE REGEX]
 *
 * Loki (Neo23x0/Loki, loki.py, scan_path) searches the whole path of a file for the expression, as
 * written in its case, and leaves out what the second one finds; the score is added to that of
 * other signs of the file, and the sum is a notice from 40 on, a warning from 60 and an alert from
 * 100 (its options -n, -w and -a). No name alone is an alert, then: below 40 it is low, and high
 * from 70 on, where one more sign makes it an alert.
 */
#include "base/text.h"
#include "evidence/knowledge/list.h"
#include "evidence/knowledge/teach.h"
#include "fact/rule.h"
#include "fact/seen.h"

enum { NOTICE = 40, HIGH = 70, LITERAL_LEAST = 4 };

bool hw_list_loki_filename(struct hw_span line, struct hw_span *out_regex,
                           struct hw_span *out_score, struct hw_span *out_but)
{
    for (size_t i = 1; i < line.n; i++) {
        if (line.p[i] != ';') {
            continue;
        }
        struct hw_span rest = hw_span_from(line, i + 1);
        size_t n = hw_span_find(rest, ';');
        uint64_t score;
        struct hw_span digits = hw_span_trim(hw_span_cut(rest, 0, n));
        if (digits.n <= 3 && hw_span_u64(digits, &score)) {
            *out_regex = hw_span_cut(line, 0, i);
            *out_score = digits;
            *out_but = hw_span_from(rest, n + 1);
            return true;
        }
    }
    return false;
}

/* The path holds what the expression cannot do without, which an index can find, and matches it. */
static void put_regex(struct hw_rule_maker *m, struct hw_span pattern)
{
    uint8_t literal[HW_REGEX_LITERAL_BYTES];
    struct hw_regex re;
    struct hw_buf program;
    const char *why = "";
    hw_buf_init(&program, HW_REGEX_PROGRAM_BYTES);
    if (!hw_regex_compile(pattern, 0, &program, &why)) {
        m->why = m->why == NULL ? why : m->why;
    } else if (hw_regex_check(hw_buf_span(&program), &re)) {
        size_t n = hw_regex_literal(&re, literal);
        if (n >= LITERAL_LEAST) {
            hw_rule_value(m, HW_RULE_CONTAINS, (struct hw_span){literal, n});
        }
        hw_rule_value(m, HW_RULE_MATCHES, hw_buf_span(&program));
    }
    hw_buf_done(&program);
}

static void compile(struct hw_rule_maker *m, struct hw_span regex, struct hw_span but)
{
    struct hw_span path = hw_span_str(hw_seen_word(HW_SEEN_PATH));
    hw_rule_open(m, HW_RULE_ALL, 0);
    hw_rule_test(m, path, HW_RULE_EACH);
    put_regex(m, regex);
    hw_rule_close(m);
    if (but.n > 0) {
        hw_rule_open(m, HW_RULE_NOT, 0);
        hw_rule_test(m, path, 0);
        hw_rule_matches(m, but, 0);
        hw_rule_close(m);
        hw_rule_close(m);
    }
    hw_rule_close(m);
}

struct filename {
    struct hw_span regex, score, but;
};

static bool say(struct hw_list_run *run, const struct hw_list_row *row, struct hw_span line,
                const struct filename *name)
{
    uint64_t score = 0;
    char tags[16] = "score.";
    struct hw_fact f;
    struct hw_rule_maker m;
    struct hw_buf program;
    hw_rule_maker_init(&m);
    hw_buf_init(&program, HW_RULE_PROGRAM_BYTES);
    compile(&m, name->regex, name->but);
    bool runs = hw_rule_finish(&m, &program);
    score = hw_span_u64(name->score, &score) ? score : 0;
    for (size_t i = 0; i < name->score.n; i++) {
        tags[6 + i] = (char)name->score.p[i];
    }
    hw_fact_about(&f, HW_FACT_PATTERN, run->teach->n->number);
    hw_fact_u64(&f, HW_PATTERN_LINE, row->line);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, "filename");
    hw_teach_field(run->teach, &f, HW_PATTERN_TITLE, row->heading, 1000);
    hw_teach_field(run->teach, &f, HW_PATTERN_TEXT, line, 8192);
    hw_fact_str(&f, HW_PATTERN_LEVEL, score < NOTICE ? "low" : score < HIGH ? "medium" : "high");
    hw_fact_str(&f, HW_PATTERN_TAGS, tags);
    hw_fact_u64(&f, HW_PATTERN_OFF, row->off);
    if (runs) {
        hw_fact_span(&f, HW_PATTERN_PROGRAM, hw_buf_span(&program));
    } else {
        hw_fact_str(&f, HW_PATTERN_REFUSED, m.why);
    }
    hw_teach_put(run->teach, &f);
    hw_buf_done(&program);
    hw_rule_maker_done(&m);
    return runs;
}

bool hw_list_filename_read(struct hw_list_run *run, const struct hw_list_row *row,
                           struct hw_span line, bool *out_runs, const char **out_why)
{
    struct filename name;
    struct hw_list_value v;
    *out_why = "not a regular expression and its score";
    if (!hw_list_loki_filename(line, &name.regex, &name.score, &name.but) ||
        !hw_list_value_read(name.regex, HW_LIST_FILENAME, &v, out_why)) {
        return false;
    }
    *out_runs = run->teach != NULL && say(run, row, line, &name);
    return true;
}
