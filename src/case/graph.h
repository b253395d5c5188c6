/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/graph.h -- the graph that derive/ makes of all records: things, edges in both directions,
 * gaps; writing it as a whole, and walking it.
 *
 * Numbers (n) are handles within one derivation, in the order of ids, and are never printed.
 * Edges lie clustered twice: by object and time for going back, by subject and time for going
 * forward. What only an answer needs (where it is recorded) lies apart.
 */
#ifndef HW_CASE_GRAPH_H
#define HW_CASE_GRAPH_H

#include "case/case.h"
#include "fact/entity.h"
#include "fact/id.h"

/* How an edge is known, best first. */
enum hw_known { HW_OBSERVED, HW_KEYED, HW_INFERRED, HW_CLAIMED, HW_KNOWN_COUNT };
const char *hw_known_word(enum hw_known k);

enum {                        /* flags of a thing */
       HW_THING_BROKER = 1,   /* acts for others: joined only by key */
       HW_THING_IMPLIED = 2,  /* nothing records its birth */
       HW_THING_SHARED = 4,   /* common to many hosts: an account of the system, a public service */
       HW_THING_OUTSIDE = 8,  /* of no host that sends records */
       HW_THING_QUIET = 16,   /* a host that has no records of its own */
       HW_THING_TOUCHED = 32, /* something here wrote, fetched or started it */
       HW_THING_NETWORK = 64, /* an address that is not the machine's own */
       /* What estates declare: of hosts, of accounts (build, admin), of packages (the last two). */
       HW_THING_DECLARED = 128,
       HW_THING_BUILD = 256,
       HW_THING_SIGNING = 512,
       HW_THING_SOURCE = 1024,
       HW_THING_VPN = 2048,
       HW_THING_CONTROLLER = 4096, /* a domain controller */
       HW_THING_ADMIN = 8192,
       HW_THING_ALLOWED = 16384, /* software that its organisation sanctions */
       HW_THING_REFUSED = 32768, /* and does not; both: two estates disagree */
};
enum {                            /* flags of an edge */
       HW_EDGE_HOLDS = 1,         /* true from lo to hi, not a moment in between */
       HW_EDGE_SUBJECT = 2,       /* the subject has edges into it: going back does not end there */
       HW_EDGE_CONTEXT = 4,       /* says where or who; not a way that poison takes by itself */
       HW_EDGE_TOLD = 8,          /* another case's owner says so: walked by who asks for it only */
       HW_EDGE_TOLD_SUBJECT = 16, /* as SUBJECT, with what was told */
};

struct hw_thing {
    uint8_t id[HW_ID_BYTES];
    enum hw_entity kind;
    const char *scope;         /* "" for kinds without */
    struct hw_span key;        /* canonical; what the id is made of */
    struct hw_span name;       /* for people */
    struct hw_span native;     /* the source's own unique id, or empty */
    uint32_t host;             /* n of the host, UINT32_MAX: none */
    int64_t first_ns, last_ns; /* seen; HW_TIME_NONE unknown */
    uint32_t flags;
};

struct hw_edge {
    uint32_t subject, object;
    int64_t lo, hi;
    enum hw_verb verb;
    enum hw_known known;
    uint32_t flags;
    uint32_t weight; /* what rarity adds to its cost, 0..4095 */
};

/* Where an edge is recorded: number and offset in a source; `why`, a number of derive's own list
 * of joins (0: the record says so itself); `also`, more places, packed (fact/why.h). */
struct hw_edge_place {
    uint32_t why, source;
    uint64_t number, off;
    struct hw_span also; /* of u32le source, u64le number, u64le off */
};

struct hw_source {
    uint8_t evidence[32];
    uint32_t node;
    int64_t reading;
    struct hw_span path; /* escaped, of the outermost and its members */
    uint64_t records;
};

struct hw_gap_row {
    const char *what, *log, *says;
    uint32_t host; /* n, or UINT32_MAX */
    int64_t from_ns, to_ns;
    uint64_t count;
};

/* ---- writing: everything, in one transaction ---- */

struct hw_graph; /* a writer */
/* Digest of every reading and declared fact, and of `version`: what a derivation is made of. */
HW_CHECK int hw_graph_print(struct hw_case *c, uint32_t version, uint8_t out[32],
                            struct hw_error *err);
/* Is there a graph at all? Asked first, it saves the print, which looks at every reading. */
HW_CHECK int hw_graph_exists(struct hw_case *c, bool *out, struct hw_error *err);
/* Does the graph in the case stand for this print? */
HW_CHECK int hw_graph_fresh(struct hw_case *c, const uint8_t print[32], bool *out,
                            struct hw_error *err);
HW_CHECK int hw_graph_begin(struct hw_case *c, struct hw_graph **out, struct hw_error *err);
HW_CHECK int hw_graph_put_source(struct hw_graph *g, uint32_t n, const struct hw_source *s,
                                 struct hw_error *err);
HW_CHECK int hw_graph_put_thing(struct hw_graph *g, uint32_t n, const struct hw_thing *t,
                                struct hw_error *err);
/* Another name of bytes: a weaker digest. Once is enough; twice is no fault. */
HW_CHECK int hw_graph_put_alias(struct hw_graph *g, uint32_t n, struct hw_span name,
                                struct hw_error *err);
/* Three passes, each in its table's order: by n; by object, hi, n; by subject, lo, n. */
HW_CHECK int hw_graph_put_place(struct hw_graph *g, uint32_t n, const struct hw_edge_place *p,
                                struct hw_error *err);
HW_CHECK int hw_graph_put_in(struct hw_graph *g, uint32_t n, const struct hw_edge *e,
                             struct hw_error *err);
HW_CHECK int hw_graph_put_out(struct hw_graph *g, uint32_t n, const struct hw_edge *e,
                              struct hw_error *err);
HW_CHECK int hw_graph_put_gap(struct hw_graph *g, const struct hw_gap_row *p, struct hw_error *err);
/* Commits under this print. Without it everything is undone at free. */
HW_CHECK int hw_graph_end(struct hw_graph *g, const uint8_t print[32], struct hw_error *err);
void hw_graph_free(struct hw_graph *g);
HW_AUTO_DEFINE(hw_graph);

/* ---- reading ---- */

struct hw_walk; /* prepared questions; what it lends lives until the next call of the same kind */
HW_CHECK int hw_walk_new(struct hw_case *c, struct hw_walk **out, struct hw_error *err);
void hw_walk_free(struct hw_walk *w);
HW_AUTO_DEFINE(hw_walk);
/* Walks as if these edges were not there (nor the other half of a sameness); they live as long as
 * the walk. */
struct hw_edge_ends {
    uint32_t n, subject, object;
};
void hw_walk_avoid(struct hw_walk *w, const struct hw_edge_ends *edges, size_t count);

/* Walks over what other cases' owners told as well. A chain may cross into that; whatever counts or
 * judges does not. */
void hw_walk_told(struct hw_walk *w);

HW_CHECK int hw_walk_counts(struct hw_walk *w, uint64_t *out_things, uint64_t *out_edges,
                            struct hw_error *err);
/* HW_E_CASE when there is no such thing. */
HW_CHECK int hw_walk_thing(struct hw_walk *w, uint32_t n, struct hw_thing *out,
                           struct hw_error *err);
/* Of a thing only what a search asks: cheap. */
HW_CHECK int hw_walk_acts(struct hw_walk *w, uint32_t n, enum hw_entity *out_kind,
                          uint32_t *out_flags, struct hw_error *err);
/* The same of all, with what else is asked of most; out has room for one more than there are. */
struct hw_acts {
    enum hw_entity kind; /* NONE: there is no such thing */
    uint32_t flags, host;
    int64_t first_ns;
};
HW_CHECK int hw_walk_all(struct hw_walk *w, struct hw_acts *out, struct hw_error *err);
HW_CHECK int hw_walk_place(struct hw_walk *w, uint32_t n, struct hw_edge_place *out,
                           struct hw_error *err);
HW_CHECK int hw_walk_source(struct hw_walk *w, uint32_t n, struct hw_source *out,
                            struct hw_error *err);
/* Edges into `object` whose lo is at most `upto`, latest hi first; HW_ROW and 0 as cursors do.
 * Starting again forgets the walk before. */
HW_CHECK int hw_walk_back(struct hw_walk *w, uint32_t object, struct hw_error *err);
HW_CHECK int hw_walk_forth(struct hw_walk *w, uint32_t subject, struct hw_error *err);
/* All edges of one verb (NONE: of all), by object, then hi: reads the whole graph once. */
HW_CHECK int hw_walk_verb(struct hw_walk *w, enum hw_verb verb, struct hw_error *err);
HW_CHECK int hw_walk_next(struct hw_walk *w, uint32_t *out_n, struct hw_edge *out,
                          struct hw_error *err);

/* Things: by id (bytes lo to hi), by native id, by kind and name (exact; bytes by any
 * of their digests), by kind and the end of a
 * name (slow: reads all of that kind). HW_ROW and 0. */
struct hw_thing_ask {
    struct hw_span id_lo, id_hi; /* both or neither */
    struct hw_span native, name, name_end;
    enum hw_entity kind; /* NONE: any */
};
HW_CHECK int hw_walk_find(struct hw_walk *w, const struct hw_thing_ask *ask, struct hw_error *err);
HW_CHECK int hw_walk_found(struct hw_walk *w, uint32_t *out_n, struct hw_thing *out,
                           struct hw_error *err);
/* Bytes of the graph that INDICATOR facts name by one of their digests, by kind and value, both as
 * hw_case_indicators_of() takes them. HW_ROW and 0. */
HW_CHECK int hw_walk_published(struct hw_walk *w, struct hw_error *err);
HW_CHECK int hw_walk_published_next(struct hw_walk *w, uint32_t *out_n, const char **out_kind,
                                    struct hw_span *out_value, struct hw_error *err);
HW_CHECK int hw_walk_gaps(struct hw_walk *w, struct hw_error *err);
HW_CHECK int hw_walk_gap(struct hw_walk *w, struct hw_gap_row *out, struct hw_error *err);

#endif
