/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_sarif.c -- the findings of a report as SARIF 2.1.0 (OASIS, "Static Analysis Results
 * Interchange Format Version 2.1.0"), which code hosts and editors show.
 *
 * One run; rules with what they mean, when they err and what to do (3.49); a result a finding
 * (3.27), its id as partial fingerprint (3.27.17), so that viewers know it again. A file is a
 * physical location, its members and all that is no file are logical ones (3.33). In messages,
 * brackets and braces of strangers are escaped, so that no name becomes a link (3.11.6) or a
 * placeholder (3.11.5).
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/report.h"
#include "tell/tell.h"

struct sarif {
    const struct hw_report_answer *a;
    const struct hw_finding *rules[HW_REPORT_RULES];
    size_t rule_count;
    struct hw_buf b, raw;
};

/* ---- pieces ---- */

/* Hidden characters become visible first: JSON would give them back to whoever shows the text. */
static void message(struct sarif *s, struct hw_span text)
{
    struct hw_buf safe;
    hw_buf_init(&safe, 4 << 20);
    hw_escape_put(&safe, text, HW_ESCAPE_TERMINAL);
    hw_buf_str(&s->b, "{\"text\":\"");
    for (struct hw_span rest = hw_buf_span(&safe); rest.n > 0;) {
        size_t n = 0;
        while (n < rest.n && strchr("[]{}", rest.p[n]) == NULL) {
            n++;
        }
        hw_escape_put(&s->b, hw_span_cut(rest, 0, n), HW_ESCAPE_JSON);
        if (n < rest.n) {
            bool bracket = rest.p[n] == '[' || rest.p[n] == ']';
            hw_buf_str(&s->b, bracket ? "\\\\" : "");
            hw_buf_char(&s->b, (char)rest.p[n]);
            hw_buf_str(&s->b, bracket ? "" : rest.p[n] == '{' ? "{" : "}");
        }
        rest = hw_span_from(rest, n + 1);
    }
    hw_buf_str(&s->b, "\"}");
    hw_buf_done(&safe);
}

static void said(struct sarif *s, const char *text)
{
    message(s, hw_span_str(text));
}

/* A path as a URI reference (RFC 3986): what is not unreserved is percent-encoded, byte by byte. */
static void uri(struct hw_buf *b, struct hw_span path)
{
    hw_buf_str(b, path.n > 0 && path.p[0] == '/' ? "file://" : "");
    for (size_t i = 0; i < path.n; i++) {
        uint8_t c = path.p[i];
        bool plain = hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '/' || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain && !(c == '/' && i > 0 && path.p[i - 1] == '/')) {
            hw_buf_char(b, (char)c);
        } else {
            hw_buf_printf(b, "%%%02X", c);
        }
    }
}

/* Up to the first box: what lies on a disk. */
static struct hw_span outermost(struct hw_span path, struct hw_span *out_inside)
{
    for (size_t i = 0; i + 1 < path.n; i++) {
        if (path.p[i] == '!' && path.p[i + 1] == '/') {
            *out_inside = hw_span_from(path, i + 2);
            return hw_span_cut(path, 0, i);
        }
    }
    *out_inside = (struct hw_span){NULL, 0};
    return path;
}

static void physical(struct sarif *s, struct hw_span path, bool has_off, uint64_t off)
{
    struct hw_span inside, outer = outermost(path, &inside);
    hw_buf_str(&s->b, "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"");
    uri(&s->b, outer);
    hw_buf_str(&s->b, "\"}");
    if (has_off && inside.n == 0) { /* an offset inside of a member is none of the file */
        hw_buf_printf(&s->b, ",\"region\":{\"byteOffset\":%llu,\"byteLength\":0}",
                      (unsigned long long)off);
    }
    hw_buf_char(&s->b, '}');
}

static void logical(struct sarif *s, struct hw_span name, struct hw_span host, const char *kind)
{
    hw_buf_str(&s->b, "\"logicalLocations\":[{\"name\":\"");
    hw_escape_put(&s->b, name, HW_ESCAPE_JSON);
    hw_buf_str(&s->b, "\",\"fullyQualifiedName\":\"");
    hw_escape_put(&s->b, host, HW_ESCAPE_JSON);
    hw_buf_str(&s->b, host.n > 0 ? "/" : "");
    hw_escape_put(&s->b, name, HW_ESCAPE_JSON);
    hw_buf_printf(&s->b, "\",\"kind\":\"%s\"}]", kind);
}

static const char *level(enum hw_severity v)
{
    return v >= HW_HIGH ? "error" : v == HW_MEDIUM ? "warning" : "note";
}

/* ---- rules ---- */

/* What is shown where there is one line only, and what code hosts ask for (3.49.9). */
static struct hw_span first_sentence(struct hw_span text)
{
    size_t n = 0;
    while (n < text.n && (text.p[n] != '.' || (n + 1 < text.n && text.p[n + 1] != ' '))) {
        n++;
    }
    return hw_span_cut(text, 0, n < text.n ? n + 1 : n);
}

static void rule(struct sarif *s, const struct hw_finding *f)
{
    hw_buf_printf(&s->b, "{\"id\":\"%s\",\"shortDescription\":", f->rule);
    message(s, first_sentence(hw_span_str(f->means)));
    hw_buf_str(&s->b, ",\"fullDescription\":");
    said(s, f->means);
    hw_buf_str(&s->b, ",\"help\":");
    hw_buf_clear(&s->raw);
    hw_buf_printf(&s->raw, "What to do: %s\nWhen it errs: %s\nReference: %s", f->do_next, f->errs,
                  f->reference);
    /* three lines of ours: the break between them is meant */
    hw_buf_str(&s->b, "{\"text\":\"");
    hw_escape_put(&s->b, hw_buf_span(&s->raw), HW_ESCAPE_JSON);
    hw_buf_printf(&s->b, "\"},\"defaultConfiguration\":{\"level\":\"%s\"}}", level(f->severity));
}

/* ---- results ---- */

static size_t index_of(const struct sarif *s, const struct hw_finding *f)
{
    size_t i = 0;
    while (i < s->rule_count && strcmp(s->rules[i]->rule, f->rule) != 0) {
        i++;
    }
    return i;
}

static void location(struct sarif *s, const struct hw_finding *f)
{
    const struct hw_why *y = f->why;
    while (y != NULL && y->evidence.n == 0) {
        y = y->next;
    }
    hw_buf_str(&s->b, ",\"locations\":[{");
    if (f->file != NULL) {
        struct hw_span inside;
        bool here = y != NULL && hw_span_equal(y->evidence, f->file->path);
        (void)outermost(f->file->path, &inside);
        physical(s, f->file->path, here && y->has_off, here ? y->off : 0);
        if (inside.n > 0) {
            hw_buf_char(&s->b, ',');
            logical(s, inside, (struct hw_span){NULL, 0}, "member");
        }
    } else {
        if (y != NULL) { /* where it is recorded: viewers want a file */
            physical(s, y->evidence, y->has_off, y->off);
            hw_buf_char(&s->b, ',');
        }
        logical(s, hw_report_subject(f), f->host, f->kind);
    }
    hw_buf_str(&s->b, "}]");
}

static void related(struct sarif *s, const struct hw_why *y)
{
    enum { RELATED = 20 };
    unsigned n = 0;
    for (; y != NULL && n < RELATED; y = y->next) {
        if (y->evidence.n == 0) {
            continue;
        }
        hw_buf_str(&s->b, n == 0 ? ",\"relatedLocations\":[" : ",");
        hw_buf_printf(&s->b, "{\"id\":%u,", ++n);
        physical(s, y->evidence, y->has_off, y->off);
        hw_buf_str(&s->b, ",\"message\":");
        message(s, y->says);
        hw_buf_char(&s->b, '}');
    }
    hw_buf_str(&s->b, n > 0 ? "]" : "");
}

static void words_of(struct sarif *s, const struct hw_finding *f)
{
    hw_buf_clear(&s->raw);
    hw_buf_span_put(&s->raw, hw_report_subject(f));
    for (const struct hw_why *y = f->why; y != NULL; y = y->next) {
        hw_buf_str(&s->raw, y == f->why ? ": " : "; ");
        hw_buf_span_put(&s->raw, y->says);
    }
    message(s, hw_buf_span(&s->raw));
}

static void result(struct sarif *s, const struct hw_finding *f)
{
    size_t n = index_of(s, f);
    hw_buf_printf(&s->b, "{\"ruleId\":\"%s\"", f->rule);
    if (n < s->rule_count) {
        hw_buf_printf(&s->b, ",\"ruleIndex\":%zu", n);
    }
    hw_buf_printf(&s->b, ",\"level\":\"%s\",\"message\":", level(f->severity));
    words_of(s, f);
    location(s, f);
    related(s, f->why);
    hw_buf_printf(&s->b, ",\"partialFingerprints\":{\"headwaterFinding/v1\":\"%s\"}", f->id);
    if (f->judged != NULL) {
        hw_buf_printf(&s->b,
                      ",\"suppressions\":[{\"kind\":\"external\",\"status\":\"%s\","
                      "\"justification\":\"",
                      hw_is_rejected(f->judged) ? "accepted" : "rejected");
        hw_escape_put(&s->b, f->judged_because, HW_ESCAPE_JSON);
        hw_buf_str(&s->b, "\"}]");
    }
    if (f->baseline) {
        hw_buf_str(&s->b, ",\"baselineState\":\"unchanged\"");
    }
    hw_buf_printf(&s->b, ",\"properties\":{\"severity\":\"%s\",\"confidence\":\"%s\",",
                  hw_severity_word(f->severity), hw_confidence_word(f->confidence));
    hw_json_text(&s->b, "host", f->host);
    hw_buf_char(&s->b, ',');
    hw_json_text(&s->b, "organisation", hw_report_org(f->org));
    hw_buf_str(&s->b, "}}");
}

int hw_tell_report_sarif(const struct hw_teller *t, const struct hw_report_answer *a,
                         struct hw_error *err)
{
    struct sarif s = {.a = a};
    s.rule_count = hw_report_rules(a, /* rejected= */ true, s.rules);
    hw_buf_init(&s.b, 512 << 20);
    hw_buf_init(&s.raw, 4 << 20);
    hw_buf_str(&s.b, "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/"
                     "schemas/sarif-schema-2.1.0.json\",\n\"version\":\"2.1.0\",\n\"runs\":[{"
                     "\"tool\":{\"driver\":{\"name\":\"Headwater\",\"semanticVersion\":\"");
    hw_escape_put(&s.b, a->version, HW_ESCAPE_JSON);
    hw_buf_str(&s.b, "\",\"rules\":[");
    for (size_t i = 0; i < s.rule_count; i++) {
        hw_buf_str(&s.b, i == 0 ? "\n" : ",\n");
        rule(&s, s.rules[i]);
    }
    hw_buf_str(&s.b, "]}},\n\"automationDetails\":{\"id\":\"headwater/");
    hw_escape_put(&s.b, a->id, HW_ESCAPE_JSON);
    hw_buf_printf(&s.b, "/\"},\n\"invocations\":[{\"executionSuccessful\":%s}],\n\"results\":[",
                  a->hunt != NULL ? "true" : "false");
    for (const struct hw_finding *f = a->hunt == NULL ? NULL : a->hunt->findings; f != NULL;
         f = f->next) {
        hw_buf_str(&s.b, f == a->hunt->findings ? "\n" : ",\n");
        result(&s, f);
    }
    hw_buf_str(&s.b, "],\n\"properties\":{");
    hw_json_text(&s.b, "title", a->title);
    hw_buf_char(&s.b, ',');
    hw_json_time(&s.b, "as_of", a->as_of);
    hw_buf_str(&s.b, "}}]}\n");
    hw_buf_done(&s.raw);
    return hw_tell_put(t, &s.b, err);
}
