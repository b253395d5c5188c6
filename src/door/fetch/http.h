/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/fetch/http.h -- one peer over HTTPS, by libcurl, whose only landlord this room is.
 *
 * RFC 9110 (conditional requests, redirects), RFC 9112. TLS 1.2 or later, the peer's name and chain
 * verified against the given certificates alone. No proxy, no cookie, no compression, no cache, no
 * other scheme, no other host. What comes is written to a descriptor and looked at by nobody here.
 */
#ifndef HW_DOOR_FETCH_HTTP_H
#define HW_DOOR_FETCH_HTTP_H

#include "base/error.h"
#include "door/fetch/protocol.h"

struct hw_http;

/* Takes the URL apart, resolves its host, reads the certificates at ca_fd, and makes the libraries
 * load whatever they load later otherwise. HW_E_USAGE: a URL we do not go to. *out_port: its. */
HW_CHECK int hw_http_new(const struct hw_fetch_open *o, int ca_fd, struct hw_http **out,
                         uint16_t *out_port, struct hw_error *err);
void hw_http_free(struct hw_http *h);
/* One request, redirects included. Everything is told in *out; files are written from their start.
 * body_fd: -1 without one. */
void hw_http_ask(struct hw_http *h, const struct hw_fetch_ask *ask, int out_fd, int body_fd,
                 struct hw_fetch_answer *out);

#endif
