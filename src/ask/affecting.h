/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/affecting.h -- the question of ask/affected.h under way (inside of the room).
 */
#ifndef HW_ASK_AFFECTING_H
#define HW_ASK_AFFECTING_H

#include "ask/affected.h"
#include "ask/room.h"
#include "ask/touched.h"
#include "base/buf.h"
#include "case/graph.h"
#include "fact/version.h"

/* What an advisory says of versions of one product. */
struct said {
    struct said *next;
    const char *name; /* letters and digits only, lower case: how inventories spell is chance */
    enum hw_order scheme;
    struct hw_versions in;
    bool named;              /* nothing of versions: the name is known from bytes of it */
    bool bad;                /* affected or malicious; else fixed or not affected */
    struct hw_span advisory; /* in words */
};

/* What it says of a thing of the graph. */
enum {
    AFFECTING_BAD = 1,     /* the bytes, or a version, that it names */
    AFFECTING_BYTES = 2,   /* known by hash */
    AFFECTING_PRODUCT = 4, /* a package of a product that it speaks of */
    AFFECTING_GOOD = 8,    /* of a version that it calls not affected, or that is out of range */
};

struct machine {
    uint32_t host; /* n of its thing; UINT32_MAX: files of no named host */
    struct hw_asset *asset;
    bool inventory, with_hashes; /* packages are known; some by their bytes */
    bool stale;                  /* an inventory of it is held that is too old to tell */
    bool product, unsure;        /* the product is there; in bytes or a version nobody can judge */
    bool logs;                   /* sent records of its own */
    bool network;                /* something recorded what it asked for or spoke with */
    struct hw_span unsure_name;
};

struct affecting {
    struct hw_case *c;
    const struct hw_affected_ask *ask;
    struct hw_affected_answer *a;
    struct hw_walk *w;
    struct hw_toucher toucher;
    struct hw_edge_list edges; /* of the bytes looked at: its room is used again */
    struct hw_error *err;
    struct said *said;
    uint64_t things;
    struct hw_acts *acts; /* of each thing */
    uint8_t *marks;       /* AFFECTING_ of each thing */
    uint32_t *machine_of; /* of each host: index in machines, from 1 */
    struct machine *machines;
    size_t machine_count, machine_room;
    bool names_bytes; /* at least one hash of a file */
    int64_t since;    /* it cannot have come before; HW_TIME_NONE: at any time */
    bool inventoried; /* every edge was shown to affecting_inventory() */
};

/* affecting_machines.c: begin, then what it is about is said, then judge; end in any case. */
HW_CHECK int affecting_begin(struct affecting *q);
HW_CHECK int affecting_judge(struct affecting *q);
void affecting_end(struct affecting *q);
/* What an INSTALLED edge says of its machine. */
HW_CHECK int affecting_inventory(struct affecting *q, const struct hw_edge *e);
/* Does the inventory behind this edge tell of the time that counts? */
bool affecting_covers(const struct affecting *q, const struct hw_edge *installed);

/* affecting_says.c: reads the advisory; marks the things of the graph that it names. */
HW_CHECK int affecting_says(struct affecting *q);
/* The machine of this host, made when it is first met; NULL: memory is out, err says so. */
struct machine *affecting_machine(struct affecting *q, uint32_t host);
/* A version of a product that is named, or (named) a product that bytes of it are known of. */
HW_CHECK int affecting_keep(struct affecting *q, struct hw_span name, const struct said *what);
/* affecting_found.c: what a marked thing means for machines. */
HW_CHECK int affecting_bytes(struct affecting *q, uint32_t artifact, struct hw_span says);
/* The same of what came after: where it ran or lies, the machine is at its second stage. */
HW_CHECK int affecting_second(struct affecting *q, uint32_t artifact, struct hw_span says);
HW_CHECK int affecting_place(struct affecting *q, uint32_t place, struct hw_span says);
HW_CHECK int affecting_packages(struct affecting *q);
HW_CHECK int affecting_files(struct affecting *q, enum hw_mark mark, struct hw_span value,
                             struct hw_span says);

#endif
