/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/impact.h"

#include <stdlib.h>
#include <string.h>

#include "ask/impacting.h"
#include "base/grow.h"
#include "base/time.h"
#include "fact/package.h"

enum { ARENA_BYTES = 1 << 30 };

const char *hw_risk_word(enum hw_risk r)
{
    static const char *const words[HW_RISK_COUNT] = {"poisoned", "written", "built", "signed",
                                                     "source"};
    return words[r];
}

const char *hw_sight_word(enum hw_sight s)
{
    static const char *const words[] = {"nothing", "reported", "held"};
    return words[s];
}

const char *hw_sight_kind_word(enum hw_sight_kind k)
{
    static const char *const words[HW_SIGHT_KINDS] = {"artifact", "endpoint", "identity", "network",
                                                      "build"};
    return words[k];
}

/* ---- what its chapters share ---- */

int impacting_no_memory(struct impacting *x)
{
    return hw_fail(x->err, HW_E_MEMORY, "no memory for an impact");
}

int64_t impact_until(const struct impacting *x)
{
    bool given = x->ask->until != HW_TIME_NONE && x->ask->until < x->ask->as_of;
    return given ? x->ask->until : x->ask->as_of;
}

int numbers_add(struct impacting *x, struct numbers *v, uint32_t n)
{
    if (HW_GROW_IN(x->a->arena, v->p, v->count, v->room, HW_GROW_MOST) != HW_OK) {
        return impacting_no_memory(x);
    }
    v->p[v->count++] = n;
    return HW_OK;
}

bool impact_same_org(struct hw_span one, struct hw_span other)
{
    return one.n == 0 || other.n == 0 || hw_span_equal(one, other);
}

int impacting_end(struct impacting *x, uint32_t n, struct hw_end *out)
{
    return hw_end_of(x->q.w, x->a->arena, n, out, x->err);
}

/* ---- what is meant ---- */

/* A package of bills of materials, which is no thing of the graph. */
static int of_bills(struct impacting *x, struct hw_span target)
{
    struct hw_span name, version;
    struct hw_purl purl;
    struct hw_buf plain;
    hw_buf_init(&plain, 4096);
    if (hw_purl_read(target, &purl)) {
        if (purl.space.n > 0) {
            hw_buf_span_put(&plain, purl.space);
            hw_buf_char(&plain, '/');
        }
        hw_buf_span_put(&plain, purl.name);
        name = hw_span_keep(x->a->arena, hw_buf_span(&plain));
        version = hw_span_keep(x->a->arena, purl.version);
    } else if (!hw_package_split(target, &name, &version)) {
        hw_buf_done(&plain);
        return HW_E_MISSING;
    }
    hw_buf_done(&plain);
    x->a->target = (struct hw_end){
        .kind = "package", .key = target, .name = target, .n = UINT32_MAX, .host_n = UINT32_MAX};
    struct named_version *v;
    int rc = impact_version(x, name, version, false, 0, &v);
    if (rc == HW_OK && hw_span_starts(target, "pkg:")) {
        v->purl = target;
    }
    return rc;
}

/* Nobody holds or carries an organisation, a service or somebody's indicator. */
static int can_be_asked(struct impacting *x, struct hw_target_list *several, uint32_t n)
{
    enum hw_entity kind = x->q.acts[n].kind;
    if (kind != HW_ENTITY_ORGANISATION && kind != HW_ENTITY_SERVICE &&
        kind != HW_ENTITY_INDICATOR) {
        return HW_OK;
    }
    several->count = 0; /* it is one thing, and not what impact is about */
    return hw_fail(x->err, HW_E_USAGE,
                   "impact of what? \"%.*s\" is %s %s: name bytes, a file, release or package, a "
                   "machine, account or key, or a place of the network",
                   (int)hw_span_cut(x->ask->target, 0, 100).n, (const char *)x->ask->target.p,
                   kind == HW_ENTITY_SERVICE ? "a" : "an", hw_entity_word(kind));
}

static int find_target(struct impacting *x, struct hw_target_list *several, uint32_t *out)
{
    struct hw_span target = x->ask->target;
    struct hw_error graph = {.code = HW_OK};
    size_t colon = hw_span_find(target, ':');
    struct hw_span bare = colon < target.n && hw_span_is(hw_span_cut(target, 0, colon), "package")
                              ? hw_span_from(target, colon + 1)
                              : target;
    *out = UINT32_MAX;
    int rc = hw_trace_targets(x->q.w, target, x->a->arena, several, &graph);
    if (rc == HW_OK) {
        *out = several->p[0];
        rc = impacting_end(x, *out, &x->a->target);
        return rc != HW_OK ? rc : can_be_asked(x, several, *out);
    }
    bool maybe = rc == HW_E_MISSING && (hw_span_starts(bare, "pkg:") || bare.n != target.n ||
                                        hw_span_find(bare, '@') < bare.n);
    rc = maybe ? of_bills(x, bare) : rc;
    if (rc != HW_OK && rc != HW_E_MEMORY) {
        *x->err = graph;
        return graph.code;
    }
    return rc;
}

/* ---- what to do, in the order in which it helps ---- */

static void to_do(struct impacting *x, struct hw_to_do ***tail, const char *verb,
                  struct hw_span what, struct hw_span because)
{
    struct hw_to_do *d = hw_arena_alloc(x->a->arena, sizeof *d);
    if (d != NULL) {
        *d = (struct hw_to_do){.verb = verb, .what = what, .because = because};
        **tail = d;
        *tail = &d->next;
    }
}

static struct hw_span release_words(struct impacting *x, const struct hw_risky *r)
{
    return hw_words(x->a->arena, "%.*s%s%.*s%s%.*s%s", (int)r->name.n, (const char *)r->name.p,
                    r->version.n > 0 ? " " : "", (int)r->version.n,
                    r->version.n > 0 ? (const char *)r->version.p : "", r->org.n > 0 ? " (" : "",
                    (int)r->org.n, r->org.n > 0 ? (const char *)r->org.p : "",
                    r->org.n > 0 ? ")" : "");
}

static void plan_held(struct impacting *x, struct hw_to_do ***tail, const char *kind,
                      const char *verb)
{
    for (const struct hw_held *h = x->a->held; h != NULL; h = h->next) {
        if (strcmp(h->kind, kind) == 0) {
            to_do(x, tail, verb, h->name,
                  hw_span_str(h->shown ? "records show it used" : "it could have been taken"));
        }
    }
}

/* What harms others first; then whoever could do it again; then what they signed; last what is made
 * anew, with what is clean by then. */
static void plan(struct impacting *x)
{
    struct hw_to_do **tail = &x->a->to_do;
    for (const struct hw_risky *r = x->a->releases; r != NULL; r = r->next) {
        if (r->risk == HW_RISK_POISONED) {
            to_do(x, &tail, "pull", release_words(x, r), hw_span_str("it carries the bytes"));
        }
    }
    plan_held(x, &tail, "account", "rotate");
    plan_held(x, &tail, "certificate", "revoke");
    for (const struct hw_risky *r = x->a->releases; r != NULL; r = r->next) {
        to_do(x, &tail, "rebuild", release_words(x, r),
              hw_span_str(r->risk == HW_RISK_POISONED
                              ? "on machines that nobody held, from sources that were compared"
                              : "whoever held what made it could have written it"));
    }
}

/* ---- the question ---- */

static int products_at_risk(struct impacting *x)
{
    struct names seen = {NULL};
    for (struct hw_risky *r = x->a->releases; r != NULL; r = r->next) {
        bool fresh;
        if (!names_once(x->a->arena, &seen, r->name, r->org, r, &fresh)) {
            return impacting_no_memory(x);
        }
        x->a->products_at_risk += fresh;
    }
    return HW_OK;
}

static int told(struct impacting *x)
{
    struct hw_impact_answer *a = x->a;
    const struct hw_affected_answer *m = a->machines;
    bool hit = (m != NULL && m->affected > 0) || a->releases != NULL || a->products != NULL;
    bool unknown = m != NULL && m->count[HW_ASSET_UNKNOWN] > 0;
    plan(x);
    a->exit_status = hit ? 1 : unknown || (m == NULL && a->held == NULL) ? 3 : 0;
    return products_at_risk(x);
}

static int run(struct impacting *x, struct hw_target_list *several)
{
    uint32_t target = UINT32_MAX;
    int rc = affecting_begin(&x->q);
    x->toucher = &x->q.toucher;
    rc = rc != HW_OK ? rc : find_target(x, several, &target);
    if (rc == HW_OK) {
        x->holds = calloc(x->q.things + 1, sizeof *x->holds);
        x->seen = calloc(x->q.things + 1, 1);
        x->acted = calloc(x->q.things + 1, sizeof *x->acted);
        bool room = x->holds != NULL && x->seen != NULL && x->acted != NULL;
        rc = room ? HW_OK : impacting_no_memory(x);
    }
    rc = rc != HW_OK ? rc : impact_declared(x);
    rc = rc != HW_OK || target == UINT32_MAX ? rc : impact_poison(x, target);
    rc = rc != HW_OK ? rc : impact_edges(x);
    rc = rc != HW_OK ? rc : impact_assets(x, target);
    rc = rc != HW_OK ? rc : impact_held(x, target);
    rc = rc != HW_OK ? rc : impact_releases(x);
    rc = rc != HW_OK ? rc : impact_products(x);
    rc = rc != HW_OK ? rc : impact_counts(x);
    rc = rc != HW_OK ? rc : impact_unseen(x);
    rc = rc != HW_OK ? rc : impact_sight(x);
    rc = rc != HW_OK ? rc : told(x);
    free(x->holds);
    free(x->seen);
    free(x->acted);
    affecting_end(&x->q);
    return rc;
}

int hw_impact(struct hw_case *c, const struct hw_impact_ask *ask, struct hw_impact_answer **out,
              struct hw_target_list *several, struct hw_error *err)
{
    struct hw_arena *arena = hw_arena_new(ARENA_BYTES);
    struct hw_impact_answer *a = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *a);
    struct hw_affected_answer *m = a == NULL ? NULL : hw_arena_alloc(arena, sizeof *m);
    if (m == NULL) {
        hw_arena_free(arena);
        return hw_fail(err, HW_E_MEMORY, "no memory for an answer");
    }
    *a = (struct hw_impact_answer){.arena = arena, .since = HW_TIME_NONE, .as_of = ask->as_of};
    *m =
        (struct hw_affected_answer){.arena = arena, .published = HW_TIME_NONE, .as_of = ask->as_of};
    err->code = HW_OK;
    struct hw_affected_ask machines = {.as_of = ask->as_of};
    struct impacting x = {
        .c = c,
        .ask = ask,
        .a = a,
        .err = err,
        .q = {.c = c, .ask = &machines, .a = m, .err = err, .since = HW_TIME_NONE}};
    *out = a; /* on HW_E_USAGE too: what several are lives in it */
    return run(&x, several);
}

void hw_impact_answer_free(struct hw_impact_answer *a)
{
    if (a != NULL) {
        hw_arena_free(a->arena);
    }
}
