/* SPDX-License-Identifier: Apache-2.0 */
#include "tale.h"

#include <stdlib.h>
#include <string.h>

#define OK(call) assert_int_equal(call, HW_OK)

int tale_setup(void **state)
{
    struct tale *t = calloc(1, sizeof *t);
    struct hw_case_open how = {.mode = HW_CASE_PRIVATE, .now_ns = 1000 * TALE_DAY};
    assert_non_null(t);
    OK(hw_case_open(&how, &t->c, &t->err));
    t->arena = hw_arena_new(1 << 24);
    t->policy =
        (struct hw_policy){.as_of = 1000 * TALE_DAY, .fail_on = HW_HIGH, .expiring_days = -1};
    *state = t;
    return 0;
}

int tale_teardown(void **state)
{
    struct tale *t = *state;
    hw_answer_free(t->a);
    hw_case_free(t->c);
    hw_arena_free(t->arena);
    free(t);
    return 0;
}

struct hw_span tale_digest(struct tale *t, char letter)
{
    uint8_t *p = hw_arena_alloc(t->arena, 32);
    assert_non_null(p);
    memset(p, letter, 32);
    return (struct hw_span){p, 32};
}

struct hw_fact *tale_add(struct tale *t, enum hw_fact_kind kind)
{
    assert_true(t->count < sizeof t->facts / sizeof t->facts[0]);
    struct hw_fact *f = &t->facts[t->count++];
    hw_fact_about(f, kind, 0);
    return f;
}

void tale_program(struct tale *t, char letter)
{
    t->count = 0;
    t->letter = letter;
    struct hw_span d = tale_digest(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_ARTIFACT);
    hw_fact_u64(f, HW_ARTIFACT_SIZE, 1000);
    hw_fact_span(f, HW_ARTIFACT_SHA256, d);
    hw_fact_span(f, HW_ARTIFACT_SHA1, hw_span_cut(d, 0, 20));
    hw_fact_span(f, HW_ARTIFACT_MD5, hw_span_cut(d, 0, 16));
    hw_fact_str(f, HW_ARTIFACT_FORMAT, "pe");
    hw_fact_u64(f, HW_ARTIFACT_BITS, 64);
    f = tale_add(t, HW_FACT_DEGREE);
    hw_fact_str(f, HW_DEGREE_DEGREE, "sound");
}

void tale_component(struct tale *t, const char *original, const char *version, char code,
                    uint64_t language)
{
    struct hw_fact *f = tale_add(t, HW_FACT_COMPONENT);
    hw_fact_str(f, HW_COMPONENT_SOURCE, "version-resource");
    hw_fact_str(f, HW_COMPONENT_NAME, "Thing");
    hw_fact_str(f, HW_COMPONENT_VERSION, version);
    hw_fact_str(f, HW_COMPONENT_VENDOR, "Maker");
    hw_fact_str(f, HW_COMPONENT_MACHINE, "x64");
    hw_fact_str(f, HW_COMPONENT_ORIGINAL, original);
    hw_fact_span(f, HW_COMPONENT_CODE, tale_digest(t, code));
    f = tale_add(t, HW_FACT_PROPERTY);
    hw_fact_str(f, HW_PROPERTY_KEY, "pe.version.language");
    hw_fact_u64(f, HW_PROPERTY_NUMBER, language);
}

void tale_section(struct tale *t, char digest)
{
    struct hw_fact *f = tale_add(t, HW_FACT_SECTION);
    hw_fact_u64(f, HW_SECTION_INDEX, 0);
    hw_fact_str(f, HW_SECTION_NAME, ".text");
    hw_fact_u64(f, HW_SECTION_FLAGS, 0x60000020);
    hw_fact_span(f, HW_SECTION_SHA256, tale_digest(t, digest));
}

static void certificate(struct tale *t, char letter, const char *name, const char *subject, bool ca)
{
    struct hw_span d = tale_digest(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_CERTIFICATE);
    hw_fact_span(f, HW_CERTIFICATE_SHA256, d);
    hw_fact_span(f, HW_CERTIFICATE_SHA1, hw_span_cut(d, 0, 20));
    hw_fact_str(f, HW_CERTIFICATE_SUBJECT, subject);
    hw_fact_str(f, HW_CERTIFICATE_ISSUER, "CN=I");
    hw_fact_str(f, HW_CERTIFICATE_NAME, name);
    hw_fact_span(f, HW_CERTIFICATE_SERIAL, hw_span_cut(d, 0, 4));
    hw_fact_time(f, HW_CERTIFICATE_NOT_BEFORE, 0);
    hw_fact_time(f, HW_CERTIFICATE_NOT_AFTER, 5000 * TALE_DAY);
    hw_fact_span(f, HW_CERTIFICATE_SPKI, d);
    hw_fact_u64(f, HW_CERTIFICATE_CA, ca);
}

static void link_to(struct tale *t, char child, char issuer, const char *source)
{
    struct hw_fact *f = tale_add(t, HW_FACT_LINK);
    hw_fact_span(f, HW_LINK_CHILD, tale_digest(t, child));
    hw_fact_span(f, HW_LINK_ISSUER, tale_digest(t, issuer));
    hw_fact_span(f, HW_LINK_ISSUER_SPKI, tale_digest(t, issuer));
    hw_fact_str(f, HW_LINK_SOURCE, source);
    hw_fact_str(f, HW_LINK_SUBJECT, "CN=R");
    hw_fact_u64(f, HW_LINK_OK, 1);
}

void tale_signed(struct tale *t, const char *signer, const char *subject)
{
    struct hw_fact *f = tale_add(t, HW_FACT_SIGNATURE);
    hw_fact_u64(f, HW_SIGNATURE_INDEX, 0);
    hw_fact_str(f, HW_SIGNATURE_SCHEME, "authenticode");
    hw_fact_str(f, HW_SIGNATURE_ALG, "sha256");
    hw_fact_span(f, HW_SIGNATURE_CLAIMED, tale_digest(t, 'd'));
    hw_fact_span(f, HW_SIGNATURE_FOUND, tale_digest(t, 'd'));
    hw_fact_u64(f, HW_SIGNATURE_CONTENT_OK, 1);
    hw_fact_u64(f, HW_SIGNATURE_MATH_OK, 1);
    hw_fact_span(f, HW_SIGNATURE_SIGNER, tale_digest(t, 'S'));
    certificate(t, 'S', signer, subject, false);
    certificate(t, 'I', "I", "CN=I", true);
    link_to(t, 'S', 'I', "bag");
    link_to(t, 'I', 'R', "anchor");
}

void tale_stamped(struct tale *t, int64_t day)
{
    struct hw_fact *f = tale_add(t, HW_FACT_TIMESTAMP);
    hw_fact_u64(f, HW_TIMESTAMP_SIGNATURE, 0);
    hw_fact_str(f, HW_TIMESTAMP_KIND, "rfc3161");
    hw_fact_time(f, HW_TIMESTAMP_TIME, day * TALE_DAY);
    hw_fact_u64(f, HW_TIMESTAMP_IMPRINT_OK, 1);
    hw_fact_u64(f, HW_TIMESTAMP_CONTENT_OK, 1);
    hw_fact_u64(f, HW_TIMESTAMP_MATH_OK, 1);
    hw_fact_span(f, HW_TIMESTAMP_SIGNER, tale_digest(t, 'T'));
    certificate(t, 'T', "T", "CN=T", false);
    link_to(t, 'T', 'R', "anchor");
}

struct hw_fact *tale_statement(struct tale *t, char letter, const char *status, const char *name)
{
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "lifecycle");
    f = tale_add(t, HW_FACT_STATEMENT);
    hw_fact_u64(f, HW_STATEMENT_LINE, 1);
    hw_fact_str(f, HW_STATEMENT_STATUS, status);
    hw_fact_str(f, HW_STATEMENT_NAME, name);
    hw_fact_str(f, HW_STATEMENT_SCHEME, "dotted");
    return f;
}

struct hw_fact *tale_uncovered(struct tale *t, const char *where, uint64_t off, uint64_t size)
{
    struct hw_fact *f = tale_add(t, HW_FACT_UNCOVERED);
    hw_fact_str(f, HW_UNCOVERED_WHERE, where);
    hw_fact_u64(f, HW_UNCOVERED_OFF, off);
    hw_fact_u64(f, HW_UNCOVERED_SIZE, size);
    hw_fact_u64(f, HW_UNCOVERED_NONZERO, size);
    return f;
}

void tale_store(struct tale *t, enum hw_class asked, const char *path)
{
    struct hw_stored_fact stored[64];
    struct hw_buf bodies[64];
    struct hw_evidence e = {.size = 1000,
                            .asked = asked,
                            .parser = 1,
                            .degree = HW_SOUND,
                            .cage = "",
                            .read_ns = 1000 * TALE_DAY};
    memset(e.sha256, t->letter, 32);
    memset(e.sha1, t->letter, 20);
    memset(e.md5, t->letter, 16);
    for (size_t i = 0; i < t->count; i++) {
        hw_buf_init(&bodies[i], HW_FRAME_BYTES);
        OK(hw_fact_encode_body(&t->facts[i], &bodies[i], &t->err));
        stored[i] = (struct hw_stored_fact){t->facts[i].kind, hw_buf_span(&bodies[i])};
    }
    int rc = hw_case_store(t->c, &e, stored, t->count, &t->err);
    if (rc != HW_OK) {
        print_error("store: %s\n", t->err.text);
    }
    OK(rc);
    struct hw_place p = {.scope = t->org != NULL ? t->org : "",
                         .host = "",
                         .path = hw_span_str(path),
                         .dev = 1,
                         .ino = 1};
    OK(hw_case_sight(t->c, &p, e.sha256, 1000 * TALE_DAY, &t->err));
    for (size_t i = 0; i < t->count; i++) {
        hw_buf_done(&bodies[i]);
    }
}

void tale_list(struct tale *t, char letter, bool proven, int64_t made_day, int64_t revoked_day)
{
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "crl");
    f = tale_add(t, HW_FACT_CRL);
    hw_fact_span(f, HW_CRL_SHA256, tale_digest(t, letter));
    hw_fact_str(f, HW_CRL_ISSUER, "CN=I");
    hw_fact_time(f, HW_CRL_THIS_UPDATE, made_day * TALE_DAY);
    if (proven) {
        hw_fact_u64(f, HW_CRL_MATH_OK, 1);
    }
    hw_fact_span(f, HW_CRL_ISSUER_SPKI, tale_digest(t, 'I'));
    f = tale_add(t, HW_FACT_REVOKED);
    hw_fact_span(f, HW_REVOKED_CRL, tale_digest(t, letter));
    hw_fact_span(f, HW_REVOKED_SERIAL, HW_SPAN_LIT("SSSS"));
    hw_fact_time(f, HW_REVOKED_WHEN, revoked_day * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/i.crl");
}

void tale_indicator(struct tale *t, char letter, const char *kind, const char *value)
{
    tale_program(t, letter);
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "csv");
    f = tale_add(t, HW_FACT_INDICATOR);
    hw_fact_u64(f, HW_INDICATOR_LINE, 2);
    hw_fact_str(f, HW_INDICATOR_KIND, kind);
    hw_fact_str(f, HW_INDICATOR_VALUE, value);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/bad.csv");
}

const struct hw_answer *tale_verify(struct tale *t, const char *letters, const char *const *paths)
{
    struct hw_target targets[16];
    size_t n = strlen(letters);
    assert_true(n <= 16);
    for (size_t i = 0; i < n; i++) {
        targets[i] = (struct hw_target){.node = 0};
        memset(targets[i].evidence, letters[i], 32);
        targets[i].path = paths != NULL ? hw_span_str(paths[i])
                                        : (struct hw_span){(const uint8_t *)&letters[i], 1};
    }
    hw_answer_free(t->a);
    t->a = NULL;
    int rc = hw_verify(t->c, targets, n, NULL, 0, &t->policy, &t->a, &t->err);
    if (rc != HW_OK) {
        print_error("verify: %s\n", t->err.text);
    }
    OK(rc);
    return t->a;
}

const struct hw_answer *tale_hunt(struct tale *t)
{
    hw_answer_free(t->a);
    t->a = NULL;
    OK(hw_hunt(t->c, &t->policy, &t->a, &t->err));
    return t->a;
}

unsigned tale_findings(const struct hw_answer *a, const char *rule)
{
    unsigned n = 0;
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        n += strcmp(f->rule, rule) == 0;
    }
    return n;
}

const struct hw_finding *tale_finding(const struct hw_answer *a, const char *rule)
{
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        if (strcmp(f->rule, rule) == 0) {
            return f;
        }
    }
    return NULL;
}

const struct hw_gap *tale_gap(const struct hw_answer *a, const char *kind)
{
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        if (strcmp(g->kind, kind) == 0) {
            return g;
        }
    }
    return NULL;
}
