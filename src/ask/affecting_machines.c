/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/affecting_machines.c -- what is held of each machine, and the one word that comes of it.
 *
 * A word that clears a machine needs an inventory; where something is known to have begun (since),
 * one that was taken after that. Everything else is unknown, with what would tell.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/affecting.h"
#include "base/time.h"
#include "fact/words.h"

/* ---- what is held of each machine ---- */

bool affecting_covers(const struct affecting *q, const struct hw_edge *installed)
{
    return q->since == HW_TIME_NONE ||
           (installed->hi >= q->since &&
            installed->hi != INT64_MAX); /* without a date: nobody knows */
}

int affecting_inventory(struct affecting *q, const struct hw_edge *e)
{
    if (e->lo > q->ask->as_of || q->acts[e->object].kind != HW_ENTITY_HOST) {
        return HW_OK; /* nobody had taken it then */
    }
    enum hw_entity kind = q->acts[e->subject].kind;
    struct machine *m = affecting_machine(q, e->object);
    if (m == NULL) {
        return q->err->code;
    }
    if (affecting_covers(q, e)) {
        m->inventory = m->inventory || kind == HW_ENTITY_PACKAGE;
        m->with_hashes = m->with_hashes || kind == HW_ENTITY_ARTIFACT;
    } else {
        m->stale = true;
    }
    return HW_OK;
}

/* Which machines an inventory speaks of, and whether by bytes. */
static int inventories(struct affecting *q)
{
    struct hw_edge e;
    uint32_t n;
    int rc = q->inventoried ? HW_OK : hw_walk_verb(q->w, HW_VERB_INSTALLED, q->err);
    while (!q->inventoried && rc == HW_OK && (rc = hw_walk_next(q->w, &n, &e, q->err)) == HW_ROW) {
        rc = affecting_inventory(q, &e);
    }
    return rc;
}

/* Of which machines it is recorded what they asked for or spoke with: that they did not speak with
 * something can be told of no others. */
static int networks(struct affecting *q)
{
    static const enum hw_verb verbs[] = {HW_VERB_RESOLVED, HW_VERB_CONNECTED};
    int rc = HW_OK;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0] && rc == HW_OK; i++) {
        struct hw_edge e;
        uint32_t n;
        rc = hw_walk_verb(q->w, verbs[i], q->err);
        while (rc == HW_OK && (rc = hw_walk_next(q->w, &n, &e, q->err)) == HW_ROW) {
            const uint32_t ends[] = {e.subject, e.object};
            rc = HW_OK;
            for (size_t k = 0; k < 2 && e.lo <= q->ask->as_of; k++) {
                const struct hw_acts *a = &q->acts[ends[k]];
                uint32_t host = a->kind == HW_ENTITY_HOST ? ends[k] : a->host;
                if (host != UINT32_MAX && q->machine_of[host] != 0) {
                    affecting_machine(q, host)->network = true;
                }
            }
        }
    }
    return rc;
}

/* Every machine that an estate declares or that sent records. One that is merely named by others is
 * nobody's to answer for. */
static int all_machines(struct affecting *q)
{
    for (uint64_t n = 0; n <= q->things; n++) {
        const struct hw_acts *a = &q->acts[n];
        bool declared = (a->flags & HW_THING_DECLARED) != 0;
        bool heard = (a->flags & HW_THING_QUIET) == 0 && a->first_ns <= q->ask->as_of;
        if (a->kind == HW_ENTITY_HOST && (declared || heard) &&
            affecting_machine(q, (uint32_t)n) == NULL) {
            return q->err->code;
        }
    }
    return HW_OK;
}

/* Files that were examined here without being said to be a machine's: their hashes are known. */
static int loose_files(struct affecting *q)
{
    struct hw_artifact_ask ask = {.hash_prefix = NULL};
    struct hw_cursor *k = NULL;
    struct hw_artifact_row row;
    int rc = hw_case_artifacts(q->c, &ask, &k, q->err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &row, q->err)) == HW_ROW) {
        rc = HW_OK;
        struct hw_span format = hw_span_str(row.format);
        bool log = row.of_class != HW_CLASS_ARTIFACT || hw_format_is_log(format);
        q->a->files += row.host[0] == 0 && !log;
    }
    hw_cursor_free(k);
    if (rc == HW_OK && q->a->files > 0) {
        struct machine *m = affecting_machine(q, UINT32_MAX);
        rc = m == NULL ? q->err->code : HW_OK;
        if (m != NULL) {
            m->inventory = m->with_hashes = true;
        }
    }
    return rc;
}

/* ---- one word for each ---- */

static void lacks(struct machine *m, struct hw_span what, const char *ask_for)
{
    m->asset->state = HW_ASSET_UNKNOWN;
    m->asset->lacks = what;
    m->asset->ask_for = hw_span_str(ask_for);
}

/* A machine on which nothing was found. */
static void judge_rest(struct affecting *q, struct machine *m)
{
    bool by_name = q->said != NULL;
    const struct hw_affected_answer *a = q->a;
    if (a->hashes + a->versions + a->places == 0) {
        lacks(m, hw_span_str("the advisory names nothing that inventories and logs can answer"),
              "a list of its hashes, domains or versions; its rules are for learn and hunt");
    } else if (a->hashes + a->versions == 0 && m->network) {
        m->asset->state = HW_ASSET_ABSENT;
    } else if (a->hashes + a->versions == 0) {
        lacks(m, hw_span_str("no log says what they asked for or spoke with"),
              "their DNS, proxy or connection logs of that time");
    } else if (m->unsure) {
        lacks(m,
              hw_words(q->a->arena, "inventories list %.*s, and not its bytes",
                       (int)m->unsure_name.n, (const char *)m->unsure_name.p),
              "the SHA-256 of its program files there (tools/collect.sh, collect.ps1)");
    } else if (!m->inventory && !m->with_hashes && m->stale) {
        lacks(
            m,
            hw_span_str("their inventories were taken before it could have come, or bear no date"),
            "an inventory with hashes (tools/collect.sh, collect.ps1), taken now");
    } else if (!m->inventory && !m->with_hashes) {
        lacks(m,
              m->logs ? hw_span_str("logs of them are held, and no inventory")
                      : hw_span_str("nothing of them is held"),
              "an inventory with hashes (tools/collect.sh, collect.ps1)");
    } else if (m->product) {
        m->asset->state = HW_ASSET_CLEAN;
    } else if (by_name || m->with_hashes) {
        m->asset->state = HW_ASSET_ABSENT;
    } else {
        lacks(m,
              hw_span_str("their inventories have no hashes, and the advisory names nothing but "
                          "hashes"),
              "an inventory with hashes (tools/collect.sh, collect.ps1)");
    }
}

static void judge(struct affecting *q, struct machine *m)
{
    struct hw_asset *a = m->asset;
    if (a->second_stage || a->contacted || a->ran || a->by_hash || a->by_version) {
        a->state = a->second_stage ? HW_ASSET_SECOND_STAGE
                   : a->contacted  ? HW_ASSET_CONTACTED
                   : a->ran        ? HW_ASSET_EXECUTED
                                   : HW_ASSET_PRESENT;
    } else {
        judge_rest(q, m);
    }
    struct hw_affected_answer *r = q->a;
    r->count[a->state]++;
    r->affected += a->state <= HW_ASSET_PRESENT;
    r->ran += a->ran;
    r->contacted += a->contacted;
}

static int by_state(const void *a, const void *b)
{
    const struct hw_asset *x = ((const struct machine *)a)->asset;
    const struct hw_asset *y = ((const struct machine *)b)->asset;
    int order =
        x->state != y->state ? (x->state < y->state ? -1 : 1) : hw_span_compare(x->host, y->host);
    return order != 0 ? order : hw_span_compare(x->org, y->org);
}

static int by_machines(const void *a, const void *b)
{
    const struct hw_lack *const *x = a, *const *y = b;
    return (*x)->machines != (*y)->machines ? ((*x)->machines > (*y)->machines ? -1 : 1)
                                            : hw_span_compare((*x)->lacks, (*y)->lacks);
}

enum { LACKS = 64 };

/* Machines that lack the same, counted together; what would tell most of them comes first. */
static int count_lacks(struct affecting *q)
{
    struct hw_lack *all[LACKS];
    size_t count = 0;
    for (struct hw_asset *x = q->a->assets; x != NULL; x = x->next) {
        size_t i = 0;
        if (x->state != HW_ASSET_UNKNOWN) {
            continue;
        }
        while (i < count && !hw_span_equal(all[i]->lacks, x->lacks)) {
            i++;
        }
        if (i == LACKS) {
            continue; /* each machine still says it of itself */
        }
        if (i == count) {
            all[count] = hw_arena_alloc(q->a->arena, sizeof **all);
            if (all[count] == NULL) {
                return hw_fail(q->err, HW_E_MEMORY, "no memory for what is missing");
            }
            *all[count++] = (struct hw_lack){.lacks = x->lacks, .ask_for = x->ask_for};
        }
        all[i]->machines++;
    }
    if (count > 0) {
        qsort(all, count, sizeof all[0], by_machines);
    }
    for (size_t i = 0; i < count; i++) {
        all[i]->next = i + 1 < count ? all[i + 1] : NULL;
    }
    q->a->lacks = count > 0 ? all[0] : NULL;
    return HW_OK;
}

static int close_answer(struct affecting *q)
{
    struct hw_asset **tail = &q->a->assets;
    for (size_t i = 0; i < q->machine_count; i++) {
        judge(q, &q->machines[i]);
    }
    if (q->machine_count > 0) {
        qsort(q->machines, q->machine_count, sizeof *q->machines, by_state);
    }
    for (size_t i = 0; i < q->machine_count; i++) {
        *tail = q->machines[i].asset;
        tail = &q->machines[i].asset->next;
    }
    int rc = count_lacks(q);
    uint64_t usable = q->a->hashes + q->a->versions + q->a->places;
    bool untold = q->a->count[HW_ASSET_UNKNOWN] > 0 || q->machine_count == 0 || usable == 0;
    q->a->exit_status = q->a->affected > 0 ? 1 : untold ? 3 : 0;
    return rc;
}

/* ---- all of it ---- */

int affecting_begin(struct affecting *q)
{
    uint64_t edges;
    int rc = hw_walk_new(q->c, &q->w, q->err);
    rc = rc != HW_OK ? rc : hw_walk_counts(q->w, &q->things, &edges, q->err);
    if (rc == HW_OK) {
        q->marks = calloc(q->things + 2, 1);
        q->machine_of = calloc(q->things + 2, sizeof *q->machine_of);
        q->acts = calloc(q->things + 1, sizeof *q->acts);
        rc = q->marks == NULL || q->machine_of == NULL || q->acts == NULL
                 ? hw_fail(q->err, HW_E_MEMORY, "no memory for the graph's things")
                 : hw_walk_all(q->w, q->acts, q->err);
    }
    q->toucher =
        (struct hw_toucher){.w = q->w, .arena = q->a->arena, .as_of = q->ask->as_of, .err = q->err};
    return rc;
}

int affecting_judge(struct affecting *q)
{
    int rc = inventories(q);
    rc = rc != HW_OK ? rc : all_machines(q);
    rc = rc != HW_OK ? rc : loose_files(q);
    rc = rc != HW_OK ? rc : affecting_packages(q);
    if (rc == HW_OK && q->a->hashes + q->a->versions == 0 && q->a->places > 0) {
        rc = networks(q);
    }
    return rc != HW_OK ? rc : close_answer(q);
}

void affecting_end(struct affecting *q)
{
    free(q->marks);
    free(q->machine_of);
    free(q->acts);
    hw_walk_free(q->w);
}
