/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/look.h -- what the rules over telemetry share: looking at things and edges of the graph,
 * names and folders, and saying what was found with the record that shows it.
 *
 * The first failure stays in l->rc; after it every look is empty, so that a rule needs one check.
 */
#ifndef HW_ASK_LOOK_H
#define HW_ASK_LOOK_H

#include "ask/room.h"
#include "base/time.h"
#include "case/graph.h"

#define HW_LOOK_SECOND ((int64_t)1000000000)
#define HW_LOOK_MINUTE (60 * HW_LOOK_SECOND)
#define HW_LOOK_DAY (86400 * HW_LOOK_SECOND)
#define HW_LOOK_NONE UINT32_MAX

struct look_edge {
    uint32_t n;
    struct hw_edge e;
};
/* A list of edges, its room used again and again. */
struct look_edges {
    struct look_edge *p;
    size_t count, room;
};
void look_edges_done(struct look_edges *v);

struct look_slot;
struct look {
    struct hw_asking *q;
    struct hw_walk *w, *outer; /* outer: for the one long walk while w looks things up */
    struct hw_arena *arena;    /* things met */
    struct look_slot *slots;
    size_t slot_room, slot_count;
    struct hw_error *err;
    int rc;
};
HW_CHECK int look_init(struct look *l, struct hw_asking *q, struct hw_error *err);
void look_done(struct look *l);
void look_failed(struct look *l, int rc); /* remembers the first */

/* ---- looking ---- */

/* The thing, valid as long as the look; an empty one (kind NONE) after a failure. */
const struct hw_thing *look_thing(struct look *l, uint32_t n);
/* Edges into and out of a thing, up to the as-of moment; in by latest first, out by time. */
void look_in(struct look *l, uint32_t thing, struct look_edges *out);
void look_out(struct look *l, uint32_t thing, struct look_edges *out);
/* Numbers of the things of a kind that are wanted (NULL: all), in their order; owned by the arena.
 * Millions may be looked at, so what is not wanted is not kept. */
struct look_list {
    uint32_t *p;
    size_t count, room;
};
typedef bool look_wanted(const struct hw_thing *t, const struct look_list *hosts);
void look_all(struct look *l, enum hw_entity kind, look_wanted *wanted,
              const struct look_list *hosts, struct look_list *out);
/* Hosts with any of these flags. */
void look_hosts(struct look *l, uint32_t flags, struct look_list *out);
void look_add(struct look *l, struct look_list *v, uint32_t n);
bool look_has(const struct look_list *v, uint32_t n);
/* The first edge of this verb into the thing from one of this kind (NONE: any); false: none. */
bool look_from(struct look *l, uint32_t thing, enum hw_verb verb, enum hw_entity kind,
               struct look_edge *out);
/* Who had this address when that edge came about: a host or a session; NONE: nobody known. */
uint32_t look_holder(struct look *l, uint32_t address, const struct hw_edge *then);
/* The session or the service that a process ran in, the account behind a session or process. */
uint32_t look_session(struct look *l, uint32_t process);
uint32_t look_account(struct look *l, uint32_t session);
uint32_t look_parent(struct look *l, uint32_t process);
/* The file a process ran from; NONE: not recorded. */
uint32_t look_program(struct look *l, uint32_t process);
uint32_t look_host(struct look *l, uint32_t thing); /* itself when it is one */

/* ---- names ---- */

struct hw_span look_base(struct hw_span path);   /* after the last separator */
struct hw_span look_folder(struct hw_span path); /* before it */
/* Base name of a process: "svchost.exe (pid 4)" without what stands behind. */
struct hw_span look_image(struct look *l, uint32_t process);
bool look_in_system(struct hw_span path); /* the library folders of Windows */
bool look_in_windows(struct hw_span path);
bool look_is_library(struct hw_span path); /* .dll and its kin */
bool look_is_one_of(struct hw_span name, const char *const *words, size_t count);
bool look_is_installer(struct hw_span image);  /* Windows' own: servicing and installer services */
bool look_is_build_tool(struct hw_span image); /* compilers, packagers, version control, agents */
bool look_is_agent(struct hw_span image);      /* a build service's own program */
/* An account of a person or a service, not of a machine or of Windows itself. */
bool look_is_somebody(const struct hw_thing *account);

/* ---- saying ---- */

/* A finding about a thing. NULL after a failure. */
struct hw_finding *look_find(struct look *l, const char *rule, enum hw_severity severity,
                             enum hw_confidence confidence, uint32_t thing,
                             struct hw_span discriminator);
/* A reason, with the record of this edge; HW_LOOK_NONE: no record says so by itself. */
void look_why(struct look *l, struct hw_finding *f, uint32_t edge, const char *fmt, ...)
    HW_FORMAT(4, 5);
void look_ran(struct hw_finding *f); /* it ran, or was loaded; NULL is silence */
const char *look_time(int64_t ns, char out[80]);
/* When an edge came about: its moment, or the two it lies between. */
int64_t look_middle(const struct hw_edge *e); /* of a clock's width; else its earliest */
const char *look_when(const struct hw_edge *e, char out[80]);
/* Text of a name, safe for %s, in the answer's memory. */
const char *look_text(struct look *l, struct hw_span s);
const char *look_name(struct look *l, uint32_t thing);

/* ---- the rules, each over the whole graph ---- */

void rule_side_loaded(struct look *l);
void rule_service_dll(struct look *l);
void rule_read_as_data(struct look *l);
void rule_new_logon(struct look *l);
void rule_reconnaissance(struct look *l);
void rule_foreign_writer(struct look *l);
void rule_sign_outside(struct look *l);
void rule_vpn_device(struct look *l);
void rule_software(struct look *l);
void rule_versions(struct look *l);
/* All of them. */
HW_CHECK int hw_find_in_graph(struct hw_asking *q, struct hw_error *err);

#endif
