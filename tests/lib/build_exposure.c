/* SPDX-License-Identifier: Apache-2.0 */
#include "build_exposure.h"

#define BANNER_443(day)                                                                            \
    "{\"hash\":-553166942,\"asn\":\"AS64500\",\"http\":{\"status\":200,\"title\":\"Phone "         \
    "\\u0026 Co\",\"html_hash\":-42,\"html\":\"<html>\\\"ip_str\\\"</html>\",\"favicon\":"         \
    "{\"hash\":970132176,\"data\":\"AAAA\"}},\"ssl\":{\"cert\":{\"subject\":{\"CN\":"              \
    "\"pbx.example\"},\"fingerprint\":{\"sha256\":"                                                \
    "\"50114f8038389859da7e1f4776bedf0b8d48e0ee302b60623c3a0f51a5d138a8\",\"sha1\":\"00\"}}},"     \
    "\"transport\":\"tcp\",\"timestamp\":\"2023-03-" day "T06:57:12.480581\","                     \
    "\"product\":\"PBX\",\"version\":\"18.0.3\",\"cpe23\":[\"cpe:2.3:a:example:pbx:18.0.3\","      \
    "\"cpe:2.3:a:nginx:nginx\"],\"_shodan\":{\"module\":\"https\",\"id\":\"x\"},"                  \
    "\"hostnames\":[\"pbx.example\",\"a.example\",\"pbx.example\"],\"domains\":[\"example\"],"     \
    "\"location\":{\"city\":null,\"country_code\":\"NL\"},\"org\":\"Example "                      \
    "Net\",\"ip\":3221225985,"                                                                     \
    "\"ip_str\":\"192.0.2.1\",\"port\":443,\"vulns\":{\"CVE-2023-0001\":{\"verified\":false},"     \
    "\"CVE-2023-0002\":{}}}\n"

const char build_shodan_banners[] = BANNER_443("22") BANNER_443(
    "29") "{\"ip_str\":\"2001:DB8::0:1\",\"port\":53,\"transport\":\"udp\",\"timestamp\":"
          "\"2023-03-25T00:00:00.000000\",\"hash\":7,\"_shodan\":{\"module\":\"dns-udp\"},"
          "\"hostnames\":[],\"org\":null,\"location\":{\"country_code\":\"DE\"}}\n";

const char build_shodan_page[] =
    "{\"total\":1,\"matches\":[{\"ip_str\":\"192.0.2.9\",\"port\":5060,\"transport\":\"udp\","
    "\"timestamp\":\"2023-03-25T10:00:00\",\"hash\":0,\"_shodan\":{\"module\":\"sip\"},"
    "\"product\":\"Phone System\",\"vulns\":[\"CVE-2023-0003\"]}]}";

const char build_shodan_host[] =
    "{\"region_code\":null,\"ip\":3221225994,\"country_code\":\"FR\",\"org\":\"Example Host\","
    "\"asn\":\"AS64501\",\"hostnames\":[\"h.example\"],\"ip_str\":\"192.0.2.10\",\"ports\":[22,80],"
    "\"last_update\":\"2023-04-01T00:00:00\",\"data\":["
    "{\"port\":22,\"transport\":\"tcp\",\"timestamp\":\"2023-03-30T01:00:00\",\"product\":"
    "\"OpenSSH\",\"version\":\"9.2\",\"hash\":1,\"_shodan\":{\"module\":\"ssh\"}},"
    "{\"port\":80,\"transport\":\"tcp\",\"timestamp\":\"2023-04-01T00:00:00\",\"hash\":2,"
    "\"_shodan\":{\"module\":\"http\"},\"org\":\"Other Net\"}]}";

const char build_censys_1[] =
    "{\"ip\":\"192.0.2.20\",\"protocols\":[\"443/https\",\"22/ssh\"],\"updated_at\":"
    "\"2020-09-29T12:44:48+00:00\",\"location\":{\"country_code\":\"BE\"},\"autonomous_system\":"
    "{\"asn\":64502,\"name\":\"EXAMPLE-AS\",\"description\":\"Example\"},\"p443\":{\"https\":"
    "{\"get\":{\"title\":\"Login\",\"body_sha256\":"
    "\"4d2df97f002e1d1905cf64366eddaa9a57f2f99b3cc7101c3bebff18428ed894\",\"metadata\":"
    "{\"product\":\"httpd\",\"version\":\"2.4\"}},\"tls\":{\"certificate\":{\"parsed\":"
    "{\"fingerprint_sha256\":"
    "\"60114f8038389859da7e1f4776bedf0b8d48e0ee302b60623c3a0f51a5d138a8\",\"names\":"
    "[\"v1.example\"]}}}}}}\n";

#define CENSYS_2                                                                                   \
    "{\"ip\":\"192.0.2.30\",\"services\":[{\"extended_service_name\":\"HTTPS\",\"observed_at\":"   \
    "\"2023-03-27T14:44:01.811676766Z\",\"port\":443,\"service_name\":\"HTTP\","                   \
    "\"transport_protocol\":\"TCP\",\"software\":[{\"uniform_resource_identifier\":"               \
    "\"cpe:2.3:o:linux:linux_kernel\",\"part\":\"o\",\"version\":\"5\"},"                          \
    "{\"uniform_resource_identifier\":\"cpe:2.3:a:example:pbx:18.0.3\",\"product\":\"pbx\","       \
    "\"version\":\"18.0.3\"},{\"product\":\"nginx\",\"version\":\"1.18\"}],"                       \
    "\"banner_hashes\":[\"sha256:4437\"],\"http\":{\"response\":{\"html_title\":\"302 Moved\","    \
    "\"body_hash\":\"sha1:1fd84b37b709256752fe1f865f86b5bec05cf712\",\"favicons\":"                \
    "[{\"name\":\"x\",\"shodan_hash\":970132176}]}},\"tls\":{\"certificates\":"                    \
    "{\"leaf_fp_sha_256\":"                                                                        \
    "\"70114f8038389859da7e1f4776bedf0b8d48e0ee302b60623c3a0f51a5d138a8\",\"leaf_data\":"          \
    "{\"names\":[\"pbx.example\",\"*.example\"],\"fingerprint\":"                                  \
    "\"70114f8038389859da7e1f4776bedf0b8d48e0ee302b60623c3a0f51a5d138a8\"}}}},"                    \
    "{\"port\":443,\"service_name\":\"UNKNOWN\",\"transport_protocol\":\"QUIC\"}],"                \
    "\"location\":{\"country_code\":\"US\"},\"autonomous_system\":{\"asn\":64503,\"name\":"        \
    "\"EXAMPLE\"},\"dns\":{\"reverse_dns\":{\"names\":[\"r.example\"]}},\"last_updated_at\":"      \
    "\"2023-03-27T16:39:12.343Z\"}"

const char build_censys_2[] = CENSYS_2 "\n";
const char build_censys_2_page[] =
    "{\"code\":200,\"status\":\"OK\",\"result\":{\"query\":\"services.port: 443\",\"total\":1,"
    "\"hits\":[" CENSYS_2 ",{\"ip\":\"192.0.2.31\",\"services\":[],\"location\":{}}]}}";

#define CENSYS_3                                                                                   \
    "{\"resource\":{\"ip\":\"2001:db8::30\",\"autonomous_system\":{\"asn\":64504,\"name\":"        \
    "\"EXAMPLE-3\"},\"location\":{\"country\":\"Japan\",\"country_code\":\"JP\"},\"dns\":"         \
    "{\"names\":[\"three.example\"]},\"services\":[{\"port\":5001,\"protocol\":\"HTTP\","          \
    "\"transport_protocol\":\"tcp\",\"scan_time\":\"2025-10-03T08:00:00Z\",\"software\":"          \
    "[{\"product\":\"pbx\",\"version\":\"20\",\"cpe\":\"cpe:2.3:a:example:pbx:20\"}],\"cert\":"    \
    "{\"fingerprint_sha256\":"                                                                     \
    "\"80114f8038389859da7e1f4776bedf0b8d48e0ee302b60623c3a0f51a5d138a8\",\"names\":"              \
    "[\"pbx.example\"]},\"banner_hash_sha256\":\"bb\",\"endpoints\":[{\"http\":{\"html_title\":"   \
    "\"Not Found\",\"body_hash_sha256\":\"cc\",\"favicons\":[{\"hash_shodan\":-1}]}}],"            \
    "\"vulns\":[{\"id\":\"CVE-2025-0001\"}]},{\"port\":22,\"protocol\":\"SSH\","                   \
    "\"transport_protocol\":\"tcp\",\"scan_time\":\"2025-10-04T08:00:00Z\"}]}}"

const char build_censys_3[] = "{\"result\":" CENSYS_3 "}";
const char build_censys_3_page[] =
    "{\"result\":{\"hits\":[{\"host_v1\":" CENSYS_3 "},{\"webproperty_v1\":{\"resource\":"
    "{\"hostname\":\"w.example\",\"port\":443}}}],\"next_page_token\":\"\",\"total_hits\":2}}";

void build_shodan_many(struct hw_buf *out, unsigned count, unsigned page)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned host = i / 4;
        hw_buf_printf(out,
                      "{\"ip_str\":\"198.%u.%u.%u\",\"port\":%u,\"transport\":\"tcp\","
                      "\"timestamp\":\"2023-03-%02uT00:00:00.000000\",\"hash\":%u,"
                      "\"_shodan\":{\"module\":\"http\"},\"product\":\"httpd\",\"org\":\"Net %u\","
                      "\"http\":{\"html\":\"",
                      18 + host / 65536, host / 256 % 256, host % 256, 8000 + i % 4, 1 + i % 28, i,
                      host % 7);
        for (unsigned k = 0; k < page; k++) {
            hw_buf_char(out, (char)('a' + k % 26));
        }
        hw_buf_str(out, "\",\"html_hash\":1}}\n");
    }
}
