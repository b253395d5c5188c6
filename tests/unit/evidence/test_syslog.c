/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_auditd.h"
#include "build_syslog.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf out;
static struct hw_build_syslog b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&out, 64 << 20);
    b = (struct hw_build_syslog){.out = &out, .form = HW_SYSLOG_3164};
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

static void syslog_day_is_told_in_every_form(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 3; form++) {
        (void)end(NULL);
        (void)begin(NULL);
        b.form = (enum hw_build_syslog_form)form;
        build_syslog_day(&b);
        examine();
        assert_int_equal(t.told.anomalies + t.lost, 0);
        assert_int_equal(t.records, 12);
        HAS("artifact node=0", "format=syslog");
        HAS("syslog/sshd/line number=1 off=0", "host=\"gw1\" program=\"sshd\" pid=\"41\"",
            "message=\"Accepted publickey",
            "does=\"accepted\" user=\"ann\" src.ip=\"203.0.113.7\" "
            "src.port=\"5022\" auth=\"publickey\" "
            "key=\"ED25519 SHA256:abc\" session=\"sshd[41]\"");
        HAS("number=2", "does=\"opened\" user=\"ann\" session=\"sshd[41]\"");
        HAS("number=3", "does=\"failed\" user=\"a from b\" src.ip=\"198.51.100.9\" "
                        "src.port=\"22\" auth=\"password\"");
        HAS("number=4", "does=\"failed\" user=\"test\" src.ip=\"198.51.100.9\"");
        HAS("syslog/sudo/line number=5", "does=\"ran\" user=\"ann\" target.user=\"root\" "
                                         "command=\"/bin/sh -c a ; b\" cwd=\"/home/ann\" "
                                         "tty=\"pts/0\"");
        HAS("syslog/su/line number=6", "does=\"opened\" user=\"ann\" target.user=\"root\"");
        HAS("syslog/CRON/line number=7", "user=\"root\" command=\"test -x /usr/sbin/x && y\"");
        HAS("syslog/useradd/line number=8", "does=\"added\" target.user=\"bob\"");
        HAS("syslog/systemd-logind/line number=9", "does=\"opened\" user=\"ann\" session=\"3\"");
        HAS("syslog/openvpn/line number=10",
            "does=\"assigned\" user=\"ann\" "
            "src.ip=\"203.0.113.7\" src.port=\"51234\"",
            "ip=\"10.8.0.17\"");
        HAS("syslog/dhcpd/line number=11", "ip=\"10.0.0.5\" mac=\"00:11:22:33:44:55\" "
                                           "name=\"ws01\"");
        HAS("number=12", "does=\"closed\" user=\"ann\" src.ip=\"203.0.113.7\"");
    }
}

static void syslog_times_are_as_good_as_what_stands_there(void **state)
{
    (void)state;
    build_syslog_day(&b);
    examine();
    HAS("number=1 off=0 time=1970-03-03T06:31:00Z clock=3 digits=0");
    (void)end(NULL);
    (void)begin(NULL);
    b.form = HW_SYSLOG_ISO;
    build_syslog_day(&b);
    examine();
    HAS("number=1 off=0 time=2023-03-13T05:31:00.250123Z clock=1 digits=6");
    (void)end(NULL);
    (void)begin(NULL);
    b.form = HW_SYSLOG_5424;
    build_syslog_day(&b);
    examine();
    HAS("number=1 off=0 time=2023-03-13T05:31:00.250Z clock=1 digits=3",
        "facility=\"10\" severity=\"6\" data=\"[x@1 k=\"a]\\\\\"b\"]\"");
}

static void syslog_leap_day_stands_behind_february(void **state)
{
    (void)state;
    hw_buf_str(&out, "Feb 29 23:59:60 h a: x\nFeb 28 00:00:00 h a[1]: y\n");
    examine();
    HAS("number=1", "time=1970-03-01T23:59:59Z");
}

static void syslog_audit_records_inside_are_assembled(void **state)
{
    (void)state;
    struct hw_build_auditd a = {.out = &out, .before = "Mar  3 06:31:00 gw1 audispd: "};
    build_syslog_day(&b);
    build_auditd_session(&a);
    hw_buf_str(&out, "Mar  3 06:31:00 gw1 kernel: [1.2] audit: type=1400 audit(1700000000.1:109): "
                     "apparmor=\"DENIED\" pid=5571\n");
    examine();
    assert_int_equal(t.records, 12 + 10);
    HAS("auditd/auditd/SYSCALL number=102", "host=\"gw1\"", "argv=\"cc a b.c -oout\"");
    HAS("auditd/auditd/1400 number=109", "apparmor=\"DENIED\"");
}

static void syslog_other_texts_are_not_claimed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Mar  3 is a day\nand this is a letter\nwith a: colon\n",
        "Mar  3 06:31:05 gw dnsmasq[8]: query[A] a from 1.2.3.4\n"
        "Mar  3 06:31:05 gw dnsmasq[8]: query[A] b from 1.2.3.4\n",
        "2023-03-13T06:31:05Z,a,b\n2023-03-13T06:31:05Z,a,b\n",
        "<166>Mar 13 2023 06:31:04 fw01 : %ASA-6-113039: x\n<166>Mar 13 2023 06:31:04 fw01 : y\n",
        "Mar 03 06:31:05 host only\nMar 03 06:31:06 host only\n",
        "<html>\n<p>1 2023</p>\n",
        ""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hw_told_examine(&t.told, texts[i], strlen(texts[i]), NULL);
    }
    assert_false(hw_told_has(&t.told, "format=syslog", NULL));
}

static void syslog_bad_lines_are_told_and_passed(void **state)
{
    (void)state;
    build_syslog_day(&b);
    hw_buf_str(&out, "last message repeated 2 times\n");
    examine();
    assert_int_equal(t.told.anomalies, 1);
    HAS("rule=line-refused", "not a line of syslog");
    assert_int_equal(t.records, 12);
}

static void syslog_programs_without_number_share_a_log(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 12000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "p%u", i);
        build_syslog_line(&b, name, 1, "x");
    }
    examine();
    assert_int_equal(t.told.anomalies, 0);
    assert_int_equal(t.records, 12000);
    HAS("syslog/other/line number=12000", "program=\"p11999\"");
}

static void syslog_survives_every_truncation(void **state)
{
    (void)state;
    b.form = HW_SYSLOG_5424;
    build_syslog_day(&b);
    hw_sweep_truncate(out.p, out.n, hw_recorded_sound, NULL);
}

static void syslog_survives_mutations(void **state)
{
    (void)state;
    build_syslog_day(&b);
    hw_sweep_mutate(out.p, out.n, 4000, 0x5751, hw_recorded_sound, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
        T(syslog_day_is_told_in_every_form),
        T(syslog_times_are_as_good_as_what_stands_there),
        T(syslog_leap_day_stands_behind_february),
        T(syslog_audit_records_inside_are_assembled),
        T(syslog_other_texts_are_not_claimed),
        T(syslog_bad_lines_are_told_and_passed),
        T(syslog_programs_without_number_share_a_log),
        T(syslog_survives_every_truncation),
        T(syslog_survives_mutations),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
