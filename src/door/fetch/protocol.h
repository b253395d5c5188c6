/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/fetch/protocol.h -- what headwater and headwater-fetch say to each other.
 *
 * Control channel: SOCK_SEQPACKET, descriptor 3; one struct a message, host order, same machine and
 * same build (the version is checked). Descriptor 4 is a file of certificates (PEM) of those who
 * may vouch for the peer. OPEN names the one host and port of this program's life: it resolves the
 * name, closes itself in and says READY. Then each ASK brings a descriptor to write what was
 * fetched into and, for a POST, before it one to send from; each gets one ANSWER. Texts end with
 * NUL.
 */
#ifndef HW_DOOR_FETCH_PROTOCOL_H
#define HW_DOOR_FETCH_PROTOCOL_H

#include <stdint.h>

enum {
    HW_FETCH_VERSION = 1,
    HW_FETCH_CONTROL_FD = 3,
    HW_FETCH_CA_FD = 4,
    HW_FETCH_URL_BYTES = 4096,
    HW_FETCH_REDIRECTS = 3, /* and never to another host */
};

enum hw_fetch_kind { HW_FETCH_OPEN = 1, HW_FETCH_READY, HW_FETCH_ASK, HW_FETCH_ANSWER };

struct hw_fetch_open {
    uint32_t kind, version;
    uint64_t max_bytes;           /* of one answer */
    uint32_t connect_s, total_s;  /* seconds for one answer */
    uint32_t stall_s, pad;        /* seconds in which at least a byte a second must come */
    char url[HW_FETCH_URL_BYTES]; /* whose host and port are the only ones */
    char header[2048];            /* "Name: value" that says who we are; or empty */
};

struct hw_fetch_ready {
    uint32_t kind, version;
    uint32_t landlock_abi, uid;
    int32_t code; /* enum hw_code with a refusal */
    uint32_t pad;
    char refusal[200]; /* not empty: not ready; it leaves */
};

struct hw_fetch_ask {
    uint32_t kind, post;
    uint64_t body_bytes; /* of a POST */
    char url[HW_FETCH_URL_BYTES];
    char accept[160], type[96]; /* headers of these names; empty: none */
    char etag[256], modified[64];
};

struct hw_fetch_answer {
    uint32_t kind, status; /* of HTTP; 0: it did not come to that */
    int32_t code;          /* enum hw_code */
    uint32_t pad;
    uint64_t bytes;
    char etag[256], modified[64], type[160];
    char added_last[64]; /* X-TAXII-Date-Added-Last */
    char says[200];      /* why not, for people */
};

#endif
