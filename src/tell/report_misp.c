/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_misp.c -- a report as one event of the MISP threat sharing platform
 * (draft-dulaunoy-misp-core-format: event 2.2, attribute 2.4, object 2.6, tag 2.9).
 *
 * "to_ids" is what machines act on. It is true for a published payload that was met here and may be
 * blocked, and for nothing else: not for a file that a rule of ours found, not for what its source
 * calls context. The event is neither published nor shared further (distribution 0); whoever
 * imports it decides that.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/document.h"
#include "tell/tell.h"

enum {
    INDICATORS = 3000,
    FILES = 2000,
    LOOKED = 10000, /* findings, each beside those before it */
    CLAIMS = 500,
    LINES = 200,
};

struct event {
    const struct hw_report_answer *r;
    struct hw_buf b, words;
    uint8_t space[16];
    char uuid[HW_UUID_TEXT]; /* of the case */
    int64_t now;
    bool failed;
};

/* ---- pieces ---- */

static void put_uuid(struct event *e, const char *kind, struct hw_span name, uint64_t n)
{
    char uuid[HW_UUID_TEXT];
    struct hw_buf key;
    hw_buf_init(&key, name.n + 128);
    hw_buf_printf(&key, "misp\n%s\n%llu\n", kind, (unsigned long long)n);
    hw_buf_span_put(&key, name);
    if (!hw_buf_ok(&key) || !hw_uuid_named(e->space, hw_buf_span(&key), uuid)) {
        e->failed = true;
    } else {
        hw_doc_words(&e->b, "uuid", uuid);
    }
    hw_buf_done(&key);
}

/* Numbers of MISP are strings. */
static void put_number(struct event *e, const char *key, int64_t n)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)n);
    hw_doc_words(&e->b, key, text);
}

static void tag(struct event *e, const char *name)
{
    hw_doc_open(&e->b, NULL, '{');
    hw_doc_words(&e->b, "name", name);
    hw_doc_close(&e->b, '}');
}

/* A grade of the Admiralty ("B2") as the two tags of MISP's taxonomy of that name. */
static void put_grade(struct event *e, struct hw_span grade)
{
    char text[64];
    if (grade.n != 2 || hw_ascii_lower(grade.p[0]) < 'a' || hw_ascii_lower(grade.p[0]) > 'f' ||
        grade.p[1] < '1' || grade.p[1] > '6') {
        return;
    }
    hw_doc_open(&e->b, "Tag", '[');
    (void)snprintf(text, sizeof text, "admiralty-scale:source-reliability=\"%c\"",
                   hw_ascii_lower(grade.p[0]));
    tag(e, text);
    (void)snprintf(text, sizeof text, "admiralty-scale:information-credibility=\"%c\"", grade.p[1]);
    tag(e, text);
    hw_doc_close(&e->b, ']');
}

static void put_times(struct event *e, int64_t first, int64_t last)
{
    if (hw_doc_has_time(first) && hw_doc_has_time(last) && first <= last) {
        hw_doc_time(&e->b, "first_seen", first);
        hw_doc_time(&e->b, "last_seen", last);
    }
}

/* One attribute, which the caller closes. relation: in an object, else NULL. */
static void open_attribute(struct event *e, const char *relation, const char *category,
                           const char *type, struct hw_span value, bool detect)
{
    hw_doc_open(&e->b, NULL, '{');
    if (relation != NULL) {
        hw_doc_words(&e->b, "object_relation", relation);
    }
    hw_doc_words(&e->b, "category", category);
    hw_doc_words(&e->b, "type", type);
    hw_doc_text(&e->b, "value", value);
    hw_doc_flag(&e->b, "to_ids", detect);
    hw_doc_words(&e->b, "distribution", "5");
    hw_doc_flag(&e->b, "deleted", false);
    put_number(e, "timestamp", e->now / HW_NS_PER_SECOND);
}

static void close_attribute(struct event *e)
{
    hw_doc_close(&e->b, '}');
}

/* ---- indicators ---- */

struct type {
    const char *kind, *type, *category;
};
static const struct type types[] = {
    {"address", "ip-dst", "Network activity"},
    {"cert-sha1", "x509-fingerprint-sha1", "Network activity"},
    {"cert-sha256", "x509-fingerprint-sha256", "Network activity"},
    {"domain", "domain", "Network activity"},
    {"filename", "filename", "Payload delivery"},
    {"imphash", "imphash", "Payload delivery"},
    {"md5", "md5", "Payload delivery"},
    {"sha1", "sha1", "Payload delivery"},
    {"sha256", "sha256", "Payload delivery"},
    {"sha512", "sha512", "Payload delivery"},
    {"url", "url", "Network activity"},
};

static const struct type *type_of(const char *kind)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].kind, kind) == 0) {
            return &types[i];
        }
    }
    return NULL;
}

static bool is_payload(const struct hw_report_indicator *i)
{
    return i->met && i->block && i->list.n == 0;
}

/* Two lists that publish one value are one attribute: the first. They stand side by side. */
static bool is_again(const struct hw_report_indicator *before, const struct hw_report_indicator *i)
{
    return before != NULL && strcmp(before->kind, i->kind) == 0 &&
           hw_span_equal(before->value, i->value);
}

static void put_comment(struct event *e, const struct hw_report_indicator *i)
{
    hw_buf_clear(&e->words);
    hw_doc_clean(&e->words, i->label, HW_DOC_NAME);
    if (i->source.n > 0 || i->title.n > 0) {
        hw_buf_str(&e->words, e->words.n > 0 ? " [" : "[");
        hw_doc_clean(&e->words, i->source.n > 0 ? i->source : i->title, HW_DOC_NAME);
        hw_buf_char(&e->words, ']');
    }
    hw_doc_text(&e->b, "comment", hw_buf_span(&e->words));
}

static uint64_t indicators(struct event *e)
{
    uint64_t n = 0;
    const struct hw_report_indicator *before = NULL;
    for (const struct hw_report_indicator *i = e->r->indicators; i != NULL; i = i->next) {
        const struct type *t = type_of(i->kind);
        bool payload = is_payload(i);
        if (!i->met || t == NULL || i->value.n == 0 || i->value.n > HW_DOC_NAME ||
            is_again(before, i) || n++ >= INDICATORS) {
            continue;
        }
        before = i;
        open_attribute(e, NULL, t->category, t->type, i->value, payload);
        hw_buf_clear(&e->words);
        hw_buf_printf(&e->words, "%s\n", i->kind);
        hw_buf_span_put(&e->words, i->value);
        put_uuid(e, "indicator", hw_buf_span(&e->words), 0);
        put_times(e, i->first, i->last);
        put_comment(e, i);
        close_attribute(e);
    }
    return n > INDICATORS ? n - INDICATORS : 0;
}

/* ---- texts ---- */

static void text(struct event *e, const char *kind, uint64_t n, struct hw_span says,
                 const char *comment, struct hw_span grade)
{
    bool claim = strcmp(kind, "claim") == 0;
    open_attribute(e, NULL, claim ? "Attribution" : "Other", "text", says, false);
    put_uuid(e, kind, says, n);
    hw_doc_words(&e->b, "comment", comment);
    put_grade(e, grade);
    close_attribute(e);
}

static uint64_t claims(struct event *e)
{
    const struct hw_attribute_answer *a = e->r->attribution;
    uint64_t n = 0;
    for (const struct hw_claim *c = a == NULL ? NULL : a->claims; c != NULL; c = c->next) {
        if (n++ >= CLAIMS) {
            continue;
        }
        hw_buf_clear(&e->words);
        hw_doc_clean(&e->words, c->by.n > 0 ? c->by : HW_SPAN_LIT("a source without a name"),
                     HW_DOC_NAME);
        hw_buf_str(&e->words, " says of ");
        hw_doc_clean(&e->words, c->about, HW_DOC_NAME);
        hw_buf_str(&e->words, ": ");
        hw_doc_clean(&e->words, c->says.n > 0 ? c->says : c->value, HW_DOC_NAME);
        text(e, "claim", n, hw_buf_span(&e->words), "a claim of its source", c->grade);
    }
    return n > CLAIMS ? n - CLAIMS : 0;
}

static void judgements(struct event *e)
{
    const struct hw_attribute_answer *a = e->r->attribution;
    uint64_t n = 0;
    for (const struct hw_judgement *j = a == NULL ? NULL : a->judgements; j != NULL; j = j->next) {
        if (n++ >= LINES) {
            return;
        }
        hw_buf_clear(&e->words);
        hw_buf_printf(&e->words, "%s: ", j->of);
        hw_doc_clean(&e->words, j->about, HW_DOC_NAME);
        hw_buf_str(&e->words, j->other.n > 0 ? " and " : "");
        hw_doc_clean(&e->words, j->other, HW_DOC_NAME);
        if (j->percent > 0) {
            hw_buf_printf(&e->words, ": %s, %u per cent, confidence %s",
                          j->word != NULL ? j->word->word : "", j->percent,
                          hw_confidence_word(j->confidence));
        } else {
            hw_buf_str(&e->words, ": no judgement, because ");
            hw_doc_clean(&e->words, j->because, HW_DOC_NAME);
        }
        text(e, "judgement", n, hw_buf_span(&e->words), "a judgement of Headwater",
             (struct hw_span){NULL, 0});
    }
}

static void machines(struct event *e)
{
    const struct hw_affected_answer *m = e->r->impact == NULL ? NULL : e->r->impact->machines;
    if (m == NULL) {
        return;
    }
    hw_buf_clear(&e->words);
    hw_buf_str(&e->words, "machines by state:");
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        hw_buf_printf(&e->words, "%s %s %llu", i == 0 ? "" : ",",
                      hw_asset_state_word((enum hw_asset_state)i), (unsigned long long)m->count[i]);
    }
    text(e, "states", 0, hw_buf_span(&e->words), "their names are not shared",
         (struct hw_span){NULL, 0});
}

static void refusals(struct event *e)
{
    uint64_t n = 0;
    for (const struct hw_refused *r = e->r->refused; r != NULL && n < LINES; r = r->next) {
        hw_buf_clear(&e->words);
        hw_buf_str(&e->words, "not answered: ");
        hw_doc_clean(&e->words, r->of, HW_DOC_NAME);
        hw_buf_str(&e->words, ", because ");
        hw_doc_clean(&e->words, r->because, HW_DOC_NAME);
        text(e, "refusal", ++n, hw_buf_span(&e->words), "", (struct hw_span){NULL, 0});
    }
}

static void left(struct event *e, uint64_t values, uint64_t files, uint64_t said)
{
    if (values + files + said > 0) {
        hw_buf_clear(&e->words);
        hw_buf_printf(
            &e->words,
            "left out, to keep this event small: %llu values, %llu findings of files, %llu claims; "
            "the case itself has all of them",
            (unsigned long long)values, (unsigned long long)files, (unsigned long long)said);
        text(e, "left", 0, hw_buf_span(&e->words), "", (struct hw_span){NULL, 0});
    }
}

/* ---- files ---- */

static void put_hex(struct hw_buf *b, const uint8_t sha256[32])
{
    hw_buf_clear(b);
    hw_buf_hex(b, (struct hw_span){sha256, 32});
}

/* Is this file's own hash one that may be blocked? */
static bool is_published(const struct event *e, struct hw_span hex)
{
    for (const struct hw_report_indicator *i = e->r->indicators; i != NULL && i->met; i = i->next) {
        if (is_payload(i) && hw_span_equal(i->value, hex)) {
            return true;
        }
    }
    return false;
}

static bool is_told(const struct hw_finding *f)
{
    return f->file != NULL && f->severity >= HW_MEDIUM && !f->baseline &&
           !hw_is_rejected(f->judged);
}

/* A finding of the same file before this one has told it. */
static bool was_told(const struct event *e, const struct hw_finding *f)
{
    for (const struct hw_finding *g = e->r->hunt->findings; g != f; g = g->next) {
        if (is_told(g) && memcmp(g->file->sha256, f->file->sha256, 32) == 0) {
            return true;
        }
    }
    return false;
}

static void put_size(struct event *e, uint64_t size)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)size);
    open_attribute(e, "size-in-bytes", "Other", "size-in-bytes", hw_span_str(text), false);
    put_uuid(e, "file-size", hw_buf_span(&e->words), 0);
    close_attribute(e);
}

/* An object of MISP's template "file". */
static void file(struct event *e, const struct hw_finding *f)
{
    struct hw_span base = hw_doc_base(f->file->path);
    hw_doc_open(&e->b, NULL, '{');
    hw_doc_words(&e->b, "name", "file");
    hw_doc_words(&e->b, "meta-category", "file");
    hw_doc_words(&e->b, "description", "File object describing a file with meta-information");
    hw_doc_words(&e->b, "template_uuid", "688c46fb-5edb-40a3-8273-1af7923e2215");
    hw_doc_words(&e->b, "template_version", "25");
    put_hex(&e->words, f->file->sha256);
    bool payload = is_published(e, hw_buf_span(&e->words));
    put_uuid(e, "file", hw_buf_span(&e->words), 0);
    hw_doc_words(&e->b, "distribution", "5");
    hw_doc_flag(&e->b, "deleted", false);
    put_number(e, "timestamp", e->now / HW_NS_PER_SECOND);
    put_times(e, f->first, f->last);
    hw_doc_words(&e->b, "comment", f->rule);
    hw_doc_open(&e->b, "Attribute", '[');
    open_attribute(e, "sha256", "Payload delivery", "sha256", hw_buf_span(&e->words), payload);
    put_uuid(e, "file-sha256", hw_buf_span(&e->words), 0);
    close_attribute(e);
    if (base.n > 0) {
        open_attribute(e, "filename", "Payload delivery", "filename",
                       hw_span_cut(base, 0, HW_DOC_NAME), false);
        put_uuid(e, "file-name", hw_buf_span(&e->words), 0);
        close_attribute(e);
    }
    put_size(e, f->file->size);
    hw_doc_close(&e->b, ']');
    hw_doc_close(&e->b, '}');
}

static uint64_t files(struct event *e)
{
    uint64_t looked = 0, n = 0, rest = 0;
    const struct hw_finding *f = e->r->hunt == NULL ? NULL : e->r->hunt->findings;
    for (; f != NULL; f = f->next) {
        if (!is_told(f)) {
            continue;
        }
        if (n >= FILES || looked++ >= LOOKED) {
            rest++; /* beyond this, one file on many machines is counted once for each */
        } else if (!was_told(e, f)) {
            n++;
            file(e, f);
        }
    }
    return rest;
}

/* ---- the event ---- */

/* Of MISP: 1 high, 2 medium, 3 low, 4 undefined. */
static const char *threat(const struct hw_report_answer *r)
{
    static const char *const levels[] = {"4", "3", "2", "1", "1"};
    enum hw_severity worst = HW_INFO;
    const struct hw_finding *f = r->hunt == NULL ? NULL : r->hunt->findings;
    for (; f != NULL; f = f->next) {
        bool counts = !f->baseline && !hw_is_rejected(f->judged);
        worst = counts && f->severity > worst ? f->severity : worst;
    }
    return levels[worst];
}

static void head(struct event *e)
{
    char when[HW_DOC_TIME], name[80];
    enum hw_tlp tlp = hw_tlp_read(e->r->tlp);
    put_uuid(e, "event", (struct hw_span){NULL, 0}, 0);
    hw_doc_name(&e->b, "info", e->r->title, "Headwater report");
    (void)hw_doc_moment(e->now, when);
    when[10] = '\0';
    hw_doc_words(&e->b, "date", when);
    put_number(e, "timestamp", e->now / HW_NS_PER_SECOND);
    hw_doc_words(&e->b, "threat_level_id", threat(e->r));
    hw_doc_words(&e->b, "analysis", "1");
    hw_doc_words(&e->b, "distribution", "0");
    hw_doc_flag(&e->b, "published", false);
    hw_doc_words(&e->b, "publish_timestamp", "0");
    hw_doc_open(&e->b, "Orgc", '{');
    (void)snprintf(name, sizeof name, "Headwater case %s", e->uuid);
    hw_doc_words(&e->b, "name", name);
    put_uuid(e, "organisation", (struct hw_span){NULL, 0}, 0);
    hw_doc_close(&e->b, '}');
    if (tlp != HW_TLP_NONE) {
        (void)snprintf(name, sizeof name, "tlp:%s", hw_tlp_word(tlp));
        hw_doc_open(&e->b, "Tag", '[');
        tag(e, name);
        hw_doc_close(&e->b, ']');
    }
}

int hw_tell_report_misp(const struct hw_teller *t, const struct hw_report_answer *r,
                        struct hw_error *err)
{
    struct event e = {.r = r, .now = hw_doc_has_time(r->as_of) ? r->as_of : 0};
    hw_buf_init(&e.b, HW_DOC_BYTES);
    hw_buf_init(&e.words, 1 << 18);
    e.failed = !hw_uuid_of_case(r, e.space, e.uuid);
    hw_doc_open(&e.b, NULL, '{');
    hw_doc_open(&e.b, "Event", '{');
    head(&e);
    hw_doc_open(&e.b, "Object", '[');
    uint64_t files_left = files(&e);
    hw_doc_close(&e.b, ']');
    hw_doc_open(&e.b, "Attribute", '[');
    uint64_t values_left = indicators(&e), said_left = claims(&e);
    judgements(&e);
    machines(&e);
    refusals(&e);
    left(&e, values_left, files_left, said_left);
    hw_doc_close(&e.b, ']');
    hw_buf_str(&e.b, "}}\n");
    int rc = !e.failed && hw_buf_ok(&e.b) && hw_buf_ok(&e.words)
                 ? t->put(t->state, hw_buf_span(&e.b), err)
                 : hw_fail(err, HW_E_MEMORY, "no memory for the event");
    hw_buf_done(&e.b);
    hw_buf_done(&e.words);
    return rc;
}
