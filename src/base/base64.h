/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/base64.h -- base64 as RFC 4648 section 4 has it: standard alphabet, with padding.
 */
#ifndef HW_BASE_BASE64_H
#define HW_BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/reader.h"

void hw_base64_put(struct hw_buf *out, struct hw_span s);

/* Appends the decoded bytes. Strict: length a multiple of four, padding only at the end, no
 * whitespace, unused bits zero (so each byte string has one spelling). On false (bad input, or *out
 * is full: then hw_buf_ok() is false too) nothing was appended. */
HW_CHECK bool hw_base64_decode(struct hw_span s, struct hw_buf *out);

#endif
