/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/bench_graph.c -- what it costs to derive the graph of a case, step by step, and to trace
 * through it: the first answer, the best of the next ones, and beside them a plain walk in time
 * over the same edges that weighs nothing and remembers no way.
 *
 *     bench_graph derive CASE
 *     bench_graph trace CASE TARGET back|forward [NODES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "ask/trace.h"
#include "base/text.h"
#include "base/time.h"
#include "case/cursor.h"
#include "derive/derive.h"

enum { ROUNDS = 7 };

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int end(const struct hw_error *err)
{
    (void)fprintf(stderr, "bench_graph: %s\n", err->text);
    return 2;
}

static int open_case(const char *path, enum hw_case_mode mode, struct hw_case **out,
                     struct hw_error *err)
{
    struct hw_case_open how = {.path = path, .mode = mode, .must_exist = true, .now_ns = now_ns()};
    return hw_case_open(&how, out, err);
}

/* ---- derive ---- */

struct steps {
    const char *doing;
    double wall, cpu;
};

static double cpu_s(struct rusage *u)
{
    (void)getrusage(RUSAGE_SELF, u);
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static void step(void *state, const char *doing, uint64_t done)
{
    struct steps *s = state;
    struct rusage u;
    double wall = now_s(), cpu = cpu_s(&u);
    if (s->doing != NULL) {
        (void)printf("%-16s %8.2f s %8.2f s CPU %8.0f MB peak\n", s->doing, wall - s->wall,
                     cpu - s->cpu, (double)u.ru_maxrss / 1024);
    }
    (void)done;
    (void)fflush(stdout);
    *s = (struct steps){doing, wall, cpu};
}

static int derive(const char *path, struct hw_error *err)
{
    struct hw_case *c = NULL;
    struct hw_derived d = {.made = false};
    struct steps s = {NULL, now_s(), 0};
    struct hw_derive_progress p = {step, &s};
    double began = s.wall;
    int rc = open_case(path, HW_CASE_WRITE, &c, err);
    rc = rc != HW_OK ? rc : hw_derive(c, &p, &d, err);
    step(&s, NULL, 0);
    double took = now_s() - began;
    if (rc == HW_OK) {
        (void)printf(
            "%s: %llu records (%llu twice) in %llu logs, %llu things, %llu edges, %.2f s\n",
            d.made ? "made" : "was true", (unsigned long long)d.records,
            (unsigned long long)d.twice, (unsigned long long)d.logs, (unsigned long long)d.things,
            (unsigned long long)d.edges, took);
    }
    hw_case_free(c);
    return rc;
}

/* ---- a plain walk ---- */

struct plain {
    struct reached {
        uint32_t thing;
        int64_t bound;
    } * heap;
    uint8_t *seen;
    size_t count, room;
    uint64_t things, nodes, edges;
};

static bool before(const struct reached *a, const struct reached *b, bool forward)
{
    return forward ? a->bound < b->bound : a->bound > b->bound;
}

static int push(struct plain *p, uint32_t thing, int64_t bound, bool forward)
{
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 65536 : p->room * 2;
        struct reached *heap = realloc(p->heap, room * sizeof *heap);
        if (heap == NULL) {
            return HW_E_MEMORY;
        }
        p->heap = heap;
        p->room = room;
    }
    struct reached r = {thing, bound};
    size_t at = p->count++;
    while (at > 0 && before(&r, &p->heap[(at - 1) / 2], forward)) {
        p->heap[at] = p->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    p->heap[at] = r;
    return HW_OK;
}

static struct reached pop(struct plain *p, bool forward)
{
    struct reached top = p->heap[0], last = p->heap[--p->count];
    size_t at = 0;
    for (size_t child = 1; child < p->count; child = at * 2 + 1) {
        if (child + 1 < p->count && before(&p->heap[child + 1], &p->heap[child], forward)) {
            child++;
        }
        if (!before(&p->heap[child], &last, forward)) {
            break;
        }
        p->heap[at] = p->heap[child];
        at = child;
    }
    p->heap[at] = last;
    return top;
}

static int expand(struct plain *p, struct hw_walk *w, const struct reached *r, bool forward,
                  struct hw_error *err)
{
    struct hw_edge e;
    uint32_t n;
    int rc = forward ? hw_walk_forth(w, r->thing, err) : hw_walk_back(w, r->thing, err);
    while (rc == HW_OK && (rc = hw_walk_next(w, &n, &e, err)) == HW_ROW) {
        rc = HW_OK;
        uint32_t to = forward ? e.object : e.subject;
        bool fits = forward ? e.hi >= r->bound : e.lo <= r->bound;
        p->edges++;
        if (fits && to <= p->things && p->seen[to] == 0) {
            int64_t then =
                forward ? (e.lo > r->bound ? e.lo : r->bound) : (e.hi < r->bound ? e.hi : r->bound);
            rc = push(p, to, then, forward);
        }
    }
    return rc;
}

static int plain(struct hw_walk *w, uint32_t from, bool forward, uint64_t budget, double *out_s,
                 struct plain *out, struct hw_error *err)
{
    struct plain p = {0};
    uint64_t edges;
    int rc = hw_walk_counts(w, &p.things, &edges, err);
    p.seen = rc != HW_OK ? NULL : calloc(p.things + 2, 1);
    double began = now_s();
    rc =
        p.seen == NULL ? HW_E_MEMORY : push(&p, from, forward ? HW_TIME_MIN : HW_TIME_MAX, forward);
    while (rc == HW_OK && p.count > 0 && p.nodes < budget) {
        struct reached r = pop(&p, forward);
        if (r.thing <= p.things && p.seen[r.thing] == 0) {
            p.seen[r.thing] = 1;
            p.nodes++;
            rc = expand(&p, w, &r, forward, err);
        }
    }
    *out_s = now_s() - began;
    *out = p;
    free(p.heap);
    free(p.seen);
    return rc;
}

/* ---- trace ---- */

static int one_trace(struct hw_case *c, const struct hw_trace_ask *ask, double *out_s,
                     uint64_t *out_nodes, struct hw_error *err)
{
    struct hw_trace_answer *a = NULL;
    struct hw_target_list several = {.count = 0};
    double began = now_s();
    int rc = hw_trace(c, ask, &a, &several, err);
    *out_s = now_s() - began;
    *out_nodes = a == NULL ? 0 : a->expanded;
    hw_trace_answer_free(a);
    return rc;
}

static int beside(struct hw_case *c, const struct hw_trace_ask *ask, struct hw_error *err)
{
    HW_AUTO(hw_arena) *arena = hw_arena_new(1 << 24);
    HW_AUTO(hw_walk) *w = NULL;
    struct hw_target_list list = {.count = 0};
    struct plain p = {0};
    double best = 1e9, took;
    int rc = arena == NULL ? HW_E_MEMORY : hw_walk_new(c, &w, err);
    rc = rc != HW_OK ? rc : hw_trace_targets(w, ask->target, arena, &list, err);
    for (int i = 0; i < ROUNDS && rc == HW_OK && list.count > 0; i++) {
        rc = plain(w, list.p[0], ask->forward, ask->nodes, &took, &p, err);
        best = took < best ? took : best;
    }
    if (rc == HW_OK) {
        (void)printf("plain %.1f ms, %llu nodes, %llu edges, thing %u\n", best * 1e3,
                     (unsigned long long)p.nodes, (unsigned long long)p.edges, list.p[0]);
    }
    return rc;
}

static int trace(int argc, char **argv, struct hw_error *err)
{
    struct hw_case *c = NULL;
    struct hw_trace_ask ask = {.target = hw_span_str(argv[3]),
                               .back = strcmp(argv[4], "back") == 0,
                               .forward = strcmp(argv[4], "forward") == 0,
                               .as_of = now_ns(),
                               .nodes = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 10)
                                                 : HW_TRACE_NODES};
    double first = 0, best = 1e9, took;
    uint64_t nodes = 0;
    int rc = open_case(argv[2], HW_CASE_READ, &c, err);
    rc = rc != HW_OK ? rc : hw_case_hold(c, err);
    for (int i = 0; i < ROUNDS && rc == HW_OK; i++) {
        rc = one_trace(c, &ask, &took, &nodes, err);
        first = i == 0 ? took : first;
        best = took < best ? took : best;
    }
    if (rc == HW_OK) {
        (void)printf("trace first %.1f ms, best %.1f ms, %llu nodes\n", first * 1e3, best * 1e3,
                     (unsigned long long)nodes);
        rc = beside(c, &ask, err);
    }
    hw_case_free(c);
    return rc;
}

int main(int argc, char **argv)
{
    struct hw_error err = {0};
    int rc = HW_OK;
    if (argc == 3 && strcmp(argv[1], "derive") == 0) {
        rc = derive(argv[2], &err);
    } else if (argc >= 5 && strcmp(argv[1], "trace") == 0) {
        rc = trace(argc, argv, &err);
    } else {
        (void)fputs("usage: bench_graph derive CASE | trace CASE TARGET back|forward [NODES]\n",
                    stderr);
        return 2;
    }
    return rc == HW_OK ? 0 : end(&err);
}
