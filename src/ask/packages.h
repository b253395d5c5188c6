/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/packages.h -- the inside of the hunt over packages.
 *
 *   packages.c        the walks: what could match, what was published, every component
 *   packages_judge.c  one component against what matched, and how much that proves
 */
#ifndef HW_ASK_PACKAGES_H
#define HW_ASK_PACKAGES_H

#include "ask/room.h"
#include "fact/package.h"
#include "fact/version.h"

enum { HW_PACKAGE_KEY_BYTES = 2400, HW_PACKAGE_BUCKETS = 1 << 12 };

/* What could match: "package\nname@version", "sha256\nhex". */
struct hw_package_key {
    uint8_t p[HW_PACKAGE_KEY_BYTES];
    size_t n;
};

/* An indicator that a component may answer. */
struct hw_package_sign {
    struct hw_package_sign *next;
    struct hw_span key, label, source;
    int64_t reading;
    uint32_t node;
    uint64_t line, off;
};

struct hw_package_list; /* a node whose components have digests: it may state more of them */

/* Such a further digest is a reported one. */
struct hw_package_hit {
    struct hw_package_hit *next;
    int64_t reading;
    uint32_t node;
    uint64_t line;
    const struct hw_package_sign *by;
};

struct hw_packages {
    struct hw_asking *q;
    struct hw_error *err;
    uint8_t *marks;
    struct hw_package_sign **signs;
    struct hw_package_list **lists; /* by reading and node */
    struct hw_package_hit *hits;
    bool any_hash, any_statement, any_component;
    struct hw_buf name, silent;    /* canonical name; type and name that no statement is about */
    const struct hw_fact_row *row; /* the component looked at */
    bool named;                    /* it has a package URL: purl and name are of it */
    struct hw_purl purl;
    struct hw_span last_label; /* of the last one that matched */
    uint8_t last_evidence[32];
    uint32_t last_node;
};

/* Makes this component the one looked at: type and the one name of it, if it has a package URL. */
void hw_package_read(struct hw_packages *s, const struct hw_fact_row *row);
/* The version its package URL or the component itself states. */
struct hw_span hw_package_version(const struct hw_packages *s);
void hw_package_key_name(struct hw_span name, struct hw_span version, struct hw_package_key *out);
/* False for algorithms that no list of bad files uses. */
HW_CHECK bool hw_package_key_digest(struct hw_span alg, struct hw_span digest,
                                    struct hw_package_key *out);
/* What was published under this key; NULL: nothing. */
const struct hw_package_sign *hw_package_known(const struct hw_packages *s,
                                               const struct hw_package_key *k);
/* All findings of one component. */
HW_CHECK int hw_package_judge(struct hw_packages *s, const struct hw_fact_row *row);

#endif
