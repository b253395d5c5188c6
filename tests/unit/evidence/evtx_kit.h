/* SPDX-License-Identifier: Apache-2.0 */
/* One EVTX log under way, and what was told of it: what the tests of honest and of
 * hostile ones share. */
#ifndef HW_TESTS_EVTX_KIT_H
#define HW_TESTS_EVTX_KIT_H

#include "build_evtx.h"
#include "records.h"

extern struct build_evtx b;
extern struct hw_recorded r;

int evtx_begin(void **state);
int evtx_end(void **state);
void again(void);
void read_bytes(const uint8_t *p, size_t n);
void read_log(void);
struct build_evtx_value text(const char *ascii);
/* Two kinds of events, `count` of each. */
void honest(unsigned count);
size_t records(void);
bool has(const char *word);

#endif
