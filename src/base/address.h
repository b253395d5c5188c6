/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/address.h -- addresses of machines, one spelling each (RFC 4291, RFC 5952).
 */
#ifndef HW_BASE_ADDRESS_H
#define HW_BASE_ADDRESS_H

#include "base/text.h"

enum { HW_ADDRESS_TEXT = 46 };

/* The one spelling of an address of either family: no zone, and IPv4 as IPv4 where it was written
 * as IPv6. False for what is no address, and for those that are no machine's alone: the loop, the
 * link's own, multicast and broadcast, and none. */
bool hw_address_plain(struct hw_span s, char out[HW_ADDRESS_TEXT]);

/* Outside of what RFC 1918, 3927, 4193, 4291 and 6598 keep inside? False for what is no address. */
bool hw_address_is_public(struct hw_span s);

/* Any address, nobody's too, as the 16 bytes of IPv6; IPv4 is ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
 * False, and *out is of no use, for what is none. */
HW_CHECK bool hw_address_bytes(struct hw_span s, uint8_t out[16]);

enum { HW_ADDRESS_NETWORK_TEXT = HW_ADDRESS_TEXT + 4 };

/* The one spelling of a network, "10.0.0.0/8": bits behind the mask are zero. False for what is
 * none; an address without a mask is none. */
HW_CHECK bool hw_address_network(struct hw_span s, char out[HW_ADDRESS_NETWORK_TEXT]);
/* The network of so many bits that the address lies in; of IPv4, whose bytes are those of
 * hw_address_bytes(), at most 32. False when it has not that many. */
HW_CHECK bool hw_address_within(const uint8_t address[16], unsigned bits,
                                char out[HW_ADDRESS_NETWORK_TEXT]);

#endif
