/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_value.h -- what list_values.c, list_refang.c and list_hosts.c share.
 *
 * Readers named hw_value_* write the canonical form into *v and its kind, or answer false and leave
 * *v of no use. Their input is already plain where it says so.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_LIST_VALUE_H
#define HW_EVIDENCE_KNOWLEDGE_LIST_VALUE_H

#include "evidence/knowledge/list.h"

struct hw_span hw_value_text(const struct hw_list_value *v);
/* False when the value is full. */
bool hw_value_put(struct hw_list_value *v, uint8_t c);
bool hw_value_put_all(struct hw_list_value *v, struct hw_span s);
/* Sets the kind; always true, for the end of a chain. */
bool hw_value_give(struct hw_list_value *v, enum hw_list_kind kind);
/* Sets the reason; always false. */
bool hw_value_no(const char **out_why, const char *why);
bool hw_value_is_hex(uint8_t c);
bool hw_value_one_of(uint8_t c, const char *set); /* NUL is in no set */

/* Without blanks, quotes, angle brackets and list commas around it. */
struct hw_span hw_value_unwrap(struct hw_span s);
/* Unwrapped, refanged, unwrapped again, its scheme unhidden. Doing it twice changes nothing. */
HW_CHECK bool hw_value_plain(struct hw_span raw, struct hw_list_value *v, const char **out_why);

/* All over plain text. An address or name, either with a port, which is dropped. */
HW_CHECK bool hw_value_host(struct hw_span s, struct hw_list_value *v);
/* address/bits: kept as other. */
HW_CHECK bool hw_value_network(struct hw_span s, struct hw_list_value *v);
HW_CHECK bool hw_value_email(struct hw_span s, struct hw_list_value *v);
HW_CHECK bool hw_value_url(struct hw_span s, struct hw_list_value *v);
/* Does it begin with scheme://? */
bool hw_value_has_scheme(struct hw_span s);

#endif
