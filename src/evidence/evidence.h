/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/evidence.h -- the room's entry: hostile bytes in, facts out.
 *
 * One examination (struct hw_exam) reads one outermost input. Each artifact in it, the outermost
 * and every member at any depth, is a node. Formats bid for a node (probe), the best bid reads it
 * (examine), and every serious bid is kept. A parser speaks only through hw_say_*: the exam
 * remembers the first failure of ours, so parsers check hw_exam_going() in their loops and need no
 * error plumbing. Parsers see bytes through base/reader.h only, allocate from exam->arena only.
 */
#ifndef HW_EVIDENCE_EVIDENCE_H
#define HW_EVIDENCE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reader.h"
#include "fact/fact.h"
#include "fact/words.h"

struct hw_keyring; /* trust/keyring.h */
struct hw_yara;    /* evidence/rules.h */

/* What one input may spend. Zero means the default of hw_limits_default(). */
struct hw_limits {
    uint64_t parse_bytes;    /* fuel of all readers together */
    uint64_t items;          /* counted things, all parsers together */
    uint64_t unpacked_bytes; /* all members at all depths together */
    uint64_t member_bytes;   /* one member, and all members alive at once */
    uint64_t ratio;          /* unpacked : packed, judged from 64 MiB unpacked on */
    uint32_t nodes;
    uint32_t depth; /* boxes within boxes */
};
struct hw_limits hw_limits_default(void);

/* Which kind of reading the caller asked for; nothing else is read. */
enum hw_reading {
    HW_READ_ANY,
    HW_READ_ARTIFACT,
    HW_READ_KNOWLEDGE,
    HW_READ_TELEMETRY,
    HW_READ_FEED, /* where knowledge is, not what it says: the case never keeps such a reading */
};

/* Digests of the outermost input, computed outside the cage. */
struct hw_outer {
    uint8_t sha256[32], sha1[20], md5[16];
};

struct hw_exam {
    struct hw_sink *sink;
    const struct hw_keyring *keys; /* anchors and known certificates, borrowed */
    struct hw_limits limits;
    struct hw_budget fuel;
    struct hw_arena *arena;
    enum hw_reading reading;
    /* Published rules to run over every node that is no log and no knowledge; NULL: none. */
    struct hw_yara *rules;
    uint64_t rules_ns;       /* processor time they may take, all together */
    bool rules_failed;       /* they ended an earlier try: none is run, and that is said */
    struct hw_span path;     /* of the outermost input, since rules ask; empty: not known */
    uint32_t nodes;          /* handed out so far */
    uint64_t unpacked_bytes; /* so far */
    uint64_t live_bytes;     /* members in memory now */
    int rc;                  /* first failure of ours; facts are dropped after it */
    struct hw_error err;
    /* Set and kept by hw_examine() itself. */
    uint64_t facts;       /* put so far; END states them (BEGIN and END not counted) */
    uint64_t outer_bytes; /* size of the outermost input */
    size_t arena_bytes;   /* what the arenas of the boxes above hold */
    uint64_t name_key[2]; /* keys the tables of names; from the input's own digest */
    uint64_t rules_matches, rules_nodes, rules_left; /* said; looked at; not, or not to the end */
};

struct hw_format;
struct hw_names; /* evidence/room.h */

struct hw_node {
    uint32_t number, parent;
    uint32_t level;                 /* 0: outermost */
    struct hw_span bytes;           /* the whole artifact */
    struct hw_span name;            /* inside its box; empty for the outermost */
    enum hw_degree degree;          /* sinks as anomalies are said */
    const char *because;            /* why broken or refused; static or arena */
    const struct hw_format *format; /* of the winning bid; NULL: nobody bid */
    uint32_t anomalies;             /* said so far; only so many are listed */
    uint32_t layouts;               /* of records, said so far, by whichever parser */
    struct hw_names *names;         /* of its members, to tell duplicates */
};

/* Reads one outermost input whole: BEGIN is the caller's, everything else is said here.
 * Returns HW_OK even for the worst evidence; a negative code is our own failure (sink, memory). */
HW_CHECK int hw_examine(struct hw_exam *x, struct hw_span bytes, const struct hw_outer *outer,
                        struct hw_error *err);

/* For boxes. Announces member `name` with these bytes as a new node, examines it to any depth and
 * returns when it is done. The bytes stay the caller's. `ordinal` is its place in the box;
 * mode and time_ns: HW_NO_MODE / HW_NO_TIME when the box gives none. `out_node`, when not NULL,
 * gets its number (UINT32_MAX when a limit refused it; that is then already said). */
struct hw_member {
    struct hw_span name;
    struct hw_span bytes;
    uint64_t ordinal;
    uint64_t mode;
    int64_t time_ns;
    uint64_t off; /* where in the box it is described; for anomalies of its name */
};
#define HW_NO_MODE UINT64_MAX
#define HW_NO_TIME INT64_MIN
void hw_examine_member(struct hw_exam *x, struct hw_node *box, const struct hw_member *m,
                       uint32_t *out_node);

/* Memory for one member's bytes, counted against limits.member_bytes (all alive together) and
 * limits.unpacked_bytes. hw_member_more() grows it while unpacking and says the refusal itself
 * (over ratio: bomb-ratio; over memory: unopened too-large, by name) and returns false. */
struct hw_member_bytes { /* begins zeroed; the caller writes p[n..room) and raises n */
    uint8_t *p;
    size_t n, room;
    size_t counted; /* private to member.c */
};
HW_CHECK bool hw_member_more(struct hw_exam *x, struct hw_node *box, struct hw_span name,
                             uint64_t packed, struct hw_member_bytes *m, size_t more);
/* For bytes that flow by without being kept: have `unpacked` bytes out of `packed` become a bomb?
 * Says so and refuses the box. Nothing is counted. */
HW_CHECK bool hw_unpacked_fits(struct hw_exam *x, struct hw_node *box, uint64_t packed,
                               uint64_t unpacked);
void hw_member_done(struct hw_exam *x, struct hw_member_bytes *m);

bool hw_exam_going(const struct hw_exam *x);
/* A reader over the node's bytes with the exam's fuel. */
void hw_node_reader(struct hw_exam *x, const struct hw_node *n, struct hw_reader *out);

void hw_say(struct hw_exam *x, const struct hw_fact *f);
/* Says an anomaly and lowers the degree to ODD. rule is a word of hw_anomalies. */
void hw_say_anomaly(struct hw_exam *x, struct hw_node *n, const char *rule, uint64_t off,
                    uint64_t size, const char *fmt, ...) HW_FORMAT(6, 7);
/* The same for what a reader faulted on: rule, offset and words come from the fault
 * (HW_SHORT: truncated; HW_MISMATCH: bad-value; HW_OVER_BUDGET: over-budget). Degree BROKEN. */
void hw_say_fault(struct hw_exam *x, struct hw_node *n, const struct hw_reader *r,
                  const char *what);
void hw_say_degree(struct hw_node *n, enum hw_degree at_least, const char *because);
/* Properties: key is dotted kebab, e.g. "pe.machine". Text is made valid UTF-8 here. */
void hw_say_number(struct hw_exam *x, const struct hw_node *n, const char *key, uint64_t v);
void hw_say_text(struct hw_exam *x, const struct hw_node *n, const char *key, struct hw_span text);
void hw_say_blob(struct hw_exam *x, const struct hw_node *n, const char *key, struct hw_span bytes);
void hw_say_unopened(struct hw_exam *x, struct hw_node *n, const char *kind, struct hw_span name,
                     uint64_t off, uint64_t size, const char *because);
/* Evidence text as valid UTF-8 without NUL (bad bytes become U+FFFD), cut to max bytes at a
 * character's edge; lives in the arena. Empty when memory is out. */
struct hw_span hw_exam_text(struct hw_exam *x, struct hw_span s, size_t max);
/* The same into p[0..room); returns how much of it was used. */
size_t hw_exam_clean(struct hw_span s, uint8_t *p, size_t room);

/* A member's name for the words of an anomaly of its box: short, and nothing once the box has more
 * anomalies than are listed, so that a million bad names cost no memory. */
struct hw_span hw_name_text(struct hw_exam *x, const struct hw_node *box, struct hw_span name);

/* A format: one row of the table in examine.c. */
struct hw_format {
    const char *word; /* in hw_formats */
    /* Bits of the input verified, 0: not mine. Looks only; may read anywhere in `bytes` through a
     * reader of its own with the fuel given. Below 24 bits is a guess, from 32 on serious. */
    unsigned (*probe)(struct hw_span bytes, struct hw_budget *fuel);
    void (*examine)(struct hw_exam *x, struct hw_node *n);
    const char *unopened; /* word of hw_unopeneds for boxes known and not opened, else NULL */
    bool box;             /* examine() hands members on, so the depth limit is for it */
};
/* Or-ed into a probe's answer when the format does not begin at byte 0 (a trailer, a header deep
 * inside): such a bid loses to any serious one that does, however many bits it verified. */
#define HW_BID_ELSEWHERE 0x10000U

/* A member that is no file: link, directory that matters, device. Its name is judged as a member's
 * is; it is recorded and never followed. what: symlink hardlink device fifo socket other. */
void hw_examine_entry(struct hw_exam *x, struct hw_node *box, const struct hw_member *m,
                      const char *what, struct hw_span target);

/* Makes every library this room stands on load what it loads lazily: locale, time zone, digests.
 * Once, before the cage closes; afterwards an examination opens nothing. Changes the process's
 * LC_CTYPE and TZ, so it is for the worker and for tests. */
void hw_evidence_warm(void);

/* entropy in thousandths of a bit per byte (0..8000), and bytes that are not zero; both outputs
 * optional. An empty span has entropy 0. */
void hw_measure(struct hw_span s, uint32_t *out_entropy, uint64_t *out_nonzero);

#endif
