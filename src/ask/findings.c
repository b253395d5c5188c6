/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/findings.c -- what the records of one artifact give rise to, rule by rule.
 */
#include <string.h>

#include "ask/room.h"
#include "ask/tags.h"
#include "base/time.h"

struct finder {
    struct hw_asking *q;
    const struct hw_node_view *v;
    struct hw_error *err;
    int rc;
};

static struct hw_finding *find(struct finder *s, const char *rule, enum hw_severity severity,
                               enum hw_confidence confidence, struct hw_span discriminator)
{
    if (s->rc != HW_OK) {
        return NULL;
    }
    struct hw_finding *f =
        hw_find(s->q, rule, severity, confidence, s->v->file, discriminator, s->err);
    s->rc = f != NULL ? HW_OK : s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    return f;
}

static void why(struct finder *s, struct hw_finding *f, struct hw_span says, bool has_off,
                uint64_t off)
{
    if (f != NULL) {
        hw_because(s->q->a->arena, &f->why, says, s->v->file->path, has_off, off);
    }
}

static void why_signature(struct finder *s, struct hw_finding *f, const struct hw_sig_answer *sig)
{
    for (const struct hw_why *w = sig->because; w != NULL; w = w->next) {
        why(s, f, w->says, false, 0);
    }
}

static struct hw_span number_word(struct finder *s, uint64_t n)
{
    return hw_words(s->q->a->arena, "%llu", (unsigned long long)n);
}

/* May the makers of these signatures tag their installers this way? Bytes beside the signatures
 * belong to all of them, others to the one that holds them. Whoever adds a signature of his own
 * adds no honesty, so each that counts must fit, and one must be trusted. */
static bool tag_is_honest(const struct hw_file_answer *file, const struct hw_fact *u)
{
    struct hw_span tag = hw_fact_get(u, HW_UNCOVERED_TAG);
    bool one = hw_fact_has(u, HW_UNCOVERED_SIGNATURE), trusted = false;
    if (tag.n == 0) {
        return false;
    }
    for (const struct hw_sig_answer *g = file->signatures; g != NULL; g = g->next) {
        if (one && g->index != hw_fact_get_u64(u, HW_UNCOVERED_SIGNATURE)) {
            continue;
        }
        bool whole = g->integrity == HW_INTACT || g->integrity == HW_INTACT_WITH_ADDITIONS;
        bool bad = g->self_made || g->forged || g->distrusted || g->revocation == HW_REV_REVOKED;
        if (!whole || bad || !hw_tag_allowed(tag, g->signer)) {
            return false;
        }
        trusted = trusted || g->chain == HW_ANCHORED;
    }
    return trusted;
}

/* The place, for people. */
static const char *place(struct hw_span where)
{
    static const struct {
        const char *where, *says;
    } places[] = {
        {"padding", "behind it, in its entry of the certificate table"},
        {"table-entry", "in the certificate table, outside its entry"},
        {"alignment", "in the alignment behind it"},
        {"unsigned-attribute", "in an unsigned attribute"},
        {"unused-certificate", "in a certificate no chain needs"},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (hw_span_is(where, places[i].where)) {
            return places[i].says;
        }
    }
    return NULL;
}

static void say_where(struct finder *s, struct hw_finding *f, const struct hw_fact *u)
{
    uint64_t size = hw_fact_get_u64(u, HW_UNCOVERED_SIZE);
    uint64_t nonzero = hw_fact_get_u64(u, HW_UNCOVERED_NONZERO);
    uint64_t entropy = hw_fact_get_u64(u, HW_UNCOVERED_ENTROPY);
    struct hw_span name = hw_fact_get(u, HW_UNCOVERED_NAME);
    struct hw_span where = hw_fact_get(u, HW_UNCOVERED_WHERE);
    if (place(where) != NULL) {
        where = hw_span_str(place(where));
    }
    why(s, f,
        hw_words(s->q->a->arena,
                 "%llu bytes that the signature does not cover, %.*s%s%.*s%s; %llu of them "
                 "are not zero; entropy %llu.%03llu bits a byte",
                 (unsigned long long)size, (int)where.n, (const char *)where.p,
                 name.n > 0 ? " (" : "", (int)name.n, name.n > 0 ? (const char *)name.p : "",
                 name.n > 0 ? ")" : "", (unsigned long long)nonzero,
                 (unsigned long long)(entropy / 1000), (unsigned long long)(entropy % 1000)),
        true, hw_fact_get_u64(u, HW_UNCOVERED_OFF));
}

/* Padding and further table entries. Genuine files have at most seven zero bytes here. */
static void in_table(struct finder *s, const struct hw_fact *u)
{
    struct hw_span tag = hw_fact_get(u, HW_UNCOVERED_TAG);
    bool honest_tag = tag_is_honest(s->v->file, u);
    struct hw_finding *f = find(s, "signature-padding", honest_tag ? HW_INFO : HW_HIGH,
                                HW_CONF_HIGH, number_word(s, hw_fact_get_u64(u, HW_UNCOVERED_OFF)));
    say_where(s, f, u);
    if (honest_tag) {
        struct hw_span says = hw_fact_get(u, HW_UNCOVERED_TAG_SAYS);
        why(s, f,
            hw_words(s->q->a->arena,
                     "all of it is an installer tag (%.*s) of a maker known to "
                     "use it: %.*s",
                     (int)tag.n, (const char *)tag.p, (int)says.n,
                     says.n > 0 ? (const char *)says.p : ""),
            false, 0);
        return;
    }
    if (tag.n > 0) {
        why(s, f,
            hw_words(s->q->a->arena,
                     "it has the form of an installer tag (%.*s), but the "
                     "signer is not one documented to use it",
                     (int)tag.n, (const char *)tag.p),
            false, 0);
    }
    why(s, f,
        HW_SPAN_LIT("Windows accepts this by default and refuses it with "
                    "EnableCertPaddingCheck"),
        false, 0);
}

static void uncovered(struct finder *s, const struct hw_fact *u)
{
    if (hw_fact_is(u, HW_UNCOVERED_WHERE, "alignment")) {
        if (hw_fact_get_u64(u, HW_UNCOVERED_NONZERO) > 0) {
            struct hw_span off = number_word(s, hw_fact_get_u64(u, HW_UNCOVERED_OFF));
            struct hw_finding *f = find(s, "signature-padding", HW_LOW, HW_CONF_HIGH, off);
            say_where(s, f, u);
            why(s, f,
                HW_SPAN_LIT("alignment that should be zero: odd, and too little to hide much"),
                false, 0);
        }
    } else if (hw_fact_is(u, HW_UNCOVERED_WHERE, "padding") ||
               hw_fact_is(u, HW_UNCOVERED_WHERE, "table-entry")) {
        in_table(s, u);
    } else {
        bool honest_tag = tag_is_honest(s->v->file, u);
        /* A few bytes are a vendor's mark; more is room for a payload. */
        bool room = hw_fact_get_u64(u, HW_UNCOVERED_SIZE) >= 256;
        struct hw_finding *f =
            find(s, "signature-unsigned-attribute",
                 honest_tag ? HW_INFO
                 : room     ? HW_HIGH
                            : HW_MEDIUM,
                 HW_CONF_MODERATE, number_word(s, hw_fact_get_u64(u, HW_UNCOVERED_OFF)));
        say_where(s, f, u);
    }
}

/* Is the character before `at` a comma that ends an attribute? One that a name brought along is
 * escaped (RFC 4514 2.4), and "CN=x\\,O=Somebody Else" names nobody else. */
static bool attribute_starts(struct hw_span subject, size_t at)
{
    size_t slashes = 0;
    if (at == 0) {
        return true;
    }
    while (slashes + 1 < at && subject.p[at - 2 - slashes] == '\\') {
        slashes++;
    }
    return subject.p[at - 1] == ',' && slashes % 2 == 0;
}

static void put_escaped(struct hw_buf *b, const char *name)
{
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name >= 0x7f) {
            hw_buf_printf(b, "\\%02X", (unsigned)(unsigned char)*name);
            continue;
        }
        if (strchr(",+\"\\<>;", *name) != NULL) {
            hw_buf_char(b, '\\');
        }
        hw_buf_char(b, *name);
    }
}

static bool has_word(struct hw_span signer, struct hw_span subject, const char *const *names,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hw_buf o;
        hw_buf_init(&o, 4096);
        hw_buf_str(&o, "O=");
        put_escaped(&o, names[i]);
        struct hw_span want = hw_buf_span(&o);
        bool found = hw_span_is(signer, names[i]);
        for (size_t at = 0; !found && at + want.n <= subject.n; at++) {
            /* whole attribute values only: "O=Exam" must not match "O=Example" */
            struct hw_span here = hw_span_cut(subject, at, want.n);
            struct hw_span rest = hw_span_from(subject, at + want.n);
            found = attribute_starts(subject, at) && hw_span_equal(here, want) &&
                    (rest.n == 0 || rest.p[0] == ',');
        }
        hw_buf_done(&o);
        if (found) {
            return true;
        }
    }
    return false;
}

/* What the asker demands of every signature, and of files without one. */
static void policy(struct finder *s)
{
    const struct hw_policy *p = s->q->policy;
    const struct hw_file_answer *file = s->v->file;
    struct hw_arena *arena = s->q->a->arena;
    bool demand = p->expect_signer_count + p->require_signer_count > 0;
    if (file->can_be_signed && file->signatures == NULL && p->require_signer_count > 0) {
        struct hw_finding *f =
            find(s, "policy-signer", HW_HIGH, HW_CONF_HIGH, HW_SPAN_LIT("unsigned"));
        why(s, f, HW_SPAN_LIT("not signed: nothing vouches for it"), false, 0);
    }
    for (const struct hw_sig_answer *g = file->signatures; g != NULL && demand; g = g->next) {
        bool fits =
            has_word(g->signer, g->signer_subject, p->expect_signers, p->expect_signer_count) ||
            has_word(g->signer, g->signer_subject, p->require_signers, p->require_signer_count);
        /* A name proves nothing unless the chain does. */
        bool computed = g->integrity != HW_INTEGRITY_UNKNOWN;
        if (!fits || !computed || g->chain != HW_ANCHORED || g->self_made || g->forged ||
            g->distrusted) {
            struct hw_finding *f =
                find(s, "policy-signer", HW_HIGH, HW_CONF_HIGH, number_word(s, g->index));
            why(s, f,
                hw_words(arena, "signed by \"%.*s\"%s", (int)g->signer.n,
                         g->signer.n > 0 ? (const char *)g->signer.p : "",
                         !fits      ? ""
                         : computed ? ", in name only: its chain leads to no root we hold "
                                      "(--anchors adds one)"
                                    : ", but the signature could not be computed"),
                false, 0);
        }
    }
    for (const struct hw_sig_answer *g = file->signatures; g != NULL; g = g->next) {
        if (p->require_timestamp && g->signed_at == INT64_MIN) {
            struct hw_finding *f =
                find(s, "policy-timestamp", HW_HIGH, HW_CONF_HIGH, number_word(s, g->index));
            why(s, f, HW_SPAN_LIT("no verified countersignature"), false, 0);
            why_signature(s, f, g);
        }
    }
}

static void expiring(struct finder *s)
{
    static const int64_t DAY_NS = INT64_C(86400000000000);
    const struct hw_policy *p = s->q->policy;
    if (p->expiring_days < 0) {
        return;
    }
    for (const struct hw_sig_answer *g = s->v->file->signatures; g != NULL; g = g->next) {
        const struct hw_fact *cert =
            g->has_signer ? hw_chain_cert(&s->v->facts, (struct hw_span){g->signer_sha256, 32})
                          : NULL;
        int64_t end = cert == NULL ? INT64_MIN : hw_fact_get_time(cert, HW_CERTIFICATE_NOT_AFTER);
        int64_t left;
        bool soon = end >= p->as_of && !__builtin_sub_overflow(end, p->as_of, &left) &&
                    left / DAY_NS < p->expiring_days;
        if (soon) {
            char when[HW_TIME_TEXT];
            struct hw_finding *f =
                find(s, "policy-expiring", HW_HIGH, HW_CONF_HIGH, number_word(s, g->index));
            why(s, f,
                hw_words(s->q->a->arena, "the certificate of \"%.*s\" ends %s", (int)g->signer.n,
                         (const char *)g->signer.p, hw_time_text(end, when)),
                false, 0);
        }
    }
}

static void signatures(struct finder *s)
{
    for (const struct hw_sig_answer *g = s->v->file->signatures; g != NULL; g = g->next) {
        struct hw_span n = number_word(s, g->index);
        struct hw_finding *f = NULL;
        if (g->integrity == HW_INTEGRITY_BROKEN) {
            f = find(s, "signature-broken", HW_HIGH, HW_CONF_HIGH, n);
            why_signature(s, f, g);
            continue; /* whose it is no longer matters */
        }
        if (g->revocation == HW_REV_REVOKED) {
            f = find(s, "signature-revoked", HW_HIGH, HW_CONF_HIGH, n);
            why_signature(s, f, g);
        }
        if (g->forged || g->distrusted || g->self_made) {
            f = find(s, "signature-untrusted", g->forged ? HW_HIGH : HW_MEDIUM, HW_CONF_HIGH, n);
            why(s, f,
                g->forged       ? HW_SPAN_LIT("names a root we hold, whose key did not sign it")
                : g->distrusted ? HW_SPAN_LIT("its root or its usage is not trusted for code")
                                : HW_SPAN_LIT("the signer vouches for itself"),
                false, 0);
            why_signature(s, f, g);
        } else if (g->integrity == HW_INTEGRITY_INCOMPLETE) {
            continue; /* a gap, said elsewhere: its certificates may lie beyond the cut */
        } else if (g->chain != HW_ANCHORED) {
            f = find(s, "signature-untrusted", HW_INFO, HW_CONF_LOW, n);
            why_signature(s, f, g);
        } else if (g->at_time == HW_TIME_EXPIRED || g->at_time == HW_TIME_NOT_YET) {
            f = find(s, "signature-expired", HW_LOW, HW_CONF_HIGH, n);
            why_signature(s, f, g);
        }
    }
}

bool hw_anomaly_is_finding(const struct hw_fact *a)
{
    return hw_span_starts(hw_fact_get(a, HW_ANOMALY_RULE), "bomb-") ||
           hw_fact_is(a, HW_ANOMALY_RULE, "polyglot") ||
           hw_fact_is(a, HW_ANOMALY_RULE, "seal-broken") ||
           hw_fact_is(a, HW_ANOMALY_RULE, "changed-while-read");
}

/* Anomalies that are findings by themselves. */
static void anomaly(struct finder *s, const struct hw_fact *a)
{
    struct hw_span rule = hw_fact_get(a, HW_ANOMALY_RULE);
    struct hw_span off = number_word(s, hw_fact_get_u64(a, HW_ANOMALY_OFF));
    struct hw_finding *f = NULL;
    if (hw_span_starts(rule, "bomb-")) {
        f = find(s, "bomb-refused", HW_HIGH, HW_CONF_MODERATE, rule);
    } else if (hw_span_is(rule, "polyglot")) {
        f = find(s, "polyglot", HW_MEDIUM, HW_CONF_MODERATE, off);
    } else if (hw_span_is(rule, "seal-broken")) {
        f = find(s, "seal-broken", HW_HIGH, HW_CONF_HIGH, off);
    } else if (hw_span_is(rule, "changed-while-read")) {
        f = find(s, "changed-while-read", HW_MEDIUM, HW_CONF_HIGH, off);
    }
    why(s, f, hw_span_keep(s->q->a->arena, hw_fact_get(a, HW_ANOMALY_SAYS)), true,
        hw_fact_get_u64(a, HW_ANOMALY_OFF));
}

static void gap(struct finder *s, struct hw_span path, const char *kind, struct hw_span what,
                struct hw_span ask_for)
{
    if (s->rc == HW_OK) {
        s->rc = hw_gap_add(s->q, path, kind, what, ask_for, true, s->err);
    }
}

static void unopened(struct finder *s, const struct hw_fact *u)
{
    struct hw_arena *arena = s->q->a->arena;
    struct hw_span kind = hw_fact_get(u, HW_UNOPENED_KIND);
    struct hw_span name = hw_fact_get(u, HW_UNOPENED_NAME);
    struct hw_span because = hw_span_keep(arena, hw_fact_get(u, HW_UNOPENED_BECAUSE));
    struct hw_buf path;
    hw_buf_init(&path, 1 << 20);
    hw_buf_span_put(&path, s->v->file->path);
    if (name.n > 0) {
        hw_buf_str(&path, "!/");
        hw_buf_span_put(&path, name);
    }
    struct hw_span where = hw_span_keep(arena, hw_buf_span(&path));
    hw_buf_done(&path);
    /* kind is a word of hw_unopeneds: the list's own string outlives the answer */
    const char *word = "member";
    for (size_t i = 0; i < hw_unopeneds.count; i++) {
        if (hw_span_is(kind, hw_unopeneds.words[i].word)) {
            word = hw_unopeneds.words[i].word;
        }
    }
    gap(s, where, word,
        because.n > 0 ? because
                      : hw_words(arena, "%s: not opened by this version",
                                 hw_vocab_means(&hw_unopeneds, word)),
        HW_SPAN_LIT("unpack it and verify what it holds, or --accept-opaque"));
}

/* A signature that cannot be computed is neither good nor bad, and that is not fine. */
static void uncomputed(struct finder *s)
{
    for (const struct hw_sig_answer *g = s->v->file->signatures; g != NULL; g = g->next) {
        if (g->integrity == HW_INTEGRITY_UNKNOWN) {
            gap(s, s->v->file->path, "signature",
                g->because != NULL ? g->because->says : HW_SPAN_LIT("could not be computed"),
                HW_SPAN_LIT("judge it where its algorithms are known"));
        }
    }
}

static void degree(struct finder *s)
{
    const struct hw_file_answer *file = s->v->file;
    bool refused = hw_span_is(file->degree, "refused");
    if (hw_span_starts(file->degree_because, "bomb-")) {
        gap(s, file->path, "refused",
            hw_words(s->q->a->arena, "not unpacked to its end (%.*s)", (int)file->degree_because.n,
                     (const char *)file->degree_because.p),
            HW_SPAN_LIT("do not unpack it by other means; ask its maker what it is"));
    } else if (refused || hw_span_is(file->degree, "broken")) {
        gap(s, file->path, refused ? "refused" : "broken",
            file->degree_because.n > 0 ? file->degree_because
                                       : HW_SPAN_LIT("could not be read to its end"),
            HW_SPAN_LIT("get a whole copy from its maker"));
    } else if (file->state == HW_STATE_INCOMPLETE) {
        gap(s, file->path, "incomplete", HW_SPAN_LIT("the file ends before its signature does"),
            HW_SPAN_LIT("get a whole copy from its maker"));
    }
}

int hw_find_in_node(struct hw_asking *q, const struct hw_node_view *v, struct hw_error *err)
{
    struct finder s = {.q = q, .v = v, .err = err, .rc = HW_OK};
    err->code = HW_OK;
    signatures(&s);
    for (size_t i = 0; i < v->facts.count && s.rc == HW_OK; i++) {
        const struct hw_fact *f = &v->facts.facts[i];
        switch (f->kind) {
        case HW_FACT_UNCOVERED:
            uncovered(&s, f);
            break;
        case HW_FACT_ANOMALY:
            anomaly(&s, f);
            break;
        case HW_FACT_UNOPENED:
            unopened(&s, f);
            break;
        case HW_FACT_REGION:
            if (hw_fact_is(f, HW_REGION_ROLE, "overlay")) {
                struct hw_finding *o = find(&s, "overlay-data", HW_INFO, HW_CONF_HIGH,
                                            number_word(&s, hw_fact_get_u64(f, HW_REGION_OFF)));
                why(&s, o,
                    hw_words(q->a->arena, "%llu bytes behind the last section",
                             (unsigned long long)hw_fact_get_u64(f, HW_REGION_SIZE)),
                    true, hw_fact_get_u64(f, HW_REGION_OFF));
            }
            break;
        default:
            break;
        }
    }
    policy(&s);
    expiring(&s);
    degree(&s);
    uncomputed(&s);
    return s.rc;
}
