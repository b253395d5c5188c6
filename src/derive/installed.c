/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/installed.c -- inventories: which package lies on which machine, by whose name, and which
 * bytes it is where a row says so.
 *
 *   package `name@version` -installed-> host     each row that names a host and a package
 *   artifact -installed-> host                   and where the row has a hash
 *   artifact -contains-> package                 the same row: of this name are these bytes
 *   organisation -released-> package             claimed: the publisher, as the row writes it
 *
 * An inventory speaks about machines and is none of their logs: a host that only inventories name
 * stays one without records (collect.c). None of these edges is a way by itself: that a name lies
 * somewhere says nothing of the bytes, and one name and version has been poisoned and clean in one
 * week. So bytes are joined with hosts by the row they stand in, never through the name.
 */
#include "base/text.h"
#include "base/time_words.h"
#include "derive/room.h"

/* When an installer says it ran: as times are written, or the bare YYYYMMDD of the registry. */
static bool install_date(struct hw_span s, int64_t *out)
{
    struct hw_time_said t;
    char dashed[11];
    if (s.n == 8) {
        for (size_t i = 0, at = 0; i < 8; i++) {
            if (!hw_ascii_is_digit(s.p[i])) {
                return false;
            }
            dashed[at++] = (char)s.p[i];
            if (i == 3 || i == 5) {
                dashed[at++] = '-';
            }
        }
        s = (struct hw_span){(const uint8_t *)dashed, 10};
    }
    if (!hw_time_words(s, HW_TIME_AS_WRITTEN, &t) || t.yearless) {
        return false;
    }
    *out = t.ns;
    return true;
}

/* It lay there when the row was written, and since it was installed where the row says when. A
 * row without a time of its own was written nobody knows when, but not before the installation. */
static struct when since(struct world *w, const struct claim *c, uint8_t *flags)
{
    struct when at = c->at;
    int64_t installed;
    if (c->f == 0 || !install_date(text_span(w, c->f), &installed)) {
        return at;
    }
    if (at.lo == HW_TIME_NONE) {
        at.lo = installed;
        at.hi = installed % DAY == 0 ? installed + DAY - 1 : installed; /* a date is a whole day */
    } else if (installed < at.lo) {
        at.lo = installed;
        *flags |= HW_EDGE_HOLDS;
    }
    return at;
}

static uint32_t package_thing(struct world *w, const struct claim *c)
{
    text_id folded = text_lower(w, text_span(w, c->a));
    text_id key = text_print(w, "%s@%s", text_str(w, folded), text_str(w, c->b));
    text_id says = c->b == 0 ? c->a : text_print(w, "%s %s", text_str(w, c->a), text_str(w, c->b));
    return c->a == 0 ? 0 : thing_of(w, HW_ENTITY_PACKAGE, 0, key, says);
}

/* The publisher of a package, once for each way it is written: it does not change with hosts. */
static void made_by(struct world *w, struct vec *makers, uint32_t package, const struct claim *c)
{
    while (makers->count <= package && w->rc == HW_OK) {
        (void)vec_add(w, makers);
    }
    if (w->rc != HW_OK || c->d == 0 || *AT(text_id, makers, package) == c->d) {
        return;
    }
    *AT(text_id, makers, package) = c->d;
    struct when ever = {HW_TIME_MIN, HW_TIME_MAX, c->at.event, 0, HW_TIME_NONE};
    edge_add(w, thing_of(w, HW_ENTITY_ORGANISATION, 0, c->d, c->d), package,
             (struct edge_how){HW_VERB_RELEASED, HW_CLAIMED, HW_WHY_RECORD,
                               HW_EDGE_CONTEXT | HW_EDGE_HOLDS},
             ever);
}

static void one_row(struct world *w, struct vec *makers, const struct claim *c)
{
    struct edge_how how = {HW_VERB_INSTALLED, HW_OBSERVED, HW_WHY_RECORD, HW_EDGE_CONTEXT};
    struct when at = since(w, c, &how.flags);
    uint32_t host = host_thing(w, c->at.host), p = host == 0 ? 0 : package_thing(w, c);
    if (p == 0) {
        return;
    }
    edge_add(w, p, host, how, at);
    thing_saw(w, p, at.lo, at.hi);
    made_by(w, makers, p, c);
    if (c->e != 0) {
        uint32_t bytes = artifact_thing(w, c->e);
        edge_add(w, bytes, host, how, at);
        how.verb = HW_VERB_CONTAINS;
        edge_add(w, bytes, p, how, at);
    }
}

int join_installed(struct world *w)
{
    struct vec makers = {.each = sizeof(text_id)};
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind == HW_HAPPENED_INSTALLED) {
            one_row(w, &makers, &c);
        }
    }
    vec_free(&makers);
    return w->rc;
}
