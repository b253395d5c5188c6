/* SPDX-License-Identifier: Apache-2.0 */
/* ask/impact_sessions.h -- all sessions of the graph, found three ways (inside of the room). */
#ifndef HW_ASK_IMPACT_SESSIONS_H
#define HW_ASK_IMPACT_SESSIONS_H

#include "ask/affecting.h"

struct session {
    uint32_t n, host, account; /* things; UINT32_MAX: not known */
    uint32_t account_edge;     /* UINT32_MAX: no account, no edge */
    int64_t first, last;       /* HW_TIME_NONE: not known */
    bool came;                 /* where it came from is recorded */
    bool acted;                /* it left something there: a process, a key used */
};
struct came { /* a session and where it came from: for a process, its machine */
    uint32_t from, session, edge;
    int64_t lo, hi;
};
struct keyed;
struct sessions {
    struct session *p;
    size_t count, room;
    struct came *came;
    size_t came_count, came_room;
    struct keyed *of_host, *of_account;
    uint32_t *index; /* of each thing: its place in p, from 1 */
    struct hw_error *err;
};

/* logons: every LOGGED_ON edge to a session. */
HW_CHECK int sessions_load(struct sessions *s, const struct affecting *q,
                           const struct hw_edge_list *logons, const bool *acted);
void sessions_done(struct sessions *s); /* of a zeroed one: nothing */

/* `came` is NULL but for sessions_from(). Not HW_OK ends it. */
typedef int sessions_each(void *state, const struct session *s, const struct came *came);
HW_CHECK int sessions_on(const struct sessions *s, uint32_t host, sessions_each *each, void *state);
HW_CHECK int sessions_of(const struct sessions *s, uint32_t account, sessions_each *each,
                         void *state);
HW_CHECK int sessions_from(const struct sessions *s, uint32_t thing, sessions_each *each,
                           void *state);
const struct session *sessions_get(const struct sessions *s, uint32_t n); /* NULL: it is none */

#endif
