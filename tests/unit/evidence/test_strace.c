/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_strace.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf out;
static struct hw_build_strace b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&out, 64 << 20);
    b = (struct hw_build_strace){
        .out = &out, .pids = HW_PIDS_COLUMN, .times = HW_TIMES_TTT, .paths = true};
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&out);
    return 0;
}

static void examine(void)
{
    hw_told_examine(&t.told, out.p, out.n, NULL);
}

#define HAS(...) assert_true(hw_told_has(&t.told, __VA_ARGS__, NULL))

/* What must be told of the session in every style. */
static void session_is_told(void)
{
    assert_int_equal(t.told.anomalies + t.lost, 0);
    HAS("artifact node=0", "format=strace");
    HAS("strace/strace/execve", "uniq=\"100.1.1\" prior_uniq=\"100.1.0\"", "does=\"exec\"",
        "path=\"/bin/sh\" argv=\"sh -c make it\"", "a0=\"/bin/sh\"");
    HAS("strace/strace/openat", "pid=\"100\"", "image=\"/bin/sh\" does=\"write\"",
        "path=\"/src/build.log\"", "flags=\"O_WRONLY|O_CREAT\"");
    HAS("strace/strace/vfork", "does=\"spawn\" child=\"101\" child_uniq=\"101.1.0\"",
        "resumed_line=\"8\"");
    HAS("strace/strace/dup2", "pid=\"101\" uniq=\"101.1.0\" parent_pid=\"100\" "
                              "parent_uniq=\"100.1.1\"");
    HAS("strace/strace/execve", "uniq=\"101.1.1\"", "image=\"/usr/bin/cc1\" cwd=\"/src\"",
        "argv=\"cc1 -O2 main.c\"");
    HAS("strace/strace/openat",
        "uniq=\"101.1.1\" image=\"/usr/bin/cc1\" does=\"read\" "
        "path=\"/src/main.c\"",
        "ret=\"3\"");
    HAS("strace/strace/openat", "does=\"other\" path=\"/src/no.h\"", "ret=\"-1\" errno=\"ENOENT\"",
        "ret_says=\"No such file or directory\"");
    HAS("strace/strace/open ", "does=\"write\" path=\"/src/main.o\"");
    HAS("strace/strace/read", "a1=\"int main(void)\\x0a{\" a1_cut=\"1\" a2=\"4096\"");
    HAS("strace/strace/write", "uniq=\"101.1.1\"", "does=\"write\" path=\"/src/build.log\"");
    HAS("strace/strace/exit ", "pid=\"101\"", "does=\"exit\"", "status=\"0\"");
    HAS("strace/strace/wait4", "a1=\"[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]\"", "ret=\"101\"");
    HAS("strace/strace/signal", "signal=\"SIGCHLD\" text=\"{si_signo=SIGCHLD");
    HAS("strace/strace/renameat2", "does=\"rename\" path=\"/src/main.o\" "
                                   "target=\"/src/out/main.o\"");
    HAS("strace/strace/unlink", "does=\"delete\" path=\"/tmp/x\\x09y\"");
    HAS("strace/strace/connect", "does=\"connect\" dst.ip=\"10.1.2.3\" dst.port=\"443\"");
    HAS("strace/strace/exit ", "pid=\"100\"", "status=\"3\"");
    assert_int_equal(t.records, 20);
}

static void strace_session_is_told_in_every_style(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * 5 * 4; i++) {
        (void)end(NULL);
        (void)begin(NULL);
        b.pids = i % 2 == 0 ? HW_PIDS_COLUMN : HW_PIDS_BOXED;
        b.times = (enum hw_build_strace_times)(i / 2 % 5);
        b.paths = (i / 10 & 1U) != 0;
        b.duration = (i / 10 & 2U) != 0;
        build_strace_session(&b);
        examine();
        session_is_told();
    }
}

static void strace_times_are_as_good_as_what_stands_there(void **state)
{
    (void)state;
    build_strace_session(&b);
    examine();
    HAS("strace/strace/execve number=1 off=0 time=2023-11-14T22:13:20Z clock=1 digits=6");
    (void)end(NULL);
    (void)begin(NULL);
    b.times = HW_TIMES_TT;
    build_strace_session(&b);
    examine();
    HAS("strace/strace/getcwd number=2", "time=1970-01-01T12:34:56.000001Z clock=3 digits=6");
    (void)end(NULL);
    (void)begin(NULL);
    b.times = HW_TIMES_R;
    build_strace_session(&b);
    examine();
    HAS("strace/strace/getcwd number=2", "time=unknown clock=0 digits=0", "relative=\"0.000007\"");
}

static void strace_midnight_is_passed(void **state)
{
    (void)state;
    hw_buf_str(&out, "7 23:59:59 getpid() = 7\n7 23:59:59 getpid() = 7\n7 00:00:01 getpid() = 7\n");
    examine();
    HAS("number=3", "time=1970-01-02T00:00:01Z clock=3");
}

static void strace_paths_follow_directories_and_descriptors(void **state)
{
    (void)state;
    b.paths = false;
    build_strace_line(&b, 1, "open(\"early\", O_RDONLY) = 3");
    build_strace_line(&b, 1, "chdir(\"/a/b\") = 0");
    build_strace_line(&b, 1, "open(\"../c//./d\", O_RDONLY) = 4");
    build_strace_line(&b, 1, "openat(AT_FDCWD, \"dir\", O_RDONLY|O_DIRECTORY) = 5");
    build_strace_line(&b, 1, "openat(5, \"f\", O_WRONLY|O_TRUNC) = 6");
    build_strace_line(&b, 1, "fcntl(5, F_DUPFD_CLOEXEC, 10) = 10");
    build_strace_line(&b, 1, "close(5) = 0");
    build_strace_line(&b, 1, "unlinkat(10, \"g\", 0) = 0");
    build_strace_line(&b, 1, "fchdir(10) = 0");
    build_strace_line(&b, 1, "symlink(\"../up\", \"l\") = 0");
    build_strace_line(&b, 1, "execve(\"./x\", [\"x\"], 0x1 /* 1 var */) = 0");
    build_strace_line(&b, 1, "unlinkat(10, \"h\", 0) = -1 EBADF (Bad file descriptor)");
    build_strace_line(&b, 1, "openat2(AT_FDCWD, \"y\", {flags=O_RDWR, resolve=0}, 24) = 3");
    examine();
    HAS("number=1", "path=\"early\" path_relative=\"1\"");
    HAS("number=3", "path=\"/a/c/d\"");
    HAS("number=4", "does=\"other\" path=\"/a/b/dir\"");
    HAS("number=5", "does=\"write\" path=\"/a/b/dir/f\"");
    HAS("number=8", "does=\"delete\" path=\"/a/b/dir/g\"");
    HAS("number=10", "does=\"rename\" path=\"/a/b/up\" target=\"/a/b/dir/l\"");
    HAS("number=11", "does=\"exec\" path=\"/a/b/dir/x\"", "cwd=\"/a/b/dir\"");
    HAS("number=12", "does=\"other\" path=\"h\" path_relative=\"1\"");
    HAS("number=13", "does=\"readwrite\" path=\"/a/b/dir/y\" flags=\"O_RDWR\"");
}

static void strace_what_was_written_is_whole_when_it_closes(void **state)
{
    (void)state;
    b.paths = false;
    build_strace_line(&b, 1, "chdir(\"/w\") = 0");
    build_strace_line(&b, 1, "open(\"out\", O_WRONLY|O_CREAT, 0666) = 3");
    build_strace_line(&b, 1, "open(\"in\", O_RDONLY) = 4");
    build_strace_line(&b, 1, "close(4) = 0");
    build_strace_line(&b, 1, "close(3) = 0");
    build_strace_line(&b, 1, "close(3) = -1 EBADF (Bad file descriptor)");
    build_strace_line(&b, 1, "open(\"log\", O_WRONLY|O_CREAT, 0666) = 1");
    build_strace_line(&b, 1, "fork() = 2");
    build_strace_line(&b, 2, "close(1) = 0");
    build_strace_line(&b, 2, "+++ exited with 0 +++");
    build_strace_line(&b, 1, "execve(\"/bin/x\", [\"x\"], 0x1 /* 1 var */) = 0");
    build_strace_line(&b, 1, "write(1, \"a\", 1) = 1");
    build_strace_line(&b, 1, "+++ exited with 0 +++");
    examine();
    HAS("number=4", "does=\"other\" path=\"/w/in\"");
    HAS("number=5", "does=\"write\" path=\"/w/out\"");
    HAS("number=6", "does=\"other\"");
    HAS("number=9", "does=\"other\" path=\"/w/log\""); /* the child never wrote to it */
    HAS("number=12", "does=\"write\" path=\"/w/log\"");
    HAS("number=13", "does=\"exit\" path=\"/w/log\"");
}

static void strace_directory_learnt_late_serves_the_family(void **state)
{
    (void)state;
    b.paths = false;
    build_strace_line(&b, 1, "fork() = 2");
    build_strace_line(&b, 2, "getcwd(\"/w\", 100) = 3");
    build_strace_line(&b, 1, "open(\"f\", O_RDONLY) = 3");
    build_strace_line(&b, 2, "chdir(\"sub\") = 0");
    build_strace_line(&b, 2, "open(\"f\", O_RDONLY) = 3");
    build_strace_line(&b, 1, "open(\"f\", O_RDONLY) = 4");
    examine();
    HAS("number=3", "path=\"/w/f\"");
    HAS("number=5", "path=\"/w/sub/f\"");
    HAS("number=6", "path=\"/w/f\"");
}

static void strace_threads_are_their_process(void **state)
{
    (void)state;
    build_strace_line(&b, 1, "execve(\"/bin/t\", [\"t\"], 0x1 /* 1 var */) = 0");
    build_strace_line(&b, 1,
                      "clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD, "
                      "exit_signal=0} => {parent_tid=[2]}, 88) = 2");
    build_strace_line(&b, 2, "open(\"/f\", O_WRONLY) = 3");
    build_strace_line(&b, 2, "+++ exited with 0 +++");
    build_strace_line(&b, 1, "fstat(3, {st_mode=S_IFREG}) = 0");
    examine();
    HAS("clone3", "child=\"2\" child_uniq=\"1.1.1\" thread=\"1\"");
    HAS("number=3", "pid=\"1\" tid=\"2\" uniq=\"1.1.1\" image=\"/bin/t\" does=\"write\"");
    HAS("number=4", "does=\"other\" thread=\"1\"");
    HAS("number=5", "path=\"/f\"");
}

static void strace_pids_used_again_are_other_processes(void **state)
{
    (void)state;
    build_strace_line(&b, 1, "fork() = 2");
    build_strace_line(&b, 2, "+++ exited with 0 +++");
    build_strace_line(&b, 1, "fork() = 2");
    build_strace_line(&b, 2, "+++ killed by SIGSEGV (core dumped) +++");
    examine();
    HAS("number=1", "child_uniq=\"2.1.0\"");
    HAS("number=3", "child_uniq=\"2.2.0\"");
    HAS("number=4", "uniq=\"2.2.0\"", "signal=\"SIGSEGV\" core=\"1\"");
}

static void strace_children_of_two_forks_at_once_find_their_parents(void **state)
{
    (void)state;
    build_strace_line(&b, 1, "fork() = 2");
    build_strace_line(&b, 1, "vfork( <unfinished ...>");
    build_strace_line(&b, 2, "vfork( <unfinished ...>");
    build_strace_line(&b, 10, "getpid() = 10");
    build_strace_line(&b, 11, "getpid() = 11");
    build_strace_line(&b, 1, "<... vfork resumed>) = 11");
    build_strace_line(&b, 2, "<... vfork resumed>) = 10");
    examine();
    HAS("number=4", "pid=\"10\"", "parent_pid=\"2\" parent_uniq=\"2.1.0\"");
    HAS("number=5", "pid=\"11\"", "parent_pid=\"1\" parent_uniq=\"1.1.0\"");
    assert_false(hw_told_has(&t.told, "parent_guess", NULL));
}

static void strace_calls_without_end_are_lost(void **state)
{
    (void)state;
    build_strace_line(&b, 1, "getpid() = 1");
    build_strace_line(&b, 1, "read(0,  <unfinished ...>");
    build_strace_line(&b, 1, "+++ killed by SIGKILL +++");
    build_strace_line(&b, 2, "openat(AT_FDCWD, \"/x\", O_RDONLY <unfinished ...>");
    examine();
    HAS("lost node=0 what=unfinished", "first=2 last=2");
    HAS("lost node=0 what=unfinished", "first=4 last=4");
    HAS("strace/strace/openat number=4", "unfinished=\"1\"", "a1=\"/x\"");
    assert_int_equal(t.lost, 2);
}

static void strace_on_the_error_stream_shares_with_the_program(void **state)
{
    (void)state;
    hw_buf_str(&out, "set_tid_address(0x7f) = 41\n"
                     "write(2, \"warning\\n\", 8warning\n) = 8\n"
                     "getpid() = 41\n"
                     "clone(child_stack=NULL, flags=SIGCHLDstrace: Process 42 attached\n"
                     ", child_tidptr=0x7f) = 42\n"
                     "[pid    41] getpid() = 41\n"
                     "[pid    42] openat(AT_FDCWD, \"/a\", O_RDONLY) = 3\n"
                     "[pid    42] +++ exited with 0 +++\n"
                     "this is no line of strace\n"
                     "brk(NULL) = 0x5\nbrk(NULL) = 0x5\nbrk(NULL) = 0x5\nbrk(NULL) = 0x5\n"
                     "+++ exited with 0 +++\n");
    examine();
    assert_int_equal(t.told.anomalies, 0);
    HAS("strace/strace/write number=2", "pid=\"41\"", "ret=\"8\"", "resumed_line=\"3\"");
    HAS("strace/strace/clone number=5", "does=\"spawn\"", "child=\"42\" child_uniq=\"42.1.0\"");
    HAS("strace/strace/openat", "pid=\"42\" uniq=\"42.1.0\" parent_pid=\"41\"");
    HAS("strace/strace/output number=10", "text=\"this is no line of strace\"");
    HAS("strace/strace/exit number=15", "pid=\"41\"");
}

static void strace_meets_a_child_in_the_line_of_another(void **state)
{
    (void)state;
    hw_buf_str(&out, "[pid 1] getcwd(\"/w\", 99) = 3\n"
                     "[pid 1] fork() = 2\n"
                     "[pid 1] vfork( <unfinished ...>\n"
                     "[pid 2] readlink(\"/x\", strace: Process 3 attached\n"
                     " <unfinished ...>\n"
                     "[pid 3] open(\"f\", O_RDONLY) = 3\n"
                     "[pid 2] <... readlink resumed>0x1, 9) = -1 EINVAL (Invalid argument)\n"
                     "[pid 1] <... vfork resumed>) = 3\n"
                     "[pid 1] getpid() = 1\n");
    examine();
    assert_int_equal(t.told.anomalies + t.lost, 0);
    HAS("number=6", "uniq=\"3.1.0\" parent_pid=\"1\"", "path=\"/w/f\"");
    HAS("strace/strace/readlink number=4", "path=\"/x\"", "errno=\"EINVAL\"");
    HAS("number=3", "child_uniq=\"3.1.0\"");
}

static void strace_marks_of_sockets_and_deleted_files_are_no_paths(void **state)
{
    (void)state;
    build_strace_line(&b, 1, "getpid() = 1");
    build_strace_line(&b, 1, "read(3<TCP:[10.0.0.1:5->10.0.0.2:443]>, \"a)b\", 10) = 3");
    build_strace_line(&b, 1, "read(4</tmp/a\\74b,c>(deleted), \"\", 10) = 0");
    build_strace_line(&b, 1, "read(5</tmp/a\\74b,c>, \"\", 10) = 0");
    build_strace_line(&b, 1,
                      "mmap(NULL, 1<<12, PROT_READ|PROT_EXEC, MAP_PRIVATE, 6</l.so>, 0) = "
                      "0x7f0");
    examine();
    HAS("number=2", "does=\"other\"", "a1=\"a)b\" a2=\"10\"");
    assert_false(hw_told_has(&t.told, "number=3 ", "path=", NULL));
    HAS("number=4", "does=\"read\" path=\"/tmp/a<b,c\"");
    HAS("number=5", "does=\"load\" path=\"/l.so\"", "a1=\"1<<12\"");
}

static void strace_other_texts_are_not_claimed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "int main(void)\n{\n    open(path, 0);\n    return close(3);\n}\n",
        "open(a) = b\nthis is prose\nand this\nand that\nand more\n",
        "pid,name\n1,open\n2,close\n3,read\n4,write\n",
        "1700000000 something happened\n1700000001 and more\n1700000002 and more\n",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hw_told_examine(&t.told, texts[i], strlen(texts[i]), NULL);
    }
    assert_false(hw_told_has(&t.told, "format=strace", NULL));
}

static void strace_bad_lines_are_told_and_passed(void **state)
{
    (void)state;
    build_strace_session(&b);
    build_strace_line(&b, 100, "what is this");
    build_strace_line(&b, 100, "open(\"/never");
    hw_buf_str(&out, "100 getp");
    examine();
    HAS("rule=line-refused", "not a line of strace");
    HAS("rule=line-refused", "a call without its end");
    HAS("lost node=0 what=truncated");
}

static void strace_more_processes_than_are_kept_is_told(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 40000; i++) {
        hw_buf_printf(&out, "%u open(\"/some/file/%u\", O_RDONLY) = 3\n", i + 1, i);
    }
    examine();
    HAS("rule=over-budget", "more processes or open files");
    assert_int_equal(t.records, 40000);
}

static void strace_quadratic_lines_end(void **state)
{
    (void)state;
    static const char *const seeds[] = {"1<", "\\\"", "/*", "[\"", "(", ","};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        build_strace_line(&b, 1, "getpid() = 1");
        build_strace_line(&b, 1, "getpid() = 1");
        hw_buf_str(&out, "1 execve(\"/x\", [\"");
        for (unsigned k = 0; k < 60000; k++) {
            hw_buf_str(&out, seeds[i]);
        }
        hw_buf_char(&out, '\n');
    }
    examine();
    assert_int_equal(hw_told_count(&t.told, "strace/strace/getpid"), 12);
}

static void strace_survives_every_truncation(void **state)
{
    (void)state;
    build_strace_session(&b);
    hw_sweep_truncate(out.p, out.n, hw_recorded_sound, NULL);
}

static void strace_survives_mutations(void **state)
{
    (void)state;
    build_strace_session(&b);
    hw_sweep_mutate(out.p, out.n, 4000, 0x57ace, hw_recorded_sound, NULL);
}

/* ---- the real thing ---- */

/* Runs a line of shell to its end, errors unseen; true when it succeeded. */
static bool run(char *command)
{
    char shell[] = "/bin/sh", flag[] = "-c";
    char *argv[] = {shell, flag, command, NULL};
    pid_t pid;
    int status;
    posix_spawn_file_actions_t quiet;
    assert_int_equal(posix_spawn_file_actions_init(&quiet), 0);
    (void)posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    int rc = posix_spawn(&pid, shell, &quiet, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&quiet);
    return rc == 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void read_file(const char *path)
{
    char some[65536];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (size_t n; (n = fread(some, 1, sizeof some, f)) > 0;) {
        hw_buf_bytes(&out, some, n);
    }
    (void)fclose(f);
    assert_true(hw_buf_ok(&out));
}

/* cc in a folder of its own, traced with and without -y. */
static void build_real(const char *dir, bool paths)
{
    char source[512], program[512], log[512], want[1200], command[2000];
    (void)snprintf(source, sizeof source, "%s/two.c", dir);
    (void)snprintf(program, sizeof program, "%s/two", dir);
    (void)snprintf(log, sizeof log, "%s/log", dir);
    write_file(source, "int main(void)\n{ return 0; }\n");
    (void)snprintf(command, sizeof command, "strace -f -ttt %s -o %s cc %s -o %s",
                   paths ? "-y" : "", log, source, program);
    if (!run(command)) {
        print_message("SKIPPED: strace or cc is not installed, or may not trace here\n");
        skip();
    }
    read_file(log);
    examine();
    assert_int_equal(t.told.anomalies + t.lost, 0);
    (void)snprintf(want, sizeof want, "does=\"read\" path=\"%s\"", source);
    HAS("cc1\"", want);
    (void)snprintf(want, sizeof want, "path=\"%s\"", program);
    HAS("image=\"", "ld", "does=\"write\"", want);
    HAS("does=\"spawn\"", "child=");
    HAS("does=\"exec\"", "cc1\" argv=\"");
    assert_int_equal(hw_told_count(&t.told, "path_relative"), 0);
    (void)remove(source);
    (void)remove(program);
    (void)remove(log);
}

static void strace_of_a_real_compiler_reads_the_source_and_writes_the_program(void **state)
{
    (void)state;
    char dir[] = "/tmp/hw-strace-XXXXXX";
    assert_non_null(mkdtemp(dir));
    build_real(dir, true);
    (void)end(NULL);
    (void)begin(NULL);
    build_real(dir, false);
    (void)remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
        T(strace_session_is_told_in_every_style),
        T(strace_times_are_as_good_as_what_stands_there),
        T(strace_midnight_is_passed),
        T(strace_paths_follow_directories_and_descriptors),
        T(strace_what_was_written_is_whole_when_it_closes),
        T(strace_directory_learnt_late_serves_the_family),
        T(strace_threads_are_their_process),
        T(strace_pids_used_again_are_other_processes),
        T(strace_children_of_two_forks_at_once_find_their_parents),
        T(strace_calls_without_end_are_lost),
        T(strace_on_the_error_stream_shares_with_the_program),
        T(strace_meets_a_child_in_the_line_of_another),
        T(strace_marks_of_sockets_and_deleted_files_are_no_paths),
        T(strace_other_texts_are_not_claimed),
        T(strace_bad_lines_are_told_and_passed),
        T(strace_more_processes_than_are_kept_is_told),
        T(strace_quadratic_lines_end),
        T(strace_survives_every_truncation),
        T(strace_survives_mutations),
        T(strace_of_a_real_compiler_reads_the_source_and_writes_the_program),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
