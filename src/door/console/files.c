/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/files.c -- every file of the case and what lies inside of it, a page at a time.
 *
 * A page comes from the index, from where it begins on, and only what stands on it is judged: the
 * first page of a million files waits for none of the others. For words, all names are gone through
 * once and kept. Who filters by state waits once for all to be judged, and that list is kept, too.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "door/console/artifacts.h"

/* Evidence with more in it is not judged for a page of the list: its own page does that, and
 * whoever asks for a state. */
enum { JUDGED_NODES = 2000, HASH_DIGITS = 8 };

struct row {
    int64_t reading;
    struct hw_target place;
    size_t end; /* of its text */
};
struct page {
    struct hw_console *k;
    struct hw_page_ask ask;
    struct hw_buf text; /* of all rows, up to their judgement */
    struct row *rows;   /* ask.limit of them */
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

/* ---- by words ---- */

/* All that a word may stand in, a file a line, behind where the file lies. */
static int make_names(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_artifact_row a;
    struct hw_cursor *c = NULL;
    int rc = hw_case_artifacts(k->deep.c, &(struct hw_artifact_ask){.ever = true}, &c, err);
    while (rc == HW_OK && (rc = hw_artifact_next(c, &a, err)) == HW_ROW) {
        bool own = strncmp(a.scope, "evidence:", 9) == 0; /* a name for its own evidence alone */
        const struct hw_span says[] = {hw_span_str(a.format), hw_span_str(hw_degree_word(a.degree)),
                                       hw_span_str(a.host), hw_span_str(own ? "" : a.scope),
                                       a.path};
        hw_buf_printf(m->text, "%lld %u", (long long)a.reading, a.node);
        for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
            hw_buf_char(m->text, '\x1f');
            for (size_t b = 0; b < says[i].n; b++) {
                hw_buf_char(m->text, says[i].p[b] == '\n' ? ' ' : (char)says[i].p[b]);
            }
        }
        hw_buf_char(m->text, '\n');
        rc = HW_OK;
    }
    hw_cursor_free(c);
    return rc;
}

static bool on_page(struct page *p)
{
    uint64_t n = p->matched++;
    return n >= p->ask.after && n - p->ask.after < p->ask.limit;
}

static int rows_of_names(struct page *p, const struct hw_lines *names, struct hw_span q,
                         struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < names->count && rc >= 0; i++) {
        struct hw_span line = hw_lines_get(names, i);
        size_t words = hw_span_find(line, '\x1f'), blank = hw_span_find(line, ' ');
        struct hw_artifact_row a;
        uint64_t reading = 0, node = 0;
        if (!hw_text_says(hw_span_from(line, words + 1), q) || !on_page(p) ||
            !hw_span_u64(hw_span_cut(line, 0, blank), &reading) ||
            !hw_span_u64(hw_span_cut(line, blank + 1, words - blank - 1), &node)) {
            continue;
        }
        rc = hw_case_artifact_get(p->k->quick.c, (int64_t)reading, (uint32_t)node, &a, err);
        if (rc == HW_ROW) {
            take_row(p, &a);
        }
    }
    return rc < 0 ? rc : HW_OK;
}

/* What begins like a digest may be one: of the file's bytes. */
static int rows_of_digest(struct page *p, struct hw_span q, struct hw_error *err)
{
    char *prefix = strndup((const char *)q.p, q.n);
    struct hw_artifact_ask ask = {.ever = true, .hash_prefix = prefix};
    struct hw_artifact_row a;
    struct hw_cursor *c = NULL;
    int rc = prefix == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a digest") : HW_OK;
    bool digest = rc == HW_OK && q.n >= HASH_DIGITS && strspn(prefix, "0123456789abcdef") == q.n;
    rc = rc != HW_OK || !digest ? rc : hw_case_artifacts(p->k->quick.c, &ask, &c, err);
    while (rc == HW_OK && digest && (rc = hw_artifact_next(c, &a, err)) == HW_ROW) {
        if (!hw_text_says(a.path, q) && on_page(p)) { /* else it is there already */
            take_row(p, &a);
        }
        rc = HW_OK;
    }
    hw_cursor_free(c);
    free(prefix);
    return rc;
}

static int fill_page(struct page *p, const struct hw_lines *names, struct hw_span q,
                     struct hw_buf *out, struct hw_error *err)
{
    p->rows = calloc(p->ask.limit, sizeof *p->rows);
    hw_buf_init(&p->text, HW_CONSOLE_REPLY);
    int rc = p->rows == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a page")
                             : hw_desk_take(&p->k->quick, err);
    if (rc == HW_OK) {
        rc = hw_case_hold(p->k->quick.c, err);
        rc = rc != HW_OK ? rc : hw_case_count_files(p->k->quick.c, &p->total, err);
        if (names == NULL) {
            rc = rc != HW_OK ? rc : all_rows(p, err);
        } else {
            rc = rc != HW_OK ? rc : rows_of_names(p, names, q, err);
            rc = rc != HW_OK ? rc : rows_of_digest(p, q, err);
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
static int find_page(struct hw_console *k, const struct hw_page_ask *ask, struct hw_span q,
                     struct hw_buf *out, struct hw_error *err)
{
    struct hw_making m = {.key = "names of files", .make = make_names};
    struct page p = {.k = k, .ask = *ask};
    struct hw_kept *names = NULL;
    struct hw_buf key;
    uint64_t generation = hw_console_generation(k);
    hw_buf_init(&key, 2 * HW_REQUEST_TARGET);
    hw_buf_printf(&key, "files page %llu %llu\n", (unsigned long long)ask->after,
                  (unsigned long long)ask->limit);
    hw_buf_span_put(&key, q);
    const char *name = hw_buf_text(&key);
    struct hw_kept *before = name == NULL ? NULL : hw_kept_find(k, name);
    int rc = HW_OK;
    if (before != NULL) {
        hw_buf_span_put(out, hw_buf_span(&before->lines.text));
        hw_kept_leave(k, before);
    } else {
        rc = q.n == 0 ? HW_OK : hw_kept_take(k, &m, &names, err);
        rc = rc != HW_OK ? rc : fill_page(&p, names == NULL ? NULL : &names->lines, q, out, err);
        if (rc == HW_OK && name != NULL && hw_buf_ok(out)) {
            hw_kept_put(k, name, generation, hw_buf_span(out));
        }
        if (names != NULL) {
            hw_kept_leave(k, names);
        }
    }
    hw_buf_done(&key);
    return rc;
}

/* ---- by state ---- */

static int all_evidences(struct hw_case *c, struct hw_target **out, size_t *out_count,
                         struct hw_arena *arena, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_ARTIFACT};
    struct hw_evidence_row e;
    struct hw_cursor *k = NULL;
    struct hw_target *p = NULL;
    size_t count = 0, room = 0;
    int rc = hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        rc = HW_OK;
        if (HW_GROW(p, count, room, HW_GROW_MOST) != HW_OK) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for files");
            break;
        }
        p[count] = (struct hw_target){.path = {hw_arena_copy(arena, e.path), e.path.n}};
        memcpy(p[count++].evidence, e.sha256, 32);
    }
    hw_cursor_free(k);
    *out = p;
    *out_count = count;
    return rc;
}

static int put_judged(struct hw_case *c, const struct hw_judged *judged, struct hw_buf *out,
                      struct hw_error *err)
{
    struct hw_inside inside = {.p = NULL};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    uint32_t members = 0;
    int rc = hw_case_artifacts(c, &(struct hw_artifact_ask){.ever = true}, &k, err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, err)) == HW_ROW) {
        rc = hw_inside_get(c, &inside, a.reading, a.node, &members, err);
        hw_json_file(out, &a);
        hw_json_judged(out, hw_judged_get(judged, a.evidence, a.node));
        hw_buf_printf(out, ",\"members\":%u}\n", members);
    }
    hw_cursor_free(k);
    free(inside.p);
    return rc;
}

static int make_judged(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_judged judged = {.count = 0};
    struct hw_target *targets = NULL;
    size_t count = 0;
    HW_AUTO(hw_arena) *arena = hw_arena_new(HW_CONSOLE_ARENA);
    int rc = arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a list")
                           : all_evidences(k->deep.c, &targets, &count, arena, err);
    rc = rc != HW_OK ? rc : hw_judged_of(k->deep.c, targets, count, &judged, err);
    rc = rc != HW_OK ? rc : put_judged(k->deep.c, &judged, m->text, err);
    hw_judged_done(&judged);
    free(targets);
    return rc;
}

static int page_of_state(struct hw_console *k, const struct hw_page_ask *ask,
                         const struct hw_line_filter *f, struct hw_buf *out, struct hw_error *err)
{
    struct hw_making m = {.key = "files judged", .make = make_judged};
    struct hw_kept *kept = NULL;
    int rc = hw_kept_take(k, &m, &kept, err);
    rc = rc != HW_OK ? rc : hw_lines_page(&kept->lines, f, ask, out, err);
    if (kept != NULL) {
        hw_kept_leave(k, kept);
    }
    return rc;
}

int hw_get_artifacts(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                     struct hw_error *err)
{
    struct hw_span state = hw_request_get(q, "state");
    struct hw_line_filter f = {.q = hw_request_get(q, "q"), .where_count = 1};
    struct hw_page_ask ask;
    f.where[0] = (struct hw_request_member){HW_SPAN_LIT("state"), state};
    int rc = hw_page_of(q, &ask, err);
    return rc != HW_OK   ? rc
           : state.n > 0 ? page_of_state(k, &ask, &f, &r->body, err)
                         : find_page(k, &ask, f.q, &r->body, err);
}
