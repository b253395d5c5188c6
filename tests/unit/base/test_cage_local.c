/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program that closed itself in to one folder can do still, and what not: asked of children.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cage.h"

static char folder[] = "cage-local-XXXXXX";

static int begin(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int end(void **state)
{
    char path[64];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    (void)unlink(path);
    return rmdir(folder);
}

/* 0: as promised; other numbers say what was not. 77: no Landlock here. */
static int in_child(int (*look)(uint32_t abi))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct hw_cage_state state;
        struct hw_error err;
        char *path = realpath(folder, NULL);
        int rc = path == NULL ? -1 : hw_cage_enter_local(path, &state, &err);
        free(path);
        _exit(rc != HW_OK ? 99 : look(state.landlock_abi));
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int executes_nothing(uint32_t abi)
{
    char *const argv[] = {(char *)(uintptr_t) "/bin/true", NULL};
    (void)abi;
    (void)execv("/bin/true", argv);
    return errno == EPERM ? 0 : 1;
}

static int begins_no_process(uint32_t abi)
{
    (void)abi;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid < 0 ? 0 : 1;
}

static int speaks_to_nobody(uint32_t abi)
{
    (void)abi;
    return socket(AF_INET, SOCK_STREAM, 0) == -1 && socket(AF_UNIX, SOCK_STREAM, 0) == -1 &&
                   errno == EPERM
               ? 0
               : 1;
}

static void *nothing(void *state)
{
    return state;
}

static int begins_threads(uint32_t abi)
{
    pthread_t t;
    void *out = NULL;
    int given = 0;
    (void)abi;
    return pthread_create(&t, NULL, nothing, &given) == 0 && pthread_join(t, &out) == 0 &&
                   out == &given
               ? 0
               : 1;
}

static int writes_its_folder_alone(uint32_t abi)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/file", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1) {
        return 1;
    }
    (void)close(fd);
    if (abi == 0) {
        return 77;
    }
    return open("/etc/passwd", O_RDWR | O_CLOEXEC) < 0 && errno == EACCES &&
                   open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 &&
                   open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0
               ? 0
               : 3;
}

static void a_closed_in_program_executes_nothing(void **state)
{
    (void)state;
    assert_int_equal(in_child(executes_nothing), 0);
}

static void a_closed_in_program_begins_no_process(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    skip(); /* the sanitizer's last look needs one */
#endif
    assert_int_equal(in_child(begins_no_process), 0);
}

static void a_closed_in_program_speaks_to_nobody(void **state)
{
    (void)state;
    assert_int_equal(in_child(speaks_to_nobody), 0);
}

static void a_closed_in_program_begins_threads(void **state)
{
    (void)state;
    assert_int_equal(in_child(begins_threads), 0);
}

static void a_closed_in_program_writes_its_folder_alone(void **state)
{
    (void)state;
    int said = in_child(writes_its_folder_alone);
    if (said == 77) {
        skip(); /* this kernel has no Landlock */
    }
    assert_int_equal(said, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_in_program_executes_nothing),
        cmocka_unit_test(a_closed_in_program_begins_no_process),
        cmocka_unit_test(a_closed_in_program_speaks_to_nobody),
        cmocka_unit_test(a_closed_in_program_begins_threads),
        cmocka_unit_test(a_closed_in_program_writes_its_folder_alone),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
