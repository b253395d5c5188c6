/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/door/hostile_worker.c -- a broker and worker in one that speak the protocol wrongly.
 *
 * The keyring's text says how it starts, an input's text how it answers for it. Never installed.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "build_frames.h"
#include "door/worker/protocol.h"

struct work {
    struct hw_msg_job job;
    int out;
    struct hw_buf b; /* frames to send */
};

static bool is(const char *word, const char *want)
{
    return strcmp(word, want) == 0;
}

static void read_word(int fd, char word[32])
{
    ssize_t n = pread(fd, word, 31, 0);
    word[n < 0 ? 0 : n] = '\0';
}

static bool send_bytes(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);
        if (w <= 0) {
            return false;
        }
        p += w;
        n -= (size_t)w;
    }
    return true;
}

static bool flush(struct work *w)
{
    bool fine = send_bytes(w->out, w->b.p, w->b.n);
    hw_buf_clear(&w->b);
    return fine;
}

static void rest(void)
{
    struct timespec t = {.tv_sec = 0, .tv_nsec = 2000000};
    (void)nanosleep(&t, NULL);
}

/* The honest beginning: two facts, one node. */
static void begin_well(struct work *w)
{
    hw_frames_begin(&w->b, w->job.job);
    hw_frames_artifact(&w->b, 0, UINT64_MAX, w->job.size, &w->job.outer);
    hw_frames_property(&w->b, 0, "test.value", 1);
}

static void answer_well(struct work *w)
{
    begin_well(w);
    hw_frames_end(&w->b, 2, 1);
}

static void flood(struct work *w, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        hw_frames_property(&w->b, 0, "test.value", i);
        if (w->b.n > 32768 && !flush(w)) {
            return; /* the parent has heard enough */
        }
    }
    hw_frames_end(&w->b, n + 2, 1);
}

static void drip(struct work *w)
{
    answer_well(w);
    for (size_t i = 0; i < w->b.n; i++) {
        if (!send_bytes(w->out, w->b.p + i, 1)) {
            break;
        }
        if (i % 8 == 0) {
            rest();
        }
    }
    hw_buf_clear(&w->b);
}

/* Offences in what is said before the two honest facts. */
static bool offend_early(struct work *w, const char *word)
{
    struct hw_outer other = w->job.outer;
    other.sha256[31] ^= 1;
    struct hw_outer weak = w->job.outer;
    weak.md5[0] ^= 1;
    uint64_t size = w->job.size;
    if (is(word, "no-begin")) {
        hw_frames_artifact(&w->b, 0, UINT64_MAX, size, &w->job.outer);
    } else if (is(word, "other-job")) {
        hw_frames_begin(&w->b, w->job.job + 1);
    } else if (is(word, "fact-first")) {
        hw_frames_begin(&w->b, w->job.job);
        hw_frames_property(&w->b, 0, "test.value", 1);
    } else if (is(word, "end-first")) {
        hw_frames_begin(&w->b, w->job.job);
        hw_frames_end(&w->b, 0, 0);
    } else if (is(word, "wrong-hash")) {
        hw_frames_begin(&w->b, w->job.job);
        hw_frames_artifact(&w->b, 0, UINT64_MAX, size, &other);
    } else if (is(word, "wrong-md5")) {
        hw_frames_begin(&w->b, w->job.job);
        hw_frames_artifact(&w->b, 0, UINT64_MAX, size, &weak);
    } else if (is(word, "wrong-size")) {
        hw_frames_begin(&w->b, w->job.job);
        hw_frames_artifact(&w->b, 0, UINT64_MAX, size + 1, &w->job.outer);
    } else if (is(word, "first-has-parent")) {
        hw_frames_begin(&w->b, w->job.job);
        hw_frames_artifact(&w->b, 0, 0, size, &w->job.outer);
    } else {
        return false;
    }
    return true;
}

/* Offences after them. */
static void offend_late(struct work *w, const char *word)
{
    static const uint8_t junk[HW_FRAME_BYTES] = {0};
    begin_well(w);
    if (is(word, "unknown-kind")) {
        hw_frames_raw(&w->b, 999, junk, 16);
    } else if (is(word, "over-long")) {
        hw_frames_raw(&w->b, HW_FACT_PROPERTY, junk, HW_FRAME_BYTES - 5);
    } else if (is(word, "endless-length")) {
        hw_buf_u32le(&w->b, UINT32_MAX);
    } else if (is(word, "empty-frame")) {
        hw_buf_u32le(&w->b, 0);
    } else if (is(word, "malformed")) {
        hw_frames_raw(&w->b, HW_FACT_PROPERTY, junk, 16);
    } else if (is(word, "longest-frame")) {
        hw_frames_raw(&w->b, HW_FACT_PROPERTY, junk, HW_FRAME_BYTES - 6);
    } else if (is(word, "begin-twice")) {
        hw_frames_begin(&w->b, w->job.job);
    } else if (is(word, "node-twice")) {
        hw_frames_artifact(&w->b, 0, UINT64_MAX, w->job.size, &w->job.outer);
    } else if (is(word, "node-jump")) {
        hw_frames_artifact(&w->b, 2, 0, 1, NULL);
    } else if (is(word, "own-parent")) {
        hw_frames_artifact(&w->b, 1, 1, 1, NULL);
    } else if (is(word, "orphan")) {
        hw_frames_artifact(&w->b, 1, UINT64_MAX, 1, NULL);
    } else if (is(word, "stranger")) {
        hw_frames_property(&w->b, 1, "test.value", 1);
    } else if (is(word, "far-stranger")) {
        hw_frames_property(&w->b, UINT64_C(1) << 32, "test.value", 1);
    } else if (is(word, "wrong-count")) {
        hw_frames_end(&w->b, 3, 1);
    } else if (is(word, "wrong-nodes")) {
        hw_frames_end(&w->b, 2, 2);
    } else if (is(word, "after-end")) {
        hw_frames_end(&w->b, 2, 1);
        hw_frames_property(&w->b, 0, "test.value", 2);
    } else if (is(word, "one-byte-more")) {
        hw_frames_end(&w->b, 2, 1);
        hw_buf_char(&w->b, 0);
    } else if (is(word, "half-frame")) {
        hw_frames_property(&w->b, 0, "test.value", 2);
        w->b.n -= 3;
    } else if (is(word, "half-length")) {
        hw_buf_char(&w->b, 9);
    } else if (is(word, "ten-million")) {
        flood(w, 10000000);
    } else if (!is(word, "no-end")) {
        hw_frames_end(&w->b, 2, 1);
    }
}

static bool tell(const void *msg, size_t n)
{
    return send(HW_WORKER_CONTROL_FD, msg, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void report(uint64_t job, uint32_t death, int32_t code)
{
    struct hw_msg_done d = {.kind = HW_MSG_DONE, .death = death, .job = job, .code = code};
    (void)tell(&d, sizeof d);
}

/* False: it leaves, with whatever it holds. */
static bool answer(struct work *w, const char *word)
{
    if (is(word, "die")) {
        return false;
    } else if (is(word, "mute")) {
        return true; /* neither facts nor DONE */
    } else if (is(word, "drip")) {
        drip(w);
    } else if (is(word, "noise")) {
        (void)tell("noise", 5);
        return true;
    } else if (is(word, "strange-done")) {
        report(w->job.job + 1000, HW_DEATH_EXIT, 0);
        return true;
    } else if (is(word, "strange-death")) {
        report(w->job.job, 77, 0);
        return true;
    } else if (!offend_early(w, word)) {
        offend_late(w, word);
    }
    (void)flush(w);
    (void)close(w->out);
    report(w->job.job, HW_DEATH_EXIT, HW_EXIT_FINE);
    if (is(word, "done-twice")) {
        report(w->job.job, HW_DEATH_EXIT, HW_EXIT_FINE);
    }
    return true;
}

static bool serve(struct work *w)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec io = {.iov_base = &w->job, .iov_len = sizeof w->job};
    struct msghdr hdr = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(HW_WORKER_CONTROL_FD, &hdr, 0);
    if (n <= 0) {
        return false;
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&hdr);
    if (n != (ssize_t)sizeof w->job || c == NULL) {
        return true; /* KILL: it does not listen */
    }
    int fds[2];
    char word[32];
    memcpy(fds, CMSG_DATA(c), sizeof fds);
    read_word(fds[0], word);
    (void)close(fds[0]);
    w->out = fds[1];
    return answer(w, word);
}

int main(void)
{
    struct hw_msg_ready ready = {
        .kind = HW_MSG_READY, .version = HW_PROTOCOL_VERSION, .seccomp = 1, .uid = 65534};
    struct work w = {.out = -1};
    char how[32];
    (void)signal(SIGPIPE, SIG_IGN);
    read_word(HW_WORKER_KEYRING_FD, how);
    if (is(how, "leave")) {
        return 0;
    } else if (is(how, "silent")) {
        (void)pause();
    } else if (is(how, "old")) {
        ready.version = 0;
    } else if (is(how, "no-seccomp")) {
        ready.seccomp = 0;
    } else if (is(how, "refuse")) {
        memset(ready.refusal, 'x', sizeof ready.refusal); /* no NUL either */
    }
    if (!tell(&ready, is(how, "short") ? sizeof ready - 4 : sizeof ready)) {
        return 2;
    }
    hw_buf_init(&w.b, 1 << 20);
    while (serve(&w)) {
    }
    hw_buf_done(&w.b);
    return 0;
}
