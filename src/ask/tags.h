/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/tags.h -- who may tag an installer after signing it.
 *
 * Some makers write a download's origin into the certificate table of the installer they serve. The
 * parser names a tag only when its grammar consumes every byte of at most 8 KiB; here the signer is
 * held against the makers documented to use it. Anything else stays what it is: bytes nobody
 * signed.
 */
#ifndef HW_ASK_TAGS_H
#define HW_ASK_TAGS_H

#include <stdbool.h>

#include "base/reader.h"

/* Is this signer (certificate subject's name) documented to use tags of this word? */
bool hw_tag_allowed(struct hw_span tag, struct hw_span signer);

#endif
