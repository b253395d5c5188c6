/* SPDX-License-Identifier: Apache-2.0 */
/*
 * headwater.h as a stranger uses it: nothing but the header and the library.
 */
#include "headwater.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beside.h"

struct user {
    struct headwater_case *c;
    struct headwater_error error;
    char dir[64], file[96];
    char text[65536];
    size_t n;
    unsigned lines;
};

static int set_up(void **state)
{
    struct user *u = calloc(1, sizeof *u);
    const char *tmp = getenv("TMPDIR");
    assert_non_null(u);
    snprintf(u->dir, sizeof u->dir, "%.40s/hw-api-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(u->dir));
    snprintf(u->file, sizeof u->file, "%s/list.csv", u->dir);
    FILE *f = fopen(u->file, "we");
    assert_non_null(f);
    fputs("sha256,comment\n"
          "c0e0d5eb2b9a9b3e5ee0d5a3d3fb3dcb4ac7f4d5a2c98e9d0fdc4e3a7b6f5e4d,a test\n",
          f);
    fclose(f);
    assert_int_equal(headwater_case_open(NULL, &u->c, &u->error), HEADWATER_OK);
    *state = u;
    return 0;
}

static int tear_down(void **state)
{
    struct user *u = *state;
    headwater_case_close(u->c);
    unlink(u->file);
    char pipe[96];
    snprintf(pipe, sizeof pipe, "%s/pipe", u->dir);
    unlink(pipe);
    rmdir(u->dir);
    free(u);
    return 0;
}

static int take(void *state, const char *line, size_t n)
{
    struct user *u = state;
    assert_true(n > 0 && n < sizeof u->text - u->n);
    memcpy(u->text + u->n, line, n);
    u->n += n;
    u->text[u->n] = '\0';
    u->lines++;
    return 0;
}

static int refuse(void *state, const char *line, size_t n)
{
    (void)line;
    (void)n;
    ++*(int *)state;
    return 1;
}

static void a_folder_is_verified_in_json(void **state)
{
    struct user *u = *state;
    assert_int_equal(headwater_verify(u->c, u->dir, take, u, &u->error), HEADWATER_FINE);
    assert_non_null(strstr(u->text, "\"type\":\"artifact\""));
    assert_non_null(strstr(u->text, "\"type\":\"summary\""));
    assert_int_equal(u->text[u->n - 1], '\n');
}

/* A pipe in a folder is how a folder is; a pipe that was asked about was not looked at. */
static void a_pipe_is_a_gap_only_when_named(void **state)
{
    struct user *u = *state;
    char pipe[96];
    snprintf(pipe, sizeof pipe, "%s/pipe", u->dir);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(headwater_scan(u->c, u->dir, &u->error), HEADWATER_FINE);
    assert_int_equal(headwater_verify(u->c, u->dir, take, u, &u->error), HEADWATER_FINE);
    assert_int_equal(headwater_verify(u->c, pipe, take, u, &u->error), HEADWATER_UNKNOWN);
}

static void an_empty_case_cannot_tell(void **state)
{
    struct user *u = *state;
    assert_int_equal(headwater_hunt(u->c, take, u, &u->error), HEADWATER_UNKNOWN);
    assert_int_equal(headwater_learn(u->c, u->file, &u->error), HEADWATER_FINE);
    u->n = 0;
    assert_int_equal(headwater_hunt(u->c, take, u, &u->error), HEADWATER_UNKNOWN);
    assert_null(strstr(u->text, "no-knowledge"));
}

static void a_taker_that_has_enough_ends_the_answer(void **state)
{
    struct user *u = *state;
    int calls = 0;
    assert_int_equal(headwater_verify(u->c, u->dir, refuse, &calls, &u->error),
                     HEADWATER_E_STOPPED);
    assert_int_equal(calls, 1);
    assert_int_equal(u->error.code, HEADWATER_E_STOPPED);
}

static void mistakes_are_answered_in_words(void **state)
{
    struct user *u = *state;
    assert_int_equal(headwater_scan(u->c, "/nowhere/at/all", &u->error), HEADWATER_E_MISSING);
    assert_non_null(strstr(u->error.text, "/nowhere"));
    assert_int_equal(headwater_scan(u->c, "/nowhere/at/all", NULL), HEADWATER_E_MISSING);
    assert_int_equal(headwater_scan(NULL, u->dir, &u->error), HEADWATER_E_USAGE);
    assert_int_equal(headwater_scan(u->c, NULL, &u->error), HEADWATER_E_USAGE);
    assert_int_equal(headwater_verify(u->c, u->dir, NULL, NULL, &u->error), HEADWATER_E_USAGE);
    assert_int_equal(headwater_hunt(NULL, take, u, &u->error), HEADWATER_E_USAGE);
    assert_int_equal(headwater_case_open(NULL, NULL, &u->error), HEADWATER_E_USAGE);
    headwater_case_close(NULL);
    assert_non_null(headwater_version());
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(a_folder_is_verified_in_json),   T(a_pipe_is_a_gap_only_when_named),
        T(an_empty_case_cannot_tell),      T(a_taker_that_has_enough_ends_the_answer),
        T(mistakes_are_answered_in_words),
    };
    if (argc != 2 || !put_beside(argv[1])) {
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
