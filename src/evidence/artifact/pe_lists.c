/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_lists.c -- lists of symbols as facts, cut where a frame would burst.
 *
 * All lists of one file share one ceiling: descriptors may point at the same table again and
 * again, and a small file must not become a flood of facts.
 */
#include "evidence/artifact/pe_image.h"

enum { PART_BYTES = 47 * 1024, MODULE_BYTES = 1024 };

void hw_pe_list_begin(struct hw_pe_list *l, enum hw_fact_kind kind, struct hw_span module)
{
    *l = (struct hw_pe_list){.kind = kind, .module = module};
    l->module.n = module.n < MODULE_BYTES ? module.n : MODULE_BYTES;
    hw_buf_init(&l->symbols, PART_BYTES);
}

static void say(struct hw_pe *pe, struct hw_pe_list *l)
{
    struct hw_fact f;
    bool import = l->kind == HW_FACT_IMPORT;
    hw_fact_about(&f, l->kind, pe->n->number);
    if (import) {
        hw_fact_u64(&f, HW_IMPORT_INDEX, l->index);
        hw_fact_u64(&f, HW_IMPORT_DELAY, l->delay);
    }
    hw_fact_span(&f, import ? (unsigned)HW_IMPORT_MODULE : (unsigned)HW_EXPORT_MODULE, l->module);
    hw_fact_u64(&f, import ? (unsigned)HW_IMPORT_COUNT : (unsigned)HW_EXPORT_COUNT, l->count);
    hw_fact_span(&f, import ? (unsigned)HW_IMPORT_SYMBOLS : (unsigned)HW_EXPORT_SYMBOLS,
                 hw_buf_span(&l->symbols));
    hw_fact_u64(&f, import ? (unsigned)HW_IMPORT_PART : (unsigned)HW_EXPORT_PART, l->part);
    hw_say(pe->x, &f);
    hw_buf_clear(&l->symbols);
    l->count = 0;
    l->part++;
}

bool hw_pe_list_add(struct hw_pe *pe, struct hw_pe_list *l, struct hw_span name,
                    struct hw_span target)
{
    name.n = name.n < HW_PE_MAX_NAME ? name.n : HW_PE_MAX_NAME;
    target.n = target.n < HW_PE_MAX_NAME ? target.n : HW_PE_MAX_NAME;
    size_t n = name.n + target.n + 2;
    if (pe->symbol_bytes + n > HW_PE_MAX_SYMBOL_BYTES || pe->symbol_count >= HW_PE_MAX_SYMBOLS) {
        hw_pe_broken(pe, "over-budget", 0, 0,
                     "more imported and exported symbols than are kept for one file");
        return false;
    }
    pe->symbol_bytes += n;
    pe->symbol_count++;
    if (n > PART_BYTES - l->symbols.n) {
        say(pe, l);
    }
    hw_buf_span_put(&l->symbols, name);
    if (target.n > 0) {
        hw_buf_char(&l->symbols, '>');
        hw_buf_span_put(&l->symbols, target);
    }
    hw_buf_char(&l->symbols, '\0');
    l->count++;
    return hw_exam_going(pe->x);
}

void hw_pe_list_end(struct hw_pe *pe, struct hw_pe_list *l)
{
    if (l->count > 0 || l->part == 0) {
        say(pe, l);
    }
    hw_buf_done(&l->symbols);
}
