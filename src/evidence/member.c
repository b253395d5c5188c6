/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/member.c -- memory for members while they are unpacked, and the bombs it disarms.
 *
 * Small members live on the heap, larger ones in pages of their own that grow by moving and go back
 * to the kernel whole, so that the sum of what is alive stays what live_bytes says it is.
 */
#include "evidence/evidence.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/checked.h"
#include "evidence/room.h"

enum { HEAP_BYTES = 64 * 1024, STEP_BYTES = 8 * 1024 * 1024 };

void *hw_pages_grow(void *p, size_t had, size_t want)
{
    void *q = had == 0
                  ? mmap(NULL, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                  : mremap(p, had, want, MREMAP_MAYMOVE);
    return q == MAP_FAILED ? NULL : q;
}

void hw_pages_free(void *p, size_t had)
{
    if (had > 0) {
        (void)munmap(p, had);
    }
}

/* Would `have` unpacked bytes out of `packed` be a bomb? */
static bool over_ratio(const struct hw_exam *x, uint64_t have, uint64_t packed)
{
    uint64_t honest;
    if (have <= HW_RATIO_FROM_BYTES) {
        return false;
    }
    return hw_mul_u64(packed == 0 ? 1 : packed, x->limits.ratio, &honest) && have > honest;
}

static bool refuse_bomb(struct hw_exam *x, struct hw_node *box, struct hw_span name, uint64_t have,
                        uint64_t packed, const char *whole)
{
    struct hw_span text = hw_name_text(x, box, name);
    hw_say_anomaly(x, box, "bomb-ratio", 0, have, "\"%.*s\": %llu bytes and more out of %llu %s",
                   (int)text.n, (const char *)text.p, (unsigned long long)have,
                   (unsigned long long)packed, whole);
    hw_say_degree(box, HW_REFUSED, "bomb-ratio");
    return false;
}

bool hw_unpacked_fits(struct hw_exam *x, struct hw_node *box, uint64_t packed, uint64_t unpacked)
{
    if (!over_ratio(x, unpacked, packed) && unpacked <= x->limits.unpacked_bytes) {
        return true;
    }
    return refuse_bomb(x, box, HW_SPAN_LIT("the stream"), unpacked, packed, "packed");
}

static bool grow(struct hw_member_bytes *m, size_t want)
{
    if (want <= HEAP_BYTES) {
        uint8_t *p = realloc(m->p, want);
        if (p == NULL) {
            return false;
        }
        m->p = p;
        m->room = want;
        return true;
    }
    bool paged = m->room > HEAP_BYTES;
    uint8_t *p = hw_pages_grow(paged ? m->p : NULL, paged ? m->room : 0, want);
    if (p == NULL) {
        return false;
    }
    if (!paged) {
        for (size_t i = 0; i < m->n; i++) {
            p[i] = m->p[i];
        }
        free(m->p);
    }
    m->p = p;
    m->room = want;
    return true;
}

static void count(struct hw_exam *x, struct hw_member_bytes *m)
{
    x->unpacked_bytes += m->n - m->counted;
    m->counted = m->n;
}

bool hw_member_more(struct hw_exam *x, struct hw_node *box, struct hw_span name, uint64_t packed,
                    struct hw_member_bytes *m, size_t more)
{
    uint64_t want, all;
    count(x, m);
    if (!hw_add_u64(m->n, more, &want) || !hw_add_u64(x->unpacked_bytes, more, &all)) {
        want = all = UINT64_MAX;
    }
    if (over_ratio(x, want, packed)) {
        return refuse_bomb(x, box, name, want, packed, "packed");
    }
    if (over_ratio(x, all, x->outer_bytes)) {
        return refuse_bomb(x, box, name, all, x->outer_bytes, "in the whole input");
    }
    if (all > x->limits.unpacked_bytes) {
        return refuse_bomb(x, box, name, all, x->outer_bytes, "in the whole input, the limit");
    }
    if (want <= m->room) {
        return true;
    }
    /* Doubling, later in steps: what is reserved beyond need stays small against the limit. */
    uint64_t room = m->room + (m->room < STEP_BYTES ? m->room : STEP_BYTES);
    room = room < want ? want : room;
    uint64_t left =
        x->limits.member_bytes > x->live_bytes ? x->limits.member_bytes - x->live_bytes : 0;
    room = room - m->room > left ? want : room;
    size_t fits, had = m->room;
    if (room - m->room > left || !hw_fit_size(room, &fits) || !grow(m, fits)) {
        hw_say_unopened(x, box, "too-large", name, 0, want, "more memory than one worker may have");
        return false;
    }
    x->live_bytes += m->room - had;
    return true;
}

void hw_member_done(struct hw_exam *x, struct hw_member_bytes *m)
{
    count(x, m);
    x->live_bytes -= m->room;
    if (m->room > HEAP_BYTES) {
        hw_pages_free(m->p, m->room);
    } else {
        free(m->p);
    }
    *m = (struct hw_member_bytes){0};
}
