/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/file.c -- files as versions: one content of one path, from a write to the next.
 *
 * All that happened to a path on a host is put in order. A write begins a version, unless it goes
 * on with one (same writer, or the kernel that writes for a session, within ten seconds and not
 * read in between). What reads, loads or runs the path is joined to the version that lay there. A
 * hash seen with any of these is the version's; another hash with no write in between shows a
 * write that nobody recorded, and begins a version without a writer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "derive/reach.h"
#include "derive/room.h"

#define BURST_NS (10 * SECOND)

enum what { OP_WRITE, OP_USE, OP_SEEN, OP_GONE };

struct op {
    struct when at;
    uint64_t number;
    text_id path, hash, url;
    uint32_t who;    /* thing that writes, uses or fetched; 0: not known */
    uint32_t from;   /* version thing it was renamed from; filled in as it is met */
    uint32_t rename; /* of this op: index + 1 of the op that makes the target */
    uint8_t what, verb, why, known, flags;
    bool kernel; /* written by the kernel for somebody else */
};

struct ops {
    struct op *p;
    size_t count, room;
};

static struct op *op_new(struct world *w, struct ops *o, struct when at, text_id path)
{
    static struct op nowhere;
    if (HW_GROW(o->p, o->count, o->room, HW_GROW_MOST) != HW_OK) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order files"));
        return &nowhere;
    }
    struct op *n = &o->p[o->count++];
    *n = (struct op){.at = at,
                     .path = path,
                     .number = AT(struct event, &w->events, at.event)->number,
                     .known = HW_OBSERVED,
                     .why = HW_WHY_RECORD};
    return n;
}

static void use(struct world *w, struct ops *o, const struct deed *d, text_id path, text_id hash,
                enum hw_verb verb)
{
    uint32_t who = proc_thing(w, d->proc);
    struct op *n = op_new(w, o, d->at, path);
    n->what = OP_USE;
    n->verb = (uint8_t)verb;
    n->hash = hash;
    n->who = who;
}

static struct op *wrote(struct world *w, struct ops *o, const struct deed *d, text_id path,
                        text_id hash)
{
    uint32_t who = proc_thing(w, d->proc);
    const struct proc *p = proc_get(w, d->proc);
    bool kernel = (p->pid == 5 || p->pid == 0) && image_is(text_span(w, p->image), "system");
    struct op *n = op_new(w, o, d->at, path);
    n->what = OP_WRITE;
    n->verb = HW_VERB_WROTE;
    n->hash = hash;
    n->who = who;
    n->kernel = kernel;
    n->flags = kernel ? HW_EDGE_CONTEXT : 0;
    return n;
}

/* A program that ran, told by an artefact that outlives logs: a process of which no more is
 * known. */
static void ran(struct world *w, struct ops *o, const struct deed *d)
{
    const struct host *h = host_at(w, d->at.host);
    text_id base = path_base(w, d->a);
    text_id key = text_print(w, "%s|ran|%s|%lld", text_str(w, h->name), text_str(w, d->a),
                             (long long)d->at.lo);
    uint32_t t = thing_of(w, HW_ENTITY_PROCESS, h->scope, key, base);
    thing_at(w, t)->host = host_thing(w, d->at.host);
    struct op *n = op_new(w, o, d->at, d->a);
    n->what = OP_USE;
    n->verb = HW_VERB_RAN;
    n->hash = d->b;
    n->who = t;
}

/* A mark of origin lies in a stream of the file, and whoever wrote it fetched the file. */
static void marked(struct world *w, struct ops *o, const struct deed *d)
{
    struct hw_span path = text_span(w, d->a);
    size_t colon = path.n;
    while (colon > 2 && path.p[colon - 1] != ':' && path.p[colon - 1] != '\\') {
        colon--;
    }
    bool stream = colon > 2 && path.p[colon - 1] == ':';
    text_id file = stream ? text_of(w, hw_span_cut(path, 0, colon - 1)) : d->a;
    text_id hash = stream ? 0 : d->b; /* the hash of a stream is not the file's */
    if (d->proc != 0) {
        wrote(w, o, d, file, hash)->url = d->c != 0 ? d->c : d->d;
        return;
    }
    struct op *n = op_new(w, o, d->at, file);
    n->what = OP_SEEN;
    n->hash = hash;
    n->url = d->c != 0 ? d->c : d->d;
}

static void take_deed(struct world *w, struct ops *o, const struct deed *d)
{
    switch (d->kind) {
    case HW_HAPPENED_PROCESS_START:
        if (proc_get(w, d->proc)->image != 0) {
            use(w, o, d, proc_get(w, d->proc)->image, d->c, HW_VERB_RAN);
        }
        break;
    case HW_HAPPENED_PROCESS_EXEC:
        if (d->a != 0) {
            use(w, o, d, d->a, 0, HW_VERB_RAN);
        }
        break;
    case HW_HAPPENED_IMAGE_LOAD:
        use(w, o, d, d->a, d->b, HW_VERB_LOADED);
        break;
    case HW_HAPPENED_FILE_READ:
        use(w, o, d, d->a, 0, HW_VERB_READ);
        break;
    case HW_HAPPENED_FILE_WRITE:
        (void)wrote(w, o, d, d->a, d->b);
        break;
    case HW_HAPPENED_DOWNLOAD:
        wrote(w, o, d, d->a, d->b)->url = d->c != 0 ? d->c : d->d;
        break;
    case HW_HAPPENED_FILE_MARK:
        marked(w, o, d);
        break;
    case HW_HAPPENED_FILE_SEEN: {
        struct op *n = op_new(w, o, d->at, d->a);
        n->what = OP_SEEN;
        n->hash = d->b;
        break;
    }
    case HW_HAPPENED_FILE_RAN:
        ran(w, o, d);
        break;
    case HW_HAPPENED_FILE_RENAME: {
        struct op *n = op_new(w, o, d->at, d->a);
        n->what = OP_GONE;
        n->rename = (uint32_t)o->count + 1; /* the next one */
        (void)wrote(w, o, d, d->b, 0);
        break;
    }
    case HW_HAPPENED_FILE_DELETE: {
        struct op *n = op_new(w, o, d->at, d->a);
        n->what = OP_GONE;
        n->hash = d->b;
        break;
    }
    default:
        break;
    }
}

/* ---- what sessions reached over the network ---- */

static int compare_ops(const void *a, const void *b)
{
    const struct op *x = a, *y = b;
    return x->at.host != y->at.host     ? (x->at.host < y->at.host ? -1 : 1)
           : x->path != y->path         ? (x->path < y->path ? -1 : 1)
           : x->at.lo != y->at.lo       ? (x->at.lo < y->at.lo ? -1 : 1)
           : x->number != y->number     ? (x->number < y->number ? -1 : 1)
           : x->at.event != y->at.event ? (x->at.event < y->at.event ? -1 : 1)
                                        : (int)x->what - (int)y->what;
}

/* The kernel writes for a session: a session that reached the same path then is the writer, whether
 * or not its record shows the very access that wrote. */
static void take_shares(struct world *w, struct ops *o)
{
    struct reach kernel = {0};
    for (size_t i = 0; i < o->count && w->shares.count > 1; i++) {
        const struct op *k = &o->p[i];
        if (k->kernel) {
            reach_add(w, &kernel, reach_key(k->at.host, k->path, 0), k->at.lo, k->at.hi,
                      (uint32_t)i + 1);
        }
    }
    bool ready = reach_settle(w, &kernel);
    for (uint32_t i = 1; ready && i < w->shares.count && w->rc == HW_OK; i++) {
        struct share s = *AT(struct share, &w->shares, i);
        struct reach_ask r =
            reach_from(&kernel, reach_key(s.at.host, s.path, 0), hw_time_add(s.at.lo, -BURST_NS),
                       hw_time_add(s.at.hi, BURST_NS));
        uint32_t k = reach_next(&r);
        while (k != 0 && (o->p[k - 1].at.host != s.at.host || o->p[k - 1].path != s.path)) {
            k = reach_next(&r);
        }
        bool met = k != 0;
        uint32_t session = session_at(w, s.at.host, s.logon, s.at);
        struct op *op = op_new(w, o, s.at, s.path);
        op->who = session;
        op->what = met || s.writes ? OP_WRITE : OP_USE;
        op->verb = met || s.writes ? HW_VERB_WROTE : HW_VERB_READ;
        op->known = s.writes || !met ? HW_OBSERVED : HW_KEYED;
        op->why = met && !s.writes ? HW_WHY_SHARE : HW_WHY_RECORD;
    }
    reach_free(&kernel);
}

/* ---- versions ---- */

static int compare_alias(const void *a, const void *b)
{
    const struct alias *x = a, *y = b;
    return x->weak != y->weak ? (x->weak < y->weak ? -1 : 1)
                              : (x->strong > y->strong) - (x->strong < y->strong);
}

void hash_alias(struct world *w, text_id weak, text_id strong)
{
    uint32_t last = w->aliases.count - 1;
    if (weak == 0 || AT(struct alias, &w->aliases, last)->weak == weak) {
        return;
    }
    uint32_t i = vec_add(w, &w->aliases);
    *AT(struct alias, &w->aliases, i) = (struct alias){weak, strong};
}

static void sort_aliases(struct world *w)
{
    if (w->aliases.count > 2) {
        qsort(AT(struct alias, &w->aliases, 1), w->aliases.count - 1, sizeof(struct alias),
              compare_alias);
    }
}

uint32_t artifact_thing(struct world *w, text_id hash)
{
    uint32_t lo = 1, hi = w->aliases.count;
    if (hash == 0) {
        return 0;
    }
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (AT(struct alias, &w->aliases, mid)->weak < hash) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    const struct alias *a = AT(struct alias, &w->aliases, lo);
    text_id key = lo < w->aliases.count && a->weak == hash ? a->strong : hash;
    return thing_of(w, HW_ENTITY_ARTIFACT, 0, key, key);
}

/* Versions stand in the order of host, path and time. */
uint32_t version_at(struct world *w, uint32_t host, text_id path, int64_t by)
{
    uint32_t lo = 1, hi = w->versions.count, found = 0;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct version *v = AT(struct version, &w->versions, mid);
        if (v->host < host || (v->host == host && v->path < path)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    for (; lo < w->versions.count; lo++) {
        const struct version *v = AT(struct version, &w->versions, lo);
        if (v->host != host || v->path != path || v->lo > by) {
            break;
        }
        found = v->thing;
    }
    return found;
}

static uint32_t version_new(struct world *w, const struct op *o, bool written, int64_t lo)
{
    uint32_t i = vec_add(w, &w->versions);
    const struct host *h = host_at(w, o->at.host);
    text_id key = text_print(w, "%s|%s|%lld", text_str(w, h->name), text_str(w, o->path),
                             written || lo != HW_TIME_MIN ? (long long)lo : 0LL);
    uint32_t t = thing_of(w, HW_ENTITY_FILE, h->scope, key, o->path);
    uint32_t on = host_thing(w, o->at.host);
    struct thing *x = thing_at(w, t);
    x->host = on;
    x->flags |= written ? 0U : HW_THING_IMPLIED;
    *AT(struct version, &w->versions, i) = (struct version){.host = o->at.host,
                                                            .path = o->path,
                                                            .lo = lo,
                                                            .hi = o->at.hi,
                                                            .seen = o->at.hi,
                                                            .thing = t,
                                                            .touched = written};
    return i;
}

static void know_hash(struct world *w, struct version *v, const struct op *o)
{
    size_t had = text_span(w, v->hash).n, has = text_span(w, o->hash).n;
    if (has > had) { /* the stronger names it; the weaker is another name of the same bytes */
        hash_alias(w, v->hash, o->hash);
        v->hash = o->hash;
        v->event = o->at.event;
    } else if (has > 0 && has < had) {
        hash_alias(w, o->hash, v->hash);
    }
    v->seen = o->at.hi > v->seen ? o->at.hi : v->seen;
}

static bool goes_on(struct world *w, const struct version *v, const struct op *o, bool used)
{
    (void)w;
    return v->touched && !used && hw_time_since(o->at.lo, v->hi) <= BURST_NS &&
           (v->writer == o->who || o->kernel || v->writer == 0 || o->what != OP_WRITE ||
            (o->flags & HW_EDGE_CONTEXT) != 0 ||
            (thing_at(w, v->writer)->flags & HW_THING_BROKER) != 0 ||
            thing_at(w, o->who)->kind == HW_ENTITY_SESSION);
}

struct now { /* of one path on one host */
    uint32_t version;
    bool used; /* since its last write */
};

static void fetched(struct world *w, const struct op *o, uint32_t file)
{
    struct hw_span url = text_span(w, o->url);
    if (url.n == 0 || file == 0) {
        return;
    }
    uint32_t t = thing_of(w, HW_ENTITY_URL, 0, o->url, o->url);
    edge_add(w, t, file, (struct edge_how){HW_VERB_DOWNLOADED, HW_OBSERVED, HW_WHY_RECORD, 0},
             o->at);
}

static void do_write(struct world *w, struct now *n, struct op *o)
{
    struct version *v = AT(struct version, &w->versions, n->version);
    if (n->version == 0 || !goes_on(w, v, o, n->used)) {
        n->version = version_new(w, o, true, o->at.lo);
        n->used = false;
        v = AT(struct version, &w->versions, n->version);
    }
    v->hi = o->at.hi > v->hi ? o->at.hi : v->hi;
    v->writer =
        v->writer == 0 || thing_at(w, v->writer)->flags & HW_THING_BROKER ? o->who : v->writer;
    know_hash(w, v, o);
    uint32_t file = v->thing;
    edge_add(w, o->who, file,
             (struct edge_how){HW_VERB_WROTE, (enum hw_known)o->known, o->why, o->flags}, o->at);
    if (o->from != 0) {
        edge_add(w, o->from, file, (struct edge_how){HW_VERB_IS, HW_OBSERVED, HW_WHY_RENAMED, 0},
                 o->at);
    }
    fetched(w, o, file);
}

static void do_use(struct world *w, struct now *n, struct op *o)
{
    const struct version *v = AT(struct version, &w->versions, n->version);
    bool other = n->version != 0 && o->hash != 0 && v->hash != 0 && o->hash != v->hash &&
                 text_span(w, o->hash).n == text_span(w, v->hash).n;
    if (n->version == 0) {
        n->version = version_new(w, o, false, HW_TIME_MIN);
    } else if (other) {
        n->version = version_new(w, o, false, v->seen);
    }
    struct version *now = AT(struct version, &w->versions, n->version);
    know_hash(w, now, o);
    n->used = n->used || o->what == OP_USE;
    uint32_t file = now->thing;
    if (o->what == OP_USE) {
        edge_add(w, file, o->who,
                 (struct edge_how){(enum hw_verb)o->verb, (enum hw_known)o->known, o->why, 0},
                 o->at);
    } else if (o->url != 0) {
        now->touched = true;
    }
    fetched(w, o, file);
}

static void walk_ops(struct world *w, struct ops *o)
{
    struct now n = {0};
    for (size_t i = 0; i < o->count && w->rc == HW_OK; i++) {
        struct op *p = &o->p[i];
        if (i > 0 && (o->p[i - 1].at.host != p->at.host || o->p[i - 1].path != p->path)) {
            n = (struct now){0};
        }
        if (p->path == 0) {
            continue;
        }
        if (p->what == OP_WRITE) {
            do_write(w, &n, p);
        } else if (p->what != OP_GONE) {
            do_use(w, &n, p);
        } else {
            struct version *v = AT(struct version, &w->versions, n.version);
            if (n.version == 0 && p->rename != 0) {
                n.version = version_new(w, p, false, HW_TIME_MIN);
                v = AT(struct version, &w->versions, n.version);
            }
            know_hash(w, v, p);
            p->from = v->thing; /* the rename's other half finds it here */
            n = (struct now){0};
        }
    }
}

/* Renames cross paths: ops are walked twice, first to know what each rename took away. */
static void link_renames(struct ops *o, const uint32_t *place)
{
    for (size_t i = 0; i < o->count; i++) {
        if (o->p[i].rename != 0) {
            o->p[place[o->p[i].rename - 1]].from = o->p[i].from;
        }
    }
}

/* ---- the same bytes ---- */

static void join_bytes(struct world *w)
{
    for (uint32_t i = 1; i < w->versions.count && w->rc == HW_OK; i++) {
        struct version v = *AT(struct version, &w->versions, i);
        uint32_t a = artifact_thing(w, v.hash);
        if (a == 0) {
            continue;
        }
        /* The bytes were known from the version on; the version had them from its write on. */
        struct edge_how how = {HW_VERB_IS, HW_KEYED, HW_WHY_HASH, 0};
        edge_add(w, v.thing, a, how, (struct when){v.lo, v.hi, v.event, v.host});
        edge_add(w, a, v.thing, how, (struct when){v.lo, v.hi, v.event, v.host});
    }
}

/* ---- programs known by name alone ---- */

struct named {
    uint32_t host;
    text_id base, path;
    int64_t lo;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    return x->host != y->host   ? (x->host < y->host ? -1 : 1)
           : x->base != y->base ? (x->base < y->base ? -1 : 1)
           : x->path != y->path ? (x->path < y->path ? -1 : 1)
                                : (x->lo > y->lo) - (x->lo < y->lo);
}

static bool bare(struct hw_span s)
{
    return hw_span_find(s, '\\') == s.n && hw_span_find(s, '/') == s.n;
}

/* Prefetch and its kin give a program's name without its folder: it is the file of that name on the
 * host, where only one path bears it. */
static void name_programs(struct world *w, struct ops *o)
{
    size_t n = 0;
    struct named *p = malloc((o->count + 1) * sizeof *p);
    if (p == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to name programs"));
        return;
    }
    for (size_t i = 0; i < o->count; i++) {
        if (!bare(text_span(w, o->p[i].path))) {
            p[n++] = (struct named){o->p[i].at.host, path_base(w, o->p[i].path), o->p[i].path,
                                    o->p[i].at.lo};
        }
    }
    qsort(p, n, sizeof *p, compare_named);
    for (size_t i = 0; i < o->count && w->rc == HW_OK; i++) {
        struct op *op = &o->p[i];
        if (op->verb != HW_VERB_RAN || !bare(text_span(w, op->path))) {
            continue;
        }
        struct named want = {op->at.host, text_lower(w, text_span(w, op->path)), 0, 0};
        size_t lo = 0, hi = n;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (compare_named(&p[mid], &want) < 0) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        size_t end = lo;
        while (end < n && p[end].host == want.host && p[end].base == want.base) {
            end++;
        }
        if (end > lo && p[lo].path == p[end - 1].path) {
            op->path = p[lo].path;
        }
    }
    free(p);
}

static int compare_order(const void *a, const void *b, void *state)
{
    const struct op *p = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    int by = compare_ops(&p[i], &p[k]);
    return by != 0 ? by : (i > k) - (i < k);
}

/* Sorts; place[i] is where op i went. */
static uint32_t *sort_ops(struct world *w, struct ops *o)
{
    uint32_t *order = malloc((o->count + 1) * sizeof *order);
    uint32_t *place = malloc((o->count + 1) * sizeof *place);
    if (order == NULL || place == NULL || o->count > UINT32_MAX) {
        free(order);
        free(place);
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order files"));
        return NULL;
    }
    for (size_t i = 0; i < o->count; i++) {
        order[i] = (uint32_t)i;
    }
    qsort_r(order, o->count, sizeof *order, compare_order, o->p);
    for (size_t i = 0; i < o->count; i++) {
        place[order[i]] = (uint32_t)i;
    }
    /* Each ring of places once; an order of its own is a place that is done. */
    for (uint32_t i = 0; i < o->count; i++) {
        struct op first = o->p[i];
        uint32_t at = i;
        while (order[at] != i) {
            uint32_t from = order[at];
            o->p[at] = o->p[from];
            order[at] = at;
            at = from;
        }
        o->p[at] = first;
        order[at] = at;
    }
    free(order);
    return place;
}

int join_files(struct world *w)
{
    struct ops o = {0};
    for (uint32_t i = 1; i < w->deeds.count && w->rc == HW_OK; i++) {
        struct deed d = *AT(struct deed, &w->deeds, i);
        take_deed(w, &o, &d);
    }
    take_shares(w, &o);
    sort_aliases(w);
    name_programs(w, &o);
    uint32_t *place = w->rc == HW_OK ? sort_ops(w, &o) : NULL;
    if (place != NULL) {
        uint32_t edges = w->edges.count, versions = w->versions.count;
        walk_ops(w, &o);
        bool renames = false;
        for (size_t i = 0; i < o.count; i++) {
            renames = renames || o.p[i].rename != 0;
        }
        if (renames) {
            link_renames(&o, place);
            w->edges.count = edges;
            w->versions.count = versions;
            walk_ops(w, &o);
        }
        sort_aliases(w); /* more became known on the way */
        join_bytes(w);
    }
    free(place);
    free(o.p);
    return w->rc;
}
