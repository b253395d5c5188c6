/* SPDX-License-Identifier: Apache-2.0 */
/* Whose case is it, is it a case at all, and what a stranger's may do: be read. */
#include "kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case/room.h"

static void make(struct kit *k)
{
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 3);
    OK(hw_case_commit(c, &k->err));
    hw_case_free(c);
}

static bool exists(struct kit *k, const char *name)
{
    char *p = kit_file(k, name);
    bool yes = access(p, F_OK) == 0;
    free(p);
    return yes;
}

static void new_case_is_one_private_file_with_our_marks(void **state)
{
    struct kit *k = *state;
    struct stat st;
    struct hw_case_info info;
    struct hw_buf b;
    umask(0);
    make(k);
    assert_int_equal(stat(k->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(exists(k, "t.case-wal") || exists(k, "t.case-shm") || exists(k, "t.case-lock"));
    kit_slurp(k->path, &b);
    assert_memory_equal(b.p + 68, "HWTR", 4);
    hw_buf_done(&b);
    struct hw_case *c = kit_open(k, HW_CASE_READ);
    hw_case_info(c, &info);
    assert_int_equal(info.schema, HW_CASE_SCHEMA);
    assert_int_equal(strlen(info.uuid), 36);
    assert_true(info.created_ns == NOW);
    assert_false(info.stranger || info.read_only);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    assert_false(exists(k, "t.case-wal") || exists(k, "t.case-shm"));
}

static void question_never_creates_a_case(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = NULL;
    struct hw_case_open how = {.path = k->path, .mode = HW_CASE_WRITE, .must_exist = true};
    kit_refused(k, HW_CASE_READ, HW_E_MISSING);
    assert_int_equal(hw_case_open(&how, &c, &k->err), HW_E_MISSING);
    assert_false(exists(k, "t.case"));
}

static void foreign_files_are_refused(void **state)
{
    struct kit *k = *state;
    kit_sql(k->path, "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
    assert_int_equal(chmod(k->path, 0600), 0);
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
    assert_non_null(strstr(k->err.text, "not a case"));
    kit_refused(k, HW_CASE_WRITE, HW_E_CASE);
    int fd = open(k->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, "MZ not a database, but long enough to be looked at", 50), 50);
    close(fd);
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
    kit_refused(k, HW_CASE_WRITE, HW_E_CASE);
    assert_int_equal(truncate(k->path, 20), 0);
    kit_refused(k, HW_CASE_WRITE, HW_E_CASE); /* too small for a page, and not ours to write over */
    assert_int_equal(truncate(k->path, 0), 0);
    kit_refused(k, HW_CASE_READ, HW_E_MISSING);
}

static void newer_case_is_refused_by_number(void **state)
{
    struct kit *k = *state;
    make(k);
    kit_sql(k->path, "PRAGMA user_version=907");
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
    assert_non_null(strstr(k->err.text, "907"));
    kit_refused(k, HW_CASE_WRITE, HW_E_CASE);
}

static void foreign_objects_are_refused_by_name(void **state)
{
    static const char *const evil[] = {
        "CREATE TRIGGER evil_thing AFTER INSERT ON note BEGIN DELETE FROM fact; END",
        "CREATE VIEW evil_thing AS SELECT * FROM meta",
        "CREATE TABLE evil_thing(x)",
        "CREATE INDEX evil_thing ON note(text)",
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        unlink(k->path);
        make(k);
        kit_sql(k->path, evil[i]);
        kit_refused(k, HW_CASE_READ, HW_E_CASE);
        assert_non_null(strstr(k->err.text, "evil_thing"));
        kit_refused(k, HW_CASE_WRITE, HW_E_CASE);
    }
    unlink(k->path);
    make(k);
    kit_sql(k->path, "DROP TRIGGER action_no_update");
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
    unlink(k->path);
    make(k);
    kit_sql(k->path, "DROP TABLE kept; CREATE TABLE kept(sha256 BLOB, size, at_ns)");
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
}

static void carried_over_case_is_a_strangers_until_adopted(void **state)
{
    struct kit *k = *state;
    struct hw_case_info info;
    struct hw_buf before, after;
    make(k);
    kit_sql(k->path, "UPDATE meta SET value=zeroblob(32) WHERE key='owner'");
    kit_slurp(k->path, &before);
    struct hw_case *c = kit_open(k, HW_CASE_READ);
    hw_case_info(c, &info);
    assert_true(info.stranger && info.read_only);
    assert_non_null(strstr(info.why, "another machine"));
    struct hw_action a = {.who = "", .version = "", .command = "x", .policy = ""};
    assert_int_equal(hw_case_log_append(c, &a, &k->err), HW_E_STATE);
    assert_int_equal(hw_case_begin(c, &k->err), HW_E_STATE);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    kit_slurp(k->path, &after);
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.p, after.p, before.n);
    hw_buf_done(&before);
    hw_buf_done(&after);
    kit_refused(k, HW_CASE_WRITE, HW_E_STATE);
    assert_non_null(strstr(k->err.text, "adopt"));
    OK(hw_case_adopt(k->path, NOW, &k->err));
    c = kit_open(k, HW_CASE_WRITE);
    hw_case_info(c, &info);
    assert_false(info.stranger || info.read_only);
    hw_case_free(c);
}

static void case_that_others_may_write_is_a_strangers(void **state)
{
    struct kit *k = *state;
    struct hw_case_info info;
    struct stat st;
    make(k);
    assert_int_equal(chmod(k->path, 0620), 0);
    struct hw_case *c = kit_open(k, HW_CASE_READ);
    hw_case_info(c, &info);
    assert_true(info.stranger);
    hw_case_free(c);
    struct hw_case_open how = {.path = k->path, .mode = HW_CASE_READ, .default_place = true};
    assert_int_equal(hw_case_open(&how, &c, &k->err), HW_E_CASE);
    OK(hw_case_adopt(k->path, NOW, &k->err));
    assert_int_equal(stat(k->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    OK(hw_case_open(&how, &c, &k->err));
    hw_case_free(c);
}

static void symlink_in_the_default_place_is_refused(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = NULL;
    char *other = kit_file(k, "link.case");
    make(k);
    assert_int_equal(symlink(k->path, other), 0);
    struct hw_case_open how = {.path = other, .mode = HW_CASE_READ, .default_place = true};
    assert_int_equal(hw_case_open(&how, &c, &k->err), HW_E_CASE);
    how.default_place = false;
    OK(hw_case_open(&how, &c, &k->err));
    hw_case_free(c);
    free(other);
}

static void damaged_strangers_case_is_not_adopted(void **state)
{
    struct kit *k = *state;
    make(k);
    kit_sql(k->path, "UPDATE meta SET value=zeroblob(32) WHERE key='owner';"
                     "UPDATE fact SET body=x'0000ff' WHERE kind=18");
    assert_int_equal(hw_case_adopt(k->path, NOW, &k->err), HW_E_CASE);
    kit_refused(k, HW_CASE_WRITE, HW_E_STATE);
}

struct waiter {
    unsigned told;
    unsigned most;
};

static bool told(void *state, int64_t waited_ns)
{
    struct waiter *w = state;
    (void)waited_ns;
    w->told++;
    return w->told < w->most;
}

static void second_writer_waits_and_is_told(void **state)
{
    struct kit *k = *state;
    struct hw_case *a = kit_open(k, HW_CASE_WRITE), *b = NULL;
    struct waiter w = {0, 100};
    struct hw_case_open how = {.path = k->path,
                               .mode = HW_CASE_WRITE,
                               .wait_ns = SECOND / 10,
                               .waiting = told,
                               .state = &w};
    assert_int_equal(hw_case_open(&how, &b, &k->err), HW_E_BUSY);
    assert_int_equal(w.told, 1);
    w = (struct waiter){0, 1};
    how.wait_ns = 100 * SECOND;
    assert_int_equal(hw_case_open(&how, &b, &k->err), HW_E_BUSY);
    hw_case_free(a);
    OK(hw_case_open(&how, &b, &k->err));
    hw_case_free(b);
}

static void waiting_writer_goes_on_when_the_first_is_done(void **state)
{
    struct kit *k = *state;
    struct hw_case *b = NULL;
    struct hw_case_counts n;
    struct waiter w = {0, 100};
    struct hw_case_open how = {.path = k->path,
                               .mode = HW_CASE_WRITE,
                               .wait_ns = 100 * SECOND,
                               .waiting = told,
                               .state = &w};
    int ready[2];
    char byte;
    make(k);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct hw_case *c = NULL;
        struct hw_case_open first = {.path = k->path, .mode = HW_CASE_WRITE};
        bool ok = hw_case_open(&first, &c, NULL) == HW_OK && write(ready[1], "x", 1) == 1;
        usleep(200000);
        hw_case_free(c);
        _exit(ok ? 0 : 1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    OK(hw_case_open(&how, &b, &k->err));
    assert_true(w.told >= 1);
    OK(hw_case_count(b, &n, &k->err));
    assert_int_equal(n.evidences, 1);
    hw_case_free(b);
    close(ready[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void reader_sees_one_state_while_a_writer_works(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    make(k);
    struct hw_case *r = kit_open(k, HW_CASE_READ);
    OK(hw_case_hold(r, &k->err));
    struct hw_case *w = kit_open(k, HW_CASE_WRITE);
    kit_store(w, 2, 3);
    OK(hw_case_commit(w, &k->err));
    OK(hw_case_count(r, &n, &k->err));
    assert_int_equal(n.evidences, 1);
    hw_case_release(r);
    OK(hw_case_count(r, &n, &k->err));
    assert_int_equal(n.evidences, 2);
    hw_case_free(w);
    hw_case_free(r);
    assert_false(exists(k, "t.case-wal") || exists(k, "t.case-shm"));
}

static void question_logs_but_cannot_store(void **state)
{
    struct kit *k = *state;
    uint64_t n, broken;
    make(k);
    struct hw_case *c = kit_open(k, HW_CASE_READ);
    struct hw_action a = {.at_ns = NOW,
                          .who = "me",
                          .version = "0.1",
                          .command = "hunt",
                          .args = HW_SPAN_LIT("hunt\0--json\0"),
                          .policy = "",
                          .as_of_ns = INT64_MIN};
    for (unsigned i = 0; i < 2; i++) { /* before the log was opened, and after it was closed */
        assert_int_not_equal(hw_sql_run(c->db, "DELETE FROM fact", &k->err), HW_OK);
        assert_int_equal(hw_case_begin(c, &k->err), HW_E_STATE);
        OK(i == 0 ? hw_case_log_append(c, &a, &k->err) : HW_OK);
    }
    OK(hw_case_log_verify(c, &n, &broken, &k->err));
    assert_int_equal(n, 1);
    assert_int_equal(broken, 0);
    hw_case_free(c);
}

static void names_that_mean_something_to_sqlite_are_files(void **state)
{
    static const char *const names[] = {":memory:", "file:x.case?mode=memory", "a b%20?#.case"};
    struct kit *k = *state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(k->dir), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct hw_case *c = NULL;
        struct hw_case_open how = {.path = names[i], .mode = HW_CASE_WRITE, .now_ns = NOW};
        struct hw_case_info info;
        OK(hw_case_open(&how, &c, &k->err));
        kit_store(c, 1, 1);
        OK(hw_case_commit(c, &k->err));
        hw_case_free(c);
        assert_int_equal(access(names[i], F_OK), 0);
        assert_int_equal(chmod(names[i], 0622), 0);
        how.mode = HW_CASE_READ;
        OK(hw_case_open(&how, &c, &k->err)); /* the immutable way, by URI */
        hw_case_info(c, &info);
        assert_true(info.stranger);
        hw_case_free(c);
    }
    assert_int_equal(chdir(here), 0);
}

static void private_case_leaves_nothing(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
    struct hw_case_counts n;
    kit_store(c, 1, 4);
    OK(hw_case_commit(c, &k->err));
    OK(hw_case_count(c, &n, &k->err));
    assert_int_equal(n.artifacts, 5);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

/* ---- migrations: the machinery (test_moved.c has the real steps) ---- */

enum { NOW_AT = HW_CASE_SCHEMA };

static const char *const fake_sql[] = {"CREATE TABLE later(x INTEGER) STRICT", NULL};
static const char *const bad_sql[] = {"CREATE TABLE later2(x INTEGER) STRICT", "NONSENSE", NULL};

static int more(sqlite3 *db, struct hw_error *err)
{
    return hw_sql_run(db, "INSERT INTO later VALUES(42)", err);
}

static void older_schema_moves_step_by_step(void **state)
{
    struct kit *k = *state;
    static const struct hw_step steps[] = {
        {NOW_AT, fake_sql, NULL}, {NOW_AT + 1, NULL, more}, {NOW_AT + 2, bad_sql, NULL}};
    int64_t v = 0;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    OK(hw_schema_migrate(c->db, steps, 3, NOW_AT + 2, &k->err));
    OK(hw_sql_int(c->db, "PRAGMA user_version", &v, &k->err));
    assert_int_equal(v, NOW_AT + 2);
    OK(hw_sql_int(c->db, "SELECT x FROM later", &v, &k->err));
    assert_int_equal(v, 42);
    /* A step that fails leaves the schema before it whole. */
    assert_int_not_equal(hw_schema_migrate(c->db, steps, 3, NOW_AT + 3, &k->err), HW_OK);
    OK(hw_sql_int(c->db, "PRAGMA user_version", &v, &k->err));
    assert_int_equal(v, NOW_AT + 2);
    OK(hw_sql_int(c->db, "SELECT count(*) FROM sqlite_schema WHERE name='later2'", &v, &k->err));
    assert_int_equal(v, 0);
    assert_int_equal(hw_schema_migrate(c->db, steps, 0, 9, &k->err), HW_E_CASE);
    hw_case_free(c);
    kit_refused(k, HW_CASE_READ, HW_E_CASE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(new_case_is_one_private_file_with_our_marks),
        T(question_never_creates_a_case),
        T(foreign_files_are_refused),
        T(newer_case_is_refused_by_number),
        T(foreign_objects_are_refused_by_name),
        T(carried_over_case_is_a_strangers_until_adopted),
        T(case_that_others_may_write_is_a_strangers),
        T(symlink_in_the_default_place_is_refused),
        T(damaged_strangers_case_is_not_adopted),
        T(second_writer_waits_and_is_told),
        T(waiting_writer_goes_on_when_the_first_is_done),
        T(reader_sees_one_state_while_a_writer_works),
        T(question_logs_but_cannot_store),
        T(names_that_mean_something_to_sqlite_are_files),
        T(private_case_leaves_nothing),
        T(older_schema_moves_step_by_step),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
