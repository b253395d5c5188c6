/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_exposure.h -- small whole exports of scanners, one of each shape; each is sound.
 * All addresses and names are of RFC 5737, RFC 3849 and RFC 2606.
 */
#ifndef HW_TESTS_BUILD_EXPOSURE_H
#define HW_TESTS_BUILD_EXPOSURE_H

#include "base/buf.h"

/* Three banners, a line each; two are the same service on two days, one is of IPv6. */
extern const char build_shodan_banners[];
/* A page of a search with one banner, and a host with two. */
extern const char build_shodan_page[], build_shodan_host[];
/* One host each, with two services; the page is of version 2, the hit of version 3. */
extern const char build_censys_1[], build_censys_2[], build_censys_2_page[], build_censys_3[],
    build_censys_3_page[];

/* Appends `count` banners, a line each, of as many services on count / 4 + 1 addresses, each with a
 * page of `page` bytes in it. */
void build_shodan_many(struct hw_buf *out, unsigned count, unsigned page);

#endif
