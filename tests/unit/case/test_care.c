/* SPDX-License-Identifier: Apache-2.0 */
/* Checking, forgetting, keeping, the action log, and a disk that is full. */
#include "kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "case/room.h"

/* ---- the action log ---- */

static void log_some(struct kit *k, struct hw_case *c, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct hw_action a = {.at_ns = NOW + i,
                              .who = "ann",
                              .version = "0.1.0",
                              .command = "verify",
                              .args = HW_SPAN_LIT("verify\0x.exe\0"),
                              .policy = "default",
                              .as_of_ns = i % 2 == 0 ? INT64_MIN : NOW};
        OK(hw_case_log_append(c, &a, &k->err));
    }
}

static void log_goes_on_and_is_append_only(void **state)
{
    struct kit *k = *state;
    struct hw_action_row row;
    struct hw_cursor *q = NULL;
    uint64_t n, broken;
    uint8_t hash[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    log_some(k, c, 3);
    hw_case_free(c);
    c = kit_open(k, HW_CASE_READ);
    log_some(k, c, 2);
    OK(hw_case_log_verify(c, &n, &broken, &k->err));
    assert_int_equal(n, 5);
    assert_int_equal(broken, 0);
    OK(hw_case_log(c, &q, &k->err));
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(hw_action_next(q, &row, &k->err), HW_ROW);
        assert_true(row.sound && row.n == i);
    }
    assert_string_equal(row.action.command, "verify");
    assert_int_equal(row.action.args.n, 13);
    assert_int_equal(hw_action_next(q, &row, &k->err), 0);
    hw_cursor_free(q);
    OK(hw_case_log_head(c, &n, hash, &k->err));
    assert_memory_equal(hash, row.hash, 32);
    hw_case_free(c);
    c = kit_open(k, HW_CASE_WRITE);
    static const char *const evil[] = {
        "DELETE FROM action",
        "UPDATE action SET who='nobody' WHERE n=2",
        "INSERT OR REPLACE INTO action SELECT 2,at_ns,who,version,command,args,policy,as_of_ns,hash"
        " FROM action WHERE n=1",
        "INSERT INTO action SELECT 9,at_ns,who,version,command,args,policy,as_of_ns,hash"
        " FROM action WHERE n=1",
    };
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        assert_int_not_equal(hw_sql_run(c->db, evil[i], &k->err), HW_OK);
    }
    hw_case_free(c);
}

/* The chain is a format: this hash was computed outside of this program, from the document. */
static void log_hash_is_the_documented_one(void **state)
{
    static const uint8_t want[4] = {0x95, 0xb8, 0x30, 0x01};
    struct kit *k = *state;
    uint64_t n;
    uint8_t hash[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    log_some(k, c, 1);
    OK(hw_case_log_head(c, &n, hash, &k->err));
    assert_memory_equal(hash, want, sizeof want);
    hw_case_free(c);
}

/* With the triggers taken away and put back, every change still shows. */
static void tampering_with_the_log_is_found(void **state)
{
    static const char *const evil[] = {
        "UPDATE action SET who='bob' WHERE n=3",
        "UPDATE action SET args=x'00' WHERE n=3",
        "UPDATE action SET as_of_ns=1 WHERE n=3",
        "UPDATE action SET at_ns=at_ns+1 WHERE n=3",
        "DELETE FROM action WHERE n=3",
        "UPDATE action SET hash=zeroblob(32) WHERE n=3",
        "DELETE FROM action WHERE n=3; UPDATE action SET n=n-1 WHERE n>3",
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        char sql[2048];
        uint64_t n, broken;
        unlink(k->path);
        struct hw_case *c = kit_open(k, HW_CASE_WRITE);
        log_some(k, c, 5);
        hw_case_free(c);
        snprintf(sql, sizeof sql,
                 "CREATE TABLE t AS SELECT name,sql FROM sqlite_schema WHERE type='trigger';"
                 "DROP TRIGGER action_no_update; DROP TRIGGER action_no_delete;"
                 "%s;"
                 "CREATE TRIGGER action_no_update BEFORE UPDATE ON action BEGIN SELECT raise(ABORT,"
                 " 'the action log is append-only'); END;"
                 "CREATE TRIGGER action_no_delete BEFORE DELETE ON action BEGIN SELECT raise(ABORT,"
                 " 'the action log is append-only'); END; DROP TABLE t",
                 evil[i]);
        kit_sql(k->path, sql);
        c = kit_open(k, HW_CASE_READ);
        OK(hw_case_log_verify(c, &n, &broken, &k->err));
        assert_int_equal(broken, 3);
        assert_int_equal(kit_check(k, c), 1);
        assert_non_null(strstr(k->err.text, "entry 3"));
        hw_case_free(c);
    }
}

/* ---- checking ---- */

static void check_finds_what_was_changed(void **state)
{
    static const struct {
        const char *sql, *says;
    } evil[] = {
        {"UPDATE fact SET body=x'ff' WHERE seq=1", "damaged"},
        {"UPDATE fact SET node=node+100 WHERE seq=1", "another node"},
        {"DELETE FROM fact WHERE seq=1", "not as many facts"},
        {"DELETE FROM reading", "no reading"},
        {"UPDATE artifact SET format='elf' WHERE node=1", "index table artifact"},
        {"DELETE FROM mark WHERE mark=3", "index table mark"},
        {"INSERT INTO indicator VALUES('md5',x'00',1,0,0)", "index table indicator"},
        {"DELETE FROM component", "index table component"},
        {"UPDATE sighting SET evidence=77", "sightings belong to no evidence"},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        unlink(k->path);
        struct hw_case *c = kit_open(k, HW_CASE_WRITE);
        kit_store(c, 1, 4);
        OK(hw_case_commit(c, &k->err));
        assert_int_equal(kit_check(k, c), 0);
        hw_case_free(c);
        kit_sql(k->path, evil[i].sql);
        c = kit_open(k, HW_CASE_READ);
        assert_true(kit_check(k, c) > 0);
        if (strstr(k->err.text, evil[i].says) == NULL) {
            print_error("%s: said %s\n", evil[i].sql, k->err.text);
        }
        assert_non_null(strstr(k->err.text, evil[i].says));
        hw_case_free(c);
    }
}

/* A log whose records no longer read is a gap in every graph: checking says so before. */
static void check_reads_the_records_of_logs(void **state)
{
    static const char *const evil[] = {
        "DELETE FROM fact WHERE kind=80 AND seq=3; UPDATE reading SET facts=facts-1"
        " WHERE class=3",
        /* The first record's layout: behind two numbers and the head of the third field. */
        "UPDATE fact SET body=CAST(substr(body,1,25)||x'7f'||substr(body,27) AS BLOB)"
        " WHERE kind=81",
        "UPDATE fact SET body=(SELECT body FROM fact WHERE kind=80 AND seq=4)"
        " WHERE kind=80 AND seq=3",
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        unlink(k->path);
        struct hw_case *c = kit_open(k, HW_CASE_WRITE);
        kit_store(c, 1, 2);
        kit_store_log(c, 2);
        kit_store_log(c, 3);
        OK(hw_case_commit(c, &k->err));
        assert_int_equal(kit_check(k, c), 0);
        hw_case_free(c);
        kit_sql(k->path, evil[i]);
        c = kit_open(k, HW_CASE_READ);
        if (kit_check(k, c) == 0 || strstr(k->err.text, "are damaged") == NULL) {
            print_error("%s: said %s\n", evil[i], k->err.text);
        }
        assert_non_null(strstr(k->err.text, "are damaged"));
        hw_case_free(c);
    }
}

static void index_is_rebuilt_from_facts_alone(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 4);
    kit_store_indicator(c, 9, "md5", "00");
    OK(hw_case_commit(c, &k->err));
    OK(hw_sql_run(c->db,
                  "DELETE FROM mark; DELETE FROM artifact; UPDATE component SET node=9;"
                  "DELETE FROM indicator; DELETE FROM link",
                  &k->err));
    assert_true(kit_check(k, c) > 0);
    OK(hw_case_reindex(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

static void damaged_fact_is_an_error_never_an_answer(void **state)
{
    struct kit *k = *state;
    struct hw_cursor *q = NULL;
    struct hw_fact_row row;
    int rc;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 2);
    OK(hw_case_commit(c, &k->err));
    OK(hw_sql_run(c->db, "UPDATE fact SET body=substr(body,1,length(body)-1) WHERE kind=18",
                  &k->err));
    OK(hw_case_components(c, NULL, NULL, NULL, &q, &k->err));
    while ((rc = hw_fact_next(q, &row, &k->err)) == HW_ROW) {
    }
    assert_int_equal(rc, HW_E_CASE);
    assert_non_null(strstr(k->err.text, "evidence"));
    hw_cursor_free(q);
    hw_case_free(c);
}

/* ---- forgetting ---- */

static void forgotten_evidence_leaves_no_byte(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    struct hw_tombstone_row row;
    struct hw_cursor *q = NULL;
    uint8_t outer[32], member[32];
    char *wal = kit_file(k, "t.case-wal");
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    for (uint32_t i = 1; i < 40; i++) {
        kit_store(c, i, 5);
    }
    kit_hash(23, 0, outer);
    kit_hash(23, 4, member);
    OK(hw_case_declare(c, outer, "exhibit", HW_SPAN_LIT("EX-OF-23"), NOW, &k->err));
    OK(hw_case_commit(c, &k->err));
    OK(hw_case_checkpoint(c, &k->err));
    assert_true(kit_holds(k->path, member, 32));
    assert_true(kit_holds(k->path, "/data/23.zip", 12));
    OK(hw_case_forget(c, outer, "ann", "asked to", NOW, &k->err));
    const char *files[] = {k->path, wal};
    for (unsigned i = 0; i < 2; i++) {
        assert_false(kit_holds(files[i], member, 32));
        assert_false(kit_holds(files[i], member, 20));
        assert_false(kit_holds(files[i], "/data/23.zip", 12));
        assert_false(kit_holds(files[i], "m23-", 4));
        assert_false(kit_holds(files[i], "EX-OF-23", 8));
    }
    OK(hw_case_count(c, &n, &k->err));
    assert_int_equal(n.evidences, 38);
    OK(hw_case_tombstones(c, &q, &k->err));
    assert_int_equal(hw_tombstone_next(q, &row, &k->err), HW_ROW);
    assert_memory_equal(row.sha256, outer, 32);
    assert_string_equal(row.because, "asked to");
    hw_cursor_free(q);
    assert_int_equal(hw_case_forget(c, outer, "ann", "again", NOW, &k->err), HW_E_MISSING);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    free(wal);
}

static void forgetting_under_a_reader_says_that_bytes_remain(void **state)
{
    struct kit *k = *state;
    uint8_t outer[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 3);
    OK(hw_case_commit(c, &k->err));
    struct hw_case *r = kit_open(k, HW_CASE_READ);
    OK(hw_case_hold(r, &k->err));
    kit_hash(1, 0, outer);
    sqlite3_busy_timeout(c->db, 100);
    assert_int_equal(hw_case_forget(c, outer, "", "", NOW, &k->err), HW_E_BUSY);
    hw_case_release(r);
    OK(hw_case_scrub(c, &k->err));
    hw_case_free(r);
    hw_case_free(c);
    assert_false(kit_holds(k->path, "/data/1.zip", 11));
}

/* ---- kept bytes ---- */

static int write_temp(struct kit *k, const void *p, size_t n, uint8_t sha256[32])
{
    uint8_t digest[HW_DIGEST_BYTES_MAX];
    char *name = kit_file(k, "plain");
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    OK(hw_digest_once(HW_DIGEST_SHA256, (struct hw_span){p, n}, digest, NULL, NULL));
    memcpy(sha256, digest, 32);
    free(name);
    return fd;
}

static char *kept_name(struct kit *k, const uint8_t sha256[32])
{
    char hex[65], name[128];
    for (unsigned i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
    }
    snprintf(name, sizeof name, "t.case.d/%.2s/%s.kept", hex, hex);
    return kit_file(k, name);
}

static void kept_bytes_come_back_and_cannot_run(void **state)
{
    struct kit *k = *state;
    struct stat st;
    struct hw_buf b;
    uint8_t hash[32], *plain = calloc(1, 200001);
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    assert_non_null(plain);
    memcpy(plain, "MZ this program cannot be run in DOS mode", 41);
    int fd = write_temp(k, plain, 200001, hash), out;
    OK(hw_case_keep(c, fd, 200001, hash, NOW, &k->err));
    OK(hw_case_keep(c, fd, 200001, hash, NOW, &k->err));
    OK(hw_case_commit(c, &k->err));
    char *name = kept_name(k, hash), *back = kit_file(k, "back");
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    kit_slurp(name, &b);
    assert_memory_equal(b.p, "headwater-kept-1 ", 17);
    assert_null(memmem(b.p, b.n, "this program", 12));
    assert_null(memmem(b.p, b.n, "\0\0\0\0\0\0\0\0", 8));
    hw_buf_done(&b);
    out = open(back, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    OK(hw_case_kept_read(c, hash, out, &k->err));
    close(out);
    kit_slurp(back, &b);
    assert_int_equal(b.n, 200001);
    assert_memory_equal(b.p, plain, b.n);
    hw_buf_done(&b);
    assert_int_equal(kit_check(k, c), 0);
    /* One byte changed, one cut, gone, a link: each is told. */
    for (unsigned i = 0; i < 4; i++) {
        int kept = open(name, O_RDWR | O_CLOEXEC);
        uint8_t one;
        assert_int_equal(pread(kept, &one, 1, 5000), 1);
        one ^= 1;
        assert_int_equal(i == 0 ? pwrite(kept, &one, 1, 5000) : 1, 1);
        assert_int_equal(i == 1 ? ftruncate(kept, 200000) : 0, 0);
        close(kept);
        assert_int_equal(i >= 2 ? unlink(name) : 0, 0);
        assert_int_equal(i == 3 ? symlink(back, name) : 0, 0);
        assert_int_equal(hw_case_kept_read(c, hash, -1, &k->err), HW_E_CASE);
        assert_int_equal(kit_check(k, c), 1);
        unlink(name);
        OK(hw_sql_run(c->db, "DELETE FROM kept", &k->err));
        OK(hw_case_keep(c, fd, 200001, hash, NOW, &k->err));
        OK(hw_case_commit(c, &k->err));
    }
    hash[0] ^= 1;
    assert_int_equal(hw_case_keep(c, fd, 200001, hash, NOW, &k->err), HW_E_EVIDENCE);
    assert_int_equal(hw_case_kept_read(c, hash, -1, &k->err), HW_E_MISSING);
    close(fd);
    hw_case_free(c);
    free(plain);
    free(name);
    free(back);
}

static void forgetting_takes_kept_bytes_that_nothing_else_needs(void **state)
{
    struct kit *k = *state;
    uint8_t hash[32];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    int fd = write_temp(k, "poison", 6, hash);
    for (unsigned i = 0; i < 2; i++) {
        struct hw_evidence e = {.size = 6, .parser = 1, .degree = HW_REFUSED};
        memcpy(e.sha256, hash, 32);
        OK(hw_case_store(c, &e, NULL, 0, &k->err));
    }
    OK(hw_case_keep(c, fd, 6, hash, NOW, &k->err));
    close(fd);
    char *name = kept_name(k, hash);
    assert_int_equal(access(name, F_OK), 0);
    OK(hw_case_forget(c, hash, "ann", "", NOW, &k->err));
    assert_int_not_equal(access(name, F_OK), 0);
    assert_int_equal(hw_case_kept_read(c, hash, -1, &k->err), HW_E_MISSING);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    free(name);
}

/* ---- no room ---- */

static void fill_up(struct kit *k, struct hw_case *c, bool *out_full)
{
    *out_full = false;
    for (uint32_t n = 0; n < 20000 && !*out_full; n++) {
        struct kit_evidence *e = kit_evidence(n, 30);
        int rc = hw_case_store(c, &e->e, e->facts, e->count, &k->err);
        kit_evidence_free(e);
        rc = rc == HW_OK && n % 16 == 0 ? hw_case_commit(c, &k->err) : rc;
        if (rc != HW_OK) {
            if (rc != HW_E_SPACE) {
                print_error("%s\n", k->err.text);
            }
            assert_int_equal(rc, HW_E_SPACE);
            *out_full = true;
        }
    }
}

static void full_case_still_opens(void **state)
{
    struct kit *k = *state;
    struct hw_case_counts n;
    bool full;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    OK(hw_sql_run(c->db, "PRAGMA max_page_count=200", &k->err));
    fill_up(k, c, &full);
    assert_true(full);
    hw_case_free(c);
    c = kit_open(k, HW_CASE_WRITE);
    OK(hw_case_count(c, &n, &k->err));
    assert_true(n.evidences > 0);
    kit_store(c, 30000, 2);
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
}

/* The same on a real full disk, where we may mount one. */
static void full_disk_leaves_a_case_that_opens(void **state)
{
    struct kit *k = *state;
    char *disk = kit_file(k, "disk");
    bool full;
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=2m") != 0) {
        free(disk);
        skip(); /* may not mount: not root, or in a container */
    }
    snprintf(k->path, sizeof k->path, "%s/t.case", disk);
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 1);
    OK(hw_case_commit(c, &k->err));
    fill_up(k, c, &full);
    hw_case_free(c);
    assert_true(full);
    c = kit_open(k, HW_CASE_READ);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    free(disk);
}

/* Also where the test failed half-way. */
static int unmount_teardown(void **state)
{
    char *disk = kit_file(*state, "disk");
    (void)!umount2(disk, MNT_DETACH);
    free(disk);
    return kit_teardown(state);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(log_goes_on_and_is_append_only),
        T(log_hash_is_the_documented_one),
        T(tampering_with_the_log_is_found),
        T(check_finds_what_was_changed),
        T(check_reads_the_records_of_logs),
        T(index_is_rebuilt_from_facts_alone),
        T(damaged_fact_is_an_error_never_an_answer),
        T(forgotten_evidence_leaves_no_byte),
        T(forgetting_under_a_reader_says_that_bytes_remain),
        T(kept_bytes_come_back_and_cannot_run),
        T(forgetting_takes_kept_bytes_that_nothing_else_needs),
        T(full_case_still_opens),
        cmocka_unit_test_setup_teardown(full_disk_leaves_a_case_that_opens, kit_setup,
                                        unmount_teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
