/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/error.h -- how we say that *we* failed.
 *
 * Two guilts are never mixed. When memory, disk or the caller let us down, a function returns one
 * of the negative codes below and leaves words in the caller's object. When *evidence* is broken,
 * that is no error at all: it becomes an anomaly fact with an offset (fact/fact.h).
 */
#ifndef HW_BASE_ERROR_H
#define HW_BASE_ERROR_H

#include <stdint.h>

#define HW_CHECK __attribute__((warn_unused_result))
#define HW_FORMAT(fmt, args) __attribute__((format(printf, fmt, args)))

/* The closed list. Codes are stable: tests and exit statuses stand on them. */
enum hw_code {
    HW_OK = 0,
    HW_E_MEMORY = -1,    /* the allocator, or a ceiling of ours on memory, said no */
    HW_E_IO = -2,        /* the operating system refused a read, a write or an open */
    HW_E_SPACE = -3,     /* no room left on the device */
    HW_E_USAGE = -4,     /* the caller asked for something that makes no sense */
    HW_E_LIMIT = -5,     /* a stated cap was reached; the text names it */
    HW_E_STATE = -6,     /* out of order: a protocol or a life cycle was not followed */
    HW_E_CASE = -7,      /* the case file is damaged, foreign or of another schema */
    HW_E_CAGE = -8,      /* the cage could not be closed: refuse, never go on */
    HW_E_BUSY = -9,      /* another writer holds the case */
    HW_E_STOPPED = -10,  /* the user, or a deadline, told us to stop */
    HW_E_MISSING = -11,  /* what was asked for is not there */
    HW_E_PEER = -12,     /* the worker or another process broke its side of a protocol */
    HW_E_EVIDENCE = -13, /* the evidence faulted a reader; only hw_reader_fail() says this */
};

/* On the caller's stack, never allocated. `where` is an absolute offset when that helps, else 0. */
struct hw_error {
    int code;
    uint64_t where;
    char text[240];
};

/* Set and return in one breath: `return hw_fail(err, HW_E_IO, "cannot read: %s", why);`.
 * err may be NULL. Returns code. */
HW_CHECK int hw_fail(struct hw_error *err, int code, const char *fmt, ...) HW_FORMAT(3, 4);

/* Prefixes the words on the way up: "section 3: " + what stood there. Returns rc unchanged. */
HW_CHECK int hw_blame(struct hw_error *err, int rc, const char *fmt, ...) HW_FORMAT(3, 4);

/* One word for a code ("memory", "io", ...), for tests and logs. Never NULL. */
const char *hw_code_word(int code);

/* A branch believed unreachable. Coverage leaves it out; if it is reached, the process ends. */
#define HW_NEVER() __builtin_trap()

/* Releases a handle at the end of its scope: HW_AUTO(hw_arena) *a = hw_arena_new(...); needs
 * a function `void hw_arena_auto(struct hw_arena **)`, made by HW_AUTO_DEFINE beside the _free. */
#define HW_AUTO(type) __attribute__((cleanup(type##_auto))) struct type
#define HW_AUTO_DEFINE(type)                                                                       \
    static inline void type##_auto(struct type **p)                                                \
    {                                                                                              \
        type##_free(*p);                                                                           \
    }                                                                                              \
    struct type

/* Hands a pointer on and forgets it here, so that HW_AUTO leaves it alone. */
#define HW_TAKE(p)                                                                                 \
    __extension__({                                                                                \
        __typeof__(p) hw_taken = (p);                                                              \
        (p) = NULL;                                                                                \
        hw_taken;                                                                                  \
    })

#endif
