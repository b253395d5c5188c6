/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/box.c -- one file: the boxes it lies in and what lies beside it, its signatures with
 * what they cover, and what of it was not examined.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/covered.h"
#include "base/text.h"
#include "door/console/artifacts.h"
#include "fact/id.h"

enum { BOXES_MAX = 5000 };

struct box { /* of the tree */
    uint32_t node;
    unsigned depth;
    char id[HW_ID_TEXT];
};
struct opened {
    struct hw_console *k;
    struct hw_arena *arena;
    int64_t reading;
    uint32_t node;
    uint8_t evidence[32];
    uint64_t size;
    struct hw_judged judged;
    struct box *boxes; /* in the order of nodes */
    size_t count;
    uint64_t left;
};

/* Where the artifact with this id lies: software first. */
static int find(struct opened *o, struct hw_span id, struct hw_error *err)
{
    char hex[17];
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    bool found = false;
    memcpy(hex, id.p + 2, 16);
    hex[16] = 0;
    int rc = hw_case_marked(o->k->quick.c, HW_MARK_ENTITY, hex, &k, err);
    while (rc == HW_OK && !found && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (row.fact.kind == HW_FACT_ARTIFACT) {
            o->reading = row.reading;
            o->node = row.node;
            memcpy(o->evidence, row.evidence, 32);
            found = true;
        }
    }
    hw_cursor_free(k);
    return rc != HW_OK || found ? rc
                                : hw_fail(err, HW_E_MISSING,
                                          "the case has no file %.*s: bytes that only a log "
                                          "names are a thing of the graph",
                                          (int)id.n, (const char *)id.p);
}

static int judge(struct opened *o, bool whole, struct hw_error *err)
{
    struct hw_target t = {.path = HW_SPAN_LIT("-"), .node = whole ? 0 : o->node};
    memcpy(t.evidence, o->evidence, 32);
    return hw_judged_of(o->k->quick.c, &t, 1, &o->judged, err);
}

static const struct box *box_of(const struct opened *o, uint32_t node)
{
    size_t lo = 0, hi = o->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (o->boxes[mid].node == node) {
            return &o->boxes[mid];
        }
        lo = o->boxes[mid].node < node ? mid + 1 : lo;
        hi = o->boxes[mid].node < node ? hi : mid;
    }
    return NULL;
}

static int say_box(struct opened *o, const struct hw_artifact_row *a, struct hw_buf *out,
                   struct hw_error *err)
{
    const struct box *up = a->parent == UINT32_MAX ? NULL : box_of(o, a->parent);
    struct box *b = &o->boxes[o->count];
    *b = (struct box){.node = a->node, .depth = up == NULL ? 0 : up->depth + 1};
    int rc = hw_artifact_id(a->sha256, b->id, err);
    if (rc != HW_OK) {
        return rc;
    }
    o->count++;
    if (a->node == o->node) {
        o->size = a->size;
    }
    hw_buf_printf(out, "{\"type\":\"box\",\"schema\":1,\"id\":\"%s\",\"parent\":", b->id);
    if (up == NULL) {
        hw_buf_str(out, "null");
    } else {
        hw_buf_printf(out, "\"%s\"", up->id);
    }
    hw_buf_printf(out, ",\"node\":%u,\"depth\":%u,\"asked\":%s,", a->node, b->depth,
                  a->node == o->node ? "true" : "false");
    hw_json_put(out, "path", a->path);
    hw_json_put(out, "format", hw_span_str(a->format));
    hw_json_put_number(out, "size", a->size);
    hw_json_hex(out, "sha256", (struct hw_span){a->sha256, 32});
    hw_buf_printf(out, ",\"degree\":\"%s\",", hw_degree_word(a->degree));
    hw_json_judged(out, hw_judged_get(&o->judged, a->evidence, a->node));
    hw_buf_str(out, "}\n");
    return HW_OK;
}

static int tree(struct opened *o, struct hw_buf *out, struct hw_error *err)
{
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true, .evidence = o->evidence};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    int rc = hw_case_artifacts(o->k->quick.c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, err)) == HW_ROW) {
        rc = HW_OK;
        if (a.reading != o->reading) {
            continue;
        }
        /* what was asked for is told in any case */
        if (o->count < BOXES_MAX - 1 || (a.node == o->node && o->count < BOXES_MAX)) {
            rc = say_box(o, &a, out, err);
        } else {
            o->left++;
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && o->left > 0) {
        hw_buf_printf(out, "{\"type\":\"left-out\",\"schema\":1,\"of\":\"box\",\"count\":%llu}\n",
                      (unsigned long long)o->left);
    }
    return rc;
}

static int say_signature(struct opened *o, const struct hw_sig_answer *s, const char *id,
                         struct hw_buf *out, struct hw_error *err)
{
    struct hw_covered *c = NULL;
    size_t count = 0;
    int rc = hw_covered_of(o->k->quick.c, o->reading, o->node, o->size, s->index, o->arena, &c,
                           &count, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_printf(out, "{\"type\":\"signature\",\"schema\":1,\"artifact\":\"%s\",", id);
    hw_json_signature(out, s);
    hw_buf_str(out, ",\"covered\":[");
    for (size_t i = 0; i < count; i++) {
        hw_buf_printf(out, "%s{\"from\":%llu,\"to\":%llu,\"how\":\"%s\"}", i == 0 ? "" : ",",
                      (unsigned long long)c[i].from, (unsigned long long)c[i].to, c[i].how);
    }
    hw_buf_str(out, "]}\n");
    return HW_OK;
}

static int say(struct opened *o, const char *id, struct hw_buf *out, struct hw_error *err)
{
    uint64_t nodes = 0;
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true, .evidence = o->evidence};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    int rc = hw_case_artifacts(o->k->quick.c, &ask, &k, err);
    while (rc == HW_OK && nodes <= BOXES_MAX && (rc = hw_artifact_next(k, &a, err)) == HW_ROW) {
        rc = HW_OK;
        nodes++;
    }
    hw_cursor_free(k);
    rc = rc != HW_OK ? rc : judge(o, nodes <= BOXES_MAX, err);
    rc = rc != HW_OK ? rc : tree(o, out, err);
    const struct hw_file_answer *f = hw_judged_get(&o->judged, o->evidence, o->node);
    for (const struct hw_sig_answer *s = f == NULL ? NULL : f->signatures; s != NULL && rc == HW_OK;
         s = s->next) {
        rc = say_signature(o, s, id, out, err);
    }
    for (const struct hw_gap *g = o->judged.a == NULL ? NULL : o->judged.a->gaps;
         g != NULL && rc == HW_OK; g = g->next) {
        hw_json_gap(out, g);
    }
    return rc;
}

int hw_get_artifact(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                    struct hw_error *err)
{
    struct opened o = {.k = k};
    char id[19];
    if (q->id.p[0] != 'e') {
        return hw_fail(err, HW_E_MISSING, "a file has an id that begins with e-");
    }
    memcpy(id, q->id.p, 18);
    id[18] = 0;
    int rc = hw_desk_take(&k->quick, err);
    if (rc != HW_OK) {
        return rc;
    }
    o.arena = hw_arena_new(HW_CONSOLE_ARENA);
    o.boxes = calloc(BOXES_MAX, sizeof *o.boxes);
    rc = o.arena == NULL || o.boxes == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a file")
                                            : hw_case_hold(k->quick.c, err);
    rc = rc != HW_OK ? rc : find(&o, q->id, err);
    rc = rc != HW_OK ? rc : say(&o, id, &r->body, err);
    hw_case_release(k->quick.c);
    hw_judged_done(&o.judged);
    free(o.boxes);
    hw_arena_free(o.arena);
    hw_desk_leave(&k->quick);
    return rc;
}
