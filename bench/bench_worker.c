/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/bench_worker.c -- what one small input costs from submit to reply: alone (latency), and
 * with all places filled (throughput).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "door/intake/broker.h"

enum { ROUNDS = 4000 };

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int end(const struct hw_error *err)
{
    (void)fprintf(stderr, "bench_worker: %s\n", err->text);
    return 2;
}

static int run(struct hw_broker *b, const struct hw_job *job, unsigned at_once, double *took,
               struct hw_error *err)
{
    unsigned sent = 0, done = 0;
    int rc = HW_OK;
    while (done < ROUNDS && rc == HW_OK) {
        double start = now_us();
        while (rc == HW_OK && sent < ROUNDS && sent - done < at_once) {
            rc = hw_broker_submit(b, job, err);
            sent++;
        }
        rc = rc == HW_OK ? hw_broker_pump(b, -1, err) : rc;
        for (struct hw_reply *a = hw_broker_next(b); a != NULL; a = hw_broker_next(b)) {
            if (hw_reply_refusal(a) != HW_REFUSAL_NONE) {
                rc = hw_fail(err, HW_E_PEER, "refused: %s", hw_reply_why(a));
            }
            took[done++] = now_us() - start;
            hw_reply_free(a);
        }
    }
    return rc;
}

int main(int argc, char **argv)
{
    static double took[ROUNDS];
    static const char content[] = "plain";
    struct hw_error err = {.text = ""};
    struct hw_broker *b = NULL;
    struct hw_broker_options o = {.program = argc > 1 ? argv[1] : NULL, .jobs = 4};
    int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || write(fd, content, strlen(content)) != (ssize_t)strlen(content)) {
        return 2;
    }
    struct hw_job job = {.fd = fd, .size = strlen(content)};
    double start = now_us();
    if (hw_broker_start(&o, &b, &err) != HW_OK) {
        return end(&err);
    }
    double ready = now_us() - start;
    if (run(b, &job, 1, took, &err) != HW_OK) {
        return end(&err);
    }
    qsort(took, ROUNDS, sizeof took[0], compare);
    double median = took[ROUNDS / 2], p99 = took[ROUNDS * 99 / 100];
    start = now_us();
    if (run(b, &job, 4, took, &err) != HW_OK) {
        return end(&err);
    }
    (void)printf("broker ready      %8.0f us\n", ready);
    (void)printf("one small input   %8.0f us median, %.0f us p99\n", median, p99);
    (void)printf("four at a time    %8.0f us each\n", (now_us() - start) / ROUNDS);
    hw_broker_free(b);
    return close(fd) == 0 ? 0 : 2;
}
