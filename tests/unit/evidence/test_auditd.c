/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_auditd.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf out;
static struct hw_build_auditd b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&out, 64 << 20);
    b = (struct hw_build_auditd){.out = &out};
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

static void session_is_told(void)
{
    examine();
    assert_int_equal(t.told.anomalies + t.lost, 0);
    assert_int_equal(t.records, 9);
    HAS("artifact node=0", "format=auditd");
    HAS("auditd/auditd/USER_LOGIN number=100 off=0 time=2023-11-14T22:15:00.100Z clock=1 digits=3",
        "op=\"login\" id=\"1000\"", "addr=\"10.9.8.7\"", "res=\"success\"");
    HAS("auditd/auditd/SYSCALL number=101", "pid=\"60\"", "child=\"61\" does=\"spawn\"");
    HAS("number=102", "argc=\"4\"", "argv=\"cc a b.c -oout\"", "path=\"/usr/bin/cc\"",
        "does=\"exec\" born=\"0\"", "proctitle=\"cc a b.c\"", "cwd=\"/src\"", "a0=\"5\"",
        "path1.name=\"/lib64/ld.so\"", "types=\"SYSCALL,EXECVE,CWD,PATH,PROCTITLE\"");
    HAS("number=103", "path=\"/src/out.o\" does=\"write\"", "path0.nametype=\"PARENT\"");
    HAS("number=104", "path=\"/src/out.o\" target=\"/dst/out.o\" does=\"rename\"");
    HAS("number=105", "success=\"no\"", "path=\"/src/gone\" does=\"other\"");
    HAS("number=106", "saddr.family=\"inet\" saddr.ip=\"10.1.2.3\" saddr.port=\"443\"",
        "does=\"connect\"");
    HAS("number=107", "does=\"exit\"");
    HAS("auditd/auditd/USER_END number=108", "acct=\"ann\"");
}

static void auditd_session_is_told(void **state)
{
    (void)state;
    build_auditd_session(&b);
    session_is_told();
    HAS("number=103", "syscall_name=\"openat\"");
}

static void auditd_enriched_and_named_lines_are_told(void **state)
{
    (void)state;
    b.enriched = true;
    b.node = "build1";
    build_auditd_session(&b);
    session_is_told();
    HAS("number=103", "host=\"build1\"",
        "ARCH=\"x86_64\" SYSCALL=\"openat\" AUID=\"ann\" "
        "UID=\"root\"");
    assert_false(hw_told_has(&t.told, "syscall_name", NULL));
}

static void auditd_other_architectures_have_other_numbers(void **state)
{
    (void)state;
    build_auditd_line(&b, "SYSCALL", 1,
                      "arch=c00000b7 syscall=56 success=yes exit=3 a0=ffffffffffff"
                      "ff9c a1=0 a2=0 a3=0 pid=1");
    build_auditd_line(&b, "PATH", 1, "item=0 name=\"/etc/x\" nametype=NORMAL");
    build_auditd_line(&b, "SYSCALL", 2, "arch=40000003 syscall=10 success=yes exit=0 a0=1 pid=1");
    build_auditd_line(&b, "PATH", 2, "item=0 name=\"rel\" nametype=DELETE");
    build_auditd_line(&b, "SYSCALL", 3,
                      "arch=c00000b7 syscall=56 success=yes exit=3 a0=5 a2=2 pid=1");
    build_auditd_line(&b, "CWD", 3, "cwd=\"/home\"");
    build_auditd_line(&b, "PATH", 3, "item=0 name=\"rel\" nametype=NORMAL");
    examine();
    HAS("number=1", "syscall_name=\"openat\"", "path=\"/etc/x\" does=\"read\"");
    HAS("number=2", "syscall_name=\"unlink\"", "path=\"rel\" path_relative=\"1\" does=\"delete\"");
    HAS("number=3", "path=\"rel\" path_relative=\"1\" does=\"readwrite\"");
}

static void auditd_a_second_program_of_a_pid_is_no_birth(void **state)
{
    (void)state;
    build_auditd_call(&b, 1, 59, "execve", "success=yes exit=0", 61, 60);
    build_auditd_call(&b, 2, 59, "execve", "success=yes exit=0", 61, 60);
    build_auditd_call(&b, 3, 59, "execve", "success=yes exit=0", 61, 9);
    examine();
    HAS("number=1", "born=\"1\"");
    HAS("number=2", "born=\"0\"");
    HAS("number=3", "born=\"1\"");
}

static void auditd_clashing_names_bear_their_type(void **state)
{
    (void)state;
    build_auditd_line(&b, "AVC", 1, "avc:  denied  { read } for  pid=7 comm=\"x\" path=\"/p\"");
    build_auditd_call(&b, 1, 2, "open", "success=no exit=-13", 8, 1);
    examine();
    HAS("auditd/auditd/SYSCALL number=1", "pid=\"8\"",
        "AVC.pid=\"7\" AVC.comm=\"x\" "
        "AVC.path=\"/p\"",
        "AVC.text=\"avc:  denied  { read } for\"");
}

static void auditd_six_and_local_addresses_are_decoded(void **state)
{
    (void)state;
    build_auditd_line(&b, "SOCKADDR", 1,
                      "saddr=0A0001BB0000000020010DB80000000000000000000000010000"
                      "0000");
    build_auditd_line(&b, "SOCKADDR", 2, "saddr=01002F7661722F72756E2F780000");
    build_auditd_line(&b, "SOCKADDR", 3, "saddr=0A00");
    build_auditd_line(&b, "SOCKADDR", 4, "saddr=0A0000160000000000000000000000000000000000000000");
    examine();
    HAS("number=1", "saddr.family=\"inet6\" saddr.ip=\"2001:db8::1\" saddr.port=\"443\"");
    HAS("number=2", "saddr.family=\"unix\" saddr.path=\"/var/run/x\"");
    HAS("number=3", "saddr=\"0A00\"");
    HAS("number=4", "saddr.ip=\"::\" saddr.port=\"22\"");
}

static void auditd_missing_serials_are_lost(void **state)
{
    (void)state;
    static const unsigned serials[] = {10, 11, 14, 13, 20, 6000};
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        build_auditd_line(&b, "USER_END", serials[i], "pid=1");
    }
    examine();
    HAS("lost node=0 what=overwritten", "count=1 first=12 last=12");
    HAS("lost node=0 what=overwritten", "count=5 first=15 last=19");
    HAS("lost node=0 what=overwritten", "first=21", "last=5999");
    assert_int_equal(t.lost, 3);
}

static void auditd_serials_of_machines_and_boots_are_apart(void **state)
{
    (void)state;
    b.node = "a";
    build_auditd_line(&b, "USER_END", 500, "pid=1");
    b.node = "b";
    build_auditd_line(&b, "USER_END", 90, "pid=1");
    b.node = "a";
    build_auditd_line(&b, "DAEMON_START", 7777, "op=start");
    build_auditd_line(&b, "USER_END", 3, "pid=1");
    build_auditd_line(&b, "USER_END", 4, "pid=1");
    examine();
    assert_int_equal(t.lost, 0);
    assert_int_equal(t.records, 5);
}

static void auditd_what_the_kernel_dropped_is_lost(void **state)
{
    (void)state;
    build_auditd_line(&b, "USER_END", 1, "pid=1");
    build_auditd_line(&b, "USER_END", 2, "pid=1");
    build_auditd_line(&b, "USER_END", 3, "pid=1");
    build_auditd_line(&b, "USER_END", 4, "pid=1");
    hw_buf_str(&out, "audit: audit_lost=7 audit_rate_limit=0 audit_backlog_limit=64\n");
    examine();
    HAS("lost node=0 what=dropped", "count=7");
}

static void auditd_more_events_at_once_than_the_window(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 300; i++) {
        build_auditd_line(&b, "SYSCALL", i, "arch=c000003e syscall=2 success=yes pid=1");
        if (i > 40) {
            build_auditd_line(&b, "PROCTITLE", i - 40, "proctitle=\"p%u\"", i - 40);
        }
    }
    examine();
    assert_int_equal(t.records, 300);
    assert_int_equal(hw_told_count(&t.told, "proctitle=\"p"), 260);
}

static void auditd_an_event_of_very_many_records_is_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        build_auditd_line(&b, "PATH", 1, "item=%u name=\"/f%u\" nametype=NORMAL", i, i);
    }
    examine();
    HAS("rule=over-budget", "more fields than are kept");
    assert_true(t.records >= 2);
}

static void auditd_other_texts_are_not_claimed(void **state)
{
    (void)state;
    static const char *const texts[] = {"type=module\nname=x\n", "type=SYSCALL msg=audit(1.2:3)",
                                        "a,type=b\n1,2\n", "{\"type\":\"SYSCALL\"}\n", ""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hw_told_examine(&t.told, texts[i], strlen(texts[i]), NULL);
    }
    assert_false(hw_told_has(&t.told, "format=auditd", NULL));
}

static void auditd_bad_lines_are_told_and_passed(void **state)
{
    (void)state;
    build_auditd_session(&b);
    hw_buf_str(&out, "type=SYSCALL msg=?\n----\ntime->Thu Nov  1 00:00:00 2023\n");
    examine();
    assert_int_equal(t.told.anomalies, 1);
    HAS("rule=line-refused", "no audit record");
    assert_int_equal(t.records, 9);
}

static void auditd_survives_every_truncation(void **state)
{
    (void)state;
    b.enriched = true;
    build_auditd_session(&b);
    hw_sweep_truncate(out.p, out.n, hw_recorded_sound, NULL);
}

static void auditd_survives_mutations(void **state)
{
    (void)state;
    build_auditd_session(&b);
    hw_sweep_mutate(out.p, out.n, 3000, 0xa0d17, hw_recorded_sound, NULL);
}

/* ---- what others make of real logs ---- */

/* What the other parser translates: names for numbers, results, parts of a label. */
static bool translated(const char *key, const char *value)
{
    static const char *const keys[] = {
        "result", "auid", "ses",  "arch", "syscall", "family",  "item",     "addr",     "port",
        "exit",   "path", "data", "sig",  "a0",      "seperms", "seresult", "new_auid", "old_auid",
        "a1",     "a2",   "a3",   "a4",   "a5",      "a6",      "old-auid"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(key, keys[i]) == 0) {
            return true;
        }
    }
    return strncmp(key, "subj_", 5) == 0 || strncmp(key, "obj_", 4) == 0 ||
           strcmp(value, "unset") == 0;
}

static unsigned compare(const json_t *golden)
{
    unsigned held = 0;
    size_t i;
    const json_t *one, *value;
    const char *key;
    json_array_foreach(golden, i, one)
    {
        char number[40], want[4400];
        const json_t *data = json_object_get(one, "data");
        json_int_t serial = json_integer_value(json_object_get(one, "sequence"));
        (void)snprintf(number, sizeof number, " number=%lld ", (long long)serial);
        json_object_foreach((json_t *)data, key, value)
        {
            if (serial == 0 || translated(key, json_string_value(value))) {
                continue;
            }
            (void)snprintf(want, sizeof want, "%s=\"%s\"", key, json_string_value(value));
            if (!hw_told_has(&t.told, "auditd/auditd/", number, want, NULL)) {
                print_error("%s: %s\n", number, want);
                fail();
            }
            held++;
        }
    }
    return held;
}

/* A member of the packed corpus, whole. */
static void read_member(struct archive *a, struct hw_buf *into)
{
    char some[16384];
    hw_buf_clear(into);
    for (la_ssize_t n; (n = archive_read_data(a, some, sizeof some)) > 0;) {
        hw_buf_bytes(into, some, (size_t)n);
    }
    assert_true(hw_buf_ok(into));
}

static void auditd_agrees_with_the_golden_files_of_another_parser(void **state)
{
    (void)state;
    const char *set = getenv("HEADWATER_CORPUS");
    char path[1200], names[16][80];
    struct hw_buf logs[16], golden;
    size_t count = 0;
    unsigned held = 0;
    (void)snprintf(path, sizeof path, "%s/telemetry/linux-auditd/go-libaudit-testdata.tar.xz",
                   set != NULL ? set : HW_CORPUS_DIR);
    hw_buf_init(&golden, 8 << 20);
    for (unsigned pass = 0; pass < 2; pass++) {
        struct archive *a = archive_read_new();
        struct archive_entry *e;
        (void)archive_read_support_format_all(a);
        (void)archive_read_support_filter_all(a);
        if (archive_read_open_filename(a, path, 65536) != ARCHIVE_OK) {
            (void)archive_read_free(a);
            print_message("SKIPPED: %s is not there\n", path);
            skip(); /* the corpus does not travel with the tree */
        }
        while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
            const char *name = strrchr(archive_entry_pathname(e), '/');
            name = name == NULL ? archive_entry_pathname(e) : name + 1;
            size_t n = strlen(name);
            if (pass == 0 && n > 4 && n < 60 && strcmp(name + n - 4, ".log") == 0 && count < 16) {
                (void)snprintf(names[count], sizeof names[count], "%.60s.golden", name);
                hw_buf_init(&logs[count], 8 << 20);
                read_member(a, &logs[count++]);
            }
            for (size_t i = 0; pass == 1 && i < count; i++) {
                if (strcmp(name, names[i]) != 0) {
                    continue;
                }
                read_member(a, &golden);
                json_t *j = json_loadb((const char *)golden.p, golden.n, 0, NULL);
                assert_non_null(j);
                (void)end(NULL);
                (void)begin(NULL);
                hw_told_examine(&t.told, logs[i].p, logs[i].n, NULL);
                held += compare(j);
                json_decref(j);
            }
        }
        (void)archive_read_free(a);
    }
    for (size_t i = 0; i < count; i++) {
        hw_buf_done(&logs[i]);
    }
    hw_buf_done(&golden);
    assert_int_equal(count, 7);
    print_message("# %u fields agree\n", held);
    assert_true(held >= 475);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
        T(auditd_session_is_told),
        T(auditd_enriched_and_named_lines_are_told),
        T(auditd_other_architectures_have_other_numbers),
        T(auditd_a_second_program_of_a_pid_is_no_birth),
        T(auditd_clashing_names_bear_their_type),
        T(auditd_six_and_local_addresses_are_decoded),
        T(auditd_missing_serials_are_lost),
        T(auditd_serials_of_machines_and_boots_are_apart),
        T(auditd_what_the_kernel_dropped_is_lost),
        T(auditd_more_events_at_once_than_the_window),
        T(auditd_an_event_of_very_many_records_is_bounded),
        T(auditd_other_texts_are_not_claimed),
        T(auditd_bad_lines_are_told_and_passed),
        T(auditd_survives_every_truncation),
        T(auditd_survives_mutations),
        T(auditd_agrees_with_the_golden_files_of_another_parser),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
