/* SPDX-License-Identifier: Apache-2.0 */
#include "build_signing.h"

static const char *const forms[SIGNING_FORMS] = {
    [SIGNING_AZURE] =
        "{\"time\":\"2026-03-01T10:00:00.1234567Z\",\"category\":\"AuditEvent\",\"operationName\":"
        "\"KeySign\",\"resultType\":\"Success\",\"resourceId\":\"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/"
        "PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/REL\",\"callerIpAddress\":\"198.51.100.7\","
        "\"correlationId\":\"c-1\",\"identity\":{\"claim\":{\"appid\":\"app-1\",\"upn\":"
        "\"rel@example.org\"}},\"properties\":{\"id\":\"https://rel.vault.azure.net/keys/code/1\","
        "\"httpStatusCode\":200}}\n"
        "{\"time\":\"2026-03-01T10:00:05Z\",\"category\":\"AuditEvent\",\"operationName\":"
        "\"KeyGet\","
        "\"resultType\":\"Success\",\"resourceId\":\"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/PROVIDERS/"
        "MICROSOFT.KEYVAULT/VAULTS/REL\",\"callerIpAddress\":\"198.51.100.7\"}\n",
    [SIGNING_GOOGLE] =
        "{\"timestamp\":\"2026-03-01T10:00:00.5Z\",\"insertId\":\"i1\",\"protoPayload\":{"
        "\"serviceName\":\"cloudkms.googleapis.com\",\"methodName\":\"AsymmetricSign\","
        "\"resourceName\":\"projects/p/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1\","
        "\"authenticationInfo\":{\"principalEmail\":\"ci@example.org\"},\"requestMetadata\":{"
        "\"callerIp\":\"198.51.100.8\"},\"status\":{}}}\n"
        "{\"timestamp\":\"2026-03-01T10:00:01Z\",\"protoPayload\":{\"serviceName\":"
        "\"cloudkms.googleapis.com\",\"methodName\":\"AsymmetricSign\",\"status\":{\"code\":7}}}\n",
    [SIGNING_VAULT] =
        "{\"time\":\"2026-03-01T10:00:00.123456789Z\",\"type\":\"response\",\"auth\":{\"accessor\":"
        "\"hmac-sha256:1\",\"display_name\":\"approle-ci\"},\"request\":{\"id\":\"r1\","
        "\"operation\":"
        "\"update\",\"path\":\"transit/sign/release\",\"remote_address\":\"10.0.0.9\"}}\n",
    [SIGNING_JSON] =
        "{\"signedAt\":\"2026-03-01T10:00:00Z\",\"key_name\":\"release-2026\",\"certificate\":{"
        "\"thumbprint\":\"AB12\"},\"fileName\":\"app.exe\",\"digest\":\"" BUILD_SIGNING_SHA256
        "\",\"requestedBy\":\"eve\",\"clientIp\":\"203.0.113.5\",\"status\":\"Completed\"}\n"
        "{\"signedAt\":\"2026-03-01T10:01:00Z\",\"key_name\":\"release-2026\",\"fileName\":"
        "\"bad.exe\",\"requestedBy\":\"eve\",\"status\":\"Denied\"}\n",
    [SIGNING_CSV] =
        "Date;Signing Key;Certificate Serial;File Name;SHA-256;User;Source IP;Result\n"
        "2026-03-01 10:00:00;k1;0A0B;\"app;\"\"x\"\".exe\";" BUILD_SIGNING_SHA256
        ";eve;203.0.113.5;success\n"
        "2026-03-01 10:00:09;k1;0A0B;b.exe;" BUILD_SIGNING_SHA256 ";eve;203.0.113.5;failed\n",
    [SIGNING_TOOL] = "C:\\rel>signtool.exe sign /v /n Acme /fd sha256 C:\\rel\\app.exe\r\n"
                     "The following certificates were considered:\r\n"
                     "    Issued to: Other\r\n"
                     "    SHA1 hash: 0000000000000000000000000000000000000000\r\n"
                     "\r\n"
                     "The following certificate was selected:\r\n"
                     "    Issued to: Acme Corporation\r\n"
                     "    Issued by: Some CA\r\n"
                     "    Expires:   Thu Mar 20 17:16:13 2030\r\n"
                     "    SHA1 hash: C9793F4A2E629D88F2213622D7A0C170D9C7CBC6\r\n"
                     "\r\n"
                     "Done Adding Additional Store\r\n"
                     "Successfully signed: C:\\rel\\app.exe\r\n"
                     "Successfully signed and timestamped: C:\\rel\\app.dll\r\n"
                     "SignTool Error: An unexpected internal error has occurred.\r\n",
};

void build_signing(struct hw_buf *b, enum build_signing form)
{
    hw_buf_str(b, forms[form]);
}
