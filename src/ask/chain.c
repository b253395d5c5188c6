/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/chain.h"

#include <string.h>

#include "base/text.h"

/* Cross-signing makes a graph; a hostile bag can make a large one. This many paths are enough to
 * find the good one of any real file, and bound the work for the rest. */
enum { PATHS = 256 };

struct walk {
    const struct hw_node_facts *n;
    const char *usage;
    int64_t at;
    struct hw_chain_path now, best;
    bool have_best;
    unsigned paths;
};

const struct hw_fact *hw_chain_cert(const struct hw_node_facts *n, struct hw_span sha256)
{
    for (size_t i = 0; i < n->count; i++) {
        const struct hw_fact *f = &n->facts[i];
        if (f->kind == HW_FACT_CERTIFICATE &&
            hw_span_equal(hw_fact_get(f, HW_CERTIFICATE_SHA256), sha256)) {
            return f;
        }
    }
    return NULL;
}

/* Is `oid` among the comma-separated OIDs? */
static bool lists(struct hw_span all, const char *oid)
{
    size_t n = strlen(oid);
    for (size_t i = 0; i + n <= all.n; i++) {
        bool starts = i == 0 || all.p[i - 1] == ',';
        bool ends = i + n == all.n || all.p[i + n] == ',';
        if (starts && ends && memcmp(all.p + i, oid, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool usage_allows(const struct hw_fact *cert, const char *oid)
{
    if (!hw_fact_has(cert, HW_CERTIFICATE_EKU)) {
        return true; /* no extension: every usage (RFC 5280 4.2.1.12) */
    }
    struct hw_span eku = hw_fact_get(cert, HW_CERTIFICATE_EKU);
    return lists(eku, oid) || lists(eku, HW_OID_ANY_USAGE);
}

static enum hw_at_time validity(const struct hw_fact *cert, int64_t at)
{
    if (!hw_fact_has(cert, HW_CERTIFICATE_NOT_BEFORE) ||
        !hw_fact_has(cert, HW_CERTIFICATE_NOT_AFTER)) {
        return HW_TIME_UNKNOWN;
    }
    if (at < hw_fact_get_time(cert, HW_CERTIFICATE_NOT_BEFORE)) {
        return HW_TIME_NOT_YET;
    }
    return at > hw_fact_get_time(cert, HW_CERTIFICATE_NOT_AFTER) ? HW_TIME_EXPIRED : HW_TIME_VALID;
}

/* Higher is better: anchored before unanchored, valid before expired, trusted before distrusted. */
static unsigned worth(const struct hw_chain_path *p)
{
    unsigned w = p->chain == HW_ANCHORED ? 16 : p->chain == HW_UNANCHORED ? 8 : 0;
    w += p->at_time == HW_TIME_VALID ? 4 : p->at_time == HW_TIME_EXPIRED ? 2 : 0;
    return w + (p->distrusted || p->wrong_usage ? 0 : 1);
}

static void offer(struct walk *w)
{
    struct hw_chain_path *p = &w->now;
    p->at_time = HW_TIME_VALID;
    p->late = NULL;
    p->wrong_usage = false;
    for (unsigned i = 0; i < p->count; i++) {
        /* an issuer limited to other usages cannot give away what it does not have */
        p->wrong_usage = p->wrong_usage || !usage_allows(p->certs[i], w->usage);
    }
    for (unsigned i = 0; i < p->count; i++) {
        enum hw_at_time t = validity(p->certs[i], w->at);
        if (t != HW_TIME_VALID) {
            p->at_time = t;
            p->late = p->certs[i];
            break;
        }
    }
    w->paths++;
    if (!w->have_best || worth(p) > worth(&w->best)) {
        w->best = *p;
        w->have_best = true;
    }
}

static void offer_anchor(struct walk *w, const struct hw_fact *link)
{
    struct hw_chain_path *p = &w->now;
    p->anchor = link;
    p->chain = HW_ANCHORED;
    p->distrusted =
        hw_fact_has(link, HW_LINK_DISTRUST) && w->at >= hw_fact_get_time(link, HW_LINK_DISTRUST);
    p->issuer_spki[p->count - 1] = hw_fact_get(link, HW_LINK_ISSUER_SPKI);
    offer(w);
    p->anchor = NULL;
    p->distrusted = false;
}

static bool on_path(const struct hw_chain_path *p, const struct hw_fact *cert)
{
    for (unsigned i = 0; i < p->count; i++) {
        if (p->certs[i] == cert) {
            return true;
        }
    }
    return false;
}

/* May `up` stand above the path as it is? A CA, and not more CAs below it than it allows (RFC 5280
 * 4.2.1.9; the path's first certificate is the leaf and does not count). */
static bool may_stand_above(const struct hw_chain_path *p, const struct hw_fact *up)
{
    return !on_path(p, up) && p->count < HW_CHAIN_DEPTH &&
           hw_fact_get_u64(up, HW_CERTIFICATE_CA) == 1 &&
           (!hw_fact_has(up, HW_CERTIFICATE_PATHLEN) ||
            hw_fact_get_u64(up, HW_CERTIFICATE_PATHLEN) >= p->count - 1U);
}

/* Apple's roots vouch for Apple's formats; Windows knows nothing of them. */
static bool for_this(const struct hw_fact *link)
{
    return !hw_span_starts(hw_fact_get(link, HW_LINK_PURPOSE), "apple-");
}

static void climb(struct walk *w, const struct hw_fact *cert)
{
    struct hw_chain_path *p = &w->now;
    p->certs[p->count++] = cert;
    bool risen = false;
    struct hw_span sha256 = hw_fact_get(cert, HW_CERTIFICATE_SHA256);
    for (size_t i = 0; i < w->n->count && w->paths < PATHS; i++) {
        const struct hw_fact *l = &w->n->facts[i];
        if (l->kind != HW_FACT_LINK || !hw_span_equal(hw_fact_get(l, HW_LINK_CHILD), sha256)) {
            continue;
        }
        bool anchor = hw_fact_is(l, HW_LINK_SOURCE, "anchor");
        if (hw_fact_get_u64(l, HW_LINK_OK) == 0) {
            p->forged = p->forged || anchor;
            continue;
        }
        if (anchor && !for_this(l)) {
            continue;
        }
        if (anchor) {
            risen = true;
            offer_anchor(w, l);
            continue;
        }
        const struct hw_fact *up = hw_chain_cert(w->n, hw_fact_get(l, HW_LINK_ISSUER));
        if (up != NULL && may_stand_above(p, up)) {
            risen = true;
            p->issuer_spki[p->count - 1] = hw_fact_get(l, HW_LINK_ISSUER_SPKI);
            climb(w, up);
        }
    }
    if (!risen) {
        p->issuer_spki[p->count - 1] = (struct hw_span){NULL, 0};
        p->chain =
            hw_fact_get_u64(cert, HW_CERTIFICATE_SELF) == 1 ? HW_UNANCHORED : HW_CHAIN_INCOMPLETE;
        offer(w);
    }
    p->count--;
}

void hw_chain_judge(const struct hw_node_facts *n, struct hw_span leaf, const char *usage,
                    int64_t at, struct hw_chain_path *out)
{
    struct walk w = {.n = n, .usage = usage, .at = at};
    const struct hw_fact *cert = hw_chain_cert(n, leaf);
    if (cert == NULL) {
        *out = (struct hw_chain_path){.chain = HW_CHAIN_INCOMPLETE, .at_time = HW_TIME_UNKNOWN};
        return;
    }
    climb(&w, cert);
    *out = w.best;
    /* A right name with a wrong key is forgery only where no honest path was found. */
    out->forged = w.now.forged && out->chain != HW_ANCHORED;
    out->self_made = out->chain != HW_ANCHORED && hw_fact_get_u64(cert, HW_CERTIFICATE_SELF) == 1;
    out->lifetime = hw_fact_has(cert, HW_CERTIFICATE_EKU) &&
                    lists(hw_fact_get(cert, HW_CERTIFICATE_EKU), HW_OID_LIFETIME_SIGNING);
}
