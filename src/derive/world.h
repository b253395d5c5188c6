/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/world.h -- everything a derivation holds in memory: texts, hosts, events, things, edges.
 *
 * All numbers are indices into growing arrays; 0 is "none" in every one of them. Memory failures
 * are remembered in w->rc and everything after them is silence, so that callers need one check.
 */
#ifndef HW_DERIVE_WORLD_H
#define HW_DERIVE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "case/graph.h"

/* A growing array of `each` bytes an element; element 0 exists and is zero. */
struct vec {
    uint8_t *p;
    size_t room;
    uint32_t count, each;
};
#define AT(type, v, i) (&((type *)(void *)(v)->p)[i])

/* Open addressing over indices: the owner compares. */
struct table {
    uint32_t *slot;
    uint32_t room, used;
};

typedef uint32_t text_id; /* an interned text; 0: empty */

struct host {
    int64_t skew;        /* added to its times, to agree with the others */
    uint32_t witnesses;  /* pairs of records that show it */
    text_id scope, name; /* canonical, lower case */
    text_id shown;       /* as records write it */
    uint32_t thing;
    uint32_t is; /* the same machine under a later name */
    bool has_records;
    int64_t first, last;
};

/* One record, once, however many roads it came by. */
struct event {
    uint32_t log;  /* index into world.logs */
    uint32_t also; /* index into world.also: another place of the same record */
    text_id channel;
    uint32_t host;
    uint64_t number, off;
    int64_t at;
};
struct also {
    uint32_t next, log;
    uint64_t number, off;
};

struct log {
    uint8_t sha256[32], evidence[32]; /* of the node; of the outermost */
    int64_t reading;
    uint32_t node;
    text_id path, scope, host, zone; /* declared; zone "" or as --tz gave it */
    text_id signer;                  /* of a bundle: whom somebody pinned; or 0 */
    uint64_t records;
    bool tells; /* its records say what is missing, of which machine and why */
};

/* Who did something: by the source's own process id where it has one, else by pid at a time. */
struct actor {
    uint32_t host;
    text_id guid, image, user;
    uint32_t pid;   /* 0: not known, 1 + pid otherwise */
    uint32_t other; /* of a pid alone: the actor that is it */
    uint32_t proc;  /* by guid: the process, once made */
};

struct proc {
    uint32_t host;
    text_id guid, image, command, user, logon;
    uint32_t pid;    /* 1 + pid */
    uint32_t parent; /* actor */
    uint32_t event;  /* of its start; 0: implied */
    uint32_t heir;   /* implied: the start of a child that tells its account */
    int64_t lo, hi;  /* of its start; implied: first and last seen of it */
    int64_t died;    /* HW_TIME_MAX: not seen */
    int64_t seen_lo, seen_hi;
    uint32_t thing;
    uint32_t twin; /* the same process by another source */
    bool broker, implied, has_twin;
};

struct when {
    int64_t lo, hi;
    uint32_t event, host;
    int64_t t; /* what the clock said, once in UTC: within lo and hi; for comparing clocks only */
};

/* File and process deeds; what a..d are stands at each kind in collect.c. */
struct deed {
    struct when at;
    uint8_t kind; /* enum hw_happening */
    uint32_t actor, proc;
    uint32_t a, b, c, d;
};
struct flow {
    struct when at;
    uint32_t actor, proc;
    text_id src, dst, dst_name;
    uint16_t src_port, dst_port;
    bool initiated, known_side, sensor;
    uint32_t address; /* thing of the far end */
};
struct logon {
    struct when at;
    text_id logon, account, src, guid, by, linked, src_host, kind, auth, device;
    uint16_t src_port;
    uint32_t session; /* thing */
    bool reached;     /* something was found that it came from */
};
struct explicit_logon {
    struct when at;
    text_id by, account, dst, guid, src;
};
struct ticket {
    struct when at;
    text_id account, src, guid, service;
};
struct share {
    struct when at;
    text_id logon, account, path, src;
    uint16_t src_port;
    bool writes;
};
struct service {
    struct when at;
    text_id name, path, logon, user, command;
    uint32_t actor;
    uint8_t kind; /* enum hw_happening */
};
struct lease {
    struct when at; /* lo..hi: how long it holds */
    text_id ip, name, device, account, src, session;
    uint8_t kind;   /* VPN_SESSION, LEASE */
    uint8_t action; /* of VPN: 0 one, 1 start, 2 end */
    int64_t until;  /* as the record says; 0: it does not */
};
struct claim { /* estate, CI, signing, releases: things said about bytes */
    struct when at;
    uint8_t kind;
    text_id a, b, c, d, e, f, g, h; /* g, h: of bundles only */
};

struct thing {
    enum hw_entity kind;
    text_id scope, key, name, native;
    uint32_t host; /* thing of the host */
    int64_t first, last;
    uint32_t flags;
};
struct edge {
    uint32_t subject, object;
    int64_t lo, hi;
    uint32_t event;
    uint8_t verb, known, flags, why;
    uint16_t weight;
    uint32_t also; /* records beside its event's own that say the same */
};
struct gap {
    text_id what, log, says;
    uint32_t host;
    int64_t from, to;
    uint64_t count;
};

struct alias {
    text_id weak, strong;
};
/* One content of one path on one host, from its first write (or first sight) to the next. */
struct version {
    uint32_t host;
    text_id path, hash;
    int64_t lo, hi; /* of its first write; implied: HW_TIME_MIN and the first sight of it */
    int64_t seen;   /* latest moment it is known to have lain there */
    uint32_t thing;
    uint32_t writer; /* thing; 0: nobody recorded */
    uint32_t event;  /* of the record that gave the hash */
    bool touched;    /* written, fetched or marked within the records */
};

/* Who had an address, and when. */
struct holder {
    text_id scope, ip;
    uint32_t host;  /* 0: only the thing is known */
    uint32_t thing; /* a host, or the session of a gateway */
    int64_t lo, hi;
    uint32_t event;
    uint32_t count; /* records that bear it */
    uint8_t why, known;
};
/* One spelling of an account for another, within a scope. */
struct same_account {
    text_id scope, said, is;
};

struct reach;

struct world {
    struct hw_case *c;
    struct hw_error *err;
    int rc;
    /* texts */
    uint8_t **blocks;
    uint32_t block_count;
    size_t block_used;
    struct vec texts;
    struct table text_table;
    /* all the rest */
    struct vec hosts, events, alsos, logs, actors, procs, deeds, flows, logons, explicits, tickets,
        shares, services, leases, claims, things, edges, gaps, aliases, versions, holders,
        same_accounts;
    uint32_t *procs_by_host; /* indices, sorted by host and start */
    uint32_t *procs_by_pid;  /* the same, by host, pid and start; implied ones are not there */
    uint32_t known_procs;    /* how many are */
    uint32_t *writes;        /* deeds that wrote or read a file, by host and time */
    uint32_t writes_count;
    struct table host_table, actor_table, thing_table, seen;
    struct vec seen_keys;           /* of world.seen: a digest for each event, by its number */
    struct clocks *clocks;          /* clock.c: learnt in the first pass, asked in the second */
    struct reach *holding, *ending; /* lease.c: holders by address; leases by what ends them */
    uint32_t ranked;                /* things that have a number in the case */
    struct hw_derived *told;
};

int world_init(struct world *w, struct hw_case *c, struct hw_error *err);
void world_done(struct world *w);
void world_forget_seen(struct world *w);
void world_forget_deeds(struct world *w);
void leases_done(struct world *w);       /* lease.c */
int world_fail(struct world *w, int rc); /* remembers the first */

/* A new zeroed element, or 0 (and w->rc set) when memory is out. */
uint32_t vec_add(struct world *w, struct vec *v);
void vec_free(struct vec *v);
/* The slot of a key with this hash for which same() holds, or a free one. */
uint32_t *table_find(struct world *w, struct table *t, uint64_t hash,
                     bool (*same)(struct world *w, uint32_t index, const void *key),
                     const void *key, uint64_t (*hash_at)(struct world *w, uint32_t index));
uint64_t world_hash(const void *p, size_t n, uint64_t seed);

text_id text_of(struct world *w, struct hw_span s);
text_id text_lower(struct world *w, struct hw_span s);
text_id text_print(struct world *w, const char *fmt, ...) HW_FORMAT(2, 3);
struct hw_span text_span(const struct world *w, text_id t);
const char *text_str(const struct world *w, text_id t); /* NUL-terminated */

/* Hosts by scope and name as records write it. 0 for an empty name. */
uint32_t host_of(struct world *w, text_id scope, struct hw_span name);
struct host *host_at(struct world *w, uint32_t h);
void host_saw(struct world *w, uint32_t h, int64_t lo, int64_t hi);
uint32_t host_thing(struct world *w, uint32_t h);

/* Of what is there already; 0: nothing is. */
uint32_t thing_known(struct world *w, enum hw_entity kind, text_id scope, text_id key);
uint32_t thing_of(struct world *w, enum hw_entity kind, text_id scope, text_id key, text_id name);
struct thing *thing_at(struct world *w, uint32_t t);
void thing_saw(struct world *w, uint32_t t, int64_t lo, int64_t hi);

struct edge_how {
    enum hw_verb verb;
    enum hw_known known;
    uint8_t why; /* enum hw_join */
    uint8_t flags;
};
/* An edge; nothing when an end is 0 or both are the same. */
void edge_add(struct world *w, uint32_t subject, uint32_t object, struct edge_how how,
              struct when at);

/* Every moment that a record of what happened bears (they begin with it). */
void each_when(struct world *w, void (*change)(struct world *w, struct when *at));

#endif
