/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/id.c -- what is hashed for an id: a line that names the form, then each part as a netstring
 * (its length in decimal, ':', its bytes, ','), so that no two lists of parts give the same bytes.
 *
 *   "headwater-entity-1\n" kind scope key              -> "e-" + first 8 bytes of SHA-256, in hex
 *   "headwater-finding-1\n" rule subject discriminator -> "f-" + the same
 */
#include "fact/id.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"

enum { PARTS_BYTES = 128 * 1024 };

static struct hw_span text(const char *s)
{
    return (struct hw_span){(const uint8_t *)s, s == NULL ? 0 : strlen(s)};
}

static int digest_parts(const char *form, const struct hw_span parts[3], uint8_t out[HW_ID_BYTES],
                        struct hw_error *err)
{
    struct hw_buf b;
    uint8_t whole[HW_DIGEST_BYTES_MAX];
    hw_buf_init(&b, PARTS_BYTES);
    hw_buf_str(&b, form);
    for (unsigned i = 0; i < 3; i++) {
        hw_buf_printf(&b, "%zu:", parts[i].n);
        hw_buf_span_put(&b, parts[i]);
        hw_buf_char(&b, ',');
    }
    int rc = hw_buf_ok(&b) ? hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(&b), whole, NULL, err)
                           : hw_fail(err, HW_E_MEMORY, "no memory for an id");
    hw_buf_done(&b);
    if (rc == HW_OK) {
        memcpy(out, whole, HW_ID_BYTES);
    }
    return rc;
}

static void write_hex(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *out++ = digits[p[i] >> 4];
        *out++ = digits[p[i] & 15];
    }
    *out = '\0';
}

static void write_id(char letter, const uint8_t id[HW_ID_BYTES], char out[HW_ID_TEXT])
{
    out[0] = letter;
    out[1] = '-';
    write_hex(id, HW_ID_BYTES, out + 2);
}

int hw_entity_id_bytes(enum hw_entity kind, struct hw_span scope, struct hw_span key,
                       uint8_t out[HW_ID_BYTES], struct hw_error *err)
{
    if (!hw_entity_scoped(kind)) {
        scope = text("");
    }
    struct hw_span parts[3] = {text(hw_entity_word(kind)), scope, key};
    return digest_parts("headwater-entity-1\n", parts, out, err);
}

int hw_entity_id(enum hw_entity kind, struct hw_span scope, struct hw_span key,
                 char out[HW_ID_TEXT], struct hw_error *err)
{
    uint8_t id[HW_ID_BYTES];
    int rc = hw_entity_id_bytes(kind, scope, key, id, err);
    if (rc == HW_OK) {
        write_id('e', id, out);
    }
    return rc;
}

int hw_finding_id(const char *rule, const char *subject, struct hw_span discriminator,
                  char out[HW_ID_TEXT], struct hw_error *err)
{
    uint8_t id[HW_ID_BYTES];
    struct hw_span parts[3] = {text(rule), text(subject), discriminator};
    int rc = digest_parts("headwater-finding-1\n", parts, id, err);
    if (rc == HW_OK) {
        write_id('f', id, out);
    }
    return rc;
}

int hw_incident_id(struct hw_span org, struct hw_span machine, char out[HW_ID_TEXT],
                   struct hw_error *err)
{
    uint8_t id[HW_ID_BYTES];
    struct hw_span parts[3] = {org, machine, {NULL, 0}};
    int rc = digest_parts("headwater-incident-1\n", parts, id, err);
    if (rc == HW_OK) {
        write_id('i', id, out);
    }
    return rc;
}

void hw_scope_of_evidence(const uint8_t sha256[32], char out[HW_SCOPE_TEXT])
{
    memcpy(out, "evidence:", 9);
    write_hex(sha256, 32, out + 9);
}

static int id_of_hash(enum hw_entity kind, const uint8_t sha256[32], char out[HW_ID_TEXT],
                      struct hw_error *err)
{
    char key[65];
    write_hex(sha256, 32, key);
    return hw_entity_id(kind, text(""), text(key), out, err);
}

int hw_artifact_id(const uint8_t sha256[32], char out[HW_ID_TEXT], struct hw_error *err)
{
    return id_of_hash(HW_ENTITY_ARTIFACT, sha256, out, err);
}

int hw_certificate_id(const uint8_t sha256[32], char out[HW_ID_TEXT], struct hw_error *err)
{
    return id_of_hash(HW_ENTITY_CERTIFICATE, sha256, out, err);
}

bool hw_id_is(const char *s)
{
    if ((s[0] != 'e' && s[0] != 'f' && s[0] != 's') || s[1] != '-') {
        return false;
    }
    size_t n = strspn(s + 2, "0123456789abcdef");
    return n >= 1 && n <= 16 && s[2 + n] == '\0';
}
