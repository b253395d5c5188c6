/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/packages_judge.c -- one package of a case against what is published of it.
 *
 * All that matches one package in one file is one finding, as strong as its strongest reason; how
 * strong that is depends on how the package came here.
 */
#include "ask/packages.h"

#include <string.h>

enum { REASONS = 12 };

/* What a match proves, from nothing to all. */
enum tier { NO_MATCH, NAME_ONLY, ALL_VERSIONS, EXACT, LOCKED, DIGEST };

/* What a report says of the package. */
enum reported { ITS_DIGEST, ITS_VERSION, EVERY_VERSION, CANNOT_TELL };

struct match {
    struct match *next;
    enum reported what;
    struct hw_span words;
    int64_t reading; /* where it is published */
    uint32_t node;
    uint64_t off;
};

/* ---- how a component came here ---- */

enum origin { OWN, UNTOLD, INSTALLED, FETCHED };

/* Where an entry of a lock file or a bill was fetched from. */
static enum origin resolved_origin(struct hw_span resolved)
{
    if (hw_span_is(resolved, "local") || hw_span_starts(resolved, "file:") ||
        hw_span_starts(resolved, ".")) {
        return OWN;
    }
    bool archive = hw_span_starts(resolved, "https://") || hw_span_starts(resolved, "http://");
    bool repository = hw_span_ends(resolved, ".git") || hw_span_holds(resolved, ".git#");
    return hw_span_is(resolved, "registry") || hw_span_starts(resolved, "registry+") ||
                   hw_span_starts(resolved, "sparse+") || (archive && !repository)
               ? FETCHED
               : UNTOLD;
}

/* A manifest speaks for a package that was installed when it lies where installers put it; anywhere
 * else it is a project's own. */
static enum origin manifest_origin(struct hw_span source, struct hw_span path)
{
    if (hw_span_is(source, "package-json")) {
        return hw_span_holds(path, "node_modules/") || hw_span_ends(path, "!/package/package.json")
                   ? INSTALLED
                   : OWN;
    }
    return INSTALLED;
}

static enum origin origin_of(const struct hw_packages *s, struct hw_span path)
{
    const struct hw_fact *f = &s->row->fact;
    struct hw_span resolved = hw_fact_get(f, HW_COMPONENT_RESOLVED);
    if (resolved.n > 0) {
        return resolved_origin(resolved);
    }
    return hw_fact_has(f, HW_COMPONENT_LINE)
               ? UNTOLD
               : manifest_origin(hw_fact_get(f, HW_COMPONENT_SOURCE), path);
}

/* What a report that fits proves of a package that came this way. */
static enum tier weigh(const struct hw_packages *s, enum origin origin, enum reported what)
{
    if (what == ITS_DIGEST) {
        return DIGEST;
    }
    if (origin == OWN || what == CANNOT_TELL) {
        return NAME_ONLY;
    }
    if (what == EVERY_VERSION) {
        return origin == FETCHED ? ALL_VERSIONS : NAME_ONLY;
    }
    return origin == FETCHED && hw_fact_has(&s->row->fact, HW_COMPONENT_DIGEST) ? LOCKED : EXACT;
}

/* ---- findings ---- */

static const struct {
    const char *rule;
    enum hw_severity severity;
    enum hw_confidence confidence;
} verdicts[] = {
    [NAME_ONLY] = {"registry-name-only", HW_INFO, HW_CONF_LOW},
    [ALL_VERSIONS] = {"known-bad", HW_MEDIUM, HW_CONF_MODERATE},
    [EXACT] = {"known-bad", HW_HIGH, HW_CONF_MODERATE},
    [LOCKED] = {"known-bad", HW_CRITICAL, HW_CONF_HIGH},
    [DIGEST] = {"known-bad", HW_CRITICAL, HW_CONF_HIGH},
};

/* What tells this component from others of its file: its package URL, else its name. */
static struct hw_span label_of(const struct hw_packages *s)
{
    return hw_fact_get(&s->row->fact, s->named ? HW_COMPONENT_PURL : HW_COMPONENT_NAME);
}

static int file_of(struct hw_packages *s, const struct hw_artifact_row *art,
                   struct hw_file_answer **out)
{
    for (struct hw_file_answer *f = s->q->a->files; f != NULL; f = f->next) {
        if (f->node == art->node && memcmp(f->evidence_sha256, art->evidence, 32) == 0) {
            *out = f;
            return HW_OK;
        }
    }
    s->err->code = HW_OK;
    *out = hw_file_add(s->q, art, s->err);
    return *out != NULL ? HW_OK : s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
}

/* Where the component itself stands, and what it says of its origin. */
static void say_component(struct hw_packages *s, struct hw_finding *f, struct hw_span path)
{
    const struct hw_fact *c = &s->row->fact;
    struct hw_arena *arena = s->q->a->arena;
    struct hw_span name = hw_fact_get(c, HW_COMPONENT_NAME), version = hw_package_version(s);
    struct hw_span source = hw_fact_get(c, HW_COMPONENT_SOURCE);
    struct hw_span from = hw_fact_get(c, HW_COMPONENT_RESOLVED);
    struct hw_span alg = hw_fact_get(c, HW_COMPONENT_ALG);
    hw_because(arena, &f->why,
               hw_words(arena, "%.*s names %.*s %.*s%s%.*s%s%.*s", (int)source.n,
                        (const char *)source.p, (int)name.n, (const char *)name.p, (int)version.n,
                        version.n == 0 ? "" : (const char *)version.p, from.n == 0 ? "" : ", from ",
                        (int)from.n, from.n == 0 ? "" : (const char *)from.p,
                        alg.n == 0 ? "" : ", with ", (int)alg.n,
                        alg.n == 0 ? "" : (const char *)alg.p),
               path, hw_fact_has(c, HW_COMPONENT_OFF), hw_fact_get_u64(c, HW_COMPONENT_OFF));
}

static int put_match(struct hw_packages *s, struct match **list, const struct match *m)
{
    struct match *copy = hw_arena_alloc(s->q->a->arena, sizeof *copy);
    if (copy == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for a match");
    }
    *copy = *m;
    copy->next = *list;
    *list = copy;
    return HW_OK;
}

static int find(struct hw_packages *s, enum tier tier, const struct hw_artifact_row *art,
                struct hw_finding **out)
{
    struct hw_file_answer *file = NULL;
    int rc = file_of(s, art, &file);
    if (rc != HW_OK) {
        return rc;
    }
    s->err->code = HW_OK;
    struct hw_span label = hw_span_keep(s->q->a->arena, label_of(s));
    *out = hw_find(s->q, verdicts[tier].rule, verdicts[tier].severity, verdicts[tier].confidence,
                   file, label, s->err);
    if (*out == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    say_component(s, *out, file->path);
    return HW_OK;
}

/* One package may stand several times in one list: it is found once. */
static bool seen(struct hw_packages *s)
{
    struct hw_span label = label_of(s);
    bool same = s->last_node == s->row->node && hw_span_equal(s->last_label, label) &&
                memcmp(s->last_evidence, s->row->evidence, 32) == 0;
    if (!same) {
        s->last_node = s->row->node;
        s->last_label = hw_span_keep(s->q->a->arena, label);
        memcpy(s->last_evidence, s->row->evidence, 32);
    }
    return same;
}

/* Says all that matched under one finding, each with the place it was published at. */
static int conclude(struct hw_packages *s, const struct match *list)
{
    struct hw_artifact_row art;
    struct hw_finding *f = NULL;
    enum tier best = NO_MATCH;
    unsigned said = 0;
    int rc = hw_case_artifact_get(s->q->c, s->row->reading, s->row->node, &art, s->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(s->err, HW_E_CASE, "a component without its artifact");
    }
    enum origin origin = origin_of(s, art.path);
    for (const struct match *m = list; m != NULL; m = m->next) {
        enum tier tier = weigh(s, origin, m->what);
        best = tier > best ? tier : best;
    }
    rc = find(s, best, &art, &f);
    for (const struct match *m = list; m != NULL && rc == HW_OK && said < REASONS; m = m->next) {
        rc = hw_case_artifact_get(s->q->c, m->reading, m->node, &art, s->err);
        if (rc == 1) {
            hw_because(s->q->a->arena, &f->why, m->words, hw_span_keep(s->q->a->arena, art.path),
                       true, m->off);
            said++;
        }
        rc = rc < 0 ? rc : HW_OK;
    }
    return rc;
}

/* ---- one component ---- */

static int match_sign(struct hw_packages *s, const struct hw_package_sign *i, enum reported what,
                      const char *says, struct match **list)
{
    struct match m = {.what = what, .reading = i->reading, .node = i->node, .off = i->off};
    m.words =
        hw_words(s->q->a->arena, "%s reported%s%.*s%s%.*s%s (line %llu)", says,
                 i->label.n == 0 ? "" : ": ", (int)i->label.n,
                 i->label.n == 0 ? "" : (const char *)i->label.p, i->source.n == 0 ? "" : " [",
                 (int)i->source.n, i->source.n == 0 ? "" : (const char *)i->source.p,
                 i->source.n == 0 ? "" : "]", (unsigned long long)i->line);
    return put_match(s, list, &m);
}

static int match_digests(struct hw_packages *s, struct match **list)
{
    const struct hw_fact *f = &s->row->fact;
    const struct hw_package_sign *i = NULL;
    struct hw_package_key k;
    int rc = HW_OK;
    if (hw_package_key_digest(hw_fact_get(f, HW_COMPONENT_ALG), hw_fact_get(f, HW_COMPONENT_DIGEST),
                              &k) &&
        (i = hw_package_known(s, &k)) != NULL) {
        rc = match_sign(s, i, ITS_DIGEST, "its digest is", list);
    }
    for (const struct hw_package_hit *h = s->hits; h != NULL && rc == HW_OK; h = h->next) {
        if (h->reading == s->row->reading && h->node == s->row->node &&
            h->line == hw_fact_get_u64(f, HW_COMPONENT_LINE)) {
            rc = match_sign(s, h->by, ITS_DIGEST, "a digest of it is", list);
        }
    }
    return rc;
}

/* A list names packages without saying of which registry. */
static int match_names(struct hw_packages *s, struct match **list)
{
    struct hw_span version = hw_package_version(s);
    const struct hw_package_sign *i = NULL;
    struct hw_package_key k;
    int rc = HW_OK;
    hw_package_key_name(hw_buf_span(&s->name), version, &k);
    if (version.n > 0 && (i = hw_package_known(s, &k)) != NULL) {
        rc = match_sign(s, i, ITS_VERSION, "name and version are", list);
    }
    hw_package_key_name(hw_buf_span(&s->name), (struct hw_span){NULL, 0}, &k);
    if (rc == HW_OK && (i = hw_package_known(s, &k)) != NULL) {
        rc = match_sign(s, i, EVERY_VERSION, "the name is", list);
    }
    return rc;
}

static bool every_version(const struct hw_versions *v)
{
    return v->exact.n == 0 && v->below.n == 0 && v->last.n == 0 &&
           (v->first.n == 0 || hw_span_is(v->first, "0"));
}

static int match_statement(struct hw_packages *s, const struct hw_fact_row *row,
                           struct match **list)
{
    const struct hw_fact *f = &row->fact;
    if (!hw_fact_is(f, HW_STATEMENT_STATUS, "malicious") || !hw_in_force(f, s->q->policy->as_of)) {
        return HW_OK;
    }
    struct hw_versions in = {.exact = hw_fact_get(f, HW_STATEMENT_EXACT),
                             .first = hw_fact_get(f, HW_STATEMENT_FIRST),
                             .below = hw_fact_get(f, HW_STATEMENT_BELOW),
                             .last = hw_fact_get(f, HW_STATEMENT_LAST)};
    enum hw_within within = hw_version_within(hw_order_read(hw_fact_get(f, HW_STATEMENT_SCHEME)),
                                              hw_package_version(s), &in);
    bool every = every_version(&in);
    if (within == HW_WITHIN_NO && !every) {
        return HW_OK;
    }
    struct match m = {
        .reading = row->reading, .node = row->node, .off = hw_fact_get_u64(f, HW_STATEMENT_OFF)};
    m.what = every ? EVERY_VERSION : within == HW_WITHIN_YES ? ITS_VERSION : CANNOT_TELL;
    struct hw_span id = hw_fact_get(f, HW_STATEMENT_ADVISORY);
    struct hw_span by = hw_fact_get(f, HW_STATEMENT_SOURCE);
    m.words = hw_words(s->q->a->arena, "%.*s reports %s as malicious%s%.*s%s", (int)id.n,
                       id.n == 0 ? "" : (const char *)id.p,
                       every                     ? "every version"
                       : within == HW_WITHIN_YES ? "this version"
                                                 : "some version, which cannot be compared,",
                       by.n == 0 ? "" : " [", (int)by.n, by.n == 0 ? "" : (const char *)by.p,
                       by.n == 0 ? "" : "]");
    return put_match(s, list, &m);
}

/* Components come by name, so one without a statement need not be asked for twice. */
static int match_statements(struct hw_packages *s, struct match **list)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    struct hw_span silent = hw_buf_span(&s->silent), name = hw_buf_span(&s->name);
    char type[64] = "";
    bool any = false;
    if (s->purl.type.n >= sizeof type || !s->any_statement) {
        return HW_OK;
    }
    memcpy(type, s->purl.type.p, s->purl.type.n);
    if (silent.n == s->purl.type.n + 1 + name.n &&
        hw_span_equal(hw_span_cut(silent, 0, s->purl.type.n), s->purl.type) &&
        hw_span_equal(hw_span_from(silent, s->purl.type.n + 1), name)) {
        return HW_OK;
    }
    int rc = hw_case_statements(s->q->c, hw_buf_text(&s->name), type, &k, s->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, s->err)) == HW_ROW) {
        any = true;
        rc = match_statement(s, &row, list);
    }
    hw_cursor_free(k);
    if (!any) {
        hw_buf_clear(&s->silent);
        hw_buf_span_put(&s->silent, s->purl.type);
        hw_buf_char(&s->silent, '\n');
        hw_buf_span_put(&s->silent, hw_buf_span(&s->name));
    }
    return rc;
}

int hw_package_judge(struct hw_packages *s, const struct hw_fact_row *row)
{
    struct match *list = NULL;
    hw_package_read(s, row);
    int rc = match_digests(s, &list);
    rc = rc != HW_OK || !s->named ? rc : match_names(s, &list);
    rc = rc != HW_OK || !s->named ? rc : match_statements(s, &list);
    return rc != HW_OK || list == NULL || seen(s) ? rc : conclude(s, list);
}
