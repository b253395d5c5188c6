/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/room.h -- what the parts of the server share (inside of the room).
 *
 * Threads: each connection has one (libmicrohttpd), and the caller's own looks after the case. A
 * case handle belongs to nobody but whoever holds its desk: `quick` for what is looked up, `deep`
 * for questions that judge, of which one is under way at a time. Who waits too long is told to come
 * again. An answer is kept until the case changes, so that whoever pages through it does not ask it
 * again.
 */
#ifndef HW_DOOR_CONSOLE_ROOM_H
#define HW_DOOR_CONSOLE_ROOM_H

#include <pthread.h>
#include <time.h>

#include "ask/trace.h"
#include "case/cursor.h"
#include "door/console/console.h"
#include "door/console/lines.h"
#include "door/console/pages.h"
#include "tell/tell.h"

enum {
    HW_CONSOLE_CONNECTIONS = 160,
    HW_CONSOLE_STREAMS = 16,      /* of these, event streams */
    HW_CONSOLE_SILENT_S = 15,     /* without a byte either way */
    HW_CONSOLE_REQUEST_S = 20,    /* from the first byte of a request to its last */
    HW_CONSOLE_WAIT_S = 20,       /* for a desk */
    HW_CONSOLE_ARENA = 512 << 20, /* memory of one request's thinking */
    HW_CONSOLE_REPLY = 64 << 20,  /* bytes of one reply */
    HW_CONSOLE_ANSWER = 1 << 30,  /* bytes of one answer */
    HW_CONSOLE_KEPT = 256 << 20,  /* bytes of all answers kept */
    HW_CONSOLE_STEPS = 1 << 17,   /* steps whose edges are remembered */
};

struct hw_desk { /* a case handle, and who may use it now */
    pthread_mutex_t lock;
    struct hw_case *c;
};

/* An answer kept. */
struct hw_kept {
    struct hw_kept *next;
    unsigned held; /* by so many who read it; it lives until the last lets go */
    bool dropped;
    uint64_t generation, used;
    char *key;
    struct hw_lines lines;
};

/* Where an edge lies, for whoever comes back with a step's id. */
struct hw_known_step {
    uint64_t id; /* 0: none */
    uint32_t n;
    struct hw_edge edge;
};

struct hw_console {
    const struct hw_console_ask *ask;
    uint16_t port;
    char token[65]; /* 256 bits, in hex */
    struct hw_desk quick, deep;
    struct hw_buf
        suggested; /* at the quick desk: of that generation, with whether the graph holds */
    uint64_t suggested_of;
    bool derived, has_graph;
    pthread_mutex_t state; /* for all below */
    pthread_cond_t changed;
    uint64_t generation; /* one more with each change of the case */
    struct hw_case_counts counts;
    bool writing, stopping;
    unsigned busy, streams;
    uint64_t uses, kept_bytes;
    struct hw_kept *kept;
    struct hw_known_step *steps; /* HW_CONSOLE_STEPS of them, by id */
    uint64_t steps_of;           /* the generation they are of */
    struct hw_caller *callers;   /* connections, for those that dawdle */
};

struct hw_reply {
    int status; /* of HTTP */
    const char *type;
    struct hw_buf body;
    const struct hw_page_file *file; /* instead of the body */
    bool stream;                     /* instead of both: events */
};

/* A handler fills the reply; a negative code becomes an error reply with err's words. */
typedef int hw_handler(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                       struct hw_error *err);
struct hw_route {
    const char *method; /* GET (and HEAD), or POST */
    const char *path;   /* ends with '/': an id stands behind it */
    const char *query;  /* names it takes, blanks between */
    hw_handler *run;
};
extern const struct hw_route hw_routes[]; /* ended by a NULL path */
/* The route of this path, whatever its method; *id: what stands behind its last '/'. NULL: none. */
const struct hw_route *hw_route_find(struct hw_span path, struct hw_span *id);

/* An error as the line that callers get. */
void hw_reply_error(struct hw_reply *r, int status, const char *says);
/* Which status of HTTP a code is. */
int hw_reply_status(int code);

/* ---- the case (desk.c) ---- */

HW_CHECK int hw_desk_open(const struct hw_console *k, struct hw_desk *d, struct hw_error *err);
void hw_desk_close(struct hw_desk *d);
/* HW_E_BUSY when nobody made room in time. */
HW_CHECK int hw_desk_take(struct hw_desk *d, struct hw_error *err);
void hw_desk_leave(struct hw_desk *d);
/* Makes the graph of the case true again; needs the deep desk, without anything held on it. Where
 * another process writes, or the case cannot be written, *out is false; so it is, not `always`,
 * where there are no logs. */
HW_CHECK int hw_desk_derive(struct hw_console *k, bool always, bool *out, struct hw_error *err);
/* Why it is false, as an error. */
HW_CHECK int hw_desk_not_derived(struct hw_console *k, struct hw_error *err);
int64_t hw_console_now(void);
/* The case as it was looked at last. */
uint64_t hw_console_generation(struct hw_console *k);
/* Looks whether the case has become another; `watch` is the looker's own handle. */
HW_CHECK int hw_console_look(struct hw_console *k, struct hw_case *watch, uint64_t *io_version,
                             struct hw_error *err);
/* Says that it has. */
void hw_console_change(struct hw_console *k);

/* ---- answers (answers.c) ---- */

/* The answer under this key, made by `make` into `text` where none is kept; let go with
 * hw_kept_leave(). `make` runs at the deep desk, with the case held. */
struct hw_making {
    const char *key;
    bool graph;   /* it needs the graph, whether there are logs or not */
    bool lines;   /* it is told in lines, so that one can say that the graph is older */
    bool derived; /* for make: the graph stands for all records */
    uint64_t
        generation; /* for make: of the case as it is held; of an old graph none that is kept */
    struct hw_buf *text;
    int (*make)(struct hw_console *k, struct hw_making *m, struct hw_error *err);
    void *state;
};
HW_CHECK int hw_kept_take(struct hw_console *k, struct hw_making *m, struct hw_kept **out,
                          struct hw_error *err);
/* The same where one is kept; NULL: none is. */
struct hw_kept *hw_kept_find(struct hw_console *k, const char *key);
/* Keeps a copy of what was made elsewhere of the case as it was then; it may also be let go. */
void hw_kept_put(struct hw_console *k, const char *key, uint64_t generation, struct hw_span text);
void hw_kept_leave(struct hw_console *k, struct hw_kept *a);
void hw_kept_forget(struct hw_console *k); /* all of them, with the lock of the state held */

/* ---- the graph (graph.c) ---- */

/* The one thing with this whole id. HW_E_MISSING. */
HW_CHECK int hw_graph_thing(struct hw_walk *w, struct hw_span id, uint32_t *out_n,
                            struct hw_error *err);
/* {"type":"thing",...} */
HW_CHECK int hw_json_thing(struct hw_buf *b, struct hw_walk *w, struct hw_arena *arena, uint32_t n,
                           struct hw_error *err);
void hw_steps_keep(struct hw_console *k, const struct hw_step *s, const struct hw_edge *e,
                   uint64_t generation);
/* Those of a chain, as told at the deep desk. */
void hw_steps_of_chain(struct hw_console *k, const struct hw_trace_answer *a);
bool hw_steps_find(struct hw_console *k, struct hw_span id, uint32_t *out_n, struct hw_edge *out);
/* What analysts said of this id; whole ids only. */
HW_CHECK int hw_json_decisions(struct hw_buf *b, struct hw_case *c, const char *id, bool *out_any,
                               struct hw_error *err);

hw_handler hw_get_case, hw_get_lines, hw_get_picture, hw_get_things, hw_get_thing, hw_get_walk,
    hw_get_step, hw_post_judge, hw_get_artifacts, hw_get_artifact, hw_get_timeline, hw_get_events;

#endif
