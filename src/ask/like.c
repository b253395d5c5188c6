/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/like.c -- what else has the shape of what one finding is about.
 *
 * Of a file: the same code under another signature, the same import hash (Mandiant, Tracking
 * malware with import hashing, 2014), the same signer, the same product, the same rule. Of what
 * happened: the same rule elsewhere. What a great many share is said and tells nothing. One trait
 * is low, two, or the same code, are medium: none of it proves that a file is bad, so none is more.
 */
#include <string.h>

#include "ask/hunt.h"
#include "ask/look.h"
#include "ask/verify.h"

enum trait { LIKE_CODE, LIKE_IMPHASH, LIKE_SIGNER, LIKE_PRODUCT, LIKE_RULE, TRAITS };
enum {
    COMMON_LEAST = 20,  /* files that may share a trait in any case */
    COMMON_PERCENT = 5, /* of all files read */
    ALIKE_MOST = 10000, /* candidates looked at */
    BUCKETS = 1 << 12,
};

struct alike {
    struct alike *next, *chain; /* in order of meeting; of one bucket */
    uint8_t sha256[32];
    int64_t reading;
    uint32_t node;
    unsigned traits; /* bits */
};

struct likeness {
    struct hw_asking q;
    struct hw_error *err;
    const struct hw_finding *of;
    uint64_t files, common;
    struct alike *first, **tail, **buckets;
    size_t count;
    uint64_t shared[TRAITS]; /* by how many files */
    bool product;            /* its name was looked for */
};

/* ---- the finding ---- */

static const struct hw_finding *find(const struct hw_answer *a, const char *id)
{
    const struct hw_finding *f = a->findings;
    while (f != NULL && strcmp(f->id, id) != 0) {
        f = f->next;
    }
    return f;
}

/* Everything read, judged as verify would. */
static int verify_all(struct hw_case *c, const struct hw_policy *policy, struct hw_answer **out,
                      struct hw_error *err)
{
    struct hw_evidence_ask ask = {.only_class = HW_CLASS_ARTIFACT};
    struct hw_cursor *k = NULL;
    struct hw_evidence_row e;
    struct hw_asking q;
    int rc = hw_asking_start(&q, c, "verify", policy, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        struct hw_target t = {.node = 0};
        memcpy(t.evidence, e.sha256, 32);
        rc = hw_judge_targets(&q, &t, 1, err);
    }
    hw_cursor_free(k);
    rc = rc != HW_OK ? rc : hw_find_twins(&q, err);
    rc = rc != HW_OK ? rc : hw_find_retired(&q, err);
    rc = rc != HW_OK ? rc : hw_find_known(&q, /* only_files= */ true, err);
    if (rc != HW_OK) {
        hw_asking_drop(&q);
        return rc;
    }
    *out = HW_TAKE(q.a);
    return HW_OK;
}

/* ---- files ---- */

static struct alike *candidate(struct likeness *x, int64_t reading, uint32_t node, int *rc)
{
    struct hw_artifact_row art;
    *rc = hw_case_artifact_get(x->q.c, reading, node, &art, x->err);
    if (*rc != 1) {
        *rc = *rc < 0 ? *rc : HW_OK;
        return NULL;
    }
    *rc = HW_OK;
    struct alike **b = &x->buckets[(art.sha256[0] | (unsigned)art.sha256[1] << 8) % BUCKETS];
    for (struct alike *a = *b; a != NULL; a = a->chain) {
        if (memcmp(a->sha256, art.sha256, 32) == 0) {
            return a;
        }
    }
    struct alike *a = x->count == ALIKE_MOST ? NULL : hw_arena_alloc(x->q.a->arena, sizeof *a);
    if (a == NULL) {
        *rc = x->count == ALIKE_MOST ? HW_OK : hw_fail(x->err, HW_E_MEMORY, "no memory for files");
        return NULL;
    }
    memcpy(a->sha256, art.sha256, 32);
    a->reading = reading;
    a->node = node;
    a->chain = *b;
    *b = a;
    *x->tail = a;
    x->tail = &a->next;
    x->count++;
    return a;
}

/* All that a cursor gives have the trait; each file counts once. */
static int take(struct likeness *x, struct hw_cursor *k, enum trait trait)
{
    struct hw_fact_row row;
    int rc = HW_OK;
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
        rc = HW_OK;
        if (row.of_class == HW_CLASS_ARTIFACT) {
            struct alike *a = candidate(x, row.reading, row.node, &rc);
            x->shared[trait] += a != NULL && (a->traits & 1U << trait) == 0;
            if (a != NULL) {
                a->traits |= 1U << trait;
            }
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int marked(struct likeness *x, enum hw_mark mark, struct hw_span value, enum trait trait)
{
    struct hw_cursor *k = NULL;
    int rc = value.n == 0 || x->shared[trait] > 0
                 ? HW_OK
                 : hw_case_marked_by(x->q.c, mark, value, &k, x->err);
    return rc != HW_OK || k == NULL ? rc : take(x, k, trait);
}

static int product(struct likeness *x, struct hw_span name)
{
    struct hw_cursor *k = NULL;
    char *word = (char *)hw_arena_copy(x->q.a->arena, name);
    int rc = word == NULL ? hw_fail(x->err, HW_E_MEMORY, "no memory for a name")
                          : hw_case_components(x->q.c, word, NULL, NULL, &k, x->err);
    return rc != HW_OK ? rc : take(x, k, LIKE_PRODUCT);
}

static int one_fact(struct likeness *x, const struct hw_fact *f)
{
    uint8_t raw[16];
    if (f->kind == HW_FACT_PROPERTY && hw_fact_is(f, HW_PROPERTY_KEY, "pe.imphash")) {
        struct hw_span bytes = hw_fact_get(f, HW_PROPERTY_BYTES);
        struct hw_span text = hw_fact_get(f, HW_PROPERTY_TEXT);
        bool hex = bytes.n == 0 && text.n == 32 && hw_hex_decode(text, raw, sizeof raw);
        return marked(x, HW_MARK_IMPHASH, hex ? (struct hw_span){raw, 16} : bytes, LIKE_IMPHASH);
    }
    if (f->kind == HW_FACT_SIGNATURE) {
        return marked(x, HW_MARK_SIGNER, hw_fact_get(f, HW_SIGNATURE_SIGNER), LIKE_SIGNER);
    }
    if (f->kind == HW_FACT_COMPONENT) {
        struct hw_span name = hw_fact_get(f, HW_COMPONENT_NAME);
        int rc = marked(x, HW_MARK_CODE, hw_fact_get(f, HW_COMPONENT_CODE), LIKE_CODE);
        if (rc == HW_OK && name.n > 0 && !x->product) {
            x->product = true;
            rc = product(x, name);
        }
        return rc;
    }
    return HW_OK;
}

static int traits_of_file(struct likeness *x)
{
    const struct hw_file_answer *file = x->of->file;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(x->q.c, file->reading, (int64_t)file->node, HW_ALL_KINDS, &k, x->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
        rc = one_fact(x, &row.fact);
    }
    hw_cursor_free(k);
    return rc;
}

/* Files that the same rule speaks of. */
static int traits_of_rule(struct likeness *x, const struct hw_answer *all)
{
    int rc = HW_OK;
    for (const struct hw_finding *f = all->findings; f != NULL && rc == HW_OK; f = f->next) {
        if (f->file == NULL || f->rule != x->of->rule) {
            continue;
        }
        struct alike *a = candidate(x, f->file->reading, (uint32_t)f->file->node, &rc);
        x->shared[LIKE_RULE] += a != NULL && (a->traits & 1U << LIKE_RULE) == 0;
        if (a != NULL) {
            a->traits |= 1U << LIKE_RULE;
        }
    }
    return rc;
}

static const char *const trait_words[TRAITS] = {
    "the same code under another signature", "the same import hash", "the same signer",
    "calls itself the same product", "the same rule speaks of it"};

static int say_file(struct likeness *x, const struct alike *a, unsigned telling)
{
    struct hw_asking *q = &x->q;
    unsigned n = (unsigned)__builtin_popcount(telling);
    bool code = (telling & 1U << LIKE_CODE) != 0;
    struct hw_artifact_row at;
    int rc = hw_case_artifact_get(q->c, a->reading, a->node, &at, x->err);
    if (rc != 1) {
        return rc < 0 ? rc : HW_OK;
    }
    x->err->code = HW_OK;
    struct hw_file_answer *file = hw_file_add(q, &at, x->err);
    struct hw_finding *f = file == NULL ? NULL
                                        : hw_find(q, "alike", code || n > 1 ? HW_MEDIUM : HW_LOW,
                                                  code ? HW_CONF_HIGH : HW_CONF_LOW, file,
                                                  hw_span_str(x->of->id), x->err);
    if (f == NULL) {
        return x->err->code != HW_OK ? x->err->code : HW_E_MEMORY;
    }
    for (unsigned t = 0; t < TRAITS; t++) {
        if ((telling & 1U << t) != 0) {
            hw_because(q->a->arena, &f->why,
                       hw_words(q->a->arena, "%s: %llu of %llu files", trait_words[t],
                                (unsigned long long)x->shared[t], (unsigned long long)x->files),
                       (struct hw_span){NULL, 0}, false, 0);
        }
    }
    return HW_OK;
}

static int say_files(struct likeness *x)
{
    unsigned telling = 0;
    int rc = HW_OK;
    for (unsigned t = 0; t < TRAITS && rc == HW_OK; t++) {
        bool common = x->shared[t] > x->common;
        telling |= common ? 0 : 1U << t;
        if (common) {
            rc = hw_gap_add(
                &x->q, (struct hw_span){NULL, 0}, "too-common",
                hw_words(x->q.a->arena, "%s: %llu of %llu files: it tells nothing", trait_words[t],
                         (unsigned long long)x->shared[t], (unsigned long long)x->files),
                HW_SPAN_LIT("nothing; said so that it is not taken for a match"), false, x->err);
        }
    }
    for (const struct alike *a = x->first; a != NULL && rc == HW_OK; a = a->next) {
        bool itself = x->of->file != NULL && memcmp(a->sha256, x->of->file->sha256, 32) == 0;
        if (!itself && (a->traits & telling) != 0) {
            rc = say_file(x, a, a->traits & telling);
        }
    }
    return rc;
}

/* ---- what happened ---- */

/* The same rule of other things, and files of other machines or folders that bear the name. */
static int say_things(struct likeness *x, const struct hw_answer *all)
{
    struct hw_arena *arena = x->q.a->arena;
    for (const struct hw_finding *f = all->findings; f != NULL; f = f->next) {
        if (f->file != NULL || f->rule != x->of->rule || strcmp(f->id, x->of->id) == 0) {
            continue;
        }
        struct hw_about about = {.kind = hw_entity_of(hw_span_str(f->kind)),
                                 .key = hw_span_keep(arena, f->key),
                                 .path = hw_span_keep(arena, f->path),
                                 .host = hw_span_keep(arena, f->host),
                                 .org = hw_span_keep(arena, f->org)};
        bool named = hw_span_equal_nocase(look_base(f->path), look_base(x->of->path)) ||
                     (f->met.n > 0 && hw_span_equal(f->met, x->of->met));
        if (!hw_hex_decode(hw_span_from(hw_span_str(f->subject), 2), about.id, HW_ID_BYTES)) {
            continue;
        }
        x->err->code = HW_OK;
        struct hw_finding *n = hw_find_about(&x->q, "alike", named ? HW_MEDIUM : HW_LOW,
                                             HW_CONF_LOW, &about, hw_span_str(x->of->id), x->err);
        if (n == NULL) {
            return x->err->code != HW_OK ? x->err->code : HW_E_MEMORY;
        }
        n->first = f->first;
        n->last = f->last;
        hw_because(arena, &n->why, hw_words(arena, "%s, too: %s", x->of->rule, f->id),
                   (struct hw_span){NULL, 0}, false, 0);
        if (named) {
            hw_because(arena, &n->why, hw_span_str("of the same name or place"),
                       (struct hw_span){NULL, 0}, false, 0);
        }
        const struct hw_why *y = f->why; /* the first: its records, not who published it */
        if (y != NULL) {
            hw_because_record(arena, &n->why, hw_span_keep(arena, y->says),
                              hw_span_keep(arena, y->evidence), y->record, y->off);
        }
    }
    return HW_OK;
}

/* ---- the question ---- */

static int compare(struct likeness *x, const struct hw_answer *all)
{
    struct hw_case_counts n;
    struct hw_asking *q = &x->q;
    int rc = hw_case_count(q->c, &n, x->err);
    x->files = n.artifacts;
    x->common = n.artifacts * COMMON_PERCENT / 100;
    x->common = x->common < COMMON_LEAST ? COMMON_LEAST : x->common;
    x->buckets = hw_arena_array(q->a->arena, BUCKETS, sizeof(struct alike *));
    x->tail = &x->first;
    if (rc == HW_OK && x->buckets == NULL) {
        rc = hw_fail(x->err, HW_E_MEMORY, "no memory for files");
    }
    if (rc == HW_OK && x->of->file != NULL) {
        rc = traits_of_file(x);
        rc = rc != HW_OK ? rc : traits_of_rule(x, all);
        rc = rc != HW_OK ? rc : say_files(x);
    } else if (rc == HW_OK) {
        rc = say_things(x, all);
    }
    q->a->artifact_count = n.artifacts;
    q->a->evidence_count = n.evidences;
    q->a->log_count = n.telemetry;
    q->a->like = hw_words(q->a->arena, "%s, %s %.*s", x->of->id, x->of->rule, (int)x->of->path.n,
                          x->of->path.n > 0 ? (const char *)x->of->path.p : "");
    return rc != HW_OK ? rc : hw_count_machines(q, x->err);
}

int hw_hunt_like(struct hw_case *c, const struct hw_policy *policy, const char *id,
                 struct hw_answer **out, struct hw_error *err)
{
    struct hw_answer *all = NULL;
    struct likeness x = {.err = err};
    int rc = hw_hunt(c, policy, &all, err);
    x.of = rc == HW_OK ? find(all, id) : NULL;
    if (rc == HW_OK && x.of == NULL) {
        hw_answer_free(all);
        all = NULL;
        rc = verify_all(c, policy, &all, err);
        x.of = rc == HW_OK ? find(all, id) : NULL;
    }
    if (rc == HW_OK && x.of == NULL) {
        rc = hw_fail(err, HW_E_MISSING,
                     "the case gives rise to no finding %.20s: hunt and verify --json list them",
                     id);
    }
    rc = rc != HW_OK ? rc : hw_asking_start(&x.q, c, "like", policy, err);
    if (rc != HW_OK) {
        hw_answer_free(all);
        return rc;
    }
    rc = compare(&x, all);
    hw_answer_free(all);
    if (rc != HW_OK) {
        hw_asking_drop(&x.q);
        return rc;
    }
    return hw_asking_end(&x.q, out, err);
}
