/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/files.c -- every file of the case and what lies inside of it, a page at a time.
 *
 * A page comes from the index, from where it begins on, and only what stands on it is judged: the
 * first page of a million files waits for none of the others. For words, all names are gone through
 * once and kept. Who filters by state waits once for all to be judged, and their states are kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "door/console/artifacts.h"

/* Evidence with more in it is not judged for a page of the list: its own page does that, and
 * whoever asks for a state. */
enum { JUDGED_NODES = 2000, HASH_DIGITS = 8, BATCH_NODES = 20000 };

struct row {
    int64_t reading;
    struct hw_target place;
    size_t end; /* of its text */
};
struct page {
    struct hw_console *k;
    struct hw_page_ask ask;
    struct hw_span q, state; /* empty: all */
    struct hw_buf text;      /* of all rows, up to their judgement */
    struct row *rows;        /* ask.limit of them */
    size_t count;
    uint64_t total, matched;
};

/* ---- one page ---- */

static void take_row(struct page *p, const struct hw_artifact_row *a)
{
    struct row *r = &p->rows[p->count++];
    hw_json_file(&p->text, a);
    *r = (struct row){.reading = a->reading,
                      .place = {.path = HW_SPAN_LIT("-"), .node = a->node},
                      .end = p->text.n};
    memcpy(r->place.evidence, a->evidence, 32);
}

/* Is the evidence small enough for a page to wait for? */
static int is_small(struct hw_case *c, const uint8_t evidence[32], bool *out, struct hw_error *err)
{
    struct hw_evidence_row e;
    struct hw_cursor *k = NULL;
    struct hw_buf hex;
    uint64_t nodes = 0;
    hw_buf_init(&hex, 128);
    hw_buf_hex(&hex, (struct hw_span){evidence, 32});
    struct hw_evidence_ask ask = {
        .hash_prefix = hw_buf_text(&hex), .ever = true, .only_class = HW_CLASS_ARTIFACT};
    int rc = ask.hash_prefix == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a page")
                                     : hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        rc = HW_OK;
        nodes = e.nodes;
    }
    hw_cursor_free(k);
    hw_buf_done(&hex);
    *out = nodes <= JUDGED_NODES;
    return rc;
}

/* Judging one member looks through all of its evidence: several of one are judged as one. Rows of
 * one evidence stand beside each other. */
static int judge(const struct page *p, struct hw_judged *out, struct hw_error *err)
{
    struct hw_target *few = calloc(p->count + 1, sizeof *few);
    size_t count = 0;
    int rc = few == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a page") : HW_OK;
    for (size_t i = 0, next; i < p->count && rc == HW_OK; i = next) {
        const struct hw_target *first = &p->rows[i].place;
        bool small = false;
        for (next = i + 1;
             next < p->count && memcmp(first->evidence, p->rows[next].place.evidence, 32) == 0;) {
            next++;
        }
        rc = is_small(p->k->quick.c, first->evidence, &small, err);
        if (rc == HW_OK && small) {
            few[count] = *first;
            few[count].node = next - i > 1 ? 0 : first->node;
            count++;
        }
    }
    rc = rc != HW_OK ? rc : hw_judged_of(p->k->quick.c, few, count, out, err);
    free(few);
    return rc;
}

static int put_rows(const struct page *p, struct hw_buf *out, struct hw_error *err)
{
    struct hw_judged judged = {.count = 0};
    struct hw_inside inside = {.p = NULL};
    uint32_t members = 0;
    size_t at = 0;
    int rc = judge(p, &judged, err);
    for (size_t i = 0; rc == HW_OK && i < p->count; i++) {
        const struct row *r = &p->rows[i];
        rc = hw_inside_get(p->k->quick.c, &inside, r->reading, (uint32_t)r->place.node, &members,
                           err);
        hw_buf_span_put(out, (struct hw_span){p->text.p + at, r->end - at});
        hw_json_judged(out, hw_judged_get(&judged, r->place.evidence, r->place.node));
        hw_buf_printf(out, ",\"members\":%u}\n", members);
        at = r->end;
    }
    hw_page_end(out, &p->ask, p->total, p->matched);
    free(inside.p);
    hw_judged_done(&judged);
    return rc != HW_OK           ? rc
           : hw_buf_ok(&p->text) ? HW_OK
                                 : hw_fail(err, HW_E_MEMORY, "no memory for a page");
}

/* As the index has them. */
static int all_rows(struct page *p, struct hw_error *err)
{
    struct hw_artifact_ask ask = {.ever = true, .after = p->ask.after, .limit = p->ask.limit};
    struct hw_artifact_row a;
    struct hw_cursor *c = NULL;
    int rc = hw_case_artifacts(p->k->quick.c, &ask, &c, err);
    while (rc == HW_OK && (rc = hw_artifact_next(c, &a, err)) == HW_ROW) {
        take_row(p, &a);
        rc = HW_OK;
    }
    hw_cursor_free(c);
    p->matched = p->total;
    return rc;
}

/* ---- by words and by state ---- */

/* A file as one line: where it lies, its state ("" where it was not asked), and all that words may
 * stand in. */
static void put_line(struct hw_buf *b, const struct hw_artifact_row *a, const char *state)
{
    hw_buf_printf(b, "%lld %u %s", (long long)a->reading, a->node, state);
    hw_line_field(b, hw_span_str(a->format));
    hw_line_field(b, hw_span_str(hw_degree_word(a->degree)));
    hw_line_field(b, hw_span_str(a->host));
    hw_line_field(b, hw_file_org(a));
    hw_line_field(b, a->path);
    hw_buf_char(b, '\n');
}

struct line {
    uint64_t reading, node;
    struct hw_span state, words;
};
static bool read_line(struct hw_span s, struct line *out)
{
    size_t first = hw_span_find(s, ' '), words = hw_span_find(s, '\x1f');
    struct hw_span rest = hw_span_cut(s, first + 1, words - first - 1);
    size_t second = hw_span_find(rest, ' ');
    out->state = hw_span_from(rest, second + 1);
    out->words = hw_span_from(s, words + 1);
    return hw_span_u64(hw_span_cut(s, 0, first), &out->reading) &&
           hw_span_u64(hw_span_cut(rest, 0, second), &out->node);
}

static int make_names(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_artifact_row a;
    struct hw_cursor *c = NULL;
    int rc = hw_case_artifacts(k->deep.c, &(struct hw_artifact_ask){.ever = true}, &c, err);
    while (rc == HW_OK && (rc = hw_artifact_next(c, &a, err)) == HW_ROW) {
        put_line(m->text, &a, "");
        rc = HW_OK;
    }
    hw_cursor_free(c);
    return rc;
}

struct batch { /* of evidence to judge at once: memory holds the answer to no more than that */
    struct hw_target *p;
    size_t count, room;
    uint64_t nodes;
};

static int states_of(struct hw_case *c, const struct hw_target *of, const struct hw_judged *judged,
                     struct hw_buf *out, struct hw_error *err)
{
    struct hw_artifact_ask ask = {.ever = true, .evidence = of->evidence};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    int rc = hw_case_artifacts(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, err)) == HW_ROW) {
        const struct hw_file_answer *f = hw_judged_get(judged, a.evidence, a.node);
        if (f != NULL && f->can_be_signed) {
            put_line(out, &a, hw_state_word(f->state));
        }
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static int judge_batch(struct hw_case *c, struct batch *b, struct hw_buf *out, struct hw_error *err)
{
    struct hw_judged judged = {.count = 0};
    int rc = hw_judged_of(c, b->p, b->count, &judged, err);
    for (size_t i = 0; rc == HW_OK && i < b->count; i++) {
        rc = states_of(c, &b->p[i], &judged, out, err);
    }
    hw_judged_done(&judged);
    b->count = 0;
    b->nodes = 0;
    return rc;
}

/* Every file that can be signed, with its state. */
static int make_states(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_ARTIFACT};
    struct hw_evidence_row e;
    struct hw_cursor *c = NULL;
    struct batch b = {.p = NULL};
    int rc = hw_case_evidence(k->deep.c, &ask, &c, err);
    while (rc == HW_OK && (rc = hw_evidence_next(c, &e, err)) == HW_ROW) {
        rc = HW_GROW(b.p, b.count, b.room, HW_GROW_MOST) == HW_OK
                 ? HW_OK
                 : hw_fail(err, HW_E_MEMORY, "no memory for files");
        if (rc == HW_OK) {
            b.p[b.count] = (struct hw_target){.path = HW_SPAN_LIT("-")};
            memcpy(b.p[b.count++].evidence, e.sha256, 32);
            b.nodes += e.nodes;
            rc = b.nodes < BATCH_NODES ? HW_OK : judge_batch(k->deep.c, &b, m->text, err);
        }
    }
    rc = rc != HW_OK ? rc : judge_batch(k->deep.c, &b, m->text, err);
    hw_cursor_free(c);
    free(b.p);
    return rc;
}

static bool on_page(struct page *p)
{
    uint64_t n = p->matched++;
    return n >= p->ask.after && n - p->ask.after < p->ask.limit;
}

static int rows_of_lines(struct page *p, const struct hw_lines *lines, struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < lines->count && rc >= 0; i++) {
        struct hw_artifact_row a;
        struct line l;
        if (!read_line(hw_lines_get(lines, i), &l) ||
            (p->state.n > 0 && !hw_span_equal(l.state, p->state)) || !hw_text_says(l.words, p->q) ||
            !on_page(p)) {
            continue;
        }
        rc = hw_case_artifact_get(p->k->quick.c, (int64_t)l.reading, (uint32_t)l.node, &a, err);
        if (rc == HW_ROW) {
            take_row(p, &a);
        }
    }
    return rc < 0 ? rc : HW_OK;
}

/* What begins like a digest may be one: of the file's bytes. */
static int rows_of_digest(struct page *p, struct hw_error *err)
{
    if (p->state.n > 0 || p->q.n < HASH_DIGITS) {
        return HW_OK;
    }
    char *prefix = strndup((const char *)p->q.p, p->q.n);
    struct hw_artifact_ask ask = {.ever = true, .hash_prefix = prefix};
    struct hw_artifact_row a;
    struct hw_cursor *c = NULL;
    int rc = prefix == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a digest") : HW_OK;
    bool digest = rc == HW_OK && strspn(prefix, "0123456789abcdef") == p->q.n;
    rc = rc != HW_OK || !digest ? rc : hw_case_artifacts(p->k->quick.c, &ask, &c, err);
    while (rc == HW_OK && digest && (rc = hw_artifact_next(c, &a, err)) == HW_ROW) {
        if (!hw_text_says(a.path, p->q) && on_page(p)) { /* else it is there already */
            take_row(p, &a);
        }
        rc = HW_OK;
    }
    hw_cursor_free(c);
    free(prefix);
    return rc;
}

static int fill_page(struct page *p, const struct hw_lines *lines, struct hw_buf *out,
                     struct hw_error *err)
{
    p->rows = calloc(p->ask.limit, sizeof *p->rows);
    hw_buf_init(&p->text, HW_CONSOLE_REPLY);
    int rc = p->rows == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a page")
                             : hw_desk_take(&p->k->quick, err);
    if (rc == HW_OK) {
        rc = hw_case_hold(p->k->quick.c, err);
        rc = rc != HW_OK ? rc : hw_case_count_files(p->k->quick.c, &p->total, err);
        if (lines == NULL) {
            rc = rc != HW_OK ? rc : all_rows(p, err);
        } else {
            rc = rc != HW_OK ? rc : rows_of_lines(p, lines, err);
            rc = rc != HW_OK ? rc : rows_of_digest(p, err);
        }
        rc = rc != HW_OK ? rc : put_rows(p, out, err);
        hw_case_release(p->k->quick.c);
        hw_desk_leave(&p->k->quick);
    }
    hw_buf_done(&p->text);
    free(p->rows);
    return rc;
}

/* A page that was judged is kept like an answer: whoever comes back to it does not wait again. */
static int find_page(struct page *p, struct hw_buf *out, struct hw_error *err)
{
    struct hw_making names = {.key = "names of files", .make = make_names};
    struct hw_making states = {.key = "states of files", .make = make_states};
    struct hw_kept *kept = NULL;
    struct hw_buf key;
    uint64_t generation = hw_console_generation(p->k);
    hw_buf_init(&key, 2 * HW_REQUEST_TARGET);
    hw_buf_printf(&key, "files page %llu %llu\n%.*s\n", (unsigned long long)p->ask.after,
                  (unsigned long long)p->ask.limit, (int)p->state.n, (const char *)p->state.p);
    hw_buf_span_put(&key, p->q);
    const char *name = hw_buf_text(&key);
    struct hw_kept *before = name == NULL ? NULL : hw_kept_find(p->k, name);
    int rc = HW_OK;
    if (before != NULL) {
        hw_buf_span_put(out, hw_buf_span(&before->lines.text));
        hw_kept_leave(p->k, before);
    } else {
        rc = p->state.n > 0 ? hw_kept_take(p->k, &states, &kept, err)
             : p->q.n > 0   ? hw_kept_take(p->k, &names, &kept, err)
                            : HW_OK;
        rc = rc != HW_OK ? rc : fill_page(p, kept == NULL ? NULL : &kept->lines, out, err);
        if (rc == HW_OK && name != NULL && hw_buf_ok(out)) {
            hw_kept_put(p->k, name, generation, hw_buf_span(out));
        }
        if (kept != NULL) {
            hw_kept_leave(p->k, kept);
        }
    }
    hw_buf_done(&key);
    return rc;
}

int hw_get_artifacts(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                     struct hw_error *err)
{
    struct page p = {.k = k, .q = hw_request_get(q, "q"), .state = hw_request_get(q, "state")};
    int rc = hw_page_of(q, &p.ask, err);
    return rc != HW_OK ? rc : find_page(&p, &r->body, err);
}
