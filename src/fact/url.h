/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/url.h -- the parts of a URL that tell where it leads (RFC 3986, section 3).
 *
 * For URLs in canonical form; one that lacks its scheme is taken from its host on.
 */
#ifndef HW_FACT_URL_H
#define HW_FACT_URL_H

#include "base/reader.h"

/* Where path, query or fragment begin; the size when there is none of them. */
size_t hw_url_path(struct hw_span url);
/* The host, without user, port and the brackets of an IPv6 address; empty when it has none. */
struct hw_span hw_url_host(struct hw_span url);

#endif
