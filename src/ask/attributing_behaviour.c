/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attributing_behaviour.c -- a judgement of a group from behaviour alone: what was done and
 * used, held against what one publisher says that groups do (ask/behave.h), or the reason why not.
 *
 * The attack is a campaign or a group that the publisher knows, or a list of ids of techniques and
 * software. The publisher's own word for who it was is shown beside, and not used.
 */
#include <string.h>

#include "ask/attributing.h"
#include "ask/behave_case.h"
#include "ask/room.h"
#include "ask/wording.h"
#include "base/text.h"
#include "base/time.h"

enum { IDS = 1024, CANDIDATES = 5, SHARED = 10 };

struct comparing {
    struct attributing *q;
    struct hw_behave_case *k;
    struct hw_behave_query query;
    struct hw_behaviour_answer *b;
};

static struct hw_span kept(struct comparing *x, struct hw_span s)
{
    return hw_span_keep(x->q->a->arena, s);
}

/* "T1566.002,S0154 ...": ids with a comma or a blank between. */
static int by_ids(struct comparing *x, struct hw_span text)
{
    struct hw_span *ids = hw_arena_array(x->q->a->arena, IDS, sizeof *ids);
    size_t count = 0, unknown = 0, from = 0;
    if (ids == NULL) {
        return hw_fail(x->q->err, HW_E_MEMORY, "no memory for what was done");
    }
    for (size_t i = 0; i <= text.n; i++) {
        bool end = i == text.n || text.p[i] == ',' || text.p[i] == ' ';
        if (end && i > from && count < IDS) {
            ids[count++] = hw_span_cut(text, from, i - from);
        }
        from = end ? i + 1 : from;
    }
    int rc =
        hw_behave_case_features(x->k, ids, count, x->q->a->arena, &x->query, &unknown, x->q->err);
    x->b->unknown = unknown;
    x->b->id = text;
    return rc == HW_OK && unknown == count ? HW_E_MISSING : rc;
}

static int find_attack(struct comparing *x)
{
    struct hw_span id = {NULL, 0}, said = {NULL, 0}, target = x->q->ask->target;
    struct hw_error not_known = {.code = HW_OK};
    int rc = hw_behave_case_target(x->k, target, x->q->a->arena, &x->query, &id, &said, &not_known);
    x->b->id = kept(x, id);
    x->b->said = kept(x, said);
    if (rc == HW_E_MISSING) {
        return by_ids(x, target);
    }
    if (rc != HW_OK) {
        *x->q->err = not_known;
    }
    return rc;
}

/* ---- the answer ---- */

static int candidate(struct comparing *x, const struct hw_behave_candidate *c,
                     struct hw_behaved ***tail)
{
    struct hw_behaved *out = hw_arena_alloc(x->q->a->arena, sizeof *out);
    struct hw_buf b;
    if (out == NULL) {
        return hw_fail(x->q->err, HW_E_MEMORY, "no memory for candidates");
    }
    hw_buf_init(&b, 4096);
    for (size_t i = 0; i < c->shared_count && i < SHARED; i++) {
        struct hw_span name = hw_behave_case_name(x->k, c->shared[i].feature);
        hw_buf_str(&b, i > 0 ? ", " : "");
        hw_buf_span_put(&b, c->shared[i].feature);
        hw_buf_char(&b, ' ');
        hw_buf_span_put(&b, hw_span_cut(name, 0, 80));
        hw_buf_printf(&b, " (%u of the groups)", c->shared[i].groups);
    }
    *out = (struct hw_behaved){.id = kept(x, c->group),
                               .name = kept(x, hw_behave_case_name(x->k, c->group)),
                               .z = c->z,
                               .features = c->features,
                               .shared = (unsigned)c->shared_count,
                               .tools = c->tools,
                               .rarest = kept(x, hw_buf_span(&b))};
    hw_buf_done(&b);
    **tail = out;
    *tail = &out->next;
    return HW_OK;
}

static int compare(struct comparing *x)
{
    struct hw_behave_result r;
    struct hw_behaviour_answer *b = x->b;
    struct hw_behaved **tail = &b->candidates;
    x->query.as_of = x->q->ask->dated ? x->q->ask->as_of : HW_TIME_NONE;
    int rc = hw_behave_ask(hw_behave_case_claims(x->k), &x->query, x->q->a->arena, &r, x->q->err);
    if (rc != HW_OK) {
        return rc;
    }
    b->named = r.verdict == HW_BEHAVE_NAMED;
    b->percent = (unsigned)(r.probability * 100);
    b->percent = r.candidate_count > 0 && b->percent < 1 ? 1 : b->percent > 99 ? 99 : b->percent;
    b->word = b->percent > 0 ? hw_likelihood_of(b->percent) : NULL;
    b->because = hw_span_str(hw_behave_reason(r.verdict));
    b->asked = r.asked;
    b->known = r.known;
    b->groups = r.groups;
    b->left_out = r.left_out;
    for (size_t i = 0; i < r.candidate_count && i < CANDIDATES && rc == HW_OK; i++) {
        rc = candidate(x, &r.candidates[i], &tail);
    }
    return rc;
}

int attributing_behaviour(struct attributing *q)
{
    struct comparing x = {.q = q};
    size_t count, used;
    x.b = hw_arena_alloc(q->a->arena, sizeof *x.b);
    if (x.b == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for behaviour");
    }
    q->a->behaviour = x.b;
    int rc = hw_behave_case_new(q->c, (struct hw_span){NULL, 0}, &x.k, q->err);
    const struct hw_behave_publisher *p =
        rc == HW_OK ? hw_behave_case_publishers(x.k, &count, &used) : NULL;
    if (rc == HW_OK && count == 0) {
        x.b->because = hw_span_str("the case holds no claims of what groups do and use");
    } else if (rc == HW_OK && q->ask->target.n == 0) {
        x.b->because =
            hw_span_str("no attack is named: a campaign that the publisher knows, or ids "
                        "of techniques and software");
    } else if (rc == HW_OK) {
        x.b->publisher =
            p[used].name.n > 0 ? kept(&x, p[used].name) : hw_span_str("a publisher without a name");
        rc = find_attack(&x);
        if (rc == HW_E_MISSING) {
            x.b->because = hw_span_str("the publisher knows no campaign or group of that name, and "
                                       "it is no list of ids that it knows");
            rc = HW_OK;
        } else {
            rc = rc != HW_OK ? rc : compare(&x);
        }
    }
    hw_behave_case_free(x.k);
    return rc;
}
