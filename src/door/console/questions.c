/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/questions.c -- the questions of the command line, asked for the page: the same
 * answers, in the same lines.
 *
 * A target is looked up in the graph (hw_trace_targets). Nothing here opens a file of that name.
 */
#include "ask/attribute.h"
#include "ask/hunt.h"
#include "ask/impact.h"
#include "ask/report.h"
#include "base/text.h"
#include "base/time.h"
#include "door/console/records.h"
#include "door/console/room.h"

enum { LISTED = 40 };

struct asked {
    struct hw_span target;
    const struct question *of;
    struct hw_buf several; /* the things that the target may mean, when it is not one */
    bool timeline;         /* of a report: only what has a time */
    bool picture;          /* of a trace: drawn */
};
struct question {
    const char *word;
    bool needs, takes; /* a target */
    bool graph;        /* it needs the graph always; else only with a target */
    int (*ask)(struct hw_console *k, struct hw_making *m, struct hw_error *err);
};

static struct hw_policy policy_of(const struct hw_making *m)
{
    return (struct hw_policy){
        .as_of = hw_console_now(), .fail_on = HW_HIGH, .expiring_days = -1, .derived = m->derived};
}

/* The things meant, for the caller to choose from. Returns HW_E_USAGE. */
static int say_several(struct hw_console *k, struct asked *a, const struct hw_target_list *l,
                       int rc, struct hw_error *err)
{
    HW_AUTO(hw_walk) *w = NULL;
    HW_AUTO(hw_arena) *arena = hw_arena_new(HW_CONSOLE_ARENA);
    struct hw_error ignored;
    if (rc != HW_E_USAGE || l->count == 0 || arena == NULL ||
        hw_walk_new(k->deep.c, &w, &ignored) != HW_OK) {
        return rc;
    }
    for (size_t i = 0; i < l->count && i < LISTED; i++) {
        int said = hw_json_thing(&a->several, w, arena, l->p[i], err);
        if (said != HW_OK) {
            return said;
        }
    }
    return rc;
}

static int ask_hunt(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_answer *a = NULL;
    struct hw_policy policy = policy_of(m);
    struct hw_teller t = hw_tell_into(m->text);
    int rc = hw_hunt(k->deep.c, &policy, &a, err);
    rc = rc != HW_OK ? rc : hw_tell_json(&t, a, err);
    hw_answer_free(a);
    return rc;
}

static int ask_trace(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct asked *q = m->state;
    struct hw_trace_answer *a = NULL;
    struct hw_target_list several = {.count = 0};
    struct hw_trace_ask ask = {.target = q->target, .as_of = hw_console_now()};
    struct hw_teller t = hw_tell_into(m->text);
    int rc = hw_trace(k->deep.c, &ask, &a, &several, err);
    rc = rc != HW_OK  ? say_several(k, q, &several, rc, err)
         : q->picture ? hw_tell_picture(&t, a, HW_PICTURE_EMBEDDED, err)
                      : hw_tell_trace_json(&t, a, err);
    if (rc == HW_OK) {
        hw_steps_of_chain(k, a);
    }
    hw_trace_answer_free(a);
    return rc;
}

static int ask_impact(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct asked *q = m->state;
    struct hw_impact_answer *a = NULL;
    struct hw_target_list several = {.count = 0};
    struct hw_impact_ask ask = {.target = q->target,
                                .from = HW_TIME_NONE,
                                .until = HW_TIME_NONE,
                                .independent = hw_span_str(""),
                                .as_of = hw_console_now()};
    struct hw_teller t = hw_tell_into(m->text);
    int rc = hw_impact(k->deep.c, &ask, &a, &several, err);
    rc = rc != HW_OK ? say_several(k, q, &several, rc, err) : hw_tell_impact_json(&t, a, err);
    hw_impact_answer_free(a);
    return rc;
}

static int ask_attribute(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct asked *q = m->state;
    struct hw_attribute_answer *a = NULL;
    struct hw_attribute_ask ask = {.target = q->target, .as_of = hw_console_now()};
    struct hw_teller t = hw_tell_into(m->text);
    int rc = hw_attribute(k->deep.c, &ask, &a, err);
    if (rc == HW_E_USAGE) {
        rc = HW_E_MISSING; /* no attack is known by that name */
    }
    rc = rc != HW_OK ? rc : hw_tell_attribute_json(&t, a, err);
    hw_attribute_answer_free(a);
    return rc;
}

/* Under which it is kept. */
static void put_key(struct hw_buf *b, const struct asked *a)
{
    hw_buf_printf(b, "%s%s\n", a->of->word,
                  a->timeline  ? " timeline"
                  : a->picture ? " picture"
                               : "");
    hw_buf_span_put(b, a->target);
}

static int tell_report(struct hw_buf *out, const struct hw_report_answer *a, bool timeline,
                       struct hw_error *err)
{
    struct hw_teller t = hw_tell_into(out);
    return timeline ? hw_tell_timeline_json(&t, a, err) : hw_tell_report_json(&t, a, err);
}

/* Whoever asked for the report asks for its timeline next, and the other way round: what took long
 * to find is told both ways. */
static void keep_other(struct hw_console *k, const struct hw_making *m,
                       const struct hw_report_answer *a)
{
    struct asked other = *(const struct asked *)m->state;
    struct hw_buf key, text;
    struct hw_error ignored;
    other.timeline = !other.timeline;
    hw_buf_init(&key, 2 * HW_REQUEST_TARGET);
    hw_buf_init(&text, HW_CONSOLE_KEPT);
    put_key(&key, &other);
    const char *name = hw_buf_text(&key);
    if (name != NULL && tell_report(&text, a, other.timeline, &ignored) == HW_OK) {
        hw_kept_put(k, name, m->generation, hw_buf_span(&text));
    }
    hw_buf_done(&text);
    hw_buf_done(&key);
}

static int ask_report(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct asked *q = m->state;
    struct hw_case_info info;
    struct hw_report_answer *a = NULL;
    struct hw_target_list several = {.count = 0};
    struct hw_policy policy = policy_of(m);
    hw_case_info(k->deep.c, &info);
    struct hw_report_ask ask = {.target = q->target,
                                .title = hw_span_str(NULL),
                                .tlp = {NULL, 0},
                                .author = hw_span_str(NULL),
                                .contact = hw_span_str(NULL),
                                .policy = &policy,
                                .version = k->ask->version,
                                .case_id = info.uuid,
                                .from = HW_TIME_NONE,
                                .until = HW_TIME_NONE,
                                .independent = hw_span_str(NULL)};
    int rc = hw_report(k->deep.c, &ask, &a, &several, err);
    rc = rc != HW_OK ? say_several(k, q, &several, rc, err)
                     : tell_report(m->text, a, q->timeline, err);
    if (rc == HW_OK) {
        keep_other(k, m, a);
    }
    if (rc == HW_OK && a->chain != NULL) {
        hw_steps_of_chain(k, a->chain);
    }
    hw_report_free(a);
    return rc;
}

/* ---- what the case holds ---- */

static int ask_evidence(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_evidence_row e;
    struct hw_cursor *c = NULL;
    int rc = hw_case_evidence(k->deep.c, &(struct hw_evidence_ask){.ever = true}, &c, err);
    while (rc == HW_OK && (rc = hw_evidence_next(c, &e, err)) == HW_ROW) {
        rc = HW_OK;
        hw_json_evidence(m->text, &e);
    }
    hw_cursor_free(c);
    return rc;
}

static int documents_of(struct hw_console *k, const struct hw_evidence_row *e, struct hw_buf *out,
                        struct hw_error *err)
{
    struct hw_fact_row row;
    struct hw_cursor *c = NULL;
    int rc = hw_case_facts(k->deep.c, e->reading, HW_ANY_NODE, HW_FACT_KNOWLEDGE, HW_FACT_KNOWLEDGE,
                           &c, err);
    while (rc == HW_OK && (rc = hw_fact_next(c, &row, err)) == HW_ROW) {
        struct hw_artifact_row art;
        struct hw_span path = e->path;
        rc = HW_OK;
        if (row.node > 0 && hw_case_artifact_get(k->deep.c, e->reading, row.node, &art, err) == 1) {
            path = art.path;
        }
        hw_json_document(out, &row.fact, path);
    }
    hw_cursor_free(c);
    return rc;
}

static int ask_knowledge(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    struct hw_evidence_row e;
    struct hw_cursor *c = NULL;
    int rc = hw_case_evidence(k->deep.c, &ask, &c, err);
    while (rc == HW_OK && (rc = hw_evidence_next(c, &e, err)) == HW_ROW) {
        rc = documents_of(k, &e, m->text, err);
    }
    hw_cursor_free(c);
    return rc;
}

static int ask_log(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_action_row a;
    struct hw_cursor *c = NULL;
    int rc = hw_case_log(k->deep.c, &c, err);
    while (rc == HW_OK && (rc = hw_action_next(c, &a, err)) == HW_ROW) {
        rc = HW_OK;
        hw_json_action(m->text, &a);
    }
    hw_cursor_free(c);
    return rc;
}

/* ---- asking ---- */

static const struct question questions[] = {
    {"report", false, true, false, ask_report},
    {"hunt", false, false, false, ask_hunt},
    {"trace", true, true, true, ask_trace},
    {"impact", true, true, true, ask_impact},
    {"attribute", false, true, false, ask_attribute},
    {"evidence", false, false, false, ask_evidence},
    {"knowledge", false, false, false, ask_knowledge},
    {"log", false, false, false, ask_log},
};

static int find_question(struct hw_span word, struct asked *out, struct hw_error *err)
{
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const struct question *x = &questions[i];
        if (!hw_span_is(word, x->word)) {
            continue;
        }
        if (x->needs && out->target.n == 0) {
            return hw_fail(err, HW_E_USAGE, "of=%s wants a target: target=...", x->word);
        }
        if (!x->takes && out->target.n > 0) {
            return hw_fail(err, HW_E_USAGE, "of=%s takes no target", x->word);
        }
        out->of = x;
        return HW_OK;
    }
    return hw_fail(err, HW_E_USAGE,
                   "of: \"%.*s\" is none of report, hunt, trace, impact, attribute, "
                   "evidence, knowledge, log",
                   (int)(word.n > 40 ? 40 : word.n), (const char *)word.p);
}

/* A report refuses what it cannot trace and goes on; the page asked for something that is there. */
static int must_mean(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct asked *q = m->state;
    struct hw_target_list several = {.count = 0};
    HW_AUTO(hw_walk) *w = NULL;
    HW_AUTO(hw_arena) *arena = hw_arena_new(HW_CONSOLE_ARENA);
    int rc = arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a question")
                           : hw_walk_new(k->deep.c, &w, err);
    rc = rc != HW_OK ? rc : hw_trace_targets(w, q->target, arena, &several, err);
    return rc != HW_OK ? say_several(k, q, &several, rc, err) : q->of->ask(k, m, err);
}

/* f and page: which lines; NULL: all of what was told. */
static int answer(struct hw_console *k, struct asked *a, const struct hw_line_filter *f,
                  const struct hw_request *q, struct hw_reply *r, struct hw_error *err)
{
    struct hw_page_ask page;
    struct hw_kept *kept = NULL;
    struct hw_buf key;
    int rc = f == NULL ? HW_OK : hw_page_of(q, &page, err);
    hw_buf_init(&key, 2 * HW_REQUEST_TARGET);
    put_key(&key, a);
    bool report = a->of->ask == ask_report && a->target.n > 0;
    struct hw_making m = {.key = hw_buf_text(&key),
                          .graph = a->of->graph || report,
                          .lines = !a->picture && !a->timeline,
                          .make = report ? must_mean : a->of->ask,
                          .state = a};
    if (m.key == NULL) {
        rc = hw_fail(err, HW_E_MEMORY, "no memory for a question");
    }
    rc = rc != HW_OK ? rc : hw_kept_take(k, &m, &kept, err);
    if (rc == HW_OK && f == NULL) {
        hw_buf_span_put(&r->body, hw_buf_span(&kept->lines.text));
        hw_kept_leave(k, kept);
    } else if (rc == HW_OK) {
        rc = hw_lines_page(&kept->lines, f, &page, &r->body, err);
        hw_kept_leave(k, kept);
    } else if (rc == HW_E_USAGE && a->several.n > 0) {
        r->status = 409;
        hw_buf_span_put(&r->body, hw_buf_span(&a->several));
        rc = HW_OK;
    }
    hw_buf_done(&key);
    return rc;
}

int hw_get_lines(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                 struct hw_error *err)
{
    struct asked a = {.target = hw_request_get(q, "target")};
    struct hw_line_filter f;
    hw_buf_init(&a.several, HW_CONSOLE_REPLY);
    int rc = find_question(hw_request_get(q, "of"), &a, err);
    rc = rc != HW_OK ? rc : hw_line_filter_of(q, &f, err);
    rc = rc != HW_OK ? rc : answer(k, &a, &f, q, r, err);
    hw_buf_done(&a.several);
    return rc;
}

int hw_get_timeline(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                    struct hw_error *err)
{
    struct asked a = {.target = hw_request_get(q, "target"), .timeline = true};
    struct hw_line_filter f = {.timed = true};
    hw_buf_init(&a.several, HW_CONSOLE_REPLY);
    int rc = find_question(HW_SPAN_LIT("report"), &a, err);
    rc = rc != HW_OK ? rc : hw_request_time(q, "from", HW_TIME_MIN, &f.from, err);
    rc = rc != HW_OK ? rc : hw_request_time(q, "to", HW_TIME_MAX, &f.to, err);
    f.timed = f.from != HW_TIME_MIN || f.to != HW_TIME_MAX;
    rc = rc != HW_OK ? rc : answer(k, &a, &f, q, r, err);
    hw_buf_done(&a.several);
    return rc;
}

/* An element that the page puts into itself, with its own colours. */
int hw_get_picture(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                   struct hw_error *err)
{
    struct asked a = {.target = hw_request_get(q, "target"), .picture = true};
    hw_buf_init(&a.several, HW_CONSOLE_REPLY);
    int rc = find_question(HW_SPAN_LIT("trace"), &a, err);
    rc = rc != HW_OK ? rc : answer(k, &a, NULL, q, r, err);
    if (rc == HW_OK && r->status != 409) {
        r->type = "image/svg+xml";
    }
    hw_buf_done(&a.several);
    return rc;
}
