/* SPDX-License-Identifier: Apache-2.0 */
#include "build_winjson.h"

#define GUID "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
#define PROVIDER "Microsoft-Windows-Sysmon"
#define CHANNEL PROVIDER "/Operational"

static void flat(struct hw_buf *b, unsigned number, const char *time)
{
    const char *first = "\"EventID\":11,\"SourceName\":\"" PROVIDER "\",\"ProviderGuid\":\"" GUID
                        "\",\"Channel\":\"" CHANNEL "\",\"Hostname\":\"WS1.corp.example\"";
    const char *second = "\"ExecutionProcessID\":4242,\"ThreadID\":7,\"UserID\":\"S-1-5-18\","
                         "\"Keywords\":-9223372036854775808,\"OpcodeValue\":0,\"Opcode\":\"Info\","
                         "\"host\":\"wec.corp.example\",\"tags\":[\"a\",\"b\"]";
    hw_buf_printf(b, "{%s,%s,%s,\"@timestamp\":\"2023-03-13T10:31:00.500Z\",\"RecordNumber\":%u,",
                  number % 2 == 0 ? first : second, number % 2 == 0 ? second : first, time, number);
    hw_buf_printf(b,
                  "\"Message\":\"File created:\\r\\n\\tC:\\\\Temp\",\"ProcessId\":\"77\","
                  "\"Image\":\"C:\\\\Tools\\\\a.exe\","
                  "\"TargetFilename\":\"C:\\\\Temp\\\\%u\\u00e9.dll\"}\n",
                  number);
}

static void event(struct hw_buf *b, unsigned number)
{
    hw_buf_printf(
        b,
        "{\n  \"Event\": {\n    \"#attributes\": {\"xmlns\": \"urn:events\"},\n"
        "    \"System\": {\n      \"Provider\": {\"#attributes\": {\"Name\": \"" PROVIDER
        "\",\n        \"Guid\": \"" GUID "\"}},\n"
        "      \"EventID\": 11,\n      \"Version\": 2,\n"
        "      \"TimeCreated\": {\"#attributes\": {\"SystemTime\": "
        "\"2023-03-13T06:31:00.123Z\"}},\n      \"EventRecordID\": %u,\n"
        "      \"Correlation\": null,\n"
        "      \"Execution\": {\"#attributes\": {\"ProcessID\": 4242, \"ThreadID\": 7}},\n"
        "      \"Channel\": \"" CHANNEL "\",\n      \"Computer\": \"WS1.corp.example\",\n"
        "      \"Security\": {\"#attributes\": {\"UserID\": \"S-1-5-18\"}}\n    },\n"
        "    \"EventData\": {\"ProcessId\": 77, \"Image\": \"C:\\\\Tools\\\\a.exe\",\n"
        "      \"TargetFilename\": \"C:\\\\Temp\\\\%u\xC3\xA9.dll\"}\n  }\n}\n",
        number, number);
}

static void beat(struct hw_buf *b, unsigned number)
{
    hw_buf_printf(b,
                  "{\"@timestamp\":\"2023-03-13T06:31:00.123Z\","
                  "\"event\":{\"created\":\"2023-03-13T10:31:00.500Z\",\"code\":11},"
                  "\"host\":{\"name\":\"ws1\"},\"winlog\":{\"provider_name\":\"" PROVIDER
                  "\",\"provider_guid\":\"" GUID "\",\"event_id\":11,\"channel\":\"" CHANNEL
                  "\",\"computer_name\":\"WS1.corp.example\",\"record_id\":%u,"
                  "\"process\":{\"pid\":4242,\"thread\":{\"id\":7}},"
                  "\"user\":{\"identifier\":\"S-1-5-18\"},\"event_data\":{\"ProcessId\":\"77\","
                  "\"Image\":\"C:\\\\Tools\\\\a.exe\","
                  "\"TargetFilename\":\"C:\\\\Temp\\\\%u\xC3\xA9.dll\"}}}",
                  number, number);
}

static void beat6(struct hw_buf *b, unsigned number)
{
    hw_buf_printf(b,
                  "{\"@timestamp\":\"2023-03-13T06:31:00.123Z\",\"beat\":{\"hostname\":\"ws1\"},"
                  "\"source_name\":\"" PROVIDER "\",\"provider_guid\":\"" GUID
                  "\",\"event_id\":11,\"log_name\":\"" CHANNEL
                  "\",\"computer_name\":\"WS1.corp.example\",\"record_number\":\"%u\","
                  "\"process_id\":4242,\"thread_id\":7,\"user\":{\"identifier\":\"S-1-5-18\"},"
                  "\"event_data\":{\"ProcessId\":\"77\",\"Image\":\"C:\\\\Tools\\\\a.exe\","
                  "\"TargetFilename\":\"C:\\\\Temp\\\\%u\xC3\xA9.dll\"}}\n",
                  number, number);
}

static void azure(struct hw_buf *b, unsigned number, bool xml)
{
    hw_buf_printf(b,
                  "{\"TenantId\":\"t\",\"TimeGenerated\":\"2023-03-13T06:31:00.123Z\","
                  "\"Provider\":\"" PROVIDER "\",\"Channel\":\"" CHANNEL
                  "\",\"Computer\":\"WS1.corp.example\",\"EventLevel\":4,\"EventID\":11,"
                  "\"EventRecordId\":\"%u\",\"SystemProcessId\":4242,\"SystemThreadId\":7,"
                  "\"SystemUserId\":\"S-1-5-18\",\"Type\":\"WindowsEvent\",\"EventData\":\"",
                  number);
    if (xml) {
        hw_buf_printf(b,
                      "\\u003cEventData xmlns=\\\"urn:e\\\"\\u003e\\r\\n  "
                      "\\u003cData Name=\\\"ProcessId\\\"\\u003e77\\u003c/Data\\u003e\\r\\n  "
                      "\\u003cData Name=\\\"Image\\\"\\u003eC:\\\\Tools\\\\a.exe\\u003c/Data\\u003e"
                      "\\u003cData Name=\\\"TargetFilename\\\"\\u003eC:\\\\Temp\\\\%u&#233;.dll"
                      "\\u003c/Data\\u003e\\u003cData Name=\\\"Empty\\\"/\\u003e\\r\\n"
                      "\\u003c/EventData\\u003e\"}\n",
                      number);
    } else {
        hw_buf_printf(b,
                      "{\\\"ProcessId\\\":\\\"77\\\",\\\"Image\\\":\\\"C:\\\\\\\\Tools\\\\\\\\"
                      "a.exe\\\",\\\"TargetFilename\\\":\\\"C:\\\\\\\\Temp\\\\\\\\%u\\\\u00e9.dll"
                      "\\\"}\"}\n",
                      number);
    }
}

static void syslog(struct hw_buf *b, unsigned number)
{
    hw_buf_printf(
        b,
        "{\"TenantId\":\"t\",\"TimeGenerated\":\"2023-03-13T10:31:00.5Z\","
        "\"Facility\":\"user\",\"SyslogMessage\":\"<Event><System>"
        "<Provider Name=\\\"Linux-Sysmon\\\" Guid=\\\"" GUID "\\\"/><EventID>11</EventID>"
        "<TimeCreated SystemTime=\\\"2023-03-13T06:31:00.123Z\\\"/>"
        "<EventRecordID>%u</EventRecordID><Correlation/>"
        "<Execution ProcessID=\\\"4242\\\" ThreadID=\\\"7\\\"/>"
        "<Channel>Linux-Sysmon/Operational</Channel>"
        "<Computer>WS1.corp.example</Computer><Security UserId=\\\"S-1-5-18\\\"/></System>"
        "<EventData><Data Name=\\\"ProcessId\\\">77</Data>"
        "<Data Name=\\\"Image\\\">C:\\\\Tools\\\\a.exe</Data>"
        "<Data Name=\\\"TargetFilename\\\">C:\\\\Temp\\\\%u&#xE9;.dll</Data>"
        "</EventData></Event>\",\"ProcessName\":\"sysmon\"}\n",
        number, number);
}

void build_winjson(struct hw_buf *b, enum build_winjson shape, unsigned number)
{
    switch (shape) {
    case BUILD_WINJSON_NXLOG:
        flat(b, number, "\"EventTime\":\"2023-03-13 06:31:00\"");
        break;
    case BUILD_WINJSON_FLAT:
        flat(b, number, "\"TimeCreated\":\"2023-03-13T06:31:00.123Z\"");
        break;
    case BUILD_WINJSON_EVENT:
        event(b, number);
        break;
    case BUILD_WINJSON_SOURCE:
        hw_buf_str(b, "{\"_index\":\"winlogbeat\",\"_source\":");
        beat(b, number);
        hw_buf_str(b, "}\n");
        break;
    case BUILD_WINJSON_BEAT6:
        beat6(b, number);
        break;
    case BUILD_WINJSON_AZURE:
    case BUILD_WINJSON_AZURE_XML:
        azure(b, number, shape == BUILD_WINJSON_AZURE_XML);
        break;
    case BUILD_WINJSON_SYSLOG:
        syslog(b, number);
        break;
    default:
        beat(b, number);
        hw_buf_str(b, "\n");
        break;
    }
}
