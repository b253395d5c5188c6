/* SPDX-License-Identifier: Apache-2.0 */
/* tests/lib/build_yara.h -- files of YARA rules, sound and hostile, for tests and fuzzers. */
#ifndef HW_TESTS_BUILD_YARA_H
#define HW_TESTS_BUILD_YARA_H

#include "base/buf.h"

/* Imports, a global, a private and two ordinary rules, with every kind of text in them: nothing in
 * it is wrong. Five entries: one import, four rules. */
void build_yara(struct hw_buf *b);
/* One rule that looks for `text` as it stands. */
void build_yara_text(struct hw_buf *b, const char *name, const char *text);
/* `count` rules, each looking for its own number. */
void build_yara_many(struct hw_buf *b, unsigned count);
/* A condition `depth` brackets deep. */
void build_yara_deep(struct hw_buf *b, unsigned depth);

#endif
