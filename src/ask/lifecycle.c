/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/lifecycle.c -- the hunt for files signed after their product ended, and for versions signed a
 * second time, over everything ever read.
 *
 * Whether a file is one, verify says (retired.c, reissued.c): that needs its signatures judged,
 * which is dear. What components say of themselves tells of which files it can be so: of products
 * that a publisher says have ended, and of versions of which there is more than one copy.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/verify.h"
#include "ask/room.h"
#include "base/grow.h"

enum { TARGETS_MOST = 4096 };

struct lifecycle {
    struct hw_asking *q;
    struct hw_error *err;
    struct hw_target *p;
    size_t count, room;
    bool more;
    uint64_t *ended; /* sorted */
    size_t ended_count, ended_room;
};

/* ---- which files ---- */

static int add(struct lifecycle *l, const uint8_t evidence[32])
{
    if (l->count >= TARGETS_MOST) {
        l->more = true;
        return HW_OK;
    }
    if (HW_GROW(l->p, l->count, l->room, TARGETS_MOST) != HW_OK) {
        return hw_fail(l->err, HW_E_MEMORY, "no memory for files");
    }
    l->p[l->count] = (struct hw_target){.node = 0};
    memcpy(l->p[l->count++].evidence, evidence, 32);
    return HW_OK;
}

/* A file that is the component; what merely names it (a bill of materials) has no code. */
static bool is_file(const struct hw_fact_row *row)
{
    return row->of_class == HW_CLASS_ARTIFACT && hw_fact_get(&row->fact, HW_COMPONENT_CODE).n == 32;
}

static int add_copies(void *state, const char *name, const char *version, const char *machine)
{
    struct lifecycle *l = state;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_components(l->q->c, name, version, machine, &k, l->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        rc = is_file(&row) ? add(l, row.evidence) : HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* FNV-1a of a name, its case aside: a name that only looks alike costs a look at a file. */
static uint64_t spread(struct hw_span name)
{
    uint64_t h = 0xcbf29ce484222325ULL;
    name = hw_span_trim(name);
    for (size_t i = 0; i < name.n; i++) {
        h = (h ^ hw_ascii_lower(name.p[i])) * 0x100000001b3ULL;
    }
    return h;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Names of products that are said to have ended. */
static int read_ended(struct lifecycle *l)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_statements(l->q->c, NULL, NULL, &k, l->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        rc = HW_OK;
        if (!hw_fact_is(&row.fact, HW_STATEMENT_STATUS, "ended")) {
            continue;
        }
        if (HW_GROW(l->ended, l->ended_count, l->ended_room, HW_GROW_MOST) != HW_OK) {
            rc = hw_fail(l->err, HW_E_MEMORY, "no memory for products");
            break;
        }
        l->ended[l->ended_count++] = spread(hw_fact_get(&row.fact, HW_STATEMENT_NAME));
    }
    hw_cursor_free(k);
    if (rc == HW_OK && l->ended_count > 0) {
        qsort(l->ended, l->ended_count, sizeof *l->ended, by_number);
    }
    return rc;
}

static bool has_ended(const struct lifecycle *l, struct hw_span name)
{
    uint64_t h = spread(name);
    return name.n > 0 && bsearch(&h, l->ended, l->ended_count, sizeof h, by_number) != NULL;
}

/* Under each name that verify looks up; a package URL may be any. */
static int add_ended(struct lifecycle *l)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = read_ended(l);
    if (rc != HW_OK || l->ended_count == 0) {
        return rc;
    }
    rc = hw_case_components(l->q->c, NULL, NULL, NULL, &k, l->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        const struct hw_fact *f = &row.fact;
        bool may = is_file(&row) && (has_ended(l, hw_fact_get(f, HW_COMPONENT_PRODUCT)) ||
                                     has_ended(l, hw_fact_get(f, HW_COMPONENT_NAME)) ||
                                     hw_fact_has(f, HW_COMPONENT_PURL));
        rc = may ? add(l, row.evidence) : HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static int compare(const void *a, const void *b)
{
    const struct hw_target *x = a, *y = b;
    return memcmp(x->evidence, y->evidence, 32);
}

static void keep_each_once(struct lifecycle *l)
{
    size_t kept = 0;
    if (l->count > 0) {
        qsort(l->p, l->count, sizeof *l->p, compare);
    }
    for (size_t i = 0; i < l->count; i++) {
        if (kept == 0 || compare(&l->p[kept - 1], &l->p[i]) != 0) {
            l->p[kept++] = l->p[i];
        }
    }
    l->count = kept;
}

/* ---- what verify says of them ---- */

static bool is_ours(const struct hw_finding *f)
{
    return f->file != NULL &&
           (strcmp(f->rule, "retired-but-signed") == 0 || strcmp(f->rule, "version-reissued") == 0);
}

static struct hw_file_answer *file_of(struct lifecycle *l, const struct hw_file_answer *of)
{
    struct hw_artifact_row art;
    for (struct hw_file_answer *f = l->q->a->files; f != NULL; f = f->next) {
        if (f->reading == of->reading && f->node == of->node) {
            return f;
        }
    }
    int rc = hw_case_artifact_get(l->q->c, of->reading, (uint32_t)of->node, &art, l->err);
    return rc == 1 ? hw_file_add(l->q, &art, l->err) : NULL;
}

static int take(struct lifecycle *l, const struct hw_answer *a)
{
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        if (!is_ours(f)) {
            continue;
        }
        l->err->code = HW_OK;
        struct hw_file_answer *file = file_of(l, f->file);
        if (file == NULL || !hw_find_again(l->q, f, file)) {
            return l->err->code != HW_OK ? l->err->code
                                         : hw_fail(l->err, HW_E_MEMORY, "no memory for a finding");
        }
    }
    return HW_OK;
}

/* As verify judges them, and without what the hunt asks by itself. */
static int judge(struct lifecycle *l)
{
    struct hw_asking q;
    int rc = hw_asking_start(&q, l->q->c, "verify", l->q->policy, l->err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_judge_targets(&q, l->p, l->count, l->err);
    rc = rc != HW_OK ? rc : hw_find_twins(&q, l->err);
    rc = rc != HW_OK ? rc : hw_find_retired(&q, l->err);
    rc = rc != HW_OK ? rc : take(l, q.a);
    hw_asking_drop(&q);
    return rc;
}

int hw_find_lifecycle(struct hw_asking *q, struct hw_error *err)
{
    struct lifecycle l = {.q = q, .err = err};
    int rc = add_ended(&l);
    rc = rc != HW_OK ? rc : hw_case_repeated_components(q->c, add_copies, &l, err);
    keep_each_once(&l);
    rc = rc != HW_OK || l.count == 0 ? rc : judge(&l);
    free(l.p);
    free(l.ended);
    if (rc == HW_OK && l.more) {
        rc = hw_gap_add(q, (struct hw_span){NULL, 0}, "too-many",
                        HW_SPAN_LIT("more copies of components are held than are judged for "
                                    "lifecycle rules"),
                        HW_SPAN_LIT("headwater verify PATH, folder by folder"), false, err);
    }
    return rc;
}
