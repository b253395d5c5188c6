/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/link.c -- candidates by name or key identifier, then one verification each.
 *
 * A certificate may have several issuers (cross certificates share name and key), so the search
 * goes on after the first. Where nothing that bears the issuer's name verified, one failed link is
 * kept: a name without its key is worth knowing.
 */
#include "trust/link.h"

struct search {
    const struct hw_cert *const *certs;
    size_t count;
    const struct hw_keyring *ring;
    struct hw_work *work;
    struct hw_links *out;
    size_t room;
    size_t found;          /* good links of the child in hand */
    struct hw_link failed; /* one that bore the name and did not verify */
    bool has_failed;
};

static void keep(struct search *s, struct hw_link l)
{
    if (l.ok && s->found < HW_LINKS_PER_CERT && s->out->count < s->room) {
        s->out->links[s->out->count++] = l;
        s->found++;
    } else if (!l.ok && !s->has_failed) {
        s->failed = l;
        s->has_failed = true;
    }
}

static bool verifies(struct search *s, const struct hw_cert *child, const struct hw_spki *key,
                     enum hw_tri *out)
{
    const char *why;
    if (!hw_work_take(s->work)) {
        return false;
    }
    *out = hw_cert_verify(child, key, &why);
    return true;
}

static void in_bag(struct search *s, size_t child)
{
    const struct hw_cert *c = s->certs[child];
    for (size_t i = 0; i < s->count; i++) {
        enum hw_tri ok;
        if (s->found == HW_LINKS_PER_CERT || !hw_cert_may_issue(s->certs[i], c) ||
            !verifies(s, c, &s->certs[i]->key, &ok)) {
            continue;
        }
        if (i == child) {
            s->out->self[child] = ok == HW_TRI_YES;
        } else if (ok != HW_TRI_UNKNOWN) {
            keep(s, (struct hw_link){child, i, NULL, ok == HW_TRI_YES});
        }
    }
}

static bool may_issue(const struct hw_key *k, const struct hw_cert *child)
{
    struct hw_span id = {k->key_id, sizeof k->key_id};
    return (child->aki.n > 0 && hw_span_equal(child->aki, id)) ||
           hw_span_equal(k->subject, child->issuer);
}

/* A certificate that names another key of an issuer of this name (a root that was made anew) says
 * nothing false when this key did not sign it. */
static bool names_this_key(const struct hw_key *k, const struct hw_cert *child)
{
    struct hw_span id = {k->key_id, sizeof k->key_id};
    return child->aki.n == 0 || hw_span_equal(child->aki, id);
}

static void in_ring(struct search *s, size_t child)
{
    const struct hw_cert *c = s->certs[child];
    for (size_t i = 0; s->ring != NULL && i < s->ring->count; i++) {
        const struct hw_key *k = &s->ring->keys[i];
        struct hw_budget fuel = {.bytes = k->spki.n, .items = 32, .depth = 8};
        struct hw_reader r;
        struct hw_spki key;
        enum hw_tri ok;
        if (s->found == HW_LINKS_PER_CERT || !may_issue(k, c)) {
            continue;
        }
        hw_reader_init(&r, k->spki, &fuel);
        if (hw_spki_read(&r, &key) && verifies(s, c, &key, &ok) && ok != HW_TRI_UNKNOWN &&
            (ok == HW_TRI_YES || names_this_key(k, c))) {
            keep(s, (struct hw_link){child, SIZE_MAX, k, ok == HW_TRI_YES});
        }
    }
}

int hw_links_find(const struct hw_cert *const *certs, size_t count, const struct hw_keyring *ring,
                  struct hw_work *work, struct hw_arena *a, struct hw_links *out,
                  struct hw_error *err)
{
    struct hw_links l = {0};
    struct search s = {certs, count, ring, work, &l, .room = count * HW_LINKS_PER_CERT};
    l.links = hw_arena_array(a, count == 0 ? 1 : s.room, sizeof *l.links);
    l.self = hw_arena_array(a, count == 0 ? 1 : count, sizeof *l.self);
    if (l.links == NULL || l.self == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for links");
    }
    for (size_t child = 0; child < count; child++) {
        s.found = 0;
        s.has_failed = false;
        in_bag(&s, child);
        in_ring(&s, child);
        if (s.found == 0 && s.has_failed && !l.self[child] && l.count < s.room) {
            l.links[l.count++] = s.failed;
        }
    }
    *out = l;
    return HW_OK;
}
