/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_channel.c -- the parent's state table against any bytes a taken worker may send.
 *
 * Targets: door/intake/channel.c, and through it hw_fact_decode_body of fact/fact.c.
 * The first byte says how the rest is cut. Promises: the verdict does not depend on the cut; what
 * was handed out is what was counted; a stream is complete or refused, and never both; and every
 * fact handed out encodes again to the bytes it came in.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "build_frames.h"
#include "door/intake/channel.h"

enum { JOB = 7, SIZE = 100 };

struct heard {
    uint64_t facts;
    enum hw_refusal refusal;
};

static int take(void *state, const struct hw_frame *f, struct hw_error *err)
{
    struct heard *h = state;
    struct hw_budget fuel = {.bytes = 2 * HW_FRAME_BYTES, .items = 100, .depth = 1};
    struct hw_reader r;
    struct hw_fact fact;
    struct hw_buf again;
    hw_reader_init(&r, f->body, &fuel);
    hw_buf_init(&again, HW_FRAME_BYTES);
    if (hw_fact_decode_body(f->kind, &r, &fact, err) != HW_OK ||
        hw_fact_encode_body(&fact, &again, err) != HW_OK ||
        !hw_span_equal(hw_buf_span(&again), f->body)) {
        hw_fuzz_broken("an accepted fact encodes to the bytes it came in");
    }
    hw_buf_done(&again);
    h->facts++;
    return HW_OK;
}

static struct heard hear(const uint8_t *p, size_t n, size_t step)
{
    struct heard h = {0, HW_REFUSAL_NONE};
    struct hw_error err;
    struct hw_outer outer = hw_frames_outer();
    struct hw_channel_caps caps = {.facts = 1000, .bytes = 1 << 20, .nodes = 100};
    struct hw_channel *c = hw_channel_new(JOB, &outer, SIZE, caps, take, &h);
    if (c == NULL) {
        abort();
    }
    for (size_t at = 0; at < n; at += step) {
        size_t part = n - at < step ? n - at : step;
        if (hw_channel_feed(c, (struct hw_span){p + at, part}, &err) != HW_OK) {
            hw_fuzz_broken("bytes alone are no failure of ours");
        }
    }
    hw_channel_close(c);
    h.refusal = hw_channel_refusal(c);
    if (hw_channel_complete(c) != (h.refusal == HW_REFUSAL_NONE) ||
        hw_channel_facts(c) != h.facts || hw_channel_nodes(c) > h.facts) {
        hw_fuzz_broken("complete or refused, and counted");
    }
    hw_channel_free(c);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct heard whole = hear(data + 1, size - 1, size - 1);
    struct heard cut = hear(data + 1, size - 1, (size_t)data[0] + 1);
    if (whole.facts != cut.facts || whole.refusal != cut.refusal) {
        hw_fuzz_broken("the verdict does not depend on how the bytes were cut");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_buf_char(&b, 3);
    hw_frames_begin(&b, JOB);
    hw_frames_artifact(&b, 0, UINT64_MAX, SIZE, NULL);
    hw_frames_property(&b, 0, "test.one", 1);
    hw_frames_artifact(&b, 1, 0, 10, NULL);
    hw_frames_property(&b, 1, "test.two", 2);
    give(state, "no-end", b.p, b.n);
    hw_frames_end(&b, 4, 2);
    give(state, "complete", b.p, b.n);
    hw_frames_property(&b, 1, "test.two", 2);
    give(state, "after-end", b.p, b.n);
    hw_buf_clear(&b);
    hw_buf_char(&b, 100);
    hw_frames_begin(&b, JOB);
    hw_frames_raw(&b, 999, "x", 1);
    give(state, "unknown-kind", b.p, b.n);
    hw_buf_done(&b);
}
