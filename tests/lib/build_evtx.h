/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_evtx.h -- Windows event logs, as Windows lays them out.
 *
 * Chunks with their checksums, names in the chunk's string table, templates once a chunk and by
 * reference from then on, <EventData> as binary XML within binary XML. What an honest log never has
 * is made by writing tokens by hand (build_evtx_record, the be_* writers) or by editing the bytes
 * and sealing them again.
 */
#ifndef HW_TESTS_BUILD_EVTX_H
#define HW_TESTS_BUILD_EVTX_H

#include "base/buf.h"

enum { BUILD_EVTX_NAMES = 512, BUILD_EVTX_TEMPLATES = 64, BUILD_EVTX_OPEN = 80 };

struct build_evtx_value {
    uint8_t type;
    const void *p;
    size_t n;
};

struct build_evtx {
    struct hw_buf file;
    uint64_t next_id;
    uint64_t filetime;  /* of the next record; a second more with each */
    uint64_t first_id;  /* of the chunk in hand */
    size_t chunk;       /* where it begins in the file; 0: none is open */
    size_t last_record; /* where the last record began in its chunk */
    uint16_t chunks;
    struct {
        char text[64];
        uint32_t off;
    } names[BUILD_EVTX_NAMES];
    size_t name_count;
    struct {
        uint32_t id, off;
    } templates[BUILD_EVTX_TEMPLATES];
    size_t template_count;
    size_t open[BUILD_EVTX_OPEN]; /* where the sizes of open elements stand */
    size_t depth, attributes;
    bool in_template;
    /* For tests that edit: offsets in the file. */
    size_t template_at; /* the last template written */
    size_t values_at;   /* the last count of values written */
};

void build_evtx_init(struct build_evtx *b);
void build_evtx_done(struct build_evtx *b);
/* Ends the chunk in hand, if any, and writes the file's header; flags 1: dirty. */
void build_evtx_finish(struct build_evtx *b, uint32_t flags);
/* Ends the chunk in hand; the next record begins another. */
void build_evtx_end_chunk(struct build_evtx *b);
/* Computes the checksums of all chunks and of the file again. */
void build_evtx_seal(struct hw_buf *file);

/* A record as providers write them: System with all its fields, EventData with these names (NULL: a
 * Data without a name). Templates are made as needed. */
void build_evtx_event(struct build_evtx *b, const char *provider, uint16_t event,
                      const char *const *names, const struct build_evtx_value *values,
                      size_t count);

/* A record as "the log was cleared" is: UserData, the provider's name out of its values, entities,
 * CDATA, an empty element. broken: it states 200 values and has five. */
void build_evtx_cleared(struct build_evtx *b, const char *provider, bool broken);

/* A record of tokens written by hand between these two. */
void build_evtx_record(struct build_evtx *b);
void build_evtx_record_end(struct build_evtx *b);

/* A fragment's header and an instance of template `id`, with its definition right there the first
 * time in a chunk: write() makes the tokens, without fragment header and end token. */
typedef void (*build_evtx_write)(struct build_evtx *b, const void *state);
void be_instance(struct build_evtx *b, uint32_t id, build_evtx_write write, const void *state);
/* The values of that instance. `inner`, if not NULL, writes one more: binary XML. */
void be_values(struct build_evtx *b, const struct build_evtx_value *values, size_t count,
               build_evtx_write inner, const void *state);

void be_token(struct build_evtx *b, uint8_t token);
void be_name(struct build_evtx *b, const char *name);
void be_open(struct build_evtx *b, const char *name, bool attributes);
void be_attribute(struct build_evtx *b, const char *name, bool more);
void be_end_start(struct build_evtx *b);               /* > */
void be_end_empty(struct build_evtx *b);               /* /> */
void be_end(struct build_evtx *b);                     /* </x> */
void be_text(struct build_evtx *b, const char *ascii); /* a literal */
void be_substitution(struct build_evtx *b, uint16_t index, uint8_t type, bool optional);
/* <name>%index</name> */
void be_leaf(struct build_evtx *b, const char *name, uint16_t index, uint8_t type);

/* UTF-16 of ASCII, for values: writes into out (2 bytes each) and returns its size. */
size_t build_evtx_utf16(const char *ascii, uint8_t *out);

#endif
