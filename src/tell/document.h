/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/document.h -- pieces of JSON documents whose form others have set (inside of the room):
 * STIX, MISP, Attack Flow, CSAF.
 *
 * Such a form has no place for bytes that are no text. They become U+FFFD here, and so does NUL,
 * which many readers of JSON refuse; all else passes the escaper as everywhere. Texts are cut at a
 * length, for an export is read by programs of others. No function needs a comma from its caller:
 * whether one is due is seen from the byte before.
 */
#ifndef HW_TELL_DOCUMENT_H
#define HW_TELL_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ask/answer_report.h"
#include "base/buf.h"
#include "base/error.h"

enum {
    HW_DOC_NAME = 1000,  /* bytes of a name, */
    HW_DOC_TEXT = 16000, /* and of a text */
    HW_DOC_BYTES = 64 << 20,
    HW_UUID_TEXT = 37,
    HW_DOC_TIME = 32,
};

/* key NULL: an element of an array. bracket: '{' or '['. */
void hw_doc_open(struct hw_buf *b, const char *key, char bracket);
void hw_doc_close(struct hw_buf *b, char bracket);
void hw_doc_text(struct hw_buf *b, const char *key, struct hw_span value);
void hw_doc_name(struct hw_buf *b, const char *key, struct hw_span value, const char *without);
void hw_doc_words(struct hw_buf *b, const char *key, const char *value);
void hw_doc_number(struct hw_buf *b, const char *key, uint64_t n);
void hw_doc_flag(struct hw_buf *b, const char *key, bool on);
/* In milliseconds, with Z. Nothing for HW_TIME_NONE and for times that mean "no bound". */
void hw_doc_time(struct hw_buf *b, const char *key, int64_t ns);

/* Valid UTF-8 without NUL, cut at max bytes: what hw_doc_text() writes, before it is escaped. */
void hw_doc_clean(struct hw_buf *out, struct hw_span s, size_t max);
/* 2023-03-13T06:31:00.000Z */
const char *hw_doc_moment(int64_t ns, char out[HW_DOC_TIME]);
bool hw_doc_has_time(int64_t ns);
/* Of a moment, what is in milliseconds: two that are told alike are alike. */
int64_t hw_doc_whole(int64_t ns);

/* A UUID of version 5 (RFC 4122, 4.3). False for want of memory. */
HW_CHECK bool hw_uuid_named(const uint8_t space[16], struct hw_span name, char out[HW_UUID_TEXT]);
/* False when it is none. */
HW_CHECK bool hw_uuid_read(struct hw_span text, uint8_t out[16]);
/* The case's own UUID as the space of all names in it; what is none is made into one. */
HW_CHECK bool hw_uuid_of_case(const struct hw_report_answer *r, uint8_t out[16],
                              char text[HW_UUID_TEXT]);

/* The Traffic Light Protocol (FIRST, TLP 2.0). */
enum hw_tlp { HW_TLP_NONE, HW_TLP_CLEAR, HW_TLP_GREEN, HW_TLP_AMBER, HW_TLP_STRICT, HW_TLP_RED };
enum hw_tlp hw_tlp_read(struct hw_span text); /* "TLP:AMBER+STRICT", "amber" ...; NONE else */
const char *hw_tlp_word(enum hw_tlp t);       /* "amber+strict"; "" for none */

/* The last part of a path, of either system. Where things lie may name people; what they are
 * called is needed. */
struct hw_span hw_doc_base(struct hw_span path);
/* What an end of a step is called outside of the house: accounts and sessions only by their id. */
void hw_doc_end(struct hw_buf *b, const struct hw_end *e);
/* A scope that is an organisation's name; empty for what only stands for one piece of evidence. */
struct hw_span hw_doc_org(struct hw_span scope);
/* The next id of a technique of ATT&CK in a text, behind "attack." or in a list behind "ATT&CK";
 * *at goes on. False: no more. */
bool hw_doc_technique(struct hw_span says, size_t *at, char out[12]);
/* A URL of the web that may stand in a document as it is (RFC 3986, 2). */
bool hw_doc_is_url(struct hw_span s);
/* How sure a step is, on the scale of STIX (2.1, appendix A, the column of the DNI): observed 95,
 * "almost certain"; keyed 85, "very likely"; inferred 50, "even chance"; claimed 30, for somebody's
 * word is no record. */
unsigned hw_doc_sure(const char *known);

#endif
