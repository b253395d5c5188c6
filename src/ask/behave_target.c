/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave_target.c -- questions about behaviour out of a case: what a campaign or group is said
 * to do, or plain techniques and software.
 *
 * A campaign that is asked about is known here because somebody wrote about it. So the claims made
 * of it are left out of its group's profile, and what else stands on the same reports as well: else
 * a report would be found in the answer that was made from it.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/behave_case_room.h"
#include "ask/room.h"
#include "base/time.h"

static bool is_doer(char kind)
{
    return kind == 'g' || kind == 'c';
}

static bool has_name(const struct behave_said *s, struct hw_span name)
{
    return hw_span_equal_nocase(s->who, name) ||
           (s->relation == BEHAVE_CALLED && hw_span_equal_nocase(s->what, name));
}

static int find_target(const struct hw_behave_case *k, struct hw_span target,
                       const struct behave_thing **out, struct hw_error *err)
{
    for (size_t i = 0; i < k->key_count; i++) {
        if (is_doer(k->by_key[i].kind) && hw_span_equal_nocase(k->by_key[i].key, target)) {
            *out = &k->by_key[i];
            return HW_OK;
        }
    }
    *out = NULL;
    for (size_t i = 0; i < k->said_count && target.n > 0; i++) {
        const struct behave_said *s = &k->said[i];
        if (!is_doer(s->doer) || !hw_behave_said_holds(k, s) || !has_name(s, target)) {
            continue;
        }
        const struct behave_thing *t = hw_behave_thing(k, hw_behave_said_who(k, s));
        if (*out != NULL && t != NULL && t != *out) {
            return hw_fail(err, HW_E_USAGE,
                           "two groups or campaigns have that name: ask by %.*s or %.*s",
                           (int)(*out)->key.n, (const char *)(*out)->key.p, (int)t->key.n,
                           (const char *)t->key.p);
        }
        *out = t != NULL ? t : *out;
    }
    return *out != NULL ? HW_OK
                        : hw_fail(err, HW_E_MISSING,
                                  "the case knows no group or campaign of that id or name");
}

/* How many names stand in a list of sources. */
static size_t count_sources(struct hw_span list)
{
    size_t n = list.n > 0;
    for (size_t i = 0; i < list.n; i++) {
        n += list.p[i] == '\n';
    }
    return n;
}

static void add_sources(struct hw_span *to, size_t *count, struct hw_span list)
{
    while (list.n > 0) {
        size_t end = hw_span_find(list, '\n');
        struct hw_span one = hw_span_trim(hw_span_cut(list, 0, end));
        list = hw_span_from(list, end + 1);
        if (one.n > 0) {
            to[(*count)++] = one;
        }
    }
}

static bool is_of(const struct hw_behave_case *k, const struct behave_said *s,
                  const struct behave_thing *t)
{
    return hw_behave_said_holds(k, s) && hw_span_equal(hw_behave_said_who(k, s), t->key);
}

static bool is_use(const struct behave_said *s)
{
    return s->relation == BEHAVE_USES && (s->deed == 's' || s->deed == 't');
}

static int read_uses(const struct hw_behave_case *k, const struct behave_thing *t,
                     struct hw_arena *arena, struct hw_behave_query *q, struct hw_error *err)
{
    size_t uses = 0, cites = 0, n = 0, m = 0;
    for (size_t i = 0; i < k->said_count; i++) {
        if (is_use(&k->said[i]) && is_of(k, &k->said[i], t)) {
            uses++;
            cites += count_sources(k->said[i].cites);
        }
    }
    struct hw_span *features = hw_arena_array(arena, uses + 1, sizeof *features);
    struct hw_span *sources = hw_arena_array(arena, cites + 1, sizeof *sources);
    if (features == NULL || sources == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a question about behaviour");
    }
    for (size_t i = 0; i < k->said_count; i++) {
        if (is_use(&k->said[i]) && is_of(k, &k->said[i], t)) {
            features[n++] = hw_behave_said_what(k, &k->said[i]);
            add_sources(sources, &m, k->said[i].cites);
        }
    }
    q->features = features;
    q->feature_count = n;
    q->sources = sources;
    q->source_count = m;
    return HW_OK;
}

/* Whose work the publisher says it is: keys with ", " between them. */
static struct hw_span said_of(const struct hw_behave_case *k, const struct behave_thing *t,
                              struct hw_arena *arena)
{
    struct hw_span all = {NULL, 0}, last = {NULL, 0};
    for (size_t i = 0; i < k->said_count; i++) {
        const struct behave_said *s = &k->said[i];
        struct hw_span group = hw_behave_said_what(k, s);
        if (s->relation != BEHAVE_ATTRIBUTED || !is_of(k, s, t) || hw_span_equal(group, last)) {
            continue;
        }
        all = all.n == 0 ? group
                         : hw_words(arena, "%.*s, %.*s", (int)all.n, (const char *)all.p,
                                    (int)group.n, (const char *)group.p);
        last = group;
    }
    return all;
}

int hw_behave_case_target(const struct hw_behave_case *k, struct hw_span target,
                          struct hw_arena *arena, struct hw_behave_query *out,
                          struct hw_span *out_id, struct hw_span *out_said, struct hw_error *err)
{
    const struct behave_thing *t;
    struct hw_behave_query q = {.as_of = HW_TIME_NONE};
    int rc = find_target(k, target, &t, err);
    rc = rc != HW_OK ? rc : read_uses(k, t, arena, &q, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (t->kind == 'c') {
        q.campaign = t->key;
    } else {
        q.without = t->key;
    }
    *out_said = said_of(k, t, arena);
    *out_id = t->key;
    *out = q;
    return HW_OK;
}

int hw_behave_case_features(const struct hw_behave_case *k, const struct hw_span *ids, size_t count,
                            struct hw_arena *arena, struct hw_behave_query *out,
                            size_t *out_unknown, struct hw_error *err)
{
    struct hw_span *features = hw_arena_array(arena, count + 1, sizeof *features);
    size_t n = 0;
    if (features == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a question about behaviour");
    }
    for (size_t i = 0; i < count; i++) {
        const struct behave_thing *t = hw_behave_thing(k, ids[i]);
        if (t != NULL && (t->kind == 's' || t->kind == 't')) {
            features[n++] = t->key;
        }
    }
    *out_unknown = count - n;
    *out =
        (struct hw_behave_query){.features = features, .feature_count = n, .as_of = HW_TIME_NONE};
    return HW_OK;
}
