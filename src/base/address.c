/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>

/* Loops, links and groups (RFC 4291 2.4, RFC 5771) are no machine's alone. */
static bool is_nobodys(const struct in6_addr *a)
{
    const uint8_t *v4 = a->s6_addr + 12;
    if (IN6_IS_ADDR_V4MAPPED(a)) {
        return v4[0] == 0 || v4[0] == 127 || (v4[0] & 0xf0) == 0xe0 || v4[0] == 0xff;
    }
    return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LINKLOCAL(a) ||
           IN6_IS_ADDR_MULTICAST(a);
}

/* Either family as IPv6 (RFC 4291 2.5.5.2). */
static bool parse(struct hw_span s, struct in6_addr *out)
{
    char text[INET6_ADDRSTRLEN + 8];
    s = hw_span_cut(s, 0, hw_span_find(s, '%'));
    if (s.n == 0 || s.n >= INET6_ADDRSTRLEN) {
        return false;
    }
    bool colons = hw_span_find(s, ':') < s.n;
    (void)snprintf(text, sizeof text, "%s%.*s", colons ? "" : "::ffff:", (int)s.n,
                   (const char *)s.p);
    return inet_pton(AF_INET6, text, out) == 1;
}

bool hw_address_plain(struct hw_span s, char out[HW_ADDRESS_TEXT])
{
    struct in6_addr a;
    if (!parse(s, &a) || is_nobodys(&a)) {
        return false;
    }
    bool v4 = IN6_IS_ADDR_V4MAPPED(&a);
    return inet_ntop(v4 ? AF_INET : AF_INET6, a.s6_addr + (v4 ? 12 : 0), out, HW_ADDRESS_TEXT) !=
           NULL;
}

bool hw_address_is_public(struct hw_span s)
{
    struct in6_addr a;
    if (!parse(s, &a)) {
        return false;
    }
    const uint8_t *v4 = a.s6_addr + 12;
    if (IN6_IS_ADDR_V4MAPPED(&a)) {
        return v4[0] != 10 && !(v4[0] == 172 && v4[1] >> 4 == 1) && /* 172.16/12 */
               !(v4[0] == 192 && v4[1] == 168) && !(v4[0] == 169 && v4[1] == 254) &&
               !(v4[0] == 100 && v4[1] >> 6 == 1); /* 100.64/10 */
    }
    return (a.s6_addr[0] & 0xfe) != 0xfc && !IN6_IS_ADDR_LINKLOCAL(&a);
}

bool hw_address_bytes(struct hw_span s, uint8_t out[16])
{
    struct in6_addr a;
    if (!parse(s, &a)) {
        return false;
    }
    for (size_t i = 0; i < 16; i++) {
        out[i] = a.s6_addr[i];
    }
    return true;
}

bool hw_address_within(const uint8_t address[16], unsigned bits, char out[HW_ADDRESS_NETWORK_TEXT])
{
    struct in6_addr a;
    char text[HW_ADDRESS_TEXT];
    for (size_t i = 0; i < 16; i++) {
        a.s6_addr[i] = address[i];
    }
    bool v4 = IN6_IS_ADDR_V4MAPPED(&a);
    unsigned before = v4 ? 96 : 0;
    if (bits > 128 - before) {
        return false;
    }
    for (unsigned i = before + bits; i < 128; i++) {
        a.s6_addr[i / 8] = (uint8_t)(a.s6_addr[i / 8] & ~(0x80u >> i % 8));
    }
    if (inet_ntop(v4 ? AF_INET : AF_INET6, a.s6_addr + (v4 ? 12 : 0), text, sizeof text) == NULL) {
        return false;
    }
    (void)snprintf(out, HW_ADDRESS_NETWORK_TEXT, "%s/%u", text, bits);
    return true;
}

bool hw_address_network(struct hw_span s, char out[HW_ADDRESS_NETWORK_TEXT])
{
    uint8_t bytes[16];
    uint64_t bits;
    size_t slash = hw_span_find(s, '/');
    return slash < s.n && hw_span_u64(hw_span_from(s, slash + 1), &bits) && bits <= 128 &&
           hw_address_bytes(hw_span_cut(s, 0, slash), bytes) &&
           hw_address_within(bytes, (unsigned)bits, out);
}
