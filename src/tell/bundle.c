/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/bundle.c -- objects of STIX 2.1, each once.
 *
 * Ids of observables: section 2.9, UUID version 5 in the standard's own space over the canonical
 * JSON (RFC 8785) of the properties that section 6 names for each type.
 */
#include "tell/bundle.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"

enum {
    TABLE = 1 << 16, /* rooms for ids; a power of two */
    FULL = TABLE / 4 * 3,
};

/* 00abedb4-aa42-466c-9c01-fed23315a9b7 */
static const uint8_t observables[16] = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                                        0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};

/* ---- what was written ---- */

static bool add(struct hw_bundle *x, const char *id)
{
    uint8_t d[HW_DIGEST_BYTES_MAX] = {0};
    struct hw_error err;
    if (x->failed || x->seen_count >= FULL ||
        hw_digest_once(HW_DIGEST_SHA256, hw_span_str(id), d, NULL, &err) != HW_OK) {
        x->failed = true;
        return false;
    }
    size_t at = ((size_t)d[0] | (size_t)d[1] << 8 | (size_t)d[2] << 16) % TABLE;
    static const uint8_t none[32];
    for (; memcmp(x->seen[at], none, 32) != 0; at = (at + 1) % TABLE) {
        if (memcmp(x->seen[at], d, 32) == 0) {
            return false;
        }
    }
    memcpy(x->seen[at], d, 32);
    x->seen_count++;
    hw_buf_printf(&x->refs, "%s\"%s\"", x->refs.n > 0 ? "," : "", id);
    return true;
}

/* ---- ids ---- */

static void id_of(struct hw_bundle *x, const char *type, const uint8_t space[16],
                  struct hw_span name, char out[HW_STIX_ID])
{
    char uuid[HW_UUID_TEXT];
    if (!hw_uuid_named(space, name, uuid)) {
        x->failed = true;
    }
    (void)snprintf(out, HW_STIX_ID, "%.40s--%s", type, uuid);
}

void hw_bundle_id(struct hw_bundle *x, const char *type, const char *kind, struct hw_span name,
                  char out[HW_STIX_ID])
{
    hw_buf_clear(&x->words);
    hw_buf_printf(&x->words, "%s\n%s\n", type, kind);
    hw_buf_span_put(&x->words, name);
    x->failed = x->failed || !hw_buf_ok(&x->words);
    id_of(x, type, x->space, hw_buf_span(&x->words), out);
}

/* A string as RFC 8785 3.2.2.2 has it. */
static void canonical(struct hw_buf *b, struct hw_span s)
{
    static const char short_of[] = "btn\0fr"; /* of 08 to 0d */
    hw_buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '"' || c == '\\') {
            hw_buf_char(b, '\\');
            hw_buf_char(b, (char)c);
        } else if (c >= 0x08 && c <= 0x0d && short_of[c - 0x08] != '\0') {
            hw_buf_char(b, '\\');
            hw_buf_char(b, short_of[c - 0x08]);
        } else if (c < 0x20) {
            hw_buf_printf(b, "\\u%04x", (unsigned)c);
        } else {
            hw_buf_char(b, (char)c);
        }
    }
    hw_buf_char(b, '"');
}

/* ---- objects ---- */

static void open_bare(struct hw_bundle *x, const char *type, const char *id)
{
    hw_doc_open(&x->b, NULL, '{');
    hw_doc_words(&x->b, "type", type);
    hw_doc_words(&x->b, "spec_version", "2.1");
    hw_doc_words(&x->b, "id", id);
    if (x->marking != NULL) {
        hw_bundle_refer(x, "object_marking_refs", x->marking);
    }
}

bool hw_bundle_open(struct hw_bundle *x, const char *type, const char *id)
{
    if (!add(x, id)) {
        return false;
    }
    open_bare(x, type, id);
    if (strcmp(id, x->me) != 0) {
        hw_doc_words(&x->b, "created_by_ref", x->me);
    }
    hw_doc_time(&x->b, "created", x->born);
    hw_doc_time(&x->b, "modified", x->now);
    return true;
}

void hw_bundle_close(struct hw_bundle *x)
{
    hw_doc_close(&x->b, '}');
}

void hw_bundle_refer(struct hw_bundle *x, const char *key, const char *id)
{
    hw_doc_open(&x->b, key, '[');
    hw_doc_words(&x->b, NULL, id);
    hw_doc_close(&x->b, ']');
}

static void identity(struct hw_bundle *x, const char *id, struct hw_span name, const char *of)
{
    if (hw_bundle_open(x, "identity", id)) {
        hw_doc_name(&x->b, "name", name, "not named");
        hw_doc_words(&x->b, "identity_class", of);
        hw_bundle_close(x);
    }
}

void hw_bundle_organisation(struct hw_bundle *x, struct hw_span scope, char out[HW_STIX_ID])
{
    struct hw_span org = hw_doc_org(scope);
    if (org.n == 0) {
        memcpy(out, x->me, HW_STIX_ID);
        return;
    }
    hw_bundle_id(x, "identity", "organisation", org, out);
    identity(x, out, org, "organization");
}

/* By organisation and name: what tells of a machine does not always know its id. */
void hw_bundle_machine(struct hw_bundle *x, struct hw_span org, struct hw_span host,
                       char out[HW_STIX_ID])
{
    struct hw_buf key;
    hw_buf_init(&key, org.n + host.n + 64);
    hw_buf_span_put(&key, org);
    hw_buf_char(&key, '\n');
    hw_buf_span_put(&key, host);
    hw_bundle_id(x, "identity", "machine", hw_buf_span(&key), out);
    x->failed = x->failed || !hw_buf_ok(&key);
    hw_buf_done(&key);
    identity(x, out, host, "system");
}

/* ---- observables ---- */

const char *hw_bundle_hash(struct hw_span hex)
{
    uint8_t bytes[64];
    const char *name = hex.n == 32    ? "MD5"
                       : hex.n == 40  ? "SHA-1"
                       : hex.n == 64  ? "SHA-256"
                       : hex.n == 128 ? "SHA-512"
                                      : NULL;
    return name != NULL && hw_hex_decode(hex, bytes, hex.n / 2) ? name : NULL;
}

const char *hw_bundle_family(struct hw_span address)
{
    uint8_t bytes[16];
    return !hw_address_bytes(address, bytes)        ? NULL
           : hw_span_find(address, ':') < address.n ? "ipv6-addr"
                                                    : "ipv4-addr";
}

void hw_bundle_file(struct hw_bundle *x, struct hw_span hash, struct hw_span path,
                    char out[HW_STIX_ID])
{
    const char *alg = hw_bundle_hash(hash);
    struct hw_buf name, key;
    hw_buf_init(&name, HW_DOC_NAME + 8);
    hw_buf_init(&key, 8 * HW_DOC_NAME);
    hw_doc_clean(&name, hw_doc_base(path), HW_DOC_NAME);
    out[0] = '\0';
    hw_buf_char(&key, '{');
    if (alg != NULL) {
        hw_buf_printf(&key, "\"hashes\":{\"%s\":", alg);
        canonical(&key, hash);
        hw_buf_char(&key, '}');
    }
    if (name.n > 0) {
        hw_buf_str(&key, alg != NULL ? ",\"name\":" : "\"name\":");
        canonical(&key, hw_buf_span(&name));
    }
    hw_buf_char(&key, '}');
    if (alg != NULL || name.n > 0) {
        id_of(x, "file", observables, hw_buf_span(&key), out);
    }
    if (out[0] != '\0' && add(x, out)) {
        open_bare(x, "file", out);
        if (alg != NULL) {
            hw_doc_open(&x->b, "hashes", '{');
            hw_doc_text(&x->b, alg, hash);
            hw_doc_close(&x->b, '}');
        }
        if (name.n > 0) {
            hw_doc_text(&x->b, "name", hw_buf_span(&name));
        }
        hw_bundle_close(x);
    }
    x->failed = x->failed || !hw_buf_ok(&key) || !hw_buf_ok(&name);
    hw_buf_done(&key);
    hw_buf_done(&name);
}

void hw_bundle_value(struct hw_bundle *x, const char *type, struct hw_span value,
                     char out[HW_STIX_ID])
{
    struct hw_buf clean, key;
    hw_buf_init(&clean, HW_DOC_TEXT + 8);
    hw_buf_init(&key, 8 * HW_DOC_TEXT);
    hw_doc_clean(&clean, value, HW_DOC_TEXT);
    out[0] = '\0';
    hw_buf_str(&key, "{\"value\":");
    canonical(&key, hw_buf_span(&clean));
    hw_buf_char(&key, '}');
    if (clean.n > 0 && (strcmp(type, "url") != 0 || hw_doc_is_url(hw_buf_span(&clean)))) {
        id_of(x, type, observables, hw_buf_span(&key), out);
        if (add(x, out)) {
            open_bare(x, type, out);
            hw_doc_text(&x->b, "value", hw_buf_span(&clean));
            hw_bundle_close(x);
        }
    }
    x->failed = x->failed || !hw_buf_ok(&key) || !hw_buf_ok(&clean);
    hw_buf_done(&key);
    hw_buf_done(&clean);
}

/* Name and version are what the standard's id of software is made of; the release's own string has
 * both, and nothing here takes it apart. */
static void software(struct hw_bundle *x, struct hw_span name, char out[HW_STIX_ID])
{
    struct hw_buf clean, key;
    hw_buf_init(&clean, HW_DOC_NAME + 8);
    hw_buf_init(&key, 8 * HW_DOC_NAME);
    hw_doc_clean(&clean, name, HW_DOC_NAME);
    hw_buf_str(&key, "{\"name\":");
    canonical(&key, hw_buf_span(&clean));
    hw_buf_char(&key, '}');
    id_of(x, "software", observables, hw_buf_span(&key), out);
    if (add(x, out)) {
        open_bare(x, "software", out);
        hw_doc_name(&x->b, "name", hw_buf_span(&clean), "not named");
        hw_bundle_close(x);
    }
    x->failed = x->failed || !hw_buf_ok(&key) || !hw_buf_ok(&clean);
    hw_buf_done(&key);
    hw_buf_done(&clean);
}

/* Who an account is nobody outside needs to know: its id tells it from others. */
static void account(struct hw_bundle *x, const struct hw_end *e, char out[HW_STIX_ID])
{
    struct hw_buf key;
    hw_buf_init(&key, 256);
    hw_buf_printf(&key, "{\"user_id\":\"%s\"}", e->id);
    id_of(x, "user-account", observables, hw_buf_span(&key), out);
    hw_buf_done(&key);
    if (add(x, out)) {
        open_bare(x, "user-account", out);
        hw_doc_words(&x->b, "user_id", e->id);
        hw_bundle_close(x);
    }
}

void hw_bundle_thing(struct hw_bundle *x, const struct hw_end *e, char out[HW_STIX_ID])
{
    struct hw_span name = e->name.n > 0 ? e->name : e->key, none = {NULL, 0};
    const char *kind = e->kind, *family = hw_bundle_family(name);
    out[0] = '\0';
    if (strcmp(kind, "host") == 0) {
        hw_bundle_machine(x, e->org, name, out);
    } else if (strcmp(kind, "organisation") == 0) {
        hw_bundle_organisation(x, name, out);
    } else if (strcmp(kind, "artifact") == 0 && hw_bundle_hash(e->key) != NULL) {
        hw_bundle_file(x, e->key, none, out);
    } else if (strcmp(kind, "file") == 0) {
        hw_bundle_file(x, none, name, out);
    } else if (strcmp(kind, "address") == 0 && family != NULL) {
        hw_bundle_value(x, family, name, out);
    } else if (strcmp(kind, "domain") == 0) {
        hw_bundle_value(x, "domain-name", name, out);
    } else if (strcmp(kind, "url") == 0) {
        hw_bundle_value(x, "url", name, out);
    } else if (strcmp(kind, "release") == 0 || strcmp(kind, "package") == 0) {
        software(x, name, out);
    } else if (strcmp(kind, "account") == 0) {
        account(x, e, out);
    }
}

/* ---- the bundle ---- */

/* TLP 2.0 as OASIS published it for STIX 2.1: fixed objects, which every bundle repeats. */
static void mark(struct hw_bundle *x)
{
    static const char *const ids[] = {
        [HW_TLP_CLEAR] = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        [HW_TLP_GREEN] = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        [HW_TLP_AMBER] = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        [HW_TLP_STRICT] = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        [HW_TLP_RED] = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    };
    static const char *const names[] = {"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
    enum hw_tlp t = hw_tlp_read(x->r->tlp);
    x->marking = ids[t];
    if (t == HW_TLP_NONE) {
        return;
    }
    hw_buf_printf(&x->b,
                  "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"%s\","
                  "\"created\":\"2022-10-01T00:00:00.000Z\",\"name\":\"TLP:%s\",\"extensions\":{"
                  "\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":{"
                  "\"extension_type\":\"property-extension\",\"tlp_2_0\":\"%s\"}}}",
                  ids[t], names[t], hw_tlp_word(t));
}

/* The case's first action; without one, its first reading. Never after the report. */
static int64_t born(const struct hw_report_answer *r, int64_t now)
{
    int64_t t = now;
    for (const struct hw_report_action *a = r->actions; a != NULL; a = a->next) {
        t = hw_doc_has_time(a->at) && a->at < t ? a->at : t;
    }
    for (const struct hw_report_evidence *e = r->evidence; e != NULL; e = e->next) {
        t = hw_doc_has_time(e->read) && e->read < t ? e->read : t;
    }
    return t;
}

bool hw_bundle_init(struct hw_bundle *x, const struct hw_report_answer *r, const char *kind)
{
    char id[HW_STIX_ID];
    struct hw_buf name;
    *x = (struct hw_bundle){.r = r, .now = hw_doc_has_time(r->as_of) ? r->as_of : 0};
    hw_buf_init(&x->b, HW_DOC_BYTES);
    hw_buf_init(&x->refs, HW_DOC_BYTES);
    hw_buf_init(&x->words, 1 << 20);
    x->arena = hw_arena_new((size_t)TABLE * 32 + 4096);
    x->seen = x->arena == NULL ? NULL : hw_arena_array(x->arena, TABLE, 32);
    x->failed = x->seen == NULL || !hw_uuid_of_case(r, x->space, x->uuid);
    if (x->failed) {
        return false;
    }
    x->born = born(r, x->now);
    char when[HW_DOC_TIME];
    hw_bundle_id(x, "bundle", kind, hw_span_str(hw_doc_moment(x->now, when)), id);
    hw_buf_printf(&x->b, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", id);
    mark(x);
    hw_bundle_id(x, "identity", "case", (struct hw_span){NULL, 0}, x->me);
    hw_buf_init(&name, 128);
    hw_buf_printf(&name, "Headwater case %s", x->uuid);
    identity(x, x->me, hw_buf_span(&name), "system");
    hw_buf_done(&name);
    return hw_bundle_ok(x);
}

bool hw_bundle_ok(const struct hw_bundle *x)
{
    return !x->failed && hw_buf_ok(&x->b) && hw_buf_ok(&x->refs);
}

void hw_bundle_done(struct hw_bundle *x)
{
    hw_buf_done(&x->b);
    hw_buf_done(&x->refs);
    hw_buf_done(&x->words);
    hw_arena_free(x->arena);
}
