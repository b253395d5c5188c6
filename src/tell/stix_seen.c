/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/stix_seen.c -- what was looked for and met: indicators, observed data, sightings; findings,
 * incidents, and techniques that they name.
 *
 * An indicator is repeated only where it was met here, its source calls it a payload, it is in
 * force, and nobody calls it a host that others share: others will block by it.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/stix.h"

enum { PLACES = 40 }; /* organisations that one sighting names */

/* ---- indicators ---- */

/* What a pattern asks of a value of this kind; *out_type: the observable. NULL: of other kinds. */
static const char *asks(const struct hw_report_indicator *i, const char **out_type)
{
    static const struct {
        const char *kind, *asks;
    } hashes[] = {{"sha256", "file:hashes.'SHA-256'"},
                  {"sha1", "file:hashes.'SHA-1'"},
                  {"md5", "file:hashes.MD5"},
                  {"sha512", "file:hashes.'SHA-512'"}};
    *out_type = "file";
    for (size_t k = 0; k < sizeof hashes / sizeof hashes[0]; k++) {
        if (strcmp(i->kind, hashes[k].kind) == 0) {
            return hw_bundle_hash(i->value) != NULL ? hashes[k].asks : NULL;
        }
    }
    *out_type = strcmp(i->kind, "domain") == 0    ? "domain-name"
                : strcmp(i->kind, "url") == 0     ? "url"
                : strcmp(i->kind, "address") == 0 ? hw_bundle_family(i->value)
                                                  : NULL;
    return *out_type == NULL || i->value.n == 0    ? NULL
           : strcmp(*out_type, "domain-name") == 0 ? "domain-name:value"
           : strcmp(*out_type, "url") == 0         ? "url:value"
           : strcmp(*out_type, "ipv4-addr") == 0   ? "ipv4-addr:value"
                                                   : "ipv6-addr:value";
}

static void put_pattern(struct stix *s, const char *asked, struct hw_span value)
{
    struct hw_buf clean;
    hw_buf_init(&clean, HW_DOC_TEXT);
    hw_doc_clean(&clean, value, HW_DOC_TEXT / 4);
    hw_buf_clear(&s->says);
    hw_buf_printf(&s->says, "[%s = '", asked);
    for (size_t i = 0; i < clean.n; i++) {
        if (clean.p[i] == '\'' || clean.p[i] == '\\') {
            hw_buf_char(&s->says, '\\');
        }
        hw_buf_char(&s->says, (char)clean.p[i]);
    }
    hw_buf_str(&s->says, "']");
    hw_doc_text(&s->x.b, "pattern", hw_buf_span(&s->says));
    hw_buf_done(&clean);
}

static void put_source(struct stix *s, const struct hw_report_indicator *i)
{
    struct hw_span by = i->source.n > 0 ? i->source : i->title;
    if (by.n == 0) {
        return;
    }
    hw_doc_open(&s->x.b, "external_references", '[');
    hw_doc_open(&s->x.b, NULL, '{');
    hw_doc_name(&s->x.b, "source_name", by, "a list");
    hw_doc_name(&s->x.b, "description", i->title, "a published list");
    hw_doc_close(&s->x.b, '}');
    hw_doc_close(&s->x.b, ']');
}

/* It must end after it begins (STIX 2.1, 4.7). */
static void put_validity(struct stix *s, const struct hw_report_indicator *i)
{
    int64_t from = hw_doc_has_time(i->from)        ? i->from
                   : hw_doc_has_time(i->published) ? i->published
                   : hw_doc_has_time(i->first)     ? i->first
                                                   : s->x.now;
    hw_doc_time(&s->x.b, "valid_from", from);
    if (hw_doc_has_time(i->until) && hw_doc_whole(i->until) > hw_doc_whole(from)) {
        hw_doc_time(&s->x.b, "valid_until", i->until);
    }
}

/* ---- where it was met ---- */

static bool fits(const struct hw_finding *f, const struct hw_report_indicator *i)
{
    uint8_t bytes[32];
    bool published = strcmp(f->rule, "known-bad") == 0 || strcmp(f->rule, "known-contact") == 0;
    if (!published || hw_is_rejected(f->judged)) {
        return false;
    }
    return hw_span_equal(f->met, i->value) || hw_span_equal(f->key, i->value) ||
           (f->file != NULL && hw_hex_decode(i->value, bytes, 32) &&
            memcmp(bytes, f->file->sha256, 32) == 0);
}

/* Organisations with a finding of it; how many findings there are. */
static uint64_t places(struct stix *s, const struct hw_report_indicator *i, struct hw_buf *refs)
{
    char ids[PLACES][HW_STIX_ID];
    size_t known = 0;
    uint64_t count = 0;
    const struct hw_finding *f = s->x.r->hunt == NULL ? NULL : s->x.r->hunt->findings;
    for (; f != NULL; f = f->next) {
        char id[HW_STIX_ID];
        size_t k = 0;
        if (!fits(f, i)) {
            continue;
        }
        count++;
        hw_bundle_organisation(&s->x, f->org, id);
        while (k < known && strcmp(ids[k], id) != 0) {
            k++;
        }
        if (k == known && known < PLACES) {
            memcpy(ids[known++], id, HW_STIX_ID);
            stix_ref(refs, id);
        }
    }
    if (refs->n == 0) {
        stix_ref(refs, s->x.me);
    }
    return count > 0 ? count : 1;
}

static void window(struct stix *s, const char *first, const char *last, int64_t lo, int64_t hi)
{
    if (hw_doc_has_time(lo) && hw_doc_has_time(hi) && lo <= hi) {
        hw_doc_time(&s->x.b, first, lo);
        hw_doc_time(&s->x.b, last, hi);
    }
}

static void observe(struct stix *s, const struct hw_report_indicator *i, const char *object,
                    const char *indicator, uint64_t count, char out[HW_STIX_ID])
{
    char id[HW_STIX_ID];
    out[0] = '\0';
    if (object[0] == '\0' || !hw_doc_has_time(i->first) || !hw_doc_has_time(i->last) ||
        i->first > i->last) {
        return;
    }
    hw_bundle_id(&s->x, "observed-data", i->kind, i->value, out);
    if (hw_bundle_open(&s->x, "observed-data", out)) {
        window(s, "first_observed", "last_observed", i->first, i->last);
        hw_doc_number(&s->x.b, "number_observed", count);
        hw_bundle_refer(&s->x, "object_refs", object);
        hw_bundle_close(&s->x);
    }
    hw_bundle_id(&s->x, "relationship", "based-on", hw_span_str(indicator), id);
    if (hw_bundle_open(&s->x, "relationship", id)) {
        hw_doc_words(&s->x.b, "relationship_type", "based-on");
        hw_doc_words(&s->x.b, "source_ref", indicator);
        hw_doc_words(&s->x.b, "target_ref", out);
        hw_doc_number(&s->x.b, "confidence", hw_doc_sure("observed"));
        hw_bundle_close(&s->x);
    }
}

static void sight(struct stix *s, const struct hw_report_indicator *i, const char *object,
                  const char *indicator)
{
    char id[HW_STIX_ID], observed[HW_STIX_ID];
    struct hw_buf refs;
    hw_buf_init(&refs, 1 << 16);
    uint64_t count = places(s, i, &refs);
    count = count > 999999999 ? 999999999 : count;
    observe(s, i, object, indicator, count, observed);
    hw_bundle_id(&s->x, "sighting", i->kind, i->value, id);
    if (hw_bundle_open(&s->x, "sighting", id)) {
        window(s, "first_seen", "last_seen", i->first, i->last);
        hw_doc_number(&s->x.b, "count", count);
        hw_doc_words(&s->x.b, "sighting_of_ref", indicator);
        hw_doc_open(&s->x.b, "where_sighted_refs", '[');
        hw_buf_span_put(&s->x.b, hw_buf_span(&refs));
        hw_doc_close(&s->x.b, ']');
        if (observed[0] != '\0') {
            hw_bundle_refer(&s->x, "observed_data_refs", observed);
        }
        hw_bundle_close(&s->x);
    }
    hw_buf_done(&refs);
}

static void indicator(struct stix *s, const struct hw_report_indicator *i, const char *asked,
                      const char *type)
{
    char id[HW_STIX_ID], object[HW_STIX_ID];
    if (strcmp(type, "file") == 0) {
        hw_bundle_file(&s->x, i->value, (struct hw_span){NULL, 0}, object);
    } else {
        hw_bundle_value(&s->x, type, i->value, object);
    }
    hw_bundle_id(&s->x, "indicator", i->kind, i->value, id);
    if (hw_bundle_open(&s->x, "indicator", id)) {
        hw_doc_name(&s->x.b, "name", i->label, "published indicator");
        hw_buf_clear(&s->says);
        hw_buf_printf(&s->says, "The %s of a published payload, met in this case.", i->kind);
        hw_doc_text(&s->x.b, "description", hw_buf_span(&s->says));
        hw_doc_open(&s->x.b, "indicator_types", '[');
        hw_doc_words(&s->x.b, NULL, "malicious-activity");
        hw_doc_close(&s->x.b, ']');
        put_pattern(s, asked, i->value);
        hw_doc_words(&s->x.b, "pattern_type", "stix");
        put_validity(s, i);
        put_source(s, i);
        hw_bundle_close(&s->x);
        sight(s, i, object, id);
    }
}

void stix_indicators(struct stix *s)
{
    uint64_t n = 0;
    for (const struct hw_report_indicator *i = s->x.r->indicators; i != NULL; i = i->next) {
        const char *type, *asked = asks(i, &type);
        bool give =
            i->met && i->block && i->list.n == 0 && asked != NULL && i->value.n <= HW_DOC_TEXT / 4;
        if (give && n++ < HW_STIX_INDICATORS) {
            indicator(s, i, asked, type);
        }
    }
    stix_left(s, n, HW_STIX_INDICATORS, "indicators");
}

/* ---- findings ---- */

static void extend_finding(struct stix *s, const struct hw_finding *f)
{
    stix_extend(s);
    hw_doc_words(&s->x.b, "id", f->id);
    hw_doc_words(&s->x.b, "rule", f->rule);
    hw_doc_words(&s->x.b, "severity", hw_severity_word(f->severity));
    hw_doc_words(&s->x.b, "confidence", hw_confidence_word(f->confidence));
    if (f->ran) {
        hw_doc_flag(&s->x.b, "ran", true);
    }
    if (f->judged != NULL) {
        hw_doc_words(&s->x.b, "judged", f->judged);
    }
    stix_extend_end(s);
}

/* What a finding is about, as an observable: its file, or the place a machine spoke with. */
static void about(struct stix *s, const struct hw_finding *f, char out[HW_STIX_ID])
{
    static const char digits[] = "0123456789abcdef";
    char hex[64];
    const char *family = hw_bundle_family(f->met);
    out[0] = '\0';
    if (f->file != NULL) {
        for (unsigned i = 0; i < 64; i++) {
            hex[i] = digits[f->file->sha256[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
        }
        hw_bundle_file(&s->x, (struct hw_span){(const uint8_t *)hex, 64}, f->file->path, out);
    } else if (f->met.n > 0) {
        bool url = hw_span_holds(f->met, "://");
        hw_bundle_value(&s->x, family != NULL ? family : url ? "url" : "domain-name", f->met, out);
    }
}

static void technique(struct stix *s, const char *id)
{
    char object[HW_STIX_ID];
    hw_bundle_id(&s->x, "attack-pattern", "mitre-attack", hw_span_str(id), object);
    if (hw_bundle_open(&s->x, "attack-pattern", object)) {
        hw_doc_words(&s->x.b, "name", id);
        hw_doc_open(&s->x.b, "external_references", '[');
        hw_doc_open(&s->x.b, NULL, '{');
        hw_doc_words(&s->x.b, "source_name", "mitre-attack");
        hw_doc_words(&s->x.b, "external_id", id);
        hw_doc_close(&s->x.b, '}');
        hw_doc_close(&s->x.b, ']');
        hw_bundle_close(&s->x);
    }
}

static void finding(struct stix *s, const struct hw_finding *f)
{
    char id[HW_STIX_ID], object[HW_STIX_ID], named[12];
    bool timed = hw_doc_has_time(f->first) && hw_doc_has_time(f->last) && f->first <= f->last;
    bool seen = f->file != NULL && f->file->first_seen != 0 && hw_doc_has_time(f->file->first_seen);
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        size_t at = 0;
        while (hw_doc_technique(w->says, &at, named)) {
            technique(s, named);
        }
    }
    about(s, f, object);
    if (object[0] == '\0' || (!timed && !seen)) {
        return;
    }
    hw_bundle_id(&s->x, "observed-data", "finding", hw_span_str(f->id), id);
    if (!hw_bundle_open(&s->x, "observed-data", id)) {
        return;
    }
    window(s, "first_observed", "last_observed", timed ? f->first : f->file->first_seen,
           timed ? f->last : f->file->first_seen);
    hw_doc_number(&s->x.b, "number_observed", 1);
    hw_bundle_refer(&s->x, "object_refs", object);
    extend_finding(s, f);
    hw_bundle_close(&s->x);
    if (f->judged != NULL) {
        bool no = hw_is_rejected(f->judged);
        stix_opinion(s, id, no ? "strongly-disagree" : "strongly-agree", f->judged_because);
    }
}

void stix_findings(struct stix *s)
{
    uint64_t n = 0;
    const struct hw_finding *f = s->x.r->hunt == NULL ? NULL : s->x.r->hunt->findings;
    for (; f != NULL; f = f->next) {
        if (f->severity >= HW_MEDIUM && !f->baseline && n++ < HW_STIX_FINDINGS) {
            finding(s, f);
        }
    }
    stix_left(s, n, HW_STIX_FINDINGS, "findings of medium severity or more");
}

/* ---- incidents ---- */

static void incident(struct stix *s, const struct hw_incident *n)
{
    char id[HW_STIX_ID], one[HW_STIX_ID];
    uint64_t machines = 0;
    struct hw_buf refs;
    hw_buf_init(&refs, 1 << 20);
    hw_bundle_organisation(&s->x, n->org, one);
    stix_ref(&refs, one);
    for (const struct hw_incident_machine *m = n->machines; m != NULL; m = m->next) {
        if (m->at == HW_AT_MACHINE && machines++ < HW_STIX_MACHINES) {
            hw_bundle_machine(&s->x, n->org, m->name, one);
            stix_ref(&refs, one);
        }
    }
    stix_left(s, machines, HW_STIX_MACHINES, "machines of one incident");
    hw_bundle_id(&s->x, "grouping", "incident", hw_span_str(n->id), id);
    if (hw_bundle_open(&s->x, "grouping", id)) {
        hw_doc_name(&s->x.b, "name", n->campaign, n->id);
        hw_doc_words(&s->x.b, "context", "suspicious-activity");
        hw_doc_open(&s->x.b, "object_refs", '[');
        hw_buf_span_put(&s->x.b, hw_buf_span(&refs));
        hw_doc_close(&s->x.b, ']');
        stix_extend(s);
        hw_doc_words(&s->x.b, "id", n->id);
        hw_doc_words(&s->x.b, "severity", hw_severity_word(n->severity));
        hw_doc_number(&s->x.b, "findings", n->findings);
        hw_doc_number(&s->x.b, "contacted", n->contacted);
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
    s->x.failed = s->x.failed || !hw_buf_ok(&refs);
    hw_buf_done(&refs);
}

void stix_incidents(struct stix *s)
{
    uint64_t n = 0;
    const struct hw_incident *i = s->x.r->hunt == NULL ? NULL : s->x.r->hunt->incidents;
    for (; i != NULL; i = i->next) {
        if (n++ < HW_STIX_LINES) {
            incident(s, i);
        }
    }
    stix_left(s, n, HW_STIX_LINES, "incidents");
}
