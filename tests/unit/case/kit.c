/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include "fact/record.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int kit_setup(void **state)
{
    struct kit *k = calloc(1, sizeof *k);
    assert_non_null(k);
    const char *tmp = getenv("TMPDIR");
    snprintf(k->dir, sizeof k->dir, "%.40s/hw-case-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(k->dir));
    snprintf(k->path, sizeof k->path, "%s/t.case", k->dir);
    *state = k;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

int kit_teardown(void **state)
{
    struct kit *k = *state;
    nftw(k->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(k);
    return 0;
}

char *kit_file(struct kit *k, const char *name)
{
    char *p = NULL;
    assert_true(asprintf(&p, "%s/%s", k->dir, name) > 0);
    return p;
}

struct hw_case *kit_open(struct kit *k, enum hw_case_mode mode)
{
    struct hw_case *c = NULL;
    struct hw_case_open how = {
        .path = mode == HW_CASE_PRIVATE ? NULL : k->path, .mode = mode, .now_ns = NOW};
    int rc = hw_case_open(&how, &c, &k->err);
    if (rc != HW_OK) {
        print_error("open: %s\n", k->err.text);
    }
    OK(rc);
    return c;
}

void kit_refused(struct kit *k, enum hw_case_mode mode, int code)
{
    struct hw_case *c = NULL;
    struct hw_case_open how = {.path = k->path, .mode = mode, .now_ns = NOW};
    int rc = hw_case_open(&how, &c, &k->err);
    if (rc != code) {
        print_error("open gave %d: %s\n", rc, rc == HW_OK ? "" : k->err.text);
    }
    assert_int_equal(rc, code);
    assert_null(c);
}

void kit_hash(uint32_t a, uint32_t b, uint8_t out[32])
{
    uint64_t x = ((uint64_t)a << 32 | b) + 0x9e3779b97f4a7c15U;
    for (unsigned i = 0; i < 32; i++) {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        out[i] = (uint8_t)((x * 0x2545f4914f6cdd1dU) >> 56);
    }
}

void kit_add(struct kit_evidence *e, const struct hw_fact *f)
{
    struct hw_error err;
    assert_true(e->count < 128);
    struct hw_buf *b = &e->bodies[e->count];
    hw_buf_init(b, HW_FRAME_BYTES);
    int rc = hw_fact_encode_body(f, b, &err);
    if (rc != HW_OK) {
        print_error("encode: %s\n", err.text);
    }
    OK(rc);
    e->facts[e->count] = (struct hw_stored_fact){f->kind, hw_buf_span(b)};
    e->count++;
}

static void add_artifact(struct kit_evidence *e, uint32_t n, uint32_t node)
{
    struct hw_fact f;
    uint8_t hash[32];
    char name[32];
    kit_hash(n, node, hash);
    hw_fact_about(&f, HW_FACT_ARTIFACT, node);
    if (node > 0) {
        snprintf(name, sizeof name, "m%u-%u.dll", n, node);
        hw_fact_u64(&f, HW_ARTIFACT_PARENT, node > 2 ? 1 : 0);
        hw_fact_u64(&f, HW_ARTIFACT_ORDINAL, node);
        hw_fact_str(&f, HW_ARTIFACT_NAME, name);
    }
    hw_fact_u64(&f, HW_ARTIFACT_SIZE, 1000 + node);
    hw_fact_span(&f, HW_ARTIFACT_SHA256, (struct hw_span){hash, 32});
    hw_fact_span(&f, HW_ARTIFACT_SHA1, (struct hw_span){hash, 20});
    hw_fact_span(&f, HW_ARTIFACT_MD5, (struct hw_span){hash + 4, 16});
    hw_fact_str(&f, HW_ARTIFACT_FORMAT, node == 0 ? "zip" : "pe");
    hw_fact_u64(&f, HW_ARTIFACT_BITS, 32);
    kit_add(e, &f);
}

static void add_component(struct kit_evidence *e, uint32_t n, uint32_t node)
{
    struct hw_fact f;
    uint8_t hash[32];
    kit_hash(n, node + 1000, hash);
    hw_fact_about(&f, HW_FACT_COMPONENT, node);
    hw_fact_str(&f, HW_COMPONENT_SOURCE, "version-resource");
    hw_fact_str(&f, HW_COMPONENT_NAME, n % 2 == 0 ? "Thing.dll" : "thing.DLL");
    hw_fact_str(&f, HW_COMPONENT_VERSION, "1.2.3");
    hw_fact_str(&f, HW_COMPONENT_MACHINE, "amd64");
    hw_fact_span(&f, HW_COMPONENT_CODE, (struct hw_span){hash, 32});
    kit_add(e, &f);
}

static void add_signature(struct kit_evidence *e, uint32_t node)
{
    struct hw_fact f;
    uint8_t cert[32], issuer[32];
    kit_hash(7, 7, cert);
    kit_hash(8, 8, issuer);
    hw_fact_about(&f, HW_FACT_SIGNATURE, node);
    hw_fact_u64(&f, HW_SIGNATURE_INDEX, 0);
    hw_fact_str(&f, HW_SIGNATURE_SCHEME, "authenticode");
    hw_fact_span(&f, HW_SIGNATURE_SIGNER, (struct hw_span){cert, 32});
    kit_add(e, &f);
    hw_fact_about(&f, HW_FACT_CERTIFICATE, node);
    hw_fact_span(&f, HW_CERTIFICATE_SHA256, (struct hw_span){cert, 32});
    hw_fact_span(&f, HW_CERTIFICATE_SHA1, (struct hw_span){cert, 20});
    hw_fact_span(&f, HW_CERTIFICATE_SERIAL, HW_SPAN_LIT("\0\x0a\xbc\xde"));
    hw_fact_span(&f, HW_CERTIFICATE_SPKI, (struct hw_span){issuer, 32});
    kit_add(e, &f);
    hw_fact_about(&f, HW_FACT_LINK, node);
    hw_fact_span(&f, HW_LINK_CHILD, (struct hw_span){cert, 32});
    hw_fact_span(&f, HW_LINK_ISSUER, (struct hw_span){issuer, 32});
    hw_fact_str(&f, HW_LINK_SOURCE, "bag");
    hw_fact_u64(&f, HW_LINK_OK, 1);
    kit_add(e, &f);
}

struct kit_evidence *kit_evidence(uint32_t n, unsigned members)
{
    struct kit_evidence *e = calloc(1, sizeof *e);
    struct hw_fact f;
    assert_non_null(e);
    e->e = (struct hw_evidence){.size = 1000,
                                .asked = HW_CLASS_ANY,
                                .parser = 1,
                                .read_ns = NOW,
                                .degree = HW_SOUND,
                                .cage = "seccomp"};
    kit_hash(n, 0, e->e.sha256);
    memcpy(e->e.sha1, e->e.sha256, 20);
    memcpy(e->e.md5, e->e.sha256 + 4, 16);
    for (uint32_t node = 0; node <= members; node++) {
        add_artifact(e, n, node);
        if (node > 0) {
            add_component(e, n, node);
        }
        if (node == 2) {
            add_signature(e, node);
            hw_fact_about(&f, HW_FACT_PROPERTY, node);
            hw_fact_str(&f, HW_PROPERTY_KEY, "pe.imphash");
            hw_fact_str(&f, HW_PROPERTY_TEXT, "00112233445566778899aabbccddeeff");
            kit_add(e, &f);
        }
        hw_fact_about(&f, HW_FACT_DEGREE, node);
        hw_fact_str(&f, HW_DEGREE_DEGREE, node == 1 ? "odd" : "sound");
        kit_add(e, &f);
    }
    return e;
}

void kit_evidence_free(struct kit_evidence *e)
{
    for (size_t i = 0; i < e->count; i++) {
        hw_buf_done(&e->bodies[i]);
    }
    free(e);
}

struct hw_place kit_place(const char *path, int64_t changed_ns)
{
    return (struct hw_place){.scope = "",
                             .host = "",
                             .path = {(const uint8_t *)path, strlen(path)},
                             .dev = 1,
                             .ino = 2,
                             .size = 1000,
                             .mtime_ns = changed_ns,
                             .ctime_ns = changed_ns};
}

void kit_store(struct hw_case *c, uint32_t n, unsigned members)
{
    struct hw_error err;
    struct kit_evidence *e = kit_evidence(n, members);
    char path[64];
    snprintf(path, sizeof path, "/data/%u.zip", n);
    struct hw_place p = kit_place(path, NOW - 60 * SECOND);
    int rc = hw_case_store(c, &e->e, e->facts, e->count, &err);
    rc = rc != HW_OK ? rc : hw_case_sight(c, &p, e->e.sha256, NOW, &err);
    if (rc != HW_OK) {
        print_error("store: %s\n", err.text);
    }
    OK(rc);
    kit_evidence_free(e);
}

void kit_store_indicator(struct hw_case *c, uint32_t n, const char *kind, const char *value)
{
    struct hw_error err;
    struct hw_fact f;
    struct kit_evidence *e = kit_evidence(n, 0);
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, 0);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, "csv");
    kit_add(e, &f);
    hw_fact_about(&f, HW_FACT_INDICATOR, 0);
    hw_fact_u64(&f, HW_INDICATOR_LINE, 2);
    hw_fact_str(&f, HW_INDICATOR_KIND, kind);
    hw_fact_str(&f, HW_INDICATOR_VALUE, value);
    kit_add(e, &f);
    e->e.asked = HW_CLASS_KNOWLEDGE;
    OK(hw_case_store(c, &e->e, e->facts, e->count, &err));
    kit_evidence_free(e);
}

void kit_store_statement(struct hw_case *c, uint32_t n, const char *name, const char *ecosystem)
{
    struct hw_error err;
    struct hw_fact f;
    struct kit_evidence *e = kit_evidence(n, 0);
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, 0);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, "csv");
    kit_add(e, &f);
    hw_fact_about(&f, HW_FACT_STATEMENT, 0);
    hw_fact_u64(&f, HW_STATEMENT_LINE, 1);
    hw_fact_str(&f, HW_STATEMENT_STATUS, "malicious");
    hw_fact_str(&f, HW_STATEMENT_NAME, name);
    hw_fact_str(&f, HW_STATEMENT_ECOSYSTEM, ecosystem);
    hw_fact_str(&f, HW_STATEMENT_SCHEME, "none");
    kit_add(e, &f);
    e->e.asked = HW_CLASS_KNOWLEDGE;
    OK(hw_case_store(c, &e->e, e->facts, e->count, &err));
    kit_evidence_free(e);
}

void kit_store_log(struct hw_case *c, uint32_t n)
{
    const struct hw_span values[3] = {HW_SPAN_LIT("C:\\x.exe"), {NULL, 0}, HW_SPAN_LIT("4711")};
    static const char *const names[] = {"Image", "Image\nUser", "Image\nUser\nPid"};
    struct kit_evidence *e = kit_evidence(n, 0);
    struct hw_error err;
    struct hw_fact f;
    struct hw_buf b;
    for (uint32_t i = 0; i < 3; i++) {
        hw_fact_about(&f, HW_FACT_LAYOUT, 0);
        hw_fact_u64(&f, HW_LAYOUT_INDEX, i);
        hw_fact_str(&f, HW_LAYOUT_SOURCE, "windows");
        hw_fact_str(&f, HW_LAYOUT_LOG, "Microsoft-Windows-Sysmon");
        hw_fact_str(&f, HW_LAYOUT_EVENT, "1");
        hw_fact_str(&f, HW_LAYOUT_NAMES, names[i]);
        kit_add(e, &f);
    }
    hw_buf_init(&b, HW_PACKED_BYTES);
    for (uint32_t i = 0; i < 30; i++) {
        struct hw_record r = {.layout = i % 3,
                              .number = i,
                              .off = 100 * i,
                              .time_ns = NOW + i * SECOND,
                              .clock = HW_CLOCK_UTC,
                              .values = values,
                              .count = 1 + i % 3};
        assert_true(hw_record_pack(&r, &b));
    }
    hw_fact_about(&f, HW_FACT_EVENTS, 0);
    hw_fact_u64(&f, HW_EVENTS_COUNT, 30);
    hw_fact_span(&f, HW_EVENTS_PACKED, hw_buf_span(&b));
    kit_add(e, &f);
    e->e.asked = HW_CLASS_TELEMETRY;
    OK(hw_case_store(c, &e->e, e->facts, e->count, &err));
    hw_buf_done(&b);
    kit_evidence_free(e);
}

static int append(void *state, struct hw_span line, struct hw_error *err)
{
    (void)err;
    hw_buf_span_put(state, line);
    return HW_OK;
}

void kit_dump(struct hw_case *c, struct hw_buf *out)
{
    struct hw_error err;
    hw_buf_init(out, 64 * 1024 * 1024);
    OK(hw_case_dump(c, append, out, &err));
    assert_true(hw_buf_ok(out));
}

void kit_slurp(const char *path, struct hw_buf *out)
{
    uint8_t p[65536];
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    hw_buf_init(out, 256 * 1024 * 1024);
    while ((n = read(fd, p, sizeof p)) > 0) {
        hw_buf_bytes(out, p, (size_t)n);
    }
    close(fd);
    assert_true(hw_buf_ok(out));
}

bool kit_holds(const char *path, const void *p, size_t n)
{
    struct hw_buf b;
    struct stat st;
    if (stat(path, &st) != 0 || st.st_size == 0) {
        return false;
    }
    kit_slurp(path, &b);
    bool yes = memmem(b.p, b.n, p, n) != NULL;
    hw_buf_done(&b);
    return yes;
}

void kit_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, &why);
    if (rc != SQLITE_OK) {
        print_error("sql: %s\n", why);
    }
    assert_int_equal(rc, SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void keep_first(void *state, const char *says)
{
    struct kit *k = state;
    if (k->err.text[0] == '\0') {
        snprintf(k->err.text, sizeof k->err.text, "%s", says);
    }
}

uint64_t kit_check(struct kit *k, struct hw_case *c)
{
    struct hw_case_check check = {.trouble = keep_first, .state = k};
    k->err.text[0] = '\0';
    OK(hw_case_check(c, &check, NULL));
    return check.troubles;
}
