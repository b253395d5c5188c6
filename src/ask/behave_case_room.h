/* SPDX-License-Identifier: Apache-2.0 */
/* ask/behave_case_room.h -- a case's claims of behaviour in memory (inside of behave_case*.c). */
#ifndef HW_ASK_BEHAVE_CASE_ROOM_H
#define HW_ASK_BEHAVE_CASE_ROOM_H

#include "ask/behave_case.h"

enum behave_relation { BEHAVE_CALLED, BEHAVE_USES, BEHAVE_ATTRIBUTED };

/* A BEHAVIOUR as far as it matters here; spans are the arena's. */
struct behave_said {
    enum behave_relation relation;
    char doer, deed; /* 'g' group, 'c' campaign, 's' software, 't' technique, '-' else */
    struct hw_span who, who_id, who_ref, what, what_id, what_ref, source, cites, id;
    int64_t cited;
    bool gone; /* taken back, here or where the same claim stands again */
};

/* A group, campaign, program or technique of the publisher. */
struct behave_thing {
    struct hw_span key; /* the publisher's number, else ref */
    struct hw_span ref, name;
    char kind; /* as behave_said.doer */
};

struct hw_behave_case {
    struct hw_arena *arena;
    struct behave_said *said;
    size_t said_count, said_room;
    struct behave_thing *by_ref, *by_key; /* the same things, each once by ref and by key */
    size_t ref_count, key_count;
    struct hw_behave_publisher *publishers;
    size_t publisher_count, used;
    struct hw_behave *claims;
};

/* Is this what the publisher of the profiles says, and not taken back? */
bool hw_behave_said_holds(const struct hw_behave_case *k, const struct behave_said *s);
/* Keys of both ends. */
struct hw_span hw_behave_said_who(const struct hw_behave_case *k, const struct behave_said *s);
struct hw_span hw_behave_said_what(const struct hw_behave_case *k, const struct behave_said *s);
/* NULL: the publisher has no such thing. */
const struct behave_thing *hw_behave_thing(const struct hw_behave_case *k, struct hw_span key);

#endif
