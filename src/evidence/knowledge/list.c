/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list.c -- published indicators as they are really published: CSV of all kinds,
 * hash lists, Loki lists. docs/formats/indicator-list.md says what is taken for what.
 *
 * The probe has two answers. A list that speaks of badness itself bids seriously. A bare list of
 * hashes, names or packages bids a guess: it stands only where the user said that this is
 * knowledge.
 */
#include "evidence/knowledge/list.h"

#include "evidence/knowledge/teach.h"

enum { STRONG_BITS = 40, WEAK_BITS = 28, PROBE_ARENA_BYTES = 1024 * 1024 };

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_list_shape shape;
    HW_AUTO(hw_arena) *arena = hw_arena_new(PROBE_ARENA_BYTES);
    if (arena == NULL || !hw_list_sniff(bytes, fuel, arena, &shape)) {
        return 0;
    }
    return shape.strong ? STRONG_BITS : WEAK_BITS;
}

static void say_knowledge(struct hw_list_run *run)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, run->teach->n->number);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, hw_list_form_word(run->shape->form));
    if (run->shape->title.n > 0) {
        hw_fact_span(&f, HW_KNOWLEDGE_TITLE, hw_exam_text(run->teach->x, run->shape->title, 1000));
    }
    hw_fact_u64(&f, HW_KNOWLEDGE_ENTRIES, run->entries);
    hw_fact_u64(&f, HW_KNOWLEDGE_REFUSED, run->refused);
    hw_fact_u64(&f, HW_KNOWLEDGE_IGNORED, run->ignored);
    hw_say(run->teach->x, &f);
    hw_say_number(run->teach->x, run->teach->n, "list.rows", run->rows);
    if (run->odd_quotes > 0) {
        hw_say_number(run->teach->x, run->teach->n, "list.odd-quotes", run->odd_quotes);
    }
    if (run->unread_times > 0) {
        hw_say_number(run->teach->x, run->teach->n, "list.times-unread", run->unread_times);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_list_shape shape;
    struct hw_list_run run;
    struct hw_teach teach;
    struct hw_reader r;
    if (!hw_list_sniff(n->bytes, &x->fuel, x->arena, &shape)) {
        /* The probe found one: only spent fuel or memory leads here. */
        hw_say_anomaly(x, n, "over-budget", 0, n->bytes.n, "the list could not be looked at again");
        hw_say_degree(n, HW_REFUSED, "the budget for this input ended here");
        return;
    }
    hw_list_run_init(&run, &shape);
    hw_teach_init(&teach, x, n, hw_list_form_word(shape.form));
    teach.unit = "line";
    run.teach = &teach;
    hw_node_reader(x, n, &r);
    hw_list_walk(&run, &r, x->arena, UINT64_MAX);
    if (teach.full) {
        hw_say_anomaly(x, n, "over-budget", hw_read_where(&r), 0,
                       "more indicators than one input may say; %llu were read",
                       (unsigned long long)run.entries);
        hw_say_degree(n, HW_REFUSED, "more indicators than one input may say");
    }
    hw_say_fault(x, n, &r, "indicator list");
    say_knowledge(&run);
    hw_list_run_done(&run);
}

const struct hw_format hw_list_format = {
    .word = "indicator-list",
    .probe = probe,
    .examine = examine,
};
