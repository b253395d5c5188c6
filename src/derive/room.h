/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/room.h -- the steps of a derivation, in their order, and what they share.
 */
#ifndef HW_DERIVE_ROOM_H
#define HW_DERIVE_ROOM_H

#include "derive/derive.h"
#include "fact/why.h"
#include "derive/reach.h"
#include "derive/world.h"
#include "fact/mapping.h"

#define SECOND HW_NS_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* One record under one line of a mapping. */
struct found {
    const struct hw_bound *bound;
    const struct hw_span *values;
    struct hw_span event; /* the layout's event word */
    uint32_t log;
    text_id scope; /* of the evidence, or the estate's organisation of the host */
    struct when at;
};
struct hw_span found_get(const struct found *f, enum hw_role role);
text_id found_text(struct world *w, const struct found *f, enum hw_role role);
bool found_u64(const struct found *f, enum hw_role role, uint64_t *out); /* decimal or 0x */
bool span_number(struct hw_span s, uint64_t *out);                       /* the same */

/* ---- read.c: every record of every log, once ---- */
int read_logs(struct world *w);
/* Walks all records in the order of their logs' digests; a record comes with each line of the
 * mapping that may bind it. */
struct hw_record;
struct read_pass {
    void (*record)(struct world *w, uint32_t log, struct hw_span source, struct hw_span event,
                   const struct hw_record *r, const struct hw_bound *bounds, size_t count);
    void (*lost)(struct world *w, uint32_t log, const struct hw_fact *f);
};
int read_all(struct world *w, const struct read_pass *pass);

/* ---- clock.c: when things happened, and how sure that is ---- */
int clock_learn(struct world *w); /* world.clocks */
void clock_free(struct world *w);
struct moment {
    int64_t lo, hi, t; /* as struct when has them */
};
/* The interval of a record on a host of a log. */
struct moment clock_of(const struct clocks *k, uint32_t log, uint32_t host, struct hw_span source,
                       struct hw_span event, const struct hw_record *r, const struct hw_bound *b);

/* ---- collect.c: from records to what was done ---- */
int collect(struct world *w);
void collect_one(struct world *w, const struct found *f);     /* happen.c */
void happen_said(struct world *w, const struct found *f);     /* said.c */
void happen_declared(struct world *w, const struct found *f); /* said.c */
uint32_t actor_of(struct world *w, uint32_t host, struct hw_span guid, struct hw_span pid,
                  struct hw_span image, struct hw_span user);
/* A path in its canonical form: Windows paths in lower case with a drive, others as they are. */
text_id path_of(struct world *w, struct hw_span path);
text_id path_base(struct world *w, text_id path); /* after the last separator */
/* The strongest hash of a list, lower-case hex; 0: none that is one. */
text_id hash_of(struct world *w, struct hw_span s);
/* A weaker hash of the same bytes; artifact_thing() follows it. */
void hash_alias(struct world *w, text_id weak, text_id strong);
/* user@domain, lower case; user alone where no domain is known. */
text_id account_of(struct world *w, struct hw_span user, struct hw_span domain);
bool account_is_system(struct hw_span account);  /* of every machine: SYSTEM, LOCAL SERVICE ... */
bool account_is_machine(struct hw_span account); /* HOST$ */
text_id logon_of(struct world *w, struct hw_span s); /* 0x... without leading zeros */
bool logon_is_system(struct hw_span logon);          /* 0x3e7 and its kin */
/* An id in braces and lower case; 0: the nil id. */
text_id uuid_of(struct world *w, struct hw_span s);
text_id address_of(struct world *w, struct hw_span s); /* 0: none, loopback, link */

/* ---- the joins, in this order ---- */
int join_hosts(struct world *w);      /* host.c: renames, the estate's names */
int repair_clocks(struct world *w);   /* skew.c: machines whose clock is off */
int join_accounts(struct world *w);   /* account.c: one account, many spellings */
int join_processes(struct world *w);  /* process.c */
int set_gateways(struct world *w);    /* gateway.c: the zone of their logs */
int join_leases(struct world *w);     /* lease.c: who had which address */
int settle_sessions(struct world *w); /* session.c */
int join_files(struct world *w);      /* file.c */
int join_flows(struct world *w);      /* flow.c */
int join_names(struct world *w);      /* named.c: who asked for which name */
int join_sessions(struct world *w);   /* logon.c */
int join_services(struct world *w);   /* service.c */
int join_claims(struct world *w);     /* claim.c: estate, builds, signatures, releases */
int join_installed(struct world *w);  /* installed.c: what inventories say */
int join_estate(struct world *w);     /* estate.c: roles of hosts and accounts, software */
int join_told(struct world *w);       /* told.c: what other cases' owners say */
int find_gaps(struct world *w);       /* gap.c */
int write_graph(struct world *w, const uint8_t print[32]); /* write.c */

/* process.c */
uint32_t proc_at(struct world *w, uint32_t actor, struct when at); /* the process; implied if new */
uint32_t proc_thing(struct world *w, uint32_t proc);
struct proc *proc_get(struct world *w, uint32_t proc);
bool image_is_broker(struct hw_span image);
bool image_is(struct hw_span image, const char *base); /* base name, case aside */
struct proc_range {
    const uint32_t *p;
    size_t count;
};
struct proc_range procs_of_host(struct world *w, uint32_t host); /* in the order of their start */
/* file.c */
uint32_t version_at(struct world *w, uint32_t host, text_id path, int64_t by); /* 0: none */
uint32_t artifact_thing(struct world *w, text_id hash);
/* account.c */
text_id account_is(struct world *w, text_id scope, text_id account); /* its one spelling */
uint32_t account_thing(struct world *w, uint32_t host, text_id scope, text_id account);
/* lease.c */
void order_leases(struct world *w);                 /* and by what ends them */
int64_t lease_end(struct world *w, uint32_t lease); /* by the clock of its own log */
uint32_t address_thing(struct world *w, text_id scope, text_id ip);
/* Who had the address at that time: the best known; NULL when nobody is known to. */
const struct holder *holder_of(struct world *w, text_id scope, text_id ip, struct when at);
/* session.c */
uint32_t session_at(struct world *w, uint32_t host, text_id logon, struct when at);
/* client.c: the processes on `from` that may have asked for what happened on `to` */
struct suspicion {
    uint32_t from, to; /* hosts */
    text_id account;   /* as account_is() */
    text_id file;      /* written there, or 0 */
    struct when at;
};
struct suspect {
    uint32_t proc;
    uint32_t deed; /* the file it made ready, or 0 */
    uint8_t why;
};
struct clients {           /* processes by host, account and time */
    struct reach commands; /* that bear a command */
    struct reach images;   /* by the program's name besides */
};
bool clients_ready(struct world *w, struct clients *k); /* once processes are known */
void clients_done(struct clients *k);
size_t suspects_of(struct world *w, const struct clients *k, const struct suspicion *s,
                   struct suspect *out, size_t max);

bool overlaps(struct when a, struct when b, int64_t slack);

#endif
