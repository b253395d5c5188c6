/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/covered.h"

#include <stdlib.h>

#include "base/text.h"

enum { MARKS_MAX = 1024, COVERED, EXCLUDED, UNCOVERED };

struct marked { /* a stretch that is not what the rest is */
    uint64_t from, to;
    int how;
};
struct marks {
    struct marked p[MARKS_MAX];
    size_t count;
    bool found, computed;
};

static void add(struct marks *m, uint64_t off, uint64_t n, uint64_t size, int how)
{
    uint64_t to = off > size || n > size - off ? size : off + n;
    if (off < to && m->count < MARKS_MAX) {
        m->p[m->count++] = (struct marked){off, to, how};
    }
}

static void take(struct marks *m, const struct hw_fact *f, uint64_t size, uint64_t index)
{
    if (f->kind == HW_FACT_SIGNATURE) {
        if (hw_fact_get_u64(f, HW_SIGNATURE_INDEX) == index) {
            m->found = true;
            m->computed = hw_fact_get(f, HW_SIGNATURE_FOUND).n > 0;
        }
        if (!hw_fact_has(f, HW_SIGNATURE_OUTER)) { /* a nested one lies inside of its outer */
            add(m, hw_fact_get_u64(f, HW_SIGNATURE_OFF), hw_fact_get_u64(f, HW_SIGNATURE_SIZE),
                size, EXCLUDED);
        }
        return;
    }
    bool other = hw_fact_has(f, HW_UNCOVERED_SIGNATURE) &&
                 hw_fact_get_u64(f, HW_UNCOVERED_SIGNATURE) != index;
    bool zeros = hw_fact_is(f, HW_UNCOVERED_WHERE, "alignment") &&
                 hw_fact_get_u64(f, HW_UNCOVERED_NONZERO) == 0;
    if (!other) {
        add(m, hw_fact_get_u64(f, HW_UNCOVERED_OFF), hw_fact_get_u64(f, HW_UNCOVERED_SIZE), size,
            zeros ? EXCLUDED : UNCOVERED);
    }
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* What holds from `at` on: the worst of the stretches that are over it. */
static const char *word_at(const struct marks *m, uint64_t at)
{
    int how = COVERED;
    for (size_t i = 0; i < m->count; i++) {
        if (m->p[i].from <= at && at < m->p[i].to && m->p[i].how > how) {
            how = m->p[i].how;
        }
    }
    return how == UNCOVERED  ? "uncovered"
           : how == EXCLUDED ? "excluded"
           : m->computed     ? "covered"
                             : "unknown";
}

static int cut(const struct marks *m, uint64_t size, struct hw_arena *arena,
               struct hw_covered **out, size_t *out_count, struct hw_error *err)
{
    size_t n = 0, count = 0;
    uint64_t *at = hw_arena_array(arena, 2 * m->count + 2, sizeof *at);
    struct hw_covered *p = hw_arena_array(arena, 2 * m->count + 2, sizeof *p);
    if (at == NULL || p == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for what is covered");
    }
    at[n++] = 0;
    at[n++] = size;
    for (size_t i = 0; i < m->count; i++) {
        at[n++] = m->p[i].from;
        at[n++] = m->p[i].to;
    }
    qsort(at, n, sizeof *at, by_number);
    for (size_t i = 0; i + 1 < n; i++) {
        if (at[i] == at[i + 1]) {
            continue;
        }
        const char *how = word_at(m, at[i]);
        if (count > 0 && p[count - 1].how == how) {
            p[count - 1].to = at[i + 1];
        } else {
            p[count++] = (struct hw_covered){at[i], at[i + 1], how};
        }
    }
    *out = p;
    *out_count = count;
    return HW_OK;
}

int hw_covered_of(struct hw_case *c, int64_t reading, uint32_t node, uint64_t size, uint64_t index,
                  struct hw_arena *arena, struct hw_covered **out, size_t *out_count,
                  struct hw_error *err)
{
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    struct marks *m = hw_arena_alloc(arena, sizeof *m);
    int rc = m == NULL
                 ? hw_fail(err, HW_E_MEMORY, "no memory for what is covered")
                 : hw_case_facts(c, reading, node, HW_FACT_SIGNATURE, HW_FACT_UNCOVERED, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (row.fact.kind == HW_FACT_SIGNATURE || row.fact.kind == HW_FACT_UNCOVERED) {
            take(m, &row.fact, size, index);
        }
    }
    hw_cursor_free(k);
    *out = NULL;
    *out_count = 0;
    return rc != HW_OK || !m->found ? rc : cut(m, size, arena, out, out_count, err);
}
