/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/exposed.h"

#include <string.h>

#include "base/address.h"
#include "base/sort.h"
#include "base/time.h"
#include "fact/words.h"

_Static_assert(sizeof(struct hw_exposed) <= HW_SORT_EACH, "a sighting is sorted as it is");

bool hw_exposed_read(const struct hw_fact *f, struct hw_exposed *out)
{
    struct hw_exposed e = {.place = out->place, .seen_ns = HW_TIME_NONE};
    if (f->kind != HW_FACT_EXPOSED || hw_fact_get_u64(f, HW_EXPOSED_PORT) > UINT16_MAX ||
        !hw_address_bytes(hw_fact_get(f, HW_EXPOSED_ADDRESS), e.address)) {
        return false;
    }
    e.port = (uint16_t)hw_fact_get_u64(f, HW_EXPOSED_PORT);
    for (size_t i = 0; i < hw_transports.count; i++) {
        if (hw_fact_is(f, HW_EXPOSED_TRANSPORT, hw_transports.words[i].word)) {
            e.transport = (uint8_t)(i + 1);
        }
    }
    if (hw_fact_has(f, HW_EXPOSED_SEEN)) {
        e.seen_ns = hw_fact_get_time(f, HW_EXPOSED_SEEN);
    }
    *out = e;
    return true;
}

static int compare_service(const struct hw_exposed *a, const struct hw_exposed *b)
{
    int d = memcmp(a->address, b->address, sizeof a->address);
    d = d != 0 ? d : (int)a->port - (int)b->port;
    return d != 0 ? d : (int)a->transport - (int)b->transport;
}

static bool before(const void *a, const void *b)
{
    const struct hw_exposed *p = a, *q = b;
    int d = compare_service(p, q);
    if (d != 0) {
        return d < 0;
    }
    return p->seen_ns != q->seen_ns ? p->seen_ns < q->seen_ns : p->place < q->place;
}

size_t hw_exposed_once(struct hw_exposed *p, size_t count, int64_t window_ns)
{
    size_t kept = 0;
    hw_heap_sort(p, count, sizeof *p, before);
    for (size_t i = 0; i < count; i++) {
        struct hw_exposed *last = kept > 0 ? &p[kept - 1] : NULL;
        if (last == NULL || compare_service(last, &p[i]) != 0) {
            p[kept++] = p[i];
        } else if (last->seen_ns == HW_TIME_NONE && p[i].seen_ns != HW_TIME_NONE) {
            *last = p[i]; /* those without a time come first, and give way */
        } else if (window_ns >= 0 && p[i].seen_ns > last->seen_ns &&
                   hw_time_since(p[i].seen_ns, last->seen_ns) >= window_ns) {
            p[kept++] = p[i];
        }
    }
    return kept;
}

size_t hw_exposed_addresses(const struct hw_exposed *p, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += i == 0 || memcmp(p[i].address, p[i - 1].address, sizeof p[i].address) != 0;
    }
    return n;
}
