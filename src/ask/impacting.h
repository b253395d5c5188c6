/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impacting.h -- the question of ask/impact.h under way (inside of the room).
 */
#ifndef HW_ASK_IMPACTING_H
#define HW_ASK_IMPACTING_H

#include "ask/affecting.h"
#include "ask/impact.h"
#include "ask/impact_names.h"
#include "ask/room.h"
#include "ask/touched.h"

/* A list of things or texts, its room the arena's. */
struct numbers {
    uint32_t *p;
    size_t count, room;
};
struct named_version { /* a product in one version, as declared or as a bill lists it */
    struct named_version *next;
    struct hw_span org, name, version;
    struct hw_span purl; /* where it is known: another registry's is another package */
    const char *plain;
    unsigned depth;
    bool is_release;
};

/* A release of an estate, whole. */
struct declared_release {
    struct declared_release *next;
    struct hw_span org, name, version, built_on;
    const char *plain;
    int64_t published;
    struct hw_span path;
    uint64_t line, off;
};
struct declared_delivery {
    struct declared_delivery *next;
    struct hw_span release, version, to, path;
    const char *plain;
    int64_t at;
    uint64_t line, off;
};

/* What is held of a thing: since when, how it came there. */
enum hold_how {
    HOLD_BEGAN,      /* with the payload, on the way to it, or by being asked about */
    HOLD_WORKED,     /* an account: logged on there while it was held */
    HOLD_STORED,     /* an account: logged on there not long before */
    HOLD_OPENED,     /* a session: opened from there */
    HOLD_SESSION,    /* an account or a machine: of a session that was held */
    HOLD_MAY,        /* a session: its account was held, wherever it came from */
    HOLD_CONTROLLED, /* a key: the account controls it */
    HOLD_ASKED,      /* a key: asked for from there */
};
struct hold_as {
    uint32_t via, edge; /* UINT32_MAX: it began here; no edge says so */
    enum hold_how how;
    bool shown;
};
struct hold {
    int64_t since;
    struct hold_as as;
    bool held, ran;
    bool looked, looked_shown; /* what comes of it is known, so far as it was known then */
    int64_t looked_since;
};
struct waiting {
    int64_t since;
    uint32_t n;
};
struct waiting_room { /* a heap, its room the arena's */
    struct waiting *p;
    size_t count, room;
};

enum {                      /* of q.marks, beside those of ask/affecting.h */
       IMPACT_CARRIES = 64, /* a release that is among those that do */
       IMPACT_MADE = 128,   /* bytes that were counted among what was made */
};

struct impacting {
    struct hw_case *c;
    const struct hw_impact_ask *ask;
    struct hw_impact_answer *a;
    struct hw_error *err;
    struct affecting q; /* machines; its walk is everybody's */
    struct hw_toucher *toucher;
    struct hw_edge_list edges;      /* room for one list at a time: the arena gives none back */
    struct numbers poison;          /* artifacts that carry it */
    struct numbers second;          /* what publishers call a second stage of it */
    struct named_version *versions; /* of what carries it, for bills of materials */
    struct names carrying;          /* those that are releases, by name and version */
    struct declared_release *declared;
    struct names said_releases; /* the same, by name and version */
    struct declared_delivery *deliveries;
    struct hold *holds; /* of each thing */
    uint8_t *seen;      /* of each host: what is held of it, a bit for each HW_SIGHT_ */
    bool *acted;        /* of each session: it left something on its machine */
    struct hw_edge_list logons, written; /* log-ons to sessions; bytes that processes wrote */
    struct numbers all_held;             /* each once, in the order they came to be */
    struct waiting_room to_look;         /* those of them whose turn is yet to come */
};

HW_CHECK int numbers_add(struct impacting *x, struct numbers *v, uint32_t n);
/* Of one organisation, as far as both say of which? */
bool impact_same_org(struct hw_span one, struct hw_span other);
int64_t impact_until(const struct impacting *x); /* the end of what is looked at */
HW_CHECK int impacting_no_memory(struct impacting *x);
/* id, key and names of a thing, in the answer's arena. */
HW_CHECK int impacting_end(struct impacting *x, uint32_t n, struct hw_end *out);

/* impact_declared.c: releases and deliveries of estates, and what others counted. */
HW_CHECK int impact_declared(struct impacting *x);
/* impact_poison.c: what carries the target, from the thing on. */
HW_CHECK int impact_poison(struct impacting *x, uint32_t target);
HW_CHECK int impact_version(struct impacting *x, struct hw_span name, struct hw_span version,
                            bool is_release, unsigned depth, struct named_version **out);
/* impact_edges.c: one look at all edges, for those that follow. */
HW_CHECK int impact_edges(struct impacting *x);
/* impact_assets.c: each machine's state. */
HW_CHECK int impact_assets(struct impacting *x, uint32_t target);
/* impact_held.c: who else was in a stranger's hand, by sessions. */
HW_CHECK int impact_hold(struct impacting *x, uint32_t thing, int64_t since, struct hold_as as);
HW_CHECK int impact_held(struct impacting *x, uint32_t target);
/* impact_releases.c: what they could have written. */
HW_CHECK int impact_releases(struct impacting *x);
/* impact_products.c: what contains it, and who got that. */
HW_CHECK int impact_products(struct impacting *x);
/* impact_counts.c: what is counted here, and what scanners saw. */
HW_CHECK int impact_counts(struct impacting *x);
/* impact_unseen.c: how many nobody has seen, or why that is not given. */
HW_CHECK int impact_unseen(struct impacting *x);
/* impact_sight.c: of whom is what held. */
HW_CHECK int impact_sight(struct impacting *x);

#endif
