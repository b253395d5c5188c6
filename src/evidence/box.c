/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/box.h"

#include "base/digest.h"
#include "base/sort.h"

enum { GAPS_LISTED = 200, OVERLAPS_LISTED = 50 };

/* The node's bytes from off on; empty when they are not there. */
static struct hw_span part_of(const struct hw_node *n, uint64_t off, uint64_t size)
{
    if (off > n->bytes.n || size > n->bytes.n - off || size == 0) {
        return (struct hw_span){NULL, 0};
    }
    return (struct hw_span){n->bytes.p + off, (size_t)size};
}

static void say_region(struct hw_exam *x, const struct hw_node *n, const char *role, uint64_t off,
                       struct hw_span s)
{
    uint32_t entropy;
    uint64_t nonzero;
    uint8_t digest[HW_DIGEST_BYTES_MAX];
    struct hw_fact f;
    hw_measure(s, &entropy, &nonzero);
    hw_fact_about(&f, HW_FACT_REGION, n->number);
    hw_fact_str(&f, HW_REGION_ROLE, role);
    hw_fact_u64(&f, HW_REGION_OFF, off);
    hw_fact_u64(&f, HW_REGION_SIZE, s.n);
    hw_fact_u64(&f, HW_REGION_ENTROPY, entropy);
    hw_fact_u64(&f, HW_REGION_NONZERO, nonzero);
    if (hw_digest_once(HW_DIGEST_SHA256, s, digest, NULL, &x->err) == HW_OK) {
        hw_fact_span(&f, HW_REGION_SHA256, (struct hw_span){digest, 32});
    }
    hw_say(x, &f);
}

void hw_box_region(struct hw_exam *x, const struct hw_node *n, const char *role, uint64_t off,
                   uint64_t size)
{
    say_region(x, n, role, off, part_of(n, off, size));
}

void hw_box_hidden(struct hw_exam *x, struct hw_node *n, uint64_t off, uint64_t size,
                   const char *where)
{
    struct hw_span s = part_of(n, off, size);
    uint64_t nonzero;
    hw_measure(s, NULL, &nonzero);
    if (s.n == 0) {
        return;
    }
    if (nonzero > 0) {
        hw_say_anomaly(x, n, "hidden-bytes", off, size, "%llu bytes %s belong to nothing",
                       (unsigned long long)size, where);
    }
    say_region(x, n, nonzero > 0 ? "hidden" : "filling", off, s);
}

bool hw_parts_init(struct hw_exam *x, size_t room, struct hw_parts *out)
{
    struct hw_part *p = hw_arena_array(x->arena, room, sizeof *p);
    if (p == NULL) {
        return false;
    }
    *out = (struct hw_parts){.p = p, .room = room};
    return true;
}

void hw_parts_add(struct hw_parts *t, uint64_t lo, uint64_t hi)
{
    if (hi > lo && t->count < t->room) {
        t->p[t->count++] = (struct hw_part){lo, hi};
        t->sum = t->sum > UINT64_MAX - (hi - lo) ? UINT64_MAX : t->sum + (hi - lo);
    }
}

static bool before(const void *a, const void *b)
{
    const struct hw_part *x = a, *y = b;
    return x->lo != y->lo ? x->lo < y->lo : x->hi < y->hi;
}

/* Honest boxes come sorted. */
static void sort(struct hw_parts *t)
{
    hw_heap_sort(t->p, t->count, sizeof *t->p, before);
}

bool hw_parts_judge(struct hw_exam *x, struct hw_node *n, struct hw_parts *t, uint64_t whole)
{
    sort(t);
    if (t->sum > whole) {
        hw_say_anomaly(x, n, "bomb-overlap", 0, t->sum,
                       "members claim %llu bytes of a box of %llu: they share what is stored",
                       (unsigned long long)t->sum, (unsigned long long)whole);
        hw_say_degree(n, HW_REFUSED, "bomb-overlap");
        return false;
    }
    uint64_t end = 0;
    unsigned said = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->p[i].lo < end && said++ < OVERLAPS_LISTED) {
            hw_say_anomaly(x, n, "overlap", t->p[i].lo, end - t->p[i].lo,
                           "two members share stored bytes");
        }
        end = t->p[i].hi > end ? t->p[i].hi : end;
    }
    return true;
}

void hw_parts_gaps(struct hw_exam *x, struct hw_node *n, const struct hw_parts *t, uint64_t lo,
                   uint64_t hi)
{
    unsigned said = 0;
    uint64_t more = 0;
    for (size_t i = 0; i <= t->count && lo < hi; i++) {
        uint64_t next = i < t->count && t->p[i].lo < hi ? t->p[i].lo : hi;
        if (next > lo && said < GAPS_LISTED) {
            hw_box_hidden(x, n, lo, next - lo, "between members");
            said++;
        } else if (next > lo) {
            more += next - lo;
        }
        lo = i < t->count && t->p[i].hi > lo ? t->p[i].hi : lo;
    }
    if (more > 0) {
        hw_say_anomaly(x, n, "hidden-bytes", 0, more, "%llu more bytes in further gaps",
                       (unsigned long long)more);
    }
}
