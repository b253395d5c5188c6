/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pki.h -- test authorities, certificates, signatures, timestamps, and PE files
 * that carry them. Keys are made once per process; nothing here is fit for anything but tests.
 */
#ifndef HW_TESTS_BUILD_PKI_H
#define HW_TESTS_BUILD_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"
#include "evidence/artifact/authenticode.h"

/* Finds what hw_authenticode wants in an honest PE file. False: no PE. */
bool hw_test_pe_layout(struct hw_span file, struct hw_pe_layout *out);

#endif
