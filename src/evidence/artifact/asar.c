/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/asar.c -- Electron's archive, with the hashes its header promises.
 *
 * Follows the format section of electron/asar's README and Electron's "ASAR integrity" page:
 *
 *    0 u32le 4             size of the next, as a Pickle
 *    4 u32le header bytes  the Pickle that follows, to byte 8 + this; files begin there
 *    8 u32le               its payload
 *   12 u32le               length of the JSON
 *   16 JSON {"files": {name: {"files": ...} | {"offset": "123", "size": n, "executable": true,
 *      "unpacked": true, "link": "a/b", "integrity": {"algorithm": "SHA256", "hash": hex,
 *      "blockSize": n, "blocks": [hex, ...]}}}}
 *
 * Electron checks these hashes only where a fuse says so; here each is a SEAL fact of the member.
 * Members marked unpacked lie beside the archive and are entries.
 */
#include "evidence/artifact/asar.h"

#include <string.h>

#include "base/buf.h"
#include "base/checked.h"
#include "base/digest.h"
#include "evidence/box.h"
#include "evidence/json.h"

enum { HEADER_MAX = 32 * 1024 * 1024, DEPTH_MAX = 64, PATH_ROOM = 4096, BLOCK_DEFAULT = 4194304 };

struct asar {
    struct hw_exam *x;
    struct hw_node *n;
    uint64_t files_off, ordinal;
    struct hw_buf path;
    struct hw_parts parts;
    bool reading; /* the second pass: members are handed on */
};

static bool read_head(struct hw_reader *r, uint32_t *out_header, uint32_t *out_json)
{
    uint32_t four, header, payload, json;
    uint8_t brace;
    if (!hw_read_u32le(r, &four) || !hw_read_u32le(r, &header) || !hw_read_u32le(r, &payload) ||
        !hw_read_u32le(r, &json)) {
        return false;
    }
    /* Pickles are padded to four bytes, so each size follows from the JSON's within three. */
    bool nested = four == 4 && header >= 8 && payload == header - 4 && json <= payload - 4 &&
                  payload - 4 - json < 4;
    if (!nested || !hw_read_peek(r, &brace) || brace != '{') {
        return false;
    }
    *out_header = header;
    *out_json = json;
    return true;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    uint32_t header, json;
    hw_reader_init(&r, bytes, fuel);
    return read_head(&r, &header, &json) ? 96 : 0;
}

static bool from_hex(struct hw_span s, uint8_t out[32])
{
    if (s.n != 64) {
        return false;
    }
    for (size_t i = 0; i < 64; i++) {
        uint8_t c = s.p[i], v;
        if (c >= '0' && c <= '9') {
            v = (uint8_t)(c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            v = (uint8_t)((c | 0x20) - 'a' + 10);
        } else {
            return false;
        }
        out[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 : out[i / 2] | v);
    }
    return true;
}

/* One promised digest against one span. False: it does not hold. */
static bool holds(struct asar *a, struct hw_span promised, struct hw_span bytes,
                  uint8_t claimed[32], uint8_t found[HW_DIGEST_BYTES_MAX])
{
    int rc = hw_digest_once(HW_DIGEST_SHA256, bytes, found, NULL, &a->x->err);
    if (rc < 0) {
        a->x->rc = rc;
    }
    return from_hex(promised, claimed) && rc == HW_OK && memcmp(claimed, found, 32) == 0;
}

static bool blocks_hold(struct asar *a, const json_t *integrity, struct hw_span bytes)
{
    const json_t *blocks = json_object_get(integrity, "blocks");
    const json_t *size = json_object_get(integrity, "blockSize");
    json_int_t block = json_is_integer(size) ? json_integer_value(size) : BLOCK_DEFAULT;
    uint8_t claimed[32], found[HW_DIGEST_BYTES_MAX];
    if (!json_is_array(blocks)) {
        return true; /* nothing was promised */
    }
    size_t count = json_array_size(blocks);
    if (block <= 0 ||
        count != (bytes.n == 0 ? count <= 1 ? count : 1 : (bytes.n - 1) / (uint64_t)block + 1)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = i * (size_t)block;
        size_t left = bytes.n - (at < bytes.n ? at : bytes.n);
        struct hw_span part = {bytes.p + (left == 0 ? 0 : at),
                               left < (uint64_t)block ? left : (size_t)block};
        if (!holds(a, hw_json_text(json_array_get(blocks, i)), part, claimed, found)) {
            return false;
        }
    }
    return true;
}

static void seal(struct asar *a, uint32_t node, struct hw_span name, const json_t *integrity,
                 struct hw_span bytes, uint64_t off)
{
    struct hw_span alg = hw_json_text(json_object_get(integrity, "algorithm"));
    struct hw_span text = hw_name_text(a->x, a->n, name);
    if (!hw_span_equal(alg, HW_SPAN_LIT("SHA256"))) {
        hw_say_anomaly(a->x, a->n, "unsupported", off, 0,
                       "\"%.*s\" is sealed by an algorithm that is not SHA256", (int)text.n,
                       (const char *)text.p);
        return;
    }
    uint8_t claimed[32] = {0}, found[HW_DIGEST_BYTES_MAX];
    bool whole = holds(a, hw_json_text(json_object_get(integrity, "hash")), bytes, claimed, found);
    bool ok = whole && blocks_hold(a, integrity, bytes);
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_SEAL, node);
    hw_fact_u64(&f, HW_SEAL_BY, a->n->number);
    hw_fact_str(&f, HW_SEAL_SCHEME, "asar");
    hw_fact_str(&f, HW_SEAL_ALG, "sha256");
    hw_fact_span(&f, HW_SEAL_CLAIMED, (struct hw_span){claimed, 32});
    hw_fact_span(&f, HW_SEAL_FOUND, (struct hw_span){found, 32});
    hw_fact_u64(&f, HW_SEAL_OK, ok);
    hw_say(a->x, &f);
    if (!ok) {
        hw_say_anomaly(a->x, a->n, "seal-broken", off, bytes.n,
                       "\"%.*s\" does not have the %s the header states", (int)text.n,
                       (const char *)text.p, whole ? "block hashes" : "hash");
    }
}

/* Offsets are decimal strings, because they may pass what JavaScript counts exactly. */
static bool offset_of(const json_t *v, uint64_t *out)
{
    struct hw_span s = hw_json_text(v);
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || !hw_mul_u64(n, 10, &n) ||
            !hw_add_u64(n, (uint64_t)(s.p[i] - '0'), &n)) {
            return false;
        }
    }
    *out = n;
    return s.n > 0;
}

static void read_file(struct asar *a, const json_t *v, const struct hw_member *like)
{
    uint64_t off, end;
    const json_t *size = json_object_get(v, "size");
    struct hw_member m = *like;
    struct hw_span text = hw_name_text(a->x, a->n, m.name);
    bool placed = offset_of(json_object_get(v, "offset"), &off) && json_is_integer(size) &&
                  json_integer_value(size) >= 0 && hw_add_u64(off, a->files_off, &off) &&
                  hw_add_u64(off, (uint64_t)json_integer_value(size), &end) && end <= a->n->bytes.n;
    if (!a->reading) {
        if (placed) {
            hw_parts_add(&a->parts, off, end);
        }
        return;
    }
    if (!placed) {
        hw_say_anomaly(a->x, a->n, "bad-offset", 0, 0, "\"%.*s\" lies nowhere in the archive",
                       (int)text.n, (const char *)text.p);
        hw_say_unopened(a->x, a->n, "member", m.name, 0, 0, "its bytes are not in the archive");
        hw_say_degree(a->n, HW_BROKEN, "a member's bytes are not there");
        return;
    }
    struct hw_reader all, r;
    hw_node_reader(a->x, a->n, &all);
    if (!hw_read_window(&all, off, end - off, &r) || !hw_read_bytes(&r, end - off, &m.bytes)) {
        hw_say_unopened(a->x, a->n, "member", m.name, off, end - off, "the budget ended here");
        return;
    }
    m.off = off;
    m.mode = json_is_true(json_object_get(v, "executable")) ? 0755 : HW_NO_MODE;
    uint32_t node;
    const json_t *integrity = json_object_get(v, "integrity");
    hw_examine_member(a->x, a->n, &m, &node);
    if (node != UINT32_MAX && json_is_object(integrity)) {
        seal(a, node, m.name, integrity, m.bytes, off);
    }
}

static void visit(struct asar *a, const json_t *v)
{
    struct hw_member m = {.name = hw_buf_span(&a->path),
                          .ordinal = a->ordinal++,
                          .mode = HW_NO_MODE,
                          .time_ns = HW_NO_TIME};
    const json_t *link = json_object_get(v, "link");
    if (link != NULL) {
        if (a->reading) {
            hw_examine_entry(a->x, a->n, &m, "symlink", hw_json_text(link));
        }
    } else if (json_is_true(json_object_get(v, "unpacked"))) {
        if (a->reading) {
            hw_examine_entry(a->x, a->n, &m, "unpacked", (struct hw_span){NULL, 0});
        }
    } else {
        read_file(a, v, &m);
    }
}

static void walk(struct asar *a, const json_t *folder, unsigned depth)
{
    void *it = json_object_iter((json_t *)(uintptr_t)folder);
    for (; it != NULL && hw_exam_going(a->x) && a->n->degree != HW_REFUSED;
         it = json_object_iter_next((json_t *)(uintptr_t)folder, it)) {
        const json_t *v = json_object_iter_value(it), *inner = json_object_get(v, "files");
        size_t before = a->path.n;
        if (a->x->fuel.items == 0) {
            return;
        }
        a->x->fuel.items--;
        if (before > 0) {
            hw_buf_char(&a->path, '/');
        }
        hw_buf_str(&a->path, json_object_iter_key(it));
        if (!hw_buf_ok(&a->path) || depth == DEPTH_MAX) {
            if (a->reading) {
                hw_say_anomaly(a->x, a->n, "recursion", 0, 0, "folders too deep or names too long");
                hw_say_unopened(a->x, a->n, "member", hw_buf_span(&a->path), 0, 0,
                                "folders too deep or names too long");
            }
            a->path.failed = false;
        } else if (json_is_object(inner)) {
            walk(a, inner, depth + 1);
        } else {
            visit(a, v);
        }
        a->path.n = before;
    }
}

static void read_all(struct asar *a, const json_t *files, uint64_t header_end)
{
    struct hw_node *n = a->n;
    size_t room = (size_t)(header_end / 20); /* no file's JSON is shorter */
    room = room > a->x->limits.nodes ? a->x->limits.nodes : room;
    if (!hw_parts_init(a->x, room + 1, &a->parts)) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        hw_say_anomaly(a->x, n, "over-budget", 0, header_end, "no memory for a header this long");
        return;
    }
    walk(a, files, 0);
    if (!hw_parts_judge(a->x, n, &a->parts, n->bytes.n)) {
        return;
    }
    hw_parts_gaps(a->x, n, &a->parts, a->files_off, n->bytes.n);
    a->reading = true;
    a->ordinal = 0;
    walk(a, files, 0);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct asar a = {.x = x, .n = n};
    struct hw_reader r;
    uint32_t header, json_n;
    struct hw_span text;
    struct hw_json json = {.too_large = true};
    hw_node_reader(x, n, &r);
    if (!read_head(&r, &header, &json_n) || !hw_read_bytes(&r, json_n, &text)) {
        hw_say_fault(x, n, &r, "the ASAR header");
        hw_say_degree(n, HW_BROKEN, "the ASAR header is cut short");
        return;
    }
    if (json_n <= HEADER_MAX) {
        hw_json_init(x, text, JSON_REJECT_DUPLICATES, &json);
    }
    if (json.too_large) {
        hw_say_anomaly(x, n, "over-budget", 16, json_n, "a header of %u bytes", json_n);
        hw_say_unopened(x, n, "too-large", (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "its header wants more memory than one worker may have");
        return;
    }
    const json_t *files = json_object_get(json.root, "files");
    hw_buf_init(&a.path, PATH_ROOM);
    a.files_off = 8 + (uint64_t)header;
    if (!json_is_object(files)) {
        const char *rule =
            strstr(json.why.text, "duplicate") != NULL ? "duplicate" : "bad-encoding";
        bool parsed = json.root != NULL;
        hw_say_anomaly(x, n, rule, 16 + (parsed ? 0 : (uint64_t)(unsigned)json.why.position), 0,
                       "the header is not a tree of files: %s",
                       parsed ? "no \"files\"" : json.why.text);
        hw_say_degree(n, HW_BROKEN, "the ASAR header cannot be read");
        hw_say_unopened(x, n, "member", (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "its header cannot be read");
    } else {
        uint8_t found[HW_DIGEST_BYTES_MAX];
        int rc = hw_digest_once(HW_DIGEST_SHA256, text, found, NULL, &x->err);
        x->rc = x->rc == HW_OK ? rc : x->rc;
        /* What Electron's ElectronAsarIntegrity resource vouches for is this hash. */
        hw_say_blob(x, n, "asar.header-sha256", (struct hw_span){found, 32});
        read_all(&a, files, a.files_off);
    }
    hw_buf_done(&a.path);
    hw_json_done(x, &json);
}

const struct hw_format hw_format_asar = {"asar", probe, examine, NULL, true};
