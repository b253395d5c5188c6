/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/exposure.h -- the inside of the readers of scanners' exports;
 * docs/formats/exposure.md is the document.
 *
 *   exposure.c        probe, documents, what is counted
 *   exposure_shape.c  which shape a document has: banner, host, a page of either
 *   exposure_map.c    which name of which scanner plays which role: tables, and the walk
 *   exposure_say.c    one service as a fact
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_EXPOSURE_H
#define HW_EVIDENCE_KNOWLEDGE_EXPOSURE_H

#include "base/buf.h"
#include "evidence/json_walk.h"
#include "evidence/knowledge/teach.h"

extern const struct hw_format hw_exposure_format;

/* ---- shapes (exposure_shape.c) ---- */

enum hw_exposure_shape {
    HW_EXPOSURE_NONE,
    HW_EXPOSURE_PAGE,     /* of a search: more of the others in it */
    HW_EXPOSURE_WRAP,     /* one of the others in it */
    HW_EXPOSURE_BANNER,   /* Shodan */
    HW_EXPOSURE_SHODAN,   /* a host with its banners */
    HW_EXPOSURE_CENSYS_1, /* hosts of Censys, by the version of their names */
    HW_EXPOSURE_CENSYS_2,
    HW_EXPOSURE_CENSYS_3,
    HW_EXPOSURE_SILENT, /* a host of Censys without a service: it says nothing */
};
struct hw_exposure_look {
    enum hw_exposure_shape shape;
    struct hw_span inside; /* the array of a page or host, the object of a wrap */
    const char *why;       /* NONE: static words, by name where it is known what this is */
};
/* Looks at the members of one object, without its values. An array that is cut short is one. */
struct hw_exposure_look hw_exposure_look(struct hw_span object, struct hw_budget *fuel);

/* ---- names (exposure_map.c) ---- */

enum hw_exposure_role {
    HW_EXPOSURE_ADDRESS,
    HW_EXPOSURE_PORT,
    HW_EXPOSURE_TRANSPORT,
    HW_EXPOSURE_SEEN,
    HW_EXPOSURE_SERVICE,
    HW_EXPOSURE_PRODUCT,
    HW_EXPOSURE_VERSION,
    HW_EXPOSURE_CPE,
    HW_EXPOSURE_HOSTNAMES,
    HW_EXPOSURE_ORGANISATION,
    HW_EXPOSURE_ASN,
    HW_EXPOSURE_COUNTRY,
    HW_EXPOSURE_CERT,
    HW_EXPOSURE_CERT_NAMES,
    HW_EXPOSURE_TITLE,
    HW_EXPOSURE_PAGE_HASH,
    HW_EXPOSURE_FAVICON,
    HW_EXPOSURE_BANNER_HASH,
    HW_EXPOSURE_VULNS,
    HW_EXPOSURE_ROLES,
};
/* What one object says, by role; all as text, escapes undone. */
struct hw_exposure_said {
    struct hw_buf text[HW_EXPOSURE_ROLES];
    bool product; /* its product is known: version and product of a further program do not count */
};
void hw_exposure_said_init(struct hw_exposure_said *s);
void hw_exposure_said_clear(struct hw_exposure_said *s);
void hw_exposure_said_done(struct hw_exposure_said *s);

enum hw_exposure_names { /* tables of names */
                         HW_EXPOSURE_OF_BANNER,
                         HW_EXPOSURE_OF_SHODAN,
                         HW_EXPOSURE_OF_HOST_1,
                         HW_EXPOSURE_OF_SERVICE_1,
                         HW_EXPOSURE_OF_HOST_2,
                         HW_EXPOSURE_OF_SERVICE_2,
                         HW_EXPOSURE_OF_HOST_3,
                         HW_EXPOSURE_OF_SERVICE_3,
                         HW_EXPOSURE_NAMES_COUNT,
};
/* Adds what the object says under these names. */
void hw_exposure_map(enum hw_exposure_names names, struct hw_span object, struct hw_budget *fuel,
                     struct hw_exposure_said *out);

/* ---- one document (exposure.c, exposure_say.c) ---- */

struct hw_exposure {
    struct hw_teach t;
    struct hw_exposure_said host, own; /* of the host at hand, of its service */
    const char *scanner;               /* word of hw_scanners */
    uint64_t line;                     /* banners and hosts so far */
    uint64_t services, shodan, censys;
    int64_t first, last; /* seen; HW_TIME_NONE: nothing has a time */
    uint64_t *addresses; /* keyed hashes of those seen; 0: free */
    size_t room, count;
    bool full;
};
/* Says the service that host and own make, at `off`; refuses it with its reason. */
void hw_exposure_say(struct hw_exposure *e, struct hw_span service);

#endif
