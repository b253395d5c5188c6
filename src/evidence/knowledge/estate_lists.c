/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/estate_lists.c -- what an estate may declare, and how a value must look.
 *
 * docs/schema/estate.schema.json says the same to an editor, docs/formats/estate.md to people.
 */
#include "evidence/knowledge/estate.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/json.h"
#include "evidence/knowledge/list_value.h"

enum { TEXT_BYTES = 2048, JOINED_BYTES = 16 * 1024 };

static const char *const host_roles[] = {"build", "signing",           "source",      "vpn",
                                         "mail",  "domain-controller", "workstation", NULL};
static const char *const network_roles[] = {"vpn", "office", "build", "customer", "public", NULL};
static const char *const account_roles[] = {"developer", "build", "service", "admin", NULL};

static const struct hw_estate_field supplier_fields[] = {
    {"org", HW_ESTATE_TEXT, true, NULL, NULL},
    {"product", HW_ESTATE_TEXT, false, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list suppliers = {
    .key = "suppliers",
    .log = "supplier",
    .own = {{"organisation", "name"}},
    .fields = supplier_fields,
};
/* Who is a customer of another has that other as its supplier: the same record. */
static const struct hw_estate_list customers_of = {
    .key = "customers_of",
    .log = "supplier",
    .own = {{"organisation", "name"}},
    .fields = supplier_fields,
};
static const struct hw_estate_field organisation_fields[] = {
    {"name", HW_ESTATE_TEXT, true, NULL, NULL},
    {"domains", HW_ESTATE_TEXTS, false, NULL, NULL},
    {"customers_of", HW_ESTATE_EACH, false, NULL, &customers_of},
    {"suppliers", HW_ESTATE_LIST, false, NULL, &suppliers},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list organisations = {
    .key = "organisations", .log = "organisation", .fields = organisation_fields};

static const struct hw_estate_field address_fields[] = {
    {"ip", HW_ESTATE_ADDRESS, true, NULL, NULL},
    {"from", HW_ESTATE_TIME, false, NULL, NULL},
    {"until", HW_ESTATE_TIME, false, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list addresses = {
    .key = "addresses",
    .log = "host-address",
    .own = {{"host", "name"}, {"org", "org"}},
    .fields = address_fields,
};
static const struct hw_estate_field alias_fields[] = {
    {"name", HW_ESTATE_TEXT, true, NULL, NULL},
    {"from", HW_ESTATE_TIME, false, NULL, NULL},
    {"until", HW_ESTATE_TIME, false, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list aliases = {
    .key = "aliases",
    .log = "host-alias",
    .own = {{"host", "name"}, {"org", "org"}},
    .fields = alias_fields,
};
static const struct hw_estate_field host_fields[] = {
    {"name", HW_ESTATE_TEXT, true, NULL, NULL},
    {"org", HW_ESTATE_TEXT, false, NULL, NULL},
    {"roles", HW_ESTATE_WORDS, false, host_roles, NULL},
    {"fqdn", HW_ESTATE_TEXT, false, NULL, NULL},
    {"machine_id", HW_ESTATE_TEXT, false, NULL, NULL},
    {"addresses", HW_ESTATE_LIST, false, NULL, &addresses},
    {"aliases", HW_ESTATE_LIST, false, NULL, &aliases},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list hosts = {.key = "hosts", .log = "host", .fields = host_fields};

static const struct hw_estate_field network_fields[] = {
    {"cidr", HW_ESTATE_NETWORK, true, NULL, NULL},
    {"org", HW_ESTATE_TEXT, false, NULL, NULL},
    {"role", HW_ESTATE_WORD, false, network_roles, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list networks = {
    .key = "networks", .log = "network", .fields = network_fields};

static const struct hw_estate_field same_as_fields[] = {
    {"same_as", HW_ESTATE_TEXT, true, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list same_as = {
    .key = "same_as",
    .log = "account-alias",
    .own = {{"account", "name"}, {"org", "org"}},
    .fields = same_as_fields,
};
static const struct hw_estate_field account_fields[] = {
    {"name", HW_ESTATE_TEXT, true, NULL, NULL},
    {"org", HW_ESTATE_TEXT, false, NULL, NULL},
    {"person", HW_ESTATE_TEXT, false, NULL, NULL},
    {"roles", HW_ESTATE_WORDS, false, account_roles, NULL},
    {"same_as", HW_ESTATE_EACH, false, NULL, &same_as},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list accounts = {
    .key = "accounts", .log = "account", .fields = account_fields};

static const struct hw_estate_field file_fields[] = {
    {"path", HW_ESTATE_TEXT, false, NULL, NULL},
    {"sha256", HW_ESTATE_SHA256, false, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list files = {
    .key = "files",
    .log = "release-file",
    .own = {{"release", "name"}, {"version", "version"}, {"org", "org"}},
    .fields = file_fields,
    .needs = "path",
    .or_needs = "sha256",
};
static const struct hw_estate_list contains = {
    .key = "contains",
    .log = "release-part",
    .own = {{"release", "name"}, {"version", "version"}, {"org", "org"}},
    .fields = file_fields,
    .needs = "path",
    .or_needs = "sha256",
};
static const struct hw_estate_field release_fields[] = {
    {"name", HW_ESTATE_TEXT, true, NULL, NULL},
    {"version", HW_ESTATE_TEXT, false, NULL, NULL},
    {"org", HW_ESTATE_TEXT, false, NULL, NULL},
    {"published", HW_ESTATE_TIME, false, NULL, NULL},
    {"built_on", HW_ESTATE_TEXT, false, NULL, NULL},
    {"files", HW_ESTATE_LIST, false, NULL, &files},
    {"contains", HW_ESTATE_LIST, false, NULL, &contains},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list releases = {
    .key = "releases", .log = "release", .fields = release_fields, .time = "published"};

static const struct hw_estate_field delivery_fields[] = {
    {"release", HW_ESTATE_TEXT, true, NULL, NULL}, {"version", HW_ESTATE_TEXT, false, NULL, NULL},
    {"to", HW_ESTATE_TEXT, true, NULL, NULL},      {"at", HW_ESTATE_TIME, false, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list deliveries = {
    .key = "deliveries", .log = "delivery", .fields = delivery_fields, .time = "at"};

static const struct hw_estate_field retention_fields[] = {
    {"log", HW_ESTATE_TEXT, true, NULL, NULL},   {"host", HW_ESTATE_TEXT, false, NULL, NULL},
    {"org", HW_ESTATE_TEXT, false, NULL, NULL},  {"days", HW_ESTATE_NUMBER, false, NULL, NULL},
    {"from", HW_ESTATE_TIME, false, NULL, NULL}, {"until", HW_ESTATE_TIME, false, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list retention = {
    .key = "retention",
    .log = "retention",
    .fields = retention_fields,
    .needs = "host",
    .or_needs = "org",
};

static const struct hw_estate_field software_fields[] = {
    {"name", HW_ESTATE_TEXT, true, NULL, NULL},
    {"org", HW_ESTATE_TEXT, false, NULL, NULL},
    {"sanctioned", HW_ESTATE_TRUTH, true, NULL, NULL},
    {NULL, HW_ESTATE_TEXT, false, NULL, NULL},
};
static const struct hw_estate_list software = {
    .key = "software", .log = "software", .fields = software_fields};

const struct hw_estate_list *const hw_estate_lists[] = {
    &organisations, &hosts,     &networks, &accounts, &releases,
    &deliveries,    &retention, &software, &hw_estate_sources, &hw_estate_claims,
    &hw_estate_questions, &hw_estate_counts, &hw_estate_links, &hw_estate_captures, NULL,
};

const struct hw_estate_field *hw_estate_field_find(const struct hw_estate_list *list,
                                                   const char *name)
{
    for (const struct hw_estate_field *f = list->fields; f->name != NULL; f++) {
        if (strcmp(f->name, name) == 0) {
            return f;
        }
    }
    return NULL;
}

/* ---- values ---- */

static bool is_word(const char *const *words, const char *s)
{
    for (; *words != NULL; words++) {
        if (strcmp(*words, s) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_network(struct hw_span s)
{
    struct hw_list_value v;
    return hw_value_network(s, &v);
}

/* An address is what would be a network with its length behind it: ports and names are not. */
static bool is_address(struct hw_span s, struct hw_buf *out)
{
    size_t from = out->n - s.n; /* it has just been put there */
    hw_buf_str(out, "/32");
    bool is = hw_buf_ok(out) && hw_span_find(s, '/') == s.n &&
              is_network(hw_span_from(hw_buf_span(out), from));
    out->n = from + s.n;
    return is;
}

static const char *put_text(const json_t *v, struct hw_buf *out)
{
    struct hw_span s = hw_json_text(v);
    if (!json_is_string(v) || hw_span_trim(s).n == 0) {
        return "a text that is not empty";
    }
    if (s.n > TEXT_BYTES) {
        return "a text of at most 2,048 bytes";
    }
    hw_buf_span_put(out, s);
    return NULL;
}

static const char *put_list(const struct hw_estate_field *f, const json_t *v, struct hw_buf *out,
                            bool *out_odd)
{
    size_t i;
    json_t *one;
    if (!json_is_array(v)) {
        return f->kind == HW_ESTATE_WORDS ? "a list of words" : "a list of texts";
    }
    json_array_foreach(v, i, one)
    {
        hw_buf_str(out, i > 0 ? "," : "");
        const char *why = put_text(one, out);
        if (why != NULL) {
            return f->kind == HW_ESTATE_WORDS ? "a list of words" : "a list of texts";
        }
        *out_odd = *out_odd || (f->words != NULL && !is_word(f->words, json_string_value(one)));
        if (out->n > JOINED_BYTES) {
            return "a list of at most 16 KiB";
        }
    }
    return NULL;
}

static const char *put_written(const struct hw_estate_field *f, const json_t *v, struct hw_buf *out,
                               bool *out_odd, int64_t *out_time)
{
    const char *s = json_string_value(v), *why = put_text(v, out);
    uint8_t digest[32];
    if (why != NULL) {
        return why;
    }
    switch (f->kind) {
    case HW_ESTATE_TIME:
        return hw_time_parse(hw_json_text(v), out_time) ? NULL
                                                        : "an ISO 8601 time: 2023-03-13T06:31:00Z";
    case HW_ESTATE_ADDRESS:
        return is_address(hw_json_text(v), out) ? NULL : "an IPv4 or IPv6 address";
    case HW_ESTATE_NETWORK:
        return is_network(hw_json_text(v)) ? NULL : "a network: 10.8.0.0/24";
    case HW_ESTATE_SHA256:
        return hw_hex_decode(hw_json_text(v), digest, sizeof digest) ? NULL : "64 hex digits";
    case HW_ESTATE_WORD:
        *out_odd = !is_word(f->words, s);
        return NULL;
    default:
        return NULL;
    }
}

const char *hw_estate_value(const struct hw_estate_field *f, const json_t *v, struct hw_buf *out,
                            bool *out_odd, int64_t *out_time)
{
    switch (f->kind) {
    case HW_ESTATE_NUMBER:
        if (!json_is_integer(v) || json_integer_value(v) < 0) {
            return "a whole number, not below zero";
        }
        hw_buf_printf(out, "%lld", (long long)json_integer_value(v));
        return NULL;
    case HW_ESTATE_TRUTH:
        if (!json_is_boolean(v)) {
            return "true or false";
        }
        hw_buf_str(out, json_is_true(v) ? "true" : "false");
        return NULL;
    case HW_ESTATE_WORDS:
    case HW_ESTATE_TEXTS:
        return put_list(f, v, out, out_odd);
    default:
        return put_written(f, v, out, out_odd, out_time);
    }
}
