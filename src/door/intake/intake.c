/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/intake.c -- one file's way: looked at, hashed, given to the worker, looked at again,
 * stored. Hashing the next file goes on while workers read the last ones.
 */
#include "door/intake/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "case/kept.h"
#include "door/intake/room.h"
#include "fact/ruleset.h"

enum { CHUNK_BYTES = 256 * 1024 };

/* One input in the worker's hands. */
struct flight {
    struct flight *next;
    int fd;
    bool named;
    struct hw_file_id id;
    struct hw_buf shown, full;
    struct hw_outer outer;
    int64_t seen_ns;
};

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool intake_stopped(const struct intake *in)
{
    return in->o->stop != NULL && *in->o->stop != 0;
}

static struct hw_place place(const struct intake *in, const struct hw_file_id *id,
                             struct hw_span full)
{
    struct hw_place p = {.scope = in->o->scope, .host = in->o->host, .path = full};
    if (id != NULL) {
        p.dev = id->dev;
        p.ino = id->ino;
        p.size = id->size;
        p.mtime_ns = id->mtime_ns;
        p.ctime_ns = id->ctime_ns;
    }
    return p;
}

static int tell(struct intake *in, enum hw_intake_what what, struct hw_span shown, bool named,
                const uint8_t *sha256, const char *word, const char *says)
{
    struct hw_intake_event e = {
        .what = what, .path = shown, .named = named, .word = word, .says = says};
    if (sha256 != NULL) {
        memcpy(e.sha256, sha256, 32);
    }
    in->r->count[what]++;
    return in->o->event == NULL ? HW_OK : in->o->event(in->o->state, &e, in->err);
}

int intake_unread(struct intake *in, struct hw_span shown, struct hw_span full,
                  const struct hw_file_id *id, bool named, const char *what, const char *says)
{
    struct hw_place p = place(in, id, full);
    int rc = hw_case_unread(in->o->c, &p, what, hw_span_str(says), now_ns(), in->err);
    return rc != HW_OK ? rc : tell(in, HW_INTAKE_UNREAD, shown, named, NULL, what, says);
}

int intake_entered(struct intake *in, struct hw_span full)
{
    struct hw_place p = place(in, NULL, full);
    return hw_case_entered(in->o->c, &p, in->err);
}

static void flight_free(struct flight *f)
{
    if (f != NULL) {
        if (f->fd >= 0) {
            close(f->fd);
        }
        hw_buf_done(&f->shown);
        hw_buf_done(&f->full);
        free(f);
    }
}

static void flight_leave(struct intake *in, struct flight *f)
{
    for (struct flight **p = &in->flying; *p != NULL; p = &(*p)->next) {
        if (*p == f) {
            *p = f->next;
            break;
        }
    }
    flight_free(f);
}

/* What is kept apart from records: who acquired it, from where. */
static int declare(struct intake *in, const uint8_t sha256[32])
{
    int rc = HW_OK;
    const char *const *d = in->o->declared;
    for (; d != NULL && d[0] != NULL && rc == HW_OK; d += 2) {
        rc = hw_case_declare(in->o->c, sha256, d[0], hw_span_str(d[1]), now_ns(), in->err);
    }
    return rc;
}

static int sight(struct intake *in, const struct hw_file_id *id, struct hw_span full,
                 const uint8_t sha256[32], int64_t seen_ns)
{
    struct hw_place p = place(in, id, full);
    int rc = hw_case_sight(in->o->c, &p, sha256, seen_ns, in->err);
    return rc != HW_OK ? rc : declare(in, sha256);
}

/* What the user wants kept, and small documents that were learned: a pack carries them on. */
static int keep(struct intake *in, const struct flight *f)
{
    struct hw_case_info info;
    hw_case_info(in->o->c, &info);
    bool learned = in->o->asked == HW_CLASS_KNOWLEDGE && f->id.size <= HW_KEEP_LEARNED_BYTES &&
                   info.path != NULL;
    return in->o->keep || learned
               ? hw_case_keep(in->o->c, f->fd, f->id.size, f->outer.sha256, f->seen_ns, in->err)
               : HW_OK;
}

static int store_fact(void *state, const struct hw_frame *f, struct hw_error *err)
{
    return hw_case_store_fact(state, f->kind, f->body, err);
}

/* The degree of the whole is the outermost node's own. */
struct degree_of {
    enum hw_degree degree;
    bool knowledge; /* said by any member, or a format that is some */
    bool telemetry; /* a log, or one in any member */
    char because[240];
};

/* What is read for its own facts, and says no KNOWLEDGE. */
static bool holds_knowledge(struct hw_span format)
{
    return hw_span_is(format, "certificate") || hw_span_is(format, "crl") ||
           hw_span_is(format, "estate") || hw_span_is(format, "share");
}

static int find_degree(void *state, const struct hw_frame *f, struct hw_error *err)
{
    struct degree_of *d = state;
    d->telemetry = d->telemetry || f->kind == HW_FACT_LAYOUT || f->kind == HW_FACT_LOST;
    d->knowledge = d->knowledge || f->kind == HW_FACT_KNOWLEDGE;
    if (f->kind != HW_FACT_ARTIFACT && (f->kind != HW_FACT_DEGREE || f->node != 0)) {
        return HW_OK;
    }
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 1};
    struct hw_reader r;
    struct hw_fact fact;
    hw_reader_init(&r, f->body, &fuel);
    int rc = hw_fact_decode_body(f->kind, &r, &fact, err);
    if (f->kind == HW_FACT_ARTIFACT) {
        struct hw_span format =
            rc == HW_OK ? hw_fact_get(&fact, HW_ARTIFACT_FORMAT) : (struct hw_span){NULL, 0};
        d->knowledge = d->knowledge || holds_knowledge(format);
        d->telemetry = d->telemetry || hw_format_is_log(format);
        return rc;
    }
    for (int i = 0; rc == HW_OK && i < HW_DEGREE_COUNT; i++) {
        if (hw_fact_is(&fact, HW_DEGREE_DEGREE, hw_degree_word((enum hw_degree)i))) {
            d->degree = (enum hw_degree)i;
        }
    }
    struct hw_span because = hw_fact_get(&fact, HW_DEGREE_BECAUSE);
    if (rc == HW_OK && because.n > 0) {
        (void)snprintf(d->because, sizeof d->because, "%.*s", (int)because.n,
                       (const char *)because.p);
    }
    return rc;
}

/* Why this is none of what was asked for; NULL: it is. */
static const char *foreign_to(const struct intake *in, const struct degree_of *d)
{
    return in->o->asked == HW_CLASS_KNOWLEDGE && !d->knowledge
               ? "no published knowledge, certificate, revocation list or estate that we can read"
           : in->o->asked == HW_CLASS_TELEMETRY && !d->telemetry
               ? "no log, collection of logs or estate that we can read"
               : NULL;
}

static int store(struct intake *in, struct flight *f, struct hw_reply *a)
{
    struct degree_of d = {.degree = HW_SOUND, .because = ""};
    enum hw_refusal refusal = hw_reply_refusal(a);
    int rc = hw_reply_each(a, find_degree, &d, in->err);
    if (refusal != HW_REFUSAL_NONE) {
        d.degree = HW_REFUSED;
        (void)snprintf(d.because, sizeof d.because, "%s: %s", hw_refusal_word(refusal),
                       hw_reply_why(a));
    }
    const char *foreign = rc != HW_OK || refusal != HW_REFUSAL_NONE ? NULL : foreign_to(in, &d);
    if (foreign != NULL) {
        return tell(in, HW_INTAKE_REFUSED, hw_buf_span(&f->shown), f->named, f->outer.sha256,
                    "foreign", foreign);
    }
    /* What somebody else killed no parser has judged: version 0, so the next scan reads it. */
    bool judged = refusal != HW_REFUSAL_KILLED && refusal != HW_REFUSAL_BROKER_LOST;
    struct hw_evidence e = {.size = f->id.size,
                            .asked = in->o->asked,
                            .parser = judged ? HW_PARSER_VERSION : 0,
                            .read_ns = f->seen_ns,
                            .degree = d.degree,
                            .because = d.because[0] == 0 ? NULL : d.because,
                            .cage = in->cage};
    memcpy(e.sha256, f->outer.sha256, 32);
    memcpy(e.sha1, f->outer.sha1, 20);
    memcpy(e.md5, f->outer.md5, 16);
    rc = rc != HW_OK ? rc : hw_case_store_begin(in->o->c, &e, in->err);
    rc = rc != HW_OK ? rc : hw_reply_each(a, store_fact, in->o->c, in->err);
    rc = rc != HW_OK ? rc : hw_case_store_end(in->o->c, &e, in->err);
    if (rc != HW_OK) {
        hw_case_store_drop(in->o->c);
        return rc;
    }
    rc = sight(in, &f->id, hw_buf_span(&f->full), e.sha256, f->seen_ns);
    rc = rc != HW_OK ? rc : keep(in, f);
    return rc != HW_OK ? rc
                       : tell(in, refusal == HW_REFUSAL_NONE ? HW_INTAKE_READ : HW_INTAKE_REFUSED,
                              hw_buf_span(&f->shown), f->named, e.sha256, hw_refusal_word(refusal),
                              d.because);
}

static int land(struct intake *in, struct hw_reply *a)
{
    struct flight *f = hw_reply_tag(a);
    struct hw_file_id now;
    int rc = hw_file_look_fd(f->fd, &now, in->err);
    if (rc == HW_OK && !hw_file_same(&f->id, &now)) {
        rc = intake_unread(in, hw_buf_span(&f->shown), hw_buf_span(&f->full), &now, f->named,
                           "changed", "it was not the same after reading as before");
    } else if (rc == HW_OK) {
        rc = store(in, f, a);
    }
    flight_leave(in, f);
    return rc;
}

int intake_drain(struct intake *in, unsigned most)
{
    int rc = HW_OK;
    while (rc == HW_OK && in->broker != NULL) {
        struct hw_reply *a;
        while (rc == HW_OK && (a = hw_broker_next(in->broker)) != NULL) {
            rc = land(in, a);
            hw_reply_free(a);
        }
        rc = rc != HW_OK ? rc : hw_case_commit_due(in->o->c, in->err);
        if (rc != HW_OK || intake_stopped(in) || hw_broker_flying(in->broker) <= most) {
            break; /* stopped: what still flies is left unrecorded, and read the next time */
        }
        rc = hw_broker_pump(in->broker, 1000, in->err);
    }
    return rc;
}

/* SHA-256, SHA-1 and MD5 in one pass, keeping the workers' pipes moving. Ends behind `size`: a file
 * that grows as fast as it is read has no end. HW_E_STOPPED when the user stops it. */
static int digest(struct intake *in, int fd, uint64_t size, struct hw_outer *out, uint64_t *out_n)
{
    uint8_t *chunk = malloc(CHUNK_BYTES);
    if (chunk == NULL) {
        return hw_fail(in->err, HW_E_MEMORY, "no memory to read a file");
    }
    uint64_t off = 0;
    size_t n = 0;
    int rc = hw_digests_reset(in->digests, in->err);
    do {
        rc = rc != HW_OK ? rc : hw_file_read_at(fd, off, chunk, CHUNK_BYTES, &n, in->err);
        rc = rc != HW_OK ? rc : hw_digests_update(in->digests, (struct hw_span){chunk, n}, in->err);
        if (rc == HW_OK && n == CHUNK_BYTES && in->broker != NULL) {
            rc = hw_broker_pump(in->broker, 0, in->err);
        }
        if (rc == HW_OK && n == CHUNK_BYTES) {
            rc = intake_stopped(in)
                     ? hw_fail(in->err, HW_E_STOPPED, "stopped while a file was read")
                     : hw_case_commit_due(in->o->c, in->err);
        }
        off += n;
    } while (rc == HW_OK && n == CHUNK_BYTES && off <= size);
    free(chunk);
    rc = rc != HW_OK ? rc : hw_digests_finish(in->digests, in->err);
    if (rc == HW_OK) {
        memcpy(out->sha256, hw_digests_get(in->digests, HW_DIGEST_SHA256).p, 32);
        memcpy(out->sha1, hw_digests_get(in->digests, HW_DIGEST_SHA1).p, 20);
        memcpy(out->md5, hw_digests_get(in->digests, HW_DIGEST_MD5).p, 16);
        *out_n = off;
    }
    return rc;
}

/* Known bytes are read again where more could be said of them today. */
static int is_stale(struct intake *in, const uint8_t sha256[32], bool *out)
{
    int rc = intake_unproven(in, sha256, out);
    return rc != HW_OK || *out ? rc : intake_unscanned(in, sha256, out);
}

static bool in_flight(const struct intake *in, const uint8_t sha256[32])
{
    for (const struct flight *f = in->flying; f != NULL; f = f->next) {
        if (memcmp(f->outer.sha256, sha256, 32) == 0) {
            return true;
        }
    }
    return false;
}

/* Gives an opened and hashed file to the worker. Takes f whatever happens. */
static int launch(struct intake *in, struct flight *f)
{
    int rc = in->broker == NULL ? intake_broker(in) : HW_OK;
    while (rc == HW_OK && hw_broker_room(in->broker) == 0 && !intake_stopped(in)) {
        rc = intake_drain(in, hw_broker_flying(in->broker) - 1);
    }
    if (rc == HW_OK && intake_stopped(in)) {
        flight_free(f);
        return HW_OK;
    }
    struct hw_job job = {.fd = f->fd,
                         .size = f->id.size,
                         .outer = f->outer,
                         .reading = (enum hw_reading)in->o->asked,
                         .path = hw_buf_span(&f->full),
                         .tag = f};
    rc = rc != HW_OK ? rc : hw_broker_submit(in->broker, &job, in->err);
    if (rc != HW_OK) {
        flight_free(f);
        return rc;
    }
    f->next = in->flying;
    in->flying = f;
    rc = hw_broker_pump(in->broker, 0, in->err);
    return rc != HW_OK ? rc : intake_drain(in, UINT32_MAX);
}

/* An open file: known bytes become a sighting, others go to the worker. Takes f. */
static int consider(struct intake *in, struct flight *f)
{
    uint64_t n = 0;
    bool known = false, stale = false;
    struct hw_span shown = hw_buf_span(&f->shown), full = hw_buf_span(&f->full);
    int rc = digest(in, f->fd, f->id.size, &f->outer, &n);
    if (rc == HW_E_STOPPED) {
        flight_free(f);
        return HW_OK; /* what is in flight still lands */
    }
    if (rc == HW_E_IO) {
        rc = intake_unread(in, shown, full, &f->id, f->named, "unreadable", in->err->text);
        flight_free(f);
        return rc;
    }
    in->r->bytes += n;
    if (rc == HW_OK && n != f->id.size) {
        rc = intake_unread(in, shown, full, &f->id, f->named, "changed",
                           "it grew or shrank while it was read");
        flight_free(f);
        return rc;
    }
    if (rc == HW_OK && in_flight(in, f->outer.sha256)) {
        rc = intake_drain(in, 0);
    }
    if (rc == HW_OK && !in->o->again) {
        rc = hw_case_known(in->o->c, f->outer.sha256, in->o->asked, HW_PARSER_VERSION, &known,
                           in->err);
        if (rc == HW_OK && known) {
            rc = is_stale(in, f->outer.sha256, &stale);
            known = !stale;
        }
    }
    if (rc == HW_OK && known) {
        rc = sight(in, &f->id, full, f->outer.sha256, f->seen_ns);
        rc = rc != HW_OK ? rc : keep(in, f);
        rc = rc != HW_OK ? rc
                         : tell(in, HW_INTAKE_KNOWN, shown, f->named, f->outer.sha256, NULL, NULL);
        flight_free(f);
        return rc;
    }
    if (rc != HW_OK) {
        flight_free(f);
        return rc;
    }
    return launch(in, f);
}

int intake_file(struct intake *in, int dirfd, const char *name, const struct hw_file_id *id,
                struct hw_span shown, struct hw_span full, bool named)
{
    int64_t seen = now_ns();
    bool same = false, stale = false;
    uint8_t sha256[32];
    int rc = HW_OK;
    in->r->files++;
    if (in->o->progress != NULL) {
        in->o->progress(in->o->state, in->r->files, in->r->bytes, shown);
    }
    rc = hw_case_commit_due(in->o->c, in->err);
    if (rc != HW_OK) {
        return rc;
    }
    if (!in->o->again && !in->o->keep) {
        struct hw_place p = place(in, id, full);
        rc = hw_case_unchanged(in->o->c, &p, in->o->asked, HW_PARSER_VERSION, seen, &same, sha256,
                               in->err);
        if (rc == HW_OK && same) {
            rc = is_stale(in, sha256, &stale);
            same = !stale;
        }
        if (rc == HW_OK && same) {
            rc = declare(in, sha256);
            return rc != HW_OK ? rc
                               : tell(in, HW_INTAKE_UNCHANGED, shown, named, sha256, NULL, NULL);
        }
        if (rc != HW_OK) {
            return rc;
        }
    }
    struct flight *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return hw_fail(in->err, HW_E_MEMORY, "no memory for a file");
    }
    f->fd = -1;
    f->named = named;
    f->seen_ns = seen;
    hw_buf_init(&f->shown, 1 << 24);
    hw_buf_init(&f->full, 1 << 24);
    hw_buf_span_put(&f->shown, shown);
    hw_buf_span_put(&f->full, full);
    rc = hw_file_open(dirfd, name, &f->fd, &f->id, in->err);
    if (rc != HW_OK) {
        f->fd = -1;
        rc = intake_unread(in, shown, full, id, named,
                           rc == HW_E_MISSING ? "vanished" : "unreadable", in->err->text);
        flight_free(f);
        return rc;
    }
    return consider(in, f);
}

static void done(struct intake *in)
{
    hw_broker_free(in->broker);
    hw_digests_free(in->digests);
    hw_buf_done(&in->rules);
    free(in->own);
    while (in->flying != NULL) {
        struct flight *f = in->flying;
        in->flying = f->next;
        flight_free(f);
    }
}

static int begin(struct intake *in)
{
    *in->r = (struct hw_intake_report){.files = 0};
    hw_buf_init(&in->rules, 2 * HW_RULESET_BYTES);
    in->digests = hw_digests_new(HW_DIGEST_THREE);
    int rc = in->digests == NULL ? hw_fail(in->err, HW_E_MEMORY, "no memory to hash") : HW_OK;
    rc = rc != HW_OK ? rc : intake_rules(in);
    /* With anchors of the user's the worker must read: what it says depends on them. */
    return rc == HW_OK && in->o->anchors != NULL ? intake_broker(in) : rc;
}

static int finish(struct intake *in, int rc)
{
    rc = rc != HW_OK ? rc : intake_drain(in, 0);
    rc = rc != HW_OK ? rc : hw_case_commit(in->o->c, in->err);
    in->r->stopped = intake_stopped(in);
    (void)snprintf(in->r->cage, sizeof in->r->cage, "%s", in->cage);
    done(in);
    return rc;
}

int hw_intake(const struct hw_intake_options *o, const char *const *paths, size_t count,
              struct hw_intake_report *out, struct hw_error *err)
{
    struct intake in = {.o = o, .r = out, .err = err};
    for (size_t i = 0; i < count; i++) {
        if (access(paths[i], F_OK) != 0) {
            return hw_fail(err, HW_E_MISSING, "%.150s: %s", paths[i], strerror(errno));
        }
    }
    struct hw_case_info info;
    hw_case_info(o->c, &info);
    in.own = info.path == NULL ? NULL : realpath(info.path, NULL);
    int rc = begin(&in);
    for (size_t i = 0; i < count && rc == HW_OK && !intake_stopped(&in); i++) {
        rc = intake_walk(&in, paths[i]);
    }
    return finish(&in, rc);
}

static int open_input(struct intake *in, const struct hw_intake_input *input)
{
    struct flight *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return hw_fail(in->err, HW_E_MEMORY, "no memory for a file");
    }
    f->named = true;
    f->seen_ns = now_ns();
    hw_buf_init(&f->shown, 1 << 24);
    hw_buf_init(&f->full, 1 << 24);
    hw_buf_str(&f->shown, input->name);
    hw_buf_str(&f->full, input->name);
    f->fd = fcntl(input->fd, F_DUPFD_CLOEXEC, 0);
    int rc = f->fd >= 0 ? hw_file_look_fd(f->fd, &f->id, in->err)
                        : hw_fail(in->err, HW_E_IO, "%.150s: %s", input->name, strerror(errno));
    in->r->files++;
    rc = rc != HW_OK ? rc : hw_case_commit_due(in->o->c, in->err);
    if (rc != HW_OK) {
        flight_free(f);
        return rc;
    }
    return consider(in, f);
}

int hw_intake_open(const struct hw_intake_options *o, const struct hw_intake_input *inputs,
                   size_t count, struct hw_intake_report *out, struct hw_error *err)
{
    struct intake in = {.o = o, .r = out, .err = err};
    int rc = begin(&in);
    for (size_t i = 0; i < count && rc == HW_OK && !intake_stopped(&in); i++) {
        rc = open_input(&in, &inputs[i]);
    }
    return finish(&in, rc);
}
