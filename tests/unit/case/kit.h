/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/case/kit.h -- small evidences by number, and a folder that goes away.
 */
#ifndef HW_TESTS_CASE_KIT_H
#define HW_TESTS_CASE_KIT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "case/care.h"
#include "case/kept.h"
#include "case/log.h"

#define SECOND INT64_C(1000000000)
#define NOW (INT64_C(1700000000) * SECOND)

struct kit {
    char dir[64];
    char path[96]; /* DIR/t.case */
    struct hw_error err;
};

int kit_setup(void **state);
int kit_teardown(void **state);
char *kit_file(struct kit *k, const char *name); /* DIR/name, in a buffer of the kit's */

struct hw_case *kit_open(struct kit *k, enum hw_case_mode mode); /* of k->path; asserts */
/* Fails with this code; the words are in k->err. */
void kit_refused(struct kit *k, enum hw_case_mode mode, int code);

/* A hash that depends on both numbers alone. */
void kit_hash(uint32_t a, uint32_t b, uint8_t out[32]);
/* Evidence number n: a box with `members` members, with facts of many kinds. */
struct kit_evidence {
    struct hw_evidence e;
    struct hw_stored_fact facts[128];
    struct hw_buf bodies[128];
    size_t count;
};
struct kit_evidence *kit_evidence(uint32_t n, unsigned members);
void kit_evidence_free(struct kit_evidence *e);
void kit_add(struct kit_evidence *e, const struct hw_fact *f);
/* Stores evidence n and sights it at /data/<n>.zip; asserts. */
void kit_store(struct hw_case *c, uint32_t n, unsigned members);
/* A list of hashes as knowledge; `value` is lower hex. */
void kit_store_indicator(struct hw_case *c, uint32_t n, const char *kind, const char *value);
/* The same with one STATEMENT; ecosystem NULL: a product by its plain name. */
void kit_store_statement(struct hw_case *c, uint32_t n, const char *name, const char *ecosystem);
/* A log of three layouts and 30 records as telemetry. */
void kit_store_log(struct hw_case *c, uint32_t n);
struct hw_place kit_place(const char *path, int64_t changed_ns);

/* The whole dump; free with hw_buf_done. */
void kit_dump(struct hw_case *c, struct hw_buf *out);
/* Whole file into out. */
void kit_slurp(const char *path, struct hw_buf *out);
bool kit_holds(const char *path, const void *p, size_t n);
/* Runs SQL on the file behind the case's back. */
void kit_sql(const char *path, const char *sql);
/* Troubles that a check finds; words of the first in k->err.text. */
uint64_t kit_check(struct kit *k, struct hw_case *c);

#define OK(call) assert_int_equal(call, HW_OK)

#endif
