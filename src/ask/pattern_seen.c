/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/pattern_seen.c -- what one file, or one record of a log, lets be asked (fact/seen.h).
 *
 * Roles of the mapping become fields: an image is a process's and is a file too, with the hash the
 * record gives unless that is another file's. Published paths are mostly those of Windows, and a
 * file of the case lies where an examiner put it, so a path is given as it is, once more with the
 * separators of Windows, and, below a folder that stands for a drive, as it was on its machine.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/pattern.h"
#include "base/grow.h"
#include "base/text.h"

enum { SIGNERS = 8 };

/* ---- building ---- */

void pattern_seen_init(struct pattern_seen *s, uint64_t wanted)
{
    s->wanted = wanted | UINT64_C(1) << HW_SEEN_PATH;
    hw_buf_init(&s->words, PATTERN_BYTES);
}

void pattern_seen_done(struct pattern_seen *s)
{
    hw_buf_done(&s->words);
    free(s->values);
}

void pattern_seen_clear(struct pattern_seen *s)
{
    hw_buf_clear(&s->words);
    s->count = 0;
    memset(s->first, 0, sizeof s->first);
    memset(s->last, 0, sizeof s->last);
    s->has = 0;
    s->over = false;
    s->at_field = HW_SEEN_COUNT;
}

struct hw_span pattern_seen_get(const struct pattern_seen *s, uint32_t value)
{
    return hw_span_cut(hw_buf_span(&s->words), s->values[value].off, s->values[value].n);
}

struct hw_span pattern_seen_nth(struct pattern_seen *s, enum hw_seen field, size_t i)
{
    if (s->at_field != (unsigned)field || s->at_number > i) {
        s->at_field = (unsigned)field;
        s->at_number = 0;
        s->at = s->first[field];
    }
    while (s->at != 0 && s->at_number < i) {
        s->at = s->values[s->at - 1].next;
        s->at_number++;
    }
    return s->at == 0 ? (struct hw_span){NULL, 0} : pattern_seen_get(s, s->at - 1);
}

/* One value more; what there is no room for is not asked, and s->over says so. */
static void put(struct pattern_seen *s, enum hw_seen field, struct hw_span v)
{
    if (v.n == 0 || (s->wanted & UINT64_C(1) << field) == 0) {
        return;
    }
    size_t off = s->words.n;
    if (HW_GROW(s->values, s->count, s->room, PATTERN_VALUES) != HW_OK ||
        !hw_buf_room(&s->words, v.n)) {
        s->over = true;
        return;
    }
    hw_buf_span_put(&s->words, v);
    uint32_t i = s->count++;
    s->values[i] = (struct pattern_value){(uint32_t)off, (uint32_t)v.n, 0, field};
    if (s->last[field] != 0) {
        s->values[s->last[field] - 1].next = i + 1;
    } else {
        s->first[field] = i + 1;
    }
    s->last[field] = i + 1;
    s->has |= UINT64_C(1) << field;
    s->at_field = HW_SEEN_COUNT;
}

static void put_number(struct pattern_seen *s, enum hw_seen field, uint64_t n)
{
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    put(s, field, (struct hw_span){(const uint8_t *)text + at, sizeof text - at});
}

static void put_hex(struct pattern_seen *s, enum hw_seen field, const uint8_t *bytes, size_t n)
{
    struct hw_buf b;
    hw_buf_init(&b, 128);
    hw_buf_hex(&b, (struct hw_span){bytes, n});
    put(s, field, hw_buf_span(&b));
    hw_buf_done(&b);
}

/* ---- paths ---- */

static size_t name_at(struct hw_span path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/' && path.p[at - 1] != '\\') {
        at--;
    }
    return at;
}

static struct hw_span folder_of(struct hw_span path)
{
    size_t at = name_at(path);
    return hw_span_cut(path, 0, at > 0 ? at - 1 : 0);
}

/* A path, and the same with the separators of Windows where it has others. */
static void put_path(struct pattern_seen *s, enum hw_seen field, struct hw_span path)
{
    uint8_t turned[PATTERN_PART_BYTES];
    bool other = false;
    put(s, field, path);
    for (size_t i = 0; i < path.n && path.n <= sizeof turned; i++) {
        bool slash = path.p[i] == '/';
        other = other || slash;
        turned[i] = slash ? '\\' : path.p[i];
    }
    if (other) {
        put(s, field, (struct hw_span){turned, path.n});
    }
}

/* Of a folder as audits write it, the drive apart. */
static void put_folder(struct pattern_seen *s, struct hw_span folder)
{
    put_path(s, HW_SEEN_FOLDER, folder);
    if (folder.n > 2 && hw_ascii_is_alpha(folder.p[0]) && folder.p[1] == ':' &&
        (folder.p[2] == '\\' || folder.p[2] == '/')) {
        put_path(s, HW_SEEN_FOLDER, hw_span_from(folder, 3));
    }
}

/* The letter of a drive whose files lie below this name of a folder, as collections of a machine's
 * files have it: "C", "C:", "C%3A". 0: it is none. */
static uint8_t drive_of(struct hw_span name)
{
    uint8_t c = name.n > 0 ? name.p[0] : 0;
    struct hw_span rest = hw_span_from(name, 1);
    bool marked = hw_span_is(rest, ":") || hw_span_is_nocase(rest, "%3A");
    bool capital = rest.n == 0 && c >= 'A' && c <= 'Z';
    return capital || (marked && hw_ascii_is_alpha(c)) ? c : 0;
}

/* Where a file of a collection lay on its own machine: .../C/Windows/x.dll was C:\Windows\x.dll. */
static void put_origin(struct pattern_seen *s, struct hw_span path)
{
    uint8_t origin[PATTERN_PART_BYTES];
    for (size_t at = 0; at < path.n && path.n <= sizeof origin;) {
        struct hw_span rest = hw_span_from(path, at);
        size_t n = hw_span_find(rest, '/');
        uint8_t drive = n < rest.n ? drive_of(hw_span_cut(rest, 0, n)) : 0;
        if (drive != 0) {
            size_t length = rest.n - n; /* without the name, with its slash */
            origin[0] = drive;
            origin[1] = ':';
            for (size_t i = 0; i < length && i + 2 < sizeof origin; i++) {
                uint8_t c = rest.p[n + i];
                origin[2 + i] = c == '/' ? '\\' : c;
            }
            struct hw_span was =
                hw_span_cut((struct hw_span){origin, sizeof origin}, 0, length + 2);
            put(s, HW_SEEN_PATH, was);
            put_folder(s, folder_of(was));
            return;
        }
        at += n + 1;
    }
}

static void forget(struct pattern_seen *s, enum hw_seen field)
{
    s->first[field] = s->last[field] = 0;
    s->has &= ~(UINT64_C(1) << field);
    s->at_field = HW_SEEN_COUNT;
}

void pattern_seen_path(struct pattern_seen *s, struct hw_span path)
{
    forget(s, HW_SEEN_PATH);
    forget(s, HW_SEEN_NAME);
    forget(s, HW_SEEN_FOLDER);
    forget(s, HW_SEEN_EXTENSION);
    struct hw_span name = hw_span_from(path, name_at(path)), folder = folder_of(path);
    put_path(s, HW_SEEN_PATH, path);
    put(s, HW_SEEN_NAME, name);
    put_folder(s, folder);
    if (hw_span_find(path, '/') < path.n) {
        put_origin(s, path);
    }
    for (size_t at = name.n; at > 1; at--) {
        if (name.p[at - 1] == '.') {
            put(s, HW_SEEN_EXTENSION, hw_span_from(name, at));
            break;
        }
    }
}

/* ---- files ---- */

/* Names a program takes from others, or gives: NUL behind each; "name>target" where it forwards. */
static void put_symbols(struct pattern_seen *s, enum hw_seen field, struct hw_span list)
{
    while (list.n > 0) {
        size_t n = hw_span_find(list, 0);
        struct hw_span one = hw_span_cut(list, 0, n);
        put(s, field, hw_span_cut(one, 0, hw_span_find(one, '>')));
        list = hw_span_from(list, n + 1);
    }
}

static void put_property(struct pattern_seen *s, const struct hw_fact *f)
{
    if (hw_fact_is(f, HW_PROPERTY_KEY, "pe.timestamp")) {
        put_number(s, HW_SEEN_PE_TIME, hw_fact_get_u64(f, HW_PROPERTY_NUMBER));
    } else if (hw_fact_is(f, HW_PROPERTY_KEY, "pe.version.file-description")) {
        put(s, HW_SEEN_PE_DESCRIPTION, hw_fact_get(f, HW_PROPERTY_TEXT));
    }
}

static void put_component(struct pattern_seen *s, const struct hw_fact *f)
{
    if (hw_fact_is(f, HW_COMPONENT_SOURCE, "version-resource")) {
        put(s, HW_SEEN_PE_ORIGINAL, hw_fact_get(f, HW_COMPONENT_ORIGINAL));
        put(s, HW_SEEN_PE_COMPANY, hw_fact_get(f, HW_COMPONENT_VENDOR));
        put(s, HW_SEEN_PE_PRODUCT, hw_fact_get(f, HW_COMPONENT_PRODUCT));
    }
}

/* What only all facts of a program together say. */
struct program {
    uint8_t signers[SIGNERS][32];
    size_t signer_count;
    uint64_t exports; /* over all parts of their list */
    bool exporting;
};

static void put_certificate(struct pattern_seen *s, const struct hw_fact *f,
                            const struct program *by)
{
    struct hw_span digest = hw_fact_get(f, HW_CERTIFICATE_SHA256);
    for (size_t i = 0; i < by->signer_count; i++) {
        if (hw_span_equal(digest, (struct hw_span){by->signers[i], 32})) {
            put(s, HW_SEEN_PE_SIGNER, hw_fact_get(f, HW_CERTIFICATE_SUBJECT));
            put(s, HW_SEEN_PE_ISSUER, hw_fact_get(f, HW_CERTIFICATE_ISSUER));
            return;
        }
    }
}

/* Facts come by kind: signatures before the certificates they name. */
static void put_fact(struct pattern_seen *s, const struct hw_fact *f, struct program *by)
{
    switch (f->kind) {
    case HW_FACT_PROPERTY:
        put_property(s, f);
        break;
    case HW_FACT_COMPONENT:
        put_component(s, f);
        break;
    case HW_FACT_SECTION:
        put(s, HW_SEEN_PE_SECTION, hw_fact_get(f, HW_SECTION_NAME));
        break;
    case HW_FACT_IMPORT:
        put(s, HW_SEEN_PE_IMPORT, hw_fact_get(f, HW_IMPORT_MODULE));
        put_symbols(s, HW_SEEN_PE_SYMBOL, hw_fact_get(f, HW_IMPORT_SYMBOLS));
        break;
    case HW_FACT_EXPORT:
        if (!by->exporting) {
            put(s, HW_SEEN_PE_EXPORT_NAME, hw_fact_get(f, HW_EXPORT_MODULE));
        }
        by->exporting = true;
        by->exports += hw_fact_get_u64(f, HW_EXPORT_COUNT);
        put_symbols(s, HW_SEEN_PE_EXPORT, hw_fact_get(f, HW_EXPORT_SYMBOLS));
        break;
    case HW_FACT_SIGNATURE:
        if (hw_fact_has(f, HW_SIGNATURE_SIGNER) && by->signer_count < SIGNERS) {
            memcpy(by->signers[by->signer_count++], hw_fact_get(f, HW_SIGNATURE_SIGNER).p, 32);
        }
        break;
    case HW_FACT_CERTIFICATE:
        put_certificate(s, f, by);
        break;
    default:
        break;
    }
}

int pattern_seen_file(struct hw_asking *q, const struct hw_artifact_row *a,
                      struct pattern_seen *out, struct hw_error *err)
{
    /* from PE_TIME on, up to what processes have, it is a program's own */
    uint64_t own = (UINT64_C(1) << HW_SEEN_PROCESS_NAME) - (UINT64_C(1) << HW_SEEN_PE_TIME);
    struct program by = {.exports = 0};
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    pattern_seen_clear(out);
    put_hex(out, HW_SEEN_MD5, a->md5, sizeof a->md5);
    put_hex(out, HW_SEEN_SHA1, a->sha1, sizeof a->sha1);
    put_hex(out, HW_SEEN_SHA256, a->sha256, sizeof a->sha256);
    put_number(out, HW_SEEN_SIZE, a->size);
    if ((out->wanted & own) == 0 || !hw_span_is(hw_span_str(a->format), "pe")) {
        return HW_OK;
    }
    int rc =
        hw_case_facts(q->c, a->reading, a->node, HW_FACT_PROPERTY, HW_FACT_CERTIFICATE, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        put_fact(out, &row.fact, &by);
    }
    hw_cursor_free(k);
    if (by.exporting) {
        put_number(out, HW_SEEN_PE_EXPORT_COUNT, by.exports);
    }
    return rc;
}

/* ---- records ---- */

struct said {
    const struct hw_bound *b;
    const struct hw_span *values;
};

static struct hw_span role(const struct said *r, enum hw_role which)
{
    return hw_bound_get(r->b, which, r->values);
}

/* "MD5=...,SHA256=..." or one digest alone. */
static void put_hashes(struct pattern_seen *s, struct hw_span list)
{
    while (list.n > 0) {
        size_t n = hw_span_find(list, ',');
        struct hw_span one = hw_span_trim(hw_span_cut(list, 0, n));
        size_t equals = hw_span_find(one, '=');
        one = equals < one.n ? hw_span_from(one, equals + 1) : one;
        enum hw_seen field = one.n == 32   ? HW_SEEN_MD5
                             : one.n == 40 ? HW_SEEN_SHA1
                             : one.n == 64 ? HW_SEEN_SHA256
                                           : HW_SEEN_COUNT;
        if (field != HW_SEEN_COUNT) {
            put(s, field, one);
        }
        list = hw_span_from(list, n + 1);
    }
}

static void put_process(struct pattern_seen *s, const struct said *r)
{
    struct hw_span image = role(r, HW_ROLE_IMAGE), parent = role(r, HW_ROLE_PARENT_IMAGE);
    struct hw_span user = role(r, HW_ROLE_USER);
    bool start = r->b->kind == HW_HAPPENED_PROCESS_START || r->b->kind == HW_HAPPENED_PROCESS_EXEC;
    put(s, HW_SEEN_PROCESS_NAME, hw_span_from(image, name_at(image)));
    put_path(s, HW_SEEN_PROCESS_PATH, image);
    put_path(s, HW_SEEN_PROCESS_PATH, folder_of(image));
    put_path(s, HW_SEEN_PROCESS_PARENT, parent);
    put(s, HW_SEEN_PROCESS_PARENT, hw_span_from(parent, name_at(parent)));
    put(s, HW_SEEN_PROCESS_COMMAND, role(r, HW_ROLE_COMMAND));
    put(s, HW_SEEN_PROCESS_USER, user);
    put(s, HW_SEEN_PROCESS_USER, hw_span_from(user, name_at(user)));
    if (start || r->b->kind == HW_HAPPENED_PROCESS_END) {
        put(s, HW_SEEN_PROCESS_EVENT, hw_span_str(start ? "start" : "end"));
    }
}

static void put_file(struct pattern_seen *s, const struct said *r)
{
    struct hw_span path = role(r, HW_ROLE_PATH);
    struct hw_span file = path.n > 0 ? path : role(r, HW_ROLE_IMAGE);
    uint64_t size;
    if (file.n > 0) {
        pattern_seen_path(s, file);
    }
    put_hashes(s, role(r, HW_ROLE_HASH));
    if (hw_span_u64(role(r, HW_ROLE_SIZE), &size)) {
        put_number(s, HW_SEEN_SIZE, size);
    }
    if (r->b->kind == HW_HAPPENED_IMAGE_LOAD) {
        put_path(s, HW_SEEN_MODULE, path);
        put(s, HW_SEEN_MODULE, hw_span_from(path, name_at(path)));
    } else if (r->b->kind == HW_HAPPENED_SERVICE_INSTALL) {
        put_path(s, HW_SEEN_SERVICE_PATH, path);
    } else if (r->b->kind == HW_HAPPENED_TASK_RUN || r->b->kind == HW_HAPPENED_TASK_SET) {
        put_path(s, HW_SEEN_TASK_ACTION, path);
        put(s, HW_SEEN_TASK_ACTION, role(r, HW_ROLE_COMMAND));
    }
}

static void put_host(struct pattern_seen *s, struct hw_span name)
{
    put(s, HW_SEEN_HOST,
        name.n > 0 && name.p[name.n - 1] == '.' ? hw_span_cut(name, 0, name.n - 1) : name);
}

static void put_address(struct pattern_seen *s, struct hw_span a)
{
    bool mapped = hw_span_starts(a, "::ffff:") && hw_span_find(a, '.') < a.n;
    put(s, HW_SEEN_ADDRESS, mapped ? hw_span_from(a, 7) : a);
}

/* The whole of it, its host, and what stands behind its host. */
static void put_url(struct pattern_seen *s, struct hw_span url)
{
    size_t colon = hw_span_find(url, ':');
    bool scheme = hw_span_starts(hw_span_from(url, colon), "://");
    struct hw_span rest = scheme ? hw_span_from(url, colon + 3) : url;
    size_t slash = hw_span_find(rest, '/');
    put(s, HW_SEEN_URL, url);
    if (scheme) {
        struct hw_span host = hw_span_cut(rest, 0, slash);
        put(s, HW_SEEN_URL, hw_span_from(rest, slash));
        put_host(s, hw_span_cut(host, 0, hw_span_find(host, ':')));
    }
}

static void put_net(struct pattern_seen *s, const struct said *r)
{
    struct hw_span answers = role(r, HW_ROLE_ANSWERS);
    put_address(s, role(r, HW_ROLE_DST_IP));
    put_address(s, role(r, HW_ROLE_SRC_IP));
    put(s, HW_SEEN_PORT, role(r, HW_ROLE_DST_PORT));
    put_host(s, role(r, HW_ROLE_DST_NAME));
    put(s, HW_SEEN_AGENT, role(r, HW_ROLE_AGENT));
    put_url(s, role(r, HW_ROLE_URL));
    if (r->b->kind == HW_HAPPENED_DNS) {
        put_host(s, role(r, HW_ROLE_NAME));
        while (answers.n > 0) {
            size_t comma = hw_span_find(answers, ','), semicolon = hw_span_find(answers, ';');
            size_t n = comma < semicolon ? comma : semicolon;
            put_address(s, hw_span_trim(hw_span_cut(answers, 0, n)));
            answers = hw_span_from(answers, n + 1);
        }
    }
}

static void put_key(struct pattern_seen *s, const struct said *r)
{
    struct hw_span key = role(r, HW_ROLE_KEY), task = role(r, HW_ROLE_TASK);
    put(s, HW_SEEN_KEY, key);
    put(s, HW_SEEN_KEY, folder_of(key)); /* logs write the value's name behind its key */
    put(s, HW_SEEN_VALUE_NAME, hw_span_from(key, name_at(key)));
    if (key.n > 0) {
        put(s, HW_SEEN_VALUE_TEXT, role(r, HW_ROLE_VALUE));
    }
    put(s, HW_SEEN_SERVICE, role(r, HW_ROLE_SERVICE));
    put(s, HW_SEEN_TASK, task);
    put(s, HW_SEEN_TASK, hw_span_from(task, name_at(task)));
}

bool pattern_seen_record(const struct hw_bound *b, const struct hw_span *values,
                         struct pattern_seen *out)
{
    struct said r = {b, values};
    pattern_seen_clear(out);
    put_process(out, &r);
    put_file(out, &r);
    put_net(out, &r);
    put_key(out, &r);
    return out->count > 0;
}

bool pattern_seen_other(const struct hw_bound *b, const struct hw_span *values, unsigned i,
                        struct pattern_seen *out)
{
    static const enum hw_role roles[PATTERN_OTHER_PATHS] = {HW_ROLE_IMAGE, HW_ROLE_PARENT_IMAGE,
                                                            HW_ROLE_TARGET_IMAGE};
    struct said r = {b, values};
    struct hw_span path = role(&r, roles[i]);
    /* The image is the record's own file where it names no other. */
    if (path.n == 0 || (roles[i] == HW_ROLE_IMAGE && role(&r, HW_ROLE_PATH).n == 0)) {
        return false;
    }
    pattern_seen_clear(out);
    pattern_seen_path(out, path);
    return true;
}
