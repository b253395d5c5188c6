/* SPDX-License-Identifier: Apache-2.0 */
#include "behave_kit.h"

#include <string.h>

#include "evidence/evidence.h"

/* Facts as they come out of an examination, straight into the case. */
struct held {
    struct hw_sink sink;
    struct hw_case *c;
};

static int hold(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_buf body;
    if (f->kind == HW_FACT_BEGIN || f->kind == HW_FACT_END) {
        return HW_OK;
    }
    hw_buf_init(&body, HW_FRAME_BYTES);
    int rc = hw_fact_encode_body(f, &body, err);
    rc = rc != HW_OK
             ? rc
             : hw_case_store_fact(((struct held *)sink)->c, f->kind, hw_buf_span(&body), err);
    hw_buf_done(&body);
    return rc;
}

void behave_learn(struct tale *t, char letter, struct hw_span text)
{
    struct held h = {.sink = {.put = hold}, .c = t->c};
    struct hw_exam x = {.sink = &h.sink, .reading = HW_READ_KNOWLEDGE};
    struct hw_outer outer = {.sha256 = {0}};
    struct hw_evidence e = {.size = text.n,
                            .asked = HW_CLASS_KNOWLEDGE,
                            .parser = 1,
                            .read_ns = TALE_DAY,
                            .cage = "test"};
    struct hw_place place = {.scope = "", .host = "", .path = hw_span_str("/known/?"), .ino = 1};
    char path[16] = "/known/?";
    memset(e.sha256, letter, sizeof e.sha256);
    memset(e.sha1, letter, sizeof e.sha1);
    memset(e.md5, letter, sizeof e.md5);
    memcpy(outer.sha256, e.sha256, sizeof e.sha256);
    memcpy(outer.sha1, e.sha1, sizeof e.sha1);
    memcpy(outer.md5, e.md5, sizeof e.md5);
    path[7] = letter;
    place.path = hw_span_str(path);
    place.size = text.n;
    assert_int_equal(hw_case_store_begin(t->c, &e, &t->err), HW_OK);
    assert_int_equal(hw_examine(&x, text, &outer, &t->err), HW_OK);
    assert_int_equal(hw_case_store_end(t->c, &e, &t->err), HW_OK);
    assert_int_equal(hw_case_sight(t->c, &place, e.sha256, TALE_DAY, &t->err), HW_OK);
}
