/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/manifest.c -- what manifests claim: package.json, .nuspec, wheel METADATA,
 * MANIFEST.MF, pom.properties.
 *
 * A claim of whoever wrote the file, kept as one. The fact stands on the manifest's own node, never
 * on its box. Sources: npm's package.json documentation; nuspec.xsd 2013/05; Core Metadata 2.1 (PEP
 * 566); JAR File Specification; Maven Archiver; purl specification (percent-encoding, types npm,
 * nuget, pypi, maven).
 */
#include "evidence/artifact/manifest.h"

#include <string.h>

#include "base/buf.h"
#include "evidence/json.h"

enum { MANIFEST_MAX = 1024 * 1024, LINE_MAX_BYTES = 65536, VALUE_MAX = 2048 };
enum { NAME, VERSION, VENDOR, PRODUCT, GROUP, FIELDS };
static const uint16_t room[FIELDS] = {1000, 250, 1000, 1000, 500};

struct claim {
    const char *source, *purl; /* purl: its type, or NULL */
    struct hw_buf v[FIELDS];
};

static bool is(struct hw_span s, const char *word)
{
    return hw_span_equal(s, (struct hw_span){(const uint8_t *)word, strlen(word)});
}

static bool ends(struct hw_span s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && memcmp(s.p + (s.n - n), word, n) == 0;
}

static bool begins(struct hw_span s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && memcmp(s.p, word, n) == 0;
}

static struct hw_span trim(struct hw_span s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n')) {
        s.p++, s.n--;
    }
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r' ||
                       s.p[s.n - 1] == '\n')) {
        s.n--;
    }
    return s;
}

static bool has(const struct claim *c, unsigned field)
{
    return c->v[field].n > 0;
}

/* The first value of a field stays. */
static void set(struct claim *c, unsigned field, struct hw_span s)
{
    s = trim(s);
    if (!has(c, field)) {
        s.n = s.n > VALUE_MAX ? VALUE_MAX : s.n;
        hw_buf_span_put(&c->v[field], s);
    }
}

/* purl: unreserved characters stand, everything else as %XX; '/' between group and name only. */
static void encode(struct hw_buf *to, struct hw_span s, bool lower)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '~') {
            hw_buf_char(to, (char)(lower && c >= 'A' && c <= 'Z' ? c + 32 : c));
        } else {
            hw_buf_printf(to, "%%%02X", c);
        }
    }
}

static void write_purl(const struct claim *c, struct hw_buf *to)
{
    struct hw_span name = hw_buf_span(&c->v[NAME]), version = hw_buf_span(&c->v[VERSION]);
    bool pypi = strcmp(c->purl, "pypi") == 0;
    hw_buf_printf(to, "pkg:%s/", c->purl);
    const uint8_t *slash = name.n == 0 ? NULL : memchr(name.p, '/', name.n);
    if (has(c, GROUP)) {
        encode(to, hw_buf_span(&c->v[GROUP]), false);
        hw_buf_char(to, '/');
    } else if (slash != NULL && name.p[0] == '@') { /* npm: @scope/name */
        encode(to, (struct hw_span){name.p, (size_t)(slash - name.p)}, false);
        hw_buf_char(to, '/');
        name.n -= (size_t)(slash + 1 - name.p);
        name.p = slash + 1;
    }
    size_t from = to->n;
    encode(to, name, pypi);
    for (size_t i = from; pypi && i < to->n; i++) {
        to->p[i] = to->p[i] == '_' ? '-' : to->p[i];
    }
    if (version.n > 0) {
        hw_buf_char(to, '@');
        encode(to, version, false);
    }
}

static void say(struct hw_exam *x, const struct hw_node *n, const struct claim *c)
{
    static const unsigned fields[FIELDS] = {HW_COMPONENT_NAME, HW_COMPONENT_VERSION,
                                            HW_COMPONENT_VENDOR, HW_COMPONENT_PRODUCT, 0};
    struct hw_fact f;
    struct hw_buf purl;
    if (!has(c, NAME)) {
        return;
    }
    hw_buf_init(&purl, 1000);
    hw_fact_about(&f, HW_FACT_COMPONENT, n->number);
    hw_fact_str(&f, HW_COMPONENT_SOURCE, c->source);
    for (unsigned i = 0; i < GROUP; i++) {
        if (has(c, i)) {
            hw_fact_span(&f, fields[i], hw_exam_text(x, hw_buf_span(&c->v[i]), room[i]));
        }
    }
    if (c->purl != NULL) {
        write_purl(c, &purl);
        if (hw_buf_ok(&purl)) { /* a name too long for a purl has none */
            hw_fact_span(&f, HW_COMPONENT_PURL, hw_buf_span(&purl));
        }
    }
    hw_say(x, &f);
    hw_buf_done(&purl);
}

static void read_npm(struct hw_exam *x, struct hw_node *n, struct hw_span text, struct claim *c)
{
    struct hw_json j;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
        text.p += 3, text.n -= 3;
    }
    hw_json_init(x, text, 0, &j);
    const json_t *author = json_object_get(j.root, "author");
    if (j.root == NULL && n->number != 0) {
        hw_say_anomaly(x, n, "bad-encoding", 0, text.n, "a package.json that is not JSON: %s",
                       j.too_large ? "too large" : j.why.text);
    }
    set(c, NAME, hw_json_text(json_object_get(j.root, "name")));
    set(c, VERSION, hw_json_text(json_object_get(j.root, "version")));
    set(c, PRODUCT, hw_json_text(json_object_get(j.root, "productName")));
    set(c, VENDOR, hw_json_text(author));
    set(c, VENDOR, hw_json_text(json_object_get(author, "name")));
    hw_json_done(x, &j);
}

/* `key SEPARATOR value` lines; a blank line ends the part that speaks of the whole. Continuation
 * lines (MANIFEST.MF: 72 bytes a line) begin with a blank. */
struct key {
    const char *word;
    unsigned field;
};

static void read_lines(struct hw_exam *x, struct hw_node *n, char separator, const struct key *keys,
                       struct claim *c)
{
    struct hw_reader r;
    struct hw_span line;
    struct hw_buf *open = NULL;
    hw_node_reader(x, n, &r);
    while (hw_read_left(&r) > 0 && hw_reader_item(&r) && hw_read_line(&r, LINE_MAX_BYTES, &line)) {
        if (line.n == 0 && separator == ':') {
            break;
        }
        if (line.n > 0 && line.p[0] == ' ' && separator == ':') {
            if (open != NULL) {
                hw_buf_span_put(open, (struct hw_span){line.p + 1, line.n - 1});
            }
            continue;
        }
        open = NULL;
        const uint8_t *at = line.n == 0 ? NULL : memchr(line.p, separator, line.n);
        if (at == NULL || line.p[0] == '#') {
            continue;
        }
        struct hw_span key = {line.p, (size_t)(at - line.p)};
        struct hw_span value = {at + 1, line.n - key.n - 1};
        for (const struct key *k = keys; k->word != NULL; k++) {
            if (is(trim(key), k->word) && !has(c, k->field)) {
                set(c, k->field, value);
                open = &c->v[k->field];
            }
        }
    }
    if (hw_reader_fault(&r) == HW_OVER_BUDGET) {
        hw_say_anomaly(x, n, "over-budget", hw_reader_fault_at(&r), 0,
                       "a line too long for a manifest");
    }
}

static const struct key wheel_keys[] = {
    {"Name", NAME}, {"Version", VERSION}, {"Author", VENDOR}, {NULL, 0}};
static const struct key pom_keys[] = {
    {"groupId", GROUP}, {"artifactId", NAME}, {"version", VERSION}, {NULL, 0}};
static const struct key jar_keys[] = {{"Bundle-SymbolicName", NAME},
                                      {"Bundle-Version", VERSION},
                                      {"Bundle-Vendor", VENDOR},
                                      {"Bundle-Name", PRODUCT},
                                      {NULL, 0}};
static const struct key jar_plain_keys[] = {
    {"Implementation-Title", NAME},      {"Automatic-Module-Name", NAME},
    {"Implementation-Version", VERSION}, {"Implementation-Vendor", VENDOR},
    {"Specification-Title", PRODUCT},    {NULL, 0}};

/* A jar's own words: its bundle names when it has them, else its implementation's. */
static void read_jar(struct hw_exam *x, struct hw_node *n, struct claim *c)
{
    read_lines(x, n, ':', jar_keys, c);
    struct hw_span name = hw_buf_span(&c->v[NAME]);
    const uint8_t *directive = name.n == 0 ? NULL : memchr(name.p, ';', name.n);
    if (directive != NULL) {
        c->v[NAME].n = (size_t)(directive - name.p);
    }
    read_lines(x, n, ':', jar_plain_keys, c);
}

/* The text of <tag>...</tag> with the five entities XML itself has; others stay as written. */
static void put_xml(struct claim *c, unsigned field, struct hw_span s)
{
    static const struct {
        const char *entity;
        char c;
    } entities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    s = trim(s);
    if (has(c, field)) {
        return;
    }
    for (size_t i = 0; i < s.n && c->v[field].n < VALUE_MAX;) {
        struct hw_span rest = {s.p + i, s.n - i};
        size_t used = 1;
        char put = (char)s.p[i];
        for (size_t k = 0; s.p[i] == '&' && k < sizeof entities / sizeof entities[0]; k++) {
            if (begins(rest, entities[k].entity)) {
                used = strlen(entities[k].entity);
                put = entities[k].c;
            }
        }
        hw_buf_char(&c->v[field], put);
        i += used;
    }
}

/* Elements directly under <metadata>, comments passed over. No DTD is read, no entity followed. */
static void read_nuspec(struct hw_exam *x, struct hw_node *n, struct claim *c)
{
    static const struct key tags[] = {
        {"id", NAME}, {"version", VERSION}, {"authors", VENDOR}, {"title", PRODUCT}, {NULL, 0}};
    struct hw_span s = n->bytes;
    unsigned depth = 0, inside = 0; /* depth of <metadata>; 0: not yet */
    for (size_t at = 0; at < s.n && x->fuel.items > 0; x->fuel.items--) {
        const uint8_t *lt = memchr(s.p + at, '<', s.n - at);
        if (lt == NULL) {
            return;
        }
        at = (size_t)(lt - s.p);
        struct hw_span rest = {lt, s.n - at};
        bool comment = begins(rest, "<!--");
        const char *close = comment ? "-->" : ">";
        const uint8_t *gt = memmem(rest.p, rest.n, close, strlen(close));
        if (gt == NULL) {
            return;
        }
        at = (size_t)(gt - s.p) + strlen(close);
        if (comment || rest.n < 2 || rest.p[1] == '!' || rest.p[1] == '?') {
            continue;
        }
        bool end = rest.p[1] == '/', lone = gt[-1] == '/';
        struct hw_span tag = {lt + 1, (size_t)(gt - lt) - 1};
        size_t name_n = 0;
        while (name_n < tag.n && strchr(" \t\r\n/", tag.p[name_n]) == NULL) {
            name_n++;
        }
        tag.n = name_n;
        if (end) {
            if (depth == inside && inside > 0) {
                return;
            }
            depth -= depth > 0;
            continue;
        }
        depth += !lone;
        inside = inside == 0 && is(tag, "metadata") ? depth : inside;
        const uint8_t *next = memchr(s.p + at, '<', s.n - at);
        for (const struct key *k = tags; k->word != NULL && inside > 0 && next != NULL; k++) {
            if (depth == inside + 1 && !lone && is(tag, k->word)) {
                put_xml(c, k->field, (struct hw_span){s.p + at, (size_t)(next - (s.p + at))});
            }
        }
    }
}

enum form { NOT_ONE, NPM, NUSPEC, WHEEL, JAR, POM };

static enum form form_by_name(struct hw_span name)
{
    struct hw_span base = name;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '/' || name.p[i] == '\\') {
            base = (struct hw_span){name.p + i + 1, name.n - i - 1};
        }
    }
    if (is(base, "package.json")) {
        return NPM;
    }
    if (ends(base, ".nuspec")) {
        return NUSPEC;
    }
    if (ends(name, ".dist-info/METADATA") || is(base, "PKG-INFO")) {
        return WHEEL;
    }
    if (ends(name, "META-INF/MANIFEST.MF")) {
        return JAR;
    }
    return is(base, "pom.properties") ? POM : NOT_ONE;
}

/* The outermost input has no name here, so its content must speak. */
static enum form form_by_content(struct hw_span s)
{
    if (begins(s, "Metadata-Version:")) {
        return WHEEL;
    }
    if (begins(s, "Manifest-Version:")) {
        return JAR;
    }
    if (memmem(s.p, s.n, "<package", 8) != NULL && memmem(s.p, s.n, "<metadata", 9) != NULL) {
        return NUSPEC;
    }
    if (memmem(s.p, s.n, "artifactId=", 11) != NULL && memmem(s.p, s.n, "groupId=", 8) != NULL) {
        return POM;
    }
    struct hw_span t = trim(s);
    bool bill = memmem(s.p, s.n, "\"spdxVersion\"", 13) != NULL; /* of materials, and no package */
    bool object = t.n > 1 && t.p[0] == '{' && memmem(s.p, s.n, "\"name\"", 6) != NULL &&
                  memmem(s.p, s.n, "\"version\"", 9) != NULL && !bill;
    return object ? NPM : NOT_ONE;
}

void hw_manifest_examine(struct hw_exam *x, struct hw_node *n)
{
    struct claim c = {.source = NULL};
    if (n->bytes.p == NULL || n->bytes.n == 0 || n->bytes.n > MANIFEST_MAX) {
        return;
    }
    enum form form = n->number == 0 ? form_by_content(n->bytes) : form_by_name(n->name);
    for (unsigned i = 0; i < FIELDS; i++) {
        hw_buf_init(&c.v[i], VALUE_MAX * 4);
    }
    switch (form) {
    case NPM:
        c.source = "package-json", c.purl = "npm";
        read_npm(x, n, n->bytes, &c);
        break;
    case NUSPEC:
        c.source = "nuspec", c.purl = "nuget";
        read_nuspec(x, n, &c);
        break;
    case WHEEL:
        c.source = "wheel-metadata", c.purl = "pypi";
        read_lines(x, n, ':', wheel_keys, &c);
        break;
    case JAR:
        c.source = "manifest-mf";
        read_jar(x, n, &c);
        break;
    case POM:
        c.source = "pom-properties", c.purl = "maven";
        read_lines(x, n, '=', pom_keys, &c);
        break;
    case NOT_ONE:
        break;
    }
    say(x, n, &c);
    for (unsigned i = 0; i < FIELDS; i++) {
        hw_buf_done(&c.v[i]);
    }
}
