/* SPDX-License-Identifier: Apache-2.0 */
#include "build_advisory.h"

#define SHA256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

const char build_osv[] =
    "{\"schema_version\":\"1.7.0\",\"id\":\"MAL-2024-1\",\"modified\":\"2024-01-02T00:00:00Z\","
    "\"published\":\"2024-01-01T00:00:00Z\",\"aliases\":[\"GHSA-x\"],"
    "\"summary\":\"Malicious code\",\"affected\":["
    "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"@Evil/Pad\",\"purl\":\"pkg:npm/%40evil/pad\"},"
    "\"versions\":[\"1.0.1\",\"1.0.2\"]},"
    "{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"Ruamel.Yaml\"},\"ranges\":["
    "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0.9\"},{\"fixed\":\"1.0\"}]},"
    "{\"type\":\"GIT\",\"repo\":\"https://x\",\"events\":[{\"introduced\":\"0\"}]}]}],"
    "\"database_specific\":{\"malicious-packages-origins\":[{\"source\":\"ghsa-malware\"},"
    "{\"source\":\"checkmarx\"},{\"source\":\"ghsa-malware\"}],"
    "\"iocs\":{\"urls\":[\"https://evil.example/x\"],\"domains\":[\"c2.evil.example\"]},"
    "\"indicators\":{\"files\":[{\"path\":\"setup.py\",\"hashes\":{\"sha256\":\"" SHA256
    "\",\"tlsh\":\"T1AA\"}}]}}}";

const char build_csaf[] =
    "{\"document\":{\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\",\"title\":\"Acme advisory\","
    "\"publisher\":{\"name\":\"Acme PSIRT\"},\"tracking\":{\"id\":\"ACME-1\",\"status\":\"final\","
    "\"initial_release_date\":\"2024-01-01T00:00:00Z\","
    "\"current_release_date\":\"2024-02-01T00:00:00Z\"}},"
    "\"product_tree\":{\"branches\":[{\"category\":\"vendor\",\"name\":\"Acme\",\"branches\":["
    "{\"category\":\"product_name\",\"name\":\"Widget\",\"branches\":["
    "{\"category\":\"product_version\",\"name\":\"1.0\",\"product\":{\"product_id\":\"W1\","
    "\"name\":\"Widget 1.0\",\"product_identification_helper\":{"
    "\"cpe\":\"cpe:2.3:a:acme:widget:1.0:*:*:*:*:*:*:*\",\"hashes\":[{\"filename\":\"widget.dll\","
    "\"file_hashes\":[{\"algorithm\":\"sha256\",\"value\":\"" SHA256 "\"}]}]}}},"
    "{\"category\":\"product_version_range\",\"name\":\"vers:intdot/>=2.0|<2.5\","
    "\"product\":{\"product_id\":\"W2\",\"name\":\"Widget 2\"}},"
    "{\"category\":\"product_version_range\",\"name\":\"<=0.9\","
    "\"product\":{\"product_id\":\"W0\",\"name\":\"Widget 0\"}},"
    "{\"category\":\"product_version\",\"name\":\"3.0\","
    "\"product\":{\"product_id\":\"W3\",\"name\":\"Widget 3.0\"}}]},"
    "{\"category\":\"product_version\",\"name\":\"openssl\",\"product\":{\"product_id\":\"S\","
    "\"name\":\"OpenSSL\",\"product_identification_helper\":{"
    "\"purl\":\"pkg:rpm/redhat/openssl@3.0-1?arch=src\",\"hashes\":[{\"filename\":\"libssl.so\","
    "\"file_hashes\":[{\"algorithm\":\"sha256\",\"value\":\"" SHA256 "\"}]}]}}}]}],"
    "\"relationships\":[{\"category\":\"default_component_of\",\"product_reference\":\"S\","
    "\"relates_to_product_reference\":\"W1\",\"full_product_name\":{\"product_id\":\"SW\","
    "\"name\":\"OpenSSL in Widget 1.0\"}}],"
    "\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"W3\",\"W1\"]}]},"
    "\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"title\":\"A hole\",\"product_status\":{"
    "\"known_affected\":[\"W1\",\"W2\",\"W0\"],\"fixed\":[\"S\"],\"known_not_affected\":[\"W3\"],"
    "\"under_investigation\":[\"SW\"],\"recommended\":[\"W3\"]},"
    "\"flags\":[{\"label\":\"component_not_present\",\"group_ids\":[\"G\"]}]}]}";

const char build_openvex[] =
    "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://acme.example/vex-1\","
    "\"author\":\"Acme\",\"timestamp\":\"2024-01-01T00:00:00Z\",\"version\":1,\"statements\":["
    "{\"vulnerability\":{\"name\":\"CVE-2023-1\"},\"products\":[{"
    "\"@id\":\"pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64\","
    "\"subcomponents\":[{\"@id\":\"pkg:apk/wolfi/zlib\"}]}],\"status\":\"not_affected\","
    "\"justification\":\"inline_mitigations_already_exist\",\"impact_statement\":\"Included\"},"
    "{\"vulnerability\":{\"name\":\"CVE-2023-2\"},\"timestamp\":\"2024-02-01T00:00:00Z\","
    "\"products\":[{\"@id\":\"https://acme.example/thing\",\"identifiers\":{"
    "\"purl\":\"pkg:pypi/PyPI_Thing@1.0\"},\"hashes\":{\"sha-256\":\"" SHA256
    "\"}}],\"status\":\"affected\",\"action_statement\":\"Update\"},"
    "{\"vulnerability\":\"CVE-2023-3\",\"products\":[\"A product\"],"
    "\"status\":\"under_investigation\"}]}";
