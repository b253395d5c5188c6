/* SPDX-License-Identifier: Apache-2.0 */
/*
 * headwater.h -- the one public header: read evidence into a case, ask questions, get JSON.
 *
 * Opaque handles, no third-party types, C11 and C++. A handle is used by one thread at a time;
 * several handles are fine. Functions return HEADWATER_OK, a positive answer where they say so, or
 * a negative code with words in the caller's headwater_error. Hostile bytes are parsed only in the
 * caged helper program headwater-worker; without a cage nothing is read (HEADWATER_E_CAGE).
 */
#ifndef HEADWATER_H
#define HEADWATER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HEADWATER_API __attribute__((visibility("default")))
#else
#define HEADWATER_API
#endif

struct headwater_case;

struct headwater_error {
    int code;       /* as returned */
    char text[240]; /* what happened, where, and what to try; UTF-8 */
};

enum {
    HEADWATER_OK = 0,
    HEADWATER_E_MEMORY = -1,
    HEADWATER_E_IO = -2,
    HEADWATER_E_SPACE = -3,
    HEADWATER_E_USAGE = -4,
    HEADWATER_E_LIMIT = -5,
    HEADWATER_E_STATE = -6,
    HEADWATER_E_CASE = -7,
    HEADWATER_E_CAGE = -8,
    HEADWATER_E_BUSY = -9,
    HEADWATER_E_STOPPED = -10,
    HEADWATER_E_MISSING = -11,
    HEADWATER_E_PEER = -12
};

/* The answers of questions, as the command line's exit status has them. */
enum { HEADWATER_FINE = 0, HEADWATER_FOUND = 1, HEADWATER_UNKNOWN = 3 };

/* "0.1.0"; never NULL. */
HEADWATER_API const char *headwater_version(void);

/* Opens a case for writing and makes it when it is not there; NULL opens a private one that is gone
 * at close. *out is the caller's, for headwater_case_close(). error may be NULL. */
HEADWATER_API int headwater_case_open(const char *path, struct headwater_case **out,
                                      struct headwater_error *error);
/* Leaves one whole file. NULL is silence. */
HEADWATER_API void headwater_case_close(struct headwater_case *c);

/* Reads a file or folder: software (scan), published knowledge (learn). HEADWATER_UNKNOWN when
 * something in it could not be read; show it with a question. */
HEADWATER_API int headwater_scan(struct headwater_case *c, const char *path,
                                 struct headwater_error *error);
HEADWATER_API int headwater_learn(struct headwater_case *c, const char *path,
                                  struct headwater_error *error);

/* Takes one line of an answer: a JSON object and its newline, n bytes, borrowed for the call. A
 * non-zero return ends the answer with HEADWATER_E_STOPPED. */
typedef int (*headwater_line)(void *state, const char *line, size_t n);

/* Reads path as headwater_scan does and judges what it holds. FINE, FOUND, UNKNOWN or a code. */
HEADWATER_API int headwater_verify(struct headwater_case *c, const char *path, headwater_line take,
                                   void *state, struct headwater_error *error);
/* Matches all knowledge against all that was ever read. FINE, FOUND, UNKNOWN or a code. */
HEADWATER_API int headwater_hunt(struct headwater_case *c, headwater_line take, void *state,
                                 struct headwater_error *error);

#ifdef __cplusplus
}
#endif

#endif
