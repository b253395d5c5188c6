/* SPDX-License-Identifier: Apache-2.0 */
#include "build_mapped.h"

static void put_with(struct hw_buf *b, const char *text, char delimiter)
{
    for (const char *p = text; *p != 0; p++) {
        hw_buf_char(b, *p == '^' ? delimiter : *p);
    }
}

void build_mapped_csv(struct hw_buf *b, const char *before, char delimiter, const char *end,
                      unsigned rows)
{
    hw_buf_str(b, before);
    put_with(b, "Receive Time^Event ID^Stage^Source User^Machine Name^Public IP^Private IP^",
             delimiter);
    put_with(b, "Host ID^Status^Portal^Description", delimiter);
    hw_buf_str(b, end);
    for (unsigned i = 1; i <= rows; i++) {
        hw_buf_printf(b, "2023/03/13 06:31:%02u", i % 60);
        put_with(b, "^gateway-connected^connected^corp\\user", delimiter);
        hw_buf_printf(b, "%u", i);
        put_with(b, "^LT-0147^203.0.113.7^10.8.0.17^8f0c^success^vpn^\"says \"\"hi\"\"\n",
                 delimiter);
        hw_buf_printf(b, "%c\"%s", delimiter, end);
    }
}

void build_mapped_json(struct hw_buf *b, const char *open, const char *between, const char *close,
                       unsigned rows)
{
    hw_buf_str(b, open);
    for (unsigned i = 1; i <= rows; i++) {
        hw_buf_printf(b,
                      "%s{\"id\":\"id%u\",\"createdDateTime\":\"2023-03-13T06:31:%02uZ\","
                      "\"userPrincipalName\":\"user%u@example.com\",\"appDisplayName\":\"Mail\","
                      "\"ipAddress\":\"203.0.113.7\",\"status\":{\"errorCode\":0},"
                      "\"deviceDetail\":{\"displayName\":\"LT-0147\"}}",
                      i > 1 ? between : "", i, i % 60, i);
    }
    hw_buf_str(b, close);
}

void build_mapped_kv(struct hw_buf *b, unsigned rows)
{
    for (unsigned i = 1; i <= rows; i++) {
        hw_buf_printf(
            b,
            "<189>date=2023-03-13 time=06:31:%02u devname=\"FW 1\" devid=\"FGT1\" "
            "eventtime=16786890%02u123456789 logid=\"0101039424\" type=\"event\" "
            "subtype=\"vpn\" vd=root action=\"tunnel-up\" remip=203.0.113.7 "
            "user=\"user%u\" tunnelip=10.212.134.%u tunnelid=%u msg=\"say \\\"up\\\" now\"\n",
            i % 60, i % 60, i, i % 250, i);
    }
}

void build_mapped_w3c(struct hw_buf *b, unsigned rows)
{
    hw_buf_str(b, "#Version: 1.5\r\n#Fields: date time action protocol src-ip dst-ip src-port "
                  "dst-port size tcpflags\r\n\r\n");
    for (unsigned i = 1; i <= rows; i++) {
        hw_buf_printf(b, "2023-03-13 06:31:%02u ALLOW TCP 10.20.4.31 198.51.100.20 %u 443 0 -\r\n",
                      i % 60, 1024 + i % 60000);
    }
}

void build_mapped_lines(struct hw_buf *b, unsigned rows)
{
    for (unsigned i = 1; i <= rows; i++) {
        hw_buf_printf(
            b,
            "<164>Mar 13 2023 06:31:%02u fw01 : %%ASA-4-722051: Group <VPN> User <user%u> "
            "IP <203.0.113.7> IPv4 Address <10.8.0.%u> IPv6 address <::> assigned to "
            "session\n",
            i % 60, i, i % 250);
    }
}
