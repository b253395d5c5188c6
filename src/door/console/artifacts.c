/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/artifacts.c -- every file of the case and what lies inside of it, as a list.
 *
 * The list comes from the index alone; of a page, and no more, files are judged, so that the first
 * page of a hundred thousand files does not wait for all of them. Who filters by state waits once
 * for all, and the judged list is kept.
 */
#include "door/console/artifacts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/verify.h"
#include "base/text.h"
#include "fact/id.h"

/* Evidence with more in it is not judged for a page of the list: its own page does that, and
 * whoever asks for a state. */
enum { JUDGED_NODES = 2000, NUMBER = 10 };

int hw_judged_of(struct hw_case *c, const struct hw_target *targets, size_t count,
                 struct hw_judged *out, struct hw_error *err)
{
    struct hw_policy policy = {.as_of = hw_console_now(), .fail_on = HW_HIGH, .expiring_days = -1};
    *out = (struct hw_judged){.count = 0};
    if (count == 0) {
        return HW_OK;
    }
    int rc = hw_verify(c, targets, count, NULL, 0, &policy, &out->a, err);
    if (rc != HW_OK) {
        return rc;
    }
    for (const struct hw_file_answer *f = out->a->files; f != NULL; f = f->next) {
        out->count++;
    }
    out->p = calloc(out->count + 1, sizeof *out->p);
    if (out->p == NULL) {
        hw_judged_done(out);
        return hw_fail(err, HW_E_MEMORY, "no memory for files");
    }
    size_t i = 0;
    for (const struct hw_file_answer *f = out->a->files; f != NULL; f = f->next) {
        out->p[i++] = f;
    }
    if (out->count > 0) {
        qsort(out->p, out->count, sizeof(const struct hw_file_answer *), hw_judged_order);
    }
    return HW_OK;
}

void hw_judged_done(struct hw_judged *j)
{
    hw_answer_free(j->a);
    free(j->p);
    *j = (struct hw_judged){.count = 0};
}

static int compare(const struct hw_file_answer *f, const uint8_t evidence[32], uint64_t node)
{
    int by = memcmp(f->evidence_sha256, evidence, 32);
    return by != 0 ? by : (f->node > node) - (f->node < node);
}

int hw_judged_order(const void *a, const void *b)
{
    const struct hw_file_answer *const *x = a, *const *y = b;
    return compare(*x, (*y)->evidence_sha256, (*y)->node);
}

const struct hw_file_answer *hw_judged_get(const struct hw_judged *j, const uint8_t evidence[32],
                                           uint64_t node)
{
    size_t lo = 0, hi = j->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int by = compare(j->p[mid], evidence, node);
        if (by == 0) {
            return j->p[mid];
        }
        lo = by < 0 ? mid + 1 : lo;
        hi = by < 0 ? hi : mid;
    }
    return NULL;
}

void hw_json_judged(struct hw_buf *b, const struct hw_file_answer *f)
{
    if (f == NULL || !f->can_be_signed) {
        hw_buf_str(b, "\"state\":null,");
    } else {
        hw_buf_printf(b, "\"state\":\"%s\",", hw_state_word(f->state));
    }
    hw_json_put(b, "component", f == NULL ? (struct hw_span){NULL, 0} : f->component);
    hw_json_put(b, "version", f == NULL ? (struct hw_span){NULL, 0} : f->version);
    hw_buf_printf(b, "\"signatures\":%u", f == NULL ? 0 : f->signature_count);
}

/* ---- the list ---- */

struct box { /* of the reading in hand */
    uint32_t node, parent;
    uint64_t members;
    size_t at; /* where its number stands in the text */
};
struct listing {
    struct hw_buf *text;
    struct box *boxes;
    size_t count, room;
    int64_t reading;
};

/* Numbers of what lies inside are known at the reading's end; blanks before a number are JSON. */
static void patch(struct listing *l)
{
    for (size_t i = 0; i < l->count && hw_buf_ok(l->text); i++) {
        char number[NUMBER + 1];
        (void)snprintf(number, sizeof number, "%*llu", NUMBER,
                       (unsigned long long)l->boxes[i].members);
        memcpy(l->text->p + l->boxes[i].at, number, NUMBER);
    }
    l->count = 0;
}

static struct box *find_box(struct listing *l, uint32_t node)
{
    size_t lo = 0, hi = l->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (l->boxes[mid].node == node) {
            return &l->boxes[mid];
        }
        lo = l->boxes[mid].node < node ? mid + 1 : lo;
        hi = l->boxes[mid].node < node ? hi : mid;
    }
    return NULL;
}

static int add_box(struct listing *l, const struct hw_artifact_row *a, size_t at,
                   struct hw_error *err)
{
    if (l->count == l->room) {
        size_t room = l->room == 0 ? 256 : l->room * 2;
        struct box *p = realloc(l->boxes, room * sizeof *p);
        if (p == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory for a list");
        }
        l->boxes = p;
        l->room = room;
    }
    l->boxes[l->count++] = (struct box){a->node, a->parent, 0, at};
    uint32_t up = a->parent;
    for (unsigned i = 0; up != UINT32_MAX && i < 64; i++) { /* no deeper than boxes are opened */
        struct box *b = find_box(l, up);
        if (b == NULL) {
            break;
        }
        b->members++;
        up = b->parent;
    }
    return HW_OK;
}

static int one_line(struct listing *l, const struct hw_artifact_row *a,
                    const struct hw_file_answer *judged, bool judge, struct hw_error *err)
{
    char id[HW_ID_TEXT];
    int rc = hw_artifact_id(a->sha256, id, err);
    struct hw_span org = hw_span_str(a->scope);
    if (l->count > 0 && l->reading != a->reading) {
        patch(l);
    }
    l->reading = a->reading;
    hw_buf_printf(l->text, "{\"type\":\"artifact\",\"schema\":1,\"id\":\"%s\",", rc == 0 ? id : "");
    hw_json_hex(l->text, "sha256", (struct hw_span){a->sha256, 32});
    hw_buf_char(l->text, ',');
    hw_json_put(l->text, "path", a->path);
    hw_json_put(l->text, "format", hw_span_str(a->format));
    hw_json_put_number(l->text, "size", a->size);
    hw_json_put(l->text, "degree", hw_span_str(hw_degree_word(a->degree)));
    hw_json_put(l->text, "host", hw_span_str(a->host));
    hw_json_put(l->text, "org", hw_span_starts(org, "evidence:") ? (struct hw_span){NULL, 0} : org);
    hw_json_hex(l->text, "evidence", (struct hw_span){a->evidence, 32});
    hw_buf_printf(l->text, ",\"node\":%u,", a->node);
    if (judge) {
        hw_json_judged(l->text, judged);
        hw_buf_char(l->text, ',');
    }
    hw_buf_str(l->text, "\"members\":");
    size_t at = l->text->n;
    hw_buf_printf(l->text, "%*u}\n", NUMBER, 0U);
    return rc != HW_OK ? rc : add_box(l, a, at, err);
}

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
        if (count == room) {
            room = room == 0 ? 256 : room * 2;
            struct hw_target *more = realloc(p, room * sizeof *p);
            if (more == NULL) {
                rc = hw_fail(err, HW_E_MEMORY, "no memory for files");
                break;
            }
            p = more;
        }
        p[count] = (struct hw_target){.path = {hw_arena_copy(arena, e.path), e.path.n}};
        memcpy(p[count++].evidence, e.sha256, 32);
    }
    hw_cursor_free(k);
    *out = p;
    *out_count = count;
    return rc;
}

static int make_list(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    bool judge = m->state != NULL;
    struct listing l = {.text = m->text};
    struct hw_judged judged = {.count = 0};
    struct hw_artifact_row a;
    struct hw_cursor *c = NULL;
    struct hw_target *targets = NULL;
    size_t count = 0;
    HW_AUTO(hw_arena) *arena = hw_arena_new(HW_CONSOLE_ARENA);
    int rc = arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a list") : HW_OK;
    rc = rc != HW_OK || !judge ? rc : all_evidences(k->deep.c, &targets, &count, arena, err);
    rc = rc != HW_OK ? rc : hw_judged_of(k->deep.c, targets, count, &judged, err);
    rc = rc != HW_OK
             ? rc
             : hw_case_artifacts(k->deep.c, &(struct hw_artifact_ask){.ever = true}, &c, err);
    while (rc == HW_OK && (rc = hw_artifact_next(c, &a, err)) == HW_ROW) {
        rc = one_line(&l, &a, hw_judged_get(&judged, a.evidence, a.node), judge, err);
    }
    patch(&l);
    hw_cursor_free(c);
    hw_judged_done(&judged);
    free(targets);
    free(l.boxes);
    return rc;
}

/* ---- a page of it ---- */

/* What the list's own line says of where it lies. */
static bool read_place(struct hw_span line, struct hw_target *out)
{
    struct hw_buf b;
    uint64_t node = 0;
    hw_buf_init(&b, 1 << 17);
    bool ok = hw_line_member(line, HW_SPAN_LIT("evidence"), &b) &&
              hw_hex_decode(hw_buf_span(&b), out->evidence, 32);
    hw_buf_clear(&b);
    ok = ok && hw_line_member(line, HW_SPAN_LIT("node"), &b) && hw_span_u64(hw_buf_span(&b), &node);
    hw_buf_done(&b);
    out->node = node;
    out->path = HW_SPAN_LIT("-");
    return ok;
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

/* Judging one member looks through all of its evidence: several of one are judged as one. Lines of
 * one evidence stand beside each other. */
static int gather(struct hw_case *c, const struct hw_target *all, size_t count,
                  struct hw_target *out, size_t *out_count, struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0, next; i < count && rc == HW_OK; i = next) {
        bool small = false;
        for (next = i + 1; next < count && memcmp(all[i].evidence, all[next].evidence, 32) == 0;) {
            next++;
        }
        rc = is_small(c, all[i].evidence, &small, err);
        if (rc == HW_OK && small) {
            out[*out_count] = all[i];
            out[*out_count].node = next - i > 1 ? 0 : all[i].node;
            (*out_count)++;
        }
    }
    return rc;
}

/* The lines of a page, each with what judging its file came to. */
static int judge_page(struct hw_console *k, struct hw_lines *page, struct hw_buf *out,
                      struct hw_error *err)
{
    struct hw_judged judged = {.count = 0};
    struct hw_target *all = calloc(page->count + 1, sizeof *all);
    struct hw_target *few = calloc(page->count + 1, sizeof *few);
    size_t count = 0;
    bool read = true;
    for (size_t i = 0; all != NULL && few != NULL && i + 1 < page->count; i++) {
        read = read_place(hw_lines_get(page, i), &all[i]) && read;
    }
    int rc = all == NULL || few == NULL || !read ? hw_fail(err, HW_E_MEMORY, "no memory for a page")
                                                 : hw_desk_take(&k->quick, err);
    if (rc == HW_OK) {
        rc = hw_case_hold(k->quick.c, err);
        rc = rc != HW_OK ? rc : gather(k->quick.c, all, page->count - 1, few, &count, err);
        rc = rc != HW_OK ? rc : hw_judged_of(k->quick.c, few, count, &judged, err);
        hw_case_release(k->quick.c);
        hw_desk_leave(&k->quick);
    }
    for (size_t i = 0; rc == HW_OK && i < page->count; i++) {
        struct hw_span line = hw_lines_get(page, i);
        if (i + 1 < page->count) {
            hw_buf_span_put(out, hw_span_cut(line, 0, line.n - 1));
            hw_buf_char(out, ',');
            hw_json_judged(out, hw_judged_get(&judged, all[i].evidence, all[i].node));
            hw_buf_str(out, "}\n");
        } else {
            hw_buf_span_put(out, line); /* the end of the page */
            hw_buf_char(out, '\n');
        }
    }
    hw_judged_done(&judged);
    free(all);
    free(few);
    return rc;
}

/* Lines without a state become ones that were judged, by themselves or by the list that was judged
 * already. */
static int say_page(struct hw_console *k, struct hw_kept *kept, const struct hw_line_filter *f,
                    const struct hw_page_ask *page, bool judged, struct hw_buf *out,
                    struct hw_error *err)
{
    struct hw_lines some = {.count = 0};
    hw_buf_init(&some.text, HW_CONSOLE_REPLY);
    int rc = hw_lines_page(&kept->lines, f, page, judged ? out : &some.text, err);
    rc = rc != HW_OK || judged ? rc : hw_lines_cut(&some, err);
    rc = rc != HW_OK || judged ? rc : judge_page(k, &some, out, err);
    hw_lines_done(&some);
    return rc;
}

/* A page that was judged is kept like an answer: whoever comes back to it does not wait again. */
static int find_page(struct hw_console *k, struct hw_kept *kept, const struct hw_line_filter *f,
                     const struct hw_page_ask *page, bool judged, struct hw_buf *out,
                     struct hw_error *err)
{
    struct hw_buf key;
    uint64_t generation = hw_console_generation(k);
    hw_buf_init(&key, 2 * HW_REQUEST_TARGET);
    hw_buf_printf(&key, "artifacts page %llu %llu\n", (unsigned long long)page->after,
                  (unsigned long long)page->limit);
    hw_buf_span_put(&key, f->q);
    const char *name = hw_buf_text(&key);
    struct hw_kept *before = judged || name == NULL ? NULL : hw_kept_find(k, name);
    int rc = HW_OK;
    if (before != NULL) {
        hw_buf_span_put(out, hw_buf_span(&before->lines.text));
        hw_kept_leave(k, before);
    } else {
        rc = say_page(k, kept, f, page, judged, out, err);
        if (rc == HW_OK && !judged && name != NULL && hw_buf_ok(out)) {
            hw_kept_put(k, name, generation, hw_buf_span(out));
        }
    }
    hw_buf_done(&key);
    return rc;
}

int hw_get_artifacts(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                     struct hw_error *err)
{
    static const char all[] = "artifacts judged";
    struct hw_span state = hw_request_get(q, "state");
    struct hw_line_filter f = {.q = hw_request_get(q, "q")};
    struct hw_kept *kept = hw_kept_find(k, all);
    bool judge = kept != NULL || state.n > 0;
    struct hw_making m = {
        .key = judge ? all : "artifacts", .make = make_list, .state = judge ? k : NULL};
    struct hw_page_ask page;
    if (state.n > 0) {
        f.where[f.where_count++] = (struct hw_request_member){HW_SPAN_LIT("state"), state};
    }
    int rc = hw_page_of(q, &page, err);
    rc = rc != HW_OK || kept != NULL ? rc : hw_kept_take(k, &m, &kept, err);
    rc = rc != HW_OK ? rc : find_page(k, kept, &f, &page, judge, &r->body, err);
    if (kept != NULL) {
        hw_kept_leave(k, kept);
    }
    return rc;
}
