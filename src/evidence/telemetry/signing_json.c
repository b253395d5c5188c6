/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/signing_json.c -- signing services that log as JSON.
 *
 *   azure-key-vault        category AuditEvent of a vault: operationName KeySign, and all else that
 *                          was done to keys (diagnostic settings, "Azure Key Vault logging";
 *                          or the columns of the table AZKVAuditLogs)
 *   azure-trusted-signing  category SignTransactions of a code signing account
 *   google-kms             Cloud Audit Logs of cloudkms.googleapis.com: AsymmetricSign
 *   vault-transit          HashiCorp Vault's audit device: request.path transit/sign/KEY
 *   json                   anything with time, key or certificate, hash or file, and the word sign
 */
#include "evidence/telemetry/signing.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson_columns.h"
#include "evidence/telemetry/ndjson.h"

enum { PROBE_RECORDS = 4, GENERIC_BITS = 36, VENDOR_BITS = 56 };

/* Names of vendors that stand for something else than their words say, or are not in the table. */
static const struct {
    const char *log, *name;
    enum hw_sign_role role;
} vendor_names[] = {
    {"azure-key-vault", "properties.id", HW_SIGN_KEY},
    {"azure-key-vault", "Id", HW_SIGN_KEY},
    {"azure-key-vault", "properties.requestUri", HW_SIGN_KEY},
    {"azure-key-vault", "RequestUri", HW_SIGN_KEY},
    {"azure-key-vault", "identity.claim.upn", HW_SIGN_USER},
    {"azure-key-vault", "identity.claim.appid", HW_SIGN_USER},
    {"azure-key-vault", "resultSignature", HW_SIGN_NONE},
    {"google-kms", "protoPayload.resourceName", HW_SIGN_KEY},
    {"google-kms", "protoPayload.methodName", HW_SIGN_ACTION},
    {"google-kms", "protoPayload.status.code", HW_SIGN_RESULT},
    {"vault-transit", "request.path", HW_SIGN_KEY},
    {"vault-transit", "auth.display_name", HW_SIGN_USER},
    {"vault-transit", "request.remote_address", HW_SIGN_IP},
    {"vault-transit", "error", HW_SIGN_RESULT},
};

static const char *const added[HW_SIGN_ROLES] = {
    [HW_SIGN_KEY] = "signing.key",   [HW_SIGN_CERT] = "signing.cert",
    [HW_SIGN_HASH] = "signing.hash", [HW_SIGN_PATH] = "signing.path",
    [HW_SIGN_USER] = "signing.user", [HW_SIGN_IP] = "signing.ip",
};

static struct hw_span get2(const struct hw_json_flat *f, const char *one, const char *other)
{
    struct hw_span s = hw_json_get(f, one);
    return s.n > 0 ? s : hw_json_get(f, other);
}

static const char *vendor(const struct hw_json_flat *f)
{
    struct hw_span category = get2(f, "category", "Category");
    struct hw_span resource = get2(f, "resourceId", "_ResourceId");
    if (hw_span_is(category, "AuditEvent") &&
        hw_span_holds_nocase(resource, "/MICROSOFT.KEYVAULT/")) {
        return "azure-key-vault";
    }
    if (hw_span_is(category, "SignTransactions") &&
        hw_span_holds_nocase(resource, "/MICROSOFT.CODESIGNING/")) {
        return "azure-trusted-signing";
    }
    if (hw_span_is(hw_json_get(f, "protoPayload.serviceName"), "cloudkms.googleapis.com")) {
        return "google-kms";
    }
    if (hw_span_starts(hw_json_get(f, "request.path"), "transit/sign/") &&
        hw_json_find(f, "auth.accessor", 0) < f->count) {
        return "vault-transit";
    }
    return NULL;
}

static enum hw_sign_role role_in(const char *log, struct hw_span name)
{
    for (size_t i = 0; i < sizeof vendor_names / sizeof vendor_names[0]; i++) {
        if (strcmp(vendor_names[i].log, log) == 0 && hw_span_is(name, vendor_names[i].name)) {
            return vendor_names[i].role;
        }
    }
    return hw_sign_role_of(name);
}

/* What the record says, the first of each role, and whether the word is in a name or an action. */
static const char *gather(const struct hw_json_flat *f, struct hw_sign_said *s, bool *word)
{
    const char *log = vendor(f);
    *s = (struct hw_sign_said){{{NULL, 0}}};
    *word = false;
    for (size_t i = 0; i < f->count; i++) {
        enum hw_sign_role role = role_in(log == NULL ? "json" : log, f->names[i]);
        *word = *word || hw_sign_word(f->names[i]);
        if (role != HW_SIGN_NONE && s->by[role].n == 0 && f->values[i].n > 0) {
            s->by[role] = f->values[i];
        }
    }
    bool signing = hw_sign_is_signing(s->by[HW_SIGN_ACTION]);
    *word = *word || signing;
    return log != NULL ? log : hw_sign_generic(s, *word) ? "json" : NULL;
}

static bool sees(const struct hw_json_flat *f, void *state)
{
    bool *generic = state;
    struct hw_sign_said s;
    bool word;
    const char *log = gather(f, &s, &word);
    *generic = *generic || (log != NULL && strcmp(log, "json") == 0);
    return log != NULL;
}

unsigned hw_sign_json_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    bool generic = false;
    unsigned seen = hw_json_probe(bytes, fuel, PROBE_RECORDS, sees, &generic);
    return seen == 0 ? 0 : generic ? GENERIC_BITS : VENDOR_BITS;
}

/* Signed, tried, or something else that was done: then the source's own word is the event. */
static struct hw_span event_of(const char *log, const struct hw_sign_said *s)
{
    struct hw_span action = s->by[HW_SIGN_ACTION];
    bool always = strcmp(log, "vault-transit") == 0 || strcmp(log, "azure-trusted-signing") == 0;
    if (!always && action.n > 0 && !hw_sign_is_signing(action)) {
        return action;
    }
    /* Google has a code that is 0 or left out, Vault an error or none. */
    struct hw_span result = s->by[HW_SIGN_RESULT];
    bool coded = strcmp(log, "google-kms") == 0 || strcmp(log, "vault-transit") == 0;
    bool failed = coded ? result.n > 0 && !hw_span_is(result, "0") : hw_sign_has_failed(result);
    return failed ? HW_SPAN_LIT("sign-failed") : HW_SPAN_LIT("signed");
}

static void put(struct hw_records *w, struct hw_json_lines *j, struct hw_columns *c)
{
    const struct hw_json_flat *f = &j->flat;
    struct hw_sign_said s;
    bool word, fits = true;
    const char *log = gather(f, &s, &word);
    struct hw_record out = {.number = j->line, .off = j->off, .time_ns = HW_TIME_NONE};
    hw_columns_begin(c);
    for (size_t i = 0; i < f->count && fits; i++) {
        fits = hw_columns_add(c, 0, f->names[i], f->values[i]);
    }
    for (size_t i = 0; i < HW_SIGN_ROLES && fits; i++) {
        if (added[i] != NULL && s.by[i].n > 0) {
            fits = hw_columns_add(c, 1, hw_span_str(added[i]), s.by[i]);
        }
    }
    if (log == NULL || !fits) {
        hw_records_bad(w, j->line, j->off, j->size, "JSON, and nothing that was signed");
        return;
    }
    if (s.by[HW_SIGN_TIME].n > 0 && !hw_sign_time(s.by[HW_SIGN_TIME], &out)) {
        hw_say_anomaly(w->x, w->n, "bad-time", j->off, j->size,
                       "record %llu has a time that is none", (unsigned long long)j->line);
    }
    hw_columns_put(c, "signing", hw_span_str(log), event_of(log, &s), &out);
}

void hw_sign_json_examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_records w;
    hw_records_init(&w, x, n);
    struct hw_json_lines *j = hw_json_open(&w, x, n);
    struct hw_columns *c = hw_columns_new(&w, NULL);
    while (j != NULL && c != NULL && hw_records_going(&w) && hw_json_next(j)) {
        put(&w, j, c);
    }
    hw_json_close(j);
    hw_records_done(&w);
}
