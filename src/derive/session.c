/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/session.c -- sessions: a log-on id on one host, from one log-on to the next with that id.
 *
 * A log-on id is unique for a host and a boot only, so each record of a log-on begins an
 * incarnation. What is used before any log-on was recorded is implied.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

/* A log-on record may be written a little after what the session did first. */
#define EARLY_NS (5 * SECOND)

static int compare(const void *a, const void *b)
{
    const struct logon *x = a, *y = b;
    return x->at.host != y->at.host ? (x->at.host < y->at.host ? -1 : 1)
           : x->logon != y->logon   ? (x->logon < y->logon ? -1 : 1)
           : x->at.lo != y->at.lo   ? (x->at.lo < y->at.lo ? -1 : 1)
                                    : (x->at.event > y->at.event) - (x->at.event < y->at.event);
}

static uint32_t session_thing(struct world *w, uint32_t host, text_id logon, int64_t lo,
                              text_id account)
{
    const struct host *h = host_at(w, host);
    bool known = lo != HW_TIME_MIN;
    text_id key = text_print(w, "%s|%s|%lld", text_str(w, h->name), text_str(w, logon),
                             known ? (long long)lo : 0LL);
    struct hw_span who = text_span(w, account);
    text_id name = who.n > 0 ? text_print(w, "session %s of %.*s", text_str(w, logon), (int)who.n,
                                          (const char *)who.p)
                             : text_print(w, "session %s", text_str(w, logon));
    uint32_t t = thing_of(w, HW_ENTITY_SESSION, h->scope, key, name);
    uint32_t on = host_thing(w, host);
    struct thing *x = thing_at(w, t);
    x->native = logon;
    x->host = on;
    x->flags |= known ? 0U : HW_THING_IMPLIED;
    return t;
}

int settle_sessions(struct world *w)
{
    if (w->logons.count > 2) {
        qsort(AT(struct logon, &w->logons, 1), w->logons.count - 1, sizeof(struct logon), compare);
    }
    for (uint32_t i = 1; i < w->logons.count && w->rc == HW_OK; i++) {
        struct logon l = *AT(struct logon, &w->logons, i);
        if (l.logon == 0 || logon_is_system(text_span(w, l.logon))) {
            /* Other systems give no id: the log-on itself is the session. */
            if (l.logon != 0 || l.account == 0) {
                continue;
            }
            l.logon = text_print(w, "%s@%lld", text_str(w, l.account), (long long)l.at.lo);
        }
        text_id account = account_is(w, host_at(w, l.at.host)->scope, l.account);
        uint32_t t = session_thing(w, l.at.host, l.logon, l.at.lo, account);
        AT(struct logon, &w->logons, i)->account = account;
        AT(struct logon, &w->logons, i)->session = t;
    }
    return w->rc;
}

uint32_t session_at(struct world *w, uint32_t host, text_id logon, struct when at)
{
    uint32_t lo = 1, hi = w->logons.count, found = 0;
    if (logon == 0 || host == 0 || logon_is_system(text_span(w, logon))) {
        return 0;
    }
    /* The last of this host and id that began by then; all of them where the time is not known. */
    int64_t by = at.hi == HW_TIME_NONE ? HW_TIME_MAX : hw_time_add(at.hi, EARLY_NS);
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct logon *l = AT(struct logon, &w->logons, mid);
        if (l->at.host < host ||
            (l->at.host == host && (l->logon < logon || (l->logon == logon && l->at.lo <= by)))) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    const struct logon *l = AT(struct logon, &w->logons, lo - 1);
    found = l->at.host == host && l->logon == logon ? l->session : 0;
    return found != 0 ? found : session_thing(w, host, logon, HW_TIME_MIN, 0);
}
