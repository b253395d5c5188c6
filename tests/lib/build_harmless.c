/* SPDX-License-Identifier: Apache-2.0 */
#include "build_harmless.h"

void build_warnlist(struct hw_buf *out, const char *type, const char *values)
{
    hw_buf_printf(out,
                  "{\"description\":\"A list of things.\",\"list\":[%s],"
                  "\"matching_attributes\":[\"domain\",\"ip-dst\"],\"name\":\"Some list\","
                  "\"type\":\"%s\",\"version\":20230101}\n",
                  values, type);
}

void build_known_good(struct hw_buf *out, bool old)
{
    if (old) {
        hw_buf_str(out, "\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\","
                        "\"OpSystemCode\",\"SpecialCode\"\r\n"
                        "\"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709\","
                        "\"D41D8CD98F00B204E9800998ECF8427E\",\"00000000\",\"a \"\"b\"\".dll\",0,"
                        "16745,\"WIN\",\"\"\r\n"
                        "\"0123456789012345678901234567890123456789\","
                        "\"0123456789ABCDEF0123456789ABCDEF\",\"00000000\",\"bad.exe\",1,1,"
                        "\"WIN\",\"M\"\r\n");
        return;
    }
    hw_buf_str(out, "sha256,sha1,md5,crc32,file_name,file_size,package_id\n"
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,"
                    "da39a3ee5e6b4b0d3255bfef95601890afd80709,"
                    "d41d8cd98f00b204e9800998ecf8427e,00000000,\"a, b.dll\",0,1\n"
                    ",,0123456789abcdef0123456789abcdef,,c.dll,2,1\n"
                    ",,,,d.dll,3,1\n");
}
