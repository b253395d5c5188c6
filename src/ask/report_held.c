/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/report_held.c -- what a report stands on: the evidence with its hashes and who gave it, and
 * what was done with the case.
 */
#include <string.h>

#include "ask/reporting.h"
#include "ask/room.h"
#include "base/time.h"
#include "case/log.h"

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for a report");
}

/* What people declared of it; the newest word of each key holds. */
static int declared(struct hw_case *c, struct hw_arena *arena, struct hw_report_evidence *e,
                    struct hw_error *err)
{
    const struct {
        const char *key;
        struct hw_span *at;
    } keys[] = {{"acquired-by", &e->acquired_by},
                {"acquired-at", &e->acquired_at},
                {"exhibit", &e->exhibit},
                {"note", &e->note},
                {"org", &e->org},
                {"host", &e->host}};
    struct hw_cursor *k = NULL;
    struct hw_declared_row row;
    int rc = hw_case_declared(c, e->sha256, &k, err);
    while (rc == HW_OK && (rc = hw_declared_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        for (size_t i = 0; row.current && i < sizeof keys / sizeof keys[0]; i++) {
            if (strcmp(row.key, keys[i].key) == 0) {
                *keys[i].at = hw_span_keep(arena, row.value);
            }
        }
    }
    hw_cursor_free(k);
    return rc;
}

/* Has the reading records of what happened? What is added is one class, whatever it holds. */
static int is_log(struct hw_case *c, int64_t reading, bool *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(c, reading, HW_ANY_NODE, HW_FACT_LAYOUT, HW_FACT_LAYOUT, &k, err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &row, err);
    hw_cursor_free(k);
    *out = rc == HW_ROW;
    return rc == HW_ROW ? HW_OK : rc;
}

int hw_report_evidence(struct hw_case *c, struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true};
    struct hw_report_evidence **end = &a->evidence;
    struct hw_evidence_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &row, err)) == HW_ROW) {
        struct hw_report_evidence *e = hw_arena_alloc(a->arena, sizeof *e);
        if (e == NULL) {
            rc = no_memory(err);
            break;
        }
        *e = (struct hw_report_evidence){.path = hw_span_keep(a->arena, row.path),
                                         .host = hw_span_keep(a->arena, hw_span_str(row.host)),
                                         .org = hw_span_keep(a->arena, hw_span_str(row.scope)),
                                         .of_class = hw_class_word(row.of_class),
                                         .degree = hw_degree_word(row.degree),
                                         .size = row.size,
                                         .facts = row.facts,
                                         .first_seen =
                                             row.first_ns == 0 ? HW_TIME_NONE : row.first_ns,
                                         .read = row.read_ns};
        memcpy(e->sha256, row.sha256, sizeof e->sha256);
        *end = e;
        end = &e->next;
        a->evidence_count++;
        rc = is_log(c, row.reading, &e->is_log, err);
        rc = rc != HW_OK ? rc : declared(c, a->arena, e, err);
        e->is_log = e->is_log && row.of_class != HW_CLASS_KNOWLEDGE; /* an estate declares */
        a->log_count += e->is_log;
    }
    hw_cursor_free(k);
    return rc;
}

/* argv as a person would have typed it: a blank between. */
static struct hw_span words(struct hw_arena *arena, struct hw_span args)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    while (args.n > 0) {
        size_t n = hw_span_find(args, 0);
        hw_buf_str(&b, b.n > 0 ? " " : "");
        hw_buf_span_put(&b, hw_span_cut(args, 0, n));
        args = hw_span_from(args, n + 1);
    }
    struct hw_span s = hw_span_keep(arena, hw_buf_span(&b));
    hw_buf_done(&b);
    return s;
}

int hw_report_actions(struct hw_case *c, struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_report_action **end = &a->actions;
    struct hw_action_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_case_log(c, &k, err);
    while (rc == HW_OK && (rc = hw_action_next(k, &row, err)) == HW_ROW) {
        struct hw_report_action *x = hw_arena_alloc(a->arena, sizeof *x);
        if (x == NULL) {
            rc = no_memory(err);
            break;
        }
        *x = (struct hw_report_action){
            .n = row.n,
            .at = row.action.at_ns,
            .who = hw_span_keep(a->arena, hw_span_str(row.action.who)),
            .version = hw_span_keep(a->arena, hw_span_str(row.action.version)),
            .command = hw_span_keep(a->arena, hw_span_str(row.action.command)),
            .args = words(a->arena, row.action.args)};
        *end = x;
        end = &x->next;
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}
