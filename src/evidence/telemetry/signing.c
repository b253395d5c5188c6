/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/signing.c -- who had which bytes signed by which key.
 *
 * A signature proves the key and not the hand. The hand is in the log of the service or module that
 * holds the key, and there is no standard for it: each vendor has names of its own. So a table of
 * spellings says what a name stands for. Every value stays under the source's own name, and what
 * the table knows is there a second time under one name for all (signing.key, signing.hash ...), so
 * that one mapping serves every vendor.
 *
 * Chapters: signing_json.c (services as JSON: Azure Key Vault and Trusted Signing, Google Cloud
 * KMS, HashiCorp Vault's transit engine, and any other with the right names), signing_csv.c
 * (exports), signing_tool.c (what signtool prints). AWS KMS is in CloudTrail, a mapped log.
 */
#include "evidence/telemetry/signing.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "base/time_words.h"
#include "evidence/telemetry/ndjson.h"

enum { FOLDED_BYTES = 48 };

/* Names without case and punctuation. */
static const struct {
    const char *name;
    enum hw_sign_role role;
} spellings[] = {
    {"time", HW_SIGN_TIME},
    {"timestamp", HW_SIGN_TIME},
    {"datetime", HW_SIGN_TIME},
    {"date", HW_SIGN_TIME},
    {"eventtime", HW_SIGN_TIME},
    {"timegenerated", HW_SIGN_TIME},
    {"createdat", HW_SIGN_TIME},
    {"signedat", HW_SIGN_TIME},
    {"signingtime", HW_SIGN_TIME},
    {"signeddate", HW_SIGN_TIME},
    {"completedat", HW_SIGN_TIME},
    {"key", HW_SIGN_KEY},
    {"keyid", HW_SIGN_KEY},
    {"keyname", HW_SIGN_KEY},
    {"keyalias", HW_SIGN_KEY},
    {"keylabel", HW_SIGN_KEY},
    {"keypair", HW_SIGN_KEY},
    {"keypairalias", HW_SIGN_KEY},
    {"keypairid", HW_SIGN_KEY},
    {"keyvaultkey", HW_SIGN_KEY},
    {"signingkey", HW_SIGN_KEY},
    {"hsmkey", HW_SIGN_KEY},
    {"ckalabel", HW_SIGN_KEY},
    {"cert", HW_SIGN_CERT},
    {"certid", HW_SIGN_CERT},
    {"certificate", HW_SIGN_CERT},
    {"certificateid", HW_SIGN_CERT},
    {"certificatealias", HW_SIGN_CERT},
    {"certificateprofile", HW_SIGN_CERT},
    {"certificateprofilename", HW_SIGN_CERT},
    {"thumbprint", HW_SIGN_CERT},
    {"certthumbprint", HW_SIGN_CERT},
    {"certificatethumbprint", HW_SIGN_CERT},
    {"certserial", HW_SIGN_CERT},
    {"certificateserial", HW_SIGN_CERT},
    {"certificateserialnumber", HW_SIGN_CERT},
    {"serial", HW_SIGN_CERT},
    {"serialnumber", HW_SIGN_CERT},
    {"hash", HW_SIGN_HASH},
    {"digest", HW_SIGN_HASH},
    {"sha256", HW_SIGN_HASH},
    {"sha1", HW_SIGN_HASH},
    {"filehash", HW_SIGN_HASH},
    {"filedigest", HW_SIGN_HASH},
    {"filesha256", HW_SIGN_HASH},
    {"hashvalue", HW_SIGN_HASH},
    {"artifacthash", HW_SIGN_HASH},
    {"payloadhash", HW_SIGN_HASH},
    {"datahash", HW_SIGN_HASH},
    {"signeddigest", HW_SIGN_HASH},
    {"file", HW_SIGN_PATH},
    {"filename", HW_SIGN_PATH},
    {"filepath", HW_SIGN_PATH},
    {"path", HW_SIGN_PATH},
    {"artifact", HW_SIGN_PATH},
    {"artifactname", HW_SIGN_PATH},
    {"inputfile", HW_SIGN_PATH},
    {"user", HW_SIGN_USER},
    {"userid", HW_SIGN_USER},
    {"username", HW_SIGN_USER},
    {"caller", HW_SIGN_USER},
    {"principal", HW_SIGN_USER},
    {"principalemail", HW_SIGN_USER},
    {"actor", HW_SIGN_USER},
    {"account", HW_SIGN_USER},
    {"requestedby", HW_SIGN_USER},
    {"requester", HW_SIGN_USER},
    {"submitter", HW_SIGN_USER},
    {"createdby", HW_SIGN_USER},
    {"signedby", HW_SIGN_USER},
    {"ip", HW_SIGN_IP},
    {"ipaddress", HW_SIGN_IP},
    {"sourceip", HW_SIGN_IP},
    {"clientip", HW_SIGN_IP},
    {"clientipaddress", HW_SIGN_IP},
    {"callerip", HW_SIGN_IP},
    {"calleripaddress", HW_SIGN_IP},
    {"remoteaddress", HW_SIGN_IP},
    {"action", HW_SIGN_ACTION},
    {"operation", HW_SIGN_ACTION},
    {"operationname", HW_SIGN_ACTION},
    {"event", HW_SIGN_ACTION},
    {"eventname", HW_SIGN_ACTION},
    {"eventtype", HW_SIGN_ACTION},
    {"activity", HW_SIGN_ACTION},
    {"requesttype", HW_SIGN_ACTION},
    {"mechanism", HW_SIGN_ACTION},
    {"result", HW_SIGN_RESULT},
    {"resulttype", HW_SIGN_RESULT},
    {"status", HW_SIGN_RESULT},
    {"outcome", HW_SIGN_RESULT},
};

static size_t fold(struct hw_span s, uint8_t out[FOLDED_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (hw_ascii_is_alpha(s.p[i]) || hw_ascii_is_digit(s.p[i])) {
            if (n == FOLDED_BYTES) {
                return 0;
            }
            out[n++] = hw_ascii_lower(s.p[i]);
        }
    }
    return n;
}

static enum hw_sign_role known(struct hw_span name)
{
    uint8_t folded[FOLDED_BYTES];
    struct hw_span f = {folded, fold(name, folded)};
    for (size_t i = 0; f.n > 0 && i < sizeof spellings / sizeof spellings[0]; i++) {
        if (hw_span_is(f, spellings[i].name)) {
            return spellings[i].role;
        }
    }
    return HW_SIGN_NONE;
}

enum hw_sign_role hw_sign_role_of(struct hw_span name)
{
    enum hw_sign_role whole = known(name);
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.') {
        dot--;
    }
    return whole == HW_SIGN_NONE && dot > 0 ? known(hw_span_from(name, dot)) : whole;
}

/* Words that begin so and mean something else: signal, significant, sign-in, sign_up, sign out. */
static bool other_word(struct hw_span tail)
{
    static const char *const other[] = {"al", "ifi", "in", "up", "out"};
    if (hw_span_is_nocase(hw_span_cut(tail, 0, 3), "ing")) {
        return false;
    }
    if (tail.n > 0 && !hw_ascii_is_alpha(tail.p[0])) {
        tail = hw_span_from(tail, 1);
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (hw_span_is_nocase(hw_span_cut(tail, 0, strlen(other[i])), other[i])) {
            return true;
        }
    }
    return false;
}

/* At the start of a word (KeySign, C_Sign, code_signing) or in "codesign"; not in assign. */
bool hw_sign_word(struct hw_span s)
{
    for (size_t i = 0; i + 4 <= s.n; i++) {
        bool begins = i == 0 || !hw_ascii_is_alpha(s.p[i - 1]) ||
                      (s.p[i] == 'S' && s.p[i - 1] >= 'a') ||
                      (i >= 4 && hw_span_is_nocase(hw_span_cut(s, i - 4, 4), "code"));
        if (begins && hw_span_is_nocase(hw_span_cut(s, i, 4), "sign") &&
            !other_word(hw_span_from(s, i + 4))) {
            return true;
        }
    }
    return false;
}

bool hw_sign_is_signing(struct hw_span action)
{
    return hw_sign_word(action);
}

bool hw_sign_has_failed(struct hw_span result)
{
    static const char *const bad[] = {"fail",   "failed",    "failure",   "error",
                                      "denied", "forbidden", "rejected",  "refused",
                                      "false",  "aborted",   "cancelled", "unauthorized"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (hw_span_is_nocase(result, bad[i])) {
            return true;
        }
    }
    return result.n == 3 && (result.p[0] == '4' || result.p[0] == '5') &&
           hw_ascii_is_digit(result.p[1]) && hw_ascii_is_digit(result.p[2]);
}

bool hw_sign_time(struct hw_span s, struct hw_record *out)
{
    struct hw_time_said said;
    if (hw_json_time(s, out)) {
        return true;
    }
    if (!hw_time_words(s, HW_TIME_AS_WRITTEN, &said)) {
        return false;
    }
    out->time_ns = said.ns;
    out->digits = said.digits;
    out->clock = said.yearless ? HW_CLOCK_NO_YEAR : said.zoned ? HW_CLOCK_UTC : HW_CLOCK_LOCAL;
    return true;
}

/* A list of signatures that were found has certificates and hashes, too; a log says who asked or
 * what was done, or names the key, which nobody but its keeper knows. */
bool hw_sign_enough(const bool has[HW_SIGN_ROLES])
{
    bool key =
        has[HW_SIGN_KEY] || (has[HW_SIGN_CERT] && (has[HW_SIGN_USER] || has[HW_SIGN_ACTION]));
    return has[HW_SIGN_TIME] && key && (has[HW_SIGN_HASH] || has[HW_SIGN_PATH]);
}

bool hw_sign_generic(const struct hw_sign_said *s, bool word)
{
    struct hw_record r;
    bool has[HW_SIGN_ROLES];
    for (size_t i = 0; i < HW_SIGN_ROLES; i++) {
        has[i] = s->by[i].n > 0;
    }
    return word && hw_sign_enough(has) && hw_sign_time(s->by[HW_SIGN_TIME], &r);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    if (hw_json_looks(bytes)) {
        return hw_sign_json_probe(bytes, fuel);
    }
    unsigned bits = hw_sign_tool_probe(bytes, fuel);
    return bits > 0 ? bits : hw_sign_csv_probe(bytes, fuel);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    if (hw_json_looks(n->bytes)) {
        hw_sign_json_examine(x, n);
    } else if (hw_sign_tool_probe(n->bytes, &x->fuel) > 0) {
        hw_sign_tool_examine(x, n);
    } else {
        hw_sign_csv_examine(x, n);
    }
}

const struct hw_format hw_format_signing = {"signing-log", probe, examine, NULL, false};
