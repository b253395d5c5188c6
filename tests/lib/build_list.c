/* SPDX-License-Identifier: Apache-2.0 */
#include "build_list.h"

#include <stdarg.h>
#include <string.h>

enum { LIST_BYTES = 64 * 1024 * 1024 };

void hw_list_build_init(struct hw_list_build *b, char delimiter, bool bom, bool crlf)
{
    hw_buf_init(&b->out, LIST_BYTES);
    b->delimiter = delimiter;
    b->crlf = crlf;
    hw_buf_str(&b->out, bom ? "\xef\xbb\xbf" : "");
}

void hw_list_build_done(struct hw_list_build *b)
{
    hw_buf_done(&b->out);
}

static void field(struct hw_list_build *b, const char *s)
{
    char special[] = {'"', '\n', '\r', b->delimiter, '\0'};
    if (strpbrk(s, special) == NULL) {
        hw_buf_str(&b->out, s);
        return;
    }
    hw_buf_char(&b->out, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"') {
            hw_buf_char(&b->out, '"');
        }
        hw_buf_char(&b->out, *s);
    }
    hw_buf_char(&b->out, '"');
}

void hw_list_build_row(struct hw_list_build *b, ...)
{
    va_list ap;
    va_start(ap, b);
    const char *s = va_arg(ap, const char *);
    for (bool first = true; s != NULL; first = false, s = va_arg(ap, const char *)) {
        if (!first) {
            hw_buf_char(&b->out, b->delimiter);
        }
        field(b, s);
    }
    va_end(ap);
    hw_buf_str(&b->out, b->crlf ? "\r\n" : "\n");
}

void hw_list_build_line(struct hw_list_build *b, const char *line)
{
    hw_buf_str(&b->out, line);
    hw_buf_str(&b->out, b->crlf ? "\r\n" : "\n");
}

void hw_list_build_hex(unsigned n, unsigned digits, char *out)
{
    uint32_t v = n * 2654435761U + 12345U;
    for (unsigned i = 0; i < digits; i++) {
        v = v * 1664525U + 1013904223U;
        out[i] = "0123456789abcdef"[v >> 28];
    }
    out[digits] = '\0';
}

/* A few digests to write with. */
struct digests {
    char sha256[65], sha1[41], md5[33];
};

static struct digests digests(unsigned n)
{
    struct digests d;
    hw_list_build_hex(n, 64, d.sha256);
    hw_list_build_hex(n + 1000, 40, d.sha1);
    hw_list_build_hex(n + 2000, 32, d.md5);
    return d;
}

static void typed(struct hw_list_build *b)
{
    struct digests d = digests(1), e = digests(2);
    hw_list_build_row(b, "type", "value", "description", "source", NULL);
    hw_list_build_row(b, "sha256", d.sha256, "Loader, \"stage 1\"", "a report", NULL);
    hw_list_build_row(b, "md5", d.md5, "carrier.dll carrier: poisoned", "a report", NULL);
    hw_list_build_row(b, "sha256", e.sha256,
                      "Example Ltd; family Code Signing Certificate; role Legitimate certificate",
                      "a report", NULL);
    hw_list_build_row(b, "domain_context", "www.example.com", "the maker's own host", "", NULL);
    hw_list_build_row(b, "url", "https://raw.githubusercontent.com/Someone/Else/main/x%d.ico",
                      "dead drop", "", NULL);
    hw_list_build_row(b, "cert_serial", "008538A6C5018F50FC", "serial of the certificate", "",
                      NULL);
    hw_list_build_row(b, "ipv4", "192.0.2.55", "seen 2023-03-29", "", NULL);
    hw_list_build_row(b, "filepath", "C:\\ProgramData\\TPM\\winscard.dll", "loader", "", NULL);
    hw_list_build_row(b, "useragent", "Mozilla/5.0 (X; Y)", "beacon", "", NULL);
}

static void triple(struct hw_list_build *b)
{
    struct digests d = digests(3);
    char three[3 * 65 + 3];
    size_t n = 0;
    for (const char *const *p = (const char *const[]){d.sha256, ",", d.sha1, ",", d.md5, NULL};
         *p != NULL; p++) {
        memcpy(three + n, *p, strlen(*p));
        n += strlen(*p);
    }
    three[n] = '\0';
    hw_list_build_row(b, "value", "entity_type", "description", NULL);
    hw_list_build_row(b, "www.poison.example.net", "hostname", "infrastructure", NULL);
    hw_list_build_row(b, "some.body@mail.example", "emailwhois", "infrastructure", NULL);
    hw_list_build_row(b, three, "file", "Installer", NULL);
}

static void defanged(struct hw_list_build *b)
{
    struct digests d = digests(4);
    hw_list_build_row(b, "Indicator_type", "Data", "Note", NULL);
    hw_list_build_line(b, "# an empty line follows");
    hw_list_build_line(b, "");
    hw_list_build_row(b, "sha256", d.sha256, "WIN: x.dll", NULL);
    hw_list_build_row(b, "url", "hxxps[:]//poison[.]example[.]net/a/B?c=1", "", NULL);
    hw_list_build_row(b, "url", "poison[.]example[.]org", "a bare domain", NULL);
    hw_list_build_row(b, "domain", "Poison (.) Example [dot] COM.", "", NULL);
    hw_list_build_row(b, "ip", "192[.]0[.]2[.]7:443", "", NULL);
}

static void columns(struct hw_list_build *b)
{
    struct digests d = digests(5), e = digests(6), f = digests(7);
    hw_list_build_row(b, "SHA256", "SHA1", "MD5", "FILENAME", "Version", "Malware Family", "Role",
                      "Notes ", NULL);
    hw_list_build_row(b, d.sha256, d.sha1, d.md5, "App.Core.dll", "1.2", "RAINFALL", "", "", NULL);
    hw_list_build_row(b, e.sha256, e.sha1, e.md5, "Example, Ltd ", "", "Code Signing Certificate",
                      "Legitimate code-signing certificate", "", NULL);
    hw_list_build_row(b, f.sha256, f.sha1, f.md5, "App.Core.dll", "1.1", "Benign", "", "", NULL);
}

static void names(struct hw_list_build *b)
{
    hw_list_build_row(b, "Associated Malware", "DNS Record Type ", "FQDN", "IP", "First Seen",
                      "Last Seen", NULL);
    hw_list_build_row(b, "RAINFALL", "A", "rain[.]example[.]com", "192.0.2.1",
                      "2020-02-14 03:47:49", "2020-12-13 19:28:44", NULL);
    hw_list_build_row(b, "", "CNAME", "snow[.]example[.]com", "", "2020-02-14", "some day", NULL);
}

static void packages(struct hw_list_build *b)
{
    hw_list_build_row(b, "package_name", "package_versions", "sources", NULL);
    hw_list_build_row(b, "@scope/left-pad", "1.0.3", "one, two", NULL);
    hw_list_build_row(b, "right-pad", "0.1.0, 0.1.1", "one", NULL);
    hw_list_build_row(b, "mid-pad", "all but 2.0", "one", NULL);
}

static void addresses(struct hw_list_build *b)
{
    hw_list_build_row(b, "ip", "country", "asn", "first_seen", "last_seen", NULL);
    hw_list_build_row(b, "198.51.100.7", "Nowhere", "64496", "2025-12-08", "2025-12-09", NULL);
    hw_list_build_row(b, "2001:DB8:0:0:0:0:0:1", "Nowhere", "64496", "2025-12-08", "", NULL);
}

static void misp(struct hw_list_build *b)
{
    struct digests d = digests(8), e = digests(9);
    char pair[128];
    size_t n = strlen("x.exe|");
    memcpy(pair, "x.exe|", n);
    memcpy(pair + n, d.sha256, 65);
    hw_list_build_row(b, "uuid", "event_id", "category", "type", "value", "comment", "to_ids",
                      NULL);
    hw_list_build_row(b, "u-1", "7", "Payload", "filename|sha256", pair, "", "1", NULL);
    hw_list_build_row(b, "u-2", "7", "Payload", "sha1", e.sha1, "seen", "0", NULL);
    hw_list_build_row(b, "u-3", "7", "Network", "ip-dst", "203.0.113.9", "", "1", NULL);
}

static void headless(struct hw_list_build *b)
{
    struct digests d = digests(10);
    hw_list_build_row(b, "SHA-256", d.sha256, "loader", NULL);
    hw_list_build_row(b, "MD5", d.md5, "loader", NULL);
    hw_list_build_row(b, "domain", "rain.example.com", "", NULL);
}

static void lines(struct hw_list_build *b, const char *behind, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct digests d = digests(20 + i);
        hw_buf_str(&b->out, i % 3 == 0 ? d.sha256 : i % 3 == 1 ? d.sha1 : d.md5);
        hw_list_build_line(b, behind);
    }
}

static void loki_hashes(struct hw_list_build *b)
{
    hw_list_build_line(b, "#");
    hw_list_build_line(b, "# LOKI CUSTOM EVIL HASHES");
    hw_list_build_line(b, "# MD5;COMMENT");
    hw_list_build_line(b, "");
    lines(b, ";RAINFALL - \"x, y\" https://example.com/a;b", 4);
    lines(b, ";Decoy Document of RAINFALL", 1);
}

static void loki_c2(struct hw_list_build *b)
{
    hw_list_build_line(b, "# LOKI C2 IOCs");
    hw_list_build_line(b, "");
    hw_list_build_line(b, "# Operation Rain https://example.com/r");
    hw_list_build_line(b, "rain.example.com");
    hw_list_build_line(b, "192.0.2.33;65");
    hw_list_build_line(b, "");
    hw_list_build_line(b, "snow.example.com;a comment of its own");
}

static void loki_filenames(struct hw_list_build *b)
{
    hw_list_build_line(b, "# LOKI File Name Characteristics");
    hw_list_build_line(b, "");
    hw_list_build_line(b, "# Rain");
    hw_list_build_line(b, "\\\\rainfall\\.sys;80");
    hw_list_build_line(b, "(TEMP|Temp)\\\\[^\\\\\"]+\\.(xmd|yls)$;70;(?i)(SysInternals\\\\)");
}

void hw_list_build_sample(struct hw_list_build *b, enum hw_list_sample which)
{
    static void (*const makers[HW_LIST_SAMPLE_COUNT])(struct hw_list_build *) = {
        [HW_LIST_SAMPLE_TYPED] = typed,         [HW_LIST_SAMPLE_TRIPLE] = triple,
        [HW_LIST_SAMPLE_DEFANGED] = defanged,   [HW_LIST_SAMPLE_COLUMNS] = columns,
        [HW_LIST_SAMPLE_NAMES] = names,         [HW_LIST_SAMPLE_PACKAGES] = packages,
        [HW_LIST_SAMPLE_ADDRESSES] = addresses, [HW_LIST_SAMPLE_MISP] = misp,
        [HW_LIST_SAMPLE_HEADLESS] = headless,   [HW_LIST_SAMPLE_LOKI_HASHES] = loki_hashes,
        [HW_LIST_SAMPLE_LOKI_C2] = loki_c2,     [HW_LIST_SAMPLE_LOKI_FILENAMES] = loki_filenames,
    };
    bool windows = which == HW_LIST_SAMPLE_DEFANGED;
    hw_list_build_init(b, which == HW_LIST_SAMPLE_HEADLESS ? ';' : ',', windows, windows);
    if (makers[which] != NULL) {
        makers[which](b);
    } else {
        lines(b, which == HW_LIST_SAMPLE_CHECKSUMS ? "  some/file.bin" : "", 6);
    }
}
