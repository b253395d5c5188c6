/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/stix_values.c -- properties of observables whose value is matched by itself
 * (STIX 2.1, section 6), and observables that stand in a document without being indicators.
 *
 * What was observed is not what to look for: an observable outside a pattern is context.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/json.h"
#include "evidence/knowledge/stix.h"

struct property {
    const char *type, *path;
    enum hw_list_kind kind;
};
static const struct property properties[] = {
    {"artifact", "hashes.MD5", HW_LIST_MD5},
    {"artifact", "hashes.SHA-1", HW_LIST_SHA1},
    {"artifact", "hashes.SHA-256", HW_LIST_SHA256},
    {"artifact", "hashes.SHA-512", HW_LIST_SHA512},
    {"domain-name", "value", HW_LIST_DOMAIN},
    {"email-addr", "value", HW_LIST_EMAIL},
    {"email-message", "from_ref.value", HW_LIST_EMAIL},
    {"email-message", "sender_ref.value", HW_LIST_EMAIL},
    {"file", "extensions.windows-pebinary-ext.imphash", HW_LIST_IMPHASH},
    {"file", "hashes.IMPHASH", HW_LIST_IMPHASH},
    {"file", "hashes.MD5", HW_LIST_MD5},
    {"file", "hashes.SHA-1", HW_LIST_SHA1},
    {"file", "hashes.SHA-256", HW_LIST_SHA256},
    {"file", "hashes.SHA-512", HW_LIST_SHA512},
    {"file", "name", HW_LIST_FILENAME},
    {"ipv4-addr", "value", HW_LIST_ADDRESS},
    {"ipv6-addr", "value", HW_LIST_ADDRESS},
    {"url", "value", HW_LIST_URL},
    {"x509-certificate", "hashes.SHA-1", HW_LIST_CERT_SHA1},
    {"x509-certificate", "hashes.SHA-256", HW_LIST_CERT_SHA256},
    {"x509-certificate", "serial_number", HW_LIST_CERT_SERIAL},
};

enum hw_list_kind hw_stix_value_kind(struct hw_span type, struct hw_span path)
{
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        if (hw_span_is(type, properties[i].type) && hw_span_is(path, properties[i].path)) {
            return properties[i].kind;
        }
    }
    return HW_LIST_NONE;
}

static void say(struct stix_doc *d, const json_t *v, enum hw_list_kind kind, const json_t *id)
{
    struct hw_taught taught;
    hw_taught_init(&taught);
    taught.line = d->line;
    taught.off = d->off;
    taught.as = kind;
    taught.raw = hw_json_text(v);
    taught.id = hw_json_text(id);
    taught.role = "context";
    if (taught.raw.n > 0) {
        hw_teach_indicator(&d->t, &taught);
    }
}

void hw_stix_observable(struct stix_doc *d, const json_t *v)
{
    struct hw_span type = hw_json_text(json_object_get(v, "type"));
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        const char *path = properties[i].path;
        if (!hw_span_is(type, properties[i].type) || strstr(path, "_ref") != NULL) {
            continue;
        }
        const json_t *at = v;
        while (at != NULL && *path != '\0') {
            size_t n = strcspn(path, ".");
            at = json_object_getn(at, path, n);
            path += n + (path[n] == '.');
        }
        say(d, at, properties[i].kind, json_object_get(v, "id"));
    }
}
