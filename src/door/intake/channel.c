/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/channel.c -- the state table of docs/formats/facts.md, for frames of one job.
 *
 * A frame: u32le length of what follows | u16le kind | body. Whole frames are looked at in place;
 * what a read cut in two waits in `half` until the rest is there.
 */
#include "door/intake/channel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/reader.h"
#include "door/intake/limits.h"
#include "door/worker/protocol.h"

enum { LENGTH_BYTES = 4, KIND_BYTES = 2 };

/* Sorted by word; enum hw_refusal is the order of discovery, so the two are joined below. */
static const struct hw_word refusal_words[] = {
    {"after-end", "the worker went on speaking after it had said END"},
    {"broker-lost", "the broker died with this input alone in its hands"},
    {"crashed", "the worker crashed on it"},
    {"failed", "the worker could not do its own part"},
    {"forbidden-call", "the worker tried a system call its cage forbids"},
    {"half-frame", "the worker left in the middle of a frame"},
    {"killed", "something outside killed the worker: the kernel, short of memory, or a person"},
    {"malformed", "a fact was not formed as its kind is declared"},
    {"memory", "it needed more memory than one input may have"},
    {"no-end", "the worker left without saying END"},
    {"out-of-order", "a fact came where none of its kind may stand"},
    {"over-long", "a frame was longer than 64 KiB"},
    {"shrank", "the file became shorter while it was read"},
    {"time", "it took more time than one input may have"},
    {"too-many-bytes", "it led to more bytes of facts than one input may have"},
    {"too-many-facts", "it led to more facts than one input may have"},
    {"unknown-kind", "the worker sent a fact of a kind that does not exist"},
    {"wrong-count", "END counted other facts or nodes than were sent"},
    {"wrong-hash", "the worker spoke of another input than it was given"},
};
const struct hw_vocab hw_refusals = {"refusals", refusal_words,
                                     sizeof refusal_words / sizeof refusal_words[0]};

const char *hw_refusal_word(enum hw_refusal r)
{
    static const char *const words[HW_REFUSAL_COUNT] = {
        [HW_REFUSAL_NONE] = "",
        [HW_REFUSAL_UNKNOWN_KIND] = "unknown-kind",
        [HW_REFUSAL_WRONG_HASH] = "wrong-hash",
        [HW_REFUSAL_OVER_LONG] = "over-long",
        [HW_REFUSAL_OUT_OF_ORDER] = "out-of-order",
        [HW_REFUSAL_AFTER_END] = "after-end",
        [HW_REFUSAL_TOO_MANY_FACTS] = "too-many-facts",
        [HW_REFUSAL_TOO_MANY_BYTES] = "too-many-bytes",
        [HW_REFUSAL_MALFORMED] = "malformed",
        [HW_REFUSAL_WRONG_COUNT] = "wrong-count",
        [HW_REFUSAL_HALF_FRAME] = "half-frame",
        [HW_REFUSAL_NO_END] = "no-end",
        [HW_REFUSAL_CRASHED] = "crashed",
        [HW_REFUSAL_SHRANK] = "shrank",
        [HW_REFUSAL_TIME] = "time",
        [HW_REFUSAL_MEMORY] = "memory",
        [HW_REFUSAL_FORBIDDEN_CALL] = "forbidden-call",
        [HW_REFUSAL_KILLED] = "killed",
        [HW_REFUSAL_FAILED] = "failed",
        [HW_REFUSAL_BROKER_LOST] = "broker-lost",
    };
    return r < HW_REFUSAL_COUNT ? words[r] : "";
}

enum state { AWAIT_BEGIN, AWAIT_FIRST, IN_FACTS, ENDED, REFUSED };

struct hw_channel {
    uint64_t job, size;
    struct hw_outer outer;
    struct hw_channel_caps caps;
    hw_frame_take take;
    void *take_state;
    enum state state;
    enum hw_refusal refusal;
    uint64_t facts, nodes, bytes;
    struct hw_buf half;
    char why[240];
};

struct hw_channel_caps hw_channel_caps_default(void)
{
    return (struct hw_channel_caps){
        .facts = HW_INPUT_FACTS_MAX, .bytes = HW_INPUT_FACT_BYTES_MAX, .nodes = HW_INPUT_NODES_MAX};
}

struct hw_channel *hw_channel_new(uint64_t job, const struct hw_outer *outer, uint64_t size,
                                  struct hw_channel_caps caps, hw_frame_take take, void *state)
{
    struct hw_channel *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->job = job;
        c->size = size;
        c->outer = *outer;
        c->caps = caps;
        c->take = take;
        c->take_state = state;
        hw_buf_init(&c->half, HW_FRAME_BYTES);
    }
    return c;
}

void hw_channel_free(struct hw_channel *c)
{
    if (c != NULL) {
        hw_buf_done(&c->half);
        free(c);
    }
}

static void refuse(struct hw_channel *c, enum hw_refusal r, const char *fmt, ...) HW_FORMAT(3, 4);
static void refuse(struct hw_channel *c, enum hw_refusal r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(c->why, sizeof c->why, fmt, ap);
    va_end(ap);
    c->refusal = r;
    c->state = REFUSED;
    hw_buf_done(&c->half);
}

static void hear_begin(struct hw_channel *c, const struct hw_fact *f)
{
    uint64_t version = hw_fact_get_u64(f, HW_BEGIN_VERSION);
    if (version != HW_PROTOCOL_VERSION || hw_fact_get_u64(f, HW_BEGIN_JOB) != c->job) {
        refuse(c, HW_REFUSAL_OUT_OF_ORDER, "BEGIN of another job or version");
        return;
    }
    c->state = AWAIT_FIRST;
}

static void hear_end(struct hw_channel *c, const struct hw_fact *f)
{
    uint64_t facts = hw_fact_get_u64(f, HW_END_FACTS), nodes = hw_fact_get_u64(f, HW_END_NODES);
    if (facts != c->facts || nodes != c->nodes) {
        refuse(c, HW_REFUSAL_WRONG_COUNT, "END says %llu facts on %llu nodes; %llu on %llu came",
               (unsigned long long)facts, (unsigned long long)nodes, (unsigned long long)c->facts,
               (unsigned long long)c->nodes);
        return;
    }
    c->state = ENDED;
}

static bool same(const struct hw_fact *f, unsigned field, const uint8_t *want, size_t n)
{
    struct hw_span s = hw_fact_get(f, field);
    return s.n == n && memcmp(s.p, want, n) == 0;
}

static bool is_own_input(const struct hw_channel *c, const struct hw_fact *f)
{
    return same(f, HW_ARTIFACT_SHA256, c->outer.sha256, sizeof c->outer.sha256) &&
           same(f, HW_ARTIFACT_SHA1, c->outer.sha1, sizeof c->outer.sha1) &&
           same(f, HW_ARTIFACT_MD5, c->outer.md5, sizeof c->outer.md5) &&
           hw_fact_get_u64(f, HW_ARTIFACT_SIZE) == c->size;
}

/* A new node: the next number, below a node already there; the first is the job's own input. */
static void hear_artifact(struct hw_channel *c, const struct hw_fact *f)
{
    uint64_t node = hw_fact_get_u64(f, HW_F_NODE);
    bool has_parent = hw_fact_has(f, HW_ARTIFACT_PARENT);
    if (node != c->nodes || has_parent != (node > 0) ||
        (has_parent && hw_fact_get_u64(f, HW_ARTIFACT_PARENT) >= node)) {
        refuse(c, HW_REFUSAL_OUT_OF_ORDER, "artifact %llu does not follow %llu others",
               (unsigned long long)node, (unsigned long long)c->nodes);
    } else if (node == 0 && !is_own_input(c, f)) {
        refuse(c, HW_REFUSAL_WRONG_HASH, "the first artifact is not the input that was given");
    } else if (c->nodes >= c->caps.nodes) {
        refuse(c, HW_REFUSAL_TOO_MANY_FACTS, "more than %llu artifacts in one input",
               (unsigned long long)c->caps.nodes);
    } else {
        c->nodes++;
        c->state = IN_FACTS;
    }
}

/* Which node a fact is about, already announced. */
static void hear_fact(struct hw_channel *c, const struct hw_fact *f)
{
    uint64_t node = hw_fact_get_u64(f, HW_F_NODE);
    if (node >= c->nodes ||
        (f->kind == HW_FACT_SEAL && hw_fact_get_u64(f, HW_SEAL_BY) >= c->nodes)) {
        refuse(c, HW_REFUSAL_OUT_OF_ORDER, "%s about node %llu, which nobody announced",
               hw_fact_type(f->kind)->name, (unsigned long long)node);
    }
}

static int hear_content(struct hw_channel *c, const struct hw_fact *f, struct hw_span body,
                        struct hw_error *err)
{
    if (c->facts >= c->caps.facts) {
        refuse(c, HW_REFUSAL_TOO_MANY_FACTS, "more than %llu facts from one input",
               (unsigned long long)c->caps.facts);
        return HW_OK;
    }
    if (f->kind == HW_FACT_ARTIFACT) {
        hear_artifact(c, f);
    } else {
        hear_fact(c, f);
    }
    if (c->state == REFUSED) {
        return HW_OK;
    }
    c->facts++;
    struct hw_frame frame = {
        .kind = f->kind, .node = (uint32_t)hw_fact_get_u64(f, HW_F_NODE), .body = body};
    return c->take(c->take_state, &frame, err);
}

/* One whole frame without its length: kind and body. */
static int hear(struct hw_channel *c, struct hw_span in, struct hw_error *err)
{
    struct hw_budget fuel = {.bytes = 2 * HW_FRAME_BYTES, .items = HW_FACT_FIELDS, .depth = 1};
    struct hw_reader r;
    struct hw_fact f;
    struct hw_error peer;
    uint16_t kind;
    hw_reader_init(&r, in, &fuel);
    if (!hw_read_u16le(&r, &kind) || hw_fact_type((enum hw_fact_kind)kind) == NULL) {
        refuse(c, HW_REFUSAL_UNKNOWN_KIND, "a fact of unknown kind %u", (unsigned)kind);
        return HW_OK;
    }
    /* The table: which kinds may come in which state. */
    bool begin = kind == HW_FACT_BEGIN, end = kind == HW_FACT_END;
    bool allowed = c->state == AWAIT_BEGIN   ? begin
                   : c->state == AWAIT_FIRST ? kind == HW_FACT_ARTIFACT
                                             : !begin;
    if (!allowed) {
        refuse(c, HW_REFUSAL_OUT_OF_ORDER, "%s came out of order",
               hw_fact_type((enum hw_fact_kind)kind)->name);
        return HW_OK;
    }
    struct hw_span body = hw_reader_rest(&r);
    if (hw_fact_decode_body((enum hw_fact_kind)kind, &r, &f, &peer) != HW_OK) {
        refuse(c, HW_REFUSAL_MALFORMED, "%.200s", peer.text);
        return HW_OK;
    }
    if (begin) {
        hear_begin(c, &f);
        return HW_OK;
    }
    if (end) {
        hear_end(c, &f);
        return HW_OK;
    }
    return hear_content(c, &f, body, err);
}

/* The length word at p, checked; 0 when it refused. */
static size_t frame_length(struct hw_channel *c, const uint8_t *p)
{
    uint32_t n = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    if (n > HW_FRAME_BYTES - LENGTH_BYTES) {
        refuse(c, HW_REFUSAL_OVER_LONG, "a frame of %lu bytes", (unsigned long)n);
        return 0;
    }
    if (n < KIND_BYTES) {
        refuse(c, HW_REFUSAL_MALFORMED, "a frame of %lu bytes has no kind", (unsigned long)n);
        return 0;
    }
    return n;
}

/* Adds to the half frame until it has `want` bytes; false while it has not. */
static bool complete_half(struct hw_channel *c, size_t want, struct hw_span *in)
{
    size_t missing = c->half.n >= want ? 0 : want - c->half.n;
    size_t n = in->n < missing ? in->n : missing;
    hw_buf_bytes(&c->half, in->p, n);
    in->p += n;
    in->n -= n;
    return hw_buf_ok(&c->half) && n == missing;
}

/* The frame a read cut in two. *in moves past what it took. */
static int hear_half(struct hw_channel *c, struct hw_span *in, struct hw_error *err)
{
    if (complete_half(c, LENGTH_BYTES, in)) {
        size_t n = frame_length(c, c->half.p);
        if (n > 0 && complete_half(c, LENGTH_BYTES + n, in)) {
            int rc = hear(c, (struct hw_span){c->half.p + LENGTH_BYTES, n}, err);
            hw_buf_clear(&c->half);
            return rc;
        }
    }
    return c->state == REFUSED || hw_buf_ok(&c->half)
               ? HW_OK
               : hw_fail(err, HW_E_MEMORY, "no memory for a frame");
}

int hw_channel_feed(struct hw_channel *c, struct hw_span in, struct hw_error *err)
{
    int rc = HW_OK;
    if (c->state == REFUSED) {
        return HW_OK;
    }
    if (in.n > c->caps.bytes - c->bytes) {
        refuse(c, HW_REFUSAL_TOO_MANY_BYTES, "more than %llu bytes of facts from one input",
               (unsigned long long)c->caps.bytes);
        return HW_OK;
    }
    c->bytes += in.n;
    while (rc == HW_OK && c->state != REFUSED && in.n > 0) {
        if (c->state == ENDED) {
            refuse(c, HW_REFUSAL_AFTER_END, "%zu bytes after END", in.n);
            break;
        }
        if (c->half.n > 0 || in.n < LENGTH_BYTES) {
            rc = hear_half(c, &in, err);
            continue;
        }
        size_t n = frame_length(c, in.p);
        if (n == 0) {
            break;
        }
        if (in.n < LENGTH_BYTES + n) {
            rc = hear_half(c, &in, err);
            continue;
        }
        rc = hear(c, (struct hw_span){in.p + LENGTH_BYTES, n}, err);
        in.p += LENGTH_BYTES + n;
        in.n -= LENGTH_BYTES + n;
    }
    return rc;
}

void hw_channel_close(struct hw_channel *c)
{
    if (c->state == REFUSED || c->state == ENDED) {
        return;
    }
    if (c->half.n > 0) {
        refuse(c, HW_REFUSAL_HALF_FRAME, "the worker left in the middle of a frame");
    } else {
        refuse(c, HW_REFUSAL_NO_END, "the worker left without END, after %llu facts",
               (unsigned long long)c->facts);
    }
}

enum hw_refusal hw_channel_refusal(const struct hw_channel *c)
{
    return c->refusal;
}

const char *hw_channel_why(const struct hw_channel *c)
{
    return c->why;
}

bool hw_channel_complete(const struct hw_channel *c)
{
    return c->state == ENDED;
}

uint64_t hw_channel_facts(const struct hw_channel *c)
{
    return c->facts;
}

uint64_t hw_channel_nodes(const struct hw_channel *c)
{
    return c->nodes;
}
