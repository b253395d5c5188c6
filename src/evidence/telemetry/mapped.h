/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped.h -- logs of products, read as their mapping declares them.
 *
 * No product is known to the code: what a file of it looks like, which column tells records apart
 * and which one is the time stands in data/mappings/NAME.map (docs/mappings.md). Here are the
 * shapes (CSV, JSON, key=value, W3C, lines), one chapter each, and what they share.
 */
#ifndef HW_EVIDENCE_TELEMETRY_MAPPED_H
#define HW_EVIDENCE_TELEMETRY_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time_words.h"
#include "evidence/telemetry/ndjson.h"
#include "evidence/records.h"
#include "fact/mapping.h"

extern const struct hw_format hw_format_mapped_csv, hw_format_mapped_json, hw_format_mapped_text;

enum {
    HW_MAPPED_EVENTS = 64, /* values of the discriminator that are told apart, in one node */
    HW_MAPPED_EVENT_BYTES = 96,
    HW_MAPPED_CHOICES = 8,    /* names in one event-from or time-from */
    HW_MAPPED_NAMES = 1024,   /* of one record */
    HW_MAPPED_LINE = 1 << 20, /* bytes of one line */
};

/* ---- which product (mapped_known.c) ---- */

enum hw_mapped_shape {
    HW_MAPPED_CSV_BEGINS,
    HW_MAPPED_CSV_HAS,
    HW_MAPPED_JSON,
    HW_MAPPED_KV,
    HW_MAPPED_W3C,
    HW_MAPPED_LINES
};

/* The next name of a list such as: user,"Source IP",time -- without its quotes, when they are
 * around all of it. False at the end. */
HW_CHECK bool hw_mapped_next_name(struct hw_span *list, char between, struct hw_span *out);

/* The product whose header this is: its fields (trimmed), and the header as it is written. Of
 * several the most demanding; *out_bits says how much was verified, 0 and NULL for none. `skip`
 * products that matched are passed over: for tests that ask whether a second one matches. */
const struct hw_mapping *hw_mapped_find_csv(struct hw_span line, const struct hw_span *fields,
                                            size_t count, size_t skip, unsigned *out_bits);
/* The same for a record whose names are known (shapes JSON, KV and W3C). */
const struct hw_mapping *hw_mapped_find_names(enum hw_mapped_shape shape,
                                              const struct hw_span *names, size_t count,
                                              size_t skip, unsigned *out_bits);
/* The product that has lines with this mark in them. */
const struct hw_mapping *hw_mapped_find_line(struct hw_span line, size_t skip, unsigned *out_bits);

/* ---- records (mapped.c) ---- */

struct hw_mapped_choice {
    struct hw_span name[2]; /* two: their values with a blank between */
    size_t at[2];           /* where it was in the record before: looked at first */
};

struct hw_mapped_event {
    uint8_t text[HW_MAPPED_EVENT_BYTES];
    size_t n;
    uint32_t layout; /* UINT32_MAX: not asked for yet */
};

struct hw_mapped {
    struct hw_records w;
    const struct hw_mapping *product;
    bool fixed; /* all records have the same names: a layout is asked for once an event */
    struct hw_mapped_choice events[HW_MAPPED_CHOICES], times[HW_MAPPED_CHOICES];
    size_t events_count, times_count;
    enum hw_time_hint hint;
    bool utc;    /* a time without a zone is in UTC, by the mapping's word */
    bool prefix; /* a time may have other words behind it: lines of text */
    bool loses;  /* the mapping has lines of kind lost: this log tells of losses */
    struct hw_mapped_event *known; /* HW_MAPPED_EVENTS, and two for "other" and "row" */
    size_t known_count;
    struct hw_span *names, *values; /* one more than the record has, where the mapping says also */
    struct hw_buf also;
    uint64_t times_bad, times_bad_off, losses;
};

/* Opens the records. False when memory is out; that is said then, and nothing is to be done. */
HW_CHECK bool hw_mapped_open(struct hw_mapped *m, struct hw_exam *x, struct hw_node *n,
                             const struct hw_mapping *p, bool fixed);
/* One record. `event`: what it is, by the shape itself; empty: by event-from. */
void hw_mapped_put(struct hw_mapped *m, const struct hw_span *names, const struct hw_span *values,
                   size_t count, struct hw_span event, uint64_t number, uint64_t off);
/* The same, with what the JSON in one column says in that column's place. False, and nothing is
 * put, when it is no JSON object or says too much; `f` is scratch. (mapped_json.c) */
HW_CHECK bool hw_mapped_put_unfolded(struct hw_mapped *m, struct hw_json_flat *f,
                                     const struct hw_span *names, const struct hw_span *values,
                                     size_t count, size_t column, uint64_t number, uint64_t off);
void hw_mapped_done(struct hw_mapped *m);

/* Is this plausibly text at all? A cheap look at the first bytes, for probes. */
bool hw_mapped_looks_text(struct hw_span s);

#endif
