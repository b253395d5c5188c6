/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jobs.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_frames.h"

struct hw_broker *start_broker(const char *program, const char *keyring, unsigned jobs)
{
    struct hw_error err = {.text = ""};
    struct hw_broker *b = NULL;
    struct hw_broker_options o = {
        .keyring = {(const uint8_t *)keyring, strlen(keyring)},
        .program = program,
        .jobs = jobs,
        .grace_ms = 300,
    };
    if (hw_broker_start(&o, &b, &err) != HW_OK) {
        fail_msg("%s", err.text);
    }
    return b;
}

int make_input(const char *content, size_t size)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t n = strlen(content);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, n), (ssize_t)n);
    if (size > n) {
        assert_int_equal(ftruncate(fd, (off_t)size), 0);
    }
    return fd;
}

struct hw_job make_job(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    return (struct hw_job){.fd = fd, .size = (uint64_t)st.st_size, .outer = hw_frames_outer()};
}

struct hw_reply *run_job(struct hw_broker *b, struct hw_job job)
{
    struct hw_error err = {.text = ""};
    if (hw_broker_submit(b, &job, &err) != HW_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(close(job.fd), 0);
    if (hw_broker_pump(b, 60000, &err) != HW_OK) {
        fail_msg("%s", err.text);
    }
    struct hw_reply *a = hw_broker_next(b);
    assert_non_null(a);
    return a;
}

struct hw_reply *run_input(struct hw_broker *b, const char *content)
{
    return run_job(b, make_job(make_input(content, 0)));
}

static int count_fact(void *state, const struct hw_frame *f, struct hw_error *err)
{
    struct hw_budget fuel = {.bytes = 1 << 20, .items = 1000, .depth = 1};
    struct hw_reader r;
    struct hw_fact fact;
    hw_reader_init(&r, f->body, &fuel);
    assert_int_equal(hw_fact_decode_body(f->kind, &r, &fact, err), HW_OK);
    ++*(uint64_t *)state;
    return HW_OK;
}

void expect_reply(struct hw_reply *a, const char *word)
{
    uint64_t facts = 0;
    struct hw_error err;
    if (word == NULL && hw_reply_refusal(a) != HW_REFUSAL_NONE) {
        fail_msg("refused: %s: %s", hw_refusal_word(hw_reply_refusal(a)), hw_reply_why(a));
    }
    assert_string_equal(hw_refusal_word(hw_reply_refusal(a)), word == NULL ? "" : word);
    assert_int_equal(hw_reply_why(a)[0] == '\0', word == NULL);
    assert_int_equal(hw_reply_each(a, count_fact, &facts, &err), HW_OK);
    assert_int_equal(facts, hw_reply_facts(a));
    assert_int_equal(facts == 0, word != NULL);
    hw_reply_free(a);
}
