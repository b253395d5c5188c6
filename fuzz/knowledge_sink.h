/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/knowledge_sink.h -- a sink for the knowledge harnesses: every fact must fit the wire, what
 * is counted must have been said, and the same bytes must give the same facts.
 */
#ifndef HW_FUZZ_KNOWLEDGE_SINK_H
#define HW_FUZZ_KNOWLEDGE_SINK_H

#include "evidence/evidence.h"
#include "fuzz.h"

struct hw_knowledge_sink {
    struct hw_sink sink;
    struct hw_buf wire;
    uint64_t facts, revoked, entries, knowledge, sum;
    uint64_t indicators;                   /* and patterns, which are entries as well */
    void (*look)(const struct hw_fact *f); /* optional */
};

static inline int hw_knowledge_put(struct hw_sink *sink, const struct hw_fact *f,
                                   struct hw_error *err)
{
    struct hw_knowledge_sink *k = (struct hw_knowledge_sink *)sink;
    hw_buf_clear(&k->wire);
    if (hw_fact_encode(f, &k->wire, err) != HW_OK) {
        hw_fuzz_broken("every fact fits the wire");
    }
    for (size_t i = 0; i < k->wire.n; i++) {
        k->sum = k->sum * 31 + k->wire.p[i];
    }
    k->facts++;
    k->indicators += f->kind == HW_FACT_INDICATOR || f->kind == HW_FACT_PATTERN;
    k->revoked += f->kind == HW_FACT_REVOKED;
    k->knowledge += f->kind == HW_FACT_KNOWLEDGE;
    if (f->kind == HW_FACT_KNOWLEDGE) {
        k->entries += hw_fact_get_u64(f, HW_KNOWLEDGE_ENTRIES); /* a box holds several */
    }
    if (k->look != NULL) {
        k->look(f);
    }
    return HW_OK;
}

static inline void hw_knowledge_examine(struct hw_knowledge_sink *k, const uint8_t *data,
                                        size_t size, enum hw_reading reading,
                                        void (*look)(const struct hw_fact *f))
{
    struct hw_outer outer = {{0}, {0}, {0}};
    struct hw_exam x = {.sink = &k->sink, .reading = reading};
    struct hw_error err = {0};
    *k = (struct hw_knowledge_sink){.sink = {hw_knowledge_put}, .look = look};
    hw_buf_init(&k->wire, HW_FRAME_BYTES + 64);
    if (hw_examine(&x, (struct hw_span){data, size}, &outer, &err) != HW_OK) {
        hw_fuzz_broken("bad evidence is never our own failure");
    }
    hw_buf_done(&k->wire);
}

#endif
