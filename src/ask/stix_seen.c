/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/stix_seen.c -- what one record lets be observed, as objects of STIX (STIX 2.1, section 6).
 *
 * Roles of the mapping become properties: an image is the file a process runs, its hash is that
 * file's, a path is another file. Values are the log's own; only numbers are made of those that
 * are numbers, and names of files are told apart from their folders.
 */
#include "ask/stix.h"

#include "base/text.h"

static const char *const types[STIX_SEEN_TYPES] = {
    "process",     "file", "network-traffic", "ipv4-addr", "ipv6-addr",
    "domain-name", "url",  "user-account",    "directory", "windows-registry-key",
    "mac-addr",
};

uint32_t stix_seen_type(struct hw_span type)
{
    for (unsigned i = 0; i < STIX_SEEN_TYPES && types[i] != NULL; i++) {
        if (hw_span_is(type, types[i])) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

/* ---- building ---- */

static struct hw_stix_member *put(struct stix_seen *s, const char *key)
{
    if (s->member_count == STIX_SEEN_MEMBERS) {
        return NULL;
    }
    struct hw_stix_member *m = &s->members[s->member_count++];
    *m = (struct hw_stix_member){.key = hw_span_str(key)};
    return m;
}

static void put_text(struct stix_seen *s, const char *key, struct hw_span v)
{
    struct hw_stix_member *m = v.n == 0 ? NULL : put(s, key);
    if (m != NULL) {
        m->value.kind = HW_STIX_TEXT;
        m->value.v.text = v;
    }
}

/* A number where it is one, decimal or 0x; else the text. */
static void put_number(struct stix_seen *s, const char *key, struct hw_span v)
{
    uint64_t n = 0;
    bool hex = hw_span_starts(v, "0x") && v.n > 2 && v.n <= 17, ok = hex;
    for (size_t i = 2; hex && i < v.n; i++) {
        uint8_t c = hw_ascii_lower(v.p[i]);
        bool letter = c >= 'a' && c <= 'f';
        ok = ok && (letter || hw_ascii_is_digit(c));
        n = n << 4 | (uint64_t)(letter ? c - 'a' + 10 : c - '0');
    }
    if (!ok) {
        n = 0;
        ok = !hex && hw_span_u64(v, &n);
    }
    if (!ok || n > INT64_MAX) {
        put_text(s, key, v);
        return;
    }
    struct hw_stix_member *m = put(s, key);
    if (m != NULL) {
        m->value.kind = HW_STIX_INT;
        m->value.v.integer = (int64_t)n;
    }
}

static void put_members(struct stix_seen *s, const char *key, enum hw_stix_kind kind, size_t from,
                        size_t n)
{
    struct hw_stix_member *m = n == 0 ? NULL : put(s, key);
    if (m != NULL) {
        m->value.kind = kind;
        m->value.v.members.p = &s->members[from];
        m->value.v.members.n = n;
    }
}

/* Members put from here on are the object's, until end(). */
static struct hw_stix_object *begin(struct stix_seen *s, const char *type, const char *id)
{
    if (s->o.count == STIX_SEEN_OBJECTS) {
        return NULL;
    }
    struct hw_stix_object *o = &s->objects[s->o.count++];
    *o = (struct hw_stix_object){
        .type = hw_span_str(type), .id = hw_span_str(id), .members = s->members + s->member_count};
    s->types |= stix_seen_type(o->type);
    return o;
}

static void end(struct stix_seen *s, struct hw_stix_object *o)
{
    if (o != NULL) {
        o->count = (size_t)(s->members + s->member_count - o->members);
    }
}

/* ---- files ---- */

static size_t name_at(struct hw_span path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '\\' && path.p[at - 1] != '/') {
        at--;
    }
    return at;
}

/* "SHA256=...,MD5=..." as Sysmon writes it, or one hash, known by its length. */
static size_t put_hashes(struct stix_seen *s, struct hw_span all)
{
    static const struct {
        size_t digits;
        const char *name;
    } hashes[] = {{32, "MD5"}, {40, "SHA-1"}, {64, "SHA-256"}, {128, "SHA-512"}};
    size_t from = s->member_count;
    while (all.n > 0) {
        struct hw_span one = hw_span_cut(all, 0, hw_span_find(all, ','));
        all = hw_span_from(all, one.n + 1);
        size_t equals = hw_span_find(one, '=');
        struct hw_span name = hw_span_trim(hw_span_cut(one, 0, equals));
        struct hw_span value = hw_span_trim(equals < one.n ? hw_span_from(one, equals + 1) : one);
        if (equals < one.n && hw_span_is_nocase(name, "imphash")) {
            put_text(s, "IMPHASH", value);
            continue;
        }
        for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
            if (value.n == hashes[i].digits) {
                put_text(s, hashes[i].name, value);
            }
        }
    }
    return s->member_count - from;
}

static void put_file(struct stix_seen *s, const char *id, const char *folder_id,
                     struct hw_span path, struct hw_span hash)
{
    if (path.n == 0 && hash.n == 0) {
        return;
    }
    size_t from = s->member_count, hashes = put_hashes(s, hash), at = name_at(path);
    struct hw_stix_object *o = begin(s, "file", id);
    put_text(s, "name", hw_span_from(path, at));
    put_members(s, "hashes", HW_STIX_DICT, from, hashes);
    if (at > 0) {
        put_text(s, "parent_directory_ref", hw_span_str(folder_id));
    }
    end(s, o);
    if (at > 0) {
        struct hw_stix_object *folder = begin(s, "directory", folder_id);
        put_text(s, "path", hw_span_cut(path, 0, at > 1 ? at - 1 : at));
        end(s, folder);
    }
}

void stix_seen_file(struct hw_span name, uint64_t size, struct hw_span sha256, struct hw_span sha1,
                    struct hw_span md5, struct stix_seen *out)
{
    *out = (struct stix_seen){.o = {.objects = out->objects, .number = 1}};
    size_t from = out->member_count;
    put_text(out, "SHA-256", sha256);
    put_text(out, "SHA-1", sha1);
    put_text(out, "MD5", md5);
    size_t hashes = out->member_count - from;
    struct hw_stix_object *o = begin(out, "file", "file");
    put_text(out, "name", hw_span_from(name, name_at(name)));
    put_members(out, "hashes", HW_STIX_DICT, from, hashes);
    struct hw_stix_member *m = size > INT64_MAX ? NULL : put(out, "size");
    if (m != NULL) {
        m->value.kind = HW_STIX_INT;
        m->value.v.integer = (int64_t)size;
    }
    end(out, o);
}

/* ---- one record ---- */

struct said {
    const struct hw_bound *b;
    const struct hw_span *values;
};

static struct hw_span role(const struct said *r, enum hw_role which)
{
    return hw_bound_get(r->b, which, r->values);
}

static void put_process(struct stix_seen *s, const struct said *r, const char *id, bool parent)
{
    struct hw_span image = role(r, parent ? HW_ROLE_PARENT_IMAGE : HW_ROLE_IMAGE);
    struct hw_span pid = role(r, parent ? HW_ROLE_PARENT_PID : HW_ROLE_PID);
    struct hw_span command = role(r, parent ? HW_ROLE_PARENT_COMMAND : HW_ROLE_COMMAND);
    if (image.n == 0 && pid.n == 0 && command.n == 0) {
        return;
    }
    struct hw_stix_object *o = begin(s, "process", id);
    put_number(s, "pid", pid);
    put_text(s, "name", hw_span_from(image, name_at(image))); /* of STIX 2.0 */
    put_text(s, "command_line", command);
    if (image.n > 0) {
        put_text(s, "image_ref", hw_span_str(parent ? "parent-image" : "image"));
        put_text(s, "binary_ref", hw_span_str(parent ? "parent-image" : "image")); /* of 2.0 */
    }
    if (!parent) {
        put_text(s, "cwd", role(r, HW_ROLE_CWD));
        put_text(s, "creator_user_ref", hw_span_str("user"));
        put_text(s, "parent_ref", hw_span_str("parent"));
    }
    end(s, o);
}

static const char *put_host(struct stix_seen *s, struct hw_span v, const char *id)
{
    if (v.n == 0) {
        return NULL;
    }
    bool v6 = hw_span_find(v, ':') < v.n;
    struct hw_stix_object *o = begin(s, v6 ? "ipv6-addr" : "ipv4-addr", id);
    put_text(s, "value",
             hw_span_starts(v, "::ffff:") && hw_span_find(v, '.') < v.n ? hw_span_from(v, 7) : v);
    end(s, o);
    return id;
}

static void put_name(struct stix_seen *s, struct hw_span v, const char *id)
{
    struct hw_stix_object *o = v.n == 0 ? NULL : begin(s, "domain-name", id);
    if (o != NULL) {
        put_text(s, "value", v.p[v.n - 1] == '.' ? hw_span_cut(v, 0, v.n - 1) : v);
        end(s, o);
    }
}

static void put_flow(struct stix_seen *s, const struct said *r)
{
    struct hw_span port = role(r, HW_ROLE_DST_PORT), name = role(r, HW_ROLE_DST_NAME);
    struct hw_span proto = role(r, HW_ROLE_PROTO);
    const char *src = put_host(s, role(r, HW_ROLE_SRC_IP), "src");
    const char *dst = put_host(s, role(r, HW_ROLE_DST_IP), "dst");
    put_name(s, name, "dst-name");
    if (dst == NULL && port.n == 0) {
        return;
    }
    size_t from = s->member_count;
    put_text(s, "", proto);
    size_t protocols = s->member_count - from;
    struct hw_stix_object *o = begin(s, "network-traffic", "flow");
    put_text(s, "src_ref", hw_span_str(src));
    put_text(s, "dst_ref", hw_span_str(dst != NULL ? dst : name.n > 0 ? "dst-name" : NULL));
    put_number(s, "src_port", role(r, HW_ROLE_SRC_PORT));
    put_number(s, "dst_port", port);
    put_members(s, "protocols", HW_STIX_LIST, from, protocols);
    end(s, o);
}

static void put_question(struct stix_seen *s, const struct said *r)
{
    static const char *const ids[] = {"a1", "a2", "a3", "a4"};
    struct hw_span answers = role(r, HW_ROLE_ANSWERS), name = role(r, HW_ROLE_NAME);
    size_t from = s->member_count, n = 0;
    struct hw_span found[4];
    while (answers.n > 0 && n < 4) {
        struct hw_span one = hw_span_trim(hw_span_cut(
            answers, 0,
            hw_span_find(answers, ';') < hw_span_find(answers, ',') ? hw_span_find(answers, ';')
                                                                    : hw_span_find(answers, ',')));
        answers = hw_span_from(answers, (size_t)(one.p + one.n - answers.p) + 1);
        if (one.n > 0 && (hw_ascii_is_digit(one.p[0]) || hw_span_find(one, ':') < one.n) &&
            hw_span_find(one, ' ') == one.n) {
            put_text(s, "", hw_span_str(ids[n]));
            found[n++] = one;
        }
    }
    size_t refs = s->member_count - from;
    if (name.n > 0) {
        struct hw_stix_object *o = begin(s, "domain-name", "question");
        put_text(s, "value", name.p[name.n - 1] == '.' ? hw_span_cut(name, 0, name.n - 1) : name);
        put_members(s, "resolves_to_refs", HW_STIX_LIST, from, refs);
        end(s, o);
    }
    for (size_t i = 0; i < n; i++) {
        (void)put_host(s, found[i], ids[i]);
    }
}

static void put_key(struct stix_seen *s, const struct said *r)
{
    struct hw_span key = role(r, HW_ROLE_KEY), value = role(r, HW_ROLE_VALUE);
    if (key.n == 0) {
        return;
    }
    size_t at = name_at(key), from = s->member_count;
    put_text(s, "name", hw_span_from(key, at));
    put_text(s, "data", value);
    size_t pair = s->member_count - from, list = s->member_count;
    if (pair > 0) {
        put_members(s, "", HW_STIX_DICT, from, pair);
    }
    size_t values = s->member_count - list;
    struct hw_stix_object *o = begin(s, "windows-registry-key", "key");
    /* logs write the value behind its key */
    put_text(s, "key", value.n > 0 && at > 1 ? hw_span_cut(key, 0, at - 1) : key);
    put_members(s, "values", HW_STIX_LIST, list, values);
    end(s, o);
}

bool stix_seen_record(const struct hw_bound *b, const struct hw_span *values, int64_t at,
                      struct stix_seen *out)
{
    struct said r = {b, values};
    struct hw_span hash = role(&r, HW_ROLE_HASH), path = role(&r, HW_ROLE_PATH), none = {NULL, 0};
    struct hw_span url = role(&r, HW_ROLE_URL), user = role(&r, HW_ROLE_USER);
    bool of_image = path.n == 0;
    out->o =
        (struct hw_stix_observation){.objects = out->objects, .first = at, .last = at, .number = 1};
    out->types = 0;
    out->member_count = 0;
    put_process(out, &r, "process", false);
    put_process(out, &r, "parent", true);
    put_file(out, "image", "image-folder", role(&r, HW_ROLE_IMAGE), of_image ? hash : none);
    put_file(out, "parent-image", "parent-folder", role(&r, HW_ROLE_PARENT_IMAGE), none);
    put_file(out, "file", "folder", path, of_image ? none : hash);
    if (user.n > 0) {
        struct hw_stix_object *o = begin(out, "user-account", "user");
        size_t slash = name_at(user);
        put_text(out, "account_login", hw_span_from(user, slash));
        put_text(out, "user_id", user);
        end(out, o);
    }
    put_flow(out, &r);
    if (b->kind == HW_HAPPENED_DNS) {
        put_question(out, &r);
    }
    put_key(out, &r);
    if (url.n > 0) {
        struct hw_stix_object *o = begin(out, "url", "url");
        put_text(out, "value", url);
        end(out, o);
    }
    return out->o.count > 0;
}
