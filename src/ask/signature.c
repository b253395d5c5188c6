/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/signature.c -- four answers for each signature: integrity, chain, time, revocation.
 *
 * They are never folded into one: "cannot be known here" is neither good nor bad. The time a
 * signature is judged at is the earliest countersignature that proves itself (its own chain is
 * anchored and valid when it was made); without one it is the as-of time, and if the certificate
 * has ended by then nobody can say whether it was signed before.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/room.h"
#include "base/time.h"

/* How far another's clock may be ahead of the asker's. */
static const int64_t CLOCKS_DIFFER_NS = INT64_C(3600) * HW_NS_PER_SECOND;

struct judge {
    struct hw_arena *arena;
    const struct hw_node_facts *n;
    const struct hw_policy *policy;
    const struct hw_revocation_view *rev;
};

struct hw_span hw_words_of(struct hw_arena *arena, const char *fmt, va_list ap)
{
    char text[1024];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n >= sizeof text ? sizeof text - 1 : (size_t)n;
    uint8_t *p = hw_arena_copy(arena, (struct hw_span){(const uint8_t *)text, len});
    return p == NULL ? (struct hw_span){NULL, 0} : (struct hw_span){p, len};
}

struct hw_span hw_words(struct hw_arena *arena, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct hw_span s = hw_words_of(arena, fmt, ap);
    va_end(ap);
    return s;
}

void hw_because(struct hw_arena *arena, struct hw_why **list, struct hw_span says,
                struct hw_span evidence, bool has_off, uint64_t off)
{
    struct hw_why *w = hw_arena_alloc(arena, sizeof *w);
    if (w != NULL) {
        *w = (struct hw_why){.says = says, .evidence = evidence, .has_off = has_off, .off = off};
        while (*list != NULL) {
            list = &(*list)->next;
        }
        *list = w;
    }
}

void hw_because_record(struct hw_arena *arena, struct hw_why **list, struct hw_span says,
                       struct hw_span evidence, uint64_t record, uint64_t off)
{
    hw_because(arena, list, says, evidence, true, off);
    for (struct hw_why *w = *list; w != NULL; w = w->next) {
        w->record = w->next == NULL ? record : w->record;
    }
}

static void because(struct judge *j, struct hw_sig_answer *s, struct hw_span says)
{
    hw_because(j->arena, &s->because, says, (struct hw_span){NULL, 0}, false, 0);
}

static const char *day(int64_t ns, char out[HW_TIME_TEXT])
{
    (void)hw_time_text(ns, out);
    return out;
}

static bool yes(const struct hw_fact *f, unsigned field)
{
    return hw_fact_has(f, field) && hw_fact_get_u64(f, field) == 1;
}

static bool no(const struct hw_fact *f, unsigned field)
{
    return hw_fact_has(f, field) && hw_fact_get_u64(f, field) == 0;
}

static void judge_integrity(struct judge *j, const struct hw_fact *f, struct hw_sig_answer *s)
{
    struct hw_span claimed = hw_fact_get(f, HW_SIGNATURE_CLAIMED);
    struct hw_span found = hw_fact_get(f, HW_SIGNATURE_FOUND);
    if (yes(f, HW_SIGNATURE_TRUNCATED)) {
        s->integrity = HW_INTEGRITY_INCOMPLETE;
        because(j, s, hw_words(j->arena, "the file ends before its signature does"));
    } else if (claimed.n > 0 && found.n > 0 && !hw_span_equal(claimed, found)) {
        s->integrity = HW_INTEGRITY_BROKEN;
        because(j, s,
                hw_words(j->arena, "the bytes do not have the %.*s the signature states",
                         (int)s->alg.n, (const char *)s->alg.p));
    } else if (no(f, HW_SIGNATURE_CONTENT_OK)) {
        s->integrity = HW_INTEGRITY_BROKEN;
        because(j, s, hw_words(j->arena, "what is signed is not what the signature contains"));
    } else if (no(f, HW_SIGNATURE_MATH_OK)) {
        s->integrity = HW_INTEGRITY_BROKEN;
        because(j, s, hw_words(j->arena, "the signer's key did not make this signature"));
    } else if (claimed.n == 0 || found.n == 0 || !yes(f, HW_SIGNATURE_CONTENT_OK) ||
               !yes(f, HW_SIGNATURE_MATH_OK)) {
        struct hw_span p = hw_fact_get(f, HW_SIGNATURE_PROBLEM);
        s->integrity = HW_INTEGRITY_UNKNOWN;
        because(j, s,
                hw_words(j->arena, "could not be computed: %.*s", (int)p.n,
                         p.n == 0 ? "" : (const char *)p.p));
    } else {
        s->integrity = HW_INTACT;
    }
}

/* Zeros that only align are no additions. */
static bool is_addition(const struct hw_fact *u)
{
    return u->kind == HW_FACT_UNCOVERED && !(hw_fact_is(u, HW_UNCOVERED_WHERE, "alignment") &&
                                             hw_fact_get_u64(u, HW_UNCOVERED_NONZERO) == 0);
}

struct stretch {
    uint64_t off, size;
};

static int by_offset(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    return x->off < y->off ? -1 : x->off > y->off;
}

/* Places may lie within each other (an attribute in an attribute): each byte counts once. */
int hw_uncovered_bytes(const struct hw_node_facts *n, const uint64_t *signature, uint64_t *out,
                       struct hw_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < n->count; i++) {
        count += is_addition(&n->facts[i]);
    }
    struct stretch *s = calloc(count + 1, sizeof *s);
    if (s == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to count uncovered bytes");
    }
    count = 0;
    for (size_t i = 0; i < n->count; i++) {
        const struct hw_fact *u = &n->facts[i];
        bool mine =
            is_addition(u) && (signature == NULL || !hw_fact_has(u, HW_UNCOVERED_SIGNATURE) ||
                               hw_fact_get_u64(u, HW_UNCOVERED_SIGNATURE) == *signature);
        if (mine) {
            s[count++] = (struct stretch){hw_fact_get_u64(u, HW_UNCOVERED_OFF),
                                          hw_fact_get_u64(u, HW_UNCOVERED_SIZE)};
        }
    }
    qsort(s, count, sizeof *s, by_offset);
    uint64_t sum = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t to = s[i].size > UINT64_MAX - s[i].off ? UINT64_MAX : s[i].off + s[i].size;
        uint64_t from = s[i].off > end ? s[i].off : end;
        sum += to > from ? to - from : 0;
        end = to > end ? to : end;
    }
    free(s);
    *out = sum;
    return HW_OK;
}

static int judge_additions(struct judge *j, struct hw_sig_answer *s, struct hw_error *err)
{
    int rc = hw_uncovered_bytes(j->n, &s->index, &s->uncovered_bytes, err);
    if (rc == HW_OK && s->uncovered_bytes > 0 && s->integrity == HW_INTACT) {
        s->integrity = HW_INTACT_WITH_ADDITIONS;
    }
    return rc;
}

/* The earliest countersignature of this signature that proves itself; INT64_MIN without. */
static int64_t countersigned(struct judge *j, struct hw_sig_answer *s)
{
    int64_t best = INT64_MIN;
    for (size_t i = 0; i < j->n->count; i++) {
        const struct hw_fact *t = &j->n->facts[i];
        if (t->kind != HW_FACT_TIMESTAMP ||
            hw_fact_get_u64(t, HW_TIMESTAMP_SIGNATURE) != s->index) {
            continue;
        }
        char when[HW_TIME_TEXT];
        struct hw_span kind = hw_fact_get(t, HW_TIMESTAMP_KIND);
        if (!hw_fact_has(t, HW_TIMESTAMP_TIME) || !yes(t, HW_TIMESTAMP_IMPRINT_OK) ||
            !yes(t, HW_TIMESTAMP_MATH_OK) || no(t, HW_TIMESTAMP_CONTENT_OK)) {
            struct hw_span p = hw_fact_get(t, HW_TIMESTAMP_PROBLEM);
            because(j, s,
                    hw_words(j->arena, "a %.*s countersignature does not verify%s%.*s", (int)kind.n,
                             (const char *)kind.p, p.n == 0 ? "" : ": ", (int)p.n,
                             p.n == 0 ? "" : (const char *)p.p));
            continue;
        }
        int64_t at = hw_fact_get_time(t, HW_TIMESTAMP_TIME);
        if (at > j->policy->as_of && at - CLOCKS_DIFFER_NS > j->policy->as_of) {
            because(j, s,
                    hw_words(j->arena,
                             "countersigned %s, which lies behind the as-of time: "
                             "not relied on",
                             day(at, when)));
            continue;
        }
        struct hw_chain_path path;
        hw_chain_judge(j->n, hw_fact_get(t, HW_TIMESTAMP_SIGNER), HW_OID_TIME_STAMPING, at, &path);
        if (path.chain == HW_ANCHORED && path.at_time == HW_TIME_VALID && !path.distrusted &&
            !path.wrong_usage) {
            if (best == INT64_MIN || at < best) {
                best = at;
                s->stamp = hw_span_keep(j->arena, kind);
            }
        } else {
            because(j, s,
                    hw_words(j->arena,
                             "countersigned %s, by a time-stamping chain that %s: not relied on",
                             day(at, when),
                             path.wrong_usage            ? "may not stamp times"
                             : path.chain != HW_ANCHORED ? "leads to no root we hold"
                             : path.distrusted           ? "leads to a distrusted root"
                                                         : "was not valid then"));
        }
    }
    return best;
}

static void judge_chain(struct judge *j, struct hw_sig_answer *s, const struct hw_chain_path *p,
                        int64_t at)
{
    char when[HW_TIME_TEXT], end[HW_TIME_TEXT];
    s->chain = p->chain;
    s->self_made = p->self_made;
    s->forged = p->forged;
    s->distrusted = p->distrusted || p->wrong_usage;
    if (p->anchor != NULL) {
        s->anchor = hw_span_keep(j->arena, hw_fact_get(p->anchor, HW_LINK_SUBJECT));
    } else if (p->count > 0) {
        struct hw_span up = hw_fact_get(p->certs[p->count - 1], HW_CERTIFICATE_ISSUER);
        because(j, s,
                hw_words(j->arena, "the chain ends at \"%.*s\", which is %s", (int)up.n,
                         (const char *)up.p,
                         p->chain == HW_UNANCHORED ? "a root we do not hold" : "not here"));
    }
    if (p->wrong_usage) {
        because(j, s, hw_words(j->arena, "the signer's certificate may not sign code"));
    }
    s->at_time = p->at_time;
    if (p->late != NULL) {
        struct hw_span name = hw_fact_get(p->late, HW_CERTIFICATE_NAME);
        int64_t edge =
            hw_fact_get_time(p->late, p->at_time == HW_TIME_NOT_YET ? HW_CERTIFICATE_NOT_BEFORE
                                                                    : HW_CERTIFICATE_NOT_AFTER);
        because(j, s,
                hw_words(j->arena, "judged at %s: the certificate of \"%.*s\" %s %s", day(at, when),
                         (int)name.n, (const char *)name.p,
                         p->at_time == HW_TIME_NOT_YET ? "begins" : "ended", day(edge, end)));
    }
}

static void judge_revocation(struct judge *j, struct hw_sig_answer *s,
                             const struct hw_chain_path *p)
{
    char when[HW_TIME_TEXT];
    s->revocation = HW_REV_UNKNOWN;
    for (unsigned i = 0; i < p->count; i++) {
        const struct hw_fact *cert = p->certs[i];
        struct hw_revocation_row row;
        bool held = j->rev != NULL && p->issuer_spki[i].n > 0 &&
                    j->rev->look(j->rev->state, p->issuer_spki[i],
                                 hw_fact_get(cert, HW_CERTIFICATE_SERIAL), &row);
        if (!held) {
            continue;
        }
        int64_t from = row.invalid_from == INT64_MIN ? row.when : row.invalid_from;
        bool signed_before = s->signed_at != INT64_MIN && s->signed_at < from;
        if (row.listed && row.when <= j->policy->as_of && !signed_before) {
            s->revocation = HW_REV_REVOKED;
            because(j, s, hw_words(j->arena, "revoked as of %s", day(from, when)));
            return;
        }
        bool gone = hw_fact_get_time(cert, HW_CERTIFICATE_NOT_AFTER) < row.this_update;
        bool stale = row.next_update != INT64_MIN && row.next_update < j->policy->as_of;
        if (i == 0 && row.listed) {
            s->revocation = HW_REV_GOOD;
            because(
                j, s,
                hw_words(j->arena, "revoked %s, after it was countersigned", day(row.when, when)));
        } else if (i == 0 && gone) {
            because(j, s,
                    hw_words(j->arena, "the certificate ended before the list was made, and "
                                       "has left it: its revocation can no longer be known"));
        } else if (i == 0 && row.partial) {
            because(j, s, hw_words(j->arena, "the list at hand is not its issuer's whole list"));
        } else if (i == 0 && stale) {
            because(j, s,
                    hw_words(j->arena, "the list at hand was due for renewal %s",
                             day(row.next_update, when)));
        } else if (i == 0) {
            s->revocation = HW_REV_GOOD;
        }
    }
}

static void name_signer(struct judge *j, struct hw_sig_answer *s, const struct hw_fact *f)
{
    struct hw_span sha256 = hw_fact_get(f, HW_SIGNATURE_SIGNER);
    const struct hw_fact *cert = sha256.n == 32 ? hw_chain_cert(j->n, sha256) : NULL;
    if (cert == NULL) {
        because(j, s, hw_words(j->arena, "the signer's certificate is not in the file"));
        return;
    }
    memcpy(s->signer_sha256, sha256.p, 32);
    s->has_signer = true;
    s->signer = hw_span_keep(j->arena, hw_fact_get(cert, HW_CERTIFICATE_NAME));
    s->signer_subject = hw_span_keep(j->arena, hw_fact_get(cert, HW_CERTIFICATE_SUBJECT));
    struct hw_buf hex;
    hw_buf_init(&hex, 256);
    hw_buf_hex(&hex, hw_fact_get(cert, HW_CERTIFICATE_SERIAL));
    uint8_t *p = hw_arena_copy(j->arena, hw_buf_span(&hex));
    s->serial_hex = p == NULL ? (struct hw_span){NULL, 0} : (struct hw_span){p, hex.n};
    hw_buf_done(&hex);
}

static int judge_one(struct judge *j, const struct hw_fact *f, struct hw_sig_answer *s,
                     struct hw_error *err)
{
    s->index = hw_fact_get_u64(f, HW_SIGNATURE_INDEX);
    s->nested = hw_fact_has(f, HW_SIGNATURE_OUTER);
    s->outer = hw_fact_get_u64(f, HW_SIGNATURE_OUTER);
    s->scheme = hw_span_keep(j->arena, hw_fact_get(f, HW_SIGNATURE_SCHEME));
    s->alg = hw_span_keep(j->arena, hw_fact_get(f, HW_SIGNATURE_ALG));
    s->key = hw_span_keep(j->arena, hw_fact_get(f, HW_SIGNATURE_KEY));
    s->program = hw_span_keep(j->arena, hw_fact_get(f, HW_SIGNATURE_PROGRAM));
    judge_integrity(j, f, s);
    int rc = judge_additions(j, s, err);
    if (rc != HW_OK) {
        return rc;
    }
    name_signer(j, s, f);
    s->signed_at = countersigned(j, s);
    struct hw_chain_path path;
    struct hw_span leaf = hw_fact_get(f, HW_SIGNATURE_SIGNER);
    int64_t at = s->signed_at == INT64_MIN ? j->policy->as_of : s->signed_at;
    hw_chain_judge(j->n, leaf, HW_OID_CODE_SIGNING, at, &path);
    if (path.lifetime && s->signed_at != INT64_MIN) {
        at = j->policy->as_of;
        hw_chain_judge(j->n, leaf, HW_OID_CODE_SIGNING, at, &path);
        because(j, s,
                hw_words(j->arena, "its signatures end with the certificate (lifetime "
                                   "signing), so it is judged at the as-of time"));
    }
    judge_chain(j, s, &path, at);
    judge_revocation(j, s, &path);
    return HW_OK;
}

int hw_judge_signatures(struct hw_arena *arena, const struct hw_node_facts *n,
                        const struct hw_policy *policy,
                        const struct hw_revocation_view *revocations, struct hw_sig_answer **out,
                        struct hw_error *err)
{
    struct judge j = {arena, n, policy, revocations};
    struct hw_sig_answer *head = NULL, **tail = &head;
    for (size_t i = 0; i < n->count; i++) {
        if (n->facts[i].kind != HW_FACT_SIGNATURE) {
            continue;
        }
        struct hw_sig_answer *s = hw_arena_alloc(arena, sizeof *s);
        if (s == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory to judge a signature");
        }
        int rc = judge_one(&j, &n->facts[i], s, err);
        if (rc != HW_OK) {
            return rc;
        }
        *tail = s;
        tail = &s->next;
    }
    *out = head;
    return HW_OK;
}
