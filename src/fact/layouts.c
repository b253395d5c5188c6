/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/layouts.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for layouts");
}

int hw_layouts_init(struct hw_layouts *l, struct hw_error *err)
{
    *l = (struct hw_layouts){.count = 0};
    l->names = calloc(HW_RECORD_VALUES, sizeof *l->names);
    l->values = calloc(HW_RECORD_VALUES, sizeof *l->values);
    return l->names == NULL || l->values == NULL ? no_memory(err) : HW_OK;
}

void hw_layouts_done(struct hw_layouts *l)
{
    free(l->counts);
    free(l->names);
    free(l->values);
    *l = (struct hw_layouts){.count = 0};
}

void hw_layouts_clear(struct hw_layouts *l)
{
    l->count = 0;
}

size_t hw_layout_names(struct hw_span joined, struct hw_span *names, size_t room)
{
    size_t n = 0;
    while (n < room) {
        size_t end = hw_span_find(joined, '\n');
        names[n++] = hw_span_cut(joined, 0, end);
        if (end >= joined.n) {
            break;
        }
        joined = hw_span_from(joined, end + 1);
    }
    return n;
}

int hw_layouts_add(struct hw_layouts *l, const struct hw_fact *layout, size_t *out_names,
                   struct hw_error *err)
{
    if (hw_fact_get_u64(layout, HW_LAYOUT_INDEX) != l->count) {
        return hw_fail(err, HW_E_CASE, "layouts of a log are not in order");
    }
    if (HW_GROW(l->counts, l->count, l->room, HW_GROW_MOST) != HW_OK) {
        return no_memory(err);
    }
    *out_names = hw_layout_names(hw_fact_get(layout, HW_LAYOUT_NAMES), l->names, HW_RECORD_VALUES);
    l->counts[l->count++] = (uint16_t)*out_names;
    return HW_OK;
}

void *hw_layouts_beside(const struct hw_layouts *l, void *p, uint32_t *room, size_t each)
{
    if (*room >= l->room) {
        return p;
    }
    uint8_t *longer = reallocarray(p, l->room, each);
    if (longer != NULL) {
        memset(longer + *room * each, 0, (l->room - *room) * each);
        *room = (uint32_t)l->room;
    }
    return longer;
}

int hw_layouts_each(struct hw_layouts *l, const struct hw_fact *events, hw_record_take take,
                    void *state, struct hw_error *err)
{
    struct hw_budget fuel = {1 << 20, 1 << 20, 4};
    struct hw_reader in;
    struct hw_record rec;
    int rc = HW_OK;
    hw_reader_init(&in, hw_fact_get(events, HW_EVENTS_PACKED), &fuel);
    while (rc == HW_OK && hw_record_next(&in, l->counts, l->count, l->values, &rec)) {
        rc = take(state, &rec);
    }
    return rc != HW_OK || hw_reader_ok(&in)
               ? rc
               : hw_fail(err, HW_E_CASE, "records in the case are damaged");
}
