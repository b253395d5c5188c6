/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/auditd_parts.h -- what the chapters of the audit parser share.
 *
 * auditd_line.c takes a line apart, auditd_event.c puts the lines of one event together,
 * auditd_does.c says what its system call did, auditd.c keeps the window of events under way.
 */
#ifndef HW_EVIDENCE_TELEMETRY_AUDITD_PARTS_H
#define HW_EVIDENCE_TELEMETRY_AUDITD_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence/records.h"

enum {
    HW_AUDITD_VALUES = 1024,
    HW_AUDITD_SCRATCH = 256 * 1024,
    HW_AUDITD_ARGV = 48 * 1024,
    HW_AUDITD_ITEMS = 16,   /* PATH records whose names are weighed */
    HW_AUDITD_SLOTS = 64,   /* events under way */
    HW_AUDITD_LINES = 8192, /* of all of them */
};

struct hw_auditd_head {
    struct hw_span node, type, body;
    int64_t time_ns;
    unsigned digits;
    uint64_t serial;
};
HW_CHECK bool hw_auditd_head(struct hw_span line, struct hw_auditd_head *out);

/* The fields of a body, one after the other. name empty: a word that is no field. */
struct hw_auditd_fields {
    struct hw_span s;
    size_t at;
    bool in_msg, in_round, loose; /* loose: AUOMS, whose command lines are not quoted */
};
struct hw_auditd_field {
    struct hw_span name, value;
    bool bare; /* without quotes: text that needed it was written in hex */
};
HW_CHECK bool hw_auditd_next(struct hw_auditd_fields *f, struct hw_auditd_field *out);

struct hw_auditd_scratch {
    uint8_t *p;
    size_t n, room;
};
/* Hex as the kernel writes untrusted text: NULs become blanks. False: it is not that. */
HW_CHECK bool hw_auditd_hex(struct hw_span s, struct hw_auditd_scratch *m, struct hw_span *out);

struct hw_auditd_text { /* a line of an event under way */
    struct hw_span type, body;
    uint32_t next; /* index + 1; 0: the last */
};

struct hw_auditd_item {
    struct hw_span name, nametype;
    bool there;
};

struct hw_auditd_event {
    struct hw_auditd_head head;
    struct hw_span host;
    uint64_t off;
    struct hw_span names[HW_AUDITD_VALUES], values[HW_AUDITD_VALUES];
    size_t count;
    uint64_t marks[4]; /* of the names there are: most that are asked for are not */
    struct hw_auditd_item items[HW_AUDITD_ITEMS];
    struct hw_auditd_scratch m;
    uint8_t *argv;
    size_t argv_n;
    bool has_argv, argv_cut, left_out;
    struct hw_span peer_ip, peer_port;
};
void hw_auditd_add(struct hw_auditd_event *e, struct hw_span type, struct hw_span name,
                   struct hw_span value);
struct hw_span hw_auditd_get(const struct hw_auditd_event *e, const char *name);
/* A name of our own: the source's of the same spelling were given their type in front. */
void hw_auditd_own(struct hw_auditd_event *e, const char *name, struct hw_span value);
/* A line of the event, already known to have a head. */
void hw_auditd_take(struct hw_auditd_event *e, const struct hw_auditd_head *h);
/* does, path, target, child ... of the gathered event. */
void hw_auditd_does(struct hw_auditd_event *e);

#endif
