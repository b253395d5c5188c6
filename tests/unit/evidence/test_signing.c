/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_ci.h"
#include "build_signing.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void read_form(enum build_signing form)
{
    build_signing(&b, form);
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_true(hw_told_has(&t.told, "artifact node=0", "format=signing-log", NULL));
    assert_int_equal(t.told.anomalies + t.lost, 0);
}

#define HAS(...) hw_told_has(&t.told, __VA_ARGS__, NULL)

static void signing_azure_key_vault_names_key_and_caller(void **state)
{
    (void)state;
    read_form(SIGNING_AZURE);
    assert_true(HAS("signing/azure-key-vault/signed number=1 off=0",
                    "time=2026-03-01T10:00:00.123456700Z clock=1 digits=7",
                    "operationName=\"KeySign\"",
                    "signing.key=\"https://rel.vault.azure.net/keys/code/1\"",
                    "signing.user=\"app-1\" signing.ip=\"198.51.100.7\"",
                    "identity.claim.upn=\"rel@example.org\""));
    assert_true(HAS("signing/azure-key-vault/KeyGet number=2"));
}

static void signing_google_failure_is_no_signature(void **state)
{
    (void)state;
    read_form(SIGNING_GOOGLE);
    assert_true(HAS("signing/google-kms/signed number=1",
                    "signing.key=\"projects/p/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1\"",
                    "signing.user=\"ci@example.org\"", "signing.ip=\"198.51.100.8\""));
    assert_true(HAS("signing/google-kms/sign-failed number=2"));
}

static void signing_vault_transit_is_known_by_its_path(void **state)
{
    (void)state;
    read_form(SIGNING_VAULT);
    assert_true(HAS("signing/vault-transit/signed", "digits=9",
                    "signing.key=\"transit/sign/release\"", "signing.user=\"approle-ci\"",
                    "signing.ip=\"10.0.0.9\""));
}

static void signing_json_of_any_service(void **state)
{
    (void)state;
    read_form(SIGNING_JSON);
    assert_true(HAS("signing/json/signed", "key_name=\"release-2026\"",
                    "signing.key=\"release-2026\"", "signing.cert=\"AB12\"",
                    "signing.hash=\"" BUILD_SIGNING_SHA256 "\" signing.path=\"app.exe\""));
    assert_true(HAS("signing/json/sign-failed number=2", "signing.path=\"bad.exe\""));
}

static void signing_csv_of_any_service(void **state)
{
    (void)state;
    read_form(SIGNING_CSV);
    assert_true(HAS("signing/csv/signed number=2", "time=2026-03-01T10:00:00Z clock=2 digits=0",
                    "Signing Key=\"k1\"", "File Name=\"app;\"x\".exe\"",
                    "signing.cert=\"0A0B\" signing.hash=\"" BUILD_SIGNING_SHA256 "\""));
    assert_true(HAS("signing/csv/sign-failed number=3", "signing.ip=\"203.0.113.5\""));
}

static void signing_records_mean_what_the_mapping_says(void **state)
{
    (void)state;
    t.happenings = true;
    read_form(SIGNING_AZURE);
    assert_true(HAS("happened signed", "user=\"rel@example.org\"", "src.ip=\"198.51.100.7\"",
                    "key=\"https://rel.vault.azure.net/keys/code/1\""));
    hw_buf_clear(&b);
    read_form(SIGNING_CSV);
    assert_true(HAS("happened signed", "hash=\"" BUILD_SIGNING_SHA256 "\"", "key=\"k1\"",
                    "cert=\"0A0B\"", "user=\"eve\""));
    hw_buf_clear(&b);
    read_form(SIGNING_TOOL);
    assert_true(HAS("happened signed", "cert=\"C9793F4A2E629D88F2213622D7A0C170D9C7CBC6\""));
    /* KeyGet and what failed are no signatures. */
    assert_int_equal(hw_told_count(&t.told, "happened "), 4);
}

static void signing_csv_row_of_other_width_is_bad(void **state)
{
    (void)state;
    build_signing(&b, SIGNING_CSV);
    hw_buf_str(&b, "2026-03-01 10:00:10;k1\nnoon;k1;0A0B;b.exe;00;eve;203.0.113.5;ok\n");
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_int_equal(t.records, 2);
    assert_true(HAS("rule=line-refused", "not as many columns"));
    assert_true(HAS("rule=line-refused", "its time is none"));
}

static void signing_json_of_something_else_is_bad(void **state)
{
    (void)state;
    build_signing(&b, SIGNING_JSON);
    hw_buf_str(&b, "{\"level\":\"info\"}\n");
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_int_equal(t.records, 2);
    assert_true(HAS("rule=line-refused", "nothing that was signed"));
}

static void signing_tool_ties_file_to_certificate(void **state)
{
    (void)state;
    read_form(SIGNING_TOOL);
    assert_int_equal(t.records, 3);
    assert_true(HAS(
        "signing/signtool/signed number=13", "time=unknown clock=0",
        "Issued to=\"Acme Corporation\"", "SHA1 hash=\"C9793F4A2E629D88F2213622D7A0C170D9C7CBC6\"",
        "command=\"C:\\\\rel>signtool.exe sign /v /n Acme", "file=\"C:\\\\rel\\\\app.exe\""));
    assert_true(HAS("signing/signtool/signed number=14", "file=\"C:\\\\rel\\\\app.dll\""));
    assert_true(HAS("signing/signtool/sign-failed number=15"));
}

static void signing_tool_inside_a_console_is_the_consoles(void **state)
{
    (void)state;
    build_ci_jenkins(&b, false);
    build_signing(&b, SIGNING_TOOL);
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_true(HAS("artifact node=0", "format=ci-log"));
    assert_false(HAS("rule=polyglot"));
    assert_true(HAS("ci/jenkins/signed", "path=\"C:\\\\rel\\\\app.exe\""));
}

static void signing_by_aws_is_in_its_mapped_trail(void **state)
{
    (void)state;
    t.happenings = true;
    hw_buf_str(&b, "{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-03-01T10:00:00Z\","
                   "\"eventSource\":\"kms.amazonaws.com\",\"eventName\":\"Sign\",\"awsRegion\":"
                   "\"eu-central-1\",\"sourceIPAddress\":\"203.0.113.9\",\"userIdentity\":{\"arn\":"
                   "\"arn:aws:iam::1:role/ci\"},\"requestParameters\":{\"keyId\":\"k-1\","
                   "\"signingAlgorithm\":\"RSASSA_PSS_SHA_256\"},\"eventID\":\"e-1\"}\n");
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_true(HAS("artifact node=0", "format=mapped-json"));
    assert_false(HAS("rule=polyglot"));
    assert_true(HAS("happened signed", "key=\"k-1\"", "user=\"arn:aws:iam::1:role/ci\"",
                    "src.ip=\"203.0.113.9\""));
}

static void signing_is_not_claimed_of_other_files(void **state)
{
    (void)state;
    static const char *const others[] = {
        "{\"time\":\"2026-03-01T10:00:00Z\",\"user\":\"eve\",\"action\":\"sign-in\",\"key\":\"k\","
        "\"file\":\"x\"}\n",
        "{\"time\":\"2026-03-01T10:00:00Z\",\"key\":\"k\",\"file\":\"x\",\"design\":\"assigned\"}"
        "\n",
        "{\"name\":\"package\",\"version\":\"1\",\"key\":\"k\",\"file\":\"f\",\"signature\":\"s\"}"
        "\n",
        "time,key,file,signal\n2026-03-01,k,f,1\n",
        "sha256,file,signature,date\n00,app.exe,ab,2026-03-01\n",
        "Timestamp,DeviceName,SHA1,IsSigned,Signer,CertificateSerialNumber\n"
        "2026-03-01,pc,00,1,Acme,0A\n",
        "The following certificate was selected:\nand so on\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    assert_false(HAS("format=signing-log"));
}

/* A transcript has no malformed lines; a damaged one says less. */
static bool says_all(const uint8_t *p, size_t n, void *state)
{
    struct hw_recorded *whole = state, r;
    hw_recorded_init(&r);
    hw_told_examine(&r.told, p, n, NULL);
    bool same = r.lost == 0 && r.told.anomalies == 0 && r.records == whole->records;
    hw_recorded_done(&r);
    return same;
}

static void signing_survives_every_cut_and_damage(void **state)
{
    for (unsigned i = 0; i < SIGNING_FORMS; i++) {
        (void)end(state);
        (void)begin(state);
        read_form((enum build_signing)i);
        hw_sweep_truncate(b.p, b.n, says_all, &t);
        hw_sweep_mutate(b.p, b.n, 1500, 41 + i, says_all, &t);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(signing_azure_key_vault_names_key_and_caller),
        CASE(signing_google_failure_is_no_signature),
        CASE(signing_vault_transit_is_known_by_its_path),
        CASE(signing_json_of_any_service),
        CASE(signing_csv_of_any_service),
        CASE(signing_records_mean_what_the_mapping_says),
        CASE(signing_csv_row_of_other_width_is_bad),
        CASE(signing_json_of_something_else_is_bad),
        CASE(signing_tool_ties_file_to_certificate),
        CASE(signing_tool_inside_a_console_is_the_consoles),
        CASE(signing_by_aws_is_in_its_mapped_trail),
        CASE(signing_is_not_claimed_of_other_files),
        CASE(signing_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("signing", tests, NULL, NULL);
}
