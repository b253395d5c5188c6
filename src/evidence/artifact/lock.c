/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/lock.c -- what lock files lock: name, version, digest and origin of every
 * package that a build was to fetch.
 *
 * A name alone says little: private packages have names that somebody later takes in a public
 * registry. A lock file tells which bytes were meant and from where, so each entry keeps both. Each
 * is a COMPONENT about the lock file's own node, with its place in it; further digests (a Python
 * release has one for each wheel) are CHECKSUM facts of that place. The files are documented by
 * their tools; docs/formats/lock.md names each source.
 */
#include "evidence/artifact/lock.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "evidence/json_walk.h"
#include "fact/package.h"

enum { LOOK_BYTES = 64 * 1024, SHOWN = 60 };

/* ---- digests ---- */

static const struct {
    const char *word;
    size_t bytes;
} algs[] = {{"blake2b-256", 32}, {"go-h1", 32},  {"md5", 16},    {"nuget-sha512", 64},
            {"sha1", 20},        {"sha256", 32}, {"sha384", 48}, {"sha512", 64}};

static size_t alg_bytes(struct hw_span word, const char **out)
{
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        if (hw_span_is_nocase(word, algs[i].word)) {
            *out = algs[i].word;
            return algs[i].bytes;
        }
    }
    return 0;
}

static void odd_digest(struct hw_lock *l, const char *alg)
{
    hw_say_anomaly(l->x, l->n, "bad-value", l->entry->off, 0, "an entry whose %s digest is none",
                   alg);
}

static struct hw_lock_digest *more_digest(struct hw_lock *l, const char *alg, size_t n)
{
    struct hw_lock_entry *e = l->entry;
    if (e->digest_count == HW_LOCK_DIGESTS) {
        return NULL;
    }
    struct hw_lock_digest *d = &e->digests[e->digest_count];
    d->alg = alg;
    d->n = n;
    return d;
}

void hw_lock_hex(struct hw_lock *l, const char *alg, struct hw_span hex)
{
    const char *word = alg;
    size_t n = alg_bytes(hw_span_str(alg), &word);
    struct hw_lock_digest *d = more_digest(l, word, n);
    hex = hw_span_trim(hex);
    if (d == NULL) {
        return; /* more wheels than anybody builds */
    }
    if (n == 0 || hex.n != 2 * n || !hw_hex_decode(hex, d->bytes, n)) {
        odd_digest(l, alg);
        return;
    }
    l->entry->digest_count++;
}

void hw_lock_base64(struct hw_lock *l, const char *alg, struct hw_span s)
{
    const char *word = alg;
    size_t n = alg_bytes(hw_span_str(alg), &word);
    struct hw_lock_digest *d = more_digest(l, word, n);
    hw_buf_clear(&l->text);
    if (d == NULL) {
        return;
    }
    if (n == 0 || !hw_base64_decode(s, &l->text) || l->text.n != n) {
        odd_digest(l, alg);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        d->bytes[i] = l->text.p[i];
    }
    l->entry->digest_count++;
}

void hw_lock_sri(struct hw_lock *l, struct hw_span s)
{
    while ((s = hw_span_trim(s)).n > 0) {
        struct hw_span one = hw_span_cut(s, 0, hw_span_find(s, ' '));
        size_t dash = hw_span_find(one, '-');
        const char *word = NULL;
        s = hw_span_from(s, one.n);
        if (alg_bytes(hw_span_cut(one, 0, dash), &word) == 0) {
            odd_digest(l, "unknown");
            continue;
        }
        struct hw_span value = hw_span_from(one, dash + 1);
        hw_lock_base64(l, word, hw_span_cut(value, 0, hw_span_find(value, '?')));
    }
}

void hw_lock_tagged(struct hw_lock *l, struct hw_span s)
{
    size_t at = hw_span_find(s, ':');
    at = at == s.n ? hw_span_find(s, '=') : at;
    const char *word = NULL;
    if (at == s.n || alg_bytes(hw_span_cut(s, 0, at), &word) == 0) {
        odd_digest(l, "unknown");
        return;
    }
    hw_lock_hex(l, word, hw_span_from(s, at + 1));
}

/* ---- entries ---- */

struct hw_lock_entry *hw_lock_begin(struct hw_lock *l, uint64_t off)
{
    struct hw_lock_entry *e = l->entry;
    e->off = off;
    e->name = e->version = e->resolved = e->path = (struct hw_span){NULL, 0};
    e->digest_count = 0;
    return e;
}

bool hw_lock_going(const struct hw_lock *l)
{
    return hw_exam_going(l->x);
}

void hw_lock_fault(struct hw_lock *l, const char *fault, uint64_t off)
{
    if (fault != NULL) {
        hw_say_anomaly(l->x, l->n, "bad-encoding", off, 0, "%s", fault);
        hw_say_degree(l->n, HW_BROKEN, "the lock file is not whole");
    }
}

/* purl: unreserved characters stand, '/' between segments too, everything else as %XX. */
static void encode(struct hw_buf *to, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '.' || c == '-' || c == '_' ||
            c == '~' || c == '/') {
            hw_buf_char(to, (char)c);
        } else {
            hw_buf_printf(to, "%%%02X", c);
        }
    }
}

static struct hw_span write_purl(struct hw_lock *l, struct hw_span name, struct hw_span version)
{
    hw_buf_clear(&l->purl);
    hw_buf_clear(&l->text);
    if (!hw_package_name(hw_span_str(l->type), (struct hw_span){NULL, 0}, name, &l->text)) {
        return (struct hw_span){NULL, 0};
    }
    hw_buf_printf(&l->purl, "pkg:%s/", l->type);
    encode(&l->purl, hw_buf_span(&l->text));
    if (version.n > 0) {
        hw_buf_char(&l->purl, '@');
        encode(&l->purl, version);
    }
    struct hw_span purl = hw_buf_span(&l->purl);
    return hw_buf_ok(&l->purl) && purl.n <= 1000 ? purl : (struct hw_span){NULL, 0};
}

/* Text for fields, without memory that lives on: it stands here until the fact is said. */
struct words {
    uint8_t p[16 * 1024];
    size_t n;
};

static void put_text(struct words *w, struct hw_fact *f, unsigned field, struct hw_span s,
                     size_t max)
{
    s = hw_span_trim(s);
    if (s.n > 0 && max <= sizeof w->p - w->n) {
        size_t n = hw_exam_clean(s, w->p + w->n, max);
        hw_fact_span(f, field, (struct hw_span){w->p + w->n, n});
        w->n += n;
    }
}

static unsigned best_digest(const struct hw_lock_entry *e)
{
    unsigned best = 0;
    for (unsigned i = 1; i < e->digest_count; i++) {
        best = e->digests[i].n > e->digests[best].n ? i : best;
    }
    return best;
}

static void put_checksums(struct hw_lock *l, unsigned but)
{
    for (unsigned i = 0; i < l->entry->digest_count; i++) {
        const struct hw_lock_digest *d = &l->entry->digests[i];
        struct hw_fact f;
        if (i != but) {
            hw_fact_about(&f, HW_FACT_CHECKSUM, l->n->number);
            hw_fact_u64(&f, HW_CHECKSUM_LINE, l->lines);
            hw_fact_str(&f, HW_CHECKSUM_ALG, d->alg);
            hw_fact_span(&f, HW_CHECKSUM_DIGEST, (struct hw_span){d->bytes, d->n});
            hw_say(l->x, &f);
        }
    }
}

void hw_lock_put(struct hw_lock *l)
{
    const struct hw_lock_entry *e = l->entry;
    struct words w = {.n = 0};
    struct hw_fact f;
    l->lines++;
    if (hw_span_trim(e->name).n == 0) {
        hw_say_anomaly(l->x, l->n, "line-refused", e->off, 0,
                       "entry %llu: a package without a name", (unsigned long long)l->lines);
        return;
    }
    hw_fact_about(&f, HW_FACT_COMPONENT, l->n->number);
    hw_fact_str(&f, HW_COMPONENT_SOURCE, l->source);
    put_text(&w, &f, HW_COMPONENT_NAME, e->name, 1000);
    put_text(&w, &f, HW_COMPONENT_VERSION, e->version, 250);
    put_text(&w, &f, HW_COMPONENT_PURL, write_purl(l, e->name, e->version), 1000);
    put_text(&w, &f, HW_COMPONENT_RESOLVED, e->resolved, 2000);
    put_text(&w, &f, HW_COMPONENT_PATH, e->path, 2000);
    hw_fact_u64(&f, HW_COMPONENT_LINE, l->lines);
    hw_fact_u64(&f, HW_COMPONENT_OFF, e->off);
    unsigned best = best_digest(e);
    if (e->digest_count > 0) {
        hw_fact_str(&f, HW_COMPONENT_ALG, e->digests[best].alg);
        hw_fact_span(&f, HW_COMPONENT_DIGEST,
                     (struct hw_span){e->digests[best].bytes, e->digests[best].n});
    }
    hw_say(l->x, &f);
    put_checksums(l, best);
}

/* ---- lines ---- */

void hw_lock_lines_init(struct hw_lock *l, struct hw_lock_lines *w)
{
    hw_node_reader(l->x, l->n, &w->r);
    w->off = 0;
    w->indent = 0;
}

bool hw_lock_line(struct hw_lock *l, struct hw_lock_lines *w, struct hw_span *out)
{
    struct hw_span s;
    w->off = hw_read_where(&w->r);
    if (!hw_lock_going(l) || hw_read_left(&w->r) == 0 || !hw_reader_item(&w->r) ||
        !hw_read_line(&w->r, HW_LOCK_LINE_BYTES, &s)) {
        if (hw_reader_fault(&w->r) == HW_OVER_BUDGET) {
            hw_say_fault(l->x, l->n, &w->r, "lock file");
        }
        return false;
    }
    w->indent = 0;
    while (w->indent < s.n && s.p[w->indent] == ' ') {
        w->indent++;
    }
    *out = hw_span_trim(s);
    return true;
}

struct hw_span hw_lock_unquoted(struct hw_span s)
{
    bool pair = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];
    return pair ? hw_span_cut(s, 1, s.n - 2) : s;
}

/* ---- which one is it ---- */

struct form {
    const char *file; /* its name; one that begins with '.' or '*' ends a name */
    const char *source, *type;
    bool (*is)(struct hw_exam *x, struct hw_span bytes);
    void (*read)(struct hw_lock *l);
};

/* The beginning, where a file of this kind says what it is. */
static struct hw_span head(struct hw_span s)
{
    return hw_span_cut(s, 0, LOOK_BYTES);
}

static bool has_member(struct hw_exam *x, struct hw_span s, const char *key, char opens)
{
    return hw_json_walk_is(hw_json_walk_find(s, key, 32, &x->fuel), opens);
}

static bool is_npm(struct hw_exam *x, struct hw_span s)
{
    struct hw_span v = hw_json_walk_find(s, "lockfileVersion", 32, &x->fuel);
    return v.n == 1 && v.p[0] >= '1' && v.p[0] <= '3' &&
           (has_member(x, s, "packages", '{') || has_member(x, s, "dependencies", '{'));
}

static bool is_composer(struct hw_exam *x, struct hw_span s)
{
    return has_member(x, s, "content-hash", '"') && has_member(x, s, "packages", '[');
}

static bool is_pipfile(struct hw_exam *x, struct hw_span s)
{
    return has_member(x, s, "_meta", '{') && has_member(x, s, "default", '{') &&
           has_member(x, s, "develop", '{');
}

static bool is_nuget(struct hw_exam *x, struct hw_span s)
{
    struct hw_span v = hw_json_walk_find(s, "version", 8, &x->fuel);
    return v.n == 1 && (v.p[0] == '1' || v.p[0] == '2') && has_member(x, s, "dependencies", '{') &&
           hw_span_holds(head(s), "\"contentHash\"");
}

static bool is_yarn(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_holds(hw_span_cut(s, 0, 512), "# yarn lockfile v1");
}

static bool is_berry(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_holds(hw_span_cut(s, 0, 1024), "__metadata:\n");
}

static bool is_pnpm(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_starts(s, "lockfileVersion:") && hw_span_holds(s, "\npackages:");
}

static bool is_cargo(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    struct hw_span h = head(s);
    return hw_span_holds(h, "[[package]]") &&
           (hw_span_holds(h, "generated by Cargo") || hw_span_holds(h, "source = \"registry+"));
}

static bool is_poetry(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_holds(head(s), "[[package]]") &&
           (hw_span_holds(hw_span_cut(s, 0, 200), "generated by Poetry") ||
            (hw_span_holds(s, "\ncontent-hash = ") && hw_span_holds(s, "\npython-versions = ")));
}

static bool is_pdm(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_holds(hw_span_cut(s, 0, 200), "generated by PDM");
}

static bool is_uv(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_starts(s, "version = ") && hw_span_holds(head(s), "requires-python = ") &&
           hw_span_holds(head(s), "[[package]]");
}

static bool is_gemfile(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return (hw_span_starts(s, "GEM\n") || hw_span_starts(s, "GIT\n") ||
            hw_span_starts(s, "PATH\n") || hw_span_holds(head(s), "\nGEM\n")) &&
           hw_span_holds(head(s), "  specs:");
}

static bool is_gradle(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_starts(s, "# This is a Gradle generated file for dependency locking.");
}

/* Every line "module version h1:..."; the first few are looked at. */
static bool is_go_sum(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    struct hw_span line = hw_span_cut(s, 0, hw_span_find(hw_span_cut(s, 0, 4096), '\n'));
    size_t one = hw_span_find(line, ' ');
    struct hw_span rest = hw_span_from(line, one + 1);
    return one > 0 && one < line.n && hw_span_starts(rest, "v") && hw_span_holds(rest, " h1:");
}

static bool is_go_mod(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return hw_span_starts(s, "module ") && hw_span_holds(head(s), "\ngo ");
}

/* Requirements that pin: without a digest or an exact version there is nothing to hold. */
static bool is_requirements(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    struct hw_span h = head(s);
    return hw_span_holds(h, "==") && hw_span_holds(h, "--hash=sha");
}

static bool is_any(struct hw_exam *x, struct hw_span s)
{
    (void)x;
    return s.n > 0;
}

static const struct form forms[] = {
    {"package-lock.json", "package-lock", "npm", is_npm, hw_lock_npm},
    {"npm-shrinkwrap.json", "package-lock", "npm", is_npm, hw_lock_npm},
    {".package-lock.json", "package-lock", "npm", is_npm, hw_lock_npm},
    {"composer.lock", "composer-lock", "composer", is_composer, hw_lock_composer},
    {"Pipfile.lock", "pipfile-lock", "pypi", is_pipfile, hw_lock_pipfile},
    {"packages.lock.json", "nuget-lock", "nuget", is_nuget, hw_lock_nuget},
    {"yarn.lock", "yarn-lock", "npm", is_yarn, hw_lock_yarn},
    {"yarn.lock", "yarn-lock", "npm", is_berry, hw_lock_berry},
    {"pnpm-lock.yaml", "pnpm-lock", "npm", is_pnpm, hw_lock_pnpm},
    {"Cargo.lock", "cargo-lock", "cargo", is_cargo, hw_lock_toml},
    {"poetry.lock", "poetry-lock", "pypi", is_poetry, hw_lock_toml},
    {"pdm.lock", "pdm-lock", "pypi", is_pdm, hw_lock_toml},
    {"uv.lock", "uv-lock", "pypi", is_uv, hw_lock_toml},
    {"Gemfile.lock", "gemfile-lock", "gem", is_gemfile, hw_lock_gemfile},
    {"gradle.lockfile", "gradle-lock", "maven", is_gradle, hw_lock_gradle},
    {"go.sum", "go-sum", "golang", is_go_sum, hw_lock_go_sum},
    {"go.mod", "go-mod", "golang", is_go_mod, hw_lock_go_mod},
    {"requirements.txt", "requirements", "pypi", is_requirements, hw_lock_requirements},
};

static struct hw_span base_name(struct hw_span name)
{
    for (size_t i = name.n; i > 0; i--) {
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
            return hw_span_from(name, i);
        }
    }
    return name;
}

/* requirements-dev.txt and its kin are as good; a name is enough for what is then read by lines. */
static bool named_requirements(struct hw_span base)
{
    return hw_span_starts(base, "requirements") && hw_span_ends(base, ".txt");
}

static const struct form *form_of(struct hw_exam *x, const struct hw_node *n)
{
    struct hw_span base = base_name(n->name);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        bool named =
            n->number != 0 && (hw_span_is(base, forms[i].file) ||
                               (forms[i].read == hw_lock_requirements && named_requirements(base)));
        bool by_name_alone =
            named && (forms[i].read == hw_lock_requirements || forms[i].read == hw_lock_go_mod);
        if ((named || n->number == 0) && (by_name_alone ? is_any : forms[i].is)(x, n->bytes)) {
            return &forms[i];
        }
    }
    return NULL;
}

bool hw_lock_examine(struct hw_exam *x, struct hw_node *n)
{
    if (n->bytes.p == NULL || n->bytes.n == 0) {
        return false;
    }
    const struct form *form = form_of(x, n);
    if (form == NULL) {
        return false;
    }
    struct hw_lock l = {.x = x, .n = n, .source = form->source, .type = form->type};
    l.entry = hw_arena_alloc(x->arena, sizeof *l.entry);
    if (l.entry == NULL) {
        hw_say_degree(n, HW_REFUSED, "no memory for the lock file");
        return true;
    }
    hw_buf_init(&l.text, 8192);
    hw_buf_init(&l.purl, 8192);
    form->read(&l);
    hw_say_text(x, n, "lock.form", hw_span_str(form->source));
    hw_say_number(x, n, "lock.entries", l.lines);
    hw_buf_done(&l.text);
    hw_buf_done(&l.purl);
    return true;
}
