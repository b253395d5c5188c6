/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/chain.h -- from "this key verifies this certificate" to "this chain can be trusted at T".
 *
 * Intake recorded links (mathematics). Here they are walked: every path from a certificate upwards,
 * best first, judged by the rules of RFC 5280 section 6 that matter for code signing (issuers are
 * CAs, validity at T, extended key usage) and by what we hold as anchors. No cryptography, no
 * clock.
 */
#ifndef HW_ASK_CHAIN_H
#define HW_ASK_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ask/answer.h"
#include "fact/fact.h"

enum { HW_CHAIN_DEPTH = 10 };

/* All facts of one node, decoded; borrowed. */
struct hw_node_facts {
    const struct hw_fact *facts;
    size_t count;
};

struct hw_chain_path {
    const struct hw_fact *certs[HW_CHAIN_DEPTH]; /* CERTIFICATE facts, leaf first */
    struct hw_span issuer_spki[HW_CHAIN_DEPTH];  /* key that verified certs[i]; empty: unknown */
    unsigned count;
    const struct hw_fact *anchor; /* LINK fact of the anchor that ended the path, or NULL */
    const struct hw_fact *late;   /* the CERTIFICATE not valid at T, or NULL */
    enum hw_chain chain;
    enum hw_at_time at_time;
    bool self_made;   /* the leaf signed itself */
    bool forged;      /* names a root we hold, but that root's key did not sign it */
    bool distrusted;  /* the anchor was distrusted at T */
    bool wrong_usage; /* the leaf may not sign what it signed */
    bool lifetime;    /* the leaf's own usage ends every signature with the certificate */
};

/* The CERTIFICATE fact with this SHA-256, or NULL. */
const struct hw_fact *hw_chain_cert(const struct hw_node_facts *n, struct hw_span sha256);

/* Judges the chain of `leaf` for `usage` (a dotted OID) at time `at`. Always fills *out. */
void hw_chain_judge(const struct hw_node_facts *n, struct hw_span leaf, const char *usage,
                    int64_t at, struct hw_chain_path *out);

#define HW_OID_CODE_SIGNING "1.3.6.1.5.5.7.3.3"
#define HW_OID_TIME_STAMPING "1.3.6.1.5.5.7.3.8"
#define HW_OID_LIFETIME_SIGNING "1.3.6.1.4.1.311.10.3.13"
#define HW_OID_ANY_USAGE "2.5.29.37.0"

#endif
