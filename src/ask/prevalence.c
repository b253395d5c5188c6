/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/prevalence.c -- on how many of the machines that the case knows of some bytes were met: by
 * files that were examined there, and by what logs and inventories state.
 *
 * A machine is one name (hw_machine_key) in one organisation.
 */
#include <stdlib.h>

#include "ask/room.h"
#include "ask/touched.h"
#include "base/grow.h"

struct machine {
    struct hw_span org, key;
};

struct names { /* sorted when they are counted */
    struct machine *p;
    size_t count, room;
    struct hw_arena *arena;
};

struct counting {
    struct hw_asking *q;
    struct hw_walk *w;
    struct hw_toucher toucher;
    struct names names;
    struct hw_error *err;
};

static int no_memory(struct counting *x)
{
    return hw_fail(x->err, HW_E_MEMORY, "no memory to count machines");
}

static int add(struct counting *x, struct hw_span org, struct hw_span host)
{
    struct names *n = &x->names;
    if (host.n == 0 || host.p[0] == '.') {
        return HW_OK;
    }
    if (HW_GROW_IN(n->arena, n->p, n->count, n->room, HW_GROW_MOST) != HW_OK) {
        return no_memory(x);
    }
    struct machine *m = &n->p[n->count++];
    *m = (struct machine){hw_span_keep(n->arena, org), hw_machine_key(n->arena, host)};
    return m->key.n == 0 || m->org.n != org.n ? no_memory(x) : HW_OK;
}

static int compare(const void *a, const void *b)
{
    const struct machine *x = a, *y = b;
    int order = hw_span_compare(x->org, y->org);
    return order != 0 ? order : hw_span_compare(x->key, y->key);
}

/* How many different ones; then there are none. */
static uint64_t count(struct names *n)
{
    uint64_t different = 0;
    if (n->count > 0) {
        qsort(n->p, n->count, sizeof n->p[0], compare);
    }
    for (size_t i = 0; i < n->count; i++) {
        different += i == 0 || compare(&n->p[i - 1], &n->p[i]) != 0;
    }
    n->count = 0;
    return different;
}

static int add_thing(struct counting *x, uint32_t n)
{
    struct hw_thing t;
    int rc = hw_walk_thing(x->w, n, &t, x->err);
    return rc != HW_OK ? rc : add(x, hw_span_str(t.scope), t.name);
}

static int add_sighted(void *state, const char *scope, const char *host)
{
    return add(state, hw_span_str(scope), hw_span_str(host));
}

/* Every machine that an estate declares, that sent records, or whose files were read. */
static int all_machines(struct counting *x)
{
    struct hw_thing t;
    uint32_t n;
    int rc = hw_walk_find(x->w, &(struct hw_thing_ask){.kind = HW_ENTITY_HOST}, x->err);
    while (rc == HW_OK && (rc = hw_walk_found(x->w, &n, &t, x->err)) == HW_ROW) {
        bool ours = (t.flags & HW_THING_DECLARED) != 0 || (t.flags & HW_THING_QUIET) == 0;
        rc = ours ? add(x, hw_span_str(t.scope), t.name) : HW_OK;
    }
    return rc != HW_OK ? rc : hw_case_sighted_hosts(x->q->c, NULL, add_sighted, x, x->err);
}

static int touched(void *state, const struct hw_touch *t)
{
    return t->host == UINT32_MAX ? HW_OK : add_thing(state, t->host);
}

enum {
    SAME = 16,
    SIGHTINGS = 500000, /* to go through more of them for one number is not worth the wait */
};

static int with_bytes(struct counting *x, const uint8_t sha256[32])
{
    struct hw_buf hex;
    struct hw_thing t;
    uint32_t n, same[SAME];
    size_t met = 0;
    hw_buf_init(&hex, 128);
    hw_buf_hex(&hex, (struct hw_span){sha256, 32});
    struct hw_thing_ask ask = {.kind = HW_ENTITY_ARTIFACT, .name = hw_buf_span(&hex)};
    int rc = hw_walk_find(x->w, &ask, x->err);
    while (rc == HW_OK && (rc = hw_walk_found(x->w, &n, &t, x->err)) == HW_ROW) {
        rc = HW_OK;
        if (met < SAME) {
            same[met++] = n;
        }
    }
    for (size_t i = 0; i < met && rc == HW_OK; i++) {
        rc = hw_touched_bytes(&x->toucher, same[i], touched, x);
    }
    hw_buf_done(&hex);
    return rc != HW_OK ? rc : hw_case_sighted_hosts(x->q->c, sha256, add_sighted, x, x->err);
}

int hw_count_machines(struct hw_asking *q, struct hw_error *err)
{
    struct counting x = {.q = q, .err = err};
    x.names.arena = hw_arena_new((size_t)1 << 30);
    int rc = x.names.arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to count machines")
                                   : hw_walk_new(q->c, &x.w, err);
    x.toucher =
        (struct hw_toucher){.w = x.w, .arena = x.names.arena, .as_of = q->a->as_of, .err = err};
    struct hw_case_counts n;
    rc = rc != HW_OK ? rc : hw_case_count(q->c, &n, err);
    rc = rc != HW_OK || n.sightings > SIGHTINGS ? rc : all_machines(&x);
    q->a->machine_count = count(&x.names);
    for (struct hw_file_answer *f = q->a->files; f != NULL && rc == HW_OK; f = f->next) {
        rc = with_bytes(&x, f->sha256);
        f->seen_machines = count(&x.names);
    }
    hw_walk_free(x.w);
    hw_arena_free(x.names.arena);
    return rc;
}
