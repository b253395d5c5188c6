/* SPDX-License-Identifier: Apache-2.0 */
#include "build_zeek.h"

#include <string.h>

static void put_list(struct hw_buf *b, const char *separator, const char *words)
{
    for (; *words != '\0'; words++) {
        if (*words == ' ') {
            hw_buf_str(b, separator);
        } else {
            hw_buf_char(b, *words);
        }
    }
    hw_buf_char(b, '\n');
}

void build_zeek_open(struct hw_buf *b, const char *separator, const char *path, const char *fields,
                     const char *types)
{
    hw_buf_str(b, "#separator ");
    for (const char *s = separator; *s != '\0'; s++) {
        hw_buf_printf(b, *s < 0x20 ? "\\x%02x" : "%c", *s);
    }
    hw_buf_printf(b, "\n#set_separator%s,\n#empty_field%s(empty)\n#unset_field%s-\n", separator,
                  separator, separator);
    hw_buf_printf(b, "#path%s%s\n#open%s2026-03-01-00-00-00\n#fields%s", separator, path, separator,
                  separator);
    put_list(b, separator, fields);
    hw_buf_printf(b, "#types%s", separator);
    put_list(b, separator, types);
}

void build_zeek_close(struct hw_buf *b, const char *separator)
{
    hw_buf_printf(b, "#close%s2026-03-01-01-00-00\n", separator);
}

void build_zeek_conn(struct hw_buf *b, unsigned count, bool missed)
{
    build_zeek_open(
        b, "\t", "conn",
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes "
        "resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes "
        "resp_pkts resp_ip_bytes tunnel_parents",
        "time string addr port addr port enum string interval count count string bool bool count "
        "string count count count count set[string]");
    for (unsigned i = 0; i < count; i++) {
        hw_buf_printf(b,
                      "%u.%06u\tC%016x\t10.0.%u.%u\t%u\t192.0.2.%u\t443\ttcp\tssl\t12.%06u\t%u\t%u"
                      "\tSF\tT\tF\t%u\tShADadFf\t%u\t%u\t%u\t%u\t-\n",
                      1772323200 + i, (i * 7919) % 1000000, i, i % 256, (i / 256) % 256,
                      49152 + i % 16000, i % 200, i % 1000000, i * 13 % 90000, i * 31 % 900000,
                      missed && i % 3 == 0 ? 1000 : 0, i % 90, i % 9000, i % 80, i % 8000);
    }
    build_zeek_close(b, "\t");
}

static void put_json(struct hw_buf *b, bool path, const char *log, const char *fields)
{
    hw_buf_char(b, '{');
    if (path) {
        hw_buf_printf(b, "\"_path\":\"%s\",", log);
    }
    hw_buf_printf(b, "%s}\n", fields);
}

void build_zeek_json(struct hw_buf *b, bool path)
{
    put_json(b, path, "conn",
             "\"ts\":1772323200.5,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.5\",\"id.orig_p\":49152,"
             "\"id.resp_h\":\"192.0.2.9\",\"id.resp_p\":443,\"proto\":\"tcp\","
             "\"conn_state\":\"SF\",\"missed_bytes\":7");
    put_json(b, path, "files",
             "\"ts\":1772323201.5,\"fuid\":\"F1\",\"tx_hosts\":[\"10.0.0.5\",\"10.0.0.6\"],"
             "\"rx_hosts\":[\"10.0.0.7\"],\"source\":\"SMB\",\"seen_bytes\":4");
    put_json(b, path, "dns",
             "\"ts\":1772323202.25,\"uid\":\"C2\",\"id.orig_h\":\"10.0.0.5\",\"id.resp_h\":"
             "\"10.0.0.1\",\"query\":\"example.org\",\"answers\":[\"192.0.2.9\"]");
    put_json(b, path, "odd",
             "\"ts\":1772323203.75,\"uid\":\"C3\",\"id.orig_h\":\"10.0.0.5\",\"id.resp_h\":"
             "\"10.0.0.1\",\"what\":\"else\"");
}
