/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

static int folder; /* a new one for every run */

static void put(const char *name, const char *bytes)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    assert_int_equal(close(fd), 0);
}

static void a_regular_file_opens_and_is_known_by_its_identity(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_file_id before, id;
    int fd = -1;
    put("plain", "hello");
    assert_int_equal(hw_file_look(folder, "plain", &before, &err), HW_OK);
    assert_int_equal(hw_file_open(folder, "plain", &fd, &id, &err), HW_OK);
    assert_true(hw_file_same(&before, &id));
    assert_int_equal(id.size, 5);
    assert_int_equal(id.kind, HW_FILE_REGULAR);
    int flags = fcntl(fd, F_GETFL);
    assert_int_equal(flags & O_ACCMODE, O_RDONLY);
    assert_int_equal(flags & O_PATH, 0);
    assert_int_not_equal(flags & O_NONBLOCK, 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_true(write(fd, "x", 1) < 0);
    assert_int_equal(close(fd), 0);
}

static void assert_refused(const char *name, enum hw_file_kind kind)
{
    struct hw_error err;
    struct hw_file_id id;
    int fd = -77;
    assert_int_equal(hw_file_look(folder, name, &id, &err), HW_OK);
    assert_int_equal(id.kind, kind);
    assert_int_equal(hw_file_open(folder, name, &fd, &id, &err), HW_E_USAGE);
    assert_non_null(strstr(err.text, hw_file_kind_word(kind)));
    assert_int_equal(fd, -77);
}

static void what_is_no_file_is_never_opened(void **state)
{
    (void)state;
    put("target", "x");
    assert_int_equal(symlinkat("target", folder, "link"), 0);
    assert_int_equal(symlinkat("nowhere", folder, "dangling"), 0);
    assert_int_equal(mkfifoat(folder, "fifo", 0600), 0);
    assert_int_equal(mkdirat(folder, "dir", 0700), 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(fchdir(folder), 0);
    assert_int_equal(bind(s, (const struct sockaddr *)&a, sizeof a), 0);
    assert_refused("link", HW_FILE_SYMLINK);
    assert_refused("dangling", HW_FILE_SYMLINK);
    assert_refused("fifo", HW_FILE_FIFO); /* an open for reading would wait here for a writer */
    assert_refused("dir", HW_FILE_FOLDER);
    assert_refused("socket", HW_FILE_SOCKET);
    assert_refused("/dev/null", HW_FILE_DEVICE);
    assert_int_equal(close(s), 0);
}

/* A writer that opens without waiting succeeds only while somebody has the FIFO open for reading.
 */
static void a_fifo_never_gets_a_reader(void **state)
{
    (void)state;
    assert_int_equal(mkfifoat(folder, "fifo2", 0600), 0);
    for (int i = 0; i < 100; i++) {
        struct hw_error err;
        int fd;
        assert_int_equal(hw_file_open(folder, "fifo2", &fd, NULL, &err), HW_E_USAGE);
        assert_true(openat(folder, "fifo2", O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0);
    }
}

static void what_is_missing_is_told_apart_from_what_fails(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_file_id id;
    int fd;
    put("plain", "x");
    assert_int_equal(hw_file_open(folder, "none", &fd, NULL, &err), HW_E_MISSING);
    assert_int_equal(hw_file_look(folder, "none", &id, &err), HW_E_MISSING);
    assert_int_equal(hw_file_open(folder, "plain/x", &fd, NULL, &err), HW_E_MISSING);
    assert_int_equal(hw_file_look_fd(-1, &id, &err), HW_E_IO);
    char longest[5000];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(hw_file_open(folder, longest, &fd, NULL, &err), HW_E_IO);
    assert_true(strlen(err.text) > 10);
}

static void any_change_makes_another_identity(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_file_id a, b;
    put("changing", "one");
    assert_int_equal(hw_file_look(folder, "changing", &a, &err), HW_OK);
    assert_true(hw_file_same(&a, &a));
    b = a;
    b.nlink++; /* another name is no change of what is inside */
    assert_true(hw_file_same(&a, &b));
    for (int i = 0; i < 5; i++) {
        b = a;
        b.dev += i == 0 ? 1 : 0;
        b.ino += i == 1 ? 1 : 0;
        b.size += i == 2 ? 1 : 0;
        b.mtime_ns += i == 3 ? 1 : 0;
        b.ctime_ns += i == 4 ? 1 : 0;
        assert_false(hw_file_same(&a, &b));
    }
    /* Same size, mtime set back: ctime tells. */
    (void)usleep(20000);
    put("changing", "two");
    struct timespec back[2] = {{a.mtime_ns / 1000000000, a.mtime_ns % 1000000000},
                               {a.mtime_ns / 1000000000, a.mtime_ns % 1000000000}};
    assert_int_equal(utimensat(folder, "changing", back, 0), 0);
    assert_int_equal(hw_file_look(folder, "changing", &b, &err), HW_OK);
    assert_int_equal(a.mtime_ns, b.mtime_ns);
    assert_false(hw_file_same(&a, &b));
}

static void reading_leaves_the_access_time_alone(void **state)
{
    (void)state;
    struct hw_error err;
    struct stat before, after;
    struct timespec old[2] = {{1000, 0}, {2000, 0}};
    int fd;
    size_t n;
    char p[10];
    put("atime", "x");
    assert_int_equal(utimensat(folder, "atime", old, 0), 0);
    assert_int_equal(fstatat(folder, "atime", &before, 0), 0);
    assert_int_equal(hw_file_open(folder, "atime", &fd, NULL, &err), HW_OK);
    assert_int_equal(hw_file_read_at(fd, 0, p, sizeof p, &n, &err), HW_OK);
    assert_int_equal(close(fd), 0);
    assert_int_equal(fstatat(folder, "atime", &after, 0), 0);
    assert_int_equal(before.st_atim.tv_sec, after.st_atim.tv_sec);
}

static void pieces_are_read_where_they_lie(void **state)
{
    (void)state;
    struct hw_error err;
    int fd;
    size_t n = 77;
    char p[10];
    put("digits", "0123456789");
    assert_int_equal(hw_file_open(folder, "digits", &fd, NULL, &err), HW_OK);
    assert_int_equal(hw_file_read_at(fd, 3, p, 4, &n, &err), HW_OK);
    assert_true(n == 4 && memcmp(p, "3456", 4) == 0);
    assert_int_equal(hw_file_read_at(fd, 8, p, 10, &n, &err), HW_OK);
    assert_true(n == 2 && memcmp(p, "89", 2) == 0);
    assert_int_equal(hw_file_read_at(fd, 10, p, 10, &n, &err), HW_OK);
    assert_int_equal(n, 0);
    assert_int_equal(hw_file_read_at(fd, UINT64_MAX, p, 10, &n, &err), HW_OK);
    assert_int_equal(n, 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(hw_file_read_at(fd, 0, p, 10, &n, &err), HW_E_IO);
}

static void small_files_are_read_whole_and_large_ones_refused(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_buf b;
    hw_buf_init(&b, 100);
    put("digits", "0123456789");
    assert_int_equal(hw_file_slurp(folder, "digits", 10, &b, &err), HW_OK);
    assert_string_equal(hw_buf_text(&b), "0123456789");
    hw_buf_clear(&b);
    assert_int_equal(hw_file_slurp(folder, "digits", 9, &b, &err), HW_E_LIMIT);
    put("empty", "");
    hw_buf_clear(&b);
    assert_int_equal(hw_file_slurp(folder, "empty", 0, &b, &err), HW_OK);
    assert_string_equal(hw_buf_text(&b), "");
    hw_buf_done(&b);
    hw_buf_init(&b, 5);
    assert_int_equal(hw_file_slurp(folder, "digits", 10, &b, &err), HW_E_MEMORY);
    hw_buf_done(&b);
    assert_int_equal(hw_file_slurp(folder, "fifo", 10, &b, &err), HW_E_USAGE);
}

static void a_file_is_digested_from_first_to_last_byte(void **state)
{
    (void)state;
    struct hw_error err;
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_THREE);
    assert_non_null(d);
    char *million = malloc(1000001);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    million[1000000] = 0;
    put("million", million);
    free(million);
    int fd;
    uint64_t n = 0;
    struct hw_buf b;
    hw_buf_init(&b, 100);
    assert_int_equal(hw_file_open(folder, "million", &fd, NULL, &err), HW_OK);
    for (int i = 0; i < 2; i++) { /* also when it is used again */
        assert_int_equal(hw_file_digest(fd, d, &n, &err), HW_OK);
        assert_int_equal(n, 1000000);
        hw_buf_clear(&b);
        hw_buf_hex(&b, hw_digests_get(d, HW_DIGEST_SHA1));
        assert_string_equal(hw_buf_text(&b), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    }
    hw_buf_done(&b);
    assert_int_equal(close(fd), 0);
}

static void the_kernels_own_files_are_known(void **state)
{
    (void)state;
    struct hw_error err;
    bool kernel = true;
    assert_int_equal(hw_file_is_kernel(folder, &kernel, &err), HW_OK);
    assert_false(kernel);
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc >= 0) {
        assert_int_equal(hw_file_is_kernel(proc, &kernel, &err), HW_OK);
        assert_true(kernel);
        assert_int_equal(close(proc), 0);
    }
}

static int clear_up(const char *path)
{
    static const char *const names[] = {"plain", "target", "link",   "dangling",
                                        "fifo",  "fifo2",  "socket", "changing",
                                        "atime", "digits", "empty",  "million"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlinkat(folder, names[i], 0);
    }
    (void)unlinkat(folder, "dir", AT_REMOVEDIR);
    return rmdir(path); /* fails when a test left something behind that is not listed */
}

int main(void)
{
    char path[] = "/tmp/hw-test-file-XXXXXX";
    if (mkdtemp(path) == NULL) {
        return 1;
    }
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regular_file_opens_and_is_known_by_its_identity),
        cmocka_unit_test(what_is_no_file_is_never_opened),
        cmocka_unit_test(a_fifo_never_gets_a_reader),
        cmocka_unit_test(what_is_missing_is_told_apart_from_what_fails),
        cmocka_unit_test(any_change_makes_another_identity),
        cmocka_unit_test(reading_leaves_the_access_time_alone),
        cmocka_unit_test(pieces_are_read_where_they_lie),
        cmocka_unit_test(small_files_are_read_whole_and_large_ones_refused),
        cmocka_unit_test(a_file_is_digested_from_first_to_last_byte),
        cmocka_unit_test(the_kernels_own_files_are_known),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return clear_up(path) == 0 ? rc : 1;
}
