/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/bench_hunt.c -- makes the case that hunting is measured on, through the case's own door:
 * one evidence for each artifact, where it was seen, and lists of indicators, some of them met.
 *
 *     bench_hunt make CASE ARTIFACTS SIGHTINGS
 *     bench_hunt learn CASE INDICATORS MATCHES NAME
 *
 * Half of the sightings lie evenly over all artifacts. The other half is of few that a whole fleet
 * has: what is rare and what is everywhere cost a question differently. Digests are numbers run
 * through a mixer, so each command knows those of the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "case/case.h"
#include "case/cursor.h"
#include "door/intake/intake.h"
#include "fact/fact.h"

enum { FLEET = 12000, LIST = 100000, PER_IMPHASH = 8 };
static const int64_t THEN = INT64_C(1750000000) * 1000000000;

/* A file that is made once and thrown away need not survive the loss of power: SQLite finds these
 * instead of the library's. */
__attribute__((visibility("default"))) int fsync(int fd);
__attribute__((visibility("default"))) int fdatasync(int fd);

int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* SplitMix64. */
static uint64_t mixed(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

/* What: 1 sha256, 2 sha1, 3 md5, 4 imphash of artifact n; 5 of a document, 6 of no artifact. */
static struct hw_span digest(unsigned what, uint64_t n, size_t size, uint8_t out[32])
{
    for (size_t i = 0; i < 32; i += 8) {
        uint64_t x = mixed(mixed(n << 3 | what) + i);
        memcpy(out + i, &x, 8);
    }
    return (struct hw_span){out, size};
}

static int put(struct hw_case *c, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_buf body;
    hw_buf_init(&body, HW_FRAME_BYTES);
    int rc = hw_fact_encode_body(f, &body, err);
    rc = rc != HW_OK ? rc : hw_case_store_fact(c, f->kind, hw_buf_span(&body), err);
    hw_buf_done(&body);
    return rc;
}

static int put_outermost(struct hw_case *c, const struct hw_evidence *e, const char *format,
                         struct hw_error *err)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_ARTIFACT, 0);
    hw_fact_u64(&f, HW_ARTIFACT_SIZE, e->size);
    hw_fact_span(&f, HW_ARTIFACT_SHA256, (struct hw_span){e->sha256, 32});
    hw_fact_span(&f, HW_ARTIFACT_SHA1, (struct hw_span){e->sha1, 20});
    hw_fact_span(&f, HW_ARTIFACT_MD5, (struct hw_span){e->md5, 16});
    hw_fact_str(&f, HW_ARTIFACT_FORMAT, format);
    hw_fact_u64(&f, HW_ARTIFACT_BITS, 32);
    return put(c, &f, err);
}

/* ---- what was seen ---- */

static int store(struct hw_case *c, uint64_t n, struct hw_evidence *e, struct hw_error *err)
{
    struct hw_fact f;
    uint8_t imphash[32];
    *e = (struct hw_evidence){.size = 4096 + n % 1000000,
                              .asked = HW_CLASS_ARTIFACT,
                              .parser = HW_PARSER_VERSION,
                              .read_ns = THEN,
                              .cage = "bench"};
    uint8_t b[32];
    memcpy(e->sha256, digest(1, n, 32, b).p, 32);
    memcpy(e->sha1, digest(2, n, 20, b).p, 20);
    memcpy(e->md5, digest(3, n, 16, b).p, 16);
    int rc = hw_case_store_begin(c, e, err);
    rc = rc != HW_OK ? rc : put_outermost(c, e, "pe", err);
    hw_fact_about(&f, HW_FACT_PROPERTY, 0);
    hw_fact_str(&f, HW_PROPERTY_KEY, "pe.imphash");
    hw_fact_span(&f, HW_PROPERTY_BYTES, digest(4, n / PER_IMPHASH, 16, imphash));
    rc = rc != HW_OK ? rc : put(c, &f, err);
    return rc != HW_OK ? rc : hw_case_store_end(c, e, err);
}

static int sight(struct hw_case *c, uint64_t n, uint64_t places, const struct hw_evidence *e,
                 struct hw_error *err)
{
    char path[64], host[32];
    int length =
        snprintf(path, sizeof path, "/opt/vendor/%08llu/lib/program.dll", (unsigned long long)n);
    struct hw_place p = {.scope = "",
                         .host = host,
                         .path = {(const uint8_t *)path, (size_t)length},
                         .dev = 1,
                         .ino = n + 1,
                         .size = e->size,
                         .mtime_ns = THEN - 100,
                         .ctime_ns = THEN - 100};
    int rc = HW_OK;
    for (uint64_t i = 0; i < places && rc == HW_OK; i++) {
        (void)snprintf(host, sizeof host, "host-%05u", (unsigned)(i % FLEET));
        rc = hw_case_sight(c, &p, e->sha256, THEN + (int64_t)i, err);
    }
    return rc;
}

/* Every `*out_step`-th artifact is on the whole fleet. */
static void spread(uint64_t artifacts, uint64_t sightings, uint64_t *out_each, uint64_t *out_step)
{
    uint64_t hot = sightings / 2 / FLEET;
    *out_step = hot == 0 ? artifacts + 1 : (artifacts + hot - 1) / hot;
    *out_each = sightings / 2 / artifacts;
    *out_each = *out_each == 0 ? 1 : *out_each;
}

static int make(struct hw_case *c, uint64_t artifacts, uint64_t sightings, struct hw_error *err)
{
    uint64_t each, step, seen = 0;
    double began = now_s();
    int rc = HW_OK;
    spread(artifacts, sightings, &each, &step);
    for (uint64_t n = 0; n < artifacts && rc == HW_OK; n++) {
        struct hw_evidence e;
        uint64_t places = n % step == 0 && step <= artifacts ? FLEET : each;
        rc = store(c, n, &e, err);
        rc = rc != HW_OK ? rc : sight(c, n, places, &e, err);
        rc = rc != HW_OK ? rc : hw_case_commit_due(c, err);
        seen += places;
    }
    rc = rc != HW_OK ? rc : hw_case_commit(c, err);
    (void)printf("%llu artifacts, %llu sightings, every %lluth on %d hosts: %.0f s\n",
                 (unsigned long long)artifacts, (unsigned long long)seen, (unsigned long long)step,
                 FLEET, now_s() - began);
    return rc;
}

/* ---- what was published ---- */

static uint64_t artifacts_of(struct hw_case *c, struct hw_error *err)
{
    struct hw_case_counts n = {.artifacts = 0};
    return hw_case_count(c, &n, err) == HW_OK ? n.artifacts : 0;
}

static int put_indicator(struct hw_case *c, uint64_t line, uint64_t number, bool met,
                         struct hw_error *err)
{
    static const struct {
        const char *kind;
        unsigned what;
        size_t n;
    } kinds[] = {{"sha256", 1, 32}, {"sha256", 1, 32}, {"sha1", 2, 20}, {"md5", 3, 16}};
    unsigned k = (unsigned)(line % 4);
    uint8_t b[32];
    char hex[65];
    struct hw_span d = digest(met ? kinds[k].what : 6, number, kinds[k].n, b);
    for (size_t i = 0; i < d.n; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", d.p[i]);
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_INDICATOR, 0);
    hw_fact_u64(&f, HW_INDICATOR_LINE, line + 1);
    hw_fact_str(&f, HW_INDICATOR_KIND, kinds[k].kind);
    hw_fact_span(&f, HW_INDICATOR_VALUE, (struct hw_span){(const uint8_t *)hex, 2 * d.n});
    hw_fact_str(&f, HW_INDICATOR_LABEL, "of a measured list");
    return put(c, &f, err);
}

struct learning {
    uint64_t artifacts, total, matches, name;
};

/* One list, of the indicators `from` to `to`. Those that are met come evenly, and the artifacts
 * they meet lie evenly, the first of all (which the whole fleet has) among them. */
static int learn_list(struct hw_case *c, const struct learning *l, uint64_t from, uint64_t to,
                      struct hw_error *err)
{
    struct hw_evidence e = {.size = (to - from) * 65,
                            .asked = HW_CLASS_KNOWLEDGE,
                            .parser = HW_PARSER_VERSION,
                            .read_ns = THEN,
                            .cage = "bench"};
    struct hw_fact f;
    uint8_t b[32];
    memcpy(e.sha256, digest(5, l->name << 40 | from, 32, b).p, 32);
    memcpy(e.sha1, e.sha256, 20);
    memcpy(e.md5, e.sha256, 16);
    int rc = hw_case_store_begin(c, &e, err);
    rc = rc != HW_OK ? rc : put_outermost(c, &e, "text", err);
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, 0);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, "hash-list");
    rc = rc != HW_OK ? rc : put(c, &f, err);
    uint64_t step = l->matches == 0 ? l->total + 1 : l->total / l->matches;
    for (uint64_t i = from; i < to && rc == HW_OK; i++) {
        bool met = i % step == 0 && i / step < l->matches;
        uint64_t number = met ? i / step * (l->artifacts / l->matches) : l->name << 40 | i;
        rc = put_indicator(c, i - from, number, met, err);
    }
    return rc != HW_OK ? rc : hw_case_store_end(c, &e, err);
}

static int learn(struct hw_case *c, struct learning *l, struct hw_error *err)
{
    double began = now_s();
    l->artifacts = artifacts_of(c, err);
    int rc = l->artifacts < l->matches || l->total < l->matches
                 ? hw_fail(err, HW_E_USAGE, "more matches than artifacts or indicators")
                 : HW_OK;
    began = now_s();
    for (uint64_t from = 0; from < l->total && rc == HW_OK; from += LIST) {
        rc = learn_list(c, l, from, from + LIST < l->total ? from + LIST : l->total, err);
    }
    rc = rc != HW_OK ? rc : hw_case_commit(c, err);
    (void)printf("%llu indicators learned: %.1f s\n", (unsigned long long)l->total,
                 now_s() - began);
    return rc;
}

int main(int argc, char **argv)
{
    bool making = argc == 5 && strcmp(argv[1], "make") == 0;
    bool learning = argc == 6 && strcmp(argv[1], "learn") == 0;
    struct hw_error err = {0};
    struct hw_case *c = NULL;
    if (!making && !learning) {
        (void)fputs("usage: bench_hunt make CASE ARTIFACTS SIGHTINGS\n"
                    "       bench_hunt learn CASE INDICATORS MATCHES NAME\n",
                    stderr);
        return 2;
    }
    struct hw_case_open how = {
        .path = argv[2], .mode = HW_CASE_WRITE, .must_exist = learning, .now_ns = THEN};
    uint64_t a = strtoull(argv[3], NULL, 10), b = strtoull(argv[4], NULL, 10);
    int rc = a == 0 ? hw_fail(&err, HW_E_USAGE, "none of them") : hw_case_open(&how, &c, &err);
    if (rc == HW_OK && making) {
        rc = make(c, a, b, &err);
    } else if (rc == HW_OK) {
        struct learning l = {.total = a, .matches = b, .name = strtoull(argv[5], NULL, 10)};
        rc = learn(c, &l, &err);
    }
    hw_case_free(c);
    if (rc != HW_OK) {
        (void)fprintf(stderr, "bench_hunt: %s\n", err.text);
    }
    return rc == HW_OK ? 0 : 2;
}
