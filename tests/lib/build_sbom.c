/* SPDX-License-Identifier: Apache-2.0 */
#include "build_sbom.h"

static void hex(struct hw_buf *out, const char *pair, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        hw_buf_str(out, pair);
    }
}

/* Relations stand before the parts they name, as some tools write them. */
void build_sbom_cyclonedx(struct hw_buf *out)
{
    hw_buf_str(out,
               "{\"$schema\":\"http://cyclonedx.org/schema/bom-1.5.schema.json\","
               "\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,"
               "\"serialNumber\":\"urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79\","
               "\"dependencies\":[{\"ref\":\"a\",\"dependsOn\":[\"l\",\"urn:cdx:x/1#y\"]},"
               "{\"ref\":\"l\",\"provides\":[\"s\"]}],"
               "\"metadata\":{\"timestamp\":\"2023-03-29T00:00:00Z\",\"component\":"
               "{\"type\":\"application\",\"bom-ref\":\"a\",\"name\":\"app\",\"version\":\"2.0\"}},"
               "\"components\":[{\"type\":\"library\",\"bom-ref\":\"l\",\"name\":\"left\","
               "\"version\":\"1.0.0\",\"publisher\":\"Acme\",\"purl\":\"pkg:npm/left@1.0.0\","
               "\"hashes\":[{\"alg\":\"SHA-1\",\"content\":\"");
    hex(out, "cd", 20);
    hw_buf_str(out, "\"},{\"alg\":\"SHA-256\",\"content\":\"");
    hex(out, "AB", 32);
    hw_buf_str(out,
               "\"}],\"externalReferences\":[{\"type\":\"vcs\",\"url\":\"https://x\"},"
               "{\"type\":\"distribution\","
               "\"url\":\"https:\\/\\/registry.example\\/left\\/-\\/left-1.0.0.tgz\"}],"
               "\"properties\":[{\"name\":\"syft:location:0:path\","
               "\"value\":\"/app/node_modules/left/package.json\"}],"
               "\"components\":[{\"type\":\"file\",\"group\":\"org\",\"name\":\"in\\u00e9ner\"}]}],"
               "\"services\":[{\"bom-ref\":\"s\",\"name\":\"api\","
               "\"provider\":{\"name\":\"Acme Org\"}}],\"vulnerabilities\":[]}");
}

void build_sbom_spdx(struct hw_buf *out)
{
    hw_buf_str(out,
               "{\"relationships\":[{\"spdxElementId\":\"SPDXRef-DOCUMENT\","
               "\"relationshipType\":\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-app\"},"
               "{\"spdxElementId\":\"DocumentRef-go:SPDXRef-Compiler\","
               "\"relationshipType\":\"BUILD_TOOL_OF\",\"relatedSpdxElement\":\"SPDXRef-app\"},"
               "{\"spdxElementId\":\"SPDXRef-app\",\"relationshipType\":\"GENERATES\","
               "\"relatedSpdxElement\":\"SPDXRef-bin\"}],"
               "\"spdxVersion\":\"SPDX-2.3\",\"dataLicense\":\"CC0-1.0\","
               "\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"a bill\","
               "\"documentNamespace\":\"https://example.org/x\","
               "\"creationInfo\":{\"created\":\"2023-03-29T00:00:00Z\",\"creators\":[\"Tool: t\"]},"
               "\"packages\":[{\"name\":\"app\",\"SPDXID\":\"SPDXRef-app\","
               "\"versionInfo\":\"2.0\",\"supplier\":\"Organization: Acme\","
               "\"originator\":\"Person: P\",\"packageFileName\":\"app.tgz\","
               "\"primaryPackagePurpose\":\"APPLICATION\","
               "\"downloadLocation\":\"https://example.org/app.tgz\","
               "\"checksums\":[{\"algorithm\":\"SHA1\",\"checksumValue\":\"");
    hex(out, "cd", 20);
    hw_buf_str(out, "\"},{\"algorithm\":\"SHA256\",\"checksumValue\":\"");
    hex(out, "ab", 32);
    hw_buf_str(out, "\"}],\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\","
                    "\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/app@2.0\"}],"
                    "\"hasFiles\":[\"SPDXRef-bin\"]}],"
                    "\"files\":[{\"fileName\":\"./bin/app\",\"SPDXID\":\"SPDXRef-bin\","
                    "\"checksums\":[{\"algorithm\":\"MD5\",\"checksumValue\":\"");
    hex(out, "ef", 16);
    hw_buf_str(out, "\"}]}]}");
}

void build_sbom_tags(struct hw_buf *out)
{
    hw_buf_str(out, "# a comment\r\nSPDXVersion: SPDX-2.3\r\nDataLicense: CC0-1.0\r\n"
                    "SPDXID: SPDXRef-DOCUMENT\r\nDocumentName: a bill\r\n"
                    "Created: 2023-03-29T00:00:00Z\r\n"
                    "Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app\r\n\r\n"
                    "PackageName: app\r\nSPDXID: SPDXRef-app\r\nPackageVersion: 2.0\r\n"
                    "PackageSupplier: Organization: Acme\r\nPackageOriginator: Person: P\r\n"
                    "PackageFileName: app.tgz\r\nPrimaryPackagePurpose: APPLICATION\r\n"
                    "PackageDownloadLocation: https://example.org/app.tgz\r\n"
                    "PackageComment: <text>two\r\nPackageName: lines</text>\r\n"
                    "ExternalRef: PACKAGE-MANAGER purl pkg:npm/app@2.0\r\n"
                    "PackageChecksum: SHA1: ");
    hex(out, "cd", 20);
    hw_buf_str(out, "\r\nPackageChecksum: SHA256: ");
    hex(out, "ab", 32);
    hw_buf_str(out, "\r\n\r\nFileName: ./bin/app\r\nSPDXID: SPDXRef-bin\r\nFileChecksum: MD5: ");
    hex(out, "ef", 16);
    hw_buf_str(out,
               "\r\n\r\nRelationship: DocumentRef-go:SPDXRef-Compiler BUILD_TOOL_OF SPDXRef-app\r\n"
               "Relationship: SPDXRef-app GENERATES SPDXRef-bin\r\n");
}
