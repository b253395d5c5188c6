/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/artifacts.c -- files as the index has them, and as judging them came out.
 */
#include "door/console/artifacts.h"

#include <stdlib.h>
#include <string.h>

#include "ask/verify.h"
#include "base/text.h"
#include "fact/id.h"

static int compare(const struct hw_file_answer *f, const uint8_t evidence[32], uint64_t node)
{
    int by = memcmp(f->evidence_sha256, evidence, 32);
    return by != 0 ? by : (f->node > node) - (f->node < node);
}

static int by_place(const void *a, const void *b)
{
    const struct hw_file_answer *const *x = a, *const *y = b;
    return compare(*x, (*y)->evidence_sha256, (*y)->node);
}

int hw_judged_of(struct hw_case *c, const struct hw_target *targets, size_t count,
                 struct hw_judged *out, struct hw_error *err)
{
    struct hw_policy policy = {.as_of = hw_console_now(), .fail_on = HW_HIGH, .expiring_days = -1};
    *out = (struct hw_judged){.count = 0};
    if (count == 0) {
        return HW_OK;
    }
    int rc = hw_verify(c, targets, count, NULL, 0, &policy, &out->a, err);
    if (rc != HW_OK) {
        return rc;
    }
    for (const struct hw_file_answer *f = out->a->files; f != NULL; f = f->next) {
        out->count++;
    }
    out->p = calloc(out->count + 1, sizeof *out->p);
    if (out->p == NULL) {
        hw_judged_done(out);
        return hw_fail(err, HW_E_MEMORY, "no memory for files");
    }
    size_t i = 0;
    for (const struct hw_file_answer *f = out->a->files; f != NULL; f = f->next) {
        out->p[i++] = f;
    }
    if (out->count > 0) {
        qsort(out->p, out->count, sizeof(const struct hw_file_answer *), by_place);
    }
    return HW_OK;
}

void hw_judged_done(struct hw_judged *j)
{
    hw_answer_free(j->a);
    free(j->p);
    *j = (struct hw_judged){.count = 0};
}

const struct hw_file_answer *hw_judged_get(const struct hw_judged *j, const uint8_t evidence[32],
                                           uint64_t node)
{
    size_t lo = 0, hi = j->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int by = compare(j->p[mid], evidence, node);
        if (by == 0) {
            return j->p[mid];
        }
        lo = by < 0 ? mid + 1 : lo;
        hi = by < 0 ? hi : mid;
    }
    return NULL;
}

void hw_json_judged(struct hw_buf *b, const struct hw_file_answer *f)
{
    if (f == NULL || !f->can_be_signed) {
        hw_buf_str(b, "\"state\":null,");
    } else {
        hw_buf_printf(b, "\"state\":\"%s\",", hw_state_word(f->state));
    }
    hw_json_put(b, "component", f == NULL ? (struct hw_span){NULL, 0} : f->component);
    hw_json_put(b, "version", f == NULL ? (struct hw_span){NULL, 0} : f->version);
    hw_buf_printf(b, "\"signatures\":%u", f == NULL ? 0 : f->signature_count);
}

struct hw_span hw_file_org(const struct hw_artifact_row *a)
{
    struct hw_span org = hw_span_str(a->scope);
    return hw_span_starts(org, "evidence:") ? (struct hw_span){NULL, 0} : org;
}

void hw_json_file(struct hw_buf *b, const struct hw_artifact_row *a)
{
    char id[HW_ID_TEXT];
    struct hw_error ignored;
    int rc = hw_artifact_id(a->sha256, id, &ignored);
    hw_buf_printf(b, "{\"type\":\"artifact\",\"schema\":1,\"id\":\"%s\",", rc == HW_OK ? id : "");
    hw_json_hex(b, "sha256", (struct hw_span){a->sha256, 32});
    hw_buf_char(b, ',');
    hw_json_put(b, "path", a->path);
    hw_json_put(b, "format", hw_span_str(a->format));
    hw_json_put_number(b, "size", a->size);
    hw_json_put(b, "degree", hw_span_str(hw_degree_word(a->degree)));
    hw_json_put(b, "host", hw_span_str(a->host));
    hw_json_put(b, "org", hw_file_org(a));
    hw_json_hex(b, "evidence", (struct hw_span){a->evidence, 32});
    hw_buf_printf(b, ",\"node\":%u,", a->node);
}

int hw_inside_get(struct hw_case *c, struct hw_inside *m, int64_t reading, uint32_t node,
                  uint32_t *out, struct hw_error *err)
{
    int rc = HW_OK;
    if (m->p == NULL || m->reading != reading) {
        free(m->p);
        m->reading = reading;
        rc = hw_case_members(c, reading, &m->p, &m->count, err);
    }
    *out = rc == HW_OK && node < m->count ? m->p[node] : 0;
    return rc;
}
