/* SPDX-License-Identifier: Apache-2.0 */
#include "build_estate.h"

void build_estate_of(struct hw_buf *b, const char *members)
{
    hw_buf_str(b, "{\"headwater\":\"estate\",\"version\":1,\n");
    hw_buf_str(b, members);
    hw_buf_str(b, "}\n");
}

#define SHA256 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

void build_estate(struct hw_buf *b)
{
    build_estate_of(
        b, "\"$schema\":\"estate.schema.json\",\"title\":\"The case of Example\",\n"
           "\"organisations\":[\n"
           " {\"name\":\"Example, Inc.\",\"domains\":[\"example.com\",\"example.net\"],\n"
           "  \"customers_of\":[\"Acme\"],\n"
           "  \"suppliers\":[{\"org\":\"Other\",\"product\":\"widget\"}]}],\n"
           "\"hosts\":[\n"
           " {\"name\":\"BUILD01\",\"org\":\"Example, Inc.\",\"roles\":[\"build\",\"signing\"],\n"
           "  \"fqdn\":\"build01.example.com\",\"machine_id\":\"S-1-5-21-1-2-3\",\n"
           "  \"addresses\":[{\"ip\":\"10.0.0.5\",\"from\":\"2022-01-01T00:00:00Z\",\n"
           "                \"until\":\"2023-01-01T00:00:00Z\"},\n"
           "               {\"ip\":\"2001:db8::5\"}],\n"
           "  \"aliases\":[{\"name\":\"OLD\\u004eAME\",\"until\":\"2021-05-01\"}]}],\n"
           "\"networks\":[{\"cidr\":\"10.8.0.0/24\",\"org\":\"Example, Inc.\",\"role\":\"vpn\"}],\n"
           "\"accounts\":[{\"name\":\"jdoe\",\"org\":\"Example, Inc.\",\"person\":\"J Doe\",\n"
           "  \"roles\":[\"developer\"],\"same_as\":[\"EXAMPLE\\\\jdoe\",\"jdoe@example.com\"]}],\n"
           "\"releases\":[{\"name\":\"app\",\"version\":\"18.12.416\",\"org\":\"Example, Inc.\",\n"
           "  \"published\":\"2023-03-13T08:00:00Z\",\"built_on\":\"BUILD01\",\n"
           "  \"files\":[{\"path\":\"app-18.12.416.msi\",\"sha256\":\"" SHA256 "\"}],\n"
           "  \"contains\":[{\"path\":\"ffmpeg.dll\",\"sha256\":\"" SHA256 "\"}]}],\n"
           "\"deliveries\":[{\"release\":\"app\",\"version\":\"18.12.416\",\n"
           "  \"to\":\"Customer GmbH\",\"at\":\"2023-03-14\"}],\n"
           "\"retention\":[{\"log\":\"Security\",\"host\":\"BUILD01\",\"days\":30},\n"
           "  {\"log\":\"vpn\",\"org\":\"Example, Inc.\",\"from\":\"2022-01-01\",\n"
           "   \"until\":\"2022-02-01\"}],\n"
           "\"software\":[{\"name\":\"allowed product\",\"org\":\"Example, Inc.\","
           "\"sanctioned\":true}],\n"
           "\"sources\":[{\"id\":\"m1\",\"by\":\"Mandiant\",\"published\":\"2023-04-20\","
           "\"grade\":\"B2\",\"based_on\":[\"m0\"]}],\n"
           "\"claims\":[{\"about\":\"app\",\"topic\":\"nexus\",\"says\":\"a nexus\","
           "\"source\":\"m1\",\"on\":\"2023-04-20\",\"confidence\":\"high\",\"names\":[\"A\"]}],\n"
           "\"questions\":[{\"id\":\"q\",\"asks\":\"whose?\",\"decided_by\":\"a list\"}],\n"
           "\"counts\":[{\"of\":\"clients\",\"unit\":\"client\",\"value\":2783,"
           "\"limit\":\"more-than\",\"observer\":\"Other\"}],\n"
           "\"links\":[{\"one\":\"a\",\"other\":\"b\",\"kind\":\"key\",\"what\":\"a key\","
           "\"public\":false,\"source\":\"m1\"}],\n"
           "\"captures\":[{\"observer\":\"Other\",\"of\":\"packages\",\"unit\":\"package\","
           "\"population\":\"closed\",\"key\":\"identity\",\"items\":[\"one\",\"two\"],"
           "\"seen\":[{\"item\":\"three\",\"at\":\"2023-04-20\"}]}]\n");
}
