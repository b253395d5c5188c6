/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/anchors.c -- the keyring the broker gets: the built-in anchors, the user's, and, for
 * revocation lists, the certificates the case already holds.
 *
 * A user's anchor file is hostile input like any other: a caged worker reads its certificates, and
 * only the facts it gives become rows here. Their origin is "user:" and the file's hash, so that a
 * question can say whose anchors it stood on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "case/cursor.h"
#include "door/intake/room.h"

enum { KEYRING_BYTES = 64 << 20, KNOWN_BYTES = 32 << 20, KNOWN_MAX = 20000 };

extern const uint8_t hw_roots_csv[], hw_roots_csv_end[];

static void quoted(struct hw_buf *b, struct hw_span s)
{
    hw_buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') {
            hw_buf_char(b, '"');
        }
        hw_buf_char(b, (char)s.p[i]);
    }
    hw_buf_char(b, '"');
}

/* A row in the form of data/roots.csv from a CERTIFICATE fact; nothing when it lacks its key. */
static void row(struct hw_buf *b, const char *purpose, const struct hw_fact *f, const char *origin)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct hw_span spki = hw_fact_get(f, HW_CERTIFICATE_SPKI_DER);
    if (spki.n == 0) {
        return;
    }
    hw_buf_printf(b, "%s,", purpose);
    quoted(b, hw_fact_get(f, HW_CERTIFICATE_SUBJECT));
    hw_buf_printf(b, ",%s,", hw_fact_get_u64(f, HW_CERTIFICATE_SELF) == 1 ? "yes" : "no");
    hw_buf_hex(b, hw_fact_get(f, HW_CERTIFICATE_SHA256));
    for (unsigned i = 0; i < 2; i++) {
        struct hw_civil c;
        hw_time_to_civil(
            hw_fact_get_time(f, i == 0 ? HW_CERTIFICATE_NOT_BEFORE : HW_CERTIFICATE_NOT_AFTER), &c);
        hw_buf_printf(b, ",%s %2u %02u:%02u:%02u %d GMT", months[c.month - 1], c.day, c.hour,
                      c.minute, c.second, c.year);
    }
    hw_buf_char(b, ',');
    hw_base64_put(b, spki);
    hw_buf_printf(b, ",%s\n", origin);
}

static int start(struct intake *in, struct hw_span keyring, struct hw_span rules)
{
    struct hw_broker_options o = {.keyring = keyring, .rules = rules};
    hw_broker_free(in->broker);
    in->broker = NULL;
    int rc = hw_broker_start(&o, &in->broker, in->err);
    if (rc == HW_OK) {
        struct hw_cage_held held = hw_broker_cage(in->broker);
        (void)snprintf(in->cage, sizeof in->cage, "seccomp%s uid %u",
                       held.landlock_abi > 0 ? "+landlock" : "", held.uid);
        in->r->rules = hw_broker_rules(in->broker).rules;
    }
    return rc;
}

struct collect {
    struct hw_buf *csv;
    char origin[80];
    unsigned found;
};

static int collect_certificate(void *state, const struct hw_frame *f, struct hw_error *err)
{
    struct collect *c = state;
    if (f->kind != HW_FACT_CERTIFICATE) {
        return HW_OK;
    }
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 1};
    struct hw_reader r;
    struct hw_fact fact;
    hw_reader_init(&r, f->body, &fuel);
    int rc = hw_fact_decode_body(f->kind, &r, &fact, err);
    if (rc == HW_OK) {
        row(c->csv, "authenticode", &fact, c->origin);
        c->found++;
    }
    return rc;
}

/* Reads the certificates of the user's file in the cage. */
static int users_anchors(struct intake *in, struct hw_buf *csv)
{
    int fd = -1;
    struct hw_file_id id;
    struct hw_job job = {.reading = HW_READ_KNOWLEDGE};
    int rc = hw_file_open(AT_FDCWD, in->o->anchors, &fd, &id, in->err);
    if (rc != HW_OK) {
        return hw_blame(in->err, rc, "--anchors %.100s: ", in->o->anchors);
    }
    uint64_t n = 0;
    rc = hw_file_digest(fd, in->digests, &n, in->err);
    if (rc == HW_OK) {
        memcpy(job.outer.sha256, hw_digests_get(in->digests, HW_DIGEST_SHA256).p, 32);
        memcpy(job.outer.sha1, hw_digests_get(in->digests, HW_DIGEST_SHA1).p, 20);
        memcpy(job.outer.md5, hw_digests_get(in->digests, HW_DIGEST_MD5).p, 16);
        job.fd = fd;
        job.size = n;
        rc = hw_broker_submit(in->broker, &job, in->err);
    }
    struct collect c = {.csv = csv};
    int used = snprintf(c.origin, sizeof c.origin, "user:");
    for (int i = 0; i < 32; i++) {
        used +=
            snprintf(c.origin + used, sizeof c.origin - (size_t)used, "%02x", job.outer.sha256[i]);
    }
    memcpy(in->r->anchors_origin, c.origin, sizeof c.origin);
    struct hw_reply *a = NULL;
    while (rc == HW_OK && (a = hw_broker_next(in->broker)) == NULL) {
        rc = hw_broker_pump(in->broker, 1000, in->err);
    }
    if (rc == HW_OK && hw_reply_refusal(a) != HW_REFUSAL_NONE) {
        rc = hw_fail(in->err, HW_E_USAGE, "--anchors %.100s: refused: %s", in->o->anchors,
                     hw_refusal_word(hw_reply_refusal(a)));
    }
    rc = rc != HW_OK ? rc : hw_reply_each(a, collect_certificate, &c, in->err);
    hw_reply_free(a);
    close(fd);
    if (rc == HW_OK && c.found == 0) {
        rc = hw_fail(in->err, HW_E_USAGE,
                     "--anchors %.100s: no certificate found in it (PEM or DER is read)",
                     in->o->anchors);
    }
    return rc;
}

static int known_certificates(struct intake *in, struct hw_buf *csv)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row r;
    unsigned n = 0;
    uint8_t last[32] = {0};
    int rc = hw_case_marked(in->o->c, HW_MARK_CERT_SHA256, NULL, &k, in->err);
    while (rc == HW_OK && n < KNOWN_MAX && csv->n < KNOWN_BYTES &&
           (rc = hw_fact_next(k, &r, in->err)) == HW_ROW) {
        rc = HW_OK;
        /* in order of the hash: one that every file brings counts once */
        struct hw_span sha256 = hw_fact_get(&r.fact, HW_CERTIFICATE_SHA256);
        bool again = n > 0 && sha256.n == 32 && memcmp(last, sha256.p, 32) == 0;
        if (!again && sha256.n == 32 && hw_fact_get_u64(&r.fact, HW_CERTIFICATE_CA) == 1) {
            memcpy(last, sha256.p, 32);
            row(csv, "known", &r.fact, "the case");
            n++;
        }
    }
    hw_cursor_free(k);
    return rc;
}

/* A list learned before the certificate of its issuer proves nothing yet; with the keys of today it
 * may. Only lists still unproven are read again, and only where keys are lent. */
int intake_unproven(struct intake *in, const uint8_t sha256[32], bool *out)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row r;
    *out = false;
    if (!in->o->know_certificates) {
        return HW_OK;
    }
    struct hw_issuer any = {.issuer = NULL};
    int rc = hw_case_crls(in->o->c, &any, &k, in->err);
    while (rc == HW_OK && !*out && (rc = hw_fact_next(k, &r, in->err)) == HW_ROW) {
        *out = memcmp(r.evidence, sha256, 32) == 0 && hw_fact_get_u64(&r.fact, HW_CRL_MATH_OK) != 1;
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

int intake_broker(struct intake *in)
{
    struct hw_buf csv;
    hw_buf_init(&csv, KEYRING_BYTES);
    hw_buf_bytes(&csv, hw_roots_csv, (size_t)(hw_roots_csv_end - hw_roots_csv));
    size_t built_in = csv.n;
    int rc = in->o->know_certificates ? known_certificates(in, &csv) : HW_OK;
    if (rc == HW_OK && in->o->anchors != NULL) {
        rc = start(in, (struct hw_span){csv.p, built_in}, (struct hw_span){NULL, 0});
        rc = rc != HW_OK ? rc : users_anchors(in, &csv);
    }
    if (rc == HW_OK && !hw_buf_ok(&csv)) {
        rc = hw_fail(in->err, HW_E_MEMORY, "no memory for the trust anchors");
    }
    bool rules = in->ruleset.sources > 0;
    rc = rc != HW_OK ? rc
                     : start(in, hw_buf_span(&csv),
                             rules ? hw_buf_span(&in->rules) : (struct hw_span){NULL, 0});
    if (rc == HW_OK && rules && in->r->rules == 0) {
        in->r->rules_lost = in->ruleset.rules;
    }
    hw_buf_done(&csv);
    return rc;
}
