/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/door/nasty_examine.c -- an examiner that has been taken over.
 *
 * Linked with the real broker and worker in place of evidence/, it does what the input's first word
 * says: what a parser with a hole in it might be made to do. Inert: every attempt is on itself.
 * It also stands in for the keyring's reader, which is told by "bad" to refuse, and for the
 * compiler of rules, which does what the rules say.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "door/worker/warm.h"
#include "evidence/evidence.h"
#include "evidence/rules.h"
#include "trust/keyring.h"

int hw_keyring_read(struct hw_keyring *ring, struct hw_span csv, struct hw_arena *arena,
                    struct hw_error *err)
{
    (void)ring;
    (void)arena;
    return hw_span_equal(csv, HW_SPAN_LIT("bad")) ? hw_fail(err, HW_E_USAGE, "keyring: no header")
                                                  : HW_OK;
}

void hw_evidence_warm(void)
{
}

struct hw_yara {
    uint64_t rules;
};

int hw_yara_load(struct hw_span set, struct hw_yara **out, struct hw_error *err)
{
    static struct hw_yara seven = {7};
    if (hw_span_equal(set, HW_SPAN_LIT("abort"))) {
        abort();
    }
    while (hw_span_equal(set, HW_SPAN_LIT("memory"))) {
        uint8_t *p = malloc(1 << 20);
        if (p == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory");
        }
        memset(p, 1, 1 << 20);
    }
    *out = &seven;
    return HW_OK;
}

void hw_yara_held(const struct hw_yara *y, struct hw_yara_held *out)
{
    *out = (struct hw_yara_held){.sources = 1, .rules = y->rules};
}

static int say_property(struct hw_exam *x, uint64_t v, struct hw_error *err)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PROPERTY, 0);
    hw_fact_str(&f, HW_PROPERTY_KEY, "test.value");
    hw_fact_u64(&f, HW_PROPERTY_NUMBER, v);
    return x->sink->put(x->sink, &f, err);
}

static int say_first(struct hw_exam *x, struct hw_span bytes, const struct hw_outer *outer,
                     struct hw_error *err)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_ARTIFACT, 0);
    hw_fact_u64(&f, HW_ARTIFACT_SIZE, bytes.n);
    hw_fact_span(&f, HW_ARTIFACT_SHA256, (struct hw_span){outer->sha256, 32});
    hw_fact_span(&f, HW_ARTIFACT_SHA1, (struct hw_span){outer->sha1, 20});
    hw_fact_span(&f, HW_ARTIFACT_MD5, (struct hw_span){outer->md5, 16});
    hw_fact_str(&f, HW_ARTIFACT_FORMAT, "unknown");
    hw_fact_u64(&f, HW_ARTIFACT_BITS, 0);
    return x->sink->put(x->sink, &f, err);
}

static int say_end(struct hw_exam *x, uint64_t facts, struct hw_error *err)
{
    struct hw_fact f;
    hw_fact_init(&f, HW_FACT_END);
    hw_fact_u64(&f, HW_END_FACTS, facts);
    hw_fact_u64(&f, HW_END_NODES, 1);
    return x->sink->put(x->sink, &f, err);
}

/* System calls a worker has no business making, by the word that asks for them. */
struct attempt {
    const char *word;
    long number, a, b, c, d, e;
};
static const char etc_passwd[] = "/etc/passwd";
static const struct attempt attempts[] = {
    {"open", SYS_openat, -100, (long)(intptr_t)etc_passwd, 0, 0, 0},
    {"stat", SYS_newfstatat, -100, (long)(intptr_t)etc_passwd, 0, 0, 0},
    {"socket", SYS_socket, 2, 1, 0, 0, 0},
    {"fork", SYS_clone, SIGCHLD, 0, 0, 0, 0},
    {"thread", SYS_clone3, 0, 0, 0, 0, 0},
    {"exec", SYS_execve, (long)(intptr_t)etc_passwd, 0, 0, 0, 0},
    {"ptrace", SYS_ptrace, 0, 0, 0, 0, 0},
    {"getppid", SYS_getppid, 0, 0, 0, 0, 0},
    {"kill", SYS_kill, -1, SIGKILL, 0, 0, 0},
    {"setuid", SYS_setuid, 0, 0, 0, 0, 0},
    {"prctl", SYS_prctl, 1, 0, 0, 0, 0},
    {"seccomp", SYS_seccomp, 1, 0, 0, 0, 0},
    {"dup", SYS_dup, 3, 0, 0, 0, 0},
    {"read-control", SYS_recvmsg, 3, 0, 0, 0, 0},
    {"write-stdout", SYS_write, 1, (long)(intptr_t)etc_passwd, 1, 0, 0},
    {"write-evidence", SYS_write, 3, (long)(intptr_t)etc_passwd, 1, 0, 0},
    {"truncate", SYS_ftruncate, 3, 0, 0, 0, 0},
    {"mprotect-exec", SYS_mprotect, 0, 4096, PROT_READ | PROT_EXEC, 0, 0},
    {"map-exec", SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1},
    {"map-shared", SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1},
    {"setrlimit", SYS_prlimit64, 0, 2, 0, 0, 0},
};

enum { SOME = 100000 };

static volatile uint8_t sink_byte; /* these keep loops from being optimised away */
static uint8_t *volatile sink_pointer;

static void touch(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 4096) {
        p[i] = 1;
    }
}

static int eat_memory(struct hw_error *err)
{
    for (;;) {
        uint8_t *p = malloc(1 << 20);
        if (p == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory");
        }
        sink_pointer = p;
        touch(p, 1 << 20);
    }
}

/* Memory that malloc would not have given: maps nobody counts as data. */
static int eat_maps(struct hw_error *err)
{
    for (;;) {
        size_t n = 64 << 20;
        void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED || mprotect(p, n, PROT_READ | PROT_WRITE) != 0) {
            return hw_fail(err, HW_E_MEMORY, "no memory");
        }
        touch(p, n);
    }
}

static int say_many(struct hw_exam *x, uint64_t n, struct hw_error *err)
{
    int rc = HW_OK;
    for (uint64_t i = 0; i < n && rc == HW_OK; i++) {
        rc = say_property(x, i, err);
    }
    return rc;
}

static int say_large(struct hw_exam *x, struct hw_error *err)
{
    static uint8_t text[16000];
    memset(text, 'x', sizeof text);
    int rc = HW_OK;
    for (unsigned i = 0; i < 100000 && rc == HW_OK; i++) {
        struct hw_fact f;
        hw_fact_about(&f, HW_FACT_PROPERTY, 0);
        hw_fact_str(&f, HW_PROPERTY_KEY, "test.large");
        hw_fact_span(&f, HW_PROPERTY_TEXT, (struct hw_span){text, sizeof text});
        rc = x->sink->put(x->sink, &f, err);
    }
    return rc;
}

static void hang(void)
{
    int word = 0;
    for (;;) {
        (void)syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
    }
}

static void spin(struct hw_span bytes)
{
    for (size_t i = 0;; i = (i + 4096) % bytes.n) {
        sink_byte = bytes.p[i];
    }
}

__attribute__((noinline)) static unsigned dig(unsigned depth)
{
    volatile uint8_t room[4096];
    room[0] = (uint8_t)depth;
    return depth == UINT32_MAX ? 0 : dig(depth + 1) + room[0];
}

static int misbehave(struct hw_exam *x, const char *word, struct hw_span bytes,
                     struct hw_error *err)
{
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        const struct attempt *a = &attempts[i];
        if (strcmp(word, a->word) == 0) {
            (void)syscall(a->number, a->a, a->b, a->c, a->d, a->e, 0);
        }
    }
    if (strcmp(word, "memory") == 0) {
        return eat_memory(err);
    } else if (strcmp(word, "maps") == 0) {
        return eat_maps(err);
    } else if (strcmp(word, "spin") == 0) {
        spin(bytes);
    } else if (strcmp(word, "spin-on") == 0) {
        (void)signal(SIGXCPU, SIG_IGN);
        spin(bytes);
    } else if (strcmp(word, "hang") == 0) {
        hang();
    } else if (strcmp(word, "many") == 0) {
        return say_many(x, 10000000, err);
    } else if (strcmp(word, "some") == 0) {
        return say_many(x, SOME, err);
    } else if (strcmp(word, "large") == 0) {
        return say_large(x, err);
    } else if (strcmp(word, "segv") == 0) {
        *(volatile uint8_t *)(uintptr_t)bytes.n = 1;
    } else if (strcmp(word, "stack") == 0) {
        sink_byte = (uint8_t)dig(0);
    } else if (strcmp(word, "abort") == 0) {
        abort();
    } else if (strcmp(word, "rules-abort") == 0 && x->rules != NULL && !x->rules_failed) {
        abort();
    } else if (strcmp(word, "rules-spin") == 0 && x->rules != NULL && !x->rules_failed) {
        spin(bytes);
    } else if (strcmp(word, "trap") == 0) {
        __builtin_trap();
    } else if (strcmp(word, "exit") == 0) {
        _exit(7);
    } else if (strcmp(word, "leave") == 0) {
        _exit(0);
    } else if (strcmp(word, "failed") == 0) {
        return hw_fail(err, HW_E_STATE, "our own fault");
    }
    return HW_OK;
}

int hw_examine(struct hw_exam *x, struct hw_span bytes, const struct hw_outer *outer,
               struct hw_error *err)
{
    char word[32] = "";
    for (size_t i = 0; i < bytes.n && i < sizeof word - 1 && bytes.p[i] > ' '; i++) {
        word[i] = (char)bytes.p[i];
    }
    int rc = say_first(x, bytes, outer, err);
    rc = rc == HW_OK ? say_property(x, bytes.n, err) : rc;
    rc = rc == HW_OK ? misbehave(x, word, bytes, err) : rc;
    return rc == HW_OK ? say_end(x, strcmp(word, "some") == 0 ? SOME + 2 : 2, err) : rc;
}
