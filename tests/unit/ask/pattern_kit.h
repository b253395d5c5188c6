/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/ask/pattern_kit.h -- patterns read as published, and what they are asked of.
 */
#ifndef HW_TESTS_ASK_PATTERN_KIT_H
#define HW_TESTS_ASK_PATTERN_KIT_H

#include "tale.h"

#define SECOND INT64_C(1000000000)

int pattern_setup(void **state);
int pattern_teardown(void **state);

/* A tree of OpenIOC: items and groups up to pattern_tree(), which learns them under one OR. */
void pattern_item(const char *term, const char *condition, const char *v);
void pattern_item_not(const char *term, const char *condition, const char *v);
void pattern_and(void);
void pattern_or(void);
void pattern_end(void);
void pattern_tree(struct tale *t, const char *title);
/* A list of Loki's names of files; the heading of its lines is "A heading". */
void pattern_names(struct tale *t, const char *lines);

void pattern_file(struct tale *t, char letter, const char *path);
/* A signed library with a version resource, imports and exports. */
void pattern_library(struct tale *t, char letter, const char *path);
/* One record of a log of Windows, number 7; names: '\n' between them. */
void pattern_record(struct tale *t, char letter, const char *log, const char *event,
                    const char *names, const char *const *texts, size_t count, int64_t second);
/* Of a process on ALPHA that explorer.exe started, at second 100. */
void pattern_process(struct tale *t, char letter, const char *image, const char *command);

/* How many findings the hunt has. */
unsigned pattern_met(struct tale *t);

#endif
